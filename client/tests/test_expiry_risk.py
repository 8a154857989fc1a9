"""What will not sell in time: how it is said, which remedy stands on the row, and the list against planning in memory."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from fake_planning import Planning, planning
from fakes import api_for

from stillage_client.api.replenishment_records import ExpiryRisk, RiskSummary
from stillage_client.screens.planning import expiry_words as say
from stillage_client.screens.planning.expiry_state import ExpiryQuery, RiskState

EVERYTHING = {"move": True, "return": True, "scrap": True}
MOVE = {"warehouse": "NORTH", "warehouse_name": "Leeds", "units": 240, "sells_per_week": 480.0}


def run(work: Awaitable[Any]) -> Any:
    async def all_of_it() -> Any:
        return await work

    return asyncio.run(all_of_it())


def raw(**more: Any) -> dict[str, Any]:
    return {
        "id": 1, "warehouse": "MAIN", "product": "HPA-330", "product_name": "Harrow Pale Ale", "lot": "L2609A",
        "best_before_date": "2026-12-03", "last_saleable_date": "2026-12-01", "days_left": 9, "on_hand": 3552,
        "unsold": 2064, "unsold_p90": 2400, "value": "1032.00", "base_unit": "can", "case_name": "case",
        "units_per_case": 24, "advice": "discount",
        "why": {"sells_per_week": 1157.0, "will_sell": 1488.0, "ahead_of_it": 72.0},
    } | more  # fmt: skip


def risk(**more: Any) -> ExpiryRisk:
    return ExpiryRisk.read(raw(**more))


@pytest.fixture
def server() -> Planning:
    made = planning()
    made.risks = [raw(), raw(id=2, days_left=40, advice="move", why={"move_to": MOVE})]
    return made


# ---- its address


@pytest.mark.parametrize(
    "query",
    [
        ExpiryQuery(),
        ExpiryQuery(within=30, advice="move", search="pale & ale", order="-value"),
        ExpiryQuery(dates=True),
        ExpiryQuery(dates=True, status="held"),
    ],
)
def test_the_page_comes_back_as_it_was_from_its_address(query: ExpiryQuery) -> None:
    assert ExpiryQuery.from_route(query.route()) == query


def test_an_old_link_to_a_filter_of_dates_still_opens_the_dates() -> None:
    assert ExpiryQuery.from_route("/expiry?status=expired") == ExpiryQuery(dates=True, status="expired")
    assert ExpiryQuery.from_route("/expiry?within=8&advice=x&sort=y") == ExpiryQuery()


# ---- what is said


def test_a_lot_says_how_much_of_it_stays_and_why() -> None:
    assert say.unsold(risk()) == "86 of 148 cases will not sell"
    assert say.reason(risk()) == (
        "Forecast sells 62 of 148 cases, 48 cases a week, 3 cases of earlier lots go first"
    )
    assert say.doubt(risk()) == "In one of ten cases more than 100 cases."


def test_few_are_said_to_a_tenth_and_none_left_is_no_alarm() -> None:
    few = risk(base_unit="keg", units_per_case=1, on_hand=5, unsold=4, why={"will_sell": 0.6})
    assert say.reason(few) == "Forecast sells 0.6 of 5 kegs"
    assert say.unsold(risk(unsold=0)) == "Sells just in time"


def test_a_lot_of_which_nothing_goes_says_so() -> None:
    none = risk(unsold=3552, why={"sells_per_week": 0.0, "will_sell": 0.0})
    assert say.unsold(none) == "None of 148 cases will sell"
    assert say.reason(none).endswith("nothing of it sells here")


def test_a_few_that_sell_of_many_are_not_rounded_away() -> None:
    assert say.unsold(risk(on_hand=382, unsold=374)) == "374 of 382 cans will not sell"
    assert say.unsold(risk(on_hand=382, unsold=382)) == "None of 16 cases will sell"
    assert say.unsold(risk(on_hand=382, unsold=7)) == "7 of 382 cans will not sell"


def test_a_lot_whose_day_is_over_is_not_counted_on() -> None:
    over = risk(days_left=-2, advice="scrap")
    assert say.reason(over) == "Its last day of sale is over"
    assert say.urgency(over) == ("expired", "No longer for sale")
    assert say.urgency(risk(days_left=0))[1] == "Last day of sale"


def test_a_markdown_says_how_much_more_must_sell() -> None:
    assert say.advised(risk()) == "It goes in time when 67 cases more a week sell."
    offer = {"percent": "20", "uplift_percent": "140", "more_per_week": 1608.0}
    said = say.advised(risk(why={"discount": offer}))
    assert said == (
        "Mark it down by about 20%. It goes in time when 67 cases more a week sell, 140% more than now."
    )


# ---- the remedy on the row


def test_moving_opens_a_transfer_that_knows_what_and_where_to() -> None:
    way = say.remedy(risk(advice="move", why={"move_to": MOVE}), EVERYTHING)
    assert way.label == "Move to Leeds"
    assert way.route == "/transfers/new?product=HPA-330&units=240&to=NORTH"


def test_returning_opens_a_return_to_who_sold_it() -> None:
    back = {"return_to": {"supplier": "HARROW", "supplier_name": "Harrow"}}
    way = say.remedy(risk(advice="return", why=back), EVERYTHING)
    assert way.route == "/supplier-returns/new?supplier=HARROW"


@pytest.mark.parametrize("advice", ["move", "return", "scrap"])
def test_who_may_not_act_is_shown_the_product(advice: str) -> None:
    why = {"move_to": MOVE, "return_to": {"supplier": "HARROW"}}
    way = say.remedy(risk(advice=advice, why=why), {})
    assert way.route == "/products/HPA-330" and way.label == "Look"
    assert all("new" not in other.route for other in say.others(risk(advice=advice, why=why), {}))


def test_other_ways_stand_beside_the_advised_one() -> None:
    one = risk(advice="discount", why={"move_to": MOVE, "return_to": {"supplier": "HARROW"}})
    assert [way.label for way in say.others(one, EVERYTHING)] == [
        "Move to Leeds",
        "Return",
        "Open the product",
    ]


# ---- the list


def test_rows_and_sums_come_together(server: Planning) -> None:
    state = RiskState()
    run(state.ask(api_for(server), "MAIN", ExpiryQuery()))
    assert [one.id for one in state.rows] == [1, 2]
    assert state.summary is not None and state.summary.within[30].units == 300


def test_the_days_and_the_remedy_are_asked_of_the_server(server: Planning) -> None:
    state = RiskState()
    run(state.ask(api_for(server), "MAIN", ExpiryQuery(within=30, advice="discount")))
    assert [one.id for one in state.rows] == [1]
    assert server.queries[-1]["within_days"] == "30"


def test_without_costs_no_money_is_read() -> None:
    summary = RiskSummary.of({"lots": 1, "units": 2, "within": {"7": {"lots": 1, "units": 2}}})
    assert summary.value is None and summary.within[7].value is None
