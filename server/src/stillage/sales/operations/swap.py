"""One lot is promised instead of another, by hand and within the rules."""

import datetime as dt

from stillage.core.actor import Actor
from stillage.core.errors import Conflict
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.sales.models import SalesOrder
from stillage.sales.operations.pin import as_many, give_and_take, line_of, locked, wish_for
from stillage.sales.states import Step


@operation
def swap(
    *,
    actor: Actor,
    order: Reference,
    line: int,
    from_lot: Reference,
    to_lot: Reference,
    quantity: int,
    at: dt.datetime,
    from_location: Reference | None = None,
    to_location: Reference | None = None,
) -> SalesOrder:
    """Give units of one lot back and promise as many of another.

    Refuses: an impossible step, unknown names, more than is promised of the first lot, a second lot that the
    rules forbid or that is not free.
    Locks: the order; then all balances of the product there, by id. Audits: sales_order.swap. Publishes: StockFreed.
    """
    found, own, _ = line_of(order, line, Step.SWAP, actor)
    given = wish_for(own, from_lot, from_location, quantity, actor, "from_")
    taken = wish_for(own, to_lot, to_location, quantity, actor, "to_")
    promised = [one for one in locked(found, own, taken) if not one.picked and given.meets(one)]
    freed = as_many(promised, quantity)
    there = sum(one.quantity for one in promised)
    if there < quantity:
        raise Conflict(
            f"Only {there} of lot {given.lot.number} are promised to this line and not picked;"
            f" {quantity} were to be swapped.",
            code="not_promised",
        )
    give_and_take(found, own, taken, freed, "swap", actor, at)
    return found
