"""Promises are given back."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.locking import operation
from stillage.stock import ledger


@operation
def deallocate(*, actor: Actor, demand_ids: Sequence[UUID], at: dt.datetime) -> int:
    """Free everything promised to some demands; returns the units freed. Asking again frees nothing more.

    Locks: the balances, by id. Audits: stock.deallocate.
    """
    found = ledger.open_allocations(demand_ids)
    if not found:
        return 0
    ledger.free(found)
    units = sum(one.quantity for one in found)
    record(
        actor=actor,
        action="stock.deallocate",
        object_type="demand",
        object_id=found[0].demand_id,
        label=f"{units} units freed",
        before={"demands": [str(one) for one in demand_ids], "units": units},
        warehouse_id=found[0].warehouse_id,
        at=at,
    )
    return units
