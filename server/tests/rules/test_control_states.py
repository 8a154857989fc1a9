"""The pure rules of transfers and counts: their tables of steps, the tolerance, what an entry leaves, the classes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillage.core.errors import Conflict
from stillage.counting import states as counting
from stillage.counting.entries import Entry, settled
from stillage.counting.models import CountStatus
from stillage.counting.tolerance import Tolerance
from stillage.stock.abc import classified
from stillage.transfers import states as moving
from stillage.transfers.models import TransferStatus

# Said a second time by hand.
TRANSFERS = {
    "draft": {"edit", "dispatch", "cancel"},
    "dispatched": {"amend", "undispatch", "receive", "close"},
    "partly_received": {"amend", "receive", "close"},
    "received": set(),
    "cancelled": set(),
}
AT_WORK = {"claim", "enter", "remove", "done", "submit", "cancel"}
COUNTS = {
    "open": AT_WORK,
    "recount": AT_WORK,
    "to_approve": {"approve", "reject", "cancel"},
    "closed": set(),
    "cancelled": set(),
}


@pytest.mark.parametrize("step", list(moving.Step))
@pytest.mark.parametrize("status", TransferStatus.values)
def test_a_transfer_takes_the_steps_of_its_table_and_no_other(status: str, step: moving.Step) -> None:
    if step.value in TRANSFERS[status]:
        moving.check("TR-000001", status, step, moving.Ends())
        return
    with pytest.raises(Conflict) as refusal:
        moving.check("TR-000001", status, step, moving.Ends())
    assert refusal.value.faults[0].meta == {"possible_steps": moving.possible_steps(status, moving.Ends())}


@pytest.mark.parametrize("step", list(counting.Step))
@pytest.mark.parametrize("status", CountStatus.values)
def test_a_count_takes_the_steps_of_its_table_and_no_other(status: str, step: counting.Step) -> None:
    if step.value in COUNTS[status]:
        counting.check("CT-000001", status, step)
        return
    with pytest.raises(Conflict) as refusal:
        counting.check("CT-000001", status, step)
    assert refusal.value.faults[0].meta == {"possible_steps": counting.possible_steps(status)}


def test_at_one_end_only_the_steps_of_that_end_are_possible() -> None:
    here, there = moving.Ends(here=True, there=False), moving.Ends(here=False, there=True)
    assert moving.possible_steps("draft", here) == ["dispatch"]
    assert moving.possible_steps("draft", there) == []
    assert moving.possible_steps("dispatched", here) == ["undispatch"]
    assert moving.possible_steps("dispatched", there) == ["receive"]


def test_who_counted_is_not_offered_to_approve() -> None:
    assert counting.possible_steps("to_approve", counted_it=True) == ["reject", "cancel"]


def test_a_blind_count_tells_the_book_only_when_nobody_counts_any_more() -> None:
    told = [status for status in CountStatus.values if counting.tells_the_book(status, blind=True)]
    assert told == ["to_approve", "closed", "cancelled"]
    assert all(counting.tells_the_book(status, blind=False) for status in CountStatus.values)


@pytest.mark.parametrize(
    ("tolerance", "book", "counted", "cost", "covered"),
    [
        (Tolerance(), 100, 100, None, True),
        (Tolerance(), 100, 99, None, False),
        (Tolerance(units=2), 100, 98, None, True),
        (Tolerance(units=2), 100, 103, None, False),
        (Tolerance(percent=Decimal(5)), 100, 95, None, True),
        (Tolerance(percent=Decimal(5)), 100, 94, None, False),
        (Tolerance(percent=Decimal("0.5")), 200, 201, None, True),
        (Tolerance(percent=Decimal(5)), 0, 1, None, False),
        (Tolerance(units=1, percent=Decimal(5)), 0, 1, None, True),
        (Tolerance(units=9, value=Decimal("4.50")), 100, 91, Decimal("0.50"), True),
        (Tolerance(units=9, value=Decimal("4.49")), 100, 91, Decimal("0.50"), False),
        (Tolerance(units=9, value=Decimal("4.50")), 100, 91, None, False),
        (Tolerance(units=0, value=Decimal("4.50")), 100, 100, None, True),
    ],
)
def test_a_difference_is_within_the_tolerance_by_units_or_percent_and_by_money(
    tolerance: Tolerance, book: int, counted: int, cost: Decimal | None, covered: bool
) -> None:
    assert tolerance.covers(book=book, counted=counted, unit_cost=cost) is covered


NOON = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)


def entry(units: int, minute: int, mode: str = "set", lot: str = "L1") -> Entry:
    return Entry(
        index=0,
        product_id=1,
        sku="ALE",
        lot_id=None,
        lot_number=lot,
        quantity=units,
        at=NOON + dt.timedelta(minutes=minute),
        mode=mode,
    )


@given(st.permutations([(7, 1), (8, 2), (9, 3)]))
def test_numbers_that_come_in_any_order_leave_the_one_that_was_counted_last(
    order: list[tuple[int, int]],
) -> None:
    standing: dict[tuple[int, str], tuple[int, dt.datetime]] = {}
    for units, minute in order:
        for _ in range(3):
            now_there, log = settled([entry(units, minute)], standing)
            assert len(log) == 1
            standing |= {one.key: (one.quantity, one.at) for one in now_there}
    assert standing == {(1, "L1"): (9, NOON + dt.timedelta(minutes=3))}


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), min_size=1), st.randoms())
def test_what_is_counted_on_adds_up_in_any_order(parts: list[tuple[int, int]], chance: object) -> None:
    chance.shuffle(parts)  # type: ignore[attr-defined]
    (line,), log = settled([entry(units, minute, "add") for units, minute in parts], {})
    assert line.quantity == sum(units for units, _ in parts) == log[-1][2]
    assert line.at == NOON + dt.timedelta(minutes=max(minute for _, minute in parts))


def test_lots_do_not_mix() -> None:
    found, _ = settled([entry(3, 0), entry(4, 0, lot="L2"), entry(2, 1, "add")], {})
    assert {one.lot_number: one.quantity for one in found} == {"L1": 5, "L2": 4}


def test_the_classes_are_the_first_eighty_and_the_next_fifteen_percent_of_the_value() -> None:
    worth = {1: Decimal(70), 2: Decimal(15), 3: Decimal(9), 4: Decimal(4), 5: Decimal(2), 6: Decimal(0)}
    assert classified(worth) == {1: "A", 2: "A", 3: "B", 4: "B", 5: "C", 6: "C"}
    assert classified({}) == {} and classified({1: Decimal(0)}) == {1: "C"}


@given(st.dictionaries(st.integers(1, 40), st.decimals(0, 1000, places=2)))
def test_a_class_is_never_worth_more_a_product_than_the_class_above(worth: dict[int, Decimal]) -> None:
    found = classified(worth)
    assert set(found) == set(worth)
    for better, worse in (("A", "B"), ("B", "C")):
        over = [worth[pk] for pk, name in found.items() if name == better]
        under = [worth[pk] for pk, name in found.items() if name == worse]
        assert not over or not under or min(over) >= max(under)
