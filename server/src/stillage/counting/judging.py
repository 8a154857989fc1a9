"""Lines of a locked count as plain rows, what they are worth, and what was decided about them; each in one statement."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from stillage.core.actor import Actor
from stillage.core.sql import execute, fetch, rows, stored, table
from stillage.counting.models import Count, CountLine, CountPlace
from stillage.stock import operations as stock
from stillage.stock.abc import classes
from stillage.stock.costs import latest_costs, lot_costs

# Why lines of a place that nobody finished are not decided on.
NOT_FINISHED = "the place was not counted to its end"


@dataclass(slots=True)
class Line:
    """What was found of a lot at a place."""

    id: int
    location_id: int
    round: int
    product_id: int
    lot_id: int | None
    lot_number: str
    expiry_date: dt.date | None
    best_before_date: dt.date | None
    counted: int
    book: int
    unit_cost: Decimal | None
    abc_class: str
    outcome: str

    @property
    def key(self) -> tuple[int, int, str]:
        return self.location_id, self.product_id, self.lot_number

    @property
    def difference(self) -> int:
        return self.counted - self.book


@dataclass(slots=True)
class Verdict:
    """What becomes of a line. `left`: it could not be booked, because its units are promised or gone."""

    line: Line
    outcome: str
    reason: str = ""
    operation_id: UUID | None = None
    booked: bool = False
    left: bool = False


def lines_with(one: Count, *outcomes: str, ids: Sequence[int] | None = None) -> list[Line]:
    """The lines of a count, of these outcomes only where some are named. One statement."""
    found = CountLine.objects.filter(count=one)
    if outcomes:
        found = found.filter(outcome__in=outcomes)
    if ids is not None:
        found = found.filter(pk__in=list(ids))
    return [Line(*row) for row in found.order_by("pk").values_list(*Line.__slots__)]


def places_waiting(one: Count) -> list[tuple[str, int, int]]:
    """The places that are not done: name, id and round, in walking order. One statement."""
    found = CountPlace.objects.filter(count=one, done_at__isnull=True)
    return list(
        found.order_by("location__pick_sequence", "location__full_code").values_list(
            "location__full_code", "location_id", "round"
        )
    )


def valued(one: Count, lines: list[Line], at: dt.datetime) -> list[Line]:
    """The same lines with what a unit costs and the class of the product, as they are now. At most four statements."""
    if not lines:
        return lines
    lots = lot_costs(line.lot_id for line in lines if line.lot_id is not None)
    unknown = {line.product_id for line in lines if line.lot_id is None}
    latest = latest_costs(unknown) if unknown else {}
    known = classes(one.warehouse_id, at)
    for line in lines:
        line.unit_cost = lots.get(line.lot_id) if line.lot_id is not None else latest.get(line.product_id)
        line.abc_class = known.get(line.product_id, "C")
    return lines


def book(
    one: Count,
    verdicts: Sequence[Verdict],
    *,
    actor: Actor,
    at: dt.datetime,
    leave_promised: bool = False,
    free_promises: bool = False,
) -> None:
    """Book the differences of lines; what was right needs nothing. Written into the verdicts."""
    wanted = [verdict for verdict in verdicts if verdict.line.difference]
    done = stock.count(
        actor=actor,
        lines=[
            stock.Counted(
                product_id=verdict.line.product_id,
                location_id=verdict.line.location_id,
                difference=verdict.line.difference,
                lot_id=verdict.line.lot_id,
                lot_number=verdict.line.lot_number,
                expiry_date=verdict.line.expiry_date,
                best_before_date=verdict.line.best_before_date,
                pointer=f"/lines/{verdict.line.id}",
            )
            for verdict in wanted
        ],
        reference=one.number,
        at=at,
        leave_promised=leave_promised,
        free_promises=free_promises,
    )
    for index in done.posted:
        wanted[index].booked = True
        wanted[index].operation_id = done.operation_id
        wanted[index].line.lot_id = done.lots[index]
    for index in done.promised:
        wanted[index].left = True


_DECIDED = {
    "id": "bigint",
    "outcome": "text",
    "lot_id": "bigint",
    "unit_cost": "numeric",
    "abc_class": "text",
    "operation_id": "uuid",
    "reason": "text",
}


def write(verdicts: Iterable[Verdict], *, actor: Actor, at: dt.datetime) -> None:
    """Keep what was decided. One statement."""
    decided = [
        {
            "id": verdict.line.id,
            "outcome": str(verdict.outcome),
            "lot_id": verdict.line.lot_id,
            "unit_cost": verdict.line.unit_cost,
            "abc_class": verdict.line.abc_class,
            "operation_id": verdict.operation_id,
            "reason": verdict.reason,
        }
        for verdict in verdicts
    ]
    if not decided:
        return
    cost = "CAST(line.unit_cost AS numeric)"
    execute(
        "UPDATE counting_countline SET outcome = line.outcome, lot_id = COALESCE(counting_countline.lot_id, line.lot_id),"
        f" unit_cost = {cost}, abc_class = line.abc_class, operation_id = line.operation_id, reason = line.reason,"
        " decided_by = %s, decided_at = %s FROM "
        + table("line", _DECIDED)
        + " WHERE counting_countline.id = line.id",
        [actor.username, stored(at), rows(decided)],
    )


def entered_by(one: Count, actor: Actor) -> bool:
    """Whether somebody entered anything in a count, ever: its entries are never changed. One statement."""
    field, value = ("user_id", actor.user_id) if actor.user_id is not None else ("username", actor.username)
    return bool(
        fetch(
            f"SELECT 1 FROM counting_countentry e WHERE e.count_id = %s AND e.{field} = %s LIMIT 1",
            [one.pk, value],
        )
    )
