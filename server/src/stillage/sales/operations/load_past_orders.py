"""Orders of the past, shipped and closed, enter beside the history of the ledger that they explain."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from stillage.core.actor import Actor
from stillage.core.bulk import chunks, insert
from stillage.core.locking import operation
from stillage.core.sql import execute, fetch
from stillage.core.written_json import dumps
from stillage.numbering.take import document_number, take
from stillage.sales.models import Customer, OrderStatus
from stillage.sales.pricing import Totals, net_amount, totals
from stillage.sales.trail import OBJECT_TYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLine:
    """So many packs that were asked for; `shipped` base units of them left under `demand_id`."""

    product_id: int
    pack_name: str
    units_per_pack: int
    quantity_packs: int
    shipped: int
    pack_price: Decimal
    discount_percent: Decimal
    tax_rate_percent: Decimal
    minimum_remaining_days: int
    demand_id: UUID

    @property
    def quantity(self) -> int:
        return self.quantity_packs * self.units_per_pack

    @property
    def net_amount(self) -> Decimal:
        return net_amount(
            quantity_packs=self.quantity_packs,
            pack_price=self.pack_price,
            discount_percent=self.discount_percent,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PastOrder:
    """An order that left in one go with the ledger's operation `operation_id`; what was missing was struck off."""

    customer: Customer
    warehouse_id: int
    ordered_at: dt.datetime
    shipped_at: dt.datetime
    delivery_date: dt.date
    operation_id: UUID | None
    seller: tuple[int | None, str]
    shipper: tuple[int | None, str]
    currency: str
    lines: tuple[PastLine, ...]

    @property
    def left(self) -> bool:
        """Whether anything was there to ship."""
        return any(line.shipped for line in self.lines)

    @property
    def totals(self) -> Totals:
        return totals((line.net_amount, line.tax_rate_percent) for line in self.lines)


@operation
def load_past_orders(*, actor: Actor, orders: Sequence[PastOrder]) -> None:
    """Write orders, shipments and the trail of both, set-based, after the ledger's history is loaded.

    The numbers follow the order of the sequence. Trusts its caller as `load_history` does not have to: `stillage
    reconcile` holds both against each other. Audits: each order's making and shipping as they would have been.
    """
    numbers = take("sales_order", count=len(orders))
    ranks = take("promise", count=len(orders))
    for some in chunks(list(zip(numbers, ranks, orders, strict=True))):
        insert("sales_salesorder", _ORDER, [_order_row(*one) for one in some])
    ids: dict[str, int] = dict(fetch("SELECT number, id FROM sales_salesorder", []))
    named = [(document_number("SO", number), order) for number, order in zip(numbers, orders, strict=True)]
    lines = [
        _line_row(ids[name], position, line)
        for name, order in named
        for position, line in enumerate(order.lines, 1)
    ]
    for chunk in chunks(lines):
        insert("sales_salesorderline", _LINE, list(chunk))
    left = [(name, order) for name, order in named if order.left]
    shipments = take("shipment", count=len(left))
    for sent in chunks(list(zip(shipments, left, strict=True))):
        insert(
            "sales_shipment",
            _SHIPMENT,
            [_shipment_row(number, ids[name], order) for number, (name, order) in sent],
        )
    execute(_SHIPMENT_LINES, [])
    for told in chunks(named):
        insert("audit_entry", _AUDIT, [row for name, order in told for row in _told(ids[name], name, order)])


_ORDER = {
    "number": "text",
    "customer_id": "bigint",
    "warehouse_id": "bigint",
    "status": "text",
    "delivery_date": "date",
    "customer_reference": "text",
    "note": "text",
    "currency": "text",
    "net_total": "numeric",
    "tax_total": "numeric",
    "gross_total": "numeric",
    "promise_rank": "bigint",
    "user_id": "bigint",
    "username": "text",
    "confirmed_at": "timestamptz",
    "shipped_at": "timestamptz",
    "closed_at": "timestamptz",
    "cancelled_at": "timestamptz",
    "cancel_reason": "text",
    "version": "integer",
    "created_at": "timestamptz",
    "updated_at": "timestamptz",
}


def _order_row(number: int, rank: int, order: PastOrder) -> dict[str, Any]:
    money = order.totals
    return {
        "number": document_number("SO", number),
        "customer_id": order.customer.pk,
        "warehouse_id": order.warehouse_id,
        "status": (OrderStatus.CLOSED if order.left else OrderStatus.CANCELLED).value,
        "delivery_date": order.delivery_date,
        "customer_reference": "",
        "note": "",
        "currency": order.currency,
        "net_total": money.net,
        "tax_total": money.tax,
        "gross_total": money.gross,
        "promise_rank": rank,
        "user_id": order.seller[0],
        "username": order.seller[1],
        "confirmed_at": order.ordered_at,
        "shipped_at": order.shipped_at if order.left else None,
        "closed_at": order.shipped_at if order.left else None,
        "cancelled_at": None if order.left else order.shipped_at,
        "cancel_reason": "" if order.left else "Nothing was there",
        "version": 5,
        "created_at": order.ordered_at,
        "updated_at": order.shipped_at,
    }


