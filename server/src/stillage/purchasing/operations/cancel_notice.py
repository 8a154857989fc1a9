"""What was announced does not come."""

import datetime as dt

from stillage.audit.record import Change, record_many
from stillage.core.actor import Actor
from stillage.core.errors import Conflict, NotFound
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.steps import impossible_step
from stillage.purchasing import dock
from stillage.purchasing.models import (
    AdvanceNotice,
    NoticeLine,
    NoticeStatus,
    NoticeUnit,
    Receipt,
    ReceiptStatus,
)


@operation
def cancel_notice(*, actor: Actor, notice: Reference, at: dt.datetime, reason: str = "") -> AdvanceNotice:
    """Call an open notice off. Its units are known no more at the dock, and may be announced anew.

    Refuses: a notice that is not open, one of which something came, one whose receipt is open.
    Locks: the notice. Audits: advance_notice.cancel.
    """
    pk = dock.find_notice_id(notice, actor=actor)
    if pk is None:
        raise NotFound("There is nothing of that name.")
    dock.lock_notices([pk])
    found = AdvanceNotice.objects.select_related("supplier").get(pk=pk)
    if found.status != NoticeStatus.OPEN:
        raise impossible_step(found.despatch_number, found.status, [])
    if NoticeLine.objects.filter(notice=found, received__gt=0).exists():
        raise Conflict(
            f"Some of {found.despatch_number} came already; close its receipt instead.", code="begun"
        )
    receipt = Receipt.objects.filter(notice=found, status=ReceiptStatus.OPEN).first()
    if receipt is not None:
        raise Conflict(f"{receipt.number} is open for it; close that first.", code="receipt_open")
    # Its pallets may come with another despatch: their numbers are free again.
    strange = NoticeUnit.objects.filter(notice=found, receipts__isnull=True)
    NoticeLine.objects.filter(unit__in=strange).update(unit=None)
    strange.delete()
    found.status = NoticeStatus.CANCELLED
    found.version += 1
    found.save(update_fields=["status", "version", "updated_at"])
    change = Change(
        action=f"{dock.NOTICE}.cancel",
        object_type=dock.NOTICE,
        object_id=found.pk,
        label=f"{found.despatch_number} {found.supplier.name}",
        before={"status": NoticeStatus.OPEN.value},
        after={"status": found.status, "reason": reason},
        warehouse_id=found.warehouse_id,
    )
    record_many(actor=actor, at=at, changes=[change])
    return found
