"""A recall is done with."""

import datetime as dt

from stillage.core.actor import Actor
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.recalls.locking import lock_recall
from stillage.recalls.models import Recall, RecallLot, RecallStatus
from stillage.recalls.states import Step, check
from stillage.recalls.trail import record_step
from stillage.stock import operations as stock


@operation
def close(*, actor: Actor, recall: Reference, outcome: str, at: dt.datetime, release: bool = False) -> Recall:
    """End a recall. With `release` the holds that it made end too; others, and without it all, stay.

    Refuses: an impossible step. Locks: the recall. Audits: recall.close, stock.release.
    """
    one = lock_recall(recall, actor=actor)
    check(one.number, one.status, Step.CLOSE)
    one.status, one.closed_at, one.closed_by, one.outcome = RecallStatus.CLOSED, at, actor.username, outcome
    one.version += 1
    one.save(update_fields=["status", "closed_at", "closed_by", "outcome", "version", "updated_at"])
    released = _release(one, actor=actor, at=at) if release else []
    after = {"outcome": outcome, "released": released}
    record_step(one, "close", actor=actor, at=at, before={"status": RecallStatus.OPEN}, after=after)
    return one


def _release(one: Recall, *, actor: Actor, at: dt.datetime) -> list[str]:
    """End what this recall held and nobody released meanwhile. A hold that was there before stays."""
    own = RecallLot.objects.filter(
        recall=one, hold__released_at__isnull=True, hold__held_at=one.opened_at, hold__held_by=one.username
    )
    lots = [row.lot for row in own.select_related("lot__product").order_by("lot_id")]
    if lots:
        reason = f"{one.number} closed: {one.outcome}"[:200]
        lines = [stock.ReleaseLine(lot.product_id, lot.pk, None, reason) for lot in lots]
        stock.release(actor=actor, lines=lines, at=at)
    return [f"{lot.product.sku} {lot.number}".strip() for lot in lots]
