"""Orders to suppliers of the past, with the deliveries they came by, enter beside the history that they explain."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from stillage.core.actor import Actor
from stillage.core.bulk import chunks, insert
from stillage.core.locking import operation
from stillage.core.sql import execute, fetch, stored
from stillage.core.written_json import dumps
from stillage.numbering.take import document_number, take
from stillage.purchasing.costing import net_amount
from stillage.purchasing.models import PurchaseOrderStatus
from stillage.purchasing.trail import ORDER

RECEIPT = "receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoughtLine:
    """So many packs that were ordered; `received` base units of them came under `demand_id`."""

    product_id: int
    pack_name: str
    units_per_pack: int
    gtin: str
    supplier_sku: str
    quantity_packs: int
    received: int
    pack_cost: Decimal
    demand_id: UUID

    @property
    def quantity(self) -> int:
        return self.quantity_packs * self.units_per_pack

    @property
    def net_amount(self) -> Decimal:
        return net_amount(self.quantity_packs, self.pack_cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReceipt:
    """The delivery by which an order came, booked in with the ledger's operation `operation_id`."""

    number: int
    operation_id: UUID
    location_id: int
    delivery_note: str
    at: dt.datetime
    receiver: tuple[int | None, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPurchase:
    """An order to a supplier; without a receipt it is still on its way. `closed` once nobody waits for the rest."""

    supplier: tuple[int, str]  # id and name
    warehouse_id: int
    placed_at: dt.datetime
    expected_date: dt.date
    buyer: tuple[int | None, str]
    currency: str
    closed: bool
    lines: tuple[BoughtLine, ...]
    receipt: PastReceipt | None = None

    @property
    def status(self) -> str:
        if self.receipt is None:
            return PurchaseOrderStatus.PLACED.value
        return (PurchaseOrderStatus.CLOSED if self.closed else PurchaseOrderStatus.RECEIVED).value

    @property
    def whole(self) -> bool:
        """Whether all of it came."""
        return all(line.received >= line.quantity for line in self.lines)


@operation
def load_past_purchases(
    *, actor: Actor, purchases: Sequence[PastPurchase], settled_before: dt.datetime
) -> None:
    """Write orders, receipts, what was short, and the trail, set-based, after the ledger's history is loaded.

    The numbers of orders follow the sequence; those of receipts are given, 1 to as many as there are. What was short
    before `settled_before` is settled. Trusts its caller: `stillage reconcile` holds the books against each other.
    Audits: each order's placing, and each delivery.
    """
    numbers = take("purchase_order", count=len(purchases))
    named = [(document_number("PO", number), one) for number, one in zip(numbers, purchases, strict=True)]
    came = [(name, one, one.receipt) for name, one in named if one.receipt is not None]
    if came and sorted(receipt.number for _, _, receipt in came) != list(take(RECEIPT, count=len(came))):
        raise ValueError("receipts are numbered from 1 on, without a gap")
    for some in chunks(named):
        insert("purchasing_purchaseorder", _ORDER, [_order_row(*one) for one in some])
    ids: dict[str, int] = dict(fetch("SELECT number, id FROM purchasing_purchaseorder", []))
    lines = [
        _line_row(ids[name], position, one, line)
        for name, one in named
        for position, line in enumerate(one.lines, 1)
    ]
    for chunk in chunks(lines):
        insert("purchasing_purchaseorderline", _LINE, list(chunk))
    for sent in chunks(sorted(came, key=lambda one: one[2].number)):
        insert("purchasing_receipt", _RECEIPT, [_receipt_row(ids[name], one, by) for name, one, by in sent])
    execute(_RECEIPT_LINES, [])
    execute(_SHORT, [])
    execute(_SETTLED, [stored(settled_before)])
    for told in chunks(named):
        insert("audit_entry", _AUDIT, [row for name, one in told for row in _told(ids[name], name, one)])
    receipts: dict[str, int] = dict(fetch("SELECT number, id FROM purchasing_receipt", []))
    for told_of in chunks(came):
        insert("audit_entry", _AUDIT, [_came(receipts, one, by) for _, one, by in told_of])


_ORDER = {
    "number": "text",
    "supplier_id": "bigint",
    "warehouse_id": "bigint",
    "status": "text",
    "expected_date": "date",
    "supplier_reference": "text",
    "note": "text",
    "currency": "text",
    "net_total": "numeric",
    "user_id": "bigint",
    "username": "text",
    "placed_at": "timestamptz",
    "received_at": "timestamptz",
    "closed_at": "timestamptz",
    "cancel_reason": "text",
    "version": "integer",
    "created_at": "timestamptz",
    "updated_at": "timestamptz",
}


def _order_row(number: str, one: PastPurchase) -> dict[str, Any]:
    came = one.receipt.at if one.receipt else None
    return {
        "number": number,
        "supplier_id": one.supplier[0],
        "warehouse_id": one.warehouse_id,
        "status": one.status,
        "expected_date": one.expected_date,
        "supplier_reference": "",
        "note": "",
        "currency": one.currency,
        "net_total": sum((line.net_amount for line in one.lines), Decimal("0.00")),
        "user_id": one.buyer[0],
        "username": one.buyer[1],
        "placed_at": one.placed_at,
        "received_at": came if one.whole else None,
        "closed_at": came if one.closed else None,
        "cancel_reason": "",
        "version": 4 if came else 2,
        "created_at": one.placed_at,
        "updated_at": came or one.placed_at,
    }


_LINE = {
    "order_id": "bigint",
    "position": "integer",
    "product_id": "bigint",
    "pack_name": "text",
    "units_per_pack": "integer",
    "gtin": "text",
    "supplier_sku": "text",
    "quantity_packs": "integer",
    "quantity": "bigint",
    "received": "bigint",
    "cancelled": "bigint",
    "pack_cost": "numeric",
    "net_amount": "numeric",
    "note": "text",
    "demand_id": "uuid",
}


def _line_row(order_id: int, position: int, one: PastPurchase, line: BoughtLine) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "position": position,
        "product_id": line.product_id,
        "pack_name": line.pack_name,
        "units_per_pack": line.units_per_pack,
        "gtin": line.gtin,
        "supplier_sku": line.supplier_sku,
        "quantity_packs": line.quantity_packs,
        "quantity": line.quantity,
        "received": line.received,
        "cancelled": line.quantity - line.received if one.closed else 0,
        "pack_cost": line.pack_cost,
        "net_amount": line.net_amount,
        "note": "",
        "demand_id": line.demand_id,
    }


