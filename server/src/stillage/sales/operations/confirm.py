"""An order is agreed: from now on it has its place in the queue."""

import datetime as dt

from stillage.core.actor import Actor
from stillage.core.errors import Conflict
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.numbering.take import take
from stillage.sales.drafting import agreed_days
from stillage.sales.locking import lines_of, lock_order, touch
from stillage.sales.models import OrderStatus, SalesOrder
from stillage.sales.operations.create_order import confirmed
from stillage.sales.queries.orders import facts_of
from stillage.sales.states import Step, check
from stillage.sales.trail import record_step
from stillage.sales.writing import set_remaining_days


@operation
def confirm(*, actor: Actor, order: Reference, at: dt.datetime) -> SalesOrder:
    """Confirm a draft. What the customer needs of a lot is fixed on its lines; it gets its place in the queue.

    Refuses: an impossible step, a customer who is not supplied any more.
    Locks: the order; the series of promises, last. Audits: sales_order.confirm.
    """
    found = lock_order(order, actor=actor)
    if found.status != OrderStatus.DRAFT:
        check(found.number, found.status, Step.CONFIRM, facts_of(found))
    if not found.customer.is_active:
        raise Conflict(
            f"{found.customer.code} is not supplied any more; make the customer active first.",
            code="customer_inactive",
        )
    lines = lines_of(found)
    days = agreed_days(found.customer, sorted({line.product_id for line in lines}))
    set_remaining_days(
        {line.pk: days.get(line.product_id, found.customer.minimum_remaining_days) for line in lines}
    )
    touch(
        found,
        status=OrderStatus.CONFIRMED,
        promise_rank=take("promise")[0],
        confirmed_at=at,
    )
    record_step(found, "confirm", actor=actor, at=at, before={"status": "draft"}, after=confirmed(found))
    return found
