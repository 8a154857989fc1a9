"""The table of steps: every state and every step of an order, told a second time by hand."""

from __future__ import annotations

import pytest

from stillage.core.errors import Conflict
from stillage.sales.models import OrderStatus
from stillage.sales.states import STEPS, Facts, Step, allocation, check, may, possible_steps

# What may be done in which state, once more: a row a state.
EDGES = {
    "draft": "edit confirm cancel",
    "confirmed": "amend allocate deallocate pin swap reopen cancel",
    "allocated": "amend allocate deallocate pin swap pick reopen cancel",
    "picking": "amend allocate pick unpick pack cancel",
    "packed": "amend unpack ship cancel",
    "shipped": "close return",
    "closed": "return",
    "cancelled": "",
}


@pytest.mark.parametrize("status", OrderStatus.values)
def test_each_state_allows_these_steps_and_no_others(status: str) -> None:
    fresh = Facts(owed=24)
    assert [step.value for step in Step if may(status, step, fresh)] == [
        step.value for step in Step if step.value in EDGES[status].split()
    ]


@pytest.mark.parametrize("status", OrderStatus.values)
@pytest.mark.parametrize("step", Step)
def test_a_refusal_says_where_the_order_stands_and_what_is_possible(status: str, step: Step) -> None:
    facts = Facts(owed=24)
    if may(status, step, facts):
        return check("SO-000001", status, step, facts)
    with pytest.raises(Conflict) as refused:
        check("SO-000001", status, step, facts)
    (fault,) = refused.value.faults
    assert refused.value.code == fault.code == "impossible_step"
    assert fault.meta["possible_steps"] == possible_steps(status, facts)
    assert refused.value.detail.startswith("SO-000001 is ")
    return None


def test_what_is_said_reads_as_a_sentence() -> None:
    with pytest.raises(Conflict) as refused:
        check("SO-000042", "shipped", Step.CANCEL, Facts(shipped=24))
    assert refused.value.detail == "SO-000042 is shipped; it can be closed or returned."
    with pytest.raises(Conflict) as refused:
        check("SO-000042", "cancelled", Step.CONFIRM, Facts())
    assert refused.value.detail == "SO-000042 is cancelled; nothing more can be done with it."


def test_an_order_of_which_something_was_picked_or_shipped_is_not_taken_back_to_a_draft() -> None:
    assert may("confirmed", Step.REOPEN, Facts(owed=24))
    assert not may("confirmed", Step.REOPEN, Facts(owed=24, shipped=24))
    assert not may("allocated", Step.REOPEN, Facts(owed=24, allocated=24, picked=1))


def test_steps_that_would_do_nothing_are_not_offered_but_not_forbidden() -> None:
    whole = Facts(owed=24, allocated=24)
    assert "allocate" not in possible_steps("allocated", whole)
    assert may("allocated", Step.ALLOCATE, whole)
    assert "pick" not in possible_steps("allocated", Facts(owed=24))
    assert "pack" in possible_steps("picking", Facts(owed=24, allocated=24, picked=24))


def test_every_state_stands_in_the_table() -> None:
    assert set(STEPS) == set(OrderStatus.values) == set(EDGES)


@pytest.mark.parametrize(
    ("status", "facts", "word"),
    [
        ("draft", Facts(owed=24), "none"),
        ("confirmed", Facts(owed=24), "none"),
        ("confirmed", Facts(owed=24, allocated=12), "part"),
        ("allocated", Facts(owed=24), "backordered"),
        ("allocated", Facts(owed=24, allocated=12), "part"),
        ("allocated", Facts(owed=24, allocated=24), "whole"),
        ("picking", Facts(owed=24, allocated=24, picked=24), "whole"),
        ("shipped", Facts(shipped=24), "none"),
        ("cancelled", Facts(), "none"),
    ],
)
def test_how_far_an_order_is_promised_in_one_word(status: str, facts: Facts, word: str) -> None:
    assert allocation(status, facts) == word
