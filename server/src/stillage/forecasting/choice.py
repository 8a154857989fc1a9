"""Which way serves which item: errors of all ways over past origins, and weights from them.

Every way is tried at a year's origins four weeks apart, on what was known then. Its error is MASE (Hyndman and Koehler
2006). An item's own errors are few and noisy, so they are drawn to those of its kind before they weigh.
"""

from dataclasses import dataclass

import numpy as np

from stillage.forecasting.kinds import KINDS
from stillage.forecasting.methods import METHODS, Methods
from stillage.forecasting.series import Floats, Ints

ORIGIN_STEP, ORIGINS = 4, 13
YOUNGEST_ORIGIN = 13
MOST_STEPS = 8
BELIEF_ORIGINS = 13.0  # so many origins of an item are believed half
SHARPNESS = 8.0  # weights go by the error to this power


@dataclass(frozen=True, slots=True)
class Choice:
    """`errors`: methods x items, MASE; NaN where nothing could be held against anything. `weights`: the same shape.
    `own`: the error of all of them together, by their weights.
    """

    errors: Floats
    weights: Floats
    own: Floats
    origins: int

    def error(self, method: str) -> Floats:
        found: Floats = self.errors[METHODS.index(method)]
        return found


def origins_of(weeks: int, steps: int) -> list[int]:
    """The weeks after which the ways are tried: whose weeks ahead have all passed, newest first."""
    newest = weeks - 1 - steps
    return [
        week
        for week in range(newest, newest - ORIGIN_STEP * ORIGINS, -ORIGIN_STEP)
        if week >= YOUNGEST_ORIGIN
    ]


def choose(methods: Methods, kinds: Ints, horizon: int) -> Choice:
    """Try every way at every origin, and weigh them by what they missed."""
    demand = methods.state.series.demand
    steps = min(horizon, MOST_STEPS)
    origins = origins_of(demand.shape[1], steps)
    missed = np.zeros((len(METHODS), len(demand)))
    count = np.zeros(len(demand))
    told = []
    for week in origins:
        young = methods.state.age[:, week] < YOUNGEST_ORIGIN
        for step in range(1, steps + 1):
            real = np.where(young, np.nan, demand[:, week + step])
            ways = np.stack([methods.mean(method, week, (step, step)) for method in METHODS])
            count += ~np.isnan(real)
            missed += np.nan_to_num(np.abs(ways - real))
            told.append((real, ways))
    weights = _weights(missed, count / steps, kinds)
    together = np.zeros(len(demand))
    for real, ways in told:
        together += np.nan_to_num(np.abs((weights * ways).sum(axis=0) - real))
    scale = scale_of(demand)
    usable = (count > 0) & (scale > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        errors = np.where(usable, missed / np.maximum(count, 1.0) / scale, np.nan)
        own = np.where(usable, together / np.maximum(count, 1.0) / scale, np.nan)
    return Choice(errors, weights, own, len(origins))


def scale_of(demand: Floats) -> Floats:
    """The mean change from week to week, which errors are measured in."""
    change = np.abs(np.diff(demand, axis=1))
    found: Floats = np.nan_to_num(change).sum(axis=1) / np.maximum((~np.isnan(change)).sum(axis=1), 1)
    return found


def _weights(missed: Floats, origins: Floats, kinds: Ints) -> Floats:
    """Inverse errors, against the mean of all ways so that every item counts alike in its kind."""
    usual = missed.mean(axis=0)
    own = missed / np.maximum(usual, 1e-300)[None, :]
    usable = (origins > 0) & (usual > 0)
    found = np.empty_like(missed)
    common = own[:, usable].mean(axis=1) if usable.any() else np.ones(len(missed))
    for kind in range(len(KINDS)):
        here = kinds == kind
        part = usable & here
        enough = part.sum() / (part.sum() + 30.0)
        typical = enough * own[:, part].mean(axis=1) + (1 - enough) * common if part.any() else common
        belief = np.where(usable, origins / (origins + BELIEF_ORIGINS), 0.0)[here]
        drawn = belief * own[:, here] + (1 - belief) * typical[:, None]
        found[:, here] = np.maximum(drawn, 0.05) ** -SHARPNESS
    return found / found.sum(axis=0)