_RECEIPT = {
    "number": "text",
    "supplier_id": "bigint",
    "warehouse_id": "bigint",
    "order_id": "bigint",
    "location_id": "bigint",
    "delivery_note": "text",
    "status": "text",
    "user_id": "bigint",
    "username": "text",
    "opened_at": "timestamptz",
    "closed_at": "timestamptz",
    "closed_by": "text",
    "version": "integer",
    "created_at": "timestamptz",
    "updated_at": "timestamptz",
}


def _receipt_row(order_id: int, one: PastPurchase, receipt: PastReceipt) -> dict[str, Any]:
    return {
        "number": document_number("GR", receipt.number),
        "supplier_id": one.supplier[0],
        "warehouse_id": one.warehouse_id,
        "order_id": order_id,
        "location_id": receipt.location_id,
        "delivery_note": receipt.delivery_note,
        "status": "closed",
        "user_id": receipt.receiver[0],
        "username": receipt.receiver[1],
        "opened_at": receipt.at,
        "closed_at": receipt.at,
        "closed_by": receipt.receiver[1],
        "version": 3,
        "created_at": receipt.at,
        "updated_at": receipt.at,
    }


# What came in is in the ledger.
_RECEIPT_LINES = """
INSERT INTO purchasing_receiptline (receipt_id, operation_id, order_line_id, product_id, lot_id, location_id, quantity,
  unit_cost, user_id, username, received_at)
SELECT r.id, v.operation_id, m.id, v.product_id, v.lot_id, v.to_location_id, v.quantity, v.unit_cost, v.user_id,
  v.username, v.moved_at
FROM purchasing_receipt r
JOIN purchasing_purchaseorderline m ON m.order_id = r.order_id
JOIN stock_movement v ON v.demand_id = m.demand_id AND v.kind = 'receive'
ORDER BY v.id
"""
_SHORT = """
INSERT INTO purchasing_discrepancy (receipt_id, order_line_id, kind, outcome, product_id, lot_number, quantity, note,
  user_id, username, found_at, settled_by, settlement)
SELECT r.id, m.id, 'short', 'missing', m.product_id, '', m.cancelled, 'Not on the truck', r.user_id, r.username,
  r.opened_at, '', ''
FROM purchasing_purchaseorderline m JOIN purchasing_receipt r ON r.order_id = m.order_id
WHERE m.cancelled > 0 ORDER BY m.id
"""
_SETTLED = """
UPDATE purchasing_discrepancy SET settled_at = found_at, settled_by = 'buyer',
  settlement = 'Left off the invoice' WHERE found_at < %s
"""
_AUDIT = {
    "at": "timestamptz",
    "user_id": "bigint",
    "username": "text",
    "action": "text",
    "object_type": "text",
    "object_id": "text",
    "object_label": "text",
    "warehouse_id": "bigint",
    "before": "text",
    "after": "text",
    "address": "text",
    "request_id": "text",
}


def _told(order_id: int, number: str, one: PastPurchase) -> list[dict[str, Any]]:
    """The first and the last thing that happened to an order."""
    common = {
        "object_type": ORDER,
        "object_id": str(order_id),
        "object_label": f"{number} {one.supplier[1]}",
        "warehouse_id": one.warehouse_id,
        "before": None,
        "address": "",
        "request_id": "",
    }
    ordered = sum(line.quantity for line in one.lines)
    placed = {
        **common,
        "at": one.placed_at,
        "user_id": one.buyer[0],
        "username": one.buyer[1],
        "action": "purchase_order.place",
        "after": dumps({"status": "placed", "lines": len(one.lines), "quantity": ordered}).decode(),
    }
    if one.receipt is None:
        return [placed]
    received = sum(line.received for line in one.lines)
    ended = {
        **common,
        "at": one.receipt.at,
        "user_id": one.receipt.receiver[0],
        "username": one.receipt.receiver[1],
        "action": f"purchase_order.{'close' if one.closed else 'receive'}",
        "after": dumps({"status": one.status, "quantity": ordered, "received": received}).decode(),
    }
    return [placed, ended]


def _came(receipts: dict[str, int], one: PastPurchase, receipt: PastReceipt) -> dict[str, Any]:
    number = document_number("GR", receipt.number)
    units = sum(line.received for line in one.lines)
    return {
        "at": receipt.at,
        "user_id": receipt.receiver[0],
        "username": receipt.receiver[1],
        "action": "receipt.receive",
        "object_type": RECEIPT,
        "object_id": str(receipts[number]),
        "object_label": f"{number} {one.supplier[1]}",
        "warehouse_id": one.warehouse_id,
        "before": None,
        "after": dumps({"lines": len(one.lines), "quantity": units}).decode(),
        "address": "",
        "request_id": "",
    }
