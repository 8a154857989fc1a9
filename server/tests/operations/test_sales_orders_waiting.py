"""Backorders: who was promised first is served first, once, whatever comes twice or out of order."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner
from django_tasks_db.models import DBTaskResult

from stillage import __main__ as commands
from stillage.audit.models import Entry
from stillage.core.events import StockFreed, publish
from stillage.sales import backorders
from stillage.sales.models import SalesOrder
from stillage.stock.reconcile import disagreements
from tests.builders import make_warehouse, receive
from tests.shop import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(settings: Any) -> Shop:
    """Tasks are queued, as in production; the other tests carry them out at once."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    return Shop()


def allocated(shop: Shop, *orders: dict[str, Any]) -> list[int]:
    return [shop.read(order)["allocated"] for order in orders]


def test_first_promised_first_served_and_the_last_gets_what_is_left(shop: Shop) -> None:
    later = shop.order(("ALE-330", 2))
    first, second = (shop.allocated(("ALE-330", 2)) for _ in range(2))
    shop.step(later, "confirm")
    third = shop.step(later, "allocate")
    receive(shop.ale, "L1", quantity=100)
    assert backorders.serve_waiting([shop.ale.pk], shop.main.pk) == 100
    assert allocated(shop, first, second, third) == [48, 48, 4]
    assert disagreements(seal=False) == []


def test_serving_again_promises_nothing_twice(shop: Shop) -> None:
    made = shop.allocated(("ALE-330", 2))
    receive(shop.ale, "L1", quantity=240)
    assert [backorders.serve_waiting([shop.ale.pk], shop.main.pk) for _ in range(3)] == [48, 0, 0]
    assert allocated(shop, made) == [48]
    assert Entry.objects.filter(action="sales_order.serve").count() == 1


def test_only_those_who_asked_wait(shop: Shop) -> None:
    confirmed, draft = shop.order(confirm=True), shop.order()
    cancelled = shop.allocated()
    shop.step(cancelled, "cancel", {"reason": "no"})
    waiting = shop.allocated(("ALE-330", 1))
    receive(shop.ale, "L1", quantity=240)
    backorders.serve_all_waiting()
    assert allocated(shop, confirmed, draft, cancelled, waiting) == [0, 0, 0, 24]


def test_an_order_that_gave_its_stock_back_is_not_given_it_again(shop: Shop) -> None:
    receive(shop.ale, "L1", quantity=48)
    first = shop.allocated(("ALE-330", 2))
    second = shop.allocated(("ALE-330", 2))
    shop.step(first, "deallocate")
    backorders.serve_all_waiting()
    assert allocated(shop, first, second) == [0, 48]


def test_an_order_that_was_reopened_goes_to_the_end_of_the_queue(shop: Shop) -> None:
    first, second = shop.allocated(("ALE-330", 1)), shop.allocated(("ALE-330", 1))
    shop.step(first, "reopen")
    shop.step(first, "confirm")
    shop.step(first, "allocate")
    receive(shop.ale, "L1", quantity=24)
    backorders.serve_all_waiting()
    assert allocated(shop, first, second) == [0, 24]


def test_stock_that_is_freed_queues_a_task_only_when_somebody_waits(shop: Shop) -> None:
    receive(shop.ale, "L1", quantity=48)
    holder = shop.allocated(("ALE-330", 2))
    shop.step(holder, "deallocate")
    assert DBTaskResult.objects.count() == 0
    holder = shop.step(holder, "allocate")
    waiting = shop.allocated(("ALE-330", 1))
    shop.step(holder, "cancel", {"reason": "no"})
    (queued,) = DBTaskResult.objects.all()
    assert queued.args_kwargs["args"] == [[shop.ale.pk], shop.main.pk]
    backorders.serve.func(*queued.args_kwargs["args"])
    assert allocated(shop, waiting) == [24]


def test_another_products_or_warehouses_stock_wakes_nobody(shop: Shop) -> None:
    north = make_warehouse("NORTH")
    shop.allocated(("ALE-330", 1))
    publish(StockFreed((shop.gin.pk,), shop.main.pk))
    publish(StockFreed((shop.ale.pk,), north.pk))
    assert DBTaskResult.objects.count() == 0
    publish(StockFreed((shop.gin.pk, shop.ale.pk), shop.main.pk))
    assert DBTaskResult.objects.count() == 1


def test_received_stock_wakes_those_who_wait(shop: Shop) -> None:
    waiting = shop.allocated(("ALE-330", 1))
    receive(shop.gin, "G1")
    assert DBTaskResult.objects.count() == 0
    receive(shop.ale, "L1")
    (queued,) = DBTaskResult.objects.all()
    for _ in range(3):  # a message that comes thrice (SAFETY W6)
        backorders.serve.func(*queued.args_kwargs["args"])
    assert allocated(shop, waiting) == [24]


def test_a_task_for_what_nobody_has_any_more_does_nothing(shop: Shop) -> None:
    assert backorders.serve.func([999_999], 999_999) == 0
    assert backorders.serve.func([], shop.main.pk) == 0


def test_a_long_queue_is_served_chunk_by_chunk(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backorders, "CHUNK", 3)
    waiting = [shop.allocated(("ALE-330", 1), ("GIN-700", 1)) for _ in range(5)]
    receive(shop.ale, "L1", quantity=24 * 4)
    receive(shop.gin, "G1", quantity=6 * 5)
    assert backorders.serve_all_waiting() == 24 * 4 + 6 * 5
    assert allocated(shop, *waiting) == [30, 30, 30, 30, 6]
    assert disagreements(seal=False) == []


def test_the_version_rises_so_that_an_editor_sees_that_something_happened(shop: Shop) -> None:
    made = shop.allocated(("ALE-330", 1))
    receive(shop.ale, "L1", quantity=24)
    backorders.serve_all_waiting()
    assert SalesOrder.objects.get(pk=made["id"]).version == made["version"] + 1


def test_the_command_serves_what_waits(shop: Shop) -> None:
    made = shop.allocated(("ALE-330", 1))
    receive(shop.ale, "L1", quantity=24)
    done = CliRunner().invoke(commands.main, ["serve-waiting"])
    assert (done.exit_code, done.output) == (0, "24 units promised\n")
    assert allocated(shop, made) == [24]
