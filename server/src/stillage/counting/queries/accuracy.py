"""How right the book was, by month, by person or by class: of the counts that were decided."""

import datetime as dt
from typing import Any

from stillage.core.actor import Actor
from stillage.core.sql import fetch, is_postgres, member, stored
from stillage.counting.judging import NOT_FINISHED
from stillage.counting.queries.counts import COST, SUMS, money, percent

WAYS = ("month", "person", "class")
_ROWS = """
SELECT {key}, {sums}
FROM counting_countline n JOIN counting_count c ON c.id = n.count_id
WHERE c.warehouse_id {warehouses} AND c.status <> 'cancelled' AND n.outcome IN ('posted', 'to_approve', 'dismissed')
  AND n.reason <> %s {bounds}
GROUP BY 1 ORDER BY 1
"""


def _key(way: str) -> str:
    if way == "person":
        return "n.counted_by"
    if way == "class":
        return "COALESCE(NULLIF(n.abc_class, ''), 'C')"
    if is_postgres():
        return "TO_CHAR(n.counted_at AT TIME ZONE 'UTC', 'YYYY-MM')"
    return "strftime('%%Y-%%m', n.counted_at)"


def accuracy(
    warehouse_ids: list[int], *, way: str, since: dt.date | None, until: dt.date | None, actor: Actor
) -> list[dict[str, Any]]:
    """A row for each month, person or class. One statement. Days are UTC's; `until` is inclusive."""
    warehouses, parameters = member(warehouse_ids, "bigint")
    values: list[Any] = [*parameters, NOT_FINISHED]
    bounds = ""
    if since:
        bounds += " AND n.counted_at >= %s"
        values.append(stored(dt.datetime.combine(since, dt.time(), dt.UTC)))
    if until:
        bounds += " AND n.counted_at < %s"
        values.append(stored(dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), dt.UTC)))
    found = fetch(_ROWS.format(key=_key(way), sums=SUMS, warehouses=warehouses, bounds=bounds), values)
    answer = []
    for key, lines, right, over, short, value_over, value_short in found:
        row: dict[str, Any] = {
            "key": key,
            "lines": int(lines),
            "right": int(right),
            "accuracy_percent": percent(int(right), int(lines)),
            "units_over": int(over),
            "units_short": int(short),
        }
        if actor.can(COST):
            row |= {"value_over": money(value_over), "value_short": money(value_short)}
        answer.append(row)
    return answer
