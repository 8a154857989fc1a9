"""Goods come off the truck: booked in scan by scan, held against what was asked for, and nothing wrong taken silently."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q

from stillage.catalogue.gtin import GtinError
from stillage.catalogue.models import Pack
from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, Kind, NotFound, Refusal, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.documents.sscc import SsccError
from stillage.documents.sscc import parse as parse_sscc
from stillage.numbering.take import document_number, take
from stillage.places.models import Kind as PlaceKind
from stillage.places.models import Location
from stillage.purchasing import dock
from stillage.purchasing.dock import Fate, TakenIn
from stillage.purchasing.locking import find_order_ids
from stillage.purchasing.models import (
    AdvanceNotice,
    Discrepancy,
    NoticeLine,
    NoticeUnit,
    Receipt,
    ReceiptLine,
    ReceiptStatus,
)
from stillage.purchasing.operations.open_receipt import Delivery, begin, tell_opened
from stillage.purchasing.receiving import (
    OUTCOMES,
    QUARANTINED,
    Came,
    Life,
    Matched,
    Part,
    count_off,
    match,
)
from stillage.stock import operations as stock
from stillage.stock.naming import LocationName, LotName
from stillage.stock.waiting import waiting

DECIDE, COST, SALES = "receipts.decide", "cost.view", "sales.view"
_OF_LOT = ("lot", "expiry_date", "best_before_date", "production_date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """One line of a delivery: a product or a pack of it (GTIN), its lot and dates, and how many."""

    product: Reference | None = None
    pack: Reference | None = None
    lot: Reference | None = None
    expiry_date: dt.date | None = None
    best_before_date: dt.date | None = None
    production_date: dt.date | None = None
    quantity: int | None = None
    quantity_packs: int | None = None
    condition: str = "ok"
    outcome: str = ""
    note: str = ""
    unit_cost: Decimal | None = None
    order_line: int | None = None
    notice_line: int | None = None  # of the unit that was scanned whole


@operation
def receive(
    *,
    actor: Actor,
    receipt: Reference,
    lines: Sequence[Scanned],
    at: dt.datetime,
    location: Reference | None = None,
) -> TakenIn:
    """Book units in, against the open order lines they answer. A fixed number of statements, whatever their number.

    More than ordered, not ordered, too short-dated or damaged units are refused with both sides unless their line says
    what becomes of them: `accept` (needs receipts.decide), `quarantine` (set aside and held) or `refuse` (not booked).
    Refuses: a closed receipt; unknown names; what is wrong without an outcome; a lot whose date differs; a warehouse
    without a quarantine place where one is needed; costs from who may not see them. All faults of all lines at once.
    Locks: the receipt, purchase orders by id, the notice, lots that learn a date, the balances by id.
    Audits: receipt.receive, purchase_order.receive, stock.receive, stock.hold, stock.lot_dates.
    """
    found = dock.lock_receipt(receipt, actor=actor)
    dock.check(found, "receive")
    return _take_in(found, lines, actor=actor, at=at, location=location)


@operation
def receive_order(
    *,
    actor: Actor,
    order: Reference,
    lines: Sequence[Scanned],
    at: dt.datetime,
    location: Reference | None = None,
    delivery_note: str = "",
) -> TakenIn:
    """Receive against an order: on with its open receipt, or with a new one.

    Refuses, locks and audits what `open_receipt` and `receive` do.
    """
    (pk,) = find_order_ids([order], actor=actor)
    if pk is None:
        raise NotFound("There is nothing of that name.")
    open_one = Receipt.objects.filter(order=pk, status=ReceiptStatus.OPEN).values_list("pk", flat=True)
    going_on, made = open_one.first(), None
    if going_on is None:
        delivery = Delivery(purchase_order=pk, location=location, delivery_note=delivery_note)
        made = begin(actor=actor, delivery=delivery, at=at)
        going_on = made.pk if made else open_one.first()
    if going_on is None:
        raise Conflict("The receipt of this order was closed just now; send this again.", code="in_progress")
    found = made or dock.lock_receipt(going_on, actor=actor)
    dock.check(found, "receive")
    return _take_in(found, lines, actor=actor, at=at, location=location, opened=made is not None)


@operation
def receive_unit(
    *,
    actor: Actor,
    receipt: Reference,
    sscc: str,
    at: dt.datetime,
    location: Reference | None = None,
    outcome: str = "",
) -> TakenIn:
    """Book what a notice says stands on a pallet or carton, once.

    Refuses: an SSCC that nobody announced here, one that came already, and what `receive` refuses.
    Locks and audits what `receive` does.
    """
    found = dock.lock_receipt(receipt, actor=actor)
    dock.check(found, "receive")
    unit = _unit(sscc, found)
    of_unit = list(NoticeLine.objects.filter(unit=unit).order_by("position"))
    lines = [
        Scanned(
            product=line.product_id,
            lot=line.lot_number or None,
            expiry_date=line.expiry_date,
            best_before_date=line.best_before_date,
            production_date=line.production_date,
            quantity=line.quantity,
            outcome=outcome,
            notice_line=line.pk,
        )
        for line in of_unit
    ]
    return _take_in(found, lines, actor=actor, at=at, location=location, unit=unit)


def _unit(sscc: str, receipt: Receipt) -> NoticeUnit:
    """A unit announced by the receipt's supplier for its warehouse."""
    try:
        number = parse_sscc(sscc)
    except (GtinError, SsccError):
        number = ""
    found = NoticeUnit.objects.filter(
        sscc=number, notice__supplier=receipt.supplier_id, notice__warehouse=receipt.warehouse_id
    )
    unit = found.select_related("notice").first()
    if unit is None:
        raise NotFound(
            f"{receipt.supplier.name} announced no unit {sscc[:30]} for {receipt.warehouse.code};"
            " receive its cases one by one.",
            code="unknown_unit",
        )
    return unit


