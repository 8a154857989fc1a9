"""A walk through the warehouse is laid out: for one order, or for a wave of several."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import F, Sum

from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, Kind, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.steps import impossible_step
from stillage.numbering.take import document_number, take
from stillage.places.models import Location
from stillage.sales import tasks
from stillage.sales.demands import promised_to
from stillage.sales.locking import SalesOrder, lock_orders
from stillage.sales.models import PickList, PickTask, SalesOrderLine
from stillage.sales.queries.orders import sums
from stillage.sales.staging import default_staging, staging_place
from stillage.sales.states import Step, may, possible_steps
from stillage.sales.trail import record_steps, step_of

MAX_ORDERS = 200


@operation
def make_pick_list(
    *,
    actor: Actor,
    orders: Sequence[Reference],
    at: dt.datetime,
    staging_location: Reference | None = None,
) -> PickList:
    """Make a pick list of what is promised to these orders and not yet fetched, nor on another list.

    Everything is fetched in one warehouse: that of the staging place named, else that of the orders.
    Refuses: orders that are not there, that cannot be picked or belong to different warehouses; nothing to fetch.
    Locks: the orders, by id. Audits: pick_list.create, sales_order.pick_list once an order.
    """
    locked = _distinct(lock_orders(orders, actor=actor, pointer="/orders"))
    _check(locked)
    place = staging_place(staging_location, actor=actor) if staging_location is not None else None
    if place is None:
        place = _own_staging(locked)
    new = _to_fetch(locked, place.warehouse_id)
    if not new:
        raise Conflict(
            "Nothing is left to fetch for this: it is picked, on another pick list, or not promised.",
            code="nothing_to_pick",
        )
    one = PickList.objects.create(
        number=document_number("PL", take("pick_list").start),
        warehouse_id=place.warehouse_id,
        staging_location=place,
        user_id=actor.user_id,
        username=actor.username,
        created_at=at,
    )
    tasks.add(one.pk, new)
    tasks.settle_orders(locked, at=at)
    _tell(one, place, locked, new, actor=actor, at=at)
    return one


def _distinct(orders: Sequence[SalesOrder]) -> list[SalesOrder]:
    return list({one.pk: one for one in orders}.values())


def _check(orders: Sequence[SalesOrder]) -> None:
    facts = {pk: one.facts for pk, one in sums([order.pk for order in orders]).items()}
    faults = []
    for index, order in enumerate(orders):
        if not may(order.status, Step.PICK, facts[order.pk]):
            refusal = impossible_step(
                order.number, order.status, possible_steps(order.status, facts[order.pk])
            )
            meta = refusal.faults[0].meta
            faults.append(Fault(f"/orders/{index}", refusal.code, refusal.detail, meta))
    refuse_all(faults, kind=Kind.CONFLICT)


def _own_staging(orders: Sequence[SalesOrder]) -> Location:
    warehouses = {order.warehouse_id for order in orders}
    if len(warehouses) > 1:
        refuse_all(
            [
                Fault(
                    f"/orders/{index}",
                    "several_warehouses",
                    f"{order.number} is of another warehouse than {orders[0].number}; make a list for each.",
                )
                for index, order in enumerate(orders)
                if order.warehouse_id != orders[0].warehouse_id
            ],
            kind=Kind.CONFLICT,
        )
    (warehouse_id,) = warehouses
    return default_staging([warehouse_id])[warehouse_id]


def _to_fetch(orders: Sequence[SalesOrder], warehouse_id: int) -> list[tasks.NewTask]:
    """Promised units of a warehouse that wait for nobody yet. Three statements."""
    walking = on_lists([order.pk for order in orders])
    owners = dict(SalesOrderLine.objects.filter(order__in=orders).values_list("pk", "order_id"))
    new = []
    for one in promised_to(*orders):
        if one.warehouse_id != warehouse_id or one.picked:
            continue
        left = one.quantity - walking.get((one.line_id, one.lot_id, one.location_id), 0)
        if left > 0:
            new.append(tasks.NewTask(owners[one.line_id], one.line_id, one.lot_id, one.location_id, left))
    return new


def on_lists(order_ids: Sequence[int]) -> dict[tuple[int, int, int], int]:
    """Units somebody is to fetch already, by line, lot and place. One statement."""
    found = PickTask.objects.filter(order__in=order_ids, finished_at__isnull=True)
    sums_ = found.values_list("line_id", "lot_id", "location_id").annotate(
        units=Sum(F("quantity") - F("picked") - F("short"))
    )
    return {(line, lot, place): int(units) for line, lot, place, units in sums_}


def _tell(
    one: PickList,
    place: Location,
    orders: Sequence[SalesOrder],
    new: Sequence[tasks.NewTask],
    *,
    actor: Actor,
    at: dt.datetime,
) -> None:
    units = {order.pk: sum(task.quantity for task in new if task.order_id == order.pk) for order in orders}
    record(
        actor=actor,
        action="pick_list.create",
        object_type="pick_list",
        object_id=one.pk,
        label=one.number,
        after={
            "orders": [order.number for order in orders],
            "tasks": len(new),
            "quantity": sum(units.values()),
            "staging_location": place.full_code,
        },
        warehouse_id=one.warehouse_id,
        at=at,
    )
    record_steps(
        [
            step_of(order, "pick_list", after={"pick_list": one.number, "quantity": units[order.pk]})
            for order in orders
        ],
        actor=actor,
        at=at,
    )
