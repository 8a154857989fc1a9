"""P1–P5, P11: PostgreSQL breaks in the middle. Nothing half done, an answer that says what to do, and no hands needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, close_old_connections, connection, connections

from stillage.stock.models import Balance, Movement
from stillage.stock.reconcile import disagreements
from tests.builders import make_product, make_warehouse, receive
from tests.people import Client, signed_in_client
from tests.promises.threads import in_thread, together
from tests.promises.wire import wire_to

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
MOVE, KEY = "/api/v1/stock/move", "the-same-key-every-time"
BODY = {
    "lines": [
        {
            "product": "ALE-330",
            "lot": lot,
            "from_location": "MAIN/A-01",
            "to_location": "MAIN/A-02",
            "quantity": 7,
        }
        for lot in ("L1", "L2")
    ]
}


@pytest.fixture
def client() -> Client:
    make_warehouse("MAIN")
    ale = make_product("ALE-330")
    for lot in ("L1", "L2"):
        receive(ale, lot, quantity=100)
        receive(ale, lot, quantity=1, location="MAIN/A-02")
    return signed_in_client("manager")


@contextmanager
def another_session(**options: Any) -> Iterator[Any]:
    """A database session of somebody else's."""
    given = connection.settings_dict
    with psycopg.connect(
        host=given["HOST"],
        port=given["PORT"],
        user=given["USER"],
        password=given["PASSWORD"] or None,
        dbname=given["NAME"],
        **options,
    ) as session:
        yield session


def balance(lot: str) -> Balance:
    return Balance.objects.get(lot__number=lot, location__full_code="MAIN/A-01")


def once() -> None:
    """The move happened exactly once, and the book agrees."""
    assert [balance(lot).on_hand for lot in ("L1", "L2")] == [93, 93]
    assert Movement.objects.filter(kind="move").count() == 2
    assert disagreements(seal=False) == []


def never() -> None:
    assert [balance(lot).on_hand for lot in ("L1", "L2")] == [100, 100]
    assert not Movement.objects.filter(kind="move").exists()
    assert disagreements(seal=False) == []


def is_problem(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"], answer["Content-Type"]) == (
        status,
        code,
        "application/problem+json",
    )
    assert int(answer["Retry-After"]) >= 1


class Before:
    """Does something just before the first statement that holds a text."""

    def __init__(self, text: str, act: Any, *, times: int = 1) -> None:
        self.text, self.act, self.times, self.fired = text, act, times, 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.text in sql and self.fired < self.times:
            self.fired += 1
            self.act()
        return execute(sql, params, many, context)


# ---- P1: the backend is killed ------------------------------------------------------------------
@pytest.mark.parametrize(
    "where",
    ["rest_idempotencykey", "FROM stock_balance", "INSERT INTO stock_movement", "INSERT INTO audit_entry"],
)
def test_a_backend_killed_before_commit_leaves_nothing_and_the_next_request_has_another(
    client: Client, where: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]

    def kill() -> None:
        with another_session(autocommit=True) as session:
            session.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])

    hook = Before(where, kill)
    with connection.execute_wrapper(hook):
        is_problem(client.post(MOVE, BODY, key=KEY), 503, "database_unavailable")
    assert hook.fired == 1
    close_old_connections()  # what the server does between requests
    never()
    assert client.post(MOVE, BODY, key=KEY).status_code == 201
    once()


def test_a_line_that_died_while_it_lay_idle_is_opened_anew_unseen(client: Client) -> None:
    for number, ask in enumerate(
        (lambda: client.get("/api/v1/stock"), lambda: client.post(MOVE, BODY, key=KEY))
    ):
        close_old_connections()  # what the server does before each request
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        with another_session(autocommit=True) as session:
            session.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])
        close_old_connections()
        assert ask().status_code == (200, 201)[number]
    once()


# ---- P2: the line is cut during COMMIT ----------------------------------------------------------
@pytest.mark.parametrize(("cut", "done"), [("before", False), ("after", True)])
def test_a_line_cut_during_commit_is_an_unknown_outcome_that_the_key_resolves(
    client: Client, cut: str, done: bool
) -> None:
    given = connection.settings_dict
    with wire_to(given["HOST"], int(given["PORT"])) as wire:

        def send() -> list[Any]:
            mine = connections["default"]
            mine.settings_dict = {**mine.settings_dict, "HOST": "127.0.0.1", "PORT": wire.own_port}
            assert client.get("/health/ready").status_code == 200
            wire.cut = cut
            answers = [client.post(MOVE, BODY, key=KEY)]
            time.sleep(0.3)
            close_old_connections()
            answers.append(Movement.objects.filter(kind="move").exists())
            answers.append(client.post(MOVE, BODY, key=KEY))
            return answers

        unknown, happened, retried = in_thread(send)
        assert wire.cuts == 1, "and nothing was sent again without the key"
    is_problem(unknown, 503, "database_unavailable")
    assert "same Idempotency-Key" in unknown.json()["detail"]
    assert happened is done
    assert retried.status_code == 201
    assert retried.headers.get("Idempotent-Replay") == ("true" if done else None)
    once()


