"""The database itself refuses to change or delete what only grows."""

from django.db import migrations

from stillage.core.append_only import guard


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [guard("audit_entry"), guard("audit_seal")]
