"""Promised stock is taken to where it is made ready, or brought back; it stays promised on the way."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from stillage.core.actor import Actor
from stillage.core.clock import today
from stillage.core.errors import Conflict, Fault, Kind, refuse_all
from stillage.core.locking import operation
from stillage.core.sql import as_date, fetch, rows, table
from stillage.stock import ledger
from stillage.stock.expiry import FOREVER, may_be_sold, shown
from stillage.stock.naming import LotName, ProductName
from stillage.stock.operations.posting import End, Step, carry_out


@dataclass(frozen=True, slots=True)
class PickLine:
    """Units of one lot promised to a demand, from where they are promised to another place."""

    demand_id: UUID
    lot_id: int
    from_location_id: int
    to_location_id: int
    quantity: int


@operation
def pick(*, actor: Actor, lines: Sequence[PickLine], reference: str, at: dt.datetime) -> dict[str, Any]:
    """Take promised units to a place where they are made ready.

    Refuses: units that are not promised to that demand there, a lot on hold or past its date.
    Locks: the balances, by id. Audits: stock.pick.
    """
    return _carry(lines, actor=actor, kind="pick", reference=reference, at=at, sellable=True)


@operation
def put_back(*, actor: Actor, lines: Sequence[PickLine], reference: str, at: dt.datetime) -> dict[str, Any]:
    """Bring picked units back; they stay promised. Held and expired ones too: they have to go somewhere.

    Refuses: units that are not promised to that demand there.
    Locks: the balances, by id. Audits: stock.put_back.
    """
    return _carry(lines, actor=actor, kind="put_back", reference=reference, at=at, sellable=False)


_LINE = {
    "number": "bigint",
    "demand_id": "uuid",
    "lot_id": "bigint",
    "from_location_id": "bigint",
    "to_location_id": "bigint",
}
_NAMES = """
SELECT line.number, a.reference, a.quantity, p.id, p.sku, p.name, p.lot_tracked,
  l.number, l.expiry_date, l.best_before_date, l.production_date, l.last_sale_date,
  f.full_code, f.warehouse_id, t.full_code, t.warehouse_id, t.is_active, w.timezone,
  EXISTS (SELECT 1 FROM stock_hold h WHERE h.lot_id = l.id AND h.released_at IS NULL
    AND (h.location_id IS NULL OR h.location_id = f.id))
FROM {line}
JOIN stock_allocation a ON a.demand_id = line.demand_id AND a.lot_id = line.lot_id
  AND a.location_id = line.from_location_id
JOIN stock_lot l ON l.id = a.lot_id
JOIN catalogue_product p ON p.id = l.product_id
JOIN places_location f ON f.id = line.from_location_id
JOIN places_warehouse w ON w.id = f.warehouse_id
JOIN places_location t ON t.id = line.to_location_id AND NOT t.is_virtual
"""


def _carry(
    lines: Sequence[PickLine], *, actor: Actor, kind: str, reference: str, at: dt.datetime, sellable: bool
) -> dict[str, Any]:
    found = {
        row[0]: row
        for row in fetch(
            _NAMES.format(line=table("line", _LINE)),
            [
                rows(
                    {
                        "number": index,
                        "demand_id": line.demand_id,
                        "lot_id": line.lot_id,
                        "from_location_id": line.from_location_id,
                        "to_location_id": line.to_location_id,
                    }
                    for index, line in enumerate(lines)
                )
            ],
        )
    }
    faults: list[Fault] = []
    steps: list[Step] = []
    references: dict[UUID, str] = {}
    for index, line in enumerate(lines):
        row = found.get(index)
        if row is None or row[2] < line.quantity:
            faults.append(_not_promised(index, line.quantity, row[2] if row else 0))
            continue
        lot = LotName(
            line.lot_id,
            row[3],
            row[7],
            as_date(row[8]),
            as_date(row[9]),
            as_date(row[10]),
            as_date(row[11]) or FOREVER,
        )
        if sellable and (fault := _unsellable(index, row[4], lot, held=bool(row[18]), on=today(row[17]))):
            faults.append(fault)
        if line.from_location_id == line.to_location_id:
            faults.append(
                Fault(f"/lines/{index}/to_location", "same_location", f"It is at {row[12]} already.")
            )
        if not row[16]:
            faults.append(
                Fault(
                    f"/lines/{index}/to_location", "location_closed", f"{row[14]} is closed; choose another."
                )
            )
        references[line.demand_id] = row[1]
        steps.append(
            Step(
                product=ProductName(row[3], row[4], row[5], bool(row[6]), None, 0, ""),
                lot=lot,
                source=End(line.from_location_id, row[12], row[13]),
                target=End(line.to_location_id, row[14], row[15]),
                quantity=line.quantity,
                demand_id=line.demand_id,
            )
        )
    refuse_all(faults, kind=Kind.CONFLICT)
    answer = carry_out(steps, actor=actor, kind=kind, reference=reference, at=at, promised=True)
    if not ledger.carry([step.entry() for step in steps], references=references, at=at):
        raise Conflict("Somebody else took or freed some of it just now; look again.", code="not_promised")
    return answer


def _not_promised(index: int, asked: int, promised: int) -> Fault:
    return Fault(
        f"/lines/{index}/quantity",
        "not_promised",
        f"Only {promised} are promised there; {asked} were to be taken.",
        {"promised": promised, "asked": asked},
    )


def _unsellable(index: int, sku: str, lot: LotName, *, held: bool, on: dt.date) -> Fault | None:
    if held:
        return Fault(
            f"/lines/{index}/lot", "lot_held", f"Lot {lot.number} of {sku} is on hold; leave it where it is."
        )
    if not may_be_sold(lot.last_sale_date, on=on):
        return Fault(
            f"/lines/{index}/lot",
            "lot_expired",
            f"Lot {lot.number} of {sku} could be sold until {shown(lot.last_sale_date)}; leave it where it is.",
        )
    return None
