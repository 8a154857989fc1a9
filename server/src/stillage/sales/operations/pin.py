"""A lot is promised by hand, within the rules, in place of what was promised."""

import datetime as dt
from dataclasses import dataclass, replace

from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, Kind, NotFound, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.places.models import PHYSICAL, Location
from stillage.sales.demands import Promised, demand_of, lock_balances, promised_to, tell_freed
from stillage.sales.locking import lines_of, lock_order, touch
from stillage.sales.models import OrderStatus, SalesOrder, SalesOrderLine
from stillage.sales.operations.allocate import added
from stillage.sales.queries.orders import line_facts
from stillage.sales.states import Facts, Step, check
from stillage.sales.trail import record_step
from stillage.stock import operations as stock
from stillage.stock.models import Lot
from stillage.stock.operations import GiveBack
from stillage.stock.queries_promises import considered, free_for


@dataclass(frozen=True, slots=True)
class Wish:
    """Units of one lot, at one place or wherever it lies."""

    lot: Lot
    location: Location | None
    quantity: int

    def meets(self, one: Promised) -> bool:
        return one.lot_id == self.lot.pk and (self.location is None or one.location_id == self.location.pk)


@operation
def pin(
    *,
    actor: Actor,
    order: Reference,
    line: int,
    lot: Reference,
    quantity: int,
    at: dt.datetime,
    location: Reference | None = None,
) -> SalesOrder:
    """Promise units of this lot to a line. Where the line is promised enough already, the latest lots are freed.

    Refuses: an impossible step, unknown names, more than is owed, a lot that the rules forbid or that is not free.
    Locks: the order; then all balances of the product there, by id. Audits: sales_order.pin. Publishes: StockFreed.
    """
    found, own, facts = line_of(order, line, Step.PIN, actor)
    wish = wish_for(own, lot, location, quantity, actor, "")
    if quantity > facts.owed:
        raise Conflict(
            f"Only {facts.owed} of {own.product.sku} are owed; {quantity} were to be promised.",
            code="more_than_owed",
        )
    promised = locked(found, own, wish)
    others = [one for one in reversed(promised) if not one.picked and not wish.meets(one)]
    surplus = facts.allocated + quantity - facts.owed
    freed = as_many(others, surplus)
    if sum(one.quantity for one in freed) < surplus:
        raise Conflict(
            f"The line is promised {facts.allocated} of {facts.owed} already, and too few of them can be freed.",
            code="nothing_to_free",
        )
    give_and_take(found, own, wish, freed, "pin", actor, at)
    return found


def line_of(
    order: Reference, line: int, step: Step, actor: Actor
) -> tuple[SalesOrder, SalesOrderLine, Facts]:
    """An order under lock and one of its lines."""
    found = lock_order(order, actor=actor)
    facts = line_facts([found.pk])
    check(found.number, found.status, step, added(facts.values()))
    for own in lines_of(found):
        if own.pk == line:
            return found, own, facts[own.pk]
    refuse_all([Fault("/line", "unknown_line", f"This order has no line with the id {line}.")])
    raise AssertionError("unreachable")


def wish_for(
    own: SalesOrderLine, lot: Reference, location: Reference | None, quantity: int, actor: Actor, prefix: str
) -> Wish:
    """A lot of the line's product and a place, found by name; another warehouse's is not there."""
    faults: list[Fault] = []
    lots = Lot.objects.filter(product=own.product_id)
    row = lots.filter(**{"pk" if isinstance(lot, int) else "number": lot}).first()
    if row is None:
        detail = f"{own.product.sku} has no lot {str(lot)[:60]!r}."
        faults.append(Fault(f"/{prefix}lot", "unknown_lot", detail))
    place = None
    if location is not None:
        places = Location.objects.filter(kind__in=[kind.value for kind in PHYSICAL])
        if actor.warehouse_ids is not None:
            places = places.filter(warehouse__in=actor.warehouse_ids)
        place = places.filter(**{"pk" if isinstance(location, int) else "full_code": location}).first()
        if place is None:
            detail = f"There is no location {str(location)[:60]!r} here."
            faults.append(Fault(f"/{prefix}location", "unknown_location", detail))
    refuse_all(faults)
    if row is None:
        raise NotFound("There is nothing of that name.")
    return Wish(row, place, quantity)


def locked(order: SalesOrder, own: SalesOrderLine, wish: Wish) -> list[Promised]:
    """What is promised to the line, with every balance locked that could be freed or taken from."""
    promised = [one for one in promised_to(order) if one.line_id == own.pk]
    warehouses = {order.warehouse_id, *(one.warehouse_id for one in promised)}
    if wish.location is not None:
        warehouses.add(wish.location.warehouse_id)
    lock_balances([own.product_id], warehouses)
    return promised


def as_many(promised: list[Promised], units: int) -> list[Promised]:
    """The first of these promises, as many units as are wanted or as there are."""
    chosen: list[Promised] = []
    for one in promised:
        if units <= 0:
            break
        part = min(units, one.quantity)
        chosen.append(replace(one, quantity=part))
        units -= part
    return chosen


def give_and_take(
    order: SalesOrder,
    own: SalesOrderLine,
    wish: Wish,
    freed: list[Promised],
    step: str,
    actor: Actor,
    at: dt.datetime,
) -> None:
    """Free some promises, promise the wished lot instead, and say so. Refuses, with the reason, what cannot be had."""
    if freed:
        lines = [GiveBack(one.demand_id, one.lot_id, one.location_id, one.quantity) for one in freed]
        stock.give_back(actor=actor, lines=lines, at=at)
    demand = demand_of(
        order,
        own,
        wish.quantity,
        warehouse_id=wish.location.warehouse_id if wish.location else None,
        lot_id=wish.lot.pk,
        location_id=wish.location.pk if wish.location else None,
    )
    looked_at = [
        one
        for one in considered([demand], actor=actor)[0]
        if one.lot_id == wish.lot.pk and (wish.location is None or one.location_id == wish.location.pk)
    ]
    if sum(free_for(one) for one in looked_at) < wish.quantity:
        reasons = [f"{one.location}: {one.available} free, {one.detail or one.verdict}" for one in looked_at]
        detail = (
            f"Lot {wish.lot.number} cannot be promised here ({'; '.join(reasons) or 'there is none of it'})."
        )
        codes = [one.verdict for one in looked_at if not free_for(one)]
        refuse_all(
            [Fault("/quantity", f"lot_{codes[0]}" if codes else "insufficient_stock", detail)],
            kind=Kind.CONFLICT,
        )
    stock.allocate(actor=actor, demands=[demand], at=at)
    before = order.status
    touch(order, status=OrderStatus.ALLOCATED)
    record_step(
        order,
        step,
        actor=actor,
        at=at,
        before={
            "status": before,
            "freed": [{"lot": one.lot, "location": one.location, "quantity": one.quantity} for one in freed],
        },
        after={
            "status": order.status,
            "product": own.product.sku,
            "lot": wish.lot.number,
            "location": wish.location.full_code if wish.location else "",
            "quantity": wish.quantity,
        },
    )
    tell_freed(freed)
