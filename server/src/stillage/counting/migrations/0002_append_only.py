"""Who counted what cannot be edited away."""

from django.db import migrations

from stillage.core.append_only import guard


class Migration(migrations.Migration):
    dependencies = [("counting", "0001_initial")]

    operations = [guard("counting_countentry")]
