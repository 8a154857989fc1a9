"""What the scenarios of selling share: a lane and a customer in the filled warehouse, orders, steps, and their SQL."""

from __future__ import annotations

import datetime as dt
import json
import random
import subprocess
import sys
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
from fill import Numbers, sign_in
from harness import ROOT, Run, Served, World, cpu_of, middle
from statements import Script, Statement, captured, documents

API = "/api/v1/"
PRODUCTS = 20_000  # of the 50,000, as for movements
CUSTOMER, LANE = "BENCH", "LANE"


@dataclass(frozen=True, slots=True)
class Made:
    """An order that waits to be worked on."""

    id: int
    number: str
    ks: tuple[int, ...]


def step(name: str, path: str, body: dict[str, Any] | None = None, *, expect: int = 200) -> dict[str, Any]:
    """A request of a chain."""
    return {"name": name, "path": API + path, "body": json.dumps(body or {}), "expect": expect}


def send(
    served: Served,
    chains: Sequence[dict[str, Any]],
    *,
    also: Sequence[int],
    seconds: float | None = None,
    clients: int = 8,
) -> Run:
    """Send chains once each, until all are through or the time is over; any answer that was not expected is an error."""
    plan = {"port": served.port, "clients": clients, "seconds": seconds, "chains": list(chains)}
    before = [cpu_of(pid) for pid in (served.pid, *also)]
    done = subprocess.run(
        [sys.executable, str(ROOT / "load" / "chains.py")],
        input=json.dumps(plan).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    spent = [cpu_of(pid) - earlier for pid, earlier in zip((served.pid, *also), before, strict=True)]
    found = json.loads(done.stdout)
    statuses = {int(status): count for status, count in found["statuses"].items()}
    errors = sum(statuses.values()) - found["count"]
    return Run(
        found["count"],
        found["seconds"],
        sum(spent),
        {**found, "statuses": statuses, "errors": errors, "server_cpu": spent[0]},
    )


def post(path: str, body: dict[str, Any] | None = None, *, token: str, key: str, expect: int = 200) -> Any:
    """A write inside this process, for its SQL and its answer."""
    from rest_framework.test import APIClient

    answer = APIClient().post(
        API + path,
        body or {},
        format="json",
        HTTP_HOST="127.0.0.1",
        HTTP_AUTHORIZATION=f"Bearer {token}",
        HTTP_IDEMPOTENCY_KEY=key,
    )
    if answer.status_code != expect:
        raise RuntimeError(f"{path}: {answer.content.decode()[:800]}")
    return json.loads(answer.content)


def open_shop() -> None:
    """A staging lane and a customer in the filled warehouse; once a run."""
    from stillage.places.models import Location, Warehouse
    from stillage.sales.models import Customer

    main = Warehouse.objects.get(code="MAIN")
    Location.objects.get_or_create(
        warehouse=main,
        code=LANE,
        defaults={"full_code": f"MAIN/{LANE}", "kind": "staging", "pick_sequence": 1_000_000},
    )
    Customer.objects.get_or_create(code=CUSTOMER, defaults={"name": "The Bench"})


def make_orders(count: int, *, lines: int, packs: int = 1, pool: Iterable[int] | None = None) -> list[Made]:
    """Confirmed orders of so many lines of cases, each line another product drawn at random."""
    from stillage.core.actor import service
    from stillage.core.clock import now
    from stillage.sales.drafting import AskedLine, AskedOrder
    from stillage.sales.operations import create_order

    numbers = list(pool or range(1, PRODUCTS + 1))
    made = []
    for _ in range(count):
        ks = random.sample(numbers, lines)
        asked = AskedOrder(
            customer=CUSTOMER,
            warehouse="MAIN",
            delivery_date=now().date() + dt.timedelta(days=5),
            lines=[
                AskedLine(
                    product=Numbers(k).sku, pack="case", quantity_packs=packs, pack_price=Decimal("24.00")
                )
                for k in ks
            ],
        )
        one = create_order(actor=service("bench"), asked=asked, at=now(), confirm=True)
        made.append(Made(one.pk, one.number, tuple(ks)))
    return made


def same_sql(
    world: World, requests: Sequence[tuple[str, dict[str, Any]]], *, token: str, table: str
) -> tuple[Script, list[Statement]]:
    """The pgbench script of some requests, each made once in this process; and the statements of the first."""
    keys = [uuid.uuid4().hex for _ in requests]
    captures = [
        captured(lambda path=path, body=body, key=key: post(path, body, token=token, key=key))
        for (path, body), key in zip(requests, keys, strict=True)
    ]
    # Now and then a request sends one statement more or less; the script needs requests of one shape.
    shapes: dict[tuple[str, ...], list[int]] = {}
    for index, capture in enumerate(captures):
        shapes.setdefault(tuple(one.sql for one in capture), []).append(index)
    common = max(shapes.values(), key=len)
    if len(common) < len(captures):
        world.say(
            f"{len(captures) - len(common)} of {len(captures)} requests sent other statements; left out"
        )
    chosen = [captures[index] for index in common]
    made = documents(world.url, chosen, keys=[keys[index] for index in common], table=table)
    return made, chosen[0]


def deadlocks(url: str) -> int:
    """Deadlocks that this database has seen, those included after which a request was tried again unseen."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_stat_force_next_flush()")
        row = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    assert row
    return int(row[0])


def oversold(url: str) -> int:
    """Units promised beyond what lies there, and units by which a balance and its promises differ."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT COALESCE(SUM(GREATEST(COALESCE(a.units, 0) - b.on_hand, 0)"
            " + ABS(COALESCE(a.units, 0) - b.allocated)), 0) FROM stock_balance b LEFT JOIN"
            " (SELECT lot_id, location_id, SUM(quantity) AS units FROM stock_allocation GROUP BY 1, 2) a"
            " ON a.lot_id = b.lot_id AND a.location_id = b.location_id"
            " WHERE b.product_id BETWEEN 1000001 AND 1050000 AND (b.allocated > 0 OR a.units > 0)"
        ).fetchone()
    assert row
    return int(row[0])


def tell(world: World, what: str, **runs: Sequence[Run]) -> None:
    for name, own in runs.items():
        world.say(
            f"{what} {name:6} {middle(own, 'rate'):8,.1f}/s {middle(own, 'cpu_each'):8,.0f} µs CPU each"
            f" (server {middle(own, 'server_each'):,.0f})"
        )


__all__ = ["Made", "make_orders", "open_shop", "oversold", "same_sql", "send", "sign_in", "step", "tell"]
