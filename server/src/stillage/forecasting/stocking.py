"""From quantiles to how much stock is enough: demand over any stretch of time, and the level that fills so much of it.

A level is what stock on hand and on order together are ordered up to. It must last from now until the delivery of the
next order after this one is there: lead time and review period together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stillage.forecasting.forecast import Forecast
from stillage.forecasting.series import Floats

# Chances, finer towards the top, where shortages are.
_EDGES = np.concatenate(
    [np.linspace(0.0, 0.9, 46), np.linspace(0.905, 0.99, 18), np.linspace(0.991, 0.999, 9), [0.9995, 1.0]]
)
CHANCES = (_EDGES[1:] + _EDGES[:-1]) / 2.0
SHARES = np.diff(_EDGES)
LOWEST_KEPT = 0.8  # of the step from P10 to P50: so far below P10 does the least likely lie
HALVINGS = 30
_ABOVE = (0.1, 0.3, 0.5, 0.7, 0.9)  # where between a level and a multiple above it stock may lie


@dataclass(frozen=True, slots=True)
class Demand:
    """Demand over a stretch of time: for each item values that come with the chances `SHARES`, rising."""

    values: Floats
    shares: Floats

    @property
    def mean(self) -> Floats:
        found: Floats = self.values @ self.shares
        return found

    def quantile(self, level: float | Floats) -> Floats:
        """What is not exceeded with a chance; of each item a chance of its own, or one for all."""
        reached = np.cumsum(self.shares) - self.shares / 2.0
        wanted = np.broadcast_to(np.asarray(level, dtype=float), (len(self.values),))
        right = np.clip(np.searchsorted(reached, wanted), 1, len(reached) - 1)
        rows = np.arange(len(self.values))
        low, high = reached[right - 1], reached[right]
        part = np.clip((wanted - low) / (high - low), 0.0, 1.0)
        found: Floats = self.values[rows, right - 1] * (1 - part) + self.values[rows, right] * part
        return found

    def shortage(self, stock: Floats) -> Floats:
        """Units that are expected to be wanted beyond a stock."""
        found: Floats = np.maximum(self.values - stock[:, None], 0.0) @ self.shares
        return found


def demand_over(found: Forecast, weeks: float | Floats) -> Demand:
    """Demand from now over so many weeks (of each item its own, or one for all); parts of weeks lie between whole ones.
    Beyond the forecast's last week demand goes on as it was on the mean.
    """
    count, horizon = found.mean.shape
    wanted = np.broadcast_to(np.maximum(np.asarray(weeks, dtype=float), 0.0), (count,))
    nodes = np.concatenate([np.zeros((count, 1, len(CHANCES))), _spelt_out(found)], axis=1)
    inside = np.minimum(wanted, horizon)
    low = np.minimum(inside.astype(int), horizon - 1)
    part = (inside - low)[:, None]
    rows = np.arange(count)
    values = nodes[rows, low] * (1 - part) + nodes[rows, low + 1] * part
    return Demand(values * np.maximum(wanted / horizon, 1.0)[:, None], SHARES)


def demand_over_chances(found: Forecast, stretches: Sequence[tuple[float | Floats, float]]) -> Demand:
    """Demand over a stretch that is not certain: weeks and their chance, such as (2, .7), (3, .2), (5, .1)."""
    parts = [(demand_over(found, weeks), chance) for weeks, chance in stretches if chance > 0]
    total = sum(chance for _, chance in parts)
    values = np.concatenate([one.values for one, _ in parts], axis=1)
    shares = np.concatenate([one.shares * chance / total for one, chance in parts])
    order = np.argsort(values, axis=1, kind="stable")
    sorted_values = np.take_along_axis(values, order, axis=1)
    # Shares move with their values; on common chances again, so that all items have the same.
    reached = np.cumsum(shares[order], axis=1) - shares[order] / 2.0
    even = np.stack([np.interp(CHANCES, reached[row], sorted_values[row]) for row in range(len(values))])
    return Demand(even, SHARES)


def lead_time_chances(mean_weeks: float, deviation_weeks: float) -> list[tuple[float, float]]:
    """A lead time of a mean and a standard deviation as three lengths (Gauss and Hermite's points); one where it never
    varies.
    """
    if deviation_weeks <= 0:
        return [(mean_weeks, 1.0)]
    reach = deviation_weeks * np.sqrt(3.0)
    return [(max(mean_weeks - reach, 0.0), 1 / 6), (mean_weeks, 2 / 3), (mean_weeks + reach, 1 / 6)]


def level_for_service(
    found: Forecast,
    service: float | Floats,
    *,
    lead_weeks: float,
    review_weeks: float,
    lead_deviation_weeks: float = 0.0,
) -> Floats:
    """The level that is enough with a chance (of each item its own, or one for all)."""
    chances = [
        (lead + review_weeks, chance) for lead, chance in lead_time_chances(lead_weeks, lead_deviation_weeks)
    ]
    return demand_over_chances(found, chances).quantile(service)


def level_for_fill(
    found: Forecast,
    fill: float | Floats,
    *,
    lead_weeks: float,
    review_weeks: float,
    lead_deviation_weeks: float = 0.0,
    multiple: float | Floats = 0.0,
) -> Floats:
    """The least level at which so much of demand is met from the shelf (of each item its own part, or one for all).

    What is wanted beyond the level until the delivery after the next, less what was wanted beyond it already before
    that delivery's own stretch, is lost in a review period (Silver, Pyke and Thomas 2017, on the fill rate of periodic
    review). Sales are lost, not kept waiting: the lost ones do not come again, so they count against all demand. Orders
    are rounded up to a `multiple` (a case, a layer): so stock and orders together lie anywhere from the level to one
    multiple above it, and the level may be the lower for that.
    """
    lengths = lead_time_chances(lead_weeks, lead_deviation_weeks)
    whole = demand_over_chances(found, [(lead + review_weeks, chance) for lead, chance in lengths])
    before = demand_over_chances(found, lengths)
    wanted = np.maximum(whole.mean - before.mean, 1e-12)
    allowed = np.maximum(1.0 - np.broadcast_to(np.asarray(fill, dtype=float), wanted.shape), 1e-4)
    low, high = np.zeros(len(wanted)), whole.values[:, -1].copy()
    rounding = [part * np.broadcast_to(np.asarray(multiple, dtype=float), wanted.shape) for part in _ABOVE]
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        lost = np.zeros(len(wanted))
        for above in rounding:
            lost += np.maximum(whole.shortage(middle + above) - before.shortage(middle + above), 0.0)
        short = lost / len(rounding) / wanted > allowed / (1.0 - np.minimum(allowed, 0.99))
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return high


def _spelt_out(found: Forecast) -> Floats:
    """Totals at all CHANCES: straight between the quantiles, an exponential tail above, a short foot below."""
    totals = found.total_quantiles
    lowest = np.maximum(totals[:, :, 0] - LOWEST_KEPT * (totals[:, :, 1] - totals[:, :, 0]), 0.0)
    levels = np.asarray([0.0, *found.levels])
    known = np.concatenate([lowest[:, :, None], totals], axis=2)
    right = np.clip(np.searchsorted(levels, CHANCES), 1, len(levels) - 1)
    part = np.minimum((CHANCES - levels[right - 1]) / (levels[right] - levels[right - 1]), 1.0)
    values: Floats = known[:, :, right - 1] * (1 - part) + known[:, :, right] * part
    near, last = found.levels.index(0.95), len(found.levels) - 1
    slope = (totals[:, :, last] - totals[:, :, near]) / np.log((1 - 0.95) / (1 - found.levels[last]))
    beyond = found.levels[last] < CHANCES
    reach: npt.NDArray[np.float64] = np.log((1 - found.levels[last]) / (1 - CHANCES[beyond]))
    values[:, :, beyond] = totals[:, :, last, None] + slope[:, :, None] * reach
    return values
