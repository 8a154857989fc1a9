"""What was booked in, and what was taken back, only grows."""

from django.db import migrations

from stillage.core.append_only import guard


class Migration(migrations.Migration):
    dependencies = [("purchasing", "0002_buying")]

    operations = [guard(table) for table in ("purchasing_receiptline", "purchasing_receiptundo")]
