"""An order is picked at the desk, without a list: what is promised is brought to the staging place."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, Kind, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.sales import tasks
from stillage.sales.demands import Promised, promised_to
from stillage.sales.locking import SalesOrder, lock_order
from stillage.sales.operations.make_pick_list import on_lists
from stillage.sales.queries.orders import facts_of
from stillage.sales.staging import default_staging, staging_place
from stillage.sales.states import Step, check
from stillage.sales.trail import record_step
from stillage.stock import operations as stock


@dataclass(frozen=True, slots=True)
class OrderPick:
    """Units of a line, of one lot at one place. `lot` and `location` by id or as people say them."""

    line: int
    quantity: int
    lot: Reference | None = None
    location: Reference | None = None


@operation
def pick_order(
    *,
    actor: Actor,
    order: Reference,
    at: dt.datetime,
    lines: Sequence[OrderPick] | None = None,
    staging_location: Reference | None = None,
) -> SalesOrder:
    """Bring promised units of an order to the staging place: those named, or all that are not there yet.

    Refuses: units that are not promised there, or that somebody walks for; a held or expired lot; nothing to pick.
    Locks: the order, then the balances by id. Audits: sales_order.pick, stock.pick.
    """
    locked = lock_order(order, actor=actor)
    check(locked.number, locked.status, Step.PICK, facts_of(locked))
    waiting = [one for one in promised_to(locked) if not one.picked]
    walking = on_lists([locked.pk])
    chosen = _everything(waiting, walking) if lines is None else _named(waiting, walking, lines)
    if not chosen:
        raise Conflict("Nothing is promised to this order that is not picked yet.", code="nothing_to_pick")
    target = _targets(chosen, staging_location, actor=actor)
    stock.pick(
        actor=actor,
        lines=[
            stock.PickLine(one.demand_id, one.lot_id, one.location_id, target[one.warehouse_id], units)
            for one, units in chosen
        ],
        reference=locked.number,
        at=at,
    )
    tasks.settle_orders([locked], at=at)
    record_step(locked, "pick", actor=actor, at=at, after={"lines": told(chosen)})
    return locked


Chosen = list[tuple[Promised, int]]


def told(chosen: Chosen) -> list[dict[str, object]]:
    """Units for the trail."""
    return [
        {"product": one.sku, "lot": one.lot, "location": one.location, "quantity": units}
        for one, units in chosen
    ]


def _everything(waiting: Sequence[Promised], walking: dict[tuple[int, int, int], int]) -> Chosen:
    faults = [
        _walked_for("", one) for one in waiting if walking.get((one.line_id, one.lot_id, one.location_id))
    ]
    refuse_all(faults, kind=Kind.CONFLICT)
    return [(one, one.quantity) for one in waiting]


def _walked_for(pointer: str, one: Promised) -> Fault:
    return Fault(
        pointer,
        "on_pick_list",
        f"{one.sku} at {one.location} is on a pick list; pick it there, or cancel the list.",
    )


def matches(one: Promised, wanted: OrderPick) -> bool:
    """Whether a promise is what a line names."""
    return (
        one.line_id == wanted.line
        and wanted.lot in (None, one.lot_id, one.lot)
        and wanted.location in (None, one.location_id, one.location, one.location.partition("/")[2])
    )


def _named(
    waiting: Sequence[Promised], walking: dict[tuple[int, int, int], int], lines: Sequence[OrderPick]
) -> Chosen:
    free = {
        (one.line_id, one.lot_id, one.location_id): one.quantity
        - walking.get((one.line_id, one.lot_id, one.location_id), 0)
        for one in waiting
    }
    units: dict[tuple[int, int, int], int] = defaultdict(int)
    faults: list[Fault] = []
    for index, line in enumerate(lines):
        wanted = line.quantity
        own = [one for one in waiting if matches(one, line)]
        for one in own:
            key = (one.line_id, one.lot_id, one.location_id)
            taken = min(wanted, free[key])
            free[key] -= taken
            units[key] += taken
            wanted -= taken
        if wanted:
            there = line.quantity - wanted
            if any(walking.get((one.line_id, one.lot_id, one.location_id)) for one in own):
                faults.append(_walked_for(f"/lines/{index}/quantity", own[0]))
            else:
                faults.append(
                    Fault(
                        f"/lines/{index}/quantity",
                        "not_promised",
                        f"Only {there} are promised there and not picked; {line.quantity} were to be taken.",
                        {"promised": there, "asked": line.quantity},
                    )
                )
    refuse_all(faults, kind=Kind.CONFLICT)
    return [
        (one, units[key])
        for one in waiting
        if units.get(key := (one.line_id, one.lot_id, one.location_id), 0)
    ]


def _targets(chosen: Chosen, reference: Reference | None, *, actor: Actor) -> dict[int, int]:
    """The staging place of each warehouse something is taken from."""
    warehouses = {one.warehouse_id for one, _ in chosen}
    if reference is None:
        return {pk: place.pk for pk, place in default_staging(warehouses).items()}
    place = staging_place(reference, actor=actor)
    others = {pk: other.pk for pk, other in default_staging(warehouses - {place.warehouse_id}).items()}
    return {**others, place.warehouse_id: place.pk}
