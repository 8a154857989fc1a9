"""How many SQL statements a request costs: the same for one line and for a thousand, the same for one row and for a page."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stillage.catalogue.models import Category
from stillage.core.clock import now
from stillage.stock import operations
from tests.builders import BOSS, make_location, make_product, make_warehouse, receive
from tests.people import Client, new_key, signed_in_client

pytestmark = pytest.mark.django_db(transaction=True)
FAR = dt.date(2199, 1, 1)
# The numbers, with signing-in's check (one statement) counted in; BEGIN and COMMIT are not statements of ours.
MOST_FOR_LINES, MOST_FOR_A_PAGE = 15, 3


def statements(act: Any) -> tuple[Any, list[str]]:
    with CaptureQueriesContext(connection) as captured:
        answer = act()
    assert answer.status_code in (200, 201), answer.content
    sqls = [query["sql"] for query in captured]
    return answer, [sql for sql in sqls if not sql.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]


def lines(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [{"product": f"P-{n % 20:02d}", "lot": f"L{n // 20}", **fields} for n in range(count)]


def book(lots: int) -> None:
    make_warehouse("MAIN")
    for number in range(20):
        make_product(f"P-{number:02d}")
    wanted = [
        operations.ReceiveLine(f"P-{n % 20:02d}", "MAIN/A-01", 100, f"L{n // 20}", FAR) for n in range(lots)
    ]
    operations.receive(actor=BOSS, lines=wanted, reference="", at=now())


ACTS: dict[str, dict[str, Any]] = {
    "move": {"from_location": "MAIN/A-01", "to_location": "MAIN/A-02", "quantity": 1},
    "adjust": {"location": "MAIN/A-01", "quantity_delta": -1, "reason": "broken"},
    "scrap": {"location": "MAIN/A-01", "quantity": 1, "reason": "broken"},
}


@pytest.mark.parametrize("name", list(ACTS))
def test_a_thousand_lines_cost_the_statements_of_one(name: str) -> None:
    book(1000)
    client = signed_in_client("manager")
    counts = {}
    for count in (1, 10, 100, 1000):
        body = {"lines": lines(count, **ACTS[name])}
        _, sqls = statements(lambda body=body: client.post(f"/api/v1/stock/{name}", body, key=new_key()))
        counts[count] = len(sqls)
    assert set(counts.values()) == {counts[1]}, counts
    assert counts[100] <= MOST_FOR_LINES, counts


def test_receiving_a_thousand_new_lots_costs_the_statements_of_one() -> None:
    book(20)
    client = signed_in_client("manager")
    counts = {}
    for count in (1, 10, 100, 1000):
        body = {
            "lines": [
                {
                    "product": f"P-{n % 20:02d}",
                    "lot": f"N{count}-{n}",
                    "expiry_date": "2190-01-01",
                    "location": "MAIN/A-01",
                    "quantity": 1,
                }
                for n in range(count)
            ]
        }
        _, sqls = statements(lambda body=body: client.post("/api/v1/stock/receive", body, key=new_key()))
        counts[count] = len(sqls)
    assert set(counts.values()) == {counts[1]}, counts
    assert counts[100] <= MOST_FOR_LINES, counts


def test_undoing_a_thousand_lines_costs_the_statements_of_one() -> None:
    book(1000)
    client = signed_in_client("manager")
    counts = {}
    for count in (1, 100, 1000):
        body = {"lines": lines(count, **ACTS["move"])}
        moved = client.post("/api/v1/stock/move", body, key=new_key())
        undo = {"operation_id": moved.json()["operation_id"]}
        _, sqls = statements(lambda undo=undo: client.post("/api/v1/stock/reverse", undo, key=new_key()))
        counts[count] = len(sqls)
    assert set(counts.values()) == {counts[1]}, counts
    assert counts[100] <= MOST_FOR_LINES


LISTS = {
    "stock": "stock?limit=50",
    "stock by date": "stock?limit=50&ordering=expiry_date",
    "stock, soon": "stock?limit=50&status=soon",
    "lots": "lots?limit=50",
    "movements": "movements?limit=50",
    "availability": "availability?limit=50",
    "locations": "locations?limit=50",
    "locations with stock": "locations?limit=50&with_stock=true",
    "audit": "audit?limit=50",
    "products": "products?limit=50",
    "categories": "categories?limit=50",
    "users": "users?limit=50",
}


@pytest.fixture
def full() -> Client:
    book(200)
    main_ = make_warehouse("NORTH")
    for number in range(60):
        make_location(main_, f"B-{number:02d}")
    receive("P-01", "L0", quantity=5, location="NORTH/B-01")
    soon = now().date() + dt.timedelta(days=9)
    receive("P-03", "SOON", quantity=5, expiry_date=soon)
    Category.objects.bulk_create(Category(name=f"Kind {number}") for number in range(60))
    held = operations.HoldLine("P-01", "cloudy", "L0")
    operations.hold(actor=BOSS, lines=[held], at=now())
    for _ in range(60):
        receive("P-02", "L1", quantity=1)
    return signed_in_client("admin")


@pytest.mark.parametrize("name", list(LISTS))
def test_a_page_costs_three_statements_besides_the_check_who_asks(full: Client, name: str) -> None:
    address = "/api/v1/" + LISTS[name]
    _, few = statements(lambda: full.get(address.replace("limit=50", "limit=1")))
    answer, many = statements(lambda: full.get(address))
    assert len(answer.json()["results"]) >= 1
    assert len(few) <= len(many)
    who, *rest = many
    assert "accounts_session" in who
    assert len(rest) <= MOST_FOR_A_PAGE, rest
    if answer.json()["next"]:
        cursor = answer.json()["next"]
        _, deep = statements(lambda: full.get(f"{address}&cursor={cursor}"))
        assert len(deep) <= len(many), "a later page costs no more"
