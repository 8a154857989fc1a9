"""What the steps of a return to a supplier share: its rows under lock, and what somebody asks to send back, found."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from stillage.core.actor import Actor
from stillage.core.errors import Fault, Kind, Refusal
from stillage.core.finding import Reference, find, named
from stillage.core.sql import execute, fetch, member, rows, table
from stillage.places.models import Warehouse
from stillage.purchasing import costing
from stillage.purchasing.drafting import COST
from stillage.purchasing.models import Discrepancy, Receipt, Supplier, SupplierReturn, SupplierReturnLine
from stillage.stock.naming import Line, find_all, lot_reference


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingBack:
    """Units of a lot at a place that are to go back. Without a cost it is what was paid for the lot."""

    product: Reference
    location: Reference
    quantity: int
    lot: Reference | None = None
    reason: str = ""
    discrepancy: int | None = None
    unit_cost: Decimal | None = None


@dataclass(slots=True)
class Found:
    """Lines that are not written yet, and what is wrong with them."""

    lines: list[SupplierReturnLine] = field(default_factory=list)
    skus: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def lock_return(reference: Reference, *, actor: Actor) -> SupplierReturn:
    """A return under lock, with supplier and warehouse. 404 when it is not there for the actor. Two statements."""
    pk = find(SupplierReturn.objects.only("pk"), reference, actor=actor).pk
    found = SupplierReturn.objects.select_for_update(no_key=True, of=("self",))
    return found.select_related("supplier", "warehouse").get(pk=pk)


def lines_of(one: SupplierReturn) -> list[SupplierReturnLine]:
    """Its lines with all that they name. One statement."""
    found = SupplierReturnLine.objects.filter(of_return=one)
    return list(found.select_related("product__category", "lot", "location").order_by("position"))


def touch(one: SupplierReturn, **values: object) -> None:
    """Write columns of a locked return, with a new version. One statement."""
    for name, value in values.items():
        setattr(one, name, value)
    one.version += 1
    one.save(update_fields=[*values, "version", "updated_at"])


def check_costs(lines: Sequence[GoingBack], actor: Actor) -> None:
    """Costs are named by those who may see them: 403 else."""
    if any(line.unit_cost is not None for line in lines):
        may_name_money(actor, "unit_cost")


def may_name_money(actor: Actor, field_: str) -> None:
    if not actor.can(COST):
        raise Refusal(
            f"Your role does not allow you to name costs (it needs {COST}); leave {field_} out.",
            code="forbidden",
            kind=Kind.FORBIDDEN,
        )


def find_receipt(
    reference: Reference | None, supplier: Supplier | None, actor: Actor, faults: list[Fault]
) -> Receipt | None:
    """The delivery that a return is about: one of the same supplier."""
    if reference is None or supplier is None:
        return None
    found = Receipt.objects.filter(named(reference), supplier=supplier)
    if actor.warehouse_ids is not None:
        found = found.filter(warehouse__in=actor.warehouse_ids)
    receipt = found.first()
    if receipt is None:
        detail = f"There is no delivery {str(reference)[:60]!r} of {supplier.code} here."
        faults.append(Fault("/receipt", "unknown_receipt", detail))
    return receipt


# What was last paid for a lot, by lot.
_PAID = """
SELECT n.lot_id, n.unit_cost FROM purchasing_receiptline n
JOIN purchasing_receipt r ON r.id = n.receipt_id
WHERE n.lot_id {lots} AND r.supplier_id = %s AND n.unit_cost IS NOT NULL ORDER BY n.id
"""


def found_lines(
    asked: Sequence[GoingBack], *, supplier: Supplier | None, warehouse: Warehouse | None, actor: Actor
) -> Found:
    """Find what the lines name. Three statements, whatever their number."""
    names = find_all(
        [Line(one.product, one.lot, (("location", one.location),)) for one in asked], actor=actor
    )
    found = Found(faults=list(names.faults))
    told = _discrepancies(asked, supplier)
    for index, one in enumerate(asked):
        product, place = names.products.get(one.product), names.locations.get(one.location)
        if place is not None and warehouse is not None and place.warehouse_id != warehouse.pk:
            detail = f"{place.full_code} is not in {warehouse.code}, from where this goes back."
            found.faults.append(Fault(f"/lines/{index}/location", "other_warehouse", detail))
        lot = None
        if product is not None:
            lot = names.lots.get((product.id, lot_reference(product, one.lot)))
        about = None if one.discrepancy is None else told.get(one.discrepancy)
        if one.discrepancy is not None and (about is None or (product and about != product.id)):
            detail = f"There is no open discrepancy {one.discrepancy} of this supplier and product."
            found.faults.append(Fault(f"/lines/{index}/discrepancy", "unknown_discrepancy", detail))
        if product is None or place is None or lot is None:
            continue
        found.skus.append(product.sku)
        found.lines.append(
            SupplierReturnLine(
                position=index + 1,
                product_id=product.id,
                lot_id=lot.id,
                location_id=place.id,
                discrepancy_id=one.discrepancy,
                quantity=one.quantity,
                unit_cost=one.unit_cost,
                reason=one.reason,
            )
        )
    if supplier is not None:
        _with_costs(found.lines, supplier)
    return found


def _discrepancies(asked: Sequence[GoingBack], supplier: Supplier | None) -> dict[int, int]:
    """The products of this supplier's discrepancies that are named, by id. A statement where any is."""
    ids = {one.discrepancy for one in asked if one.discrepancy is not None}
    if not ids or supplier is None:
        return {}
    rows_ = Discrepancy.objects.filter(pk__in=ids, receipt__supplier=supplier, withdrawn_at__isnull=True)
    return dict(rows_.values_list("pk", "product"))


def _with_costs(lines: Sequence[SupplierReturnLine], supplier: Supplier) -> None:
    missing = [line for line in lines if line.unit_cost is None]
    if not missing:
        return
    lots, parameters = member(sorted({line.lot_id for line in missing}), "bigint")
    paid = dict(fetch(_PAID.format(lots=lots), [*parameters, supplier.pk]))
    for line in missing:
        cost = paid.get(line.lot_id)
        line.unit_cost = None if cost is None else costing.decimal(cost)


_LINE = {
    "of_return_id": "bigint",
    "position": "integer",
    "product_id": "bigint",
    "lot_id": "bigint",
    "location_id": "bigint",
    "discrepancy_id": "bigint",
    "quantity": "bigint",
    "unit_cost": "numeric",
    "reason": "text",
    "demand_id": "uuid",
}


def insert_lines(lines: Sequence[SupplierReturnLine]) -> None:
    """Write new lines, however many. One statement."""
    names = ", ".join(_LINE)
    execute(
        f"INSERT INTO purchasing_supplierreturnline ({names}) SELECT {names} FROM "
        + table("line", _LINE)
        + " WHERE true",
        [rows({name: getattr(line, name) for name in _LINE} for line in lines)],
    )


def told_lines(lines: Sequence[SupplierReturnLine], skus: Sequence[str]) -> list[dict[str, Any]]:
    """Lines for the trail."""
    return [
        {"product": sku, "lot_id": line.lot_id, "quantity": line.quantity, "unit_cost": line.unit_cost}
        for line, sku in zip(lines, skus, strict=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedReturn:
    """A return as somebody asks for it."""

    supplier: Reference
    lines: Sequence[GoingBack]
    warehouse: Reference | None = None
    receipt: Reference | None = None
    reason: str = ""
    supplier_reference: str = ""
