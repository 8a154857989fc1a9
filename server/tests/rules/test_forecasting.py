"""Forecasts: levels against the plain way of working them out, and what must hold of every forecast."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillage.forecasting import learned, scoring, smoothing, statistical
from stillage.forecasting.forecast import LEVELS, forecast
from stillage.forecasting.kinds import KINDS, kinds_of
from stillage.forecasting.seasons import season_indices
from stillage.forecasting.series import Floats, Series, from_first_sale, grouped, weeks_of_year
from stillage.forecasting.state import look_at

HORIZON = 8


@pytest.fixture(autouse=True)
def small_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds of a forecast holds with few trees too."""
    monkeypatch.setattr(learned, "TREES", 12)
    monkeypatch.setattr(learned, "MOST_ROWS", 12_000)


def drinks(count: int = 60, weeks: int = 160, *, seed: int = 3, groups: int = 3) -> Series:
    """Demand as drinks have it: large and small, with a summer, some of it sporadic."""
    chance = np.random.default_rng(seed)
    ends = np.datetime64("2023-01-01") + 7 * np.arange(weeks)
    of_year = weeks_of_year(ends, 52)
    mean = np.exp(chance.normal(2.0, 1.4, count))[:, None] * summer(of_year[:weeks])[None, :]
    lumps = chance.negative_binomial(3.0, 3.0 / (3.0 + mean))
    return Series(
        items=tuple(f"P{number}" for number in range(count)),
        demand=from_first_sale(lumps.astype(float)),
        week_of_year=of_year,
        group=np.arange(count) % groups,
    )


def summer(of_year: np.ndarray) -> Floats:
    found: Floats = 1.0 + 0.4 * np.sin(2 * np.pi * (of_year - 13) / 52)
    return found


demands = st.lists(st.one_of(st.none(), st.integers(0, 50)), min_size=1, max_size=40).map(
    lambda found: np.array([[np.nan if one is None else float(one) for one in found]])
)


@given(demands, st.integers(1, 60))
def test_a_trailing_mean_is_the_mean_of_the_known_among_the_last_weeks(values: Floats, weeks: int) -> None:
    found = smoothing.trailing_mean(values, weeks)[0]
    last = np.nan
    for week in range(values.shape[1]):
        part = values[0, max(0, week + 1 - weeks) : week + 1]
        part = part[~np.isnan(part)]
        last = part.mean() if len(part) else last
        np.testing.assert_allclose(found[week], last, atol=1e-9)


@given(demands, st.floats(0.01, 0.9))
def test_smoothing_is_its_recursion_and_an_unknown_week_changes_nothing(values: Floats, alpha: float) -> None:
    found, level, seen = smoothing.exponential(values, alpha)[0], np.nan, 0
    for week, value in enumerate(values[0]):
        if not np.isnan(value):
            seen += 1
            level = value if np.isnan(level) else level + max(alpha, 1 / seen) * (value - level)
        np.testing.assert_allclose(found[week], level)


def test_what_is_not_sold_any_more_dies_away() -> None:
    values = np.array([[4.0] * 30 + [0.0] * 60])
    levels = smoothing.intermittent(values)[0]
    assert levels[29] == pytest.approx(4.0)
    assert levels[-1] < 0.25


@given(st.dates(dt.date(1999, 1, 1), dt.date(2060, 1, 1)))
def test_the_week_of_the_year_is_the_iso_week_and_its_53rd_counts_as_the_52nd(day: dt.date) -> None:
    (found,) = weeks_of_year(np.array([np.datetime64(day)]))
    assert found == min(day.isocalendar().week, 52) - 1


def test_what_lies_before_the_first_sale_is_not_known_and_returns_are_no_demand() -> None:
    found = from_first_sale(np.array([[0.0, -2.0, 3.0, 0.0, -1.0], [0.0, 0.0, 0.0, 0.0, 0.0]]))
    np.testing.assert_array_equal(found[0], [np.nan, np.nan, 3.0, 0.0, 0.0])
    assert np.isnan(found[1]).all()


def test_the_season_of_a_group_is_found_in_all_its_items_together() -> None:
    series = drinks(120, 208, groups=1)
    (found,) = season_indices(series)
    assert np.abs(found - summer(np.arange(52))).max() < 0.12
    assert found.mean() == pytest.approx(1.0, abs=0.01)


