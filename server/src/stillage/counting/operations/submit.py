"""The counters are through: what is right is settled, small differences are booked, others are looked at again."""

import datetime as dt
from collections.abc import Iterable, Sequence

from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, Kind, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.counting.judging import (
    NOT_FINISHED,
    Line,
    Verdict,
    book,
    lines_with,
    places_waiting,
    valued,
    write,
)
from stillage.counting.locking import lock_count, tell, touch
from stillage.counting.models import Count, CountStatus, LineOutcome
from stillage.counting.operations.open_count import add_places
from stillage.counting.states import Step
from stillage.counting.tolerance import Tolerance

MAX_NAMED = 10
PROMISED = "its units are promised, or no longer there"


@operation
def submit(*, actor: Actor, count: Reference, at: dt.datetime, skip_rest: bool = False) -> Count:
    """Settle what was counted. Differences within the tolerance are booked now; others are counted once more, where the
    count says so, and then wait for approval.

    With `skip_rest` places that nobody finished are left out, with what was entered there.
    Refuses: places that are not done, a count of which nothing was done, what booking refuses.
    Locks: the count, new lots by product and number, the balances by id. Audits: count.submit, stock.count.
    """
    one = lock_count(count, Step.SUBMIT, actor=actor)
    waiting = places_waiting(one)
    if waiting and not skip_rest:
        _refuse_waiting(one, [name for name, _, _ in waiting])
    lines = valued(one, lines_with(one, LineOutcome.COUNTED), at)
    if not lines and waiting and len(waiting) == one.places.count():
        raise Conflict(
            f"Nothing of {one.number} was counted yet; count something, or cancel it.", code="nothing_counted"
        )
    unfinished = {(location_id, round_) for _, location_id, round_ in waiting}
    verdicts = [_verdict(one, line, unfinished) for line in lines]
    small = [verdict for verdict in verdicts if verdict.outcome == LineOutcome.POSTED]
    book(one, small, actor=actor, at=at, leave_promised=True)
    for verdict in small:
        if verdict.left:
            verdict.outcome, verdict.reason = LineOutcome.TO_APPROVE, PROMISED
    again = [verdict for verdict in verdicts if verdict.outcome == LineOutcome.RECOUNT]
    dropped = _not_counted_again(one, verdicts)
    write([*verdicts, *dropped], actor=actor, at=at)
    if waiting:
        one.places.filter(done_at__isnull=True).delete()
    if again:
        add_places(one.pk, sorted({verdict.line.location_id for verdict in again}), round_=2)
    status = settle(one, again=bool(again), at=at, submitted=True)
    after = {
        "status": status,
        "lines": len(verdicts),
        "booked": sum(1 for verdict in small if verdict.booked),
        "to_approve": sum(verdict.outcome == LineOutcome.TO_APPROVE for verdict in [*verdicts, *dropped]),
        "recount": len(again),
        "skipped": [name for name, _, _ in waiting][:MAX_NAMED],
    }
    tell(one, "submit", actor=actor, at=at, after=after)
    return one


def _refuse_waiting(one: Count, names: Sequence[str]) -> None:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    detail = f"{', '.join(names[:MAX_NAMED])}{more} are not counted to their end yet. Finish them, or skip the rest."
    if len(names) == 1:
        detail = f"{names[0]} is not counted to its end yet. Finish it, or skip the rest."
    refuse_all(
        [Fault("", "places_not_done", detail, {"places": names[:MAX_NAMED], "count": len(names)})],
        kind=Kind.CONFLICT,
    )


def _verdict(one: Count, line: Line, unfinished: set[tuple[int, int]]) -> Verdict:
    if (line.location_id, line.round) in unfinished:
        return Verdict(line, LineOutcome.DISMISSED, NOT_FINISHED)
    tolerance = Tolerance(one.tolerance_units, one.tolerance_percent, one.tolerance_value)
    if tolerance.covers(book=line.book, counted=line.counted, unit_cost=line.unit_cost):
        return Verdict(line, LineOutcome.POSTED)
    again = one.recount and line.round == 1
    return Verdict(line, LineOutcome.RECOUNT if again else LineOutcome.TO_APPROVE)


def _not_counted_again(one: Count, verdicts: Iterable[Verdict]) -> list[Verdict]:
    """What should have been counted once more and was not, in a round that ends: its first count is to be approved.

    One statement, none in the first round.
    """
    if one.status != CountStatus.RECOUNT:
        return []
    newer = {
        verdict.line.key: verdict.line.round
        for verdict in verdicts
        if verdict.outcome != LineOutcome.DISMISSED
    }
    latest: dict[tuple[int, int, str], Line] = {}
    for line in lines_with(one):
        if line.outcome not in (LineOutcome.COUNTED, LineOutcome.DISMISSED) and (
            line.key not in latest or latest[line.key].round < line.round
        ):
            latest[line.key] = line
    return [
        Verdict(line, LineOutcome.TO_APPROVE, "it was not counted once more")
        for key, line in latest.items()
        if line.outcome == LineOutcome.RECOUNT and newer.get(key, 0) <= line.round
    ]


def settle(one: Count, *, again: bool, at: dt.datetime, submitted: bool = False) -> str:
    """Where a locked count stands now that its lines are decided. Two statements."""
    if again:
        status: str = CountStatus.RECOUNT
    elif one.lines.filter(outcome=LineOutcome.TO_APPROVE).exists():
        status = CountStatus.TO_APPROVE
    else:
        status = CountStatus.CLOSED
    values: dict[str, object] = {"status": status}
    if submitted:
        values["submitted_at"] = at
    if status == CountStatus.CLOSED:
        values["closed_at"] = at
    touch(one, **values)
    return status