def _not_yet(unit: NoticeUnit, notice: AdvanceNotice) -> None:
    """The notice is locked: whether a unit came already is decided here, once."""
    closed = dock.not_open(notice)
    fresh = NoticeUnit.objects.get(pk=unit.pk)
    if fresh.operation_id is not None:
        line = ReceiptLine.objects.filter(operation_id=fresh.operation_id).select_related("receipt").first()
        where = f" by {line.username} with {line.receipt.number}" if line else ""
        raise Conflict(f"The unit {unit.sscc} was received already{where}.", code="already_received")
    if closed is not None:
        raise Conflict(closed.detail, code=closed.code)
    begun = NoticeLine.objects.filter(unit=unit, received__gt=0).first()
    if begun is not None:
        raise Conflict(
            f"Some of the unit {unit.sscc} was received case by case already; go on so, case by case.",
            code="partly_received",
        )


# ---- one booking --------------------------------------------------------------------------------
def _take_in(
    receipt: Receipt,
    lines: Sequence[Scanned],
    *,
    actor: Actor,
    at: dt.datetime,
    location: Reference | None,
    unit: NoticeUnit | None = None,
    opened: bool = False,
) -> TakenIn:
    faults: list[Fault] = []
    place = receipt.location if location is None else dock.dock(location, receipt.warehouse_id, faults)
    asked = _read(lines, (place or receipt.location).pk, faults)
    if not asked:
        refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was received.")
    arrivals = stock.look_at([line for _, line in asked], actor=actor)
    names, indexes = arrivals.names, [index for index, _ in asked]
    product_ids = sorted(
        {names.products[line.product].id for _, line in asked if line.product in names.products}
    )
    order_lines = {line.id: line for line in dock.lock_order_lines(receipt, product_ids)}
    notices = dock.lock_notices({receipt.notice_id, unit.notice_id if unit else None})
    if unit is not None:
        _not_yet(unit, notices[unit.notice_id])
    came = _came(lines, asked, arrivals)
    outcomes = OUTCOMES if actor.can(DECIDE) else tuple(one for one in OUTCOMES if one != "accept")
    nobody = (
        f"{receipt.order.number} does not ask"
        if receipt.order
        else f"No open order with {receipt.supplier.name} for {receipt.warehouse.code} asks"
    )
    matched = match(came, dock.wanted(order_lines.values()), nobody=nobody, outcomes=outcomes)
    of_stock = _faults_that_count(arrivals.faults, indexes, matched, lines)
    faults += sorted(of_stock + matched.faults, key=_line_of)
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was received.")
    _allow(matched, lines, actor)
    parts = _counted(matched.parts, lines, came, notices, product_ids, unit)
    return _book(
        receipt,
        parts,
        lines=lines,
        looked=dict(asked),
        arrivals=arrivals,
        order_lines=order_lines,
        place=place or receipt.location,
        unit=unit,
        actor=actor,
        at=at,
        opened=opened,
        product_ids=product_ids,
    )


def _line_of(fault: Fault) -> int:
    return int(fault.pointer.split("/")[2])


