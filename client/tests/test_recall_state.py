"""Recalling lots: what is said before, who comes first, and the steps."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from fake_control import RECALL, Control, traced
from fakes import api_for

from stillage_client.api.tracing_records import RecallCustomer, Trace
from stillage_client.screens.control.recall_new import lots_of, route_with
from stillage_client.screens.control.recall_state import NewRecallState, RecallState, what_happens, who_first
from stillage_client.screens.doc_codes import route_of


def run(work: Awaitable[Any]) -> Any:
    async def all_of_it() -> Any:
        return await work

    return asyncio.run(all_of_it())


@pytest.fixture
def server() -> Control:
    made = Control(traces={"7": traced()})
    made.product("HPA-330", "Harrow Pale Ale")
    return made


def test_before_pressing_it_is_known_what_will_happen(server: Control) -> None:
    state = NewRecallState()
    run(state.load(api_for(server), [7, 99]))
    happens = what_happens(state.traces)
    assert (happens.here, happens.promised, happens.orders, happens.shipped, happens.customers) == (
        72,
        24,
        1,
        144,
        2,
    )
    assert state.missing == (99,)


def test_two_lots_of_one_customer_are_one_customer() -> None:
    one = Trace.read(traced())
    assert what_happens([one, one]).customers == 2
    assert what_happens([one, one]).shipped == 288


def test_without_a_reason_nothing_is_sent(server: Control) -> None:
    state = NewRecallState()
    api = api_for(server)
    run(state.load(api, [7]))
    assert run(state.begin(api, "", " ", "")) == ""
    assert "why" in state.fault
    assert run(state.begin(api, "", "Seals leak", "")) == RECALL
    path, body = server.bodies[-1]
    assert path == "recalls"
    assert body == {"reason": "Seals leak", "drill": False, "lots": [{"product": "HPA-330", "lot": "L1"}]}


def test_who_is_still_to_tell_stands_on_top_the_largest_first() -> None:
    rows = [
        RecallCustomer.read({"customer": "told", "shipped": 500, "told_at": "2026-11-22T10:00:00Z"}),
        RecallCustomer.read({"customer": "small", "shipped": 1}),
        RecallCustomer.read({"customer": "large", "shipped": 9}),
        RecallCustomer.read(
            {"customer": "answered", "shipped": 9, "told_at": "2026-11-22T10:00:00Z", "left_there": 0}
        ),
    ]
    assert [one.customer for one in who_first(rows)] == ["large", "small", "told", "answered"]


def test_telling_changes_who_is_left(server: Control) -> None:
    state, api = RecallState(), api_for(server)
    run(state.load(api, RECALL))
    assert [one.customer for one in state.untold] == ["C1", "C2"]
    assert state.trace is not None
    assert run(state.tell(api, ["C1"], "phone"))
    assert [one.customer for one in state.untold] == ["C2"]
    assert server.bodies[-1][1] == {"customers": ["C1"], "how": "phone"}


def test_an_answer_in_cases_is_sent_in_units(server: Control) -> None:
    state, api = RecallState(), api_for(server)
    run(state.load(api, RECALL))
    assert not run(state.answer(api, "C1", "some", ""))
    assert run(state.answer(api, "C1", "2", "on the shelf"))
    assert server.bodies[-1][1] == {"customer": "C1", "left_there": 48, "note": "on the shelf"}


def test_closing_wants_to_know_how_it_ended(server: Control) -> None:
    state, api = RecallState(), api_for(server)
    run(state.load(api, RECALL))
    assert not run(state.close(api, "", release=False))
    assert run(state.close(api, "All back", release=True))
    assert state.recall is not None and state.recall.status == "closed"


@pytest.mark.parametrize("lots", [[], [7], [7, 12]])
def test_the_chosen_lots_live_in_the_address(lots: list[int]) -> None:
    assert lots_of(route_with(lots, drill=True)) == lots


@pytest.mark.parametrize(
    ("code", "route"),
    [
        ("tr-000012", "/transfers/TR-000012"),
        ("CT-000003", "/count/CT-000003"),
        ("RC-000001", "/recalls/RC-000001"),
        ("SO-000001", "/orders/SO-000001"),
        ("XX-000001", ""),
        ("RC-1; DROP", ""),
        ("0105060000011043", ""),
    ],
)
def test_a_documents_number_opens_its_screen(code: str, route: str) -> None:
    assert route_of(code) == route
