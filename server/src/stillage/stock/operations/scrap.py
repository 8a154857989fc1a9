"""Stock that nobody will drink leaves the book, with its reason."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stillage.core.actor import Actor
from stillage.core.errors import refuse_all
from stillage.core.locking import operation
from stillage.stock.naming import Line, Reference, find_all, lot_reference, virtual_locations
from stillage.stock.operations.posting import End, Step, carry_out, physical


@dataclass(frozen=True, slots=True)
class ScrapLine:
    """Units of a lot at a place that are thrown away."""

    product: Reference
    location: Reference
    quantity: int
    reason: str
    lot: Reference | None = None


@operation
def scrap(*, actor: Actor, lines: Sequence[ScrapLine], reference: str, at: dt.datetime) -> dict[str, Any]:
    """Book stock out to the warehouse's virtual scrap location. Held and expired stock may be scrapped.

    Refuses: unknown names, more than is free. Locks: the balances, by id. Audits: stock.scrap.
    """
    names = find_all(
        [Line(line.product, line.lot, (("location", line.location),)) for line in lines], actor=actor
    )
    refuse_all(names.faults, summary=f"{len(names.faults)} things are wrong, so nothing was scrapped.")
    virtual = virtual_locations((place.warehouse_id for place in names.locations.values()), "scrap")
    steps = []
    for line in lines:
        product, location = names.products[line.product], names.locations[line.location]
        steps.append(
            Step(
                product=product,
                lot=names.lots[product.id, lot_reference(product, line.lot)],
                source=physical(location),
                target=End(virtual[location.warehouse_id], "scrap", None),
                quantity=line.quantity,
                reason=line.reason,
            )
        )
    return carry_out(steps, actor=actor, kind="scrap", reference=reference, at=at)
