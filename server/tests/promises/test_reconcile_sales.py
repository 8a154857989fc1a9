"""Reconcile on the books of selling: silent where they agree, and each thing that somebody could falsify is named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from stillage.core import append_only
from stillage.sales.models import SalesOrderLine
from stillage.sales.reconciling import checks
from stillage.stock.reconcile import disagreements
from tests.builders import make_location, receive
from tests.conftest import SALES_TABLES
from tests.promises.superuser import tampering
from tests.shop import API, Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold() -> Iterator[Shop]:
    """One order on a pallet that has left, of which some came back and was decided on and credited; one that waits."""
    shop = Shop()
    make_location(shop.main, "BACK", kind="returns")
    receive(shop.ale, "L1", quantity=480, location="MAIN/A-01")
    order = shop.allocated(("ALE-330", 4))
    shop.step(order, "pick")
    line = shop.read(order)["lines"][0]
    shop.step(
        order,
        "pack",
        {"units": [{"kind": "pallet", "lines": [{"line": line["id"], "lot": "L1", "quantity": 96}]}]},
    )
    shipped = shop.step(order, "ship", status=201)["shipment"]

    def send(path: str, body: object, status: int) -> dict[str, object]:
        answer = shop.client.post(API + path, body)
        assert answer.status_code == status, answer.json()
        return dict(answer.json())

    back = send(
        "returns",
        {
            "shipment": shipped["number"],
            "lines": [{"shipment_line": shipped["lines"][0]["id"], "quantity": 24}],
        },
        201,
    )
    number, own = back["number"], back["lines"][0]["id"]  # type: ignore[index]
    send(f"returns/{number}/receive", {"lines": [{"line": own, "quantity": 24}]}, 200)
    send(
        f"returns/{number}/dispose",
        {"lines": [{"line": own, "outcome": "restock", "quantity": 10, "to_location": "MAIN/A-01"}]},
        200,
    )
    send(f"returns/{number}/credit", {"lines": [{"line": own, "quantity": 12}]}, 201)
    shop.allocated(("ALE-330", 2))
    yield shop


def falsifications() -> dict[str, tuple[list[str], str]]:
    """What somebody could do to the tables, and what must be said about it."""
    first = SalesOrderLine.objects.order_by("pk")[0].pk
    return {
        "more shipped than left": (
            [f"UPDATE sales_salesorderline SET shipped = 95 WHERE id = {first}"],
            "SO-000001 line 1: 95 are said to be shipped, the movements make 96.",
        ),
        "a paper that says less": (
            ["UPDATE sales_shipmentline SET quantity = 90"],
            "the paper says 90, the movements make 96.",
        ),
        "an order cancelled with its promise": (
            ["UPDATE sales_salesorder SET status = 'cancelled' WHERE number = 'SO-000002'"],
            "SO-000002 (cancelled) line 1: 48 are promised where 48 are owed.",
        ),
        "more back than moved": (
            ["UPDATE sales_returnline SET received = 25"],
            "RT-000001 line 1: 25 are said to be back, the movements make 24.",
        ),
        "more back than was shipped": (
            ["UPDATE sales_returnline SET received = 100"],
            "SH-000001: of ALE-330 96 were shipped and 100 came back.",
        ),
        "decided on without a decision": (
            ["UPDATE sales_returnline SET disposed = 11"],
            "RT-000001 line 1: 11 are said to be decided on, the decisions make 10.",
        ),
        "credited without a note": (
            ["UPDATE sales_returnline SET credited = 13"],
            "RT-000001 line 1: 13 are said to be credited, the notes make 12.",
        ),
        "a number left out": (
            ["UPDATE numbering_series SET next_number = next_number + 1 WHERE name = 'sales_order'"],
            "Series sales_order: 3 numbers were taken for 2 documents.",
        ),
        "a pallet of another order": (
            [
                "UPDATE sales_handlingunit SET order_id = (SELECT id FROM sales_salesorder WHERE number = 'SO-000002')"
            ],
            "belongs to another order.",
        ),
    }


def guards_off() -> list[str]:
    """On SQLite the triggers of the sales tables; on PostgreSQL they are off already while tampering."""
    if connection.vendor == "postgresql":
        return []
    return [sql for table in SALES_TABLES for sql in append_only.removal(table, "sqlite")]


def test_an_honest_shop_is_met_with_silence(sold: Shop) -> None:
    assert disagreements(seal=False) == []


def test_every_falsification_is_found_and_named(sold: Shop) -> None:
    for name, (statements, sentence) in falsifications().items():
        with tampering(*guards_off(), *statements):
            found = disagreements(seal=False)
            assert any(sentence in line for line in found), (name, found)
        assert disagreements(seal=False) == [], name


def test_every_check_has_a_falsification_that_meets_it(sold: Shop) -> None:
    met = set()
    for statements, _ in falsifications().values():
        with tampering(*guards_off(), *statements):
            for check in checks():
                with connection.cursor() as cursor:
                    cursor.execute(f"SELECT COUNT(*) FROM ({check.sql}) q", check.parameters)
                    if cursor.fetchone()[0]:
                        met.add(check.sentence)
    assert sorted({check.sentence for check in checks()} - met) == []
