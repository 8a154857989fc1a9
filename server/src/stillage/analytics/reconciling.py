"""What must agree: the flows up to their mark, and the movements they sum up."""

from stillage.analytics.operations.write_flows import FLOWS
from stillage.stock.reconcile import Check

_DAYS = f"""
SELECT w.code AS warehouse, p.sku AS product, CAST(b.day AS text) AS day, b.flow AS flow,
  SUM(b.units) AS book, SUM(b.moved) AS moved, ROUND(SUM(b.value), 2) AS value, ROUND(SUM(b.worth), 2) AS worth FROM (
  SELECT d.warehouse_id, d.product_id, d.day, d.flow, d.units, 0 AS moved, d.value, 0 AS worth FROM analytics_flowday d
  UNION ALL
  SELECT n.warehouse_id, n.product_id, n.day, n.flow, 0, n.units, 0, n.value FROM (
    {FLOWS.format(which="id <= COALESCE((SELECT movement_id FROM analytics_flowmark WHERE id = 1), 0)")}
  ) n
) b
JOIN places_warehouse w ON w.id = b.warehouse_id
JOIN catalogue_product p ON p.id = b.product_id
GROUP BY w.code, p.sku, b.day, b.flow
HAVING SUM(b.units) <> SUM(b.moved) OR ABS(SUM(b.value) - SUM(b.worth)) > 0.01
"""


def checks() -> list[Check]:
    """What came and went by day is what the ledger says, in units and in money."""
    return [
        Check(
            "{product} in {warehouse} on {day}, {flow}: the summary says {book} worth {value},"
            " the movements make {moved} worth {worth}.",
            _DAYS,
        )
    ]
