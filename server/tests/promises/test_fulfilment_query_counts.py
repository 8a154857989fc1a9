"""Statements of fulfilment: an order of five lines and one of five hundred cost the same, at every step of the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stillage.core.clock import now
from stillage.sales import operations
from stillage.sales.models import ReturnLine, Shipment
from stillage.sales.queries import papers as gathered
from stillage.stock import operations as stock
from stillage.stock.reconcile import disagreements
from tests import selling
from tests.builders import BOSS
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


@pytest.fixture
def house() -> None:
    selling.make_house()
    for number in range(PRODUCTS):
        selling.make_product(f"P-{number:02d}")
    far = dt.date(2199, 1, 1)
    lines = [
        stock.ReceiveLine(f"P-{n % PRODUCTS:02d}", f"MAIN/A-0{n % 3 + 1}", 200, f"L{n // PRODUCTS}", far)
        for n in range(PRODUCTS * 5)
    ]
    stock.receive(actor=BOSS, lines=lines, reference="", at=now())


def the_whole_road(lines: int) -> dict[str, list[str]]:
    """Every step through HTTP with an order of so many lines; the statements of each."""
    assert settings.MAX_ORDER_LINES >= MANY
    client, counted = signed_in_client("admin"), {}

    def post(name: str, address: str, body: Any, status: int = 200) -> Any:
        answer, statements = sqls(lambda: client.post(f"/api/v1/{address}", body, key=new_key()))
        assert answer.status_code == status, answer.content
        counted[name] = statements
        return answer.json()

    order = selling.make_order(*[(f"P-{n % PRODUCTS:02d}", n // PRODUCTS % 3 + 1) for n in range(lines)])
    at = f"sales-orders/{order.number}"
    post("allocate", f"{at}/allocate", {})
    walk = post("make a pick list", "pick-lists", {"orders": [order.number]}, 201)
    scans = [
        {
            "task": task["id"],
            "location": task["location"],
            "product": task["product"],
            "lot": task["lot"],
            "quantity": task["open"],
        }
        for task in walk["tasks"]
    ]
    on_walk = f"pick-lists/{walk['number']}"
    post("claim", f"{on_walk}/claim", {})
    post("pick the list", f"{on_walk}/pick", {"lines": scans})
    post("undo a pick", f"{on_walk}/undo", {"task": scans[0]["task"]})
    post("cancel the list", f"{on_walk}/cancel", {"reason": "rain"})
    post("pick at the desk", f"{at}/pick", {})
    seen = client.get(f"/api/v1/{at}").json()
    own = [
        {"line": line["id"], "lot": one["lot"], "quantity": one["quantity"]}
        for line in seen["lines"]
        for one in line["allocations"]
    ]
    back = [{**line, "to_location": "MAIN/A-01"} for line in own]
    post("unpick", f"{at}/unpick", {"lines": back})
    post("pick again", f"{at}/pick", {})
    units = [{"kind": "pallet", "lines": own[start : start + 50]} for start in range(0, len(own), 50)]
    post("pack", f"{at}/pack", {"units": units})
    post("unpack", f"{at}/unpack", {})
    post("pack again", f"{at}/pack", {"units": units})
    shipped = post("ship", f"{at}/ship", {}, 201)["shipment"]
    every = [{"shipment_line": line["id"], "quantity": line["quantity"]} for line in shipped["lines"]]
    coming = post("announce", "returns", {"shipment": shipped["number"], "lines": every}, 201)
    to = f"returns/{coming['number']}"
    came = [{"line": line["id"], "quantity": line["expected"]} for line in coming["lines"]]
    post("receive", f"{to}/receive", {"lines": came})
    post("undo receive", f"{to}/undo-receive", {})
    post("receive again", f"{to}/receive", {"lines": came})
    decisions = [
        {**line, "outcome": "restock", "to_location": "MAIN/A-01"}
        if number % 2
        else {**line, "outcome": "scrap", "reason": "old"}
        for number, line in enumerate(came)
    ]
    post("dispose", f"{to}/dispose", {"lines": decisions})
    post("credit", f"{to}/credit", {}, 201)
    for name in ("shipments", "returns", "pick-lists"):
        number = {"shipments": shipped, "returns": coming, "pick-lists": walk}[name]["number"]
        answer, counted[f"read {name}"] = sqls(lambda a=f"/api/v1/{name}/{number}": client.get(a))
        assert answer.status_code == 200
    return counted


def test_five_hundred_lines_cost_the_statements_of_five(house: None) -> None:
    few, many = the_whole_road(FEW), the_whole_road(MANY)
    differing = {name: (len(few[name]), len(many[name])) for name in few if len(few[name]) != len(many[name])}
    assert differing == {}
    assert {name: len(own) for name, own in many.items() if len(own) > MOST} == {}
    assert disagreements(seal=False) == []
    assert ReturnLine.objects.count() >= FEW + MANY


def test_papers_cost_the_same_whatever_their_length(house: None) -> None:
    counts = []
    for lines in (FEW, MANY):
        order = selling.picked(*[(f"P-{n % PRODUCTS:02d}", 1) for n in range(lines)])
        look, own = gathered.Look(), []
        for act in (
            lambda order=order, look=look: gathered.order_pick_list(order, look),
            lambda order=order, look=look: gathered.order_packing_list(order, look),
            lambda order=order, look=look: gathered.confirmation(order, look),
        ):
            own.append(len(sqls(act)[1]))
        operations.pack(actor=BOSS, order=order.pk, at=now())
        operations.ship(actor=BOSS, order=order.pk, at=now())
        shipment = Shipment.objects.select_related("order__customer", "warehouse").get(order=order)
        own.append(len(sqls(lambda s=shipment, look=look: gathered.delivery_note(s, look))[1]))
        own.append(len(sqls(lambda s=shipment, look=look: gathered.shipment_packing_list(s, look))[1]))
        counts.append(own)
    assert counts[0] == counts[1]
