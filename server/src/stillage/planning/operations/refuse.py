"""A proposal is not wanted, for some time."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import orjson

from stillage.core.actor import Actor
from stillage.core.errors import Fault, refuse_all
from stillage.core.locking import operation
from stillage.core.sql import execute, rows, stored, table
from stillage.planning.models import Proposal, ProposalStatus
from stillage.planning.operations.answering import lock_open, record_answers
from stillage.planning.terms import REVIEW_DAYS

LONGEST_DAYS = 3650
_ANSWER = {"id": "bigint", "snoozed_until": "date"}


@operation
def refuse(
    *, actor: Actor, lines: Sequence[int], reason: str, at: dt.datetime, until: dt.date | None = None
) -> list[Proposal]:
    """Refuse proposals. They are not made again before `until` is over; without it, before the next review.

    Refuses: proposals that are not there for the actor, twice the same, a day in the past (all at once); answered
    ones (409 already_answered). Locks: the proposals in id order. Audits: proposal.refuse of each.
    """
    found = lock_open(lines, actor=actor)
    faults: list[Fault] = []
    for one in found:
        today = at.astimezone(ZoneInfo(one.warehouse.timezone)).date()
        if until is not None and not 0 <= (until - today).days <= LONGEST_DAYS:
            detail = f"Refuse until today or later, within ten years; {until} is not."
            faults.append(Fault("/until", "out_of_range", detail))
            break
        review = orjson.loads(one.why).get("review_days") or REVIEW_DAYS
        one.snoozed_until = until or today + dt.timedelta(days=max(int(review) - 1, 0))
        one.status, one.reason = ProposalStatus.REFUSED, reason
    refuse_all(faults)
    execute(
        "UPDATE planning_proposal SET status = 'refused', answered_at = %s, answered_by = %s, reason = %s,"
        " snoozed_until = line.snoozed_until FROM "
        + table("line", _ANSWER)
        + " WHERE planning_proposal.id = line.id",
        [
            stored(at),
            actor.username[:150],
            reason,
            rows({"id": one.pk, "snoozed_until": one.snoozed_until} for one in found),
        ],
    )
    record_answers("refuse", found, actor=actor, at=at, after=_told)
    return found


def _told(one: Proposal) -> dict[str, object]:
    return {"status": "refused", "reason": one.reason, "snoozed_until": one.snoozed_until}
