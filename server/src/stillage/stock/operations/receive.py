"""Goods come in: lots with their dates enter a location."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from stillage.core.actor import Actor
from stillage.core.clock import today
from stillage.core.errors import Fault, refuse_all
from stillage.core.locking import operation
from stillage.core.sql import execute, rows, stored, table
from stillage.stock import errors
from stillage.stock.expiry import FOREVER, last_sale_date
from stillage.stock.naming import (
    Line,
    LotName,
    Names,
    Reference,
    find_all,
    find_lots,
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


@operation
def receive(*, actor: Actor, lines: Sequence[ReceiveLine], reference: str, at: dt.datetime) -> dict[str, Any]:
    """Book goods in from the supplier; unknown lots are made with their dates.

    Refuses: an unknown product or location, a lot whose date differs from the one known, a lot without the
    date its product needs, goods that last less than the product's minimum at intake.
    Locks: the balances, by id. Audits: stock.receive.
    """
    names = find_all(
        [Line(line.product, line.lot, (("location", line.location),)) for line in lines],
        actor=actor,
        lots_must_exist=False,
    )
    faults = names.faults + _faults_in_dates(lines, names)
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was received.")
    _complete_dates(lines, names)
    lots = _lots_made(lines, names, at)
    suppliers = virtual_locations((place.warehouse_id for place in names.locations.values()), "supplier")
    steps = []
    for line in lines:
        product, location = names.products[line.product], names.locations[line.location]
        steps.append(
            Step(
                product=product,
                lot=lots[product.id, lot_reference(product, line.lot)],
                source=End(suppliers[location.warehouse_id], "supplier", None),
                target=physical(location),
                quantity=line.quantity,
                unit_cost=line.unit_cost,
            )
        )
    return carry_out(steps, actor=actor, kind="receive", reference=reference, at=at)


def _faults_in_dates(lines: Sequence[ReceiveLine], names: Names) -> list[Fault]:
    faults: list[Fault] = []
    told: dict[tuple[int, Reference], tuple[dt.date | None, dt.date | None]] = {}
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
        reference = lot_reference(product, line.lot)
        known = names.lots.get((product.id, reference))
        if known is not None:
            faults += _differences(index, line, known)
        elif product.shelf_life_days is not None and not (
            line.expiry_date or line.best_before_date or line.production_date
        ):
            faults.append(
                Fault(
                    f"/lines/{index}/expiry_date",
                    "date_required",
                    f"{product.sku} goes stale: give the expiry or best-before date of lot {reference}.",
                )
            )
            continue
        dates = (line.expiry_date, line.best_before_date)
        if known is None and told.setdefault((product.id, reference), dates) != dates:
            faults.append(
                Fault(
                    f"/lines/{index}/expiry_date",
                    "lot_date_differs",
                    f"Lot {reference} stands here with two dates.",
                )
            )
        if product.minimum_intake_days:
            last_sale = known.last_sale_date if known else _last_sale(line, product.shelf_life_days)
            remaining = (last_sale - today(location.timezone)).days
            if remaining < product.minimum_intake_days:
                faults.append(
                    errors.short_dated(
                        index, str(reference), last_sale, remaining, product.minimum_intake_days
                    )
                )
    return faults


def _differences(index: int, line: ReceiveLine, known: LotName) -> list[Fault]:
    return [
        errors.date_differs(index, name, known.number, was, given)
        for name in ("expiry_date", "best_before_date", "production_date")
        if (given := getattr(line, name)) is not None
        and given != (was := getattr(known, name))
        and was is not None
    ]


def _complete_dates(lines: Sequence[ReceiveLine], names: Names) -> None:
    """A date that a known lot lacked and this label gives is kept. One statement, only where needed."""
    learned: dict[int, dict[str, Any]] = {}
    for line in lines:
        product = names.products[line.product]
        key = (product.id, lot_reference(product, line.lot))
        known = names.lots.get(key)
        if known is None or not product.lot_tracked:
            continue
        dates = {
            name: getattr(known, name) or getattr(line, name)
            for name in ("expiry_date", "best_before_date", "production_date")
        }
        if all(dates[name] == getattr(known, name) for name in dates):
            continue
        last_sale = last_sale_date(
            expiry_date=dates["expiry_date"], best_before_date=dates["best_before_date"]
        )
        fresh = LotName(known.id, known.product_id, known.number, **dates, last_sale_date=last_sale)
        names.lots[product.id, known.id] = names.lots[product.id, known.number] = fresh
        learned[known.id] = {"id": known.id, **dates, "last_sale_date": last_sale}
    if learned:
        columns = dict.fromkeys(
            ("expiry_date", "best_before_date", "production_date", "last_sale_date"), "date"
        )
        assignments = ", ".join(f"{name} = line.{name}" for name in columns)
        execute(
            f"UPDATE stock_lot SET {assignments} FROM "
            + table("line", {"id": "bigint", **columns})
            + " WHERE stock_lot.id = line.id",
            [rows(learned[lot_id] for lot_id in sorted(learned))],
        )


def _expiry(line: ReceiveLine, shelf_life_days: int | None) -> dt.date | None:
    """The date on the label, or the production date and the product's life."""
    if line.expiry_date or line.best_before_date or not line.production_date or shelf_life_days is None:
        return line.expiry_date
    return line.production_date + dt.timedelta(days=shelf_life_days)


def _last_sale(line: ReceiveLine, shelf_life_days: int | None) -> dt.date:
    return last_sale_date(expiry_date=_expiry(line, shelf_life_days), best_before_date=line.best_before_date)


def _lots_made(
    lines: Sequence[ReceiveLine], names: Names, at: dt.datetime
) -> dict[tuple[int, Reference], LotName]:
    """The lots of the lines, making those that are new: two statements, none when all are known."""
    missing: dict[tuple[int, Reference], dict[str, Any]] = {}
    for line in lines:
        product = names.products[line.product]
        key = (product.id, lot_reference(product, line.lot))
        if key not in names.lots:
            last_sale = _last_sale(line, product.shelf_life_days)
            missing[key] = {
                "product_id": product.id,
                "number": key[1],
                "expiry_date": _expiry(line, product.shelf_life_days),
                "best_before_date": line.best_before_date,
                "production_date": line.production_date,
                "last_sale_date": last_sale if product.lot_tracked else FOREVER,
            }
    if not missing:
        return names.lots
    columns = {
        "product_id": "bigint",
        "number": "text",
        "expiry_date": "date",
        "best_before_date": "date",
        "production_date": "date",
        "last_sale_date": "date",
    }
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
        if (key := (names.products[line.product].id, lot_reference(names.products[line.product], line.lot)))
        in missing
        for fault in _differences(index, line, made[key])
    ]
    refuse_all(
        raced, summary="Somebody received one of these lots with another date just now; nothing was received."
    )
    return {**names.lots, **made}
