"""A packed order leaves: stock and promise go together, and what left is frozen with its lots."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.clock import today
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.sql import execute, rows, table
from stillage.numbering.take import document_number, take
from stillage.places.models import Kind
from stillage.sales import tasks
from stillage.sales.demands import Promised, promised_to, tell_freed
from stillage.sales.locking import SalesOrder, lines_of, lock_order, touch
from stillage.sales.models import HandlingUnit, OrderStatus, SalesOrderLine, Shipment
from stillage.sales.queries.orders import facts_of
from stillage.sales.states import Step, check
from stillage.sales.trail import record_step
from stillage.stock import operations as stock

BACKORDER, CANCEL = "backorder", "cancel"
_SHIPPED = {"id": "bigint", "shipped": "bigint", "cancelled": "bigint"}
_FROZEN = {"line_id": "bigint", "lot_id": "bigint", "quantity": "bigint"}


@operation
def ship(
    *,
    actor: Actor,
    order: Reference,
    at: dt.datetime,
    delivery_date: dt.date | None = None,
    carrier: str = "",
    tracking_number: str = "",
    rest: str = BACKORDER,
) -> Shipment:
    """Ship what is picked of a packed order. What is left waits as a backorder, or is cancelled.

    Every lot is looked at once more: held, or too short-dated on the day of delivery, it does not leave.
    Refuses: an order that is not packed; such lots, all at once.
    Locks: the order, open pick lists of it, the balances by id, the series. Audits: shipment.create,
    sales_order.ship, stock.issue.
    """
    locked = lock_order(order, actor=actor)
    check(locked.number, locked.status, Step.SHIP, facts_of(locked))
    arrival = max(delivery_date or locked.delivery_date, today(locked.warehouse.timezone))
    lines = lines_of(locked)
    promised = promised_to(locked)
    if rest == CANCEL:
        tasks.drop_tasks(at=at, order_ids=[locked.pk])
    issued = stock.issue(
        actor=actor,
        leaving=[stock.Leaving(line.demand_id, line.minimum_remaining_days) for line in lines],
        reference=locked.number,
        delivered_on=arrival,
        at=at,
        from_kinds=(Kind.STAGING.value,),
    )
    left_over = [one for one in promised if not one.picked]
    if rest == CANCEL and left_over:
        stock.deallocate(actor=actor, demand_ids=sorted({one.demand_id for one in left_over}), at=at)
    gone = _units(promised)
    shipment = Shipment.objects.create(
        number=document_number("SH", take("shipment").start),
        order=locked,
        warehouse_id=locked.warehouse_id,
        operation_id=issued["operation_id"],
        delivery_date=arrival,
        customer_name=locked.customer.name,
        customer_address=_address(locked),
        carrier=carrier,
        tracking_number=tracking_number,
        user_id=actor.user_id,
        username=actor.username,
        shipped_at=at,
    )
    _freeze(shipment, gone)
    HandlingUnit.objects.filter(order=locked, shipment__isnull=True).update(shipment=shipment)
    owed = _count(lines, gone, rest)
    _settle(locked, owed, at=at)
    _tell(locked, shipment, gone, lines, owed, rest, actor=actor, at=at)
    if rest == CANCEL:
        tell_freed(left_over)
    return shipment


Units = dict[tuple[int, int], int]


def _units(promised: Sequence[Promised]) -> Units:
    """Picked units by line and lot, whichever staging place they stood in."""
    units: Units = defaultdict(int)
    for one in promised:
        if one.picked:
            units[one.line_id, one.lot_id] += one.quantity
    return units


def _address(order: SalesOrder) -> str:
    one = order.customer
    town = f"{one.postcode} {one.city}".strip()
    return "\n".join(part for part in (one.address, town) if part)[:400]


def _freeze(shipment: Shipment, units: Units) -> None:
    """What left, with the names and dates it has today. One statement."""
    execute(
        "INSERT INTO sales_shipmentline (shipment_id, line_id, product_id, lot_id, quantity, sku, product_name,"
        " pack_name, units_per_pack, lot_number, expiry_date, best_before_date)"
        " SELECT %s, m.id, m.product_id, l.id, line.quantity, p.sku, p.name, m.pack_name, m.units_per_pack,"
        " l.number, l.expiry_date, l.best_before_date FROM "
        + table("line", _FROZEN)
        + " JOIN sales_salesorderline m ON m.id = line.line_id"
        " JOIN stock_lot l ON l.id = line.lot_id"
        " JOIN catalogue_product p ON p.id = m.product_id ORDER BY m.position, l.id",
        [
            shipment.pk,
            rows(
                {"line_id": line_id, "lot_id": lot_id, "quantity": quantity}
                for (line_id, lot_id), quantity in units.items()
            ),
        ],
    )


def _count(lines: Sequence[SalesOrderLine], units: Units, rest: str) -> int:
    """Add what left to the lines, and cancel the rest where that is wanted; returns what is still owed."""
    gone: dict[int, int] = defaultdict(int)
    for (line_id, _), quantity in units.items():
        gone[line_id] += quantity
    owed, changed = 0, []
    for line in lines:
        left = line.quantity - line.shipped - line.cancelled - gone[line.pk]
        given_up = left if rest == CANCEL else 0
        owed += left - given_up
        if gone[line.pk] or given_up:
            changed.append({"id": line.pk, "shipped": gone[line.pk], "cancelled": given_up})
    execute(
        "UPDATE sales_salesorderline SET shipped = sales_salesorderline.shipped + line.shipped,"
        " cancelled = sales_salesorderline.cancelled + line.cancelled FROM "
        + table("line", _SHIPPED)
        + " WHERE sales_salesorderline.id = line.id",
        [rows(changed)],
    )
    return owed


def _settle(order: SalesOrder, owed: int, *, at: dt.datetime) -> None:
    """Shipped when nothing is owed any more; else it waits for the rest, or is picked on."""
    if not owed:
        touch(order, status=OrderStatus.SHIPPED, shipped_at=at)
        return
    touch(order, status=OrderStatus.ALLOCATED, shipped_at=at)
    tasks.settle_orders([order], at=at)


def _tell(
    order: SalesOrder,
    shipment: Shipment,
    units: Units,
    lines: Sequence[SalesOrderLine],
    owed: int,
    rest: str,
    *,
    actor: Actor,
    at: dt.datetime,
) -> None:
    skus = {line.pk: line.product.sku for line in lines}
    after = {
        "shipment": shipment.number,
        "quantity": sum(units.values()),
        "delivery_date": shipment.delivery_date,
        "rest": rest if owed or rest == CANCEL else "",
    }
    by_sku: dict[str, int] = defaultdict(int)
    for (line_id, _), quantity in units.items():
        by_sku[skus[line_id]] += quantity
    record(
        actor=actor,
        action="shipment.create",
        object_type="shipment",
        object_id=shipment.pk,
        label=f"{shipment.number} {shipment.customer_name}",
        after={"order": order.number, **after, "products": by_sku},
        warehouse_id=shipment.warehouse_id,
        at=at,
    )
    record_step(order, "ship", actor=actor, at=at, after=after)