def test_categories_are_numbered_in_the_order_of_their_names() -> None:
    assert list(grouped(["Wine", "Ale", "Wine", "Gin"])) == [2, 0, 2, 1]


@pytest.mark.parametrize("trees", [False, True])
def test_quantiles_rise_with_their_level_and_totals_with_the_weeks(trees: bool) -> None:
    found = forecast(drinks(), HORIZON, use_learned=trees)
    assert found.way == ("learned" if trees else "quick")
    assert found.quantiles.shape == (60, HORIZON, len(LEVELS))
    assert (np.diff(found.quantiles, axis=2) >= 0).all()
    assert (np.diff(found.total_quantiles, axis=2) >= -1e-9).all()
    assert (np.diff(found.total_quantiles, axis=1) >= 0).all()
    assert (found.mean >= 0).all() and np.isfinite(found.total_quantiles).all()
    steady = (drinks().demand[:, -26:] > 0).mean(axis=1) > 0.9
    np.testing.assert_allclose(found.total_mean[steady, -1], found.mean[steady].sum(axis=1))
    np.testing.assert_allclose(found.total_quantiles[:, 0], found.quantiles[:, 0])


@pytest.mark.parametrize("trees", [False, True])
def test_the_same_series_and_seed_give_the_same_numbers(trees: bool) -> None:
    first = forecast(drinks(40), HORIZON, use_learned=trees, seed=5)
    again = forecast(drinks(40), HORIZON, use_learned=trees, seed=5)
    np.testing.assert_array_equal(first.mean, again.mean)
    np.testing.assert_array_equal(first.total_quantiles, again.total_quantiles)


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_the_items_does_not_matter(seed: int) -> None:
    series = drinks(30)
    order = np.random.default_rng(seed).permutation(30)
    mixed = Series(
        tuple(series.items[i] for i in order), series.demand[order], series.week_of_year, series.group[order]
    )
    plain = forecast(series, HORIZON, use_learned=False)
    np.testing.assert_allclose(
        forecast(mixed, HORIZON, use_learned=False).total_quantiles, plain.total_quantiles[order]
    )


def test_a_week_without_stock_does_not_read_as_a_week_without_demand() -> None:
    series = drinks(40)
    steady = int(np.nanmean(series.demand, axis=1).argmax())
    empty, unknown = series.demand.copy(), series.demand.copy()
    empty[steady, -6:], unknown[steady, -6:] = 0.0, np.nan

    def told(demand: Floats) -> float:
        changed = Series(series.items, demand, series.week_of_year, series.group)
        return float(forecast(changed, HORIZON, use_learned=False).mean[steady].sum())

    full = told(series.demand)
    assert told(empty) < 0.9 * full
    assert 0.8 * full < told(unknown) < 1.25 * full


def test_an_item_without_any_sale_is_told_to_sell_nothing_much() -> None:
    series = drinks(40)
    demand = np.vstack([series.demand, np.full((1, series.weeks), np.nan)])
    more = Series((*series.items, "NEW"), demand, series.week_of_year, np.append(series.group, 0))
    found = forecast(more, HORIZON, use_learned=False)
    assert np.isfinite(found.total_quantiles[-1]).all()
    assert found.mean[-1].sum() < 1.0


def test_what_sells_in_lumps_is_expected_to_sell_as_much_as_it_did() -> None:
    """Of single weeks the forecast is near nought, as most are; of half a year it is what half a year was."""
    chance = np.random.default_rng(8)
    lumps = (chance.random((30, 130)) < 0.2) * chance.integers(20, 120, (30, 130))
    series = drinks(60, 130)
    demand = np.vstack([series.demand, lumps.astype(float)])
    items = (*series.items, *(f"L{number}" for number in range(30)))
    found = forecast(
        Series(items, demand, series.week_of_year, np.append(series.group, np.zeros(30, dtype=np.int64))),
        26,
        use_learned=False,
    )
    half_year = lumps[:, -52:].sum() / 2
    assert 0.75 * half_year < found.total_mean[60:, -1].sum() < 1.3 * half_year


