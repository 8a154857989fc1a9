"""Where the recalls and the other books must agree. Each check is one statement; run by `stillage reconcile`."""

from stillage.stock.reconcile import Check

_NUMBERS = """
SELECT 'recall' AS series, t.documents, s.next_number - 1 AS taken
FROM (SELECT COUNT(*) AS documents FROM recalls_recall) t
JOIN numbering_series s ON s.name = 'recall' WHERE t.documents <> s.next_number - 1
"""
_NOT_HELD = """
SELECT r.number AS document, p.sku AS product, l.number AS lot FROM recalls_recalllot k
JOIN recalls_recall r ON r.id = k.recall_id
JOIN stock_lot l ON l.id = k.lot_id
JOIN catalogue_product p ON p.id = l.product_id
WHERE r.status = 'open' AND NOT r.drill AND NOT EXISTS (SELECT 1 FROM stock_hold h
  WHERE h.lot_id = k.lot_id AND h.released_at IS NULL AND h.scope = 'everywhere')
"""
# Nothing of a lot leaves while it is called back, so what was counted at the beginning stays what was shipped.
_SHIPPED = """
SELECT f.document, c.code AS customer, SUM(f.book) AS book, SUM(f.left_here) AS shipped FROM (
  SELECT r.number AS document, k.customer_id, k.shipped AS book, 0 AS left_here FROM recalls_recallcustomer k
    JOIN recalls_recall r ON r.id = k.recall_id WHERE r.status = 'open' AND NOT r.drill
  UNION ALL
  SELECT r.number, o.customer_id, 0, n.quantity FROM recalls_recalllot k
    JOIN recalls_recall r ON r.id = k.recall_id
    JOIN sales_shipmentline n ON n.lot_id = k.lot_id
    JOIN sales_shipment s ON s.id = n.shipment_id
    JOIN sales_salesorder o ON o.id = s.order_id WHERE r.status = 'open' AND NOT r.drill
) f JOIN sales_customer c ON c.id = f.customer_id
GROUP BY f.document, c.code HAVING SUM(f.book) <> SUM(f.left_here)
"""
_TOLD = """
SELECT r.number AS document, COUNT(k.id) AS untold FROM recalls_recall r
JOIN recalls_recallcustomer k ON k.recall_id = r.id AND k.told_at IS NULL
WHERE r.all_told_at IS NOT NULL GROUP BY r.number
"""


def checks() -> list[Check]:
    """What recalls say, against the holds, the promises and what was shipped."""
    return [
        Check("Series {series}: {taken} numbers were taken for {documents} documents.", _NUMBERS),
        Check("{document}: {product} lot {lot} is called back and is not held everywhere.", _NOT_HELD),
        Check(
            "{document}: {customer} is said to have been sent {book}, the shipments make {shipped}.", _SHIPPED
        ),
        Check("{document}: all customers are said to be told, and {untold} are not.", _TOLD),
    ]
