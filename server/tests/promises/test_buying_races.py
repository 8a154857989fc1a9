"""Many who buy at once: no gap in the numbers, one step of two, nothing goes back twice, nobody stuck."""

from __future__ import annotations

import importlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from stillage.purchasing import locking
from stillage.purchasing.models import PurchaseOrder, Receipt, ReceiptLine, SupplierReturn
from stillage.stock.models import Balance, Movement
from stillage.stock.reconcile import disagreements
from tests.builders import receive
from tests.buying import API, Desk
from tests.people import Client, new_key, signed_in_client
from tests.promises.engines import ON_POSTGRES
from tests.promises.threads import together

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 16 if ON_POSTGRES else 6


@pytest.fixture
def desk(settings: Any) -> Desk:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    made = Desk()
    receive("ALE-330", "L1", quantity=1_000)
    return made


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


def crowd(work: Callable[[Client, int], Any], size: int = CROWD) -> list[Any]:
    """Each with a client of their own; 503 (busy) is asked again, as the client does it."""
    clients = [signed_in_client("manager") for _ in range(size)]

    def patiently(client: Client, index: int) -> Any:
        for _ in range(20):
            answer = work(client, index)
            if answer.status_code != 503:
                return answer
            time.sleep(0.05)
        return answer

    answers = together([lambda c=c, i=i: patiently(c, i) for i, c in enumerate(clients)])
    errors = [one for one in answers if isinstance(one, Exception)]
    assert not errors, errors[0]
    return answers


def codes(answers: list[Any]) -> Counter[int]:
    return Counter(one.status_code for one in answers)


def test_numbers_have_no_gap_although_every_other_order_is_refused(desk: Desk) -> None:
    def create(client: Client, index: int) -> Any:
        lines = [("ALE-330", 1)] if index % 2 else [("ALE-330", 1), ("NONE", 1)]
        return client.post(API + "purchase-orders", desk.body(*lines), key=new_key())

    assert codes(crowd(create)) == {201: CROWD // 2, 422: CROWD // 2}
    numbers = list(PurchaseOrder.objects.order_by("number").values_list("number", flat=True))
    assert numbers == [f"PO-{number + 1:06d}" for number in range(CROWD // 2)]


def steps_at_once(desk: Desk, *verbs: str, received: int = 0) -> tuple[PurchaseOrder, list[Any]]:
    """All at once on one placed order of 240, of which something may have come."""
    made = desk.placed()
    scanned = {"product": "ALE-330", "lot": "R1", "expiry_date": "2199-01-01"}
    address = f"{API}purchase-orders/{made['id']}"
    if received:
        body = {"lines": [{**scanned, "quantity": received}]}
        assert desk.client.post(f"{address}/receive", body, key=new_key()).status_code == 201

    def step(client: Client, index: int) -> Any:
        verb = verbs[index % len(verbs)]
        body: dict[str, Any] = {}
        if verb == "receive":
            body = {"lines": [{**scanned, "quantity": 12}]}
        if verb == "place":
            body = {"ignore_warnings": True}
        return client.post(f"{address}/{verb}", body, key=new_key())

    answers = crowd(step)
    return desk.row(made), answers


@pytest.mark.parametrize("verb", ["cancel", "reopen"])
def test_one_of_many_takes_a_step(desk: Desk, no_deadlock: None, verb: str) -> None:
    order, answers = steps_at_once(desk, verb)
    assert codes(answers) == {200: 1, 409: CROWD - 1}
    assert order.status == {"cancel": "cancelled", "reopen": "draft"}[verb]


def test_what_is_cancelled_was_never_received_and_the_other_way_round(desk: Desk, no_deadlock: None) -> None:
    order, answers = steps_at_once(desk, "cancel", "receive", "reopen", "receive")
    came = ReceiptLine.objects.filter(order_line__order=order)
    line = order.lines.get()
    assert line.received == sum(one.quantity for one in came)
    if order.status == "cancelled":
        assert not came.exists()
        assert line.cancelled == line.quantity
    assert order.status in ("cancelled", "draft", "partly_received", "received", "placed")
    assert set(codes(answers)) <= {200, 201, 409}
    assert disagreements(seal=False) == []


def test_what_is_closed_takes_nothing_more(desk: Desk, no_deadlock: None) -> None:
    order, answers = steps_at_once(desk, "receive", "close", "receive", "receive", received=12)
    line = order.lines.get()
    assert order.status == "closed"
    assert sum(one.status_code == 200 for one in answers) == 1, "one close"
    assert line.received + line.cancelled == line.quantity
    assert line.received == 12 + 12 * sum(one.status_code == 201 for one in answers)
    assert Receipt.objects.count() == 1
    assert disagreements(seal=False) == []


def a_return(desk: Desk, units: int) -> SupplierReturn:
    line = {"product": "ALE-330", "lot": "L1", "location": "MAIN/A-01", "quantity": units}
    body = {"supplier": "BREW", "warehouse": "MAIN", "lines": [line]}
    answer = desk.client.post(API + "supplier-returns", body, key=new_key())
    assert answer.status_code == 201, answer.json()
    return SupplierReturn.objects.get(pk=answer.json()["id"])


def dispatched_at_once(desk: Desk, one: SupplierReturn) -> list[Any]:
    address = f"{API}supplier-returns/{one.pk}/dispatch"
    return crowd(lambda client, index: client.post(address, {}, key=new_key()))


def test_a_return_leaves_once(desk: Desk, no_deadlock: None) -> None:
    one = a_return(desk, 100)
    answers = dispatched_at_once(desk, one)
    assert codes(answers) == {200: 1, 409: CROWD - 1}
    assert Movement.objects.filter(kind="send_back").count() == 1
    assert Balance.objects.get(location__full_code="MAIN/A-01").on_hand == 900
    assert disagreements(seal=False) == []


def test_many_returns_of_the_same_lot_take_no_more_than_there_is(desk: Desk, no_deadlock: None) -> None:
    returns = [a_return(desk, 300) for _ in range(CROWD)]
    answers = crowd(
        lambda client, index: client.post(
            f"{API}supplier-returns/{returns[index].pk}/dispatch", {}, key=new_key()
        )
    )
    assert codes(answers) == {200: 3, 409: CROWD - 3}
    assert Balance.objects.get(location__full_code="MAIN/A-01").on_hand == 100
    assert disagreements(seal=False) == []


@pytest.mark.postgres
def test_without_the_lock_an_order_would_be_cancelled_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what the lock is for shows when it is off."""
    cancelling = importlib.import_module("stillage.purchasing.operations.cancel")
    monkeypatch.setattr(locking, "for_update", lambda table: "")
    real = cancelling.check

    def slow(*given: Any) -> None:
        real(*given)
        time.sleep(0.2)

    monkeypatch.setattr(cancelling, "check", slow)
    _, answers = steps_at_once(desk, "cancel")
    assert codes(answers)[200] > 1
