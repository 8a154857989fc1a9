"""What lies there, kept by triggers; and no index twice, so that a movement writes less."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from stillage.stock.present import kept

# Each is the beginning of another index of its table. Dropped by name: Django would rebuild SQLite's tables
# for it, and lose the triggers that keep movements as they are.
TWICE = {
    "stock_balance_location_id_59e2d04d": "stock_balance (location_id)",
    "stock_balance_lot_id_e30ea71f": "stock_balance (lot_id)",
    "stock_balance_product_id_488344c4": "stock_balance (product_id)",
    "stock_balance_warehouse_id_0fdcf6d6": "stock_balance (warehouse_id)",
    "stock_lot_product_id_e2d8caac": "stock_lot (product_id)",
    "stock_movement_from_location_id_fa3b3d7b": "stock_movement (from_location_id)",
    "stock_movement_lot_id_a1b00dd8": "stock_movement (lot_id)",
    "stock_movement_product_id_126b1c0d": "stock_movement (product_id)",
    "stock_movement_to_location_id_47575610": "stock_movement (to_location_id)",
}
FIELDS = (
    ("balance", "location", "balances", "places.location"),
    ("balance", "lot", "balances", "stock.lot"),
    ("balance", "product", "+", "catalogue.product"),
    ("balance", "warehouse", "+", "places.warehouse"),
    ("lot", "product", "lots", "catalogue.product"),
    ("movement", "from_location", "+", "places.location"),
    ("movement", "lot", "movements", "stock.lot"),
    ("movement", "product", "+", "catalogue.product"),
    ("movement", "to_location", "+", "places.location"),
)


def leave_room(apps: Any, schema_editor: Any) -> None:
    """A balance is changed again and again: with room on its page PostgreSQL need not touch its indexes."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE stock_balance SET (fillfactor = 75)")


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0004_prices"),
        ("places", "0001_initial"),
        ("stock", "0003_movement_kinds"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f"DROP INDEX IF EXISTS {name}", f"CREATE INDEX {name} ON {columns}")
                for name, columns in TWICE.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name=model,
                    name=name,
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name=related,
                        to=target,
                    ),
                )
                for model, name, related, target in FIELDS
            ],
        ),
        migrations.RunPython(leave_room, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Present",
            fields=[
                (
                    "balance",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="stock.balance",
                    ),
                ),
                ("product_id", models.BigIntegerField()),
                ("warehouse_id", models.BigIntegerField()),
                ("lot_id", models.BigIntegerField()),
                ("location_id", models.BigIntegerField()),
                ("last_sale_date", models.DateField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("last_sale_date"),
                        models.F("product_id"),
                        models.F("warehouse_id"),
                        name="present_by_date",
                    ),
                    models.Index(
                        models.F("product_id"),
                        models.F("warehouse_id"),
                        models.F("last_sale_date"),
                        name="present_by_product",
                    ),
                ],
            },
        ),
        kept(),
    ]
