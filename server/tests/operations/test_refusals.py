"""What each stock operation refuses: where, by which rule, in words that help; and that nothing was done."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from stillage.accounts.roles import permissions_of
from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.core.errors import Kind, Refusal
from stillage.places.models import Location
from stillage.stock import operations
from stillage.stock.models import Hold, Movement
from stillage.stock.reconcile import disagreements
from tests.builders import BOSS, make_product, make_warehouse, receive
from tests.promises.tables import changed, everything

pytestmark = pytest.mark.django_db
AT = now()


@dataclasses.dataclass
class World:
    main: Any
    north: Any
    ale: Any
    picker: Actor  # works in MAIN


@pytest.fixture
def world() -> World:
    main, north = make_warehouse("MAIN"), make_warehouse("NORTH")
    ale = make_product("ALE-330")
    make_product("KEG-50", lot_tracked=False)
    receive(ale, "L1", quantity=10)
    receive(ale, "L1", quantity=10, location="NORTH/A-01")
    receive("KEG-50", None, quantity=10, expiry_date=dt.date(2190, 1, 1))
    Location.objects.filter(full_code="MAIN/A-03").update(is_active=False)
    picker = Actor(7, "picker", permissions_of(["picker"]), frozenset({main.pk}))
    return World(main, north, ale, picker)


def faults(act: Any, **given: Any) -> list[tuple[str, str]]:
    """(pointer, rule) of each fault; nothing was done."""
    before = everything()
    with pytest.raises(Refusal) as caught, transaction.atomic():
        act(**{"actor": BOSS, "at": AT, **given})
    assert changed(before, everything()) == []
    assert caught.value.detail.endswith((".", "!"))
    assert all(fault.detail.endswith(".") for fault in caught.value.faults)
    return [(fault.pointer, fault.code) for fault in caught.value.faults] or [("", caught.value.code)]


def move(
    product: Any = "ALE-330",
    lot: Any = "L1",
    source: Any = "MAIN/A-01",
    target: Any = "MAIN/A-02",
    units: int = 1,
) -> Any:
    return operations.MoveLine(product, source, target, units, lot)


MOVES = [
    ([move("NO-SUCH")], [("/lines/0/product", "unknown_product")]),
    ([move(999_999)], [("/lines/0/product", "unknown_product")]),
    ([move(lot="L9")], [("/lines/0/lot", "unknown_lot")]),
    ([move(lot=999_999)], [("/lines/0/lot", "unknown_lot")]),
    ([move(lot=None)], [("/lines/0/lot", "lot_required")]),
    ([move("KEG-50", "L1")], [("/lines/0/lot", "lot_not_tracked")]),
    ([move(source="MAIN/Z-99")], [("/lines/0/from_location", "unknown_location")]),
    ([move(target="MAIN/~scrap")], [("/lines/0/to_location", "unknown_location")]),
    ([move(target="MAIN/A-01")], [("/lines/0/to_location", "same_location")]),
    ([move(target="MAIN/A-03")], [("/lines/0/to_location", "location_closed")]),
    ([move(units=11)], [("/lines/0/quantity", "insufficient_stock")]),
    ([move(source="MAIN/A-02", target="MAIN/A-01")], [("/lines/0/quantity", "insufficient_stock")]),
    (
        [move(), move("NO-SUCH", source="MAIN/Z-99"), move(lot="L9")],
        [
            ("/lines/1/product", "unknown_product"),
            ("/lines/1/from_location", "unknown_location"),
            ("/lines/2/lot", "unknown_lot"),
        ],
    ),
    (
        [move(units=6), move(units=5)],
        [("/lines/0/quantity", "insufficient_stock"), ("/lines/1/quantity", "insufficient_stock")],
    ),
]


@pytest.mark.parametrize(("lines", "expected"), MOVES)
def test_a_move_says_every_line_that_cannot_be(world: World, lines: Any, expected: Any) -> None:
    assert faults(operations.move, lines=lines, reference="") == expected


def test_a_place_in_another_warehouse_is_as_unknown_as_none(world: World) -> None:
    for lines in ([move(target="NORTH/A-01")], [move(source="NORTH/A-01")]):
        (fault,) = faults(operations.move, actor=world.picker, lines=lines, reference="")
        assert fault[1] == "unknown_location"
    north = Location.objects.get(full_code="NORTH/A-01").pk
    adjust = operations.AdjustLine("ALE-330", north, 1, "found", "L1")
    assert faults(operations.adjust, actor=world.picker, lines=[adjust], reference="") == [
        ("/lines/0/location", "unknown_location")
    ]


def test_a_chain_in_one_document_is_judged_by_its_end(world: World) -> None:
    """What arrives by one line may leave by another: a document is one event."""
    lines = [move(source="MAIN/A-02", target="MAIN/CAGE", units=4), move(units=4)]
    done = operations.move(actor=BOSS, lines=lines, reference="", at=AT)
    left = {row["location"]: row["on_hand"] for row in done["balances"]}
    assert left == {"MAIN/A-01": 6, "MAIN/A-02": 0, "MAIN/CAGE": 4}
    assert disagreements(seal=False) == []


def test_adjusting_and_scrapping_take_no_more_than_is_free(world: World) -> None:
    adjust = operations.AdjustLine("ALE-330", "MAIN/A-01", -11, "lost", "L1")
    assert faults(operations.adjust, lines=[adjust], reference="") == [
        ("/lines/0/quantity_delta", "insufficient_stock")
    ]
    new_lot = operations.AdjustLine("ALE-330", "MAIN/A-01", 5, "found", "L2")
    assert faults(operations.adjust, lines=[new_lot], reference="") == [("/lines/0/lot", "unknown_lot")]
    scrap = operations.ScrapLine("ALE-330", "MAIN/A-01", 11, "broken", "L1")
    assert faults(operations.scrap, lines=[scrap], reference="") == [
        ("/lines/0/quantity", "insufficient_stock")
    ]


def test_a_hold_is_made_once_and_ended_once(world: World) -> None:
    everywhere, here = (
        operations.HoldLine("ALE-330", "recall", "L1"),
        operations.HoldLine("ALE-330", "leak", "L1", "MAIN/A-01"),
    )
    assert faults(operations.release, lines=[operations.ReleaseLine("ALE-330", "L1")]) == [
        ("/lines/0/lot", "not_held")
    ]
    operations.hold(actor=BOSS, lines=[everywhere, here], at=AT)
    assert faults(operations.hold, lines=[everywhere]) == [("/lines/0/lot", "held_already")]
    assert faults(operations.hold, lines=[here, everywhere]) == [
        ("/lines/0/lot", "held_already"),
        ("/lines/1/lot", "held_already"),
    ]
    operations.release(actor=BOSS, lines=[operations.ReleaseLine("ALE-330", "L1")], at=AT)
    assert Hold.objects.filter(released_at__isnull=True).get().scope.startswith("location:")
    assert faults(operations.release, lines=[operations.ReleaseLine("ALE-330", "L1")]) == [
        ("/lines/0/lot", "not_held")
    ]


def test_the_same_hold_twice_in_one_request_is_one_too_many(world: World) -> None:
    line = operations.HoldLine("ALE-330", "recall", "L1")
    done = operations.hold(actor=BOSS, lines=[line], at=AT)
    assert len(done["holds"]) == 1
    release = operations.ReleaseLine("ALE-330", "L1")
    assert faults(operations.release, lines=[release, release]) == [("/lines/1/lot", "not_held")]
    operations.release(actor=BOSS, lines=[release], at=AT)
    assert faults(operations.hold, lines=[line, line]) == [("/lines/1/lot", "held_already")]


def test_who_works_in_one_warehouse_holds_there_only(world: World) -> None:
    anywhere = operations.HoldLine("ALE-330", "recall", "L1")
    assert faults(operations.hold, actor=world.picker, lines=[anywhere]) == [
        ("/lines/0/location", "location_required")
    ]
    release = operations.ReleaseLine("ALE-330", "L1")
    assert faults(operations.release, actor=world.picker, lines=[release]) == [
        ("/lines/0/location", "location_required")
    ]


# ---- undoing ------------------------------------------------------------------------------------
def moved(world: World, actor: Actor = BOSS) -> UUID:
    return operations.move(actor=actor, lines=[move(units=4)], reference="", at=AT)["operation_id"]


def undo(operation_id: UUID) -> dict[str, Any]:
    return {"operation_id": operation_id, "reason": "mistake"}


def test_what_is_not_there_or_not_ones_own_is_not_undone(world: World) -> None:
    assert faults(operations.reverse, **undo(uuid4())) == [("", "not_found")]
    by_boss = moved(world, dataclasses.replace(BOSS, user_id=1))
    assert faults(operations.reverse, actor=world.picker, **undo(by_boss)) == [("", "not_yours")]
    line = move(source="NORTH/A-01", target="NORTH/A-02")
    away = operations.move(actor=dataclasses.replace(BOSS, user_id=7), lines=[line], reference="", at=AT)
    assert faults(operations.reverse, actor=world.picker, **undo(away["operation_id"])) == [("", "not_found")]


def test_what_was_undone_is_undone_again_only_through_its_reversal(world: World) -> None:
    first = moved(world)
    second = operations.reverse(actor=BOSS, at=AT, **undo(first))["operation_id"]
    assert faults(operations.reverse, **undo(first)) == [("", "already_reversed")]
    operations.reverse(actor=BOSS, at=AT, **undo(second))
    assert faults(operations.reverse, **undo(second)) == [("", "already_reversed")]
    on_hand = {row.full_code: row.on_hand for row in _places()}
    assert on_hand == {"MAIN/A-01": 6, "MAIN/A-02": 4}
    assert disagreements(seal=False) == []


def _places() -> Any:
    from django.db.models import F

    from stillage.stock.models import Balance

    found = Balance.objects.filter(lot__number="L1", on_hand__gt=0, warehouse__code="MAIN")
    return found.annotate(full_code=F("location__full_code"))


def test_stock_that_has_moved_on_is_not_undone_and_the_answer_says_how_much_is_left(world: World) -> None:
    first = moved(world)
    operations.move(
        actor=BOSS, lines=[move(source="MAIN/A-02", target="MAIN/CAGE", units=3)], reference="", at=AT
    )
    with pytest.raises(Refusal) as caught, transaction.atomic():
        operations.reverse(actor=BOSS, at=AT, **undo(first))
    assert caught.value.kind is Kind.CONFLICT
    assert (
        "Only 1 of ALE-330 lot L1 are free at MAIN/A-02; 4 were asked for." in caught.value.faults[0].detail
    )


def test_what_was_shipped_is_not_undone_here(world: World) -> None:
    order = uuid4()
    demand = operations.Demand(order, "SO", world.ale.pk, world.main.pk, 3, AT.date())
    operations.allocate(actor=BOSS, demands=[demand], at=AT)
    shipped = operations.issue(
        actor=BOSS, leaving=[operations.Leaving(order)], reference="SO", delivered_on=AT.date(), at=AT
    )
    assert faults(operations.reverse, **undo(shipped["operation_id"])) == [("", "not_reversible")]


# ---- promising ----------------------------------------------------------------------------------
def test_of_several_demands_all_or_none_are_promised_unless_asked_otherwise(world: World) -> None:
    wants = [operations.Demand(uuid4(), f"SO-{n}", world.ale.pk, world.main.pk, 6, AT.date()) for n in (1, 2)]
    assert faults(operations.allocate, demands=wants) == [("/demands/1/quantity", "insufficient_stock")]
    promised = operations.allocate(actor=BOSS, demands=wants, at=AT, whole=False)
    assert [sum(one.quantity for one in promised[want.id]) for want in wants] == [6, 4]
    assert disagreements(seal=False) == []


def test_nothing_promised_is_nothing_shipped(world: World) -> None:
    given = {"leaving": [operations.Leaving(uuid4())], "reference": "", "delivered_on": AT.date()}
    assert faults(operations.issue, **given) == [("", "nothing_allocated")]
    assert operations.deallocate(actor=BOSS, demand_ids=[uuid4()], at=AT) == 0
    assert not Movement.objects.filter(kind="issue").exists()


# ---- receiving ----------------------------------------------------------------------------------
def test_goods_that_go_stale_need_a_date_and_enough_of_it(world: World) -> None:
    make_product("MILK", shelf_life_days=30, minimum_intake_days=10)
    soon = AT.date() + dt.timedelta(days=9)
    undated = operations.ReceiveLine("MILK", "MAIN/A-01", 1, "L1")
    short = operations.ReceiveLine("MILK", "MAIN/A-01", 1, "L2", expiry_date=soon)
    closed = operations.ReceiveLine(
        "MILK", "MAIN/A-03", 1, "L3", expiry_date=AT.date() + dt.timedelta(days=10)
    )
    assert faults(operations.receive, lines=[undated, short, closed], reference="") == [
        ("/lines/0/expiry_date", "date_required"),
        ("/lines/1/expiry_date", "short_dated"),
        ("/lines/2/location", "location_closed"),
    ]
    made = operations.ReceiveLine(
        "MILK", "MAIN/A-01", 1, "L4", production_date=AT.date() - dt.timedelta(days=5)
    )
    answer = operations.receive(actor=BOSS, lines=[made], reference="", at=AT)
    assert answer["movements"][0]["expiry_date"] == AT.date() + dt.timedelta(days=25)
