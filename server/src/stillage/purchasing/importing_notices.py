"""Notice files: a line a row, grouped by the supplier's despatch number. A notice comes in whole or not at all."""

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.db.models import Sum

from stillage.audit.record import Change
from stillage.catalogue.gtin import GtinError
from stillage.catalogue.importing import cells
from stillage.catalogue.importing.columns import Field
from stillage.catalogue.importing.kinds import CHUNK, Kind, Plan, Row, Run
from stillage.catalogue.queries import ProductReference, products_by_reference
from stillage.documents.sscc import SsccError
from stillage.documents.sscc import parse as parse_sscc
from stillage.places.models import Warehouse
from stillage.purchasing.announcing import MAX_LINES, Announcement, write
from stillage.purchasing.models import AdvanceNotice, NoticeStatus, NoticeUnit, PurchaseOrder, Supplier
from stillage.purchasing.operations.create_notice import told
from stillage.purchasing.states import EXPECTED

MAX_UNITS: Final = 2**31 - 1
DATES: Final = ("expiry_date", "best_before_date", "production_date")
SAME: Final = ("warehouse", "purchase_order", "expected_date")


def _sscc(cell: str) -> str:
    try:
        return parse_sscc(cell)
    except (GtinError, SsccError) as error:
        raise cells.BadCell("bad_sscc", error.detail) from None


FIELDS = (
    Field(
        name="despatch_number",
        required=True,
        read=cells.text(60),
        headings=(
            "despatch",
            "dispatch number",
            "asn",
            "asn number",
            "delivery note",
            "Lieferavis",
            "Lieferschein",
        ),
    ),
    Field(
        name="supplier",
        required=True,
        read=cells.code(),
        headings=("supplier code", "supplier number", "vendor", "vendor number", "Lieferant", "Kreditor"),
    ),
    Field(name="warehouse", read=cells.text(20), headings=("warehouse code", "site", "Lager", "Lagerort")),
    Field(
        name="purchase_order",
        read=cells.text(20),
        headings=("order", "order number", "po", "po number", "Bestellung", "Bestellnummer"),
    ),
    Field(
        name="expected_date",
        read=cells.day,
        headings=("expected", "delivery date", "arrival", "eta", "Liefertermin", "Lieferdatum"),
    ),
    Field(name="sscc", read=_sscc, headings=("pallet", "unit", "nve", "Palette", "logistic unit")),
    Field(
        name="product",
        required=True,
        read=cells.code(),
        headings=("sku", "gtin", "ean", "item", "item number", "product code", "Artikelnummer", "Artikel"),
    ),
    Field(name="lot", read=cells.text(20), headings=("batch", "lot number", "batch number", "Charge", "Los")),
    Field(
        name="expiry_date",
        read=cells.day,
        headings=("expires", "expiry", "use by", "Verfallsdatum", "Verfall"),
    ),
    Field(name="best_before_date", read=cells.day, headings=("best before", "bbd", "MHD")),
    Field(
        name="production_date",
        read=cells.day,
        headings=("produced", "production", "Herstelldatum", "Produktionsdatum"),
    ),
    Field(
        name="quantity",
        required=True,
        read=cells.integer(1, MAX_UNITS),
        headings=("units", "qty", "bottles", "pieces", "Menge", "Stück", "Flaschen"),
    ),
)
Name = tuple[str, str]  # the supplier's code and their number of the despatch


@dataclass(slots=True)
class _Found:
    """What the rows of a file name, found."""

    suppliers: dict[str, Supplier]
    warehouses: dict[str, Warehouse]
    orders: dict[str, PurchaseOrder]
    products: dict[int | str, ProductReference]
    units: set[str]  # SSCCs that were announced already
    there: dict[Name, int]  # units of notices that are there already


def plan_notices(rows: list[Row], run: Run) -> Plan:
    """Find what the rows name, a thousand at a time; make a notice of each despatch; leave what is there as it is."""
    groups: dict[Name, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.values["supplier"], row.values["despatch_number"]].append(row)
    _spread(groups, run)
    found = _find(rows, run)
    owners: dict[str, Name] = {}
    plan, made = Plan(), []
    for name, own in groups.items():
        if any(row.number in run.report.bad_rows for row in own):
            continue
        if name in found.there:
            plan.unchanged += 1
            if found.there[name] != sum(row.values["quantity"] for row in own):
                detail = "This despatch is announced already, with other quantities; it was left as it is."
                run.warn(own[0], "despatch_number", "notice_differs", detail)
            continue
        notice = _notice(name, own, found, owners, run)
        if notice is None:
            _spread({name: own}, run)
        else:
            made.append(notice)
    plan.created = len(made)
    for start in range(0, len(made), CHUNK):
        plan.steps.append(partial(_write, made[start : start + CHUNK]))
    return plan


def _spread(groups: dict[Name, list[Row]], run: Run) -> None:
    """A notice of which a row is refused is refused whole: half of it is not what is on its way."""
    faulty = {(row.values.get("supplier"), row.values.get("despatch_number")) for row in run.faulty}
    for name, own in groups.items():
        if name in faulty or any(row.number in run.report.bad_rows for row in own):
            for row in own:
                if row.number not in run.report.bad_rows:
                    detail = f"Another row of despatch {name[1]} cannot be taken, so it is left out whole."
                    run.refuse(row, "despatch_number", "notice_incomplete", detail)


