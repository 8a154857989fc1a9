"""A customer says what comes back: of a shipment, or without one."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from stillage.catalogue.models import Product
from stillage.core.actor import Actor
from stillage.core.errors import Fault, refuse_all
from stillage.core.finding import Reference, named, seen
from stillage.core.locking import operation
from stillage.numbering.take import document_number, take
from stillage.places.models import Warehouse
from stillage.sales.models import Customer, Return, ReturnLine, Shipment, ShipmentLine
from stillage.sales.returning import (
    insert_lines,
    left_to_return,
    lock_shipment,
    matching,
    tell,
    told,
    too_many,
    unknown,
)
from stillage.stock import naming


@dataclass(frozen=True, slots=True)
class Announced:
    """Units that are to come back: of a shipment's line, or of a product and lot."""

    quantity: int
    shipment_line: int | None = None
    product: Reference | None = None
    lot: Reference | None = None
    expiry_date: dt.date | None = None
    best_before_date: dt.date | None = None
    reason: str = ""


@operation
def announce_return(
    *,
    actor: Actor,
    lines: Sequence[Announced],
    at: dt.datetime,
    customer: Reference | None = None,
    shipment: Reference | None = None,
    warehouse: Reference | None = None,
    reason: str = "",
) -> Return:
    """Expect goods back. Against a shipment its lines say which lots; without one the label's number does.

    Refuses: unknown names; of a shipment's line more than was shipped and does not come back already.
    Locks: the shipment. Audits: return.announce.
    """
    faults: list[Fault] = []
    source = _shipment(shipment, actor, faults) if shipment is not None else None
    buyer = _customer(customer, source, faults)
    home = _warehouse(warehouse, source, actor, faults)
    one = Return(
        customer=buyer,
        warehouse=home,
        shipment=source,
        reason=reason,
        user_id=actor.user_id,
        username=actor.username[:150],
        created_at=at,
    )
    made = (
        _of_shipment(source, lines, faults)
        if source is not None
        else _without(lines, actor, faults)
        if shipment is None
        else []
    )
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was announced.")
    one.number = document_number("RT", take("return").start)
    one.save()
    for position, line in enumerate(made, start=1):
        line.of_return, line.position = one, position
    insert_lines(made)
    after = {"shipment": source.number if source else "", "reason": reason, "lines": told(made, "expected")}
    tell(one, "announce", actor=actor, at=at, after=after)
    return one


def _shipment(reference: Reference, actor: Actor, faults: list[Fault]) -> Shipment | None:
    found = seen(Shipment.objects.all(), actor).filter(named(reference)).first()
    if found is None:
        faults.append(unknown("/shipment", "shipment", reference))
        return None
    return lock_shipment(found.pk)


def _customer(reference: Reference | None, source: Shipment | None, faults: list[Fault]) -> Customer | None:
    if reference is None:
        if source is None:
            detail = "Say which customer, or which shipment it comes from."
            faults.append(Fault("/customer", "required", detail))
            return None
        return source.order.customer
    found = Customer.objects.filter(**{"pk" if isinstance(reference, int) else "code": reference}).first()
    if found is None:
        faults.append(unknown("/customer", "customer", reference))
    elif source is not None and found.pk != source.order.customer_id:
        detail = f"{source.number} went to {source.order.customer.code}, not to {found.code}."
        faults.append(Fault("/customer", "other_customer", detail))
    return found


def _warehouse(
    reference: Reference | None, source: Shipment | None, actor: Actor, faults: list[Fault]
) -> Warehouse | None:
    if reference is None:
        if source is not None:
            return source.warehouse
        own = [one for one in Warehouse.objects.filter(is_active=True)[:50] if actor.sees(one.pk)]
        if len(own) == 1:
            return own[0]
        faults.append(Fault("/warehouse", "required", "Say to which warehouse it comes back."))
        return None
    found = Warehouse.objects.filter(**{"pk" if isinstance(reference, int) else "code": reference}).first()
    if found is None or not actor.sees(found.pk):
        faults.append(unknown("/warehouse", "warehouse", reference))
        return None
    return found


def _of_shipment(source: Shipment, lines: Sequence[Announced], faults: list[Fault]) -> list[ReturnLine]:
    shipped, left = left_to_return(source.pk)
    products = Product.objects.in_bulk({line.product_id for line in shipped.values()})
    made: list[ReturnLine] = []
    for index, line in enumerate(lines):
        for own, units in share_out(f"/lines/{index}", line, shipped, left, faults):
            made.append(
                ReturnLine(
                    shipment_line=own,
                    product=products[own.product_id],
                    lot_id=own.lot_id,
                    lot_number=own.lot_number,
                    expiry_date=own.expiry_date,
                    best_before_date=own.best_before_date,
                    expected=units,
                    reason=line.reason,
                    demand_id=uuid4(),
                )
            )
    return made


def share_out(
    at: str,
    line: Announced,
    shipped: dict[int, ShipmentLine],
    left: dict[int, int],
    faults: list[Fault],
) -> list[tuple[ShipmentLine, int]]:
    """To which of a shipment's lines the units belong; takes them out of `left`, or says what is wrong."""
    if line.shipment_line is not None:
        found = [shipped[line.shipment_line]] if line.shipment_line in shipped else []
        pointer, name = f"{at}/shipment_line", str(line.shipment_line)
    else:
        found = matching(shipped.values(), line.product or "", line.lot)
        pointer, name = f"{at}/product", f"{line.product or ''} {line.lot or ''}".strip()
    if not found:
        detail = f"The shipment holds no {name[:60]!r}."
        faults.append(Fault(pointer, "not_shipped", detail))
        return []
    if line.lot is None and len({one.lot_id for one in found}) > 1:
        detail = f"Several lots of {found[0].sku} were shipped; say which."
        faults.append(Fault(f"{at}/lot", "lot_required", detail))
        return []
    units: dict[int, int] = defaultdict(int)
    wanted = line.quantity
    for one in found:
        taken = max(0, min(wanted, left[one.pk]))
        units[one.pk] += taken
        wanted -= taken
    if wanted:
        room = line.quantity - wanted
        faults.append(too_many(f"{at}/quantity", found[0], room, line.quantity))
        return []
    for pk, quantity in units.items():
        left[pk] -= quantity
    return [(shipped[pk], quantity) for pk, quantity in units.items() if quantity]


def _without(lines: Sequence[Announced], actor: Actor, faults: list[Fault]) -> list[ReturnLine]:
    """Products and lots by their names. A lot that nobody knows here keeps the number and dates of its label."""
    for index, line in enumerate(lines):
        if line.product is None:
            faults.append(Fault(f"/lines/{index}/product", "required", "Say which product comes back."))
    if any(line.product is None for line in lines):
        return []
    names = naming.find_all(
        [naming.Line(line.product or "", line.lot, ()) for line in lines], actor=actor, lots_must_exist=False
    )
    faults += names.faults
    if names.faults:
        return []
    products = Product.objects.in_bulk({names.products[line.product or ""].id for line in lines})
    made = []
    for line in lines:
        product = products[names.products[line.product or ""].id]
        lot = names.lots.get((product.pk, "" if line.lot is None else line.lot))
        made.append(
            ReturnLine(
                product=product,
                lot_id=lot.id if lot else None,
                lot_number=lot.number if lot else str(line.lot or ""),
                expiry_date=line.expiry_date or (lot.expiry_date if lot else None),
                best_before_date=line.best_before_date or (lot.best_before_date if lot else None),
                expected=line.quantity,
                reason=line.reason,
                demand_id=uuid4(),
            )
        )
    return made
