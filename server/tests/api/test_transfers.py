"""Transfers through the API: the road, what is refused and why, and who may do what at which end."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from stillage.catalogue.models import Product
from stillage.core.clock import now
from stillage.core.errors import Conflict
from stillage.places.models import Location
from stillage.places.operations import import_locations
from stillage.stock import operations
from stillage.stock.incoming import incoming
from stillage.stock.models import Allocation, Balance, Hold, Movement
from stillage.stock.reconcile import disagreements
from tests import control, selling
from tests.builders import BOSS, make_location, make_product, make_warehouse, receive
from tests.people import Client, signed_in_client

pytestmark = pytest.mark.django_db
API = "/api/v1/transfers"
EARLY = dt.date(2190, 1, 1)


class House:
    """Two warehouses, a beer in two lots, and somebody who may do everything."""

    def __init__(self) -> None:
        self.main, self.north = make_warehouse("MAIN"), make_warehouse("NORTH")
        make_product("ALE")
        receive("ALE", "OLD", quantity=50, expiry_date=EARLY)
        receive("ALE", "NEW", quantity=100, location="MAIN/A-02")
        self.client = signed_in_client("manager")

    def ask(self, *lines: dict[str, Any], **more: Any) -> Any:
        body = {"from_warehouse": "MAIN", "to_warehouse": "NORTH", "lines": list(lines), **more}
        return self.client.post(API, body)

    def step(
        self, verb: str, body: Any = None, number: str = "TR-000001", client: Client | None = None
    ) -> Any:
        return (client or self.client).post(f"{API}/{number}/{verb}", body or {})

    def there(self) -> dict[tuple[str, str], int]:
        """What lies where: by place and lot."""
        found = Balance.objects.filter(on_hand__gt=0).values_list(
            "location__full_code", "lot__number", "on_hand"
        )
        return {(place, lot): units for place, lot, units in found}


@pytest.fixture
def house() -> House:
    return House()


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


def refused(answer: Any, status: int, *codes: str) -> list[dict[str, Any]]:
    assert answer.status_code == status, answer.content
    faults = answer.json().get("errors") or [answer.json()]
    assert tuple(fault["code"] for fault in faults) == codes, faults
    return list(faults)


def test_goods_leave_lie_on_the_way_and_arrive(house: House) -> None:
    made = ok(house.ask({"product": "ALE", "quantity": 80}, expected_date="2100-01-01", carrier="Smith"), 201)
    assert (made["number"], made["status"]) == ("TR-000001", "draft")
    assert made["possible_steps"] == ["edit", "dispatch", "cancel"]
    found = [(one["lot"], one["location"], one["quantity"]) for one in made["lines"][0]["suggested"]]
    assert found == [("OLD", "MAIN/A-01", 50), ("NEW", "MAIN/A-02", 30)], "first expired first"
    sent = ok(house.step("dispatch"))
    assert (sent["status"], sent["dispatched"], sent["on_the_way"]) == ("dispatched", 80, 80)
    assert house.there() == {
        ("MAIN/A-02", "NEW"): 70,
        ("NORTH/TRANSIT", "OLD"): 50,
        ("NORTH/TRANSIT", "NEW"): 30,
    }
    ale = Product.objects.get()
    (coming,) = incoming([ale.pk], [house.north.pk])
    assert (coming.quantity, coming.expected_date, coming.document) == (80, dt.date(2100, 1, 1), "TR-000001")
    assert incoming([ale.pk], [house.main.pk]) == []
    available = ok(house.client.get("/api/v1/availability?product=ALE&warehouse=NORTH"))["results"]
    assert [row["available"] for row in available] == [0], "what is on the way is not sold"
    old = sent["items"][0]
    part = ok(
        house.step("receive", {"lines": [{"item": old["id"], "quantity": 50, "location": "NORTH/A-01"}]})
    )
    assert (part["status"], part["on_the_way"]) == ("partly_received", 30)
    last = ok(house.step("receive", {"lines": [{"product": "ALE", "lot": "NEW", "quantity": 30}]}))
    assert (last["status"], last["possible_steps"]) == ("received", [])
    assert house.there() == {("MAIN/A-02", "NEW"): 70, ("NORTH/A-01", "OLD"): 50, ("NORTH/RECV", "NEW"): 30}
    kinds = Movement.objects.filter(reference="TR-000001").values_list("kind", flat=True)
    assert set(kinds) == {"transfer"}
    assert incoming([ale.pk], [house.north.pk]) == []
    assert disagreements(seal=False) == []
    assert [row["action"] for row in ok(house.client.get(f"{API}/TR-000001/history"))] == [
        "transfer.receive",
        "transfer.receive",
        "transfer.dispatch",
        "transfer.create",
    ]


def test_damaged_goods_go_into_quarantine_and_on_hold(house: House) -> None:
    ok(house.ask({"product": "ALE", "quantity": 50}), 201)
    item = ok(house.step("dispatch"))["items"][0]["id"]
    lines = [{"item": item, "quantity": 40}, {"item": item, "quantity": 10, "condition": "damaged"}]
    done = ok(house.step("receive", {"location": "NORTH/A-01", "lines": lines}))
    assert (done["items"][0]["received"], done["items"][0]["damaged"]) == (50, 10)
    assert house.there()[("NORTH/CAGE", "OLD")] == 10
    hold = Hold.objects.get()
    assert (hold.location.full_code, hold.reason) == ("NORTH/CAGE", "damaged on TR-000001")
    # a second broken case of the same lot finds the hold there
    ok(house.ask({"product": "ALE", "lot": "NEW", "quantity": 4}), 201)
    ok(house.step("dispatch", number="TR-000002"))
    broken = {"product": "ALE", "lot": "NEW", "quantity": 2, "condition": "damaged"}
    ok(house.step("receive", {"lines": [broken]}, "TR-000002"))
    ok(house.step("receive", {"lines": [broken]}, "TR-000002"))
    assert Hold.objects.count() == 2
    assert disagreements(seal=False) == []


def test_what_is_missing_at_the_end_is_written_off_with_its_reason(house: House) -> None:
    ok(house.ask({"product": "ALE", "quantity": 50}), 201)
    item = ok(house.step("dispatch"))["items"][0]["id"]
    ok(house.step("receive", {"lines": [{"item": item, "quantity": 47}]}))
    refused(house.step("close"), 422, "required")
    done = ok(house.step("close", {"reason": "fell off the lorry"}))
    assert (done["status"], done["missing"], done["on_the_way"]) == ("received", 3, 0)
    lost = Movement.objects.get(kind="adjust")
    assert lost.to_location.kind == "adjustment" and lost.reason == "missing of TR-000001: fell off the lorry"
    assert disagreements(seal=False) == []
    # its bookings are its own: nobody undoes them behind its back
    undo = house.client.post(
        "/api/v1/stock/reverse", {"operation_id": str(lost.operation_id), "reason": "no"}
    )
    refused(undo, 409, "of_a_document")


def test_more_than_was_sent_is_taken_up_only_when_somebody_says_so(house: House) -> None:
    ok(house.ask({"product": "ALE", "quantity": 50}), 201)
    item = ok(house.step("dispatch"))["items"][0]["id"]
    line = {"item": item, "quantity": 52}
    (fault,) = refused(house.step("receive", {"lines": [line]}), 422, "more_than_dispatched")
    assert (fault["on_the_way"], fault["given"]) == (50, 52)
    assert "50 of ALE lot OLD are on the way with TR-000001, you have 52" in fault["detail"]
    picker = signed_in_client("picker")
    refused(house.step("receive", {"lines": [{**line, "surplus": True}]}, client=picker), 403, "forbidden")
    done = ok(
        house.step(
            "receive",
            {
                "lines": [
                    {**line, "surplus": True},
                    {"product": "ALE", "lot": "NEW", "quantity": 3, "surplus": True},
                ]
            },
        )
    )
    assert [(one["dispatched"], one["received"], one["surplus"]) for one in done["items"]] == [
        (50, 50, 2),
        (0, 0, 3),
    ]
    assert sum(Movement.objects.filter(kind="adjust").values_list("quantity", flat=True)) == 5
    assert house.there()[("NORTH/RECV", "NEW")] == 3
    assert disagreements(seal=False) == []


def test_a_dispatch_that_was_wrong_is_undone_whole(house: House) -> None:
    ok(house.ask({"product": "ALE", "quantity": 80}), 201)
    before = house.there()
    ok(house.step("dispatch"))
    back = ok(house.step("undo-dispatch"))
    assert (back["status"], back["items"], house.there()) == ("draft", [], before)
    item = ok(house.step("dispatch"))["items"][0]["id"]
    ok(house.step("receive", {"lines": [{"item": item, "quantity": 1}]}))
    (fault,) = refused(house.step("undo-dispatch"), 409, "impossible_step")
    assert fault["possible_steps"] == ["amend", "receive", "close"]
    assert disagreements(seal=False) == []


def test_a_draft_is_changed_and_cancelled(house: House) -> None:
    made = ok(house.ask({"product": "ALE", "quantity": 80, "note": "for the fair"}), 201)
    at = f"{API}/{made['id']}"
    refused(house.client.patch(at, {"carrier": "Smith"}), 428, "precondition_required")
    refused(house.client.patch(at, {"carrier": "Smith"}, version=7), 412, "stale")
    body = {"carrier": "Smith", "lines": [{"product": "ALE", "lot": "NEW", "quantity": 5}]}
    done = ok(house.client.patch(at, body, version=1))
    assert (done["version"], done["carrier"], done["lines"][0]["lot"], done["quantity"]) == (
        2,
        "Smith",
        "NEW",
        5,
    )
    ok(house.step("dispatch"))
    refused(house.client.patch(at, body, version=3), 409, "impossible_step")
    assert ok(house.client.patch(at, {"expected_date": "2020-01-01"}, version=3))["late"] is True
    refused(house.step("cancel"), 409, "impossible_step")
    ok(house.ask({"product": "ALE", "quantity": 1}), 201)
    assert ok(house.step("cancel", {"reason": "rain"}, "TR-000002"))["status"] == "cancelled"
    assert disagreements(seal=False) == []


def test_everything_that_is_wrong_with_a_request_is_said_at_once(house: House) -> None:
    bad = {
        "from_warehouse": "MAIN",
        "to_warehouse": "SOUTH",
        "lines": [{"product": "NONE", "quantity": 1}, {"product": "ALE", "lot": "NOPE", "quantity": 1}],
    }
    refused(house.client.post(API, bad), 422, "unknown_warehouse", "unknown_product", "unknown_lot")
    refused(house.ask({"product": "ALE", "quantity": 1}, to_warehouse="MAIN"), 422, "same_warehouse")
    made = ok(
        house.ask({"product": "ALE", "quantity": 60}, {"product": "ALE", "lot": "NEW", "quantity": 9}), 201
    )
    make_location(house.main, "DARK", kind="quarantine")
    make_product("GIN")
    receive("GIN", "G1", quantity=5)
    receive("ALE", "NEW", quantity=5, location="MAIN/DARK")
    first, second = (line["id"] for line in made["lines"])
    faults = refused(
        house.step(
            "dispatch",
            {
                "lines": [
                    {"line": first, "lot": "OLD", "from_location": "MAIN/A-01", "quantity": 61},
                    {"line": second, "lot": "OLD", "from_location": "MAIN/A-01", "quantity": 1},
                    {"line": 2**40, "lot": "OLD", "from_location": "MAIN/A-01", "quantity": 1},
                    {"product": "GIN", "lot": "G1", "from_location": "MAIN/A-01", "quantity": 1},
                    {"lot": "OLD", "from_location": "MAIN/A-01", "quantity": 1},
                    {"product": "ALE", "lot": "OLD", "from_location": "NORTH/A-01", "quantity": 1},
                    {"product": "ALE", "lot": "NEW", "from_location": "MAIN/DARK", "quantity": 1},
                    {"product": "ALE", "lot": "NEW", "from_location": "MAIN/~supplier", "quantity": 1},
                ]
            },
        ),
        422,
        "unknown_line",
        "required",
        "unknown_location",
        "more_than_asked",
        "other_lot",
        "not_on_transfer",
        "another_warehouse",
        "more_than_asked",
        "in_quarantine",
    )
    assert [fault["pointer"].split("/")[2] for fault in faults] == [
        "2",
        "4",
        "7",
        "0",
        "1",
        "3",
        "5",
        "5",
        "6",
    ]
    assert house.there()[("MAIN/A-01", "OLD")] == 50, "nothing left"


def test_what_is_not_free_is_not_sent(house: House) -> None:
    ok(house.ask({"product": "ALE", "quantity": 151}), 201)
    (fault,) = refused(house.step("dispatch"), 409, "insufficient_stock")
    assert (fault["available"], fault["asked"]) == (150, 151)
    ok(house.ask({"product": "ALE", "lot": "OLD", "quantity": 50}), 201)
    selling.allocated(("ALE", 10))
    assert Allocation.objects.count() == 1
    (fault,) = refused(house.step("dispatch", number="TR-000002"), 409, "insufficient_stock")
    assert fault["available"] == 40
    named = {"lines": [{"product": "ALE", "lot": "OLD", "from_location": "MAIN/A-01", "quantity": 41}]}
    refused(house.step("dispatch", named, "TR-000002"), 409, "insufficient_stock")
    named["lines"][0]["quantity"] = 40
    assert ok(house.step("dispatch", named, "TR-000002"))["dispatched"] == 40
    assert disagreements(seal=False) == []


def test_a_held_lot_stays_and_an_expired_one_travels_with_a_warning(house: House) -> None:
    line = operations.HoldLine("ALE", "cloudy", "OLD")
    operations.hold(actor=BOSS, lines=[line], at=now())
    made = ok(house.ask({"product": "ALE", "quantity": 60}), 201)
    assert [one["lot"] for one in made["lines"][0]["suggested"]] == ["NEW"]
    named = {"lines": [{"product": "ALE", "lot": "OLD", "from_location": "MAIN/A-01", "quantity": 5}]}
    (fault,) = refused(house.step("dispatch", named), 422, "lot_held")
    assert "on hold (cloudy)" in fault["detail"]
    make_product("MILD")
    receive("MILD", "GONE", quantity=9, expiry_date=dt.date(2020, 1, 1))
    made = ok(house.ask({"product": "MILD", "quantity": 9}), 201)
    assert made["lines"][0]["suggested"] == [], "nobody sends expired goods by accident"
    refused(house.step("dispatch", number="TR-000002"), 409, "insufficient_stock")
    named = {"lines": [{"product": "MILD", "lot": "GONE", "from_location": "MAIN/A-01", "quantity": 9}]}
    sent = ok(house.step("dispatch", named, "TR-000002"))
    assert [one["code"] for one in sent["warnings"]] == ["lot_expired"]


def test_what_is_wrong_with_a_receipt_is_said_at_once(house: House) -> None:
    ok(house.ask({"product": "ALE", "quantity": 50}), 201)
    item = ok(house.step("dispatch"))["items"][0]["id"]
    make_location(house.north, "SHUT")
    Location.objects.filter(code="SHUT").update(is_active=False)
    refused(
        house.step(
            "receive",
            {
                "lines": [
                    {"item": item, "quantity": 30, "location": "NORTH/A-01"},
                    {"item": item, "quantity": 30, "location": "NORTH/A-01"},
                    {"item": 2**40, "quantity": 1},
                    {"quantity": 1},
                    {"product": "ALE", "lot": "NEW", "quantity": 1},
                    {"item": item, "quantity": 1, "location": "MAIN/A-01"},
                    {"item": item, "quantity": 1, "location": "NORTH/~supplier"},
                    {"item": item, "quantity": 1, "location": "NORTH/TRANSIT"},
                    {"item": item, "quantity": 1, "location": "NORTH/SHUT"},
                    {"item": item, "quantity": 1, "location": "NORTH/A-01", "condition": "damaged"},
                    {"product": "NONE", "quantity": 1},
                ]
            },
        ),
        422,
        "unknown_item",
        "required",
        "unknown_product",
        "more_than_dispatched",
        "not_on_transfer",
        "unknown_location",
        "more_than_dispatched",
        "unknown_location",
        "more_than_dispatched",
        "unknown_location",
        "more_than_dispatched",
        "location_closed",
        "more_than_dispatched",
        "not_quarantine",
        "more_than_dispatched",
    )
    Location.objects.filter(warehouse=house.north, kind="quarantine").update(kind="storage")
    broken = {"lines": [{"item": item, "quantity": 1, "condition": "damaged"}]}
    refused(house.step("receive", broken), 409, "no_quarantine_place")
    Location.objects.filter(warehouse=house.north, kind="receiving").update(is_active=False)
    refused(house.step("receive", {"lines": [{"item": item, "quantity": 1}]}), 422, "location_required")
    assert house.there()[("NORTH/TRANSIT", "OLD")] == 50


ENDS = [(True, True), (True, False), (False, True), (False, False)]


@pytest.mark.parametrize(("here", "there"), ENDS, ids=["both", "from", "to", "neither"])
def test_dispatching_and_receiving_need_their_own_end_everything_else_both(
    house: House, here: bool, there: bool
) -> None:
    """SAFETY B16: the four combinations of rights at the two ends."""
    south = make_warehouse("SOUTH")
    own = [*([house.main] if here else []), *([house.north] if there else [])]
    someone = signed_in_client("manager", warehouses=own or [south])
    asked = {"from_warehouse": "MAIN", "to_warehouse": "NORTH", "lines": [{"product": "ALE", "quantity": 5}]}
    created = someone.post(API, asked)
    if here and there:
        ok(created, 201)
    else:
        codes = ("unknown_warehouse",) * ((not here) + (not there))
        refused(created, 422, *codes)
    draft, going, begun = control.drafted(("ALE", 5)), control.dispatched(("ALE", 5)), None
    begun = control.received(("ALE", 5), units=2)
    item, other = control.items_of(going)[0].pk, control.drafted(("ALE", 5))
    arrived = {"lines": [{"item": item, "quantity": 5}]}
    expected = {
        "dispatch": (draft, {}, here),
        "receive": (going, arrived, there),
        "close": (begun, {"reason": "gone"}, here and there),
        "cancel": (other, {}, here and there),
    }
    for verb, (one, body, may) in expected.items():
        answer = house.step(verb, body, one.number, someone)
        if may:
            ok(answer)
        elif here or there:
            refused(answer, 403, "other_warehouse")
        else:
            refused(answer, 404, "not_found")
    undo = control.dispatched(("ALE", 5))
    assert house.step("undo-dispatch", {}, undo.number, someone).status_code == (
        200 if here else 403 if there else 404
    )
    change = someone.patch(f"{API}/{control.drafted(('ALE', 1)).number}", {"note": "x"}, version=1)
    assert change.status_code == (200 if here and there else 403 if here or there else 404)
    assert disagreements(seal=False) == []


def test_a_transfer_is_there_for_who_sees_an_end_and_its_places_for_who_works_there(house: House) -> None:
    one = control.dispatched(("ALE", 5))
    draft = control.drafted(("ALE", 5))
    receiver = signed_in_client("picker", warehouses=[house.north])
    shown = ok(receiver.get(f"{API}/{one.number}"))
    assert (shown["items"][0]["from_location"], shown["items"][0]["from_location_id"]) == (
        "another warehouse",
        None,
    )
    assert shown["possible_steps"] == ["receive"]
    planned = ok(receiver.get(f"{API}/{draft.number}"))
    assert planned["lines"][0]["suggested"] == [] and planned["possible_steps"] == []
    assert receiver.get(f"{API}/{one.number}/papers/transfer-note").content.startswith(b"%PDF")
    stranger = signed_in_client("manager", warehouses=[make_warehouse("SOUTH")])
    missing = stranger.get(f"{API}/TR-999999")
    for address in (one.number, str(one.pk), f"{one.number}/history", f"{one.number}/papers/transfer-note"):
        answer = stranger.get(f"{API}/{address}")
        assert (answer.status_code, answer.json()["detail"]) == (404, missing.json()["detail"])
    assert ok(stranger.get(API))["results"] == []


def test_the_list_is_filtered_by_end_and_direction(house: House) -> None:
    receive("ALE", "NEW", quantity=9, location="NORTH/A-01")
    control.drafted(("ALE", 5))
    control.dispatched(("ALE", 1), ends=("NORTH", "MAIN"))

    def numbers(query: str, client: Client = house.client) -> list[str]:
        return [one["number"] for one in ok(client.get(f"{API}?{query}"))["results"]]

    assert numbers("") == ["TR-000002", "TR-000001"]
    assert numbers("warehouse=NORTH&direction=in") == ["TR-000001"]
    assert numbers("warehouse=NORTH&direction=out") == ["TR-000002"]
    assert numbers("warehouse=NORTH") == ["TR-000002", "TR-000001"]
    assert numbers("status=dispatched") == ["TR-000002"]
    assert numbers(f"from_warehouse={house.main.pk}") == ["TR-000001"]
    assert numbers("search=ale+000001") == ["TR-000001"]
    assert numbers("ordering=number") == ["TR-000001", "TR-000002"]
    refused(house.client.get(f"{API}?direction=in"), 400, "bad_parameter")
    refused(house.client.get(f"{API}?colour=red"), 400, "bad_parameter")
    only_north = signed_in_client("picker", warehouses=[house.north])
    assert numbers("warehouse=MAIN", only_north) == [], "another house's traffic is not asked for by its name"


def test_goods_on_the_way_are_moved_by_their_transfer_alone(house: House) -> None:
    control.dispatched(("ALE", 5))
    line = {"product": "ALE", "lot": "OLD", "quantity": 1}
    for verb, body in (
        ("move", {**line, "from_location": "NORTH/TRANSIT", "to_location": "NORTH/A-01"}),
        ("scrap", {**line, "location": "NORTH/TRANSIT", "reason": "x"}),
        (
            "adjust",
            {
                "product": "ALE",
                "lot": "OLD",
                "quantity_delta": -1,
                "location": "NORTH/TRANSIT",
                "reason": "x",
            },
        ),
    ):
        refused(house.client.post(f"/api/v1/stock/{verb}", {"lines": [body]}), 422, "location_in_transit")
    moved = Movement.objects.filter(kind="transfer").values_list("operation_id", flat=True)[0]
    undo = house.client.post("/api/v1/stock/reverse", {"operation_id": str(moved), "reason": "no"})
    refused(undo, 409, "not_reversible")


def test_a_tampered_item_or_a_stray_unit_is_found(house: House) -> None:
    one = control.dispatched(("ALE", 5))
    item = control.items_of(one)[0]
    type(item).objects.filter(pk=item.pk).update(dispatched=6)
    found = disagreements(seal=False)
    assert any("the transfers make 6" in line for line in found)
    assert any("6 left" in line for line in found)


def test_a_place_for_goods_on_the_way_stays_one(house: House) -> None:
    control.dispatched(("ALE", 5))
    for code, kind in (("NORTH/TRANSIT", "storage"), ("NORTH/A-01", "transit")):
        place = Location.objects.get(full_code=code)
        at = f"/api/v1/locations/{code}"
        refused(house.client.patch(at, {"kind": kind}, version=place.version), 422, "fixed")
        assert (
            house.client.patch(at, {"kind": place.kind, "zone": "Z"}, version=place.version).status_code
            == 200
        )
        place.kind = kind
        with pytest.raises(Conflict), transaction.atomic():
            import_locations(create=[], update=[place])
