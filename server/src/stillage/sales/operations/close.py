"""An order is done with."""

import datetime as dt

from stillage.core.actor import Actor
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.sales.locking import lock_order, touch
from stillage.sales.models import OrderStatus, SalesOrder
from stillage.sales.queries.orders import facts_of
from stillage.sales.states import Step, check
from stillage.sales.trail import record_step


@operation
def close(*, actor: Actor, order: Reference, at: dt.datetime) -> SalesOrder:
    """Close a shipped order. What comes back later is still taken as a return.

    Refuses: an impossible step. Locks: the order. Audits: sales_order.close.
    """
    found = lock_order(order, actor=actor)
    if found.status != OrderStatus.SHIPPED:
        check(found.number, found.status, Step.CLOSE, facts_of(found))
    before = found.status
    touch(found, status=OrderStatus.CLOSED, closed_at=at)
    record_step(found, "close", actor=actor, at=at, before={"status": before}, after={"status": found.status})
    return found
