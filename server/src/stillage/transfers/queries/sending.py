"""What a draft would send: the lots that go stale first, of what is free. Reads only; dispatching checks under lock."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from stillage.core.clock import today
from stillage.core.sql import as_date, fetch, member
from stillage.places.models import SALEABLE
from stillage.stock.expiry import FOREVER
from stillage.stock.fefo import Offer, choose
from stillage.transfers.models import Transfer, TransferLine


@dataclass(frozen=True, slots=True)
class Suggested:
    """Units of a lot at a place that would go for a line."""

    line_id: int
    lot_id: int
    lot: str
    expiry_date: dt.date | None
    best_before_date: dt.date | None
    location_id: int
    location: str
    quantity: int


_KINDS = ", ".join(f"'{kind.value}'" for kind in SALEABLE)
_FREE = f"""
SELECT b.id, b.product_id, b.on_hand - b.allocated, l.last_sale_date, l.id, l.number, l.expiry_date, l.best_before_date,
  x.id, x.full_code
FROM stock_balance b
JOIN stock_lot l ON l.id = b.lot_id
JOIN places_location x ON x.id = b.location_id
WHERE b.product_id {{products}} AND b.warehouse_id = %s AND b.on_hand > b.allocated AND x.kind IN ({_KINDS})
  AND x.is_active AND NOT EXISTS (SELECT 1 FROM stock_hold h WHERE h.lot_id = b.lot_id AND h.released_at IS NULL
    AND (h.location_id IS NULL OR h.location_id = b.location_id))
ORDER BY l.last_sale_date, l.id, x.pick_sequence, b.id
"""


def suggested(one: Transfer, lines: Sequence[TransferLine]) -> dict[int, list[Suggested]]:
    """By line, what is free and not held, first expired first; expired lots only where a line names them.

    One statement. Lines that name a lot are served first, the others in their order.
    """
    if not lines:
        return {}
    products, parameters = member(sorted({line.product_id for line in lines}), "bigint")
    found = fetch(_FREE.format(products=products), [*parameters, one.from_warehouse_id])
    by_product: dict[int, list[tuple[object, ...]]] = defaultdict(list)
    free: dict[int, int] = {}
    rows = {row[0]: row for row in found}
    for row in found:
        by_product[row[1]].append(row)
        free[row[0]] = row[2]
    day = today(one.from_warehouse.timezone)
    taken: dict[int, list[Suggested]] = {}
    for line in sorted(lines, key=lambda line: (line.lot_id is None, line.position)):
        own = [rows[row[0]] for row in by_product[line.product_id] if line.lot_id in (None, row[4])]
        takes, _ = choose(
            [Offer(row[0], free[row[0]], as_date(row[3]) or FOREVER) for row in own],
            quantity=line.quantity,
            on=day if line.lot_id is None else dt.date.min,
        )
        taken[line.pk] = []
        for take in takes:
            free[take.balance_id] -= take.quantity
            row = rows[take.balance_id]
            taken[line.pk].append(
                Suggested(
                    line.pk,
                    row[4],
                    row[5],
                    as_date(row[6]),
                    as_date(row[7]),
                    row[8],
                    row[9],
                    take.quantity,
                )
            )
    return taken
