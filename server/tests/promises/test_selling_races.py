"""Many who sell at once: no gap in the numbers, one step of two, no oversell, nobody stuck."""

from __future__ import annotations

import importlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection

from stillage.sales import backorders, locking
from stillage.sales.models import SalesOrder
from stillage.stock.models import Allocation, Balance
from stillage.stock.reconcile import disagreements
from tests.builders import make_warehouse, receive
from tests.people import Client, new_key, signed_in_client
from tests.promises.engines import ON_POSTGRES
from tests.promises.threads import together
from tests.shop import API, Shop

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 16 if ON_POSTGRES else 6


@pytest.fixture
def shop(settings: Any) -> Shop:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    return Shop()


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


def crowd(shop: Shop, work: Callable[[Client, int], Any], size: int = CROWD) -> list[Any]:
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


def numbers() -> list[str]:
    return list(SalesOrder.objects.order_by("number").values_list("number", flat=True))


def test_numbers_have_no_gap_although_every_other_order_is_refused(shop: Shop) -> None:
    def create(client: Client, index: int) -> Any:
        lines = [("ALE-330", 1)] if index % 2 else [("ALE-330", 1), ("NONE", 1)]
        return client.post(API + "sales-orders", shop.body(*lines, confirm=True), key=new_key())

    answers = crowd(shop, create)
    assert Counter(one.status_code for one in answers) == {201: CROWD // 2, 422: CROWD // 2}
    assert numbers() == [f"SO-{n + 1:06d}" for n in range(CROWD // 2)]
    ranks = sorted(SalesOrder.objects.values_list("promise_rank", flat=True))
    assert ranks == list(range(1, CROWD // 2 + 1))


def test_a_number_taken_by_a_request_that_breaks_later_is_given_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("stillage.sales.operations.create_order")
    real = module.record_steps

    def breaks(changes: Any, **rest: Any) -> None:
        real(changes, **rest)
        raise RuntimeError("after everything was written")

    monkeypatch.setattr(module, "record_steps", breaks)
    shop.client.raise_request_exception = False
    assert shop.client.post(API + "sales-orders", shop.body()).status_code == 500
    monkeypatch.setattr(module, "record_steps", real)
    assert shop.order()["number"] == "SO-000001"


@pytest.mark.parametrize(
    ("steps", "done"),
    [
        (("confirm", "confirm"), 1),
        (("confirm", "cancel"), None),
    ],
)
def test_of_the_same_step_taken_by_many_at_once_one_is_done(
    shop: Shop, steps: tuple[str, str], done: int | None
) -> None:
    made = shop.order()

    def step(client: Client, index: int) -> Any:
        verb = steps[index % 2]
        body = {"reason": "no"} if verb == "cancel" else {}
        return client.post(f"{API}sales-orders/{made['id']}/{verb}", body, key=new_key())

    answers = crowd(shop, step)
    codes = Counter(one.status_code for one in answers)
    assert set(codes) == {200, 409}
    if done is not None:
        assert codes[200] == done
    else:  # a draft is cancelled, or confirmed and then cancelled; nothing follows that
        assert codes[200] in (1, 2)
        assert SalesOrder.objects.get().status == "cancelled"


def test_the_last_units_are_promised_once(shop: Shop, no_deadlock: None) -> None:
    receive(shop.ale, "L1", quantity=24 * 5, location="MAIN/A-01")
    receive(shop.ale, "L2", quantity=24 * 2 + 5, location="MAIN/A-02")
    orders = [shop.order(("ALE-330", 1), ("GIN-700", 1), confirm=True) for _ in range(CROWD)]

    def allocate(client: Client, index: int) -> Any:
        return client.post(f"{API}sales-orders/{orders[index]['id']}/allocate", {}, key=new_key())

    answers = crowd(shop, allocate)
    assert {one.status_code for one in answers} == {200}
    promised = sum(Allocation.objects.values_list("quantity", flat=True))
    assert promised == min(24 * 7 + 5, 24 * CROWD)
    assert sum(Balance.objects.values_list("allocated", flat=True)) == promised
    assert disagreements(seal=False) == []


def test_allocating_giving_back_swapping_and_serving_at_once_loses_nothing(
    shop: Shop, no_deadlock: None
) -> None:
    """Orders over the same two products, in either order of their lines, and two warehouses that help out."""
    make_warehouse("NORTH")
    for number, place in enumerate(("MAIN/A-01", "MAIN/A-02", "MAIN/A-03", "NORTH/A-01")):
        receive(shop.ale, f"L{number}", quantity=100, location=place)
        receive(shop.gin, f"G{number}", quantity=40, location=place)
    pairs = [(("ALE-330", 2), ("GIN-700", 2)), (("GIN-700", 2), ("ALE-330", 2))]
    orders = [
        shop.order(*pairs[n % 2], confirm=True, warehouse=("MAIN", "NORTH")[n % 4 == 3]) for n in range(CROWD)
    ]

    def life(client: Client, index: int) -> Any:
        made = orders[index]
        at = f"{API}sales-orders/{made['id']}"
        other = "NORTH" if made["warehouse"] == "MAIN" else "MAIN"
        line = next(line for line in made["lines"] if line["product"] == "ALE-330")
        answer = None
        for turn in range(4):
            for path, body in (
                ("allocate", {"warehouses": [other]}),
                (
                    "pin",
                    {
                        "line": line["id"],
                        "lot": f"L{turn}",
                        "location": f"MAIN/A-0{turn % 3 + 1}",
                        "quantity": 7,
                    },
                ),
                ("swap", {"line": line["id"], "from_lot": f"L{turn}", "to_lot": "L0", "quantity": 3}),
                ("deallocate", {}),
            ):
                answer = client.post(f"{at}/{path}", body, key=new_key())
                if answer.status_code == 503:
                    break  # busy: nothing was done; go on with the next turn
                assert answer.status_code in (200, 409), answer.json()
        return answer if answer is not None and answer.status_code != 503 else client.get(at)

    def serve(client: Client, index: int) -> Any:
        for _ in range(5):
            backorders.serve_all_waiting()
        return client.get(API + "sales-orders/summary")

    crowd(shop, lambda client, index: serve(client, index) if index % 5 == 4 else life(client, index))
    assert disagreements(seal=False) == []
    for made in orders:
        shop.client.post(f"{API}sales-orders/{made['id']}/cancel", {"reason": "over"})
    assert not Allocation.objects.exists()
    assert sum(Balance.objects.values_list("allocated", flat=True)) == 0
    assert disagreements(seal=False) == []


@pytest.mark.postgres
def test_without_the_orders_lock_two_confirm_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with the lock off, and both having read before either writes, the race must show."""
    meeting = threading.Barrier(2)
    module = importlib.import_module("stillage.sales.operations.confirm")
    check = module.check

    def slowly(*args: Any) -> None:
        check(*args)
        with suppress(threading.BrokenBarrierError):
            meeting.wait(5)

    monkeypatch.setattr(locking, "for_update", lambda table: "")
    monkeypatch.setattr(module, "check", slowly)
    made = shop.order()
    answers = crowd(shop, lambda client, index: client.post(f"{API}sales-orders/{made['id']}/confirm", {}), 2)
    assert [one.status_code for one in answers] == [200, 200]
