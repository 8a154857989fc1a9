"""What transfers bring to a warehouse; registered with the stock room, so that it counts as available to promise."""

from collections.abc import Sequence
from uuid import UUID

from stillage.core.clock import now
from stillage.core.sql import as_date, as_instant, fetch, member, stored
from stillage.stock.incoming import Incoming
from stillage.transfers.states import ON_THE_WAY

_STATES = ", ".join(f"'{status.value}'" for status in ON_THE_WAY)
_COMING = f"""
SELECT i.product_id, t.to_warehouse_id, t.expected_date, t.dispatched_at,
  SUM(i.dispatched - i.received - i.missing), t.number
FROM transfers_transferitem i JOIN transfers_transfer t ON t.id = i.transfer_id
WHERE i.product_id {{products}} AND t.to_warehouse_id {{warehouses}} AND t.status IN ({_STATES})
  AND i.dispatched > i.received + i.missing
GROUP BY i.product_id, t.to_warehouse_id, t.expected_date, t.dispatched_at, t.number
"""


def coming(product_ids: Sequence[int], warehouse_ids: Sequence[int]) -> list[Incoming]:
    """What is on the way there. One statement. Without an expected date it is expected from when it left."""
    products, product_values = member(sorted(set(product_ids)), "bigint")
    warehouses, warehouse_values = member(sorted(set(warehouse_ids)), "bigint")
    found = fetch(
        _COMING.format(products=products, warehouses=warehouses), [*product_values, *warehouse_values]
    )
    return [
        Incoming(
            product_id=product_id,
            warehouse_id=warehouse_id,
            expected_date=as_date(expected) or (as_instant(left) or now()).date(),
            quantity=int(units),
            document=number,
            kind="transfer",
        )
        for product_id, warehouse_id, expected, left, units, number in found
    ]


def transfer_of(operation_id: UUID) -> str | None:
    """The transfer that an operation booked for, so that nobody undoes it behind its back. One statement."""
    found = fetch(
        "SELECT t.number FROM stock_movement m JOIN transfers_transferitem i ON i.demand_id = m.demand_id"
        " JOIN transfers_transfer t ON t.id = i.transfer_id WHERE m.operation_id = %s LIMIT 1",
        [stored(operation_id)],
    )
    return found[0][0] if found else None
