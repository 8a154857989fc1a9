"""An order is given up, as far as it has not left."""

import datetime as dt

from django.db.models import F

from stillage.core.actor import Actor
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.sales.demands import promised_to, tell_freed
from stillage.sales.locking import lines_of, lock_order, touch
from stillage.sales.models import OrderStatus, SalesOrder, SalesOrderLine
from stillage.sales.queries.orders import facts_of
from stillage.sales.states import Step, check
from stillage.sales.tasks import drop_open_tasks, drop_units
from stillage.sales.trail import record_step
from stillage.stock import operations as stock


@operation
def cancel(*, actor: Actor, order: Reference, reason: str, at: dt.datetime) -> SalesOrder:
    """Cancel what is still owed and free what was held for it. What was picked stands free in staging.

    An order of which a part has left is then shipped: only the rest is given up.
    Refuses: an impossible step.
    Locks: the order; its pick lists and tasks; then its balances, by id. Audits: sales_order.cancel. Publishes: StockFreed.
    """
    found = lock_order(order, actor=actor)
    facts = facts_of(found)
    check(found.number, found.status, Step.CANCEL, facts)
    freed = promised_to(found)
    demand_ids = sorted(line.demand_id for line in lines_of(found))
    drop_open_tasks(found.pk, at=at)  # before the balances: docs/locking.md
    drop_units(found.pk)
    stock.deallocate(actor=actor, demand_ids=demand_ids, at=at)
    SalesOrderLine.objects.filter(order=found).update(cancelled=F("quantity") - F("shipped"))
    before = found.status
    touch(
        found,
        status=OrderStatus.SHIPPED if facts.shipped else OrderStatus.CANCELLED,
        cancelled_at=at,
        cancel_reason=reason,
    )
    record_step(
        found,
        "cancel",
        actor=actor,
        at=at,
        before={"status": before, "owed": facts.owed, "promised": facts.allocated},
        after={"status": found.status, "reason": reason},
    )
    tell_freed(freed)
    return found
