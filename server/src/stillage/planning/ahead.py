"""Demand ahead from a stored forecast: what is expected of the coming days, and how it may turn out. Pure."""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final

LEVELS: Final = (0.10, 0.50, 0.80, 0.90, 0.95, 0.98, 0.99)
NAMES: Final = ("cum_p10", "cum_p50", "cum_p80", "cum_p90", "cum_p95", "cum_p98", "cum_p99")
WEEK: Final = 7
_KNOTS: Final = (0.0, *LEVELS)
_TOP: Final = 1.0 - LEVELS[-1]
_TAIL: Final = math.log((1.0 - LEVELS[4]) / _TOP)  # from P95 to P99, on the scale of an exponential tail
MOST_STRETCH: Final = 4.0
LEAST_OF_MEAN: Final = 0.85
MOST_RAISE: Final = 2.0
LONGEST_DAYS: Final = 3650


class Curve:
    """How much some days may ask for: a quantile function, straight between its knots.

    Beyond P99 the tail is exponential, as steep as from P95 to P99: what is left of it is then the same however far
    out one stands, so that a level of 99.9 % still costs something finite.
    """

    __slots__ = ("_above", "_knots", "tail")

    def __init__(self, quantiles: Sequence[float]) -> None:
        knots = [0.0, *quantiles]
        for at in range(2, len(knots)):
            knots[at] = max(knots[at], knots[at - 1])
        knots[0] = max(0.0, knots[1] - (knots[2] - knots[1]) / 4)
        self.tail = (knots[-1] - knots[5]) / _TAIL
        self._knots = knots
        above = [0.0] * len(knots)
        above[-1] = _TOP * (knots[-1] + self.tail)
        for at in range(len(knots) - 2, -1, -1):
            width = _KNOTS[at + 1] - _KNOTS[at]
            above[at] = above[at + 1] + width * (knots[at] + knots[at + 1]) / 2
        self._above = above

    @property
    def mean(self) -> float:
        """The mean that the knots make."""
        return self._above[0]

    @property
    def highest(self) -> float:
        return self._knots[-1]

    def quantile(self, level: float) -> float:
        """What is not exceeded in `level` of all cases."""
        knots = self._knots
        if level >= LEVELS[-1]:
            return knots[-1] + self.tail * math.log(_TOP / max(1.0 - level, 1e-9))
        at = max(bisect_right(_KNOTS, level) - 1, 0)
        share = (level - _KNOTS[at]) / (_KNOTS[at + 1] - _KNOTS[at])
        return knots[at] + share * (knots[at + 1] - knots[at])

    def shortage(self, units: float) -> float:
        """Units expected to be asked for beyond so many: the integral of the quantile function above them."""
        knots = self._knots
        if units >= knots[-1]:
            if self.tail <= 0.0:
                return 0.0
            return _TOP * self.tail * math.exp(-(units - knots[-1]) / self.tail)
        if units <= knots[0]:
            return self._above[0] - units
        at = bisect_right(knots, units) - 1
        low, high = knots[at], knots[at + 1]
        width = _KNOTS[at + 1] - _KNOTS[at]
        level = _KNOTS[at] + width * (units - low) / (high - low)
        rest = self._above[at + 1] + (_KNOTS[at + 1] - level) * (units + high) / 2
        return rest - units * (1.0 - level)


