"""Goods go back to the supplier they came from."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from stillage.core.actor import Actor
from stillage.core.errors import refuse_all
from stillage.core.locking import operation
from stillage.stock.naming import Line, Reference, find_all, lot_reference, virtual_locations
from stillage.stock.operations.posting import End, Step, carry_out, physical


@dataclass(frozen=True, slots=True)
class BackLine:
    """Units of a lot at a place that go back. `demand_id` is the line of the document that says so."""

    product: Reference
    location: Reference
    quantity: int
    demand_id: UUID
    lot: Reference | None = None
    reason: str = ""
    unit_cost: Decimal | None = None


@operation
def send_back(*, actor: Actor, lines: Sequence[BackLine], reference: str, at: dt.datetime) -> dict[str, Any]:
    """Book free units out to the warehouse's virtual supplier. Held and expired stock may go; promised units never.

    Refuses: unknown names, more than is free (all lines at once).
    Locks: the balances, by id. Audits: stock.send_back.
    """
    names = find_all(
        [Line(line.product, line.lot, (("location", line.location),)) for line in lines], actor=actor
    )
    refuse_all(names.faults, summary=f"{len(names.faults)} things are wrong, so nothing was sent back.")
    virtual = virtual_locations((place.warehouse_id for place in names.locations.values()), "supplier")
    steps = []
    for line in lines:
        product, location = names.products[line.product], names.locations[line.location]
        steps.append(
            Step(
                product=product,
                lot=names.lots[product.id, lot_reference(product, line.lot)],
                source=physical(location),
                target=End(virtual[location.warehouse_id], "supplier", None),
                quantity=line.quantity,
                reason=line.reason,
                unit_cost=line.unit_cost,
                demand_id=line.demand_id,
            )
        )
    return carry_out(steps, actor=actor, kind="send_back", reference=reference, at=at)
