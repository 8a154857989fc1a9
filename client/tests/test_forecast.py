"""Forecasts on screens: what is said of them, what the charts draw, runs, and what the addresses keep."""

import asyncio
from collections.abc import Awaitable
from datetime import date, timedelta
from typing import Any

import pytest
from fake_forecast import ORIGIN, RIGHTS, Forecasting, whole_forecast
from fakes import MANAGER_RIGHTS, TODAY, api_for

from stillage_client.api.forecast_records import Reason, Run, WholeForecast
from stillage_client.components import charts
from stillage_client.locale import speaking
from stillage_client.screens.planning import chart_demand, chart_shelf
from stillage_client.screens.planning import forecast_words as say
from stillage_client.screens.planning.forecast_state import ChartQuery, ForecastQuery, ForecastState
from stillage_client.screens.planning.runs import RunState


def run(work: Awaitable[Any]) -> Any:
    async def all_of_it() -> Any:
        return await work

    return asyncio.run(all_of_it())


@pytest.fixture
def server() -> Forecasting:
    made = Forecasting(rights=[*MANAGER_RIGHTS, *RIGHTS])
    made.product("HPA-330", "Harrow Pale Ale")
    made.whole["HPA-330"] = whole_forecast("HPA-330", "Harrow Pale Ale")
    return made


def ale(**more: Any) -> WholeForecast:
    return WholeForecast.read(whole_forecast("HPA-330", "Harrow Pale Ale", **more))


# ---- will it sell in time


def test_the_first_lot_that_will_be_left_over_is_said_with_its_amount_and_day() -> None:
    assert chart_shelf.sentence(ale(), TODAY) == "86 cases of L2609A are still here on 3 Dec."
    with speaking("de"):
        assert chart_shelf.sentence(ale(), TODAY) == "86 Kisten von L2609A sind am 3. Dez. noch hier."


def test_one_case_is_said_in_the_singular_and_other_lots_are_counted() -> None:
    shelf = whole_forecast("HPA-330", "Harrow Pale Ale")["shelf"]
    shelf["lots"][0]["unsold"], shelf["lots"][1]["unsold"] = 24, 240
    said = chart_shelf.sentence(ale(shelf=shelf), TODAY)
    assert said == "1 case of L2609A is still here on 3 Dec. So is some of 1 more lot."


def test_when_all_is_sold_in_time_it_is_said_until_when_it_lasts() -> None:
    shelf = whole_forecast("HPA-330", "Harrow Pale Ale")["shelf"]
    shelf["lots"][0]["unsold"] = 0
    assert "sold before its date; the stock lasts until 29 Jan 2027" in chart_shelf.sentence(
        ale(shelf=shelf), TODAY
    )
    assert chart_shelf.sentence(ale(shelf=shelf, lasts_days=None), TODAY) == (
        "The stock lasts longer than the forecast reaches."
    )


def test_without_any_stock_nothing_is_drawn_but_said() -> None:
    empty = {"on_hand": 0, "free": 0, "lots": [], "projection": []}
    assert chart_shelf.shelf_view(ale(shelf=empty), TODAY) is None
    assert chart_shelf.sentence(ale(shelf=empty), TODAY) == "There is none here."


def test_the_chart_reaches_as_far_as_there_is_something_to_see() -> None:
    view = chart_shelf.shelf_view(ale(), TODAY)
    assert view is not None
    gone = next(at for at, left in view.left if left == 0)
    assert view.reach == gone + chart_shelf.AFTER_THE_LAST
    assert view.left[0] == (0.0, 955.0)
    assert [tag.label for tag in chart_shelf.tags_of(view, TODAY)] == ["L2609A", "L2609C"]
    assert [tag.kind for tag in chart_shelf.tags_of(view, TODAY)] == ["soon", "ok"]
    assert view.lines_said == "Dashed lines are best-before dates."


