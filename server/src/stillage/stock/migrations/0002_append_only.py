"""The database itself refuses to change or delete what only grows."""

from django.db import migrations

from stillage.core.append_only import guard


class Migration(migrations.Migration):
    dependencies = [("stock", "0001_initial")]
    operations = [guard("stock_movement")]
