"""The road from an allocated order to a truck and back, through HTTP as a phone and a desk walk it."""

from __future__ import annotations

from typing import Any

import pytest

from stillage.places.models import Warehouse
from stillage.sales.models import SalesOrder
from stillage.stock.reconcile import disagreements
from tests import selling
from tests.builders import make_warehouse
from tests.people import Client, new_key, signed_in_client

pytestmark = pytest.mark.django_db
API = "/api/v1/"


@pytest.fixture
def main() -> Warehouse:
    return selling.make_house()


@pytest.fixture
def order(main: Warehouse) -> SalesOrder:
    """30 of ALE-330: 10 of L1 at A-01, 20 of L2 at A-02."""
    selling.stock_with(("L1", "MAIN/A-01", 10, 40), ("L2", "MAIN/A-02", 30, 90))
    return selling.allocated(("ALE-330", 30))


def post(client: Client, address: str, body: Any = None, status: int = 200) -> Any:
    answer = client.post(API + address, {} if body is None else body, key=new_key())
    assert answer.status_code == status, answer.content
    return answer.json()


def get(client: Client, address: str, status: int = 200) -> Any:
    answer = client.get(API + address)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_from_the_shelf_to_the_truck_and_back(order: SalesOrder) -> None:
    picker, boss, sales = (signed_in_client(role) for role in ("picker", "manager", "sales"))
    walk = post(picker, "pick-lists", {"orders": ["SO-000001"]}, 201)
    assert (walk["number"], walk["status"], walk["orders"], walk["staging_location"]) == (
        "PL-000001",
        "open",
        ["SO-000001"],
        "MAIN/STAGE",
    )
    assert [(task["location"], task["lot"], task["open"]) for task in walk["tasks"]] == [
        ("MAIN/A-01", "L1", 10),
        ("MAIN/A-02", "L2", 20),
    ]
    here = post(picker, "pick-lists/PL-000001/claim")
    first, second = walk["tasks"]
    assert (here["task"]["id"], here["next"]["id"], here["remaining"], here["mine"]) == (
        first["id"],
        second["id"],
        2,
        1,
    )
    wrong = {"task": first["id"], "location": "MAIN/A-02", "product": "ALE-330", "lot": "L2", "quantity": 11}
    answer = picker.post(API + "pick-lists/PL-000001/pick", {"lines": [wrong]}, key=new_key())
    assert answer.status_code == 422
    assert [fault["code"] for fault in answer.json()["errors"]] == ["wrong_location", "wrong_lot", "too_many"]
    assert answer.json()["errors"][0]["want"] == {"location": "MAIN/A-01"}
    right = {**wrong, "location": "MAIN/A-01", "lot": "L1", "quantity": 10}
    here = post(picker, "pick-lists/PL-000001/pick", {"lines": [right]})
    assert (here["task"]["picked"], here["next"]["id"], here["remaining"], here["status"]) == (
        10,
        second["id"],
        1,
        "open",
    )
    right = {"task": second["id"], "location": "A-02", "product": "ALE-330", "lot": "L2", "quantity": 20}
    here = post(picker, "pick-lists/PL-000001/pick", {"lines": [right]})
    assert (here["next"], here["remaining"], here["status"]) == (None, 0, "done")
    seen = get(picker, "sales-orders/SO-000001")
    assert (seen["status"], seen["picked"], seen["pick_lists"][0]["number"]) == ("picking", 30, "PL-000001")
    assert "gross_total" not in seen

    line = seen["lines"][0]["id"]
    units = [{"kind": "pallet", "lines": [{"line": line, "lot": "L1", "quantity": 10}]}]
    packed = post(picker, "sales-orders/SO-000001/pack", {"units": units})
    assert packed["status"] == "packed"
    sscc = packed["handling_units"][0]["sscc"]
    assert get(picker, f"handling-units/(00){sscc}")["lines"][0]["quantity"] == 10
    shipped = post(picker, "sales-orders/SO-000001/ship", {"carrier": "Haulage"}, 201)
    assert shipped["order"]["status"] == "shipped"
    assert shipped["shipment"]["number"] == "SH-000001"
    assert [(row["lot"], row["quantity"]) for row in shipped["shipment"]["lines"]] == [("L1", 10), ("L2", 20)]
    twice = picker.post(API + "sales-orders/SO-000001/ship", {}, key=new_key())
    assert (twice.status_code, twice.json()["code"]) == (409, "impossible_step")
    assert twice.json()["errors"][0]["possible_steps"] == ["close", "return"]
    for search in ("SH-000001", "SO-000001", "PUB", "L2", sscc, f"(00){sscc}"):
        assert [row["number"] for row in get(sales, f"shipments?search={search}")["results"]] == ["SH-000001"]
    for one in ("customer=PUB", "order=SO-000001", "lot=L1", "product=ALE-330"):
        assert len(get(sales, f"shipments?{one}")["results"]) == 1
    assert get(sales, "shipments?lot=L9")["results"] == []

    row = shipped["shipment"]["lines"][1]
    coming = post(
        sales,
        "returns",
        {"shipment": "SH-000001", "lines": [{"shipment_line": row["id"], "quantity": 6}]},
        201,
    )
    assert (coming["number"], coming["possible_steps"]) == ("RT-000001", ["receive", "cancel"])
    back = coming["lines"][0]["id"]
    came = post(picker, "returns/RT-000001/receive", {"lines": [{"line": back, "quantity": 5}]})
    assert (came["status"], came["lines"][0]["location"]) == ("received", "MAIN/BACK")
    assert get(sales, "shipments/SH-000001")["lines"][1]["returned"] == 5
    decisions = [
        {"line": back, "outcome": "restock", "quantity": 4, "to_location": "MAIN/A-03"},
        {"line": back, "outcome": "scrap", "quantity": 1, "reason": "broken"},
    ]
    decided = post(boss, "returns/RT-000001/dispose", {"lines": decisions})
    assert decided["lines"][0]["undecided"] == 0
    credited = post(sales, "returns/RT-000001/credit", None, 201)["credit_note"]
    assert (credited["number"], credited["net_total"]) == ("CN-000001", "10.00")
    assert post(boss, "returns/RT-000001/close")["status"] == "closed"
    assert "net_total" not in get(picker, "credit-notes/CN-000001")
    told = [row["action"] for row in get(boss, "sales-orders/SO-000001/history")]
    for action in (
        "sales_order.pick",
        "sales_order.pack",
        "sales_order.ship",
        "shipment.create",
        "return.credit",
    ):
        assert action in told, told
    assert get(sales, "returns/RT-000001/history")[0]["action"] == "return.close"
    assert disagreements(seal=False) == []