def _read(
    lines: Sequence[Scanned], place_id: int, faults: list[Fault]
) -> list[tuple[int, stock.ReceiveLine]]:
    """Lines in base units of a product, with their number in the request. One statement where packs are named."""
    packs = _packs(lines)
    read: list[tuple[int, stock.ReceiveLine]] = []
    for index, line in enumerate(lines):
        product: Reference | None = line.product
        pack = None
        if line.pack is not None:
            pack = _pack_of(line, packs)
            if pack is None:
                detail = f"There is no pack {str(line.pack)[:60]!r}{' of this product' if product else ''}."
                faults.append(Fault(f"/lines/{index}/pack", "unknown_pack", detail))
                continue
            product = pack.product_id
        if product is None:
            faults.append(
                Fault(f"/lines/{index}/product", "required", "Say which product, or scan its pack.")
            )
            continue
        if (line.quantity is None) == (line.quantity_packs is None):
            detail = "Say how many: quantity in base units, or quantity_packs."
            faults.append(Fault(f"/lines/{index}/quantity", "required", detail))
            continue
        if line.quantity_packs is not None and pack is None:
            detail = "Packs of which size? Name the pack, or send quantity in base units."
            faults.append(Fault(f"/lines/{index}/pack", "required", detail))
            continue
        units = line.quantity
        if units is None:
            units = (line.quantity_packs or 0) * (pack.units_per_pack if pack else 1)
        read.append(
            (
                index,
                stock.ReceiveLine(
                    product=product,
                    location=place_id,
                    quantity=units,
                    lot=line.lot,
                    expiry_date=line.expiry_date,
                    best_before_date=line.best_before_date,
                    production_date=line.production_date,
                ),
            )
        )
    return read


def _packs(lines: Sequence[Scanned]) -> list[Pack]:
    named = [line for line in lines if line.pack is not None]
    if not named:
        return []
    ids = {line.pack for line in named if isinstance(line.pack, int)}
    texts = {line.pack for line in named if isinstance(line.pack, str)}
    gtins = {text.zfill(14) for text in texts if text.isascii() and text.isdecimal()}
    skus = {line.product for line in named if isinstance(line.product, str)}
    product_ids = {line.product for line in named if isinstance(line.product, int)}
    by_name = Q(name__in=texts) & (Q(product__sku__in=skus) | Q(product__in=product_ids))
    return list(Pack.objects.filter(Q(pk__in=ids) | Q(gtin__in=gtins) | by_name).select_related("product"))


def _pack_of(line: Scanned, packs: Sequence[Pack]) -> Pack | None:
    """The pack that a line names: by id, by GTIN, or by its name where the product is named too."""
    own = [one for one in packs if line.product in (None, one.product_id, one.product.sku)]
    if isinstance(line.pack, int):
        return next((one for one in own if one.pk == line.pack), None)
    text = line.pack or ""
    padded = text.zfill(14) if text.isascii() and text.isdecimal() else ""
    found = next((one for one in own if padded and one.gtin == padded), None)
    if found is None and line.product is not None:
        found = next((one for one in own if one.name == text), None)
    return found


def _came(
    lines: Sequence[Scanned], asked: Sequence[tuple[int, stock.ReceiveLine]], arrivals: stock.Arrivals
) -> list[Came]:
    """The lines whose product is known, as the rule takes them."""
    came = []
    for position, (index, line) in enumerate(asked):
        product = arrivals.names.products.get(line.product)
        if product is None:
            continue
        life = None
        if position in arrivals.remaining:
            life = Life(
                arrivals.last_sale[position], arrivals.remaining[position], product.minimum_intake_days
            )
        known = arrivals.names.lots.get((product.id, "" if line.lot is None else line.lot))
        came.append(
            Came(
                index,
                product.id,
                product.sku,
                line.quantity,
                known.number if known else str(line.lot or ""),
                lines[index].condition == "damaged",
                life,
                lines[index].outcome,
                lines[index].order_line,
            )
        )
    return came


def _faults_that_count(
    faults: Sequence[Fault], indexes: Sequence[int], matched: Matched, lines: Sequence[Scanned]
) -> list[Fault]:
    """Faults of names and lots under the numbers of the request. Of what is refused whole no lot need be known."""
    booked = {part.index for part in matched.parts if part.booked}
    counted = []
    for fault in faults:
        _, _, number, name = fault.pointer.split("/")
        index = indexes[int(number)]
        if name in _OF_LOT and index not in booked and lines[index].outcome == "refuse":
            continue
        pointer = f"/lines/{index}/{'pack' if name == 'product' and lines[index].product is None else name}"
        counted.append(replace(fault, pointer=pointer))
    return counted


