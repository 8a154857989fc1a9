"""Rows of pick tasks and units: added to a walk, worked off, taken out of it. Under the locks of their orders."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef

from stillage.core.locking import for_update
from stillage.core.sql import execute, fetch, member, rows, stored, table
from stillage.sales.models import OrderStatus, PickList, PickListStatus, PickTask, SalesOrder
from stillage.sales.queries.orders import sums


@dataclass(frozen=True, slots=True)
class NewTask:
    """Units to be fetched for an order line."""

    order_id: int
    line_id: int
    lot_id: int
    location_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Worked:
    """By how much a task changes; base units."""

    task_id: int
    picked: int = 0
    short: int = 0
    quantity: int = 0


_NEW = dict.fromkeys(("order_id", "line_id", "lot_id", "location_id", "quantity"), "bigint")
_WORKED = dict.fromkeys(("task_id", "picked", "short", "quantity"), "bigint")


def lock_lists(pick_list_ids: Collection[int]) -> None:
    """Lock lists in id order; their orders are locked already. One statement."""
    wanted, parameters = member(sorted(pick_list_ids), "bigint")
    fetch(
        f"SELECT l.id FROM sales_picklist l WHERE l.id {wanted} ORDER BY l.id" + for_update("l"), parameters
    )


def lock_tasks(task_ids: Collection[int]) -> None:
    """Lock tasks in id order; their lists are locked already. One statement."""
    wanted, parameters = member(sorted(task_ids), "bigint")
    fetch(
        f"SELECT t.id FROM sales_picktask t WHERE t.id {wanted} ORDER BY t.id" + for_update("t"), parameters
    )


def add(pick_list_id: int, new: Sequence[NewTask]) -> list[int]:
    """Put units on a walk; a task of the same line, lot and place grows and is open again. One statement."""
    together: dict[tuple[int, int, int], NewTask] = {}
    for one in new:
        key = (one.line_id, one.lot_id, one.location_id)
        before = together[key].quantity if key in together else 0
        together[key] = NewTask(one.order_id, *key, one.quantity + before)
    names = ", ".join(_NEW)
    found = fetch(
        f"INSERT INTO sales_picktask (pick_list_id, {names}, picked, short, claimed_name)"
        f" SELECT %s, {names}, 0, 0, '' FROM "
        + table("line", _NEW)
        + " WHERE true ON CONFLICT (pick_list_id, line_id, lot_id, location_id) DO UPDATE SET"
        " quantity = sales_picktask.quantity + excluded.quantity, finished_at = NULL,"
        " claimed_by = NULL, claimed_name = '', claimed_at = NULL RETURNING id",
        [pick_list_id, rows({name: getattr(one, name) for name in _NEW} for one in together.values())],
    )
    return sorted(int(row[0]) for row in found)


def work_off(worked: Sequence[Worked], *, at: dt.datetime) -> None:
    """Change what is picked, short or asked of some locked tasks; who is complete is finished. One statement."""
    execute(
        "UPDATE sales_picktask SET picked = sales_picktask.picked + line.picked,"
        " short = sales_picktask.short + line.short,"
        " quantity = sales_picktask.quantity + line.quantity,"
        " finished_at = CASE WHEN sales_picktask.picked + line.picked + sales_picktask.short + line.short"
        " >= sales_picktask.quantity + line.quantity THEN %s ELSE NULL END FROM "
        + table("line", _WORKED)
        + " WHERE sales_picktask.id = line.task_id",
        [stored(at), rows({name: getattr(one, name) for name in _WORKED} for one in worked)],
    )


def settle_lists(pick_list_ids: Collection[int], *, at: dt.datetime) -> None:
    """Locked lists without an open task are done; one with an open task again is open again. Two statements."""
    own = PickList.objects.filter(pk__in=list(pick_list_ids))
    waiting = Exists(PickTask.objects.filter(pick_list=OuterRef("pk"), finished_at__isnull=True))
    own.filter(~waiting, status=PickListStatus.OPEN).update(status=PickListStatus.DONE, closed_at=at)
    own.filter(waiting, status=PickListStatus.DONE).update(status=PickListStatus.OPEN, closed_at=None)


def settle_orders(orders: Sequence[SalesOrder], *, at: dt.datetime) -> None:
    """Locked orders are `picking` while something is picked or on a walk, else `allocated`. Two to four statements."""
    live = [one for one in orders if one.status in (OrderStatus.ALLOCATED, OrderStatus.PICKING)]
    if not live:
        return
    ids = [one.pk for one in live]
    facts = sums(ids)
    walking = set(
        PickTask.objects.filter(order__in=ids, finished_at__isnull=True).values_list("order_id", flat=True)
    )
    moved: dict[str, list[int]] = {}
    for one in live:
        busy = one.pk in walking or facts[one.pk].facts.picked > 0
        status: str = OrderStatus.PICKING if busy else OrderStatus.ALLOCATED
        if status != one.status:
            one.status = status
            moved.setdefault(status, []).append(one.pk)
    for status, own in moved.items():
        SalesOrder.objects.filter(pk__in=own).update(status=status, version=F("version") + 1, updated_at=at)


def drop_tasks(
    *,
    at: dt.datetime,
    order_ids: Collection[int] = (),
    line_ids: Collection[int] = (),
    pick_list_ids: Collection[int] = (),
) -> list[int]:
    """End what is still open of these orders, lines or lists; what was picked stays picked.

    Locks the lists, then the tasks: call it under the orders' locks, before balances are touched.
    Returns the lists it touched.
    """
    found = PickTask.objects.filter(finished_at__isnull=True)
    if order_ids:
        found = found.filter(order__in=list(order_ids))
    if line_ids:
        found = found.filter(line__in=list(line_ids))
    if pick_list_ids:
        found = found.filter(pick_list__in=list(pick_list_ids))
    pairs = list(found.values_list("pk", "pick_list_id"))
    if not pairs:
        return []
    lists = sorted({pick_list_id for _, pick_list_id in pairs})
    lock_lists(lists)
    lock_tasks([pk for pk, _ in pairs])
    PickTask.objects.filter(pk__in=[pk for pk, _ in pairs], finished_at__isnull=True).update(
        quantity=F("picked") + F("short"), finished_at=at
    )
    settle_lists(lists, at=at)
    return lists


def drop_open_tasks(order_id: int, *, at: dt.datetime) -> None:
    """Nobody walks for this order any more. Under its lock, before balances are touched."""
    drop_tasks(at=at, order_ids=[order_id])


def drop_units(order_id: int) -> None:
    """Take an order's goods off its pallets; what has left stays as it left. Two statements."""
    execute(
        "DELETE FROM sales_packedline WHERE handling_unit_id IN"
        " (SELECT id FROM sales_handlingunit WHERE order_id = %s AND shipment_id IS NULL)",
        [order_id],
    )
    execute("DELETE FROM sales_handlingunit WHERE order_id = %s AND shipment_id IS NULL", [order_id])
