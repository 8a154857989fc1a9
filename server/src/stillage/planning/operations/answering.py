"""What answers to proposals share: the rows under lock, whose they are, and what the trail says."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from stillage.audit.record import Change, record_many
from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, refuse_all
from stillage.core.locking import for_update
from stillage.core.sql import fetch, member
from stillage.planning.models import Proposal, ProposalStatus

PROPOSAL = "proposal"


def lock_open(ids: Sequence[int], *, actor: Actor) -> list[Proposal]:
    """Open proposals under lock, in the order they were asked for. Two statements."""
    found = lock(ids, actor=actor)
    answered = [
        Fault(
            f"/lines/{index}/id",
            "already_answered",
            f"{one.product.sku} was {one.status} by {one.answered_by}; read the list again.",
        )
        for index, one in enumerate(found)
        if one.status != ProposalStatus.OPEN
    ]
    if answered:
        detail = answered[0].detail if len(answered) == 1 else f"{len(answered)} were answered already."
        raise Conflict(detail, code="already_answered", faults=answered)
    return found


def lock(ids: Sequence[int], *, actor: Actor) -> list[Proposal]:
    """Proposals under lock, in id order; refuses what is not there for the actor, and what is named twice."""
    faults = [
        Fault(f"/lines/{index}/id", "twice", "This proposal stands here twice; name it once.")
        for index, one in enumerate(ids)
        if one in ids[:index]
    ]
    wanted, parameters = member(sorted(set(ids)), "bigint")
    fetch(
        f"SELECT p.id FROM planning_proposal p WHERE p.id {wanted} ORDER BY p.id{for_update('p')}",
        parameters,
    )
    rows = Proposal.objects.select_related("product", "warehouse").in_bulk(list(set(ids)))
    faults += [
        Fault(
            f"/lines/{index}/id",
            "unknown_proposal",
            f"There is no proposal {one} any more; read the list again.",
        )
        for index, one in enumerate(ids)
        if one not in rows or not actor.sees(rows[one].warehouse_id)
    ]
    refuse_all(faults, summary=f"{len(faults)} lines are wrong, so nothing was done.")
    return [rows[one] for one in ids]


def record_answers(
    verb: str,
    found: Sequence[Proposal],
    *,
    actor: Actor,
    at: dt.datetime,
    after: Callable[[Proposal], dict[str, Any]],
    before: dict[str, Any] | None = None,
) -> None:
    """A row of the trail for each."""
    record_many(
        actor=actor,
        changes=[
            Change(
                action=f"{PROPOSAL}.{verb}",
                object_type=PROPOSAL,
                object_id=one.pk,
                label=f"{one.product.sku} {one.warehouse.code}",
                before=before or {"status": "open"},
                after=after(one),
                warehouse_id=one.warehouse_id,
            )
            for one in found
        ],
        at=at,
    )
