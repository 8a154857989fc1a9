"""Deliveries as rows: what is expected, what was booked, and what was not as asked for."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from stillage.audit.history import history
from stillage.catalogue.models import Product
from stillage.core.actor import Actor
from stillage.core.finding import Reference, find, seen
from stillage.core.sql import fetch, member
from stillage.purchasing import dock
from stillage.purchasing.dock import TakenIn
from stillage.purchasing.models import (
    Discrepancy,
    NoticeLine,
    NoticeUnit,
    Receipt,
    ReceiptLine,
    ReceiptStatus,
    ReceiptUndo,
)
from stillage.purchasing.queries.put_away import Wanted, proposals_for
from stillage.purchasing.states import EXPECTED
from stillage.stock.queries import case_packs

COST: Final = "cost.view"
# More lines than this an answer to one booking does not show; they are read with the receipt.
MOST_EXPECTED: Final = 300
MOST_BOOKED: Final = 300
# An answer to a write is kept with its key, so it is bounded: so many rows of each kind, the newest.
MOST_KEPT: Final = 150
_EXPECTED = ", ".join(f"'{status.value}'" for status in EXPECTED)


def receipts(actor: Actor) -> QuerySet[Receipt, Any]:
    """Deliveries to the actor's warehouses, with how much of each is booked."""
    undone = Exists(ReceiptUndo.objects.filter(operation_id=OuterRef("operation_id")))
    own = ReceiptLine.objects.filter(~undone, receipt=OuterRef("pk")).order_by()
    wrong = Discrepancy.objects.filter(receipt=OuterRef("pk"), withdrawn_at__isnull=True).order_by()
    found = Receipt.objects.select_related("supplier", "warehouse", "location", "order", "notice").annotate(
        line_count=Coalesce(Subquery(own.values("receipt").annotate(n=Count("pk")).values("n")), 0),
        quantity=Coalesce(Subquery(own.values("receipt").annotate(n=Sum("quantity")).values("n")), 0),
        discrepancy_count=Coalesce(Subquery(wrong.values("receipt").annotate(n=Count("pk")).values("n")), 0),
    )
    return seen(found, actor)


def find_receipt(reference: Reference, *, actor: Actor) -> Receipt:
    """One delivery by id or number. 404 when it is not there for the actor."""
    return find(receipts(actor), reference, actor=actor)


def matching(found: QuerySet[Receipt, Any], words: Sequence[str]) -> QuerySet[Receipt, Any]:
    """A search by number, supplier, delivery note, order, notice, product, lot or SSCC; each word must be met."""
    for word in words:
        lines = ReceiptLine.objects.filter(
            Q(lot__number=word) | Q(product__sku__iexact=word) | Q(unit__sscc=word)
        ).values("receipt")
        found = found.filter(
            Q(number__icontains=word)
            | Q(supplier__code__icontains=word)
            | Q(supplier__name__icontains=word)
            | Q(delivery_note__icontains=word)
            | Q(order__number__icontains=word)
            | Q(notice__despatch_number__icontains=word)
            | Q(pk__in=lines)
        )
    return found


def shown_receipt(one: Any) -> dict[str, Any]:
    """A row of the list."""
    return {
        "id": one.pk,
        "number": one.number,
        "status": one.status,
        "version": one.version,
        "created_at": one.created_at,
        "supplier": one.supplier.code,
        "supplier_id": one.supplier_id,
        "supplier_name": one.supplier.name,
        "warehouse": one.warehouse.code,
        "warehouse_id": one.warehouse_id,
        "location": one.location.full_code,
        "location_id": one.location_id,
        "purchase_order": one.order.number if one.order else None,
        "purchase_order_id": one.order_id,
        "notice": one.notice.despatch_number if one.notice else None,
        "notice_id": one.notice_id,
        "delivery_note": one.delivery_note,
        "opened_at": one.opened_at,
        "closed_at": one.closed_at,
        "closed_by": one.closed_by,
        "user": one.username,
        "line_count": one.line_count,
        "quantity": one.quantity,
        "discrepancy_count": one.discrepancy_count,
        "possible_steps": _possible(one),
    }


def _possible(one: Any) -> list[str]:
    steps = dock.possible(one.status)
    done = one.line_count or one.discrepancy_count
    return [step for step in steps if step != "undo" or done]


