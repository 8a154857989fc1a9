"""The triggers that keep `stock_present`, on both engines; migrations and nobody else use this."""

from typing import Any

from django.db import migrations

FILL = """
INSERT INTO stock_present (balance_id, product_id, warehouse_id, lot_id, location_id, last_sale_date)
SELECT b.id, b.product_id, b.warehouse_id, b.lot_id, b.location_id, l.last_sale_date
FROM stock_balance b JOIN stock_lot l ON l.id = b.lot_id WHERE b.on_hand > 0
"""
# The lot is locked against a change of its dates while its row is made (docs/locking.md).
_POSTGRES = [
    """
CREATE FUNCTION stillage_present() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.on_hand > 0 THEN
    DELETE FROM stock_present WHERE balance_id = OLD.id;
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.on_hand > 0 THEN
    INSERT INTO stock_present (balance_id, product_id, warehouse_id, lot_id, location_id, last_sale_date)
    SELECT NEW.id, NEW.product_id, NEW.warehouse_id, NEW.lot_id, NEW.location_id, l.last_sale_date
    FROM stock_lot l WHERE l.id = NEW.lot_id FOR SHARE OF l;
  END IF;
  RETURN NULL;
END $$
""",
    """
CREATE FUNCTION stillage_present_dates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE stock_present SET last_sale_date = NEW.last_sale_date
  WHERE product_id = NEW.product_id AND lot_id = NEW.id;
  RETURN NULL;
END $$
""",
    "CREATE TRIGGER stock_present_made AFTER INSERT ON stock_balance FOR EACH ROW WHEN (NEW.on_hand > 0)"
    " EXECUTE FUNCTION stillage_present()",
    "CREATE TRIGGER stock_present_changed AFTER UPDATE OF on_hand ON stock_balance FOR EACH ROW"
    " WHEN ((OLD.on_hand > 0) <> (NEW.on_hand > 0)) EXECUTE FUNCTION stillage_present()",
    "CREATE TRIGGER stock_present_gone AFTER DELETE ON stock_balance FOR EACH ROW WHEN (OLD.on_hand > 0)"
    " EXECUTE FUNCTION stillage_present()",
    "CREATE TRIGGER stock_present_dated AFTER UPDATE OF last_sale_date ON stock_lot FOR EACH ROW"
    " WHEN (OLD.last_sale_date <> NEW.last_sale_date) EXECUTE FUNCTION stillage_present_dates()",
]
_ADD = (
    "INSERT INTO stock_present (balance_id, product_id, warehouse_id, lot_id, location_id, last_sale_date)"
    " SELECT NEW.id, NEW.product_id, NEW.warehouse_id, NEW.lot_id, NEW.location_id, l.last_sale_date"
    " FROM stock_lot l WHERE l.id = NEW.lot_id;"
)
_DROP = "DELETE FROM stock_present WHERE balance_id = OLD.id;"
_SQLITE = [
    f"CREATE TRIGGER stock_present_made AFTER INSERT ON stock_balance WHEN NEW.on_hand > 0 BEGIN {_ADD} END",
    "CREATE TRIGGER stock_present_came AFTER UPDATE OF on_hand ON stock_balance"
    f" WHEN OLD.on_hand <= 0 AND NEW.on_hand > 0 BEGIN {_ADD} END",
    "CREATE TRIGGER stock_present_went AFTER UPDATE OF on_hand ON stock_balance"
    f" WHEN OLD.on_hand > 0 AND NEW.on_hand <= 0 BEGIN {_DROP} END",
    f"CREATE TRIGGER stock_present_gone AFTER DELETE ON stock_balance WHEN OLD.on_hand > 0 BEGIN {_DROP} END",
    "CREATE TRIGGER stock_present_dated AFTER UPDATE OF last_sale_date ON stock_lot"
    " WHEN OLD.last_sale_date <> NEW.last_sale_date BEGIN UPDATE stock_present"
    " SET last_sale_date = NEW.last_sale_date WHERE product_id = NEW.product_id AND lot_id = NEW.id; END",
]
_REMOVE = {
    "postgresql": [
        *(f"DROP TRIGGER stock_present_{name} ON stock_balance" for name in ("made", "changed", "gone")),
        "DROP TRIGGER stock_present_dated ON stock_lot",
        "DROP FUNCTION stillage_present()",
        "DROP FUNCTION stillage_present_dates()",
    ],
    "sqlite": [f"DROP TRIGGER stock_present_{name}" for name in ("made", "came", "went", "gone", "dated")],
}


def kept() -> migrations.RunPython:
    """A migration step that fills the table and has it kept from then on."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        postgres = schema_editor.connection.vendor == "postgresql"
        for sql in (_POSTGRES if postgres else _SQLITE) + [FILL]:
            schema_editor.execute(sql, params=None)

    def backwards(apps: Any, schema_editor: Any) -> None:
        for sql in _REMOVE[schema_editor.connection.vendor]:
            schema_editor.execute(sql, params=None)

    return migrations.RunPython(forwards, backwards, elidable=False)
