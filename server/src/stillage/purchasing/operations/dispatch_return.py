"""Goods leave for the supplier, or a dispatch is taken back."""

import datetime as dt

from stillage.core.actor import Actor
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.purchasing.models import SupplierReturn, SupplierReturnStatus
from stillage.purchasing.returning import lines_of, lock_return, touch
from stillage.purchasing.states import ReturnStep, check_return
from stillage.purchasing.trail import record_step
from stillage.stock import operations as stock


@operation
def dispatch_return(*, actor: Actor, of_return: Reference, at: dt.datetime) -> SupplierReturn:
    """Book a draft's goods out to the supplier, all or nothing. Held and expired lots may go; promised units may not.

    Refuses: an impossible step; more than is free (all lines at once).
    Locks: the return; then the balances, by id. Audits: supplier_return.dispatch and stock.send_back.
    """
    one = lock_return(of_return, actor=actor)
    check_return(one.number, one.status, ReturnStep.DISPATCH)
    lines = lines_of(one)
    done = stock.send_back(
        actor=actor,
        lines=[
            stock.BackLine(
                product=line.product_id,
                lot=line.lot_id,
                location=line.location_id,
                quantity=line.quantity,
                demand_id=line.demand_id,
                reason=(line.reason or one.reason)[:200],
                unit_cost=line.unit_cost,
            )
            for line in lines
        ],
        reference=one.number,
        at=at,
    )
    touch(one, status=SupplierReturnStatus.DISPATCHED, operation_id=done["operation_id"], dispatched_at=at)
    after = {
        "status": one.status,
        "lines": [
            {"product": line.product.sku, "lot": line.lot.number, "quantity": line.quantity} for line in lines
        ],
    }
    record_step(one, "dispatch", actor=actor, at=at, before={"status": "draft"}, after=after)
    return one


@operation
def undo_dispatch(*, actor: Actor, of_return: Reference, at: dt.datetime) -> SupplierReturn:
    """Take a dispatch back whole: the goods are where they were, and the return is a draft again.

    Refuses: an impossible step; somebody else's dispatch without the right to undo it.
    Locks: the return; then the balances, by id. Audits: supplier_return.undispatch and stock.reverse.
    """
    one = lock_return(of_return, actor=actor)
    check_return(one.number, one.status, ReturnStep.UNDISPATCH)
    if one.operation_id is None:
        raise ValueError(f"{one.number} was dispatched by no operation")
    stock.reverse(
        actor=actor,
        operation_id=one.operation_id,
        reason=f"{one.number} did not leave",
        at=at,
        kinds=("send_back",),
    )
    touch(one, status=SupplierReturnStatus.DRAFT, operation_id=None, dispatched_at=None)
    record_step(
        one,
        "undispatch",
        actor=actor,
        at=at,
        before={"status": "dispatched"},
        after={"status": one.status},
    )
    return one
