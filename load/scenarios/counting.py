"""A count of 10,000 places: opened, 10,000 lines entered in calls of 500, submitted and approved; against plain SQL of
the same writes, in the same run."""

from __future__ import annotations

import os
import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
from fill import sign_in
from harness import World
from results import Result
from statements import captured

NAME = "counting"
API = "/api/v1/counts"
PLACES, DEEP, LOTS = 10_000, 20, 500  # all places, those where something lies, and lots in each of these
SINGLE = 100  # places entered one by one, as somebody walks

_FILL = """
INSERT INTO places_location (warehouse_id, code, full_code, kind, zone, pick_sequence, is_active, version,
    created_at, updated_at)
  SELECT {w}, 'P' || g, '{code}/P' || g, 'storage', '', g, true, 1, now(), now() FROM generate_series(1, {places}) g;
INSERT INTO stock_lot (product_id, number, expiry_date, last_sale_date, created_at)
  SELECT (SELECT id FROM catalogue_product ORDER BY id OFFSET (g % 100) LIMIT 1), '{code}' || g,
    '2190-01-01', '2190-01-01', now()
  FROM generate_series(1, {lines}) g;
ANALYZE places_location, stock_lot;
INSERT INTO stock_balance (product_id, lot_id, location_id, warehouse_id, on_hand, allocated)
  SELECT l.product_id, l.id, x.id, {w}, 100, 0 FROM stock_lot l
  JOIN places_location x ON x.warehouse_id = {w}
    AND x.code = 'P' || (1 + CAST(substr(l.number, {tail}) AS int) % {deep})
  WHERE l.number LIKE '{code}%';
ANALYZE places_location, stock_lot, stock_balance;
"""


def house(url: str, code: str) -> int:
    """A warehouse of 10,000 places, in twenty of which 500 lots lie each."""
    from stillage.places.operations import open_warehouse

    pk = open_warehouse(code=code, name=code, timezone="UTC").pk
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            _FILL.format(w=pk, code=code, places=PLACES, lines=DEEP * LOTS, deep=DEEP, tail=len(code) + 1)
        )
    return int(pk)


def post(path: str, body: Any, token: str, *, expect: int = 200) -> Any:
    """A request inside this process: what is measured is what the server does, not the line to it."""
    from rest_framework.test import APIClient

    answer = APIClient().post(
        f"{API}{path}",
        body,
        format="json",
        HTTP_HOST="127.0.0.1",
        HTTP_AUTHORIZATION=f"Bearer {token}",
        HTTP_IDEMPOTENCY_KEY=uuid.uuid4().hex,
    )
    if answer.status_code != expect:
        raise RuntimeError(answer.content.decode()[:2000])
    return answer.json()


class Clock:
    """Seconds and statements of each step."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}
        self.statements: dict[str, set[int]] = {}

    def take(self, name: str, act: Callable[[], Any]) -> Any:
        found: list[Any] = []
        started = time.perf_counter()
        sent = captured(lambda: found.append(act()))
        self.seconds.setdefault(name, []).append(time.perf_counter() - started)
        self.statements.setdefault(name, set()).add(len(sent))
        return found[0]


def lines_of(url: str, code: str) -> dict[str, list[dict[str, Any]]]:
    """By place, what lies there less one of each."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT x.full_code, p.sku, l.number, b.on_hand FROM stock_balance b"
            " JOIN places_location x ON x.id = b.location_id JOIN stock_lot l ON l.id = b.lot_id"
            " JOIN catalogue_product p ON p.id = b.product_id WHERE x.full_code LIKE %s ORDER BY x.full_code, b.id",
            [f"{code}/%"],
        ).fetchall()
    found: dict[str, list[dict[str, Any]]] = {}
    for place, sku, lot, units in rows:
        found.setdefault(place, []).append({"product": sku, "lot": lot, "quantity": units - 1})
    return found


