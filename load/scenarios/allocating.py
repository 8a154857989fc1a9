"""Orders of 1, 20 and 200 lines promised through REST, against the same SQL and against the least SQL by pgbench."""

from __future__ import annotations

import random
import uuid

import psycopg
from fill import LOCATIONS, sign_in
from harness import Run, World, interleave, middle, pgbench
from results import Result
from selling import (
    PRODUCTS,
    Made,
    deadlocks,
    make_orders,
    open_shop,
    oversold,
    post,
    same_sql,
    send,
    step,
    tell,
)

NAME = "allocating"
SIZES = {1: (300, 60), 20: (150, 40), 200: (36, 16)}  # lines: orders of a round, and requests for their SQL
UNITS = 24
LEAST = 500  # different orders for the least SQL


def _restore(url: str, orders: list[Made]) -> None:
    """Take back what was promised to some orders; they are confirmed again, as if nobody had asked."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "WITH gone AS (DELETE FROM stock_allocation a USING sales_salesorderline m"
            " WHERE m.demand_id = a.demand_id AND m.order_id = ANY(%s) RETURNING a.lot_id, a.location_id, a.quantity)"
            " UPDATE stock_balance b SET allocated = b.allocated - g.units FROM"
            " (SELECT lot_id, location_id, SUM(quantity) AS units FROM gone GROUP BY 1, 2) g"
            " WHERE b.lot_id = g.lot_id AND b.location_id = g.location_id",
            [[one.id for one in orders]],
        )
        connection.execute(
            "UPDATE sales_salesorder SET status = 'confirmed' WHERE id = ANY(%s)",
            [[one.id for one in orders]],
        )
        connection.execute("VACUUM stock_balance, stock_allocation, sales_salesorder")


def _wrong(url: str, orders: list[Made], answered: int) -> int:
    """Lines that have more promised than was ordered; and lines that lack something though their order was answered."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT COUNT(*) FILTER (WHERE a.units > m.quantity), COUNT(*) FILTER (WHERE a.units = m.quantity)"
            " FROM sales_salesorderline m JOIN LATERAL (SELECT COALESCE(SUM(quantity), 0) AS units"
            " FROM stock_allocation WHERE demand_id = m.demand_id) a ON true WHERE m.order_id = ANY(%s)",
            [[one.id for one in orders]],
        ).fetchone()
    assert row
    return int(row[0]) + max(0, answered * len(orders[0].ks) - int(row[1]))


def _least(url: str, lines: int) -> str:
    """Lock the balances in id order, promise from each, write the promises down."""
    table = f"bench_least_{lines}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute(f"CREATE TABLE {table} (n int PRIMARY KEY, balances text, lots text, places text)")
        with connection.cursor() as cursor:
            for number in range(1, LEAST + 1):
                ks = random.sample(range(1, PRODUCTS + 1), lines)
                columns = (
                    [4_000_000 + k for k in ks],
                    [2_000_000 + k for k in ks],
                    [3_000_000 + k % LOCATIONS for k in ks],
                )
                texts = ["{" + ",".join(map(str, own)) + "}" for own in columns]
                cursor.execute(f"INSERT INTO {table} VALUES (%s, %s, %s, %s)", [number, *texts])
    return "\n".join(
        [
            f"\\set n random(1, {LEAST})",
            f"SELECT balances, lots, places FROM {table} WHERE n = :n \\gset",
            "BEGIN;",
            "SELECT id, lot_id, location_id, on_hand - allocated FROM stock_balance"
            " WHERE id = ANY(:balances::bigint[]) ORDER BY id FOR NO KEY UPDATE;",
            f"UPDATE stock_balance SET allocated = allocated + {UNITS} WHERE id = ANY(:balances::bigint[]);",
            "INSERT INTO stock_allocation (demand_id, reference, lot_id, location_id, quantity, created_at)"
            f" SELECT gen_random_uuid(), 'bench', lot, place, {UNITS}, CURRENT_TIMESTAMP"
            " FROM unnest(:lots::bigint[], :places::bigint[]) AS line(lot, place);",
            "COMMIT;",
            "",
        ]
    )


