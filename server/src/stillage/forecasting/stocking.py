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
HALVINGS = 20
MOST_SERVICE = 0.97
# By how much less is short than a sum of weeks lets expect, in spreads of the lead time's demand: weeks that sold out before
# used up none of what comes after. Found by simulating lost sales of normal demand (it was .2 to .3 for all fills tried).
ALREADY_LOST = 0.25
_CHANCES_TRIED = (0.3, 0.5, 0.65, 0.75, 0.82, 0.88, 0.92, 0.95, 0.97, 0.98, 0.99, 0.995)
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

    def chance_of(self, stock: Floats) -> Floats:
        """How likely it is that no more than a stock is wanted; straight between the values."""
        ends = np.cumsum(self.shares)
        rows = np.arange(len(stock))
        right = (self.values <= stock[:, None]).sum(axis=1)
        high = np.minimum(right, len(ends) - 1)
        low = np.maximum(right - 1, 0)
        step = self.values[rows, high] - self.values[rows, low]
        part = np.where(step > 0, (stock - self.values[rows, low]) / np.where(step > 0, step, 1.0), 0.0)
        reached = ends - self.shares / 2.0
        between = reached[low] + np.clip(part, 0.0, 1.0) * (reached[high] - reached[low])
        return np.where(right == 0, 0.0, np.where(right == len(ends), 1.0, between))

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
    multiple: float | Floats = 0.0,
) -> Floats:
    """The level that is enough with a chance (of each item its own, or one for all).

    Orders are rounded up to a `multiple` (a case, a layer): so stock and orders together lie anywhere from the level to
    one multiple above it, and the level is the lower for that.
    """
    whole = _whole(found, lead_weeks, review_weeks, lead_deviation_weeks)
    return _enough(whole, service, multiple)


def level_for_fill(
    found: Forecast,
    fill: float | Floats,
    *,
    lead_weeks: float,
    review_weeks: float,
    lead_deviation_weeks: float = 0.0,
    multiple: float | Floats = 0.0,
    most_service: float = MOST_SERVICE,
) -> Floats:
    """The least level at which so much of demand is met from the shelf (of each item its own part, or one for all), and
    no more than is enough with the chance `most_service`: the last units of a fill that rests on rare lumps cost most.

    A level must last for lead time and review period; what is wanted beyond it is lost, in the last of these weeks.
    What was short in the lead time already (a lump that came early) is not lost again (Silver, Pyke and Thomas 2017, on
    periodic review); and since sales are lost, not kept waiting, what was lost then did not use up any of the level. So
    the loss of a review period is the shortage of the level and of what is lost in a lead time together.
    """
    whole = _whole(found, lead_weeks, review_weeks, lead_deviation_weeks)
    before = _whole(found, lead_weeks, 0.0, lead_deviation_weeks)
    wanted = whole.mean * review_weeks / max(lead_weeks + review_weeks, 1e-9)
    lost = np.clip(1.0 - np.broadcast_to(np.asarray(fill, dtype=float), wanted.shape), 1e-4, 1.0) * wanted
    above = _rounding(multiple, len(wanted))
    low, high = np.zeros(len(wanted)), whole.values[:, -1].copy()
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        short = _short(whole, before, middle, above) > lost
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    level = (
        high - lost * lead_weeks / max(review_weeks, 1e-9) - _already_lost(whole, lead_weeks, review_weeks)
    )
    return np.clip(level, 0.0, _enough(whole, most_service, multiple))


def levels_for_fill_of_all(
    found: Forecast,
    fill: float,
    *,
    lead_weeks: float,
    review_weeks: float,
    lead_deviation_weeks: float = 0.0,
    multiple: float | Floats = 0.0,
    value: Floats | None = None,
) -> tuple[Floats, float]:
    """Levels at which so much of all items' demand together is met, by `value` a unit, with the least stock; and the
    chance of being enough that all of them share, for that is what makes the stock the least.
    """
    whole = _whole(found, lead_weeks, review_weeks, lead_deviation_weeks)
    before = _whole(found, lead_weeks, 0.0, lead_deviation_weeks)
    worth = np.ones(len(whole.values)) if value is None else value
    wanted = whole.mean * review_weeks / max(lead_weeks + review_weeks, 1e-9)
    met = []
    for chance in _CHANCES_TRIED:
        level = _enough(whole, chance, multiple) + _already_lost(whole, lead_weeks, review_weeks)
        lost = _lost(whole, before, level, lead_weeks / max(review_weeks, 1e-9), multiple)
        met.append(1.0 - float(lost @ worth) / max(float(wanted @ worth), 1e-12))
    rising = np.maximum.accumulate(met)
    chance = float(np.interp(fill, rising, _CHANCES_TRIED))
    return _enough(whole, chance, multiple), chance


def _whole(found: Forecast, lead_weeks: float, review_weeks: float, deviation_weeks: float) -> Demand:
    lengths = lead_time_chances(lead_weeks, deviation_weeks)
    return demand_over_chances(found, [(lead + review_weeks, chance) for lead, chance in lengths])


def _already_lost(whole: Demand, lead_weeks: float, review_weeks: float) -> Floats:
    wide = whole.quantile(0.84) - whole.quantile(0.5)
    return ALREADY_LOST * wide * float(np.sqrt(lead_weeks / max(lead_weeks + review_weeks, 1e-9)))


def _rounding(multiple: float | Floats, items: int) -> list[Floats]:
    each = np.broadcast_to(np.asarray(multiple, dtype=float), (items,))
    return [part * each for part in _ABOVE] if each.any() else [np.zeros(items)]


def _enough(whole: Demand, service: float | Floats, multiple: float | Floats) -> Floats:
    """The least level that is enough with a chance, on the mean of where rounding may put it."""
    plain = whole.quantile(service)
    above = _rounding(multiple, len(plain))
    if len(above) == 1:
        return plain
    wanted = np.broadcast_to(np.asarray(service, dtype=float), plain.shape)
    low, high = np.zeros(len(plain)), plain.copy()
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        chance = np.mean([whole.chance_of(middle + more) for more in above], axis=0)
        low, high = np.where(chance < wanted, middle, low), np.where(chance < wanted, high, middle)
    return high


def _short(whole: Demand, before: Demand, level: Floats, above: list[Floats]) -> Floats:
    """Units short in the review period that ends the whole, on the mean of where rounding may put the level."""
    found: Floats = np.mean(
        [np.maximum(whole.shortage(level + one) - before.shortage(level + one), 0.0) for one in above], axis=0
    )
    return found


def _lost(
    whole: Demand, before: Demand, level: Floats, lead_times: float, multiple: float | Floats
) -> Floats:
    """Units lost in a review period at a level: the loss that is the shortage of the level and of that loss again."""
    above = _rounding(multiple, len(level))
    low, high = np.zeros(len(level)), whole.mean / (1.0 + lead_times)
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        more = _short(whole, before, level + lead_times * middle, above) > middle
        low, high = np.where(more, middle, low), np.where(more, high, middle)
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
