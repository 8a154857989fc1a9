"""Does the book agree with itself? Every promise that data can show, each one set-based statement. Repairs nothing.

Each statement compares within one snapshot of the database, so that it may run while the warehouse works.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

from stillage.audit import seals
from stillage.core.clock import now
from stillage.core.sql import is_postgres, stored
from stillage.stock.expiry import FOREVER

MAX_LINES = 200
SEALED = (
    seals.Sealed(
        table="stock_movement",
        noun="movement",
        written="moved_at",
        columns=(
            "id",
            "operation_id",
            "kind",
            "product_id",
            "lot_id",
            "from_location_id",
            "to_location_id",
            "quantity",
            "reason",
            "reference",
            "demand_id",
            "unit_cost",
            "reverses_id",
            "user_id",
            "username",
            "moved_at",
        ),
    ),
    seals.Sealed(
        table="audit_entry",
        noun="audit entry",
        written="at",
        columns=(
            "id",
            "at",
            "user_id",
            "username",
            "action",
            "object_type",
            "object_id",
            "object_label",
            "warehouse_id",
            "before",
            "after",
            "address",
            "request_id",
            "session_id",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Check:
    """A promise: SQL that finds what breaks it, and a sentence over the columns found."""

    sentence: str
    sql: str
    parameters: tuple[Any, ...] = ()


# ---- balances -----------------------------------------------------------------------------------
_NAMED = """
SELECT COALESCE(p.sku, 'a product that is not there') AS product, COALESCE(l.number, '#' || CAST(d.lot_id AS text)) AS lot,
  COALESCE(x.full_code, '#' || CAST(d.location_id AS text)) AS place, d.book, d.sum
FROM ({differences}) d
LEFT JOIN stock_lot l ON l.id = d.lot_id
LEFT JOIN catalogue_product p ON p.id = l.product_id
LEFT JOIN places_location x ON x.id = d.location_id
"""
# Both sides in one column each, so that a row missing on either side shows as a nought.
_ON_HAND = """
SELECT f.lot_id, f.location_id, SUM(f.book) AS book, SUM(f.units) AS sum FROM (
  SELECT lot_id, to_location_id AS location_id, 0 AS book, quantity AS units FROM stock_movement
  UNION ALL SELECT lot_id, from_location_id, 0, -quantity FROM stock_movement
  UNION ALL SELECT lot_id, location_id, on_hand, 0 FROM stock_balance
) f JOIN places_location v ON v.id = f.location_id AND NOT v.is_virtual
GROUP BY f.lot_id, f.location_id HAVING SUM(f.book) <> SUM(f.units)
"""
_ALLOCATED = """
SELECT f.lot_id, f.location_id, SUM(f.book) AS book, SUM(f.units) AS sum FROM (
  SELECT lot_id, location_id, 0 AS book, quantity AS units FROM stock_allocation
  UNION ALL SELECT lot_id, location_id, allocated, 0 FROM stock_balance
) f GROUP BY f.lot_id, f.location_id HAVING SUM(f.book) <> SUM(f.units)
"""
_OVERSOLD = """
SELECT lot_id, location_id, allocated AS book, on_hand AS sum FROM stock_balance
WHERE allocated < 0 OR allocated > on_hand
"""
_AT_VIRTUAL = """
SELECT b.lot_id, b.location_id, b.on_hand AS book, 0 AS sum FROM stock_balance b
JOIN places_location v ON v.id = b.location_id WHERE v.is_virtual
"""
_MISFILED = """
SELECT b.id AS balance, p.sku AS product, l.number AS lot, x.full_code AS place,
  q.sku AS book_product, w.code AS book_warehouse
