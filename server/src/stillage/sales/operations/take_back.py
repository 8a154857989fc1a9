"""Lots may not leave any more: what is promised of them and not picked is given back, and nobody is sent for it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from stillage.core.actor import Actor
from stillage.core.events import StockFreed, publish
from stillage.core.locking import operation
from stillage.core.sql import execute, fetch, member
from stillage.places.models import Kind
from stillage.sales import tasks
from stillage.sales.models import PickTask, SalesOrder
from stillage.sales.trail import record_steps, step_of
from stillage.sales.walking import lock_rows
from stillage.stock import operations as stock


@dataclass(frozen=True, slots=True)
class Promise:
    """Units of a lot at a place that are promised, to a line of an order where it is one's."""

    demand_id: UUID
    lot_id: int
    location_id: int
    warehouse_id: int
    product_id: int
    order_id: int | None
    quantity: int
    picked: bool


_PROMISES = """
SELECT a.demand_id, a.lot_id, a.location_id, x.warehouse_id, l.product_id, m.order_id, a.quantity,
  CASE WHEN x.kind = %s THEN 1 ELSE 0 END
FROM stock_allocation a
JOIN places_location x ON x.id = a.location_id
JOIN stock_lot l ON l.id = a.lot_id
LEFT JOIN sales_salesorderline m ON m.demand_id = a.demand_id
WHERE a.lot_id {lots} ORDER BY a.id
"""


def promises_on(lot_ids: Collection[int]) -> list[Promise]:
    """What is promised of some lots. One statement."""
    lots, parameters = member(sorted(lot_ids), "bigint")
    return [
        Promise(*[row[0] if isinstance(row[0], UUID) else UUID(row[0]), *row[1:7], bool(row[7])])
        for row in fetch(_PROMISES.format(lots=lots), [Kind.STAGING.value, *parameters])
    ]


def _tasks_for(lot_ids: Collection[int]) -> list[tuple[int, int, int]]:
    """Open tasks to fetch some lots: (task, list, order). One statement."""
    found = PickTask.objects.filter(finished_at__isnull=True, lot__in=list(lot_ids)).order_by("pk")
    return list(found.values_list("pk", "pick_list_id", "order_id"))


@dataclass(frozen=True, slots=True)
class Stopped:
    """The orders that are promised some of the lots, and the walks that would fetch them; all under lock."""

    lot_ids: tuple[int, ...]
    orders: dict[int, SalesOrder]
    task_ids: tuple[int, ...]
    list_ids: tuple[int, ...]


@operation
def stop_for(*, lot_ids: Collection[int]) -> Stopped:
    """Lock what a recall of some lots will change, before any balance. Five statements, however many orders.

    Locks: the orders by id, their pick lists by id, the tasks by id.
    """
    promised = {one.order_id for one in promises_on(lot_ids) if one.order_id and not one.picked}
    sent = {order_id for *_, order_id in _tasks_for(lot_ids)}
    orders = lock_rows(sorted(promised | sent))
    walks = [own for own in _tasks_for(lot_ids) if own[2] in orders]
    list_ids, task_ids = sorted({own[1] for own in walks}), [own[0] for own in walks]
    tasks.lock_lists(list_ids)
    tasks.lock_tasks(task_ids)
    return Stopped(tuple(sorted(lot_ids)), orders, tuple(task_ids), tuple(list_ids))


@operation
def take_back(
    *, actor: Actor, stopped: Stopped, promises: Sequence[Promise], reference: str, at: dt.datetime
) -> dict[int, int]:
    """Free promises that are not picked, and end the walks for them; returns the units freed by lot.

    The orders wait for other lots in the place they had. What is picked stays: it is held, and cannot leave.
    The caller has locked the orders (`stop_for`) and then the balances, and read `promises` afterwards.
    Audits: sales_order.take_back, stock.deallocate. Publishes: StockFreed.
    """
    freed: dict[int, int] = dict.fromkeys(stopped.lot_ids, 0)
    by_order: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    products: dict[int, set[int]] = defaultdict(set)
    wanted = [one for one in promises if not one.picked]
    for one in wanted:
        freed[one.lot_id] += one.quantity
        products[one.warehouse_id].add(one.product_id)
        if one.order_id is not None:
            by_order[one.order_id][one.lot_id] += one.quantity
    if stopped.task_ids:
        PickTask.objects.filter(pk__in=stopped.task_ids, finished_at__isnull=True).update(
            quantity=F("picked") + F("short"), finished_at=at
        )
        tasks.settle_lists(stopped.list_ids, at=at)
    if wanted:
        lines = [stock.GiveBack(one.demand_id, one.lot_id, one.location_id, one.quantity) for one in wanted]
        stock.give_back(actor=actor, lines=lines, at=at)
    orders = list(stopped.orders.values())
    tasks.settle_orders(orders, at=at)
    own, parameters = member(sorted(by_order), "bigint")
    execute(f"UPDATE sales_salesorder SET version = version + 1 WHERE id {own}", parameters)
    record_steps(
        [
            step_of(
                stopped.orders[pk],
                "take_back",
                after={"recall": reference, "freed": sum(units.values()), "lots": sorted(units)},
            )
            for pk, units in sorted(by_order.items())
        ],
        actor=actor,
        at=at,
    )
    for warehouse_id, product_ids in sorted(products.items()):
        publish(StockFreed(tuple(sorted(product_ids)), warehouse_id))
    return freed