def test_short_undo_release_and_another_lot_through_http(order: SalesOrder) -> None:
    picker, boss = signed_in_client("picker"), signed_in_client("manager")
    walk = post(picker, "pick-lists", {"orders": [order.pk]}, 201)
    first, second = (task["id"] for task in walk["tasks"])
    post(picker, "pick-lists/PL-000001/claim")
    assert post(picker, "pick-lists/PL-000001/release", {"task": first})["mine"] == 0
    done = post(
        picker, "pick-lists/PL-000001/short", {"task": first, "quantity": 10, "reason": "empty", "found": 0}
    )
    assert (done["backordered"], [task["lot"] for task in done["new_tasks"]]) == (0, ["L2"])
    scan = {"task": second, "location": "A-02", "product": "ALE-330", "lot": "L2", "quantity": 30}
    here = post(picker, "pick-lists/PL-000001/pick", {"lines": [scan]})
    assert here["status"] == "done"
    here = post(picker, "pick-lists/PL-000001/undo", {"task": second, "quantity": 30})
    assert (here["status"], here["remaining"]) == ("open", 1)
    selling.receive("ALE-330", "L3", quantity=5, location="MAIN/A-02", expiry_date=selling.in_days(99))
    use = {"task": second, "lot": "L3", "quantity": 5, "reason": "in front"}
    forbidden = picker.post(API + "pick-lists/PL-000001/use-lot", use, key=new_key())
    assert forbidden.status_code == 403
    here = post(boss, "pick-lists/PL-000001/use-lot", use)
    assert (here["task"]["lot"], here["task"]["open"], here["remaining"]) == ("L3", 5, 2)
    cancelled = post(picker, "pick-lists/PL-000001/cancel", {"reason": "rain"})
    assert cancelled["status"] == "cancelled"
    assert get(boss, f"sales-orders/{order.pk}")["status"] == "allocated"
    listed = get(picker, "pick-lists?status=cancelled&search=pub&order=SO-000001&warehouse=MAIN&count=true")
    assert (listed["count"], listed["results"][0]["number"]) == (1, "PL-000001")