FROM stock_balance b
LEFT JOIN stock_lot l ON l.id = b.lot_id
LEFT JOIN catalogue_product p ON p.id = l.product_id
LEFT JOIN places_location x ON x.id = b.location_id
LEFT JOIN catalogue_product q ON q.id = b.product_id
LEFT JOIN places_warehouse w ON w.id = b.warehouse_id
WHERE l.id IS NULL OR x.id IS NULL OR b.product_id <> l.product_id OR b.warehouse_id <> x.warehouse_id
"""
# What should be there and is not, or the other way round.
_PRESENT = """
SELECT p.sku AS product, l.number AS lot, x.full_code AS place, SUM(f.book) AS book, SUM(f.kept) AS kept FROM (
  SELECT b.id, b.product_id, b.warehouse_id, b.lot_id, b.location_id, l.last_sale_date, 1 AS book, 0 AS kept
    FROM stock_balance b JOIN stock_lot l ON l.id = b.lot_id WHERE b.on_hand > 0
  UNION ALL SELECT balance_id, product_id, warehouse_id, lot_id, location_id, last_sale_date, 0, 1 FROM stock_present
) f
LEFT JOIN catalogue_product p ON p.id = f.product_id
LEFT JOIN stock_lot l ON l.id = f.lot_id
LEFT JOIN places_location x ON x.id = f.location_id
GROUP BY f.id, f.product_id, f.warehouse_id, f.lot_id, f.location_id, f.last_sale_date, p.sku, l.number, x.full_code
HAVING SUM(f.book) <> SUM(f.kept)
"""
# ---- lots ---------------------------------------------------------------------------------------
# Promise 8: what came in, less what went out, is what lies there (in transit is a place like others). What went
# back to a supplier is taken off what was received.
_TRACE = """
SELECT p.sku AS product, COALESCE(l.number, '#' || CAST(t.lot_id AS text)) AS lot, t.received, t.shipped, t.scrapped,
  t.counted, t.here, t.received - t.shipped - t.scrapped + t.counted AS made
FROM (
  SELECT lot_id,
    SUM(CASE WHEN place = 'supplier' THEN units ELSE 0 END) AS received,
    SUM(CASE WHEN place = 'customer' THEN -units ELSE 0 END) AS shipped,
    SUM(CASE WHEN place = 'scrap' THEN -units ELSE 0 END) AS scrapped,
    SUM(CASE WHEN place = 'adjustment' THEN units ELSE 0 END) AS counted,
    SUM(CASE WHEN place = 'here' THEN units ELSE 0 END) AS here
  FROM (
    SELECT m.lot_id, f.kind AS place, m.quantity AS units FROM stock_movement m
      JOIN places_location f ON f.id = m.from_location_id AND f.is_virtual
    UNION ALL SELECT m.lot_id, t.kind, -m.quantity FROM stock_movement m
      JOIN places_location t ON t.id = m.to_location_id AND t.is_virtual
    UNION ALL SELECT lot_id, 'here', on_hand FROM stock_balance
  ) flow GROUP BY lot_id
) t
LEFT JOIN stock_lot l ON l.id = t.lot_id
LEFT JOIN catalogue_product p ON p.id = l.product_id
WHERE t.received - t.shipped - t.scrapped + t.counted <> t.here
"""
_LAST_SALE = """
SELECT product, lot, kept, rule FROM (
  SELECT p.sku AS product, l.number AS lot, l.last_sale_date AS kept,
    CASE WHEN l.expiry_date IS NULL AND l.best_before_date IS NULL THEN {forever}
      WHEN l.best_before_date IS NULL OR l.expiry_date <= l.best_before_date THEN l.expiry_date
      ELSE l.best_before_date END AS rule
  FROM stock_lot l JOIN catalogue_product p ON p.id = l.product_id
) dated WHERE kept <> rule
"""
# ---- movements ----------------------------------------------------------------------------------
_ENDS = """
SELECT m.id AS movement, m.kind AS kind, p.sku AS product, l.number AS lot,
  COALESCE(f.full_code, '#' || CAST(m.from_location_id AS text)) AS source,
  COALESCE(t.full_code, '#' || CAST(m.to_location_id AS text)) AS target, m.quantity AS quantity
