"""What arrived is booked in: where it belongs, or, when it is damaged, into quarantine on hold."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.db.models import Q

from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, Kind, Refusal, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.sql import fetch, rows, table
from stillage.places.models import Kind as PlaceKind
from stillage.places.models import Location
from stillage.stock import operations as stock
from stillage.stock.naming import Line, Names, find_all, lot_reference, virtual_locations
from stillage.transfers.locking import items_of, lock_transfer, on_the_way, touch
from stillage.transfers.models import Transfer, TransferItem, TransferStatus
from stillage.transfers.states import Step
from stillage.transfers.writing import insert_items, save_items, tell

DAMAGED = "damaged"
CHANGE = "transfers.change"


@dataclass(frozen=True, slots=True)
class Arrived:
    """Units that are there: of an item, or of a product and lot. `surplus` takes what nobody sent."""

    quantity: int
    item: int | None = None
    product: Reference | None = None
    lot: Reference | None = None
    location: Reference | None = None
    condition: str = "ok"
    surplus: bool = False


@dataclass(slots=True)
class _Intake:
    """What a receipt comes to."""

    units: list[stock.Units]
    surplus: list[stock.Units]
    new: list[TransferItem]
    broken: dict[tuple[int, int], None]  # lot and quarantine place, in order


@operation
def receive(
    *,
    actor: Actor,
    transfer: Reference,
    lines: Sequence[Arrived],
    at: dt.datetime,
    location: Reference | None = None,
) -> Transfer:
    """Book what arrived off the way and into the house; what is damaged goes into quarantine and on hold there.

    Refuses: more than is on the way, unless it is said to be a surplus (for which one needs transfers.change); goods
    that were not sent; unknown names; a place that is closed or another warehouse's (all at once).
    Locks: the transfer, the balances by id. Audits: transfer.receive, stock.transfer, stock.adjust, stock.hold.
    """
    one = lock_transfer(transfer, Step.RECEIVE, actor=actor)
    items = items_of(one)
    faults: list[Fault] = []
    places = _places(one, lines, location, faults)
    names, wanted = _named(lines, items, actor, faults)
    _check_surplus(lines, actor)
    intake = _shared_out(one, lines, wanted, names, items, places, faults)
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was received.")
    before = {item.pk: (item.received, item.damaged, item.surplus) for item in items if item.pk}
    _book(one, intake, actor, at)
    save_items(items)
    if intake.new:
        insert_items(intake.new)
    left = sum(on_the_way(item) for item in items)
    status = TransferStatus.PARTLY_RECEIVED if left else TransferStatus.RECEIVED
    touch(one, status=status, **({} if left else {"received_at": at}))
    told = [
        {
            "product": item.product.sku,
            "lot": item.lot.number,
            "quantity": item.received - before[item.pk][0],
            "damaged": item.damaged - before[item.pk][1],
            "surplus": item.surplus - before[item.pk][2],
        }
        for item in items
        if (item.received, item.damaged, item.surplus) != before[item.pk]
    ]
    told += [{"lot_id": item.lot_id, "quantity": 0, "surplus": item.surplus} for item in intake.new]
    tell(one, "receive", actor=actor, at=at, after={"lines": told})
    return one


# ---- places -------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Places:
    by_name: dict[Reference, Location]
    goods: Location | None  # where what is sound goes unless a line says otherwise
    cage: Location | None  # the same for what is damaged


def _places(
    one: Transfer, lines: Sequence[Arrived], location: Reference | None, faults: list[Fault]
) -> _Places:
    """The places named, and those where goods go by themselves. One statement."""
    named = {line.location for line in lines if line.location is not None} | (
        {location} if location is not None else set()
    )
    ids = [ref for ref in named if isinstance(ref, int)]
    codes = [ref for ref in named if isinstance(ref, str)]
    own = Location.objects.filter(warehouse=one.to_warehouse_id, is_virtual=False).exclude(
        kind=PlaceKind.TRANSIT
    )
    defaults = Q(kind__in=(PlaceKind.RECEIVING, PlaceKind.QUARANTINE), is_active=True)
    by_name: dict[Reference, Location] = {}
    first: dict[str, Location] = {}
    for place in own.filter(defaults | Q(pk__in=ids) | Q(full_code__in=codes) | Q(code__in=codes)).order_by(
        "pick_sequence", "code"
    ):
        by_name[place.pk] = by_name[place.full_code] = by_name[place.code] = place
        if place.is_active:
            first.setdefault(place.kind, place)
    goods = by_name.get(location) if location is not None else first.get(PlaceKind.RECEIVING)
    if location is not None:
        faults += _wrong("/location", location, goods)
    return _Places(by_name, goods, first.get(PlaceKind.QUARANTINE))


def _wrong(pointer: str, name: Reference, place: Location | None) -> list[Fault]:
    if place is None:
        return [Fault(pointer, "unknown_location", f"There is no location {str(name)[:60]!r} here.")]
    if not place.is_active:
        return [Fault(pointer, "location_closed", f"{place.full_code} is closed; choose another.")]
    return []


def _place_of(
    one: Transfer, index: int, line: Arrived, places: _Places, faults: list[Fault]
) -> Location | None:
    """Where the units of a line go."""
    pointer = f"/lines/{index}/location"
    if line.location is not None:
        place = places.by_name.get(line.location)
        wrong = _wrong(pointer, line.location, place)
        if not wrong and line.condition == DAMAGED and place and place.kind != PlaceKind.QUARANTINE:
            detail = f"{place.full_code} is no quarantine place; what is damaged goes into one."
            wrong = [Fault(pointer, "not_quarantine", detail)]
        faults += wrong
        return None if wrong else place
    found = places.cage if line.condition == DAMAGED else places.goods
    if found is None and line.condition == DAMAGED:
        raise Conflict(
            f"{one.to_warehouse.code} has no quarantine place; make a location of kind quarantine.",
            code="no_quarantine_place",
        )
    if found is None:
        faults.append(
            Fault(
                pointer,
                "location_required",
                f"{one.to_warehouse.code} has no open receiving place; say where the goods go.",
            )
        )
    return found


# ---- goods --------------------------------------------------------------------------------------
def _named(
    lines: Sequence[Arrived], items: Sequence[TransferItem], actor: Actor, faults: list[Fault]
) -> tuple[Names, dict[int, int]]:
    """The products and lots that lines name, and which lookup belongs to which line. One statement, or none."""
    known = {item.pk for item in items}
    asked: list[Line] = []
    wanted: dict[int, int] = {}
    for index, line in enumerate(lines):
        if line.item is not None:
            if line.item not in known:
                faults.append(
                    Fault(f"/lines/{index}/item", "unknown_item", "This transfer has no such item.")
                )
        elif line.product is None:
            faults.append(
                Fault(f"/lines/{index}/item", "required", "Say which item arrived, or which product and lot.")
            )
        else:
            wanted[len(asked)] = index
            asked.append(Line(line.product, line.lot, ()))
    if not asked:
        return Names(), wanted
    names = find_all(asked, actor=actor)
    for fault in names.faults:
        _, head, number, rest = fault.pointer.split("/", 3)
        faults.append(Fault(f"/{head}/{wanted[int(number)]}/{rest}", fault.code, fault.detail, fault.meta))
    return names, wanted


def _check_surplus(lines: Sequence[Arrived], actor: Actor) -> None:
    if any(line.surplus for line in lines) and not actor.can(CHANGE):
        raise Refusal(
            f"Taking up more than was sent needs the right {CHANGE}; receive what was sent and report the rest.",
            code="forbidden",
            kind=Kind.FORBIDDEN,
        )


def _shared_out(
    one: Transfer,
    lines: Sequence[Arrived],
    wanted: dict[int, int],
    names: Names,
    items: Sequence[TransferItem],
    places: _Places,
    faults: list[Fault],
) -> _Intake:
    """Which item the units of each line belong to; written into the items, so that no unit arrives twice."""
    intake = _Intake([], [], [], {})
    transit = one.transit_location_id or 0
    adjustment = virtual_locations([one.to_warehouse_id], "adjustment")[one.to_warehouse_id]
    looked_up = set(wanted.values())
    by_lot: dict[int, list[TransferItem]] = defaultdict(list)
    for item in items:
        by_lot[item.lot_id].append(item)
    by_id = {item.pk: item for item in items}
    for index, line in enumerate(lines):
        place = _place_of(one, index, line, places, faults)
        own: list[TransferItem] = []
        lot_id = product_id = 0
        if line.item in by_id:
            own = [by_id[line.item or 0]]
            lot_id, product_id = own[0].lot_id, own[0].product_id
        elif index in looked_up and (product := names.products.get(line.product or 0)):
            lot = names.lots.get((product.id, lot_reference(product, line.lot)))
            if lot is None:
                continue
            lot_id, product_id, own = lot.id, product.id, by_lot[lot.id]
            if not own and not line.surplus:
                faults.append(
                    Fault(
                        f"/lines/{index}/product",
                        "not_on_transfer",
                        f"{product.sku} lot {lot.number} was not sent with {one.number}. Say surplus to take it up.",
                    )
                )
                continue
        else:
            continue
        left = line.quantity
        way = sum(on_the_way(item) for item in own)
        for item in own:
            units = min(left, on_the_way(item))
            if not units:
                continue
            left -= units
            item.received += units
            if line.condition == DAMAGED:
                item.damaged += units
            if place is not None:
                intake.units.append(stock.Units(item.demand_id, lot_id, transit, place.pk, units))
        if left and not line.surplus:
            faults.append(_more(index, one, own, way, line.quantity))
        elif left:
            of = own[-1] if own else _surplus_item(one, product_id, lot_id, intake)
            of.surplus += left
            if place is not None:
                reason = f"surplus of {one.number}"
                intake.surplus.append(
                    stock.Units(of.demand_id, lot_id, adjustment, place.pk, left, reason=reason)
                )
        if place is not None and line.condition == DAMAGED:
            intake.broken[lot_id, place.pk] = None
    return intake


def _surplus_item(one: Transfer, product_id: int, lot_id: int, intake: _Intake) -> TransferItem:
    """An item for a lot of which nothing was sent."""
    for item in intake.new:
        if item.lot_id == lot_id:
            return item
    made = TransferItem(
        transfer=one, product_id=product_id, lot_id=lot_id, dispatched=0, surplus=0, demand_id=uuid4()
    )
    intake.new.append(made)
    return made


def _more(index: int, one: Transfer, own: Sequence[TransferItem], way: int, given: int) -> Fault:
    item = own[0]
    lot = f" lot {item.lot.number}" if item.lot.number else ""
    return Fault(
        f"/lines/{index}/quantity",
        "more_than_dispatched",
        f"{way} of {item.product.sku}{lot} are on the way with {one.number}, you have {given}."
        " Count again, or say surplus to take up what nobody sent.",
        {"on_the_way": way, "given": given},
    )


def _book(one: Transfer, intake: _Intake, actor: Actor, at: dt.datetime) -> None:
    stock.arrive(actor=actor, units=intake.units, surplus=intake.surplus, reference=one.number, at=at)
    fresh = _not_held(list(intake.broken))
    if fresh:
        product_of = dict(_products([lot for lot, _ in fresh]))
        stock.hold(
            actor=actor,
            lines=[
                stock.HoldLine(product_of[lot_id], f"damaged on {one.number}", lot_id, place_id)
                for lot_id, place_id in fresh
            ],
            at=at,
        )


def _not_held(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those lots that are not on hold at a place yet; asked under the lock of what was just booked. One statement."""
    if not pairs:
        return []
    held = fetch(
        "SELECT asked.lot_id, asked.location_id FROM "
        + table("asked", {"lot_id": "bigint", "location_id": "bigint"})
        + " JOIN stock_hold h ON h.lot_id = asked.lot_id AND h.released_at IS NULL"
        " AND h.location_id = asked.location_id",
        [rows({"lot_id": lot_id, "location_id": location_id} for lot_id, location_id in pairs)],
    )
    return [pair for pair in pairs if pair not in {(row[0], row[1]) for row in held}]


def _products(lot_ids: Sequence[int]) -> list[tuple[int, int]]:
    found = fetch(
        "SELECT l.id, l.product_id FROM stock_lot l JOIN "
        + table("asked", {"lot_id": "bigint"})
        + " ON l.id = asked.lot_id",
        [rows({"lot_id": lot_id} for lot_id in lot_ids)],
    )
    return [(row[0], row[1]) for row in found]
