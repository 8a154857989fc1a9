"""What must hold of every forecast, whatever the demand: properties, and what each item is told of itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stillage.forecasting import events, kinds, likeness
from stillage.forecasting import forecast as engine
from stillage.forecasting.forecast import LEVELS, Forecast, forecast, study
from stillage.forecasting.kinds import KINDS
from stillage.forecasting.series import Floats, Likeness, Promotion, Series, weeks_of_year
from stillage.forecasting.spread import dask_client, forecast_spread

WEEKS_AHEAD = 26
bounded = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def series_of(demand: Floats, *, groups: int = 2, ahead: int = WEEKS_AHEAD) -> Series:
    ends = np.datetime64("2022-01-02") + 7 * np.arange(demand.shape[1])
    return Series(
        items=tuple(f"I{number:03d}" for number in range(len(demand))),
        demand=demand,
        week_of_year=weeks_of_year(ends, ahead),
        group=np.arange(len(demand)) % groups,
    )


def plenty(items: int = 40, weeks: int = 130, *, seed: int = 1) -> Floats:
    chance = np.random.default_rng(seed)
    mean = np.exp(chance.normal(2.0, 1.3, items))[:, None]
    season = 1.0 + 0.4 * np.sin(2 * np.pi * np.arange(weeks) / 52)[None, :]
    return chance.negative_binomial(3.0, 3.0 / (3.0 + mean * season)).astype(float)


def sound(found: Forecast) -> None:
    """What is true of any forecast."""
    for values in (found.mean, found.quantiles, found.total_mean, found.total_quantiles):
        assert np.isfinite(values).all() and (values >= 0).all()
    assert (np.diff(found.quantiles, axis=2) >= 0).all()
    assert (np.diff(found.total_quantiles, axis=2) >= 0).all()
    assert (np.diff(found.total_quantiles, axis=1) >= 0).all()
    np.testing.assert_array_equal(found.quantiles[:, 0], found.total_quantiles[:, 0])
    count = len(found.items)
    assert len(found.method) == len(found.demand_class) == len(found.why) == count
    assert set(found.demand_class) <= set(KINDS)


@st.composite
def odd_demands(draw: st.DrawFn) -> Floats:
    """Few items of few weeks or many, with gaps, noughts, hugeness and nothing at all."""
    items, weeks = draw(st.integers(1, 6)), draw(st.sampled_from([1, 2, 7, 30, 60, 110]))
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    demand = chance.poisson(draw(st.sampled_from([0.1, 2.0, 50.0])), (items, weeks)).astype(float)
    demand *= 10.0 ** draw(st.sampled_from([0, 0, 3, 9]))
    demand[chance.random(demand.shape) < draw(st.sampled_from([0.0, 0.3, 1.0]))] = np.nan
    demand[chance.random(items) < 0.3] = 0.0
    return demand


@bounded
@given(odd_demands(), st.sampled_from([1, 8, WEEKS_AHEAD]))
def test_any_demand_gives_a_sound_forecast(demand: Floats, horizon: int) -> None:
    sound(forecast(series_of(demand), horizon, use_learned=False))


@bounded
@given(st.floats(0.01, 1e6))
def test_demand_in_other_units_is_forecast_in_other_units(times: float) -> None:
    demand = 50.0 * plenty()
    plain, scaled = (forecast(series_of(one), 6, use_learned=False) for one in (demand, demand * times))
    big = plain.total_quantiles[:, -1, LEVELS.index(0.5)] * min(times, 1.0) > 50.0
    assert big.any()
    np.testing.assert_allclose(
        scaled.total_quantiles[big, -1], plain.total_quantiles[big, -1] * times, rtol=0.05
    )
    assert scaled.method == plain.method or times < 1


@bounded
@given(st.integers(20, 100), st.integers(0, 2**32 - 1))
def test_what_comes_after_the_origin_changes_nothing(origin: int, seed: int) -> None:
    demand = plenty(20, 130)
    other = demand.copy()
    other[:, origin + 1 :] = np.random.default_rng(seed).poisson(1_000, other[:, origin + 1 :].shape)
    told = [forecast(series_of(one).until(origin), 8, use_learned=False) for one in (demand, other)]
    np.testing.assert_array_equal(told[0].total_quantiles, told[1].total_quantiles)
    np.testing.assert_array_equal(told[0].error, told[1].error)
    assert told[0].why == told[1].why


def test_numbers_do_not_depend_on_the_order_of_the_items_with_trees_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("stillage.forecasting.learned.TREES", 8)
    series = series_of(plenty(30))
    order = np.random.default_rng(4).permutation(30)
    plain, mixed = forecast(series, 4), forecast(series.of(order), 4)
    assert plain.way == mixed.way == "learned"
    np.testing.assert_array_equal(mixed.total_quantiles, plain.total_quantiles[order])
    assert mixed.why == tuple(plain.why[row] for row in order)


def test_what_was_studied_can_be_kept_for_the_weeks_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stillage.forecasting.learned.TREES", 8)
    series = series_of(plenty(30))
    kept = study(series, 4)
    np.testing.assert_array_equal(
        forecast(series, 4, studied=kept).total_quantiles, forecast(series, 4).total_quantiles
    )
    sound(forecast(replace(series, demand=series.demand[:, :-2]), 4, studied=kept))


def test_a_dead_item_is_told_nothing_and_why() -> None:
    demand = plenty(60, 130)
    demand[7, 60:] = 0.0
    found = forecast(series_of(demand), 8, use_learned=False)
    assert found.method[7] == "none" and found.demand_class[7] == "dead"
    assert dict(found.why[7][0].params) == {"weeks": 70} and found.why[7][0].code == "no_sale_since"
    assert found.total_mean[7, -1] < 0.1 * demand[7, :60].mean() * 8


def test_classes_go_by_gaps_and_sizes() -> None:
    chance = np.random.default_rng(5)
    weeks = 104
    rare = (np.arange(weeks) % 4 == 3).astype(float)
    demand = np.stack(
        [
            np.full(weeks, 10.0),
            chance.exponential(10.0, weeks) ** 2,
            rare * 10,
            rare * chance.exponential(10.0, weeks) ** 2,
            np.where(np.arange(weeks) < weeks - 5, np.nan, 3.0),
            np.where(np.arange(weeks) < 40, 5.0, 0.0),
        ]
    )
    assert [KINDS[one] for one in kinds.kinds_of(demand)] == list(KINDS)


def test_a_new_item_is_told_by_items_like_it() -> None:
    """Items of a strong brand begin at 100 a week, the others at 5; an item that nobody has bought yet is of one."""
    chance = np.random.default_rng(6)
    weeks, items = 120, 41
    level = np.where(np.arange(items) % 2 == 0, 100.0, 5.0)
    demand = chance.poisson(level[:, None], (items, weeks)).astype(float)
    begin = chance.integers(10, 60, items)
    demand[np.arange(weeks)[None, :] < begin[:, None]] = np.nan
    demand[40] = np.nan
    like = Likeness(np.arange(items) % 2, np.zeros((items, 1)))
    found = forecast(replace(series_of(demand, groups=1), likeness=like), 8, use_learned=False)
    assert found.method[40] == "likeness" and found.why[40][0].code == "like"
    assert 70 < found.mean[40].mean() < 130
    assert found.quantiles[40, 0, LEVELS.index(0.1)] < found.quantiles[40, 0, LEVELS.index(0.95)]


def test_with_weeks_of_its_own_a_new_item_is_told_more_and_more_by_them() -> None:
    chance = np.random.default_rng(7)
    demand = chance.poisson(20.0, (31, 120)).astype(float)
    demand[:, :10] = np.nan
    told = []
    for own in (1, 4, 10):
        one = demand.copy()
        one[30] = np.nan
        one[30, -own:] = 60.0
        told.append(float(forecast(series_of(one, groups=1), 4, use_learned=False).mean[30].mean()))
    assert 20 < told[0] < told[1] < told[2] < 66
    assert likeness.NEW_WEEKS > 10


def test_a_promotion_lifts_its_week_by_what_is_told_or_learned() -> None:
    demand = plenty(30, 130, seed=8) + 20.0
    past = [20, 45, 70, 95, 120]
    demand[:, past] *= 2.0
    promotions = tuple(Promotion(item, week) for item in range(30) for week in past)
    planned = (Promotion(0, 131), Promotion(1, 131, percent=50.0))
    series = replace(series_of(demand), promotions=promotions + planned)
    found = forecast(series, 4, use_learned=False)
    plain = forecast(replace(series, promotions=promotions), 4, use_learned=False)
    lift = found.mean[:, 1] / plain.mean[:, 1]
    assert 1.6 < lift[0] < 2.1 and lift[1] == pytest.approx(1.5) and lift[2] == pytest.approx(1.0)
    assert found.total_quantiles[0, 1, 4] > plain.total_quantiles[0, 1, 4]
    said = [one for one in found.why[1] if one.code == "event_ahead"]
    assert [dict(one.params) for one in said] == [{"what": "promotion", "step": 2, "percent": 50}]


def test_a_holiday_that_moves_is_learned_from_its_own_weeks() -> None:
    weeks, ahead = 170, 30
    ends = np.datetime64("2021-01-03") + 7 * np.arange(weeks)
    of_week, names = events.holiday_weeks(ends, ahead, "DE")
    assert "Easter Monday" in names and of_week[np.flatnonzero(ends == np.datetime64("2021-02-07"))[0]] == -1
    demand = plenty(60, weeks, seed=9) + 30.0
    easter = np.flatnonzero(of_week[:weeks] == names.index("Easter Monday"))
    demand[:, easter] *= 2.0
    series = replace(series_of(demand, ahead=ahead), holidays=of_week, holiday_names=names)
    season = np.ones((60, weeks + ahead))
    factor = events.factors(series, season)
    assert factor is not None
    assert (factor[:, easter] > 1.25).all()
    with pytest.raises(ValueError, match="not known"):
        events.holiday_weeks(ends, 1, "XX")


@pytest.mark.timeout(240)
def test_two_workers_tell_the_same_as_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of a forecast on a cluster of two processes of this machine, through fugue."""
    monkeypatch.setattr(engine, "CHUNK_ITEMS", 15)
    series = series_of(plenty(40, 90))
    here = forecast(series, 4, use_learned=False)
    with dask_client(workers=2) as client:
        assert len(client.scheduler_info()["workers"]) == 2
        there = forecast_spread(series, 4, engine=client, use_learned=False)
    for name in ("mean", "quantiles", "total_mean", "total_quantiles", "error", "naive_error"):
        np.testing.assert_array_equal(getattr(there, name), getattr(here, name))
    assert (there.items, there.method, there.why) == (here.items, here.method, here.why)
