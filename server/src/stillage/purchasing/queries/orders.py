"""Orders to suppliers as rows: how far each is, and one order with all that belongs to it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet

from stillage.core.actor import Actor
from stillage.core.clock import today
from stillage.core.errors import NotFound
from stillage.core.finding import seen
from stillage.core.sql import as_instant, fetch, member
from stillage.purchasing.drafting import COST, offers, warnings
from stillage.purchasing.locking import find_order_ids, open_units
from stillage.purchasing.models import PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus
from stillage.purchasing.states import EXPECTED, OPEN, Facts, possible_steps
from stillage.stock.queries import case_packs, warehouse_days

SUMMED = (
    PurchaseOrderStatus.DRAFT,
    PurchaseOrderStatus.PLACED,
    PurchaseOrderStatus.PARTLY_RECEIVED,
    PurchaseOrderStatus.RECEIVED,
)
ROW = (
    "id",
    "number",
    "supplier_id",
    "supplier__code",
    "supplier__name",
    "warehouse_id",
    "warehouse__code",
    "warehouse__timezone",
    "status",
    "expected_date",
    "supplier_reference",
    "net_total",
    "currency",
    "username",
    "created_at",
    "placed_at",
    "received_at",
    "version",
)
# What the role may not see is not there at all: absent, not empty.
MONEY = ("net_total",)
LINE_MONEY = ("pack_cost", "net_amount")


@dataclass(frozen=True, slots=True)
class Sums:
    """An order's lines added up; base units."""

    line_count: int = 0
    quantity: int = 0
    cancelled: int = 0
    facts: Facts = field(default_factory=Facts)


_SUMS = """
SELECT m.order_id, COUNT(*), SUM(m.quantity), SUM(m.received), SUM(m.cancelled),
  SUM(CASE WHEN m.quantity > m.received + m.cancelled THEN m.quantity - m.received - m.cancelled ELSE 0 END),
  CASE WHEN EXISTS (SELECT 1 FROM purchasing_receipt r WHERE r.order_id = m.order_id)
    OR EXISTS (SELECT 1 FROM purchasing_receiptline r JOIN purchasing_purchaseorderline n ON n.id = r.order_line_id
      WHERE n.order_id = m.order_id)
    OR EXISTS (SELECT 1 FROM purchasing_discrepancy d JOIN purchasing_purchaseorderline n ON n.id = d.order_line_id
      WHERE n.order_id = m.order_id)
  THEN 1 ELSE 0 END
FROM purchasing_purchaseorderline m WHERE m.order_id {orders} GROUP BY m.order_id
"""


def sums(order_ids: Sequence[int]) -> dict[int, Sums]:
    """Each order's lines added up. One statement whatever the number."""
    wanted, parameters = member(sorted(set(order_ids)), "bigint")
    return {
        order_id: Sums(
            int(count),
            int(quantity),
            int(cancelled),
            Facts(open=int(waited), received=int(received), begun=bool(begun)),
        )
        for order_id, count, quantity, received, cancelled, waited, begun in fetch(
            _SUMS.format(orders=wanted), parameters
        )
    }


# ---- lists --------------------------------------------------------------------------------------
def visible(actor: Actor) -> QuerySet[PurchaseOrder, Any]:
    """The orders for the warehouses that the actor sees."""
    return seen(PurchaseOrder.objects.all(), actor)


def late(actor: Actor) -> Q:
    """Orders whose goods should be there by the day of their warehouse. One statement now."""
    found = Q(pk__in=[])
    for pk, day in warehouse_days(actor).items():
        found |= Q(warehouse=pk, expected_date__lt=day, status__in=EXPECTED)
    return found


def matching(found: QuerySet[PurchaseOrder, Any], words: Sequence[str]) -> QuerySet[PurchaseOrder, Any]:
    """A search by number, supplier, the supplier's reference or product; each word must be met."""
    for word in words:
        lines = PurchaseOrderLine.objects.filter(
            Q(product__sku__icontains=word) | Q(supplier_sku__iexact=word)
        ).values("order")
        found = found.filter(
            Q(number__icontains=word)
            | Q(supplier__code__icontains=word)
            | Q(supplier__name__icontains=word)
            | Q(supplier_reference__icontains=word)
            | Q(pk__in=lines)
        )
    return found


def shown_rows(found: list[dict[str, Any]], actor: Actor) -> list[dict[str, Any]]:
    """Rows of `ROW` as the API answers them. One statement, for the sums."""
    added = sums([row["id"] for row in found])
    return [_shown(row, added.get(row["id"], Sums()), actor) for row in found]


