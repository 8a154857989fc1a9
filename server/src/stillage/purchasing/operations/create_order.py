"""An order to a supplier is written down."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from stillage.audit.record import record_many
from stillage.core.actor import Actor
from stillage.core.errors import refuse_all
from stillage.core.locking import operation
from stillage.numbering.take import document_number, take
from stillage.purchasing.drafting import COST, AskedOrder, draft, refuse_warnings, warnings
from stillage.purchasing.models import PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus
from stillage.purchasing.trail import step_of
from stillage.purchasing.writing import insert_lines


@operation
def create_order(
    *,
    actor: Actor,
    asked: AskedOrder,
    at: dt.datetime,
    place: bool = False,
    ignore_warnings: bool = False,
) -> PurchaseOrder:
    """Write an order down as a draft; with `place` as one that goes out at once.

    Refuses: unknown names, packs that do not fit, sums beyond reason (all lines at once); costs from who may not see
    them; with `place` what the supplier would not deliver, unless `ignore_warnings`.
    Locks: the series of order numbers, last. Audits: purchase_order.create (and place).
    """
    made = draft(asked, actor=actor)
    faults = list(made.faults)
    order = made.order
    skus = [product.sku for product in made.products]
    if place and not faults and not ignore_warnings:
        found = warnings(order, made.lines, skus, made.offers, with_costs=actor.can(COST))
        faults += refuse_warnings(found)
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so no order was made.")
    if place:
        order.status, order.placed_at = PurchaseOrderStatus.PLACED, at
    order.number = document_number("PO", take("purchase_order")[0])
    order.save(force_insert=True)
    for line in made.lines:
        line.order_id = order.pk
    insert_lines(made.lines)
    told = [step_of(order, "create", after={**header(order), "lines": told_lines(made.lines, skus)})]
    if place:
        told.append(step_of(order, "place", before={"status": "draft"}, after=placed(order)))
    record_many(actor=actor, changes=told, at=at)
    return order


def header(order: PurchaseOrder) -> dict[str, Any]:
    """An order's own columns, as the trail tells them."""
    return {
        "supplier": order.supplier.code,
        "warehouse": order.warehouse.code,
        "expected_date": order.expected_date,
        "supplier_reference": order.supplier_reference,
        "note": order.note,
        "net_total": order.net_total,
    }


def told_lines(lines: Sequence[PurchaseOrderLine], skus: Sequence[str]) -> list[dict[str, Any]]:
    """Lines in a few words."""
    return [
        {
            "product": sku,
            "pack": line.pack_name,
            "quantity_packs": line.quantity_packs,
            "quantity": line.quantity,
            "pack_cost": line.pack_cost,
            "net_amount": line.net_amount,
        }
        for line, sku in zip(lines, skus, strict=True)
    ]


def placed(order: PurchaseOrder) -> dict[str, Any]:
    """What placing sets."""
    return {
        "status": order.status,
        "expected_date": order.expected_date,
        "net_total": order.net_total,
    }
