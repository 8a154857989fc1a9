"""The season of a category, learned from all its items together: one item's years are too few to show it."""

import numpy as np

from stillage.forecasting.series import WEEKS, Floats, Ints, Series
from stillage.forecasting.smoothing import centred_mean

SHRINK_ITEMS = 20.0  # a category of so many items is believed half
SMOOTH_WEEKS = 2
EVENNESS = (
    0.5  # an item weighs by its size to this power: big ones do not drown small ones, nor small ones big
)
OUTLIER = 8.0  # a week of more than so many times the level tells of a clearance, not of a season
LOWEST, HIGHEST = 0.3, 3.0


def season_indices(series: Series) -> Floats:
    """Demand of each week of the year against the year's mean, by group: an array of groups x 52.

    Ratios to a centred mean of a year, pooled over the items of a group (by the root of their size), smoothed over
    neighbouring weeks and drawn towards the season of all.
    """
    level = centred_mean(series.demand, WEEKS + 1)
    usable = ~np.isnan(series.demand) & (level > 0)
    of_week = series.week_of_year[: series.weeks]
    all_items = np.arange(len(series.items))
    common = _smooth(_ratios(series.demand, level, usable, all_items, of_week))
    indices = np.empty((int(series.group.max(initial=0)) + 1, WEEKS))
    for group in range(len(indices)):
        own = np.flatnonzero(series.group == group)
        belief = len(own) / (len(own) + SHRINK_ITEMS)
        ratios = _smooth(_ratios(series.demand, level, usable, own, of_week)) if len(own) else common
        mixed = belief * ratios + (1 - belief) * common
        indices[group] = mixed / mixed.mean()
    return np.clip(indices, LOWEST, HIGHEST)


def _ratios(demand: Floats, level: Floats, usable: np.ndarray, items: Ints, of_week: Ints) -> Floats:
    y = np.where(usable[items], np.nan_to_num(demand[items]), 0.0)
    base = np.where(usable[items], level[items], 0.0)
    size = np.maximum(base.mean(axis=1, keepdims=True), 1e-9)
    base /= size
    y = np.minimum(y / size, OUTLIER * base + 1.0)
    weight = size**EVENNESS
    sold = np.bincount(of_week, weights=(y * weight).sum(axis=0), minlength=WEEKS)
    usual = np.bincount(of_week, weights=(base * weight).sum(axis=0), minlength=WEEKS)
    return np.where(usual > 0, sold / np.maximum(usual, 1e-9), 1.0)


def _smooth(ratios: Floats) -> Floats:
    """A triangle over the neighbouring weeks, round the turn of the year."""
    reach = SMOOTH_WEEKS + 1
    found: Floats = sum(
        (np.roll(ratios, k) * (reach - abs(k)) for k in range(-SMOOTH_WEEKS, SMOOTH_WEEKS + 1)),
        start=np.zeros(WEEKS),
    ) / (reach**2)
    return found
