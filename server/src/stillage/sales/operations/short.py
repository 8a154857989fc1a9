"""Units are not where they were promised: they are promised anew from another place, or wait for stock."""

import datetime as dt
from dataclasses import dataclass

from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, Kind, Refusal
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.sales import tasks
from stillage.sales.demands import lock_balances
from stillage.sales.models import PickList
from stillage.sales.operations.pick import tell
from stillage.sales.walking import lock_walk, task_of
from stillage.stock import operations as stock


@dataclass(frozen=True, slots=True)
class Shorted:
    """What became of the missing units."""

    pick_list: PickList
    task: int
    new_tasks: list[int]
    backordered: int


@operation
def short(
    *,
    actor: Actor,
    pick_list: Reference,
    task: int,
    quantity: int,
    reason: str,
    at: dt.datetime,
    found: int | None = None,
) -> Shorted:
    """Free missing units of a task, and promise as many from another place where there are any, on the same walk.

    The place itself keeps its book: a count or an adjustment puts it right. `found` is what lay there, for the trail.
    Refuses: more than is open, somebody else's task.
    Locks: the order, the list, the task, then all balances that could serve, by id.
    Audits: sales_order.short, stock.deallocate, stock.allocate.
    """
    walk = lock_walk(pick_list, actor=actor, task_ids=[task])
    row = task_of(walk, task)
    if row["claimed_by"] not in (None, actor.user_id):
        raise Refusal(
            f"{row['claimed_name']} is on the way to {row['location_code']} for this.",
            code="not_yours",
            kind=Kind.CONFLICT,
        )
    if quantity > row["open"]:
        detail = f"{row['open']} of {row['product']} are still open here; {quantity} cannot be missing."
        fault = Fault("/quantity", "too_many", detail, {"open": row["open"]})
        raise Conflict(detail, code="too_many", faults=[fault])
    reference = row["order"]
    lock_balances([row["product_id"]], walk.warehouses_of(row))
    stock.give_back(
        actor=actor,
        lines=[stock.GiveBack(row["demand_id"], row["lot_id"], row["location_id"], quantity)],
        at=at,
    )
    demand = stock.Demand(
        id=row["demand_id"],
        reference=reference,
        product_id=row["product_id"],
        warehouse_id=walk.list.warehouse_id,
        quantity=quantity,
        needed_on=walk.needed_on(row),
        minimum_remaining_days=row["minimum_remaining_days"],
        units_per_pack=row["units_per_pack"],
        avoid_location_ids=frozenset({row["location_id"]}),
    )
    promises = stock.allocate(actor=actor, demands=[demand], at=at, whole=False)[demand.id]
    tasks.work_off([tasks.Worked(task, short=quantity)], at=at)
    new = [
        tasks.NewTask(row["order_id"], row["line_id"], one.lot_id, one.location_id, one.quantity)
        for one in promises
    ]
    new_ids = tasks.add(walk.list.pk, new) if new else []
    tasks.settle_lists([walk.list.pk], at=at)
    tasks.settle_orders(list(walk.orders.values()), at=at)
    missing = quantity - sum(one.quantity for one in promises)
    tell(
        walk,
        {task: quantity},
        "short",
        actor=actor,
        at=at,
        reason=reason,
        found=found,
        promised_anew=quantity - missing,
        backordered=missing,
    )
    return Shorted(walk.list, task, new_ids, missing)
