"""Many at one dock at once: never more taken than ordered without a decision, each pallet once, and nobody stuck."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.core.errors import Refusal
from stillage.purchasing import dock as rows
from stillage.purchasing import operations
from stillage.purchasing.models import NoticeUnit, PurchaseOrder, Receipt, ReceiptLine
from stillage.stock.models import Balance, Movement
from stillage.stock.reconcile import disagreements
from tests import dock as goods
from tests.builders import BOSS, make_product
from tests.promises.engines import ON_POSTGRES
from tests.promises.threads import together

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 8 if ON_POSTGRES else 3
CASES_EACH = 6


def person(number: int) -> Actor:
    return replace(BOSS, user_id=1000 + number, username=f"dock-{number}")


@pytest.fixture(autouse=True)
def house(settings: Any) -> None:
    """Who waits is served by a worker, behind the transaction that freed the stock."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    goods.make_dock()
    goods.make_supplier()
    make_product("ALE-330")
    make_product("GIN-700")


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


def tried(act: Callable[[], Any]) -> str:
    """What came of it: done, or the code of the refusal."""
    try:
        act()
    except Refusal as refusal:
        return refusal.code
    return "done"


def received(order: PurchaseOrder) -> int:
    return sum(line.received for line in order.lines.all())


def test_people_scanning_cases_of_one_order_never_take_more_than_ordered(no_deadlock: None) -> None:
    """Half as many cases are ordered as all of them scan; some through the order, some through another receipt."""
    ordered = PEOPLE * CASES_EACH // 2
    order = goods.make_order(("ALE-330", ordered * 24))
    own = goods.opened(order)
    anybodys = goods.opened(warehouse="MAIN", supplier="ACME")

    def scanning(number: int) -> Callable[[], list[str]]:
        def work() -> list[str]:
            results = []
            for case in range(CASES_EACH):
                scan = goods.scan(quantity=24, lot=f"L{(number + case) % 3}")
                ways: tuple[Callable[[], Any], ...] = (
                    lambda s=scan: goods.take_in(own, s, actor=person(number)),
                    lambda s=scan: goods.take_in(anybodys, s, actor=person(number)),
                    lambda s=scan: operations.receive_order(
                        actor=person(number), order=order.pk, lines=[s], at=now()
                    ),
                )
                results.append(tried(ways[(number + case) % 3]))
            return results

        return work

    results = together([scanning(number) for number in range(PEOPLE)])
    assert not [one for one in results if isinstance(one, Exception)], results
    told = Counter(code for own_results in results for code in own_results)
    assert told["done"] == ordered and set(told) <= {"done", "over_delivered", "not_ordered"}, told
    assert received(order) == ordered * 24
    assert sum(Balance.objects.values_list("on_hand", flat=True)) == ordered * 24
    order.refresh_from_db()
    assert order.status == "received"
    assert disagreements(seal=False) == []


