"""Which orders wait for products: asked for, and not there when they were."""

from collections.abc import Sequence
from typing import Final

from stillage.core.sql import fetch, member
from stillage.sales.states import WAITING
from stillage.stock.waiting import Waiting

MOST: Final = 100
_STATES = ", ".join(f"'{status.value}'" for status in WAITING)
_SQL = f"""
SELECT w.number, w.id, c.name, w.product_id, w.missing FROM (
  SELECT o.number, o.id, o.customer_id, o.promise_rank, l.position, l.product_id, l.quantity - l.shipped - l.cancelled
    - COALESCE((SELECT SUM(a.quantity) FROM stock_allocation a WHERE a.demand_id = l.demand_id), 0) AS missing
  FROM sales_salesorderline l
  JOIN sales_salesorder o ON o.id = l.order_id
  WHERE l.product_id {{products}} AND o.warehouse_id = %s AND o.status IN ({_STATES})
    AND l.quantity > l.shipped + l.cancelled
) w JOIN sales_customer c ON c.id = w.customer_id
WHERE w.missing > 0 ORDER BY w.promise_rank, w.position LIMIT %s
"""


def waiting_orders(product_ids: Sequence[int], warehouse_id: int) -> list[Waiting]:
    """Order lines that wait for some products in a warehouse, first promised first. One statement."""
    products, parameters = member(list(product_ids), "bigint")
    found = fetch(_SQL.format(products=products), [*parameters, warehouse_id, MOST])
    return [Waiting(row[0], row[1], row[2], row[3], int(row[4])) for row in found]
