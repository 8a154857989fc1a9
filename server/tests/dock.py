"""A small world that takes goods in: a warehouse with a dock and a cage, a supplier, and orders made by real operations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from stillage.catalogue.gtin import check_digit
from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.places.models import Warehouse
from stillage.purchasing import operations
from stillage.purchasing.announcing import NoticeAsked, NoticeLineAsked, UnitAsked
from stillage.purchasing.drafting import AskedLine, AskedOrder
from stillage.purchasing.models import AdvanceNotice, PurchaseOrder, PurchaseOrderLine, Receipt, Supplier
from tests.builders import BOSS, make_product, make_warehouse
from tests.people import Client, new_key, signed_in_client

API = "/api/v1/"
LATE = "2198-06-30"


def sscc(number: int) -> str:
    """A valid SSCC out of a number."""
    body = f"3400000{number:010d}"
    return body + check_digit(body)


def days(count: int) -> str:
    """A date so many days from now, as it is sent."""
    return (now().date() + dt.timedelta(days=count)).isoformat()


def make_supplier(code: str = "ACME") -> Supplier:
    found = Supplier.objects.filter(code=code).first()
    return found or Supplier.objects.create(code=code, name=code.title())


def make_order(
    *lines: tuple[str, int],
    supplier: str = "ACME",
    warehouse: str = "MAIN",
    pack_cost: str = "12.00",
    expected: int = 3,
    actor: Actor = BOSS,
) -> PurchaseOrder:
    """An order that was placed: so many units of each product, in base units."""
    make_supplier(supplier)
    asked = AskedOrder(
        supplier=supplier,
        warehouse=warehouse,
        expected_date=now().date() + dt.timedelta(days=expected),
        lines=[
            AskedLine(product=sku, pack="bottle", quantity=units, pack_cost=Decimal(pack_cost))
            for sku, units in lines
        ],
    )
    return operations.create_order(actor=actor, asked=asked, at=now(), place=True, ignore_warnings=True)


def make_dock(code: str = "MAIN") -> Warehouse:
    """A warehouse with two shelves, a picking face, a cage, and a receiving place."""
    return make_warehouse(code, "A-01", "A-02", "A-03")


def opened(order: PurchaseOrder | None = None, **given: Any) -> Receipt:
    """A receipt of an order, or of whatever is given."""
    if order is not None:
        given["purchase_order"] = order.pk
    return operations.open_receipt(actor=BOSS, delivery=operations.Delivery(**given), at=now())


def scan(product: str = "ALE-330", quantity: int = 24, **more: Any) -> operations.Scanned:
    """What a person at the dock scans."""
    given = {"lot": "L1", "expiry_date": dt.date.fromisoformat(LATE), **more}
    return operations.Scanned(product=product, quantity=quantity, **given)


def take_in(receipt: Receipt, *lines: operations.Scanned, actor: Actor = BOSS, **given: Any) -> Any:
    return operations.receive(actor=actor, receipt=receipt.pk, lines=lines, at=now(), **given)


def announce(
    *units: tuple[int, Sequence[tuple[str, str, int]]],
    despatch: str = "D-1",
    supplier: str = "ACME",
    order: PurchaseOrder | None = None,
    lines: Sequence[tuple[str, str, int]] = (),
) -> AdvanceNotice:
    """A notice: units are (number of the SSCC, [(product, lot, quantity)])."""
    make_supplier(supplier)

    def of(found: Sequence[tuple[str, str, int]]) -> list[NoticeLineAsked]:
        day = dt.date.fromisoformat(LATE)
        return [
            NoticeLineAsked(product=sku, lot=lot, quantity=units, expiry_date=day)
            for sku, lot, units in found
        ]

    asked = NoticeAsked(
        supplier=supplier,
        warehouse="MAIN",
        despatch_number=despatch,
        purchase_order=order.pk if order else None,
        units=[UnitAsked(sscc=sscc(number), lines=of(own)) for number, own in units],
        lines=of(lines),
    )
    return operations.create_notice(actor=BOSS, asked=asked, at=now())


def line_of(order: PurchaseOrder, position: int = 1) -> PurchaseOrderLine:
    return PurchaseOrderLine.objects.get(order=order, position=position)


@dataclass
class Dock:
    """MAIN with a dock, ALE-330 (cases of 24, 270 days, 30 of them at intake) and GIN-700, and somebody at a client."""

    role: str = "manager"
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.main = make_dock()
        self.ale = make_product("ALE-330", minimum_intake_days=30)
        self.gin = make_product("GIN-700", case=6, shelf_life_days=None)
        self.acme = make_supplier()
        self.client = signed_in_client(self.role)

    def post(self, path: str, body: Any, status: int = 201, *, client: Client | None = None) -> Any:
        answer = (client or self.client).post(API + path, body, key=new_key())
        assert answer.status_code == status, answer.content
        return answer.json()

    def get(self, path: str, status: int = 200, *, client: Client | None = None) -> Any:
        answer = (client or self.client).get(API + path)
        assert answer.status_code == status, answer.content
        return answer.json()

    def opened(self, order: PurchaseOrder, **more: Any) -> str:
        """The address of a new receipt of an order."""
        made = self.post("receipts", {"warehouse": "MAIN", "purchase_order": order.number, **more})
        return f"receipts/{made['number']}"

    def scan(self, product: str = "ALE-330", quantity: int = 24, **more: Any) -> dict[str, Any]:
        line = {"product": product, "lot": "L1", "expiry_date": LATE, "quantity": quantity}
        return {"lines": [{**line, **more}]}
