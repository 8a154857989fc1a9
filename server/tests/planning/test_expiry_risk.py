"""What will not sell before its last day: how much, in which warehouse, and what to do about it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from stillage.core.clock import now
from stillage.planning import operations
from stillage.planning.models import ExpiryRisk, Policy
from stillage.stock import operations as stock
from stillage.stock.models import Lot
from tests.builders import BOSS, make_warehouse, receive
from tests.buying import came, make_purchase
from tests.people import Client, signed_in_client
from tests.planning.buyer import API, Buyer, make_forecast

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer() -> Buyer:
    return Buyer(work_out=False)


@pytest.fixture
def client() -> Client:
    return signed_in_client("buyer")


def in_days(days: int) -> dt.date:
    return now().date() + dt.timedelta(days=days)


def assess() -> None:
    operations.assess_expiry(run=None, at=now())


def risks(client: Client, query: str = "") -> dict[str, dict[str, Any]]:
    answer = client.get(f"{API}expiry-risk{query}")
    assert answer.status_code == 200, answer.json()
    return {one["lot"]: one for one in answer.json()["results"]}


def test_first_expired_goes_first_and_the_rest_stays(buyer: Buyer, client: Client) -> None:
    ale = buyer.product("ALE-P", per_week=70)  # ten a day
    receive(ale, "EARLY", quantity=100, expiry_date=in_days(4))
    receive(ale, "LATER", quantity=100, expiry_date=in_days(11))
    receive(ale, "LONG", quantity=200, expiry_date=in_days(300))
    assess()
    found = risks(client)
    assert set(found) == {"EARLY", "LATER"}
    assert found["EARLY"]["unsold"] == 50  # five days, today among them
    assert found["LATER"]["unsold"] == 100 - 70
    assert found["LATER"]["why"]["ahead_of_it"] == 100
    assert all(one["unsold_p90"] > one["unsold"] for one in found.values())
    assert found["EARLY"]["days_left"] == 4
    assert found["EARLY"]["value"] is None, "nobody ever said what it cost"


def test_the_life_that_customers_want_left_ends_the_sale_earlier(buyer: Buyer, client: Client) -> None:
    ale = buyer.product("ALE-P", per_week=70)
    receive(ale, "A", quantity=100, expiry_date=in_days(20))
    assess()
    assert risks(client) == {} or risks(client)["A"]["unsold"] == 0
    Policy.objects.create(product=ale, scope=f"product:{ale.pk}@*", sale_days_left=16)
    assess()
    row = risks(client)["A"]
    assert (row["unsold"], row["last_saleable_date"]) == (50, in_days(4).isoformat())


def test_another_warehouse_that_sells_it_takes_what_it_can_sell(buyer: Buyer, client: Client) -> None:
    north = make_warehouse("NORTH")
    ale = buyer.product("ALE-P", per_week=7)
    make_forecast(ale, north, per_week=70)
    receive(ale, "A", quantity=200, expiry_date=in_days(29))
    receive(ale, "N", quantity=100, location="NORTH/A-01", expiry_date=in_days(20))
    assess()
    row = risks(client)["A"]
    move = row["why"]["move_to"]
    assert (row["advice"], move["warehouse"], move["warehouse_name"]) == ("move", "NORTH", "NORTH warehouse")
    assert move["units"] == row["unsold"] == 200 - 30
    receive(ale, "N2", quantity=120, location="NORTH/A-01", expiry_date=in_days(25))
    assess()
    assert risks(client)["A"]["why"]["move_to"]["units"] == 300 - 220
    # Later lots there must sell too, so that nothing there goes stale for it.
    receive(ale, "N3", quantity=20, location="NORTH/A-01", expiry_date=in_days(30))
    assess()
    assert risks(client)["A"]["why"]["move_to"]["units"] == 70, "310 sell in NORTH in 31 days"


def test_two_lots_do_not_take_the_same_room(buyer: Buyer, client: Client) -> None:
    north = make_warehouse("NORTH")
    ale = buyer.product("ALE-P", per_week=0.7)
    make_forecast(ale, north, per_week=70)
    receive(ale, "A", quantity=150, expiry_date=in_days(19))
    receive(ale, "B", quantity=150, expiry_date=in_days(19))
    assess()
    found = risks(client)
    moved = sum(one["why"].get("move_to", {}).get("units", 0) for one in found.values())
    assert moved <= 200


def test_what_came_lately_goes_back_to_who_sold_it(buyer: Buyer, client: Client) -> None:
    buyer.product("ALE-P", per_week=7)
    came(make_purchase(("ALE-P", 200)), 200, lot="FRESH")
    lot_day = in_days(25)
    Lot.objects.filter(number="FRESH").update(expiry_date=lot_day, last_sale_date=lot_day)
    assess()
    row = risks(client)["FRESH"]
    assert row["advice"] == "return" and row["why"]["return_to"]["supplier"] == "BREW"
    assert row["unit_cost"] == "1.0000" and float(row["value"]) == row["unsold"]


def test_a_discount_says_how_much_more_must_sell(buyer: Buyer, client: Client) -> None:
    ale = buyer.product("ALE-P", per_week=70)
    receive(ale, "A", quantity=450, expiry_date=in_days(29))
    assess()
    row = risks(client)["A"]
    assert (row["advice"], row["unsold"]) == ("discount", 150)
    assert row["why"]["discount"] == {"percent": 25, "uplift_percent": 50.0, "more_per_week": 35.0}
    stock.scrap(
        actor=BOSS, lines=[stock.ScrapLine("ALE-P", "MAIN/A-01", 120, "broken", "A")], reference="", at=now()
    )
    assess()
    assert risks(client)["A"]["advice"] == "sell_first"


def test_what_is_past_its_day_is_given_away_or_scrapped(buyer: Buyer, client: Client) -> None:
    ale = buyer.product("ALE-P", per_week=70)
    Policy.objects.create(product=ale, scope=f"product:{ale.pk}@*", sale_days_left=10)
    receive(ale, "SHORT", quantity=10, best_before_date=in_days(5))
    receive(ale, "GONE", quantity=10, expiry_date=in_days(1))
    Lot.objects.filter(number="GONE").update(expiry_date=in_days(-1), last_sale_date=in_days(-1))
    assess()
    found = risks(client)
    assert (found["SHORT"]["advice"], found["SHORT"]["unsold"]) == ("donate", 10)
    assert (found["GONE"]["advice"], found["GONE"]["unsold"]) == ("scrap", 10)


def test_what_is_held_does_not_sell(buyer: Buyer, client: Client) -> None:
    ale = buyer.product("ALE-P", per_week=70)
    receive(ale, "A", quantity=20, expiry_date=in_days(20))
    receive(ale, "FAR", quantity=20, expiry_date=in_days(200))
    for lot in ("A", "FAR"):
        stock.hold(actor=BOSS, lines=[stock.HoldLine("ALE-P", "cloudy", lot)], at=now())
    assess()
    found = risks(client)
    assert set(found) == {"A"}, "what lasts may still be released"
    assert found["A"]["unsold"] == 20 and found["A"]["why"]["held"] == 20


def test_what_nobody_forecast_is_not_expected_to_sell(buyer: Buyer, client: Client) -> None:
    new = buyer.product("NEW-P", per_week=None)
    receive(new, "A", quantity=20, expiry_date=in_days(20))
    assess()
    row = risks(client)["A"]
    assert row["unsold"] == 20 and row["why"]["no_forecast"]


def test_assessing_again_forgets_what_is_over(buyer: Buyer, client: Client) -> None:
    ale = buyer.product("ALE-P", per_week=70)
    receive(ale, "A", quantity=100, expiry_date=in_days(4))
    assess()
    pk = risks(client)["A"]["id"]
    assess()
    assert risks(client)["A"]["id"] == pk
    stock.scrap(
        actor=BOSS, lines=[stock.ScrapLine("ALE-P", "MAIN/A-01", 90, "broken", "A")], reference="", at=now()
    )
    assess()
    assert ExpiryRisk.objects.filter(unsold__gt=0).count() == 0


def test_sums_and_filters_agree(buyer: Buyer, client: Client) -> None:
    ale = buyer.product("ALE-P", per_week=7)
    for days in (3, 20, 60, 200):
        receive(ale, f"D{days}", quantity=100, expiry_date=in_days(days))
    assess()
    found = client.get(f"{API}expiry-risk/summary").json()
    assert (found["lots"], found["within"]["7"]["lots"], found["within"]["30"]["lots"]) == (3, 1, 2)
    assert found["units"] == sum(one["unsold"] for one in risks(client).values())
    assert set(risks(client, "?within_days=30")) == {"D3", "D20"}
    assert set(risks(client, "?search=D60")) == {"D60"}
    assert list(risks(client, "?ordering=-unsold&limit=2"))
    assert client.get(f"{API}replenishment/summary").json()["expiry_lots"] == 3
    for query in ("?advice=eat", "?within_days=-1", "?within_days=x", "?ordering=x", "?colour=red"):
        assert client.get(f"{API}expiry-risk{query}").status_code == 400, query


def test_costs_and_other_warehouses_are_hidden(buyer: Buyer) -> None:
    north = make_warehouse("NORTH")
    ale = buyer.product("ALE-P", per_week=7)
    make_forecast(ale, north, per_week=70)
    receive(ale, "A", quantity=200, expiry_date=in_days(29))
    assess()
    stranger = signed_in_client("buyer", warehouses=[north])
    assert risks(stranger) == {}
    assert stranger.get(f"{API}expiry-risk/summary?warehouse=MAIN").json()["lots"] == 0
    local = signed_in_client("buyer", warehouses=[buyer.main])
    assert risks(local)["A"]["why"]["move_to"]["warehouse"] == "another warehouse"
    sales = signed_in_client("sales")
    assert "value" not in risks(sales)["A"] and "unit_cost" not in risks(sales)["A"]
    assert "value" not in sales.get(f"{API}expiry-risk/summary").json()["within"]["30"]
    assert sales.get(f"{API}expiry-risk?ordering=value").status_code == 400
