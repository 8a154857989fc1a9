"""Indexes for searching inside names: trigrams on PostgreSQL and SQLite where they can be had, else nothing is missing but speed."""

# ruff: noqa: S608 - names of our own only
from typing import Any

from django.db import DatabaseError, migrations, transaction

POSTGRES = {
    "product_name_trigram": "catalogue_product USING gin (upper(name) gin_trgm_ops)",
    "product_sku_trigram": "catalogue_product USING gin (upper(sku) gin_trgm_ops)",
    "brand_name_trigram": "catalogue_brand USING gin (upper(name) gin_trgm_ops)",
    # upper() although these are digits: on the bare column the planner takes this index for `gtin IN (...)`
    # too, which it serves a thousand times slower than the unique one.
    "pack_gtin_trigram": "catalogue_pack USING gin (upper(gtin) gin_trgm_ops)",
}
TABLE = "catalogue_product_search"
SQLITE = [
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5"
    "(name, sku, content='catalogue_product', content_rowid='id', tokenize='trigram')",
    f"INSERT INTO {TABLE}({TABLE}) VALUES ('rebuild')",
    f"CREATE TRIGGER {TABLE}_insert AFTER INSERT ON catalogue_product BEGIN"
    f" INSERT INTO {TABLE}(rowid, name, sku) VALUES (new.id, new.name, new.sku); END",
    f"CREATE TRIGGER {TABLE}_delete AFTER DELETE ON catalogue_product BEGIN"
    f" INSERT INTO {TABLE}({TABLE}, rowid, name, sku) VALUES ('delete', old.id, old.name, old.sku); END",
    f"CREATE TRIGGER {TABLE}_update AFTER UPDATE OF name, sku ON catalogue_product BEGIN"
    f" INSERT INTO {TABLE}({TABLE}, rowid, name, sku) VALUES ('delete', old.id, old.name, old.sku);"
    f" INSERT INTO {TABLE}(rowid, name, sku) VALUES (new.id, new.name, new.sku); END",
]


def forwards(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    postgres = connection.vendor == "postgresql"
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            if postgres:
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
                for name, rest in POSTGRES.items():
                    cursor.execute(f"CREATE INDEX {name} ON {rest}")
            else:
                for sql in SQLITE:
                    cursor.execute(sql)
    except DatabaseError:
        return


def search_again(apps: Any, schema_editor: Any) -> None:
    """For a later migration that changes products: SQLite makes the table anew then, and its triggers are lost."""
    if schema_editor.connection.vendor != "sqlite":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = %s", [TABLE])
        if not cursor.fetchall():
            return
        for verb in ("insert", "delete", "update"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_{verb}")
        for sql in SQLITE[1:]:
            cursor.execute(sql)


def backwards(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "postgresql":
            for name in POSTGRES:
                cursor.execute(f"DROP INDEX IF EXISTS {name}")
            return
        for verb in ("insert", "delete", "update"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_{verb}")
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
