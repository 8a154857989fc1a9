"""Promises are given back, whole or in part."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from stillage.audit.record import Change, record_many
from stillage.core.actor import Actor
from stillage.core.errors import Fault, Kind, refuse_all
from stillage.core.locking import operation
from stillage.stock import ledger


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Units of one lot at one place that a demand no longer wants."""

    demand_id: UUID
    lot_id: int
    location_id: int
    quantity: int


@operation
def deallocate(*, actor: Actor, demand_ids: Sequence[UUID], at: dt.datetime) -> int:
    """Free everything promised to some demands; returns the units freed. Asking again frees nothing more.

    Locks: the balances, by id. Audits: stock.deallocate, once a reference and warehouse.
    """
    found = ledger.open_allocations(demand_ids)
    if not found:
        return 0
    ledger.free(found)
    record_many(actor=actor, changes=told(found), at=at)
    return sum(one.quantity for one in found)


@operation
def give_back(*, actor: Actor, lines: Sequence[GiveBack], at: dt.datetime) -> int:
    """Free a part of what is promised; returns the units freed.

    Refuses: more than is promised there (all lines at once).
    Locks: the balances of these demands, by id. Audits: stock.deallocate, once a reference and warehouse.
    """
    there = {
        (one.demand_id, one.lot_id, one.location_id): one
        for one in ledger.open_allocations(sorted({line.demand_id for line in lines}))
    }
    wanted: dict[tuple[UUID, int, int], int] = defaultdict(int)
    faults: list[Fault] = []
    for index, line in enumerate(lines):
        key = (line.demand_id, line.lot_id, line.location_id)
        wanted[key] += line.quantity
        promised = there[key].quantity if key in there else 0
        if wanted[key] > promised:
            faults.append(
                Fault(
                    f"/lines/{index}/quantity",
                    "not_promised",
                    f"Only {promised} are promised there; {wanted[key]} were to be freed.",
                    {"promised": promised, "asked": wanted[key]},
                )
            )
    refuse_all(faults, kind=Kind.CONFLICT)
    freed = [replace(there[key], quantity=units) for key, units in wanted.items()]
    whole = [one for key, one in zip(wanted, freed, strict=True) if one.quantity == there[key].quantity]
    parts = [one for key, one in zip(wanted, freed, strict=True) if one.quantity < there[key].quantity]
    if whole:
        ledger.free(whole)
    if parts:
        ledger.free_part(parts)
    record_many(actor=actor, changes=told(freed), at=at)
    return sum(one.quantity for one in freed)


def told(freed: Sequence[ledger.Open]) -> Iterator[Change]:
    """What the trail says: a row for each document and warehouse."""
    together: dict[tuple[str, int], list[ledger.Open]] = defaultdict(list)
    for one in freed:
        together[one.reference, one.warehouse_id].append(one)
    for (reference, warehouse_id), own in together.items():
        units = sum(one.quantity for one in own)
        yield Change(
            action="stock.deallocate",
            object_type="allocation",
            object_id=reference,
            label=f"{units} units of {reference} freed",
            before={
                "units": units,
                "lines": [
                    {
                        "demand_id": one.demand_id,
                        "lot_id": one.lot_id,
                        "location_id": one.location_id,
                        "quantity": one.quantity,
                    }
                    for one in own
                ],
            },
            warehouse_id=warehouse_id,
        )
