"""Allocates units of hot products from several threads of one process, by the operation or by plain SQL.

Started by scenarios/allocation.py, several processes at once; answers on standard output, as JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import sys
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from fill import set_up

Allocate = Callable[[int], bool]


def by_operation(warehouse_id: int) -> Allocate:
    """The stock room's own operation, with its audit row."""
    from stillage.core.actor import service
    from stillage.core.clock import now
    from stillage.core.errors import Refusal
    from stillage.stock.operations import Demand, allocate

    actor, day = service("bench"), dt.date(2026, 11, 22)

    def one(product_id: int) -> bool:
        demand = Demand(
            id=uuid4(),
            reference="bench",
            product_id=product_id,
            warehouse_id=warehouse_id,
            quantity=random.randint(1, 3),
            needed_on=day,
        )
        try:
            allocate(actor=actor, demands=[demand], at=now())
        except Refusal:
            return False
        return True

    return one


def by_plain_sql(url: str, warehouse_id: int) -> Callable[[], Allocate]:
    """The yardstick: lock the lots that could serve in id order, choose here, write. No audit, no framework."""
    import psycopg

    def connect() -> Allocate:
        connection = psycopg.connect(url, prepare_threshold=0)

        def one(product_id: int) -> bool:
            wanted, demand = random.randint(1, 3), uuid4()
            with connection.transaction(), connection.cursor() as cursor:
                found = cursor.execute(
                    "SELECT b.id, b.lot_id, b.location_id, b.on_hand - b.allocated FROM stock_balance b"
                    " JOIN stock_lot l ON l.id = b.lot_id WHERE b.product_id = %s AND b.warehouse_id = %s"
                    " AND b.on_hand > b.allocated AND l.last_sale_date >= DATE '2026-11-22'"
                    " ORDER BY b.id FOR NO KEY UPDATE OF b",
                    [product_id, warehouse_id],
                ).fetchall()
                if sum(row[3] for row in found) < wanted:
                    return False
                for balance_id, lot_id, location_id, free in found:
                    taken = min(free, wanted)
                    cursor.execute(
                        "UPDATE stock_balance SET allocated = allocated + %s WHERE id = %s",
                        [taken, balance_id],
                    )
                    cursor.execute(
                        "INSERT INTO stock_allocation (demand_id, reference, lot_id, location_id, quantity, created_at)"
                        " VALUES (%s, 'bench', %s, %s, %s, CURRENT_TIMESTAMP)",
                        [demand, lot_id, location_id, taken],
                    )
                    wanted -= taken
                    if not wanted:
                        break
            return True

        return one

    return connect


def main() -> None:
    plan = json.loads(sys.stdin.readline())
    connect: Callable[[], Allocate]
    if plan["by"] == "operation":
        set_up(plan["environment"])
        connect = lambda: by_operation(plan["warehouse_id"])  # noqa: E731
    else:
        connect = by_plain_sql(plan["environment"]["DATABASE_URL"], plan["warehouse_id"])
    done = {"promised": 0, "refused": 0, "deadlocks": 0, "errors": 0}
    faults: list[str] = []
    lock = threading.Lock()
    ready = threading.Barrier(plan["threads"] + 1)
    go = threading.Event()

    def work() -> None:
        one = connect()
        own = dict.fromkeys(done, 0)
        ready.wait()
        go.wait()
        end = time.monotonic() + plan["seconds"]
        misses = 0
        while time.monotonic() < end and misses < 5 * len(plan["products"]):
            try:
                if one(random.choice(plan["products"])):
                    own["promised"] += 1
                    misses = 0
                else:
                    own["refused"] += 1
                    misses += 1
            except Exception as error:
                cause = getattr(error, "__cause__", None) or error
                own["deadlocks" if getattr(cause, "sqlstate", "") == "40P01" else "errors"] += 1
                with lock:
                    faults.append(repr(error)[:200])
        with lock:
            for name, count in own.items():
                done[name] += count

    threads = [threading.Thread(target=work) for _ in range(plan["threads"])]
    for thread in threads:
        thread.start()
    ready.wait()
    print("ready", flush=True)
    sys.stdin.readline()  # until all processes are
    started = time.monotonic()
    go.set()
    for thread in threads:
        thread.join()
    answer: dict[str, Any] = {**done, "seconds": time.monotonic() - started, "faults": faults[:3]}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
