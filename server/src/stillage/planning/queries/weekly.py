"""Demand week by week, with the weeks that say nothing: what forecasts are made of and held against."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from stillage.core.sql import as_date, fetch, member, stored
from stillage.planning.calendar_sql import week_date
from stillage.planning.weeks import WEEK, days_out_by_week, unknown_weeks

PRODUCTS_AT_ONCE = 500
# What is usual in a week is seen from the weeks before it; so far back the same is seen from everywhere.
RUN_UP = 26

_DEMAND = f"""
SELECT d.product_id, {week_date("d.day")}, SUM(d.shipped - d.returned + d.imported) FROM planning_demandday d
WHERE d.warehouse_id = %s AND d.product_id {{products}} AND d.day > %s AND d.day <= %s
GROUP BY 1, 2 ORDER BY 1
"""
_OUTS = """
SELECT s.product_id, s.first_date, s.last_date FROM planning_stockout s
WHERE s.warehouse_id = %s AND s.product_id {products} AND (s.last_date IS NULL OR s.last_date > %s) AND s.first_date <= %s
"""


@dataclass(frozen=True, slots=True)
class Weekly:
    """One product in one warehouse: units, days without stock, and what is unknown, a number a week."""

    product_id: int
    units: list[int]
    days_out: list[int]
    unknown: list[bool]


def weekly(
    warehouse_id: int, product_ids: Sequence[int], first_week: dt.date, weeks: int
) -> Iterator[Weekly]:
    """So many weeks from the one that ends on a Sunday; a row for each product asked for. Two statements for each
    five hundred products."""
    start, whole = first_week - RUN_UP * WEEK, weeks + RUN_UP
    before, last = start - WEEK, first_week + (weeks - 1) * WEEK
    ids = sorted(set(product_ids))
    for place in range(0, len(ids), PRODUCTS_AT_ONCE):
        part = ids[place : place + PRODUCTS_AT_ONCE]
        wanted, parameters = member(part, "bigint")
        asked = [warehouse_id, *parameters, stored(before), stored(last)]
        spans = defaultdict(list)
        for product_id, first, end in fetch(_OUTS.format(products=wanted), asked):
            spans[product_id].append((as_date(first) or before, as_date(end)))
        rows = fetch(_DEMAND.format(products=wanted), asked)
        units = {product_id: list(own) for product_id, own in groupby(rows, key=itemgetter(0))}
        for product_id in part:
            own = [0] * whole
            for _, week, sold in units.get(product_id, ()):
                own[((as_date(week) or start) - start).days // 7] = int(sold)
            out = days_out_by_week(spans[product_id], start, whole) if product_id in spans else [0] * whole
            unknown = unknown_weeks(own, out)
            yield Weekly(product_id, own[RUN_UP:], out[RUN_UP:], unknown[RUN_UP:])
