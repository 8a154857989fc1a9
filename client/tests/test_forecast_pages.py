"""How right forecasts were, and the events that move them: what is said, sent and kept."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from fake_forecast import RIGHTS, Forecasting, how_right
from fakes import MANAGER_RIGHTS, TODAY, api_for

from stillage_client.api.forecast_records import DemandEvent, HowRight
from stillage_client.locale import speaking
from stillage_client.screens.planning import accuracy_state as told
from stillage_client.screens.planning import forecast_words as say
from stillage_client.screens.planning.accuracy_state import AccuracyQuery, AccuracyState
from stillage_client.screens.planning.events_state import (
    COUNTRIES,
    EventsQuery,
    EventState,
    HolidayState,
    about_said,
    blank_form,
    body_of,
    country,
    days_said,
    form_of,
    uplift_said,
)


def run(work: Awaitable[Any]) -> Any:
    async def all_of_it() -> Any:
        return await work

    return asyncio.run(all_of_it())


@pytest.fixture
def server() -> Forecasting:
    return Forecasting(rights=[*MANAGER_RIGHTS, *RIGHTS])


# ---- how right


def right(**more: Any) -> HowRight:
    return HowRight.read(how_right("", "", **more))


def test_weeks_and_rows_are_asked_with_the_same_step_and_span(server: Forecasting) -> None:
    state = AccuracyState()
    run(state.load(api_for(server), AccuracyQuery(step=4, weeks=26, by="method"), "MAIN"))
    assert [one["by"] for one in server.wanted] == ["week", "method"]
    assert {(one["step"], one["weeks"], one["warehouse"]) for one in server.wanted} == {("4", "26", "MAIN")}
    assert state.weeks is not None and state.split is not None and not state.working
    assert [told.row_name(one, "method") for one in state.split.rows] == [
        "Several ways together",
        "Rare sales: size and chance",
    ]


def test_a_silent_server_keeps_what_was_shown(server: Forecasting) -> None:
    state, api = AccuracyState(), api_for(server)
    run(state.load(api, AccuracyQuery(), "MAIN"))
    server.offline = True
    run(state.load(api, AccuracyQuery(step=8), "MAIN"))
    assert state.weeks is not None and state.trouble is not None and state.trouble.passing


def test_the_verdict_says_when_last_year_would_have_been_better() -> None:
    assert told.verdict(right(), 1) == (
        "Told 1 week before, forecasts were 30% off. With the same week of last year it would have been 41%."
    )
    assert told.verdict(right(wape_percent=50.0), 4).endswith(
        "The same week of last year would have been better: 41%."
    )
    assert told.verdict(right(naive_wape_percent=None), 2) == "Told 2 weeks before, forecasts were 30% off."
    assert told.verdict(HowRight(), 1).startswith("Nothing can be said yet")


def test_what_was_left_out_is_said_with_its_reason() -> None:
    said = told.skipped_said({"out_of_stock": 38, "not_known": 3, "no_naive": 1}, right(weeks=12))
    assert len(said) == 4
    assert "out of stock" in said[0] and said[0].startswith("38 weeks")
    assert said[1] == "1 has no week of last year to be compared with."
    assert said[3] == "So few weeks tell little yet."
    assert told.skipped_said({}, right(weeks=5900)) == []


@pytest.mark.parametrize(
    ("asked", "got", "kind", "said"),
    [
        (95.0, 95.1, "ok", "as promised"),
        (95.0, 91.0, "soon", "too low: it promised too much"),
        (90.0, 99.0, "expired", "too high: it is too careful"),
        (99.0, None, "mute", "Not measured yet"),
    ],
)
def test_what_a_quantile_promised_is_held_against_what_came(
    asked: float, got: float | None, kind: str, said: str
) -> None:
    assert told.cover_kind(asked, got) == kind
    assert told.cover_said(asked, got) == said


def test_leaning_to_one_side_is_said_to_which() -> None:
    assert told.bias_said(4.0) == "told more than came"
    assert told.bias_said(-4.0) == "told less than came"
    assert told.bias_said(0.2) == "leans to neither side"
    assert [told.bias_kind(one) for one in (1.0, -4.0, 12.0, None)] == ["ok", "soon", "expired", "mute"]
    assert told.signed(-3.0) == "\u22123.0%"


@pytest.mark.parametrize(
    "query", [AccuracyQuery(), AccuracyQuery(8, 52, "class"), AccuracyQuery(2, 13, "product")]
)
def test_the_page_comes_back_as_it_was_from_its_address(query: AccuracyQuery) -> None:
    assert AccuracyQuery.from_route(query.route()) == query


def test_an_address_with_nonsense_shows_the_usual_page() -> None:
    assert AccuracyQuery.from_route("/forecasts/accuracy?step=3&weeks=x&by=moon") == AccuracyQuery()


def test_when_it_was_worked_out_is_said_as_people_do() -> None:
    now = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    assert [say.worked_out(now - timedelta(minutes=m), now) for m in (0, 5, 180, 3 * 1440)] == [
        "Worked out just now",
        "Worked out 5 min ago",
        "Worked out 3 h ago",
        "Worked out on 19 Nov",
    ]


# ---- events


def filled(**more: str) -> dict[str, str]:
    return (
        blank_form()
        | {"name": "Summer offer", "first": "1.7.2027", "last": "14.7.2027", "uplift": "40 %"}
        | more
    )


def test_an_event_is_sent_as_it_was_written() -> None:
    body, faults = body_of(filled(products="HPA-330; MSW-750,", note=" poster "), "MAIN")
    assert faults == {}
    assert body == {
        "name": "Summer offer", "kind": "promotion", "first_date": "2027-07-01", "last_date": "2027-07-14",
        "warehouse": "MAIN", "category": None, "products": ["HPA-330", "MSW-750"], "uplift_percent": "40",
        "note": "poster",
    }  # fmt: skip


def test_without_a_last_day_it_is_one_day_and_everywhere_means_no_warehouse() -> None:
    body, faults = body_of(filled(last="", here="", uplift="-25,5"), "MAIN")
    assert not faults
    assert (body["last_date"], body["warehouse"], body["uplift_percent"]) == ("2027-07-01", None, "-25.5")


def test_all_faults_are_said_at_once() -> None:
    _, faults = body_of(filled(name=" ", first="soon", last="32.1.2027", uplift="much"), "MAIN")
    assert set(faults) == {"name", "first", "last", "uplift"}
    _, faults = body_of(filled(last="1.6.2027", uplift="-120"), "MAIN")
    assert faults == {"last": "It ends before it begins.", "uplift": "From -100 to 9999."}
    assert "uplift" in body_of(filled(uplift="nan"), "MAIN")[1]


def test_an_event_is_added_changed_and_removed_and_undo_brings_it_back(server: Forecasting) -> None:
    api, state = api_for(server), EventState()
    assert run(state.open(api, "new")) == blank_form()
    assert run(state.save(api, filled(), "MAIN"))
    assert server.known[0]["uplift_percent"] == "40"
    form = run(state.open(api, "1"))
    assert form is not None and form["first"] == "1.7.2027" and form["here"] == "yes"
    form["uplift"] = ""
    assert run(state.save(api, form, "MAIN"))
    assert server.known[0]["uplift_percent"] is None
    run(state.open(api, "1"))
    assert run(state.take_away(api)) and server.known == []
    assert run(state.undo(api))
    assert server.known[0]["name"] == "Summer offer" and state.taken_away is None


def test_nothing_is_sent_while_something_is_wrong(server: Forecasting) -> None:
    state = EventState()
    assert not run(state.save(api_for(server), blank_form(), "MAIN"))
    assert server.bodies == []
    assert state.fault_of("name") and state.fault_of("first") and not state.fault_of("note")


def test_an_event_somebody_else_changed_is_not_written_over(server: Forecasting) -> None:
    api, state = api_for(server), EventState()
    run(state.save(api, filled(), "MAIN"))
    form = run(state.open(api, "1"))
    server.known[0]["version"] = 9
    assert not run(state.save(api, form or {}, "MAIN"))
    assert "changed this in the meantime" in state.fault


def test_an_event_that_is_gone_is_missing(server: Forecasting) -> None:
    state = EventState()
    assert run(state.open(api_for(server), "77")) is None
    assert state.trouble is not None and state.trouble.missing


def event(**more: Any) -> DemandEvent:
    return DemandEvent(first_date=date(2026, 12, 1), last_date=date(2026, 12, 14), **more)


def test_what_an_event_is_about_and_expects_is_said() -> None:
    assert about_said(event(products=("A", "B", "C", "D", "E"))) == "A, B, C and 2 more"
    assert about_said(event(category="Ale")) == "Ale"
    assert about_said(event()) == "All products"
    assert uplift_said(event(uplift_percent=Decimal("40.0"))) == "+40% expected"
    assert uplift_said(event(uplift_percent=Decimal("-25.5"))) == "\u221225.5% expected"
    assert uplift_said(event()) == "learned from the past"
    assert form_of(event(uplift_percent=Decimal("40.0")))["uplift"] == "40"
    assert days_said(TODAY, TODAY) == "22 Nov"


@pytest.mark.parametrize(
    "query", [EventsQuery(), EventsQuery("holiday", True, "12"), EventsQuery(open="new")]
)
def test_the_list_of_events_comes_back_from_its_address(query: EventsQuery) -> None:
    assert EventsQuery.from_route(query.route()) == query


def test_an_address_of_events_with_nonsense_opens_nothing() -> None:
    assert EventsQuery.from_route("/forecasts/events?kind=war&event=1;2") == EventsQuery()


def test_the_holidays_of_another_country_are_used_from_now_on(server: Forecasting) -> None:
    api, state = api_for(server), HolidayState()
    run(state.load(api, "MAIN", TODAY))
    assert [one.name for one in state.days] == ["Christmas Day", "Boxing Day (substitute)"]
    assert run(state.settle(api, "MAIN", "de", " by ", TODAY))
    assert server.bodies == [
        ("PATCH warehouse-plans/MAIN", {"holiday_country": "DE", "holiday_region": "BY"})
    ]
    assert run(state.settle(api, "MAIN", "", "", TODAY))
    assert state.days == ()


def test_every_country_offered_has_a_name_in_each_language() -> None:
    for language in ("en", "de"):
        with speaking(language):
            assert all(len(country(code)) > 2 for code in COUNTRIES)
    assert country("XX") == "XX"
