"""Those who wait are served when stock comes, first promised first.

Only orders for which somebody asked (allocate) wait. A task that is carried out twice promises nothing twice.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from typing import Final

from django.db import OperationalError, transaction
from django_tasks import task

from stillage.core.actor import service
from stillage.core.clock import now
from stillage.core.events import StockFreed
from stillage.core.sql import execute, fetch, member
from stillage.sales.demands import demand_of
from stillage.sales.locking import lock_orders
from stillage.sales.models import SalesOrder, SalesOrderLine
from stillage.sales.queries.orders import line_facts
from stillage.sales.states import WAITING
from stillage.sales.trail import record_steps, step_of
from stillage.stock import operations as stock

log = logging.getLogger("stillage.backorders")
CHUNK: Final = 200
TRIES: Final = 5
ACTOR = service("backorders")
_STATES = ", ".join(f"'{status.value}'" for status in WAITING)
_OWED = "l.quantity - l.shipped - l.cancelled"
_WAITING = f"""
FROM sales_salesorderline l
JOIN sales_salesorder o ON o.id = l.order_id
WHERE l.product_id {{products}} AND o.warehouse_id = %s AND o.status IN ({_STATES})
  AND l.quantity > l.shipped + l.cancelled
  AND {_OWED} > COALESCE((SELECT SUM(a.quantity) FROM stock_allocation a WHERE a.demand_id = l.demand_id), 0)
"""
Place = tuple[int, int]  # promise_rank and position: where a line stands in the queue


def stock_was_freed(event: StockFreed) -> None:
    """Queue serving, in the transaction that freed the stock, if anybody waits for it. One or two statements."""
    products, parameters = member(event.product_ids, "bigint")
    waiting = fetch(
        f"SELECT EXISTS (SELECT 1 {_WAITING.format(products=products)})", [*parameters, event.warehouse_id]
    )
    if waiting[0][0]:
        serve.enqueue(list(event.product_ids), event.warehouse_id)


@task()
def serve(product_ids: list[int], warehouse_id: int) -> int:
    """The background task: promise what there is now to those who wait. Returns the units promised."""
    return serve_waiting(product_ids, warehouse_id)


def serve_waiting(product_ids: Sequence[int], warehouse_id: int) -> int:
    """Serve the queue of some products in a warehouse, so many lines a transaction."""
    units, behind = 0, (-1, -1)
    while True:
        promised, following = _patiently(product_ids, warehouse_id, behind)
        units += promised
        if following is None:
            return units
        behind = following


def serve_all_waiting() -> int:
    """The sweep over everything that waits, so that nothing is forgotten. Returns the units promised."""
    found = fetch(
        "SELECT DISTINCT o.warehouse_id, l.product_id FROM sales_salesorderline l"
        f" JOIN sales_salesorder o ON o.id = l.order_id WHERE o.status IN ({_STATES})"
        f" AND l.quantity > l.shipped + l.cancelled AND {_OWED} >"
        " COALESCE((SELECT SUM(a.quantity) FROM stock_allocation a WHERE a.demand_id = l.demand_id), 0)",
        [],
    )
    by_warehouse: dict[int, list[int]] = {}
    for warehouse_id, product_id in found:
        by_warehouse.setdefault(warehouse_id, []).append(product_id)
    return sum(serve_waiting(sorted(products), pk) for pk, products in sorted(by_warehouse.items()))


def _patiently(product_ids: Sequence[int], warehouse_id: int, behind: Place) -> tuple[int, Place | None]:
    """One chunk; where others hold its rows, again."""
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return _serve_chunk(product_ids, warehouse_id, behind, now())
        except OperationalError:
            if attempt == TRIES:
                raise
            log.info("backorders found the stock busy, attempt %s", attempt)
    raise AssertionError("unreachable")


def _queue(product_ids: Sequence[int], warehouse_id: int, behind: Place) -> list[tuple[int, int, int, int]]:
    """The next lines that wait: (order, line, rank, position), first promised first."""
    products, parameters = member(product_ids, "bigint")
    found = fetch(
        f"SELECT o.id, l.id, o.promise_rank, l.position {_WAITING.format(products=products)}"
        " AND (o.promise_rank, l.position) > (%s, %s) ORDER BY o.promise_rank, l.position LIMIT %s",
        [*parameters, warehouse_id, *behind, CHUNK],
    )
    return [(row[0], row[1], row[2], row[3]) for row in found]


def _serve_chunk(
    product_ids: Sequence[int], warehouse_id: int, behind: Place, at: dt.datetime
) -> tuple[int, Place | None]:
    """Lock the orders, look again, promise what there is. Statements do not grow with the lines."""
    queue = _queue(product_ids, warehouse_id, behind)
    if not queue:
        return 0, None
    following = (queue[-1][2], queue[-1][3]) if len(queue) == CHUNK else None
    orders = {
        order.pk: order
        for order in lock_orders(list(dict.fromkeys(order_id for order_id, *_ in queue)), actor=ACTOR)
    }
    facts = line_facts(orders)
    lines = SalesOrderLine.objects.in_bulk([line_id for _, line_id, *_ in queue])
    waiting = [
        (orders[order_id], lines[line_id])
        for order_id, line_id, *_ in queue
        if line_id in lines and orders[order_id].status in WAITING and facts[line_id].missing
    ]
    if not waiting:
        return 0, following
    demands = [demand_of(order, line, facts[line.pk].missing) for order, line in waiting]
    given = stock.allocate(actor=ACTOR, demands=demands, at=at, whole=False)
    by_order: dict[int, int] = {}
    for order, line in waiting:
        units = sum(one.quantity for one in given[line.demand_id])
        if units:
            by_order[order.pk] = by_order.get(order.pk, 0) + units
    if by_order:
        _tell(orders, by_order, at)
    return sum(by_order.values()), following


def _tell(orders: dict[int, SalesOrder], by_order: dict[int, int], at: dt.datetime) -> None:
    """A new version for each order that was promised something, and a row of the trail."""
    wanted, parameters = member(sorted(by_order), "bigint")
    execute(f"UPDATE sales_salesorder SET version = version + 1 WHERE id {wanted}", parameters)
    record_steps(
        (step_of(orders[pk], "serve", after={"promised": units}) for pk, units in sorted(by_order.items())),
        actor=ACTOR,
        at=at,
    )
