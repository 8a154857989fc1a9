"""A refused proposal is wanted after all."""

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError

from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault
from stillage.core.locking import operation
from stillage.core.sql import execute, fetch, member, rows, table
from stillage.planning.models import Proposal, ProposalStatus
from stillage.planning.operations.answering import lock, record_answers

_PAIR = {"warehouse_id": "bigint", "product_id": "bigint"}


@operation
def reopen(*, actor: Actor, lines: Sequence[int], at: dt.datetime) -> list[Proposal]:
    """Open refused proposals again, as they were.

    Refuses: proposals that are not there for the actor, twice the same; those that were not refused, and those in whose
    place another was made meanwhile (409). Locks: the proposals in id order. Audits: proposal.reopen of each.
    """
    found = lock(lines, actor=actor)
    newer = _open_ones(found)
    faults = []
    seen: set[tuple[int, int]] = set()
    for index, one in enumerate(found):
        if one.status != ProposalStatus.REFUSED:
            detail = f"{one.product.sku} is {one.status}, not refused; only what was refused is opened again."
            faults.append(Fault(f"/lines/{index}/id", "not_refused", detail))
        elif (one.warehouse_id, one.product_id) in newer | seen:
            detail = f"{one.product.sku} is proposed anew already; answer that one."
            faults.append(Fault(f"/lines/{index}/id", "proposed_anew", detail))
        seen.add((one.warehouse_id, one.product_id))
    if faults:
        detail = faults[0].detail if len(faults) == 1 else f"{len(faults)} cannot be opened again."
        raise Conflict(detail, code=faults[0].code, faults=faults)
    wanted, parameters = member([one.pk for one in found], "bigint")
    try:
        execute(
            "UPDATE planning_proposal SET status = 'open', answered_at = NULL, answered_by = '', reason = '',"
            f" snoozed_until = NULL WHERE id {wanted}",
            parameters,
        )
    except IntegrityError:  # worked out anew between the look and the write
        raise Conflict("Some were proposed anew just now; answer those.", code="proposed_anew") from None
    before = {"status": "refused"}
    record_answers("reopen", found, actor=actor, at=at, after=lambda one: {"status": "open"}, before=before)
    return found


def _open_ones(found: Sequence[Proposal]) -> set[tuple[int, int]]:
    """Which of these products are proposed anew in their warehouse. One statement."""
    pairs = [{"warehouse_id": one.warehouse_id, "product_id": one.product_id} for one in found]
    return {
        (row[0], row[1])
        for row in fetch(
            "SELECT p.warehouse_id, p.product_id FROM planning_proposal p JOIN "
            + table("wanted", _PAIR)
            + " ON p.warehouse_id = wanted.warehouse_id AND p.product_id = wanted.product_id"
            " WHERE p.status = 'open'",
            [rows(pairs)],
        )
    }
