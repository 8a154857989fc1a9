"""SQLite: writers in single file, settings that hold on every connection, no half transaction after a full disk."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from stillage.core.clock import now
from stillage.core.sqlite.mutex import FairMutex, mutex_of
from stillage.places.models import Warehouse
from stillage.stock import operations
from stillage.stock.models import Balance, Movement
from stillage.stock.reconcile import disagreements
from tests.builders import BOSS, make_product, make_warehouse, receive
from tests.people import signed_in_client
from tests.promises.engines import sqlite_only
from tests.promises.threads import in_thread, together


# ---- the mutex by itself ------------------------------------------------------------------------
def test_the_mutex_serves_in_the_order_of_asking() -> None:
    mutex, served, threads = FairMutex(), [], []
    assert mutex.acquire(1)

    def wait(number: int) -> None:
        assert mutex.acquire(10)
        served.append(number)
        mutex.release()

    for number in range(12):
        thread = threading.Thread(target=wait, args=(number,))
        thread.start()
        threads.append(thread)
        while len(mutex._waiting) <= number:
            time.sleep(0.001)
    mutex.release()
    for thread in threads:
        thread.join(10)
    assert served == list(range(12))
    assert not mutex.taken


def test_who_gives_up_waiting_is_not_served_and_stops_nobody() -> None:
    mutex = FairMutex()
    assert mutex.acquire(1)
    assert not mutex.acquire(0.05)
    assert not mutex._waiting
    mutex.release()
    assert mutex.acquire(0.05)


# ---- many writers -------------------------------------------------------------------------------
@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_eight_writers_meet_no_locked_database_and_none_waits_long() -> None:
    make_warehouse("MAIN")
    ale = make_product("ALE-330")
    receive(ale, "L1", quantity=10_000)
    waits: list[float] = []

    def write() -> None:
        for _ in range(25):
            started = time.perf_counter()
            line = operations.MoveLine("ALE-330", "MAIN/A-01", "MAIN/A-02", 1, "L1")
            operations.move(actor=BOSS, lines=[line], reference="", at=now())
            waits.append(time.perf_counter() - started)

    results = together([write] * 8)
    assert results == [None] * 8
    assert len(waits) == 200
    assert max(waits) < 5, f"the longest wait was {max(waits):.3f} s, as long as a writer may wait at all"
    assert Balance.objects.get(location__full_code="MAIN/A-02").on_hand == 200
    assert disagreements(seal=False) == []


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_a_single_write_outside_a_transaction_takes_its_turn_and_a_read_needs_none() -> None:
    make_warehouse("MAIN")
    mutex = mutex_of(str(connection.settings_dict["NAME"]))
    assert mutex.acquire(1)
    order: list[str] = []

    def write() -> None:
        Warehouse.objects.filter(code="MAIN").update(name="by itself")
        order.append("written")

    def let_go() -> None:
        assert Warehouse.objects.get().name == "MAIN warehouse"
        while not mutex._waiting:
            time.sleep(0.001)
        order.append("let go")
        mutex.release()

    assert together([write, let_go]) == [None, None]
    assert order == ["let go", "written"]
    assert not mutex.taken


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_a_turn_that_does_not_come_is_a_locked_database(monkeypatch: pytest.MonkeyPatch) -> None:
    make_warehouse("MAIN")
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.2)
    monkeypatch.setitem(settings.DATABASES["default"]["OPTIONS"], "timeout", 0.2)
    with transaction.atomic():

        def write() -> None:
            with transaction.atomic():
                Warehouse.objects.update(name="x")

        (error,) = together([write])
    assert isinstance(error, OperationalError)
    assert str(error) == "database is locked"
    in_thread(write)
    assert Warehouse.objects.get().name == "x"


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_a_thread_that_dies_inside_a_transaction_gives_its_turn_back() -> None:
    make_warehouse("MAIN")

    def die() -> None:
        connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        Warehouse.objects.update(name="half done")

    thread = threading.Thread(target=die)
    thread.start()
    thread.join()
    gc.collect()
    Warehouse.objects.update(code="MAIN")
    assert Warehouse.objects.get().name == "MAIN warehouse"


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_every_way_out_of_a_transaction_gives_the_turn_back() -> None:
    make_warehouse("MAIN")
    mutex = mutex_of(str(connection.settings_dict["NAME"]))
    assert not mutex.taken
    with transaction.atomic():
        assert mutex.taken
        with transaction.atomic():
            assert mutex.taken
    assert not mutex.taken
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError
    assert not mutex.taken
    with transaction.atomic():
        connection.close()
        assert not mutex.taken
    Warehouse.objects.update(name="x")
    assert not mutex.taken
    with pytest.raises(OperationalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT no_such_column FROM places_warehouse")
    assert not mutex.taken


# ---- L2: another process ------------------------------------------------------------------------
OTHER_PROCESS = """
import sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute("BEGIN IMMEDIATE")
print("locked", flush=True); sys.stdin.readline(); c.execute("ROLLBACK")
"""


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_another_process_that_writes_is_waited_for_and_then_answered_with_503() -> None:
    make_warehouse("MAIN")
    receive(make_product("ALE-330"), "L1", quantity=10)
    client = signed_in_client("picker")
    line = {
        "product": "ALE-330",
        "lot": "L1",
        "from_location": "MAIN/A-01",
        "to_location": "MAIN/A-02",
        "quantity": 1,
    }
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 200")
    with subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, str(connection.settings_dict["NAME"])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None and other.stdin is not None
        assert other.stdout.readline() == "locked\n"
        busy = client.post("/api/v1/stock/move", {"lines": [line]}, key="k" * 20)
        assert client.get("/api/v1/stock").status_code == 200, "reading goes on"
        other.stdin.write("\n")
        other.stdin.close()
    assert (busy.status_code, busy.json()["code"], busy["Retry-After"]) == (503, "busy", "1")
    assert client.post("/api/v1/stock/move", {"lines": [line]}, key="k" * 20).status_code == 201
    connection.close()


# ---- L3: a file that only reads -----------------------------------------------------------------
@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_a_database_that_only_reads_is_read_and_not_ready() -> None:
    make_warehouse("MAIN")
    receive(make_product("ALE-330"), "L1", quantity=10)
    client = signed_in_client("picker")
    line = {
        "product": "ALE-330",
        "lot": "L1",
        "location": "MAIN/A-01",
        "quantity_delta": 1,
        "reason": "found",
    }
    assert client.get("/health/ready").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
    try:
        refused = client.post("/api/v1/stock/adjust", {"lines": [line]}, key="r" * 20)
        assert (refused.status_code, refused.json()["code"], refused["Retry-After"]) == (
            503,
            "read_only",
            "30",
        )
        assert client.get("/api/v1/stock").json()["results"][0]["on_hand"] == 10
        assert client.get("/health/ready").status_code == 503
        assert client.get("/health/live").status_code == 200
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = OFF")
    assert client.post("/api/v1/stock/adjust", {"lines": [line]}, key="r" * 20).status_code == 201


# ---- L4: the disk is full -----------------------------------------------------------------------
def _pages(limit: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA max_page_count = {limit}")


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_a_full_disk_refuses_the_write_whole_and_reading_goes_on() -> None:
    make_warehouse("MAIN", *(f"B-{number:03d}" for number in range(400)))
    receive(make_product("ALE-330"), "L1", quantity=10_000, location="MAIN/B-000")
    client = signed_in_client("manager")
    lines = [
        {
            "product": "ALE-330",
            "lot": "L1",
            "from_location": "MAIN/B-000",
            "to_location": f"MAIN/B-{n:03d}",
            "quantity": 1,
        }
        for n in range(1, 400)
    ]
    before = Movement.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
    for spare in range(4):
        _pages(pages + spare)
        try:
            refused = client.post("/api/v1/stock/move", {"lines": lines}, key=f"full-disk-{spare:010d}")
            assert (refused.status_code, refused.json()["code"]) == (503, "disk_full"), refused.content
            assert refused["Retry-After"] == "60"
            assert client.get("/api/v1/stock", {"limit": "5"}).status_code == 200
            assert client.get("/health/live").status_code == 200
        finally:
            _pages(1_073_741_823)
        assert Movement.objects.count() == before
        assert disagreements(seal=False) == []
    done = client.post("/api/v1/stock/move", {"lines": lines}, key=f"full-disk-{0:010d}")
    assert done.status_code == 201
    assert disagreements(seal=False) == []


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_code_that_swallows_the_error_cannot_commit_the_rest_by_itself() -> None:
    """After SQLITE_FULL the transaction is gone; the next statement would be committed alone."""
    make_warehouse("MAIN")

    def lost() -> None:
        # What SQLite does by itself when the disk is full, brought about exactly here.
        connection.connection.rollback()

    with pytest.raises(OperationalError, match="rolled this transaction back"), transaction.atomic():
        Warehouse.objects.update(name="first")
        lost()
        Warehouse.objects.update(name="second")
    assert Warehouse.objects.get().name == "MAIN warehouse"
    with pytest.raises(OperationalError, match="rolled this transaction back"), transaction.atomic():
        Warehouse.objects.update(name="third")
        lost()
    assert Warehouse.objects.get().name == "MAIN warehouse"
    with pytest.raises(transaction.TransactionManagementError), transaction.atomic():
        Warehouse.objects.update(name="fourth")
        with pytest.raises(OperationalError), transaction.atomic():
            lost()
            Warehouse.objects.update(name="fifth")
        Warehouse.objects.update(name="sixth")
    assert Warehouse.objects.get().name == "MAIN warehouse"
    Warehouse.objects.update(name="seventh")
    assert Warehouse.objects.get().name == "seventh"


# ---- PRAGMAs ------------------------------------------------------------------------------------
PRAGMAS = (
    "journal_mode",
    "synchronous",
    "foreign_keys",
    "recursive_triggers",
    "busy_timeout",
    "journal_size_limit",
)
READ_BACK = f"""
import json, threading, django
django.setup()
from django.db import connection
def read(found):
    with connection.cursor() as cursor:
        for name in {PRAGMAS!r}:
            cursor.execute("PRAGMA " + name)
            found[name] = cursor.fetchone()[0]
    connection.close()
threads = []
for _ in range(2):
    found = {{}}
    thread = threading.Thread(target=read, args=(found,))
    thread.start(); thread.join()
    threads.append(found)
print(json.dumps([connection.settings_dict["ENGINE"], connection.settings_dict["OPTIONS"]["transaction_mode"], threads]))
"""


@sqlite_only
def test_every_connection_of_a_checkout_has_the_settings_that_keep_a_ledger_whole(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "STILLAGE_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "stillage.config.settings.dev",
    }
    environment.pop("DATABASE_URL", None)
    run = subprocess.run(
        [sys.executable, "-c", READ_BACK],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    engine, mode, threads = json.loads(run.stdout)
    assert (engine, mode) == ("stillage.core.sqlite", "IMMEDIATE")
    expected: dict[str, Any] = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "busy_timeout": 5000,
        "journal_size_limit": 67108864,
    }
    assert threads == [expected, expected]
