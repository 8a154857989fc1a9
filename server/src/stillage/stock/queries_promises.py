"""Reading promises: what is promised to whom, and what would be promised now, with the reason for every lot passed over."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from stillage.core.actor import Actor
from stillage.core.clock import today
from stillage.core.sql import as_date, fetch, is_postgres, member
from stillage.places.models import SALEABLE
from stillage.stock.demand import Demand
from stillage.stock.expiry import FOREVER, may_be_sold, shown
from stillage.stock.fefo import Offer, choose


@dataclass(frozen=True, slots=True)
class PromisedRow:
    """Units of a lot at a place that are promised to a demand."""

    demand_id: UUID
    lot_id: int
    lot: str
    expiry_date: dt.date | None
    best_before_date: dt.date | None
    last_sale_date: dt.date
    location_id: int
    location: str
    location_kind: str
    zone: str
    pick_sequence: int
    warehouse_id: int
    product_id: int
    quantity: int
    held: bool


_PROMISED = """
SELECT a.demand_id, l.id, l.number, l.expiry_date, l.best_before_date, l.last_sale_date,
  x.id, x.full_code, x.kind, x.zone, x.pick_sequence, x.warehouse_id, l.product_id, a.quantity,
  EXISTS (SELECT 1 FROM stock_hold h WHERE h.lot_id = l.id AND h.released_at IS NULL
    AND (h.location_id IS NULL OR h.location_id = x.id))
FROM stock_allocation a
JOIN stock_lot l ON l.id = a.lot_id
JOIN places_location x ON x.id = a.location_id
WHERE a.demand_id {wanted}
ORDER BY x.pick_sequence, x.full_code, l.last_sale_date, a.id
"""


def promised(demand_ids: Iterable[UUID]) -> list[PromisedRow]:
    """What is promised to some demands, in walking order. One statement."""
    keys = [str(one) if is_postgres() else one.hex for one in demand_ids]
    if not keys:
        return []
    wanted, parameters = member(keys, "uuid")
    return [_promised_row(row) for row in fetch(_PROMISED.format(wanted=wanted), parameters)]


def _promised_row(row: Sequence[Any]) -> PromisedRow:
    values = list(row)
    values[0] = values[0] if isinstance(values[0], UUID) else UUID(values[0])
    values[3:6] = [as_date(row[3]), as_date(row[4]), as_date(row[5]) or FOREVER]
    values[14] = bool(values[14])
    return PromisedRow(*values)


@dataclass(frozen=True, slots=True)
class Considered:
    """A balance that was looked at for a demand, what it would give, and why not more.

    `available` is what of it is free, whether or not it may be sold; `verdict` is one of taken, not_needed,
    promised, held, expired, short_dated, not_for_sale, pinned_elsewhere.
    """

    lot_id: int
    lot: str
    expiry_date: dt.date | None
    best_before_date: dt.date | None
    last_sale_date: dt.date
    location_id: int
    location: str
    location_kind: str
    warehouse_id: int
    on_hand: int
    available: int
    taken: int
    verdict: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Balance:
    id: int
    product_id: int
    is_active: bool
    pick_sequence: int
    timezone: str
    hold_reason: str | None
    shown: Considered


_BALANCES = """
SELECT b.id, b.product_id, x.is_active, x.pick_sequence, w.timezone,
  (SELECT MIN(h.reason) FROM stock_hold h WHERE h.lot_id = b.lot_id AND h.released_at IS NULL
    AND (h.location_id IS NULL OR h.location_id = b.location_id)),
  l.id, l.number, l.expiry_date, l.best_before_date, l.last_sale_date,
  x.id, x.full_code, x.kind, b.warehouse_id, b.on_hand, b.on_hand - b.allocated