def _allow(matched: Matched, lines: Sequence[Scanned], actor: Actor) -> None:
    """What not everybody may do: take what is wrong, and say what it cost."""
    if matched.accepts and not actor.can(DECIDE):
        raise Refusal(
            f"Taking goods that were not asked for, or not so, needs {DECIDE}; set them aside or refuse them.",
            code="forbidden",
            kind=Kind.FORBIDDEN,
        )
    if any(line.unit_cost is not None for line in lines) and not actor.can(COST):
        raise Refusal(
            f"Your role does not allow costs (it needs {COST}).", code="forbidden", kind=Kind.FORBIDDEN
        )


def _counted(
    parts: Sequence[Part],
    lines: Sequence[Scanned],
    came: Sequence[Came],
    notices: dict[int, AdvanceNotice],
    product_ids: Sequence[int],
    unit: NoticeUnit | None,
) -> list[Part]:
    """Parts with the lines of a notice that told of them: the unit's own, or whatever is left of that lot."""
    if unit is not None:
        return [
            replace(part, notice_line_id=lines[part.index].notice_line) if part.booked else part
            for part in parts
        ]
    announced = dock.announced_lines(notices, product_ids)
    return count_off(parts, {line.index: (line.product_id, line.lot) for line in came}, announced)


def _book(
    receipt: Receipt,
    parts: Sequence[Part],
    *,
    lines: Sequence[Scanned],
    looked: dict[int, stock.ReceiveLine],
    arrivals: stock.Arrivals,
    order_lines: dict[int, dock.OrderLine],
    place: Location,
    unit: NoticeUnit | None,
    actor: Actor,
    at: dt.datetime,
    opened: bool,
    product_ids: list[int],
) -> TakenIn:
    names = arrivals.names
    cage = _cage(receipt, names.locations) if any(part.outcome == QUARANTINED for part in parts) else None
    if opened:
        receipt.number = document_number(dock.PREFIX, take(dock.SERIES).start)
    kept = [part for part in parts if part.booked]
    costs = [_cost(part, lines, order_lines) for part in kept]
    entries = [
        replace(
            looked[part.index],
            quantity=part.quantity,
            location=cage.id if cage is not None and part.outcome == QUARANTINED else place.pk,
            unit_cost=cost,
            demand_id=order_lines[part.line_id].demand_id if part.line_id is not None else None,
        )
        for part, cost in zip(kept, costs, strict=True)
    ]
    for_sale = sorted({names.products[one.product].id for one in entries if one.location == place.pk})
    those_who_wait = waiting(for_sale, receipt.warehouse_id) if actor.can(SALES) else []
    moved: dict[str, Any] = {"operation_id": uuid4(), "movements": [], "balances": []}
    if entries:
        moved = stock.receive_looked_at(
            actor=actor, lines=entries, arrivals=arrivals, reference=receipt.number, at=at
        )
    operation_id: UUID = moved["operation_id"]
    lots = _lots(entries, arrivals)
    ids = dock.insert_lines(
        [
            ReceiptLine(
                receipt=receipt,
                operation_id=operation_id,
                order_line_id=part.line_id,
                notice_line_id=part.notice_line_id,
                unit_id=unit.pk if unit else None,
                product_id=lot.product_id,
                lot_id=lot.id,
                location_id=entry.location,
                quantity=part.quantity,
                unit_cost=cost,
                user_id=actor.user_id,
                username=actor.username[:150],
                received_at=at,
            )
            for part, entry, cost, lot in zip(kept, entries, costs, lots, strict=True)
        ]
    )
    by_part = dict(zip(map(id, kept), ids, strict=True))
    wrong = [
        Discrepancy(
            receipt_line_id=by_part.get(id(part)),
            order_line_id=part.about,
            operation_id=operation_id,
            kind=part.kind,
            outcome=part.outcome,
            product_id=names.products[looked[part.index].product].id,
            lot_number=_lot_number(looked[part.index], names)[:20],
            quantity=part.quantity,
            note=lines[part.index].note,
        )
        for part in parts
        if part.kind
    ]
    dock.insert_discrepancies(receipt, wrong, actor=actor, at=at)
    dock.add_received(
        "purchasing_purchaseorderline", dock.summed((part.line_id, part.quantity) for part in kept)
    )
    dock.add_received(
        "purchasing_noticeline", dock.summed((part.notice_line_id, part.quantity) for part in kept)
    )
    if unit is not None:
        NoticeUnit.objects.filter(pk=unit.pk).update(operation_id=operation_id)
    by_order = dock.summed(
        (order_lines[part.line_id].order_id if part.line_id is not None else None, part.quantity)
        for part in kept
    )
    dock.follow(by_order, receipt, "receive", actor=actor, at=at)
    if cage is not None:
        _hold(receipt, entries, cage, arrivals, actor=actor, at=at)
    changes: dict[str, object] = {"number": receipt.number} if opened else {}
    if unit is not None and receipt.notice_id is None:
        changes["notice"] = unit.notice
    dock.touch(receipt, **changes)
    if opened:
        tell_opened(receipt, actor=actor, at=at)
    fates = _fates(
        parts, looked, arrivals, lots=dict(zip(map(id, kept), lots, strict=True)), place=place, cage=cage
    )
    _tell(receipt, fates, operation_id, unit, actor=actor, at=at)
    return TakenIn(receipt, operation_id, fates, moved, those_who_wait, product_ids)


