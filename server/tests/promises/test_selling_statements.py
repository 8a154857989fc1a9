"""How many SQL statements the steps of an order cost: the same for 5 lines and for 500."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from stillage.core.clock import now
from stillage.sales import backorders
from stillage.sales.models import SalesOrder
from stillage.stock import operations
from tests.builders import BOSS, make_product, make_warehouse
from tests.people import Client, new_key, signed_in_client
from tests.promises.test_query_counts import statements

pytestmark = pytest.mark.django_db(transaction=True)
PRODUCTS = 50
API = "/api/v1/sales-orders"
# With signing-in's check and the two of the key counted in.
MOST = 30


@pytest.fixture
def client() -> Iterator[Client]:
    from stillage.sales.models import Customer

    make_warehouse("MAIN")
    Customer.objects.create(code="PUB", name="The Pub")
    for number in range(PRODUCTS):
        make_product(f"P-{number:02d}")
    lines = [
        operations.ReceiveLine(
            f"P-{n % PRODUCTS:02d}", f"MAIN/A-0{n % 3 + 1}", 600, f"L{n // PRODUCTS}", dt.date(2190, 1, 1)
        )
        for n in range(PRODUCTS * 6)
    ]
    operations.receive(actor=BOSS, lines=lines, reference="", at=now())
    yield signed_in_client("manager")


def body(count: int) -> dict[str, Any]:
    return {
        "customer": "PUB",
        "warehouse": "MAIN",
        "delivery_date": "2100-01-01",
        "lines": [
            {"product": f"P-{n % PRODUCTS:02d}", "pack": "case", "quantity_packs": 1, "pack_price": "24.00"}
            for n in range(count)
        ],
    }


def test_five_hundred_lines_cost_the_statements_of_five(client: Client) -> None:
    counts: dict[str, dict[int, int]] = {}

    def cost(name: str, count: int, act: Any) -> Any:
        answer, sqls = statements(act)
        counts.setdefault(name, {})[count] = len(sqls)
        return answer.json()

    def post(path: str, given: Any) -> Any:
        return lambda: client.post(API + path, given, key=new_key())

    for count in (5, 500):
        cost("preview", count, lambda count=count: client.post(API + "/preview", body(count)))
        made = cost("create", count, post("", body(count)))
        at = f"/{made['id']}"
        tag = made["version"]
        edit = {"lines": body(count)["lines"]}
        cost(
            "edit",
            count,
            lambda at=at, edit=edit, tag=tag: client.patch(API + at, edit, version=tag, key=new_key()),
        )
        cost("confirm", count, post(f"{at}/confirm", {}))
        done = cost("allocate", count, post(f"{at}/allocate", {}))
        assert done["allocation"] == "whole" and len(done["lines"]) == count
        cost("read", count, lambda at=at: client.get(API + at))
        cost("allocation", count, lambda at=at: client.get(f"{API}{at}/allocation"))
        cost("history", count, lambda at=at: client.get(f"{API}{at}/history"))
        line = done["lines"][0]
        first = line["allocations"][0]
        pin = {"line": line["id"], "lot": "L5", "quantity": 24}
        cost("pin", count, post(f"{at}/pin", pin))
        swap = {"line": line["id"], "from_lot": "L5", "to_lot": first["lot"], "quantity": 24}
        cost("swap", count, post(f"{at}/swap", swap))
        cost("deallocate", count, post(f"{at}/deallocate", {}))
        cost("allocate again", count, post(f"{at}/allocate", {}))
        cost("reopen", count, post(f"{at}/reopen", {}))
        cost("confirm again", count, post(f"{at}/confirm", {}))
        cost("allocate once more", count, post(f"{at}/allocate", {}))
        cost("cancel", count, post(f"{at}/cancel", {"reason": "no"}))
    grows = {name: pair for name, pair in counts.items() if pair[5] != pair[500]}
    assert not grows
    assert max(pair[5] for pair in counts.values()) <= MOST, counts


def test_a_page_of_orders_costs_the_statements_of_one(client: Client) -> None:
    counts = {}
    for wanted in (1, 30):
        while SalesOrder.objects.count() < wanted:
            assert client.post(API, {**body(3), "confirm": True}).status_code == 201
        _, sqls = statements(lambda: client.get(API))
        counts[wanted] = len(sqls)
    assert counts == {1: 3, 30: 3}


def test_serving_a_queue_costs_the_same_for_two_orders_and_for_forty(client: Client, settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from stillage.places.models import Warehouse
    from stillage.stock.models import Allocation

    main = Warehouse.objects.get().pk
    product = make_product("WANTED")
    counts = {}
    for wanted in (2, 40):
        lines = [{"product": "WANTED", "quantity": 1, "pack_price": "1.00"}]
        for _ in range(wanted):
            made = client.post(API, {**body(1), "lines": lines, "confirm": True}).json()
            assert client.post(f"{API}/{made['id']}/allocate", {}).status_code == 200
        operations.receive(
            actor=BOSS,
            lines=[operations.ReceiveLine("WANTED", "MAIN/A-01", wanted, f"W{wanted}", dt.date(2190, 1, 1))],
            reference="",
            at=now(),
        )
        with CaptureQueriesContext(connection) as captured:
            assert backorders.serve_waiting([product.pk], main) == wanted
        counts[wanted] = len(captured)
    assert counts[2] == counts[40], counts
    assert Allocation.objects.filter(lot__product=product).count() == 42