FROM stock_balance b
JOIN stock_lot l ON l.id = b.lot_id
JOIN places_location x ON x.id = b.location_id
JOIN places_warehouse w ON w.id = b.warehouse_id
WHERE b.product_id {products} AND b.warehouse_id {warehouses} AND b.on_hand > 0
"""


def considered(demands: Sequence[Demand], *, actor: Actor) -> list[list[Considered]]:
    """For each demand the balances of its product and warehouse in FEFO order: what `allocate` would do now, and why.

    One statement; locks nothing. Demands are served in their order, as `allocate` serves them. A warehouse that
    the actor may not see has nothing to show.
    """
    found = _balances(demands, actor=actor)
    free = {balance.id: balance.shown.available for own in found.values() for balance in own}
    return [list(_judged(demand, found[demand.product_id, demand.warehouse_id], free)) for demand in demands]


def _balances(demands: Sequence[Demand], *, actor: Actor) -> dict[tuple[int, int], list[_Balance]]:
    products = member(sorted({demand.product_id for demand in demands}), "bigint")
    warehouses = member(
        sorted({demand.warehouse_id for demand in demands if actor.sees(demand.warehouse_id)}), "bigint"
    )
    found: dict[tuple[int, int], list[_Balance]] = defaultdict(list)
    for row in fetch(
        _BALANCES.format(products=products[0], warehouses=warehouses[0]), [*products[1], *warehouses[1]]
    ):
        shown_as = [*row[6:], 0, "", ""]
        shown_as[2:5] = [as_date(row[8]), as_date(row[9]), as_date(row[10]) or FOREVER]
        one = Considered(*shown_as)
        found[row[1], one.warehouse_id].append(
            _Balance(row[0], row[1], bool(row[2]), row[3], row[4], row[5], one)
        )
    for own in found.values():
        own.sort(key=lambda b: (b.shown.last_sale_date, b.shown.lot_id, b.pick_sequence, b.id))
    return found


def _judged(demand: Demand, balances: Sequence[_Balance], free: dict[int, int]) -> Iterator[Considered]:
    able = [balance for balance in balances if not _forbidden(demand, balance)]
    takes, _ = choose(
        [Offer(balance.id, free[balance.id], balance.shown.last_sale_date) for balance in able],
        quantity=demand.quantity,
        on=demand.needed_on,
        minimum_remaining_days=demand.minimum_remaining_days,
        units_per_pack=demand.units_per_pack,
    )
    taken = {take.balance_id: take.quantity for take in takes}
    for balance in balances:
        units = taken.get(balance.id, 0)
        verdict, detail = _reason(demand, balance, taken=units, free=free[balance.id])
        free[balance.id] -= units
        yield replace(balance.shown, taken=units, verdict=verdict, detail=detail)


def _forbidden(demand: Demand, balance: _Balance) -> tuple[str, str] | None:
    """What keeps a balance from being promised to a demand at all; in the order a person would name it."""
    lot = balance.shown
    last, life = lot.last_sale_date, demand.minimum_remaining_days
    if balance.hold_reason is not None:
        return "held", f"on hold: {balance.hold_reason}" if balance.hold_reason else "on hold"
    if not may_be_sold(last, on=min(demand.needed_on, today(balance.timezone))):
        return "expired", f"{_date_of(lot)}, which is past"
    if not may_be_sold(last, on=demand.needed_on):
        return "expired", f"{_date_of(lot)}, before the delivery on {demand.needed_on}"
    if not may_be_sold(last, on=demand.needed_on, minimum_remaining_days=life):
        return (
            "short_dated",
            f"{_date_of(lot)}; the customer needs {life} days after delivery on {demand.needed_on}",
        )
    if lot.location_kind not in SALEABLE:
        return "not_for_sale", f"lies in a {lot.location_kind} place; nothing is sold from there"
    if not balance.is_active:
        return "not_for_sale", f"{lot.location} is closed"
    if not demand.may_take(lot.lot_id, lot.location_id):
        return "pinned_elsewhere", "another lot or place was asked for"
    return None


def _reason(demand: Demand, balance: _Balance, *, taken: int, free: int) -> tuple[str, str]:
    if forbidden := _forbidden(demand, balance):
        return forbidden
    if taken:
        return "taken", f"{taken} of {free} free"
    if free <= 0:
        return "promised", f"all {balance.shown.on_hand} are promised to others"
    return "not_needed", "an earlier date, or a place with whole cases, serves it"


def _date_of(lot: Considered) -> str:
    """The date that counts, named as the label names it."""
    word = "expires" if lot.expiry_date == lot.last_sale_date else "best before"
    return f"{word} {shown(lot.last_sale_date)}"


def free_for(row: Considered) -> int:
    """What a balance that was considered could still give this demand."""
    return row.available if row.verdict in ("taken", "not_needed") else 0
