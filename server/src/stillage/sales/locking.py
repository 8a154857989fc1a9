"""Orders under lock, found by what people call them. docs/locking.md says what may be locked after them."""

from collections.abc import Sequence

from stillage.core.actor import Actor
from stillage.core.errors import Fault, NotFound, refuse_all
from stillage.core.finding import Reference, id_and_number
from stillage.core.locking import for_update
from stillage.core.sql import fetch, member
from stillage.sales.models import SalesOrder, SalesOrderLine


def find_order_ids(references: Sequence[Reference], *, actor: Actor, lock: bool = False) -> list[int | None]:
    """The ids behind some references, None for what is not there or another warehouse's. One statement."""
    pairs = [id_and_number(reference) for reference in references]
    ids, id_values = member(sorted({pk for pk, _ in pairs if pk is not None}), "bigint")
    numbers, number_values = member(sorted({number for _, number in pairs if number is not None}), "text")
    found = fetch(
        f"SELECT o.id, o.number, o.warehouse_id FROM sales_salesorder o WHERE o.id {ids} OR o.number {numbers}"
        " ORDER BY o.id" + (for_update("o") if lock else ""),
        [*id_values, *number_values],
    )
    by_id = {pk: pk for pk, _, warehouse_id in found if actor.sees(warehouse_id)}
    by_number = {number: pk for pk, number, warehouse_id in found if actor.sees(warehouse_id)}
    return [
        by_number.get(number, by_id.get(pk)) if number is not None else by_id.get(pk) for pk, number in pairs
    ]


def lock_orders(references: Sequence[Reference], *, actor: Actor, pointer: str = "") -> list[SalesOrder]:
    """Lock orders in id order and read them, with customer and warehouse; in the order of the references.

    Missing or another warehouse's: 404, or 422 with a fault each at `pointer`/i where the names stood in a body.
    Two statements. Lock orders once a transaction, before balances.
    """
    ids = find_order_ids(references, actor=actor, lock=True)
    if None in ids:
        if not pointer:
            raise NotFound("There is nothing of that name.")
        refuse_all(
            [
                Fault(
                    f"{pointer}/{index}", "unknown_order", f"There is no order {str(reference)[:60]!r} here."
                )
                for index, (reference, pk) in enumerate(zip(references, ids, strict=True))
                if pk is None
            ]
        )
    rows = SalesOrder.objects.select_related("customer", "warehouse").in_bulk([pk for pk in ids if pk])
    return [rows[pk] for pk in ids if pk]


def lock_order(reference: Reference, *, actor: Actor) -> SalesOrder:
    """One order under lock, by id or number. 404 when it is not there for the actor."""
    return lock_orders([reference], actor=actor)[0]


def lines_of(*orders: SalesOrder) -> list[SalesOrderLine]:
    """The lines of locked orders with their products, by order and position. One statement."""
    found = SalesOrderLine.objects.filter(order__in=[order.pk for order in orders])
    return list(found.select_related("product").order_by("order_id", "position"))


def touch(order: SalesOrder, **values: object) -> None:
    """Write columns of a locked order, with a new version. One statement."""
    for name, value in values.items():
        setattr(order, name, value)
    order.version += 1
    order.save(update_fields=[*values, "version", "updated_at"])


__all__ = ["SalesOrder", "find_order_ids", "lines_of", "lock_order", "lock_orders", "touch"]
