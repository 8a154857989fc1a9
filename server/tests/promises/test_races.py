"""Real threads at once on the same few rows: never oversold, nothing lost, nobody stuck.

Each race has a control on PostgreSQL: with the lock off it must show, else the test would prove nothing.
"""

from __future__ import annotations

import importlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import connection

from stillage.core.clock import now
from stillage.core.errors import Refusal
from stillage.rest import idempotency
from stillage.stock import ledger, operations
from stillage.stock.models import Allocation, Balance, Movement
from stillage.stock.reconcile import disagreements
from tests.builders import BOSS, make_product, make_warehouse, receive
from tests.people import Client, signed_in_client
from tests.promises.engines import ON_POSTGRES
from tests.promises.threads import in_thread, together

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 16 if ON_POSTGRES else 8


@pytest.fixture
def lock_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: balances are read without their lock, and looked at for a moment."""
    monkeypatch.setattr("stillage.core.locking.for_update", lambda table: "")
    monkeypatch.setattr(ledger, "for_update", lambda table: "")


@pytest.fixture(autouse=True)
def a_moment_between_reading_and_writing(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gap in which a race that can happen does. In a control the first two meet there: both have read, none wrote."""
    meeting = threading.Barrier(2) if "lock_off" in request.fixturenames else None
    apply, allocate = ledger._apply, importlib.import_module("stillage.stock.operations.allocate")
    choose = allocate.choose

    def slowly(original: Any) -> Any:
        def run(*args: Any, **kwargs: Any) -> Any:
            found = original(*args, **kwargs)
            if meeting is None:
                time.sleep(0.005)
            elif threading.current_thread() is not threading.main_thread():
                with suppress(threading.BrokenBarrierError):  # the odd one out of a crowd goes on alone
                    meeting.wait(5)
            return found

        return run

    monkeypatch.setattr(ledger, "_apply", slowly(apply))
    monkeypatch.setattr(allocate, "choose", slowly(choose))


@pytest.fixture
def no_deadlock() -> Iterator[None]:
    """The server counts them itself."""

    def counted() -> int:
        if not ON_POSTGRES:
            return 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            return int(cursor.fetchone()[0])

    before = counted()
    yield
    assert counted() == before


def problems(results: list[Any]) -> Counter[str]:
    return Counter(type(one).__name__ for one in results if isinstance(one, Exception))


# ---- the last units -----------------------------------------------------------------------------
def allocate_the_last_units() -> list[Any]:
    """50 units in five lots; everybody wants 7 of them, or what there is."""
    warehouse, ale = make_warehouse("MAIN"), make_product("ALE-330")
    for number in range(5):
        receive(ale, f"L{number}", quantity=10, location=f"MAIN/A-0{number % 3 + 1}")

    def take() -> int:
        demand = operations.Demand(uuid4(), "SO", ale.pk, warehouse.pk, 7, now().date())
        promised = operations.allocate(actor=BOSS, demands=[demand], at=now(), whole=False)
        return sum(one.quantity for own in promised.values() for one in own)

    return together([take] * CROWD)


def test_the_last_units_are_promised_exactly_once(no_deadlock: None) -> None:
    results = allocate_the_last_units()
    assert problems(results) == {}, results
    assert sum(results) == 50
    assert sorted(results, reverse=True) == [7] * 7 + [1] + [0] * (CROWD - 8)
    assert sum(Allocation.objects.values_list("quantity", flat=True)) == 50
    assert all(
        on_hand == allocated for on_hand, allocated in Balance.objects.values_list("on_hand", "allocated")
    )
    assert disagreements(seal=False) == []


@pytest.mark.postgres
def test_control_without_the_lock_the_last_units_are_fought_over(lock_off: None) -> None:
    results = allocate_the_last_units()
    assert problems(results)["IntegrityError"], "only the CHECK stood between two buyers and one unit"


# ---- the same rows from both ends ---------------------------------------------------------------
LOTS, DOCUMENTS = 20, 4


