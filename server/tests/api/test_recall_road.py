"""The road of a recall through the API: found, held, taken back, told, answered, come back, closed; and every refusal."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from stillage.core.clock import now
from stillage.places.models import Location
from stillage.sales import operations as sales
from stillage.sales.backorders import serve_all_waiting
from stillage.sales.models import PickTask, ReturnLine, ShipmentLine
from stillage.stock import operations as stock
from stillage.stock.models import Allocation, Hold, Lot
from stillage.stock.reconcile import disagreements
from tests import selling
from tests.builders import BOSS, make_location, make_product, make_warehouse, receive
from tests.people import Client, signed_in_client

pytestmark = pytest.mark.django_db
API = "/api/v1/"


@pytest.fixture
def boss() -> Client:
    return signed_in_client("manager")


def call_back(client: Client, *lots: str, **more: Any) -> Any:
    body = {"reason": "glass in the bottle", "lots": [{"product": "ALE-330", "lot": lot} for lot in lots]}
    return client.post(API + "recalls", {**body, **more})


def a_busy_lot() -> None:
    """Of L1 100 came: 30 left for the pub, 10 stand picked, 20 are promised, 40 are free. L2 is as good."""
    selling.make_house()
    make_product("ALE-330")
    receive("ALE-330", "L1", quantity=100, expiry_date=selling.in_days(100))
    receive("ALE-330", "L2", quantity=100, location="MAIN/A-02", expiry_date=selling.in_days(200))
    selling.make_customer("PUB", phone="01904 1", email="pub@example.org", address="1 Street")
    selling.make_customer("INN")
    selling.shipped(("ALE-330", 30))


def send_home(units: int) -> str:
    """The pub sends some of its shipment back."""
    line = ShipmentLine.objects.get()
    announced = sales.Announced(units, shipment_line=line.pk)
    one = sales.announce_return(actor=BOSS, shipment=line.shipment_id, lines=[announced], at=now())
    came = sales.CameBack(units, line=ReturnLine.objects.get(of_return=one).pk)
    sales.receive_return(actor=BOSS, of_return=one.pk, lines=[came], at=now())
    return one.number


def test_a_recall_is_one_request_and_everything_follows(boss: Client) -> None:
    a_busy_lot()
    staged = selling.picked(("ALE-330", 10), customer="INN")
    waiting = selling.allocated(("ALE-330", 20), customer="INN")
    walked = selling.listed(waiting)

    said = call_back(boss, "L1", instructions="Do not drink it.")

    assert said.status_code == 201, said.json()
    one = said.json()
    assert (one["number"], one["status"], one["drill"]) == ("RC-000001", "open", False)
    (lot,) = one["lots"]
    assert {
        name: lot[name] for name in ("received", "on_hand", "held_here", "staged", "shipped", "freed")
    } == {
        "received": 100,
        "on_hand": 70,
        "held_here": 70,
        "staged": 10,
        "shipped": 30,
        "freed": 20,
    }
    assert lot["closes"] and lot["held"]
    assert [own["order"] for own in lot["to_put_back"]] == [staged.number]
    (pub,) = one["customers"]
    assert (pub["customer"], pub["shipped"], pub["phone"], pub["told_at"]) == ("PUB", 30, "01904 1", None)
    assert one["totals"] == {
        "received": 100,
        "blocked": 70,
        "freed": 20,
        "staged": 10,
        "with_customers": 30,
        "customers": 1,
        "told": 0,
        "back": 0,
        "back_percent": 0,
        "closes": True,
    }
    assert one["possible_steps"] == ["tell", "answer", "close"]
    # nobody is sent for it any more, and the order is served from the other lot
    assert not PickTask.objects.filter(pick_list=walked, finished_at__isnull=True).exists()
    serve_all_waiting()
    promised = Allocation.objects.filter(reference=waiting.number).values_list("lot__number", "quantity")
    assert list(promised) == [("L2", 20)]
    assert disagreements(seal=False) == []


def test_nothing_of_it_is_promised_picked_or_shipped_any_more(boss: Client) -> None:
    a_busy_lot()
    packed = selling.packed(("ALE-330", 10))
    assert call_back(boss, "L1", "L2").status_code == 201
    assert selling.codes(selling.refused(lambda: sales.ship(actor=BOSS, order=packed.pk, at=now()))) == [
        "lot_held"
    ]
    late = selling.allocated(("ALE-330", 5))
    assert not Allocation.objects.filter(reference=late.number).exists()


def test_a_lot_that_is_held_already_is_called_back_all_the_same(boss: Client) -> None:
    a_busy_lot()
    lines = [
        stock.HoldLine("ALE-330", "cloudy", "L1"),
        stock.HoldLine("ALE-330", "dented", "L2", "MAIN/A-02"),
    ]
    stock.hold(actor=BOSS, lines=lines, at=now())
    assert call_back(boss, "L1", "L2").status_code == 201
    held = Hold.objects.order_by("pk").values_list("lot__number", "scope", "reason")
    assert [row for row in held if row[1] == "everywhere"] == [
        ("L1", "everywhere", "cloudy"),
        ("L2", "everywhere", "RC-000001: glass in the bottle"),
    ]
    # what others held stays held when the recall is over
    closed = boss.post(API + "recalls/RC-000001/close", {"outcome": "all is well", "release": True})
    assert closed.status_code == 200
    assert sorted(Hold.objects.filter(released_at=None).values_list("reason", flat=True)) == [
        "cloudy",
        "dented",
    ]


def test_a_drill_finds_everything_and_touches_nothing(boss: Client) -> None:
    a_busy_lot()
    waiting = selling.allocated(("ALE-330", 20))
    one = call_back(boss, "L1", drill=True).json()
    assert (one["drill"], one["lots"][0]["held_here"], one["lots"][0]["freed"]) == (True, 0, 0)
    assert [(own["customer"], own["shipped"]) for own in one["customers"]] == [("PUB", 30)]
    assert [step["code"] for step in one["timeline"]] == ["open", "found"]
    assert not Hold.objects.exists()
    assert selling.units(Allocation.objects.filter(reference=waiting.number)) == 20
    # a lot may be drilled again, and called back in earnest
    assert call_back(boss, "L1", drill=True).status_code == 201
    assert call_back(boss, "L1").status_code == 201
    assert disagreements(seal=False) == []


def test_telling_answering_coming_back_and_closing(boss: Client) -> None:
    a_busy_lot()
    assert call_back(boss, "L1").status_code == 201
    url = API + "recalls/RC-000001/"
    told = boss.post(url + "tell", {"customers": ["PUB"], "how": "phone", "note": "spoke to Ann"}).json()
    (pub,) = told["customers"]
    assert (pub["told_how"], pub["told_by"], pub["note"]) == ("phone", boss.user.username, "spoke to Ann")  # type: ignore[union-attr]
    assert told["all_told_at"] and told["totals"]["told"] == 1
    assert told["possible_steps"] == ["answer", "close"]
    again = boss.post(url + "tell", {"customers": [pub["customer_id"]], "how": "letter"}).json()
    assert again["customers"][0]["told_how"] == "phone"
    assert again["customers"][0]["told_at"] == pub["told_at"]

    answered = boss.post(url + "answer", {"customer": "PUB", "left_there": 12}).json()
    assert answered["customers"][0]["left_there"] == 12
    number = send_home(12)
    one = boss.get(url).json()
    assert (one["customers"][0]["back_since"], one["totals"]["back"], one["totals"]["back_percent"]) == (
        12,
        12,
        40,
    )
    assert one["totals"]["with_customers"] == 18
    closed = boss.post(url + "close", {"outcome": "destroyed", "release": True}).json()
    assert (closed["status"], closed["outcome"], closed["possible_steps"]) == ("closed", "destroyed", [])
    assert closed["duration_seconds"] is not None
    assert [step["code"] for step in closed["timeline"]] == [
        "open",
        "found",
        "tell",
        "all_told",
        "answer",
        "came_back",
        "close",
    ]
    assert f"12 came back with {number}" in [step["what"] for step in closed["timeline"]]
    assert not Hold.objects.filter(released_at=None).exists()
    history = boss.get(url + "history").json()
    assert [row["action"] for row in history] == [
        "recall.close",
        "recall.answer",
        "recall.tell",
        "recall.tell",
        "recall.open",
    ]
    assert boss.get(API + "recalls?status=closed&search=ale").json()["results"][0]["number"] == "RC-000001"
    assert boss.get(API + "recalls?status=open").json()["results"] == []
    assert disagreements(seal=False) == []


def test_every_refusal_says_all_that_is_wrong(boss: Client) -> None:
    a_busy_lot()
    body = {
        "reason": "x",
        "lots": [
            {"product": "NONE", "lot": "L1"},
            {"product": "ALE-330", "lot": "L9"},
            {"product": "ALE-330"},
            {"product": "ALE-330", "lot": "L1"},
            {"product": "ALE-330", "lot": "L1"},
        ],
    }
    said = boss.post(API + "recalls", body)
    assert said.status_code == 422
    assert {(fault["pointer"], fault["code"]) for fault in said.json()["errors"]} == {
        ("/lots/0/product", "unknown_product"),
        ("/lots/1/lot", "unknown_lot"),
        ("/lots/2/lot", "lot_required"),
        ("/lots/4/lot", "named_twice"),
    }
    assert not Hold.objects.exists()
    said = boss.post(API + "recalls", {"lots": [], "why": 1})
    assert {fault["pointer"] for fault in said.json()["errors"]} == {"/reason", "/lots", "/why"}

    assert call_back(boss, "L1").status_code == 201
    said = call_back(boss, "L2", "L1")
    assert (said.status_code, said.json()["code"]) == (409, "recalled_already")
    assert said.json()["errors"][0]["pointer"] == "/lots/1/lot"
    assert "RC-000001" in said.json()["errors"][0]["detail"]

    url = API + "recalls/RC-000001/"
    said = boss.post(url + "tell", {"customers": ["INN", "PUB", "NOBODY"], "how": "phone"})
    assert [fault["pointer"] for fault in said.json()["errors"]] == ["/customers/0", "/customers/2"]
    assert boss.post(url + "tell", {"customers": [], "how": "pigeon"}).status_code == 422
    said = boss.post(url + "answer", {"customer": "INN"})
    assert {fault["code"] for fault in said.json()["errors"]} == {"unknown_customer", "nothing_said"}
    said = boss.post(url + "answer", {"customer": "PUB", "left_there": 31})
    assert said.json()["code"] == "more_than_shipped"
    assert boss.post(url + "close", {}).status_code == 422
    assert boss.post(url + "close", {"outcome": "done"}).status_code == 200
    for step, given in (
        ("tell", {"customers": ["PUB"], "how": "phone"}),
        ("answer", {"customer": "PUB", "left_there": 1}),
        ("close", {"outcome": "again"}),
    ):
        said = boss.post(url + step, given)
        assert (said.status_code, said.json()["code"]) == (409, "impossible_step")
    assert boss.get(API + "recalls/RC-000002").status_code == 404


def test_somebody_who_works_in_some_warehouses_neither_recalls_nor_reads_recalls(boss: Client) -> None:
    a_busy_lot()
    north = make_warehouse("NORTH")
    assert call_back(boss, "L1").status_code == 201
    half = signed_in_client("manager", warehouses=[north])
    for said in (
        call_back(half, "L2"),
        half.get(API + "recalls"),
        half.get(API + "recalls/RC-000001"),
        half.get(API + "recalls/RC-000009"),
        half.get(API + "recalls/RC-000001/history"),
        half.post(API + "recalls/RC-000001/close", {"outcome": "mine"}),
        half.post(API + "recalls/RC-000009/close", {"outcome": "mine"}),
    ):
        assert (said.status_code, said.json()["code"]) == (403, "all_warehouses_required")


def test_goods_on_the_way_between_houses_are_held_too(boss: Client) -> None:
    a_busy_lot()
    north = make_warehouse("NORTH")
    make_location(north, "TRANSIT", kind="transit")
    lot = Lot.objects.get(number="L1")
    here, there = (Location.objects.get(full_code=code).pk for code in ("MAIN/A-01", "NORTH/TRANSIT"))
    units = [stock.Units(uuid4(), lot.pk, here, there, 15)]
    stock.transfer(actor=BOSS, units=units, reference="TR-000001", at=now())
    one = call_back(boss, "L1").json()
    assert (one["lots"][0]["on_hand"], one["lots"][0]["in_transit"], one["lots"][0]["held_here"]) == (
        55,
        15,
        70,
    )
