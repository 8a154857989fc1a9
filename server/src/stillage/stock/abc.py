"""Which products of a warehouse matter most: A is the first 80 % of the value issued in a year, B the next 15 %."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from stillage.core.sql import fetch, stored
from stillage.stock.costs import lot_costs

YEAR = dt.timedelta(days=365)
CLASSES = ("A", "B", "C")
_SHARES = (("A", Decimal("0.80")), ("B", Decimal("0.95")))
_UNPRICED = Decimal(1)  # where nobody ever said a cost, units count

_ISSUED = """
SELECT m.product_id, m.lot_id, SUM(m.quantity) FROM stock_movement m
JOIN places_location f ON f.id = m.from_location_id AND f.warehouse_id = %s
WHERE m.kind = 'issue' AND m.moved_at > %s
GROUP BY m.product_id, m.lot_id
"""


def classes(warehouse_id: int, at: dt.datetime) -> dict[int, str]:
    """The class of each product that left a warehouse in the last 365 days; all others are C. Two statements."""
    found = fetch(_ISSUED, [warehouse_id, stored(at - YEAR)])
    costs = lot_costs(row[1] for row in found) if found else {}
    worth: dict[int, Decimal] = defaultdict(Decimal)
    for product_id, lot_id, units in found:
        cost = costs.get(lot_id)
        worth[product_id] += int(units) * (_UNPRICED if cost is None else cost)
    return classified(worth)


def classified(worth: Mapping[int, Decimal]) -> dict[int, str]:
    """The classes by value: who stands within the first 80 % is A, within 95 % B. Pure; ties go by id."""
    total = sum(worth.values())
    before = Decimal(0)
    found: dict[int, str] = {}
    for product_id, value in sorted(worth.items(), key=lambda pair: (-pair[1], pair[0])):
        found[product_id] = next((name for name, share in _SHARES if value and before < share * total), "C")
        before += value
    return found
