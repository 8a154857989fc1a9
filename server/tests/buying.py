"""A small world that buys through the API: a warehouse, two products, a supplier and what it offers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from stillage.catalogue.models import Pack
from stillage.core.clock import now
from stillage.purchasing import operations
from stillage.purchasing.drafting import AskedLine, AskedOrder
from stillage.purchasing.models import (
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    Supplier,
    SupplierProduct,
)
from tests.builders import BOSS, FAR, make_location, make_product, make_warehouse
from tests.people import Client, signed_in_client

API = "/api/v1/"


def in_days(days: int) -> dt.date:
    """A date so many days from now."""
    return now().date() + dt.timedelta(days=days)


def make_supplier(code: str = "BREW", **fields: Any) -> Supplier:
    found = Supplier.objects.filter(code=code).first()
    return found or Supplier.objects.create(
        **{
            "code": code,
            "name": "BREW Brewery" if code == "BREW" else f"{code} Cellars",
            "lead_time_days": 7,
            **fields,
        }
    )


def make_purchase(
    *lines: tuple[str, int],
    supplier: str = "BREW",
    warehouse: str = "MAIN",
    place: bool = True,
    days: int = 3,
    pack_cost: str = "1.00",
) -> PurchaseOrder:
    """An order of single units (SKU, units) at 1.00, placed."""
    make_supplier(supplier)
    asked = AskedOrder(
        supplier=supplier,
        warehouse=warehouse,
        expected_date=in_days(days),
        lines=[
            AskedLine(product=sku, pack="bottle", quantity=units, pack_cost=Decimal(pack_cost))
            for sku, units in lines
        ],
    )
    return operations.create_order(actor=BOSS, asked=asked, at=now(), place=place, ignore_warnings=True)


def came(order: PurchaseOrder, *units: int, lot: str = "") -> Receipt:
    """So many units of each of the first lines come to the dock, by the real operation; the receipt stays open."""
    lines = PurchaseOrderLine.objects.filter(order=order).order_by("position")
    scanned = [
        operations.Scanned(
            product=line.product_id,
            lot=lot or f"PO{line.pk}",
            expiry_date=FAR,
            quantity=quantity,
            order_line=line.pk,
        )
        for line, quantity in zip(lines, units, strict=False)
    ]
    operations.receive_order(actor=BOSS, order=order.pk, lines=scanned, at=now())
    return Receipt.objects.get(order=order)


@dataclass
class Desk:
    """MAIN with ALE-330 (cases of 24 at 12.00, layers of 8 cases) and GIN-700 (not offered), supplier BREW."""

    role: str = "manager"
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.main = make_warehouse("MAIN")
        make_location(self.main, "BACK", kind="quarantine", sequence=91)
        self.ale = make_product("ALE-330")
        self.gin = make_product("GIN-700", case=6)
        self.brew = make_supplier()
        self.case = Pack.objects.get(product=self.ale, name="case")
        self.offer = SupplierProduct.objects.create(
            supplier=self.brew,
            pack=self.case,
            supplier_sku="B-17",
            cost=Decimal("12.00"),
            lead_time_days=10,
        )
        self.client = signed_in_client(self.role)

    def body(self, *lines: Any, **fields: Any) -> dict[str, Any]:
        return {
            "supplier": "BREW",
            "warehouse": "MAIN",
            "lines": [
                line if isinstance(line, dict) else {"product": line[0], "quantity_packs": line[1]}
                for line in (lines or (("ALE-330", 10),))
            ],
            **fields,
        }

    def order(self, *lines: Any, **fields: Any) -> dict[str, Any]:
        """An order through the API: lines are (product, packs) or bodies."""
        answer = self.client.post(API + "purchase-orders", self.body(*lines, **fields))
        assert answer.status_code == 201, answer.json()
        return dict(answer.json())

    def placed(self, *lines: Any, **fields: Any) -> dict[str, Any]:
        return self.order(*lines, place=True, ignore_warnings=True, **fields)

    def step(self, order: dict[str, Any], verb: str, body: Any = None, *, status: int = 200) -> Any:
        """A step through the API; its answer's JSON."""
        answer = self.client.post(f"{API}purchase-orders/{order['number']}/{verb}", body or {})
        assert answer.status_code == status, answer.json()
        return answer.json()

    def read(self, order: dict[str, Any], path: str = "") -> Any:
        answer = self.client.get(f"{API}purchase-orders/{order['number']}{path}")
        assert answer.status_code == 200, answer.json()
        return answer.json()

    def row(self, order: dict[str, Any]) -> PurchaseOrder:
        return PurchaseOrder.objects.get(pk=order["id"])
