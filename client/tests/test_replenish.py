"""What to buy: the suppliers' lines, what another number means, ordering and refusing, against planning in memory."""

import asyncio
from collections.abc import Awaitable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from fake_planning import Planning, planning, proposed
from fakes import api_for

from stillage_client.api.replenishment_records import Doubt, Proposal
from stillage_client.api.transport import Api
from stillage_client.locale import speaking
from stillage_client.screens.planning import replenish_words as say
from stillage_client.screens.planning.replenish_state import NOBODY, PlanQuery, ReplenishState

TODAY = date(2026, 11, 22)
HARROW = PlanQuery(supplier="HARROW")


def run(work: Awaitable[Any]) -> Any:
    async def all_of_it() -> Any:
        return await work

    return asyncio.run(all_of_it())


@pytest.fixture
def server() -> Planning:
    return planning()


@pytest.fixture
def api(server: Planning) -> Api:
    return api_for(server)


@pytest.fixture
def state(api: Api) -> ReplenishState:
    made = ReplenishState()
    run(made.load(api, "MAIN", HARROW))
    return made


def line(**more: Any) -> Proposal:
    return Proposal.read(proposed(1, "pale ale", 48, **more))


# ---- its address


@pytest.mark.parametrize(
    "query", [PlanQuery(), HARROW, PlanQuery(show="late", line=3), PlanQuery(search="50% & more")]
)
def test_the_page_comes_back_as_it_was_from_its_address(query: PlanQuery) -> None:
    assert PlanQuery.from_route(query.route()) == query


def test_a_line_has_an_address_of_its_own() -> None:
    assert PlanQuery.from_route("/replenish/17").line == 17
    assert PlanQuery.from_route("/replenish?show=<script>&line=x") == PlanQuery()


# ---- what is said


def test_a_line_explains_itself_in_one_sentence() -> None:
    assert say.sentence(line()) == "Sells 14 cases a week, 9 cases on hand, 12 days' lead time, 98% service"
    with speaking("de"):
        assert "14 Kisten" in say.sentence(line()) and "Sells" not in say.sentence(line())


def test_a_line_without_a_forecast_says_what_the_server_says() -> None:
    assert say.sentence(line(why={})) == "English only."


@pytest.mark.parametrize(
    ("urgency", "said"),
    [(0, "Late"), (1, "Order now"), (5, "Order by Fri 20 Nov"), (32000, "Fills the order")],
)
def test_urgency_is_a_word(urgency: int, said: str) -> None:
    assert say.urgency(line(urgency=urgency))[1] == said


def test_how_long_it_lasts_is_coloured_when_it_ends_before_the_delivery() -> None:
    assert say.lasts(line(), TODAY) == ("expired", "4 days")
    assert say.lasts(line(runs_out_date="2026-12-24"), TODAY) == ("mute", "32 days")
    assert say.lasts(line(runs_out_date="2026-11-22", free=0), TODAY)[1] == "0 days"


def test_another_number_says_what_it_means() -> None:
    one = line()
    assert say.meaning(one, 60, TODAY) == "Lasts 34 days instead of 28, until about 26 Dec."
    assert "less than the 19 days" in say.meaning(one, 12, TODAY)
    assert say.meaning(one, 0, TODAY) == "Not ordered this time."


def test_more_than_sells_before_it_expires_is_said() -> None:
    one = line(why=proposed(1, "x", 1)["why"] | {"expiry_cap": 1200})
    assert not say.too_much(one, 48)
    assert say.meaning(one, 60, TODAY).endswith("10 cases of it would expire unsold.")


@pytest.mark.parametrize(
    ("packs", "fits", "why"),
    [(3, 12, "From 5 cases on"), (13, 24, "Only by the layer of 12"), (24, 24, ""), (0, 0, "")],
)
def test_the_number_fits_what_the_supplier_takes(packs: int, fits: int, why: str) -> None:
    assert (say.fitting(line(), packs), say.unfit(line(), packs)) == (fits, why)


