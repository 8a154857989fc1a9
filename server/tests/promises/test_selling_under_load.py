"""Many at once sell the same fifty products: write orders down, promise, pick, cancel, pack, ship.

However it goes, nothing is oversold, nobody is stuck, no order is lost, and what the lines say left has left.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models import Sum

from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.core.errors import Refusal
from stillage.sales import operations
from stillage.sales.backorders import serve_all_waiting
from stillage.sales.models import (
    PickTask,
    SalesOrder,
    SalesOrderLine,
    Shipment,
    ShipmentLine,
)
from stillage.stock import operations as stock
from stillage.stock.models import Allocation, Balance, Movement
from stillage.stock.reconcile import disagreements
from tests import selling
from tests.builders import BOSS, FAR
from tests.promises.engines import ON_POSTGRES
from tests.promises.threads import together

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS, TURNS = (32, 24) if ON_POSTGRES else (6, 60)
PRODUCTS, LOTS, UNITS = 50, 2, 40
# What a client is told when somebody was quicker; anything else would be a fault.
EXPECTED = {
    "impossible_step",
    "nothing_to_pick",
    "nothing_picked",
    "still_picking",
    "on_pick_list",
    "not_claimed",
    "not_yours",
    "already_picked",
    "not_promised",
    "too_many",
    "insufficient_stock",
    "nothing_allocated",
}
# A lock that did not come in time, as `rest/errors.py` has it: ask again.
BUSY = "55P03"


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


class Board:
    """Orders everybody knows of."""

    def __init__(self) -> None:
        self.lock, self.ids = threading.Lock(), list[int]()

    def add(self, pk: int) -> None:
        with self.lock:
            self.ids.append(pk)

    def some(self, chance: random.Random) -> int | None:
        with self.lock:
            return chance.choice(self.ids[-CLIENTS:]) if self.ids else None


class Client:
    """One of the crowd: takes an order that is there and does with it what comes next, or writes a new one."""

    def __init__(self, number: int, board: Board) -> None:
        self.actor: Actor = replace(BOSS, user_id=5000 + number, username=f"client-{number}")
        self.chance, self.board, self.done = random.Random(number), board, Counter[str]()

    def turn(self) -> None:
        pk = self.board.some(self.chance)
        if pk is None or self.chance.random() < 0.25:
            self.attempt("create", self.create)
            return
        if self.chance.random() < 0.05:
            self.attempt("cancel", lambda: operations.cancel(**self.of(pk), reason="no thirst"))
            return
        if self.chance.random() < 0.03:
            self.attempt("served", serve_all_waiting)
            return
        status = SalesOrder.objects.filter(pk=pk).values_list("status", flat=True).get()
        step: dict[str, Callable[[], Any]] = {
            "confirmed": lambda: operations.allocate(**self.of(pk)),
            "allocated": lambda: self.chance.choice((self.walk, self.desk))(pk),
            "picking": lambda: self.onwards(pk),
            "packed": lambda: operations.ship(
                **self.of(pk), rest=self.chance.choice(("backorder", "cancel"))
            ),
            "shipped": lambda: operations.close(**self.of(pk)),
        }
        if status in step:
            self.attempt(status, step[status])

    def of(self, pk: int) -> dict[str, Any]:
        return {"actor": self.actor, "order": pk, "at": now()}

    def create(self) -> None:
        skus = self.chance.sample(range(PRODUCTS), 4)
        lines = [(f"P-{sku:02d}", self.chance.randint(1, 12)) for sku in skus]
        made = selling.make_order(*lines, actor=self.actor)
        self.board.add(made.pk)
        operations.allocate(**self.of(made.pk))

    def onwards(self, pk: int) -> None:
        """Mostly what makes sense; now and then what does not."""
        walking = PickTask.objects.filter(order=pk, finished_at__isnull=True).exists()
        sense = self.pick if walking else self.pack
        self.chance.choice((sense, sense, sense, self.desk))(pk)

    def desk(self, pk: int) -> None:
        operations.pick_order(**self.of(pk))

    def walk(self, pk: int) -> None:
        others = [one for one in {self.board.some(self.chance) for _ in range(2)} if one]
        ready = SalesOrder.objects.filter(pk__in=[pk, *others], status="allocated").values_list(
            "pk", flat=True
        )
        operations.make_pick_list(actor=self.actor, orders=list(ready) or [pk], at=now())

    def pick(self, pk: int) -> None:
        tasks = PickTask.objects.filter(order=pk, finished_at__isnull=True)
        for task in tasks.select_related("lot", "location", "line__product")[:4]:
            walk = {"actor": self.actor, "pick_list": task.pick_list_id, "at": now()}
            if self.chance.random() < 0.15:
                operations.short(task=task.pk, quantity=1, reason="gone", **walk)
            else:
                operations.pick(lines=[selling.scan_of(task)], **walk)

    def pack(self, pk: int) -> None:
        operations.pack(**self.of(pk))

    def attempt(self, name: str, act: Callable[[], Any]) -> None:
        for _ in range(5):
            try:
                act()
            except Refusal as refusal:
                assert refusal.code in EXPECTED, (name, refusal.code, refusal.detail)
                self.done[refusal.code] += 1
                return
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) != BUSY and "database is locked" not in str(
                    error
                ):
                    raise
                self.done["busy"] += 1
            else:
                self.done[name] += 1
                return


def stocked() -> int:
    selling.make_house()
    selling.make_customer()
    for number in range(PRODUCTS):
        selling.make_product(f"P-{number:02d}")
    lines = [
        stock.ReceiveLine(f"P-{number:02d}", f"MAIN/A-0{lot + 1}", UNITS, f"L{lot}", FAR)
        for number in range(PRODUCTS)
        for lot in range(LOTS)
    ]
    stock.receive(actor=BOSS, lines=lines, reference="", at=now())
    return PRODUCTS * LOTS * UNITS


def test_a_crowd_sells_the_same_fifty_products_and_the_books_agree(no_deadlock: None) -> None:
    there, board = stocked(), Board()

    def of(number: int) -> Callable[[], Counter[str]]:
        def work() -> Counter[str]:
            client = Client(number, board)
            for _ in range(TURNS):
                client.turn()
            return client.done

        return work

    results = together([of(number) for number in range(CLIENTS)])
    failed = [one for one in results if isinstance(one, BaseException)]
    assert not failed, failed
    done = sum(results, Counter())
    assert done["create"] and done["packed"] and done["picking"], done
    finish(board, there)
    serve_all_waiting()
    finish(board, there)


def finish(board: Board, there: int) -> None:
    """What must be true of the books, whoever came first."""
    assert disagreements(seal=False) == []
    assert sorted(SalesOrder.objects.values_list("pk", flat=True)) == sorted(board.ids), "no order is lost"
    for model, prefix in ((SalesOrder, "SO"), (Shipment, "SH")):
        numbers = sorted(model.objects.values_list("number", flat=True))
        assert numbers == [f"{prefix}-{n:06d}" for n in range(1, len(numbers) + 1)], "without a gap"
    for balance in Balance.objects.all():
        assert 0 <= balance.allocated <= balance.on_hand
    shipped = total(SalesOrderLine.objects, "shipped")
    assert shipped == total(Movement.objects.filter(kind="issue"), "quantity")
    assert shipped == total(ShipmentLine.objects, "quantity")
    assert there == total(Balance.objects, "on_hand") + shipped
    ended = SalesOrder.objects.filter(status__in=("shipped", "closed", "cancelled")).values(
        "lines__demand_id"
    )
    assert not Allocation.objects.filter(demand_id__in=ended).exists(), "what is over holds nothing"
    assert not PickTask.objects.filter(order__status="cancelled", finished_at__isnull=True).exists()


def total(rows: Any, column: str) -> int:
    return int(rows.aggregate(sum=Sum(column, default=0))["sum"])