@pytest.mark.postgres
def test_control_without_the_lock_more_is_taken_than_ordered(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the locks off and a moment between looking and taking, two receipts take the same open units."""
    order = goods.make_order(("ALE-330", 24))
    own, anybodys = goods.opened(order), goods.opened(warehouse="MAIN", supplier="ACME")
    meeting, looked = threading.Barrier(2), rows.lock_order_lines

    def slowly(receipt: Receipt, product_ids: Any) -> Any:
        with monkeypatch.context() as off:
            off.setattr(rows, "for_update", lambda table: "")
            found = looked(receipt, product_ids)
        meeting.wait(10)
        return found

    monkeypatch.setattr(rows, "lock_order_lines", slowly)
    monkeypatch.setattr(rows, "for_update", lambda table: "")
    told = together(
        [
            lambda: tried(lambda: goods.take_in(own, goods.scan(lot="L1"), actor=person(1))),
            lambda: tried(lambda: goods.take_in(anybodys, goods.scan(lot="L2"), actor=person(2))),
        ]
    )
    assert told == ["done", "done"] and received(order) == 48, "the lock alone keeps them apart"


def test_one_pallet_scanned_by_many_is_received_once(no_deadlock: None) -> None:
    order = goods.make_order(("ALE-330", 480))
    goods.announce(*((n, [("ALE-330", f"L{n}", 48)]) for n in range(4)), order=order)
    receipt = goods.opened(order, notice="D-1")

    def scanning(number: int) -> Callable[[], list[str]]:
        return lambda: [
            tried(
                lambda unit=unit: operations.receive_unit(
                    actor=person(number), receipt=receipt.pk, sscc=goods.sscc(unit), at=now()
                )
            )
            for unit in ((number + step) % 4 for step in range(4))
        ]

    results = together([scanning(number) for number in range(PEOPLE)])
    told = Counter(code for own in results for code in own)
    assert told == Counter({"done": 4, "already_received": (PEOPLE - 1) * 4}), told
    assert not NoticeUnit.objects.filter(operation_id=None).exists()
    assert received(order) == 4 * 48
    assert disagreements(seal=False) == []


def test_scans_against_a_close_are_booked_or_refused_whole(no_deadlock: None) -> None:
    order = goods.make_order(("ALE-330", 2400), ("GIN-700", 100))
    receipt = goods.opened(order)
    goods.take_in(receipt, goods.scan(quantity=24))
    wait = threading.Event()

    def scan(number: int) -> Callable[[], list[str]]:
        def work() -> list[str]:
            told = []
            for _ in range(4):
                told.append(
                    tried(lambda: goods.take_in(receipt, goods.scan(quantity=24), actor=person(number)))
                )
                wait.set()
            return told

        return work

    def close() -> list[str]:
        wait.wait(30)
        return [
            tried(lambda: operations.close_receipt(actor=BOSS, receipt=receipt.pk, at=now(), rest="short"))
        ]

    results = together([*(scan(number) for number in range(PEOPLE - 1)), close])
    told = Counter(code for own in results[:-1] for code in own)
    assert results[-1] == ["done"] and set(told) <= {"done", "impossible_step"}, results
    assert received(order) == (told["done"] + 1) * 24
    order.refresh_from_db()
    assert order.status == "received"
    for line in order.lines.all():
        assert line.received + line.cancelled == line.quantity
    assert disagreements(seal=False) == []


def test_two_who_begin_the_same_order_at_once_share_one_receipt(no_deadlock: None) -> None:
    order = goods.make_order(("ALE-330", PEOPLE * 24))

    def begin(number: int) -> Callable[[], Any]:
        return lambda: operations.receive_order(
            actor=person(number), order=order.number, lines=[goods.scan(quantity=24)], at=now()
        )

    results = together([begin(number) for number in range(PEOPLE)])
    assert not [one for one in results if isinstance(one, Exception)], results
    assert Receipt.objects.get().number == "GR-000001"
    assert {one.reference for one in Movement.objects.all()} == {"GR-000001"}
    assert received(order) == PEOPLE * 24
    assert disagreements(seal=False) == []


def test_undo_scan_and_the_orders_own_close_at_once_leave_books_that_agree(no_deadlock: None) -> None:
    order = goods.make_order(("ALE-330", 960))
    receipt = goods.opened(order)
    done = [goods.take_in(receipt, goods.scan(quantity=24)).operation_id for _ in range(6)]
    acts: list[Callable[[], str]] = [
        lambda one=one: tried(
            lambda: operations.undo_receive(actor=BOSS, receipt=receipt.pk, operation_id=one, at=now())
        )
        for one in (*done, done[0])
    ]
    acts += [lambda: tried(lambda: goods.take_in(receipt, goods.scan(quantity=24)))] * 3
    acts += [lambda: tried(lambda: operations.close(actor=BOSS, order=order.pk, at=now()))]
    told = together(acts)
    assert not [one for one in told if isinstance(one, Exception)], told
    assert told[: len(done)].count("done") + told[6:7].count("done") == len(done), "each once"
    assert ReceiptLine.objects.count() == 6 + told[7:10].count("done")
    assert disagreements(seal=False) == []
