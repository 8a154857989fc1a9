"""A hold ends: the lot may be sold again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from stillage.audit.record import Change, record_many
from stillage.core.actor import Actor
from stillage.core.errors import Fault, Kind, refuse_all
from stillage.core.events import HoldsEnded, StockFreed, publish
from stillage.core.locking import operation
from stillage.core.sql import fetch, member, rows, stored, table
from stillage.stock.naming import Line, Reference, find_all, lot_reference
from stillage.stock.operations.hold import scope_of


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """A hold to end: that of the lot at a location, or everywhere when none is named."""

    product: Reference
    lot: Reference | None = None
    location: Reference | None = None
    reason: str = ""


@operation
def release(*, actor: Actor, lines: Sequence[ReleaseLine], at: dt.datetime) -> dict[str, Any]:
    """End holds. One at a location and one everywhere are two holds; each is ended by itself.

    Refuses: unknown names, what is not on hold, what is called back (its recall ends the hold).
    Audits: stock.release. Publishes: HoldsEnded, StockFreed.
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
            "You work in some warehouses only: say at which location the lot is released.",
        )
        for index, line in enumerate(lines)
        if line.location is None and actor.warehouse_ids is not None
    ]
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was released.")
    wanted = []
    for line in lines:
        product = names.products[line.product]
        location = names.locations[line.location] if line.location is not None else None
        wanted.append((line, product, names.lots[product.id, lot_reference(product, line.lot)], location))
    found = fetch(
        "UPDATE stock_hold SET released_at = %s, released_by = %s, release_reason = line.reason FROM "
        + table("line", {"lot_id": "bigint", "scope": "text", "reason": "text"})
        + " WHERE stock_hold.lot_id = line.lot_id AND stock_hold.scope = line.scope AND released_at IS NULL"
        " RETURNING stock_hold.lot_id, stock_hold.scope, stock_hold.id, stock_hold.reason",
        [
            stored(at),
            actor.username,
            rows(
                {"lot_id": lot.id, "scope": scope_of(place), "reason": line.reason}
                for line, _, lot, place in wanted
            ),
        ],
    )
    ended = {(lot_id, scope): (hold_id, reason) for lot_id, scope, hold_id, reason in found}
    scopes = [(lot.id, scope_of(location)) for _, _, lot, location in wanted]
    first = {scope: index for index, scope in reversed(list(enumerate(scopes)))}
    refuse_all(
        [
            Fault(f"/lines/{index}/lot", "not_held", f"Lot {lot.number or product.sku} is not on hold there.")
            for index, (_, product, lot, _) in enumerate(wanted)
            if scopes[index] not in ended or first[scopes[index]] != index
        ],
        kind=Kind.CONFLICT,
        summary="Some of these are not on hold, so nothing was done.",
    )
    holds, changes = [], []
    for line, product, lot, location in wanted:
        hold_id, reason = ended[lot.id, scope_of(location)]
        entry = {
            "id": hold_id,
            "product": product.sku,
            "product_id": product.id,
            "lot": lot.number,
            "lot_id": lot.id,
            "location": location.full_code if location else None,
            "location_id": location.id if location else None,
            "reason": line.reason,
        }
        holds.append(entry)
        changes.append(
            Change(
                action="stock.release",
                object_type="lot",
                object_id=lot.id,
                label=f"{product.sku} {lot.number}: released {entry['location'] or 'everywhere'}",
                before={"reason": reason},
                after=entry,
                warehouse_id=location.warehouse_id if location else None,
            )
        )
    record_many(actor=actor, changes=changes, at=at)
    if everywhere := tuple(sorted(lot.id for _, _, lot, place in wanted if place is None)):
        publish(HoldsEnded(everywhere))
    _tell_of_freed([lot.id for _, _, lot, _ in wanted])
    return {
        "operation_id": uuid4(),
        "kind": "release",
        "moved_at": at,
        "line_count": len(holds),
        "holds": holds,
    }


def _tell_of_freed(lot_ids: Sequence[int]) -> None:
    """Where these lots lie free, they can be promised again. One statement."""
    wanted, parameters = member(sorted(set(lot_ids)), "bigint")
    found = fetch(
        "SELECT DISTINCT b.warehouse_id, b.product_id FROM stock_balance b"
        f" WHERE b.lot_id {wanted} AND b.on_hand > b.allocated ORDER BY 1, 2",
        parameters,
    )
    freed: dict[int, list[int]] = {}
    for warehouse_id, product_id in found:
        freed.setdefault(warehouse_id, []).append(product_id)
    for warehouse_id, products in freed.items():
        publish(StockFreed(tuple(products), warehouse_id))
