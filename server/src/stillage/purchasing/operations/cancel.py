"""An order is given up before anything of it came."""

import datetime as dt

from django.db.models import F

from stillage.core.actor import Actor
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.purchasing.locking import facts_of, lock_order, touch
from stillage.purchasing.models import PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus
from stillage.purchasing.states import Step, check
from stillage.purchasing.trail import record_step


@operation
def cancel(*, actor: Actor, order: Reference, at: dt.datetime, reason: str = "") -> PurchaseOrder:
    """Cancel a draft, or an order of which nothing came. It is not waited for any more.

    Refuses: an impossible step; once something came, the order is closed instead.
    Locks: the order. Audits: purchase_order.cancel.
    """
    found = lock_order(order, actor=actor)
    facts = facts_of(found)
    check(found.number, found.status, Step.CANCEL, facts)
    PurchaseOrderLine.objects.filter(order=found).update(cancelled=F("quantity"))
    before = {"status": found.status, "open": facts.open}
    touch(found, status=PurchaseOrderStatus.CANCELLED, cancelled_at=at, cancel_reason=reason)
    record_step(
        found,
        "cancel",
        actor=actor,
        at=at,
        before=before,
        after={"status": found.status, "reason": reason},
    )
    return found
