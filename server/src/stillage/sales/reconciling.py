"""Where the sales books and the ledger must agree. Each check is one statement; run by `stillage reconcile`."""

from stillage.stock.reconcile import Check

_SHIPPED = """
SELECT o.number AS document, m.position AS line, m.shipped AS book, COALESCE(SUM(v.quantity), 0) AS moved
FROM sales_salesorderline m
JOIN sales_salesorder o ON o.id = m.order_id
LEFT JOIN stock_movement v ON v.demand_id = m.demand_id AND v.kind = 'issue'
GROUP BY o.number, m.position, m.shipped HAVING m.shipped <> COALESCE(SUM(v.quantity), 0)
"""
# Both sides in one column each, so that what is missing on either side shows as a nought.
_FROZEN = """
SELECT f.document, f.lot_id AS lot, SUM(f.book) AS book, SUM(f.moved) AS moved FROM (
  SELECT s.number AS document, n.lot_id, m.demand_id, n.quantity AS book, 0 AS moved FROM sales_shipmentline n
    JOIN sales_shipment s ON s.id = n.shipment_id JOIN sales_salesorderline m ON m.id = n.line_id
  UNION ALL
  SELECT s.number, v.lot_id, v.demand_id, 0, v.quantity FROM sales_shipment s
    JOIN stock_movement v ON v.operation_id = s.operation_id
) f GROUP BY f.document, f.lot_id, f.demand_id HAVING SUM(f.book) <> SUM(f.moved)
"""
_PROMISED = """
SELECT o.number AS document, o.status AS status, m.position AS line, SUM(a.quantity) AS promised,
  m.quantity - m.shipped - m.cancelled AS owed
FROM stock_allocation a
JOIN sales_salesorderline m ON m.demand_id = a.demand_id
JOIN sales_salesorder o ON o.id = m.order_id
GROUP BY o.number, o.status, m.position, m.quantity, m.shipped, m.cancelled
HAVING SUM(a.quantity) > m.quantity - m.shipped - m.cancelled
  OR o.status IN ('draft', 'confirmed', 'shipped', 'closed', 'cancelled')
"""
_RETURNED = """
SELECT r.number AS document, n.position AS line, n.received AS book, COALESCE(SUM(v.units), 0) AS moved
FROM sales_returnline n
JOIN sales_return r ON r.id = n.of_return_id
LEFT JOIN (
  SELECT demand_id, quantity AS units FROM stock_movement WHERE kind = 'return'
  UNION ALL SELECT m.demand_id, -u.quantity FROM stock_movement u JOIN stock_movement m ON m.id = u.reverses_id
    WHERE m.kind = 'return'
) v ON v.demand_id = n.demand_id
GROUP BY r.number, n.position, n.received HAVING n.received <> COALESCE(SUM(v.units), 0)
"""
_TOO_MUCH_BACK = """
SELECT s.number AS document, n.sku AS product, n.quantity AS shipped, SUM(r.received) AS back
FROM sales_shipmentline n
JOIN sales_shipment s ON s.id = n.shipment_id
JOIN sales_returnline r ON r.shipment_line_id = n.id
GROUP BY s.number, n.id, n.sku, n.quantity HAVING SUM(r.received) > n.quantity
"""
_DISPOSED = """
SELECT r.number AS document, n.position AS line, n.disposed AS book, COALESCE(SUM(d.quantity), 0) AS decided
FROM sales_returnline n
JOIN sales_return r ON r.id = n.of_return_id
LEFT JOIN sales_disposition d ON d.line_id = n.id
GROUP BY r.number, n.position, n.disposed HAVING n.disposed <> COALESCE(SUM(d.quantity), 0)
"""
_CREDITED = """
SELECT r.number AS document, n.position AS line, n.credited AS book, COALESCE(SUM(c.quantity), 0) AS noted
FROM sales_returnline n
JOIN sales_return r ON r.id = n.of_return_id
LEFT JOIN sales_creditnoteline c ON c.line_id = n.id
GROUP BY r.number, n.position, n.credited HAVING n.credited <> COALESCE(SUM(c.quantity), 0)
"""
_NUMBERS = """
SELECT t.series AS series, t.documents AS documents, s.next_number - 1 AS taken FROM (
  SELECT 'sales_order' AS series, COUNT(*) AS documents FROM sales_salesorder
  UNION ALL SELECT 'shipment', COUNT(*) FROM sales_shipment
  UNION ALL SELECT 'pick_list', COUNT(*) FROM sales_picklist
  UNION ALL SELECT 'return', COUNT(*) FROM sales_return
  UNION ALL SELECT 'credit_note', COUNT(*) FROM sales_creditnote
) t JOIN numbering_series s ON s.name = t.series WHERE t.documents <> s.next_number - 1
"""
_PACKED = """
SELECT o.number AS document, h.sscc AS unit, m.position AS line, p.quantity AS book FROM sales_packedline p
JOIN sales_handlingunit h ON h.id = p.handling_unit_id
JOIN sales_salesorder o ON o.id = h.order_id
JOIN sales_salesorderline m ON m.id = p.line_id WHERE m.order_id <> h.order_id
"""


def checks() -> list[Check]:
    """What orders, shipments and returns say, against what moved."""
    return [
        Check("{document} line {line}: {book} are said to be shipped, the movements make {moved}.", _SHIPPED),
        Check("{document}: of lot #{lot} the paper says {book}, the movements make {moved}.", _FROZEN),
        Check("{document} ({status}) line {line}: {promised} are promised where {owed} are owed.", _PROMISED),
        Check("{document} line {line}: {book} are said to be back, the movements make {moved}.", _RETURNED),
        Check("{document}: of {product} {shipped} were shipped and {back} came back.", _TOO_MUCH_BACK),
        Check(
            "{document} line {line}: {book} are said to be decided on, the decisions make {decided}.",
            _DISPOSED,
        ),
        Check("{document} line {line}: {book} are said to be credited, the notes make {noted}.", _CREDITED),
        Check("Series {series}: {taken} numbers were taken for {documents} documents.", _NUMBERS),
        Check("{document}: line {line} on unit {unit} ({book} units) belongs to another order.", _PACKED),
    ]
