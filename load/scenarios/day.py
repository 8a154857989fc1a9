"""The busiest real day of a year, replayed through REST: every order written down, promised, picked, packed, shipped."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
from day_of_orders import LINES
from harness import ROOT, Run, Served, World, free_port, gunicorn, keys, process
from results import Result
from selling import deadlocks, send

NAME = "day"
STEPS = ("create", "confirm", "allocate", "pick", "pack", "ship")


@contextlib.contextmanager
def laid_in(world: World) -> Iterator[tuple[Served, dict[str, Any], dict[str, str]]]:
    """A database of its own in the same PostgreSQL, and a server of its own on it: only so can its books be checked."""
    name = f"day_{uuid.uuid4().hex[:6]}"
    with psycopg.connect(world.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    home = world.folder / name
    home.mkdir()
    environment = {
        **keys(),
        "DATABASE_URL": world.url.rsplit("/", 1)[0] + f"/{name}",
        "DJANGO_SETTINGS_MODULE": "stillage.config.settings.prod",
        "STILLAGE_HOME": str(home),
        "STILLAGE_LOG_LEVEL": "INFO",
    }
    whole = {**os.environ, **environment}
    subprocess.run([sys.executable, "-m", "stillage", "migrate"], cwd=ROOT, env=whole, check=True)
    made = subprocess.run(
        [sys.executable, str(ROOT / "load" / "day_of_orders.py"), "40" if world.quick else "0"],
        cwd=ROOT,
        env={**whole, "STILLAGE_LOG_LEVEL": "ERROR"},
        check=True,
        stdout=subprocess.PIPE,
    )
    port = free_port()
    with process(
        gunicorn("stillage.config.wsgi:application", port=port),
        environment=environment,
        port=port,
        log=home / "gunicorn.log",
        ready="/health/live",
    ) as served:
        yield served, json.loads(made.stdout), environment


def _shipped(url: str) -> tuple[int, int, int]:
    """Orders that are shipped, bottles on their shipments, and lines that left in more than one lot."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT (SELECT COUNT(*) FROM sales_salesorder WHERE status = 'shipped'),"
            " (SELECT COALESCE(SUM(quantity), 0) FROM sales_shipmentline),"
            " (SELECT COUNT(*) FROM (SELECT line_id FROM sales_shipmentline GROUP BY 1 HAVING COUNT(*) > 1) f)"
        ).fetchone()
    assert row
    return int(row[0]), int(row[1]), int(row[2])


def _reconcile(environment: dict[str, str]) -> tuple[int, str]:
    """Lines that `stillage reconcile` has to say against the books, and all it said."""
    done = subprocess.run(
        [sys.executable, "-m", "stillage", "reconcile"],
        cwd=ROOT,
        env={**os.environ, **environment, "STILLAGE_LOG_LEVEL": "ERROR"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = done.stdout.strip()
    return (max(1, len(said.splitlines())) if done.returncode else 0), said


def run(world: World) -> list[Result]:
    if not LINES.exists():
        world.say(f"NOT RUN: {LINES.name} is not beside the checkout")
        return []
    with laid_in(world) as (served, plan, environment):
        url = environment["DATABASE_URL"]
        before = deadlocks(url)
        done = send(served, plan["chains"], also=[world.postmaster])
        locked = deadlocks(url) - before
        orders, bottles, split = _shipped(url)
        found, said = _reconcile(environment)
    if done.details["errors"]:
        world.say(f"{done.details['statuses']}: {done.details['sample'][:600]}")
    world.say(f"reconcile: {said[-600:]}")
    return _rows(plan, done, orders, bottles, split, locked, found)


def _rows(
    plan: dict[str, Any], done: Run, orders: int, bottles: int, split: int, locked: int, found: int
) -> list[Result]:
    asked = len(plan["chains"])
    rows = [
        Result(
            f"{plan['day']}, all its orders from writing down to shipping, 8 clients",
            done.seconds,
            " s",
            note=f"{asked:,} orders of {plan['stores']:,} stores, {plan['lines']:,} lines (the longest order"
            f" {plan['longest']}), {plan['bottles']:,} bottles of {plan['products']:,} products",
        ),
        Result(
            "the same, orders a second through all six steps",
            orders / done.seconds,
            note=f"{plan['lines'] / done.seconds:,.0f} lines/s; CPU {done.cpu / asked * 1000:,.0f} ms an order,"
            f" {done.cpu / plan['lines'] * 1000:.1f} ms a line",
        ),
    ]
    for name in STEPS:
        times = done.details["steps"].get(name)
        if times:
            rows.append(
                Result(
                    f"the same, {name}: half within",
                    times["p50"],
                    " ms",
                    note=f"95 % within {times['p95']:,.0f} ms, the longest {times['longest']:,.0f} ms",
                )
            )
    return [
        *rows,
        Result(
            "the same: unexpected answers, orders not shipped, bottles missing, deadlocks",
            done.details["errors"] + asked - orders + abs(plan["bottles"] - bottles) + locked,
            must=0,
            aim=0,
            lower_is_better=True,
            note=f"{split:,} lines left in two lots or more",
        ),
        Result(
            "the same: what `stillage reconcile` finds afterwards", found, must=0, aim=0, lower_is_better=True
        ),
    ]
