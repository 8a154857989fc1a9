"""Where the books of buying and the ledger must agree. Each check is one statement; run by `stillage reconcile`."""

from uuid import UUID

from stillage.core.sql import fetch, stored
from stillage.stock.reconcile import Check

# Both sides in one column each, so that what is missing on either side shows as a nought.
_RECEIVED = """
SELECT o.number AS document, m.position AS line, m.received AS book, COALESCE(SUM(v.units), 0) AS moved
FROM purchasing_purchaseorderline m
JOIN purchasing_purchaseorder o ON o.id = m.order_id
LEFT JOIN (
  SELECT demand_id, quantity AS units FROM stock_movement WHERE kind = 'receive' AND demand_id IS NOT NULL
  UNION ALL SELECT m.demand_id, -u.quantity FROM stock_movement u JOIN stock_movement m ON m.id = u.reverses_id
    WHERE m.kind = 'receive' AND m.demand_id IS NOT NULL
) v ON v.demand_id = m.demand_id
GROUP BY o.number, m.position, m.received HAVING m.received <> COALESCE(SUM(v.units), 0)
"""
_BOOKED = """
SELECT f.document, f.lot_id AS lot, SUM(f.book) AS book, SUM(f.moved) AS moved FROM (
  SELECT r.number AS document, n.operation_id, n.lot_id, n.location_id, n.quantity AS book, 0 AS moved
    FROM purchasing_receiptline n JOIN purchasing_receipt r ON r.id = n.receipt_id
  UNION ALL
  SELECT r.number, v.operation_id, v.lot_id, v.to_location_id, 0, v.quantity
    FROM purchasing_receipt r JOIN stock_movement v ON v.reference = r.number AND v.kind = 'receive'
) f GROUP BY f.document, f.operation_id, f.lot_id, f.location_id HAVING SUM(f.book) <> SUM(f.moved)
"""
_UNDONE = """
SELECT f.document, SUM(f.book) AS book, SUM(f.moved) AS moved FROM (
  SELECT r.number AS document, n.operation_id, n.quantity AS book, 0 AS moved FROM purchasing_receiptundo u
    JOIN purchasing_receipt r ON r.id = u.receipt_id
    JOIN purchasing_receiptline n ON n.receipt_id = u.receipt_id AND n.operation_id = u.operation_id
  UNION ALL
  SELECT r.number, v.operation_id, 0, b.quantity FROM purchasing_receipt r
    JOIN stock_movement v ON v.reference = r.number AND v.kind = 'receive' JOIN stock_movement b ON b.reverses_id = v.id
) f GROUP BY f.document, f.operation_id HAVING SUM(f.book) <> SUM(f.moved)
"""
_ANNOUNCED = """
SELECT a.despatch_number AS document, n.position AS line, n.received AS book, COALESCE(SUM(r.quantity), 0) AS booked
FROM purchasing_noticeline n
JOIN purchasing_advancenotice a ON a.id = n.notice_id
LEFT JOIN (
  SELECT l.notice_line_id, l.quantity FROM purchasing_receiptline l
  WHERE NOT EXISTS (SELECT 1 FROM purchasing_receiptundo u WHERE u.operation_id = l.operation_id)
) r ON r.notice_line_id = n.id
GROUP BY a.despatch_number, n.id, n.position, n.received HAVING n.received <> COALESCE(SUM(r.quantity), 0)
"""
_NUMBERS = """
SELECT t.series AS series, t.documents AS documents, s.next_number - 1 AS taken FROM (
  SELECT 'purchase_order' AS series, COUNT(*) AS documents FROM purchasing_purchaseorder
  UNION ALL SELECT 'receipt', COUNT(*) FROM purchasing_receipt
  UNION ALL SELECT 'supplier_return', COUNT(*) FROM purchasing_supplierreturn
) t JOIN numbering_series s ON s.name = t.series WHERE t.documents <> s.next_number - 1
"""


def checks() -> list[Check]:
    """What orders, receipts and notices say, against what moved."""
    return [
        Check(
            "{document} line {line}: {book} are said to be received, the movements make {moved}.", _RECEIVED
        ),
        Check("{document}: of lot #{lot} the receipt says {book}, the movements make {moved}.", _BOOKED),
        Check("{document}: {book} are said to be taken back, the movements make {moved}.", _UNDONE),
        Check(
            "Notice {document} line {line}: {book} are said to have come, the receipts make {booked}.",
            _ANNOUNCED,
        ),
        Check("Series {series}: {taken} numbers were taken for {documents} documents.", _NUMBERS),
    ]


def owner_of(operation_id: UUID) -> str | None:
    """The receipt whose booking, or whose booking back, an operation is. One statement."""
    found = fetch(
        "SELECT r.number FROM purchasing_receipt r WHERE r.id IN ("
        "SELECT l.receipt_id FROM purchasing_receiptline l WHERE l.operation_id = %s"
        " UNION ALL SELECT u.receipt_id FROM purchasing_receiptundo u WHERE u.reversal_id = %s)",
        [stored(operation_id), stored(operation_id)],
    )
    return str(found[0][0]) if found else None
