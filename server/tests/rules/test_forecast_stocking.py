"""From quantiles to stock: demand over any stretch, levels for a chance and for a fill."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillage.forecasting.forecast import LEVELS, Forecast
from stillage.forecasting.series import Floats
from stillage.forecasting.stocking import (
    demand_over,
    demand_over_chances,
    level_for_fill,
    level_for_service,
    levels_for_fill_of_all,
)


def normal(mean: float, deviation: float, *, items: int = 1, horizon: int = 6) -> Forecast:
    """Weeks that are normal and do not know of each other."""
    steps = np.arange(1, horizon + 1)
    scores = np.array([NormalDist().inv_cdf(level) for level in LEVELS])
    total = mean * steps[:, None] + deviation * np.sqrt(steps)[:, None] * scores[None, :]
    week = np.tile(mean + deviation * scores, (horizon, 1))
    unknown = np.full(items, np.nan)
    return Forecast(
        items=tuple(str(number) for number in range(items)),
        levels=LEVELS,
        mean=np.full((items, horizon), mean),
        quantiles=np.tile(week, (items, 1, 1)),
        total_mean=np.tile(mean * steps, (items, 1)),
        total_quantiles=np.tile(np.maximum(total, 0.0), (items, 1, 1)),
        way="quick",
        method=("combined",) * items,
        demand_class=("smooth",) * items,
        error=unknown,
        naive_error=unknown,
        errors={},
        why=((),) * items,
    )


def test_demand_over_whole_weeks_is_the_forecast_of_them() -> None:
    found = normal(100, 20)
    for weeks in (1, 3, 6):
        demand = demand_over(found, weeks)
        assert demand.mean[0] == pytest.approx(100 * weeks, rel=0.01)
        for level in (0.5, 0.8, 0.95):
            told = found.total_quantiles[0, weeks - 1, LEVELS.index(level)]
            assert demand.quantile(level)[0] == pytest.approx(told, rel=0.01)
    assert demand_over(found, 2.5).mean[0] == pytest.approx(250, rel=0.01)
    assert demand_over(found, 0).mean[0] == 0
    assert demand_over(found, 12).mean[0] == pytest.approx(1200, rel=0.01)


def test_a_lead_time_that_varies_needs_more() -> None:
    found = normal(100, 20)
    steady, varying = (
        level_for_service(found, 0.95, lead_weeks=2, review_weeks=1, lead_deviation_weeks=one)[0]
        for one in (0, 1)
    )
    assert steady == pytest.approx(300 + 1.645 * 20 * 3**0.5, rel=0.02)
    assert varying > steady + 80
    mixed = demand_over_chances(found, [(1, 0.5), (3, 0.5)])
    assert mixed.mean[0] == pytest.approx(200, rel=0.02)
    assert mixed.quantile(0.5)[0] < 300


@settings(max_examples=30, deadline=None)
@given(st.floats(0.5, 0.999), st.floats(0, 60), st.sampled_from([0.0, 24.0]))
def test_more_fill_never_needs_less_and_cases_never_need_a_higher_level(
    fill: float, deviation: float, case: float
) -> None:
    found = normal(100, deviation)
    asked = {"lead_weeks": 2, "review_weeks": 1}
    level = level_for_fill(found, fill, **asked, multiple=case)[0]
    assert 0 <= level <= level_for_fill(found, min(fill + 0.05, 1.0), **asked, multiple=case)[0] + 1e-6
    assert level <= level_for_fill(found, fill, **asked)[0] + 1e-6


@pytest.mark.parametrize(("deviation", "case"), [(20.0, 1.0), (40.0, 1.0), (40.0, 48.0)])
@pytest.mark.parametrize("fill", [0.90, 0.95, 0.98])
def test_the_fill_that_is_asked_for_is_the_fill_that_comes(
    fill: float, deviation: float, case: float
) -> None:
    """Thousands of weeks of lost sales at the level, against the fill it was to give: within two points."""
    chance = np.random.default_rng(1)
    found = normal(100, deviation)
    (level,) = level_for_fill(found, fill, lead_weeks=2, review_weeks=1, multiple=case if case > 1 else 0.0)
    assert _fill_at(float(level), chance.normal(100, deviation, 6_000).clip(0), case) == pytest.approx(
        fill, abs=0.02
    )


def _fill_at(level: float, demand: Floats, case: float) -> float:
    on_hand, due, met = level, [0.0, 0.0], 0.0
    for wanted in demand:
        short = max(level - on_hand - sum(due), 0.0)
        due.append(np.ceil(short / case) * case)
        on_hand += due.pop(0)
        sold = min(on_hand, wanted)
        met, on_hand = met + sold, on_hand - sold
    return met / float(demand.sum())


def test_for_all_items_together_the_dear_and_the_cheap_share_one_chance() -> None:
    found = normal(100, 40, items=3)
    levels, chance = levels_for_fill_of_all(
        found, 0.97, lead_weeks=2, review_weeks=1, value=np.array([1.0, 10.0, 100.0])
    )
    assert 0.7 < chance < 0.97
    np.testing.assert_allclose(levels, demand_over(found, 3).quantile(chance))
    (alone,) = level_for_fill(normal(100, 40), 0.97, lead_weeks=2, review_weeks=1)
    assert levels[0] == pytest.approx(alone, rel=0.03)
