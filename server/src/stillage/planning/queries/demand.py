"""Demand of one product in one warehouse as it is known, by week or by day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from stillage.core.sql import as_date, fetch, stored
from stillage.planning.calendar_sql import week_date
from stillage.planning.queries.weekly import weekly
from stillage.planning.weeks import WEEK, week_of

DAY = dt.timedelta(days=1)
_PARTS = """
SELECT {period}, SUM(d.shipped), SUM(d.returned), SUM(d.imported) FROM planning_demandday d
WHERE d.warehouse_id = %s AND d.product_id = %s AND d.day >= %s AND d.day <= %s GROUP BY 1
"""
_OUTS = """
SELECT first_date, last_date FROM planning_stockout WHERE warehouse_id = %s AND product_id = %s
  AND first_date <= %s AND (last_date IS NULL OR last_date >= %s)
"""


def demand_by_week(
    product_id: int, warehouse_id: int, since: dt.date, until: dt.date
) -> list[dict[str, Any]]:
    """A row a week from the one of a day to the one of another. Three statements."""
    first, last = week_of(since), week_of(until)
    count = (last - first).days // 7 + 1
    parts = _parts(week_date("d.day"), product_id, warehouse_id, first - 6 * DAY, last)
    (one,) = weekly(warehouse_id, [product_id], first, count)
    return [
        {
            "date": first + number * WEEK,
            **_shown(parts[first + number * WEEK]),
            "days_out": one.days_out[number],
            "unknown": one.unknown[number],
        }
        for number in range(count)
    ]


def demand_by_day(product_id: int, warehouse_id: int, since: dt.date, until: dt.date) -> list[dict[str, Any]]:
    """A row a day; `unknown` is said of the day's week. Four statements."""
    parts = _parts("d.day", product_id, warehouse_id, since, until)
    first, last = week_of(since), week_of(until)
    (one,) = weekly(warehouse_id, [product_id], first, (last - first).days // 7 + 1)
    spans = [
        (as_date(start) or since, as_date(end))
        for start, end in fetch(_OUTS, [warehouse_id, product_id, stored(until), stored(since)])
    ]
    return [
        {
            "date": day,
            **_shown(parts[day]),
            "days_out": int(any(start <= day <= (end or day) for start, end in spans)),
            "unknown": one.unknown[(week_of(day) - first).days // 7],
        }
        for day in _days(since, until)
    ]


def _days(since: dt.date, until: dt.date) -> Iterator[dt.date]:
    return (since + number * DAY for number in range((until - since).days + 1))


def _parts(
    period: str, product_id: int, warehouse_id: int, since: dt.date, until: dt.date
) -> dict[dt.date | None, tuple[int, int, int]]:
    found = fetch(_PARTS.format(period=period), [warehouse_id, product_id, stored(since), stored(until)])
    parts: dict[dt.date | None, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    parts |= {as_date(row[0]): (int(row[1]), int(row[2]), int(row[3])) for row in found}
    return parts


def _shown(parts: tuple[int, int, int]) -> dict[str, int]:
    shipped, returned, imported = parts
    return {
        "shipped": shipped,
        "returned": returned,
        "imported": imported,
        "demand": shipped - returned + imported,
    }
