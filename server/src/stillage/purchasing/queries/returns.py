"""Returns to suppliers as rows."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from stillage.core.actor import Actor
from stillage.core.finding import Reference, find, seen
from stillage.purchasing import costing
from stillage.purchasing.drafting import COST
from stillage.purchasing.models import SupplierReturn, SupplierReturnLine, SupplierReturnStatus
from stillage.purchasing.states import possible_return_steps
from stillage.stock.models import Balance
from stillage.stock.queries import case_packs


def returns(actor: Actor) -> QuerySet[SupplierReturn, Any]:
    """Returns from the actor's warehouses, with what is on them."""
    found = SupplierReturn.objects.select_related("supplier", "warehouse", "receipt").annotate(
        line_count=Count("lines"), quantity=Sum("lines__quantity", default=0)
    )
    return seen(found, actor)


def find_return(reference: Reference, *, actor: Actor) -> int:
    """The id behind a reference. 404 when it is not there for the actor."""
    return find(SupplierReturn.objects.only("pk"), reference, actor=actor).pk


def matching(found: QuerySet[SupplierReturn, Any], words: Sequence[str]) -> QuerySet[SupplierReturn, Any]:
    """A search by number, supplier, their reference, the delivery, product or lot; each word must be met."""
    for word in words:
        lines = SupplierReturnLine.objects.filter(
            Q(product__sku__icontains=word) | Q(lot__number=word)
        ).values("of_return")
        found = found.filter(
            Q(number__icontains=word)
            | Q(supplier__code__icontains=word)
            | Q(supplier__name__icontains=word)
            | Q(supplier_reference__icontains=word)
            | Q(receipt__number__icontains=word)
            | Q(pk__in=lines)
        )
    return found


def shown_return(one: Any, actor: Actor) -> dict[str, Any]:
    """A row of the list."""
    answer = {
        "id": one.pk,
        "number": one.number,
        "status": one.status,
        "supplier": one.supplier.code,
        "supplier_id": one.supplier_id,
        "supplier_name": one.supplier.name,
        "warehouse": one.warehouse.code,
        "warehouse_id": one.warehouse_id,
        "receipt": one.receipt.number if one.receipt else None,
        "receipt_id": one.receipt_id,
        "reason": one.reason,
        "supplier_reference": one.supplier_reference,
        "line_count": one.line_count,
        "quantity": one.quantity,
        "user": one.username,
        "created_at": one.created_at,
        "dispatched_at": one.dispatched_at,
        "closed_at": one.closed_at,
        "possible_steps": possible_return_steps(one.status),
        "version": one.version,
    }
    if actor.can(COST):
        answer |= {"currency": one.currency, "credit_total": one.credit_total}
    return answer


def lines_of(pk: int) -> list[SupplierReturnLine]:
    """Its lines with all that they name. One statement."""
    found = SupplierReturnLine.objects.filter(of_return=pk)
    return list(found.select_related("product__category", "lot", "location").order_by("position"))


def return_answer(pk: int, actor: Actor) -> dict[str, Any]:
    """A return with its lines; of a draft also what is free of each. Three statements, or four."""
    one = returns(actor).get(pk=pk)
    lines = lines_of(pk)
    cases = case_packs({line.product_id for line in lines})
    free = _free(lines) if one.status == SupplierReturnStatus.DRAFT else {}
    answer = {
        **shown_return(one, actor),
        "operation_id": one.operation_id,
        "lines": [
            {
                **_shown_line(line, cases.get(line.product_id, ("", 1)), actor),
                **(
                    {"free": free.get((line.lot_id, line.location_id), 0)}
                    if one.status == SupplierReturnStatus.DRAFT
                    else {}
                ),
            }
            for line in lines
        ],
    }
    if actor.can(COST):
        answer["net_total"] = net_total(lines)
    return answer


def net_total(lines: Sequence[SupplierReturnLine]) -> Decimal:
    """What the goods had cost, as far as that is known."""
    return sum(
        (costing.net_amount(line.quantity, line.unit_cost or Decimal(0)) for line in lines), Decimal("0.00")
    )


def _free(lines: Sequence[SupplierReturnLine]) -> dict[tuple[int, int], int]:
    """What may be taken of each lot at its place. One statement."""
    found = Balance.objects.filter(
        lot__in={line.lot_id for line in lines}, location__in={line.location_id for line in lines}
    )
    return {
        (lot, place): on_hand - allocated
        for lot, place, on_hand, allocated in found.values_list("lot", "location", "on_hand", "allocated")
    }


def _shown_line(line: SupplierReturnLine, case: tuple[str, int], actor: Actor) -> dict[str, Any]:
    answer = {
        "id": line.pk,
        "position": line.position,
        "product": line.product.sku,
        "product_id": line.product_id,
        "product_name": line.product.name,
        "category": line.product.category.name if line.product.category else "",
        "container_ml": line.product.container_ml,
        "base_unit": line.product.base_unit,
        "case_name": case[0],
        "units_per_case": case[1],
        "lot": line.lot.number,
        "lot_id": line.lot_id,
        "expiry_date": line.lot.expiry_date,
        "best_before_date": line.lot.best_before_date,
        "location": line.location.full_code,
        "location_id": line.location_id,
        "quantity": line.quantity,
        "reason": line.reason,
        "discrepancy": line.discrepancy_id,
        "discrepancy_id": line.discrepancy_id,
    }
    return {**answer, "unit_cost": line.unit_cost} if actor.can(COST) else answer