def _find(rows: list[Row], run: Run) -> _Found:
    suppliers: dict[str, Supplier] = {}
    orders: dict[str, PurchaseOrder] = {}
    products: dict[int | str, ProductReference] = {}
    units: set[str] = set()
    there: dict[Name, int] = {}
    seen = PurchaseOrder.objects.all()
    warehouses = Warehouse.objects.filter(is_active=True)
    if run.warehouse_ids is not None:
        seen = seen.filter(warehouse__in=run.warehouse_ids)
        warehouses = warehouses.filter(pk__in=run.warehouse_ids)
    for start in range(0, len(rows), CHUNK):
        part = [row.values for row in rows[start : start + CHUNK]]
        codes, numbers = {one["supplier"] for one in part}, {one["despatch_number"] for one in part}
        suppliers |= {one.code: one for one in Supplier.objects.filter(code__in=codes - set(suppliers))}
        named = {one["purchase_order"] for one in part if one.get("purchase_order")} - set(orders)
        orders |= {one.number: one for one in seen.filter(number__in=named)}
        products |= products_by_reference({one["product"] for one in part} - set(products))
        pallets = {one["sscc"] for one in part if one.get("sscc")}
        units |= set(NoticeUnit.objects.filter(sscc__in=pallets).values_list("sscc", flat=True))
        known = AdvanceNotice.objects.filter(supplier__code__in=codes, despatch_number__in=numbers)
        known = known.exclude(status=NoticeStatus.CANCELLED).annotate(units_told=Sum("lines__quantity"))
        there |= {
            (code, number): told_units or 0
            for code, number, told_units in known.values_list(
                "supplier__code", "despatch_number", "units_told"
            )
        }
    return _Found(suppliers, {one.code: one for one in warehouses}, orders, products, units, there)


def _notice(
    name: Name, own: list[Row], found: _Found, owners: dict[str, Name], run: Run
) -> Announcement | None:
    """A notice out of its rows, or None when something is wrong; everything wrong is said."""
    first, bad = own[0], len(run.report.bad_rows)
    for column in SAME:
        for row in own[1:]:
            if row.values.get(column) != first.values.get(column):
                run.refuse(
                    row, column, "differs", f"Row {first.number} of this despatch says something else."
                )
    supplier = found.suppliers.get(name[0])
    if supplier is None:
        run.refuse(first, "supplier", "unknown_supplier", "There is no such supplier; import it first.")
    order = _order(first, supplier, found, run)
    warehouse = _warehouse(first, order, found, run)
    if len(own) > MAX_LINES:
        run.refuse(first, "despatch_number", "too_many_lines", f"A notice has at most {MAX_LINES} lines.")
    pallets: dict[str, int] = {}
    lines: list[dict[str, object]] = []
    for position, row in enumerate(own, start=1):
        product = found.products.get(row.values["product"])
        if product is None:
            run.refuse(row, "product", "unknown_product", "There is no such product; name its SKU or a GTIN.")
            continue
        if row.values.get("lot") and not product.lot_tracked:
            run.refuse(row, "lot", "lot_not_tracked", f"{product.sku} is not kept by lot; leave the lot out.")
        sscc = row.values.get("sscc")
        if sscc and sscc in found.units:
            run.refuse(row, "sscc", "sscc_known", f"The unit {sscc} was announced already.")
        elif sscc and owners.setdefault(sscc, name) != name:
            run.refuse(
                row, "sscc", "sscc_twice", f"The unit {sscc} stands with another despatch of this file."
            )
        lines.append(
            {
                "unit": pallets.setdefault(sscc, len(pallets)) if sscc else -1,
                "position": position,
                "product_id": product.id,
                "lot_number": row.values.get("lot", ""),
                **{column: row.values.get(column) for column in DATES},
                "quantity": row.values["quantity"],
            }
        )
    if supplier is None or warehouse is None or len(run.report.bad_rows) > bad:
        return None
    notice = AdvanceNotice(
        supplier=supplier,
        warehouse=warehouse,
        order=order,
        despatch_number=name[1],
        expected_date=first.values.get("expected_date") or (order.expected_date if order else None),
        user_id=run.actor.user_id,
        username=run.actor.username[:150],
    )
    return Announcement(notice, list(pallets), lines)


def _order(row: Row, supplier: Supplier | None, found: _Found, run: Run) -> PurchaseOrder | None:
    number = row.values.get("purchase_order")
    if number is None:
        return None
    order = found.orders.get(number)
    if order is None or (supplier is not None and order.supplier_id != supplier.pk):
        run.refuse(row, "purchase_order", "unknown_order", "There is no such order with this supplier.")
        return None
    if order.status not in EXPECTED:
        run.refuse(
            row, "purchase_order", "order_not_open", f"{number} waits for nothing (it is {order.status})."
        )
    return order


def _warehouse(row: Row, order: PurchaseOrder | None, found: _Found, run: Run) -> Warehouse | None:
    code = row.values.get("warehouse")
    by_id = {one.pk: one for one in found.warehouses.values()}
    if code is None:
        if order is not None:
            return by_id.get(order.warehouse_id)
        if len(by_id) == 1:
            return next(iter(by_id.values()))
        run.refuse(row, "warehouse", "required", "Say to which warehouse it is on its way.")
        return None
    warehouse = found.warehouses.get(code)
    if warehouse is None:
        run.refuse(row, "warehouse", "unknown_warehouse", "There is no such warehouse.")
    elif order is not None and order.warehouse_id != warehouse.pk:
        run.refuse(row, "warehouse", "other_warehouse", f"{order.number} goes to another warehouse.")
    return warehouse


def _write(made: list[Announcement]) -> list[Change]:
    """Notices with their units and lines; the trail tells of each."""
    write(made)
    return [told(one, "import") for one in made]


NOTICES = Kind(name="advance-notices", permission="buying.change", fields=FIELDS, key=(), plan=plan_notices)
