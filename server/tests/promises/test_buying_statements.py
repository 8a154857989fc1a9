"""How many SQL statements the steps of buying cost: the same for 5 lines and for 500."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from stillage.catalogue.models import Pack
from stillage.core.clock import now
from stillage.purchasing.models import SupplierProduct
from stillage.stock import operations
from tests.builders import BOSS, make_product, make_warehouse
from tests.buying import make_supplier
from tests.people import Client, new_key, signed_in_client
from tests.promises.test_query_counts import statements

pytestmark = pytest.mark.django_db(transaction=True)
PRODUCTS = 50
API = "/api/v1/"
# With signing-in's check and the two of the key counted in.
MOST = 32


@pytest.fixture
def client() -> Client:
    make_warehouse("MAIN")
    brew = make_supplier("BREW", minimum_order_value=Decimal("1.00"))
    for number in range(PRODUCTS):
        product = make_product(f"P-{number:02d}")
        case = Pack.objects.get(product=product, name="case")
        SupplierProduct.objects.create(supplier=brew, pack=case, cost=Decimal("12"), order_multiple=2)
    lines = [
        operations.ReceiveLine(
            f"P-{n % PRODUCTS:02d}", f"MAIN/A-0{n % 3 + 1}", 600, f"L{n // PRODUCTS}", dt.date(2190, 1, 1)
        )
        for n in range(PRODUCTS * 10)
    ]
    operations.receive(actor=BOSS, lines=lines, reference="", at=now())
    return signed_in_client("manager")


def order(count: int) -> dict[str, Any]:
    lines = [{"product": f"P-{n % PRODUCTS:02d}", "quantity_packs": 3} for n in range(count)]
    return {"supplier": "BREW", "warehouse": "MAIN", "lines": lines}


def going_back(count: int) -> dict[str, Any]:
    lines = [
        {
            "product": f"P-{n % PRODUCTS:02d}",
            "lot": f"L{n // PRODUCTS}",
            "location": f"MAIN/A-0{n % 3 + 1}",
            "quantity": 1,
        }
        for n in range(count)
    ]
    return {"supplier": "BREW", "warehouse": "MAIN", "lines": lines}


def scans(count: int) -> dict[str, Any]:
    dated = {"lot": "R", "expiry_date": "2190-01-01", "quantity": 60}
    return {"lines": [{"product": f"P-{n:02d}", **dated} for n in range(min(count, PRODUCTS))]}


def test_five_hundred_lines_cost_the_statements_of_five(client: Client) -> None:
    counts: dict[str, dict[int, int]] = {}

    def cost(name: str, count: int, act: Any, *, status: int = 200) -> Any:
        answer, sqls = statements(act)
        assert answer.status_code == status, answer.content
        counts.setdefault(name, {})[count] = len(sqls)
        return answer.json() if answer["Content-Type"].endswith("json") else None

    def post(path: str, given: Any) -> Any:
        return lambda: client.post(API + path, given, key=new_key())

    def patch(path: str, given: Any, version: int) -> Any:
        return lambda: client.patch(API + path, given, version=version, key=new_key())

    def get(path: str) -> Any:
        return lambda: client.get(API + path)

    for count in (5, 500):
        made = cost("create", count, post("purchase-orders", order(count)), status=201)
        at = f"purchase-orders/{made['id']}"
        assert len(made["warnings"]) == count, "three cases are not a multiple of two"
        cost("edit", count, patch(at, {"lines": order(count)["lines"]}, made["version"]))
        cost("place", count, post(f"{at}/place", {"ignore_warnings": True}))
        cost("reopen", count, post(f"{at}/reopen", {}))
        cost("place again", count, post(f"{at}/place", {"ignore_warnings": True}))
        cost("read", count, get(at))
        cost("history", count, get(f"{at}/history"))
        cost("file", count, get(f"{at}/papers/order.csv"))
        cost("atp", count, get("atp?product=P-01"))
        client.post(f"{API}{at}/receive", scans(count), key=new_key())
        cost("close", count, post(f"{at}/close", {"reason": "enough"}))
        other = cost(
            "create and place",
            count,
            post("purchase-orders", {**order(count), "place": True, "ignore_warnings": True}),
            status=201,
        )
        cost("cancel", count, post(f"purchase-orders/{other['id']}/cancel", {}))
        back = cost("return", count, post("supplier-returns", going_back(count)), status=201)
        there = f"supplier-returns/{back['id']}"
        cost("edit return", count, patch(there, {"lines": going_back(count)["lines"]}, back["version"]))
        cost("dispatch", count, post(f"{there}/dispatch", {}))
        cost("undo dispatch", count, post(f"{there}/undo-dispatch", {}))
        cost("dispatch again", count, post(f"{there}/dispatch", {}))
        cost("read return", count, get(there))
        cost("close return", count, post(f"{there}/close", {"credit_total": "1.00"}))
        cost("orders", count, get("purchase-orders?limit=50"))
        cost("returns", count, get("supplier-returns?limit=50"))
        cost("supplier", count, get("suppliers/BREW/summary"))
    grown = {name: both for name, both in counts.items() if both[5] != both[500]}
    assert grown == {}
    assert max(both[500] for both in counts.values()) <= MOST, counts
