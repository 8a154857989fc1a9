"""A receipt of 2,000 lines in one call through REST, against plain SQL of the same writes, and a single scan."""

from __future__ import annotations

import datetime as dt
import os
import statistics
import time
import uuid
from decimal import Decimal
from typing import Any

import psycopg
from fill import sign_in
from harness import World
from results import Result
from statements import captured

NAME = "receipt"
LINES, UNITS, SINGLE = 2_000, 24, 60
_PRODUCTS = "SELECT id, sku FROM catalogue_product WHERE lot_tracked ORDER BY id LIMIT {count}"


def ordered(code: str, skus: list[str], at: dt.datetime) -> None:
    """Two orders of a thousand lines each with one supplier, placed through the real operation."""
    from django.db import transaction

    from stillage.accounts.roles import PERMISSIONS
    from stillage.core.actor import Actor
    from stillage.purchasing import operations
    from stillage.purchasing.drafting import AskedLine, AskedOrder
    from stillage.purchasing.models import Supplier

    boss = Actor(user_id=None, username="bench", permissions=frozenset(PERMISSIONS))
    Supplier.objects.get_or_create(code=code, defaults={"name": code})
    for start in range(0, len(skus), 1_000):
        lines = [
            AskedLine(product=sku, pack="bottle", quantity=UNITS, pack_cost=Decimal("0.61"))
            for sku in skus[start : start + 1_000]
        ]
        asked = AskedOrder(supplier=code, warehouse="MAIN", expected_date=at.date(), lines=lines)
        with transaction.atomic():
            operations.create_order(actor=boss, asked=asked, at=at, place=True, ignore_warnings=True)


def post(path: str, body: Any, token: str, *, expect: int = 201) -> Any:
    """A request inside this process: what is measured is what the server does, not the line to it."""
    from rest_framework.test import APIClient

    answer = APIClient().post(
        f"/api/v1/{path}",
        body,
        format="json",
        HTTP_HOST="127.0.0.1",
        HTTP_AUTHORIZATION=f"Bearer {token}",
        HTTP_IDEMPOTENCY_KEY=uuid.uuid4().hex,
    )
    if answer.status_code != expect:
        raise RuntimeError(answer.content.decode()[:2000])
    return answer.json()


def taken(act: Any) -> tuple[float, int]:
    """Seconds and statements of a call."""
    started = time.perf_counter()
    sent = captured(act)
    return time.perf_counter() - started, len(sent)


def scan(sku: str, lot: str) -> dict[str, Any]:
    return {"product": sku, "lot": lot, "expiry_date": "2190-01-01", "quantity": UNITS}


# The least that leaves the same rows: lots, balances, movements, receipt lines, and what is received of each order line.
_PLAIN = """
CREATE TEMP TABLE came ON COMMIT DROP AS
  SELECT p.id AS product_id, l.id AS line_id, l.order_id, l.demand_id, row_number() OVER (ORDER BY l.id) AS n
  FROM purchasing_purchaseorderline l JOIN purchasing_purchaseorder o ON o.id = l.order_id
  JOIN purchasing_supplier s ON s.id = o.supplier_id JOIN catalogue_product p ON p.id = l.product_id
  WHERE s.code = '{code}';
SELECT id FROM purchasing_purchaseorder WHERE id IN (SELECT order_id FROM came) ORDER BY id FOR NO KEY UPDATE;
INSERT INTO purchasing_receipt (number, supplier_id, warehouse_id, location_id, delivery_note, status, username, closed_by,
    opened_at, version, created_at, updated_at)
  SELECT 'PLAIN-{code}', s.id, w.id, x.id, '', 'open', 'bench', '', now(), 1, now(), now()
  FROM purchasing_supplier s, places_warehouse w, places_location x
  WHERE s.code = '{code}' AND w.code = 'MAIN' AND x.full_code = '{dock}';
INSERT INTO stock_lot (product_id, number, expiry_date, last_sale_date, created_at)
  SELECT product_id, '{code}', '2190-01-01', '2190-01-01', now() FROM came;
INSERT INTO stock_balance (product_id, lot_id, location_id, warehouse_id, on_hand, allocated)
  SELECT c.product_id, l.id, x.id, x.warehouse_id, {units}, 0 FROM came c
  JOIN stock_lot l ON l.product_id = c.product_id AND l.number = '{code}'
  JOIN places_location x ON x.full_code = '{dock}';
INSERT INTO stock_movement (operation_id, kind, product_id, lot_id, from_location_id, to_location_id, quantity, reason,
    reference, demand_id, unit_cost, username, moved_at)
  SELECT '{operation}', 'receive', c.product_id, l.id, v.id, x.id, {units}, '', 'PLAIN-{code}', c.demand_id, 0.61,
    'bench', now()
  FROM came c JOIN stock_lot l ON l.product_id = c.product_id AND l.number = '{code}'
  JOIN places_location x ON x.full_code = '{dock}'
  JOIN places_location v ON v.warehouse_id = x.warehouse_id AND v.kind = 'supplier';
INSERT INTO purchasing_receiptline (receipt_id, operation_id, order_line_id, product_id, lot_id, location_id, quantity,
    unit_cost, username, received_at)
  SELECT r.id, '{operation}', c.line_id, c.product_id, l.id, x.id, {units}, 0.61, 'bench', now()
  FROM came c JOIN stock_lot l ON l.product_id = c.product_id AND l.number = '{code}'
  JOIN places_location x ON x.full_code = '{dock}' JOIN purchasing_receipt r ON r.number = 'PLAIN-{code}';
UPDATE purchasing_purchaseorderline SET received = {units} FROM came WHERE came.line_id = purchasing_purchaseorderline.id;
UPDATE purchasing_purchaseorder SET status = 'received', received_at = now() WHERE id IN (SELECT order_id FROM came);
"""


