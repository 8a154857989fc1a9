"""A transfer ends: what is still on the way will not come; or it never began."""

import datetime as dt

from stillage.core.actor import Actor
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.stock import operations as stock
from stillage.stock.naming import virtual_locations
from stillage.transfers.locking import items_of, lock_transfer, on_the_way, touch
from stillage.transfers.models import Transfer, TransferStatus
from stillage.transfers.states import Step
from stillage.transfers.writing import save_items, tell


@operation
def close(*, actor: Actor, transfer: Reference, reason: str, at: dt.datetime) -> Transfer:
    """What is still on the way is missing: written off, with its reason.

    Refuses: a transfer that is not on the way, somebody at one end only.
    Locks: the transfer, the balances by id. Audits: transfer.close, stock.adjust.
    """
    one = lock_transfer(transfer, Step.CLOSE, actor=actor)
    items = [item for item in items_of(one) if on_the_way(item)]
    adjustment = virtual_locations([one.to_warehouse_id], "adjustment")[one.to_warehouse_id]
    told = [
        {"product": item.product.sku, "lot": item.lot.number, "missing": on_the_way(item)} for item in items
    ]
    if items:
        stock.write_off(
            actor=actor,
            units=[
                stock.Units(
                    item.demand_id,
                    item.lot_id,
                    one.transit_location_id or 0,
                    adjustment,
                    on_the_way(item),
                    reason=f"missing of {one.number}: {reason}"[:200],
                )
                for item in items
            ],
            reference=one.number,
            at=at,
        )
        for item in items:
            item.missing += on_the_way(item)
        save_items(items)
    before = {"status": one.status}
    touch(one, status=TransferStatus.RECEIVED, received_at=at)
    tell(one, "close", actor=actor, at=at, before=before, after={"reason": reason, "missing": told})
    return one


@operation
def cancel(*, actor: Actor, transfer: Reference, at: dt.datetime, reason: str = "") -> Transfer:
    """A draft is given up. Refuses: a transfer that left. Locks: the transfer. Audits: transfer.cancel."""
    one = lock_transfer(transfer, Step.CANCEL, actor=actor)
    touch(one, status=TransferStatus.CANCELLED, cancelled_at=at)
    tell(one, "cancel", actor=actor, at=at, after={"reason": reason})
    return one
