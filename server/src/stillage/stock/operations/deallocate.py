"""Promises are given back."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.locking import operation
from stillage.stock import ledger


@operation
def deallocate(*, actor: Actor, demand_ids: Sequence[UUID], at: dt.datetime) -> int:
    """Free everything promised to some demands; returns the units freed. Asking again frees nothing more.

    Locks: the balances, by id. Audits: stock.deallocate, once a demand.
    """
    found = ledger.open_allocations(demand_ids)
    if not found:
        return 0
    ledger.free(found)
    by_demand: dict[UUID, list[ledger.Open]] = defaultdict(list)
    for one in found:
        by_demand[one.demand_id].append(one)
    for demand_id, own in by_demand.items():
        units = sum(one.quantity for one in own)
        record(
            actor=actor,
            action="stock.deallocate",
            object_type="demand",
            object_id=demand_id,
            label=f"{units} units freed",
            before={
                "units": units,
                "lines": [
                    {"lot_id": one.lot_id, "location_id": one.location_id, "quantity": one.quantity}
                    for one in own
                ],
            },
            warehouse_id=own[0].warehouse_id,
            at=at,
        )
    return sum(one.quantity for one in found)
