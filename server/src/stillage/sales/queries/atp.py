"""What can still be promised: available, and on order, less what is agreed but not yet allocated, by a day.

`available` is the one number of `GET availability`: the same statement says it.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from stillage.core.sql import fetch, member, stored
from stillage.sales.states import OPEN
from stillage.stock.incoming import on_order
from stillage.stock.queries import FreeStock

_STATES = ", ".join(f"'{status.value}'" for status in OPEN if status.value != "draft")
# Lines of agreed orders that still lack units, by product: what they owe less what the ledger promised to them.
_PROMISED = f"""
SELECT l.product_id, SUM(l.quantity - l.shipped - l.cancelled - COALESCE(
  (SELECT SUM(a.quantity) FROM stock_allocation a WHERE a.demand_id = l.demand_id), 0))
FROM sales_salesorderline l JOIN sales_salesorder o ON o.id = l.order_id
WHERE l.product_id {{products}} AND o.warehouse_id {{warehouses}} AND o.status IN ({_STATES})
  AND l.quantity > l.shipped + l.cancelled AND o.delivery_date <= %s
GROUP BY l.product_id
"""


def promised_by(product_ids: Iterable[int], warehouse_ids: Iterable[int], day: dt.date) -> dict[int, int]:
    """Units agreed and not yet allocated, due by a day. One statement."""
    products, product_values = member(sorted(set(product_ids)), "bigint")
    warehouses, warehouse_values = member(sorted(set(warehouse_ids)), "bigint")
    found = fetch(
        _PROMISED.format(products=products, warehouses=warehouses),
        [*product_values, *warehouse_values, stored(day)],
    )
    return {product_id: max(0, int(units)) for product_id, units in found}


def on_day(days: dict[int, dt.date], day: dt.date | None) -> dict[int, dt.date]:
    """The day in each warehouse, or a later one: lots that will be past their date by then are not available."""
    return {pk: today if day is None else max(today, day) for pk, today in days.items()}


def atp_rows(
    lines: Sequence[dict[str, Any]], warehouse_ids: Iterable[int], day: dt.date
) -> list[dict[str, Any]]:
    """Lines of `FreeStock` with what is promised and what can still be. One statement, and those of `incoming`."""
    warehouses, products = sorted(set(warehouse_ids)), sorted({line["product_id"] for line in lines})
    promised, coming = promised_by(products, warehouses, day), on_order(products, warehouses, by=day)
    return [
        {
            "product": line["sku"],
            "product_id": line["product_id"],
            "product_name": line["name"],
            "base_unit": line["base_unit"],
            "date": day,
            "on_hand": int(line["on_hand"]),
            "held": int(line["held"]),
            "expired": int(line["expired"]),
            "allocated": int(line["allocated"]),
            "available": int(line["available"]),
            "on_order": coming.get(line["product_id"], 0),
            "promised": promised.get(line["product_id"], 0),
            "atp": int(line["available"])
            + coming.get(line["product_id"], 0)
            - promised.get(line["product_id"], 0),
        }
        for line in lines
    ]


def atp_of(product_ids: Sequence[int], days: dict[int, dt.date], day: dt.date) -> dict[int, dict[str, Any]]:
    """Rows of some products, over the warehouses of `days`. Two statements."""
    if not product_ids or not days:
        return {}
    free = FreeStock(on_day(days, day))
    free.of_products(product_ids)
    lines = free.page(ordering="sku", descending=False, after=None, limit=len(set(product_ids)))
    return {row["product_id"]: row for row in atp_rows(lines, list(days), day)}
