"""Weeks, named by the Sunday that ends them, and which of them say nothing about what was wanted. Pure."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

DAYS = 7
OUT_DAYS = 3
LOOK_BACK_WEEKS = 13
# A day is over for the books some minutes later: who was booking at midnight is through by then.
GRACE = dt.timedelta(minutes=10)
WEEK = dt.timedelta(days=DAYS)


def week_of(day: dt.date) -> dt.date:
    """The Sunday that ends the week of a day."""
    return day + dt.timedelta(days=6 - day.weekday())


def last_day(at: dt.datetime, timezone: str) -> dt.date:
    """The last calendar day that is over in a zone."""
    return (at - GRACE).astimezone(ZoneInfo(timezone)).date() - dt.timedelta(days=1)


def last_week(at: dt.datetime, timezone: str) -> dt.date:
    """The Sunday of the last week that is over in a zone."""
    day = last_day(at, timezone)
    return day if day.weekday() == 6 else week_of(day) - WEEK


def unknown_weeks(demand: Sequence[float], days_out: Sequence[int]) -> list[bool]:
    """Which weeks do not tell what was wanted, because there was too little to sell.

    The one rule: on three days or more nothing was left in the evening, and less was sold than usual. Usual is the mean
    of the last thirteen known weeks since it first sold; where there is none, every week with so many empty days is unknown.
    A week that sold as much as usual is known however empty the shelf was at its end. Later weeks do not matter, so that
    what was known of a week does not change with time.
    """
    found: list[bool] = []
    recent: list[float] = []
    for units, days in zip(demand, days_out, strict=True):
        unknown = days >= OUT_DAYS and (not recent or units < sum(recent) / len(recent))
        found.append(unknown)
        if not unknown and (recent or units > 0):
            recent = [*recent[-(LOOK_BACK_WEEKS - 1) :], units]
    return found


def days_out_by_week(
    spans: Sequence[tuple[dt.date, dt.date | None]], first_week: dt.date, weeks: int
) -> list[int]:
    """How many days of each week lie in some spans (first to last day; open ones go on), from a first Sunday on."""
    found = [0] * weeks
    start, end = first_week - dt.timedelta(days=6), first_week + (weeks - 1) * WEEK
    for first, last in spans:
        day, until = max(first, start), min(last or end, end)
        while day <= until:
            number = (day - start).days // DAYS
            stop = min(until, start + dt.timedelta(days=number * DAYS + 6))
            found[number] += (stop - day).days + 1
            day = stop + dt.timedelta(days=1)
    return found
