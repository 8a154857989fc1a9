"""An order is done with: what did not come is not waited for any more."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q, Sum

from stillage.core.actor import Actor
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.sql import execute, rows, table
from stillage.purchasing.locking import facts_in, lines_of, lock_order, open_units, touch
from stillage.purchasing.models import (
    Discrepancy,
    DiscrepancyKind,
    DiscrepancyOutcome,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderStatus,
    Receipt,
)
from stillage.purchasing.states import Step, check
from stillage.purchasing.trail import record_step


@operation
def close(*, actor: Actor, order: Reference, at: dt.datetime, reason: str = "") -> PurchaseOrder:
    """Close an order of which something came. What is missing is cancelled, and held against the supplier.

    Each line with units missing gets a discrepancy (short) on the order's last receipt, less what was found to be short
    before. Refuses: an impossible step. Locks: the order. Audits: purchase_order.close.
    """
    found = lock_order(order, actor=actor)
    lines = lines_of(found)
    facts = facts_in(lines)
    check(found.number, found.status, Step.CLOSE, facts)
    missing = [line for line in lines if open_units(line)]
    if missing:
        _tell_of_missing(found, missing, actor=actor, at=at, note=reason)
        give_up_rest(missing)
    before = {"status": found.status, "open": facts.open}
    touch(found, status=PurchaseOrderStatus.CLOSED, closed_at=at, cancel_reason=reason)
    after = {
        "status": found.status,
        "reason": reason,
        "missing": [{"product": line.product.sku, "quantity": open_units(line)} for line in missing],
    }
    record_step(found, "close", actor=actor, at=at, before=before, after=after)
    return found


def give_up_rest(lines: Sequence[PurchaseOrderLine]) -> None:
    """What is still open of lines of locked orders is cancelled. One statement."""
    execute(
        "UPDATE purchasing_purchaseorderline SET cancelled = purchasing_purchaseorderline.cancelled + line.units FROM "
        + table("line", {"id": "bigint", "units": "bigint"})
        + " WHERE purchasing_purchaseorderline.id = line.id",
        [rows({"id": line.pk, "units": open_units(line)} for line in lines)],
    )


_DISCREPANCY = {
    "receipt_id": "bigint",
    "order_line_id": "bigint",
    "kind": "text",
    "outcome": "text",
    "product_id": "bigint",
    "quantity": "bigint",
    "note": "text",
    "user_id": "bigint",
    "username": "text",
    "found_at": "timestamptz",
}


def _tell_of_missing(
    order: PurchaseOrder,
    missing: Sequence[PurchaseOrderLine],
    *,
    actor: Actor,
    at: dt.datetime,
    note: str,
) -> None:
    """A discrepancy for each line that is short. Three statements."""
    receipts = Receipt.objects.filter(Q(order=order) | Q(lines__order_line__order=order))
    receipt = receipts.order_by("-pk").first()
    if receipt is None:
        return
    told = Discrepancy.objects.filter(
        order_line__in=[line.pk for line in missing], kind=DiscrepancyKind.SHORT, withdrawn_at__isnull=True
    )
    already = dict(told.values_list("order_line").annotate(units=Sum("quantity")).order_by())
    shared = {
        "receipt_id": receipt.pk,
        "kind": DiscrepancyKind.SHORT.value,
        "outcome": DiscrepancyOutcome.MISSING.value,
        "note": note,
        "user_id": actor.user_id,
        "username": actor.username[:150],
        "found_at": at,
    }
    found = [
        {**shared, "order_line_id": line.pk, "product_id": line.product_id, "quantity": units}
        for line in missing
        if (units := open_units(line) - already.get(line.pk, 0)) > 0
    ]
    names = ", ".join(_DISCREPANCY)
    execute(
        f"INSERT INTO purchasing_discrepancy ({names}, lot_number, settled_by, settlement)"
        f" SELECT {names}, '', '', '' FROM " + table("line", _DISCREPANCY) + " WHERE true",
        [rows(found)],
    )
