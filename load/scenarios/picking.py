"""Eight pickers at once through REST, on waves of their own and on one together, against the same SQL by pgbench."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
from fill import sign_in
from harness import Run, World, interleave, middle, pgbench
from results import Result
from selling import (
    LANE,
    PRODUCTS,
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

NAME = "picking"
PICKERS, ORDERS, LINES = 8, 2, 25  # a round: each picker's orders, and the places of an order
# What pgbench picks from: lines so long that one bottle at a time can be taken for ever.
LONG_LISTS, LONG_LINES, LONG_CASES = 32, 4, 20_000


def _allocated(count: int, *, lines: int, packs: int, pool: range, token: str) -> list[str]:
    made = make_orders(count, lines=lines, packs=packs, pool=pool)
    for one in made:
        post(f"sales-orders/{one.number}/allocate", token=token, key=uuid.uuid4().hex)
    return [one.number for one in made]


def _wave(orders: list[str], *, token: str) -> dict[str, Any]:
    """A pick list of some orders, its tasks in walking order."""
    return dict(post("pick-lists", {"orders": orders}, token=token, key=uuid.uuid4().hex, expect=201))


def _pick(task: dict[str, Any], quantity: int) -> dict[str, Any]:
    """What a picker's scanner says at a place."""
    line = {name: task[name] for name in ("location", "product", "lot")}
    return {"lines": [{"task": task["id"], **line, "quantity": quantity}]}


