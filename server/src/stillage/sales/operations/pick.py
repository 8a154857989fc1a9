"""A picker takes what he was sent for: the place and the goods, as scanned, are what was wanted."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stillage.core.actor import Actor
from stillage.core.errors import Fault, Kind, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.sql import fetch, rows, table
from stillage.sales import tasks
from stillage.sales.models import PickList, PickTask
from stillage.sales.picking_rules import SCAN, Scanned, faults_of
from stillage.sales.trail import record_steps, step_of
from stillage.sales.walking import Walk, lock_walk, pick_reference
from stillage.stock import naming
from stillage.stock import operations as stock


@dataclass(frozen=True, slots=True)
class TaskPick:
    """Units in hand for a task: where somebody stands, and what he holds."""

    task: int
    location: Reference
    product: Reference
    quantity: int
    lot: Reference | None = None


@operation
def pick(
    *, actor: Actor, pick_list: Reference, lines: Sequence[TaskPick], at: dt.datetime
) -> tuple[PickList, list[int]]:
    """Take promised units from their places to the list's staging place. Whose task it was not, it is now.

    Refuses, all at once and in words: the wrong place, product or lot, more than is open, a lot that was put on
    hold or lasts too short, somebody else's task, one that is done.
    Locks: the orders by id, the list, the tasks by id, the balances by id. Audits: sales_order.pick, stock.pick.
    """
    wanted = sorted({line.task for line in lines})
    walk = lock_walk(pick_list, actor=actor, task_ids=wanted)
    _check(walk, lines, actor=actor)
    units: dict[int, int] = defaultdict(int)
    for line in lines:
        units[line.task] += line.quantity
    taken = [
        stock.PickLine(
            demand_id=task["demand_id"],
            lot_id=task["lot_id"],
            from_location_id=task["location_id"],
            to_location_id=walk.list.staging_location_id,
            quantity=units[pk],
        )
        for pk, task in sorted(walk.tasks.items())
    ]
    reference = pick_reference(walk, {line.demand_id for line in taken})
    stock.pick(actor=actor, lines=taken, reference=reference, at=at)
    tasks.work_off([tasks.Worked(pk, picked=own) for pk, own in units.items()], at=at)
    PickTask.objects.filter(pk__in=wanted, claimed_by__isnull=True).update(
        claimed_by=actor.user_id, claimed_name=actor.username[:150], claimed_at=at
    )
    tasks.settle_lists([walk.list.pk], at=at)
    tasks.settle_orders(list(walk.orders.values()), at=at)
    tell(walk, units, "pick", actor=actor, at=at)
    return walk.list, [line.task for line in lines]


def _check(walk: Walk, lines: Sequence[TaskPick], *, actor: Actor) -> None:
    faults: list[Fault] = []
    used: dict[int, int] = defaultdict(int)
    scanned = _scanned(walk, lines, actor=actor)
    lots = _lots_there(walk)
    for index, line in enumerate(lines):
        task = walk.tasks.get(line.task)
        if task is None:
            detail = "There is no such task on this list."
            faults.append(Fault(f"/lines/{index}/task", "unknown_task", detail))
            continue
        faults += faults_of(
            index,
            task,
            scanned[index],
            user_id=actor.user_id,
            open_units=max(0, task["open"] - used[line.task]),
            lots_there=lots.get(line.task, 1),
            on=walk.needed_on(task),
        )
        used[line.task] += line.quantity
    kind = Kind.INVALID if any(fault.code in SCAN for fault in faults) else Kind.CONFLICT
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was picked.", kind=kind)


def _scanned(walk: Walk, lines: Sequence[TaskPick], *, actor: Actor) -> list[Scanned]:
    """What the lines name, found. A place may be named without its warehouse. One statement."""
    home = walk.list.warehouse.code
    places = [
        f"{home}/{line.location}"
        if isinstance(line.location, str) and "/" not in line.location
        else line.location
        for line in lines
    ]
    names = naming.find_all(
        [
            naming.Line(line.product, line.lot, (("location", place),))
            for line, place in zip(lines, places, strict=True)
        ],
        actor=actor,
    )
    found = []
    for line, place in zip(lines, places, strict=True):
        location, product = names.locations.get(place), names.products.get(line.product)
        lot = names.lots.get((product.id, line.lot)) if product and line.lot is not None else None
        here = location and location.warehouse_id == walk.list.warehouse_id
        said = str(line.location)[:61]
        found.append(
            Scanned(
                location_id=location.id if location else None,
                location=said if not location else location.full_code.partition("/")[2] if here else said,
                product_id=product.id if product else None,
                product=f"{product.sku} {product.name}" if product else str(line.product)[:40],
                lot_id=lot.id if lot else None,
                lot=None if line.lot is None else lot.number if lot else str(line.lot)[:20],
                best_before_date=lot.best_before_date if lot else None,
                expiry_date=lot.expiry_date if lot else None,
                quantity=line.quantity,
            )
        )
    return found


def _lots_there(walk: Walk) -> dict[int, int]:
    """How many lots of a task's product lie at its place. One statement."""
    found = fetch(
        "SELECT line.id, COUNT(DISTINCT b.lot_id) FROM "
        + table("line", {"id": "bigint", "product_id": "bigint", "location_id": "bigint"})
        + " JOIN stock_balance b ON b.product_id = line.product_id AND b.location_id = line.location_id"
        " AND b.on_hand > 0 GROUP BY line.id",
        [
            rows(
                {"id": pk, "product_id": task["product_id"], "location_id": task["location_id"]}
                for pk, task in walk.tasks.items()
            )
        ],
    )
    return {int(pk): int(count) for pk, count in found}


def tell(walk: Walk, units: dict[int, int], step: str, *, actor: Actor, at: dt.datetime, **more: Any) -> None:
    """One row of the trail for each order that was worked on."""
    by_order: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for pk, quantity in units.items():
        task = walk.tasks[pk]
        by_order[task["order_id"]].append(
            {
                "product": task["product"],
                "lot": task["lot"],
                "location": task["location"],
                "quantity": quantity,
            }
        )
    record_steps(
        [
            step_of(walk.orders[pk], step, after={"pick_list": walk.list.number, "lines": own, **more})
            for pk, own in by_order.items()
        ],
        actor=actor,
        at=at,
    )