@pytest.mark.parametrize(
    ("code", "values", "said"),
    [
        ("runs_out_before_delivery", {"days": 8}, "Runs out Thu 26 Nov, 8 days before it can be here"),
        (
            "expires_first",
            {"most": 240, "smallest_order": 24},
            "Held down to 10 cases: more would expire unsold",
        ),
        (
            "expires_first",
            {"most": 96, "smallest_order": 240},
            "The least they sell is 10 cases, only 4 cases would sell in time",
        ),
        ("may_expire", {"prudent": 240, "most": 480}, "If it sells badly, only 10 cases of it sell in time"),
        (
            "below_minimum_value",
            {"decision": "too_little", "least_amount": "500"},
            "The whole order is below their minimum of €500.00",
        ),
        ("below_minimum_value", {"decision": "raised"}, "Raised to what they deliver for"),
        ("over_budget", {"wanted_packs": 60, "whose": "supplier"}, "Cut by the budget, 60 cases were wanted"),
        ("no_supplier", {}, "Nobody is known to sell it to us"),
        ("something_new", {}, "Something new"),
    ],
)
def test_troubles_are_words(code: str, values: dict[str, Any], said: str) -> None:
    assert say.doubt(line(), Doubt(code=code, values=values))[1] == said


def test_what_is_out_already_is_not_said_to_run_out() -> None:
    gone = {"days": 6}
    out = line(runs_out_date="2026-11-22", free=0)
    assert say.doubt(out, Doubt(code="runs_out_before_delivery", values=gone))[1] == (
        "Out of stock, 6 days until it can be here"
    )
    owed = line(runs_out_date="2026-11-22")
    assert (
        "More is owed to customers than is free"
        in say.doubt(owed, Doubt(code="runs_out_before_delivery", values=gone))[1]
    )


# ---- choosing


def test_nobodys_lines_come_first_then_the_late(api: Api) -> None:
    state = ReplenishState()
    run(state.load(api, "MAIN", PlanQuery()))
    assert [one.supplier for one in state.groups] == ["", "HARROW", "QUAY"]
    assert state.lines == () and state.summary is not None and state.summary.late == 2


def test_all_of_a_supplier_is_chosen_and_out_of_a_mixed_list_nothing(api: Api, state: ReplenishState) -> None:
    assert [one.id for one in state.ordered] == [1, 2]
    run(state.load(api, "MAIN", PlanQuery(show="late")))
    assert state.ordered == () and len(state.choosable) > 0


def test_what_nobody_sells_cannot_be_ordered_but_refused(api: Api, state: ReplenishState) -> None:
    run(state.load(api, "MAIN", PlanQuery(supplier=NOBODY)))
    assert [one.id for one in state.lines] == [4]
    state.choose([4], True)
    assert state.ordered == () and [one.id for one in state.marked] == [4]


def test_another_number_changes_the_amount_and_none_leaves_the_line_out(state: ReplenishState) -> None:
    first = state.lines[0]
    assert state.value == Decimal("1170.00")
    state.set_packs(first, 60)
    assert (state.amount(first), state.value) == (Decimal("1170.0000"), Decimal("1404.0000"))
    assert state.pallets == Decimal("1.2")
    state.set_packs(first, 0)
    assert [one.id for one in state.ordered] == [2]
    state.set_packs(first, 48)
    assert state.packs == {} and len(state.ordered) == 2


def test_what_was_typed_stays_when_the_same_view_is_loaded_again(api: Api, state: ReplenishState) -> None:
    state.set_packs(state.lines[0], 60)
    state.choose([2], False)
    run(state.load(api, "MAIN", HARROW))
    assert state.packs == {1: 60} and state.chosen == {1}


def test_without_costs_no_amount_is_said(api: Api, server: Planning) -> None:
    for one in server.rows:
        del one["pack_cost"], one["net_amount"]
    state = ReplenishState()
    run(state.load(api, "MAIN", HARROW))
    state.set_packs(state.lines[0], 60)
    assert state.value is None and state.amount(state.lines[0]) is None


def test_an_old_answer_does_not_replace_the_newer(api: Api) -> None:
    state = ReplenishState()

    async def both() -> None:
        first = asyncio.create_task(state.load(api, "MAIN", HARROW))
        await asyncio.sleep(0)
        second = asyncio.create_task(state.load(api, "MAIN", PlanQuery(supplier="QUAY")))
        await asyncio.gather(first, second)

    run(both())
    assert [one.id for one in state.lines] == [3]


# ---- answering


