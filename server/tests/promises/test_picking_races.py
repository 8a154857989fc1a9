"""Pickers, packers and drivers at once: every unit is picked once, every order leaves once, nobody is stuck."""

from __future__ import annotations

import sys
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
from stillage.sales import operations
from stillage.sales.models import PickList, PickTask, Return, SalesOrder, Shipment
from stillage.stock.models import Allocation, Balance, Movement
from stillage.stock.reconcile import disagreements
from tests import selling
from tests.builders import BOSS
from tests.promises.engines import ON_POSTGRES
from tests.promises.threads import together

pytestmark = pytest.mark.django_db(transaction=True)
PICKERS = 8 if ON_POSTGRES else 4
TASKS_EACH = 4


def picker(number: int) -> Actor:
    return replace(BOSS, user_id=1000 + number, username=f"picker-{number}")


@pytest.fixture(autouse=True)
def _served_by_a_worker(settings: Any) -> None:
    """As in production: who waits is served behind the transaction that freed the stock, not within it."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


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


def a_wave(orders: int = 4, lots: int = PICKERS * TASKS_EACH // 4) -> tuple[PickList, list[SalesOrder]]:
    """Several orders over the same lots: each lot is a task of each order."""
    selling.make_house()
    ale = selling.make_product("ALE-330")
    for number in range(lots):
        place = f"MAIN/A-0{number % 3 + 1}"
        selling.receive(ale, f"L{number}", quantity=orders, location=place)
    own = [selling.make_order(("ALE-330", lots)) for _ in range(orders)]
    for order in own:
        operations.allocate(actor=BOSS, order=order.pk, at=now())
    return selling.listed(*own), own


def problems(results: list[Any]) -> list[Any]:
    return [one for one in results if isinstance(one, Exception)]


def walk_to_the_end(one: PickList) -> Callable[[int], Callable[[], list[int]]]:
    """A picker claims and picks until nothing is left; returns the tasks he got."""

    def of(number: int) -> Callable[[], list[int]]:
        actor = picker(number)

        def work() -> list[int]:
            got: list[int] = []
            while True:
                try:
                    _, task = operations.claim(actor=actor, pick_list=one.pk, at=now())
                except Refusal as refusal:
                    assert refusal.code == "impossible_step", "the list is done"
                    return got
                if task is None:
                    return got
                got.append(task)
                found = PickTask.objects.select_related("lot", "location", "line__product").get(pk=task)
                operations.pick(actor=actor, pick_list=one.pk, lines=[selling.scan_of(found)], at=now())

        return work

    return of


def test_pickers_on_one_wave_never_get_the_same_task_and_pick_every_unit_once(no_deadlock: None) -> None:
    one, orders = a_wave()
    work = walk_to_the_end(one)
    results = together([work(number) for number in range(PICKERS)])
    assert not problems(results), results
    got = [task for own in results for task in own]
    assert len(got) == len(set(got)) == PickTask.objects.count(), "each task once"
    assert all(task.picked == task.quantity for task in PickTask.objects.all())
    one.refresh_from_db()
    assert one.status == "done"
    asked = sum(selling.lines_of(order)[0].quantity for order in orders)
    assert sum(Movement.objects.filter(kind="pick").values_list("quantity", flat=True)) == asked
    staged = Balance.objects.filter(location__code="STAGE")
    assert sum(staged.values_list("on_hand", flat=True)) == asked
    assert sum(staged.values_list("allocated", flat=True)) == asked
    assert disagreements(seal=False) == []


@pytest.mark.postgres
def test_control_without_the_lock_two_pickers_are_sent_for_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the lock of a claim off, and a moment between looking and taking, somebody walks in vain."""
    one, _ = a_wave()
    claiming: Any = sys.modules["stillage.sales.operations.claim"]
    meeting, fetch = threading.Barrier(2), claiming.fetch

    def slowly(sql: str, parameters: Any) -> Any:
        found = fetch(sql.replace(" FOR NO KEY UPDATE OF t SKIP LOCKED", ""), parameters)
        if "claimed_by IS NULL" in sql:
            meeting.wait(5)
        return found

    monkeypatch.setattr(claiming, "fetch", slowly)

    def claim(number: int) -> Callable[[], int | None]:
        return lambda: operations.claim(actor=picker(number), pick_list=one.pk, at=now())[1]

    first, second = together([claim(1), claim(2)])
    assert first == second, "the lock alone keeps them apart"


def test_the_last_two_picks_at_once_leave_the_list_done(no_deadlock: None) -> None:
    one, _ = a_wave(orders=2, lots=1)
    first, second = selling.tasks_of(one)

    def pick(task: PickTask, number: int) -> Callable[[], Any]:
        scan = selling.scan_of(task)
        return lambda: operations.pick(actor=picker(number), pick_list=one.pk, lines=[scan], at=now())

    assert not problems(together([pick(first, 1), pick(second, 2)]))
    one.refresh_from_db()
    assert one.status == "done"


