"""L1, P3: a writer killed in mid-commit, a database killed under load. What was acknowledged stands, whole."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from django.db import connection

from stillage.stock.models import Balance, Movement
from stillage.stock.reconcile import disagreements
from tests import postgres
from tests.builders import make_product, make_warehouse, receive
from tests.promises.engines import ON_POSTGRES

ROUNDS = int(os.environ.get("STILLAGE_KILLS", "20"))
ROOT = Path(__file__).resolve().parents[3]


@contextlib.contextmanager
def writer(**environment: str) -> Iterator[subprocess.Popen[str]]:
    given = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(["server/src", "client/src", "server"]),
        "DJANGO_SETTINGS_MODULE": "tests.promises.live_settings",
        "STILLAGE_TEST_DATABASE": str(connection.settings_dict["NAME"]),
        **environment,
    }
    command = [sys.executable, "-m", "tests.promises.writer"]
    with subprocess.Popen(
        command, env=given, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as program:
        try:
            yield program
        finally:
            program.kill()


def stream(program: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert program.stdin is not None and program.stdout is not None
    return program.stdin, program.stdout


def acknowledged(lines: list[str]) -> int:
    return max((int(line.split()[1]) for line in lines if line.startswith("done")), default=0)


def stock() -> None:
    make_warehouse("MAIN")
    ale = make_product("ALE-330")
    for lot in ("L1", "L2", "L3"):
        receive(ale, lot, quantity=100)


@pytest.mark.django_db(transaction=True)
def test_a_writer_killed_at_any_moment_leaves_whole_commits_only() -> None:
    stock()
    seed = int(time.time())
    chance = random.Random(seed)
    total = 0
    with writer() as program:
        orders, told = stream(program)
        for number in range(ROUNDS):
            orders.write(f"round-{number}\n")
            pid = int(told.readline().split()[1])
            lines = [told.readline()]  # it has begun
            time.sleep(chance.uniform(0, 0.04))
            os.kill(pid, signal.SIGKILL)
            while (line := told.readline()) != "dead\n":
                lines.append(line)
            acked = acknowledged(lines)
            stored = Movement.objects.filter(reference=f"round-{number}").count()
            assert stored % 3 == 0, (seed, "half a document")
            assert acked <= stored // 3 <= acked + 1, (seed, number, acked, stored)
            total += acked
    assert total >= ROUNDS
    assert sum(Balance.objects.values_list("on_hand", flat=True)) == 300
    assert disagreements(seal=False) == [], seed
    if not ON_POSTGRES:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchall() == [("ok",)]


# ---- P3: the whole database is killed -----------------------------------------------------------
class Cluster:
    """A PostgreSQL that is killed and started again on the same folder, with fsync on."""

    def __init__(self, folder: Path) -> None:
        binaries = postgres._system_binaries()
        if binaries is None:
            pytest.skip("NOT RUN: no system PostgreSQL to kill")
        self.binaries, self.folder, self.port = binaries, folder, postgres._free_port()
        self.as_user: dict[str, Any] = postgres._unprivileged()
        self.environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)}
        if self.as_user:
            os.chown(folder, self.as_user["user"], self.as_user["group"])
        self.run(
            "initdb", "-D", str(folder / "data"), "-U", "stillage", "-A", "trust", "-E", "UTF8", "--no-sync"
        )

    def run(self, program: str, *flags: str) -> None:
        subprocess.run(
            [self.binaries / program, *flags],
            check=True,
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            **self.as_user,
        )

    def start(self) -> None:
        flags = [
            "-c",
            f"port={self.port}",
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            f"unix_socket_directories={self.folder}",
        ]
        for _ in range(20):  # the orphans of a killed server must go first
            with (self.folder / "log").open("ab") as log:
                self.server = subprocess.Popen(
                    [self.binaries / "postgres", "-D", self.folder / "data", *flags],
                    env=self.environment,
                    cwd=self.folder,
                    stdout=log,
                    stderr=log,
                    **self.as_user,
                )
            with contextlib.suppress(postgres.NoPostgres):
                postgres._wait_until_ready(
                    self.binaries, self.port, self.environment, self.server, self.folder / "log"
                )
                return
            time.sleep(0.5)
        raise AssertionError((self.folder / "log").read_text()[-2000:])

    @property
    def url(self) -> str:
        return f"postgresql://stillage@127.0.0.1:{self.port}/postgres"


CHECK = """
import django; django.setup()
from django.core.management import call_command
from tests.promises.test_killed_writers import stock
from stillage.stock.models import Movement
from stillage.stock.reconcile import disagreements
import sys
if sys.argv[1] == "make":
    call_command("migrate", verbosity=0); stock()
else:
    print(Movement.objects.filter(kind="move").count(), disagreements(seal=False))
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's own user reaches: pytest keeps the folders above tmp_path to itself."""
    folder = Path(tempfile.mkdtemp(prefix="stillage-killed-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.postgres
def test_a_postgres_killed_under_load_has_all_that_was_acknowledged(open_folder: Path) -> None:
    cluster = Cluster(open_folder)
    cluster.start()
    try:
        own = {"DATABASE_URL": cluster.url, "STILLAGE_TEST_DATABASE": "postgres"}
        environment = {
            **os.environ,
            **own,
            "PYTHONPATH": os.pathsep.join(["server/src", "client/src", "server"]),
            "DJANGO_SETTINGS_MODULE": "tests.promises.live_settings",
        }

        def check(what: str) -> str:
            command = [sys.executable, "-c", CHECK, what]
            done = subprocess.run(
                command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
            )
            return done.stdout.strip()

        check("make")
        with writer(**own) as program:
            orders, told = stream(program)
            orders.write("load\n")
            told.readline()
            lines = [told.readline() for _ in range(40)]
            cluster.server.send_signal(signal.SIGKILL)
            program_ends = time.monotonic() + 30
            while (line := told.readline()) not in ("dead\n", "") and time.monotonic() < program_ends:
                lines.append(line)
        acked = acknowledged(lines)
        cluster.server.wait(20)
        cluster.start()
        count, found = check("count").split(" ", 1)
        assert found == "[]"
        assert acked <= int(count) // 3 <= acked + 1
        assert int(count) % 3 == 0
    finally:
        cluster.server.send_signal(signal.SIGINT)
        cluster.server.wait(30)
