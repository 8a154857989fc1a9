"""What was found does not agree with the book: the difference is booked, with its reason."""

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
class AdjustLine:
    """More (positive) or fewer (negative) units of a lot at a place than the book says."""

    product: Reference
    location: Reference
    quantity_delta: int
    reason: str
    lot: Reference | None = None


@operation
def adjust(*, actor: Actor, lines: Sequence[AdjustLine], reference: str, at: dt.datetime) -> dict[str, Any]:
    """Book differences against the warehouse's virtual adjustment location.

    Refuses: unknown names, taking away more than is free. A lot must be known: new lots are received.
    Locks: the balances, by id. Audits: stock.adjust.
    """
    names = find_all(
        [Line(line.product, line.lot, (("location", line.location),)) for line in lines], actor=actor
    )
    refuse_all(names.faults, summary=f"{len(names.faults)} things are wrong, so nothing was adjusted.")
    virtual = virtual_locations((place.warehouse_id for place in names.locations.values()), "adjustment")
    steps = []
    for line in lines:
        product, location = names.products[line.product], names.locations[line.location]
        here, away = physical(location), End(virtual[location.warehouse_id], "adjustment", None)
        steps.append(
            Step(
                product=product,
                lot=names.lots[product.id, lot_reference(product, line.lot)],
                source=away if line.quantity_delta > 0 else here,
                target=here if line.quantity_delta > 0 else away,
                quantity=abs(line.quantity_delta),
                field="quantity_delta",
                reason=line.reason,
            )
        )
    return carry_out(steps, actor=actor, kind="adjust", reference=reference, at=at)