def _shown(row: dict[str, Any], added: Sums, actor: Actor) -> dict[str, Any]:
    facts, status = added.facts, row["status"]
    answer = {
        "id": row["id"],
        "number": row["number"],
        "supplier": row["supplier__code"],
        "supplier_id": row["supplier_id"],
        "supplier_name": row["supplier__name"],
        "warehouse": row["warehouse__code"],
        "warehouse_id": row["warehouse_id"],
        "status": status,
        "expected_date": row["expected_date"],
        "late": status in EXPECTED and row["expected_date"] < today(row["warehouse__timezone"]),
        "supplier_reference": row["supplier_reference"],
        "line_count": added.line_count,
        "quantity": added.quantity,
        "received": facts.received,
        "cancelled": added.cancelled,
        "open": facts.open,
        "net_total": row["net_total"],
        "currency": row["currency"],
        "user": row["username"],
        "created_at": row["created_at"],
        "placed_at": row["placed_at"],
        "received_at": row["received_at"],
        "possible_steps": possible_steps(status, facts),
        "version": row["version"],
    }
    return answer if actor.can(COST) else {k: v for k, v in answer.items() if k not in MONEY}


def summary(actor: Actor, warehouse_ids: list[int] | None) -> dict[str, int]:
    """How many orders there are in each state that somebody has to do something about. Two statements."""
    found = visible(actor)
    if warehouse_ids is not None:
        found = found.filter(warehouse__in=warehouse_ids)
    overdue, due = Q(pk__in=[]), Q(pk__in=[])
    for pk, day in warehouse_days(actor, warehouse_ids).items():
        overdue |= Q(warehouse=pk, expected_date__lt=day, status__in=EXPECTED)
        due |= Q(warehouse=pk, expected_date=day, status__in=EXPECTED)
    rows = list(
        found.order_by()
        .values("status")
        .annotate(n=Count("pk"), late=Count("pk", filter=overdue), due=Count("pk", filter=due))
    )
    counted = {row["status"]: int(row["n"]) for row in rows}
    return {
        **{status.value: counted.get(status.value, 0) for status in SUMMED},
        "late": sum(row["late"] for row in rows),
        "expected_today": sum(row["due"] for row in rows),
        "open": sum(counted.get(status.value, 0) for status in OPEN),
    }


# ---- one order ----------------------------------------------------------------------------------
def find_order(reference: int | str, actor: Actor) -> int:
    """The id behind a reference, for reading. NotFound when it is not there for the actor."""
    (found,) = find_order_ids([reference], actor=actor)
    if found is None:
        raise NotFound("There is nothing of that name.")
    return found


_RECEIPTS = """
SELECT DISTINCT r.id, r.number, r.opened_at, r.status, r.delivery_note FROM purchasing_receipt r
WHERE r.order_id = %s OR r.id IN (SELECT n.receipt_id FROM purchasing_receiptline n
  JOIN purchasing_purchaseorderline m ON m.id = n.order_line_id WHERE m.order_id = %s)
ORDER BY r.id
"""


def order_answer(order_id: int, actor: Actor) -> dict[str, Any]:
    """An order with all that belongs to it. Five statements, of a draft six, whatever its length."""
    order = PurchaseOrder.objects.select_related("supplier", "warehouse").get(pk=order_id)
    found = PurchaseOrderLine.objects.filter(order=order_id).select_related("product__category")
    lines = list(found.order_by("position"))
    cases = case_packs({line.product_id for line in lines})
    receipts = [
        {
            "id": pk,
            "number": number,
            "opened_at": as_instant(opened_at),
            "status": status,
            "delivery_note": note,
        }
        for pk, number, opened_at, status, note in fetch(_RECEIPTS, [order_id, order_id])
    ]
    row = {name: _column(order, name) for name in ROW}
    return {
        **_shown(row, sums([order_id]).get(order_id, Sums()), actor),
        "supplier_email": order.supplier.email,
        "supplier_phone": order.supplier.phone,
        "note": order.note,
        "reason": order.cancel_reason,
        "closed_at": order.closed_at,
        "cancelled_at": order.cancelled_at,
        "lines": [_shown_line(line, cases.get(line.product_id, ("", 1)), actor) for line in lines],
        "receipts": receipts,
        "warnings": _warnings(order, lines, actor),
    }


def _column(order: PurchaseOrder, name: str) -> Any:
    value: Any = order
    for part in name.split("__"):
        value = getattr(value, part)
    return value


def _shown_line(line: PurchaseOrderLine, case: tuple[str, int], actor: Actor) -> dict[str, Any]:
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
        "pack_name": line.pack_name,
        "units_per_pack": line.units_per_pack,
        "gtin": line.gtin,
        "supplier_sku": line.supplier_sku,
        "quantity_packs": line.quantity_packs,
        "quantity": line.quantity,
        "received": line.received,
        "cancelled": line.cancelled,
        "open": open_units(line),
        "pack_cost": line.pack_cost,
        "net_amount": line.net_amount,
        "expected_date": line.expected_date,
        "note": line.note,
    }
    return answer if actor.can(COST) else {k: v for k, v in answer.items() if k not in LINE_MONEY}


def _warnings(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], actor: Actor) -> list[dict[str, Any]]:
    """What somebody should look at before a draft is placed. One statement."""
    if order.status != PurchaseOrderStatus.DRAFT:
        return []
    offered = offers(order.supplier_id, sorted({line.product_id for line in lines}))
    ids = {line.position: line.pk for line in lines}
    skus = [line.product.sku for line in lines]
    return [
        {**asdict(one), "line": None if one.position is None else ids[one.position]}
        for one in warnings(order, lines, skus, offered, with_costs=actor.can(COST))
    ]
