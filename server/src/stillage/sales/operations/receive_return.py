"""What came back is in the house: into the returns place, with its lot; and taken out again if that was wrong."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from stillage.catalogue.models import Product
from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, Refusal, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.places.models import Kind, Location
from stillage.sales.models import Return, ReturnLine, ReturnStatus
from stillage.sales.operations.announce_return import Announced, share_out
from stillage.sales.returning import (
    check,
    first_place,
    insert_lines,
    left_to_return,
    lines_of,
    lock_return,
    named_place,
    save_received,
    tell,
    told,
    too_many,
    unknown,
)
from stillage.stock import naming
from stillage.stock import operations as stock
from stillage.stock.models import Movement, MovementKind


@dataclass(frozen=True, slots=True)
class CameBack:
    """Units that are there: of an announced line, or of a product and lot."""

    quantity: int
    line: int | None = None
    product: Reference | None = None
    lot: Reference | None = None
    expiry_date: dt.date | None = None
    best_before_date: dt.date | None = None


@operation
def receive_return(
    *,
    actor: Actor,
    of_return: Reference,
    lines: Sequence[CameBack],
    at: dt.datetime,
    location: Reference | None = None,
) -> Return:
    """Book a return in. What was not announced is taken too, but of a shipment never more than left with it.

    Refuses: a return that is not expected, unknown names, more than was shipped, what `stock.receive` refuses.
    Locks: the shipment, the return, lots that learn a date, the balances by id. Audits: return.receive, stock.return.
    """
    one = lock_return(of_return, actor=actor, with_shipment=True)
    check(one, "receive")
    place = _place(one, location)
    own = lines_of(one)
    faults: list[Fault] = []
    came, new = _came(one, own, lines, actor, faults)
    _check_shipped(one, own, came, faults)
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was received.")
    booked = [
        stock.ReceiveLine(
            product=line.product_id,
            location=place.pk,
            quantity=units,
            lot=line.lot_id or line.lot_number or None,
            expiry_date=None if line.lot_id else asked.expiry_date or line.expiry_date,
            best_before_date=None if line.lot_id else asked.best_before_date or line.best_before_date,
            demand_id=line.demand_id,
        )
        for line, units, asked in came
    ]
    stock.receive(actor=actor, lines=booked, reference=one.number, at=at, from_customer=True)
    _keep(own, new, came, place)
    one.status, one.received_at = ReturnStatus.RECEIVED, at
    one.save(update_fields=["status", "received_at"])
    received = [line for line in [*own, *new] if line.received]
    after = {"location": place.full_code, "lines": told(received, "received")}
    tell(one, "receive", actor=actor, at=at, after=after)
    return one


def _place(one: Return, reference: Reference | None) -> Location:
    if reference is None:
        place = first_place(one.warehouse_id, Kind.RETURNS)
        if place is None:
            raise Conflict(
                f"{one.warehouse.code} has no place for returns; make a location of kind returns.",
                code="no_returns_place",
            )
        return place
    place = named_place(reference, one.warehouse_id)
    if place is None:
        fault = unknown("/location", "location", reference)
        raise Refusal(fault.detail, code=fault.code, faults=[fault])
    if place.kind != Kind.RETURNS:
        detail = f"{place.full_code} is no returns place; what came back is looked at in one first."
        fault = Fault("/location", "not_returns", detail)
        raise Refusal(detail, code="not_returns", faults=[fault])
    return place


Came = list[tuple[ReturnLine, int, CameBack]]


def _came(
    one: Return, own: Sequence[ReturnLine], lines: Sequence[CameBack], actor: Actor, faults: list[Fault]
) -> tuple[Came, list[ReturnLine]]:
    """Which line the units belong to; lines are made for what was not announced."""
    by_id = {line.pk: line for line in own}
    came: Came = []
    strange: list[tuple[int, CameBack]] = []
    for index, line in enumerate(lines):
        if line.line is not None:
            if line.line in by_id:
                came.append((by_id[line.line], line.quantity, line))
            else:
                faults.append(Fault(f"/lines/{index}/line", "unknown_line", "This return has no such line."))
            continue
        known = [
            row
            for row in own
            if line.product in (row.product_id, row.product.sku)
            and (line.lot in (row.lot_id, row.lot_number) or (line.lot is None and not row.lot_number))
        ]
        if known:
            came.append((known[0], line.quantity, line))
        else:
            strange.append((index, line))
    if not strange:
        return came, []
    new = (
        _of_shipment(one, own, strange, faults)
        if one.shipment_id is not None
        else _without(strange, actor, faults)
    )
    for position, (row, _, _) in enumerate(new, start=len(own) + 1):
        row.of_return, row.position = one, position
    return [*came, *new], [row for row, _, _ in new]


def _of_shipment(
    one: Return, own: Sequence[ReturnLine], strange: Sequence[tuple[int, CameBack]], faults: list[Fault]
) -> Came:
    shipped, left = left_to_return(one.shipment_id or 0, without=one.pk)
    products = Product.objects.in_bulk({line.product_id for line in shipped.values()})
    made: Came = []
    for index, line in strange:
        asked = Announced(line.quantity, product=line.product, lot=line.lot)
        for source, units in share_out(f"/lines/{index}", asked, shipped, left, faults):
            row = ReturnLine(
                shipment_line=source,
                product=products[source.product_id],
                lot_id=source.lot_id,
                lot_number=source.lot_number,
                expiry_date=source.expiry_date,
                best_before_date=source.best_before_date,
                demand_id=uuid4(),
            )
            made.append((row, units, line))
    return made


def _without(strange: Sequence[tuple[int, CameBack]], actor: Actor, faults: list[Fault]) -> Came:
    for index, line in strange:
        if line.product is None:
            faults.append(Fault(f"/lines/{index}/product", "required", "Say which product came back."))
    asked = [(index, line) for index, line in strange if line.product is not None]
    names = naming.find_all(
        [naming.Line(line.product or "", line.lot, ()) for _, line in asked],
        actor=actor,
        lots_must_exist=False,
    )
    for fault in names.faults:  # numbered as they stood in the request
        _, _, number, field = fault.pointer.split("/")
        faults.append(Fault(f"/lines/{asked[int(number)][0]}/{field}", fault.code, fault.detail, fault.meta))
    if names.faults:
        return []
    products = Product.objects.in_bulk({names.products[line.product or ""].id for _, line in asked})
    made: Came = []
    for _, line in asked:
        product = products[names.products[line.product or ""].id]
        lot = names.lots.get((product.pk, "" if line.lot is None else line.lot))
        row = ReturnLine(
            product=product,
            lot_id=lot.id if lot else None,
            lot_number=lot.number if lot else str(line.lot or ""),
            expiry_date=line.expiry_date,
            best_before_date=line.best_before_date,
            demand_id=uuid4(),
        )
        made.append((row, line.quantity, line))
    return made


def _check_shipped(one: Return, own: Sequence[ReturnLine], came: Came, faults: list[Fault]) -> None:
    """Of no line of the shipment may more come back than left, all returns together."""
    if one.shipment_id is None:
        return
    shipped, left = left_to_return(one.shipment_id, without=one.pk)
    units: dict[int, int] = defaultdict(int)
    for line, quantity, _ in came:
        if line.shipment_line_id is not None:
            units[line.shipment_line_id] += quantity
    reported = {fault.pointer for fault in faults}
    for pk, quantity in units.items():
        if quantity > left[pk] and not reported:
            faults.append(too_many("/lines", shipped[pk], left[pk], quantity))


def _keep(own: Sequence[ReturnLine], new: Sequence[ReturnLine], came: Came, place: Location) -> None:
    """Write what came of each line, with its lot, which may have been made just now. Three statements at most."""
    for line, units, asked in came:
        line.received += units
        line.location = place
        line.expiry_date = line.expiry_date or asked.expiry_date
        line.best_before_date = line.best_before_date or asked.best_before_date
    nameless = [line for line, _, _ in came if line.lot_id is None]
    if nameless:
        lots = naming.find_lots([(line.product_id, line.lot_number) for line in nameless])
        for line in nameless:
            line.lot_id = lots[line.product_id, line.lot_number].id
    known = [line for line in own if line.received]
    if known:
        save_received(known)
    if new:
        insert_lines(new)


@operation
def undo_receive(*, actor: Actor, of_return: Reference, at: dt.datetime) -> Return:
    """Take a receipt back by its mirror image; the return is expected again.

    Refuses: anything disposed of or credited already, stock that has moved on, another's receipt without the right.
    Locks: the return, the balances by id. Audits: return.undo_receive, stock.reverse.
    """
    one = lock_return(of_return, actor=actor)
    check(one, "undo_receive")
    own = lines_of(one)
    if any(line.disposed or line.credited for line in own):
        raise Conflict(
            f"Some of {one.number} is decided upon or credited already, so its receipt stands.",
            code="already_decided",
        )
    booked = Movement.objects.filter(
        demand_id__in=[line.demand_id for line in own],
        kind=MovementKind.RETURN,
        reversed_by__isnull=True,
    )
    operation_id = booked.values_list("operation_id", flat=True).first()
    if operation_id is None:
        raise Conflict(f"Nothing of {one.number} is booked in.", code="nothing_received")
    stock.reverse(
        actor=actor, operation_id=operation_id, reason=f"{one.number} undone", at=at, kinds=("return",)
    )
    before = told([line for line in own if line.received], "received")
    ReturnLine.objects.filter(of_return=one, expected=0).delete()
    ReturnLine.objects.filter(of_return=one).update(received=0, location=None)
    one.status, one.received_at = ReturnStatus.EXPECTED, None
    one.save(update_fields=["status", "received_at"])
    tell(one, "undo_receive", actor=actor, at=at, before={"lines": before})
    return one