def test_a_lot_that_must_be_sold_before_its_date_has_its_line_at_the_last_day_of_sale() -> None:
    shelf = whole_forecast("HPA-330", "Harrow Pale Ale")["shelf"]
    shelf["lots"][0]["last_saleable_date"] = "2026-11-26"
    view = chart_shelf.shelf_view(ale(shelf=shelf), TODAY)
    assert view is not None
    assert "last days" in view.lines_said
    assert chart_shelf.tags_of(view, TODAY)[0].at == 4
    assert chart_shelf.sentence(ale(shelf=shelf), TODAY).endswith("still here on 26 Nov.")


def test_the_line_begins_today_with_what_is_free_however_the_weeks_end() -> None:
    view = chart_shelf.shelf_view(ale(), TODAY - timedelta(days=3))
    assert view is not None
    assert view.left[:2] == ((0.0, 955.0), (3.0, 955.0))
    assert view.room[0] == (0, 955.0, 955.0)


def test_what_is_left_of_a_lot_leaves_on_its_last_day_at_once() -> None:
    shelf = {
        "on_hand": 330, "free": 330, "on_order": 0,
        "lots": [{"lot": "A", "last_saleable_date": "2026-11-25", "best_before_date": "2026-11-25", "on_hand": 330,
                  "unsold": 309}],
        "projection": [{"date": "2026-11-22", "mean": 330, "p10": 330, "p90": 330},
                       {"date": "2026-11-29", "mean": 0, "p10": 0, "p90": 0},
                       {"date": "2026-12-06", "mean": 0, "p10": 0, "p90": 0}],
    }  # fmt: skip
    view = chart_shelf.shelf_view(ale(shelf=shelf), TODAY)
    assert view is not None
    assert [(x, round(y * 24)) for x, y in view.left] == [(0, 330), (3, 321), (4, 9), (7, 0), (14, 0)]
    assert all(low <= dict(view.left)[x] <= high for x, low, high in view.room)


def test_the_line_ends_on_the_day_the_stock_does() -> None:
    view = chart_shelf.shelf_view(ale(lasts_days=66), TODAY)
    assert view is not None
    assert dict(view.left)[66] == 0 and dict(view.left)[63] > 0
    assert [x for x, _ in view.left] == sorted(x for x, _ in view.left)


def test_the_table_says_what_the_picture_shows() -> None:
    rows = chart_shelf.table_rows(ale(), TODAY)
    assert rows[0] == ("22 Nov", "955", "955", "955")
    assert len(rows) == 27


# ---- what will be asked for


def test_weeks_without_stock_are_gaps_in_the_line_and_marked() -> None:
    view = chart_demand.demand_view(ale(), 52, 26)
    assert view is not None
    assert len(view.known) == 2
    assert view.known[0][-1][0] == -22 and view.known[1][0][0] == -19
    assert view.unknown == ((-21.5, -19.5),)
    assert view.across == (-51, 26)


def test_events_are_told_with_their_days_and_those_out_of_sight_are_not() -> None:
    view = chart_demand.demand_view(ale(), 10, 26)
    assert view is not None
    assert [one.name for one in view.events] == ["Christmas Day"]
    whole_year = chart_demand.demand_view(ale(), 52, 26)
    assert whole_year is not None
    assert [tag.told for tag in chart_demand.tags_of(whole_year)] == [
        "Christmas Day, 25 Dec",
        "Summer offer, 1 Jul to 14 Jul",
    ]


def test_the_demand_is_said_in_one_sentence() -> None:
    assert chart_demand.sentence(ale()).startswith("14 cases a week expected; 1")
    assert chart_demand.sentence(ale(per_week=0.0)) == "Nothing of it is expected to sell."
    assert chart_demand.sentence(ale(history=[])) == "14 cases a week expected."


def test_a_product_that_was_never_sold_has_a_chart_of_weeks_ahead_only() -> None:
    view = chart_demand.demand_view(ale(history=[], told=[]), 52, 26)
    assert view is not None and view.known == () and view.across == (0.0, 26.0)
    assert chart_demand.demand_view(ale(history=[], weeks=[], told=[], origin_date=None), 52, 26) is None


