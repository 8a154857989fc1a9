"""Lots on the shelf against the demand ahead: what sells before its last saleable day, first expired first. Pure."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

FOREVER_DAYS: Final = 3650


@dataclass(frozen=True, slots=True)
class Dated:
    """Units that may be sold until a day: of a lot, or of what is expected."""

    last_date: dt.date
    units: float


def days_to_sell(last_date: dt.date, today: dt.date) -> int:
    """Days on which it may be sold, today among them; none when its day is over."""
    return min(max((last_date - today).days + 1, 0), FOREVER_DAYS)


def sold_in_time(
    shelf: Sequence[Dated], demand: Callable[[float], float], *, today: dt.date, days: float = FOREVER_DAYS
) -> list[float]:
    """Of each of them (the earliest date first) the units that sell before its day and within so many days.

    First expired goes first. What one leaves unsold does not count against the next: its demand was met by others.
    """
    sold: list[float] = []
    gone = 0.0
    for one in shelf:
        until = min(days_to_sell(one.last_date, today), days)
        units = min(one.units, max(demand(until) - gone, 0.0))
        gone += units
        sold.append(units)
    return sold
