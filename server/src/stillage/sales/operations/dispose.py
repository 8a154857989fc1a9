"""Returned goods were looked at: back to a shelf, into quarantine, or thrown away."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from stillage.core.actor import Actor
from stillage.core.clock import today
from stillage.core.errors import Fault, Kind, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.sql import execute, rows, stored, table
from stillage.places.models import SALEABLE, Location
from stillage.places.models import Kind as Place
from stillage.sales.models import Outcome, Return, ReturnLine
from stillage.sales.returning import (
    add_up,
    check,
    first_place,
    lines_of,
    lock_return,
    named_places,
    tell,
    unknown,
)
from stillage.stock import operations as stock
from stillage.stock.expiry import may_be_sold, shown
from stillage.stock.models import Hold


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of units of a return line."""

    line: int
    outcome: str
    quantity: int
    to_location: Reference | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Decided:
    line: ReturnLine
    place: Location | None
    decision: Decision


@operation
def dispose(*, actor: Actor, of_return: Reference, decisions: Sequence[Decision], at: dt.datetime) -> Return:
    """Decide on received units and carry it out.

    Refuses: more than is undecided; to a shelf what is expired or held; a place of the wrong kind.
    Locks: the return, the balances. Audits: return.dispose, stock.move, stock.scrap.
    """
    one = lock_return(of_return, actor=actor)
    check(one, "dispose")
    decided = _decided(one, decisions)
    booked = _carry_out(one, decided, actor=actor, at=at)
    units: dict[int, int] = defaultdict(int)
    for own in decided:
        units[own.line.pk] += own.decision.quantity
    add_up("disposed", units)
    _write(decided, booked, actor=actor, at=at)
    tell(
        one,
        "dispose",
        actor=actor,
        at=at,
        after={
            "lines": [
                {
                    "product": own.line.product.sku,
                    "lot": own.line.lot_number,
                    "quantity": own.decision.quantity,
                    "outcome": own.decision.outcome,
                    "to": own.place.full_code if own.place else "scrap",
                    "reason": own.decision.reason,
                }
                for own in decided
            ]
        },
    )
    return one


def _decided(one: Return, decisions: Sequence[Decision]) -> list[_Decided]:
    own = {line.pk: line for line in lines_of(one)}
    left = {pk: line.received - line.disposed for pk, line in own.items()}
    held = _held([line.lot_id for line in own.values() if line.lot_id])
    day = today(one.warehouse.timezone)
    places = _places(one, decisions)
    faults: list[Fault] = []
    decided = []
    for index, decision in enumerate(decisions):
        at, line = f"/lines/{index}", own.get(decision.line)
        if line is None:
            faults.append(Fault(f"{at}/line", "unknown_line", "This return has no such line."))
            continue
        if decision.quantity > left[line.pk]:
            detail = f"{left[line.pk]} of {line.product.sku} are undecided; {decision.quantity} were given."
            faults.append(Fault(f"{at}/quantity", "too_many", detail, {"left": left[line.pk]}))
        left[line.pk] -= decision.quantity
        place = _place(at, places, decision, faults)
        if decision.outcome == Outcome.RESTOCK and line.lot is not None:
            faults += _not_sellable(at, line, held, place, day)
        decided.append(_Decided(line, place, decision))
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was done.", kind=Kind.CONFLICT)
    return decided


def _held(lot_ids: Sequence[int]) -> set[tuple[int, int | None]]:
    found = Hold.objects.filter(lot__in=lot_ids, released_at__isnull=True)
    return set(found.values_list("lot_id", "location_id"))


def _not_sellable(
    at: str, line: ReturnLine, held: set[tuple[int, int | None]], place: Location | None, day: dt.date
) -> list[Fault]:
    lot = line.lot
    if lot is None:
        return []
    if (lot.pk, None) in held or (place and (lot.pk, place.pk) in held):
        detail = f"Lot {lot.number} of {line.product.sku} is on hold: quarantine or scrap it."
        return [Fault(f"{at}/outcome", "lot_held", detail)]
    if not may_be_sold(lot.last_sale_date, on=day):
        detail = f"Lot {lot.number} could be sold until {shown(lot.last_sale_date)}: quarantine or scrap it."
        return [Fault(f"{at}/outcome", "lot_expired", detail)]
    return []


