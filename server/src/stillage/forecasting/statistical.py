"""The quick way: methods weighed item by item for the mean, their past errors for the quantiles. Arrays only."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stillage.forecasting.choice import Choice
from stillage.forecasting.methods import METHODS, Methods, Window
from stillage.forecasting.series import Floats, Ints
from stillage.forecasting.state import State

ERROR_WEEKS = 52
ERROR_STEP = 2
ZERO_CLASSES = (0.02, 0.15, 0.4, 0.7)  # of the share of weeks without demand
FEWEST_ERRORS = 200


@dataclass(frozen=True, slots=True)
class Quick:
    """Methods and their weights: what the quick way tells at any week."""

    methods: Methods
    choice: Choice

    @property
    def state(self) -> State:
        return self.methods.state

    def mean(self, week: int, window: Window) -> Floats:
        """Units a week over a window ahead: all methods together, each by its weight."""
        found = np.zeros(len(self.methods.slope))
        for number, method in enumerate(METHODS):
            found += self.choice.weights[number] * self.methods.mean(method, week, window)
        return found

    def quantiles(self, week: int, windows: Sequence[Window], levels: Sequence[float]) -> Floats:
        """Windows x items x levels, in units a week: the mean and the errors that this way made before (split
        conformal prediction, Vovk et al. 2005), in each item's spread, by class of demand.
        """
        shares = np.asarray(levels)
        spreads, classes = spread(self.state, week), demand_class(self.state, week)
        found = np.empty((len(windows), len(spreads), len(shares)))
        for index, window in enumerate(windows):
            errors, of_class = self._past_errors(week, window)
            centre = self.mean(week, window)
            for one in range(len(ZERO_CLASSES) + 1):
                own = errors[of_class == one]
                used = own if len(own) >= FEWEST_ERRORS else errors
                cuts = np.quantile(used, shares) if len(used) else np.zeros(len(shares))
                here = classes == one
                found[index, here] = centre[here, None] + spreads[here, None] * cuts
        return np.maximum(found, 0.0)

    def _past_errors(self, week: int, window: Window) -> tuple[Floats, Ints]:
        """Errors over the last year's origins, of items that had been there for half a year."""
        errors, classes = [np.empty(0)], [np.empty(0, dtype=np.int64)]
        newest = week - window[1]
        for origin in range(newest, max(newest - ERROR_WEEKS, 26), -ERROR_STEP):
            real = self.state.window(origin, *window)
            usable = ~np.isnan(real) & (self.state.age[:, origin] >= 26)
            error = (real - self.mean(origin, window)) / spread(self.state, origin)
            errors.append(error[usable])
            classes.append(demand_class(self.state, origin)[usable])
        return np.concatenate(errors), np.concatenate(classes)


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
