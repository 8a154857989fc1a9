"""Levels of a series as they were known after each week. A week that is not known changes nothing."""

import numpy as np

from stillage.forecasting.series import Bools, Floats


def known(values: Floats) -> Bools:
    found: Bools = ~np.isnan(values)
    return found


def _sums(values: Floats) -> tuple[Floats, Floats]:
    """Running totals of values and of how many are known, with a nought in front."""
    front = ((0, 0), (1, 0))
    return (
        np.cumsum(np.pad(np.nan_to_num(values), front), axis=1),
        np.cumsum(np.pad(known(values).astype(float), front), axis=1),
    )


def trailing_mean(values: Floats, weeks: int) -> Floats:
    """The mean of the last weeks that are known, after each week; NaN before an item's first."""
    totals, counts = _sums(values)
    length = values.shape[1]
    start = np.maximum(np.arange(1, length + 1) - weeks, 0)
    total, count = totals[:, 1:] - totals[:, start], counts[:, 1:] - counts[:, start]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
    # Weeks all without stock keep the level from before.
    return np.where(counts[:, 1:] == 0, np.nan, _carried(mean))


def _carried(values: Floats) -> Floats:
    """Gaps filled with the last value before them."""
    places = np.where(known(values), np.arange(values.shape[1])[None, :], 0)
    np.maximum.accumulate(places, axis=1, out=places)
    found: Floats = np.take_along_axis(values, places, axis=1)
    return found


def centred_mean(values: Floats, weeks: int) -> Floats:
    """The mean of the weeks round each week; of fewer at the ends."""
    totals, counts = _sums(values)
    length, half = values.shape[1], weeks // 2
    low = np.maximum(np.arange(length) - half, 0)
    high = np.minimum(np.arange(length) + half + 1, length)
    found: Floats = (totals[:, high] - totals[:, low]) / np.maximum(counts[:, high] - counts[:, low], 1.0)
    return found


def exponential(values: Floats, alpha: float) -> Floats:
    """Simple exponential smoothing (Brown 1956), begun as a running mean; `alpha` is the newest week's weight."""
    level = np.full(len(values), np.nan)
    seen = np.zeros(len(values))
    levels = np.empty_like(values)
    for week in range(values.shape[1]):
        value = values[:, week]
        here = known(value)
        seen += here
        weight = np.maximum(alpha, 1.0 / np.maximum(seen, 1.0))
        level = np.where(here, np.where(np.isnan(level), value, level + weight * (value - level)), level)
        levels[:, week] = level
    return levels


def intermittent(values: Floats, *, size_alpha: float = 0.1, chance_alpha: float = 0.05) -> Floats:
    """Teunter, Syntetos and Babai (2011): the chance of a sale times its size; dies away when sales stop."""
    size, chance = np.full(len(values), np.nan), np.full(len(values), np.nan)
    levels = np.empty_like(values)
    for week in range(values.shape[1]):
        value = values[:, week]
        here = known(value)
        sold = here & (value > 0)
        happened = sold.astype(float)
        chance = np.where(
            here, np.where(np.isnan(chance), happened, chance + chance_alpha * (happened - chance)), chance
        )
        size = np.where(sold, np.where(np.isnan(size), value, size + size_alpha * (value - size)), size)
        levels[:, week] = chance * np.nan_to_num(size)
    return levels


def weeks_since_sale(values: Floats) -> Floats:
    """How many weeks ago the last sale was, after each week."""
    sold = np.nan_to_num(values) > 0
    places = np.where(sold, np.arange(values.shape[1])[None, :], -1)
    last = np.maximum.accumulate(places, axis=1)
    return (np.arange(values.shape[1])[None, :] - last).astype(float)


def syntetos_boylan(values: Floats, *, alpha: float = 0.1) -> Floats:
    """Croston's way (1972) with the correction of Syntetos and Boylan (2005): the size of a sale over the weeks from one
    to the next, less half the smoothing weight. It changes only when something is sold.
    """
    size, gap = np.full(len(values), np.nan), np.full(len(values), np.nan)
    waited = np.zeros(len(values))
    levels = np.empty_like(values)
    for week in range(values.shape[1]):
        value = values[:, week]
        here = known(value)
        waited += here
        sold = here & (value > 0)
        size = np.where(sold, np.where(np.isnan(size), value, size + alpha * (value - size)), size)
        gap = np.where(sold, np.where(np.isnan(gap), waited, gap + alpha * (waited - gap)), gap)
        waited = np.where(sold, 0.0, waited)
        levels[:, week] = (1.0 - alpha / 2.0) * np.nan_to_num(size) / np.maximum(np.nan_to_num(gap), 1.0)
    return levels
