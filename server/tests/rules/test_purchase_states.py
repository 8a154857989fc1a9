"""The tables of steps of buying: every state and every step, told a second time by hand."""

from __future__ import annotations

import pytest

from stillage.core.errors import Conflict
from stillage.purchasing.models import PurchaseOrderStatus, SupplierReturnStatus
from stillage.purchasing.states import (
    RETURN_STEPS,
    STEPS,
    Facts,
    ReturnStep,
    Step,
    check,
    check_return,
    may,
    possible_return_steps,
    possible_steps,
    status_after,
)

# What may be done in which state, once more: a row a state.
EDGES = {
    "draft": "edit place cancel",
    "placed": "amend receive reopen cancel",
    "partly_received": "amend receive close",
    "received": "amend receive close",
    "closed": "",
    "cancelled": "",
}
RETURN_EDGES = {
    "draft": "edit dispatch cancel",
    "dispatched": "amend undispatch close",
    "closed": "",
    "cancelled": "",
}


def test_every_state_stands_in_the_table() -> None:
    assert set(STEPS) == set(PurchaseOrderStatus.values) == set(EDGES)
    assert set(RETURN_STEPS) == set(SupplierReturnStatus.values) == set(RETURN_EDGES)


@pytest.mark.parametrize("status", PurchaseOrderStatus.values)
def test_each_state_of_an_order_allows_these_steps_and_no_others(status: str) -> None:
    fresh = Facts(open=24)
    assert {step.value for step in Step if may(status, step, fresh)} == set(EDGES[status].split())


@pytest.mark.parametrize("status", SupplierReturnStatus.values)
@pytest.mark.parametrize("step", ReturnStep)
def test_each_state_of_a_return_allows_these_steps_and_no_others(status: str, step: ReturnStep) -> None:
    if step.value in RETURN_EDGES[status].split():
        return check_return("SR-000001", status, step)
    with pytest.raises(Conflict) as refused:
        check_return("SR-000001", status, step)
    (fault,) = refused.value.faults
    assert fault.meta["possible_steps"] == possible_return_steps(status) == RETURN_EDGES[status].split()
    return None


@pytest.mark.parametrize("status", PurchaseOrderStatus.values)
@pytest.mark.parametrize("step", Step)
def test_a_refusal_says_where_the_order_stands_and_what_is_possible(status: str, step: Step) -> None:
    facts = Facts(open=24)
    if may(status, step, facts):
        return check("PO-000001", status, step, facts)
    with pytest.raises(Conflict) as refused:
        check("PO-000001", status, step, facts)
    (fault,) = refused.value.faults
    assert refused.value.code == fault.code == "impossible_step"
    assert fault.meta["possible_steps"] == possible_steps(status, facts)
    assert refused.value.detail.startswith("PO-000001 is ")
    return None


def test_an_order_with_a_receipt_is_no_draft_any_more_and_one_of_which_something_came_is_not_cancelled() -> (
    None
):
    assert may("placed", Step.REOPEN, Facts(open=24))
    assert not may("placed", Step.REOPEN, Facts(open=24, begun=True))
    assert may("placed", Step.CANCEL, Facts(open=24, begun=True))
    assert not may("placed", Step.CANCEL, Facts(open=12, received=12, begun=True))


def test_receiving_is_offered_while_something_is_to_come_and_never_forbidden_before_the_end() -> None:
    assert "receive" in possible_steps("partly_received", Facts(open=1, received=23, begun=True))
    whole = Facts(received=24, begun=True)
    assert "receive" not in possible_steps("received", whole)
    assert may("received", Step.RECEIVE, whole), "more than was ordered may come"


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        (Facts(open=24), "placed"),
        (Facts(open=24, begun=True), "placed"),
        (Facts(open=1, received=23, begun=True), "partly_received"),
        (Facts(received=24, begun=True), "received"),
        (Facts(received=30, begun=True), "received"),
    ],
)
def test_where_an_order_stands_follows_from_what_came(facts: Facts, status: str) -> None:
    assert status_after(facts) == status
