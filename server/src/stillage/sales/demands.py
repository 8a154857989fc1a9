"""What the ledger is asked for an order's lines, and the locks that many steps on promises need first."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from stillage.core.events import StockFreed, publish
from stillage.core.locking import for_update
from stillage.core.sql import as_date, fetch, member
from stillage.sales.drafting import needed_on
from stillage.sales.models import SalesOrder, SalesOrderLine
from stillage.stock.demand import Demand
from stillage.stock.expiry import FOREVER


def demand_of(
    order: SalesOrder,
    line: SalesOrderLine,
    quantity: int,
    *,
    warehouse_id: int | None = None,
    lot_id: int | None = None,
    location_id: int | None = None,
) -> Demand:
    """So many units for a line, by the customer's rule on the day of delivery."""
    return Demand(
        id=line.demand_id,
        reference=order.number,
        product_id=line.product_id,
        warehouse_id=order.warehouse_id if warehouse_id is None else warehouse_id,
        quantity=quantity,
        needed_on=needed_on(order),
        minimum_remaining_days=line.minimum_remaining_days,
        units_per_pack=line.units_per_pack,
        lot_id=lot_id,
        location_id=location_id,
    )


def lock_balances(product_ids: Iterable[int], warehouse_ids: Iterable[int]) -> None:
    """Lock all balances of some products in some warehouses, in id order. One statement.

    For steps that touch balances more than once: give back, then promise again; one warehouse, then another.
    What follows finds its rows locked, and two such steps cannot wait for each other.
    """
    products, product_values = member(sorted(set(product_ids)), "bigint")
    warehouses, warehouse_values = member(sorted(set(warehouse_ids)), "bigint")
    fetch(
        f"SELECT b.id FROM stock_balance b WHERE b.product_id {products} AND b.warehouse_id {warehouses}"
        " ORDER BY b.id" + for_update("b"),
        [*product_values, *warehouse_values],
    )


@dataclass(frozen=True, slots=True)
class Promised:
    """Units of one lot at one place, promised to a line."""

    line_id: int
    demand_id: UUID
    product_id: int
    sku: str
    warehouse_id: int
    lot_id: int
    lot: str
    last_sale_date: dt.date
    location_id: int
    location: str
    quantity: int
    picked: bool
    minimum_remaining_days: int


_PROMISED = """
SELECT m.id, a.demand_id, m.product_id, p.sku, x.warehouse_id, a.lot_id, l.number, l.last_sale_date, x.id, x.full_code,
  a.quantity, CASE WHEN x.kind = 'staging' THEN 1 ELSE 0 END, m.minimum_remaining_days
FROM sales_salesorderline m
JOIN stock_allocation a ON a.demand_id = m.demand_id
JOIN catalogue_product p ON p.id = m.product_id
JOIN stock_lot l ON l.id = a.lot_id
JOIN places_location x ON x.id = a.location_id
WHERE m.order_id {orders}
ORDER BY m.id, l.last_sale_date, l.id, x.id
"""


def promised_to(*orders: SalesOrder) -> list[Promised]:
    """What is promised to the lines of locked orders, the first to expire first. One statement."""
    wanted, parameters = member([order.pk for order in orders], "bigint")
    return [
        Promised(
            row[0],
            row[1] if isinstance(row[1], UUID) else UUID(row[1]),
            row[2],
            row[3],
            row[4],
            row[5],
            row[6],
            as_date(row[7]) or FOREVER,
            row[8],
            row[9],
            row[10],
            bool(row[11]),
            row[12],
        )
        for row in fetch(_PROMISED.format(orders=wanted), parameters)
    ]


def tell_freed(freed: Sequence[Promised]) -> None:
    """Say which products can be promised to others now, warehouse by warehouse."""
    by_warehouse: dict[int, set[int]] = {}
    for one in freed:
        if not one.picked:
            by_warehouse.setdefault(one.warehouse_id, set()).add(one.product_id)
    for warehouse_id, products in sorted(by_warehouse.items()):
        publish(StockFreed(tuple(sorted(products)), warehouse_id))
