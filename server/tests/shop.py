"""A small world that sells through the API: a warehouse with two products, a customer, and orders."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from stillage.catalogue.models import Category
from stillage.core.clock import now
from stillage.sales.models import Customer
from tests.builders import make_location, make_product, make_warehouse
from tests.people import Client, signed_in_client

API = "/api/v1/"


def in_days(days: int) -> dt.date:
    """A date so many days from now."""
    return now().date() + dt.timedelta(days=days)


@dataclass
class Shop:
    """MAIN with a staging lane, ALE-330 (cases of 24, 1.50 a bottle) and GIN-700, customer PUB."""

    role: str = "manager"
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.main = make_warehouse("MAIN")
        self.lane = make_location(self.main, "LANE", kind="staging")
        self.beer = Category.objects.create(name="Beer", tax_rate_percent=Decimal("19.00"))
        self.ale = make_product("ALE-330", category=self.beer, unit_price=Decimal("1.50"))
        self.gin = make_product("GIN-700", case=6, unit_price=Decimal("18.00"))
        self.pub = Customer.objects.create(code="PUB", name="The Pub")
        self.client = signed_in_client(self.role)

    def order(self, *lines: Any, **fields: Any) -> dict[str, Any]:
        """An order through the API: lines are (product, packs of a case) or bodies."""
        answer = self.client.post(API + "sales-orders", self.body(*lines, **fields))
        assert answer.status_code == 201, answer.json()
        return dict(answer.json())

    def body(self, *lines: Any, **fields: Any) -> dict[str, Any]:
        return {
            "customer": "PUB",
            "warehouse": "MAIN",
            "delivery_date": in_days(5).isoformat(),
            "lines": [
                line
                if isinstance(line, dict)
                else {"product": line[0], "pack": "case", "quantity_packs": line[1]}
                for line in (lines or (("ALE-330", 2),))
            ],
            **fields,
        }

    def step(self, order: dict[str, Any], verb: str, body: Any = None, *, status: int = 200) -> Any:
        """A step through the API; its answer's JSON."""
        answer = self.client.post(f"{API}sales-orders/{order['number']}/{verb}", body or {})
        assert answer.status_code == status, answer.json()
        return answer.json()

    def read(self, order: dict[str, Any], path: str = "") -> Any:
        answer = self.client.get(f"{API}sales-orders/{order['number']}{path}")
        assert answer.status_code == 200, answer.json()
        return answer.json()

    def allocated(self, *lines: Any, **fields: Any) -> dict[str, Any]:
        """An order that is confirmed and allocated as far as it goes."""
        return dict(self.step(self.order(*lines, confirm=True, **fields), "allocate"))
