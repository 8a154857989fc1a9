"""What was known of each item after each week: its levels without season, its spread, its age."""

from dataclasses import dataclass, replace

import numpy as np

from stillage.forecasting import events
from stillage.forecasting.seasons import season_indices
from stillage.forecasting.series import Floats, Series
from stillage.forecasting.smoothing import (
    exponential,
    intermittent,
    known,
    trailing_mean,
    weeks_since_sale,
)

MEANS = (2, 4, 8, 13, 26, 52)
ALPHAS = (0.08, 0.2)
ZEROS = (8, 26, 52)


@dataclass(frozen=True, slots=True)
class State:
    """Arrays of items x weeks; `season` and `factor` go on into the future. The demand of `series` is without events."""

    series: Series
    season: Floats
    factor: Floats | None  # of known events, where there are any
    calm: Floats  # demand without its season
    means: dict[int, Floats]
    smooth: dict[float, Floats]
    sporadic: Floats
    jumps: Floats  # mean change from week to week
    spread: Floats  # standard deviation over half a year
    zeros: dict[int, Floats]
    since: Floats  # weeks since the last sale
    quiet: Floats  # the same, weeks that are not known left out
    age: Floats

    def scale(self, week: int) -> Floats:
        """An item's size after a week, in units a week; never nought, so that things can be divided by it."""
        half, year = self.means[13][:, week], self.means[52][:, week]
        return np.nan_to_num(0.5 * half + 0.55 * year) + 0.1

    def window(self, week: int, first: int, last: int) -> Floats:
        """Demand a week over some weeks ahead; NaN where one of them is not known."""
        found: Floats = self.series.demand[:, week + first : week + last + 1].mean(axis=1)
        return found

    def season_ahead(self, week: int, first: int, last: int) -> Floats:
        found: Floats = self.season[:, week + first : week + last + 1].mean(axis=1)
        return found


def look_at(series: Series) -> State:
    """Work out all of it once; every row of a training set and every forecast reads from here."""
    season = season_indices(series)[series.group][:, series.week_of_year]
    factor = events.factors(series, season)
    if factor is not None:
        series = replace(series, demand=series.demand / factor[:, : series.weeks])
        season = season_indices(series)[series.group][:, series.week_of_year]
    calm = series.demand / season[:, : series.weeks]
    here = known(series.demand)
    seen = np.where(here, season[:, : series.weeks], np.nan)
    jumps = np.abs(np.diff(calm, axis=1, prepend=np.nan))
    half_year = trailing_mean(calm, 26)
    squares = trailing_mean(calm**2, 26)
    empty = np.where(here, (series.demand == 0).astype(float), np.nan)
    return State(
        series=series,
        season=season,
        factor=factor,
        calm=calm,
        means={
            weeks: _ratio(trailing_mean(series.demand, weeks), trailing_mean(seen, weeks)) for weeks in MEANS
        },
        smooth={
            alpha: _ratio(exponential(series.demand, alpha), exponential(seen, alpha)) for alpha in ALPHAS
        },
        sporadic=intermittent(calm),
        jumps=trailing_mean(jumps, 26),
        spread=np.sqrt(np.maximum(squares - half_year**2, 0.0)),
        zeros={weeks: trailing_mean(empty, weeks) for weeks in ZEROS},
        since=weeks_since_sale(series.demand),
        quiet=_quiet(series.demand),
        age=np.cumsum(here, axis=1).astype(float),
    )


def _ratio(demand: Floats, season: Floats) -> Floats:
    """A level: demand over its season, each smoothed alone. The mean of their quotients would lie above it, the more so
    the less surely the season is known.
    """
    found: Floats = demand / season
    return found


def _quiet(demand: Floats) -> Floats:
    """For how many known weeks nothing has been sold, after each week."""
    counted = np.cumsum(known(demand), axis=1).astype(float)
    at_sale = np.maximum.accumulate(np.where(np.nan_to_num(demand) > 0, counted, 0.0), axis=1)
    return counted - at_sale
