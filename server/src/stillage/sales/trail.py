"""What the trail says of an order's steps: one row a step, from which its history is read."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from stillage.audit.record import Change, record, record_many
from stillage.core.actor import Actor
from stillage.sales.models import SalesOrder

OBJECT_TYPE = "sales_order"


def step_of(order: SalesOrder, step: str, *, before: Any = None, after: Any = None) -> Change:
    """A row of the trail about one order."""
    return Change(
        action=f"sales_order.{step}",
        object_type=OBJECT_TYPE,
        object_id=order.pk,
        label=f"{order.number} {order.customer.name}",
        before=before,
        after=after,
        warehouse_id=order.warehouse_id,
    )


def record_step(
    order: SalesOrder, step: str, *, actor: Actor, at: dt.datetime, before: Any = None, after: Any = None
) -> None:
    """Write one row. One statement."""
    told = step_of(order, step, before=before, after=after)
    record(
        actor=actor,
        action=told.action,
        object_type=told.object_type,
        object_id=told.object_id,
        label=told.label,
        before=told.before,
        after=told.after,
        warehouse_id=told.warehouse_id,
        at=at,
    )


def record_steps(changes: Iterable[Change], *, actor: Actor, at: dt.datetime) -> None:
    """Write many rows at once."""
    record_many(actor=actor, changes=changes, at=at)
