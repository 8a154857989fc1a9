"""Recalls when things go wrong: broken at every statement, sent thrice and shuffled; and as dear for 200 as for one."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stillage.core.clock import now
from stillage.places.models import Location, Warehouse
from stillage.recalls.models import Recall
from stillage.sales.models import Customer, SalesOrder, SalesOrderLine, Shipment, ShipmentLine
from stillage.stock import operations as stock
from stillage.stock.models import Allocation, Hold, Lot, Movement
from stillage.stock.reconcile import disagreements
from tests import selling
from tests.builders import BOSS, make_product, receive
from tests.people import Client, new_key, signed_in_client
from tests.promises.test_fail_at_every_statement import fail_everywhere

pytestmark = pytest.mark.django_db(transaction=True)
API = "/api/v1/"
BODY = {"reason": "glass", "lots": [{"product": "ALE-330", "lot": "L1"}]}


@pytest.fixture(autouse=True)
def queued(settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def house() -> None:
    selling.make_house()
    make_product("ALE-330")
    receive("ALE-330", "L1", quantity=10_000, expiry_date=selling.in_days(100))


# ---- W1 -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_recall_that_fails_anywhere_has_done_nothing(after: bool) -> None:
    """With orders that are promised some, on walks, picked and waiting: all that it touches."""
    house()
    selling.shipped(("ALE-330", 5))
    selling.picked(("ALE-330", 5))
    selling.allocated(("ALE-330", 5))
    selling.listed(selling.allocated(("ALE-330", 5)))
    client = signed_in_client("manager")
    answer, statements = fail_everywhere(
        lambda: lambda: client.post(API + "recalls", BODY, key="the-same-key-every-time"), after=after
    )
    assert answer.status_code == 201, answer.content
    assert statements >= 25
    assert Recall.objects.count() == Hold.objects.count() == 1
    assert disagreements(seal=False) == []


# ---- W6 -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(6))
def test_steps_sent_thrice_and_shuffled_happen_once(seed: int) -> None:
    """Out of order they are refused as impossible or missing, and done when their turn comes."""
    house()
    selling.shipped(("ALE-330", 5))
    client, chance = signed_in_client("manager"), random.Random(seed)
    messages: list[tuple[str, Any, str]] = [
        ("recalls", BODY, new_key()),
        ("recalls/RC-000001/tell", {"customers": ["PUB"], "how": "phone"}, new_key()),
        ("recalls/RC-000001/answer", {"customer": "PUB", "left_there": 3}, new_key()),
        ("recalls/RC-000001/close", {"outcome": "done", "release": True}, new_key()),
    ]
    answers: dict[str, set[bytes]] = {}
    done: list[str] = []
    for _ in range(4):  # a client asks again until it is answered
        # closing ends it, so who asks for that waits until the others are through
        shuffled = (messages if len(done) >= 3 else messages[:3]) * 3
        chance.shuffle(shuffled)
        for address, body, key in shuffled:
            said = client.post(API + address, body, key=key)
            if said.status_code in (200, 201):
                answers.setdefault(key, set()).add(said.content)
            else:
                assert said.status_code in (404, 409), said.content
        done = list(answers)
    assert {key: len(same) for key, same in answers.items()} == {key: 1 for *_, key in messages}
    one = Recall.objects.get()
    assert (one.status, one.version) == ("closed", 4)
    assert Hold.objects.count() == 1 and not Hold.objects.filter(released_at=None).exists()
    assert disagreements(seal=False) == []


# ---- statements ---------------------------------------------------------------------------------
def sqls(act: Callable[[], Any]) -> tuple[Any, list[str]]:
    with CaptureQueriesContext(connection) as captured:
        answer = act()
        if getattr(answer, "streaming", False):
            b"".join(answer.streaming_content)
    ours = [query["sql"] for query in captured]
    # Rows of the trail are written several hundred a statement.
    aside = ("BEGIN", "COMMIT", "ROLLBACK", 'INSERT INTO "audit_entry"')
    return answer, [sql for sql in ours if not sql.startswith(aside)]


def sold_to(count: int) -> None:
    """So many customers who were shipped 4 each, and whose next order is promised 4 more. Written set-based."""
    lot = Lot.objects.get(number="L1")
    main, shelf = Warehouse.objects.get(code="MAIN"), Location.objects.get(full_code="MAIN/A-01")
    away, at = Location.objects.get(warehouse=main, kind="customer"), now()
    people = Customer.objects.bulk_create(
        Customer(code=f"C-{n:03d}", name=f"Customer {n}", phone="1", city="York") for n in range(count)
    )
    common: dict[str, Any] = {
        "warehouse": main,
        "delivery_date": at.date(),
        "currency": "GBP",
        "username": "boss",
    }
    sent = SalesOrder.objects.bulk_create(
        SalesOrder(number=f"SO-1{n:05d}", customer=one, status="shipped", promise_rank=n, **common)
        for n, one in enumerate(people)
    )
    waiting = SalesOrder.objects.bulk_create(
        SalesOrder(number=f"SO-2{n:05d}", customer=one, status="allocated", promise_rank=5000 + n, **common)
        for n, one in enumerate(people)
    )
    lines = SalesOrderLine.objects.bulk_create(
        SalesOrderLine(
            order=order,
            position=1,
            product_id=lot.product_id,
            pack_name="bottle",
            units_per_pack=1,
            quantity_packs=4,
            quantity=4,
            shipped=4 if order in sent else 0,
            pack_price=Decimal(1),
            net_amount=Decimal(4),
            demand_id=uuid4(),
        )
        for order in [*sent, *waiting]
    )
    shipments = Shipment.objects.bulk_create(
        Shipment(
            number=f"SH-{count:03d}-{order.pk}",
            order=order,
            warehouse=main,
            operation_id=uuid4(),
            delivery_date=at.date(),
            customer_name=order.customer.name,
            username="boss",
            shipped_at=at,
        )
        for order in sent
    )
    gone = lines[: len(sent)]
    ShipmentLine.objects.bulk_create(
        ShipmentLine(
            shipment=one,
            line=line,
            product_id=lot.product_id,
            lot=lot,
            quantity=4,
            sku="ALE-330",
            product_name="Ale",
            pack_name="bottle",
            units_per_pack=1,
            lot_number="L1",
        )
        for one, line in zip(shipments, gone, strict=True)
    )
    Movement.objects.bulk_create(
        Movement(
            operation_id=one.operation_id,
            kind="issue",
            product_id=lot.product_id,
            lot=lot,
            from_location=shelf,
            to_location=away,
            quantity=4,
            reason="",
            reference=one.order.number,
            demand_id=line.demand_id,
            username="boss",
            moved_at=at,
        )
        for one, line in zip(shipments, gone, strict=True)
    )
    demands = [
        stock.Demand(line.demand_id, line.order.number, lot.product_id, main.pk, 4, at.date())
        for line in lines[len(sent) :]
    ]
    stock.allocate(actor=BOSS, demands=demands, at=at)


def the_whole_road(client: Client) -> dict[str, list[str]]:
    """Trace, call back, read, print, tell all: the statements of each."""
    counted: dict[str, list[str]] = {}

    def ask(name: str, send: Callable[[], Any]) -> Any:
        answer, counted[name] = sqls(send)
        assert answer.status_code in (200, 201), answer.content
        return answer

    lot = Lot.objects.get(number="L1").pk
    ask("trace", lambda: client.get(f"{API}lots/{lot}/trace"))
    made = ask("recall", lambda: client.post(API + "recalls", BODY, key=new_key())).json()
    ask("read", lambda: client.get(f"{API}recalls/{made['number']}"))
    ask("list", lambda: client.get(f"{API}recalls"))
    names = [one["customer"] for one in made["customers"]]
    url = f"{API}recalls/{made['number']}/"
    ask("tell", lambda: client.post(url + "tell", {"customers": names, "how": "email"}, key=new_key()))
    for paper in ("letters", "report", "customers.csv", "sheet", "sheet?format=csv"):
        ask(paper, lambda paper=paper: client.get(url + paper))
    return counted


def test_it_costs_the_same_for_one_customer_and_for_two_hundred() -> None:
    """Two hundred customers, shipments, promises taken back, and orders that wait from now on."""
    house()
    sold_to(1)
    client = signed_in_client("manager")
    few = the_whole_road(client)
    assert Allocation.objects.count() == 0
    client.post(API + "recalls/RC-000001/close", {"outcome": "once more", "release": True}, key=new_key())
    for table in (ShipmentLine, Shipment, Allocation):
        assert table.objects.count() <= 1
    _forget()
    sold_to(200)
    many = the_whole_road(client)
    assert {name: len(own) for name, own in many.items()} == {name: len(own) for name, own in few.items()}, {
        name: [sql[:90] for sql in own] for name, own in many.items() if len(own) != len(few[name])
    }
    assert len(many["trace"]) <= 17 and len(many["recall"]) <= 60


def _forget() -> None:
    """The first customer's orders, out of the way of the next two hundred's names."""
    SalesOrder.objects.filter(number="SO-100000").update(number="SO-X")
    SalesOrder.objects.filter(number="SO-200000").update(number="SO-Y", status="cancelled")
    Customer.objects.filter(code="C-000").update(code="C-X")


@pytest.mark.postgres  # asks for its plans
def test_a_trace_finds_its_movements_by_the_lot_among_many() -> None:
    """No statement of a trace reads a whole table that grows with time."""
    house()
    sold_to(3)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO stock_lot (product_id, number, last_sale_date, created_at)"
            " SELECT product_id, 'X' || g, last_sale_date, created_at FROM stock_lot, generate_series(1, 300) g"
        )
        cursor.execute(
            "INSERT INTO stock_movement (operation_id, kind, product_id, lot_id, from_location_id, to_location_id,"
            " quantity, reason, reference, username, moved_at)"
            " SELECT gen_random_uuid(), 'move', l.product_id, l.id, a.id, b.id, 1, '', '', 'boss', now()"
            " FROM stock_lot l JOIN places_location a ON a.full_code = 'MAIN/A-01'"
            " JOIN places_location b ON b.full_code = 'MAIN/A-02' CROSS JOIN generate_series(1, 200) g"
            " WHERE l.number LIKE 'X%'"
        )
        cursor.execute("ANALYZE stock_movement, stock_lot")
    lot, client = Lot.objects.get(number="L1").pk, signed_in_client("manager")
    _, sent = sqls(lambda: client.get(f"{API}lots/{lot}/trace"))
    plans = {}
    for sql in sent:
        if "stock_movement" in sql:
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN " + sql)
                plans[sql] = "\n".join(row[0] for row in cursor.fetchall())
    assert len(plans) >= 3
    for sql, plan in plans.items():
        assert "Seq Scan on stock_movement" not in plan, (sql, plan)
    assert any("movement_by_lot" in plan for plan in plans.values())
