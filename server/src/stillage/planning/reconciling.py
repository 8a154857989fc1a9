"""Where the history of demand and the ledger must agree; run by `stillage reconcile`."""

from stillage.planning.operations.write_history import CHANGES
from stillage.stock.reconcile import Check

# Both sides in one column each, so that what is missing on either side shows as a nought. What came after the mark is
# not looked at: it is not in the history yet.
_DAYS = """
SELECT w.code AS warehouse, p.sku AS product, CAST(f.day AS text) AS day, SUM(f.book) AS book, SUM(f.moved) AS moved FROM (
  SELECT d.warehouse_id, d.product_id, d.day, d.shipped - d.returned AS book, 0 AS moved FROM planning_demandday d
  UNION ALL
  SELECT c.warehouse_id, c.product_id, c.day, 0, c.shipped - c.returned FROM ({changes}) c
) f
JOIN places_warehouse w ON w.id = f.warehouse_id
JOIN catalogue_product p ON p.id = f.product_id
JOIN planning_historymark h ON h.warehouse_id = f.warehouse_id AND h.timezone = w.timezone
GROUP BY w.code, p.sku, f.day HAVING SUM(f.book) <> SUM(f.moved)
"""
_MARKED = "JOIN planning_historymark h ON h.warehouse_id = v.warehouse_id AND c.id <= h.movement_id"
_OVERLAP = """
SELECT w.code AS warehouse, p.sku AS product, CAST(a.first_date AS text) AS day FROM planning_stockout a
JOIN planning_stockout b ON b.warehouse_id = a.warehouse_id AND b.product_id = a.product_id AND b.first_date > a.first_date
  AND (a.last_date IS NULL OR b.first_date <= a.last_date)
JOIN places_warehouse w ON w.id = a.warehouse_id JOIN catalogue_product p ON p.id = a.product_id
"""


def checks() -> list[Check]:
    """History is written once for each movement: demand by day is what the ledger says, and no day is out twice."""
    changes = CHANGES.format(low="0", high="9223372036854775807", marked=_MARKED)
    return [
        Check(
            "Demand of {product} in {warehouse} on {day}: the history says {book}, the movements make {moved}.",
            _DAYS.format(changes=changes),
        ),
        Check("{product} in {warehouse}: two spans without stock overlap from {day} on.", _OVERLAP),
    ]