class Ahead:
    """A forecast as it looks from a day: `passed_days` of its first weeks are over already."""

    __slots__ = ("_curves", "_means", "_shapes", "_totals", "_weekly", "passed_days", "weeks")

    def __init__(self, numbers: Mapping[str, Sequence[float]], *, passed_days: int = 0) -> None:
        # What sporadic demand adds up to is skewed to the right: its mean is not below its median, whatever is told.
        told = numbers["cum_mean"]
        medians = numbers.get("cum_p50") or told
        self._totals = [
            0.0,
            *(max(float(mean), float(half), 0.0) for mean, half in zip(told, medians, strict=True)),
        ]
        for at in range(1, len(self._totals)):
            self._totals[at] = max(self._totals[at], self._totals[at - 1])
        self.weeks = len(self._totals) - 1
        self.passed_days = max(passed_days, 0)
        last = min(4, self.weeks)
        self._weekly = (self._totals[-1] - self._totals[-1 - last]) / last if last else 0.0
        self._curves = _quantiles(numbers, self._totals)
        self._means: dict[float, float] = {}
        self._shapes: dict[float, Curve] = {}

    @property
    def per_week(self) -> float:
        """Expected of a week, over the coming four."""
        return self.mean(4 * WEEK) / 4

    def mean(self, days: float) -> float:
        """Expected of the coming days."""
        found = self._means.get(days)
        if found is None:
            start = self.passed_days
            found = self._means[days] = self._until(start + max(days, 0.0)) - self._until(start)
        return found

    def curve(self, days: float) -> Curve:
        """How much the coming days may ask for.

        The forecast knows how uncertain so many weeks together are when they begin at its origin; it is stretched to
        what is expected of the days meant. Less than a week is uncertain with the root of its length (the spread of a
        sum of independent days), between whole weeks it lies on a straight line, and beyond the last it grows with the
        root again. Quantiles that make much less than the mean that is told are raised towards it.
        """
        if days <= 0:
            return Curve([0.0] * len(LEVELS))
        found = self._shapes.get(days)
        if found is None:
            found = self._shapes[days] = self._curve(days)
        return found

    def _curve(self, days: float) -> Curve:
        plain, mean = self._until(days), self.mean(days)
        stretch = min(max(mean / plain, 1 / MOST_STRETCH), MOST_STRETCH) if plain > 0 else 1.0
        quantiles = [stretch * one for one in self._at(days / WEEK, plain)]
        curve = Curve(quantiles)
        if 0 < curve.mean < LEAST_OF_MEAN * mean:
            more = min(LEAST_OF_MEAN * mean / curve.mean, MOST_RAISE)
            return Curve([more * one for one in quantiles])
        return curve

    def lasts(self, units: float) -> float:
        """Days until so many units are expected to be used up; infinite where nobody asks for them."""
        if units <= 0:
            return 0.0
        low = 0
        high = WEEK
        while self.mean(high) < units:
            low, high = high, high * 2
            if high > LONGEST_DAYS:
                return math.inf
        while high - low > 1:
            middle = (low + high) // 2
            if self.mean(middle) < units:
                low = middle
            else:
                high = middle
        before, after = self.mean(low), self.mean(high)
        return low + (units - before) / (after - before) if after > before else float(high)

    def _until(self, days: float) -> float:
        """Expected of so many days from the forecast's origin on."""
        weeks = days / WEEK
        at = int(weeks)
        if at >= self.weeks:
            return self._totals[-1] + (weeks - self.weeks) * self._weekly
        return self._totals[at] + (weeks - at) * (self._totals[at + 1] - self._totals[at])

    def _at(self, weeks: float, mean: float) -> list[float]:
        at = int(weeks)
        if at >= self.weeks:
            grown = math.sqrt(weeks / self.weeks)
            return [max(mean + (own[-1] - self._totals[-1]) * grown, 0.0) for own in self._curves]
        if at == 0:
            first, grown = self._totals[1], math.sqrt(weeks)
            return [max(mean + (own[1] - first) * grown, 0.0) for own in self._curves]
        share = weeks - at
        return [own[at] + share * (own[at + 1] - own[at]) for own in self._curves]


def _quantiles(numbers: Mapping[str, Sequence[float]], totals: Sequence[float]) -> list[list[float]]:
    """A row a level, from nought weeks on: never falling with the weeks, nor with the level."""
    found: list[list[float]] = []
    for name in NAMES:
        told = numbers.get(name)
        if told is None:
            told = _guessed(name, numbers, totals)
        row, highest = [0.0], 0.0
        for at, value in enumerate(told):
            highest = max(highest, float(value), found[-1][at + 1] if found else 0.0)
            row.append(highest)
        found.append(row)
    return found


def _guessed(name: str, numbers: Mapping[str, Sequence[float]], totals: Sequence[float]) -> list[float]:
    """Low levels that an older forecast does not say: the mean, and as far below it as P90 lies above."""
    if name == "cum_p50":
        return [min(mean, p80) for mean, p80 in zip(totals[1:], numbers["cum_p80"], strict=True)]
    return [max(2 * mean - p90, 0.0) for mean, p90 in zip(totals[1:], numbers["cum_p90"], strict=True)]
