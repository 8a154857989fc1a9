"""An order that was placed becomes a draft again, to be changed."""

import datetime as dt

from stillage.core.actor import Actor
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.purchasing.locking import facts_of, lock_order, touch
from stillage.purchasing.models import PurchaseOrder, PurchaseOrderStatus
from stillage.purchasing.states import Step, check
from stillage.purchasing.trail import record_step


@operation
def reopen(*, actor: Actor, order: Reference, at: dt.datetime) -> PurchaseOrder:
    """Take an order back to a draft: it is not on order any more.

    Refuses: an impossible step; once a receipt was opened for it there is no way back.
    Locks: the order. Audits: purchase_order.reopen.
    """
    found = lock_order(order, actor=actor)
    check(found.number, found.status, Step.REOPEN, facts_of(found))
    before = {"status": found.status, "placed_at": found.placed_at}
    touch(found, status=PurchaseOrderStatus.DRAFT, placed_at=None)
    record_step(found, "reopen", actor=actor, at=at, before=before, after={"status": found.status})
    return found
