"""A recall against everybody who promises, picks, ships and sends at that moment: afterwards nothing of it leaves."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction

from stillage.core.clock import now
from stillage.core.errors import Refusal
from stillage.places.models import Location
from stillage.recalls import operations
from stillage.recalls.models import Recall, RecallCustomer, RecallLot
from stillage.sales import operations as sales
from stillage.sales.models import ShipmentLine
from stillage.stock import operations as stock
from stillage.stock.models import Allocation, Lot
from stillage.stock.reconcile import disagreements
from stillage.transfers import operations as transfers
from tests import selling
from tests.builders import BOSS, make_product, make_warehouse, receive
from tests.people import new_key, signed_in_client
from tests.promises.engines import ON_POSTGRES
from tests.promises.threads import in_thread, together

pytestmark = pytest.mark.django_db(transaction=True)
API = "/api/v1/"


@pytest.fixture(autouse=True)
def queued(settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture
def no_deadlock() -> Iterator[None]:
    """The server counts them itself."""

    def counted() -> int:
        if not ON_POSTGRES:
            return 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            return int(cursor.fetchone()[0])

    before = counted()
    yield
    time.sleep(0.2 if ON_POSTGRES else 0)
    assert counted() == before


def patiently(act: Callable[[], Any]) -> Callable[[], str]:
    """An act as a person does it: busy is asked again, a refusal is an answer."""

    def run() -> str:
        for _ in range(20):
            try:
                act()
                return "done"
            except Refusal as refusal:
                return refusal.code
            except OperationalError:
                time.sleep(0.05)
        return "busy"

    return run


def house() -> Lot:
    """Two lots, the first to expire first; a second house with a place for what is on its way."""
    selling.make_house()
    make_warehouse("NORTH", "N-01")
    make_product("ALE-330")
    receive("ALE-330", "L1", quantity=400, expiry_date=selling.in_days(100))
    receive("ALE-330", "L2", quantity=400, location="MAIN/A-02", expiry_date=selling.in_days(200))
    return Lot.objects.get(number="L1")


def drafted(units: int) -> int:
    """A transfer of L1 that waits to be sent."""
    line = transfers.AskedLine("ALE-330", units, "L1")
    made = transfers.create_transfer(
        actor=BOSS, from_warehouse="MAIN", to_warehouse="NORTH", lines=[line], at=now()
    )
    return made.pk


def left_of(lot: Lot) -> int:
    return sum(ShipmentLine.objects.filter(lot=lot).values_list("quantity", flat=True))


@pytest.mark.parametrize("seed", range(4 if ON_POSTGRES else 2))
def test_after_the_answer_nothing_of_it_leaves_and_nothing_is_promised(seed: int, no_deadlock: None) -> None:
    lot = house()
    fresh = [selling.make_order(("ALE-330", 5)) for _ in range(4)]
    ready = [selling.allocated(("ALE-330", 5)) for _ in range(3)]
    walks = [selling.listed(selling.allocated(("ALE-330", 5))) for _ in range(2)]
    packed = [selling.packed(("ALE-330", 5)) for _ in range(3)]
    tasks = [(walk, [selling.scan_of(task) for task in selling.tasks_of(walk)]) for walk in walks]
    sent = [drafted(10) for _ in range(2)]
    client, answers = signed_in_client("manager"), []
    seen: dict[str, int] = {}

    def call_back() -> None:
        time.sleep(0.004 * seed)
        body = {"reason": "glass", "lots": [{"product": "ALE-330", "lot": "L1"}]}
        for _ in range(20):
            said = client.post(API + "recalls", body, key=key)
            if said.status_code != 503:
                break
            time.sleep(0.05)
        seen["left"] = left_of(lot)
        answers.append(said)

    key = new_key()
    work: list[Callable[[], Any]] = [call_back]
    work += [patiently(lambda o=one: sales.allocate(actor=BOSS, order=o.pk, at=now())) for one in fresh]
    work += [patiently(lambda o=one: sales.pick_order(actor=BOSS, order=o.pk, at=now())) for one in ready]
    work += [
        patiently(lambda w=walk, s=scans: sales.pick(actor=BOSS, pick_list=w.pk, lines=s, at=now()))
        for walk, scans in tasks
    ]
    work += [patiently(lambda o=one: sales.ship(actor=BOSS, order=o.pk, at=now())) for one in packed]
    work += [patiently(lambda t=one: transfers.dispatch(actor=BOSS, transfer=t, at=now())) for one in sent]
    results = together(work)
    assert not [one for one in results if isinstance(one, Exception)], results
    assert "busy" not in results
    (said,) = answers
    assert said.status_code == 201, said.content
    # what the recall counted is what left, then and since
    assert left_of(lot) == seen["left"]
    assert sum(RecallCustomer.objects.values_list("shipped", flat=True)) == left_of(lot)
    assert not Allocation.objects.filter(lot=lot).exclude(location__kind="staging").exists()
    # nor does it go to another house any more
    late = drafted(5)
    with suppress(Refusal), transaction.atomic():
        transfers.dispatch(actor=BOSS, transfer=late, at=now())
        raise AssertionError("a lot that is called back was sent away")
    for one in packed:
        with suppress(Refusal), transaction.atomic():
            sales.ship(actor=BOSS, order=one.pk, at=now())
    assert left_of(lot) == seen["left"]
    assert disagreements(seal=False) == []


def test_two_recalls_of_one_lot_at_once_are_one(no_deadlock: None) -> None:
    house()
    clients = [signed_in_client("manager") for _ in range(4)]
    body = {"reason": "glass", "lots": [{"product": "ALE-330", "lot": "L1"}]}

    def post(client: Any) -> Any:
        for _ in range(40):
            said = client.post(API + "recalls", body, key=new_key())
            if said.status_code != 503:
                return said.status_code
            time.sleep(0.05)
        return 503

    assert sorted(together([lambda c=one: post(c) for one in clients])) == [201, 409, 409, 409]
    assert Recall.objects.count() == RecallLot.objects.count() == 1
    assert disagreements(seal=False) == []


def waiting() -> int:
    """How many sessions wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def until(condition: Callable[[], bool]) -> None:
    for _ in range(400):
        if condition():
            return
        time.sleep(0.005)
    raise AssertionError("it never came to that")