def by_rest(world: World, code: str) -> Clock:
    """The whole count through the API."""
    counter, manager = sign_in("picker"), sign_in("manager")
    house(world.url, code)
    lines, clock = lines_of(world.url, code), Clock()
    asked = {"warehouse": code, "method": "place", "zone": "", "recount": False, "note": "bench"}
    with psycopg.connect(world.url, autocommit=True) as connection:
        # the dock and other places of the house are not counted
        connection.execute(
            "UPDATE places_location SET is_active = false WHERE full_code LIKE %s AND code NOT LIKE 'P%%'",
            [f"{code}/%"],
        )
    made = clock.take("open", lambda: post("", asked, manager, expect=201))
    at, pk = f"/{made['number']}", made["id"]
    for place, own in lines.items():
        clock.take("enter", lambda p=place, o=own: post(f"{at}/enter", {"location": p, "lines": o}, counter))
        clock.take("done", lambda p=place: post(f"{at}/done", {"location": p}, counter))
    product = lines[next(iter(lines))][0]
    for n in range(PLACES - SINGLE + 1, PLACES + 1):
        one = {"location": f"{code}/P{n}", "lines": [{**product, "quantity": 0}]}
        clock.take("enter a line", lambda b=one: post(f"{at}/enter", b, counter))
        clock.take("done, a place", lambda n=n: post(f"{at}/done", {"location": f"{code}/P{n}"}, counter))
    with psycopg.connect(world.url, autocommit=True) as connection:
        connection.execute(
            "UPDATE counting_countplace SET done_at = now() WHERE count_id = %s AND done_at IS NULL", [pk]
        )
        connection.execute("ANALYZE counting_countplace, counting_countline")
    done = clock.take("submit", lambda: post(f"{at}/submit", {}, counter))
    if done["to_approve_count"] != DEEP * LOTS:
        raise RuntimeError(f"{done['to_approve_count']} wait")
    done = clock.take("approve", lambda: post(f"{at}/approve", {}, manager))
    if done["status"] != "closed" or done["totals"]["units_short"] != DEEP * LOTS:
        raise RuntimeError("not booked")
    return clock


# The least that leaves the same rows: sets of rows into and out of the same tables, nothing looked up, nothing refused.
_PLAIN = {
    "open": """
INSERT INTO counting_count (number, warehouse_id, status, method, blind, recount, tolerance_units, tolerance_percent, note,
    username, approved_by, version, created_at, updated_at)
  VALUES ('PLAIN-{code}', {w}, 'open', 'place', true, false, 0, 0, '', 'bench', '', 1, now(), now());
INSERT INTO counting_countplace (count_id, location_id, round, claimed_by, done_by)
  SELECT {count}, id, 1, '', '' FROM places_location WHERE warehouse_id = {w} AND code LIKE 'P%';
""",
    "enter": """
SELECT id FROM stock_balance WHERE location_id = {place} ORDER BY id FOR NO KEY UPDATE;
INSERT INTO counting_countline (count_id, location_id, round, product_id, lot_id, lot_number, counted, book, abc_class,
    outcome, counted_at, counted_by, decided_by, reason)
  SELECT {count}, b.location_id, 1, b.product_id, b.lot_id, l.number, b.on_hand - 1, b.on_hand, '', 'counted',
    now(), 'x', '', ''
  FROM stock_balance b JOIN stock_lot l ON l.id = b.lot_id WHERE b.location_id = {place};
INSERT INTO counting_countentry (count_id, location_id, round, product_id, lot_number, quantity, counted_at,
    username, entered_at)
  SELECT count_id, location_id, round, product_id, lot_number, counted, counted_at, 'x', now()
  FROM counting_countline WHERE count_id = {count} AND location_id = {place};
""",
    "submit": """
UPDATE counting_countline SET outcome = 'to_approve', decided_by = 'x', decided_at = now() WHERE count_id = {count};
UPDATE counting_count SET status = 'to_approve' WHERE id = {count};
""",
    "approve": """
SELECT b.id FROM stock_balance b JOIN counting_countline n ON n.lot_id = b.lot_id AND n.location_id = b.location_id
  WHERE n.count_id = {count} ORDER BY b.id FOR NO KEY UPDATE OF b;
UPDATE stock_balance SET on_hand = stock_balance.on_hand + n.counted - n.book FROM counting_countline n
  WHERE n.count_id = {count} AND n.lot_id = stock_balance.lot_id AND n.location_id = stock_balance.location_id;
INSERT INTO stock_movement (operation_id, kind, product_id, lot_id, from_location_id, to_location_id, quantity, reason,
    reference, username, moved_at)
  SELECT '{operation}', 'count', product_id, lot_id, location_id, {away}, book - counted, 'counted', 'PLAIN-{code}',
    'x', now()
  FROM counting_countline WHERE count_id = {count};
UPDATE counting_countline SET outcome = 'posted', operation_id = '{operation}', decided_at = now()
  WHERE count_id = {count};
UPDATE counting_count SET status = 'closed' WHERE id = {count};
""",
}


