"""Movements for tests of planning, written as the ledger would have written them on a day of one's choice."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

from stillage.catalogue.models import Product
from stillage.places.models import Location, Warehouse
from stillage.planning.models import DemandDay
from stillage.stock.models import Balance, Lot, Movement

FOREVER = dt.date(9999, 12, 31)


def lot_of(product: Product, number: str = "L1", last_sale: dt.date = FOREVER) -> Lot:
    at = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    found, _ = Lot.objects.get_or_create(
        product=product,
        number=number,
        defaults={
            "last_sale_date": last_sale,
            "expiry_date": None if last_sale == FOREVER else last_sale,
            "created_at": at,
        },
    )
    return found


def end(warehouse: Warehouse, kind: str) -> Location:
    return Location.objects.filter(warehouse=warehouse, kind=kind).order_by("pk")[0]


def move(
    product: Product,
    warehouse: Warehouse,
    kind: str,
    quantity: int,
    at: dt.datetime,
    *,
    lot: str = "L1",
    last_sale: dt.date = FOREVER,
) -> Movement:
    """A receipt, an issue or a return between the first shelf and the world outside; keeps the balance."""
    shelf = end(warehouse, "storage")
    outside = end(warehouse, "supplier" if kind == "receive" else "customer")
    source, target = (shelf, outside) if kind == "issue" else (outside, shelf)
    of = lot_of(product, lot, last_sale)
    return _write(
        product, of, source, target, quantity, kind, at, change=-quantity if kind == "issue" else quantity
    )


def undo(one: Movement, at: dt.datetime) -> Movement:
    change = one.quantity if one.from_location.kind == "storage" else -one.quantity
    return _write(
        one.product,
        one.lot,
        one.to_location,
        one.from_location,
        one.quantity,
        "reverse",
        at,
        change=change,
        reverses=one,
    )


def _write(
    product: Product,
    lot: Lot,
    source: Location,
    target: Location,
    quantity: int,
    kind: str,
    at: dt.datetime,
    *,
    change: int,
    **more: Any,
) -> Movement:
    shelf = source if source.kind == "storage" else target
    balance, _ = Balance.objects.get_or_create(
        product=product, lot=lot, location=shelf, warehouse=shelf.warehouse
    )
    Balance.objects.filter(pk=balance.pk).update(on_hand=balance.on_hand + change)
    return Movement.objects.create(
        operation_id=uuid4(),
        kind=kind,
        product=product,
        lot=lot,
        from_location=source,
        to_location=target,
        quantity=quantity,
        reason="",
        reference="",
        username="boss",
        moved_at=at,
        **more,
    )


def instant(day: dt.date, hour: int = 12) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), dt.UTC)


def history() -> dict[tuple[str, str, dt.date], tuple[int, int]]:
    """What the history says: warehouse, product, day -> shipped, returned."""
    found = DemandDay.objects.values_list(
        "warehouse__code", "product__sku", "day", "shipped", "returned"
    ).order_by("pk")
    return {(code, sku, day): (shipped, returned) for code, sku, day, shipped, returned in found}
