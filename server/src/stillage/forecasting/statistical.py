"""The quick way: methods weighed item by item for the mean, their past errors for the quantiles. Arrays only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from stillage.forecasting.choice import Choice
from stillage.forecasting.methods import METHODS, Methods, Window
from stillage.forecasting.series import Floats, Ints
from stillage.forecasting.state import State

ERROR_WEEKS = 104
ERROR_STEP = 4
MOST_PARTS = 4
ERRORS_OF_A_PART = 600
ZERO_CLASSES = (0.02, 0.15, 0.4, 0.7)  # of the share of weeks without demand
QUIET_CLASSES = (6, 13, 26)  # weeks without any sale
CLASSES = len(ZERO_CLASSES) + 1 + len(QUIET_CLASSES)
STEADY_CLASSES = 2  # so many from 0 on need no correction of their means
FEWEST_ERRORS = 200
MEANS_BELIEF = 50.0  # so many past means are believed half
CORRECTION_STEPS = 8


@dataclass(frozen=True, slots=True)
class Quick:
    """Methods and their weights: what the quick way tells at any week. `correction` is by class of demand: by how much
    less (or more) than told came in the past, of those that sell sporadically or not any more.
    """

    methods: Methods
    choice: Choice
    correction: Floats
    seen: dict[int, tuple[Floats, Ints, Floats]] = field(
        default_factory=dict
    )  # what `kind` worked out, by week

    @property
    def state(self) -> State:
        return self.methods.state

    def mean(self, week: int, window: Window) -> Floats:
        """Units a week over a window ahead: all methods together, each by its weight."""
        found = np.zeros(len(self.methods.slope))
        for number, method in enumerate(METHODS):
            found += self.choice.weights[number] * self.methods.mean(method, week, window)
        corrected: Floats = found * self.correction[self.kind(week)[1]]
        return corrected

    def kind(self, week: int) -> tuple[Floats, Ints, Floats]:
        """What errors are measured in, between an item's size and its spread; its class; and the spread against the
        size.
        """
        if week not in self.seen:
            size, wide = self.state.scale(week), spread(self.state, week)
            self.seen[week] = (np.sqrt(size * wide), demand_class(self.state, week), wide / size)
        return self.seen[week]

    def quantiles(self, week: int, windows: Sequence[Window], levels: Sequence[float]) -> Floats:
        """Windows x items x levels, in units a week: the mean and the errors that this way made before (split
        conformal prediction, Vovk et al. 2005), in each item's yardstick, among items like it: by class of demand and,
        within a class, by how unsteady they are (Mondrian, as Vovk calls it).
        """
        shares = np.asarray(levels)
        yardsticks, classes, unsteady = self.kind(week)
        found = np.empty((len(windows), len(yardsticks), len(shares)))
        for index, window in enumerate(windows):
            errors, of_class, past = self._past_errors(week, window)
            centre = self.mean(week, window)
            if len(errors) < FEWEST_ERRORS:
                found[index] = self._without_a_past(week, window, centre, shares)
                continue
            cuts = np.empty((len(yardsticks), len(shares)))
            cuts[:] = np.quantile(errors, shares)
            for one in range(CLASSES):
                here, there = np.flatnonzero(classes == one), np.flatnonzero(of_class == one)
                if len(here) and len(there) >= FEWEST_ERRORS:
                    cuts[here] = _cuts(errors[there], past[there], unsteady[here], shares)
            found[index] = centre[:, None] + yardsticks[:, None] * cuts
        return np.maximum(found, 0.0)

    def _without_a_past(self, week: int, window: Window, centre: Floats, shares: Floats) -> Floats:
        """Where nothing was told before that could have been wrong: a gamma distribution about the mean, as wide as the
        item's own weeks differ, and as its level is uncertain after so few of them. Items x levels.
        """
        weeks = window[1] - window[0] + 1
        age = np.maximum(self.state.age[:, week], 1.0)
        wide = spread(self.state, week) * np.sqrt(1.0 / weeks + 1.0 / age)
        return gamma_quantiles(centre, wide, shares)

    def _past_errors(self, week: int, window: Window) -> tuple[Floats, Ints, Floats]:
        """Errors over two years' origins, of items that had been there for half a year; their class and unsteadiness."""
        errors, classes, unsteady = [np.empty(0)], [np.empty(0, dtype=np.int64)], [np.empty(0)]
        newest = week - window[1]
        for origin in range(newest, max(newest - ERROR_WEEKS, 26), -ERROR_STEP):
            real = self.state.window(origin, *window)
            usable = ~np.isnan(real) & (self.state.age[:, origin] >= 26)
            yardstick, of_class, ratio = self.kind(origin)
            errors.append(((real - self.mean(origin, window)) / yardstick)[usable])
            classes.append(of_class[usable])
            unsteady.append(ratio[usable])
        return np.concatenate(errors), np.concatenate(classes), np.concatenate(unsteady)


