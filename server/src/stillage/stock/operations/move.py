"""Stock goes from place to place: put away, moved, taken to quarantine."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from stillage.core.actor import Actor
from stillage.core.errors import Fault, refuse_all
from stillage.core.locking import operation
from stillage.stock.naming import Line, Reference, find_all, lot_reference
from stillage.stock.operations.posting import Step, carry_out, physical


class MoveLine(NamedTuple):
    """Units of one lot from one place to another."""

    product: Reference
    from_location: Reference
    to_location: Reference
    quantity: int
    lot: Reference | None = None


@operation
def move(*, actor: Actor, lines: Sequence[MoveLine], reference: str, at: dt.datetime) -> dict[str, Any]:
    """Move free stock between locations. Promised units stay where they were promised.

    Refuses: unknown names, a closed target, the same place twice, more than is free (all lines at once).
    Locks: the balances, by id. Audits: stock.move, once for each warehouse touched.
    """
    names = find_all(
        [
            Line(
                line.product,
                line.lot,
                (("from_location", line.from_location), ("to_location", line.to_location)),
            )
            for line in lines
        ],
        actor=actor,
    )
    faults = list(names.faults)
    for index, line in enumerate(lines):
        source, target = names.locations.get(line.from_location), names.locations.get(line.to_location)
        if source is None or target is None:
            continue
        if source == target:
            faults.append(
                Fault(f"/lines/{index}/to_location", "same_location", f"It is at {source.full_code} already.")
            )
        if not target.is_active:
            faults.append(
                Fault(
                    f"/lines/{index}/to_location",
                    "location_closed",
                    f"{target.full_code} is closed; choose another.",
                )
            )
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was moved.")
    steps = []
    for line in lines:
        product = names.products[line.product]
        steps.append(
            Step(
                product=product,
                lot=names.lots[product.id, lot_reference(product, line.lot)],
                source=physical(names.locations[line.from_location]),
                target=physical(names.locations[line.to_location]),
                quantity=line.quantity,
            )
        )
    return carry_out(steps, actor=actor, kind="move", reference=reference, at=at)
