"""How much to order up to, so that the wanted part of demand is served from the shelf. Pure.

The level somebody asks for is a fill rate: the part of demand that is served at once. With a review every R days and a
delivery L days after the order, what is ordered today must last until the next order's delivery, L + R days. What is
expected to be missing in that cycle is what L + R days ask for beyond the level S, less what was missing before the
delivery came: ES(L+R, S) - ES(L, S). S is the least for which this is at most (1 - fill) of what R days ask for.
(Silver, Pyke & Thomas, Inventory and Production Management in Supply Chains, 4th ed. 2017, section 6.7, periodic review,
order-up-to, fraction of demand satisfied; Hadley & Whitin 1963, section 5-2, for the term of what was missing before.)

Lead times vary: both terms are means over the lead times that were seen, not the terms at the mean lead time. Orders are
taken not to overtake each other.

The formula has unmet demand wait. Where it goes elsewhere, the units that were not sold before the delivery are still
there after it, and S may be lower by what is then expected to be lost in the lead time, (1 - fill) of its demand (that
lost sales need less stock: Janakiraman, Seshadri & Shanthikumar, Operations Research 55, 2007). Some customers wait and
some do not: half of it is taken off.
"""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from stillage.planning.ahead import Ahead, Curve

DEFAULT_LEAD_DAYS: Final = 7
TRUST: Final = 3  # how many deliveries weigh as much as what the catalogue says
FEW: Final = 3  # from so many deliveries on what was measured counts
POINTS: Final = (0.1, 0.3, 0.5, 0.7, 0.9)
LONGEST_LEAD_DAYS: Final = 365
LOST: Final = 0.5  # of the customers who find nothing, those who buy elsewhere
_STEPS: Final = 26
_NEAR: Final = 1e-4


@dataclass(frozen=True, slots=True)
class LeadTime:
    """Days from an order to its delivery: so many with such a weight; the weights add up to one."""

    points: tuple[tuple[float, float], ...]
    source: str  # policy, supplier_plan, receipts, catalogue, supplier or default
    receipts: int = 0

    @property
    def mean(self) -> float:
        return sum(days * weight for days, weight in self.points)

    @property
    def spread(self) -> float:
        """Its standard deviation."""
        mean = self.mean
        return math.sqrt(sum(weight * (days - mean) ** 2 for days, weight in self.points))


def lead_time(*, said: int | None, source: str, measured: Sequence[float], binding: bool = False) -> LeadTime:
    """What is told and what was measured, together.

    `said` counts as much as three deliveries; from three deliveries on their own spread comes in, as five points of
    their distribution. Where somebody decided on a lead time (`binding`) the mean is theirs, the spread is measured.
    """
    told = float(DEFAULT_LEAD_DAYS if said is None else said)
    if said is None:
        source = "default"
    seen = sorted(min(max(one, 0.0), LONGEST_LEAD_DAYS) for one in measured)
    if len(seen) < FEW:
        return LeadTime(((told, 1.0),), source, len(seen))
    points = [_point(seen, level) for level in POINTS]
    if binding and said is not None:
        mean = sum(points) / len(points)
        moved = [max(one - mean + told, 0.0) for one in points]
        return LeadTime(tuple((one, 1 / len(moved)) for one in moved), source, len(seen))
    own = len(seen) / (len(seen) + (0 if said is None else TRUST))
    shares = [(one, own / len(points)) for one in points]
    if own < 1:
        shares.append((told, 1 - own))
    return LeadTime(tuple(shares), "receipts", len(seen))


def _point(seen: Sequence[float], level: float) -> float:
    """A quantile of what was seen, straight between its values."""
    place = level * (len(seen) - 1)
    at = int(place)
    after = seen[min(at + 1, len(seen) - 1)]
    return seen[at] + (place - at) * (after - seen[at])


@dataclass(frozen=True, slots=True)
class Level:
    """What to order up to, and what of it is for luck."""

    order_up_to: float
    expected_demand: float  # over lead time and review period
    protection_days: float

    @property
    def safety_stock(self) -> float:
        return max(self.order_up_to - self.expected_demand, 0.0)


def order_up_to(ahead: Ahead, lead: LeadTime, *, review_days: int, fill: float, wait_days: int = 0) -> Level:
    """The least level at which the wanted part of demand is served. `wait_days` until an order may go out."""
    review = max(review_days, 1)
    cycles = [
        (weight, ahead.curve(wait_days + days), ahead.curve(wait_days + days + review))
        for days, weight in lead.points
    ]
    expected = sum(weight * ahead.mean(wait_days + days + review) for days, weight in lead.points)
    before = sum(weight * ahead.mean(wait_days + days) for days, weight in lead.points)
    protection = wait_days + lead.mean + review
    missing = tolerated(cycles, expected - before, fill)
    if missing <= 0.0 or expected <= before:
        return Level(
            expected, expected, protection
        )  # what is dead is not kept for the rare case that it is not

    def short(units: float) -> float:
        return sum(
            weight * (whole.shortage(units) - first.shortage(units)) for weight, first, whole in cycles
        )

    low, high = 0.0, max(max(whole.highest for _, _, whole in cycles), 1.0)
    while short(high) > missing:
        low, high = high, high * 1.5
    for _ in range(_STEPS):
        if high - low <= _NEAR * high:
            break
        middle = (low + high) / 2
        if short(middle) > missing:
            low = middle
        else:
            high = middle
    return Level(max(high - LOST * (1.0 - fill) * before, 0.0), expected, protection)


Cycle = tuple[float, Curve, Curve]  # its weight, demand until the delivery, demand until the next one


def tolerated(cycles: Sequence[Cycle], expected: float, fill: float) -> float:
    """Units that may be missing in a cycle. Of what the quantiles say it asks for, where that is more than the mean
    that was told: a shortage is measured by the same demand as what it is a part of."""
    implied = sum(weight * (whole.mean - first.mean) for weight, first, whole in cycles)
    return (1.0 - fill) * max(expected, implied)


def can_wait(
    ahead: Ahead, lead: LeadTime, *, units: float, review_days: int, fill: float, wait_days: int = 0
) -> int:
    """Days that an order may wait, at most a review period: until its delivery no more is missing than a cycle may miss."""
    review = max(review_days, 1)
    cycles = [
        (weight, ahead.curve(wait_days + days), ahead.curve(wait_days + days + review))
        for days, weight in lead.points
    ]
    period = sum(
        weight * (ahead.mean(wait_days + days + review) - ahead.mean(wait_days + days))
        for days, weight in lead.points
    )
    missing = tolerated(cycles, period, fill)

    def short(waited: int) -> float:
        return sum(
            weight * ahead.curve(wait_days + days + waited).shortage(units) for days, weight in lead.points
        )

    low, high = 0, review
    while high - low > 1:
        middle = (low + high) // 2
        if short(middle) > missing:
            high = middle
        else:
            low = middle
    return low


def order_day(today: dt.date, weekdays: str) -> dt.date:
    """The next day on which an order may go out; any day where nothing is said. Monday is 0."""
    if not weekdays:
        return today
    return next(
        day
        for day in (today + dt.timedelta(days=more) for more in range(7))
        if str(day.weekday()) in weekdays
    )


def review_period(first: dt.date, review_days: int, weekdays: str) -> int:
    """Days from an order to the next one: a review, and until an order may go out again."""
    following = order_day(first + dt.timedelta(days=max(review_days, 1)), weekdays)
    return (following - first).days
