"""Runs: one waits at a time, dead workers are followed by others, what fails leaves the old forecasts whole."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from stillage.catalogue.models import Brand, Category, Product
from stillage.config import nightly
from stillage.core.clock import now
from stillage.core.errors import Conflict
from stillage.places.models import Warehouse
from stillage.planning import computing, running
from stillage.planning.models import (
    DemandDay,
    DemandEvent,
    Forecast,
    ForecastRun,
    KeptForecast,
    RunStatus,
    StockOut,
    WarehousePlan,
)
from stillage.planning.operations import ask_nightly_run, ask_run, plan_now
from stillage.planning.weeks import WEEK, last_week
from tests.builders import BOSS, make_product, make_warehouse, receive

pytestmark = pytest.mark.django_db
WEEKS = 70


@pytest.fixture(autouse=True)
def _home(tmp_path: Path) -> Any:
    with override_settings(HOME=tmp_path):
        yield


def sold(product: Product, house: Warehouse, units: list[int], last: dt.date) -> None:
    """So many in each of the weeks up to one, imported on their Wednesdays."""
    DemandDay.objects.bulk_create(
        DemandDay(
            product=product,
            warehouse=house,
            day=last - (len(units) - 1 - place) * WEEK - dt.timedelta(days=4),
            imported=one,
        )
        for place, one in enumerate(units)
        if one
    )


def make_world() -> tuple[Warehouse, list[Product]]:
    """Eight products that sold for more than a year, and one that never did."""
    house = make_warehouse("MAIN")
    category, brand = Category.objects.create(name="Ale"), Brand.objects.create(name="Harrow")
    products = [make_product(f"ALE-{n}", category=category, brand=brand, container_ml=330) for n in range(8)]
    last = last_week(now(), "UTC")
    for number, product in enumerate(products):
        sold(product, house, [20 + 5 * number + (week * 7 + number) % 9 for week in range(WEEKS)], last)
    return house, products


def numbers() -> dict[str, tuple[str, str]]:
    return {
        sku: (text, why) for sku, text, why in Forecast.objects.values_list("product__sku", "numbers", "why")
    }


def test_a_run_makes_a_forecast_of_each_series_and_says_what_came_of_it() -> None:
    make_world()
    run = plan_now(now())
    assert (run.status, run.detail, run.phase) == (RunStatus.DONE, "", "done")
    assert (run.series_total, run.series_done) == (8, 8)
    assert run.origin_date == last_week(now(), "UTC")
    one = Forecast.objects.get(product__sku="ALE-3")
    assert one.horizon_weeks == 26 and 30 < one.per_week < 50 and one.run_id == run.pk
    assert set(KeptForecast.objects.values_list("step", flat=True)) == {1, 2, 4, 8}
    assert KeptForecast.objects.filter(naive__isnull=False, scale__gt=0).count() == 32


def test_the_same_history_gives_the_same_numbers_and_is_not_worked_out_again() -> None:
    make_world()
    plan_now(now())
    first = numbers()
    again = plan_now(now())
    assert '"changed":0,"unchanged":8' in again.figures and numbers() == first
    full = plan_now(now(), full=True)
    assert '"changed":8,"unchanged":0' in full.figures and numbers() == first


def test_only_what_changed_is_made_anew() -> None:
    house, products = make_world()
    plan_now(now())
    first = numbers()
    day = last_week(now(), "UTC") - dt.timedelta(days=1)
    DemandDay.objects.create(product=products[2], warehouse=house, day=day, imported=400)
    run = plan_now(now())
    assert '"changed":1,"unchanged":7' in run.figures
    assert {sku for sku, told in numbers().items() if told != first[sku]} == {"ALE-2"}


def test_an_event_ahead_changes_the_products_it_is_about() -> None:
    products = make_world()[1]
    plan_now(now())
    before = Forecast.objects.get(product=products[1]).per_week
    monday = last_week(now(), "UTC") + dt.timedelta(days=15)
    event = DemandEvent.objects.create(
        name="Offer", first_date=monday, last_date=monday + dt.timedelta(days=6), uplift_percent=100
    )
    event.products.create(product=products[1])
    run = plan_now(now())
    assert '"changed":1' in run.figures
    assert Forecast.objects.get(product=products[1]).per_week > before + 0.9


def test_holidays_of_the_warehouse_are_known_to_the_arithmetic() -> None:
    house, _ = make_world()
    WarehousePlan.objects.create(warehouse=house, holiday_country="DE", holiday_region="BY")
    assert plan_now(now()).status == RunStatus.DONE
    WarehousePlan.objects.update(holiday_country="GB", holiday_region="")
    assert '"changed":8' in plan_now(now()).figures


def test_discontinued_products_go_and_new_ones_are_told_by_likeness() -> None:
    house, products = make_world()
    last = last_week(now(), "UTC")
    for number in range(6):  # that began within the history, as a new one will
        sold(make_product(f"NEXT-{number}", category=products[0].category), house, [10] * 30, last)
    plan_now(now())
    fresh = make_product("FRESH", category=products[0].category, brand=products[0].brand, container_ml=330)
    receive(fresh, "F1", quantity=48)
    Product.objects.filter(sku="ALE-0").update(status="discontinued")
    plan_now(now())
    assert not Forecast.objects.filter(product__sku="ALE-0").exists()
    told = Forecast.objects.get(product=fresh)
    assert told.method == "likeness" and told.per_week > 1


def test_weeks_without_stock_are_no_weeks_without_demand() -> None:
    house, products = make_world()
    last = last_week(now(), "UTC")
    DemandDay.objects.filter(product=products[7], day__gt=last - 6 * WEEK).delete()
    StockOut.objects.create(product=products[7], warehouse=house, first_date=last - 6 * WEEK)
    plan_now(now())
    assert Forecast.objects.get(product=products[7]).per_week > 40


# ---- what came of what was told ---------------------------------------------------------------------
def test_weeks_that_are_over_are_held_against_what_was_told_where_it_is_known() -> None:
    house, products = make_world()
    plan_now(now())
    last = last_week(now(), "UTC")
    day = last + dt.timedelta(days=3)
    DemandDay.objects.create(product=products[0], warehouse=house, day=day, imported=33)
    StockOut.objects.create(product=products[1], warehouse=house, first_date=last, last_date=last + WEEK)
    plan_now(now() + WEEK)
    told = {one.product_id: one for one in KeptForecast.objects.filter(week_date=last + WEEK, step=1)}
    assert told[products[0].pk].actual == 33
    assert told[products[1].pk].actual is None and told[products[1].pk].out_of_stock
    assert told[products[2].pk].actual == 0
    assert not KeptForecast.objects.filter(week_date__gt=last + WEEK, actual__isnull=False).exists()


def test_past_origins_are_told_from_what_was_known_then() -> None:
    make_world()
    plan_now(now(), backfill_weeks=6)
    last = last_week(now(), "UTC")
    past = KeptForecast.objects.filter(step=1, week_date__lte=last)
    assert past.filter(actual__isnull=False).count() == 6 * 8
    before = list(
        past.filter(week_date=last - 2 * WEEK).order_by("product").values_list("mean", "p95", "naive")
    )
    KeptForecast.objects.all().delete()
    DemandDay.objects.filter(day__gt=last - 3 * WEEK).update(imported=9_999)  # what nobody knew then
    plan_now(now(), backfill_weeks=6)
    after = list(
        past.filter(week_date=last - 2 * WEEK).order_by("product").values_list("mean", "p95", "naive")
    )
    assert after == before


# ---- one at a time ----------------------------------------------------------------------------------
def test_who_asks_while_a_run_waits_is_given_that_one() -> None:
    first = ask_run(actor=BOSS, at=now())
    second = ask_run(actor=BOSS, at=now(), full=True)
    assert first.pk == second.pk and second.full
    assert ForecastRun.objects.count() == 1


def test_one_run_runs_and_the_one_that_waits_follows_it() -> None:
    make_world()
    first = ask_run(actor=BOSS, at=now())
    claim = running.claim_run(first.pk)
    assert claim is not None and running.claim_run(first.pk) is None
    second = ask_run(actor=BOSS, at=now())
    assert second.pk != first.pk and running.claim_run(second.pk) is None
    with pytest.raises(Conflict):
        plan_now(now())
    running.carry_out(claim)
    running.enqueue_waiting()  # the task of the first run ends so
    assert set(ForecastRun.objects.values_list("status", flat=True)) == {"done"}


def test_a_dead_workers_run_is_taken_up_and_the_dead_one_notices() -> None:
    make_world()
    run = ask_run(actor=BOSS, at=now())
    dead = running.claim_run(run.pk)
    assert dead is not None
    ForecastRun.objects.update(lease_until=now() - dt.timedelta(seconds=1))
    assert running.resume_runs() == 1
    run.refresh_from_db()
    assert (run.status, run.attempts) == (RunStatus.DONE, 2)
    with pytest.raises(running.Overtaken):
        running.carry_out(dead)
    run.refresh_from_db()
    assert run.status == RunStatus.DONE


def test_a_run_that_killed_three_workers_is_given_up() -> None:
    run = ask_run(actor=BOSS, at=now())
    ForecastRun.objects.update(status="running", attempts=3, lease_until=now() - dt.timedelta(seconds=1))
    running.resume_runs()
    run.refresh_from_db()
    assert run.status == RunStatus.FAILED and "ended 3 times" in run.detail


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_and_claim_at_once_get_one_run() -> None:
    from tests.promises.threads import together

    make_warehouse("MAIN")
    together([lambda: ask_run(actor=BOSS, at=now())] * 6)
    running.enqueue_waiting()
    assert set(ForecastRun.objects.values_list("status", flat=True)) == {"done"}
    ForecastRun.objects.all().delete()
    run = ForecastRun.objects.create(kind="asked", username="x", created_at=now())
    claims: list[Any] = []
    together([lambda: claims.append(running.claim_run(run.pk))] * 6)
    assert sum(claim is not None for claim in claims) == 1


# ---- what fails -------------------------------------------------------------------------------------
def test_arithmetic_that_breaks_leaves_the_old_forecasts_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = make_world()[0]
    plan_now(now())
    first, kept = numbers(), KeptForecast.objects.count()
    sold(make_product("MORE"), house, [5] * 30, last_week(now(), "UTC"))
    monkeypatch.setattr(computing, "LONGEST_SECONDS", 0.0)
    monkeypatch.setattr(computing.compute, "__kwdefaults__", {"longest_seconds": 0.0})
    run = plan_now(now(), full=True)
    assert run.status == RunStatus.FAILED
    assert "took longer" in run.detail and "as they were" in run.detail
    assert numbers() == first and KeptForecast.objects.count() == kept


def test_a_run_that_breaks_while_writing_leaves_the_old_forecasts_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_world()
    plan_now(now())
    first, kept = numbers(), KeptForecast.objects.count()
    monkeypatch.setattr("stillage.planning.operations.keep_forecasts.AT_ONCE", 3)
    write = running.make_plan.__globals__["keep_forecasts"].__globals__["_write"]
    calls = []

    def breaking(*given: Any) -> None:
        write(*given)
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the disk is full")

    monkeypatch.setattr("stillage.planning.operations.keep_forecasts._write", breaking)
    DemandDay.objects.update(imported=1)
    run = plan_now(now(), full=True)
    assert run.status == RunStatus.FAILED and len(calls) == 2
    assert numbers() == first and KeptForecast.objects.count() == kept


def test_the_child_ends_when_whoever_started_it_is_gone(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import stillage.planning.child as c, time; c._end_with_the_parent(); time.sleep(60)",
        ],
        stdin=subprocess.PIPE,
    )
    time.sleep(0.2)
    assert child.poll() is None and child.stdin is not None
    child.stdin.close()
    assert child.wait(30) == 3


def test_what_the_child_complains_of_is_told(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.write_text("{}\n")
    with pytest.raises(computing.CannotCompute, match="The arithmetic broke: KeyError"):
        computing.compute(source, tmp_path / "out", tell=lambda done: None)


# ---- the night --------------------------------------------------------------------------------------
def test_a_night_has_one_run_once_two_oclock_has_come() -> None:
    house, _ = make_world()
    house.timezone = "America/Chicago"
    house.save()
    zone = nightly.company_zone()
    assert nightly.night_of(dt.datetime(2026, 11, 22, 7, 59, tzinfo=dt.UTC), zone) == dt.date(2026, 11, 21)
    assert nightly.night_of(dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC), zone) == dt.date(2026, 11, 22)
    at = now()
    assert nightly.ask_if_due(at) and not nightly.ask_if_due(at)
    assert ForecastRun.objects.get().kind == "nightly"


def test_a_run_of_this_night_by_hand_is_enough_and_an_older_one_is_not() -> None:
    make_world()
    plan_now(now())
    assert not nightly.ask_if_due(now())
    assert nightly.ask_if_due(now() + dt.timedelta(days=1))


def test_nothing_is_made_of_nothing() -> None:
    make_warehouse("MAIN")
    assert not nightly.ask_if_due(now())
    assert plan_now(now()).status == RunStatus.DONE


def test_one_day_has_one_nightly_run_however_many_ask() -> None:
    day = now().date()
    assert ask_nightly_run(day=day, at=now()) is not None
    assert ask_nightly_run(day=day, at=now() + dt.timedelta(seconds=1)) is None
