"""Transfers by scans: what leaves, what arrives, short, broken or too much; nothing is booked before the press."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from fake_control import TRANSFER, Control
from fakes import api_for, label

from stillage_client.scans import Answer, Scan
from stillage_client.screens.control.transfer_goods import item_said
from stillage_client.screens.control.transfer_work import NewTransferState, TransferWork, Wanted

PLACE = "MAIN/A-01-01"


def item(number: int, sku: str, lot: str, units: int, per: int) -> dict[str, Any]:
    return {"id": number, "product": sku, "product_name": sku, "lot": lot, "dispatched": units, "received": 0,
            "missing": 0, "damaged": 0, "surplus": 0, "on_the_way": units, "units_per_case": per, "case_name": "case",
            "base_unit": "can"}  # fmt: skip


@pytest.fixture
def server() -> Control:
    made = Control(items=[item(1, "HPA-330", "L1", 48, 24), item(2, "MSW-750", "M1", 24, 12)])
    made.place("A-01-01")
    made.place("A-01-02")
    made.product("HPA-330", "Harrow Pale Ale")
    made.product("MSW-750", "Mirabel Sparkling Water", base_unit="bottle", per_case=12)
    made.stock("HPA-330", "L1", PLACE, 240)
    made.stock("HPA-330", "L2", "MAIN/A-01-02", 240)
    line = {"id": 5, "product": "HPA-330", "product_name": "Harrow Pale Ale", "quantity": 48, "units_per_case": 24,
            "case_name": "case", "base_unit": "can"}  # fmt: skip
    made.asked_for = [line]
    return made


class Worker:
    """Somebody at the dock."""

    def __init__(self, server: Control, status: str) -> None:
        server.transfer_status = status
        if status == "draft":
            server.items = []
        self.server, self.work, self.api = server, TransferWork(), api_for(server)
        asyncio.run(self.work.load(self.api, TRANSFER))
        self.scans = 0

    def scan(self, code: str) -> Answer:
        self.scans += 1
        scan = Scan(code=code, id=f"s{self.scans}", at=datetime.now(UTC), user="manager")
        return asyncio.run(self.work.take(self.api, scan, "MAIN"))

    def case(self, sku: str, lot: str) -> Answer:
        return self.scan(label(self.server.products[sku], lot, "271231"))

    def sent(self) -> dict[str, Any]:
        return self.server.bodies[-1][1]


def test_cases_that_arrive_are_gathered_and_booked_by_one_press(server: Control) -> None:
    worker = Worker(server, "dispatched")
    assert worker.case("HPA-330", "L1").kind == "ok"
    assert worker.case("HPA-330", "L1").kind == "done"
    assert server.bodies == []
    asyncio.run(worker.work.receive(worker.api))
    assert worker.sent() == {"lines": [{"item": 1, "quantity": 48}]}
    assert worker.work.gathered == 0
    assert worker.work.transfer is not None and worker.work.transfer.status == "partly_received"


def test_a_place_says_where_they_go(server: Control) -> None:
    worker = Worker(server, "dispatched")
    worker.scan("A-01-02")
    worker.case("MSW-750", "M1")
    asyncio.run(worker.work.receive(worker.api))
    assert worker.sent()["lines"] == [{"item": 2, "quantity": 12, "location": "MAIN/A-01-02"}]


def test_a_case_too_many_is_refused_with_both_sides_and_taken_only_when_it_is_really_there(
    server: Control,
) -> None:
    worker = Worker(server, "dispatched")
    worker.case("MSW-750", "M1")
    worker.case("MSW-750", "M1")
    refused = worker.case("MSW-750", "M1")
    assert (refused.kind, refused.detail) == ("error", "On the way: 2 cases. You have 3 cases.")
    worker.work.take_surplus()
    asyncio.run(worker.work.receive(worker.api))
    assert worker.sent()["lines"][-1] == {"product": "MSW-750", "lot": "M1", "quantity": 12, "surplus": True}


def test_another_lot_is_refused_and_both_are_named(server: Control) -> None:
    worker = Worker(server, "dispatched")
    refused = worker.case("HPA-330", "L9")
    assert (refused.kind, refused.detail) == ("error", "Lot L1 is on the way. You have L9.")
    assert worker.work.gathered == 0
    assert worker.case("HPA-330", "L1").kind == "ok"


def test_what_is_broken_is_no_longer_among_what_is_sound(server: Control) -> None:
    worker = Worker(server, "dispatched")
    worker.work.all_arrived()
    worker.work.set_broken(worker.work.items[0], 24)
    asyncio.run(worker.work.receive(worker.api))
    assert worker.sent()["lines"] == [
        {"item": 1, "quantity": 24},
        {"item": 2, "quantity": 24},
        {"item": 1, "quantity": 24, "condition": "damaged"},
    ]
    assert item_said(worker.work.items[0]) == "2 cases there, 1 case damaged"


def test_the_last_scan_is_taken_back(server: Control) -> None:
    worker = Worker(server, "dispatched")
    worker.case("HPA-330", "L1")
    worker.scan("STL-CMD-UNDO")
    assert worker.work.gathered == 0
    assert worker.scan("STL-CMD-UNDO").kind == "error"


def test_a_printed_number_never_takes_more_than_is_on_the_way(server: Control) -> None:
    worker = Worker(server, "dispatched")
    worker.case("HPA-330", "L1")
    worker.scan("STL-CMD-QTY-9")
    assert worker.work.got == {1: 48}


def test_done_books_what_is_in_the_hand(server: Control) -> None:
    worker = Worker(server, "dispatched")
    worker.case("HPA-330", "L1")
    assert worker.scan("STL-CMD-DONE").kind == "done"
    assert worker.sent() == {"lines": [{"item": 1, "quantity": 24}]}


# ---- leaving


def test_cases_leave_from_the_place_that_was_scanned(server: Control) -> None:
    worker = Worker(server, "draft")
    worker.scan("A-01-01")
    assert worker.case("HPA-330", "L1").kind == "ok"
    worker.scan("A-01-02")
    assert worker.case("HPA-330", "L2").kind == "done"
    asyncio.run(worker.work.dispatch(worker.api))
    assert worker.sent()["lines"] == [
        {"line": 5, "lot": "L1", "from_location": PLACE, "quantity": 24},
        {"line": 5, "lot": "L2", "from_location": "MAIN/A-01-02", "quantity": 24},
    ]


def test_a_lot_that_lies_at_one_place_only_needs_no_place(server: Control) -> None:
    worker = Worker(server, "draft")
    assert worker.case("HPA-330", "L2").kind == "ok"
    assert worker.work.taken == {(5, "L2", "MAIN/A-01-02"): 24}


def test_more_than_was_asked_for_does_not_leave(server: Control) -> None:
    worker = Worker(server, "draft")
    worker.scan("A-01-01")
    worker.case("HPA-330", "L1")
    worker.case("HPA-330", "L1")
    refused = worker.case("HPA-330", "L1")
    assert (refused.kind, refused.detail) == ("error", "Asked for: 2 cases. You have 3 cases.")


def test_without_a_scan_what_was_suggested_leaves(server: Control) -> None:
    worker = Worker(server, "draft")
    asyncio.run(worker.work.dispatch(worker.api))
    assert worker.sent() == {}


# ---- a new one


def test_the_same_product_again_is_one_case_more_and_none_takes_it_out(server: Control) -> None:
    state = NewTransferState(to="NORTH")
    ale = Wanted("HPA-330", "Harrow Pale Ale", "", 24, "case", "can", 240, 24)
    state.add(ale)
    state.add(ale)
    assert [line.units for line in state.lines] == [48]
    assert asyncio.run(state.make(api_for(server), "MAIN", {}, "")) == TRANSFER
    assert server.bodies[-1][1]["lines"] == [{"product": "HPA-330", "quantity": 48}]
    state.set("HPA-330", 0)
    assert asyncio.run(state.make(api_for(server), "MAIN", {}, "")) == ""
    assert state.fault == "Choose what goes."
