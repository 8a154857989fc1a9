"""A return to a supplier comes to its end: answered, or given up before it left."""

import datetime as dt
from decimal import Decimal
from typing import Any

from stillage.core.actor import Actor
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.purchasing.models import SupplierReturn, SupplierReturnStatus
from stillage.purchasing.returning import lock_return, may_name_money, touch
from stillage.purchasing.states import ReturnStep, check_return
from stillage.purchasing.trail import record_step


@operation
def close_return(
    *,
    actor: Actor,
    of_return: Reference,
    at: dt.datetime,
    credit_total: Decimal | None = None,
    supplier_reference: str | None = None,
) -> SupplierReturn:
    """The supplier has answered; `credit_total` is what they allowed.

    Refuses: an impossible step; money from who may not see costs. Locks: the return. Audits: supplier_return.close.
    """
    one = lock_return(of_return, actor=actor)
    check_return(one.number, one.status, ReturnStep.CLOSE)
    columns: dict[str, Any] = {"status": SupplierReturnStatus.CLOSED, "closed_at": at}
    if credit_total is not None:
        may_name_money(actor, "credit_total")
        columns["credit_total"] = credit_total
    if supplier_reference is not None:
        columns["supplier_reference"] = supplier_reference
    touch(one, **columns)
    after = {
        "status": one.status,
        "credit_total": one.credit_total,
        "supplier_reference": one.supplier_reference,
    }
    record_step(one, "close", actor=actor, at=at, before={"status": "dispatched"}, after=after)
    return one


@operation
def cancel_return(*, actor: Actor, of_return: Reference, at: dt.datetime) -> SupplierReturn:
    """Nothing goes back after all.

    Refuses: an impossible step. Locks: the return. Audits: supplier_return.cancel.
    """
    one = lock_return(of_return, actor=actor)
    check_return(one.number, one.status, ReturnStep.CANCEL)
    touch(one, status=SupplierReturnStatus.CANCELLED, closed_at=at)
    record_step(one, "cancel", actor=actor, at=at, before={"status": "draft"}, after={"status": one.status})
    return one
