"""Goods go from one warehouse to another: out of a place onto the way, and off the way into a place."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from stillage.core.actor import Actor
from stillage.core.locking import operation
from stillage.core.sql import as_date, fetch, is_postgres, member, rows, table
from stillage.places.models import VIRTUAL
from stillage.stock import ledger
from stillage.stock.expiry import FOREVER
from stillage.stock.models import MovementKind
from stillage.stock.naming import LotName, ProductName
from stillage.stock.operations.posting import End, Step, carry_out


@dataclass(frozen=True, slots=True)
class Units:
    """Units of one lot from place to place, for an item of a transfer. The transfer says who may."""

    demand_id: UUID
    lot_id: int
    from_location_id: int
    to_location_id: int
    quantity: int
    reason: str = ""
    reverses_id: int | None = None


@operation
def transfer(*, actor: Actor, units: Sequence[Units], reference: str, at: dt.datetime) -> dict[str, Any]:
    """Move free units onto the way to another warehouse, or off it. Promised units stay where they were promised.

    Refuses: more than is free (all lines at once). Locks: the balances, by id. Audits: stock.transfer, once for each
    warehouse touched.
    """
    return carry_out(_steps(units), actor=actor, kind="transfer", reference=reference, at=at)


@operation
def arrive(
    *, actor: Actor, units: Sequence[Units], surplus: Sequence[Units], reference: str, at: dt.datetime
) -> None:
    """Take units off the way, and take up those that nobody sent (`surplus`, from the virtual adjustment place).

    Refuses: more than is on the way. Locks: the balances of both, by id, once. Audits: stock.transfer, stock.adjust.
    """
    steps = _steps([*units, *surplus])
    if units and surplus:
        ledger.ready([step.entry() for step in steps])
    for own, kind in ((steps[: len(units)], "transfer"), (steps[len(units) :], "adjust")):
        if own:
            carry_out(own, actor=actor, kind=kind, reference=reference, at=at)


@operation
def write_off(*, actor: Actor, units: Sequence[Units], reference: str, at: dt.datetime) -> dict[str, Any]:
    """Book out what is on the way and will not arrive, against the virtual adjustment place.

    Locks: the balances, by id. Audits: stock.adjust.
    """
    return carry_out(_steps(units), actor=actor, kind="adjust", reference=reference, at=at)


_SENT = """
SELECT m.id, m.demand_id, m.lot_id, m.from_location_id, m.to_location_id, m.quantity FROM stock_movement m
WHERE m.demand_id {wanted} AND m.kind = %s AND NOT EXISTS (SELECT 1 FROM stock_movement r WHERE r.reverses_id = m.id)
ORDER BY m.id
"""


@operation
def call_back(
    *, actor: Actor, demand_ids: Sequence[UUID], reason: str, reference: str, at: dt.datetime
) -> dict[str, Any]:
    """Bring back to its places what was sent for some items, by the mirror image of what sent it.

    Refuses: what is no longer on the way. Locks: the balances, by id. Audits: stock.reverse.
    """
    keys = [str(one) if is_postgres() else one.hex for one in demand_ids]
    wanted, parameters = member(keys, "uuid")
    units = [
        Units(
            demand_id if isinstance(demand_id, UUID) else UUID(demand_id),
            lot_id,
            there,
            here,
            quantity,
            reason,
            pk,
        )
        for pk, demand_id, lot_id, here, there, quantity in fetch(
            _SENT.format(wanted=wanted), [*parameters, MovementKind.TRANSFER.value]
        )
    ]
    return carry_out(
        _steps(units),
        actor=actor,
        kind="reverse",
        reference=reference,
        at=at,
        shortage_detail="Some of it is no longer on the way, so it cannot be called back.",
    )


_LINE = {"number": "bigint", "lot_id": "bigint", "from_location_id": "bigint", "to_location_id": "bigint"}
_NAMES = """
SELECT line.number, p.id, p.sku, p.name, p.lot_tracked,
  l.number, l.expiry_date, l.best_before_date, l.production_date, l.last_sale_date,
  f.full_code, f.warehouse_id, f.kind, t.full_code, t.warehouse_id, t.kind
FROM {line}
JOIN stock_lot l ON l.id = line.lot_id
JOIN catalogue_product p ON p.id = l.product_id
JOIN places_location f ON f.id = line.from_location_id
JOIN places_location t ON t.id = line.to_location_id
ORDER BY line.number
"""


def _steps(units: Sequence[Units]) -> list[Step]:
    """With everything named. One statement."""
    found = fetch(
        _NAMES.format(line=table("line", _LINE)),
        [
            rows(
                {
                    "number": index,
                    "lot_id": one.lot_id,
                    "from_location_id": one.from_location_id,
                    "to_location_id": one.to_location_id,
                }
                for index, one in enumerate(units)
            )
        ],
    )
    return [
        Step(
            product=ProductName(row[1], row[2], row[3], bool(row[4]), None, 0, ""),
            lot=LotName(
                one.lot_id,
                row[1],
                row[5],
                as_date(row[6]),
                as_date(row[7]),
                as_date(row[8]),
                as_date(row[9]) or FOREVER,
            ),
            source=_end(one.from_location_id, *row[10:13]),
            target=_end(one.to_location_id, *row[13:16]),
            quantity=one.quantity,
            reason=one.reason,
            reverses_id=one.reverses_id,
            demand_id=one.demand_id,
        )
        for one, row in zip(units, found, strict=True)
    ]


def _end(location_id: int, name: str, warehouse_id: int, kind: str) -> End:
    virtual = kind in VIRTUAL
    return End(location_id, kind if virtual else name, None if virtual else warehouse_id, kind)