def by_sql(world: World, code: str, dock: str) -> float:
    """The same writes by psycopg, in one transaction."""
    sql = _PLAIN.format(code=code, dock=dock, units=UNITS, operation=uuid.uuid4())
    with psycopg.connect(world.url, autocommit=True) as connection:
        started = time.perf_counter()
        with connection.transaction():
            connection.execute(sql)
        return time.perf_counter() - started


def run(world: World) -> list[Result]:
    from stillage.core.clock import now
    from stillage.places.models import Location

    token = sign_in("manager")
    dock = Location.objects.filter(warehouse__code="MAIN", kind="receiving").order_by("pk")[0].full_code
    with psycopg.connect(world.url) as connection:
        skus = [row[1] for row in connection.execute(_PRODUCTS.format(count=LINES)).fetchall()]
    rest: list[float] = []
    plain: list[float] = []
    single: list[float] = []
    sent: set[int] = set()
    sent_single: set[int] = set()
    for number in range(1 if world.quick else 5):
        ours, theirs = f"GR{number}", f"GS{number}"
        ordered(ours, skus, now())
        ordered(theirs, skus, now())
        made = post("receipts", {"warehouse": "MAIN", "supplier": ours, "location": dock}, token)
        body = {"lines": [scan(sku, ours) for sku in skus]}
        seconds, count = taken(lambda b=body, m=made: post(f"receipts/{m['id']}/receive", b, token))
        rest.append(seconds)
        sent.add(count)
        plain.append(by_sql(world, theirs, dock))
        world.say(f"round {number + 1}: {seconds * 1000:,.0f} ms by REST, {plain[-1] * 1000:,.0f} ms by SQL")
    ordered("SINGLE", skus[:SINGLE], now())
    made = post("receipts", {"warehouse": "MAIN", "supplier": "SINGLE", "location": dock}, token)
    for sku in skus[:SINGLE]:
        one = {"lines": [scan(sku, "SINGLE")]}
        seconds, count = taken(lambda b=one: post(f"receipts/{made['id']}/receive", b, token))
        single.append(seconds)
        sent_single.add(count)
    ours_ms, theirs_ms = statistics.median(rest) * 1000, statistics.median(plain) * 1000
    return [
        Result(
            f"a receipt of {LINES:,} lines: plain SQL of the same writes ÷ by REST, time",
            theirs_ms / ours_ms,
            note=f"{_said(sent)} statements; {ours_ms:,.0f} ms against {theirs_ms:,.0f} ms,"
            f" {LINES / ours_ms * 1000:,.0f} lines/s; load {os.getloadavg()[0]:.0f}",
        ),
        Result(
            "one scan of a delivery by REST",
            statistics.median(single) * 1000,
            " ms",
            note=f"{_said(sent_single)} statements, of an order of {SINGLE} lines",
        ),
    ]


def _said(numbers: set[int]) -> str:
    return " or ".join(str(number) for number in sorted(numbers))