FROM stock_movement m
LEFT JOIN stock_lot l ON l.id = m.lot_id
LEFT JOIN catalogue_product p ON p.id = m.product_id
LEFT JOIN places_location f ON f.id = m.from_location_id
LEFT JOIN places_location t ON t.id = m.to_location_id
WHERE l.id IS NULL OR l.product_id <> m.product_id OR m.quantity <= 0 OR m.from_location_id = m.to_location_id
  OR f.id IS NULL OR t.id IS NULL OR (f.is_virtual AND t.is_virtual)
  OR ((f.is_virtual OR t.is_virtual) AND f.warehouse_id <> t.warehouse_id)
  OR NOT CASE m.kind
    WHEN 'receive' THEN f.kind = 'supplier'
    WHEN 'move' THEN NOT f.is_virtual AND NOT t.is_virtual
    WHEN 'pick' THEN NOT f.is_virtual AND NOT t.is_virtual AND m.demand_id IS NOT NULL
    WHEN 'put_back' THEN NOT f.is_virtual AND NOT t.is_virtual AND m.demand_id IS NOT NULL
    WHEN 'return' THEN f.kind = 'customer'
    WHEN 'adjust' THEN f.kind = 'adjustment' OR t.kind = 'adjustment'
    WHEN 'scrap' THEN t.kind = 'scrap'
    WHEN 'issue' THEN t.kind = 'customer'
    WHEN 'transfer' THEN m.demand_id IS NOT NULL AND NOT f.is_virtual AND NOT t.is_virtual
      AND (f.kind = 'transit') <> (t.kind = 'transit')
    WHEN 'count' THEN f.kind = 'adjustment' OR t.kind = 'adjustment'
    WHEN 'send_back' THEN t.kind = 'supplier' AND m.demand_id IS NOT NULL
    WHEN 'reverse' THEN m.reverses_id IS NOT NULL
    ELSE 1 = 0 END
"""
_MIRROR = """
SELECT r.id AS movement, r.reverses_id AS reversed, r.quantity AS quantity, COALESCE(m.quantity, 0) AS was
FROM stock_movement r LEFT JOIN stock_movement m ON m.id = r.reverses_id
WHERE r.reverses_id IS NOT NULL AND (m.id IS NULL OR r.kind <> 'reverse' OR r.id <= m.id
  OR r.product_id <> m.product_id OR r.lot_id <> m.lot_id OR r.quantity <> m.quantity
  OR r.from_location_id <> m.to_location_id OR r.to_location_id <> m.from_location_id)
"""
_ONCE = """
SELECT reverses_id AS movement, COUNT(*) AS times FROM stock_movement
WHERE reverses_id IS NOT NULL GROUP BY reverses_id HAVING COUNT(*) > 1
"""
_WHOLE = """
SELECT {operation} AS operation, COUNT(*) AS movements, COUNT(r.id) AS undone
FROM stock_movement m LEFT JOIN stock_movement r ON r.reverses_id = m.id
GROUP BY m.operation_id HAVING COUNT(r.id) > 0 AND COUNT(r.id) < COUNT(*)
"""
# ---- what tells of it ---------------------------------------------------------------------------
_UNTOLD = """
SELECT o.operation, o.kind, o.movements FROM (
  SELECT {operation} AS operation, MIN(m.kind) AS kind, COUNT(*) AS movements FROM stock_movement m GROUP BY m.operation_id
) o WHERE NOT EXISTS (SELECT 1 FROM audit_entry a WHERE a.object_type = 'operation' AND a.object_id = o.operation
  AND a.action = 'stock.' || o.kind)
"""
_UNDONE = """
SELECT a.id AS entry, a.action AS action, a.object_id AS operation FROM audit_entry a
WHERE a.object_type = 'operation' AND a.object_id NOT IN (SELECT {operation} FROM stock_movement m)
"""
_UNANSWERED = """
SELECT user_id AS person, operation, key FROM rest_idempotencykey WHERE status IS NULL OR answer IS NULL
"""
_HOLD_SCOPE = """
SELECT h.id AS hold, l.number AS lot, h.scope AS scope FROM stock_hold h LEFT JOIN stock_lot l ON l.id = h.lot_id
WHERE h.scope <> CASE WHEN h.location_id IS NULL THEN 'everywhere' ELSE 'location:' || CAST(h.location_id AS text) END
"""


# Rooms above have books of their own that must agree with this one; each adds its checks when the house opens.
_FROM_ABOVE: list[Callable[[], list[Check]]] = []


def also(more: Callable[[], list[Check]]) -> None:
    """Called once by each room that has checks of its own."""
    if more not in _FROM_ABOVE:
        _FROM_ABOVE.append(more)


def operation_text(column: str) -> str:
    """An operation's id as the audit trail writes it."""
    if is_postgres():
        return f"CAST({column} AS text)"
    parts = [
        f"substr({column}, {start}, {length})"
        for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    ]
    return " || '-' || ".join(parts)