def _cage(receipt: Receipt, known: dict[Reference, LocationName]) -> LocationName:
    """Where goods are set aside. Kept among the known places, so that they can be booked there."""
    place = dock.first_place(receipt.warehouse_id, PlaceKind.QUARANTINE)
    if place is None:
        raise Conflict(
            f"{receipt.warehouse.code} has no quarantine place; make a location of kind quarantine, or refuse the goods.",
            code="no_quarantine_place",
        )
    known[place.pk] = LocationName(
        place.pk, place.full_code, place.kind, place.warehouse_id, receipt.warehouse.timezone, True
    )
    return known[place.pk]


def _cost(part: Part, lines: Sequence[Scanned], order_lines: dict[int, dock.OrderLine]) -> Decimal | None:
    """What a unit costs: as this delivery says, else as the order line that it is about agreed."""
    own = lines[part.index].unit_cost
    if own is not None:
        return own
    return order_lines[part.about].unit_cost if part.about is not None else None


def _lot_number(line: stock.ReceiveLine, names: Any) -> str:
    known = names.lots.get((names.products[line.product].id, "" if line.lot is None else line.lot))
    return known.number if known else str(line.lot or "")


def _lots(entries: Sequence[stock.ReceiveLine], arrivals: stock.Arrivals) -> list[LotName]:
    """The lots that entries were booked to, the new ones as well."""
    names = arrivals.names
    keys = [(names.products[one.product].id, "" if one.lot is None else one.lot) for one in entries]
    return [names.lots[key] for key in keys]


def _hold(
    receipt: Receipt,
    entries: Sequence[stock.ReceiveLine],
    cage: LocationName,
    arrivals: stock.Arrivals,
    *,
    actor: Actor,
    at: dt.datetime,
) -> None:
    """What is set aside is held there, lot by lot, unless it is already."""
    lots = {
        (arrivals.names.products[one.product].id, lot.id)
        for one, lot in zip(entries, _lots(entries, arrivals), strict=True)
        if one.location == cage.id
    }
    stock.hold(
        actor=actor,
        lines=[
            stock.HoldLine(product_id, f"set aside at goods in, {receipt.number}", lot_id, cage.id)
            for product_id, lot_id in sorted(lots)
        ],
        at=at,
        unless_held=True,
    )


def _fates(
    parts: Sequence[Part],
    looked: dict[int, stock.ReceiveLine],
    arrivals: stock.Arrivals,
    *,
    lots: dict[int, LotName],
    place: Location,
    cage: LocationName | None,
) -> list[Fate]:
    names = arrivals.names
    return [
        Fate(
            product=names.products[looked[part.index].product],
            lot=_lot_number(looked[part.index], names),
            known=lots.get(id(part)),
            quantity=part.quantity,
            place=None
            if not part.booked
            else cage
            if part.outcome == QUARANTINED
            else names.locations[place.pk],
            order_line_id=part.line_id if part.booked else part.about,
            kind=part.kind or "ok",
            outcome=part.outcome,
        )
        for part in parts
    ]


def _tell(
    receipt: Receipt,
    fates: Sequence[Fate],
    operation_id: UUID,
    unit: NoticeUnit | None,
    *,
    actor: Actor,
    at: dt.datetime,
) -> None:
    """The row of the trail: how much, and each unit that was not as asked for. What went where stock.receive tells."""
    after = {
        "operation_id": operation_id,
        "units": sum(one.quantity for one in fates if one.place is not None),
        "sscc": unit.sscc if unit else "",
        "products": sorted({one.product.sku for one in fates})[:20],
        "discrepancies": [
            {
                "product": one.product.sku,
                "lot": one.lot,
                "quantity": one.quantity,
                "kind": one.kind,
                "outcome": one.outcome,
            }
            for one in fates
            if one.kind != "ok"
        ],
    }
    dock.tell(receipt, "receive", actor=actor, at=at, after=after)
