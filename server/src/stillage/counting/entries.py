"""From what somebody says he saw to entries: names found, packs reckoned, what came late set behind what stands."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from stillage.catalogue.models import Pack
from stillage.core.actor import Actor
from stillage.core.errors import Fault
from stillage.core.finding import Reference
from stillage.counting.models import Count, CountLine, CountPlace, CountProduct, LineOutcome
from stillage.stock import errors
from stillage.stock.naming import Line, LotName, Names, find_all, lot_reference

LATEST = dt.timedelta(hours=24)
# A tablet's clock may be a little ahead; that is now.
AHEAD = dt.timedelta(minutes=1)
MAX_UNITS = 2**31 - 1
Key = tuple[int, str]  # product and the lot's number


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """So many units of a lot, seen at an instant. `lot_id` is None where the lot is not known yet."""

    index: int
    product_id: int
    sku: str
    lot_id: int | None
    lot_number: str
    quantity: int
    at: dt.datetime
    mode: str = "set"
    expiry_date: dt.date | None = None
    best_before_date: dt.date | None = None

    @property
    def key(self) -> Key:
        return self.product_id, self.lot_number


def read_lines(
    lines: Sequence[Mapping[str, Any]],
    *,
    place: CountPlace,
    count: Count,
    actor: Actor,
    at: dt.datetime,
    faults: list[Fault],
) -> list[Entry]:
    """The lines as entries, and a fault for everything that is wrong with them. At most two statements."""
    packs = _packs([line["pack"] for line in lines if line["pack"] is not None])
    named: list[Line] = []
    where: list[int] = []
    for index, line in enumerate(lines):
        pack = packs.get(line["pack"]) if line["pack"] is not None else None
        if line["pack"] is not None and pack is None:
            faults.append(errors.unknown(index, "pack", "pack", line["pack"]))
        elif line["pack"] is None and line["product"] is None:
            faults.append(Fault(f"/lines/{index}/product", "required", "Say which product, or which pack."))
        else:
            product: Reference = pack.product_id if pack else line["product"]
            if pack and line["product"] not in (None, pack.product_id, pack.product.sku):
                faults.append(
                    Fault(f"/lines/{index}/pack", "other_product", f"This pack is one of {pack.product.sku}.")
                )
            named.append(Line(product, line["lot"], ()))
            where.append(index)
    names = find_all(named, actor=actor, lots_must_exist=False) if named else Names()
    for fault in names.faults:
        _, head, number, rest = fault.pointer.split("/", 3)
        faults.append(Fault(f"/{head}/{where[int(number)]}/{rest}", fault.code, fault.detail, fault.meta))
    entries = []
    for asked, index in zip(named, where, strict=True):
        line = lines[index]
        pack = packs.get(line["pack"]) if line["pack"] is not None else None
        units = _units(index, line, pack.units_per_pack if pack else None, faults)
        instant = _instant(index, line["counted_at"], at, faults)
        entry = _entry(index, line, asked, names, units, instant, faults)
        if entry is not None:
            entries.append(entry)
    return entries


def _packs(references: Sequence[Reference]) -> dict[Reference, Pack]:
    """Packs by GTIN (however many zeros it is written with) or id. One statement, none without packs."""
    if not references:
        return {}
    ids = [one for one in references if isinstance(one, int)]
    gtins = {one: one.zfill(14) for one in references if isinstance(one, str)}
    found: dict[Reference, Pack] = {}
    rows = Pack.objects.filter(Q(pk__in=ids) | Q(gtin__in=set(gtins.values()))).select_related("product")
    by_gtin = {}
    for pack in rows:
        found[pack.pk] = pack
        if pack.gtin:
            by_gtin[pack.gtin] = pack
    return found | {name: by_gtin[gtin] for name, gtin in gtins.items() if gtin in by_gtin}


def _units(index: int, line: Mapping[str, Any], per_pack: int | None, faults: list[Fault]) -> int:
    packs, units = line["quantity_packs"], line["quantity"]
    if (packs is None) == (units is None):
        detail = "Say how many: quantity in units, or quantity_packs of a pack."
        faults.append(Fault(f"/lines/{index}/quantity", "required", detail))
        return 0
    if packs is None:
        return int(units)
    if per_pack is None:
        detail = "Say of which pack these are, or give the quantity in units."
        faults.append(Fault(f"/lines/{index}/quantity_packs", "pack_required", detail))
        return 0
    if packs * per_pack > MAX_UNITS:
        faults.append(Fault(f"/lines/{index}/quantity_packs", "too_many", f"At most {MAX_UNITS} units."))
    return int(packs * per_pack)


def _instant(index: int, given: dt.datetime | None, at: dt.datetime, faults: list[Fault]) -> dt.datetime:
    if given is None:
        return at
    if given > at + AHEAD:
        detail = "This was counted in the future; set the device's clock."
        faults.append(Fault(f"/lines/{index}/counted_at", "in_the_future", detail))
    elif given < at - LATEST:
        detail = "This was counted more than a day ago; count it again."
        faults.append(Fault(f"/lines/{index}/counted_at", "too_long_ago", detail))
    return min(given, at)


def _entry(
    index: int,
    line: Mapping[str, Any],
    asked: Line,
    names: Names,
    units: int,
    instant: dt.datetime,
    faults: list[Fault],
) -> Entry | None:
    product = names.products.get(asked.product)
    if product is None:
        return None
    reference = lot_reference(product, asked.lot)
    known: LotName | None = names.lots.get((product.id, reference))
    dates = {name: line[name] for name in ("expiry_date", "best_before_date")}
    if known is None and isinstance(reference, int):
        return None  # said already
    if known is not None:
        faults += [
            errors.date_differs(index, name, known.number, was, given)
            for name, given in dates.items()
            if given is not None and (was := getattr(known, name)) is not None and was != given
        ]
        dates = dict.fromkeys(dates)
    elif (
        product.lot_tracked
        and reference
        and units
        and product.shelf_life_days is not None
        and not any(dates.values())
    ):
        faults.append(
            Fault(
                f"/lines/{index}/expiry_date",
                "date_required",
                f"Lot {reference} of {product.sku} is not known yet and goes stale: give the date on its label.",
            )
        )
    return Entry(
        index=index,
        product_id=product.id,
        sku=product.sku,
        lot_id=known.id if known else None,
        lot_number=known.number if known else str(reference),
        quantity=units,
        at=instant,
        mode=line["mode"],
        **(dates if product.lot_tracked else {}),
    )


def products_of(one: Count) -> list[int]:
    """What a count is narrowed to; nothing where all is counted. One statement."""
    return list(CountProduct.objects.filter(count=one).values_list("product_id", flat=True))


def asked_again(one: Count, place: CountPlace) -> list[CountLine]:
    """The lots of a place that a later round asks for: those whose last line says so. One statement."""
    found = CountLine.objects.filter(count=one, location=place.location_id, round__lt=place.round)
    latest = {
        (line.product_id, line.lot_number): line for line in found.select_related("product").order_by("round")
    }
    return [line for line in latest.values() if line.outcome == LineOutcome.RECOUNT]


def check_known(one: Count, place: CountPlace, entries: Sequence[Entry], faults: list[Fault]) -> None:
    """Whether the count asks for these: its products, and in a later round no lot that was settled in an earlier one.

    Two statements.
    """
    only = set(products_of(one))
    earlier: set[Key] = set()
    if place.round > 1:
        earlier = set(
            CountLine.objects.filter(
                count=one, location=place.location_id, round__lt=place.round
            ).values_list("product_id", "lot_number")
        )
        earlier -= {(line.product_id, line.lot_number) for line in asked_again(one, place)}
    for entry in entries:
        if only and entry.product_id not in only:
            faults.append(
                Fault(
                    f"/lines/{entry.index}/product",
                    "not_in_count",
                    f"{entry.sku} is not counted in {one.number}; leave it out.",
                )
            )
        elif entry.key in earlier:
            lot = f" lot {entry.lot_number}" if entry.lot_number else ""
            faults.append(
                Fault(
                    f"/lines/{entry.index}/lot",
                    "not_asked_again",
                    f"{entry.sku}{lot} was counted in an earlier round and is not asked again.",
                )
            )


def settled(
    entries: Sequence[Entry], before: Mapping[Key, tuple[int, dt.datetime]]
) -> tuple[list[Entry], list[tuple[int, str, int, dt.datetime]]]:
    """What stands after some entries, and what each left standing. Pure.

    A number that was counted earlier than the one that stands came late and changes nothing; adding counts on,
    whenever it was.
    """
    standing: dict[Key, Entry] = {}
    log: list[tuple[int, str, int, dt.datetime]] = []
    for entry in entries:
        old = standing.get(entry.key)
        units, at = (old.quantity, old.at) if old else before.get(entry.key, (0, None))
        if entry.mode == "add":
            later = max(entry.at, at) if at else entry.at
            standing[entry.key] = replace(entry, quantity=min(units + entry.quantity, MAX_UNITS), at=later)
        elif at is None or entry.at >= at:
            standing[entry.key] = entry
        stands = standing[entry.key].quantity if entry.key in standing else units
        log.append((entry.product_id, entry.lot_number, stands, entry.at))
    return list(standing.values()), log
