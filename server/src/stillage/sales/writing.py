"""Order lines into their table, however many, in one statement."""

from collections.abc import Iterable

from stillage.core.sql import execute, rows, table
from stillage.sales.models import SalesOrderLine

_COLUMNS = {
    "order_id": "bigint",
    "position": "integer",
    "product_id": "bigint",
    "pack_name": "text",
    "units_per_pack": "integer",
    "quantity_packs": "integer",
    "quantity": "bigint",
    "pack_price": "numeric",
    "discount_percent": "numeric",
    "tax_rate_percent": "numeric",
    "net_amount": "numeric",
    "minimum_remaining_days": "integer",
    "note": "text",
    "demand_id": "uuid",
}


def insert_lines(lines: Iterable[SalesOrderLine]) -> None:
    """Write new lines; their orders have ids. One statement."""
    names = ", ".join(_COLUMNS)
    execute(
        f"INSERT INTO sales_salesorderline ({names}, shipped, cancelled) SELECT {names}, 0, 0 FROM "
        + table("line", _COLUMNS)
        + " WHERE true",
        [rows({name: getattr(line, name) for name in _COLUMNS} for line in lines)],
    )


def set_remaining_days(days: dict[int, int]) -> None:
    """What lots of these lines must have left, by line id. One statement."""
    execute(
        "UPDATE sales_salesorderline SET minimum_remaining_days = line.days FROM "
        + table("line", {"id": "bigint", "days": "integer"})
        + " WHERE sales_salesorderline.id = line.id",
        [rows({"id": pk, "days": value} for pk, value in days.items())],
    )
