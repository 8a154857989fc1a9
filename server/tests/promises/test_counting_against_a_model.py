"""Promise 9 against a model of two dicts: people count while the goods move, at once and late, and others decide later.

The model knows only what moved when. Whatever is entered, in whatever order it comes in, after a difference was booked
there lies at the place what was counted, and what moved after that instant.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any
from uuid import uuid4

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

from stillage.core.clock import now
from stillage.core.errors import Refusal
from stillage.counting import operations as counting
from stillage.counting.models import Count, CountLine
from stillage.places.models import Location, Warehouse
from stillage.stock import operations as stock
from stillage.stock.models import Allocation, Balance
from stillage.stock.reconcile import disagreements
from tests.builders import BOSS, FAR, make_location, make_product, make_warehouse
from tests.conftest import CI
from tests.control import ANN, BEN

LOTS, PLACES = ("L1", "L2"), ("MAIN/A-01", "MAIN/A-02")
LANE = "MAIN/STAGE"
Key = tuple[str, str]  # lot and place
lots, places = st.sampled_from(LOTS), st.sampled_from(PLACES)
MINUTE = dt.timedelta(minutes=1)


class Counting(RuleBasedStateMachine):
    """Each rule does one thing to the warehouse and notes what moved."""

    def __init__(self) -> None:
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()
        self.at = now() - dt.timedelta(hours=20)
        self.moved: list[tuple[dt.datetime, Key, int]] = []
        self.seen: dict[
            tuple[int, Key], tuple[int, dt.datetime, bool]
        ] = {}  # round -> counted, when, at once
        self.books: dict[tuple[int, Key], int] = {}
        self.booked: set[int] = set()
        self.count: Count | None = None

    def tick(self) -> dt.datetime:
        self.at += MINUTE
        return self.at

    def then(self, key: Key, at: dt.datetime) -> int:
        """What lay there after all that moved until an instant."""
        return sum(units for when, own, units in self.moved if own == key and when <= at)

    def note(self, at: dt.datetime, lot: str, source: str | None, target: str | None, units: int) -> None:
        for place, sign in ((source, -1), (target, 1)):
            if place is not None:
                self.moved.append((at, (lot, place), sign * units))

    def attempt(self, act: Any) -> bool:
        """Whether it was done; a refusal has done nothing."""
        try:
            with transaction.atomic():
                act()
        except Refusal:
            return False
        return True

    # ---- the goods ------------------------------------------------------------------------------
    @initialize()
    def stock_up(self) -> None:
        main = make_warehouse("MAIN")
        make_location(main, "STAGE", kind="staging")
        self.product = make_product("ALE")
        for lot in LOTS:
            for place in PLACES:
                self.receive(lot, place, 20)
        self.open(2, False)

    @rule(lot=lots, place=places, units=st.integers(1, 9))
    def receive(self, lot: str, place: str, units: int) -> None:
        at = self.tick()
        line = stock.ReceiveLine("ALE", place, units, lot, FAR)
        stock.receive(actor=BOSS, lines=[line], reference="", at=at)
        self.note(at, lot, None, place, units)

    @rule(lot=lots, place=places, units=st.integers(1, 25))
    def move(self, lot: str, place: str, units: int) -> None:
        at, target = self.tick(), PLACES[place == PLACES[0]]
        line = stock.MoveLine("ALE", place, target, units, lot)
        if self.attempt(lambda: stock.move(actor=BOSS, lines=[line], reference="", at=at)):
            self.note(at, lot, place, target, units)

    @rule(units=st.integers(1, 30))
    def promise(self, units: int) -> None:
        at = self.tick()
        demand = stock.Demand(
            uuid4(), f"D-{self.at:%H%M}", self.product.pk, Warehouse.objects.get().pk, units, self.at.date()
        )
        self.attempt(lambda: stock.allocate(actor=BOSS, demands=[demand], at=at, whole=False))

    @rule()
    def pick(self) -> None:
        at = self.tick()
        found = Allocation.objects.exclude(location__full_code=LANE).select_related("lot", "location").first()
        if found is None:
            return
        lane = Location.objects.get(full_code=LANE)
        line = stock.PickLine(found.demand_id, found.lot_id, found.location_id, lane.pk, found.quantity)
        stock.pick(actor=BOSS, lines=[line], reference="", at=at)
        self.note(at, found.lot.number, found.location.full_code, LANE, found.quantity)

    # ---- the count ------------------------------------------------------------------------------
    @precondition(lambda self: self.count is None)
    @rule(tolerance=st.integers(0, 3), recount=st.booleans())
    def open(self, tolerance: int, recount: bool) -> None:
        asked = counting.Asked(
            warehouse="MAIN", method="place", locations=PLACES, tolerance_units=tolerance, recount=recount
        )
        self.count = counting.open_count(actor=BOSS, asked=asked, at=self.tick())
        self.seen, self.books, self.booked = {}, {}, set()

    @property
    def status(self) -> str:
        return "" if self.count is None else Count.objects.get(pk=self.count.pk).status

    def round(self, place: str) -> int:
        assert self.count is not None
        return max(
            self.count.places.filter(location__full_code=place).values_list("round", flat=True), default=1
        )

    at_work = precondition(lambda self: self.status in ("open", "recount"))

    @at_work
    @rule(lot=lots, place=places, units=st.integers(0, 40), late=st.integers(0, 6), add=st.booleans())
    def enter(self, lot: str, place: str, units: int, late: int, add: bool) -> None:
        at = self.tick()
        when = at - late * MINUTE + MINUTE / 2 if late else None  # between what was done before and after
        seen = counting.Seen(
            product="ALE", lot=lot, quantity=units, mode="add" if add else "set", counted_at=when
        )
        assert self.count is not None
        pk = self.count.pk
        if not self.attempt(lambda: counting.enter(actor=ANN, count=pk, location=place, lines=[seen], at=at)):
            return
        key, instant = (self.round(place), (lot, place)), when or at
        before = self.seen.get(key)
        if add and before:
            units, instant = units + before[0], max(instant, before[1])
        elif before and instant < before[1]:
            return  # it was counted before what stands, and came late
        self.seen[key] = (units, instant, when is None)
        self.books[key] = self.then((lot, place), instant)

    @at_work
    @rule(lot=lots, place=places)
    def remove(self, lot: str, place: str) -> None:
        assert self.count is not None
        pk, at = self.count.pk, self.tick()
        if self.attempt(
            lambda: counting.remove(actor=ANN, count=pk, location=place, product="ALE", lot=lot, at=at)
        ):
            del self.seen[self.round(place), (lot, place)]

    @at_work
    @rule(place=places)
    def done(self, place: str) -> None:
        assert self.count is not None
        pk, at = self.count.pk, self.tick()
        if self.attempt(lambda: counting.done(actor=ANN, count=pk, location=place, at=at, not_seen="zero")):
            for line in CountLine.objects.filter(
                count=pk, location__full_code=place, round=self.round(place)
            ):
                key = (line.round, (line.lot_number, place))
                if key not in self.seen:
                    assert line.counted == 0
                    self.seen[key] = (0, at, True)
                    self.books[key] = self.then(key[1], at)

    @at_work
    @rule()
    def submit(self) -> None:
        assert self.count is not None
        pk, at = self.count.pk, self.tick()
        if self.attempt(lambda: counting.submit(actor=ANN, count=pk, at=at, skip_rest=True)):
            self.book(at)

    to_approve = precondition(lambda self: self.status == "to_approve")

    @to_approve
    @rule()
    def approve(self) -> None:
        assert self.count is not None
        pk, at = self.count.pk, self.tick()
        assert not self.attempt(lambda: counting.approve(actor=ANN, count=pk, at=at)), "she counted it"
        if self.attempt(lambda: counting.approve(actor=BEN, count=pk, at=at, free_promises=True)):
            self.book(at)

    @to_approve
    @rule(again=st.booleans())
    def reject(self, again: bool) -> None:
        assert self.count is not None
        line = CountLine.objects.filter(count=self.count, outcome="to_approve").order_by("pk")[0]
        counting.reject(
            actor=BEN,
            count=self.count.pk,
            lines=[line.pk],
            action="recount" if again else "dismiss",
            at=self.tick(),
        )
        self.book(self.at)

    @precondition(lambda self: self.count is not None)
    @rule()
    def cancel(self) -> None:
        assert self.count is not None
        pk, at = self.count.pk, self.tick()
        if self.attempt(lambda: counting.cancel(actor=BEN, count=pk, at=at)):
            self.count = None

    def book(self, at: dt.datetime) -> None:
        """What was booked since is a difference against what the model's book said at the instant of the entry."""
        assert self.count is not None
        fresh = CountLine.objects.filter(count=self.count, outcome="posted").exclude(pk__in=self.booked)
        changes: dict[Key, int] = defaultdict(int)
        for line in fresh.select_related("location"):
            key = (line.round, (line.lot_number, line.location.full_code))
            counted, _, _ = self.seen[key]
            assert (line.counted, line.book) == (counted, self.books[key])
            changes[key[1]] += counted - self.books[key]
            self.booked.add(line.pk)
        for own, units in changes.items():
            if units:
                self.moved.append((at, own, units))
        if self.status == "closed":
            self.count = None

    # ---- what always holds ----------------------------------------------------------------------
    @invariant()
    def what_lies_there_is_what_moved(self) -> None:
        lie: dict[Key, int] = defaultdict(int)
        for _, key, units in self.moved:
            lie[key] += units
        found = Balance.objects.values_list("lot__number", "location__full_code", "on_hand", "allocated")
        there = {(lot, place): (units, promised) for lot, place, units, promised in found}
        assert {key: units for key, (units, _) in there.items() if units} == {
            key: units for key, units in lie.items() if units
        }
        assert all(0 <= promised <= units for units, promised in there.values())

    @invariant()
    def the_lines_say_what_was_entered(self) -> None:
        if self.count is None:
            return
        found = CountLine.objects.filter(count=self.count).select_related("location")
        lines = {
            (line.round, (line.lot_number, line.location.full_code)): (line.counted, line.book)
            for line in found
        }
        assert lines == {key: (counted, self.books[key]) for key, (counted, _, _) in self.seen.items()}

    def teardown(self) -> None:
        try:
            assert disagreements(seal=False) == []
        finally:
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)


