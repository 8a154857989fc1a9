"""What the learned model sees of an item: everything in its own scale, so that one model serves all items."""

import numpy as np
import numpy.typing as npt

from stillage.forecasting.series import WEEKS, Floats, Ints
from stillage.forecasting.state import ALPHAS, MEANS, ZEROS, State

Matrix = npt.NDArray[np.float32]
Rows = Ints | slice
ALL = slice(None)
LAGS = 6
MAX_SINCE, MAX_AGE = 30.0, 156.0


def of_item(state: State, week: int) -> Floats:
    """Columns that do not depend on which weeks ahead are asked for."""
    size = state.scale(week)
    columns = [state.means[weeks][:, week] / size for weeks in MEANS]
    columns += [state.smooth[alpha][:, week] / size for alpha in ALPHAS]
    columns.append(state.sporadic[:, week] / size)
    columns += [_at(state.calm, week - lag) / size for lag in range(LAGS)]
    for weeks in (4, 13):
        before = _at(state.means[weeks], week - WEEKS)
        columns.append(state.means[weeks][:, week] / np.maximum(before, 0.1 * size))
    columns += [state.jumps[:, week] / size, state.spread[:, week] / size]
    columns += [state.zeros[weeks][:, week] for weeks in ZEROS]
    columns += [np.minimum(state.since[:, week], MAX_SINCE), np.minimum(state.age[:, week], MAX_AGE)]
    columns += [np.log1p(state.means[26][:, week]), np.log1p(size)]
    columns += _trends(state, week)
    return np.column_stack(columns)


def _at(values: Floats, week: int) -> Floats:
    return values[:, week] if week >= 0 else np.full(len(values), np.nan)


def _trends(state: State, week: int) -> list[Floats]:
    """How the last month stands to the last half year, in the item's group and in all."""
    now, usual = np.nan_to_num(state.means[4][:, week]), np.nan_to_num(state.means[26][:, week])
    group = state.series.group
    own = np.bincount(group, now) / np.maximum(np.bincount(group, usual), 1e-9)
    return [own[group], np.full(len(now), now.sum() / max(float(usual.sum()), 1e-9))]


def of_window(state: State, week: int, first: int, last: int, rows: Rows = ALL) -> Floats:
    """Columns of the weeks ahead that are asked for: their season, and what they were a year and two before."""
    size = state.scale(week)[rows]
    season, now = state.season_ahead(week, first, last)[rows], state.season[rows, week]
    demand = state.series.demand
    columns = []
    for years in (1, 2):
        low, high = week + first - years * WEEKS, min(week + last - years * WEEKS, week)
        columns += [_mean(demand, low, high, rows) / size]
        columns += [_mean(demand, low - 2, min(high + 2, week), rows) / size]
    columns += [season, now, season - now]
    middle = week + (first + last) // 2
    columns += [
        np.full(len(size), float(state.series.week_of_year[middle])),
        np.full(len(size), float(first)),
        np.full(len(size), float(last - first + 1)),
    ]
    return np.column_stack(columns)


def _mean(values: Floats, low: int, high: int, rows: Rows) -> Floats:
    """The mean of some weeks, of those that are known; NaN where none is."""
    if low < 0 or high < low:
        return np.full(len(values), np.nan)[rows]
    part = values[rows, low : high + 1]
    counts = (~np.isnan(part)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(counts > 0, np.nansum(part, axis=1) / counts, np.nan)


def matrix(item: Floats, window: Floats) -> Matrix:
    return np.concatenate([item, window], axis=1).astype(np.float32)
