"""A second pair of eyes: differences are booked, counted once more, or let be."""

import datetime as dt
from collections.abc import Sequence

from stillage.core.actor import Actor
from stillage.core.errors import Fault, Kind, Refusal, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.counting.judging import Line, Verdict, book, entered_by, lines_with, write
from stillage.counting.locking import lock_count, tell, touch
from stillage.counting.models import Count, CountPlace, CountStatus, LineOutcome
from stillage.counting.operations.open_count import add_places
from stillage.counting.operations.submit import settle
from stillage.counting.states import Step

RECOUNT, DISMISS = "recount", "dismiss"


@operation
def approve(
    *,
    actor: Actor,
    count: Reference,
    at: dt.datetime,
    lines: Sequence[int] | None = None,
    free_promises: bool = False,
) -> Count:
    """Book differences that wait, all of them or those named. Who entered anything in this count does not approve it.

    Refuses: somebody who counted it, lines that do not wait, promised units that would be needed for it (unless they
    are freed), more than still lies there (all at once).
    Locks: the count, new lots by product and number, the balances by id. Audits: count.approve, stock.count,
    stock.deallocate.
    """
    one = lock_count(count, Step.APPROVE, actor=actor)
    _another_person(one, actor)
    verdicts = [Verdict(line, LineOutcome.POSTED) for line in _waiting(one, lines)]
    book(one, verdicts, actor=actor, at=at, free_promises=free_promises)
    write(verdicts, actor=actor, at=at)
    touch(one, approved_by=actor.username)
    status = settle(one, again=False, at=at)
    after = {
        "status": status,
        "lines": len(verdicts),
        "units_over": sum(max(0, verdict.line.difference) for verdict in verdicts),
        "units_short": sum(max(0, -verdict.line.difference) for verdict in verdicts),
        "free_promises": free_promises,
    }
    tell(one, "approve", actor=actor, at=at, after=after)
    return one


@operation
def reject(
    *,
    actor: Actor,
    count: Reference,
    lines: Sequence[int],
    action: str,
    at: dt.datetime,
    reason: str = "",
) -> Count:
    """Differences are not believed: counted once more, or dismissed, so that the book stays as it is.

    Refuses: lines that do not wait; dismissing by somebody who counted it. Locks: the count. Audits: count.reject.
    """
    one = lock_count(count, Step.REJECT, actor=actor)
    if action == DISMISS:
        _another_person(one, actor)
    found = _waiting(one, lines)
    outcome = LineOutcome.RECOUNT if action == RECOUNT else LineOutcome.DISMISSED
    write([Verdict(line, outcome, reason) for line in found], actor=actor, at=at)
    if action == RECOUNT:
        _ask_again(one, found)
    status = settle(one, again=action == RECOUNT, at=at)
    after = {"status": status, "action": action, "lines": [line.id for line in found], "reason": reason}
    tell(one, "reject", actor=actor, at=at, after=after)
    return one


@operation
def cancel(*, actor: Actor, count: Reference, at: dt.datetime, reason: str = "") -> Count:
    """A count is given up; what was booked of it stays booked. Locks: the count. Audits: count.cancel."""
    one = lock_count(count, Step.CANCEL, actor=actor)
    before = {"status": one.status}
    touch(one, status=CountStatus.CANCELLED, closed_at=at)
    tell(one, "cancel", actor=actor, at=at, before=before, after={"reason": reason})
    return one


def _another_person(one: Count, actor: Actor) -> None:
    """Asked under the count's lock, of rows that nobody can edit: who counted, whatever he is by now."""
    if entered_by(one, actor):
        raise Refusal(
            f"You counted in {one.number} yourself, so somebody else decides about its differences.",
            code="counted_it_yourself",
            kind=Kind.FORBIDDEN,
        )


def _waiting(one: Count, ids: Sequence[int] | None) -> list[Line]:
    """The lines that wait for a decision; refused where one of those named does not. One statement."""
    found = lines_with(one, LineOutcome.TO_APPROVE, ids=ids)
    known = {line.id for line in found}
    refuse_all(
        [
            Fault(f"/lines/{index}", "not_waiting", "No difference of this count waits under that id.")
            for index, pk in enumerate(ids or ())
            if pk not in known
        ]
    )
    return found


def _ask_again(one: Count, lines: Sequence[Line]) -> None:
    """A further round of the places where these lie. One statement, and one for each round that some of them are in."""
    wanted = {line.location_id for line in lines}
    rounds: dict[int, int] = {}
    for location_id, round_ in CountPlace.objects.filter(count=one, location__in=wanted).values_list(
        "location_id", "round"
    ):
        rounds[location_id] = max(rounds.get(location_id, 0), round_)
    for round_ in sorted(set(rounds.values())):
        own = sorted(location_id for location_id, last in rounds.items() if last == round_)
        add_places(one.pk, own, round_=round_ + 1)
