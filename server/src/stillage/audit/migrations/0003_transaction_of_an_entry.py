"""On PostgreSQL each entry says which transaction wrote it, so that readers see what became visible since they looked.

The column is the database's own affair (as the triggers are): the server never writes it, and SQLite, whose entries
become visible in the order of their numbers, has none. Entries of before have none either. See docs/decisions/0034.
"""

from typing import Any

from django.db import migrations

FORWARDS = (
    "ALTER TABLE audit_entry ADD COLUMN xid xid8",
    # Set afterwards: with the column it would be written into every row there is.
    "ALTER TABLE audit_entry ALTER COLUMN xid SET DEFAULT pg_current_xact_id()",
    "CREATE INDEX audit_by_transaction ON audit_entry (xid, id) WHERE xid IS NOT NULL",
)
BACKWARDS = ("DROP INDEX audit_by_transaction", "ALTER TABLE audit_entry DROP COLUMN xid")


def _on_postgres(statements: tuple[str, ...]) -> Any:
    def run(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for sql in statements:
                schema_editor.execute(sql, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [migrations.RunPython(_on_postgres(FORWARDS), _on_postgres(BACKWARDS))]
