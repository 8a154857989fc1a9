"""Goods that go back to suppliers through the API: written down, dispatched, taken back, answered."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from stillage.core.clock import now, today
from stillage.purchasing.models import Discrepancy, Receipt, SupplierReturn, SupplierReturnLine
from stillage.stock import operations
from stillage.stock.models import Balance, Lot, Movement
from stillage.stock.reconcile import disagreements
from tests.builders import BOSS, make_warehouse, receive
from tests.buying import API, Desk, came, make_purchase, make_supplier
from tests.people import signed_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    receive("ALE-330", "L1", quantity=100)
    return made


def body(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    line = {"product": "ALE-330", "lot": "L1", "location": "MAIN/A-01", "quantity": 30}
    return {"supplier": "BREW", "warehouse": "MAIN", "lines": list(lines) or [line], **fields}


def made(desk: Desk, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = desk.client.post(API + "supplier-returns", body(*lines, **fields))
    assert answer.status_code == 201, answer.json()
    return dict(answer.json())


def step(desk: Desk, one: dict[str, Any], verb: str, body: Any = None, *, status: int = 200) -> Any:
    answer = desk.client.post(f"{API}supplier-returns/{one['number']}/{verb}", body or {})
    assert answer.status_code == status, answer.json()
    return answer.json()


def on_hand() -> int:
    return Balance.objects.get(location__full_code="MAIN/A-01", lot__number="L1").on_hand


def delivery() -> Receipt:
    """A delivery of the lot at 0.50 a bottle."""
    return came(make_purchase(("ALE-330", 100), pack_cost="0.50"), 100, lot="L1")


# ---- the road -----------------------------------------------------------------------------------
def test_goods_go_back_and_the_supplier_answers(desk: Desk) -> None:
    receipt = delivery()
    one = made(desk, receipt=receipt.number, reason="cloudy", supplier_reference="RMA 9")
    assert (one["number"], one["status"], one["quantity"]) == ("SR-000001", "draft", 30)
    assert one["possible_steps"] == ["edit", "dispatch", "cancel"]
    (line,) = one["lines"]
    assert (line["unit_cost"], line["free"], line["location"]) == ("0.5000", 100, "MAIN/A-01")
    assert one["net_total"] == "15.00"
    assert on_hand() == 100, "a draft moves nothing"
    gone = step(desk, one, "dispatch")
    assert (gone["status"], gone["possible_steps"]) == ("dispatched", ["amend", "undispatch", "close"])
    assert on_hand() == 70
    moved = Movement.objects.get(kind="send_back")
    written = SupplierReturnLine.objects.get()
    assert (moved.demand_id, moved.reference, moved.reason) == (written.demand_id, "SR-000001", "cloudy")
    assert str(moved.operation_id) == gone["operation_id"]
    closed = step(desk, one, "close", {"credit_total": "14.00", "supplier_reference": "CN 1"})
    assert (closed["status"], closed["credit_total"]) == ("closed", "14.00")
    assert (closed["supplier_reference"], closed["possible_steps"]) == ("CN 1", [])
    rows = desk.client.get(f"{API}supplier-returns/{one['id']}/history").json()
    assert [row["action"].partition(".")[2] for row in rows] == ["close", "dispatch", "create"]
    assert disagreements(seal=False) == []


def test_a_dispatch_is_taken_back_whole_and_made_again(desk: Desk) -> None:
    one = made(desk)
    step(desk, one, "dispatch")
    back = step(desk, one, "undo-dispatch")
    assert (back["status"], back["dispatched_at"], on_hand()) == ("draft", None, 100)
    step(desk, one, "dispatch")
    assert on_hand() == 70
    assert disagreements(seal=False) == []


def test_a_draft_is_given_up(desk: Desk) -> None:
    one = made(desk)
    assert step(desk, one, "cancel")["status"] == "cancelled"
    problem = step(desk, one, "dispatch", status=409)
    assert problem["code"] == "impossible_step"
    assert on_hand() == 100


def test_held_and_expired_lots_may_go(desk: Desk) -> None:
    hold = operations.HoldLine("ALE-330", "recall", "L1")
    operations.hold(actor=BOSS, lines=[hold], at=now())
    receive("ALE-330", "OLD", quantity=5, expiry_date=today("UTC") + dt.timedelta(days=400))
    Lot.objects.filter(number="OLD").update(expiry_date="2020-01-01", last_sale_date="2020-01-01")
    old = {"product": "ALE-330", "lot": "OLD", "location": "MAIN/A-01", "quantity": 5}
    step(desk, made(desk, *body()["lines"], old), "dispatch")
    assert on_hand() == 70


# ---- refusals -----------------------------------------------------------------------------------
def test_promised_units_never_go_back(desk: Desk) -> None:
    demand = operations.Demand(uuid4(), "SO-1", desk.ale.pk, desk.main.pk, 80, today("UTC"))
    operations.allocate(actor=BOSS, demands=[demand], at=now())
    one = made(desk)
    assert one["lines"][0]["free"] == 20
    problem = step(desk, one, "dispatch", status=409)
    assert (problem["code"], on_hand()) == ("insufficient_stock", 100)
    assert "Only 20 of ALE-330 lot L1 are free at MAIN/A-01" in problem["detail"]
    assert SupplierReturn.objects.get().status == "draft"


def test_everything_that_is_wrong_is_said_at_once(desk: Desk) -> None:
    make_warehouse("NORTH")
    other = came(make_purchase(("GIN-700", 1), supplier="OTHER"), 1)
    line = body()["lines"][0]
    answer = desk.client.post(
        API + "supplier-returns",
        body(
            {**line, "product": "NONE"},
            {**line, "lot": "NONE"},
            {**line, "location": "MAIN/NOWHERE"},
            {**line, "location": "NORTH/A-01"},
            {**line, "lot": None},
            {**line, "discrepancy": 999},
            receipt=other.number,
        ),
    )
    assert answer.status_code == 422
    assert {(one["pointer"], one["code"]) for one in answer.json()["errors"]} == {
        ("/receipt", "unknown_receipt"),
        ("/lines/0/product", "unknown_product"),
        ("/lines/1/lot", "unknown_lot"),
        ("/lines/2/location", "unknown_location"),
        ("/lines/3/location", "other_warehouse"),
        ("/lines/4/lot", "lot_required"),
        ("/lines/5/discrepancy", "unknown_discrepancy"),
    }
    assert not SupplierReturn.objects.exists()
    nobody = desk.client.post(API + "supplier-returns", body(supplier="NOBODY", warehouse="NOWHERE"))
    assert {one["pointer"] for one in nobody.json()["errors"]} == {"/supplier", "/warehouse"}


def test_a_line_names_the_discrepancy_it_settles(desk: Desk) -> None:
    receipt = delivery()
    found = Discrepancy.objects.create(
        receipt=receipt,
        kind="damaged",
        outcome="quarantined",
        product=desk.ale,
        quantity=30,
        username="ann",
        found_at=now(),
    )
    one = made(desk, {**body()["lines"][0], "discrepancy": found.pk})
    assert one["lines"][0]["discrepancy"] == found.pk
    wrong = {**body()["lines"][0], "product": "GIN-700", "lot": None, "discrepancy": found.pk}
    receive("GIN-700", "G1", quantity=5)
    answer = desk.client.post(API + "supplier-returns", body({**wrong, "lot": "G1"}))
    assert answer.json()["errors"][0]["code"] == "unknown_discrepancy"


def test_a_return_is_changed_before_it_goes_and_its_lines_are_frozen_then(desk: Desk) -> None:
    one = made(desk)
    address = f"{API}supplier-returns/{one['id']}"
    assert desk.client.patch(address, {"reason": "x"}).status_code == 428
    assert desk.client.patch(address, {"reason": "x"}, version=9).status_code == 412
    lines = [{**body()["lines"][0], "quantity": 7}]
    receipt = delivery()
    done = desk.client.patch(address, {"lines": lines, "receipt": receipt.number}, version=1)
    assert done.status_code == 200, done.json()
    assert (done.json()["quantity"], done.json()["receipt"]) == (7, receipt.number)
    bad = [{**body()["lines"][0], "lot": "NONE"}]
    assert desk.client.patch(address, {"lines": bad}, version=2).status_code == 422
    step(desk, one, "dispatch")
    for change in ({"lines": lines}, {"receipt": None}):
        refused = desk.client.patch(address, change, version=3)
        assert (refused.status_code, refused.json()["code"]) == (409, "impossible_step")
    assert desk.client.patch(address, {"supplier_reference": "RMA 1"}, version=3).status_code == 200
    assert SupplierReturnLine.objects.get().quantity == 7


def test_somebody_elses_dispatch_is_taken_back_by_who_may(desk: Desk) -> None:
    one = made(desk)
    step(desk, one, "dispatch")
    buyer = signed_in_client("buyer")
    answer = buyer.post(f"{API}supplier-returns/{one['id']}/undo-dispatch", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
    assert on_hand() == 70


# ---- looking ------------------------------------------------------------------------------------
def test_returns_are_found_by_what_people_know_of_them(desk: Desk) -> None:
    receipt = delivery()
    first = made(desk, receipt=receipt.number)
    make_supplier("OTHER")
    second = made(desk, supplier="OTHER", supplier_reference="RMA 7")
    step(desk, second, "dispatch")

    def found(**asked: Any) -> list[str]:
        answer = desk.client.get(API + "supplier-returns", asked)
        assert answer.status_code == 200, answer.json()
        return [row["number"] for row in answer.json()["results"]]

    one, two = first["number"], second["number"]
    assert found() == [two, one]
    assert found(status="draft") == found(supplier="BREW") == found(receipt=receipt.number) == [one]
    assert found(search="rma") == found(ordering="supplier", status="dispatched") == [two]
    assert found(search="L1") == found(warehouse="MAIN") == [two, one]
    assert found(count="true", limit="1") == [two]
    assert desk.client.get(API + "supplier-returns", {"colour": "red"}).status_code == 400


def test_who_may_not_see_costs_sees_none_of_them(desk: Desk) -> None:
    delivery()
    one = made(desk)
    step(desk, one, "dispatch")
    step(desk, one, "close", {"credit_total": "14.21"})
    picker = signed_in_client("picker")
    for path in ("", f"/{one['id']}", f"/{one['id']}/history"):
        text = picker.get(f"{API}supplier-returns{path}").content.decode()
        for word in ("cost", "total", "14.21", "0.5000"):
            assert word not in text, (path, word)


def test_another_warehouses_return_is_not_there(desk: Desk) -> None:
    one = made(desk)
    other = signed_in_client("manager", warehouses=[make_warehouse("NORTH")])
    missing = other.get(API + "supplier-returns/SR-999999").json()
    for name in (one["id"], one["number"], f"id:{one['id']}", f"key:{one['number']}"):
        answer = other.get(f"{API}supplier-returns/{name}")
        assert (answer.status_code, answer.json()) == (404, missing)
        for verb in ("dispatch", "undo-dispatch", "close", "cancel"):
            assert other.post(f"{API}supplier-returns/{name}/{verb}", {}).status_code == 404
        assert other.patch(f"{API}supplier-returns/{name}", {"reason": "x"}, version=1).status_code == 404
    assert other.get(API + "supplier-returns").json()["results"] == []
    assert other.post(API + "supplier-returns", body()).status_code == 422