def receipt_answer(pk: int, *, actor: Actor, most: int | None = None) -> dict[str, Any]:
    """A delivery with all that belongs to it; at `most` so many rows of each kind, and `whole` says whether that is all.

    Twelve statements at most, whatever its length.
    """
    one = receipts(actor).get(pk=pk)
    found: dict[str, list[dict[str, Any]]] = {
        "expected": expected_rows(one),
        "units": _units(one),
        "lines": _lines(one, actor),
        "discrepancies": discrepancy_rows(Discrepancy.objects.filter(receipt=pk)),
    }
    whole = most is None or all(len(rows) <= most for rows in found.values())
    found = {name: rows[:most] for name, rows in found.items()}
    in_units = [line for unit in found["units"] for line in unit["lines"]]
    if most is not None and len(in_units) > most:
        whole, found["units"], in_units = False, [], []
    _in_cases([*found["expected"], *found["lines"], *found["discrepancies"], *in_units])
    return {**shown_receipt(one), **found, "whole": whole}


def receipt_history(one: Receipt, *, actor: Actor) -> list[dict[str, Any]]:
    """Who did what with a delivery, newest first. One statement."""
    return history(dock.OBJECT_TYPE, one.pk, actor, right=COST)


def _in_cases(rows: Sequence[dict[str, Any]]) -> None:
    """The pack people count each product in. One statement."""
    cases = case_packs({row["product_id"] for row in rows})
    for row in rows:
        row["case_name"], row["units_per_case"] = cases.get(row["product_id"], ("", 1))


# ---- what is expected ---------------------------------------------------------------------------
_LINES = """
SELECT l.id, o.id, o.number, o.status, l.product_id, p.sku, p.name, p.base_unit, p.lot_tracked, p.minimum_intake_days,
  l.pack_name, l.units_per_pack, l.gtin, l.quantity, l.received, l.cancelled, l.note
FROM purchasing_purchaseorderline l
JOIN purchasing_purchaseorder o ON o.id = l.order_id
JOIN catalogue_product p ON p.id = l.product_id
WHERE {where} ORDER BY COALESCE(l.expected_date, o.expected_date), o.id, l.position
"""


def expected_rows(one: Any, product_ids: Collection[int] | None = None) -> list[dict[str, Any]]:
    """The order lines that a delivery answers, the oldest expected first. Two statements.

    Its order's; without one what is open with the supplier in that warehouse, and what this delivery served.
    """
    values: list[Any]
    if one.order_id is not None:
        where, values = "l.order_id = %s", [one.order_id]
    else:
        open_lines = (
            f"o.supplier_id = %s AND o.warehouse_id = %s AND o.status IN ({_EXPECTED})"
            " AND l.quantity > l.received + l.cancelled"
        )
        served = (
            "l.id IN (SELECT n.order_line_id FROM purchasing_receiptline n"
            " WHERE n.receipt_id = %s AND n.order_line_id IS NOT NULL)"
        )
        if one.status == ReceiptStatus.CLOSED:
            where, values = served, [one.pk]
        else:
            where, values = f"({open_lines} OR {served})", [one.supplier_id, one.warehouse_id, one.pk]
    if product_ids is not None:
        products, more = member(sorted(product_ids), "bigint")
        where, values = f"{where} AND l.product_id {products}", [*values, *more]
    lots = _announced_lots(one.notice_id)
    return [
        {
            "order_line_id": row[0],
            "purchase_order": row[2],
            "purchase_order_id": row[1],
            "product": row[5],
            "product_id": row[4],
            "product_name": row[6],
            "base_unit": row[7],
            "lot_tracked": bool(row[8]),
            "minimum_intake_days": row[9],
            "pack_name": row[10],
            "units_per_pack": row[11],
            "gtin": row[12],
            "ordered": row[13],
            "received": row[14],
            "cancelled": row[15],
            "open": max(0, row[13] - row[14] - row[15]) if row[3] in EXPECTED else 0,
            "lots": lots.get(row[4], []),
            "note": row[16],
        }
        for row in fetch(_LINES.format(where=where), values)
    ]


def _announced_lots(notice_id: int | None) -> dict[int, list[str]]:
    """Lots that a notice told of and that did not all come, by product. One statement, none without a notice."""
    if notice_id is None:
        return {}
    lots: dict[int, list[str]] = defaultdict(list)
    found = NoticeLine.objects.filter(notice=notice_id).exclude(lot_number="").order_by("position")
    for product_id, lot, quantity, received in found.values_list(
        "product_id", "lot_number", "quantity", "received"
    ):
        if received < quantity and lot not in lots[product_id]:
            lots[product_id].append(lot)
    return lots