def a_promise_that_waits_while_the_lot_is_called_back(whole: bool) -> int:
    """Somebody holds the lot's balance; somebody else waits there to promise it; then it is called back.

    Returns the units of the lot that are promised in the end.
    """
    lot = house()
    product, main = lot.product_id, Location.objects.get(full_code="MAIN/A-01").warehouse_id
    held, go, called = threading.Event(), threading.Event(), threading.Event()

    def hold_the_row() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM stock_balance WHERE lot_id = %s FOR UPDATE", [lot.pk])
            held.set()
            go.wait(10)

    def promise() -> None:
        held.wait(10)
        demand = stock.Demand(uuid4(), "SO", product, main, 20, now().date())
        with transaction.atomic():
            stock.allocate(actor=BOSS, demands=[demand], at=now(), whole=whole)

    def call_back() -> None:
        until(lambda: waiting() >= 1)
        with transaction.atomic():
            operations.recall(
                actor=BOSS, lots=[operations.AskedLot("ALE-330", "L1")], reason="glass", at=now()
            )
        called.set()

    def let_go() -> None:
        until(lambda: waiting() >= 2 or called.is_set())
        go.set()

    results = together([hold_the_row, promise, call_back, let_go])
    assert not [one for one in results if isinstance(one, Exception)], results
    return sum(Allocation.objects.filter(lot=lot).values_list("quantity", flat=True))


@pytest.mark.postgres  # SQLite has one writer at a time
@pytest.mark.parametrize("whole", [True, False], ids=["at once", "step by step"])
def test_a_promise_that_waited_does_not_survive_the_recall(whole: bool) -> None:
    assert a_promise_that_waits_while_the_lot_is_called_back(whole) == 0
    assert disagreements(seal=False) == []


@pytest.mark.postgres  # SQLite has one writer at a time
@pytest.mark.parametrize("whole", [True, False], ids=["at once", "step by step"])
def test_without_the_standstill_it_would(whole: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: row locks alone let a promise look at holds with the eyes it had before it waited."""
    module = importlib.import_module("stillage.recalls.operations.recall")
    monkeypatch.setattr(module, "stop_all_postings", lambda: None)
    assert a_promise_that_waits_while_the_lot_is_called_back(whole) == 20


@pytest.mark.postgres  # SQLite has one writer at a time
def test_an_order_that_is_promised_some_before_everything_stands_still_makes_it_begin_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was not among the orders that were locked, so it is locked in the second round."""
    lot = house()
    order = selling.make_order(("ALE-330", 5))
    module = importlib.import_module("stillage.recalls.operations.recall")
    real, calls = module.sales.stop_for, []

    def slowly(**given: Any) -> Any:
        stopped = real(**given)
        calls.append(len(stopped.orders))
        if len(calls) == 1:
            in_thread(lambda: sales.allocate(actor=BOSS, order=order.pk, at=now()))
        return stopped

    monkeypatch.setattr(module.sales, "stop_for", slowly)
    body = {"reason": "glass", "lots": [{"product": "ALE-330", "lot": "L1"}]}
    said = signed_in_client("manager").post(API + "recalls", body, key=new_key())
    assert said.status_code == 201, said.content
    assert calls == [0, 1]
    assert said.json()["lots"][0]["freed"] == 5
    assert not Allocation.objects.filter(lot=lot).exists()
    assert disagreements(seal=False) == []
