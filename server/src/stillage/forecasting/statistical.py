"""The quick way: levels with a pooled season for the mean, past errors for the quantiles. Arrays only."""

from collections.abc import Sequence

import numpy as np

from stillage.forecasting.series import WEEKS, Floats, Ints
from stillage.forecasting.state import State

Window = tuple[int, int]  # first and last week ahead, both from 1
WEIGHTS = {"smooth": 0.3, "quarter": 0.3, "half": 0.2, "slow": 0.2}
LAST_YEAR = 0.12  # of what the same weeks were a year ago
ERROR_WEEKS = 52
ERROR_STEP = 2
ZERO_CLASSES = (0.02, 0.15, 0.4, 0.7)  # of the share of weeks without demand
FEWEST_ERRORS = 200


def level(state: State, week: int) -> Floats:
    """Units a week without season: a mean of what reacts quickly and what reacts slowly."""
    found: Floats = (
        WEIGHTS["smooth"] * state.smooth[0.2][:, week]
        + WEIGHTS["quarter"] * state.means[13][:, week]
        + WEIGHTS["half"] * state.means[26][:, week]
        + WEIGHTS["slow"] * state.smooth[0.08][:, week]
    )
    return np.nan_to_num(found)


def mean(state: State, week: int, window: Window) -> Floats:
    """Units a week over a window ahead."""
    first, last = window
    found = level(state, week) * state.season_ahead(week, first, last)
    low, high = week + first - WEEKS, week + last - WEEKS
    if low < 0 or high > week:
        return found
    before = state.series.demand[:, low : high + 1].mean(axis=1)
    mixed: Floats = np.where(np.isnan(before), found, (1 - LAST_YEAR) * found + LAST_YEAR * before)
    return mixed


def spread(state: State, week: int) -> Floats:
    """By how much an item's weeks differ, in units; what errors are measured in."""
    found: Floats = np.maximum(
        np.nan_to_num(state.spread[:, week]) * 0.7 + 0.3 * np.nan_to_num(state.jumps[:, week]),
        0.2 * state.scale(week),
    )
    return found


def demand_class(state: State, week: int) -> Ints:
    """Steady to sporadic, from 0: by the share of weeks without demand in the last half year."""
    return np.digitize(np.nan_to_num(state.zeros[26][:, week]), ZERO_CLASSES).astype(np.int64)


def quantiles(state: State, week: int, windows: Sequence[Window], levels: Sequence[float]) -> Floats:
    """Windows x items x levels, in units a week: the mean and the errors that this way made before (split conformal
    prediction, Vovk et al. 2005), in each item's spread, by class of demand.
    """
    shares = np.asarray(levels)
    spreads, classes = spread(state, week), demand_class(state, week)
    found = np.empty((len(windows), len(spreads), len(shares)))
    for index, window in enumerate(windows):
        errors, of_class = _past_errors(state, week, window)
        centre = mean(state, week, window)
        for one in range(len(ZERO_CLASSES) + 1):
            own = errors[of_class == one]
            used = own if len(own) >= FEWEST_ERRORS else errors
            cuts = np.quantile(used, shares) if len(used) else np.zeros(len(shares))
            here = classes == one
            found[index, here] = centre[here, None] + spreads[here, None] * cuts
    return np.maximum(found, 0.0)


def _past_errors(state: State, week: int, window: Window) -> tuple[Floats, Ints]:
    """Errors over the last year's origins, of items that had been there for half a year."""
    errors, classes = [np.empty(0)], [np.empty(0, dtype=np.int64)]
    newest = week - window[1]
    for origin in range(newest, max(newest - ERROR_WEEKS, 26), -ERROR_STEP):
        real = state.window(origin, *window)
        usable = ~np.isnan(real) & (state.age[:, origin] >= 26)
        error = (real - mean(state, origin, window)) / spread(state, origin)
        errors.append(error[usable])
        classes.append(demand_class(state, origin)[usable])
    return np.concatenate(errors), np.concatenate(classes)