def test_the_history_begins_with_the_first_sale() -> None:
    weeks = whole_forecast("HPA-330", "Harrow Pale Ale")["history"]
    for week in weeks[:95]:
        week["demand"] = 0.0
    view = chart_demand.demand_view(ale(history=weeks, told=[]), 52, 26)
    assert view is not None and view.across[0] == -8
    assert len(chart_demand.table_rows(ale(history=weeks))) == 26 + 9


def test_neighbouring_weeks_are_one_block_within_the_chart() -> None:
    assert chart_demand.blocks([-3, -2, 0], (-3, 10)) == ((-3, -1.5), (-0.5, 0.5))


def test_a_gap_in_what_was_told_is_a_gap_in_the_line() -> None:
    assert chart_demand.stretches([(0, 1.0), (1, None), (2, 3.0)]) == (((0, 1.0),), ((2, 3.0),))


# ---- the axes


@pytest.mark.parametrize(
    ("most", "top", "steps"),
    [(955, 1000, 4), (14.2, 15, 3), (0.7, 0.8, 4), (41, 50, 5), (0, 1, 1), (1000, 1000, 4)],
)
def test_the_axis_goes_up_in_round_numbers_over_the_highest(most: float, top: float, steps: int) -> None:
    up = charts.steps_up_to(most)
    assert up[0] == 0 and up[-1] == pytest.approx(top) and len(up) == steps + 1


def test_labels_are_spread_evenly_from_edge_to_edge() -> None:
    assert charts.spread((0, 100), 6) == [0, 20, 40, 60, 80, 100]
    assert charts.spread((-51, 25), 6)[0] == -51
    assert charts.spread((0, 2), 6) == [0, 1, 2]


def test_tags_without_room_beside_each_other_are_counted_on_the_one_before() -> None:
    near = [charts.Tag(day, f"LOT{day}", "ok", told=f"LOT{day}: day {day}") for day in (50, 51, 52, 53, 90)]
    strip: Any = charts.tags(near, (0, 100), 500)
    boxes = [place.content for place in strip.controls]
    assert [[one.value for one in box.content.controls] for box in boxes] == [
        ["LOT50"],
        ["LOT51", "+2"],
        ["LOT90"],
    ]
    assert boxes[1].tooltip == "LOT51: day 51\nLOT52: day 52\nLOT53: day 53"


# ---- words


def test_better_and_worse_than_last_year_are_said_honestly() -> None:
    assert say.against_naive(0.76) == ("ok", "24% better")
    assert say.against_naive(1.12) == ("soon", "12% worse")
    assert say.against_naive(1.01) == ("mute", "As good")
    assert say.against_naive(None) == ("mute", "Not measured yet")


def test_every_reason_the_server_gives_has_a_sentence() -> None:
    given = {
        "never_sold": {}, "no_sale_since": {"weeks": 30}, "like": {"items": 5, "weeks": 3}, "few_weeks": {"weeks": 9},
        "best_of_backtests": {"method": "ets", "runner_up": "theta", "by_percent": 4, "origins": 6},
        "weights": {"ets": 60, "theta": 40}, "sells_rarely": {"every_weeks": 3.5},
        "season_of_category": {"peak_week": 27, "percent": 35}, "weeks_without_stock": {"weeks": 1},
        "event_ahead": {"what": "promotion", "step": 2, "percent": 40},
    }  # fmt: skip
    for language in ("en", "de"):
        with speaking(language):
            for code, values in given.items():
                said = say.reason(Reason(code=code, values=values))
                assert said.endswith("."), code
                assert "{" not in said
    assert say.reason(Reason(code="event_ahead", values=given["event_ahead"])) == (
        "A promotion in 2 weeks: +40% expected."
    )
    assert say.reason(Reason(code="of_a_later_version")) == ""


@pytest.mark.parametrize(
    ("units", "said"),
    [(336, "14 cases"), (24, "1 case"), (36, "1.5 cases"), (5, "5 cans"), (0.4, "0.4 cans")],
)
def test_computed_amounts_are_said_in_cases_or_units(units: float, said: str) -> None:
    assert say.amount(ale(), units) == said


