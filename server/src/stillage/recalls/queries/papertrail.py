"""The papers behind what moved of some lots: deliveries, shipments, returns, what went back, what is on the way.

Each function is one statement, whatever the number of lots and papers; `own` are the houses that somebody sees.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

from stillage.core.sql import as_date, as_instant, fetch, member
from stillage.places.models import Kind
from stillage.purchasing.models import ReceiptLine, SupplierReturnLine, SupplierReturnStatus
from stillage.sales.models import Disposition, ReturnLine
from stillage.transfers.models import TransferItem

Own = Collection[int] | None
ANOTHER = "another warehouse"


def within(found: QuerySet[Any, Any], own: Own, field: str) -> QuerySet[Any, Any]:
    """Only what concerns these houses."""
    return found if own is None else found.filter(**{f"{field}__in": list(own)})


# ---- where it came from -------------------------------------------------------------------------
def receipts(lot_ids: Collection[int], own: Own) -> list[dict[str, Any]]:
    """Lines of deliveries, whether or not they were taken back since; the ledger knows."""
    found = ReceiptLine.objects.filter(lot__in=list(lot_ids)).order_by("pk")
    return list(
        within(found, own, "receipt__warehouse").values(
            "lot_id",
            "operation_id",
            "quantity",
            "unit_cost",
            "username",
            "received_at",
            "location_id",
            "receipt_id",
            location_code=F("location__full_code"),
            receipt_number=F("receipt__number"),
            delivery_note=F("receipt__delivery_note"),
            supplier_id=F("receipt__supplier_id"),
            supplier_code=F("receipt__supplier__code"),
            supplier_name=F("receipt__supplier__name"),
            line_order_id=F("order_line__order_id"),
            line_order=F("order_line__order__number"),
            own_order_id=F("receipt__order_id"),
            own_order=F("receipt__order__number"),
        )
    )


def sent_back(lot_ids: Collection[int], own: Own) -> list[dict[str, Any]]:
    """What went back to suppliers."""
    gone = (SupplierReturnStatus.DISPATCHED, SupplierReturnStatus.CLOSED)
    found = SupplierReturnLine.objects.filter(lot__in=list(lot_ids), of_return__status__in=gone)
    rows = within(found, own, "of_return__warehouse").order_by("of_return__dispatched_at", "pk")
    return list(
        rows.values(
            "lot_id",
            "quantity",
            "reason",
            "location_id",
            "of_return_id",
            location_code=F("location__full_code"),
            number=F("of_return__number"),
            status=F("of_return__status"),
            supplier_id=F("of_return__supplier_id"),
            supplier_code=F("of_return__supplier__code"),
            supplier_name=F("of_return__supplier__name"),
            dispatched_at=F("of_return__dispatched_at"),
            username=F("of_return__username"),
        )
    )


# ---- where it is --------------------------------------------------------------------------------
def on_the_way(lot_ids: Collection[int], own: Own) -> list[dict[str, Any]]:
    """What was sent to these houses and is neither there nor written off."""
    found = TransferItem.objects.filter(
        lot__in=list(lot_ids), dispatched__gt=F("received") + F("missing")
    ).exclude(transfer__dispatched_at=None)
    return [
        {
            "transfer": row["transfer__number"],
            "transfer_id": row["transfer_id"],
            "from_warehouse": row["transfer__from_warehouse__code"]
            if own is None or row["transfer__from_warehouse_id"] in own
            else ANOTHER,
            "to_warehouse": row["transfer__to_warehouse__code"],
            "to_warehouse_id": row["transfer__to_warehouse_id"],
            "lot_id": row["lot_id"],
            "quantity": row["dispatched"] - row["received"] - row["missing"],
        }
        for row in within(found, own, "transfer__to_warehouse")
        .order_by("pk")
        .values(
            "lot_id",
            "dispatched",
            "received",
            "missing",
            "transfer_id",
            "transfer__number",
            "transfer__from_warehouse_id",
            "transfer__from_warehouse__code",
            "transfer__to_warehouse_id",
            "transfer__to_warehouse__code",
        )
    ]


@dataclass(frozen=True, slots=True)
class Promised:
    """Units of a lot promised to a customer's order, at places of one kind."""

    lot_id: int
    reference: str
    order_id: int | None
    order: str
    order_warehouse_id: int | None
    delivery_date: dt.date | None
    customer_id: int | None
    customer: str
    customer_name: str
    location_id: int
    location: str
    picked: bool
    quantity: int


