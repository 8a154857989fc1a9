"""What somebody wants promised. Pure; the operations and the queries both read it."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Demand:
    """Somebody wants units of a product in a warehouse, on a day, with some life left in them.

    `units_per_pack`: whole packs are given before broken ones. `lot_id` and `location_id` pin what is given;
    `avoid_location_ids` are places where it was looked for in vain.
    """

    id: UUID
    reference: str
    product_id: int
    warehouse_id: int
    quantity: int
    needed_on: dt.date
    minimum_remaining_days: int = 0
    units_per_pack: int = 1
    lot_id: int | None = None
    location_id: int | None = None
    avoid_location_ids: frozenset[int] = frozenset()

    def may_take(self, lot_id: int, location_id: int) -> bool:
        """Whether its pins let it take from there; dates and holds are another matter."""
        return (
            self.lot_id in (None, lot_id)
            and self.location_id in (None, location_id)
            and location_id not in self.avoid_location_ids
        )
