"""The one expiry rule, used by every list, allocation, pick, ship and report. Pure."""

import datetime as dt
from functools import lru_cache

FOREVER = dt.date(9999, 12, 31)
SOON_DAYS = 30


def last_sale_date(*, expiry_date: dt.date | None, best_before_date: dt.date | None) -> dt.date:
    """The last day on which a lot may be sold: the earlier of its dates. A lot without a date lasts for ever."""
    return min(expiry_date or FOREVER, best_before_date or FOREVER)


def may_be_sold(last_sale: dt.date, *, on: dt.date, minimum_remaining_days: int = 0) -> bool:
    """Whether a lot may reach somebody on a day who needs it to last some days longer."""
    return earliest_acceptable(on=on, minimum_remaining_days=minimum_remaining_days) <= last_sale


def earliest_acceptable(*, on: dt.date, minimum_remaining_days: int = 0) -> dt.date:
    """The rule turned round, for SQL: lots whose last sale date is this or later will do."""
    return min(FOREVER, on + dt.timedelta(days=minimum_remaining_days))


@lru_cache(maxsize=8192)
def status(last_sale: dt.date, *, today: dt.date, held: bool) -> str:
    """One word for a lot: held, expired, soon or ok. Trouble that forbids a sale comes first."""
    if held:
        return "held"
    if not may_be_sold(last_sale, on=today):
        return "expired"
    return "soon" if last_sale <= today + dt.timedelta(days=SOON_DAYS) else "ok"


def shown(last_sale: dt.date | None) -> dt.date | None:
    """A last sale date for a person: none instead of the end of time."""
    return None if last_sale is None or last_sale >= FOREVER else last_sale
