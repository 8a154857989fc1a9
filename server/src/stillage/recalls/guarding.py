"""What is called back stays on hold until the recall is closed, whoever would release it."""

from stillage.core.errors import Conflict
from stillage.core.events import HoldsEnded
from stillage.core.sql import fetch, member

_RECALLED = """
SELECT p.sku, l.number, r.number FROM recalls_recalllot k
JOIN recalls_recall r ON r.id = k.recall_id
JOIN stock_lot l ON l.id = k.lot_id
JOIN catalogue_product p ON p.id = l.product_id
WHERE k.lot_id {lots} AND r.status = 'open' AND NOT r.drill ORDER BY k.id
"""


def recalled_lots_stay_held(event: HoldsEnded) -> None:
    """Refuses: the release of a lot that an open recall names. One statement."""
    lots, parameters = member(event.lot_ids, "bigint")
    found = fetch(_RECALLED.format(lots=lots), parameters)
    if found:
        sku, lot, number = found[0]
        raise Conflict(
            f"Lot {lot} of {sku} is called back by {number}; it stays on hold until that recall is closed.",
            code="recalled",
        )
