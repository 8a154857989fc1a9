"""Random operations on the real ledger and on a reference of a few dicts: same effects, same refusals, every time."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from stillage.stock.reconcile import disagreements
from tests.conftest import CI
from tests.promises.model import DEMANDS, LOTS, PLACES, Book, Real, Spot, retold
from tests.promises.replay import balances_by_the_trail

TERMS = ("received", "returned_to_supplier", "shipped", "returned", "scrapped", "counted", "adjusted")
lots = st.sampled_from(sorted(LOTS))
places = st.sampled_from(list(PLACES))
scopes = st.sampled_from([None, "MAIN/A-01", "NORTH/N-01"])
few = st.integers(1, 12)
entries = st.tuples(lots, places, places, few).map(lambda t: (*t[0], t[1], t[2], t[3]))
wants = st.tuples(
    st.sampled_from(DEMANDS),
    st.sampled_from(["ALE", "KEG"]),
    st.sampled_from(["MAIN", "NORTH"]),
    few,
    st.sampled_from([0, 0, 20]),
    st.sampled_from([1, 1, 4]),
)


class Ledger(RuleBasedStateMachine):
    """Each rule does one thing to both, and both must answer alike."""

    def __init__(self) -> None:
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()
        self.book, self.real = Book(), Real()
        self.history: list[tuple[dt.datetime, dict[Spot, int]]] = []

    def both(self, name: str, *args: Any, **kwargs: Any) -> None:
        expected = getattr(self.book, name)(*args, **kwargs)
        assert getattr(self.real, name)(*args, **kwargs) == expected, (name, args, kwargs)
        self.history.append(
            (self.real.clock, {spot: units for spot, units in self.book.on_hand.items() if units})
        )

    @initialize()
    def stock(self) -> None:
        for (sku, lot), place in zip(sorted(LOTS), PLACES, strict=False):
            self.both("receive", sku, lot, place, 20, other_date=False)

    @rule(lot=lots, place=places, quantity=few, other_date=st.booleans())
    def receive(self, lot: tuple[str, str], place: str, quantity: int, other_date: bool) -> None:
        # Of a lot that is not there yet, any date is as good as another.
        other_date = other_date and lot[1] != "" and lot in self.book.lots
        self.both("receive", *lot, place, quantity, other_date=other_date)

    @rule(lines=st.lists(entries, min_size=1, max_size=3))
    def move(self, lines: list[Any]) -> None:
        self.both("move", lines)

    @rule(lot=lots, place=places, delta=st.integers(-12, 12).filter(bool))
    def adjust(self, lot: tuple[str, str], place: str, delta: int) -> None:
        self.both("adjust", *lot, place, delta)

    @rule(lot=lots, place=places, quantity=few)
    def scrap(self, lot: tuple[str, str], place: str, quantity: int) -> None:
        self.both("scrap", *lot, place, quantity)

    @precondition(lambda self: self.book.done)
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        self.both("reverse", data.draw(st.integers(0, len(self.book.done) - 1)))

    @rule(lot=lots, place=scopes)
    def hold(self, lot: tuple[str, str], place: str | None) -> None:
        self.both("hold", *lot, place)

    @rule(lot=lots, place=scopes)
    def release(self, lot: tuple[str, str], place: str | None) -> None:
        self.both("release", *lot, place)

    @rule(wanted=st.lists(wants, min_size=1, max_size=3), whole=st.booleans())
    def allocate(self, wanted: list[Any], whole: bool) -> None:
        self.both("allocate", wanted, whole=whole)

    @rule(demands=st.lists(st.sampled_from(DEMANDS), min_size=1, max_size=2))
    def deallocate(self, demands: list[Any]) -> None:
        self.both("deallocate", demands)

    @rule(data=st.data(), units=st.integers(1, 8))
    def give_back(self, data: st.DataObject, units: int) -> None:
        self.both("give_back", *data.draw(self.promises()), units)

    @rule(
        data=st.data(),
        kind=st.sampled_from(["pick", "pick", "put_back"]),
        place=st.sampled_from(["MAIN/STAGE", "MAIN/STAGE", "MAIN/A-02", "NORTH/N-01"]),
        units=st.integers(1, 8),
    )
    def carry(self, data: st.DataObject, kind: str, place: str, units: int) -> None:
        self.both("carry", kind, *data.draw(self.promises()), place, units)

    def promises(self) -> st.SearchStrategy[Any]:
        """Mostly something that is promised; now and then something that is not."""
        there = [
            (demand, spot)
            for demand, own in self.book.promised.items()
            for spot, units in own.items()
            if units
        ]
        stray = st.tuples(st.sampled_from(DEMANDS), st.tuples(lots, places).map(lambda t: (*t[0], t[1])))
        return (
            st.one_of(st.sampled_from(sorted(there)), st.sampled_from(sorted(there)), stray)
            if there
            else stray
        )

    @rule(lot=lots, place=places, quantity=few)
    def take_back(self, lot: tuple[str, str], place: str, quantity: int) -> None:
        self.both("take_back", *lot, place, quantity)

    @rule(demand=st.sampled_from(DEMANDS), in_days=st.sampled_from([0, 0, 11]), picked=st.booleans())
    def issue(self, demand: Any, in_days: int, picked: bool) -> None:
        self.both("issue", demand, in_days=in_days, picked=picked)

    # ---- documents that move stock by steps of their own -----------------------------------------
    @rule(lot=lots, quantity=few)
    def receive_damaged(self, lot: tuple[str, str], quantity: int) -> None:
        self.both("receive_damaged", *lot, quantity)

    @rule(lot=lots, place=places, quantity=few)
    def send_back(self, lot: tuple[str, str], place: str, quantity: int) -> None:
        self.both("send_back", *lot, place, quantity)

    @precondition(lambda self: len(self.book.lots) == len(LOTS))
    @rule(lot=lots, place=st.sampled_from([one for one in PLACES if one.startswith("MAIN")]), quantity=few)
    def send(self, lot: tuple[str, str], place: str, quantity: int) -> None:
        self.both("send", *lot, place, quantity)

    @precondition(lambda self: self.book.sent)
    @rule(data=st.data(), quantity=few, surplus=st.booleans())
    def arrive(self, data: st.DataObject, quantity: int, surplus: bool) -> None:
        self.both("arrive", data.draw(self.any_of(self.book.sent)), quantity, surplus=surplus)

    @precondition(lambda self: self.book.sent)
    @rule(data=st.data(), step=st.sampled_from(["lose", "bring_back"]))
    def end_transfer(self, data: st.DataObject, step: str) -> None:
        self.both(step, data.draw(self.any_of(self.book.sent)))

    @precondition(lambda self: len(self.book.lots) == len(LOTS))
    @rule(lot=lots, place=places, counted=st.integers(0, 30))
    def count(self, lot: tuple[str, str], place: str, counted: int) -> None:
        self.both("count", (*lot, place), counted)

    @precondition(lambda self: self.book.found)
    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        self.both("approve", data.draw(self.any_of(self.book.found)))

    @rule(lot=lots)
    def call_back(self, lot: tuple[str, str]) -> None:
        self.both("call_back", *lot)

    @precondition(lambda self: self.book.called)
    @rule(data=st.data(), release=st.booleans())
    def end_recall(self, data: st.DataObject, release: bool) -> None:
        self.both("end_recall", data.draw(self.any_of(self.book.called)), release=release)

    @staticmethod
    def any_of(own: list[Any]) -> st.SearchStrategy[int]:
        """Which of them; the newest often."""
        return st.one_of(st.just(len(own) - 1), st.integers(0, len(own) - 1))

    @rule(closed=st.booleans())
    def close_or_open_a_place(self, closed: bool) -> None:
        self.real.close("MAIN/A-02", closed=closed)
        (self.book.closed.add if closed else self.book.closed.discard)("MAIN/A-02")

    @precondition(lambda self: self.history)
    @rule(data=st.data())
    def look_back(self, data: st.DataObject) -> None:
        instant, then = data.draw(st.sampled_from(self.history))
        assert self.real.on_hand_at(instant) == then

    @invariant()
    def balances_are_the_models(self) -> None:
        assert self.real.balances() == self.book.balances()
        assert self.real.available() == {sku: self.book.available(sku) for sku in ("ALE", "KEG")}

    @invariant()
    def every_lot_can_be_traced_to_its_last_unit(self) -> None:
        """DESIGN 3, promise 8: what came in, less what went out, is what lies there; told by the sums and one by one."""
        told = retold()
        for lot, tally in self.real.traces().items():
            assert tally.closes, (lot, tally)
            here = sum(units for spot, units in self.book.on_hand.items() if spot[:2] == lot)
            assert tally.on_hand + tally.in_transit == here
            assert {term: units for term in TERMS if (units := getattr(tally, term))} == told.get(lot, {})

    def teardown(self) -> None:
        try:
            assert disagreements(seal=False) == []
            assert balances_by_the_trail() == self.book.balances()
        finally:
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)


@pytest.mark.django_db
def test_the_ledger_does_what_the_model_says() -> None:
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            deadline=None,
            derandomize=CI,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


# ---- ten thousand -------------------------------------------------------------------------------
OPERATIONS = 10_000


@pytest.mark.timeout(1200)  # long on a slow machine, and no promise about it
@pytest.mark.django_db(transaction=True)
def test_reconcile_is_silent_after_ten_thousand_random_operations() -> None:
    """Ten thousand operations that were carried out, each by itself; refused ones are extra."""
    seed = 20261122 if CI else int(time.time())
    chance = random.Random(seed)
    book, real = Book(), Real()
    outcomes: Counter[str] = Counter()
    while outcomes["done"] < OPERATIONS:
        name, args, kwargs = _anything(chance, book)
        expected = getattr(book, name)(*args, **kwargs)
        assert getattr(real, name)(*args, **kwargs) == expected, (seed, outcomes, name, args, kwargs)
        outcomes["done" if expected is None or isinstance(expected, int) else expected] += 1
        if sum(outcomes.values()) % 1000 == 0:
            assert real.balances() == book.balances(), seed
    assert real.balances() == book.balances(), seed
    assert disagreements(seal=False) == [], seed
    assert balances_by_the_trail() == book.balances(), seed
    assert set(outcomes) >= {
        "insufficient_stock",
        "same_location",
        "already_reversed",
        "held_already",
        "not_held",
        "lot_held",
        "not_promised",
        "impossible_step",
        "more_than_dispatched",
    }


def _anything(chance: random.Random, book: Book) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    lot, place, units = chance.choice(sorted(LOTS)), chance.choice(list(PLACES)), chance.randint(1, 12)
    scope, demand = chance.choice([None, "MAIN/A-01", "NORTH/N-01"]), chance.choice(DEMANDS)
    match chance.randrange(100):
        case n if n < 17:
            return "receive", (*lot, place, units), {"other_date": False}
        case n if n < 20 and (step := _by_a_document(chance, book, lot, place, units)):
            return step
        case n if n < 23:
            return "take_back", (*lot, place, units), {}
        case n if n < 40:
            return "move", ([(*lot, place, chance.choice(list(PLACES)), units)],), {}
        case n if n < 50 and (there := _promised(book)):
            spot = chance.choice(there)
            target = chance.choice(["MAIN/STAGE", "MAIN/STAGE", "MAIN/A-02", "NORTH/N-01"])
            return "carry", (chance.choice(["pick", "pick", "put_back"]), *spot, target, units % 4 + 1), {}
        case n if n < 53 and (there := _promised(book)):
            return "give_back", (*chance.choice(there), units), {}
        case n if n < 60:
            return "adjust", (*lot, place, chance.choice([-units, units])), {}
        case n if n < 65:
            return "scrap", (*lot, place, units), {}
        case n if n < 73 and book.done:
            return "reverse", (chance.randint(max(0, len(book.done) - 40), len(book.done) - 1),), {}
        case n if n < 77:
            return "hold", (*lot, scope), {}
        case n if n < 81:
            return "release", (*lot, scope), {}
        case n if n < 89:
            want = (
                demand,
                chance.choice(["ALE", "KEG"]),
                chance.choice(["MAIN", "NORTH"]),
                units,
                chance.choice([0, 20]),
                chance.choice([1, 4]),
            )
            return "allocate", ([want],), {"whole": chance.random() < 0.5}
        case n if n < 93:
            return "deallocate", ([demand],), {}
        case _:
            return "issue", (demand,), {"in_days": chance.choice([0, 11]), "picked": chance.random() < 0.5}


def _by_a_document(
    chance: random.Random, book: Book, lot: tuple[str, str], place: str, units: int
) -> tuple[str, tuple[Any, ...], dict[str, Any]] | None:
    """A step of one of the documents above the ledger, where it can be named."""
    if len(book.lots) < len(LOTS):
        return None
    here = chance.choice([one for one in PLACES if one.startswith("MAIN")])
    match chance.randrange(9):
        case 0:
            return "send_back", (*lot, place, units), {}
        case 1 | 2:
            return "send", (*lot, here, units), {}
        case 3 | 4 if book.sent:
            surplus = chance.random() < 0.3
            return "arrive", (_late(chance, book.sent), units), {"surplus": surplus}
        case 5 if book.sent:
            return chance.choice(["lose", "bring_back"]), (_late(chance, book.sent),), {}
        case 6:
            return "count", ((*lot, place), max(0, book.on_hand[*lot, place] + units - 6)), {}
        case 7 if book.found:
            return "approve", (_late(chance, book.found),), {}
        case 8 if book.called and book.called[-1].open:
            return "end_recall", (len(book.called) - 1,), {"release": True}
        case 8:
            return "call_back", lot, {}
    return None


def _late(chance: random.Random, own: list[Any]) -> int:
    return chance.randint(max(0, len(own) - 4), len(own) - 1)


def _promised(book: Book) -> list[Any]:
    return sorted(
        (demand, spot) for demand, own in book.promised.items() for spot, units in own.items() if units
    )