def test_one_task_picked_by_all_is_picked_once(no_deadlock: None) -> None:
    one, _ = a_wave(orders=1, lots=1)
    (task,) = selling.tasks_of(one)
    scan = selling.scan_of(task)

    def pick(number: int) -> Callable[[], str]:
        def work() -> str:
            try:
                operations.pick(actor=picker(number), pick_list=one.pk, lines=[scan], at=now())
            except Refusal as refusal:
                return refusal.code
            return "picked"

        return work

    results = Counter(together([pick(number) for number in range(PICKERS)]))
    assert results["picked"] == 1
    assert set(results) <= {"picked", "not_yours", "already_picked"}
    assert Balance.objects.get(location__code="STAGE").on_hand == 1
    assert disagreements(seal=False) == []


def test_picks_shorts_undos_and_cancels_of_one_wave_end_with_a_sound_book(no_deadlock: None) -> None:
    """Everything that can be done with a wave, by everybody, in any order."""
    one, orders = a_wave()
    ids = [task.pk for task in selling.tasks_of(one)]

    def busy(number: int) -> Callable[[], Counter[str]]:
        actor, done = picker(number), Counter[str]()

        def attempt(name: str, act: Callable[[], Any]) -> None:
            try:
                act()
            except Refusal as refusal:
                done[refusal.code] += 1
            else:
                done[name] += 1

        def work() -> Counter[str]:
            for turn in range(6):
                task = ids[(number * 5 + turn * 7) % len(ids)]
                found = PickTask.objects.select_related("lot", "location", "line__product").get(pk=task)
                walk = {"actor": actor, "pick_list": one.pk, "at": now()}
                scan = replace(selling.scan_of(found), quantity=1)
                attempt("picked", lambda walk=walk, scan=scan: operations.pick(lines=[scan], **walk))
                if turn % 3 == 1:
                    attempt("undone", lambda walk=walk, task=task: operations.undo_pick(task=task, **walk))
                if turn % 3 == 2:
                    attempt(
                        "short",
                        lambda walk=walk, task=task: operations.short(
                            task=task, quantity=1, reason="gone", **walk
                        ),
                    )
            if number == 0:
                attempt(
                    "cancelled",
                    lambda: operations.cancel(actor=BOSS, order=orders[0].pk, reason="no", at=now()),
                )
            return done

        return work

    results = together([busy(number) for number in range(PICKERS)])
    assert not problems(results), results
    assert sum(results, Counter())["cancelled"] == 1
    open_of_cancelled = PickTask.objects.filter(order=orders[0], finished_at__isnull=True)
    assert not open_of_cancelled.exists()
    promised = sum(Allocation.objects.values_list("quantity", flat=True))
    waiting = sum(
        task.quantity - task.picked - task.short for task in PickTask.objects.filter(finished_at=None)
    )
    staged = sum(Balance.objects.filter(location__code="STAGE").values_list("allocated", flat=True))
    assert promised == waiting + staged, "what is promised is on the walk or in staging"
    assert disagreements(seal=False) == []


def test_an_order_is_shipped_once_however_many_press_the_button(no_deadlock: None) -> None:
    selling.make_house()
    selling.stock_with(("L1", "MAIN/A-01", 50, 90))
    order = selling.packed(("ALE-330", 30))

    def press() -> str:
        try:
            return operations.ship(actor=BOSS, order=order.pk, at=now()).number
        except Refusal as refusal:
            return refusal.code

    results = Counter(together([press] * PICKERS))
    assert results == {"SH-000001": 1, "impossible_step": PICKERS - 1}
    assert Shipment.objects.count() == 1
    assert selling.lines_of(order)[0].shipped == 30
    assert disagreements(seal=False) == []


def returned_together() -> list[Any]:
    selling.make_house()
    selling.stock_with(("L1", "MAIN/A-01", 50, 90))
    shipment = selling.shipped(("ALE-330", 10))
    line = operations.Announced(3, product="ALE-330", lot="L1")

    def announce() -> str:
        try:
            return operations.announce_return(actor=BOSS, shipment=shipment.pk, lines=[line], at=now()).number
        except Refusal as refusal:
            return refusal.code

    return together([announce] * PICKERS)


def test_never_more_is_announced_than_was_shipped_however_many_ask(no_deadlock: None) -> None:
    results = Counter(returned_together())
    assert results["more_than_shipped"] == PICKERS - 3
    assert Return.objects.count() == 3


@pytest.mark.postgres
def test_control_without_the_lock_of_the_shipment_more_comes_back_than_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module: Any = sys.modules["stillage.sales.operations.announce_return"]
    meeting, left = threading.Barrier(PICKERS), module.left_to_return

    def slowly(*args: Any, **given: Any) -> Any:
        found = left(*args, **given)
        meeting.wait(10)
        return found

    unlocked = Shipment.objects.select_related("order__customer", "warehouse")
    monkeypatch.setattr(module, "lock_shipment", lambda pk: unlocked.get(pk=pk))
    monkeypatch.setattr(module, "left_to_return", slowly)
    returned_together()
    assert Return.objects.count() == PICKERS
