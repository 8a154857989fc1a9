"""Counting: what the book says at an instant, and the differences that are booked later."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from stillage.audit.record import record_many
from stillage.core.actor import Actor
from stillage.core.errors import Fault, Kind, refuse_all
from stillage.core.events import PromisesTaken, StockFreed, publish
from stillage.core.locking import for_update, operation
from stillage.core.sql import as_date, execute, fetch, items, listed, member, rows, stored, table
from stillage.stock import ledger
from stillage.stock.expiry import FOREVER, last_sale_date
from stillage.stock.naming import LotName, ProductName, find_lots, virtual_locations
from stillage.stock.operations.deallocate import told
from stillage.stock.operations.posting import End, Step, carry_out

Place = tuple[int, int]  # lot and location
_PLACE = {"lot_id": "bigint", "location_id": "bigint"}
# Beyond this many orders a refusal counts the others.
MAX_NAMED = 5


# ---- the book -----------------------------------------------------------------------------------
_SINCE = """
SELECT asked.lot_id, asked.location_id,
  COALESCE(SUM(CASE WHEN m.to_location_id = asked.location_id THEN m.quantity ELSE -m.quantity END), 0)
FROM {asked}
JOIN stock_movement m ON m.lot_id = asked.lot_id AND m.moved_at > {since}
  AND (m.to_location_id = asked.location_id OR m.from_location_id = asked.location_id)
GROUP BY asked.lot_id, asked.location_id
"""


@operation
def book(places: Sequence[Place], *, as_of: Mapping[Place, dt.datetime]) -> dict[Place, int]:
    """What the book says of some lots at places: under lock as it is now, or as it was at an earlier instant.

    One statement, two with instants. Locks: the balances that exist, by id.
    """
    if not places:
        return {}
    locked = ledger.there(places)
    found = {place: locked[place].on_hand if place in locked else 0 for place in places}
    earlier = [
        {"lot_id": lot_id, "location_id": location_id, "since": stored(at)}
        for (lot_id, location_id), at in as_of.items()
        if (lot_id, location_id) in found
    ]
    if earlier:
        asked = table("asked", {**_PLACE, "since": "timestamptz"})
        for lot_id, location_id, units in fetch(
            _SINCE.format(asked=asked, since="asked.since"), [rows(earlier)]
        ):
            found[lot_id, location_id] -= int(units)
    return found


@operation
def lying_at(location_id: int, *, product_ids: Sequence[int] = ()) -> dict[int, int]:
    """The lots that lie at a place and how many of each, under lock; of some products only, where named.

    One statement. Locks: the balances there, by id.
    """
    narrower = ""
    parameters: list[Any] = []
    if product_ids:
        wanted, parameters = member(sorted(product_ids), "bigint")
        narrower = f" AND b.product_id {wanted}"
    found = fetch(
        f"SELECT b.lot_id, b.on_hand FROM stock_balance b WHERE b.location_id = %s AND b.on_hand > 0{narrower}"
        " ORDER BY b.id" + for_update("b"),
        [location_id, *parameters],
    )
    return {lot_id: int(units) for lot_id, units in found}


# ---- the differences ----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Counted:
    """More (positive) or fewer (negative) units of a lot at a place than the book said. A lot without an id is made."""

    product_id: int
    location_id: int
    difference: int
    lot_id: int | None = None
    lot_number: str = ""
    expiry_date: dt.date | None = None
    best_before_date: dt.date | None = None
    pointer: str = ""


@dataclass(slots=True)
class Booked:
    """What became of the differences, by their number."""

    operation_id: UUID | None
    posted: list[int]
    promised: list[int]  # left alone, because their units are promised
    lots: dict[int, int]


@operation
def count(
    *,
    actor: Actor,
    lines: Sequence[Counted],
    reference: str,
    at: dt.datetime,
    free_promises: bool = False,
    leave_promised: bool = False,
) -> Booked:
    """Book differences against the warehouse's virtual adjustment place; what moved since stays moved.

    With `free_promises` promises on units that are not there are given back, the newest first; with `leave_promised`
    such differences are not booked, and said. Lots that were found and are not known are made with their dates.
    Refuses: otherwise what promised units would be needed for, more than still lies there, a new lot that somebody
    made with another date meanwhile (all at once).
    Locks: new lots by product and number, the balances by id. Audits: stock.count, stock.deallocate.
    """
    if not lines:
        return Booked(None, [], [], {})
    lots = _lots(lines, at)
    steps = _steps(lines, lots)
    balances = ledger.ready([step.entry() for step in steps])
    short, promised = _lacking(lines, lots, steps, balances)
    faults = [fault for fault, _ in short.values()]
    freed: list[ledger.Open] = []
    if promised:
        open_ones = _promises(balances, [(lots[index], lines[index].location_id) for index in promised])
        if free_promises:
            freed = _give_back(lines, lots, promised, balances, open_ones)
        elif not leave_promised:
            faults += [
                _promised_fault(lines[index], steps[index], balances, lots[index], open_ones)
                for index in promised
            ]
    if not leave_promised:
        refuse_all(
            faults,
            kind=Kind.CONFLICT,
            summary=f"{len(faults)} of {len(lines)} differences cannot be booked, so none were.",
        )
    left = (set(promised) if leave_promised else set()) | (set(short) if leave_promised else set())
    wanted = [index for index in range(len(lines)) if index not in left]
    if freed:
        _free(freed, actor, at)
    answer: dict[str, Any] = {"operation_id": None}
    if wanted:
        answer = carry_out(
            [steps[index] for index in wanted], actor=actor, kind="count", reference=reference, at=at
        )
    _tell_of_freed(freed)
    return Booked(answer["operation_id"], wanted, sorted(left), dict(enumerate(lots)))


def _lots(lines: Sequence[Counted], at: dt.datetime) -> list[int]:
    """The lot of each line; those that are new are made. Two statements, none where all are known."""
    missing = {
        (line.product_id, line.lot_number): {
            "product_id": line.product_id,
            "number": line.lot_number,
            "expiry_date": line.expiry_date,
            "best_before_date": line.best_before_date,
            "last_sale_date": last_sale_date(
                expiry_date=line.expiry_date, best_before_date=line.best_before_date
            ),
        }
        for line in lines
        if line.lot_id is None
    }
    if not missing:
        return [line.lot_id or 0 for line in lines]
    columns = {
        "product_id": "bigint",
        "number": "text",
        "expiry_date": "date",
        "best_before_date": "date",
        "last_sale_date": "date",
    }
    names = ", ".join(columns)
    execute(
        f"INSERT INTO stock_lot ({names}, created_at) SELECT {names}, %s FROM "
        + table("line", columns)
        + " WHERE true ON CONFLICT (product_id, number) DO NOTHING",
        [stored(at), rows(missing[key] for key in sorted(missing))],
    )
    made = find_lots(missing)
    refuse_all(
        [
            Fault(
                line.pointer,
                "lot_date_differs",
                f"Lot {lot.number} was received with another date since it was counted; count it again.",
            )
            for line in lines
            if line.lot_id is None
            and (lot := made[line.product_id, line.lot_number])
            and any(
                given and given != known
                for given, known in (
                    (line.expiry_date, lot.expiry_date),
                    (line.best_before_date, lot.best_before_date),
                )
            )
        ],
        kind=Kind.CONFLICT,
    )
    return [line.lot_id or made[line.product_id, line.lot_number].id for line in lines]


_NAMES = """
SELECT asked.number, p.id, p.sku, p.name, p.lot_tracked,
  l.number, l.expiry_date, l.best_before_date, l.production_date, l.last_sale_date,
  x.full_code, x.warehouse_id, x.kind