@pytest.mark.django_db
def test_after_a_count_there_lies_what_was_counted_and_what_moved_after() -> None:
    run_state_machine_as_test(
        Counting,
        settings=settings(
            max_examples=60 if CI else 25,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def told(machine: Counting) -> None:
    """A story with a pick, a receipt and a move between entry and approval, and an entry that came late."""
    machine.stock_up()
    place, other = PLACES
    machine.move("L1", place, 3)
    machine.enter("L1", other, 0, 0, False)  # nobody believes it: it is dismissed below
    machine.done(other)
    machine.enter("L1", place, 9, 2, False)  # late, and after the move: the book says 17
    machine.enter("L2", place, 20, 0, False)
    machine.promise(5)
    machine.pick()
    machine.receive("L1", place, 4)
    machine.done(place)
    machine.submit()
    assert machine.status == "to_approve"
    machine.move("L2", place, 2)
    machine.reject(False)
    machine.approve()
    assert machine.count is None, "closed"
    machine.what_lies_there_is_what_moved()
    assert machine.then(("L1", place), machine.at) == 9 + 4 - 5


class Overwriting(Counting):
    """A model that believes that what was counted is what lies there, whatever moved meanwhile."""

    def book(self, at: dt.datetime) -> None:
        for (round_, key), (counted, _, _) in list(self.seen.items()):
            self.books[round_, key] = self.then(key, at)
            assert counted >= 0
        super().book(at)


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Counting, Overwriting])
def test_the_machine_would_see_a_count_that_overwrites_what_moved(model: type[Counting]) -> None:
    """The control: the same story must fit the right model and not the wrong one."""
    machine = model()
    try:
        if model is Overwriting:
            with pytest.raises(AssertionError):
                told(machine)
        else:
            told(machine)
    finally:
        transaction.set_rollback(True)
        machine.world.__exit__(None, None, None)