def quick_way(methods: Methods, choice: Choice, horizon: int) -> Quick:
    """The quick way, its means corrected by class as the past two years say."""
    plain = Quick(methods, choice, np.ones(CLASSES))
    state, last = methods.state, methods.state.series.weeks - 1
    window = (1, min(horizon, CORRECTION_STEPS))
    came, told, count = np.zeros(CLASSES), np.zeros(CLASSES), np.zeros(CLASSES)
    newest = last - window[1]
    for origin in range(newest, max(newest - ERROR_WEEKS, 26), -ERROR_STEP):
        real, size = state.window(origin, *window), state.scale(origin)
        usable = ~np.isnan(real) & (state.age[:, origin] >= 26)
        classes = demand_class(state, origin)[usable]
        came += np.bincount(classes, (real / np.sqrt(size))[usable], CLASSES)
        told += np.bincount(classes, (plain.mean(origin, window) / np.sqrt(size))[usable], CLASSES)
        count += np.bincount(classes, minlength=CLASSES)
    belief = count / (count + MEANS_BELIEF)
    ratio = np.where(told > 0, came / np.maximum(told, 1e-12), 1.0)
    correction = np.clip(belief * ratio + (1 - belief), 0.1, 1.0)
    correction[:STEADY_CLASSES] = 1.0
    return Quick(methods, choice, correction)


def gamma_quantiles(mean: Floats, deviation: Floats, shares: Floats) -> Floats:
    """Quantiles of gamma distributions, by the cube of a normal one (Wilson and Hilferty 1931). Items x shares."""
    safe = np.maximum(mean, 1e-9)
    shape = np.maximum((safe / np.maximum(deviation, 1e-9)) ** 2, 0.05)[:, None]
    normal = np.array([NormalDist().inv_cdf(float(share)) for share in shares])[None, :]
    cube = np.maximum(1.0 - 1.0 / (9.0 * shape) + normal / (3.0 * np.sqrt(shape)), 0.0)
    found: Floats = np.where(mean[:, None] > 0, safe[:, None] * cube**3, 0.0)
    return found


def _cuts(errors: Floats, past: Floats, now: Floats, shares: Floats) -> Floats:
    """Quantiles of errors among those that were about as unsteady: items x shares."""
    parts = max(1, min(MOST_PARTS, len(errors) // ERRORS_OF_A_PART))
    edges = np.quantile(past, np.arange(1, parts) / parts) if parts > 1 else np.empty(0)
    of_past, of_now = np.digitize(past, edges), np.digitize(now, edges)
    found = np.empty((len(now), len(shares)))
    for part in range(parts):
        own = errors[of_past == part]
        if (of_now == part).any():
            found[of_now == part] = np.quantile(own if len(own) else errors, shares)
    return found


def spread(state: State, week: int) -> Floats:
    """By how much an item's weeks differ, in units."""
    found: Floats = np.maximum(
        np.nan_to_num(state.spread[:, week]) * 0.7 + 0.3 * np.nan_to_num(state.jumps[:, week]),
        0.2 * state.scale(week),
    )
    return found


def demand_class(state: State, week: int) -> Ints:
    """Steady to sporadic, from 0: by the share of weeks without demand in the last half year; then those that have not
    sold for weeks, for a quarter, for half a year: most of them never will again.
    """
    sporadic = np.digitize(np.nan_to_num(state.zeros[26][:, week]), ZERO_CLASSES)
    quiet = np.digitize(state.quiet[:, week], QUIET_CLASSES)
    return np.where(quiet > 0, len(ZERO_CLASSES) + quiet, sporadic).astype(np.int64)
