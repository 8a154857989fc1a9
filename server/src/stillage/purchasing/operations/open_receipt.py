"""A delivery is at the dock: a receipt is opened for it, against an order, a notice, or all that is open with a supplier."""

import datetime as dt
from dataclasses import dataclass
from uuid import uuid4

from django.db.models import Q

from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, Refusal, refuse_all
from stillage.core.finding import Reference, named, seen
from stillage.core.locking import operation
from stillage.numbering.take import document_number, take
from stillage.places.models import Kind, Location, Warehouse
from stillage.purchasing import dock
from stillage.purchasing.locking import facts_of
from stillage.purchasing.models import AdvanceNotice, PurchaseOrder, Receipt, ReceiptStatus, Supplier
from stillage.purchasing.states import Step
from stillage.purchasing.states import check as check_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What is known of a delivery before anything of it is looked at."""

    warehouse: Reference | None = None
    supplier: Reference | None = None
    purchase_order: Reference | None = None
    notice: Reference | None = None
    location: Reference | None = None
    delivery_note: str = ""


@operation
def open_receipt(*, actor: Actor, delivery: Delivery, at: dt.datetime) -> Receipt:
    """Open a receipt. Warehouse and supplier are those of the order or the notice, where one is named.

    Refuses: unknown names, names that contradict each other, a notice that is not open, an order that takes nothing,
    a delivery of the same order or notice that is open already, a warehouse without a receiving place.
    Locks: the notice; the series of receipts, last. Audits: receipt.open.
    """
    receipt = begin(actor=actor, delivery=delivery, at=at)
    if receipt is None:
        raise Conflict(
            "Somebody opened a receipt for this order just now; go on with that one.", code="open_already"
        )
    receipt.number = document_number(dock.PREFIX, take(dock.SERIES).start)
    receipt.save(update_fields=["number"])
    tell_opened(receipt, actor=actor, at=at)
    return receipt


def begin(*, actor: Actor, delivery: Delivery, at: dt.datetime) -> Receipt | None:
    """A receipt without its number, which is taken once nothing is waited for any more. None where somebody else opened
    one of the same order in this very moment."""
    faults: list[Fault] = []
    notice = _notice(delivery.notice, actor, faults)
    order = _order(delivery.purchase_order, actor, faults)
    if order is None and notice is not None and delivery.purchase_order is None:
        order = notice.order
    by_document = delivery.purchase_order is not None or delivery.notice is not None
    supplier = _supplier(delivery.supplier, order, notice, by_document, faults)
    warehouse = _warehouse(delivery.warehouse, order, notice, by_document, actor, faults)
    _agree(supplier, warehouse, order, notice, faults)
    place = None
    if warehouse is not None and delivery.location is not None:
        place = dock.dock(delivery.location, warehouse.pk, faults)
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so no receipt was opened.")
    if supplier is None or warehouse is None:
        raise AssertionError("refused above")
    if order is not None:
        check_order(order.number, order.status, Step.RECEIVE, facts_of(order))
    _none_open(order, notice)
    receipt = Receipt(
        number=f"~{uuid4().hex[:19]}",
        supplier=supplier,
        warehouse=warehouse,
        order=order,
        notice=notice,
        location=place or _first_dock(warehouse),
        delivery_note=delivery.delivery_note,
        user_id=actor.user_id,
        username=actor.username[:150],
        opened_at=at,
    )
    return receipt if dock.insert_receipt(receipt) else None


def tell_opened(receipt: Receipt, *, actor: Actor, at: dt.datetime) -> None:
    """The row of the trail."""
    after = {
        "supplier": receipt.supplier.code,
        "warehouse": receipt.warehouse.code,
        "purchase_order": receipt.order.number if receipt.order else "",
        "notice": receipt.notice.despatch_number if receipt.notice else "",
        "location": receipt.location.full_code,
        "delivery_note": receipt.delivery_note,
    }
    dock.tell(receipt, "open", actor=actor, at=at, after=after)


def _unknown(pointer: str, noun: str, name: object) -> Fault:
    words = noun.replace("_", " ")
    return Fault(pointer, f"unknown_{noun}", f"There is no {words} {str(name)[:60]!r} here.")


def _notice(reference: Reference | None, actor: Actor, faults: list[Fault]) -> AdvanceNotice | None:
    if reference is None:
        return None
    pk = dock.find_notice_id(reference, actor=actor)
    if pk is None:
        faults.append(_unknown("/notice", "notice", reference))
        return None
    dock.lock_notices([pk])
    notice = AdvanceNotice.objects.select_related("supplier", "warehouse", "order").get(pk=pk)
    closed = dock.not_open(notice)
    if closed is not None:
        faults.append(closed)
    return notice


def _order(reference: Reference | None, actor: Actor, faults: list[Fault]) -> PurchaseOrder | None:
    if reference is None:
        return None
    found = seen(PurchaseOrder.objects.select_related("supplier", "warehouse"), actor)
    order = found.filter(named(reference)).first()
    if order is None:
        faults.append(_unknown("/purchase_order", "purchase_order", reference))
    return order


def _supplier(
    reference: Reference | None,
    order: PurchaseOrder | None,
    notice: AdvanceNotice | None,
    named_otherwise: bool,
    faults: list[Fault],
) -> Supplier | None:
    if reference is None:
        known = order or notice
        if known is None and not named_otherwise:
            detail = "Say whose delivery it is: a supplier, a purchase order or a notice."
            faults.append(Fault("/supplier", "required", detail))
        return known.supplier if known else None
    found = Supplier.objects.filter(**{"pk" if isinstance(reference, int) else "code": reference}).first()
    if found is None:
        faults.append(_unknown("/supplier", "supplier", reference))
    return found


def _warehouse(
    reference: Reference | None,
    order: PurchaseOrder | None,
    notice: AdvanceNotice | None,
    named_otherwise: bool,
    actor: Actor,
    faults: list[Fault],
) -> Warehouse | None:
    if reference is None:
        known = order or notice
        if known is None and not named_otherwise:
            faults.append(Fault("/warehouse", "required", "Say at which warehouse the delivery is."))
        return known.warehouse if known else None
    found = Warehouse.objects.filter(**{"pk" if isinstance(reference, int) else "code": reference})
    warehouse = found.filter(is_active=True).first()
    if warehouse is None or not actor.sees(warehouse.pk):
        faults.append(_unknown("/warehouse", "warehouse", reference))
        return None
    return warehouse


def _agree(
    supplier: Supplier | None,
    warehouse: Warehouse | None,
    order: PurchaseOrder | None,
    notice: AdvanceNotice | None,
    faults: list[Fault],
) -> None:
    """What is named must belong together."""
    for field, document, name in (
        ("purchase_order", order, order.number if order else ""),
        ("notice", notice, f"The notice {notice.despatch_number}" if notice else ""),
    ):
        if document is None:
            continue
        if supplier is not None and document.supplier_id != supplier.pk:
            detail = f"{name} is {document.supplier.code}'s, not {supplier.code}'s."
            faults.append(Fault(f"/{field}", "other_supplier", detail))
        if warehouse is not None and document.warehouse_id != warehouse.pk:
            detail = f"{name} goes to {document.warehouse.code}, not to {warehouse.code}."
            faults.append(Fault(f"/{field}", "other_warehouse", detail))
    if order is not None and notice is not None and notice.order_id not in (None, order.pk):
        detail = f"The notice {notice.despatch_number} is not about {order.number}."
        faults.append(Fault("/notice", "other_order", detail))


def _none_open(order: PurchaseOrder | None, notice: AdvanceNotice | None) -> None:
    """One delivery at a time: two receipts of one order would each wait for the same units."""
    same = Q(pk=-1)
    if order is not None:
        same |= Q(order=order)
    if notice is not None:
        same |= Q(notice=notice)
    receipt = Receipt.objects.filter(same, status=ReceiptStatus.OPEN).first()
    if receipt is not None:
        what = order.number if order is not None and receipt.order_id == order.pk else "this notice"
        detail = f"{receipt.number} is open for {what} already; go on with it, or close it first."
        raise Conflict(
            detail,
            code="open_already",
            faults=[Fault("", "open_already", detail, {"receipt": receipt.number, "receipt_id": receipt.pk})],
        )


def _first_dock(warehouse: Warehouse) -> Location:
    place = dock.first_place(warehouse.pk, Kind.RECEIVING)
    if place is None:
        raise Refusal(
            f"{warehouse.code} has no receiving place; make a location of kind receiving, or name a place.",
            code="no_receiving_place",
        )
    return place