def checks() -> list[Check]:
    """Every promise of the book that one statement can show."""
    operation = {"operation": operation_text("m.operation_id")}
    forever = "CAST(%s AS date)" if is_postgres() else "%s"
    return [
        Check(
            "{product} lot {lot} at {place}: the balance says {book}, its movements make {sum}.",
            _NAMED.format(differences=_ON_HAND),
        ),
        Check(
            "{product} lot {lot} at {place}: the balance says {book} are promised, its open allocations make {sum}.",
            _NAMED.format(differences=_ALLOCATED),
        ),
        Check(
            "{product} lot {lot} at {place}: {book} are promised of {sum}.",
            _NAMED.format(differences=_OVERSOLD),
        ),
        Check(
            "{product} lot {lot} at {place}: a virtual place has a balance of {book}; it must have none.",
            _NAMED.format(differences=_AT_VIRTUAL),
        ),
        Check(
            "Balance {balance} of {product} lot {lot} at {place} is filed under {book_product} in {book_warehouse}.",
            _MISFILED,
        ),
        Check(
            "{product} lot {lot} at {place}: what lies there says {kept}, the balance {book}.",
            _PRESENT,
        ),
        Check(
            "{product} lot {lot}: {received} received, {shipped} shipped, {scrapped} scrapped and {counted} counted"
            " make {made}, but {here} lie there.",
            _TRACE,
        ),
        Check(
            "{product} lot {lot}: its last day of sale is kept as {kept}, its dates make it {rule}.",
            _LAST_SALE.format(forever=forever),
            (stored(FOREVER),),
        ),
        Check(
            "Movement {movement} ({kind}, {quantity} of {product} lot {lot} from {source} to {target}) cannot be.",
            _ENDS,
        ),
        Check(
            "Movement {movement} reverses movement {reversed} but is not its mirror image ({quantity} against {was}).",
            _MIRROR,
        ),
        Check("Movement {movement} is reversed {times} times.", _ONCE),
        Check(
            "Operation {operation} is undone in part: {undone} of {movements} movements.",
            _WHOLE.format(**operation),
        ),
        Check(
            "Operation {operation} ({kind}, {movements} movements) has no audit row.",
            _UNTOLD.format(**operation),
        ),
        Check(
            "Audit entry {entry} tells of {action} {operation}, of which there is no movement.",
            _UNDONE.format(**operation),
        ),
        Check(
            "Idempotency key {key} of user {person} for {operation} was kept without its answer.", _UNANSWERED
        ),
        Check("Hold {hold} of lot {lot} says {scope}, which is not its place.", _HOLD_SCOPE),
    ]


@contextmanager
def _patiently() -> Iterator[None]:
    """The whole book takes longer to read than a request may last."""
    if not is_postgres():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), set_config('statement_timeout', '0', false)"
        )
        before = cursor.fetchone()[0]
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [before])


def disagreements(
    *, seal: bool, at: dt.datetime | None = None, told: Callable[[int, int], None] | None = None
) -> list[str]:
    """What does not agree, in sentences: the first 200 and how many more. Empty when all is well.

    With `seal`, rows that came since the last time are sealed afterwards (`audit/seals.py`). `told` is called after
    each part with how many are done of how many.
    """
    lines: list[str] = []
    count = 0
    tell = told or (lambda done, parts: None)
    every = [*checks(), *(one for more in _FROM_ABOVE for one in more())]
    parts = len(every) + len(SEALED)
    with _patiently():
        for done, check in enumerate(every, start=1):
            found, total = _broken(check)
            lines += found
            count += total
            tell(done, parts)
        for done, table in enumerate(SEALED, start=len(every) + 1):
            faults = list(seals.faults(table, limit=MAX_LINES))
            lines += faults
            count += len(faults)
            if seal and not faults:
                seals.seal(table, at=at or now())
            tell(done, parts)
    if count > MAX_LINES:
        return [*lines[:MAX_LINES], f"… and {count - MAX_LINES} more: {count} disagreements in all."]
    return lines


def _broken(check: Check) -> tuple[list[str], int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT q.*, COUNT(*) OVER () AS total FROM ({check.sql}) q ORDER BY 1, 2 LIMIT {MAX_LINES}",
            check.parameters,
        )
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [check.sentence.format_map(row) for row in rows], int(rows[0]["total"]) if rows else 0


__all__ = ["SEALED", "Check", "also", "checks", "disagreements"]
