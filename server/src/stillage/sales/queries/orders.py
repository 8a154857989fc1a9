"""Orders as rows: how far each is, and one order with all that belongs to it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from stillage.core.sql import fetch, member
from stillage.sales.models import SalesOrder
from stillage.sales.states import Facts


@dataclass(frozen=True, slots=True)
class Sums:
    """An order's lines added up; base units."""

    line_count: int = 0
    quantity: int = 0
    facts: Facts = field(default_factory=Facts)


_PROMISED = """
SELECT a.demand_id, SUM(a.quantity) AS allocated,
  SUM(CASE WHEN x.kind = 'staging' THEN a.quantity ELSE 0 END) AS picked
FROM stock_allocation a
JOIN places_location x ON x.id = a.location_id
JOIN sales_salesorderline m ON m.demand_id = a.demand_id
WHERE m.order_id {orders}
GROUP BY a.demand_id
"""
_SUMS = f"""
SELECT l.order_id, COUNT(*), SUM(l.quantity), SUM(l.quantity - l.shipped - l.cancelled), SUM(l.shipped),
  COALESCE(SUM(p.allocated), 0), COALESCE(SUM(p.picked), 0)
FROM sales_salesorderline l
LEFT JOIN ({_PROMISED}) p ON p.demand_id = l.demand_id
WHERE l.order_id {{orders}}
GROUP BY l.order_id
"""
_LINES = f"""
SELECT l.id, l.quantity - l.shipped - l.cancelled, COALESCE(p.allocated, 0), COALESCE(p.picked, 0), l.shipped
FROM sales_salesorderline l
LEFT JOIN ({_PROMISED}) p ON p.demand_id = l.demand_id
WHERE l.order_id {{orders}}
"""


def sums(order_ids: Iterable[int]) -> dict[int, Sums]:
    """Each order's lines added up. One statement whatever the number."""
    wanted, parameters = member(sorted(set(order_ids)), "bigint")
    return {
        order_id: Sums(
            int(count),
            int(quantity),
            Facts(owed=int(owed), allocated=int(allocated), picked=int(picked), shipped=int(shipped)),
        )
        for order_id, count, quantity, owed, shipped, allocated, picked in fetch(
            _SUMS.format(orders=wanted), [*parameters, *parameters]
        )
    }


def facts_of(order: SalesOrder) -> Facts:
    """What is owed, promised, picked and shipped of one order. One statement."""
    return sums([order.pk]).get(order.pk, Sums()).facts


def line_facts(order_ids: Iterable[int]) -> dict[int, Facts]:
    """The same for each line, by line id. One statement."""
    wanted, parameters = member(sorted(set(order_ids)), "bigint")
    return {
        pk: Facts(owed=int(owed), allocated=int(allocated), picked=int(picked), shipped=int(shipped))
        for pk, owed, allocated, picked, shipped in fetch(
            _LINES.format(orders=wanted), [*parameters, *parameters]
        )
    }
