"""16 clients after the last units of a hot product, and of 20, against the same scheme in plain SQL."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass

import psycopg
from harness import ROOT, World
from results import Result

NAME = "allocation"
PROCESSES, THREADS, LOTS = 2, 8, 10
FIRST_PRODUCT, FIRST_LOT = 8_000_000, 8_100_000


@dataclass(frozen=True, slots=True)
class Round:
    """What 16 clients came to."""

    rate: float
    deadlocks: int
    errors: int
    oversold: int
    left: int
    faults: list[str]


def _stock_up(url: str, products: int, units: int) -> None:
    """Fresh lots of the hot products; what earlier rounds promised is taken off the books."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "DELETE FROM stock_allocation WHERE lot_id >= %s AND lot_id < %s",
            [FIRST_LOT, FIRST_LOT + 100_000],
        )
        connection.execute(
            "INSERT INTO catalogue_product (id, version, created_at, updated_at, sku, name, container, base_unit,"
            " lot_tracked, minimum_intake_days, status) SELECT %s + n, 1, now(), now(), 'HOT-' || n, 'Hot ' || n, '',"
            " 'bottle', true, 0, 'discontinued' FROM generate_series(1, 20) n ON CONFLICT DO NOTHING",
            [FIRST_PRODUCT],
        )
        connection.execute(
            "INSERT INTO stock_lot (id, product_id, number, last_sale_date, created_at)"
            " SELECT %s + p * 100 + l, %s + p, 'H' || l, DATE '2027-01-01' + l, now()"
            " FROM generate_series(1, 20) p, generate_series(1, %s) l ON CONFLICT DO NOTHING",
            [FIRST_LOT, FIRST_PRODUCT, LOTS],
        )
        connection.execute(
            "INSERT INTO stock_balance (product_id, lot_id, location_id, warehouse_id, on_hand, allocated)"
            " SELECT l.product_id, l.id, 3000000 + l.id %% 100, w.id, 0, 0 FROM stock_lot l, places_warehouse w"
            " WHERE l.id >= %s AND l.id < %s AND w.code = 'MAIN' ON CONFLICT DO NOTHING",
            [FIRST_LOT, FIRST_LOT + 100_000],
        )
        connection.execute(
            "UPDATE stock_balance SET allocated = 0, on_hand = CASE WHEN product_id <= %s THEN %s ELSE 0 END"
            " WHERE product_id > %s AND product_id <= %s",
            [FIRST_PRODUCT + products, units // LOTS, FIRST_PRODUCT, FIRST_PRODUCT + 20],
        )
        connection.execute("VACUUM ANALYZE stock_balance, stock_allocation")


def _check(url: str) -> tuple[int, int]:
    """Units promised beyond what there is, and units left."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT COALESCE(SUM(GREATEST(a.units - b.on_hand, 0)) + SUM(ABS(a.units - b.allocated)), 0),"
            " COALESCE(SUM(b.on_hand - a.units), 0) FROM stock_balance b CROSS JOIN LATERAL"
            " (SELECT COALESCE(SUM(quantity), 0) AS units FROM stock_allocation s"
            "  WHERE s.lot_id = b.lot_id AND s.location_id = b.location_id) a"
            " WHERE b.product_id > %s AND b.product_id <= %s",
            [FIRST_PRODUCT, FIRST_PRODUCT + 20],
        ).fetchone()
    assert row
    return int(row[0]), int(row[1])


def _tell(child: subprocess.Popen[str], line: str) -> None:
    assert child.stdin
    child.stdin.write(line + "\n")
    child.stdin.flush()


def allocate(world: World, *, by: str, products: int, units: int, seconds: float) -> Round:
    _stock_up(world.url, products, units)
    with psycopg.connect(world.url) as connection:
        found = connection.execute("SELECT id FROM places_warehouse WHERE code = 'MAIN'").fetchone()
    assert found
    children = [
        subprocess.Popen(
            [sys.executable, str(ROOT / "load" / "allocators.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    plan = {
        "by": by,
        "environment": {**world.environment, "STILLAGE_LOG_LEVEL": "ERROR"},
        "warehouse_id": found[0],
        "products": [FIRST_PRODUCT + n for n in range(1, products + 1)],
        "threads": THREADS,
        "seconds": seconds,
    }
    for child in children:
        _tell(child, json.dumps(plan))
    for child in children:
        assert child.stdout
        child.stdout.readline()
    for child in children:
        _tell(child, "go")
    answers = []
    for child in children:
        answers.append(json.loads(child.communicate()[0]))
    oversold, left = _check(world.url)
    return Round(
        rate=sum(one["promised"] for one in answers) / max(one["seconds"] for one in answers),
        deadlocks=sum(one["deadlocks"] for one in answers),
        errors=sum(one["errors"] for one in answers),
        oversold=oversold,
        left=left,
        faults=[fault for one in answers for fault in one["faults"]],
    )


def run(world: World) -> list[Result]:
    results = []
    for products, what, must, aim in ((1, "one hot product", 1.5, 2.0), (20, "20 products", None, None)):
        plain, ours = [], []
        for _ in range(1 if world.quick else 2):
            for by, rounds in (("sql", plain), ("operation", ours)):
                rounds.append(allocate(world, by=by, products=products, units=100_000, seconds=world.seconds))
        # To the last unit: few enough that they run out.
        last = allocate(world, by="operation", products=products, units=200, seconds=10)
        every = [*ours, last]
        ratio = statistics.median(r.rate for r in ours) / statistics.median(r.rate for r in plain)
        results += [
            Result(
                f"16 allocators, {what} ÷ ordered FOR NO KEY UPDATE in plain SQL, rate",
                ratio,
                "×",
                must=must,
                aim=aim,
                note=f"{statistics.median(r.rate for r in ours):,.0f}/s"
                f" against {statistics.median(r.rate for r in plain):,.0f}/s",
            ),
            Result(
                f"16 allocators, {what}: units oversold; deadlocks; other errors",
                sum(r.oversold + r.deadlocks + r.errors for r in every),
                must=0,
                aim=0,
                lower_is_better=True,
                note=f"{last.left} units left at the end",
            ),
        ]
        for fault in {fault for r in every for fault in r.faults}:
            world.say(fault)
    return results
