"""A forecast: the quick and the learned way together, for every week ahead and for all weeks up to it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stillage.forecasting import learned, statistical
from stillage.forecasting.series import Floats, Ints, Series
from stillage.forecasting.state import State, look_at
from stillage.forecasting.statistical import Window

LEVELS = (0.10, 0.50, 0.80, 0.90, 0.95, 0.98, 0.99)
# What the mean is made of; the learned median is there because means of rare clearances help nobody.
MEAN_LEARNED, MEAN_MEDIAN, MEAN_QUICK = 0.35, 0.30, 0.35
QUANTILE_LEARNED = 0.7
MOST_LIFT = 1.25


@dataclass(frozen=True, slots=True)
class Forecast:
    """Units from the week after the origin on: items x weeks ahead (x levels). `total` is of all weeks up to it."""

    items: tuple[str, ...]
    levels: tuple[float, ...]
    mean: Floats
    quantiles: Floats
    total_mean: Floats
    total_quantiles: Floats
    method: str


def forecast(
    series: Series, horizon: int, *, use_learned: bool = True, seed: int = 0, threads: int = 2
) -> Forecast:
    """Forecast all items from the last week of the series on. The calendar must reach `horizon` weeks beyond it.

    The same series and seed give the same numbers, whatever runs beside. Weeks without stock (NaN) count as not
    known. Raises ValueError where there is no week, no item, or too short a calendar.
    """
    if horizon < 1 or not series.items or series.weeks < 1:
        raise ValueError("a forecast needs at least one item, one week and one week ahead")
    if len(series.week_of_year) < series.weeks + horizon:
        raise ValueError(f"the calendar ends before {horizon} weeks ahead")
    state, week = look_at(series), series.weeks - 1
    single: list[Window] = [(step, step) for step in range(1, horizon + 1)]
    upto: list[Window] = [(1, step) for step in range(2, horizon + 1)]
    windows = single + upto
    models = learned.learn(state, week, windows, LEVELS, seed=seed, threads=threads) if use_learned else None
    mean, quantiles = _quick(state, week, windows)
    if models is not None:
        mean, quantiles = _mixed(state, week, windows, models, mean, quantiles)
    return _put_together(series, horizon, mean, quantiles, "combined" if models else "statistical")


def _quick(state: State, week: int, windows: Sequence[Window]) -> tuple[Floats, Floats]:
    mean = np.stack([statistical.mean(state, week, window) for window in windows])
    return mean, statistical.quantiles(state, week, windows, LEVELS)


def _mixed(
    state: State,
    week: int,
    windows: Sequence[Window],
    models: learned.Models,
    mean: Floats,
    quantiles: Floats,
) -> tuple[Floats, Floats]:
    seen, told = models.predict(state, week, windows)
    median = _lifted(told[:, :, LEVELS.index(0.5)], seen, statistical.demand_class(state, week))
    return (
        MEAN_LEARNED * seen + MEAN_MEDIAN * median + MEAN_QUICK * mean,
        QUANTILE_LEARNED * told + (1 - QUANTILE_LEARNED) * quantiles,
    )


def _lifted(median: Floats, mean: Floats, classes: Ints) -> Floats:
    """Medians lie below means: raised by class of demand until they add up to the same."""
    found = median.copy()
    for one in np.unique(classes):
        here = classes == one
        lift = mean[:, here].sum() / max(float(median[:, here].sum()), 1e-9)
        found[:, here] *= min(max(lift, 1.0), MOST_LIFT)
    return found


def _put_together(series: Series, horizon: int, mean: Floats, quantiles: Floats, method: str) -> Forecast:
    """Windows to weeks and totals: quantiles that rise with their level, totals that rise with the weeks."""
    rising = np.maximum.accumulate(quantiles, axis=2)
    weekly = rising[:horizon]
    lengths = np.arange(1, horizon + 1)[:, None, None]
    totals: Floats = np.concatenate([rising[:1], rising[horizon:]]) * lengths.astype(float)
    totals = np.maximum.accumulate(totals, axis=0)
    return Forecast(
        items=series.items,
        levels=LEVELS,
        mean=mean[:horizon].T,
        quantiles=weekly.transpose(1, 0, 2),
        total_mean=np.cumsum(mean[:horizon], axis=0).T,
        total_quantiles=totals.transpose(1, 0, 2),
        method=method,
    )
