"""Flows out of the ledger: what came since the last time is added, each movement once."""

import datetime as dt
from typing import Final

from django.db import transaction
from django_tasks import task

from stillage.analytics.models import FlowMark
from stillage.core.clock import now
from stillage.core.locking import for_update
from stillage.core.sql import as_instant, execute, fetch, member, stored
from stillage.core.written_json import dumps
from stillage.planning.calendar_sql import local_day
from stillage.planning.operations.settle import settled_movement, take_time
from stillage.stock.costs import costs_of_lots

# More than so many new movements are not worked through while somebody waits for a page.
MOST_AT_ONCE: Final = 5_000

_KIND = "COALESCE(first.kind, before.kind, m.kind)"  # a reversal is of its original's kind
_OTHER = "o"
_FLOW = f"""
CASE {_OTHER}.kind
  WHEN 'supplier' THEN CASE WHEN {_KIND} = 'send_back' THEN 'sent_back' ELSE 'received' END
  WHEN 'customer' THEN CASE WHEN {_KIND} = 'return' THEN 'returned' ELSE 'shipped' END
  WHEN 'scrap' THEN 'scrapped'
  WHEN 'adjustment' THEN CASE WHEN {_KIND} = 'count' THEN 'counted' ELSE 'adjusted' END
  ELSE 'transferred' END
"""
# Each movement twice, from either end; only the ends count that are a place of ours and whose other end is not in the
# same house.
FLOWS: Final = f"""
SELECT s.product_id, w.id AS warehouse_id, {local_day("m.moved_at", "w.timezone")} AS day, {_FLOW} AS flow,
  SUM(s.units) AS units, SUM(ROUND(s.units * COALESCE(cost.unit_cost, 0), 4)) AS value
FROM (
  SELECT id, product_id, lot_id, -quantity AS units, from_location_id AS own_id, to_location_id AS other_id
    FROM stock_movement WHERE {{which}}
  UNION ALL
  SELECT id, product_id, lot_id, quantity, to_location_id, from_location_id FROM stock_movement WHERE {{which}}
) s
JOIN stock_movement m ON m.id = s.id
LEFT JOIN stock_movement before ON before.id = m.reverses_id
LEFT JOIN stock_movement first ON first.id = before.reverses_id
JOIN places_location v ON v.id = s.own_id AND NOT v.is_virtual
JOIN places_location {_OTHER} ON {_OTHER}.id = s.other_id
  AND ({_OTHER}.is_virtual OR {_OTHER}.warehouse_id <> v.warehouse_id)
JOIN places_warehouse w ON w.id = v.warehouse_id
LEFT JOIN ({costs_of_lots("IN (SELECT lot_id FROM stock_movement WHERE {which})")}) cost ON cost.lot_id = s.lot_id
GROUP BY 1, 2, 3, 4
"""
_INSERT = """
INSERT INTO analytics_flowday (product_id, warehouse_id, day, flow, units, value)
SELECT n.product_id, n.warehouse_id, n.day, n.flow, n.units, n.value FROM ({flows}) n WHERE true
ON CONFLICT (product_id, warehouse_id, day, flow) DO UPDATE SET
  units = analytics_flowday.units + excluded.units, value = analytics_flowday.value + excluded.value
"""
# What a lot cost is said by its receipts: with each new one the product's past may be worth something else.
_REPRICED = """
SELECT DISTINCT m.product_id FROM stock_movement m LEFT JOIN stock_movement before ON before.id = m.reverses_id
WHERE m.id > %s AND m.id <= %s AND COALESCE(before.kind, m.kind) IN ('receive', 'reverse')
"""


def write_flows(*, at: dt.datetime) -> int | None:
    """Bring the flows up to date; returns the movement up to which they are, None when the book did not rest.

    Locks: the mark; who comes second finds nothing left to add. Nine statements, whatever moved. Audits nothing: it
    says again what the ledger says.
    """
    until = settled_movement()
    if until is None:
        return None
    with transaction.atomic():
        take_time()
        FlowMark.objects.get_or_create(pk=1)
        ((low, zones),) = fetch(
            "SELECT movement_id, zones FROM analytics_flowmark WHERE id = 1"
            + for_update("analytics_flowmark"),
            [],
        )
        now_zones = _zones()
        if zones and zones != now_zones:
            # A house's days are other days now: all of it anew.
            execute("DELETE FROM analytics_flowday", [])
            low = 0
        if int(low) >= until:
            return int(low)
        repriced = [int(row[0]) for row in fetch(_REPRICED, [low, until])]
        these, values = member(repriced, "bigint")
        execute(f"DELETE FROM analytics_flowday WHERE product_id {these}", values)
        whole = f"product_id {these} AND id <= %s"
        execute(_INSERT.format(flows=FLOWS.format(which=whole)), [*values, until] * 4)
        new = f"id > %s AND id <= %s AND NOT (product_id {these})"
        execute(_INSERT.format(flows=FLOWS.format(which=new)), [low, until, *values] * 4)
        execute(
            "UPDATE analytics_flowmark SET movement_id = %s, written_at = %s, zones = %s WHERE id = 1",
            [until, stored(at), now_zones],
        )
    return until


def _zones() -> str:
    """Which zone each house is in; one that is new changes nothing of the others' days."""
    found = fetch(
        "SELECT w.id, w.timezone FROM places_warehouse w WHERE EXISTS"
        " (SELECT 1 FROM places_location l JOIN stock_movement m ON m.to_location_id = l.id"
        " WHERE l.warehouse_id = w.id) ORDER BY w.id",
        [],
    )
    return dumps([[int(pk), zone] for pk, zone in found]).decode()


@task()
def catch_up() -> None:
    """The background task, when there is too much for a page to wait for."""
    write_flows(at=now())


def bring_up_to_date(*, at: dt.datetime) -> dt.datetime | None:
    """Before a report is read: add what is new, or have it added when that is much. Up to when the flows are."""
    behind, written = fetch(
        "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM stock_movement m WHERE m.id > COALESCE("
        "(SELECT movement_id FROM analytics_flowmark WHERE id = 1), 0) LIMIT %s) new),"
        " (SELECT written_at FROM analytics_flowmark WHERE id = 1)",
        [MOST_AT_ONCE + 1],
    )[0]
    if behind > MOST_AT_ONCE:
        catch_up.enqueue()
        return as_instant(written)
    if behind:
        write_flows(at=at)
    return at
