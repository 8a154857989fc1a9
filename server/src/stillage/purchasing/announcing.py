"""What an advance notice says, held against what is known: the rules that its body and its file share."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from stillage.catalogue.gtin import GtinError
from stillage.catalogue.queries import ProductReference, products_by_reference
from stillage.core.actor import Actor
from stillage.core.errors import Fault
from stillage.core.finding import Reference, named, seen
from stillage.core.sql import execute, fetch, rows, table
from stillage.documents.sscc import SsccError
from stillage.documents.sscc import parse as parse_sscc
from stillage.places.models import Warehouse
from stillage.purchasing.models import AdvanceNotice, NoticeStatus, NoticeUnit, PurchaseOrder, Supplier
from stillage.purchasing.states import EXPECTED

MAX_LINES: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLineAsked:
    """Units of one lot that a supplier says are on their way. `product` is a SKU, an id, or the GTIN of a pack of it."""

    quantity: int
    product: Reference | None = None
    gtin: str | None = None
    lot: str = ""
    expiry_date: dt.date | None = None
    best_before_date: dt.date | None = None
    production_date: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitAsked:
    """A pallet or carton with its SSCC."""

    sscc: str
    lines: Sequence[NoticeLineAsked] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAsked:
    """A despatch as its supplier tells of it."""

    supplier: Reference
    warehouse: Reference
    despatch_number: str
    purchase_order: Reference | None = None
    expected_date: dt.date | None = None
    units: Sequence[UnitAsked] = ()
    lines: Sequence[NoticeLineAsked] = ()

    def every_line(self) -> Iterable[tuple[str, NoticeLineAsked]]:
        """All lines with where they stand, those on units first."""
        for place, unit in enumerate(self.units):
            for index, line in enumerate(unit.lines):
                yield f"/units/{place}/lines/{index}", line
        for index, line in enumerate(self.lines):
            yield f"/lines/{index}", line


@dataclass(slots=True)
class Announcement:
    """A notice ready to be written, or everything that is wrong with it."""

    notice: AdvanceNotice | None = None
    units: list[str] = field(default_factory=list)
    rows: list[dict[str, object]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def announce(asked: NoticeAsked, *, actor: Actor) -> Announcement:
    """Find what a notice names and check it. Six statements at most, whatever its length."""
    made = Announcement()
    faults = made.faults
    supplier = Supplier.objects.filter(
        **{"pk" if isinstance(asked.supplier, int) else "code": asked.supplier}
    ).first()
    if supplier is None:
        faults.append(unknown("/supplier", "supplier", asked.supplier))
    warehouse = Warehouse.objects.filter(
        **{"pk" if isinstance(asked.warehouse, int) else "code": asked.warehouse}, is_active=True
    ).first()
    if warehouse is None or not actor.sees(warehouse.pk):
        faults.append(unknown("/warehouse", "warehouse", asked.warehouse))
        warehouse = None
    order = _order(asked, supplier, warehouse, actor, faults)
    told = AdvanceNotice.objects.filter(supplier=supplier, despatch_number=asked.despatch_number)
    if supplier is not None and told.exclude(status=NoticeStatus.CANCELLED).exists():
        detail = f"{supplier.code} announced the despatch {asked.despatch_number} already."
        faults.append(Fault("/despatch_number", "already_announced", detail))
    lines = list(asked.every_line())
    if not lines:
        faults.append(
            Fault("/lines", "required", "Say what is on its way: units with lines, or loose lines.")
        )
    if len(lines) > MAX_LINES:
        faults.append(Fault("/lines", "too_many_lines", f"A notice has at most {MAX_LINES} lines."))
    made.units = _units(asked, faults)
    products = products_by_reference(
        reference for _, line in lines if (reference := line.product or line.gtin) is not None
    )
    unit_of = [place for place, unit in enumerate(asked.units) for _ in unit.lines]
    for position, (pointer, line) in enumerate(lines, start=1):
        product = _product(pointer, line, products, faults)
        if product is not None:
            made.rows.append(
                {
                    "unit": unit_of[position - 1] if position <= len(unit_of) else -1,
                    "position": position,
                    "product_id": product.id,
                    "lot_number": line.lot,
                    "expiry_date": line.expiry_date,
                    "best_before_date": line.best_before_date,
                    "production_date": line.production_date,
                    "quantity": line.quantity,
                }
            )
    if supplier is not None and warehouse is not None:
        made.notice = AdvanceNotice(
            supplier=supplier,
            warehouse=warehouse,
            order=order,
            despatch_number=asked.despatch_number,
            expected_date=asked.expected_date or (order.expected_date if order else None),
            user_id=actor.user_id,
            username=actor.username[:150],
        )
    return made


def unknown(pointer: str, noun: str, name: object) -> Fault:
    words = noun.replace("_", " ")
    return Fault(pointer, f"unknown_{noun}", f"There is no {words} {str(name)[:60]!r} here.")


def _order(
    asked: NoticeAsked,
    supplier: Supplier | None,
    warehouse: Warehouse | None,
    actor: Actor,
    faults: list[Fault],
) -> PurchaseOrder | None:
    if asked.purchase_order is None:
        return None
    order = seen(PurchaseOrder.objects.all(), actor).filter(named(asked.purchase_order)).first()
    if order is None:
        faults.append(unknown("/purchase_order", "purchase_order", asked.purchase_order))
        return None
    if supplier is not None and order.supplier_id != supplier.pk:
        detail = f"{order.number} is another supplier's, not {supplier.code}'s."
        faults.append(Fault("/purchase_order", "other_supplier", detail))
    if warehouse is not None and order.warehouse_id != warehouse.pk:
        detail = f"{order.number} goes to another warehouse, not to {warehouse.code}."
        faults.append(Fault("/purchase_order", "other_warehouse", detail))
    if order.status not in EXPECTED:
        detail = f"{order.number} waits for nothing (it is {order.status})."
        faults.append(Fault("/purchase_order", "order_not_open", detail))
    return order


def _units(asked: NoticeAsked, faults: list[Fault]) -> list[str]:
    """The SSCCs in 18 digits: each right, each once, none known already."""
    numbers: list[str] = []
    for place, unit in enumerate(asked.units):
        try:
            number = parse_sscc(unit.sscc)
        except (GtinError, SsccError) as error:
            faults.append(Fault(f"/units/{place}/sscc", "bad_sscc", error.detail))
            number = ""
        if number and number in numbers:
            faults.append(
                Fault(f"/units/{place}/sscc", "sscc_twice", f"The unit {number} stands here twice.")
            )
        numbers.append(number)
        if not unit.lines:
            faults.append(Fault(f"/units/{place}/lines", "required", "Say what stands on this unit."))
    known = set(
        NoticeUnit.objects.filter(sscc__in=[one for one in numbers if one]).values_list("sscc", flat=True)
    )
    faults += [
        Fault(f"/units/{place}/sscc", "sscc_known", f"The unit {number} was announced already.")
        for place, number in enumerate(numbers)
        if number in known
    ]
    return numbers


def _product(
    pointer: str,
    line: NoticeLineAsked,
    products: dict[int | str, ProductReference],
    faults: list[Fault],
) -> ProductReference | None:
    reference = line.product if line.product is not None else line.gtin
    if reference is None:
        faults.append(
            Fault(f"{pointer}/product", "required", "Say which product, or the GTIN of a pack of it.")
        )
        return None
    product = products.get(reference)
    if product is None:
        field_name = "product" if line.product is not None else "gtin"
        faults.append(unknown(f"{pointer}/{field_name}", "product", reference))
        return None
    if line.lot and not product.lot_tracked:
        detail = f"{product.sku} is not kept by lot; leave the lot out."
        faults.append(Fault(f"{pointer}/lot", "lot_not_tracked", detail))
    return product


# ---- writing ------------------------------------------------------------------------------------
_LINE = {
    "notice_id": "bigint",
    "unit_id": "bigint",
    "position": "integer",
    "product_id": "bigint",
    "lot_number": "text",
    "expiry_date": "date",
    "best_before_date": "date",
    "production_date": "date",
    "quantity": "bigint",
}


def write(made: Sequence[Announcement]) -> None:
    """Write notices with their units and lines. Three statements, whatever their number."""
    notices = [one.notice for one in made if one.notice is not None]
    AdvanceNotice.objects.bulk_create(notices)
    units = [(notice.pk, sscc) for one in made if (notice := one.notice) is not None for sscc in one.units]
    ids: dict[str, int] = {}
    if units:
        found = fetch(
            "INSERT INTO purchasing_noticeunit (notice_id, sscc) SELECT notice_id, sscc FROM "
            + table("line", {"notice_id": "bigint", "sscc": "text"})
            + " WHERE true RETURNING sscc, id",
            [rows({"notice_id": pk, "sscc": sscc} for pk, sscc in units)],
        )
        ids = {row[0]: row[1] for row in found}
    names = ", ".join(_LINE)
    lines = [
        {
            **row,
            "notice_id": notice.pk,
            "unit_id": ids[one.units[place]]
            if isinstance(place := row["unit"], int) and place >= 0
            else None,
        }
        for one in made
        if (notice := one.notice) is not None
        for row in one.rows
    ]
    execute(
        f"INSERT INTO purchasing_noticeline ({names}, received) SELECT {names}, 0 FROM "
        + table("line", _LINE)
        + " WHERE true",
        [rows({name: line[name] for name in _LINE} for line in lines)],
    )
