"""Lines of orders into their table, however many, in one statement."""

from collections.abc import Iterable

from stillage.core.sql import execute, rows, table
from stillage.purchasing.models import PurchaseOrderLine

_COLUMNS = {
    "order_id": "bigint",
    "position": "integer",
    "product_id": "bigint",
    "pack_name": "text",
    "units_per_pack": "integer",
    "gtin": "text",
    "supplier_sku": "text",
    "quantity_packs": "integer",
    "quantity": "bigint",
    "received": "bigint",
    "cancelled": "bigint",
    "pack_cost": "numeric",
    "net_amount": "numeric",
    "expected_date": "date",
    "note": "text",
    "demand_id": "uuid",
}


def insert_lines(lines: Iterable[PurchaseOrderLine]) -> None:
    """Write new lines; their orders have ids. One statement."""
    names = ", ".join(_COLUMNS)
    execute(
        f"INSERT INTO purchasing_purchaseorderline ({names}) SELECT {names} FROM "
        + table("line", _COLUMNS)
        + " WHERE true",
        [rows({name: getattr(line, name) for name in _COLUMNS} for line in lines)],
    )
