"""Where counts and the ledger must agree. Each check is one statement; run by `stillage reconcile`."""

from stillage.stock.reconcile import Check

_POSTED = """
SELECT c.number AS document, x.full_code AS place, p.sku AS product, n.lot_number AS lot, n.counted - n.book AS difference,
  COALESCE(SUM(CASE WHEN m.to_location_id = n.location_id THEN m.quantity WHEN m.from_location_id = n.location_id
    THEN -m.quantity END), 0) AS moved
FROM counting_countline n
JOIN counting_count c ON c.id = n.count_id
JOIN places_location x ON x.id = n.location_id
JOIN catalogue_product p ON p.id = n.product_id
LEFT JOIN stock_movement m ON m.operation_id = n.operation_id AND m.lot_id = n.lot_id AND m.kind = 'count'
  AND (m.to_location_id = n.location_id OR m.from_location_id = n.location_id)
WHERE n.outcome = 'posted'
GROUP BY n.id, c.number, x.full_code, p.sku, n.lot_number, n.counted, n.book
HAVING n.counted - n.book <> COALESCE(SUM(CASE WHEN m.to_location_id = n.location_id THEN m.quantity
  WHEN m.from_location_id = n.location_id THEN -m.quantity END), 0)
"""
_UNKNOWN = """
SELECT m.id AS movement, m.reference AS document FROM stock_movement m
WHERE m.kind = 'count' AND NOT EXISTS (SELECT 1 FROM counting_countline n
  WHERE n.operation_id = m.operation_id AND n.lot_id = m.lot_id)
"""
_OWN_APPROVAL = """
SELECT c.number AS document, n.decided_by AS person FROM counting_countline n
JOIN counting_count c ON c.id = n.count_id
WHERE n.outcome = 'posted' AND n.counted <> n.book AND c.approved_by <> '' AND n.decided_by = c.approved_by
  AND n.decided_at > c.submitted_at
  AND EXISTS (SELECT 1 FROM counting_countentry e WHERE e.count_id = c.id AND e.username = n.decided_by
    AND e.entered_at < n.decided_at)
GROUP BY c.number, n.decided_by
"""
_STATUS = """
SELECT c.number AS document, c.status AS status, COUNT(*) AS lines FROM counting_count c
JOIN counting_countline n ON n.count_id = c.id
WHERE (c.status = 'closed' AND n.outcome IN ('counted', 'to_approve'))
  OR (c.status = 'to_approve' AND n.outcome = 'counted')
GROUP BY c.number, c.status
"""
_TWICE = """
SELECT x.full_code AS place, COUNT(DISTINCT c.id) AS counts FROM counting_countplace p
JOIN counting_count c ON c.id = p.count_id AND c.status IN ('open', 'recount', 'to_approve')
JOIN places_location x ON x.id = p.location_id
GROUP BY x.full_code HAVING COUNT(DISTINCT c.id) > 1
"""
_NUMBERS = """
SELECT COUNT(*) AS documents, s.next_number - 1 AS taken FROM counting_count c
JOIN numbering_series s ON s.name = 'count' GROUP BY s.next_number HAVING COUNT(*) <> s.next_number - 1
"""


def checks() -> list[Check]:
    """What counts say, against what moved."""
    return [
        Check(
            "{document}: of {product} lot {lot} at {place} a difference of {difference} is said to be booked,"
            " the movements make {moved}.",
            _POSTED,
        ),
        Check("Movement {movement} ({document}) is a count's, but no line of a count knows it.", _UNKNOWN),
        Check("{document}: {person} counted, and approved what was counted.", _OWN_APPROVAL),
        Check("{document} is {status} with {lines} undecided lines.", _STATUS),
        Check("{place} is being counted in {counts} counts at once.", _TWICE),
        Check("Series count: {taken} numbers were taken for {documents} documents.", _NUMBERS),
    ]
