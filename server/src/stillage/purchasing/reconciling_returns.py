"""Where returns to suppliers and the ledger must agree. Each check is one statement; run by `stillage reconcile`."""

from stillage.stock.reconcile import Check

_SENT = """
SELECT r.number AS document, r.status AS status, n.position AS line,
  CASE WHEN r.status IN ('dispatched', 'closed') THEN n.quantity ELSE 0 END AS book, COALESCE(SUM(v.units), 0) AS moved
FROM purchasing_supplierreturnline n
JOIN purchasing_supplierreturn r ON r.id = n.of_return_id
LEFT JOIN (
  SELECT demand_id, lot_id, quantity AS units FROM stock_movement WHERE kind = 'send_back'
  UNION ALL SELECT m.demand_id, m.lot_id, -u.quantity FROM stock_movement u JOIN stock_movement m ON m.id = u.reverses_id
    WHERE m.kind = 'send_back'
) v ON v.demand_id = n.demand_id AND v.lot_id = n.lot_id
GROUP BY r.number, r.status, n.position, n.quantity
HAVING CASE WHEN r.status IN ('dispatched', 'closed') THEN n.quantity ELSE 0 END <> COALESCE(SUM(v.units), 0)
"""
_UNOWNED = """
SELECT v.id AS movement, v.reference AS document, v.quantity AS quantity FROM stock_movement v
WHERE v.kind = 'send_back'
  AND NOT EXISTS (SELECT 1 FROM purchasing_supplierreturn r WHERE r.operation_id = v.operation_id)
  AND NOT EXISTS (SELECT 1 FROM stock_movement u WHERE u.reverses_id = v.id)
"""
_STATUS = """
SELECT o.number AS document, o.status AS status, SUM(m.received) AS received,
  SUM(m.quantity - m.received - m.cancelled) AS rest
FROM purchasing_purchaseorder o JOIN purchasing_purchaseorderline m ON m.order_id = o.id
GROUP BY o.number, o.status
HAVING (o.status IN ('draft', 'placed', 'cancelled') AND SUM(m.received) > 0)
  OR (o.status IN ('partly_received', 'received') AND SUM(m.received) = 0)
  OR (o.status IN ('closed', 'cancelled') AND SUM(CASE WHEN m.quantity > m.received + m.cancelled THEN 1 ELSE 0 END) > 0)
"""


def checks() -> list[Check]:
    """What returns to suppliers say, against what moved; and what orders say of themselves."""
    return [
        Check(
            "{document} ({status}) line {line}: {book} are said to have gone back, the movements make {moved}.",
            _SENT,
        ),
        Check(
            "Movement {movement}: {quantity} went back to a supplier for {document}, of which no return knows.",
            _UNOWNED,
        ),
        Check("{document} is {status} with {received} received and {rest} to come.", _STATUS),
    ]