def test_chosen_lines_become_an_order_with_the_number_that_was_changed(
    api: Api, server: Planning, state: ReplenishState
) -> None:
    state.set_packs(state.lines[0], 60)
    (made,) = run(state.order(api, place=False))
    assert (made.number, made.status) == ("PO-000007", "draft")
    assert server.bodies[-1][1] == {"lines": [{"id": 1, "quantity_packs": 60}, {"id": 2}], "place": False}
    assert state.lines == () and not state.fault


def test_what_speaks_against_it_is_said_once_and_a_second_press_orders(
    api: Api, server: Planning, state: ReplenishState
) -> None:
    server.against = [
        {"code": "below_minimum_order_value", "pointer": "/lines/0",
         "detail": "Harrow delivers from €500.00 on. Send ignore_warnings to place it all the same."},
        {"code": "not_a_multiple", "pointer": "/lines/1/quantity_packs", "detail": "Only by 12."},
    ]  # fmt: skip
    state.set_packs(state.lines[1], 13)
    assert run(state.order(api, place=True)) == ()
    assert state.doubtful
    assert state.faults == (
        "Harrow Brewing delivers from €500.00 on, this comes to €1,189.50.",
        "Stout: Only by the layer of 12",
    )
    assert (
        run(state.order(api, place=False)) == ()
    )  # a draft is another wish, and no doubt of it is passed over
    assert "ignore_warnings" not in server.bodies[-1][1] and state.doubtful
    assert run(state.order(api, place=True)) != ()
    assert server.bodies[-1][1]["ignore_warnings"] is True


def test_a_line_somebody_answered_meanwhile_is_no_mere_warning(
    api: Api, server: Planning, state: ReplenishState
) -> None:
    server.rows[0]["status"] = "accepted"
    assert run(state.order(api, place=False)) == ()
    assert not state.doubtful and "already" in state.fault and len(state.lines) == 2


def test_an_order_whose_answer_was_lost_is_asked_for_with_the_same_key(
    api: Api, server: Planning, state: ReplenishState
) -> None:
    server.offline = True
    run(state.order(api, place=False))
    assert "does not answer" in state.fault
    before = state._wish[1]
    run(state.order(api, place=False))
    assert state._wish[1] == before
    state.choose([2], False)
    server.offline = False
    run(state.order(api, place=False))
    assert [one["status"] for one in server.rows[:2]] == ["accepted", "open"]


def test_refusing_wants_a_reason_and_takes_a_day(api: Api, server: Planning, state: ReplenishState) -> None:
    state.choose([2], False)
    assert not run(state.refuse(api, " ", None)) and state.fault
    assert run(state.refuse(api, "Promotion ends", date(2026, 12, 24)))
    assert server.bodies[-1][1] == {
        "lines": [{"id": 1}],
        "reason": "Promotion ends",
        "until": "2026-12-24",
    }
    assert [one.id for one in state.lines] == [2]


def test_a_refused_line_can_be_proposed_after_all(api: Api, server: Planning, state: ReplenishState) -> None:
    server.rows[0]["status"] = "refused"
    run(state.load(api, "MAIN", PlanQuery(show="refused")))
    assert [one.id for one in state.lines] == [1]
    assert run(state.reopen(api, [1]))
    assert server.rows[0]["status"] == "open" and state.lines == ()


def test_moved_stock_is_counted_and_worked_out_again(
    api: Api, server: Planning, state: ReplenishState
) -> None:
    server.rows[0]["changed_since"] = True
    run(state.load(api, "MAIN", HARROW))
    assert state.stale == 1
    assert run(state.work_out(api, "MAIN"))
    run(state.load(api, "MAIN", HARROW))
    assert state.stale == 0


def test_the_numbers_behind_a_line_come_when_it_is_unfolded(api: Api, state: ReplenishState) -> None:
    run(state.unfold(api, 1))
    assert state.detail is not None and [one.quantity_packs for one in state.detail.levels] == [36, 48]
    run(state.unfold(api, 99))
    assert state.detail is None and state.detail_trouble is not None and state.detail_trouble.missing


def test_more_lines_than_a_page_come_all(server: Planning, api: Api) -> None:
    server.rows = [proposed(n, f"ale {n}", 12) for n in range(1, 131)]
    state = ReplenishState()
    run(state.load(api, "MAIN", HARROW))
    assert len(state.lines) == len(state.ordered) == 130