_LINE = {
    "order_id": "bigint",
    "position": "integer",
    "product_id": "bigint",
    "pack_name": "text",
    "units_per_pack": "integer",
    "quantity_packs": "integer",
    "quantity": "bigint",
    "shipped": "bigint",
    "cancelled": "bigint",
    "pack_price": "numeric",
    "discount_percent": "numeric",
    "tax_rate_percent": "numeric",
    "net_amount": "numeric",
    "minimum_remaining_days": "integer",
    "note": "text",
    "demand_id": "uuid",
}


def _line_row(order_id: int, position: int, line: PastLine) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "position": position,
        "product_id": line.product_id,
        "pack_name": line.pack_name,
        "units_per_pack": line.units_per_pack,
        "quantity_packs": line.quantity_packs,
        "quantity": line.quantity,
        "shipped": line.shipped,
        "cancelled": line.quantity - line.shipped,
        "pack_price": line.pack_price,
        "discount_percent": line.discount_percent,
        "tax_rate_percent": line.tax_rate_percent,
        "net_amount": line.net_amount,
        "minimum_remaining_days": line.minimum_remaining_days,
        "note": "",
        "demand_id": line.demand_id,
    }


_SHIPMENT = {
    "number": "text",
    "order_id": "bigint",
    "warehouse_id": "bigint",
    "operation_id": "uuid",
    "delivery_date": "date",
    "customer_name": "text",
    "customer_address": "text",
    "carrier": "text",
    "tracking_number": "text",
    "user_id": "bigint",
    "username": "text",
    "shipped_at": "timestamptz",
}


def _shipment_row(number: int, order_id: int, order: PastOrder) -> dict[str, Any]:
    customer = order.customer
    return {
        "number": document_number("SH", number),
        "order_id": order_id,
        "warehouse_id": order.warehouse_id,
        "operation_id": order.operation_id,
        "delivery_date": order.delivery_date,
        "customer_name": customer.name,
        "customer_address": "\n".join(
            part for part in (customer.address, f"{customer.postcode} {customer.city}".strip()) if part
        ),
        "carrier": "Own van",
        "tracking_number": "",
        "user_id": order.shipper[0],
        "username": order.shipper[1],
        "shipped_at": order.shipped_at,
    }


# What left is in the ledger; its lots are frozen on the paper with the names and dates they have.
_SHIPMENT_LINES = """
INSERT INTO sales_shipmentline (shipment_id, line_id, product_id, lot_id, quantity, sku, product_name, pack_name,
  units_per_pack, lot_number, expiry_date, best_before_date)
SELECT s.id, m.id, p.id, l.id, SUM(v.quantity), p.sku, p.name, m.pack_name, m.units_per_pack, l.number,
  l.expiry_date, l.best_before_date
FROM sales_shipment s
JOIN stock_movement v ON v.operation_id = s.operation_id AND v.kind = 'issue'
JOIN sales_salesorderline m ON m.demand_id = v.demand_id
JOIN stock_lot l ON l.id = v.lot_id
JOIN catalogue_product p ON p.id = v.product_id
GROUP BY s.id, m.id, p.id, l.id, p.sku, p.name, m.pack_name, m.units_per_pack, l.number, l.expiry_date,
  l.best_before_date
ORDER BY s.id, m.id, l.id
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


def _told(order_id: int, number: str, order: PastOrder) -> list[dict[str, Any]]:
    """The first and the last thing that happened to an order."""
    ended = "ship" if order.left else "cancel"
    common = {
        "object_type": OBJECT_TYPE,
        "object_id": str(order_id),
        "object_label": f"{number} {order.customer.name}",
        "warehouse_id": order.warehouse_id,
        "address": "",
        "request_id": "",
    }
    asked = sum(line.quantity for line in order.lines)
    shipped = sum(line.shipped for line in order.lines)
    return [
        {
            **common,
            "at": order.ordered_at,
            "user_id": order.seller[0],
            "username": order.seller[1],
            "action": "sales_order.confirm",
            "before": None,
            "after": dumps({"status": "confirmed", "lines": len(order.lines), "quantity": asked}).decode(),
        },
        {
            **common,
            "at": order.shipped_at,
            "user_id": order.shipper[0],
            "username": order.shipper[1],
            "action": f"sales_order.{ended}",
            "before": None,
            "after": dumps({"quantity": asked, "shipped": shipped}).decode(),
        },
    ]
