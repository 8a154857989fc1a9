"""Where transfers and the ledger must agree. Each check is one statement; run by `stillage reconcile`."""

from stillage.stock.reconcile import Check

# Both sides in one column each, so that what is missing on either side shows as a nought.
_TRANSIT = """
SELECT x.full_code AS place, p.sku AS product, l.number AS lot, SUM(f.book) AS book, SUM(f.units) AS units FROM (
  SELECT location_id, lot_id, 0 AS book, on_hand AS units FROM stock_balance
  UNION ALL
  SELECT t.transit_location_id, i.lot_id, i.dispatched - i.received - i.missing, 0 FROM transfers_transferitem i
    JOIN transfers_transfer t ON t.id = i.transfer_id WHERE t.transit_location_id IS NOT NULL
) f
JOIN places_location x ON x.id = f.location_id AND x.kind = 'transit'
JOIN stock_lot l ON l.id = f.lot_id
JOIN catalogue_product p ON p.id = l.product_id
GROUP BY x.full_code, p.sku, l.number HAVING SUM(f.book) <> SUM(f.units)
"""
# What a movement of an item did to it: out onto the way, off it, written off, or taken up without being sent.
_ITEMS = """
SELECT t.number AS document, p.sku AS product, l.number AS lot, i.dispatched, i.received, i.missing, i.surplus,
  COALESCE(SUM(CASE WHEN m.kind = 'transfer' AND b.kind = 'transit' THEN m.quantity ELSE 0 END), 0) AS went,
  COALESCE(SUM(CASE WHEN m.kind = 'transfer' AND a.kind = 'transit' THEN m.quantity ELSE 0 END), 0) AS came,
  COALESCE(SUM(CASE WHEN m.kind = 'adjust' AND b.kind = 'adjustment' THEN m.quantity ELSE 0 END), 0) AS lost,
  COALESCE(SUM(CASE WHEN m.kind = 'adjust' AND a.kind = 'adjustment' THEN m.quantity ELSE 0 END), 0) AS found
FROM transfers_transferitem i
JOIN transfers_transfer t ON t.id = i.transfer_id
JOIN stock_lot l ON l.id = i.lot_id
JOIN catalogue_product p ON p.id = i.product_id
LEFT JOIN stock_movement m ON m.demand_id = i.demand_id AND m.reverses_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM stock_movement r WHERE r.reverses_id = m.id)
LEFT JOIN places_location a ON a.id = m.from_location_id
LEFT JOIN places_location b ON b.id = m.to_location_id
GROUP BY t.number, p.sku, l.number, i.id, i.dispatched, i.received, i.missing, i.surplus
"""
_APART = f"""
SELECT * FROM ({_ITEMS}) i
WHERE i.dispatched <> i.went OR i.received <> i.came OR i.missing <> i.lost OR i.surplus <> i.found
"""
_STATUS = """
SELECT t.number AS document, t.status AS status, COALESCE(SUM(i.dispatched - i.received - i.missing), 0) AS units
FROM transfers_transfer t LEFT JOIN transfers_transferitem i ON i.transfer_id = t.id
GROUP BY t.id, t.number, t.status
HAVING (t.status IN ('draft', 'cancelled') AND COUNT(i.id) > 0)
  OR (t.status = 'received' AND COALESCE(SUM(i.dispatched - i.received - i.missing), 0) <> 0)
  OR (t.status IN ('dispatched', 'partly_received') AND COALESCE(SUM(i.dispatched - i.received - i.missing), 0) = 0)
"""
_NUMBERS = """
SELECT COUNT(*) AS documents, s.next_number - 1 AS taken FROM transfers_transfer t
JOIN numbering_series s ON s.name = 'transfer' GROUP BY s.next_number HAVING COUNT(*) <> s.next_number - 1
"""


def checks() -> list[Check]:
    """What transfers say, against what lies on the way and what moved."""
    return [
        Check("{place}: of {product} lot {lot} {units} lie on the way, the transfers make {book}.", _TRANSIT),
        Check(
            "{document}: of {product} lot {lot} {dispatched} left, {received} arrived, {missing} are missing and {surplus}"
            " are surplus; the movements make {went}, {came}, {lost} and {found}.",
            _APART,
        ),
        Check("{document} is {status} with {units} units on the way.", _STATUS),
        Check("Series transfer: {taken} numbers were taken for {documents} documents.", _NUMBERS),
    ]
