"""Somebody sets out for the next place of a walk, or gives it back."""

import datetime as dt

from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Kind, NotFound, Refusal
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.sql import fetch, is_postgres
from stillage.core.steps import impossible_step
from stillage.sales.models import PickList, PickListStatus, PickTask
from stillage.sales.queries.picking import find_list

# Who gives back what another has claimed must be one who may also pin lots by hand.
ANYBODYS = "sales.pin"

_NEXT = """
SELECT t.id FROM sales_picktask t JOIN places_location x ON x.id = t.location_id
WHERE t.pick_list_id = %s AND t.finished_at IS NULL AND t.claimed_by {whose}
ORDER BY x.pick_sequence, x.full_code, t.id LIMIT 1{lock}
"""


@operation
def claim(*, actor: Actor, pick_list: Reference, at: dt.datetime) -> tuple[PickList, int | None]:
    """Give the actor the task he has claimed already, else the next that nobody has. None when all are taken.

    Refuses: a list that is not open. Locks: that one task, stepping over those that are locked, so that two who
    ask at the same moment get different ones. Audits: pick_list.claim, when a task changes hands.
    """
    one = find_list(pick_list, actor=actor)
    if one.status != PickListStatus.OPEN:
        raise impossible_step(one.number, one.status, [])
    own = fetch(_NEXT.format(whose="= %s", lock=""), [one.pk, actor.user_id or 0])
    if own:
        return one, int(own[0][0])
    lock = " FOR NO KEY UPDATE OF t SKIP LOCKED" if is_postgres() else ""
    found = fetch(_NEXT.format(whose="IS NULL", lock=lock), [one.pk])
    if not found:
        return one, None
    task_id = int(found[0][0])
    PickTask.objects.filter(pk=task_id).update(
        claimed_by=actor.user_id, claimed_name=actor.username[:150], claimed_at=at
    )
    _tell(one, task_id, "claim", actor=actor, at=at)
    return one, task_id


@operation
def release(*, actor: Actor, pick_list: Reference, task: int, at: dt.datetime) -> tuple[PickList, int]:
    """Give a claim back, so that somebody else is sent there. One's own; a manager anybody's.

    Refuses: a task that is not on this list, is done, is nobody's or somebody else's. Locks: the task.
    Audits: pick_list.release.
    """
    one = find_list(pick_list, actor=actor)
    found = PickTask.objects.select_for_update(no_key=True).filter(pick_list=one, pk=task).first()
    if found is None:
        raise NotFound("There is no such task on this list.")
    if found.finished_at is not None or found.claimed_by is None:
        raise Conflict("Nobody is on the way for this.", code="not_claimed")
    if found.claimed_by != actor.user_id and not actor.can(ANYBODYS):
        raise Refusal(
            f"{found.claimed_name} is on the way for this; a manager can call it off.",
            code="not_yours",
            kind=Kind.CONFLICT,
        )
    PickTask.objects.filter(pk=task).update(claimed_by=None, claimed_name="", claimed_at=None)
    _tell(one, task, "release", actor=actor, at=at, was=found.claimed_name)
    return one, task


def _tell(
    one: PickList, task_id: int, verb: str, *, actor: Actor, at: dt.datetime, was: str | None = None
) -> None:
    record(
        actor=actor,
        action=f"pick_list.{verb}",
        object_type="pick_list",
        object_id=one.pk,
        label=one.number,
        before=None if was is None else {"task": task_id, "claimed_by": was},
        after={"task": task_id, "claimed_by": actor.username if verb == "claim" else ""},
        warehouse_id=one.warehouse_id,
        at=at,
    )
