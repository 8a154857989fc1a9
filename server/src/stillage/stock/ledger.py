"""The only writer of movements, balances and allocations: a fixed number of SQL statements whatever the length.

Locks are always taken on balances in id order (docs/locking.md), so that no two postings can wait for each other.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from stillage.core.actor import Actor
from stillage.core.locking import for_update
from stillage.core.sql import execute, fetch, fetch_alone, is_postgres, member, rows, stored, table


class Entry(NamedTuple):
    """One movement to be written. A location that is virtual has no balance."""

    product_id: int
    lot_id: int
    from_location_id: int
    to_location_id: int
    from_warehouse_id: int | None  # None where the location is virtual
    to_warehouse_id: int | None
    quantity: int
    reason: str = ""
    unit_cost: Decimal | None = None
    reverses_id: int | None = None
    demand_id: UUID | None = None


@dataclass(slots=True)
class Held:
    """A balance under lock, as it will be."""

    id: int
    lot_id: int
    location_id: int
    on_hand: int
    allocated: int

    @property
    def free(self) -> int:
        return self.on_hand - self.allocated


Place = tuple[int, int]  # lot_id, location_id


@dataclass(frozen=True, slots=True)
class Shortage:
    """An entry that takes more than is free."""

    index: int
    balance: Held


class Short(Exception):
    """Some entries take more than is free; nothing was written. The operation turns it into a refusal."""

    def __init__(self, shortages: list[Shortage]) -> None:
        super().__init__(f"{len(shortages)} short")
        self.shortages = shortages


def post(
    entries: Sequence[Entry],
    *,
    actor: Actor,
    kind: str,
    operation_id: UUID,
    reference: str,
    at: dt.datetime,
    promised: bool = False,
) -> tuple[list[int], dict[Place, Held]]:
    """Write movements and bring their balances up to date. Three statements (four on SQLite). Raises Short.

    With `promised` the units are promised ones, and `allocated` goes wherever they go: out of the books with
    them, or on to the next place (see `carry`).
    Returns the movements' ids in the order of the entries, and the balances touched.
    """
    change: dict[Place, int] = defaultdict(int)
    owners: dict[Place, tuple[int, int]] = {}
    for entry in entries:
        for location_id, warehouse_id, sign in (
            (entry.from_location_id, entry.from_warehouse_id, -1),
            (entry.to_location_id, entry.to_warehouse_id, 1),
        ):
            if warehouse_id is not None:
                change[entry.lot_id, location_id] += sign * entry.quantity
                owners[entry.lot_id, location_id] = (entry.product_id, warehouse_id)
    balances = _lock(change, owners)
    shortages = _apply(entries, change, balances, promised=promised)
    if shortages:
        raise Short(shortages)
    ids = _write(
        list(balances.values()),
        entries,
        actor=actor,
        kind=kind,
        operation_id=operation_id,
        reference=reference,
        at=at,
    )
    return ids, balances


def ready(entries: Sequence[Entry]) -> dict[Place, Held]:
    """Make and lock, once and in id order, all balances that several postings of one step will touch. One statement,
    or three where some are new."""
    owners: dict[Place, tuple[int, int]] = {}
    for entry in entries:
        for location_id, warehouse_id in (
            (entry.from_location_id, entry.from_warehouse_id),
            (entry.to_location_id, entry.to_warehouse_id),
        ):
            if warehouse_id is not None:
                owners[entry.lot_id, location_id] = (entry.product_id, warehouse_id)
    return _lock(dict.fromkeys(owners, 0), owners)


def there(places: Sequence[Place]) -> dict[Place, Held]:
    """Lock, in id order, those of some balances that exist; nothing is made. One statement."""
    found = fetch(
        "SELECT b.id, b.lot_id, b.location_id, b.on_hand, b.allocated FROM stock_balance b"
        f" JOIN {table('asked', _PLACE)} ON b.lot_id = asked.lot_id AND b.location_id = asked.location_id"
        " ORDER BY b.id" + for_update("b"),
        [rows({"lot_id": lot_id, "location_id": location_id} for lot_id, location_id in sorted(set(places)))],
    )
    return {(row[1], row[2]): Held(*row) for row in found}


def _apply(
    entries: Sequence[Entry], change: dict[Place, int], balances: dict[Place, Held], *, promised: bool
) -> list[Shortage]:
    """Work the changes into the locked balances; say which entries take too much."""
    short: set[Place] = set()
    for place, delta in change.items():
        balance = balances[place]
        left = balance.allocated if promised else balance.free
        if left + delta < 0:
            short.add(place)
            continue
        balance.on_hand += delta
        if promised:
            balance.allocated += delta
    return [
        Shortage(index, balances[entry.lot_id, entry.from_location_id])
        for index, entry in enumerate(entries)
        if (entry.lot_id, entry.from_location_id) in short
    ]


def _lock(change: dict[Place, int], owners: dict[Place, tuple[int, int]]) -> dict[Place, Held]:
    """Lock all balances in id order. Where some are missing nothing is locked until they are made."""
    found = _locked(change)
    if len(found) < len(change):
        _make(sorted(change), owners)
        found = _locked(change)
    return found


_PLACE = {"lot_id": "bigint", "location_id": "bigint"}


def _locked(change: dict[Place, int]) -> dict[Place, Held]:
    """All of them or none: who holds some must not wait for others to be made."""
    here = "b.lot_id = line.lot_id AND b.location_id = line.location_id"
    found = fetch(
        f"WITH line AS MATERIALIZED (SELECT lot_id, location_id FROM {table('asked', _PLACE)})"
        f" SELECT b.id, b.lot_id, b.location_id, b.on_hand, b.allocated FROM stock_balance b JOIN line ON {here}"
        f" WHERE (SELECT COUNT(*) FROM stock_balance b JOIN line ON {here}) = %s ORDER BY b.id"
        + for_update("b"),
        [
            rows({"lot_id": lot_id, "location_id": location_id} for lot_id, location_id in sorted(change)),
            len(change),
        ],
    )
    return {(row[1], row[2]): Held(*row) for row in found}


def _make(wanted: Sequence[Place], owners: dict[Place, tuple[int, int]]) -> None:
    columns = {"product_id": "bigint", "lot_id": "bigint", "location_id": "bigint", "warehouse_id": "bigint"}
    names = ", ".join(columns)
    execute(
        f"INSERT INTO stock_balance ({names}, on_hand, allocated) SELECT {names}, 0, 0 FROM "
        + table("line", columns)
        + " WHERE true ON CONFLICT (lot_id, location_id) DO NOTHING",
        [
            rows(
                {
                    "product_id": owners[place][0],
                    "lot_id": place[0],
                    "location_id": place[1],
                    "warehouse_id": owners[place][1],
                }
                for place in wanted
            )
        ],
    )


_MOVEMENT = {
    "product_id": "bigint",
    "lot_id": "bigint",
    "from_location_id": "bigint",
    "to_location_id": "bigint",
    "quantity": "bigint",
    "reason": "text",
    "demand_id": "uuid",
    "unit_cost": "numeric",
    "reverses_id": "bigint",
}


def _write(
    balances: list[Held],
    entries: Sequence[Entry],
    *,
    actor: Actor,
    kind: str,
    operation_id: UUID,
    reference: str,
    at: dt.datetime,
) -> list[int]:
    """Bring the balances up to date and add the movements; one statement where the engine can do both in one."""
    update = (
        "UPDATE stock_balance SET on_hand = line.on_hand, allocated = line.allocated FROM "
        + table("line", {"id": "bigint", "on_hand": "bigint", "allocated": "bigint"})
        + " WHERE stock_balance.id = line.id"
    )
    states = rows({"id": b.id, "on_hand": b.on_hand, "allocated": b.allocated} for b in balances)
    columns = ", ".join(_MOVEMENT)
    insert = (
        f"INSERT INTO stock_movement ({columns}, operation_id, kind, reference, user_id, username, moved_at)"
        f" SELECT {columns}, %s, %s, %s, %s, %s, %s FROM "
        + table("line", _MOVEMENT)
        + " WHERE true RETURNING id"
    )
    values = [
        stored(operation_id),
        kind,
        reference,
        actor.user_id,
        actor.username,
        stored(at),
        rows({name: getattr(entry, name) for name in _MOVEMENT} for entry in entries),
    ]
    if is_postgres():
        found = fetch(f"WITH brought_up_to_date AS ({update}) {insert}", [states, *values])
    else:
        execute(update, [states])
        found = fetch(insert, values)
    return sorted(row[0] for row in found)


# ---- allocations --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Candidate:
    """A balance under lock from which units may be promised, in FEFO order."""

    id: int
    product_id: int
    warehouse_id: int
    lot_id: int
    location_id: int
    free: int


_CANDIDATES = """
SELECT b.id, b.product_id, b.warehouse_id, b.lot_id, b.location_id, b.on_hand - b.allocated,
  l.last_sale_date, p.pick_sequence