FROM {asked}
JOIN stock_lot l ON l.id = asked.lot_id
JOIN catalogue_product p ON p.id = l.product_id
JOIN places_location x ON x.id = asked.location_id
ORDER BY asked.number
"""


def _steps(lines: Sequence[Counted], lots: Sequence[int]) -> list[Step]:
    """With everything named. Two statements."""
    found = fetch(
        _NAMES.format(asked=table("asked", {"number": "bigint", **_PLACE})),
        [
            rows(
                {"number": index, "lot_id": lots[index], "location_id": line.location_id}
                for index, line in enumerate(lines)
            )
        ],
    )
    virtual = virtual_locations((row[11] for row in found), "adjustment")
    steps = []
    for index, (line, row) in enumerate(zip(lines, found, strict=True)):
        here = End(line.location_id, row[10], row[11], row[12])
        away = End(virtual[row[11]], "adjustment", None)
        steps.append(
            Step(
                product=ProductName(row[1], row[2], row[3], bool(row[4]), None, 0, ""),
                lot=LotName(
                    lots[index],
                    row[1],
                    row[5],
                    as_date(row[6]),
                    as_date(row[7]),
                    as_date(row[8]),
                    as_date(row[9]) or FOREVER,
                ),
                source=away if line.difference > 0 else here,
                target=here if line.difference > 0 else away,
                quantity=abs(line.difference),
                reason="counted",
            )
        )
    return steps


def _lacking(
    lines: Sequence[Counted],
    lots: Sequence[int],
    steps: Sequence[Step],
    balances: Mapping[Place, ledger.Held],
) -> tuple[dict[int, tuple[Fault, int]], list[int]]:
    """Which differences take more than lies there, and which take promised units."""
    short: dict[int, tuple[Fault, int]] = {}
    promised: list[int] = []
    for index, line in enumerate(lines):
        balance = balances[lots[index], line.location_id]
        left = balance.on_hand + line.difference
        if left < 0:
            step = steps[index]
            short[index] = (
                Fault(
                    line.pointer,
                    "not_enough_left",
                    f"{-line.difference} of {_name(step)} were missing at {step.source.name}, but only"
                    f" {balance.on_hand} lie there now: more was taken than was found. Count it again.",
                    {"missing": -line.difference, "on_hand": balance.on_hand},
                ),
                left,
            )
        elif left < balance.allocated:
            promised.append(index)
    return short, promised


def _name(step: Step) -> str:
    return f"{step.product.sku} lot {step.lot.number}" if step.lot.number else step.product.sku


_PROMISES = """
SELECT a.id, b.id, b.product_id, b.warehouse_id, b.lot_id, b.location_id, a.demand_id, a.reference, a.quantity
FROM {asked}
JOIN stock_balance b ON b.id = asked.value
JOIN stock_allocation a ON a.lot_id = b.lot_id AND a.location_id = b.location_id
ORDER BY a.created_at DESC, a.id DESC
"""


def _promises(
    balances: Mapping[Place, ledger.Held], places: Sequence[Place]
) -> dict[Place, list[ledger.Open]]:
    """What is promised of some balances under lock, the newest first. One statement, after the lock."""
    found: dict[Place, list[ledger.Open]] = defaultdict(list)
    asked = listed("asked", "bigint")
    for row in fetch(_PROMISES.format(asked=asked), [items([balances[place].id for place in places])]):
        values = list(row)
        values[6] = values[6] if isinstance(values[6], UUID) else UUID(values[6])
        one = ledger.Open(*values)
        found[one.lot_id, one.location_id].append(one)
    return found


def _give_back(
    lines: Sequence[Counted],
    lots: Sequence[int],
    promised: Sequence[int],
    balances: Mapping[Place, ledger.Held],
    open_ones: Mapping[Place, list[ledger.Open]],
) -> list[ledger.Open]:
    """The newest promises that have to go, so that what is left is there."""
    freed: list[ledger.Open] = []
    for index in promised:
        place = (lots[index], lines[index].location_id)
        balance = balances[place]
        over = balance.allocated - (balance.on_hand + lines[index].difference)
        for one in open_ones.get(place, ()):
            if over <= 0:
                break
            units = min(over, one.quantity)
            freed.append(replace(one, quantity=units))
            over -= units
    return freed


def _free(freed: Sequence[ledger.Open], actor: Actor, at: dt.datetime) -> None:
    """At most four statements."""
    sizes = dict(_sizes([one.id for one in freed]))
    whole = [one for one in freed if sizes[one.id] == one.quantity]
    parts = [one for one in freed if sizes[one.id] > one.quantity]
    if whole:
        ledger.free(whole)
    if parts:
        ledger.free_part(parts)
    record_many(actor=actor, changes=told(freed), at=at)


def _sizes(ids: Sequence[int]) -> list[tuple[Any, ...]]:
    wanted, parameters = member(list(ids), "bigint")
    return fetch(f"SELECT id, quantity FROM stock_allocation WHERE id {wanted}", parameters)


def _tell_of_freed(freed: Sequence[ledger.Open]) -> None:
    """Who lost a promise is sent for nothing that is not there, and served again from what lies elsewhere."""
    if freed:
        publish(PromisesTaken(tuple(sorted({one.demand_id for one in freed}))))
    products: dict[int, set[int]] = defaultdict(set)
    for one in freed:
        products[one.warehouse_id].add(one.product_id)
    for warehouse_id, own in sorted(products.items()):
        publish(StockFreed(tuple(sorted(own)), warehouse_id))


def _promised_fault(
    line: Counted,
    step: Step,
    balances: Mapping[Place, ledger.Held],
    lot_id: int,
    open_ones: Mapping[Place, list[ledger.Open]],
) -> Fault:
    balance = balances[lot_id, line.location_id]
    own = open_ones.get((lot_id, line.location_id), [])
    named = [f"{one.reference} ({one.quantity})" for one in own[:MAX_NAMED]]
    if len(own) > MAX_NAMED:
        named.append(f"{len(own) - MAX_NAMED} more")
    return Fault(
        line.pointer,
        "promised",
        f"{balance.allocated} of {_name(step)} at {step.source.name} are promised to {', '.join(named)}, and only"
        f" {balance.on_hand + line.difference} would be left. Say free_promises to give the newest back.",
        {"promises": [{"reference": one.reference, "quantity": one.quantity} for one in own]},
    )
