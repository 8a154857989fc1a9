"""A walk is called off: what was picked stays picked, what was not is promised as before."""

import datetime as dt

from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.steps import impossible_step
from stillage.sales import tasks
from stillage.sales.models import PickList, PickListStatus
from stillage.sales.trail import record_steps, step_of
from stillage.sales.walking import lock_walk


@operation
def cancel_pick_list(*, actor: Actor, pick_list: Reference, reason: str, at: dt.datetime) -> PickList:
    """End the open tasks of a list. Nobody is sent there any more; the promises stand.

    Refuses: a list that is done or cancelled. Locks: its orders by id, the list, its open tasks by id.
    Audits: pick_list.cancel, sales_order.pick_list_cancelled once an order.
    """
    walk = lock_walk(pick_list, actor=actor)
    if walk.list.status != PickListStatus.OPEN:
        raise impossible_step(walk.list.number, walk.list.status, [])
    left = sum(task["open"] for task in walk.tasks.values())
    tasks.drop_tasks(at=at, pick_list_ids=[walk.list.pk])
    walk.list.status, walk.list.closed_at = PickListStatus.CANCELLED, at
    walk.list.save(update_fields=["status", "closed_at"])
    orders = list(walk.orders.values())
    tasks.settle_orders(orders, at=at)
    record(
        actor=actor,
        action="pick_list.cancel",
        object_type="pick_list",
        object_id=walk.list.pk,
        label=walk.list.number,
        after={"reason": reason, "left": left},
        warehouse_id=walk.list.warehouse_id,
        at=at,
    )
    told = {"pick_list": walk.list.number, "reason": reason}
    record_steps([step_of(order, "pick_list_cancelled", after=told) for order in orders], actor=actor, at=at)
    return walk.list
