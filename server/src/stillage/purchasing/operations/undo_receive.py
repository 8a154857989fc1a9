"""A booking of a delivery was wrong: it is taken back whole by its mirror image, with all that it had said."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID, uuid4

from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Kind, NotFound, Refusal
from stillage.core.finding import Reference
from stillage.core.locking import for_update, operation
from stillage.core.sql import fetch, member
from stillage.places.models import Kind as PlaceKind
from stillage.purchasing import dock
from stillage.purchasing.models import Discrepancy, NoticeUnit, Receipt, ReceiptLine, ReceiptUndo
from stillage.stock import operations as stock
from stillage.stock.models import Balance, Hold

ANYBODYS = "stock.reverse_any"


@operation
def undo_receive(*, actor: Actor, receipt: Reference, operation_id: UUID, at: dt.datetime) -> Receipt:
    """Book back what one call booked in; its discrepancies are withdrawn, and the order waits for the units again,
    unless it was closed meanwhile.

    Refuses: a closed receipt, a booking that is not this receipt's or was undone already, another's booking without the
    right, and stock that has moved on since (it says where, and how much is left).
    Locks: the receipt, purchase orders by id, notices by id, the balances by id.
    Audits: receipt.undo, purchase_order.undo_receive, stock.reverse, stock.release.
    """
    found = dock.lock_receipt(receipt, actor=actor)
    lines = list(
        ReceiptLine.objects.filter(receipt=found, operation_id=operation_id).select_related("order_line")
    )
    differences = list(Discrepancy.objects.filter(receipt=found, operation_id=operation_id))
    if not lines and not differences:
        raise NotFound(f"{found.number} has no such booking.")
    if ReceiptUndo.objects.filter(operation_id=operation_id).exists():
        raise Conflict("This was undone already.", code="already_undone")
    dock.check(found, "undo")
    first = lines[0] if lines else differences[0]
    if first.user_id != actor.user_id and not actor.can(ANYBODYS):
        raise Refusal(
            "Somebody else booked this; a manager can undo it.", code="not_yours", kind=Kind.FORBIDDEN
        )
    _lock_orders(sorted({line.order_line.order_id for line in lines if line.order_line is not None}))
    units = NoticeUnit.objects.filter(operation_id=operation_id)
    dock.lock_notices([found.notice_id, *units.values_list("notice_id", flat=True)])
    reversal_id = uuid4()
    if lines:
        done = stock.reverse(
            actor=actor,
            operation_id=operation_id,
            reason=f"{found.number} undone",
            at=at,
            kinds=("receive",),
        )
        reversal_id = done["operation_id"]
        _release(found, lines, actor=actor, at=at)
    dock.add_received(
        "purchasing_purchaseorderline", dock.summed((line.order_line_id, -line.quantity) for line in lines)
    )
    dock.wait_for_nothing({line.order_line_id for line in lines if line.order_line_id is not None})
    dock.add_received(
        "purchasing_noticeline", dock.summed((line.notice_line_id, -line.quantity) for line in lines)
    )
    units.update(operation_id=None)
    Discrepancy.objects.filter(receipt=found, operation_id=operation_id).update(withdrawn_at=at)
    ReceiptUndo.objects.create(
        receipt=found,
        operation_id=operation_id,
        reversal_id=reversal_id,
        username=actor.username[:150],
        undone_at=at,
    )
    by_order = dock.summed(
        (line.order_line.order_id if line.order_line else None, -line.quantity) for line in lines
    )
    dock.follow(by_order, found, "undo_receive", actor=actor, at=at)
    dock.touch(found)
    before = {
        "operation_id": operation_id,
        "units": sum(line.quantity for line in lines),
        "discrepancies": len(differences),
    }
    dock.tell(found, "undo", actor=actor, at=at, before=before)
    return found


def _lock_orders(ids: Sequence[int]) -> None:
    """The orders that were served, in id order. One statement, none without any."""
    if ids:
        wanted, parameters = member(list(ids), "bigint")
        fetch(
            f"SELECT o.id FROM purchasing_purchaseorder o WHERE o.id {wanted} ORDER BY o.id"
            + for_update("o"),
            parameters,
        )


def _release(receipt: Receipt, lines: Sequence[ReceiptLine], *, actor: Actor, at: dt.datetime) -> None:
    """A hold goes with what was set aside, where nothing else of that lot lies there. Two statements and the release."""
    lots = {line.lot_id: line for line in lines}
    held = Hold.objects.filter(
        lot__in=lots,
        location__in={line.location_id for line in lines},
        location__kind=PlaceKind.QUARANTINE,
        released_at__isnull=True,
        reason__endswith=receipt.number,
    )
    rows = list(held.values_list("lot_id", "location_id"))
    if not rows:
        return
    still = Balance.objects.filter(lot__in=[lot for lot, _ in rows], on_hand__gt=0)
    there = set(still.values_list("lot_id", "location_id"))
    ended = [
        stock.ReleaseLine(lots[lot].product_id, lot, place, f"{receipt.number} undone")
        for lot, place in rows
        if (lot, place) not in there
    ]
    if ended:
        stock.release(actor=actor, lines=ended, at=at)
