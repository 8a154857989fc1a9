"""Statements of goods in: a delivery of five lines and one of five hundred cost the same, at every step of the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stillage.stock.reconcile import disagreements
from tests import dock as goods
from tests.builders import make_product
from tests.dock import API, LATE
from tests.people import new_key, signed_in_client

pytestmark = pytest.mark.django_db(transaction=True)
FEW, MANY = 5, 500
MOST = 45
PRODUCTS = 20


def sqls(act: Callable[[], Any]) -> tuple[Any, list[str]]:
    with CaptureQueriesContext(connection) as captured:
        answer = act()
    ours = [query["sql"] for query in captured]
    return answer, [sql for sql in ours if not sql.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]


def the_whole_road(lines: int, tag: str) -> dict[str, list[str]]:
    """Every step through HTTP with a delivery of so many lines; the statements of each."""
    client, counted = signed_in_client("admin"), {}

    def post(name: str, address: str, body: Any, status: int = 200) -> Any:
        answer, statements = sqls(lambda: client.post(API + address, body, key=new_key()))
        assert answer.status_code == status, answer.content
        counted[name] = statements
        return answer.json()

    def get(name: str, address: str) -> Any:
        answer, statements = sqls(lambda: client.get(API + address))
        assert answer.status_code == 200, answer.content
        counted[name] = statements
        return answer.json()

    asked = [(f"P-{n % PRODUCTS:02d}", 12) for n in range(lines)]
    order = goods.make_order(*asked)
    scans = [
        {"product": sku, "lot": f"{tag}{n}", "expiry_date": LATE, "quantity": 12}
        for n, (sku, _) in enumerate(asked)
    ]
    announced = [{**line, "lot": f"A{line['lot']}"} for line in scans]
    number = int(f"{len(asked)}0")
    units = [{"sscc": goods.sscc(number + n), "lines": announced[n : n + 1]} for n in range(min(lines, 100))]
    notice = {
        "supplier": "ACME",
        "warehouse": "MAIN",
        "despatch_number": tag,
        "purchase_order": order.number,
        "units": units,
        "lines": announced,
    }
    post("announce", "advance-notices", notice, 201)
    get("read a notice", f"advance-notices/{tag}")
    made = post("open", "receipts", {"notice": tag}, 201)
    at = f"receipts/{made['number']}"
    first = post("receive", f"{at}/receive", {"lines": scans}, 201)
    post("undo", f"{at}/undo", {"operation_id": first["operation_id"]})
    aside = [
        {**line, "condition": "damaged", "outcome": "quarantine", "lot": f"Q{line['lot']}"} for line in scans
    ]
    second = post("set aside", f"{at}/receive", {"lines": aside}, 201)
    get("read", at)
    get("discrepancies", "discrepancies?limit=500")
    post("undo what was set aside", f"{at}/undo", {"operation_id": second["operation_id"]})
    more = [{**line, "quantity": 13, "outcome": "refuse", "lot": f"R{line['lot']}"} for line in scans]
    post("refuse the surplus", f"{at}/receive", {"lines": more}, 201)
    get("put away", "put-away?limit=500")
    post("close", f"{at}/close", {"rest": "short"})
    return counted


def test_a_delivery_of_five_hundred_lines_costs_the_statements_of_five() -> None:
    goods.make_dock()
    for number in range(PRODUCTS):
        make_product(f"P-{number:02d}")
    few, many = the_whole_road(FEW, "F"), the_whole_road(MANY, "M")
    own = {
        name: (_without_trail(few[name]), _without_trail(many[name])) for name in few
    }  # what is written last of all goes eight rows a statement: of the trail, one for each lot put on hold
    # an answer that would be very long leaves things out, and the statements that read them
    assert {name: counts for name, counts in own.items() if counts[1] > counts[0]} == {}
    assert {name: counts for name, counts in own.items() if counts[0] > MOST} == {}
    assert disagreements(seal=False) == []


def _without_trail(statements: list[str]) -> int:
    return len([sql for sql in statements if "audit_entry" not in sql])