def test_what_sells_at_christmas_only_is_not_dead_in_autumn() -> None:
    season = np.zeros((2, 152))
    season[:, [40, 44, 47, 48, 92, 96, 99, 100]] = 30.0
    season[1] = np.where(np.arange(152) < 100, 5.0, 0.0)
    assert [KINDS[one] for one in kinds_of(season[:, :140])] == ["intermittent", "dead"]


def test_p95_is_kept_by_about_nineteen_of_twenty() -> None:
    series = drinks(300, 200, seed=11)
    hits = []
    for week in (167, 175, 183, 191):
        known = series.until(week)
        found = forecast(known, 3, use_learned=False)
        real = series.demand[:, week + 1 : week + 4].sum(axis=1)
        hits.append(scoring.coverage(real, found.total_quantiles[:, 2, LEVELS.index(0.95)]))
    assert 0.93 <= np.mean(hits) <= 0.975, hits


def test_only_what_was_known_at_the_origin_is_used() -> None:
    series = drinks(40, 150)
    changed = series.demand.copy()
    changed[:, 120:] *= 7
    later = Series(series.items, changed, series.week_of_year, series.group)
    for trees in (False, True):
        np.testing.assert_array_equal(
            forecast(series.until(119), HORIZON, use_learned=trees).total_quantiles,
            forecast(later.until(119), HORIZON, use_learned=trees).total_quantiles,
        )


def test_too_short_a_history_is_forecast_without_trees() -> None:
    found = forecast(drinks(10, 5), HORIZON)
    assert found.way == "quick"
    assert np.isfinite(found.total_quantiles).all()


def test_nine_weeks_of_ups_and_downs_have_a_band_that_holds() -> None:
    chance = np.random.default_rng(5)
    items, weeks = 400, 9
    size = chance.lognormal(3.0, 1.0, items)
    demand = chance.gamma(2.0, size[:, None] / 2.0, (items, weeks + 3)).round()
    ends = np.datetime64("2026-09-27") + 7 * np.arange(weeks)
    series = Series(
        tuple(f"I{n:03}" for n in range(items)),
        from_first_sale(demand[:, :weeks]),
        weeks_of_year(ends, 26),
        np.zeros(items, dtype=np.int64),
    )
    found = forecast(series, 26, use_learned=False)
    real = demand[:, weeks:].sum(axis=1)
    kept = {
        level: float((real <= found.total_quantiles[:, 2, LEVELS.index(level)]).mean()) for level in LEVELS
    }
    assert 0.03 <= kept[0.10] <= 0.25
    assert 0.72 <= kept[0.80] <= 0.92
    assert 0.88 <= kept[0.95] <= 1.0
    assert (found.quantiles[:, :, LEVELS.index(0.95)] > found.mean).mean() > 0.95


def test_a_calendar_that_ends_too_early_is_refused() -> None:
    series = drinks(3, 60)
    short = Series(series.items, series.demand, series.week_of_year[:61], series.group)
    with pytest.raises(ValueError, match="calendar"):
        forecast(short, HORIZON)


def test_a_class_of_demand_goes_by_its_weeks_without_any() -> None:
    series = Series(
        ("steady", "sporadic"),
        np.array([[5.0] * 60, ([0.0] * 5 + [9.0]) * 10]),
        weeks_of_year(np.datetime64("2024-01-07") + 7 * np.arange(60), 8),
        np.zeros(2, dtype=np.int64),
    )
    assert list(statistical.demand_class(look_at(series), 59)) == [0, 4]


def test_measures_are_what_their_formulas_say() -> None:
    real, told = np.array([[2.0, 4.0]]), np.array([[3.0, 3.0]])
    assert scoring.scaled_error(real, told, np.array([[1.0, 3.0, 1.0]]))[0] == pytest.approx(0.5)
    assert scoring.weighted_error(real, told) == pytest.approx(2 / 6)
    assert scoring.bias(real, told) == pytest.approx(0.0)
    assert scoring.pinball(np.array([10.0]), np.array([6.0]), 0.9) == pytest.approx(0.36)
    assert scoring.pinball(np.array([10.0]), np.array([14.0]), 0.9) == pytest.approx(0.04)
    assert scoring.coverage(np.array([1.0, 2.0]), np.array([1.0, 1.0])) == 0.5
