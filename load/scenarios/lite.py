"""The same on SQLite, as `stillage run` serves a checkout: 8 writers, searches, the stock screen."""

from __future__ import annotations

import contextlib
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness import ROOT, Run, Served, World, free_port, hammer, interleave, keys, middle, process
from reading import timed
from results import Result

from scenarios.movement import line
from scenarios.scan import label
from scenarios.search import screen, searches

NAME = "lite"
PRODUCTS = 50_000


@contextlib.contextmanager
def checkout(world: World) -> Iterator[tuple[Served, str, Path]]:
    """`stillage run` on a filled SQLite in a folder of its own: server, token, database."""
    with tempfile.TemporaryDirectory(prefix="stillage-bench-lite-") as folder:
        environment = {
            **keys(),
            "DATABASE_URL": f"sqlite:///{folder}/stillage.sqlite3",
            "DJANGO_SETTINGS_MODULE": "stillage.config.settings.dev",
            "STILLAGE_HOME": folder,
        }
        run = {"cwd": ROOT, "env": {**os.environ, **environment}, "check": True}
        subprocess.run([sys.executable, "-m", "stillage", "migrate"], **run)  # type: ignore[call-overload]
        started = time.monotonic()
        filled = subprocess.run(  # type: ignore[call-overload]
            [sys.executable, str(ROOT / "load" / "fill.py"), str(PRODUCTS)], **run, stdout=subprocess.PIPE
        )
        world.say(f"SQLite filled in {time.monotonic() - started:.0f} s")
        port = free_port()
        with process(
            [sys.executable, "-m", "stillage", "run", f"--port={port}"],
            environment=environment,
            port=port,
            log=world.folder / "run.log",
            ready="/health/live",
        ) as served:
            token = json.loads(filled.stdout.splitlines()[-1])["token"]
            yield served, token, Path(folder) / "stillage.sqlite3"


def least(database: Path, *, seconds: float) -> Run:
    """The least SQL of a movement by sqlite3 alone, one writer, with the same durability."""
    connection = sqlite3.connect(database, isolation_level=None, timeout=5)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")
    count, started, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - started < seconds:
        k = random.randint(1, PRODUCTS)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "UPDATE stock_balance SET on_hand = on_hand - 1 WHERE id = ? AND on_hand - allocated >= 1",
            [4_000_000 + k],
        )
        connection.execute(
            "INSERT INTO stock_movement (operation_id, kind, product_id, lot_id, from_location_id, to_location_id,"
            " quantity, reason, reference, user_id, username, moved_at)"
            " VALUES (lower(hex(randomblob(16))), 'move', ?, ?, ?, ?, 1, '', '', 1, 'bench', CURRENT_TIMESTAMP)",
            [1_000_000 + k, 2_000_000 + k, 3_000_000 + k % 5000, 3_010_000 + k % 5000],
        )
        connection.execute("COMMIT")
        count += 1
    connection.close()
    return Run(count, time.perf_counter() - started, time.process_time() - cpu)


def run(world: World) -> list[Result]:
    with checkout(world) as (served, token, database):
        moves: list[tuple[str, str, Any]] = [
            ("POST", "/api/v1/stock/move", {"lines": [line(k)], "reference": "bench"})
            for k in random.sample(range(1, PRODUCTS + 1), 2000)
        ]
        scans: list[tuple[str, str, Any]] = [
            ("POST", "/api/v1/scan", {"data": label(k), "warehouse": "MAIN"})
            for k in random.sample(range(1, PRODUCTS + 1), 1000)
        ]

        def writers(clients: int) -> Run:
            return hammer(served, token=token, requests=moves, seconds=world.seconds, clients=clients)

        writers(1)
        alone, raw, eight = interleave(
            world.rounds,
            lambda: writers(1),
            lambda: least(database, seconds=world.seconds),
            lambda: writers(8),
        )
        refused = {
            status: sum(one.details["statuses"].get(status, 0) for one in eight)
            for status in sorted({status for one in eight for status in one.details["statuses"]} - {201})
        }
        scanned = hammer(served, token=token, requests=scans, seconds=world.seconds, expect=200)
        page = timed(served, ["/api/v1/stock"], token=token, seconds=world.seconds)
        asked = {"token": token, "seconds": world.seconds, "rounds": world.rounds, "engine": "SQLite"}
        read = [*searches(served, **asked), *screen(served, **asked)]  # type: ignore[arg-type]
    return [
        Result(
            "SQLite, 8 writers: answers other than 201 (lock errors)",
            sum(refused.values()),
            must=0,
            aim=0,
            lower_is_better=True,
            note=", ".join(f"{count} × {status}" for status, count in refused.items())
            or f"{sum(one.count for one in eight):,} movements",
        ),
        Result(
            "SQLite, 8 writers: longest wait",
            statistics.median(one.details["longest"] for one in eight),
            " ms",
            must=500,
            aim=150,
            lower_is_better=True,
            note=f"median of the rounds' longest; half of all within {eight[0].details['p50']:.0f} ms",
        ),
        Result(
            "SQLite: one movement by REST, one writer ÷ the least SQL by sqlite3, rate",
            middle(alone, "rate") / middle(raw, "rate"),
            note=f"{middle(alone, 'rate'):,.0f}/s against {middle(raw, 'rate'):,.0f}/s",
        ),
        Result(
            "SQLite: 8 writers ÷ one writer, rate",
            middle(eight, "rate") / middle(alone, "rate"),
            note=f"{middle(eight, 'rate'):,.0f}/s",
        ),
        Result(
            "SQLite: scan, 8 clients ÷ movements, 8 clients, rate",
            scanned.rate / middle(eight, "rate"),
            "×",
            note=f"{scanned.rate:,.0f}/s; a page of balances in {page:.0f} ms",
        ),
        *read,
    ]