def _walks(tokens: list[str], *, manager: str, together: bool, per_picker: int) -> list[dict[str, Any]]:
    """Fresh waves, and each picker's way through his own or his share of the one; every place picked whole."""
    orders = _allocated(
        PICKERS * per_picker, lines=LINES, packs=1, pool=range(1, PRODUCTS // 2), token=manager
    )
    if together:
        wave = _wave(orders, token=manager)
        shares = [(wave["number"], wave["tasks"][start::PICKERS]) for start in range(PICKERS)]
    else:
        waves = [_wave(orders[start::PICKERS], token=manager) for start in range(PICKERS)]
        shares = [(wave["number"], wave["tasks"]) for wave in waves]
    return [
        {
            "token": token,
            "steps": [
                step("pick", f"pick-lists/{number}/pick", _pick(task, task["quantity"])) for task in own
            ],
        }
        for token, (number, own) in zip(tokens, shares, strict=True)
    ]


def _long_tasks(token: str) -> list[tuple[str, dict[str, Any]]]:
    orders = _allocated(
        LONG_LISTS, lines=LONG_LINES, packs=LONG_CASES, pool=range(PRODUCTS // 2, PRODUCTS), token=token
    )
    waves = [_wave([order], token=token) for order in orders]
    return [(wave["number"], task) for wave in waves for task in wave["tasks"] if task["quantity"] > 100_000]


def _least(url: str, tasks: list[dict[str, Any]]) -> str:
    """Lock both balances, move the units, write the movement, let the promise follow, count the task."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bench_least_pick")
        connection.execute(
            "CREATE TABLE bench_least_pick AS SELECT row_number() OVER () AS n, t.id AS task, m.product_id AS product,"
            " t.lot_id AS lot, t.location_id AS source, lane.id AS lane, m.demand_id AS demand, b.id AS from_id,"
            " s.id AS to_id FROM sales_picktask t JOIN sales_salesorderline m ON m.id = t.line_id"
            " JOIN places_location lane ON lane.full_code = %s"
            " JOIN stock_balance b ON b.lot_id = t.lot_id AND b.location_id = t.location_id"
            " JOIN stock_balance s ON s.lot_id = t.lot_id AND s.location_id = lane.id WHERE t.id = ANY(%s)",
            [f"MAIN/{LANE}", [task["id"] for task in tasks]],
        )
        connection.execute("CREATE UNIQUE INDEX ON bench_least_pick (n)")
        row = connection.execute("SELECT COUNT(*) FROM bench_least_pick").fetchone()
    assert row
    return "\n".join(
        [
            f"\\set n random(1, {row[0]})",
            "SELECT task, product, lot, source, lane, demand, from_id, to_id FROM bench_least_pick WHERE n = :n \\gset",
            "BEGIN;",
            "SELECT id, on_hand, allocated FROM stock_balance WHERE id IN (:from_id, :to_id) ORDER BY id"
            " FOR NO KEY UPDATE;",
            "UPDATE stock_balance SET on_hand = on_hand - 1, allocated = allocated - 1 WHERE id = :from_id;",
            "UPDATE stock_balance SET on_hand = on_hand + 1, allocated = allocated + 1 WHERE id = :to_id;",
            "INSERT INTO stock_movement (operation_id, kind, product_id, lot_id, from_location_id, to_location_id, quantity,"
            " reason, reference, demand_id, user_id, username, moved_at) VALUES (gen_random_uuid(), 'pick', :product,"
            " :lot, :source, :lane, 1, '', '', :demand::uuid, 1, 'bench', CURRENT_TIMESTAMP);",
            "UPDATE stock_allocation SET quantity = quantity - 1 WHERE demand_id = :demand::uuid AND lot_id = :lot"
            " AND location_id = :source;",
            "UPDATE stock_allocation SET quantity = quantity + 1 WHERE demand_id = :demand::uuid AND lot_id = :lot"
            " AND location_id = :lane;",
            "UPDATE sales_picktask SET picked = picked + 1 WHERE id = :task;",
            "COMMIT;",
            "",
        ]
    )


def run(world: World) -> list[Result]:
    assert world.served
    served = world.served
    open_shop()
    manager, tokens = sign_in(), [sign_in("picker") for _ in range(PICKERS)]
    seconds, per_picker = world.seconds, 1 if world.quick else ORDERS
    before, errors, wrong = deadlocks(world.url), 0, 0
    long = _long_tasks(manager)
    requests = [(f"pick-lists/{number}/pick", _pick(task, 1)) for number, task in long]
    for (
        path,
        body,
    ) in requests:  # the first pick of a lot makes its balance in the lane; those are not repeated
        post(path, body, token=manager, key=uuid.uuid4().hex)
    made, statements = same_sql(world, requests, token=manager, table="bench_pick")
    script = _least(world.url, [task for _, task in long])
    with psycopg.connect(world.url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")

    def walk(together: bool) -> Run:
        nonlocal errors, wrong
        chains = _walks(tokens, manager=manager, together=together, per_picker=per_picker)
        sold = oversold(world.url)  # what pgbench repeats leaves balances behind that are no concern of this
        done = send(served, chains, seconds=seconds, also=[world.postmaster])
        errors += done.details["errors"]
        wrong += abs(oversold(world.url) - sold)
        if done.details["errors"]:
            world.say(f"{done.details['statuses']}: {done.details['sample'][:400]}")
        return done

    def by_pgbench() -> Run:
        return pgbench(
            world.url, made.text, seconds=seconds, postmaster=world.postmaster, constants=made.constants
        )

    def least() -> Run:
        return pgbench(world.url, script, seconds=seconds, postmaster=world.postmaster)

    walk(together=False)
    same, rest, one, small = interleave(
        world.rounds, by_pgbench, lambda: walk(together=False), lambda: walk(together=True), least
    )
    tell(world, "pick", same=same, REST=rest, one=one, least=small)
    return [
        *_rows(len(statements), same, rest, one, small),
        Result(
            "picking: units promised or moved wrongly; other answers than 200; deadlocks",
            wrong + errors + deadlocks(world.url) - before,
            must=0,
            aim=0,
            lower_is_better=True,
        ),
    ]


def _rows(
    statements: int, same: list[Run], rest: list[Run], one: list[Run], small: list[Run]
) -> list[Result]:
    rate, cpu = middle(rest, "rate"), middle(rest, "cpu_each")
    p50 = sorted(run.details["steps"]["pick"]["p50"] for run in rest)[len(rest) // 2]
    return [
        Result(
            "8 pickers, a wave each: picks by REST ÷ pgbench sending the same SQL, rate",
            rate / middle(same, "rate"),
            note=f"{rate:,.0f} picks/s; half within {p50:.0f} ms",
        ),
        Result(
            "the same, CPU",
            middle(same, "cpu_each") / cpu,
            note=f"{statements} statements; {cpu:,.0f} µs a pick",
        ),
        Result(
            "8 pickers, a wave each: picks by REST ÷ pgbench with the least SQL, rate",
            rate / middle(small, "rate"),
            note=f"least: {middle(small, 'rate'):,.0f} picks/s",
        ),
        Result("the same, CPU", middle(small, "cpu_each") / cpu),
        Result(
            "8 pickers on one wave ÷ on a wave each, rate",
            middle(one, "rate") / rate,
            note=f"{middle(one, 'rate'):,.0f} picks/s",
        ),
    ]
