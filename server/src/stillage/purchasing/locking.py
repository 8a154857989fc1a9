"""Orders to suppliers under lock, found by what people call them. docs/locking.md says what may be locked after them."""

from collections.abc import Collection, Iterable, Sequence

from stillage.core.actor import Actor
from stillage.core.errors import Fault, NotFound, refuse_all
from stillage.core.finding import Reference, id_and_number
from stillage.core.locking import for_update
from stillage.core.sql import fetch, member
from stillage.purchasing.models import PurchaseOrder, PurchaseOrderLine
from stillage.purchasing.states import Facts


def find_order_ids(references: Sequence[Reference], *, actor: Actor, lock: bool = False) -> list[int | None]:
    """The ids behind some references, None for what is not there or another warehouse's. One statement."""
    pairs = [id_and_number(reference) for reference in references]
    ids, id_values = member(sorted({pk for pk, _ in pairs if pk is not None}), "bigint")
    numbers, number_values = member(sorted({number for _, number in pairs if number is not None}), "text")
    found = fetch(
        "SELECT o.id, o.number, o.warehouse_id FROM purchasing_purchaseorder o"
        f" WHERE o.id {ids} OR o.number {numbers} ORDER BY o.id" + (for_update("o") if lock else ""),
        [*id_values, *number_values],
    )
    by_id = {pk: pk for pk, _, warehouse_id in found if actor.sees(warehouse_id)}
    by_number = {number: pk for pk, number, warehouse_id in found if actor.sees(warehouse_id)}
    return [
        by_number.get(number, by_id.get(pk)) if number is not None else by_id.get(pk) for pk, number in pairs
    ]


def lock_orders(references: Sequence[Reference], *, actor: Actor, pointer: str = "") -> list[PurchaseOrder]:
    """Lock orders in id order and read them, with supplier and warehouse; in the order of the references.

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
                    f"{pointer}/{index}",
                    "unknown_purchase_order",
                    f"There is no purchase order {str(reference)[:60]!r} here.",
                )
                for index, (reference, pk) in enumerate(zip(references, ids, strict=True))
                if pk is None
            ]
        )
    rows = PurchaseOrder.objects.select_related("supplier", "warehouse").in_bulk([pk for pk in ids if pk])
    return [rows[pk] for pk in ids if pk]


def lock_order(reference: Reference, *, actor: Actor) -> PurchaseOrder:
    """One order under lock, by id or number. 404 when it is not there for the actor."""
    return lock_orders([reference], actor=actor)[0]


def lines_of(*orders: PurchaseOrder) -> list[PurchaseOrderLine]:
    """The lines of locked orders with their products, by order and position. One statement."""
    found = PurchaseOrderLine.objects.filter(order__in=[order.pk for order in orders])
    return list(found.select_related("product").order_by("order_id", "position"))


_FACTS = """
SELECT o.id, COALESCE(s.open, 0), COALESCE(s.received, 0),
  EXISTS (SELECT 1 FROM purchasing_receipt r WHERE r.order_id = o.id)
  OR EXISTS (SELECT 1 FROM purchasing_receiptline r JOIN purchasing_purchaseorderline l ON l.id = r.order_line_id
    WHERE l.order_id = o.id)
  OR EXISTS (SELECT 1 FROM purchasing_discrepancy d JOIN purchasing_purchaseorderline l ON l.id = d.order_line_id
    WHERE l.order_id = o.id)
FROM purchasing_purchaseorder o
LEFT JOIN (
  SELECT m.order_id, SUM(m.received) AS received,
    SUM(CASE WHEN m.quantity > m.received + m.cancelled THEN m.quantity - m.received - m.cancelled ELSE 0 END) AS open
  FROM purchasing_purchaseorderline m WHERE m.order_id {orders} GROUP BY m.order_id
) s ON s.order_id = o.id
WHERE o.id {orders}
"""


def facts_of_many(order_ids: Collection[int]) -> dict[int, Facts]:
    """What came of orders and what is waited for, by id. One statement."""
    wanted, parameters = member(sorted(set(order_ids)), "bigint")
    return {
        pk: Facts(open=int(waited), received=int(received), begun=bool(begun))
        for pk, waited, received, begun in fetch(_FACTS.format(orders=wanted), [*parameters, *parameters])
    }


def facts_of(order: PurchaseOrder) -> Facts:
    """The same of one locked order. One statement."""
    return facts_of_many([order.pk])[order.pk]


def facts_in(lines: Iterable[PurchaseOrderLine]) -> Facts:
    """The same out of lines that were read already, booked or not; `begun` says only whether something came."""
    lines = list(lines)
    received = sum(line.received for line in lines)
    return Facts(open=sum(map(open_units, lines)), received=received, begun=received > 0)


def open_units(line: PurchaseOrderLine) -> int:
    """What is still waited for of a line: never less than nothing, though more may have come than was ordered."""
    return max(0, line.quantity - line.received - line.cancelled)


def touch(order: PurchaseOrder, **values: object) -> None:
    """Write columns of a locked order, with a new version. One statement."""
    for name, value in values.items():
        setattr(order, name, value)
    order.version += 1
    order.save(update_fields=[*values, "version", "updated_at"])


__all__ = [
    "PurchaseOrder",
    "facts_in",
    "facts_of",
    "facts_of_many",
    "find_order_ids",
    "lines_of",
    "lock_order",
    "lock_orders",
    "open_units",
    "touch",
]