_PROMISED = """
SELECT a.lot_id, a.reference, o.id, COALESCE(o.number, a.reference), o.warehouse_id, o.delivery_date, c.id,
  COALESCE(c.code, ''), COALESCE(c.name, ''), x.id, x.full_code, CASE WHEN x.kind = %s THEN 1 ELSE 0 END,
  CAST(SUM(a.quantity) AS bigint)
FROM stock_allocation a
JOIN places_location x ON x.id = a.location_id
LEFT JOIN sales_salesorderline m ON m.demand_id = a.demand_id
LEFT JOIN sales_salesorder o ON o.id = m.order_id
LEFT JOIN sales_customer c ON c.id = o.customer_id
WHERE a.lot_id {lots} {own}
GROUP BY a.lot_id, a.reference, o.id, o.number, o.warehouse_id, o.delivery_date, c.id, c.code, c.name, x.id, x.full_code,
  x.kind
ORDER BY o.delivery_date, o.id, a.reference, x.id
"""


def promised(lot_ids: Collection[int], own: Own) -> list[Promised]:
    """To whom it is promised, and where; `picked` is what stands ready for the truck."""
    lots, parameters = member(sorted(lot_ids), "bigint")
    scope, more = _scope("x", own)
    return [
        Promised(*[*row[:5], as_date(row[5]), *row[6:11], bool(row[11]), row[12]])
        for row in fetch(_PROMISED.format(lots=lots, own=scope), [Kind.STAGING.value, *parameters, *more])
    ]


def _scope(alias: str, own: Own) -> tuple[str, list[Any]]:
    if own is None:
        return "", []
    houses, parameters = member(sorted(own), "bigint")
    return f"AND {alias}.warehouse_id {houses}", parameters


# ---- where it went ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Shipped:
    """Units of a lot that left with a shipment."""

    lot_id: int
    reference: str
    shipment_id: int | None
    shipment: str
    order_id: int | None
    order: str
    warehouse_id: int | None
    customer_reference: str
    customer_id: int | None
    shipped_at: dt.datetime | None
    delivery_date: dt.date | None
    location: str
    username: str
    quantity: int


_SHIPPED = """
SELECT v.lot_id, v.reference, s.id, COALESCE(s.number, v.reference), o.id, COALESCE(o.number, v.reference),
  s.warehouse_id, COALESCE(o.customer_reference, ''), o.customer_id, v.moved_at, s.delivery_date, v.location, v.username,
  v.quantity
FROM (
  SELECT m.lot_id, m.operation_id, m.reference, MIN(m.moved_at) AS moved_at, MIN(m.username) AS username,
    MIN(f.full_code) AS location, CAST(SUM(m.quantity) AS bigint) AS quantity
  FROM stock_movement m JOIN places_location f ON f.id = m.from_location_id
  WHERE m.lot_id {lots} AND m.kind = 'issue' {own}
  GROUP BY m.lot_id, m.operation_id, m.reference
) v
LEFT JOIN sales_shipment s ON s.operation_id = v.operation_id
LEFT JOIN sales_salesorder o ON o.id = s.order_id
ORDER BY v.moved_at, s.id
"""


def shipped(lot_ids: Collection[int], own: Own) -> list[Shipped]:
    """What left for customers, shipment by shipment."""
    lots, parameters = member(sorted(lot_ids), "bigint")
    scope, more = _scope("f", own)
    return [
        Shipped(*[*row[:9], as_instant(row[9]), as_date(row[10]), *row[11:]])
        for row in fetch(_SHIPPED.format(lots=lots, own=scope), [*parameters, *more])
    ]


@dataclass(frozen=True, slots=True)
class Back:
    """Units of a lot that a customer sent back, and what became of them."""

    lot_id: int
    return_id: int
    number: str
    customer_id: int
    order: str
    location: str
    received_at: dt.datetime
    username: str
    quantity: int
    outcomes: dict[str, int]

    @property
    def outcome(self) -> str:
        """One word: what became of all of it, `several` where it was not one thing, `waiting` where nothing was."""
        known = [name for name, units in self.outcomes.items() if units]
        return known[0] if len(known) == 1 else "several"


def returned(lot_ids: Collection[int], own: Own) -> list[Back]:
    """What customers sent back, line by line. Two statements."""
    found = ReturnLine.objects.filter(Q(received__gt=0), lot__in=list(lot_ids))
    rows = list(
        within(found, own, "of_return__warehouse")
        .order_by("of_return__received_at", "pk")
        .values(
            "pk",
            "lot_id",
            "received",
            "disposed",
            "of_return_id",
            "of_return__number",
            "of_return__customer_id",
            "of_return__shipment__order__number",
            "of_return__received_at",
            "of_return__username",
            "location__full_code",
        )
    )
    decided: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line_id, outcome, quantity in Disposition.objects.filter(
        line__in=within(found, own, "of_return__warehouse").values("pk")
    ).values_list("line_id", "outcome", "quantity"):
        decided[line_id][outcome] += quantity
    return [
        Back(
            row["lot_id"],
            row["of_return_id"],
            row["of_return__number"],
            row["of_return__customer_id"],
            row["of_return__shipment__order__number"] or "",
            row["location__full_code"] or "",
            row["of_return__received_at"],
            row["of_return__username"],
            row["received"],
            {"waiting": row["received"] - row["disposed"], **decided[row["pk"]]},
        )
        for row in rows
    ]