@dataclass(frozen=True, slots=True)
class _Places:
    """The places that decisions name, and where quarantine is."""

    warehouse: str
    by_name: dict[Reference, Location]
    quarantine: Location | None


def _places(one: Return, decisions: Sequence[Decision]) -> _Places:
    """Two statements, whatever the number of decisions."""
    names = [decision.to_location for decision in decisions if decision.to_location is not None]
    return _Places(
        one.warehouse.code,
        named_places(names, one.warehouse_id),
        first_place(one.warehouse_id, Place.QUARANTINE),
    )


def _place(at: str, places: _Places, decision: Decision, faults: list[Fault]) -> Location | None:
    """Where units go; none for what is thrown away."""
    pointer = f"{at}/to_location"
    if decision.outcome == Outcome.SCRAP:
        if decision.to_location is not None:
            faults.append(Fault(pointer, "not_needed", "What is scrapped goes nowhere."))
        return None
    if decision.to_location is None:
        if decision.outcome == Outcome.RESTOCK:
            faults.append(Fault(pointer, "required", "Say on which shelf it goes."))
            return None
        if places.quarantine is None:
            faults.append(Fault(pointer, "no_quarantine", f"{places.warehouse} has no quarantine place."))
        return places.quarantine
    place = places.by_name.get(decision.to_location)
    if place is None:
        faults.append(unknown(pointer, "location", decision.to_location))
        return None
    kinds = SALEABLE if decision.outcome == Outcome.RESTOCK else (Place.QUARANTINE,)
    if place.kind not in kinds:
        wanted = "one that is sold from" if decision.outcome == Outcome.RESTOCK else "a quarantine place"
        detail = f"{place.full_code} is of kind {place.kind}; choose {wanted}."
        faults.append(Fault(pointer, "wrong_kind", detail))
    return place


def _carry_out(
    one: Return, decided: Sequence[_Decided], *, actor: Actor, at: dt.datetime
) -> dict[bool, UUID]:
    """Two bookings at most: what is moved, and what is thrown away. Their ids, by whether it was moved."""
    booked: dict[bool, UUID] = {}
    moved = [own for own in decided if own.place is not None]
    if moved:
        lines = [
            stock.MoveLine(
                product=own.line.product_id,
                from_location=own.line.location_id or 0,
                to_location=own.place.pk if own.place else 0,
                quantity=own.decision.quantity,
                lot=own.line.lot_id if own.line.product.lot_tracked else None,
            )
            for own in moved
        ]
        booked[True] = stock.move(actor=actor, lines=lines, reference=one.number, at=at)["operation_id"]
    scrapped = [own for own in decided if own.place is None]
    if scrapped:
        waste = [
            stock.ScrapLine(
                product=own.line.product_id,
                location=own.line.location_id or 0,
                quantity=own.decision.quantity,
                reason=own.decision.reason or one.reason or "returned",
                lot=own.line.lot_id if own.line.product.lot_tracked else None,
            )
            for own in scrapped
        ]
        booked[False] = stock.scrap(actor=actor, lines=waste, reference=one.number, at=at)["operation_id"]
    return booked


_ROW = {
    "line_id": "bigint",
    "outcome": "text",
    "quantity": "bigint",
    "to_location_id": "bigint",
    "reason": "text",
    "operation_id": "uuid",
}


def _write(decided: Sequence[_Decided], booked: dict[bool, UUID], *, actor: Actor, at: dt.datetime) -> None:
    """The decisions, for good. One statement."""
    names = ", ".join(_ROW)
    execute(
        f"INSERT INTO sales_disposition ({names}, user_id, username, decided_at) SELECT {names}, %s, %s, %s FROM "
        + table("line", _ROW)
        + " WHERE true",
        [
            actor.user_id,
            actor.username[:150],
            stored(at),
            rows(
                {
                    "line_id": own.line.pk,
                    "outcome": own.decision.outcome,
                    "quantity": own.decision.quantity,
                    "to_location_id": own.place.pk if own.place else None,
                    "reason": own.decision.reason,
                    "operation_id": booked[own.place is not None],
                }
                for own in decided
            ),
        ],
    )
