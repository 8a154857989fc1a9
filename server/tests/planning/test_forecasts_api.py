"""What is expected, what was known and how right it was, through HTTP: walls, pages, bad input, statement counts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from stillage.catalogue.models import Category, Product
from stillage.core.clock import now
from stillage.forecasting.kinds import KINDS
from stillage.places.models import Warehouse
from stillage.planning.models import (
    DemandDay,
    DemandEvent,
    Forecast,
    ForecastRun,
    KeptForecast,
    StockOut,
    WarehousePlan,
)
from stillage.planning.weeks import WEEK, last_week
from tests.builders import make_product, make_warehouse, receive
from tests.people import Client, new_key, signed_in_client

pytestmark = pytest.mark.django_db
API = "/api/v1/"
NAMES = ("mean", "p10", "p50", "p80", "p90", "p95", "p98", "p99")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path) -> Any:
    with override_settings(HOME=tmp_path):
        yield


@pytest.fixture
def buyer() -> Client:
    return signed_in_client("buyer")


def make_forecast(product: Product, house: Warehouse, per_week: float = 14.0, **fields: Any) -> Forecast:
    """As a run would have written it: the same each week, quantiles about it."""
    origin = last_week(now(), house.timezone)
    run = ForecastRun.objects.first() or ForecastRun.objects.create(
        kind="asked", status="done", username="boss", created_at=now(), started_at=now()
    )
    factors = dict(zip(NAMES, (1, 0.5, 0.9, 1.2, 1.4, 1.6, 1.8, 2), strict=True))
    numbers = {name: [round(per_week * by, 2)] * 26 for name, by in factors.items()}
    numbers |= {
        f"cum_{name}": [round(per_week * by * (week + 1), 2) for week in range(26)]
        for name, by in factors.items()
    }
    given = {
        "method": "combined",
        "demand_class": "smooth",
        "error": 0.8,
        "naive_error": 1.0,
        "why": '[{"code":"few_weeks","values":{"weeks":12}}]',
        "fingerprint": "x",
        **fields,
    }
    return Forecast.objects.create(
        product=product,
        warehouse=house,
        run=run,
        origin_date=origin,
        horizon_weeks=26,
        per_week=per_week,
        numbers=orjson.dumps(numbers).decode(),
        **given,
    )


# ---- the list ---------------------------------------------------------------------------------------
def test_the_list_pages_by_every_order_and_reads_a_page_in_the_same_number_of_statements(
    buyer: Client,
) -> None:
    house, category = make_warehouse("MAIN"), Category.objects.create(name="Ale")
    for number in range(23):
        product = make_product(f"P-{number:02}", name=f"Ale {(number * 7) % 23:02}", category=category)
        error = None if number % 5 == 0 else 0.5 + number / 20
        make_forecast(product, house, 5.0 + number % 4, error=error, naive_error=1.0)
    for ordering in ("product_name", "-per_week", "error", "-ratio", "id"):
        seen: list[int] = []
        cursor = ""
        while True:
            asked = {"limit": 5, "ordering": ordering, **({"cursor": cursor} if cursor else {})}
            page = buyer.get(f"{API}forecasts", asked).json()
            seen += [row["id"] for row in page["results"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == 23, ordering
    first = buyer.get(f"{API}forecasts", {"ordering": "-ratio", "limit": 1}).json()["results"][0]
    assert first["ratio"] == 1.6 and len(first["week_means"]) == 26 and first["category"] == "Ale"
    assert first["next_4_weeks"] == round(4 * first["per_week"], 2)
    counts = []
    for limit in (1, 20):
        with CaptureQueriesContext(connection) as asked_of_it:
            assert buyer.get(f"{API}forecasts", {"limit": limit}).status_code == 200
        counts.append(len(asked_of_it))
    assert counts[0] == counts[1] <= 6


def test_the_list_narrows(buyer: Client) -> None:
    main, north = make_warehouse("MAIN"), make_warehouse("NORTH")
    ale, stout = make_product("ALE", name="Harrow Ale"), make_product("STOUT", name="Black Stout")
    make_forecast(ale, main)
    make_forecast(stout, main, error=2.0, method="croston_sba", demand_class="lumpy")
    make_forecast(ale, north, error=None, naive_error=None)

    def found(**asked: str) -> list[tuple[str, str]]:
        rows = buyer.get(f"{API}forecasts", asked).json()["results"]
        return [(row["product"], row["warehouse"]) for row in rows]

    assert found(warehouse="NORTH") == [("ALE", "NORTH")]
    assert found(product="STOUT") == [("STOUT", "MAIN")]
    assert found(method="croston_sba") == found(demand_class="lumpy") == found(worse_than_naive="true")
    assert found(worse_than_naive="false", warehouse="MAIN") == [("ALE", "MAIN")]
    assert found(search="black st") == [("STOUT", "MAIN")]
    assert found(warehouse="NOWHERE") == []


def test_another_warehouses_forecast_is_like_none() -> None:
    main, north = make_warehouse("MAIN"), make_warehouse("NORTH")
    ale = make_product("ALE")
    make_forecast(ale, main)
    theirs = make_forecast(ale, north)
    own = signed_in_client("buyer", warehouses=[main])
    assert [row["warehouse"] for row in own.get(f"{API}forecasts").json()["results"]] == ["MAIN"]
    missing = own.get(f"{API}forecasts/{2**40}")
    for answer in (
        own.get(f"{API}forecasts/{theirs.pk}"),
        own.get(f"{API}forecasts/of", {"product": "ALE", "warehouse": "NORTH"}),
        own.get(f"{API}forecasts/of", {"product": "ALE", "warehouse": "NOWHERE"}),
        own.get(f"{API}forecasts/of", {"product": "NOTHING", "warehouse": "MAIN"}),
        own.get(f"{API}demand", {"product": "ALE", "warehouse": "NORTH"}),
        own.get(f"{API}holidays", {"warehouse": "NORTH"}),
        own.get(f"{API}warehouse-plans/NORTH"),
        own.get(f"{API}forecast-accuracy", {"warehouse": "NORTH"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, missing.json()["code"]), answer.content


def test_what_was_never_forecast_says_so(buyer: Client) -> None:
    make_warehouse("MAIN"), make_product("ALE")
    answer = buyer.get(f"{API}forecasts/of", {"product": "ALE", "warehouse": "MAIN"})
    assert (answer.status_code, answer.json()["code"]) == (404, "no_forecast")


# ---- one whole --------------------------------------------------------------------------------------
def test_one_whole_tells_weeks_history_events_and_how_the_shelf_empties(buyer: Client) -> None:
    house, ale = make_warehouse("MAIN"), make_product("ALE")
    WarehousePlan.objects.create(warehouse=house, holiday_country="DE")
    one = make_forecast(ale, house, 14.0)
    origin, today = one.origin_date, now().date()
    DemandDay.objects.create(product=ale, warehouse=house, day=origin - dt.timedelta(days=2), imported=12)
    StockOut.objects.create(
        product=ale, warehouse=house, first_date=origin - WEEK, last_date=origin - dt.timedelta(days=4)
    )
    KeptForecast.objects.create(
        product=ale, warehouse=house, week_date=origin, step=1, method="x", mean=13, p10=5, p50=12, p90=20,
        p95=22, p99=30,
    )  # fmt: skip
    DemandEvent.objects.create(name="Offer", first_date=today, last_date=today)
    DemandEvent.objects.create(
        name="Elsewhere", first_date=today, last_date=today, warehouse=make_warehouse("NORTH")
    )
    receive(ale, "SOON", quantity=10, expiry_date=today + dt.timedelta(days=2))
    receive(ale, "LATER", quantity=40, expiry_date=today + dt.timedelta(days=400))
    found = buyer.get(f"{API}forecasts/{one.pk}").json()
    assert found == buyer.get(f"{API}forecasts/of", {"product": "ALE", "warehouse": "MAIN"}).json()
    assert len(found["weeks"]) == 26 and found["weeks"][1]["cum_mean"] == 28.0
    assert found["weeks"][0]["week_date"] == str(origin + WEEK)
    assert len(found["history"]) == 104
    assert found["history"][-1] == {"week_date": str(origin), "demand": 12, "unknown": True, "days_out": 3}
    assert [row["mean"] for row in found["told"]] == [13.0]
    names = [event["name"] for event in found["events"]]
    assert "Offer" in names and "Elsewhere" not in names and "Christmas Day" in names
    shelf = found["shelf"]
    assert (shelf["on_hand"], shelf["free"], shelf["on_order"]) == (50, 50, 0)
    soon, later = shelf["lots"]
    # two units a day on three days, today among them: four of ten go unsold
    assert (soon["lot"], soon["unsold"], later["unsold"]) == ("SOON", 4.0, 0.0)
    left = [row["mean"] for row in shelf["projection"]]
    assert left == sorted(left, reverse=True) and left[-1] == 0
    assert found["lasts_days"] == 22  # 46 units by two a day, today the first
    assert all(row["p10"] <= row["mean"] <= row["p90"] for row in shelf["projection"])


def test_a_whole_forecast_costs_the_same_whatever_lies_there(buyer: Client) -> None:
    house, ale = make_warehouse("MAIN"), make_product("ALE")
    one = make_forecast(ale, house)
    counts = []
    for lots in (1, 12):
        for number in range(lots):
            receive(ale, f"L{lots}-{number}", quantity=24)
            DemandEvent.objects.create(name="Offer", first_date=now().date(), last_date=now().date())
        with CaptureQueriesContext(connection) as asked:
            assert buyer.get(f"{API}forecasts/{one.pk}").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 18


# ---- accuracy ---------------------------------------------------------------------------------------
def keep(
    product: Product, house: Warehouse, week: dt.date, mean: float, actual: float | None, **more: Any
) -> None:
    given = {
        "p10": 0,
        "p50": mean,
        "p90": mean + 5,
        "p95": mean + 10,
        "p99": mean + 20,
        "naive": 8,
        "scale": 4,
    }
    KeptForecast.objects.create(
        product=product,
        warehouse=house,
        week_date=week,
        step=1,
        method="combined",
        mean=mean,
        actual=actual,
        **{**given, **more},
    )


def test_accuracy_is_what_hand_and_head_work_out(buyer: Client) -> None:
    house, ale, stout = make_warehouse("MAIN"), make_product("ALE"), make_product("STOUT")
    last = last_week(now(), "UTC")
    keep(ale, house, last, 10, 16)  # 6 off, 8 for last year's week; within P95
    keep(ale, house, last - WEEK, 10, 8, naive=None)  # 2 off
    keep(stout, house, last, 10, 26)  # 16 off, 18; above P95 by 6
    keep(stout, house, last - WEEK, 10, None, out_of_stock=True)
    keep(stout, house, last - 20 * WEEK, 10, 1000)  # long ago
    found = buyer.get(f"{API}forecast-accuracy", {"by": "product"}).json()
    total = found["total"]
    assert (total["series"], total["weeks"], total["actual"]) == (2, 3, 50.0)
    assert (total["wape_percent"], total["bias_percent"]) == (48.0, -40.0)
    assert (total["mase"], total["naive_mase"]) == (2.75, 3.25)
    assert total["ratio"] == round(2.75 / 3.25, 3)
    assert total["naive_wape_percent"] == round(100 * 26 / 42, 1)
    pinball = 0.05 * (20 - 16) + 0.05 * (20 - 8) + 0.95 * (26 - 20)
    assert total["pinball95"] == round(pinball / 50, 3)
    assert (total["p50_cover"], total["p90_cover"], total["p95_cover"], total["p99_cover"]) == (
        33.3,
        33.3,
        66.7,
        100.0,
    )
    assert [(row["key"], row["actual"]) for row in found["rows"]] == [("STOUT", 26.0), ("ALE", 24.0)]
    assert found["skipped"] == {"out_of_stock": 1, "not_known": 0, "no_naive": 1}
    weeks = buyer.get(f"{API}forecast-accuracy").json()["rows"]
    assert [row["key"] for row in weeks] == [str(last - WEEK), str(last)]
    for by in ("category", "method", "class"):
        assert buyer.get(f"{API}forecast-accuracy", {"by": by}).json()["total"] == total
    narrowed = buyer.get(f"{API}forecast-accuracy", {"product": "ALE", "warehouse": "MAIN"}).json()
    assert narrowed["total"]["actual"] == 24.0
    empty = buyer.get(f"{API}forecast-accuracy", {"step": "8"}).json()
    assert empty["rows"] == [] and empty["total"]["wape_percent"] is None


def test_accuracy_of_other_warehouses_is_not_told() -> None:
    main, north = make_warehouse("MAIN"), make_warehouse("NORTH")
    ale, last = make_product("ALE"), last_week(now(), "UTC")
    keep(ale, main, last, 10, 16)
    keep(ale, north, last, 10, 99)
    own = signed_in_client("buyer", warehouses=[main])
    assert own.get(f"{API}forecast-accuracy").json()["total"]["actual"] == 16.0


# ---- demand -----------------------------------------------------------------------------------------
def test_demand_by_week_and_by_day(buyer: Client) -> None:
    house, ale = make_warehouse("MAIN"), make_product("ALE")
    sunday = dt.date(2026, 3, 8)
    DemandDay.objects.create(product=ale, warehouse=house, day=sunday, shipped=9, returned=2)
    DemandDay.objects.create(product=ale, warehouse=house, day=sunday - dt.timedelta(days=6), imported=5)
    StockOut.objects.create(product=ale, warehouse=house, first_date=sunday + dt.timedelta(days=1))
    asked = {"product": "ALE", "warehouse": "MAIN", "since": "2026-03-02", "until": "2026-03-10"}
    weeks = buyer.get(f"{API}demand", asked).json()
    assert (weeks["product"], weeks["by"], weeks["case_name"]) == ("ALE", "week", "case")
    assert weeks["rows"][0] == {
        "date": "2026-03-08",
        "shipped": 9,
        "returned": 2,
        "imported": 5,
        "demand": 12,
        "days_out": 0,
        "unknown": False,
    }
    assert (weeks["rows"][1]["days_out"], weeks["rows"][1]["unknown"]) == (7, True)
    days = buyer.get(f"{API}demand", {**asked, "by": "day"}).json()["rows"]
    assert [(row["demand"], row["days_out"]) for row in days] == [(5, 0)] + [(0, 0)] * 5 + [(7, 0)] + [
        (0, 1)
    ] * 2


# ---- events, holidays, plans ------------------------------------------------------------------------
def test_an_event_is_made_changed_and_removed(buyer: Client) -> None:
    make_warehouse("MAIN"), make_product("ALE"), make_product("STOUT")
    body = {
        "name": "Offer",
        "first_date": "2026-12-01",
        "last_date": "2026-12-07",
        "products": ["ALE"],
        "uplift_percent": "30.0",
    }
    made = buyer.post(f"{API}demand-events", body, key=new_key())
    assert made.status_code == 201, made.content
    found = made.json()
    assert (found["kind"], found["products"], found["uplift_percent"]) == ("promotion", ["ALE"], "30.0")
    url = f"{API}demand-events/{found['id']}"
    changed = buyer.patch(url, {"products": ["STOUT", "ALE"], "uplift_percent": None}, version=1)
    assert changed.json()["products"] == ["ALE", "STOUT"] and changed.json()["version"] == 2
    assert buyer.patch(url, {"name": "Other"}, version=1).status_code == 412
    assert len(buyer.get(f"{API}demand-events", {"product": "ALE"}).json()["results"]) == 1
    assert buyer.get(f"{API}demand-events", {"since": "2026-12-08"}).json()["results"] == []
    assert buyer.delete(url, version=2).status_code == 204


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/name", "/first_date", "/last_date"}),
        ({"last_date": "2026-11-01"}, {"/last_date"}),
        ({"last_date": "2030-11-01"}, {"/last_date"}),
        ({"uplift_percent": 30, "kind": "party"}, {"/uplift_percent", "/kind"}),
        ({"uplift_percent": "-100.1"}, {"/uplift_percent"}),
        ({"products": ["NONE", "ALE"], "category": "None", "warehouse": "NOWHERE"},
         {"/products/0", "/category", "/warehouse"}),
        ({"products": "ALE"}, {"/products"}),
        ({"name": "x" * 121, "more": 1}, {"/name", "/more"}),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_is_refused_with_every_fault(
    buyer: Client, body: dict[str, Any], pointers: set[str]
) -> None:
    make_warehouse("MAIN"), make_product("ALE")
    good = {"name": "Offer", "first_date": "2026-12-01", "last_date": "2026-12-07"} if body else {}
    answer = buyer.post(f"{API}demand-events", {**good, **body}, key=new_key())
    assert answer.status_code == 422, answer.content
    assert {fault["pointer"] for fault in answer.json()["errors"]} == pointers
    assert not DemandEvent.objects.exists()


def test_who_works_in_some_warehouses_makes_events_for_those() -> None:
    main = make_warehouse("MAIN")
    make_warehouse("NORTH")
    everywhere = DemandEvent.objects.create(
        name="All", first_date=dt.date(2026, 12, 1), last_date=dt.date(2026, 12, 2)
    )
    own = signed_in_client("buyer", warehouses=[main])
    good = {"name": "Offer", "first_date": "2026-12-01", "last_date": "2026-12-07"}
    assert own.post(f"{API}demand-events", good, key=new_key()).json()["errors"][0]["pointer"] == "/warehouse"
    other = own.post(f"{API}demand-events", {**good, "warehouse": "NORTH"}, key=new_key())
    assert other.json()["errors"][0]["code"] == "unknown_warehouse"
    assert own.post(f"{API}demand-events", {**good, "warehouse": "MAIN"}, key=new_key()).status_code == 201
    assert len(own.get(f"{API}demand-events", {"warehouse": "MAIN"}).json()["results"]) == 2
    assert own.patch(f"{API}demand-events/{everywhere.pk}", {"name": "x"}, version=1).status_code == 403


def test_holidays_are_those_of_the_warehouses_country(buyer: Client) -> None:
    make_warehouse("MAIN")
    plan = buyer.get(f"{API}warehouse-plans/MAIN")
    assert (plan.json()["version"], plan.json()["holiday_country"]) == (0, "")
    assert buyer.patch(f"{API}warehouse-plans/MAIN", {"holiday_country": "DE"}).status_code == 428
    body = {"holiday_country": "de", "holiday_region": "BY", "budget": "500.00"}
    changed = buyer.patch(f"{API}warehouse-plans/MAIN", body, version=0)
    assert changed.json()["holiday_country"] == "DE" and changed["ETag"] == '"1"'
    assert buyer.patch(f"{API}warehouse-plans/MAIN", body, version=0).status_code == 412
    days = buyer.get(
        f"{API}holidays", {"warehouse": "MAIN", "since": "2026-12-01", "until": "2027-01-10"}
    ).json()
    assert [row["date"] for row in days] == ["2026-12-25", "2026-12-26", "2027-01-01", "2027-01-06"]
    seller = signed_in_client("sales")
    assert "budget" not in seller.get(f"{API}warehouse-plans/MAIN").json()
    for wrong, field in (({"holiday_country": "XX"}, "country"), ({"holiday_region": "ENG"}, "region")):
        refused = buyer.patch(f"{API}warehouse-plans/MAIN", wrong, version=1)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == f"/holiday_{field}"


# ---- runs -------------------------------------------------------------------------------------------
def test_a_run_is_asked_for_once_and_told(buyer: Client) -> None:
    make_warehouse("MAIN")
    first = buyer.post(f"{API}forecast-runs", {}, key=new_key())
    second = buyer.post(f"{API}forecast-runs", {"full": True}, key=new_key())
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"] and second.json()["full"]
    assert first.json()["status"] == "queued" and first.json()["user"] == buyer.user.username  # type: ignore[union-attr]
    assert buyer.get(f"{API}forecast-runs/{first.json()['id']}").json()["figures"]["by_method"] == {}
    assert len(buyer.get(f"{API}forecast-runs").json()["results"]) == 1
    assert buyer.get(f"{API}forecast-runs/9").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "demand",
        "demand?product=ALE",
        "demand?product=ALE&warehouse=MAIN&by=month",
        "demand?product=ALE&warehouse=MAIN&since=yesterday",
        "demand?product=ALE&warehouse=MAIN&since=2026-03-02&until=2026-03-01",
        "demand?product=ALE&warehouse=MAIN&by=day&since=2020-01-01&until=2026-03-01",
        "demand?product=ALE&warehouse=MAIN&more=1",
        "forecasts?ordering=sku",
        "forecasts?worse_than_naive=1",
        "forecasts?limit=0",
        "forecasts?cursor=abc",
        "forecasts?method=%00",
        "forecasts/of?product=ALE",
        "forecast-accuracy?by=day",
        "forecast-accuracy?step=3",
        "forecast-accuracy?weeks=0",
        "forecast-accuracy?weeks=1000",
        "forecast-runs?status=lost",
        "demand-events?kind=a&more=1",
        "holidays",
        "holidays?warehouse=MAIN&since=2000-01-01&until=2100-01-01",
    ],
)
def test_what_cannot_be_read_is_refused(buyer: Client, address: str) -> None:
    make_warehouse("MAIN"), make_product("ALE")
    answer = buyer.get(f"{API}{address}")
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_classes_fit_their_column() -> None:
    from stillage.forecasting.methods import METHODS

    assert max(map(len, KINDS)) <= 12 and max(map(len, (*METHODS, "combined", "likeness"))) <= 20
