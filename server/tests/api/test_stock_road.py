"""Receive, look, move, hold, undo: the whole road through HTTP."""

import pytest

from tests.builders import make_product, make_warehouse
from tests.people import signed_in_client

pytestmark = pytest.mark.django_db


def test_goods_are_received_seen_moved_held_and_the_move_undone() -> None:
    make_warehouse("MAIN")
    ale = make_product("ALE-330")
    client = signed_in_client("manager")
    line = {
        "product": "ALE-330",
        "lot": "L2409",
        "expiry_date": "2031-03-31",
        "location": "MAIN/RECV",
        "quantity": 240,
    }

    received = client.post("/api/v1/stock/receive", {"lines": [line], "reference": "DN 17"})
    assert received.status_code == 201, received.json()
    assert received.json()["balances"][0]["on_hand"] == 240

    moved = client.post(
        "/api/v1/stock/move",
        {
            "lines": [
                {
                    "product": ale.pk,
                    "lot": "L2409",
                    "from_location": "MAIN/RECV",
                    "to_location": "MAIN/A-01",
                    "quantity": 48,
                }
            ]
        },
    )
    assert moved.status_code == 201, moved.json()

    rows = client.get("/api/v1/stock", {"product": "ALE-330", "ordering": "location"}).json()["results"]
    assert [(row["location"], row["on_hand"], row["units_per_case"]) for row in rows] == [
        ("MAIN/A-01", 48, 24),
        ("MAIN/RECV", 192, 24),
    ]

    held = client.post(
        "/api/v1/stock/hold", {"lines": [{"product": "ALE-330", "lot": "L2409", "reason": "cloudy"}]}
    )
    assert held.status_code == 201, held.json()
    line_ = client.get("/api/v1/availability", {"search": "ale-330"}).json()["results"][0]
    assert (line_["on_hand"], line_["held"], line_["available"], line_["location_count"]) == (240, 240, 0, 2)
    released = client.post("/api/v1/stock/release", {"lines": [{"product": "ALE-330", "lot": "L2409"}]})
    assert released.status_code == 201, released.json()

    undone = client.post("/api/v1/stock/reverse", {"operation_id": moved.json()["operation_id"]})
    assert undone.status_code == 201, undone.json()
    again = client.post("/api/v1/stock/reverse", {"operation_id": moved.json()["operation_id"]})
    assert (again.status_code, again.json()["code"]) == (409, "already_reversed")

    history = client.get("/api/v1/movements", {"product": "ALE-330"}).json()["results"]
    assert [row["kind"] for row in history] == ["reverse", "move", "receive"]
    assert history[1]["reversed_by_id"] == history[0]["id"]
    trail = client.get("/api/v1/audit").json()["results"]
    assert [row["action"] for row in trail] == [
        "stock.reverse",
        "stock.release",
        "stock.hold",
        "stock.move",
        "stock.receive",
    ]


def test_a_scanned_case_names_product_pack_lot_and_where_it_lies() -> None:
    make_warehouse("MAIN")
    ale = make_product("ALE-330")
    client = signed_in_client("picker")
    case = ale.packs.get(name="case")
    code = f"(01){case.gtin}(17)310331(10)L2409"
    client.post(
        "/api/v1/stock/receive",
        {
            "lines": [
                {
                    "product": "ALE-330",
                    "lot": "L2409",
                    "expiry_date": "2031-03-31",
                    "location": "MAIN/RECV",
                    "quantity": 24,
                }
            ]
        },
    )
    found = client.post("/api/v1/scan", {"data": code, "warehouse": "MAIN"})
    assert found.status_code == 200, found.json()
    body = found.json()
    assert (
        body["kind"],
        body["product"],
        body["pack"],
        body["units_per_pack"],
        body["lot"],
        body["expiry_date"],
    ) == (
        "item",
        "ALE-330",
        "case",
        24,
        "L2409",
        "2031-03-31",
    )
    assert [(row["location"], row["on_hand"]) for row in body["balances"]] == [("MAIN/RECV", 24)]
    assert (
        client.post("/api/v1/scan", {"data": "A-01", "warehouse": "MAIN"}).json()["location"] == "MAIN/A-01"
    )
    wrong = case.gtin[:-1] + str((int(case.gtin[-1]) + 1) % 10)
    refused = client.post("/api/v1/scan", {"data": f"(01){wrong}"})
    assert (refused.status_code, refused.json()["code"]) == (422, "check_digit")


def test_taking_more_than_is_free_names_every_line_and_moves_nothing() -> None:
    make_warehouse("MAIN")
    make_product("ALE-330")
    make_product("PILS-500")
    client = signed_in_client("picker")
    for sku in ("ALE-330", "PILS-500"):
        client.post(
            "/api/v1/stock/receive",
            {
                "lines": [
                    {
                        "product": sku,
                        "lot": "L1",
                        "expiry_date": "2031-03-31",
                        "location": "MAIN/A-01",
                        "quantity": 10,
                    }
                ]
            },
        )
    lines = [
        {
            "product": sku,
            "lot": "L1",
            "from_location": "MAIN/A-01",
            "to_location": "MAIN/A-02",
            "quantity": quantity,
        }
        for sku, quantity in (("ALE-330", 11), ("PILS-500", 5), ("PILS-500", 6))
    ]
    refused = client.post("/api/v1/stock/move", {"lines": lines})
    assert refused.status_code == 409
    assert [error["pointer"] for error in refused.json()["errors"]] == [
        "/lines/0/quantity",
        "/lines/1/quantity",
        "/lines/2/quantity",
    ]
    assert {row["on_hand"] for row in client.get("/api/v1/stock").json()["results"]} == {10}


def test_a_lot_keeps_what_a_unit_of_it_cost_for_those_who_may_see_costs() -> None:
    make_warehouse("MAIN")
    make_product("ALE-330")
    manager, picker = signed_in_client("manager"), signed_in_client("picker")
    line = {"product": "ALE-330", "lot": "L1", "expiry_date": "2031-03-31", "location": "MAIN/RECV"}
    for quantity, cost in ((100, "0.60"), (300, "0.80")):
        body = {"lines": [{**line, "quantity": quantity, "unit_cost": cost}]}
        assert manager.post("/api/v1/stock/receive", body).status_code == 201
    (lot,) = manager.get("/api/v1/lots").json()["results"]
    assert lot["unit_cost"] == "0.7500"
    assert manager.get(f"/api/v1/lots/{lot['id']}").json()["unit_cost"] == "0.7500"
    assert "unit_cost" not in picker.get("/api/v1/lots").json()["results"][0]
