"""What was picked by mistake goes back to where it came from, and waits to be picked again."""

import datetime as dt

from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, Kind, Refusal
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.sales import tasks
from stillage.sales.models import PickList
from stillage.sales.operations.claim import ANYBODYS
from stillage.sales.operations.pick import tell
from stillage.sales.walking import lock_walk, task_of
from stillage.stock import operations as stock


@operation
def undo_pick(
    *, actor: Actor, pick_list: Reference, task: int, at: dt.datetime, quantity: int | None = None
) -> tuple[PickList, int]:
    """Bring picked units of a task back from the staging place; all of them unless a number is given.

    Refuses: more than was picked, another's pick without the right, an order that is packed.
    Locks: the order, the list, the task, the balances. Audits: sales_order.undo_pick, stock.put_back.
    """
    walk = lock_walk(pick_list, actor=actor, task_ids=[task])
    row = task_of(walk, task)
    if row["claimed_by"] not in (None, actor.user_id) and not actor.can(ANYBODYS):
        raise Refusal(
            f"{row['claimed_name']} picked this; a manager can undo it.", code="not_yours", kind=Kind.CONFLICT
        )
    units = row["picked"] if quantity is None else quantity
    if units > row["picked"] or not units:
        detail = f"{row['picked']} of {row['product']} are picked here; {units} cannot go back."
        fault = Fault("/quantity", "too_many", detail, {"picked": row["picked"]})
        raise Conflict(detail, code="too_many", faults=[fault])
    line = stock.PickLine(
        demand_id=row["demand_id"],
        lot_id=row["lot_id"],
        from_location_id=walk.list.staging_location_id,
        to_location_id=row["location_id"],
        quantity=units,
    )
    stock.put_back(actor=actor, lines=[line], reference=row["order"], at=at)
    tasks.work_off([tasks.Worked(task, picked=-units)], at=at)
    tasks.settle_lists([walk.list.pk], at=at)
    tasks.settle_orders(list(walk.orders.values()), at=at)
    tell(walk, {task: units}, "undo_pick", actor=actor, at=at)
    return walk.list, task
