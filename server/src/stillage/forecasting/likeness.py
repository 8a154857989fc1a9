"""New items: told by how like items began. Group, brand and numbers say what is like; their first weeks say how it goes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stillage.forecasting.methods import Window
from stillage.forecasting.series import Floats, Ints, Series
from stillage.forecasting.state import State

NEW_WEEKS = 13
LAUNCH_WEEKS = 65
SEEN_BEFORE = 4  # weeks the series must have run before an item's first, so that it was its first
NEIGHBOURS = 20
FEWEST = 5
BELIEF_OWN = 3.0  # so many own weeks count as much as the like items' curve
FADE = 8.0  # so many own weeks, and half is told the ordinary way
OTHER_GROUP, OTHER_BRAND = 2.0, 0.5
MOST_LIFT = 20.0


@dataclass(frozen=True, slots=True)
class Launch:
    """What like items' beginnings let expect of the rows that are new: windows x rows (x levels), units a week."""

    rows: Ints
    own: Floats  # by how much the ordinary way counts beside it, 0 to 1
    mean: Floats
    quantiles: Floats
    donors: Ints  # how many like items stand behind it


def launches(state: State, windows: Sequence[Window], levels: Sequence[float]) -> Launch | None:
    """None where nothing is new, or too few items began within the series."""
    series, week = state.series, state.series.weeks - 1
    age = state.age[:, week].astype(np.int64)
    rows = np.flatnonzero((age < NEW_WEEKS) & ((age > 0) | (series.likeness is not None)))
    first = np.where(age > 0, (~np.isnan(series.demand)).argmax(axis=1), series.weeks)
    donors = np.flatnonzero((first >= SEEN_BEFORE) & (age >= NEW_WEEKS))
    if len(rows) == 0 or len(donors) < FEWEST:
        return None
    curves = _curves(state, donors, first)
    means, quantiles = np.empty((len(windows), len(rows))), np.empty((len(windows), len(rows), len(levels)))
    counts = np.empty(len(rows), dtype=np.int64)
    for place, row in enumerate(rows):
        near, weight = _nearest(series, int(row), donors)
        counts[place] = len(near)
        n = int(age[row])
        began = int(first[row])
        seen = state.calm[row, began : began + n] if n else np.empty(0)
        lift = _lift(seen[~np.isnan(seen)], curves[near], weight)
        elapsed = series.weeks - began
        for number, (low, high) in enumerate(windows):
            part = curves[near, min(elapsed + low - 1, LAUNCH_WEEKS - 1) : min(elapsed + high, LAUNCH_WEEKS)]
            typical = _row_means(part)
            here = ~np.isnan(typical)
            if not here.any():
                typical, here = np.nan_to_num(_row_means(curves[near])), np.ones(len(near), dtype=bool)
            season = state.season[row, week + low : week + high + 1].mean()
            values, share = typical[here] * season, weight[here] / weight[here].sum()
            means[number, place] = float(values @ share) * lift
            # What is like differs less once its size is known: spread round the mean shrinks with its own weeks.
            scale = lift * (values + (values @ share - values) * n / (n + 2 * BELIEF_OWN))
            quantiles[number, place] = _weighted_quantiles(scale, share, np.asarray(levels))
    return Launch(rows, age[rows] / (age[rows] + FADE), means, quantiles, counts)


def _curves(state: State, donors: Ints, first: Ints) -> Floats:
    """Demand without season from the first week on: donors x weeks since; NaN beyond what is known."""
    columns = first[donors][:, None] + np.arange(LAUNCH_WEEKS)[None, :]
    inside = columns < state.series.weeks
    found = state.calm[donors[:, None], np.minimum(columns, state.series.weeks - 1)]
    return np.where(inside, found, np.nan)


def _nearest(series: Series, row: int, donors: Ints) -> tuple[Ints, Floats]:
    """The most alike among the donors (their places), and how much each counts."""
    distance = np.where(series.group[donors] == series.group[row], 0.0, OTHER_GROUP)
    like = series.likeness
    if like is not None:
        same = (like.brand[donors] == like.brand[row]) & (like.brand[row] >= 0)
        distance = distance + np.where(same, 0.0, OTHER_BRAND)
        spread = np.nanstd(np.vstack([like.numbers[donors], like.numbers[row]]), axis=0)
        apart = np.abs(like.numbers[donors] - like.numbers[row]) / np.where(spread > 0, spread, 1.0)
        distance = distance + np.nan_to_num(apart, nan=1.0).sum(axis=1)
    near = np.argsort(distance, kind="stable")[:NEIGHBOURS]
    return near.astype(np.int64), np.exp(-(distance[near] - distance[near[0]]))


def _lift(seen: Floats, curves: Floats, weight: Floats) -> float:
    """By how much the item stands above or below what is like it, as far as its own weeks can tell."""
    if len(seen) == 0:
        return 1.0
    typical = _row_means(curves[:, : max(len(seen), 1)])
    here = ~np.isnan(typical)
    if not here.any():
        return 1.0
    usual = float(np.average(typical[here], weights=weight[here]))
    if usual <= 0:
        return 1.0
    drawn = (len(seen) * float(seen.mean()) + BELIEF_OWN * usual) / (len(seen) + BELIEF_OWN)
    return float(np.clip(drawn / usual, 1.0 / MOST_LIFT, MOST_LIFT))


def _row_means(values: Floats) -> Floats:
    count = (~np.isnan(values)).sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.where(count > 0, np.nan_to_num(values).sum(axis=1) / np.maximum(count, 1), np.nan)


def _weighted_quantiles(values: Floats, share: Floats, levels: Floats) -> Floats:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(share[order]) - share[order] / 2.0
    found: Floats = np.interp(levels, reached, values[order])
    return found