def _units(one: Receipt) -> list[dict[str, Any]]:
    """What its notice announced, unit by unit, and whether it came. Two statements, none without a notice."""
    return unit_rows(one.notice_id) if one.notice_id is not None else []


def unit_rows(notice_id: int) -> list[dict[str, Any]]:
    """The units of a notice with their lines. Two statements."""
    by_unit: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for line in notice_lines(notice_id):
        if line["unit_id"] is not None:
            by_unit[line["unit_id"]].append(line)
    return [
        {
            "id": unit.pk,
            "sscc": unit.sscc,
            "received": unit.operation_id is not None,
            "operation_id": unit.operation_id,
            "lines": [
                {name: value for name, value in line.items() if name != "unit_id"}
                for line in by_unit[unit.pk]
            ],
        }
        for unit in NoticeUnit.objects.filter(notice=notice_id).order_by("pk")
    ]


def notice_lines(notice_id: int) -> list[dict[str, Any]]:
    """All lines of a notice. One statement."""
    return [
        {
            "id": line.pk,
            "unit_id": line.unit_id,
            "position": line.position,
            "product": line.product.sku,
            "product_id": line.product_id,
            "product_name": line.product.name,
            "base_unit": line.product.base_unit,
            "lot": line.lot_number,
            "expiry_date": line.expiry_date,
            "best_before_date": line.best_before_date,
            "production_date": line.production_date,
            "quantity": line.quantity,
            "received": line.received,
        }
        for line in NoticeLine.objects.filter(notice=notice_id).select_related("product").order_by("position")
    ]


# ---- what was booked ----------------------------------------------------------------------------
def _lines(one: Receipt, actor: Actor) -> list[dict[str, Any]]:
    """What was booked, the newest first. Two statements."""
    undone = set(ReceiptUndo.objects.filter(receipt=one).values_list("operation_id", flat=True))
    found = ReceiptLine.objects.filter(receipt=one).select_related(
        "product", "lot", "location", "order_line__order", "unit"
    )
    costs = actor.can(COST)
    return [
        {
            "id": line.pk,
            "operation_id": line.operation_id,
            "product": line.product.sku,
            "product_id": line.product_id,
            "product_name": line.product.name,
            "base_unit": line.product.base_unit,
            "lot": line.lot.number,
            "lot_id": line.lot_id,
            "expiry_date": line.lot.expiry_date,
            "best_before_date": line.lot.best_before_date,
            "location": line.location.full_code,
            "location_id": line.location_id,
            "quantity": line.quantity,
            **({"unit_cost": line.unit_cost} if costs else {}),
            "order_line_id": line.order_line_id,
            "purchase_order": line.order_line.order.number if line.order_line else None,
            "sscc": line.unit.sscc if line.unit else None,
            "user": line.username,
            "received_at": line.received_at,
            "undone": line.operation_id in undone,
        }
        for line in found.order_by("-pk")
    ]


def discrepancy_rows(found: QuerySet[Discrepancy, Any]) -> list[dict[str, Any]]:
    """What was not as asked for, the newest first. One statement."""
    rows = found.select_related("product", "receipt__supplier", "receipt__warehouse", "order_line__order")
    return [shown_discrepancy(one) for one in rows.order_by("-pk")]


def shown_discrepancy(one: Discrepancy) -> dict[str, Any]:
    receipt = one.receipt
    return {
        "id": one.pk,
        "kind": one.kind,
        "outcome": one.outcome,
        "product": one.product.sku,
        "product_id": one.product_id,
        "product_name": one.product.name,
        "base_unit": one.product.base_unit,
        "lot": one.lot_number,
        "quantity": one.quantity,
        "note": one.note,
        "receipt": receipt.number,
        "receipt_id": receipt.pk,
        "supplier": receipt.supplier.code,
        "supplier_id": receipt.supplier_id,
        "supplier_name": receipt.supplier.name,
        "warehouse": receipt.warehouse.code,
        "warehouse_id": receipt.warehouse_id,
        "purchase_order": one.order_line.order.number if one.order_line else None,
        "order_line_id": one.order_line_id,
        "operation_id": one.operation_id,
        "user": one.username,
        "found_at": one.found_at,
        "settled_at": one.settled_at,
        "settled_by": one.settled_by,
        "settlement": one.settlement,
        "withdrawn": one.withdrawn_at is not None,
    }


