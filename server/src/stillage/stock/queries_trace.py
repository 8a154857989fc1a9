"""Where the units of lots came from and went: sums by kind and place, and the movements behind them.

What was undone counts as nothing: neither the movement nor its reversal, however often it was undone and done again.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from stillage.core.sql import as_instant, fetch, member
from stillage.places.models import VIRTUAL, Kind

# Each chain of reversals, walked down to the movement it began with; one that was reversed an odd number of times is
# undone. Reversals of a lot are few, so the walk begins with them.
_UNDONE = """
WITH RECURSIVE chain(id, begun_id, next_id) AS (
  SELECT r.id, o.id, o.reverses_id FROM stock_movement r JOIN stock_movement o ON o.id = r.reverses_id
  WHERE r.lot_id {lots} AND r.reverses_id IS NOT NULL
  UNION ALL
  SELECT c.id, o.id, o.reverses_id FROM chain c JOIN stock_movement o ON o.id = c.next_id
),
undone AS (SELECT begun_id FROM chain WHERE next_id IS NULL GROUP BY begun_id HAVING COUNT(*) %% 2 = 1)
"""
_COUNTS = "m.kind <> 'reverse' AND m.id NOT IN (SELECT begun_id FROM undone)"
_FLOWS = (
    _UNDONE
    + """
SELECT s.lot_id, s.kind, f.kind, f.warehouse_id, t.kind, t.warehouse_id, CAST(SUM(s.units) AS bigint) FROM (
  SELECT m.lot_id, m.kind, m.from_location_id, m.to_location_id, SUM(m.quantity) AS units FROM stock_movement m
  WHERE m.lot_id {lots} AND """
    + _COUNTS
    + """
  GROUP BY m.lot_id, m.kind, m.from_location_id, m.to_location_id
) s
JOIN places_location f ON f.id = s.from_location_id
JOIN places_location t ON t.id = s.to_location_id
GROUP BY s.lot_id, s.kind, f.kind, f.warehouse_id, t.kind, t.warehouse_id
"""
)
_HERE = """
SELECT b.lot_id, x.kind, b.warehouse_id, CAST(SUM(b.on_hand) AS bigint), CAST(SUM(b.allocated) AS bigint)
FROM stock_balance b JOIN places_location x ON x.id = b.location_id
WHERE b.lot_id {lots} AND (b.on_hand > 0 OR b.allocated > 0) GROUP BY b.lot_id, x.kind, b.warehouse_id
"""


@dataclass(frozen=True, slots=True)
class Flow:
    """Units of a lot that went from places of one kind in one house to places of another."""

    lot_id: int
    kind: str
    source: str
    source_warehouse_id: int
    target: str
    target_warehouse_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Lying:
    """Units of a lot in places of one kind in one house."""

    lot_id: int
    kind: str
    warehouse_id: int
    on_hand: int
    allocated: int


def flows(lot_ids: Collection[int]) -> list[Flow]:
    """All that ever moved of some lots, added up. One statement, whatever the number of movements."""
    lots, parameters = member(sorted(lot_ids), "bigint")
    return [Flow(*row) for row in fetch(_FLOWS.format(lots=lots), [*parameters, *parameters])]


def lying(lot_ids: Collection[int]) -> list[Lying]:
    """What lies there of some lots, added up. One statement."""
    lots, parameters = member(sorted(lot_ids), "bigint")
    return [Lying(*row) for row in fetch(_HERE.format(lots=lots), parameters)]


@dataclass(slots=True)
class Tally:
    """A lot's mass balance (DESIGN 3, promise 8): what came in and went out of some houses is what lies in them."""

    received: int = 0
    returned_to_supplier: int = 0
    shipped: int = 0
    returned: int = 0
    scrapped: int = 0
    counted: int = 0
    adjusted: int = 0
    transferred: int = 0
    on_hand: int = 0
    in_transit: int = 0
    allocated: int = 0
    staged: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)

    @property
    def moved(self) -> int:
        """What should lie there by what moved."""
        came = self.received - self.returned_to_supplier + self.returned - self.shipped - self.scrapped
        return came + self.counted + self.adjusted + self.transferred

    @property
    def closes(self) -> bool:
        return self.moved == self.on_hand + self.in_transit

    @property
    def with_customers(self) -> int:
        return self.shipped - self.returned


