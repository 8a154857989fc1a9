"""A supplier says what is on its way, pallet by pallet, or loose."""

import datetime as dt

from django.db import IntegrityError

from stillage.audit.record import Change, record_many
from stillage.core.actor import Actor
from stillage.core.errors import Conflict, refuse_all
from stillage.core.locking import operation
from stillage.purchasing import dock
from stillage.purchasing.announcing import Announcement, NoticeAsked, announce, write
from stillage.purchasing.models import AdvanceNotice


@operation
def create_notice(*, actor: Actor, asked: NoticeAsked, at: dt.datetime) -> AdvanceNotice:
    """Write an advance notice down. Books nothing: it says what to expect at the dock, and of which lots.

    Refuses: unknown names, an order that is not open or another's, an SSCC that is none or is known, a despatch that was
    announced already; all at once. Audits: advance_notice.create.
    """
    made = announce(asked, actor=actor)
    refuse_all(made.faults, summary=f"{len(made.faults)} things are wrong, so no notice was made.")
    if made.notice is None:
        raise AssertionError("refused above")
    try:
        write([made])
    except IntegrityError:
        raise Conflict(
            f"Somebody announced {asked.despatch_number} or one of its units just now.",
            code="already_announced",
        ) from None
    record_many(actor=actor, at=at, changes=[told(made, "create")])
    return made.notice


def told(made: Announcement, step: str) -> Change:
    """What the trail says of a new notice."""
    notice = made.notice
    if notice is None:
        raise AssertionError("it was made")
    return Change(
        action=f"{dock.NOTICE}.{step}",
        object_type=dock.NOTICE,
        object_id=notice.pk,
        label=f"{notice.despatch_number} {notice.supplier.name}",
        after={
            "supplier": notice.supplier.code,
            "despatch_number": notice.despatch_number,
            "purchase_order": notice.order.number if notice.order else "",
            "expected_date": notice.expected_date,
            "units": len(made.units),
            "lines": len(made.rows),
            "quantity": sum(int(str(row["quantity"])) for row in made.rows),
        },
        warehouse_id=notice.warehouse_id,
    )
