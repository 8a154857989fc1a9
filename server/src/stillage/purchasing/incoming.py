"""What is on order with suppliers, for whoever asks what can still be promised."""

from collections.abc import Sequence

from stillage.core.clock import today
from stillage.core.sql import as_date, fetch, member
from stillage.stock.incoming import Incoming

_ON_ORDER = """
SELECT l.product_id, o.warehouse_id, COALESCE(l.expected_date, o.expected_date), l.quantity - l.received - l.cancelled,
  o.number, w.timezone
FROM purchasing_purchaseorderline l
JOIN purchasing_purchaseorder o ON o.id = l.order_id
JOIN places_warehouse w ON w.id = o.warehouse_id
WHERE l.product_id {products} AND o.warehouse_id {warehouses} AND o.status IN ('placed', 'partly_received')
  AND l.quantity > l.received + l.cancelled
ORDER BY l.id
"""


def on_order(product_ids: Sequence[int], warehouse_ids: Sequence[int]) -> list[Incoming]:
    """Open units of orders that were placed. What is overdue is expected today, never in the past. One statement."""
    products, product_values = member(sorted(set(product_ids)), "bigint")
    warehouses, warehouse_values = member(sorted(set(warehouse_ids)), "bigint")
    answer = []
    for product_id, warehouse_id, expected, units, number, zone in fetch(
        _ON_ORDER.format(products=products, warehouses=warehouses), [*product_values, *warehouse_values]
    ):
        day = today(zone)
        answer.append(
            Incoming(
                product_id,
                warehouse_id,
                max(as_date(expected) or day, day),
                int(units),
                number,
                "purchase_order",
            )
        )
    return answer
