"""The roles, as groups: they exist wherever the tables do. What each may do stands in `accounts/roles.py`."""

from typing import Any

from django.db import migrations

ROLES = ("admin", "manager", "buyer", "sales", "picker", "auditor", "device")


def make(apps: Any, schema_editor: Any) -> None:
    groups = apps.get_model("auth", "Group").objects
    for name in ROLES:
        groups.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_sessions")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop, elidable=False)]
