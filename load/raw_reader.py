"""Runs prepared statements by psycopg for some seconds, fetching every row: what reading costs without a framework."""

from __future__ import annotations

import json
import sys
import time

import psycopg


def main() -> None:
    plan = json.load(sys.stdin)
    with psycopg.connect(
        plan["url"], autocommit=True, cursor_factory=psycopg.Cursor, prepare_threshold=0
    ) as connection:
        cursor = connection.cursor()
        for sql, parameters in plan["statements"]:
            cursor.execute(sql, parameters).fetchall()
        count, started, cpu = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - started < plan["seconds"]:
            for sql, parameters in plan["statements"]:
                rows = cursor.execute(sql, parameters).fetchall()
            count += 1
        seconds = time.perf_counter() - started
    json.dump(
        {"count": count, "seconds": seconds, "cpu": time.process_time() - cpu, "rows": len(rows)}, sys.stdout
    )


if __name__ == "__main__":
    main()