# ---- P4: somebody holds the row, or a statement takes too long ----------------------------------
def test_a_row_that_stays_locked_is_a_503_that_says_when_to_come_again(client: Client) -> None:
    with another_session() as session:
        session.execute("SELECT 1 FROM stock_balance WHERE id = %s FOR UPDATE", [balance("L2").pk])
        started = time.monotonic()
        is_problem(client.post(MOVE, BODY, key=KEY), 503, "busy")
        assert 1.5 < time.monotonic() - started < 4, "lock_timeout speaks after 2 s"
        assert client.get("/api/v1/stock").status_code == 200, "reading goes on, on the same connection"
        session.rollback()
    never()
    assert client.post(MOVE, BODY, key=KEY).status_code == 201
    once()


def test_a_statement_that_takes_too_long_is_ended_and_answered(client: Client) -> None:
    def sleep() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '150ms'")
            cursor.execute("SELECT pg_sleep(5)")

    with connection.execute_wrapper(Before("INSERT INTO stock_movement", sleep)):
        is_problem(client.post(MOVE, BODY, key=KEY), 503, "busy")
    never()
    assert client.post(MOVE, BODY, key=KEY).status_code == 201
    once()


def test_the_innermost_limit_gives_up_first() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting::int FROM pg_settings WHERE name IN"
            " ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout')"
        )
        limits = dict(cursor.fetchall())
    assert limits["lock_timeout"] == 2000 < limits["statement_timeout"] == 5000
    assert limits["statement_timeout"] < limits["idle_in_transaction_session_timeout"] == 10_000
    assert settings.DATABASES["default"]["OPTIONS"]["server_side_binding"]


# ---- P5: deadlock and serialization -------------------------------------------------------------
def test_who_is_chosen_to_end_a_deadlock_is_carried_out_again_unseen(client: Client) -> None:
    low, high = sorted(balance(lot).pk for lot in ("L1", "L2"))
    holding, waiting = threading.Event(), threading.Event()

    def saboteur() -> str:
        """Locks in the other order, and is patient, so that the application is the one to be ended."""
        with another_session() as session:
            session.execute("SET deadlock_timeout = '20s'")
            session.execute("SELECT 1 FROM stock_balance WHERE id = %s FOR UPDATE", [high])
            holding.set()
            assert waiting.wait(10)
            session.execute("SELECT 1 FROM stock_balance WHERE id = %s FOR UPDATE", [low])
            session.commit()
        return "had both"

    attempts: list[str] = []

    def mover() -> Any:
        assert holding.wait(10)

        def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if "FROM catalogue_product" in sql:
                attempts.append("looked up")
            if "FOR NO KEY UPDATE" in sql:
                threading.Timer(0.2, waiting.set).start()
            return execute(sql, params, many, context)

        with connection.execute_wrapper(watch):
            return client.post(MOVE, BODY, key=KEY)

    had, answer = together([saboteur, mover])
    assert had == "had both"
    assert answer.status_code == 201, answer.content
    assert len(attempts) == 2, "the first was ended by the server, the second was done"
    once()


def sabotage(state: type[psycopg.Error]) -> Any:
    def broken() -> None:
        raise OperationalError("as the server says it") from state("as the server says it")

    return broken


@pytest.mark.parametrize("state", [psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure])
@pytest.mark.parametrize(("times", "status"), [(2, 201), (3, 503)])
def test_what_passes_by_itself_is_tried_three_times_and_then_said(
    client: Client, state: type[psycopg.Error], times: int, status: int
) -> None:
    hook = Before("INSERT INTO stock_movement", sabotage(state), times=times)
    with connection.execute_wrapper(hook):
        answer = client.post(MOVE, BODY, key=KEY)
    assert (hook.fired, answer.status_code) == (times, status)
    if status == 503:
        is_problem(answer, 503, "busy")
        never()
        assert client.post(MOVE, BODY, key=KEY).status_code == 201
    once()


# ---- P11: a migration under prepared statements -------------------------------------------------
def test_a_plan_that_a_migration_made_stale_is_at_most_one_more_try(client: Client) -> None:
    for number in range(3):
        assert client.post(MOVE, BODY, key=f"prepare-the-statements-{number}").status_code == 201
    with another_session(autocommit=True) as session:
        session.execute("ALTER TABLE accounts_session ALTER COLUMN expires_at TYPE timestamptz(3)")
        session.execute("ALTER TABLE stock_balance ALTER COLUMN allocated TYPE numeric(20)")
        try:
            assert client.post(MOVE, BODY, key=KEY).status_code == 201
            assert client.get("/api/v1/stock").status_code == 200
        finally:
            connection.close()
            session.execute("ALTER TABLE stock_balance ALTER COLUMN allocated TYPE bigint")
            session.execute("ALTER TABLE accounts_session ALTER COLUMN expires_at TYPE timestamptz")
    assert Movement.objects.filter(kind="move").count() == 8
    assert disagreements(seal=False) == []
