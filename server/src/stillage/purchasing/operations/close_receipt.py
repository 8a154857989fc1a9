"""A delivery is finished: what was announced and did not come is written down, and the rest is waited for or not."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from stillage.core.actor import Actor
from stillage.core.finding import Reference
from stillage.core.locking import for_update, operation
from stillage.core.sql import execute, fetch, member, rows, table
from stillage.purchasing import dock
from stillage.purchasing.models import (
    AdvanceNotice,
    Discrepancy,
    DiscrepancyKind,
    DiscrepancyOutcome,
    NoticeLine,
    NoticeStatus,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    ReceiptStatus,
)
from stillage.purchasing.states import EXPECTED

WAIT, SHORT = "wait", "short"


@operation
def close_receipt(*, actor: Actor, receipt: Reference, at: dt.datetime, rest: str = WAIT) -> Receipt:
    """Close a receipt: it takes nothing more. What its notice announced and did not come is missing.

    With `rest="short"` the same goes for what is still open of the orders that it served, and that is not waited for any
    more. A receipt with which nothing was done is closed without a word: it was opened in error.
    Refuses: a receipt that is closed. Locks: the receipt, purchase orders by id, the notice.
    Audits: receipt.close, purchase_order.short.
    """
    found = dock.lock_receipt(receipt, actor=actor)
    dock.check(found, "close")
    used = (
        ReceiptLine.objects.filter(receipt=found).exists()
        or Discrepancy.objects.filter(receipt=found).exists()
    )
    lines = _open_lines(found) if used and rest == SHORT else []
    notice = dock.lock_notices([found.notice_id]).get(found.notice_id or 0) if used else None
    missing = [_short(line.product_id, _open(line), line) for line in lines]
    missing += _not_come(notice, lines)
    dock.insert_discrepancies(found, missing, actor=actor, at=at)
    if lines:
        _give_up(lines)
        by_order = {line.order_id: 0 for line in lines}
        for line in lines:
            by_order[line.order_id] += _open(line)
        dock.follow(by_order, found, "short", actor=actor, at=at)
    if notice is not None and notice.status == NoticeStatus.OPEN:
        AdvanceNotice.objects.filter(pk=notice.pk).update(
            status=NoticeStatus.RECEIVED, version=notice.version + 1, updated_at=at
        )
    dock.touch(found, status=ReceiptStatus.CLOSED, closed_at=at, closed_by=actor.username[:150])
    after = {"rest": rest, "missing": sum(one.quantity for one in missing)}
    dock.tell(found, "close", actor=actor, at=at, after=after)
    return found


def _open(line: PurchaseOrderLine) -> int:
    return max(0, line.quantity - line.received - line.cancelled)


def _open_lines(receipt: Receipt) -> list[PurchaseOrderLine]:
    """Lines with units open of the receipt's order, or of the orders that it served; the orders under lock."""
    served = ReceiptLine.objects.filter(receipt=receipt, order_line__isnull=False).values_list(
        "order_line__order", flat=True
    )
    ids = {receipt.order_id} if receipt.order_id is not None else set(served.distinct())
    wanted, parameters = member(sorted(pk for pk in ids if pk is not None), "bigint")
    states, more = member([status.value for status in EXPECTED], "text")
    locked = fetch(
        f"SELECT o.id FROM purchasing_purchaseorder o WHERE o.id {wanted} AND o.status {states} ORDER BY o.id"
        + for_update("o"),
        [*parameters, *more],
    )
    found = PurchaseOrderLine.objects.filter(order__in=[row[0] for row in locked])
    return [line for line in found.order_by("order_id", "position") if _open(line)]


def _short(product_id: int, units: int, line: PurchaseOrderLine | None, lot: str = "") -> Discrepancy:
    return Discrepancy(
        kind=DiscrepancyKind.SHORT.value,
        outcome=DiscrepancyOutcome.MISSING.value,
        product_id=product_id,
        lot_number=lot,
        quantity=units,
        order_line_id=line.pk if line is not None else None,
        note="" if line is not None else "announced",
    )


def _not_come(notice: AdvanceNotice | None, lines: Sequence[PurchaseOrderLine]) -> list[Discrepancy]:
    """What the notice told of and did not come, less what is missing of the order for the same product already."""
    if notice is None:
        return []
    told: dict[int, int] = defaultdict(int)
    for line in lines:
        told[line.product_id] += _open(line)
    found = []
    for row in NoticeLine.objects.filter(notice=notice).order_by("position"):
        units = max(0, row.quantity - row.received)
        same = min(units, told[row.product_id])
        told[row.product_id] -= same
        if units > same:
            found.append(_short(row.product_id, units - same, None, row.lot_number))
    return found


def _give_up(lines: Sequence[PurchaseOrderLine]) -> None:
    """What is still open is not waited for any more. One statement."""
    execute(
        "UPDATE purchasing_purchaseorderline SET cancelled = purchasing_purchaseorderline.cancelled + line.units FROM "
        + table("line", {"id": "bigint", "units": "bigint"})
        + " WHERE purchasing_purchaseorderline.id = line.id",
        [rows({"id": line.pk, "units": _open(line)} for line in lines)],
    )
