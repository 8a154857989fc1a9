"""A packed order is opened again; its pallets are no more."""

import datetime as dt

from stillage.core.actor import Actor
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.sales import tasks
from stillage.sales.locking import SalesOrder, lock_order, touch
from stillage.sales.models import HandlingUnit, OrderStatus
from stillage.sales.queries.orders import facts_of
from stillage.sales.states import Step, check
from stillage.sales.trail import record_step


@operation
def unpack(*, actor: Actor, order: Reference, at: dt.datetime) -> SalesOrder:
    """Take an order off its units, back to picking. Their SSCCs are not given again.

    Refuses: an order that is not packed. Locks: the order. Audits: sales_order.unpack.
    """
    locked = lock_order(order, actor=actor)
    check(locked.number, locked.status, Step.UNPACK, facts_of(locked))
    waiting = HandlingUnit.objects.filter(order=locked, shipment__isnull=True)
    numbers = list(waiting.order_by("pk").values_list("sscc", flat=True))
    tasks.drop_units(locked.pk)
    touch(locked, status=OrderStatus.PICKING)
    record_step(locked, "unpack", actor=actor, at=at, before={"units": numbers})
    return locked
