"""What left, what was decided and what was credited is never changed."""

from django.db import migrations

from stillage.core.append_only import guard

TABLES = (
    "sales_shipment",
    "sales_shipmentline",
    "sales_disposition",
    "sales_creditnote",
    "sales_creditnoteline",
)


class Migration(migrations.Migration):
    dependencies = [("sales", "0002_orders")]
    operations = [guard(table) for table in TABLES]
