"""A customer's order is written down."""

import datetime as dt
from typing import Any

from stillage.core.actor import Actor
from stillage.core.errors import refuse_all
from stillage.core.locking import operation
from stillage.numbering.take import document_number, take
from stillage.sales.drafting import AskedOrder, draft
from stillage.sales.models import OrderStatus, SalesOrder, SalesOrderLine
from stillage.sales.trail import record_steps, step_of
from stillage.sales.writing import insert_lines


@operation
def create_order(*, actor: Actor, asked: AskedOrder, at: dt.datetime, confirm: bool = False) -> SalesOrder:
    """Write an order down as a draft; with `confirm` as a confirmed one, which it then is at once.

    Refuses: unknown names, packs that do not fit, sums beyond reason (all lines at once).
    Locks: the series of order numbers, last; of promises, after it. Audits: sales_order.create (and confirm).
    """
    made = draft(asked, actor=actor)
    refuse_all(made.faults, summary=f"{len(made.faults)} things are wrong, so no order was made.")
    order = made.order
    order.number = document_number("SO", take("sales_order")[0])
    if confirm:
        order.status = OrderStatus.CONFIRMED
        order.promise_rank = take("promise")[0]
        order.confirmed_at = at
    order.save(force_insert=True)
    for line in made.lines:
        line.order_id = order.pk
    insert_lines(made.lines)
    skus = [product.sku for product in made.products]
    told = [step_of(order, "create", after={**header(order), "lines": told_lines(made.lines, skus)})]
    if confirm:
        told.append(step_of(order, "confirm", before={"status": "draft"}, after=confirmed(order)))
    record_steps(told, actor=actor, at=at)
    return order


def header(order: SalesOrder) -> dict[str, Any]:
    """An order's own columns, as the trail tells them."""
    return {
        "customer": order.customer.code,
        "warehouse": order.warehouse.code,
        "delivery_date": order.delivery_date,
        "customer_reference": order.customer_reference,
        "note": order.note,
        "net_total": order.net_total,
        "gross_total": order.gross_total,
    }


def told_lines(lines: list[SalesOrderLine], skus: list[str]) -> list[dict[str, Any]]:
    """Lines in a few words."""
    return [
        {
            "product": sku,
            "pack": line.pack_name,
            "quantity_packs": line.quantity_packs,
            "quantity": line.quantity,
            "pack_price": line.pack_price,
            "net_amount": line.net_amount,
        }
        for line, sku in zip(lines, skus, strict=True)
    ]


def confirmed(order: SalesOrder) -> dict[str, Any]:
    """What confirming sets."""
    return {"status": order.status, "promise_rank": order.promise_rank, "gross_total": order.gross_total}
