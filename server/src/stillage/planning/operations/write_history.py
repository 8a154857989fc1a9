"""Demand day by day, out of the ledger: what came since the last time is added, each movement once."""

import datetime as dt

from django.db import transaction

from stillage.core.locking import for_update
from stillage.core.sql import execute, fetch, stored
from stillage.planning.calendar_sql import local_day
from stillage.planning.operations.settle import settled_movement, take_time
from stillage.planning.operations.write_stock_outs import write_stock_outs

# A reversal counts as its original does, with the other sign and on the original's day; a reversal of a reversal again
# as the original.
CHANGES = f"""
SELECT v.warehouse_id, r.product_id, {local_day("r.moved_at", "w.timezone")} AS day,
  SUM(CASE WHEN r.kind = 'issue' THEN c.units ELSE 0 END) AS shipped,
  SUM(CASE WHEN r.kind = 'return' THEN c.units ELSE 0 END) AS returned
FROM (
  SELECT m.id, m.id AS root, m.quantity AS units FROM stock_movement m
    WHERE m.kind IN ('issue', 'return') AND m.id > {{low}} AND m.id <= {{high}}
  UNION ALL
  SELECT id, root, units FROM (
    WITH RECURSIVE undone (id, root, units) AS (
      SELECT m.id, m.reverses_id, -m.quantity FROM stock_movement m
        WHERE m.kind = 'reverse' AND m.id > {{low}} AND m.id <= {{high}}
      UNION ALL
      SELECT u.id, o.reverses_id, -u.units FROM undone u JOIN stock_movement o ON o.id = u.root AND o.kind = 'reverse'
    ) SELECT id, root, units FROM undone
  ) whole
) c
JOIN stock_movement r ON r.id = c.root AND r.kind IN ('issue', 'return')
JOIN places_location v ON v.id = CASE WHEN r.kind = 'issue' THEN r.to_location_id ELSE r.from_location_id END
JOIN places_warehouse w ON w.id = v.warehouse_id
{{marked}}
GROUP BY 1, 2, 3
"""
_SINCE = CHANGES.format(
    low="%s",
    high="%s",
    marked="JOIN planning_historymark h ON h.warehouse_id = v.warehouse_id AND c.id > h.movement_id",
)
_ROWS = f"""
INSERT INTO planning_demandday (warehouse_id, product_id, day, shipped, returned, imported)
SELECT n.warehouse_id, n.product_id, n.day, 0, 0, 0 FROM ({_SINCE}) n
WHERE n.shipped <> 0 OR n.returned <> 0
ON CONFLICT (warehouse_id, product_id, day) DO NOTHING
"""
_ADD = f"""
UPDATE planning_demandday SET shipped = planning_demandday.shipped + n.shipped,
  returned = planning_demandday.returned + n.returned
FROM ({_SINCE}) n
WHERE planning_demandday.warehouse_id = n.warehouse_id AND planning_demandday.product_id = n.product_id
  AND planning_demandday.day = n.day
"""
_EMPTY = """
DELETE FROM planning_demandday WHERE shipped = 0 AND returned = 0 AND imported = 0
  AND EXISTS (SELECT 1 FROM stock_movement m WHERE m.kind = 'reverse' AND m.id > %s AND m.id <= %s)
"""
_NEW_MARKS = """
INSERT INTO planning_historymark (warehouse_id, movement_id, timezone)
SELECT w.id, 0, w.timezone FROM places_warehouse w
WHERE NOT EXISTS (SELECT 1 FROM planning_historymark h WHERE h.warehouse_id = w.id)
ON CONFLICT (warehouse_id) DO NOTHING
"""
_MOVED = """
SELECT h.warehouse_id FROM planning_historymark h JOIN places_warehouse w ON w.id = h.warehouse_id
WHERE h.timezone <> w.timezone
"""


def write_history(*, at: dt.datetime) -> int | None:
    """Bring demand and stock-outs up to date; returns the movement up to which they are, None when the book did not rest.

    Locks: the marks of all warehouses, by id; who comes second finds nothing left to add. A fixed number of statements,
    but for stock-outs, which are written a few thousand at a time. Audits nothing: it says again what the ledger says.
    """
    until = settled_movement()
    if until is None:
        return None
    with transaction.atomic():
        take_time()
        execute(_NEW_MARKS, [])
        marks = fetch(
            "SELECT h.warehouse_id, h.movement_id FROM planning_historymark h ORDER BY h.warehouse_id"
            + for_update("h"),
            [],
        )
        if fetch(_MOVED, []):
            _begin_again()
            marks = fetch("SELECT warehouse_id, movement_id FROM planning_historymark", [])
        low = min((int(mark) for _, mark in marks), default=0)
        if low < until:
            span = [low, until] * 2
            execute(_ROWS, span)
            execute(_ADD, span)
            execute(_EMPTY, [low, until])
            execute(
                "UPDATE planning_historymark SET movement_id = %s, written_at = %s WHERE movement_id < %s",
                [until, stored(at), until],
            )
    with transaction.atomic():
        take_time()
        write_stock_outs(at=at)
    return until


def _begin_again() -> None:
    """Where a warehouse changed its time zone its days are other days. What was imported was told by days, and stays."""
    moved = "IN (SELECT h.warehouse_id FROM planning_historymark h JOIN places_warehouse w"
    moved += " ON w.id = h.warehouse_id WHERE h.timezone <> w.timezone)"
    execute(f"UPDATE planning_demandday SET shipped = 0, returned = 0 WHERE warehouse_id {moved}", [])
    execute(f"DELETE FROM planning_demandday WHERE imported = 0 AND warehouse_id {moved}", [])
    execute(f"DELETE FROM planning_stockout WHERE warehouse_id {moved}", [])
    execute(
        "UPDATE planning_historymark SET movement_id = 0, closed_until = NULL, timezone ="
        " (SELECT w.timezone FROM places_warehouse w WHERE w.id = planning_historymark.warehouse_id)"
        f" WHERE warehouse_id {moved}",
        [],
    )
