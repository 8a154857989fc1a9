"""Worlds for tests, made by the real operations."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from stillage.accounts.roles import PERMISSIONS
from stillage.catalogue.gtin import check_digit
from stillage.catalogue.models import Pack, Product
from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.places.models import Location, Warehouse
from stillage.places.operations import open_warehouse
from stillage.stock import operations

_numbers = itertools.count(1)
BOSS = Actor(user_id=None, username="boss", permissions=frozenset(PERMISSIONS))
FAR = dt.date(2199, 1, 1)


def gtin(number: int) -> str:
    """A valid GTIN-14 out of a number."""
    body = f"1{number:012d}"
    return body + str(check_digit(body))


def make_warehouse(code: str = "MAIN", *bins: str, timezone: str = "UTC") -> Warehouse:
    """A warehouse with storage bins A-01, A-02 (or those named), a quarantine cage and a dock."""
    warehouse = open_warehouse(code=code, name=f"{code} warehouse", timezone=timezone)
    for index, name in enumerate(bins or ("A-01", "A-02", "A-03")):
        make_location(warehouse, name, sequence=index)
    make_location(warehouse, "CAGE", kind="quarantine")
    return warehouse


def make_location(warehouse: Warehouse, code: str, *, kind: str = "storage", sequence: int = 0) -> Location:
    return Location.objects.create(
        warehouse=warehouse,
        code=code,
        full_code=f"{warehouse.code}/{code}",
        kind=kind,
        pick_sequence=sequence,
    )


def make_product(sku: str | None = None, *, case: int = 24, **fields: Any) -> Product:
    number = next(_numbers)
    product = Product.objects.create(
        **{
            "sku": sku or f"SKU-{number}",
            "name": f"Harrow Pale Ale {number}",
            "shelf_life_days": 270,
            "base_unit": "bottle",
            **fields,
        }
    )
    Pack.objects.create(product=product, name="bottle", units_per_pack=1, gtin=gtin(number * 10))
    Pack.objects.create(product=product, name="case", units_per_pack=case, gtin=gtin(number * 10 + 1))
    return product


def receive(
    product: Product | str,
    lot: str | None = "L1",
    *,
    quantity: int = 240,
    location: str = "MAIN/A-01",
    actor: Actor = BOSS,
    **dates: Any,
) -> dict[str, Any]:
    """Book goods in through the operation; a date far away unless one is given."""
    sku = product if isinstance(product, str) else product.sku
    if lot is not None and not dates:
        dates = {"expiry_date": FAR}
    line = operations.ReceiveLine(product=sku, lot=lot, location=location, quantity=quantity, **dates)
    return operations.receive(actor=actor, lines=[line], reference="", at=now())