def test_what_is_sent_twice_has_one_effect(order: SalesOrder) -> None:
    picker = signed_in_client("picker")
    walk = post(picker, "pick-lists", {"orders": [order.pk]}, 201)
    task = walk["tasks"][0]
    scan = {"task": task["id"], "location": "A-01", "product": "ALE-330", "lot": "L1", "quantity": 5}
    key = new_key()
    answers = [
        picker.post(API + "pick-lists/1/pick".replace("1", str(walk["id"])), {"lines": [scan]}, key=key)
        for _ in range(3)
    ]
    assert {answer.content for answer in answers} == {answers[0].content}
    assert get(picker, f"pick-lists/{walk['id']}")["tasks"][0]["picked"] == 5


BAD = [
    ("pick-lists", {"orders": []}, 422),
    ("pick-lists", {"orders": ["SO-9"]}, 422),
    ("pick-lists", {"orders": [True]}, 422),
    ("pick-lists", {"orders": ["SO-000001"], "status": "done"}, 422),
    ("pick-lists/PL-9/claim", {}, 404),
    ("pick-lists/PL-000001/pick", {"lines": []}, 422),
    ("pick-lists/PL-000001/pick", {"lines": [{"task": 1}]}, 422),
    (
        "pick-lists/PL-000001/pick",
        {"lines": [{"task": "1", "location": 1, "product": 1, "quantity": 1}]},
        422,
    ),
    (
        "pick-lists/PL-000001/pick",
        {"lines": [{"task": 2**63, "location": 1, "product": 1, "quantity": 1}]},
        422,
    ),
    (
        "pick-lists/PL-000001/pick",
        {"lines": [{"task": 999999, "location": "A", "product": "B", "quantity": 1}]},
        409,
    ),
    ("pick-lists/PL-000001/short", {"task": 999999, "quantity": 1, "reason": "x"}, 404),
    ("pick-lists/PL-000001/short", {"task": 1, "quantity": 0, "reason": "x"}, 422),
    ("pick-lists/PL-000001/undo", {"task": 999999}, 404),
    ("pick-lists/PL-000001/use-lot", {"task": 999999, "lot": "L1", "reason": "x"}, 404),
    ("pick-lists/PL-000001/release", {"task": 999999}, 404),
    ("sales-orders/SO-000001/pick", {"lines": [{"line": 999999, "quantity": 1}]}, 409),
    ("sales-orders/SO-000001/unpick", {"lines": [{"line": 1, "quantity": 1, "to_location": "X"}]}, 409),
    ("sales-orders/SO-000001/pack", {"units": [{"kind": "box", "lines": []}]}, 422),
    ("sales-orders/SO-000001/pack", {"units": 7}, 422),
    ("sales-orders/SO-000001/ship", {"rest": "keep"}, 422),
    ("sales-orders/SO-000001/ship", {"delivery_date": "tomorrow"}, 422),
    ("sales-orders/SO-9/ship", {}, 404),
    ("returns", {"lines": []}, 422),
    ("returns", {"shipment": "SH-9", "lines": [{"product": "ALE-330", "quantity": 1}]}, 422),
    ("returns", {"customer": "PUB", "lines": [{"quantity": 1}]}, 422),
    ("returns", {"customer": "PUB", "lines": [{"product": "NONE", "lot": "\u0000", "quantity": 1}]}, 422),
    ("returns/RT-9/receive", {"lines": [{"line": 1, "quantity": 1}]}, 404),
    ("returns/RT-9/dispose", {"lines": [{"line": 1, "outcome": "drink", "quantity": 1}]}, 422),
    ("returns/RT-9/credit", {}, 404),
    ("returns/RT-9/close", {"x": 1}, 422),
]


