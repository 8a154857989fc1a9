"""Picked units go back to a shelf; they stay promised to the order."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from stillage.core.actor import Actor
from stillage.core.errors import Fault, Kind, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.places.models import SALEABLE, Location
from stillage.sales import tasks
from stillage.sales.demands import Promised, promised_to
from stillage.sales.locking import SalesOrder, lock_order
from stillage.sales.operations.pick_order import Chosen, OrderPick, matches, told
from stillage.sales.queries.orders import facts_of
from stillage.sales.states import Step, check
from stillage.sales.trail import record_step
from stillage.stock import operations as stock


@dataclass(frozen=True, slots=True)
class Unpick:
    """Picked units of a line and lot, and the place they are brought to."""

    line: int
    quantity: int
    to_location: Reference
    lot: Reference | None = None


@operation
def unpick(*, actor: Actor, order: Reference, lines: Sequence[Unpick], at: dt.datetime) -> SalesOrder:
    """Bring picked units of an order back from the staging place to places from which it can be picked again.

    Refuses: more than is picked, an unknown place or one that nothing is sold from, a packed order.
    Locks: the order, then the balances by id. Audits: sales_order.unpick, stock.put_back.
    """
    locked = lock_order(order, actor=actor)
    check(locked.number, locked.status, Step.UNPICK, facts_of(locked))
    picked = [one for one in promised_to(locked) if one.picked]
    places = _places(lines)
    moved, faults = _moved(picked, lines, places, actor=actor)
    refuse_all(faults, kind=Kind.CONFLICT)
    stock.put_back(
        actor=actor,
        lines=[
            stock.PickLine(one.demand_id, one.lot_id, one.location_id, place.pk, units)
            for one, units, place in moved
        ],
        reference=locked.number,
        at=at,
    )
    tasks.settle_orders([locked], at=at)
    chosen: Chosen = [(one, units) for one, units, _ in moved]
    back = [place.full_code for _, _, place in moved]
    lines_told = [{**own, "to": to} for own, to in zip(told(chosen), back, strict=True)]
    record_step(locked, "unpick", actor=actor, at=at, after={"lines": lines_told})
    return locked


def _places(lines: Sequence[Unpick]) -> dict[Reference, Location]:
    names = {line.to_location for line in lines}
    codes = [name for name in names if isinstance(name, str)]
    ids = [name for name in names if isinstance(name, int)]
    found = Location.objects.filter(is_virtual=False)
    places: dict[Reference, Location] = {}
    for place in found.filter(Q(full_code__in=codes) | Q(pk__in=ids)):
        places[place.pk] = places[place.full_code] = place
    return places


def _moved(
    picked: Sequence[Promised], lines: Sequence[Unpick], places: dict[Reference, Location], *, actor: Actor
) -> tuple[list[tuple[Promised, int, Location]], list[Fault]]:
    left = {(one.demand_id, one.lot_id, one.location_id): one.quantity for one in picked}
    moved: list[tuple[Promised, int, Location]] = []
    faults: list[Fault] = []
    for index, line in enumerate(lines):
        place = places.get(line.to_location)
        if place is None or not actor.sees(place.warehouse_id):
            detail = f"There is no location {str(line.to_location)[:60]!r} here."
            faults.append(Fault(f"/lines/{index}/to_location", "unknown_location", detail))
            continue
        if place.kind not in SALEABLE:
            detail = f"From {place.full_code} nothing is sold; bring it to a shelf."
            faults.append(Fault(f"/lines/{index}/to_location", "not_for_sale", detail))
            continue
        wanted = line.quantity
        for one in picked:
            if one.warehouse_id != place.warehouse_id or not matches(
                one, OrderPick(line.line, line.quantity, line.lot)
            ):
                continue
            key = (one.demand_id, one.lot_id, one.location_id)
            units = min(wanted, left[key])
            if units:
                left[key] -= units
                wanted -= units
                moved.append((one, units, place))
        if wanted:
            there = line.quantity - wanted
            detail = f"Only {there} of this are picked; {line.quantity} cannot go back."
            faults.append(Fault(f"/lines/{index}/quantity", "not_picked", detail, {"picked": there}))
    return moved, faults
