"""The lot in hand is taken instead of the one that was promised, by somebody who may decide that."""

import datetime as dt

from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, Refusal
from stillage.core.events import StockFreed, publish
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.places.models import Location
from stillage.sales import tasks
from stillage.sales.demands import lock_balances
from stillage.sales.models import PickList
from stillage.sales.operations.pick import tell
from stillage.sales.walking import lock_walk, task_of
from stillage.stock import operations as stock
from stillage.stock.naming import find_lots


@operation
def use_lot(
    *,
    actor: Actor,
    pick_list: Reference,
    task: int,
    lot: Reference,
    reason: str,
    at: dt.datetime,
    location: Reference | None = None,
    quantity: int | None = None,
) -> tuple[PickList, int]:
    """Promise another lot (of the same product, at the same place unless one is named) in place of a task's.

    All that is open, unless a number is given. Returns the task for the new lot.
    Refuses: an unknown lot or place, a lot that is held, too short-dated or not free there, more than is open.
    Locks: the order, the list, the task, the balances. Audits: sales_order.use_lot, stock.deallocate, stock.allocate.
    Publishes: StockFreed.
    """
    walk = lock_walk(pick_list, actor=actor, task_ids=[task])
    row = task_of(walk, task)
    units = row["open"] if quantity is None else quantity
    if units > row["open"] or not units:
        detail = f"{row['open']} of {row['product']} are still open here; {units} cannot be swapped."
        raise Conflict(detail, code="too_many", faults=[Fault("/quantity", "too_many", detail)])
    new_lot = find_lots([(row["product_id"], lot)]).get((row["product_id"], lot))
    if new_lot is None:
        raise _unknown("lot", lot)
    place_id = row["location_id"] if location is None else _place(walk.list, location)
    if (new_lot.id, place_id) == (row["lot_id"], row["location_id"]):
        detail = f"Lot {new_lot.number} is what is wanted there already."
        raise Conflict(detail, code="same_lot", faults=[Fault("/lot", "same_lot", detail)])
    lock_balances([row["product_id"]], walk.warehouses_of(row))
    stock.give_back(
        actor=actor,
        lines=[stock.GiveBack(row["demand_id"], row["lot_id"], row["location_id"], units)],
        at=at,
    )
    demand = stock.Demand(
        id=row["demand_id"],
        reference=row["order"],
        product_id=row["product_id"],
        warehouse_id=walk.list.warehouse_id,
        quantity=units,
        needed_on=walk.needed_on(row),
        minimum_remaining_days=row["minimum_remaining_days"],
        lot_id=new_lot.id,
        location_id=place_id,
    )
    stock.allocate(actor=actor, demands=[demand], at=at)
    tasks.work_off([tasks.Worked(task, quantity=-units)], at=at)
    (new_task,) = tasks.add(
        walk.list.pk, [tasks.NewTask(row["order_id"], row["line_id"], new_lot.id, place_id, units)]
    )
    tasks.settle_lists([walk.list.pk], at=at)
    tell(walk, {task: units}, "use_lot", actor=actor, at=at, lot=new_lot.number, reason=reason)
    publish(StockFreed((row["product_id"],), walk.list.warehouse_id))
    return walk.list, new_task


def _place(one: PickList, reference: Reference) -> int:
    places = Location.objects.filter(warehouse=one.warehouse_id, is_virtual=False)
    if isinstance(reference, int):
        found = places.filter(pk=reference).first()
    else:
        code = reference if "/" in reference else f"{one.warehouse.code}/{reference}"
        found = places.filter(full_code=code).first()
    if found is None:
        raise _unknown("location", reference)
    return found.pk


def _unknown(noun: str, name: Reference) -> Refusal:
    detail = f"There is no {noun} {str(name)[:60]!r} here."
    return Refusal(detail, code=f"unknown_{noun}", faults=[Fault(f"/{noun}", f"unknown_{noun}", detail)])
