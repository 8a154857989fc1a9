"""`make bench`: every scenario, and the tables of docs/performance.md: each is rewritten when all of its scenarios were run.

python load/bench.py [--only NAME ...] [--quick] [--keep-docs]
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "server"))

from fill import describe, fill, set_up
from harness import POSTGRES_SETTINGS, ROOT, World, binary, free_port, gunicorn, keys, process
from results import Result

from tests.postgres import system_postgres

SCENARIOS = ("movement", "bulk", "page", "scan", "search", "allocation", "catalogue", "lite")
SELLING = ("allocating", "picking", "day")  # have a table of their own
CONTROL = ("counting", "trace")
GOODS_IN = ("receipt",)
SECTIONS = {
    "results": SCENARIOS,
    "selling": SELLING,
    "counting": ("counting",),
    "trace": ("trace",),
    "goods-in": GOODS_IN,
}
DOCUMENT = ROOT / "docs" / "performance.md"
PRODUCTS = 50_000


@contextlib.contextmanager
def made_world(*, products: int, quick: bool) -> Iterator[World]:
    """PostgreSQL with a filled warehouse, and Gunicorn on it; this process can use Django on it too."""
    with (
        tempfile.TemporaryDirectory(prefix="stillage-bench-") as folder,
        system_postgres(binary("postgres").parent, settings=POSTGRES_SETTINGS) as url,
    ):
        environment = {
            **keys(),
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "stillage.config.settings.prod",
            "STILLAGE_HOME": folder,
            "STILLAGE_LOG_LEVEL": "INFO",
        }
        subprocess.run(
            [sys.executable, "-m", "stillage", "migrate"],
            cwd=ROOT,
            env={**os.environ, **environment},
            check=True,
        )
        set_up({**environment, "STILLAGE_LOG_LEVEL": "ERROR"})
        started = time.monotonic()
        fill(products)
        world = World(url, _postmaster(), Path(folder), quick, environment)
        world.say(f"filled in {time.monotonic() - started:.0f} s: {describe()}")
        port = free_port()
        with process(
            gunicorn("stillage.config.wsgi:application", port=port),
            environment=environment,
            port=port,
            log=world.folder / "gunicorn.log",
            ready="/health/live",
        ) as served:
            world.served = served
            yield world


def _postmaster() -> int:
    """The process above the one that serves us."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def table(results: list[Result]) -> str:
    lines = ["| measure | must | aim | measured | verdict | |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {one.measure} | {one.bound(one.must)} | {one.bound(one.aim)} | {one.shown} | {one.verdict} | {one.note} |"
        for one in results
    ]
    return "\n".join(lines)


def rewrite(text: str, mark: str) -> None:
    old = DOCUMENT.read_text()
    new = re.sub(
        rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)",
        lambda found: f"{found[1]}{text}\n{found[2]}",
        old,
        flags=re.S,
    )
    DOCUMENT.write_text(new)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only",
        action="append",
        choices=(*SCENARIOS, *SELLING, *CONTROL, *GOODS_IN),
        help="this scenario alone (may be repeated)",
    )
    parser.add_argument("--quick", action="store_true", help="one short round each: does it run?")
    parser.add_argument("--keep-docs", action="store_true", help="do not rewrite docs/performance.md")
    parser.add_argument(
        "--profile",
        nargs="?",
        const="",
        metavar="PATH",
        help="print where the time of a movement (or a page) goes",
    )
    asked = parser.parse_args()
    results: dict[str, list[Result]] = {}
    failed = []
    started = time.monotonic()
    with made_world(products=PRODUCTS, quick=asked.quick) as world:
        if asked.profile is not None:
            from profile_one import profile

            print(profile(asked.profile))
            return 0
        for name in asked.only or (*SCENARIOS, *SELLING, *CONTROL, *GOODS_IN):
            print(f"== {name}", file=sys.stderr, flush=True)
            begun = time.monotonic()
            try:
                results[name] = importlib.import_module(f"scenarios.{name}").run(world)
            except Exception as error:
                import traceback

                traceback.print_exc()
                failed.append(f"{name}: {error}")
            world.say(f"took {time.monotonic() - begun:.0f} s")
    print(table([row for rows in results.values() for row in rows]))
    print(f"\n{time.monotonic() - started:.0f} s in all", file=sys.stderr)
    for line in failed:
        print(f"NOT MEASURED {line}", file=sys.stderr)
    if not (asked.quick or asked.keep_docs or failed) and DOCUMENT.exists():
        for mark, names in SECTIONS.items():
            if set(names) <= set(results):
                rewrite(table([row for name in names for row in results[name]]), mark)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
