"""A confirmed order becomes a draft again, to be changed."""

import datetime as dt

from stillage.core.actor import Actor
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.sales.demands import promised_to, tell_freed
from stillage.sales.locking import lines_of, lock_order, touch
from stillage.sales.models import OrderStatus, SalesOrder
from stillage.sales.queries.orders import facts_of
from stillage.sales.states import Step, check
from stillage.sales.trail import record_step
from stillage.stock import operations as stock


@operation
def reopen(*, actor: Actor, order: Reference, at: dt.datetime) -> SalesOrder:
    """Take an order back to a draft: what was promised is freed, and its place in the queue is given up.

    Refuses: an impossible step; once something was picked or shipped there is no way back.
    Locks: the order; then its balances, by id. Audits: sales_order.reopen. Publishes: StockFreed.
    """
    found = lock_order(order, actor=actor)
    check(found.number, found.status, Step.REOPEN, facts_of(found))
    freed = promised_to(found)
    demand_ids = sorted(line.demand_id for line in lines_of(found))
    units = stock.deallocate(actor=actor, demand_ids=demand_ids, at=at)
    before = {"status": found.status, "promise_rank": found.promise_rank, "promised": units}
    touch(found, status=OrderStatus.DRAFT, promise_rank=None, confirmed_at=None)
    record_step(found, "reopen", actor=actor, at=at, before=before, after={"status": found.status})
    tell_freed(freed)
    return found
