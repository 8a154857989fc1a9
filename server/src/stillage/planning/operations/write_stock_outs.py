"""Days without anything to sell, as spans, for the days that are over since the last time."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from stillage.core.bulk import chunks, insert
from stillage.core.sql import as_date, as_instant, execute, fetch, rows, table
from stillage.places.models import SALEABLE
from stillage.planning.calendar_sql import local_day
from stillage.planning.stock_outs import DAY, LotLevels, Span, outs
from stillage.planning.weeks import last_day

PRODUCTS_AT_ONCE = 500
BEGINNING = dt.date(1970, 1, 1)

_DAYS = {"warehouse_id": "bigint", "since_at": "timestamptz", "zone": "text"}
_KINDS = ", ".join(f"'{kind.value}'" for kind in SALEABLE)
# What lies there now, and what moved since the first day that is looked at: one statement, so that both are of one
# instant. Places are taken for what they are today; what they once were is not known.
_LEVELS = f"""
WITH span AS (SELECT * FROM {{days}})
SELECT c.warehouse_id, c.product_id, c.lot_id, l.last_sale_date, c.day, SUM(c.units) FROM (
  SELECT b.warehouse_id, b.product_id, b.lot_id, NULL AS day, b.on_hand AS units FROM stock_balance b
    JOIN span s ON s.warehouse_id = b.warehouse_id
    JOIN places_location x ON x.id = b.location_id AND x.kind IN ({_KINDS}) AND x.is_active
    WHERE b.product_id >= %s AND b.product_id <= %s AND b.on_hand > 0
  UNION ALL
  SELECT x.warehouse_id, m.product_id, m.lot_id, {local_day("m.moved_at", "s.zone")}, m.quantity FROM stock_movement m
    JOIN places_location x ON x.id = m.to_location_id AND x.kind IN ({_KINDS}) AND x.is_active
    JOIN span s ON s.warehouse_id = x.warehouse_id
    WHERE m.product_id >= %s AND m.product_id <= %s AND m.moved_at >= s.since_at
  UNION ALL
  SELECT x.warehouse_id, m.product_id, m.lot_id, {local_day("m.moved_at", "s.zone")}, -m.quantity FROM stock_movement m
    JOIN places_location x ON x.id = m.from_location_id AND x.kind IN ({_KINDS}) AND x.is_active
    JOIN span s ON s.warehouse_id = x.warehouse_id
    WHERE m.product_id >= %s AND m.product_id <= %s AND m.moved_at >= s.since_at
) c JOIN stock_lot l ON l.id = c.lot_id
GROUP BY c.warehouse_id, c.product_id, c.lot_id, l.last_sale_date, c.day
ORDER BY c.warehouse_id, c.product_id, c.lot_id
"""
# Holds of a lot wherever it lies; one at a single place says nothing of what lies beside it.
_HOLDS = """
SELECT h.lot_id, h.held_at, h.released_at FROM stock_hold h JOIN stock_lot l ON l.id = h.lot_id
WHERE h.location_id IS NULL AND l.product_id >= %s AND l.product_id <= %s
"""
_OPEN = """
SELECT warehouse_id, product_id, id FROM planning_stockout
WHERE last_date IS NULL AND product_id >= %s AND product_id <= %s
"""
_COLUMNS = {"product_id": "bigint", "warehouse_id": "bigint", "first_date": "date", "last_date": "date"}


def write_stock_outs(*, at: dt.datetime) -> None:
    """Close the days that are over in each warehouse: spans that end get their last day, new ones begin.

    Locks: the marks of the warehouses, by writing them first. Five statements for each five hundred products.
    """
    found = fetch(
        "SELECT h.warehouse_id, h.closed_until, w.timezone FROM planning_historymark h"
        " JOIN places_warehouse w ON w.id = h.warehouse_id",
        [],
    )
    spans: dict[int, tuple[dt.date, dt.date, ZoneInfo]] = {}
    for warehouse_id, closed, zone in found:
        since = (as_date(closed) or BEGINNING - DAY) + DAY
        until = last_day(at, zone)
        if since <= until:
            spans[warehouse_id] = (since, until, ZoneInfo(zone))
    if not spans:
        return
    days = rows(
        {
            "warehouse_id": pk,
            "since_at": dt.datetime.combine(since, dt.time(), zone).astimezone(dt.UTC),
            "zone": zone.key,
        }
        for pk, (since, _, zone) in spans.items()
    )
    _mark(spans)
    ids = [row[0] for row in fetch("SELECT id FROM catalogue_product ORDER BY id", [])]
    for start in range(0, len(ids), PRODUCTS_AT_ONCE):
        part = ids[start : start + PRODUCTS_AT_ONCE]
        _write(days, spans, part[0], part[-1])


def _mark(spans: dict[int, tuple[dt.date, dt.date, ZoneInfo]]) -> None:
    execute(
        "UPDATE planning_historymark SET closed_until = d.until FROM "
        + table("d", {"warehouse_id": "bigint", "until": "date"})
        + " WHERE planning_historymark.warehouse_id = d.warehouse_id",
        [rows({"warehouse_id": pk, "until": until} for pk, (_, until, _) in spans.items())],
    )


def _write(days: str, spans: dict[int, tuple[dt.date, dt.date, ZoneInfo]], low: int, high: int) -> None:
    levels = fetch(_LEVELS.format(days=table("d", _DAYS)), [days, *[low, high] * 3])
    if not levels:
        return
    holds = _holds(low, high)
    open_spans = {(warehouse, product): pk for warehouse, product, pk in fetch(_OPEN, [low, high])}
    begun: list[dict[str, Any]] = []
    ended: list[dict[str, Any]] = []
    for (warehouse_id, product_id), own in groupby(levels, key=itemgetter(0, 1)):
        since, until, zone = spans[warehouse_id]
        lots = list(_lots(own, holds, zone))
        if since == BEGINNING:  # nothing is known before the first movement
            since = min((day for lot in lots for day in lot.changes), default=until)
        was_out = open_spans.get((warehouse_id, product_id))
        found = outs(lots, since, until, was_out=was_out is not None)
        if found.ended is not None:
            ended.append({"id": was_out, "last_date": found.ended})
        begun += [
            {
                "product_id": product_id,
                "warehouse_id": warehouse_id,
                "first_date": first,
                "last_date": last,
            }
            for first, last in found.begun
        ]
    for some in chunks(ended):
        execute(
            "UPDATE planning_stockout SET last_date = d.last_date FROM "
            + table("d", {"id": "bigint", "last_date": "date"})
            + " WHERE planning_stockout.id = d.id",
            [rows(some)],
        )
    for some in chunks(begun):
        insert("planning_stockout", _COLUMNS, some)


def _lots(
    own: Iterator[Sequence[Any]], holds: dict[int, list[tuple[Any, Any]]], zone: ZoneInfo
) -> Iterator[LotLevels]:
    """The rows of one product in one warehouse, a lot at a time."""
    for lot_id, lines in groupby(own, key=itemgetter(2)):
        now, changes, last_sale = 0, {}, BEGINNING
        for _, _, _, last, day, units in lines:
            last_sale = as_date(last) or BEGINNING
            if day is None:
                now = int(units)
            elif int(units):
                changes[as_date(day) or BEGINNING] = int(units)
        spans: list[Span] = []
        for held, released in holds.get(lot_id, ()):
            last = None if released is None else released.astimezone(zone).date() - DAY
            spans.append((held.astimezone(zone).date(), last))
        yield LotLevels(now - sum(changes.values()), changes, last_sale, spans)


def _holds(low: int, high: int) -> dict[int, list[tuple[Any, Any]]]:
    found: dict[int, list[tuple[Any, Any]]] = defaultdict(list)
    for lot_id, held, released in fetch(_HOLDS, [low, high]):
        found[lot_id].append((as_instant(held), as_instant(released)))
    return found
