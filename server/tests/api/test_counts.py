"""Counts through the API: the road, blind and open, four eyes, promises in the way, and everything that is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from stillage.core.clock import now
from stillage.counting.models import CountEntry, CountPlace
from stillage.places.models import Location
from stillage.stock import operations
from stillage.stock.models import Allocation, Balance, Lot, Movement
from stillage.stock.reconcile import disagreements
from tests import control, selling
from tests.api.test_transfers import ok, refused
from tests.builders import BOSS, FAR, gtin, make_location, make_product, make_warehouse, receive
from tests.people import Client, make_user, signed_in_client

pytestmark = pytest.mark.django_db
API = "/api/v1/counts"
PLACE = "MAIN/A-01"


class House:
    """A warehouse with two lots of a beer on its first shelf, a counter and a manager."""

    def __init__(self) -> None:
        self.main = make_warehouse("MAIN")
        self.ale = make_product("ALE", case=24)
        self.take_in("L1", 100, "0.50")
        self.take_in("L2", 48, "0.60")
        self.counter = signed_in_client("picker")
        self.manager = signed_in_client("manager")

    def take_in(self, lot: str, units: int, cost: str, place: str = PLACE) -> None:
        line = operations.ReceiveLine("ALE", place, units, lot, FAR, unit_cost=Decimal(cost))
        operations.receive(actor=BOSS, lines=[line], reference="", at=now())

    def open(self, *locations: str, **more: Any) -> str:
        body = {"warehouse": "MAIN", "method": "place", "locations": locations or [PLACE], **more}
        return str(ok(self.manager.post(API, body), 201)["number"])

    def do(self, verb: str, body: Any = None, client: Client | None = None, number: str = "CT-000001") -> Any:
        return (client or self.counter).post(f"{API}/{number}/{verb}", body or {})

    def enter(self, *seen: tuple[str, int], place: str = PLACE, **given: Any) -> Any:
        lines = [{"product": "ALE", "lot": lot, "quantity": units} for lot, units in seen]
        return self.do("enter", {"location": place, "lines": lines}, **given)

    def through(self, *seen: tuple[str, int], place: str = PLACE, **given: Any) -> Any:
        """A place entered, done and submitted."""
        ok(self.enter(*seen, place=place, **given))
        ok(self.do("done", {"location": place, "not_seen": "zero"}, **given))
        return ok(self.do("submit", {}, **given))

    def read(self, client: Client | None = None, query: str = "") -> Any:
        return ok((client or self.manager).get(f"{API}/CT-000001{query}"))

    def on_hand(self, lot: str, place: str = PLACE) -> int:
        return Balance.objects.get(lot__number=lot, location__full_code=place).on_hand


@pytest.fixture
def house() -> House:
    return House()


def test_a_difference_beyond_the_tolerance_is_counted_again_approved_and_booked(house: House) -> None:
    house.open(tolerance_units=1)
    first = house.through(("L1", 90), ("L2", 47))
    assert first["status"] == "recount"
    outcomes = {(line["lot"], line["round"]): line["outcome"] for line in first["lines"]}
    assert outcomes == {("L1", 1): "recount", ("L2", 1): "posted"}
    assert house.on_hand("L2") == 47, "within the tolerance, so booked at once"
    assert house.on_hand("L1") == 100
    again = ok(house.do("claim", {"location": PLACE}))
    assert [one["lot"] for one in again["asked"]] == ["L1"] and again["round"] == 2
    refused(house.enter(("L2", 48)), 422, "not_asked_again")
    second = house.through(("L1", 91))
    assert second["status"] == "to_approve"
    waiting = house.read()
    assert waiting["possible_steps"] == ["approve", "reject", "cancel"]
    (line,) = (one for one in waiting["lines"] if one["outcome"] == "to_approve")
    assert (line["book"], line["counted"], line["difference"], line["value_difference"]) == (
        100,
        91,
        -9,
        "-4.50",
    )
    done = ok(house.do("approve", client=house.manager))
    assert (done["status"], done["approved_by"]) == ("closed", house.manager.user.username)
    assert done["totals"] == {
        "places": 2,
        "done": 2,
        "lines": 2,
        "right": 0,
        "differences": 2,
        "units_over": 0,
        "units_short": 10,
        "value_over": "0.00",
        "value_short": "5.10",
    }
    assert house.on_hand("L1") == 91
    assert set(Movement.objects.filter(reference="CT-000001").values_list("kind", flat=True)) == {"count"}
    assert disagreements(seal=False) == []


def test_what_moves_between_entry_and_approval_stays_moved(house: House) -> None:
    """Promise 9: counted, and what moved after."""
    house.open(recount=False)
    house.through(("L1", 90), ("L2", 48))
    move = operations.MoveLine("ALE", PLACE, "MAIN/A-02", 30, "L1")
    operations.move(actor=BOSS, lines=[move], reference="", at=now())
    house.take_in("L1", 7, "0.50")
    ok(house.do("approve", client=house.manager))
    assert house.on_hand("L1") == 90 - 30 + 7
    assert disagreements(seal=False) == []


def test_a_count_that_was_made_offline_is_held_against_the_book_of_then(house: House) -> None:
    house.open(recount=False)
    then = now()
    move = operations.MoveLine("ALE", PLACE, "MAIN/A-02", 30, "L1")
    operations.move(actor=BOSS, lines=[move], reference="", at=now())
    line = {"product": "ALE", "lot": "L1", "quantity": 95, "counted_at": then.isoformat()}
    ok(house.do("enter", {"location": PLACE, "lines": [line]}))
    ok(house.enter(("L2", 48)))
    # what was counted earlier and arrives later does not overrule what was counted last
    older = {**line, "quantity": 5, "counted_at": (then - dt.timedelta(hours=1)).isoformat()}
    stands = ok(house.do("enter", {"location": PLACE, "lines": [older]}))
    assert [(one["lot"], one["counted"]) for one in stands["lines"]] == [("L1", 95), ("L2", 48)]
    ok(house.do("done", {"location": PLACE}))
    ok(house.do("submit"))
    ok(house.do("approve", client=house.manager))
    assert house.on_hand("L1") == 95 - 30
    for instant, code in (
        (now() + dt.timedelta(hours=1), "in_the_future"),
        (now() - dt.timedelta(hours=25), "too_long_ago"),
    ):
        number = house.open("MAIN/A-02")
        late = {**line, "counted_at": instant.isoformat()}
        answer = house.do("enter", {"location": "MAIN/A-02", "lines": [late]}, number=number)
        refused(answer, 422, code)
        ok(house.do("cancel", client=house.manager, number=number))


def test_a_blind_count_tells_nobody_what_the_book_says_while_it_is_at_work(house: House) -> None:
    house.open()
    told = ok(house.enter(("L1", 90)))
    hidden = {"book", "difference", "value_difference", "reason"}
    assert not hidden & set(told["lines"][0])
    for client in (house.counter, house.manager):
        found = house.read(client)
        assert not hidden & set(found["lines"][0])
        assert set(found["totals"]) == {"places", "done", "lines"} and found["accuracy_percent"] is None
    (fault,) = refused(house.do("done", {"location": PLACE}), 422, "not_seen")
    assert "L2" in fault["detail"] and "48" not in fault["detail"], "a name, no amount"
    ok(house.do("done", {"location": PLACE, "not_seen": "zero"}))
    again = ok(house.do("submit"))
    assert again["status"] == "recount" and not hidden & set(again["lines"][0])
    house.through(("L1", 90), ("L2", 48))
    counter, manager = house.read(house.counter), house.read()
    (line,) = (one for one in counter["lines"] if one["outcome"] == "to_approve")
    assert (
        line["difference"] == -10
        and "value_difference" not in line
        and "value_short" not in counter["totals"]
    )
    assert manager["totals"]["value_short"] == "5.00"
    ok(house.do("approve", client=house.manager))
    history = ok(house.counter.get(f"{API}/CT-000001/history"))
    assert {row["action"] for row in history} >= {"count.enter", "count.submit", "count.approve"}


def test_an_open_count_says_what_the_book_says_at_once(house: House) -> None:
    house.open(blind=False)
    (line,) = ok(house.enter(("L1", 90)))["lines"]
    assert (line["book"], line["difference"]) == (100, -10)


def test_who_counted_does_not_approve_whatever_he_is_by_then(house: House) -> None:
    """SAFETY B19: across sessions, after another role, after taking the entry back, and for dismissing too."""
    chief = make_user("manager", username="chief")
    counting = signed_in_client(user=chief)
    house.open(recount=False)
    ok(house.enter(("L1", 99), client=counting))
    ok(house.do("remove", {"location": PLACE, "product": "ALE", "lot": "L1"}, client=counting))
    ok(house.do("claim", {"location": PLACE, "take_over": True}))
    assert house.through(("L1", 90), ("L2", 48))["status"] == "to_approve"
    line = next(one["id"] for one in house.read()["lines"] if one["outcome"] == "to_approve")
    chief.username = "somebody-else"
    chief.save()
    chief.groups.clear()
    from django.contrib.auth.models import Group

    chief.groups.add(Group.objects.get_or_create(name="admin")[0])
    later = signed_in_client(user=chief)
    assert house.read(later)["possible_steps"] == ["reject", "cancel"] and house.read(later)["counted_it"]
    refused(house.do("approve", client=later), 403, "counted_it_yourself")
    dismiss = {"lines": [line], "action": "dismiss", "reason": "mine"}
    refused(house.do("reject", dismiss, client=later), 403, "counted_it_yourself")
    assert house.on_hand("L1") == 100
    refused(house.do("approve"), 403, "forbidden")
    ok(house.do("approve", client=house.manager))
    assert house.on_hand("L1") == 90


def test_a_difference_is_sent_back_or_let_be(house: House) -> None:
    house.open(recount=False)
    found = house.through(("L1", 90), ("L2", 40))
    ids = {line["lot"]: line["id"] for line in found["lines"]}
    refused(
        house.do("reject", {"lines": [ids["L1"], 2**40], "action": "recount"}, client=house.manager),
        422,
        "not_waiting",
    )
    body = {"lines": [ids["L2"]], "action": "dismiss", "reason": "behind the post"}
    left = ok(house.do("reject", body, client=house.manager))
    assert left["status"] == "to_approve"
    sent = ok(house.do("reject", {"lines": [ids["L1"]], "action": "recount"}, client=house.manager))
    assert sent["status"] == "recount"
    place = ok(house.do("claim", {"location": PLACE}))
    assert (place["round"], [one["lot"] for one in place["asked"]]) == (2, ["L1"])
    house.through(("L1", 100))
    last = house.read()
    assert last["status"] == "closed", "the second count was right"
    outcomes = {(line["lot"], line["round"]): (line["outcome"], line["reason"]) for line in last["lines"]}
    assert outcomes == {
        ("L1", 1): ("recount", ""),
        ("L1", 2): ("posted", ""),
        ("L2", 1): ("dismissed", "behind the post"),
    }
    assert (house.on_hand("L1"), house.on_hand("L2")) == (100, 48)
    assert disagreements(seal=False) == []


def test_a_difference_may_be_approved_without_the_others(house: House) -> None:
    house.open(recount=False)
    found = house.through(("L1", 90), ("L2", 40))
    (first, second) = [line["id"] for line in found["lines"]]
    part = ok(house.do("approve", {"lines": [first]}, client=house.manager))
    assert part["status"] == "to_approve"
    refused(house.do("approve", {"lines": [first]}, client=house.manager), 422, "not_waiting")
    assert ok(house.do("approve", {"lines": [second]}, client=house.manager))["status"] == "closed"


def test_units_that_are_promised_are_not_counted_away_unseen(house: House) -> None:
    """The newest promises are given back, where somebody says so, and who lost them is served from elsewhere."""
    first = selling.allocated(("ALE", 60))
    second = selling.allocated(("ALE", 40))
    house.take_in("L9", 30, "0.50", "MAIN/A-03")
    house.open(recount=False)
    house.through(("L1", 70), ("L2", 48))
    (fault,) = refused(house.do("approve", client=house.manager), 409, "promised")
    assert [(one["reference"], one["quantity"]) for one in fault["promises"]] == [
        (second.number, 40),
        (first.number, 60),
    ]
    assert "only 70 would be left" in fault["detail"]
    ok(house.do("approve", {"free_promises": True}, client=house.manager))
    assert house.on_hand("L1") == 70
    promised = Allocation.objects.filter(lot__number="L1").order_by("id").values_list("reference", "quantity")
    assert list(promised) == [(first.number, 60), (second.number, 10)]
    served = Allocation.objects.filter(reference=second.number)
    assert sum(served.values_list("quantity", flat=True)) == 40, "served again from the second lot"
    assert disagreements(seal=False) == []


def test_nobody_is_sent_for_what_a_count_found_missing(house: House) -> None:
    """A walk that was laid out before follows the promises that are left."""
    make_location(house.main, "STAGE", kind="staging", sequence=90)
    first = selling.allocated(("ALE", 60))
    walk = selling.listed(first, selling.allocated(("ALE", 40)))
    house.open(recount=False)
    house.through(("L1", 70), ("L2", 0))
    ok(house.do("approve", {"free_promises": True}, client=house.manager))
    assert [task.quantity for task in selling.tasks_of(walk)] == [60, 10]
    selling.pick_all(walk)
    walk.refresh_from_db()
    assert walk.status == "done"
    assert disagreements(seal=False) == []


def test_a_small_difference_on_promised_units_waits_for_somebody(house: House) -> None:
    selling.allocated(("ALE", 148))
    house.open(tolerance_units=5)
    found = house.through(("L1", 98), ("L2", 48))
    (line,) = (one for one in found["lines"] if one["lot"] == "L1")
    assert (found["status"], line["outcome"]) == ("to_approve", "to_approve")
    assert line["reason"] == "its units are promised, or no longer there"
    refused(house.do("approve", client=house.manager), 409, "promised")
    ok(house.do("approve", {"free_promises": True}, client=house.manager))
    assert disagreements(seal=False) == []


def test_more_taken_than_was_found_is_counted_again(house: House) -> None:
    house.open(recount=False)
    house.through(("L1", 10), ("L2", 48))
    move = operations.MoveLine("ALE", PLACE, "MAIN/A-02", 95, "L1")
    operations.move(actor=BOSS, lines=[move], reference="", at=now())
    (fault,) = refused(house.do("approve", client=house.manager), 409, "not_enough_left")
    assert (fault["missing"], fault["on_hand"]) == (90, 5)


def test_a_lot_that_nobody_knew_is_made_with_its_date(house: House) -> None:
    house.open(recount=False)
    unknown = {"product": "ALE", "lot": "NEW", "quantity": 12}
    refused(house.do("enter", {"location": PLACE, "lines": [unknown]}), 422, "date_required")
    ok(house.do("enter", {"location": PLACE, "lines": [{**unknown, "expiry_date": "2190-05-01"}]}))
    assert not Lot.objects.filter(number="NEW").exists(), "not before somebody approved it"
    house.through(("L1", 100), ("L2", 48))
    ok(house.do("approve", client=house.manager))
    lot = Lot.objects.get(number="NEW")
    assert (lot.expiry_date, lot.last_sale_date, house.on_hand("NEW")) == (
        dt.date(2190, 5, 1),
        dt.date(2190, 5, 1),
        12,
    )
    assert disagreements(seal=False) == []
    # somebody received it meanwhile with another date: one of the labels was read wrong
    number = house.open("MAIN/A-02", recount=False)
    other = {"product": "ALE", "lot": "LATER", "quantity": 3, "expiry_date": "2190-06-01"}
    ok(house.do("enter", {"location": "MAIN/A-02", "lines": [other]}, number=number))
    ok(house.do("done", {"location": "MAIN/A-02"}, number=number))
    ok(house.do("submit", number=number))
    receive("ALE", "LATER", quantity=1, expiry_date=dt.date(2190, 6, 2))
    refused(house.do("approve", client=house.manager, number=number), 409, "lot_date_differs")


def test_units_are_counted_on_set_and_scanned_by_their_pack(house: House) -> None:
    house.open()
    pack = house.ale.packs.get(units_per_pack=24)
    scan = {"pack": pack.gtin.lstrip("0"), "lot": "L1", "quantity_packs": 1, "mode": "add"}
    lines = [scan, scan, {"product": "ALE", "lot": "L1", "quantity": 3, "mode": "add"}]
    (line,) = ok(house.do("enter", {"location": PLACE, "lines": lines}))["lines"]
    assert line["counted"] == 51
    (line,) = ok(house.do("enter", {"location": "A-01", "lines": [scan]}))["lines"]
    assert line["counted"] == 75
    (line,) = ok(house.enter(("L1", 4)))["lines"]
    assert line["counted"] == 4, "a number replaces what was entered before"
    assert list(CountEntry.objects.order_by("pk").values_list("quantity", flat=True)) == [24, 48, 51, 75, 4]
    assert ok(house.do("remove", {"location": PLACE, "product": "ALE", "lot": "L1"}))["lines"] == []
    refused(house.do("remove", {"location": PLACE, "product": "ALE", "lot": "L1"}), 422, "not_entered")


def test_what_is_wrong_with_an_entry_is_said_at_once(house: House) -> None:
    make_product("GIN")
    make_product("BOX", lot_tracked=False)
    house.open(products=["ALE", "BOX"])
    faults = refused(
        house.do(
            "enter",
            {
                "location": PLACE,
                "lines": [
                    {"product": "NONE", "quantity": 1},
                    {"quantity": 1},
                    {"pack": gtin(999_999), "quantity_packs": 1},
                    {"product": "ALE", "quantity": 1},
                    {"product": "BOX", "lot": "B1", "quantity": 1},
                    {"product": "ALE", "lot": "L1"},
                    {"product": "ALE", "lot": "L1", "quantity_packs": 1},
                    {"product": "ALE", "lot": "L1", "quantity": 1, "expiry_date": "2188-01-01"},
                    {"product": "GIN", "lot": "G1", "quantity": 0},
                ],
            },
        ),
        422,
        "required",
        "unknown_pack",
        "unknown_product",
        "lot_required",
        "lot_not_tracked",
        "required",
        "pack_required",
        "lot_date_differs",
        "not_in_count",
    )
    assert [fault["pointer"].split("/")[2] for fault in faults] == [
        "1",
        "2",
        "0",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
    ]


def test_a_place_is_one_counters_at_a_time_and_in_one_count_at_a_time(house: House) -> None:
    house.open(PLACE, "MAIN/A-02")
    ok(house.do("claim", {"location": PLACE}))
    other = signed_in_client("picker")
    (fault,) = refused(house.enter(("L1", 1), client=other), 409, "claimed_by_another")
    assert house.counter.user.username in fault["detail"]
    ok(house.do("claim", {"location": PLACE, "take_over": True}, client=other))
    refused(house.enter(("L1", 1)), 409, "claimed_by_another")
    ok(house.enter(("L1", 1), client=other))
    ok(house.do("done", {"location": PLACE, "not_seen": "zero"}, client=other))
    for verb, body in (("claim", {}), ("enter", {"lines": [{"product": "ALE", "lot": "L1", "quantity": 1}]})):
        refused(house.do(verb, {"location": PLACE, **body}, client=other), 409, "place_done")
    refused(house.do("claim", {"location": "MAIN/A-03"}), 422, "not_in_count")
    refused(house.do("claim", {"location": "NORTH/A-03"}), 422, "unknown_location")
    refused(house.do("claim", {"location": "MAIN/~scrap"}), 422, "unknown_location")
    again = {"warehouse": "MAIN", "method": "place", "locations": [PLACE]}
    (fault,) = refused(house.manager.post(API, again), 409, "being_counted")
    assert fault["detail"] == "MAIN/A-01 is being counted in CT-000001."
    whole = ok(house.manager.post(API, {"warehouse": "MAIN", "method": "place"}), 201)
    assert {one["location"] for one in whole["places"]} == {"MAIN/A-03", "MAIN/CAGE", "MAIN/RECV"}
    refused(house.manager.post(API, {"warehouse": "MAIN", "method": "place"}), 422, "nothing_to_count")


def test_places_that_nobody_finished_are_named_or_left_out(house: House) -> None:
    house.open(PLACE, "MAIN/A-02", "MAIN/A-03", recount=False)
    refused(house.do("submit", {"skip_rest": True}), 409, "nothing_counted")
    ok(house.enter(("L1", 90), ("L2", 48)))
    ok(house.do("done", {"location": PLACE}))
    ok(house.enter(("L1", 5), place="MAIN/A-02"))
    (fault,) = refused(house.do("submit"), 409, "places_not_done")
    assert fault["places"] == ["MAIN/A-02", "MAIN/A-03"]
    found = ok(house.do("submit", {"skip_rest": True}))
    outcomes = {(line["location"], line["lot"]): line["outcome"] for line in found["lines"]}
    assert outcomes == {
        (PLACE, "L1"): "to_approve",
        (PLACE, "L2"): "posted",
        ("MAIN/A-02", "L1"): "dismissed",
    }
    assert CountPlace.objects.count() == 1, "what was left out is free for another count"


def test_what_was_to_be_counted_again_and_was_not_waits_with_its_first_count(house: House) -> None:
    house.open()
    assert house.through(("L1", 90), ("L2", 48))["status"] == "recount"
    found = ok(house.do("submit", {"skip_rest": True}))
    assert found["status"] == "to_approve"
    (line,) = (one for one in found["lines"] if one["lot"] == "L1")
    assert (line["outcome"], line["reason"]) == ("to_approve", "it was not counted once more")


def test_counts_are_laid_out_by_zone_product_and_class(house: House) -> None:
    gin = make_product("GIN")
    receive("GIN", "G1", quantity=10, location="MAIN/A-02")
    Location.objects.filter(code="A-03").update(zone="Z")

    def places(**given: Any) -> list[str]:
        made = ok(house.manager.post(API, {"warehouse": "MAIN", **given}), 201)
        ok(house.do("cancel", client=house.manager, number=made["number"]))
        return sorted(one["location"] for one in made["places"])

    assert places(method="place", zone="Z") == ["MAIN/A-03"]
    assert places(method="product", products=["GIN"]) == ["MAIN/A-02"]
    assert places(method="place", limit_places=2) == [PLACE, "MAIN/CAGE"]
    selling.make_customer()
    make_location(house.main, "STAGE", kind="staging", sequence=90)
    selling.shipped(("ALE", 100))
    assert places(method="abc", abc_class="A") == [PLACE]
    assert places(method="abc", abc_class="C") == ["MAIN/A-02"]
    assert places(method="product", products=[gin.pk, "ALE"]) == [PLACE, "MAIN/A-02"]
    for body, codes in (
        ({"method": "product"}, ("required",)),
        ({"method": "abc"}, ("required",)),
        ({"method": "place", "abc_class": "A"}, ("not_by_class",)),
        ({"method": "abc", "abc_class": "A", "products": ["ALE"]}, ("not_by_product",)),
        ({"method": "place", "locations": ["NONE", "MAIN/~scrap"]}, ("unknown_location", "unknown_location")),
        (
            {"method": "product", "products": ["NONE"], "warehouse": "SOUTH"},
            ("unknown_warehouse", "unknown_product"),
        ),
        ({"method": "product", "products": ["GIN"], "zone": "Z"}, ("nothing_to_count",)),
    ):
        refused(house.manager.post(API, {"warehouse": "MAIN", **body}), 422, *codes)


def test_another_warehouses_count_is_exactly_like_a_missing_one(house: House) -> None:
    number = house.open()
    stranger = signed_in_client("manager", warehouses=[make_warehouse("NORTH")])
    missing = stranger.get(f"{API}/CT-999999").json()["detail"]
    for address in ("", "/history", "/papers/count-sheet"):
        answer = stranger.get(f"{API}/{number}{address}")
        assert (answer.status_code, answer.json()["detail"]) == (404, missing)
    for verb, body in (
        ("claim", {"location": PLACE}),
        ("enter", {"location": PLACE, "lines": [{"product": "ALE", "lot": "L1", "quantity": 1}]}),
        ("submit", {}),
        ("approve", {}),
        ("cancel", {}),
    ):
        refused(house.do(verb, body, client=stranger), 404, "not_found")
    assert ok(stranger.get(API))["results"] == []
    refused(stranger.get(f"{API}/suggestions?warehouse=MAIN"), 404, "not_found")
    refused(stranger.post(API, {"warehouse": "MAIN", "method": "place"}), 422, "unknown_warehouse")
    assert ok(stranger.get(f"{API}/accuracy?warehouse=MAIN"))["results"] == []


def test_steps_out_of_turn_are_refused_with_those_that_are_possible(house: House) -> None:
    house.open(recount=False)
    (fault,) = refused(house.do("approve", client=house.manager), 409, "impossible_step")
    assert fault["possible_steps"] == ["claim", "enter", "remove", "done", "submit", "cancel"]
    house.through(("L1", 90), ("L2", 48))
    for verb, body in (
        ("enter", {"location": PLACE, "lines": [{"product": "ALE", "lot": "L1", "quantity": 1}]}),
        ("claim", {"location": PLACE}),
        ("done", {"location": PLACE}),
        ("submit", {}),
    ):
        refused(house.do(verb, body), 409, "impossible_step")
    ok(house.do("cancel", {"reason": "fire drill"}, client=house.manager))
    refused(house.do("cancel", client=house.manager), 409, "impossible_step")
    assert house.on_hand("L1") == 100


def test_what_to_count_next_is_what_fell_short_what_was_never_counted_and_what_is_due(house: House) -> None:
    for place in ("MAIN/A-02", "MAIN/A-03"):
        house.take_in("L1", 10, "0.50", place)

    def why() -> dict[str, str]:
        found = ok(house.manager.get(f"{API}/suggestions?warehouse=MAIN"))
        return {one["location"]: one["why_code"] for one in found["places"]}

    assert why() == dict.fromkeys((PLACE, "MAIN/A-02", "MAIN/A-03"), "never_counted")
    house.open()
    assert PLACE not in why(), "what is being counted is not suggested"
    house.through(("L1", 100), ("L2", 48))
    assert why() == dict.fromkeys(("MAIN/A-02", "MAIN/A-03"), "never_counted")
    # the only class without a year's sales is C: due after 180 days
    CountPlace.objects.update(done_at=now() - dt.timedelta(days=179))
    assert PLACE not in why()
    CountPlace.objects.update(done_at=now() - dt.timedelta(days=181))
    found = ok(house.manager.get(f"{API}/suggestions?warehouse=MAIN"))
    assert found["abc"]["C"] == {"products": 1, "places": 3, "due": 3}
    assert found["places"][-1]["why"] == "class C, last counted 181 days ago"
    # a picker did not find what the book said
    make_location(house.main, "STAGE", kind="staging", sequence=90)
    one = selling.listed(selling.allocated(("ALE", 5)))
    (task,) = selling.tasks_of(one)
    from stillage.sales import operations as sales

    sales.short(actor=BOSS, pick_list=one.pk, task=task.pk, quantity=5, reason="empty", at=now())
    first = ok(house.manager.get(f"{API}/suggestions?warehouse=MAIN"))["places"][0]
    assert (first["location"], first["why_code"]) == (task.location.full_code, "short_pick")
    assert one.number in first["why"]
    refused(house.manager.get(f"{API}/suggestions"), 400, "bad_parameter")


def test_how_right_the_book_was_is_told_by_month_person_and_class(house: House) -> None:
    house.open(recount=False)
    house.through(("L1", 90), ("L2", 48))
    ok(house.do("approve", client=house.manager))
    month = now().strftime("%Y-%m")
    for way, key in (("month", month), ("person", house.counter.user.username), ("class", "C")):
        (row,) = ok(house.manager.get(f"{API}/accuracy?by={way}"))["results"]
        assert row == {
            "key": key,
            "lines": 2,
            "right": 1,
            "accuracy_percent": "50.00",
            "units_over": 0,
            "units_short": 10,
            "value_over": "0.00",
            "value_short": "5.00",
        }
    (row,) = ok(house.counter.get(f"{API}/accuracy"))["results"]
    assert "value_short" not in row
    today = now().date().isoformat()
    assert ok(house.manager.get(f"{API}/accuracy?since={today}&until={today}"))["results"]
    assert ok(house.manager.get(f"{API}/accuracy?since=2100-01-01"))["results"] == []


def test_a_tolerance_of_money_holds_what_is_dear_back(house: House) -> None:
    house.open(recount=False, tolerance_percent="50", tolerance_value="5.00")
    found = house.through(("L1", 89), ("L2", 40))
    outcomes = {line["lot"]: line["outcome"] for line in found["lines"]}
    assert outcomes == {"L1": "to_approve", "L2": "posted"}, "11 x 0.50 is more than 5.00, 8 x 0.60 is not"


def test_a_tampered_line_or_a_booking_of_nobody_is_found(house: House) -> None:
    house.open(recount=False)
    house.through(("L1", 90), ("L2", 48))
    ok(house.do("approve", client=house.manager))
    lines = control.lines_of(control.Count.objects.get())
    type(lines[0]).objects.filter(pk=lines[0].pk).update(counted=91)
    assert any("a difference of -9 is said to be booked" in line for line in disagreements(seal=False))
