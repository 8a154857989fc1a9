"""A walk under lock: its orders first, then the list, then the tasks worked on. What every step of picking begins with."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from stillage.core.actor import Actor
from stillage.core.errors import NotFound
from stillage.core.finding import Reference
from stillage.core.steps import impossible_step
from stillage.sales import tasks
from stillage.sales.drafting import needed_on
from stillage.sales.models import OrderStatus, PickList, PickListStatus, PickTask, SalesOrder
from stillage.sales.queries.orders import sums
from stillage.sales.queries.picking import find_list, task_rows
from stillage.sales.states import possible_steps
from stillage.stock.queries_promises import promised

PICKABLE = (OrderStatus.ALLOCATED, OrderStatus.PICKING)


@dataclass(slots=True)
class Walk:
    """A list with the orders and tasks that are worked on, all of them locked."""

    list: PickList
    orders: dict[int, SalesOrder]
    tasks: dict[int, dict[str, Any]]

    def needed_on(self, task: dict[str, Any]) -> dt.date:
        """When the task's units reach the customer."""
        return needed_on(self.orders[task["order_id"]])

    def warehouses_of(self, task: dict[str, Any]) -> set[int]:
        """Where something is promised to the task's line, or will be. One statement."""
        return {self.list.warehouse_id, *(row.warehouse_id for row in promised([task["demand_id"]]))}


def lock_walk(reference: Reference, *, actor: Actor, task_ids: Collection[int] | None = None) -> Walk:
    """Lock the orders of some tasks (of all that are open when none are named), the list, then the tasks.

    Refuses: a list that is not there or was cancelled; an order that is packed or has left.
    Five statements.
    """
    one = find_list(reference, actor=actor)
    wanted = PickTask.objects.filter(pick_list=one.pk)
    if task_ids is None:
        wanted = wanted.filter(finished_at__isnull=True)
    else:
        wanted = wanted.filter(pk__in=list(task_ids))
    orders = lock_rows(wanted.values("order"))
    tasks.lock_lists([one.pk])
    one = PickList.objects.select_related("warehouse", "staging_location").get(pk=one.pk)
    ids = list(wanted.order_by("pk").values_list("pk", flat=True)) if task_ids is None else task_ids
    tasks.lock_tasks(ids)
    found = {row["id"]: row for row in task_rows(PickTask.objects.filter(pick_list=one.pk, pk__in=list(ids)))}
    allowed = (PickListStatus.OPEN, PickListStatus.DONE)
    if one.status not in allowed:
        raise impossible_step(one.number, one.status, [])
    check_pickable([*orders.values()])
    return Walk(one, orders, found)


def lock_rows(order_ids: QuerySet[Any, Any] | Collection[int]) -> dict[int, SalesOrder]:
    """Orders behind tasks, locked in id order, whosever they are. One statement."""
    found = SalesOrder.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "customer", "warehouse"
    )
    return {order.pk: order for order in found.filter(pk__in=order_ids).order_by("pk")}


def check_pickable(orders: Collection[SalesOrder]) -> None:
    """Refuses an order that is packed or has left: what is on its pallets is not touched by pickers."""
    for order in orders:
        if order.status not in PICKABLE:
            facts = sums([order.pk])[order.pk].facts
            raise impossible_step(order.number, order.status, possible_steps(order.status, facts))


def task_of(walk: Walk, task: int) -> dict[str, Any]:
    if task not in walk.tasks:
        raise NotFound("There is no such task on this list.")
    return walk.tasks[task]


def pick_reference(walk: Walk, demand_ids: Collection[UUID]) -> str:
    """What the movements of a pick refer to: the order, or the list where they are of several."""
    orders = {row["order"] for row in walk.tasks.values() if row["demand_id"] in demand_ids}
    return orders.pop() if len(orders) == 1 else walk.list.number