def move_both_ways(
    *, made: bool, lots: int = LOTS, crowd: int = CROWD, documents_each: int = DOCUMENTS
) -> tuple[list[Any], Counter[str]]:
    """Documents over the same lots, half of them each way, lines in any order."""
    make_warehouse("MAIN")
    ale = make_product("ALE-330")
    for number in range(lots):
        receive(ale, f"L{number}", quantity=500, location="MAIN/A-01")
        if made:
            receive(ale, f"L{number}", quantity=500, location="MAIN/A-02")
    refused: Counter[str] = Counter()

    def documents(number: int) -> Callable[[], None]:
        chance = random.Random(number)
        ends = ("MAIN/A-01", "MAIN/A-02") if number % 2 else ("MAIN/A-02", "MAIN/A-01")

        def work() -> None:
            for _ in range(documents_each):
                lines = [operations.MoveLine("ALE-330", *ends, 1, f"L{lot}") for lot in range(lots)]
                chance.shuffle(lines)
                try:
                    operations.move(actor=BOSS, lines=lines, reference="", at=now())
                except Refusal as refusal:
                    refused[refusal.code] += 1

        return work

    return together([documents(number) for number in range(crowd)]), refused


@pytest.mark.parametrize("made", [True, False])
def test_moves_in_opposite_directions_over_the_same_rows_neither_stick_nor_lose(
    no_deadlock: None, made: bool
) -> None:
    results, refused = move_both_ways(made=made)
    assert problems(results) == {}, results
    done = CROWD * DOCUMENTS - refused["insufficient_stock"]
    assert set(refused) <= {"insufficient_stock"} and (refused == {} or not made)
    assert Movement.objects.filter(kind="move").count() == done * LOTS
    assert sum(Balance.objects.values_list("on_hand", flat=True)) == LOTS * (1000 if made else 500)
    assert disagreements(seal=False) == []


@pytest.mark.postgres
def test_control_without_the_lock_moves_are_lost(lock_off: None) -> None:
    # One lot and two documents: more rows could only add a deadlock, which would hide the loss.
    move_both_ways(made=True, lots=1, crowd=2, documents_each=1)
    assert any("the balance says" in line for line in disagreements(seal=False))


def test_everybody_makes_the_same_new_lots_and_places_at_once(no_deadlock: None) -> None:
    """Rows that are not there yet cannot be locked; they are made in one order."""
    make_warehouse("MAIN")
    make_product("ALE-330")

    def book_in(number: int) -> Callable[[], Any]:
        chance = random.Random(number)

        def work() -> Any:
            lines = [
                operations.ReceiveLine(
                    "ALE-330", f"MAIN/A-0{place}", 1, f"N{lot}", now().date().replace(year=2190)
                )
                for lot in range(10)
                for place in (1, 2, 3)
            ]
            chance.shuffle(lines)
            return operations.receive(actor=BOSS, lines=lines, reference="", at=now())["kind"]

        return work

    results = together([book_in(number) for number in range(CROWD)])
    assert results == ["receive"] * CROWD
    assert sorted(Balance.objects.values_list("on_hand", flat=True)) == [CROWD] * 30
    assert disagreements(seal=False) == []


# ---- through HTTP -------------------------------------------------------------------------------
def clients(number: int, role: str = "manager") -> list[Client]:
    return [signed_in_client(role) for _ in range(number)]


def remove_seven_of_ten() -> list[Any]:
    make_warehouse("MAIN")
    receive(make_product("ALE-330"), "L1", quantity=10)
    line = {
        "product": "ALE-330",
        "lot": "L1",
        "location": "MAIN/A-01",
        "quantity_delta": -7,
        "reason": "sold",
    }

    def remove(client: Client) -> Callable[[], int]:
        return lambda: client.post("/api/v1/stock/adjust", {"lines": [line]}, key=uuid4().hex).status_code

    return together([remove(client) for client in clients(8)])


def test_of_eight_removals_of_seven_from_ten_exactly_one_is_done() -> None:
    assert Counter(remove_seven_of_ten()) == {201: 1, 409: 7}
    assert Balance.objects.get().on_hand == 3
    assert Movement.objects.filter(kind="adjust").count() == 1
    assert disagreements(seal=False) == []


