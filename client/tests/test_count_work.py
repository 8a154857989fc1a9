"""Counting by scans: place, items, next place; a number for the last line; one question at the end."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fake_control import COUNT, Control
from fakes import api_for, label

from stillage_client.api.control_records import Count
from stillage_client.api.transport import Unreachable
from stillage_client.scans import Answer, Scan
from stillage_client.screens.control.count_state import CountState, NewCountState, counted_it
from stillage_client.screens.control.count_state import to_decide as in_order
from stillage_client.screens.control.count_work import CountWork

A, B = "MAIN/A-01-01", "MAIN/A-01-02"


@pytest.fixture
def server() -> Control:
    made = Control(places_to_count=[A, B])
    for code in ("A-01-01", "A-01-02", "E-01-01"):
        made.place(code)
    made.product("HPA-330", "Harrow Pale Ale")
    made.product("MSW-750", "Mirabel Sparkling Water", base_unit="bottle", per_case=12)
    made.product("QLM-275", "Quince Lemonade")
    return made


class Counter:
    """Somebody with a scanner."""

    def __init__(self, server: Control) -> None:
        self.server, self.work = server, CountWork()
        self.work.api, self.work.ref, self.work.me, self.work.warehouse = (
            api_for(server),
            COUNT,
            "manager",
            "MAIN",
        )
        self.scans = 0
        asyncio.run(self.work.load())

    def scan(self, code: str, *, ago: float = 0) -> Answer:
        self.scans += 1
        at = datetime.now(UTC) - timedelta(seconds=ago)
        return asyncio.run(self.work.take(Scan(code=code, id=f"scan-{self.scans}", at=at, user="manager")))

    def item(self, sku: str, lot: str = "L1", *, each: bool = False, ago: float = 0) -> Answer:
        return self.scan(label(self.server.products[sku], lot, "271231", each=each), ago=ago)


def test_three_products_in_a_bin_cost_five_scans_and_three_numbers(server: Control) -> None:
    counter = Counter(server)
    counter.scan(A)
    for sku, packs in (("HPA-330", 14), ("MSW-750", 3), ("QLM-275", 120)):
        assert counter.item(sku).kind == "ok"
        asyncio.run(counter.work.quantity(packs))
    answer = counter.scan("STL-CMD-DONE")
    assert (counter.scans, answer.kind, answer.detail) == (5, "done", "Next: A-01-02")
    assert server.entered == {(A, "HPA-330", "L1"): 336, (A, "MSW-750", "L1"): 36, (A, "QLM-275", "L1"): 2880}
    assert server.closed == [A]


def test_each_scan_counts_one_pack_more_and_a_loose_one_counts_itself(server: Control) -> None:
    counter = Counter(server)
    counter.scan(A)
    counter.item("HPA-330")
    counter.item("HPA-330")
    counter.item("HPA-330", each=True)
    assert server.entered[A, "HPA-330", "L1"] == 49
    assert counter.work.shown.units == 49


def test_the_next_place_closes_the_one_before(server: Control) -> None:
    counter = Counter(server)
    counter.scan(A)
    counter.item("HPA-330")
    assert counter.scan(B).kind == "ok"
    assert (server.closed, counter.work.here) == ([A], B)


def test_the_same_place_again_means_done(server: Control) -> None:
    counter = Counter(server)
    counter.scan(A)
    counter.item("HPA-330")
    assert counter.scan(A).kind == "done"
    assert server.closed == [A]


def test_what_was_expected_and_not_seen_is_asked_once_and_then_the_walk_goes_on(server: Control) -> None:
    server.expected[A] = [("HPA-330", "L1"), ("QLM-275", "L7")]
    counter = Counter(server)
    counter.scan(A)
    counter.item("HPA-330")
    assert counter.scan(B).kind == "question"
    assert counter.work.not_seen == ("QLM-275 L7 was not seen.",)
    assert (counter.work.here, server.closed) == (A, [])
    asyncio.run(counter.work.none_of_them())
    assert (counter.work.here, server.closed) == (B, [A])


def test_looking_again_goes_on_at_the_same_place(server: Control) -> None:
    server.expected[A] = [("QLM-275", "L7")]
    counter = Counter(server)
    counter.scan(A)
    counter.scan("STL-CMD-DONE")
    counter.work.look_again()
    assert counter.item("QLM-275", "L7").kind == "ok"
    assert counter.scan("STL-CMD-DONE").kind == "done"


def test_a_place_that_is_not_in_the_count_changes_nothing_and_the_next_scan_is_the_answer(
    server: Control,
) -> None:
    counter = Counter(server)
    counter.scan(A)
    refused = counter.scan("MAIN/E-01-01")
    assert (refused.kind, refused.detail) == ("error", "E-01-01 is not part of this count.")
    assert counter.item("HPA-330").kind == "ok"
    assert counter.work.here == A


def test_an_item_before_its_place_waits_in_the_hand(server: Control) -> None:
    counter = Counter(server)
    assert counter.item("HPA-330").kind == "question"
    assert server.entered == {}
    counter.scan(A)
    assert server.entered == {(A, "HPA-330", "L1"): 24}


def test_a_code_without_a_lot_asks_for_it(server: Control) -> None:
    counter = Counter(server)
    counter.scan(A)
    assert counter.scan(label(server.products["HPA-330"])).kind == "question"
    asyncio.run(counter.work.choose_lot("l5"))
    assert server.entered == {(A, "HPA-330", "L5"): 24}


def test_undo_goes_back_step_by_step_to_nothing(server: Control) -> None:
    counter = Counter(server)
    counter.scan(A)
    counter.item("HPA-330")
    asyncio.run(counter.work.quantity(14))
    counter.item("MSW-750")
    counter.scan("STL-CMD-UNDO")
    counter.scan("STL-CMD-UNDO")
    assert server.entered == {(A, "HPA-330", "L1"): 24}
    counter.scan("STL-CMD-UNDO")
    assert (server.entered, counter.work.can_undo) == ({}, False)
    assert counter.scan("STL-CMD-UNDO").kind == "error"


def test_a_printed_number_sets_the_last_line(server: Control) -> None:
    counter = Counter(server)
    counter.scan(A)
    counter.item("MSW-750")
    counter.scan("STL-CMD-QTY-7")
    assert server.entered == {(A, "MSW-750", "L1"): 84}


def test_a_scan_kept_by_the_device_counts_as_of_when_it_was_made(server: Control) -> None:
    counter = Counter(server)
    counter.scan(A)
    counter.item("HPA-330", ago=600)
    assert server.bodies[-1][1]["lines"][0]["counted_at"]
    counter.item("HPA-330")
    assert "counted_at" not in server.bodies[-1][1]["lines"][0]


def test_without_a_server_a_scan_is_kept_and_a_press_is_refused(server: Control) -> None:
    counter = Counter(server)
    counter.scan(A)
    counter.item("HPA-330")
    server.offline = True
    with pytest.raises(Unreachable):
        counter.item("HPA-330")
    asyncio.run(counter.work.quantity(5))
    assert counter.work.shown.kind == "error"
    server.offline = False
    assert counter.item("HPA-330").kind == "ok"
    assert server.entered[A, "HPA-330", "L1"] == 48


def test_whoever_comes_back_stands_at_the_place_they_took(server: Control) -> None:
    first = Counter(server)
    first.scan(A)
    first.item("HPA-330")
    again = Counter(server)
    assert again.work.here == A
    assert again.work.lines["HPA-330", "L1"].counted == 24


def test_when_all_places_are_counted_the_count_is_handed_in(server: Control) -> None:
    counter = Counter(server)
    for place in (A, B):
        counter.scan(place)
        counter.scan("STL-CMD-DONE")
    assert counter.work.all_counted
    asyncio.run(counter.work.submit())
    assert not counter.work.running


# ---- at the desk


def test_who_counted_is_told_why_somebody_else_decides() -> None:
    lines = [{"location": A, "counted_by": "ada"}, {"location": B, "counted_by": "ben"}]
    count = Count.read({"number": COUNT, "status": "to_approve", "counted_it": True, "lines": lines})
    assert counted_it(count, "ada") == (A,)
    assert counted_it(Count.read({"number": COUNT, "status": "to_approve", "lines": lines}), "eve") == ()


def test_the_dearest_difference_is_decided_first() -> None:
    lines = [
        {"id": 1, "outcome": "to_approve", "difference": 500, "value_difference": "5.00"},
        {"id": 2, "outcome": "to_approve", "difference": -2, "value_difference": "-80.00"},
        {"id": 3, "outcome": "posted", "difference": 0},
    ]
    assert [line.id for line in in_order(Count.read({"lines": lines}))] == [2, 1]


def to_decide(server: Control) -> tuple[CountState, Any]:
    state, api = CountState(), api_for(server)
    server.status = "to_approve"
    server.entered = {(A, "HPA-330", "L1"): 24, (A, "MSW-750", "L22"): 12}
    asyncio.run(state.load(api, COUNT))
    return state, api


def test_dismissing_needs_a_reason(server: Control) -> None:
    state, api = to_decide(server)
    assert not asyncio.run(state.reject(api, "dismiss", " "))
    assert asyncio.run(state.reject(api, "dismiss", "Counted twice"))
    assert server.bodies[-1][1]["reason"] == "Counted twice"


def test_promised_units_are_freed_only_when_somebody_says_so(server: Control) -> None:
    server.rights.append("promised")
    state, api = to_decide(server)
    assert not asyncio.run(state.approve(api))
    assert "SO-000007" in state.fault
    assert asyncio.run(state.approve(api, free_promises=True))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (NewCountState(zone="A"), {"method": "place", "zone": "A"}),
        (NewCountState(places=(A,), zone="A"), {"method": "place", "locations": [A]}),
        (NewCountState(method="product", products=(("HPA-330", "Ale"),)), {"products": ["HPA-330"]}),
        (NewCountState(method="abc", abc="B"), {"method": "abc", "abc_class": "B"}),
    ],
)
def test_a_new_count_says_what_is_counted_and_nothing_else(
    state: NewCountState, said: dict[str, Any]
) -> None:
    body = state.body("MAIN", {"units": "12", "percent": "2,5"})
    assert body | said == body
    assert len({"zone", "locations", "products", "abc_class"} & body.keys()) == 1
    assert (body["tolerance_units"], body["tolerance_percent"]) == (12, "2.5")