def by_sql(world: World, code: str) -> dict[str, list[float]]:
    """The same writes by psycopg, each step one transaction."""
    pk = house(world.url, code)
    seconds: dict[str, list[float]] = {}
    with psycopg.connect(world.url, autocommit=True) as connection:

        def one(sql: str) -> Any:
            row = connection.execute(sql).fetchone()
            assert row
            return row[0]

        names = {
            "w": pk,
            "code": code,
            "operation": uuid.uuid4(),
            "away": one(f"SELECT id FROM places_location WHERE warehouse_id = {pk} AND kind = 'adjustment'"),
            "count": f"(SELECT id FROM counting_count WHERE number = 'PLAIN-{code}')",
        }

        def step(name: str, **more: Any) -> None:
            sql = _PLAIN[name].format(**{"place": 0, **names, **more})
            started = time.perf_counter()
            with connection.transaction():
                connection.execute(sql)
            seconds.setdefault(name, []).append(time.perf_counter() - started)

        step("open")
        names["count"] = one(f"SELECT id FROM counting_count WHERE number = 'PLAIN-{code}'")
        for n in range(1, DEEP + 1):
            step("enter", place=one(f"SELECT id FROM places_location WHERE full_code = '{code}/P{n}'"))
        step("submit")
        step("approve")
    return seconds


def run(world: World) -> list[Result]:
    rounds = 1 if world.quick else 3
    rest: dict[str, list[float]] = {}
    plain: dict[str, list[float]] = {}
    sent: dict[str, set[int]] = {}
    for number in range(rounds):
        clock = by_rest(world, f"R{number}")
        for name, own in clock.seconds.items():
            rest.setdefault(name, []).extend(own)
            sent.setdefault(name, set()).update(clock.statements[name])
        for name, own in by_sql(world, f"S{number}").items():
            plain.setdefault(name, []).extend(own)
        world.say(f"round {number + 1} of {rounds}, load {os.getloadavg()[0]:.0f}")
    found = []
    for name, what in (
        ("open", f"count of {PLACES:,} places opened"),
        ("enter", f"{LOTS} lines of one place entered"),
        ("submit", f"{DEEP * LOTS:,} lines submitted"),
        ("approve", f"{DEEP * LOTS:,} differences approved and booked"),
    ):
        ours, theirs = statistics.median(rest[name]), statistics.median(plain[name])
        found.append(
            Result(
                f"{what}: plain SQL of the same writes ÷ by REST, time",
                theirs / ours,
                note=f"{_said(sent[name])} statements; {ours * 1000:,.0f} ms against {theirs * 1000:,.0f} ms",
            )
        )
    for name, what in (("enter a line", "a line of one place entered"), ("done, a place", "a place done")):
        found.append(
            Result(
                f"{what} by REST",
                statistics.median(rest[name]) * 1000,
                " ms",
                note=f"{_said(sent[name])} statements",
            )
        )
    return found


def _said(numbers: set[int]) -> str:
    return " or ".join(str(number) for number in sorted(numbers))