def run(world: World) -> list[Result]:
    assert world.served
    served = world.served
    open_shop()
    token, seconds = sign_in(), world.seconds * 2 / 3
    results: list[Result] = []
    wrong, errors, before = 0, 0, deadlocks(world.url)
    for lines, (many, few) in SIZES.items():
        if world.quick:
            many, few = many // 10, few // 10
        orders = make_orders(many, lines=lines)
        asked = make_orders(few + 1, lines=lines)
        with psycopg.connect(world.url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        requests = [(f"sales-orders/{one.number}/allocate", {}) for one in asked]
        post(requests[0][0], token=token, key=uuid.uuid4().hex)  # the first of a process asks for more
        made, statements = same_sql(world, requests[1:], token=token, table=f"bench_allocate_{lines}")
        least_script = _least(world.url, lines)
        chains = [
            {"token": token, "steps": [step("allocate", f"sales-orders/{one.number}/allocate")]}
            for one in orders
        ]

        def by_rest(orders: list[Made] = orders, chains: list[dict] = chains) -> Run:
            nonlocal wrong, errors
            done = send(served, chains, seconds=seconds, also=[world.postmaster])
            wrong += _wrong(world.url, orders, done.count)
            errors += done.details["errors"]
            if done.details["errors"]:
                world.say(f"{done.details['statuses']}: {done.details['sample'][:400]}")
            _restore(world.url, orders)
            return done

        def by_pgbench(made: object = made) -> Run:
            return pgbench(
                world.url,
                made.text,  # type: ignore[attr-defined]
                seconds=seconds,
                postmaster=world.postmaster,
                constants=made.constants,  # type: ignore[attr-defined]
            )

        def least(script: str = least_script) -> Run:
            return pgbench(world.url, script, seconds=seconds, postmaster=world.postmaster)

        send(served, chains[:40], also=[])
        _restore(world.url, orders)
        same, rest, small = interleave(world.rounds, by_pgbench, by_rest, least)
        tell(world, f"{lines} lines", REST=rest, same=same, least=small)
        results += _rows(lines, len(statements), same, rest, small)
    return [
        *results,
        Result(
            "allocating, all sizes: units or lines promised too much or too little; other answers than 200",
            wrong + oversold(world.url) + errors,
            must=0,
            aim=0,
            lower_is_better=True,
        ),
        Result(
            "allocating, all sizes: deadlocks, seen by PostgreSQL",
            deadlocks(world.url) - before,
            must=0,
            aim=0,
            lower_is_better=True,
        ),
    ]


def _rows(lines: int, statements: int, same: list[Run], rest: list[Run], small: list[Run]) -> list[Result]:
    rate, cpu = middle(rest, "rate"), middle(rest, "cpu_each")
    what = "1 line" if lines == 1 else f"{lines} lines"
    p50 = sorted(one.details["steps"]["allocate"]["p50"] for one in rest)[len(rest) // 2]
    return [
        Result(
            f"order of {what} allocated by REST ÷ pgbench sending the same SQL, rate",
            rate / middle(same, "rate"),
            note=f"{rate:,.0f} orders/s, {rate * lines:,.0f} lines/s; half within {p50:.0f} ms",
        ),
        Result(
            "the same, CPU",
            middle(same, "cpu_each") / cpu,
            note=f"{statements} statements; {cpu:,.0f} µs an order, {cpu / lines:,.0f} µs a line",
        ),
        Result(
            f"order of {what} allocated by REST ÷ pgbench with the least SQL, rate",
            rate / middle(small, "rate"),
            note=f"least: {middle(small, 'rate'):,.0f} orders/s",
        ),
        Result("the same, CPU", middle(small, "cpu_each") / cpu),
    ]