@pytest.mark.parametrize(("address", "body", "status"), BAD, ids=lambda value: str(value)[:40])
def test_bad_bodies_are_refused_as_problems(order: SalesOrder, address: str, body: Any, status: int) -> None:
    boss = signed_in_client("manager")
    selling.listed(order)
    answer = boss.post(API + address, body, key=new_key())
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_another_warehouses_things_are_not_told_from_missing_ones(order: SalesOrder) -> None:
    boss = signed_in_client("manager")
    stranger = signed_in_client("manager", warehouses=[make_warehouse("NORTH")])
    walk = post(boss, "pick-lists", {"orders": [order.pk]}, 201)
    selling.pick_all(_list(walk["id"]))
    line = get(boss, f"sales-orders/{order.pk}")["lines"][0]["id"]
    units = [{"kind": "pallet", "lines": [{"line": line, "lot": "L1", "quantity": 10}]}]
    packed = post(boss, f"sales-orders/{order.pk}/pack", {"units": units})
    shipped = post(boss, f"sales-orders/{order.pk}/ship", {}, 201)["shipment"]
    row = shipped["lines"][0]["id"]
    coming = post(
        boss, "returns", {"shipment": shipped["id"], "lines": [{"shipment_line": row, "quantity": 2}]}, 201
    )
    post(
        boss,
        f"returns/{coming['id']}/receive",
        {"lines": [{"line": coming["lines"][0]["id"], "quantity": 2}]},
    )
    note = post(boss, f"returns/{coming['id']}/credit", {}, 201)["credit_note"]
    sscc = packed["handling_units"][0]["sscc"]
    for address in (
        f"pick-lists/{walk['id']}",
        "pick-lists/PL-000001",
        f"pick-lists/{walk['id']}/papers/pick-list",
        f"shipments/{shipped['id']}",
        "shipments/SH-000001",
        "shipments/SH-000001/papers/delivery-note",
        "shipments/SH-000001/papers/packing-list",
        f"handling-units/{sscc}",
        f"returns/{coming['id']}",
        "returns/RT-000001/history",
        f"credit-notes/{note['id']}",
        f"credit-notes/{note['number']}/paper",
        f"sales-orders/{order.pk}/papers/pick-list",
        f"labels/pallet?sscc={sscc}",
        "labels/pallet?order=SO-000001",
        "labels/location?location=MAIN/A-01",
    ):
        made_up = (
            "labels/location?location=MAIN/ZZ" if address.startswith("labels/location") else "pick-lists/PL-9"
        )
        assert get(boss, address, 200) if "paper" not in address and "labels" not in address else True
        answer, missing = stranger.get(API + address), stranger.get(API + made_up)
        assert (answer.status_code, answer.json()["detail"]) == (404, missing.json()["detail"]), address
    for address in ("pick-lists", "shipments", "handling-units", "returns", "credit-notes"):
        assert get(boss, address)["results"]
        assert get(stranger, f"{address}?count=true") == {
            "results": [],
            "next": None,
            "count": 0,
            "count_capped": False,
        }
    stolen = {"shipment": "SH-000001", "lines": [{"shipment_line": row, "quantity": 1}]}
    nothing = {**stolen, "shipment": "SH-000009"}
    one, other = (stranger.post(API + "returns", body, key=new_key()).json() for body in (stolen, nothing))
    assert one["errors"][0]["detail"].replace("SH-000001", "") == other["errors"][0]["detail"].replace(
        "SH-000009", ""
    )


def _list(pk: int) -> Any:
    from stillage.sales.models import PickList

    return PickList.objects.get(pk=pk)


LISTS = {
    "pick-lists": ("status=odd", "ordering=customer", "customer=PUB"),
    "shipments": ("since=yesterday", "ordering=total", "status=x"),
    "handling-units": ("kind=pallet", "ordering=kind"),
    "returns": ("status=odd", "ordering=total"),
    "credit-notes": ("ordering=gross_total", "since=x"),
}


@pytest.mark.parametrize("name", list(LISTS))
def test_lists_refuse_what_they_do_not_know(main: Warehouse, name: str) -> None:
    boss = signed_in_client("manager")
    for query in LISTS[name]:
        assert get(boss, f"{name}?{query}", 400)["code"] == "bad_parameter"
