"""An order gives back what was promised to it."""

import datetime as dt
from collections.abc import Sequence

from stillage.core.actor import Actor
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.sales.demands import promised_to, tell_freed
from stillage.sales.locking import lines_of, lock_order, touch
from stillage.sales.models import OrderStatus, SalesOrder
from stillage.sales.operations.allocate import added, named_lines
from stillage.sales.queries.orders import line_facts
from stillage.sales.states import Step, check
from stillage.sales.trail import record_step
from stillage.stock import operations as stock


@operation
def deallocate(*, actor: Actor, order: Reference, at: dt.datetime, lines: Sequence[int] = ()) -> SalesOrder:
    """Free what is promised to an order, or to some of its lines.

    The order is confirmed again: it is promised nothing by itself until somebody asks. Its place in the queue stays.
    Refuses: an impossible step, lines that are not the order's.
    Locks: the order; then its balances, by id. Audits: sales_order.deallocate. Publishes: StockFreed.
    """
    found = lock_order(order, actor=actor)
    every = lines_of(found)
    check(found.number, found.status, Step.DEALLOCATE, added(line_facts([found.pk]).values()))
    demand_ids = {line.demand_id for line in named_lines(every, lines)}
    freed = [one for one in promised_to(found) if one.demand_id in demand_ids]
    units = stock.deallocate(actor=actor, demand_ids=sorted(demand_ids), at=at)
    before = found.status
    touch(found, status=OrderStatus.CONFIRMED)
    record_step(
        found,
        "deallocate",
        actor=actor,
        at=at,
        before={"status": before, "promised": units},
        after={"status": found.status},
    )
    tell_freed(freed)
    return found