@pytest.mark.postgres
def test_control_without_the_lock_several_removals_are_done(lock_off: None) -> None:
    assert Counter(remove_seven_of_ten())[201] > 1
    assert any("the balance says 3" in line for line in disagreements(seal=False))


def undo_together() -> list[Any]:
    make_warehouse("MAIN")
    receive(make_product("ALE-330"), "L1", quantity=100)
    line = operations.MoveLine("ALE-330", "MAIN/A-01", "MAIN/A-02", 5, "L1")
    moved = operations.move(actor=BOSS, lines=[line], reference="", at=now())
    for _ in range(CROWD):  # enough of the same at the target, so that a second undoing would find its stock
        operations.move(actor=BOSS, lines=[line], reference="", at=now())
    body = {"operation_id": str(moved["operation_id"])}

    def undo(client: Client) -> Callable[[], Any]:
        def send() -> tuple[int, str | None]:
            answer = client.post("/api/v1/stock/reverse", body, key=uuid4().hex)
            return answer.status_code, answer.json().get("code")

        return send

    return together([undo(client) for client in clients(CROWD)])


def test_an_operation_is_undone_once_however_many_try_at_once() -> None:
    assert Counter(undo_together()) == {(201, None): 1, (409, "already_reversed"): CROWD - 1}
    assert Movement.objects.filter(kind="reverse").count() == 1
    assert disagreements(seal=False) == []


@pytest.fixture
def reversal_not_unique() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE stock_movement DROP CONSTRAINT stock_movement_reverses_id_key")
    yield
    call_command("flush", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE stock_movement ADD CONSTRAINT stock_movement_reverses_id_key UNIQUE (reverses_id)"
        )


@pytest.mark.postgres
def test_control_without_the_unique_link_an_operation_is_undone_often(reversal_not_unique: None) -> None:
    undo_together()
    assert Movement.objects.filter(kind="reverse").count() > 1
    assert any("is reversed" in line for line in disagreements(seal=False))


# ---- one key ------------------------------------------------------------------------------------
def fifty_with_one_key() -> list[Any]:
    make_warehouse("MAIN")
    make_product("ALE-330")
    boss = signed_in_client("manager")
    line = {
        "product": "ALE-330",
        "lot": "L1",
        "expiry_date": "2031-03-31",
        "location": "MAIN/A-01",
        "quantity": 24,
    }

    def send() -> tuple[int, bytes]:
        client = Client()
        assert boss.pair is not None
        client.hold(boss.pair)
        # What every client of ours does: a twin in flight or a busy moment is asked again with the same key.
        for _ in range(30):
            answer = client.post("/api/v1/stock/receive", {"lines": [line]}, key="one-key-for-fifty-threads")
            if "Retry-After" not in answer:
                return answer.status_code, answer.content
            time.sleep(0.1)
        raise AssertionError("never answered")

    return together([send] * 50)


def test_fifty_threads_with_one_key_have_one_effect_and_fifty_equal_answers() -> None:
    results = fifty_with_one_key()
    assert problems(results) == {}, results
    assert len(set(results)) == 1
    assert results[0][0] == 201
    assert Balance.objects.get().on_hand == 24
    assert Movement.objects.count() == 1
    assert disagreements(seal=False) == []