def tallies(
    lot_ids: Collection[int],
    all_flows: Sequence[Flow],
    all_lying: Sequence[Lying],
    *,
    warehouse_ids: Collection[int] | None = None,
) -> dict[int, Tally]:
    """The balance of each lot within some houses (all without any). What crossed their walls is `transferred`. Pure."""
    sums = {lot_id: Tally() for lot_id in lot_ids}

    def ours(warehouse_id: int) -> bool:
        return warehouse_ids is None or warehouse_id in warehouse_ids

    for flow in all_flows:
        come, gone = ours(flow.target_warehouse_id), ours(flow.source_warehouse_id)
        if come or gone:
            _add(sums[flow.lot_id], flow, come=come, gone=gone)
    for one in all_lying:
        if not ours(one.warehouse_id):
            continue
        tally = sums[one.lot_id]
        if one.kind == Kind.TRANSIT:
            tally.in_transit += one.on_hand
        else:
            tally.on_hand += one.on_hand
        tally.allocated += one.allocated
        if one.kind == Kind.STAGING:
            tally.staged += one.allocated
        tally.by_kind[one.kind] = tally.by_kind.get(one.kind, 0) + one.on_hand
    return sums


def _add(tally: Tally, flow: Flow, *, come: bool, gone: bool) -> None:
    units = flow.quantity
    match flow.source, flow.target:
        case (Kind.SUPPLIER, _):
            tally.received += units
        case (_, Kind.SUPPLIER):
            tally.returned_to_supplier += units
        case (Kind.CUSTOMER, _):
            tally.returned += units
        case (_, Kind.CUSTOMER):
            tally.shipped += units
        case (_, Kind.SCRAP):
            tally.scrapped += units
        case (Kind.SCRAP, _):
            tally.scrapped -= units
        case (Kind.ADJUSTMENT, _):
            _differ(tally, flow.kind, units)
        case (_, Kind.ADJUSTMENT):
            _differ(tally, flow.kind, -units)
        case _:
            tally.transferred += units * (int(come) - int(gone))


def _differ(tally: Tally, kind: str, units: int) -> None:
    """Differences found by a count, and all others."""
    if kind == "count":
        tally.counted += units
    else:
        tally.adjusted += units


# ---- the movements behind the sums --------------------------------------------------------------
_EVENTS = (
    _UNDONE
    + """
SELECT m.id, m.lot_id, m.operation_id, m.kind, f.id, f.full_code, f.kind, f.warehouse_id,
  t.id, t.full_code, t.kind, t.warehouse_id, m.quantity, m.reason, m.reference, m.demand_id, m.unit_cost, m.username,
  m.moved_at
FROM stock_movement m
JOIN places_location f ON f.id = m.from_location_id
JOIN places_location t ON t.id = m.to_location_id
WHERE m.lot_id {lots} AND m.kind NOT IN ('pick', 'put_back', 'issue', 'return')
  AND (f.is_virtual OR t.is_virtual OR f.warehouse_id <> t.warehouse_id) AND """
    + _COUNTS
    + " ORDER BY m.id"
)


@dataclass(frozen=True, slots=True)
class Event:
    """A movement through the wall of a house: in, out, or from one house to another."""

    id: int
    lot_id: int
    operation_id: UUID
    kind: str
    source_id: int
    source: str
    source_kind: str
    source_warehouse_id: int
    target_id: int
    target: str
    target_kind: str
    target_warehouse_id: int
    quantity: int
    reason: str
    reference: str
    demand_id: UUID | None
    unit_cost: Decimal | None
    username: str
    moved_at: dt.datetime

    @property
    def inward(self) -> bool:
        """From a virtual place of a house into it."""
        return self.source_kind in VIRTUAL

    @property
    def crosses(self) -> bool:
        """From one house to another."""
        return self.source_warehouse_id != self.target_warehouse_id

    @property
    def place(self) -> str:
        """The physical end, or the one it came to."""
        return self.source if self.target_kind in VIRTUAL else self.target

    @property
    def place_id(self) -> int:
        return self.source_id if self.target_kind in VIRTUAL else self.target_id


def events(lot_ids: Collection[int]) -> list[Event]:
    """What came in and went out of some lots, save what customers were sent and sent back, in the order of time.

    One statement. Deliveries are left out because each has a paper that says more.
    """
    lots, parameters = member(sorted(lot_ids), "bigint")
    return [_event(row) for row in fetch(_EVENTS.format(lots=lots), [*parameters, *parameters])]


def _event(row: Sequence[Any]) -> Event:
    values = list(row)
    for index in (2, 15):
        if isinstance(values[index], str):
            values[index] = UUID(values[index])
    if values[16] is not None:
        values[16] = Decimal(str(values[16]))
    values[18] = as_instant(values[18])
    return Event(*values)