# ---- the page's state


def test_none_yet_is_an_answer_and_a_missing_product_is_trouble(server: Forecasting) -> None:
    state = ForecastState()
    run(state.load(api_for(server), "HPA-330", "MAIN"))
    assert state.of("HPA-330", "MAIN") is not None
    assert state.of("HPA-330", "NORTH") is None
    server.whole.clear()
    run(state.load(api_for(server), "HPA-330", "MAIN"))
    assert (state.forecast, state.loaded, state.trouble) == (None, True, None)
    run(state.load(api_for(server), "NO-1", "MAIN"))
    assert state.trouble is not None and state.trouble.missing


def test_a_run_is_followed_until_it_is_done(server: Forecasting) -> None:
    server.appear, server.whole = server.whole, {}
    api, state = api_for(server), RunState()
    run(state.newest(api))
    assert state.loaded and not state.going
    assert run(state.begin(api))
    assert state.going and state.run is not None and say.run_progress(state.run) == "Waits for its turn"
    assert not run(state.begin(api)), "one that goes on is not begun again"
    run(state.look(api))
    assert say.run_progress(state.run) == "Forecasting · 120 of 482"
    assert say.run_share(state.run) == pytest.approx(120 / 482)
    run(state.look(api))
    assert not state.going
    assert say.run_outcome(state.run) == "482 forecasts · sales to 22 Nov · 31 s"
    assert "HPA-330" in server.whole


def test_a_failed_run_says_why_and_one_may_try_again(server: Forecasting) -> None:
    server.fails = "The history could not be read."
    api, state = api_for(server), RunState()
    run(state.begin(api))
    run(state.look(api))
    run(state.look(api))
    assert state.run is not None and say.run_outcome(state.run) == "The history could not be read."
    assert run(state.begin(api)) and state.going


def test_while_the_server_is_silent_a_run_is_not_forgotten(server: Forecasting) -> None:
    api, state = api_for(server), RunState()
    run(state.begin(api))
    server.offline = True
    run(state.look(api))
    assert state.going and state.fault == ""


def test_who_may_not_run_is_told_so(server: Forecasting) -> None:
    server.rights = [*MANAGER_RIGHTS, "planning.view"]
    state = RunState()
    assert not run(state.begin(api_for(server)))
    assert state.fault


def test_a_run_that_counts_nothing_yet_has_no_share() -> None:
    assert say.run_share(Run(status="running", series_total=0)) is None


# ---- the addresses


@pytest.mark.parametrize(
    "query",
    [
        ForecastQuery(),
        ForecastQuery(search="pale ale & stout", demand_class="lumpy"),
        ForecastQuery(method="tsb", worse=True, sort="ratio"),
    ],
)
def test_the_list_comes_back_as_it_was_from_its_address(query: ForecastQuery) -> None:
    assert ForecastQuery.from_route(query.route()) == query


def test_an_address_with_nonsense_shows_the_plain_list() -> None:
    assert ForecastQuery.from_route("/forecasts?class=<b>&method=magic&sort=drop") == ForecastQuery()


def test_a_heading_sorts_the_large_first_and_again_turns_it_round() -> None:
    query = ForecastQuery(sort="product_name").sorted_by("ratio")
    assert query.sort == "-ratio"
    assert query.sorted_by("ratio").sort == "ratio"
    assert query.sorted_by("product_name").sort == "product_name"


@pytest.mark.parametrize("query", [ChartQuery(), ChartQuery("demand"), ChartQuery("demand", True)])
def test_the_side_of_the_chart_survives_a_reload(query: ChartQuery) -> None:
    assert ChartQuery.from_route(query.route("/products/HPA-330")) == query


def test_weeks_are_numbered_from_the_last_known_one() -> None:
    view = chart_demand.demand_view(ale(), 52, 26)
    assert view is not None
    assert view.week(0) == ORIGIN
    assert view.week(-3) == ORIGIN - timedelta(weeks=3)
    assert view.place(date(2026, 11, 29)) == 1
