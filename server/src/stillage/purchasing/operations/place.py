"""An order goes out to the supplier."""

import datetime as dt

from stillage.core.actor import Actor
from stillage.core.errors import refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.purchasing.drafting import COST, offers, refuse_warnings, warnings
from stillage.purchasing.locking import facts_of, lines_of, lock_order, touch
from stillage.purchasing.models import PurchaseOrder, PurchaseOrderStatus
from stillage.purchasing.operations.create_order import placed
from stillage.purchasing.states import Step, check
from stillage.purchasing.trail import record_step


@operation
def place(*, actor: Actor, order: Reference, at: dt.datetime, ignore_warnings: bool = False) -> PurchaseOrder:
    """Place a draft: what is on it is on order from now on, and its lines stay as they are.

    Refuses: an impossible step; what the supplier would not deliver (minimums, multiples), unless `ignore_warnings`.
    Locks: the order. Audits: purchase_order.place.
    """
    found = lock_order(order, actor=actor)
    if found.status != PurchaseOrderStatus.DRAFT:
        check(found.number, found.status, Step.PLACE, facts_of(found))
    if not ignore_warnings:
        lines = lines_of(found)
        offered = offers(found.supplier_id, sorted({line.product_id for line in lines}))
        skus = [line.product.sku for line in lines]
        faults = refuse_warnings(warnings(found, lines, skus, offered, with_costs=actor.can(COST)))
        refuse_all(faults, summary=f"{len(faults)} things speak against it, so it was not placed.")
    touch(found, status=PurchaseOrderStatus.PLACED, placed_at=at)
    record_step(found, "place", actor=actor, at=at, before={"status": "draft"}, after=placed(found))
    return found
