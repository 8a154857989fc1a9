"""How much is asked for, and when: season, weekday, trend, and the kinds of product from quick to dying. Pure."""

import datetime as dt
import math
import random
from dataclasses import dataclass
from typing import Final

# Monday to Saturday; pubs fill up for the weekend. Nothing leaves on a Sunday.
WEEKDAYS: Final = (0.17, 0.14, 0.17, 0.23, 0.23, 0.06, 0.0)


@dataclass(frozen=True, slots=True)
class Pace:
    """A kind of product: how many order lines a week, cases a line, and how a year changes it."""

    name: str
    share: float
    lines_per_week: tuple[float, float]
    cases_per_line: tuple[float, float]
    growth_per_year: tuple[float, float]
    cover_weeks: float


PACES: Final = (
    Pace("fast", 0.17, (1.7, 3.7), (4.0, 13.0), (0.85, 1.35), 3.2),
    Pace("medium", 0.38, (0.5, 1.25), (2.2, 6.0), (0.8, 1.3), 4.2),
    Pace("slow", 0.26, (0.2, 0.5), (1.4, 3.0), (0.75, 1.25), 7.0),
    Pace("intermittent", 0.12, (0.08, 0.3), (1.5, 5.0), (0.8, 1.2), 12.0),
    Pace("dying", 0.07, (0.7, 1.6), (1.4, 3.0), (0.25, 0.5), 4.0),
)


def choose_pace(rng: random.Random, *, draught: bool) -> Pace:
    """What is on draught moves, or it would not be stocked: it goes stale in weeks."""
    able = PACES[:2] if draught else PACES
    return rng.choices(able, [pace.share for pace in able])[0]


def season(months: tuple[float, ...], day: dt.date) -> float:
    """The month's factor, sliding from the middle of one month to that of the next."""
    position = (day.month - 1) + (day.day - 15.5) / 31
    low = math.floor(position)
    share = position - low
    return months[low % 12] * (1 - share) + months[(low + 1) % 12] * share


def poisson(rng: random.Random, mean: float) -> int:
    """How often something with this mean happens (Knuth; the means here are small)."""
    if mean <= 0:
        return 0
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def cases(rng: random.Random, mean: float) -> int:
    """Cases on an order line: at least one, mostly few, seldom many."""
    return 1 + int(rng.expovariate(1 / max(mean - 0.5, 0.3)))
