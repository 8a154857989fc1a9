"""What came, written beside what was told for it, once a week is over."""

import datetime as dt
from collections import defaultdict

from django.db import transaction

from stillage.core.bulk import chunks
from stillage.core.sql import as_date, execute, fetch, is_postgres, rows, stored, table
from stillage.planning.operations.settle import take_time
from stillage.planning.queries.weekly import weekly
from stillage.planning.weeks import OUT_DAYS, WEEK, last_week

# So many weeks are looked at again: what is undone goes off the day it was shipped.
AGAIN_WEEKS = 8

_WEEKS = {"warehouse_id": "bigint", "low": "date", "last": "date"}
_ACTUAL = """
UPDATE planning_keptforecast SET actual = f.units FROM (
  SELECT k.id, CASE WHEN COALESCE(SUM(d.shipped - d.returned + d.imported), 0) < 0 THEN 0
    ELSE COALESCE(SUM(d.shipped - d.returned + d.imported), 0) END AS units
  FROM planning_keptforecast k
  JOIN {weeks} ON w.warehouse_id = k.warehouse_id AND k.week_date >= w.low AND k.week_date <= w.last
  LEFT JOIN planning_demandday d ON d.warehouse_id = k.warehouse_id AND d.product_id = k.product_id
    AND d.day <= k.week_date AND d.day > {week_before}
  WHERE NOT k.out_of_stock
  GROUP BY k.id
) f WHERE planning_keptforecast.id = f.id
  AND (planning_keptforecast.actual IS NULL OR planning_keptforecast.actual <> f.units)
"""
# Series that were told something for these weeks and were empty for some days of them.
_EMPTY = """
SELECT DISTINCT s.warehouse_id, s.product_id FROM planning_stockout s
JOIN {weeks} ON w.warehouse_id = s.warehouse_id
WHERE s.first_date <= w.last AND (s.last_date IS NULL OR s.last_date >= w.low)
"""
_UNKNOWN = """
UPDATE planning_keptforecast SET out_of_stock = {true}, actual = NULL
WHERE NOT out_of_stock AND (warehouse_id, product_id, week_date)
  IN (SELECT u.warehouse_id, u.product_id, u.week_date FROM {table})
"""


def close_accuracy(*, at: dt.datetime, weeks: int = AGAIN_WEEKS) -> None:
    """Fill in the demand of the weeks that are over, where it is known; the last ones again, for what was undone since.

    Locks nothing but the rows it writes. Demand and stock-outs must be written before.
    """
    spans: dict[int, tuple[dt.date, dt.date]] = {}
    for pk, zone in fetch("SELECT id, timezone FROM places_warehouse", []):
        last = last_week(at, zone)
        spans[pk] = (_lowest(pk, last, weeks), last)
    if not spans:
        return
    asked = rows({"warehouse_id": pk, "low": low, "last": last} for pk, (low, last) in spans.items())
    unknown = _unknown(spans, asked)
    week_before = "k.week_date - 7" if is_postgres() else "date(k.week_date, '-7 days')"
    with transaction.atomic():
        take_time()
        true = "true" if is_postgres() else "1"
        columns = {"warehouse_id": "bigint", "product_id": "bigint", "week_date": "date"}
        for part in chunks(unknown):
            execute(_UNKNOWN.format(true=true, table=table("u", columns)), [rows(part)])
        execute(_ACTUAL.format(weeks=table("w", _WEEKS), week_before=week_before), [asked])


def _lowest(warehouse_id: int, last: dt.date, weeks: int) -> dt.date:
    """The first week to look at: the oldest that waits for its demand, at the latest some weeks ago."""
    found = fetch(
        "SELECT MIN(week_date) FROM planning_keptforecast WHERE warehouse_id = %s AND actual IS NULL"
        " AND NOT out_of_stock AND week_date <= %s",
        [warehouse_id, stored(last)],
    )
    return min(as_date(found[0][0]) or last, last - (weeks - 1) * WEEK)


def _unknown(spans: dict[int, tuple[dt.date, dt.date]], asked: str) -> list[dict[str, object]]:
    empty = defaultdict(list)
    for warehouse_id, product_id in fetch(_EMPTY.format(weeks=table("w", _WEEKS)), [asked]):
        empty[warehouse_id].append(product_id)
    found: list[dict[str, object]] = []
    for warehouse_id, product_ids in empty.items():
        low, last = spans[warehouse_id]
        count = (last - low).days // 7 + 1
        for one in weekly(warehouse_id, product_ids, low, count):
            found += [
                {"warehouse_id": warehouse_id, "product_id": one.product_id, "week_date": low + number * WEEK}
                for number in range(count)
                if one.unknown[number] and one.days_out[number] >= OUT_DAYS
            ]
    return found
