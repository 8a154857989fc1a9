"""The one place that reads the clock. Everything below the edge is handed the time."""

import datetime as dt
from zoneinfo import ZoneInfo


def now() -> dt.datetime:
    """This instant, UTC."""
    return dt.datetime.now(dt.UTC)


def today(timezone: str) -> dt.date:
    """The calendar day in a warehouse's own zone: expiry is a local date, not a UTC one."""
    return now().astimezone(ZoneInfo(timezone)).date()
