"""Tables that only grow: triggers that refuse UPDATE, DELETE, REPLACE, upsert, MERGE and TRUNCATE, on both engines."""

from typing import Any

from django.db import migrations

POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION stillage_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'append-only: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


def statements(table: str, vendor: str) -> list[str]:
    """The SQL that guards one table."""
    if vendor == "postgresql":
        return [
            POSTGRES_FUNCTION,
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION stillage_append_only()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION stillage_append_only()",
        ]
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, 'append-only: {verb} of {table} is refused'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def removal(table: str, vendor: str) -> list[str]:
    """The SQL that takes the guard away: for a reversed migration, and for the tests' clearing of tables."""
    if vendor == "postgresql":
        return [
            f"DROP TRIGGER {table}_append_only ON {table}",
            f"DROP TRIGGER {table}_no_truncate ON {table}",
        ]
    return [f"DROP TRIGGER {table}_no_update", f"DROP TRIGGER {table}_no_delete"]


def guard(table: str) -> migrations.RunPython:
    """A migration step that makes a table append-only."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        for sql in statements(table, schema_editor.connection.vendor):
            schema_editor.execute(sql, params=None)

    def backwards(apps: Any, schema_editor: Any) -> None:
        for sql in removal(table, schema_editor.connection.vendor):
            schema_editor.execute(sql, params=None)

    return migrations.RunPython(forwards, backwards, elidable=False)
