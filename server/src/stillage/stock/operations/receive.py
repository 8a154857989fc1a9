"""Goods come in: lots with their dates enter a location."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.clock import today
from stillage.core.errors import Fault, refuse_all
from stillage.core.locking import operation
from stillage.core.sql import execute, rows, stored, table
from stillage.stock import errors
from stillage.stock.expiry import last_sale_date
from stillage.stock.naming import (
    Line,
    LotName,
    Names,
    Reference,
    find_all,
    find_lots,
    lock_lots,
    lot_reference,
    virtual_locations,
)
from stillage.stock.operations.posting import End, Step, carry_out, physical


@dataclass(frozen=True, slots=True)
class ReceiveLine:
    """One lot that came in."""

    product: Reference
    location: Reference
    quantity: int
    lot: Reference | None = None
    expiry_date: dt.date | None = None
    best_before_date: dt.date | None = None
    production_date: dt.date | None = None
    unit_cost: Decimal | None = None
    demand_id: UUID | None = None


@operation
def receive(
    *,
    actor: Actor,
    lines: Sequence[ReceiveLine],
    reference: str,
    at: dt.datetime,
    from_customer: bool = False,
) -> dict[str, Any]:
    """Book goods in from the supplier; unknown lots are made with their dates.

    With `from_customer` they come back: booked as a return, whatever life is left in them.

    Refuses: an unknown product or location, a lot whose date differs from the one known, a lot without the
    date its product needs, goods that last less than the product's minimum at intake.
    Locks: lots that learn a date, by id; then the balances, by id.
    Audits: stock.receive or stock.return, stock.lot_dates.
    """
    arrivals = look_at(lines, actor=actor)
    faults = arrivals.faults if from_customer else _with_life(lines, arrivals)
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was received.")
    return receive_looked_at(
        actor=actor,
        lines=lines,
        arrivals=arrivals,
        reference=reference,
        at=at,
        from_customer=from_customer,
    )


@dataclass(slots=True)
class Arrivals:
    """What the lines of a receipt name, what is known and told of their lots, and what is wrong with that.

    `last_sale` and `remaining` (days on the warehouse's own calendar) are by the index of the line, where they are known.
    """

    names: Names
    told: dict["Key", "Dates"]
    faults: list[Fault]
    last_sale: dict[int, dt.date]
    remaining: dict[int, int]


def look_at(lines: Sequence[ReceiveLine], *, actor: Actor) -> Arrivals:
    """Find everything that lines name and say all that is wrong, save a life that is too short. One statement.

    For documents that have rules of their own to hold against the same lines; then they call `receive_looked_at`.
    """
    names = find_all(
        [Line(line.product, line.lot, (("location", line.location),)) for line in lines],
        actor=actor,
        lots_must_exist=False,
    )
    arrivals = Arrivals(names, {}, [], {}, {})
    arrivals.faults = names.faults + _tell(lines, arrivals)
    return arrivals


@operation
def receive_looked_at(
    *,
    actor: Actor,
    lines: Sequence[ReceiveLine],
    arrivals: Arrivals,
    reference: str,
    at: dt.datetime,
    from_customer: bool = False,
) -> dict[str, Any]:
    """Book lines of which `look_at` found nothing wrong, perhaps split up; whatever life is left in them.

    Refuses: lots of which somebody told another date meanwhile.
    Locks: lots that learn a date, by id; then the balances, by id.
    Audits: stock.receive or stock.return, stock.lot_dates.
    """
    names = arrivals.names
    _complete_dates(arrivals.told, lines, names, actor=actor, at=at)
    lots = names.lots = _lots_made(arrivals.told, lines, names, at)
    origin, kind = ("customer", "return") if from_customer else ("supplier", "receive")
    origins = virtual_locations((place.warehouse_id for place in names.locations.values()), origin)
    steps = []
    for line in lines:
        product, location = names.products[line.product], names.locations[line.location]
        steps.append(
            Step(
                product=product,
                lot=lots[product.id, lot_reference(product, line.lot)],
                source=End(origins[location.warehouse_id], origin, None),
                target=physical(location),
                quantity=line.quantity,
                unit_cost=line.unit_cost,
                demand_id=line.demand_id,
            )
        )
    return carry_out(steps, actor=actor, kind=kind, reference=reference, at=at)


Key = tuple[int, Reference]  # product id and the lot's number
Dates = dict[str, dt.date | None]
DATES = ("expiry_date", "best_before_date", "production_date")


def _key(line: ReceiveLine, names: Names) -> Key:
    """A lot may be named by its id or its number; it is one lot."""
    product = names.products[line.product]
    reference = lot_reference(product, line.lot)
    known = names.lots.get((product.id, reference))
    return product.id, known.number if known else reference


def _tell(lines: Sequence[ReceiveLine], arrivals: Arrivals) -> list[Fault]:
    """What is known of each lot and what the lines add to it, and what is wrong with that."""
    names, told = arrivals.names, arrivals.told
    faults: list[Fault] = []
    for index, line in enumerate(lines):
        product, location = names.products.get(line.product), names.locations.get(line.location)
        if product is None or location is None:
            continue
        if not location.is_active:
            faults.append(
                Fault(
                    f"/lines/{index}/location",
                    "location_closed",
                    f"{location.full_code} is closed; choose another.",
                )
            )
        given: Dates = {name: getattr(line, name) for name in DATES}
        if product.lot_tracked:
            key = _key(line, names)
            known = names.lots.get(key)
            if known is None:
                given["expiry_date"] = _expiry(line, product.shelf_life_days)
            own = told.setdefault(key, {name: getattr(known, name) if known else None for name in DATES})
            faults += _differences(index, given, own, key[1])
            for name in DATES:
                own[name] = own[name] or given[name]
            if known is None and product.shelf_life_days is not None and not _dated(own):
                faults.append(
                    Fault(
                        f"/lines/{index}/expiry_date",
                        "date_required",
                        f"{product.sku} goes stale: give the expiry or best-before date of lot {key[1]}.",
                    )
                )
                continue
        else:
            # Without lots there is nothing a date could belong to; it counts at the door only.
            own = {**given, "expiry_date": _expiry(line, product.shelf_life_days)}
        arrivals.last_sale[index] = _last_sale(own)
        arrivals.remaining[index] = (arrivals.last_sale[index] - today(location.timezone)).days
    return faults


def _with_life(lines: Sequence[ReceiveLine], arrivals: Arrivals) -> list[Fault]:
    """All that is wrong, with the lines that last less than their product's minimum at intake, line by line."""
    names = arrivals.names
    faults = arrivals.faults[len(names.faults) :]
    for index, remaining in arrivals.remaining.items():
        product = names.products[lines[index].product]
        needed = product.minimum_intake_days
        if needed and remaining < needed:
            name = str(lines[index].lot or product.sku)
            faults.append(errors.short_dated(index, name, arrivals.last_sale[index], remaining, needed))
    return names.faults + sorted(faults, key=lambda fault: int(fault.pointer.split("/")[2]))


def _dated(dates: Dates) -> bool:
    return any(dates[name] for name in DATES)


def _last_sale(dates: Dates) -> dt.date:
    return last_sale_date(expiry_date=dates["expiry_date"], best_before_date=dates["best_before_date"])


def _differences(index: int, given: Dates, known: Dates, lot: Reference) -> list[Fault]:
    return [
        errors.date_differs(index, name, str(lot), was, date)
        for name in DATES
        if (date := given[name]) is not None and (was := known[name]) is not None and date != was
    ]


def _complete_dates(
    told: dict[Key, Dates], lines: Sequence[ReceiveLine], names: Names, *, actor: Actor, at: dt.datetime
) -> None:
    """A date that a known lot lacked and this label gives is kept. Three statements, only where needed.

    The lots are locked, in id order, and read again: another label may have told another date meanwhile.
    """
    lacking = {
        lot.id: key
        for key, own in told.items()
        if (lot := names.lots.get(key)) and any(own[name] != getattr(lot, name) for name in DATES)
    }
    if not lacking:
        return
    fresh = lock_lots(sorted(lacking))
    raced: list[Fault] = []
    changed: list[dict[str, Any]] = []
    for index, line in enumerate(lines):
        key = _key(line, names)
        if (lot := names.lots.get(key)) is None or (now_known := fresh.get(lot.id)) is None:
            continue
        dates: Dates = {name: getattr(now_known, name) or told[key][name] for name in DATES}
        raced += _differences(index, told[key], {name: getattr(now_known, name) for name in DATES}, key[1])
        learned = {name: dates[name] for name in DATES if dates[name] != getattr(now_known, name)}
        if learned:
            product, place = names.products[line.product], names.locations[line.location]
            record(
                actor=actor,
                action="stock.lot_dates",
                object_type="lot",
                object_id=lot.id,
                label=f"{product.sku} {lot.number}: {', '.join(learned)} read off a label",
                before=dict.fromkeys(learned),
                after=learned,
                warehouse_id=place.warehouse_id,
                at=at,
            )
            changed.append({"id": lot.id, **dates, "last_sale_date": _last_sale(dates)})
        full = now_known._replace(
            expiry_date=dates["expiry_date"],
            best_before_date=dates["best_before_date"],
            production_date=dates["production_date"],
            last_sale_date=_last_sale(dates),
        )
        fresh[lot.id] = names.lots[lot.product_id, lot.id] = names.lots[key] = full
    refuse_all(
        raced, summary="Somebody received one of these lots with another date just now; nothing was received."
    )
    if not changed:
        return
    columns = dict.fromkeys((*DATES, "last_sale_date"), "date")
    assignments = ", ".join(f"{name} = line.{name}" for name in columns)
    execute(
        f"UPDATE stock_lot SET {assignments} FROM "
        + table("line", {"id": "bigint", **columns})
        + " WHERE stock_lot.id = line.id",
        [rows(changed)],
    )


def _expiry(line: ReceiveLine, shelf_life_days: int | None) -> dt.date | None:
    """The date on the label, or the production date and the product's life."""
    if line.expiry_date or line.best_before_date or not line.production_date or shelf_life_days is None:
        return line.expiry_date
    return line.production_date + dt.timedelta(days=shelf_life_days)


def _lots_made(
    told: dict[Key, Dates], lines: Sequence[ReceiveLine], names: Names, at: dt.datetime
) -> dict[Key, LotName]:
    """The lots of the lines, making those that are new: two statements, none when all are known."""
    missing: dict[Key, dict[str, Any]] = {}
    for line in lines:
        key = _key(line, names)
        if key not in names.lots:
            dates = told.get(key) or dict.fromkeys(DATES)
            missing[key] = {
                "product_id": key[0],
                "number": key[1],
                **dates,
                "last_sale_date": _last_sale(dates),
            }
    if not missing:
        return names.lots
    columns = {"product_id": "bigint", "number": "text", **dict.fromkeys((*DATES, "last_sale_date"), "date")}
    listed = ", ".join(columns)
    execute(
        f"INSERT INTO stock_lot ({listed}, created_at) SELECT {listed}, %s FROM "
        + table("line", columns)
        + " WHERE true ON CONFLICT (product_id, number) DO NOTHING",
        [stored(at), rows(missing[key] for key in sorted(missing, key=str))],
    )
    made = find_lots(missing)
    raced = [
        fault
        for index, line in enumerate(lines)
        if (key := _key(line, names)) in missing
        for fault in _differences(
            index, missing[key], {name: getattr(made[key], name) for name in DATES}, key[1]
        )
    ]
    refuse_all(
        raced, summary="Somebody received one of these lots with another date just now; nothing was received."
    )
    return {**names.lots, **made}