# ---- the answer to one booking ------------------------------------------------------------------
def intake_answer(done: TakenIn, *, actor: Actor) -> dict[str, Any]:
    """What one call booked, what is still expected, who waits for it and where it should go. Eight statements at most.

    A delivery of very many order lines answers with those of the products booked (`expected_whole` is then false), a
    booking of very many lines with their count alone: both are read with the receipt.
    """
    receipt = done.receipt
    count = _line_count(receipt)
    whole = count <= MOST_EXPECTED
    expected = expected_rows(receipt, None if whole else done.product_ids)[:MOST_EXPECTED]
    shown = len(done.fates) <= MOST_BOOKED
    booked: list[dict[str, Any]] = [
        {
            "product": one.product.sku,
            "product_id": one.product.id,
            "product_name": one.product.name,
            "lot": one.lot,
            "lot_id": one.known.id if one.known else None,
            "expiry_date": one.known.expiry_date if one.known else None,
            "best_before_date": one.known.best_before_date if one.known else None,
            "quantity": one.quantity,
            "location": one.place.full_code if one.place else None,
            "location_id": one.place.id if one.place else None,
            "order_line_id": one.order_line_id,
            "kind": one.kind,
            "outcome": one.outcome or None,
        }
        for one in (done.fates if shown else [])
    ]
    _in_cases([*expected, *booked])
    rows = Product.objects.filter(pk__in={one.product.id for one in done.fates} if shown else ())
    products = {pk: (unit, kind) for pk, unit, kind in rows.values_list("pk", "base_unit", "category_id")}
    for row in booked:
        row["base_unit"] = products[row["product_id"]][0]
    skus = {one.product.id: one.product.sku for one in done.fates}
    return {
        "operation_id": done.operation_id,
        "receipt": {
            "id": receipt.pk,
            "number": receipt.number,
            "status": receipt.status,
            "version": receipt.version,
            "possible_steps": dock.possible(receipt.status),
            "expected": expected,
            "expected_whole": whole,
        },
        "line_count": len(done.fates),
        "booked": booked,
        "movements": done.moved["movements"],
        "balances": done.moved["balances"],
        "waiting": [
            {
                "order": one.order,
                "order_id": one.order_id,
                "customer_name": one.customer_name,
                "product": skus[one.product_id],
                "product_id": one.product_id,
                "quantity": one.quantity,
            }
            for one in done.waiting
        ],
        "put_away": _put_away(done, {pk: kind for pk, (_, kind) in products.items()}) if shown else [],
    }


def _line_count(receipt: Receipt) -> int:
    """How many order lines a delivery may answer. One statement."""
    if receipt.order_id is not None:
        where, values = "order_id = %s", [receipt.order_id]
    else:
        where = (
            "order_id IN (SELECT o.id FROM purchasing_purchaseorder o WHERE o.supplier_id = %s"
            f" AND o.warehouse_id = %s AND o.status IN ({_EXPECTED}))"
        )
        values = [receipt.supplier_id, receipt.warehouse_id]
    ((count,),) = fetch(f"SELECT COUNT(*) FROM purchasing_purchaseorderline WHERE {where}", values)
    return int(count)


def _put_away(done: TakenIn, categories: Mapping[int, int | None]) -> list[dict[str, Any]]:
    """Where each lot that lies at the dock now should go. Three statements, none where nothing does."""
    at_dock: dict[int, Any] = {}
    for one in done.fates:
        if one.place is not None and one.place.kind == "receiving" and one.known is not None:
            kept = at_dock.setdefault(one.known.id, [one, 0])
            kept[1] += one.quantity
    if not at_dock:
        return []
    wanted = [
        Wanted(done.receipt.warehouse_id, one.product.id, one.known.id, categories.get(one.product.id))
        for one, _ in at_dock.values()
    ]
    return [
        {
            "product": one.product.sku,
            "product_id": one.product.id,
            "lot": one.lot,
            "lot_id": one.known.id,
            "quantity": quantity,
            "from_location": one.place.full_code,
            "location": found[0].spot.name,
            "location_id": found[0].spot.id,
            "why": found[0].why,
            "why_code": found[0].why_code,
        }
        for (one, quantity), found in zip(at_dock.values(), proposals_for(wanted), strict=True)
        if found
    ]