FROM stock_balance b
JOIN stock_lot l ON l.id = b.lot_id
JOIN places_location p ON p.id = b.location_id
WHERE b.product_id {products} AND b.warehouse_id {warehouses} AND b.on_hand > b.allocated
  AND p.kind {kinds} AND p.is_active
  AND NOT EXISTS (SELECT 1 FROM stock_hold h WHERE h.lot_id = b.lot_id AND h.released_at IS NULL
      AND (h.location_id IS NULL OR h.location_id = b.location_id))
ORDER BY b.id
"""


def candidates(
    *, product_ids: Sequence[int], warehouse_ids: Sequence[int], kinds: Sequence[str]
) -> list[tuple[Candidate, dt.date]]:
    """Lock, in id order, all balances that could serve; return them in FEFO order with their last sale date."""
    products, warehouses, allowed = (
        member(product_ids, "bigint"),
        member(warehouse_ids, "bigint"),
        member(kinds, "text"),
    )
    found = fetch(
        _CANDIDATES.format(products=products[0], warehouses=warehouses[0], kinds=allowed[0])
        + for_update("b"),
        [*products[1], *warehouses[1], *allowed[1]],
    )
    found.sort(key=lambda row: (str(row[6]), row[3], row[7], row[0]))
    return [
        (Candidate(*row[:6]), dt.date.fromisoformat(row[6]) if isinstance(row[6], str) else row[6])
        for row in found
    ]


@dataclass(frozen=True, slots=True)
class Promise:
    """Units of one balance for one demand."""

    balance_id: int
    lot_id: int
    location_id: int
    demand_id: UUID
    reference: str
    quantity: int


def promise(promises: Sequence[Promise], *, at: dt.datetime) -> None:
    """Write allocations and raise `allocated`. Two statements. The balances must be under lock."""
    taken: dict[int, int] = defaultdict(int)
    wanted: dict[tuple[UUID, int, int], Promise] = {}
    for one in promises:
        taken[one.balance_id] += one.quantity
        key = (one.demand_id, one.lot_id, one.location_id)
        # PostgreSQL touches a row once a statement, so what goes to one row goes together.
        wanted[key] = replace(one, quantity=one.quantity + wanted[key].quantity) if key in wanted else one
    _shift_allocated(taken)
    _add_allocations(
        [{name: getattr(one, name) for name in _ALLOCATION} for one in wanted.values()],
        at=at,
    )


_ALLOCATION = {
    "demand_id": "uuid",
    "reference": "text",
    "lot_id": "bigint",
    "location_id": "bigint",
    "quantity": "bigint",
}


def _add_allocations(lines: Sequence[dict[str, Any]], *, at: dt.datetime) -> None:
    names = ", ".join(_ALLOCATION)
    execute(
        f"INSERT INTO stock_allocation ({names}, created_at) SELECT {names}, %s FROM "
        + table("line", _ALLOCATION)
        + " WHERE true ON CONFLICT (demand_id, lot_id, location_id)"
        " DO UPDATE SET quantity = stock_allocation.quantity + excluded.quantity",
        [stored(at), rows(lines)],
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """Units of one product in one warehouse for a demand, of lots that last until a day."""

    demand_id: UUID
    reference: str
    product_id: int
    warehouse_id: int
    quantity: int
    earliest: dt.date


_WISH = {
    "n": "int",
    "demand_id": "uuid",
    "reference": "text",
    "product_id": "bigint",
    "warehouse_id": "bigint",
    "quantity": "bigint",
    "earliest": "date",
}
# The same balances are locked as by `candidates`, in the same order, so that what is refused here can be gone through
# there without another lock. What follows reads the rows as they are under lock.
_AT_ONCE = """
WITH wish AS MATERIALIZED (SELECT * FROM {wishes}),
locked AS MATERIALIZED (
  SELECT b.id, wish.n, b.lot_id, b.location_id, b.on_hand - b.allocated AS free, l.last_sale_date, p.pick_sequence,
    l.last_sale_date >= wish.earliest AS lasts
  FROM wish
  JOIN stock_balance b ON b.product_id = wish.product_id AND b.warehouse_id = wish.warehouse_id
  JOIN stock_lot l ON l.id = b.lot_id
  JOIN places_location p ON p.id = b.location_id
  WHERE b.on_hand > b.allocated AND p.kind {kinds} AND p.is_active
    AND NOT EXISTS (SELECT 1 FROM stock_hold h WHERE h.lot_id = b.lot_id AND h.released_at IS NULL
        AND (h.location_id IS NULL OR h.location_id = b.location_id))
  ORDER BY b.id FOR NO KEY UPDATE OF b
),
ranked AS (
  SELECT *, SUM(free) OVER (PARTITION BY n ORDER BY last_sale_date, lot_id, pick_sequence, id) - free AS before
  FROM locked WHERE lasts AND free > 0
),
taken AS MATERIALIZED (
  SELECT r.n, r.id, r.lot_id, r.location_id, CAST(LEAST(r.free, w.quantity - r.before) AS bigint) AS units, r.last_sale_date,
    r.before, w.demand_id, w.reference
  FROM ranked r JOIN wish w ON w.n = r.n WHERE r.before < w.quantity
),
met AS MATERIALIZED (
  SELECT (SELECT SUM(units) FROM taken) = (SELECT SUM(quantity) FROM wish) AS whole
),
raised AS (
  UPDATE stock_balance SET allocated = stock_balance.allocated + taken.units FROM taken
  WHERE stock_balance.id = taken.id AND (SELECT whole FROM met)
),
written AS (
  INSERT INTO stock_allocation (demand_id, reference, lot_id, location_id, quantity, created_at)
  SELECT demand_id, reference, lot_id, location_id, units, %s FROM taken WHERE (SELECT whole FROM met)
  ON CONFLICT (demand_id, lot_id, location_id) DO UPDATE SET quantity = stock_allocation.quantity + excluded.quantity
){told}
SELECT n, id, lot_id, location_id, units FROM taken WHERE (SELECT whole FROM met) ORDER BY n, before
"""
# What is told of it where the statement is a transaction by itself: a row for each document and warehouse. The beginning
# comes from the trail (`audit.record.beginning`). Numbers and UUIDs alone go into the JSON; nothing in it needs a quote.
_TOLD = """,
said AS (
  SELECT MIN(t.n) AS n, t.reference, w.warehouse_id, SUM(t.units) AS units, string_agg('{{"demand_id":"' || t.demand_id
    || '","lot_id":' || t.lot_id || ',"location_id":' || t.location_id || ',"quantity":' || t.units || '}}',
    ',' ORDER BY t.n, t.before) AS lines
  FROM taken t JOIN wish w ON w.n = t.n WHERE (SELECT whole FROM met) GROUP BY t.reference, w.warehouse_id
),
told AS (
  {beginning} LEFT(reference, 64), LEFT(units || ' of ' || units || ' units promised to ' || reference, 250),
    warehouse_id, '{{"asked":' || units || ',"promised":' || units || ',"lines":[' || lines || ']}}'
  FROM said ORDER BY n
)"""


@cache
def _at_once(allowed: str, beginning: str) -> str:
    return _AT_ONCE.format(
        wishes=table("asked", _WISH),
        kinds=allowed,
        told=_TOLD.format(beginning=beginning) if beginning else "",
    )


def promise_at_once(
    wishes: Sequence[Wish],
    *,
    kinds: Sequence[str],
    at: dt.datetime,
    trail: tuple[str, list[Any]] | None = None,
) -> list[list[Promise]] | None:
    """Lock, choose first expired first, and write, in one statement; for PostgreSQL, and for wishes that do not share
    a product and warehouse. None, and nothing is written, when they cannot all be met in full.

    With a `trail` (`audit.record.beginning`) it writes that too, and so is whole without anything after it.
    """
    allowed, parameters = member(kinds, "text")
    beginning, told = trail or ("", [])
    found = (fetch_alone if trail else fetch)(
        _at_once(allowed, beginning),
        [
            rows(
                {"n": n, **{name: getattr(wish, name) for name in _WISH if name != "n"}}
                for n, wish in enumerate(wishes)
            ),
            *parameters,
            at,
            *told,
        ],
    )
    if not found:
        return None
    promises: list[list[Promise]] = [[] for _ in wishes]
    for n, balance_id, lot_id, location_id, units in found:
        wish = wishes[n]
        promises[n].append(Promise(balance_id, lot_id, location_id, wish.demand_id, wish.reference, units))
    return promises


def _shift_allocated(by_balance: dict[int, int]) -> None:
    execute(
        "UPDATE stock_balance SET allocated = stock_balance.allocated + line.quantity FROM "
        + table("line", {"id": "bigint", "quantity": "bigint"})
        + " WHERE stock_balance.id = line.id",
        [rows({"id": balance_id, "quantity": quantity} for balance_id, quantity in by_balance.items())],
    )


@dataclass(frozen=True, slots=True)
class Open:
    """An open allocation under lock, with its balance."""

    id: int
    balance_id: int
    product_id: int
    warehouse_id: int
    lot_id: int
    location_id: int
    demand_id: UUID
    reference: str
    quantity: int


def open_allocations(demand_ids: Sequence[UUID]) -> list[Open]:
    """Lock the balances (in id order) behind the open allocations of some demands, and read them. Two statements.

    They are read after the lock, in a statement of their own: whoever held it may have used them up.
    """
    keys = [str(one) if is_postgres() else one.hex for one in demand_ids]
    wanted, parameters = member(keys, "uuid")
    locked = fetch(
        "SELECT b.id FROM stock_balance b WHERE EXISTS (SELECT 1 FROM stock_allocation a"
        f" WHERE a.lot_id = b.lot_id AND a.location_id = b.location_id AND a.demand_id {wanted})"
        " ORDER BY b.id" + for_update("b"),
        parameters,
    )
    if not locked:
        return []
    balances, more = member([row[0] for row in locked], "bigint")
    found = fetch(
        "SELECT a.id, b.id, b.product_id, b.warehouse_id, b.lot_id, b.location_id, a.demand_id, a.reference, a.quantity"
        " FROM stock_allocation a JOIN stock_balance b ON b.lot_id = a.lot_id AND b.location_id = a.location_id"
        f" WHERE a.demand_id {wanted} AND b.id {balances} ORDER BY b.id",
        [*parameters, *more],
    )
    return [_open(row) for row in found]


def _open(row: Sequence[Any]) -> Open:
    """PostgreSQL gives UUIDs, SQLite text."""
    values = list(row)
    values[6] = values[6] if isinstance(values[6], UUID) else UUID(values[6])
    return Open(*values)


def free(allocations: Sequence[Open], *, keep_allocated: bool = False) -> None:
    """Close allocations. With `keep_allocated` the balances stay as they are: `post` uses the promise up."""
    wanted, parameters = member([one.id for one in allocations], "bigint")
    execute(f"DELETE FROM stock_allocation WHERE id {wanted}", parameters)
    if not keep_allocated:
        _lower_allocated(allocations)


def free_part(allocations: Sequence[Open]) -> None:
    """Take `quantity` units out of allocations under lock that have more than that. Two statements."""
    execute(
        "UPDATE stock_allocation SET quantity = stock_allocation.quantity - line.quantity FROM "
        + table("line", {"id": "bigint", "quantity": "bigint"})
        + " WHERE stock_allocation.id = line.id",
        [rows({"id": one.id, "quantity": one.quantity} for one in allocations)],
    )
    _lower_allocated(allocations)


def _lower_allocated(allocations: Sequence[Open]) -> None:
    freed: dict[int, int] = defaultdict(int)
    for one in allocations:
        freed[one.balance_id] -= one.quantity
    _shift_allocated(freed)


_KEY = {"demand_id": "uuid", "lot_id": "bigint", "location_id": "bigint", "quantity": "bigint"}
_SAME = "a.demand_id = line.demand_id AND a.lot_id = line.lot_id AND a.location_id = line.location_id"


def carry(entries: Sequence[Entry], *, references: dict[UUID, str], at: dt.datetime) -> bool:
    """Let allocations follow units that `post` moved as promised ones. Three statements.

    False when a demand had less promised at a place than was moved for it; the caller then refuses, which
    undoes the movement too.
    """
    leaving: dict[tuple[UUID, int, int], int] = defaultdict(int)
    arriving: dict[tuple[UUID, int, int], int] = defaultdict(int)
    for entry in entries:
        if entry.demand_id is None:
            raise ValueError("only units of a demand carry a promise")
        leaving[entry.demand_id, entry.lot_id, entry.from_location_id] += entry.quantity
        arriving[entry.demand_id, entry.lot_id, entry.to_location_id] += entry.quantity
    left = [rows(_keyed(leaving))]
    source = table("line", _KEY)
    # What is used up goes first, so that nothing lowered by the second statement is met by the first.
    done = execute(
        f"DELETE FROM stock_allocation AS a WHERE EXISTS (SELECT 1 FROM {source} WHERE {_SAME}"
        " AND a.quantity = line.quantity)",
        left,
    )
    done += execute(
        f"UPDATE stock_allocation AS a SET quantity = a.quantity - line.quantity FROM {source}"
        f" WHERE {_SAME} AND a.quantity > line.quantity",
        left,
    )
    if done != len(leaving):
        return False
    _add_allocations(
        [{**line, "reference": references[line["demand_id"]]} for line in _keyed(arriving)], at=at
    )
    return True


def _keyed(units: dict[tuple[UUID, int, int], int]) -> list[dict[str, Any]]:
    return [
        {"demand_id": demand_id, "lot_id": lot_id, "location_id": location_id, "quantity": quantity}
        for (demand_id, lot_id, location_id), quantity in units.items()
    ]
