"""A lot is taken out of sale: wherever it lies, or at one place."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from stillage.audit.record import Change, record_many
from stillage.core.actor import Actor
from stillage.core.errors import Fault, Kind, refuse_all
from stillage.core.locking import operation
from stillage.core.sql import fetch, rows, stored, table
from stillage.stock.naming import Line, LocationName, LotName, ProductName, Reference, find_all, lot_reference


@dataclass(frozen=True, slots=True)
class HoldLine:
    """A lot to hold. Without a location it is held wherever it lies."""

    product: Reference
    reason: str
    lot: Reference | None = None
    location: Reference | None = None


def scope_of(location: LocationName | None) -> str:
    return f"location:{location.id}" if location else "everywhere"


@operation
def hold(
    *, actor: Actor, lines: Sequence[HoldLine], at: dt.datetime, unless_held: bool = False
) -> dict[str, Any]:
    """Hold lots. Promises already made stay, but nothing more is promised and nothing held is shipped.

    With `unless_held` what is on hold there already is left as it is.

    Refuses: unknown names, what is held already, holding everywhere by somebody who works in some warehouses.
    Audits: stock.hold.
    """
    names = find_all(
        [
            Line(line.product, line.lot, (("location", line.location),) if line.location else ())
            for line in lines
        ],
        actor=actor,
    )
    faults = names.faults + [
        Fault(
            f"/lines/{index}/location",
            "location_required",
            "You work in some warehouses only: say at which location the lot is held.",
        )
        for index, line in enumerate(lines)
        if line.location is None and actor.warehouse_ids is not None
    ]
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was held.")
    wanted = [
        (line, *_found(line, names.products[line.product], names.lots, names.locations)) for line in lines
    ]
    operation_id = uuid4()
    made = _insert(wanted, operation_id=operation_id, actor=actor, at=at)
    scopes = [(lot.id, scope_of(location)) for _, _, lot, location in wanted]
    if unless_held:
        wanted = [one for one, scope in zip(wanted, scopes, strict=True) if scope in made]
        scopes = [scope for scope in scopes if scope in made]
    first = {scope: index for index, scope in reversed(list(enumerate(scopes)))}
    refuse_all(
        [
            Fault(
                f"/lines/{index}/lot",
                "held_already",
                f"Lot {lot.number or product.sku} is on hold there already.",
            )
            for index, (_, product, lot, _) in enumerate(wanted)
            if scopes[index] not in made or first[scopes[index]] != index
        ],
        kind=Kind.CONFLICT,
        summary="Some of these are on hold already, so nothing was done.",
    )
    holds = [
        {
            "id": made[lot.id, scope_of(location)],
            "product": product.sku,
            "product_id": product.id,
            "lot": lot.number,
            "lot_id": lot.id,
            "location": location.full_code if location else None,
            "location_id": location.id if location else None,
            "reason": line.reason,
        }
        for line, product, lot, location in wanted
    ]
    record_many(
        actor=actor,
        changes=[
            Change(
                action="stock.hold",
                object_type="lot",
                object_id=entry["lot_id"],
                label=f"{entry['product']} {entry['lot']}: held {entry['location'] or 'everywhere'}",
                after=entry,
                warehouse_id=_warehouse(entry["location_id"], names.locations),
            )
            for entry in holds
        ],
        at=at,
    )
    return {
        "operation_id": operation_id,
        "kind": "hold",
        "moved_at": at,
        "line_count": len(holds),
        "holds": holds,
    }


Found = tuple[ProductName, LotName, LocationName | None]


def _found(
    line: HoldLine,
    product: ProductName,
    lots: dict[tuple[int, Reference], LotName],
    locations: dict[Reference, LocationName],
) -> Found:
    location = locations[line.location] if line.location is not None else None
    return product, lots[product.id, lot_reference(product, line.lot)], location


def _warehouse(location_id: Any, locations: dict[Reference, LocationName]) -> int | None:
    return locations[location_id].warehouse_id if location_id else None


def _insert(
    wanted: Sequence[tuple[HoldLine, ProductName, LotName, LocationName | None]],
    *,
    operation_id: UUID,
    actor: Actor,
    at: dt.datetime,
) -> dict[tuple[int, str], int]:
    """One statement; an open hold of the same scope is left out of what comes back."""
    columns = {"lot_id": "bigint", "location_id": "bigint", "scope": "text", "reason": "text"}
    listed = ", ".join(columns)
    found = fetch(
        f"INSERT INTO stock_hold ({listed}, operation_id, held_at, held_by, released_by, release_reason)"
        f" SELECT {listed}, %s, %s, %s, '', '' FROM "
        + table("line", columns)
        + " WHERE true ON CONFLICT (lot_id, scope) WHERE released_at IS NULL DO NOTHING RETURNING lot_id, scope, id",
        [
            stored(operation_id),
            stored(at),
            actor.username,
            rows(
                {
                    "lot_id": lot.id,
                    "location_id": location.id if location else None,
                    "scope": scope_of(location),
                    "reason": line.reason,
                }
                for line, _, lot, location in wanted
            ),
        ],
    )
    return {(lot_id, scope): hold_id for lot_id, scope, hold_id in found}
