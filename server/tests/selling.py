"""Orders for tests, made by the real operations and brought as far as a test wants them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from stillage.catalogue.models import Product
from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.core.errors import Refusal
from stillage.places.models import Warehouse
from stillage.sales import operations
from stillage.sales.drafting import AskedLine, AskedOrder
from stillage.sales.models import Customer, PickList, PickTask, SalesOrder, SalesOrderLine, Shipment
from tests.builders import BOSS, make_location, make_product, make_warehouse, receive
from tests.promises.tables import changed, everything

__all__ = ["BOSS", "make_product", "receive"]
Line = tuple[str, int]  # SKU and units


def make_house(code: str = "MAIN") -> Warehouse:
    """A warehouse with three shelves, a cage, a staging lane and a place for returns."""
    house = make_warehouse(code)
    make_location(house, "STAGE", kind="staging", sequence=90)
    make_location(house, "BACK", kind="returns", sequence=91)
    return house


def make_customer(code: str = "PUB", **fields: Any) -> Customer:
    found = Customer.objects.filter(code=code).first()
    return found or Customer.objects.create(code=code, name="The Pub", city="York", **fields)


def in_days(days: int) -> dt.date:
    return now().date() + dt.timedelta(days=days)


def make_order(
    *lines: Line,
    customer: str = "PUB",
    warehouse: str = "MAIN",
    days: int = 3,
    actor: Actor = BOSS,
    pack_price: str = "2.00",
    **line_fields: Any,
) -> SalesOrder:
    """A confirmed order of single units at 2.00."""
    make_customer(customer)
    asked = AskedOrder(
        customer=customer,
        warehouse=warehouse,
        delivery_date=in_days(days),
        lines=[
            AskedLine(product=sku, quantity=units, pack_price=Decimal(pack_price), **line_fields)
            for sku, units in lines
        ],
    )
    return operations.create_order(actor=actor, asked=asked, at=now(), confirm=True)


def allocated(*lines: Line, **given: Any) -> SalesOrder:
    order = make_order(*lines, **given)
    return operations.allocate(actor=BOSS, order=order.pk, at=now())


def listed(*orders: SalesOrder, actor: Actor = BOSS) -> PickList:
    return operations.make_pick_list(actor=actor, orders=[order.pk for order in orders], at=now())


def tasks_of(one: PickList) -> list[PickTask]:
    """In walking order."""
    found = PickTask.objects.filter(pick_list=one).select_related("lot", "location", "line__product")
    return list(found.order_by("location__pick_sequence", "location__full_code", "pk"))


def scan_of(task: PickTask, quantity: int | None = None) -> operations.TaskPick:
    """What a picker who stands at the right place with the right thing scans."""
    return operations.TaskPick(
        task=task.pk,
        location=task.location.full_code,
        product=task.line.product.sku,
        lot=task.lot.number or None,
        quantity=task.quantity - task.picked - task.short if quantity is None else quantity,
    )


def pick_all(one: PickList, actor: Actor = BOSS) -> None:
    lines = [scan_of(task) for task in tasks_of(one) if task.finished_at is None]
    operations.pick(actor=actor, pick_list=one.pk, lines=lines, at=now())


def picked(*lines: Line, **given: Any) -> SalesOrder:
    order = allocated(*lines, **given)
    return operations.pick_order(actor=BOSS, order=order.pk, at=now())


def packed(*lines: Line, **given: Any) -> SalesOrder:
    return operations.pack(actor=BOSS, order=picked(*lines, **given).pk, at=now())


def shipped(*lines: Line, **given: Any) -> Shipment:
    return operations.ship(actor=BOSS, order=packed(*lines, **given).pk, at=now())


def fresh(order: SalesOrder) -> SalesOrder:
    return SalesOrder.objects.get(pk=order.pk)


def lines_of(order: SalesOrder) -> list[SalesOrderLine]:
    return list(SalesOrderLine.objects.filter(order=order).order_by("position"))


def stock_with(*lots: tuple[str, str, int, int], sku: str = "ALE-330", **fields: Any) -> Product:
    """A product with lots of (number, place, units, days left)."""
    product = Product.objects.filter(sku=sku).first() or make_product(sku, **fields)
    for number, place, units, days in lots:
        receive(product, number, quantity=units, location=place, expiry_date=in_days(days))
    return product


def units(rows: Sequence[Any]) -> int:
    return sum(row.quantity for row in rows)


def refused(act: Any) -> Refusal:
    """The refusal of an act that must change nothing."""
    before = everything()
    with pytest.raises(Refusal) as caught, transaction.atomic():
        act()
    assert changed(before, everything()) == []
    return caught.value


def codes(refusal: Refusal) -> list[str]:
    return [fault.code for fault in refusal.faults] or [refusal.code]
