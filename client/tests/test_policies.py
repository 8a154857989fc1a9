"""Wishes behind planning: what is typed, what is sent, and what somebody else changed meanwhile."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from fake_planning import Planning, planning
from fakes import api_for

from stillage_client.api.replenishment_records import Policy, SupplierPlan
from stillage_client.api.transport import Api
from stillage_client.screens.planning import policies_state as say
from stillage_client.screens.planning.policies_state import PoliciesState, PolicyQuery
from stillage_client.screens.planning.supplier_plan import plan_said


def run(work: Awaitable[Any]) -> Any:
    async def all_of_it() -> Any:
        return await work

    return asyncio.run(all_of_it())


@pytest.fixture
def server() -> Planning:
    made = planning()
    made.policies = [
        {"id": 1, "version": 3, "abc_class": "A", "service_level_percent": "97.5"},
        {"id": 2, "version": 1, "product": "HPA-330", "product_name": "Harrow Pale Ale", "minimum_units": 48},
    ]
    return made


@pytest.fixture
def api(server: Planning) -> Api:
    return api_for(server)


@pytest.fixture
def state(api: Api) -> PoliciesState:
    made = PoliciesState()
    run(made.load(api, "MAIN"))
    return made


@pytest.mark.parametrize("query", [PolicyQuery(), PolicyQuery("suppliers"), PolicyQuery(product="A&B")])
def test_the_page_comes_back_as_it_was_from_its_address(query: PolicyQuery) -> None:
    assert PolicyQuery.from_route(query.route()) == query


def test_a_class_without_a_wish_is_there_to_be_given_one(state: PoliciesState) -> None:
    assert state.of_class("A").id == 1
    assert state.of_class("B") == Policy(abc_class="B")
    assert [one.id for one in state.exceptions()] == [2]


def test_a_wish_for_a_warehouse_stands_before_the_one_for_all(
    api: Api, server: Planning, state: PoliciesState
) -> None:
    form: dict[str, str] = {"about": ""}
    state.begin(Policy(abc_class="A", warehouse="NORTH"), form)
    form["service_level_percent"] = "95"
    assert run(state.save(api, form))
    assert server.bodies[-1][1] == {"abc_class": "A", "warehouse": "NORTH", "service_level_percent": "95"}
    assert state.of_class("A", "NORTH").warehouse == "NORTH" and state.of_class("A").id == 1
    assert [one.id for one in state.exceptions()] == [2, 3]
    assert [one.id for one in state.exceptions("NORTH")] == [2]


def test_a_wish_is_said_in_a_line() -> None:
    policy = Policy(product="X", order=False, review_days=14, minimum_units=1200, sale_days_left=30)
    assert say.wishes(policy) == [
        "never ordered", "ordered every 14 days", "at least 1,200", "30 days left when sold",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "written", "fault"),
    [
        ("service_level_percent", "101", "The service level is a percentage from 50 to 99.9."),
        ("service_level_percent", "12", "The service level is a percentage from 50 to 99.9."),
        ("review_days", "soon", "“Days between orders” is a whole number, or empty."),
    ],
)
def test_what_makes_no_sense_is_said_before_it_is_sent(field: str, written: str, fault: str) -> None:
    assert say.read_form({field: written})[1] == fault


def test_the_most_is_not_less_than_the_least() -> None:
    said = say.read_form({"minimum_units": "10", "maximum_units": "5"})
    assert said[1] == "The most on the shelf is less than the least."


def test_an_emptied_field_is_taken_back(api: Api, server: Planning, state: PoliciesState) -> None:
    form: dict[str, str] = {}
    state.begin(state.of_class("A"), form)
    assert form["service_level_percent"] == "97.5"
    form["service_level_percent"], form["review_days"] = "", "14"
    assert run(state.save(api, form))
    sent = server.bodies[-1][1]
    assert (sent["service_level_percent"], sent["review_days"]) == (None, 14)
    assert state.editing is None and state.of_class("A").review_days == 14


def test_a_new_wish_says_what_it_is_about_and_nothing_empty(
    api: Api, server: Planning, state: PoliciesState
) -> None:
    form: dict[str, str] = {}
    state.begin(state.of_class("C"), form)
    form["service_level_percent"] = "90"
    assert run(state.save(api, form))
    assert server.bodies[-1] == ("POST policies", {"abc_class": "C", "service_level_percent": "90"})


def test_an_exception_wants_a_name(api: Api, server: Planning, state: PoliciesState) -> None:
    form: dict[str, str] = {}
    state.begin(Policy(), form)
    form |= {"about": "product", "service_level_percent": "99"}
    assert not run(state.save(api, form))
    assert state.fault == "Say which product or category it is about."
    form["product"] = "MSW-750"
    assert run(state.save(api, form))
    assert server.bodies[-1][1] == {"product": "MSW-750", "service_level_percent": "99"}


def test_what_somebody_changed_meanwhile_is_said_and_a_second_press_wins(
    api: Api, server: Planning, state: PoliciesState
) -> None:
    form: dict[str, str] = {}
    state.begin(state.of_class("A"), form)
    form["service_level_percent"] = "99"
    server.policies[0] |= {"version": 4, "service_level_percent": "95.0"}
    assert not run(state.save(api, form))
    assert "Now it says: 95% service" in state.fault and form["service_level_percent"] == "99"
    assert run(state.save(api, form))
    assert server.policies[0]["service_level_percent"] == "99"


def test_an_exception_can_be_removed(api: Api, server: Planning, state: PoliciesState) -> None:
    assert run(state.remove(api, state.exceptions()[0]))
    assert state.exceptions() == () and len(server.policies) == 1


def test_where_each_value_comes_from_is_read(api: Api, state: PoliciesState) -> None:
    run(state.look(api, "HPA-330", "MAIN"))
    assert state.holds["service_level_percent"].source == "class"
    assert say.value_said("service_level_percent", state.holds["service_level_percent"].value) == "98%"
    assert say.value_said("review_days", 7) == "7 days"


def test_a_plan_is_said_in_a_line_and_sent_without_the_budget_nobody_may_see() -> None:
    plan = SupplierPlan(order_weekdays="03", truck_pallets=33, truck_fill_percent=80)
    assert plan_said(plan) == ["orders on Mon, Thu", "truck of 33 pallets, filled up from 80% on"]
    form = {"order_weekdays": "30", "truck_pallets": "33", "budget": "5000"}
    assert "budget" not in say.read_plan_form(form, costs=False)[0]
    sent, fault = say.read_plan_form(form, costs=True)
    assert (sent["budget"], sent["order_weekdays"], fault) == ("5000", "03", "")
    assert (
        say.read_plan_form({"truck_fill_percent": "120"}, costs=False)[1] == "A truck is at most 100% full."
    )