@pytest.mark.postgres
def test_control_without_the_key_fifty_threads_have_fifty_effects(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key's row is written, but nobody looks whether it was there before."""

    def forgotten(scope: Any, digest: bytes, *, last: Any, **answer: Any) -> bool:
        last.write()
        return True

    monkeypatch.setattr(idempotency, "keep", forgotten)
    fifty_with_one_key()
    assert Movement.objects.count() == 50


def less(units: int) -> dict[str, Any]:
    line = {"product": "ALE-330", "lot": "L1", "location": "MAIN/A-01", "quantity_delta": -units}
    return {"lines": [{**line, "reason": "sold"}]}


@pytest.mark.postgres
@pytest.mark.parametrize("units", [4, 7], ids=["enough for both", "enough for one"])
@pytest.mark.parametrize("stalled", ["before its effect", "before its key"])
def test_of_twins_in_flight_one_is_carried_out_and_both_are_told_the_same(
    monkeypatch: pytest.MonkeyPatch, units: int, stalled: str
) -> None:
    """The first is overtaken by its twin, wherever it stands: it must be undone, and must say what the twin said."""
    make_warehouse("MAIN")
    receive(make_product("ALE-330"), "L1", quantity=10)
    boss = signed_in_client("manager")
    inside, go_on = threading.Event(), threading.Event()

    def first() -> Any:
        def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            wanted = "FOR NO KEY UPDATE" if stalled == "before its effect" else "INTO rest_idempotencykey"
            if wanted in sql and not inside.is_set():
                inside.set()
                # With its locks held, its twin can only wait for it, and it must not wait for the twin.
                assert (
                    go_on.wait(20 if stalled == "before its effect" else 0.5) or stalled == "before its key"
                )
            return execute(sql, params, many, context)

        with connection.execute_wrapper(watch):
            return boss.post("/api/v1/stock/adjust", less(units), key="twins-in-flight-0001")

    def twin() -> Any:
        client = Client()
        assert boss.pair is not None
        client.hold(boss.pair)
        assert inside.wait(20)
        answer = client.post("/api/v1/stock/adjust", less(units), key="twins-in-flight-0001")
        go_on.set()
        return answer

    one, other = together([first, twin])
    assert (one.status_code, other.status_code) == (201, 201)
    assert one.content == other.content
    replayed = [answer.headers.get("Idempotent-Replay") for answer in (one, other)]
    assert replayed == (["true", None] if stalled == "before its effect" else [None, "true"])
    assert Balance.objects.get().on_hand == 10 - units
    assert Movement.objects.filter(kind="adjust").count() == 1
    assert disagreements(seal=False) == []


@pytest.mark.postgres
def test_a_twin_of_another_body_in_flight_is_refused_and_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    make_warehouse("MAIN")
    receive(make_product("ALE-330"), "L1", quantity=10)
    boss = signed_in_client("manager")
    adjust = operations.adjust

    def overtaken(**given: Any) -> Any:
        monkeypatch.undo()
        other = in_thread(
            lambda: (
                Client()
                .hold(boss.pair)
                .post(  # type: ignore[arg-type]
                    "/api/v1/stock/adjust", less(2), key="twins-in-flight-0001"
                )
            )
        )
        assert other.status_code == 201
        return adjust(**given)

    monkeypatch.setattr(operations, "adjust", overtaken)
    refused = boss.post("/api/v1/stock/adjust", less(1), key="twins-in-flight-0001")
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_conflict")
    assert Balance.objects.get().on_hand == 8


# ---- a promise is used up once ------------------------------------------------------------------
def test_one_order_is_shipped_once_and_its_promise_freed_by_nobody_else(no_deadlock: None) -> None:
    warehouse, ale = make_warehouse("MAIN"), make_product("ALE-330")
    receive(ale, "L1", quantity=100)
    order, other = UUID(int=5), UUID(int=6)
    demands = [operations.Demand(one, "SO", ale.pk, warehouse.pk, 30, now().date()) for one in (order, other)]
    operations.allocate(actor=BOSS, demands=demands, at=now())

    def ship() -> str:
        try:
            operations.issue(
                actor=BOSS,
                leaving=[operations.Leaving(order)],
                reference="SO",
                delivered_on=now().date(),
                at=now(),
            )
        except Refusal as refusal:
            return refusal.code
        return "shipped"

    def free() -> str:
        return "freed" if operations.deallocate(actor=BOSS, demand_ids=[order], at=now()) else "nothing"

    results = together([ship, free] * (CROWD // 2))
    assert problems(results) == {}, results
    assert Counter(results)["shipped"] + Counter(results)["freed"] == 1, results
    balance = Balance.objects.get()
    assert (balance.on_hand, balance.allocated) in ((70, 30), (100, 30)), "the other order's promise stands"
    assert disagreements(seal=False) == []
