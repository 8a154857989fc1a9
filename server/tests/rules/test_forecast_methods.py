"""Our methods, which run over all items at once, against statsforecast's, which run over one."""

from __future__ import annotations

import numpy as np
import pytest

from stillage.forecasting import smoothing
from stillage.forecasting.choice import choose
from stillage.forecasting.kinds import kinds_of
from stillage.forecasting.methods import METHODS, Methods, methods_of
from stillage.forecasting.series import Floats, Series, weeks_of_year
from stillage.forecasting.state import look_at

models = pytest.importorskip("statsforecast.models")


@pytest.fixture(scope="module")
def demand() -> Floats:
    chance = np.random.default_rng(3)
    happened = chance.random((12, 300)) < np.linspace(0.1, 1.0, 12)[:, None]
    return (happened * chance.integers(1, 30, (12, 300))).astype(float)


def told(model: object, values: Floats) -> float:
    return float(model.forecast(values, 1)["mean"][0])  # type: ignore[attr-defined]


def test_exponential_smoothing_is_theirs(demand: Floats) -> None:
    ours = smoothing.exponential(demand, 0.2)[:, -1]
    theirs = [told(models.SimpleExponentialSmoothing(alpha=0.2), one) for one in demand]
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_croston_with_the_correction_of_syntetos_and_boylan_is_theirs(demand: Floats) -> None:
    ours = smoothing.syntetos_boylan(demand, alpha=0.1)[:, -1]
    theirs = [told(models.CrostonSBA(), one) for one in demand]
    np.testing.assert_allclose(ours, theirs, rtol=0.06)


def test_teunter_syntetos_and_babai_is_theirs(demand: Floats) -> None:
    ours = smoothing.intermittent(demand, size_alpha=0.1, chance_alpha=0.05)[:, -1]
    theirs = [told(models.TSB(alpha_d=0.1, alpha_p=0.05), one) for one in demand]
    np.testing.assert_allclose(ours, theirs, rtol=0.06)


def worked_out(demand: Floats) -> Methods:
    ends = np.datetime64("2022-01-02") + 7 * np.arange(demand.shape[1])
    items = tuple(str(number) for number in range(len(demand)))
    return methods_of(
        look_at(Series(items, demand, weeks_of_year(ends, 8), np.zeros(len(demand), dtype=np.int64)))
    )


def test_the_way_that_missed_least_weighs_most() -> None:
    """What jumps to another level and stays is told best by what follows quickly; what repeats its year, by last year."""
    chance = np.random.default_rng(4)
    weeks = 208
    jumping = np.repeat(chance.choice([10.0, 60.0, 30.0], (10, 8)), 26, axis=1) + chance.normal(
        0, 1, (10, weeks)
    )
    year = chance.permuted(np.tile(np.arange(52.0) ** 1.5, (10, 1)), axis=1)
    demand = np.vstack([np.maximum(jumping, 0.0), np.tile(year, 4)])
    choice = choose(worked_out(demand), kinds_of(demand), 8)
    np.testing.assert_allclose(choice.weights.sum(axis=0), 1.0)
    assert {METHODS[one] for one in choice.weights[:, 10:].argmax(axis=0)} == {"seasonal_naive"}
    assert "seasonal_naive" not in {METHODS[one] for one in choice.weights[:, :10].argmax(axis=0)}
    assert (choice.error("seasonal_naive")[10:] < 1e-9).all()
    assert (choice.own <= choice.errors.max(axis=0) + 1e-9).all()
