"""Loading a history: whole or not at all, and only into an empty ledger."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.db import transaction

from stillage.audit.models import Entry
from stillage.catalogue.models import Product
from stillage.core.clock import now
from stillage.core.errors import Refusal
from stillage.places.models import Location, Warehouse
from stillage.stock.models import Balance, Lot, Movement
from stillage.stock.operations import MoveLine, PastLot, PastMovement, load_history, move
from stillage.stock.reconcile import disagreements
from tests.builders import BOSS, make_product, make_warehouse, receive

pytestmark = pytest.mark.django_db

AT = now()


def place(code: str) -> int:
    return Location.objects.get(full_code=code).pk


def past(
    kind: str, source: str, target: str, quantity: int, *, hours_ago: float, lot: int = 0
) -> PastMovement:
    return PastMovement(
        operation_id=uuid4(),
        kind=kind,
        lot=lot,
        from_location_id=place(source),
        to_location_id=place(target),
        quantity=quantity,
        moved_at=AT - dt.timedelta(hours=hours_ago),
        user_id=None,
        username="somebody",
    )


def a_lot(**fields: object) -> PastLot:
    product = make_product()
    values = {"number": "L1", "created_at": AT, "best_before_date": dt.date(2030, 1, 31), **fields}
    return PastLot(product_id=product.pk, **values)  # type: ignore[arg-type]


def test_balances_are_what_the_movements_add_up_to() -> None:
    make_warehouse("MAIN")
    movements = [
        past("receive", "MAIN/~supplier", "MAIN/RECV", 240, hours_ago=9),
        past("move", "MAIN/RECV", "MAIN/A-01", 240, hours_ago=8),
        past("issue", "MAIN/A-01", "MAIN/~customer", 48, hours_ago=3),
        past("scrap", "MAIN/A-01", "MAIN/~scrap", 2, hours_ago=2),
    ]
    lot = a_lot()
    counts = load_history(actor=BOSS, lots=[lot], movements=movements, at=AT)
    assert counts == {"lots": 1, "movements": 4, "balances": 2}
    assert set(Balance.objects.values_list("location__full_code", "on_hand", "allocated")) == {
        ("MAIN/RECV", 0, 0),
        ("MAIN/A-01", 190, 0),
    }
    assert Lot.objects.get().last_sale_date == dt.date(2030, 1, 31)
    assert list(Movement.objects.order_by("id").values_list("kind", flat=True)) == [
        "receive",
        "move",
        "issue",
        "scrap",
    ]
    assert Entry.objects.get(action="stock.load_history").object_label == "4 movements of 1 lots"


def test_each_operation_of_the_past_has_the_audit_row_it_would_have_written() -> None:
    make_warehouse("MAIN")
    make_warehouse("NORTH")
    movements = [
        past("receive", "MAIN/~supplier", "MAIN/A-01", 24, hours_ago=9),
        past("move", "MAIN/A-01", "NORTH/A-01", 12, hours_ago=8),
    ]
    lot = a_lot()
    load_history(actor=BOSS, lots=[lot], movements=movements, at=AT)
    told = Entry.objects.filter(object_type="operation").order_by("id")
    sku = Product.objects.get().sku
    assert list(told.values_list("action", "username", "object_id", "at")) == [
        ("stock.receive", "somebody", str(movements[0].operation_id), movements[0].moved_at),
        *[("stock.move", "somebody", str(movements[1].operation_id), movements[1].moved_at)] * 2,
    ]
    assert told[0].object_label == f"24 x {sku} L1: supplier to MAIN/A-01"
    assert set(told.values_list("warehouse_id", flat=True)) == set(
        Warehouse.objects.values_list("id", flat=True)
    )
    assert disagreements(seal=False) == []


def test_the_ledger_goes_on_from_a_loaded_history() -> None:
    make_warehouse("MAIN")
    lot = a_lot()
    received = past("receive", "MAIN/~supplier", "MAIN/A-01", 24, hours_ago=1)
    load_history(actor=BOSS, lots=[lot], movements=[received], at=AT)
    line = MoveLine(
        product=lot.product_id, lot="L1", from_location="MAIN/A-01", to_location="MAIN/A-02", quantity=10
    )
    move(actor=BOSS, lines=[line], reference="", at=now())
    assert dict(Balance.objects.values_list("location__full_code", "on_hand")) == {
        "MAIN/A-01": 14,
        "MAIN/A-02": 10,
    }


def test_a_ledger_that_moved_once_takes_no_history() -> None:
    make_warehouse("MAIN")
    receive(make_product())
    before = Movement.objects.count()
    with pytest.raises(Refusal) as refused, transaction.atomic():
        load_history(actor=BOSS, lots=[a_lot()], movements=[], at=AT)
    assert refused.value.code == "ledger_not_empty"
    assert Movement.objects.count() == before
    assert not Entry.objects.filter(action="stock.load_history").exists()


@pytest.mark.parametrize(
    ("kind", "source", "target", "quantity", "hours_ago", "code"),
    [
        ("issue", "MAIN/A-01", "MAIN/~customer", 25, 1, "insufficient_stock"),
        ("move", "MAIN/A-02", "MAIN/A-01", 1, 1, "insufficient_stock"),
        ("move", "MAIN/A-01", "MAIN/A-02", 1, -1, "out_of_order"),
        ("move", "MAIN/A-01", "MAIN/A-02", 1, 30, "out_of_order"),
        ("move", "MAIN/A-01", "MAIN/A-01", 1, 1, "moves_nothing"),
        ("move", "MAIN/A-01", "MAIN/A-02", 0, 1, "moves_nothing"),
        ("reverse", "MAIN/A-01", "MAIN/A-02", 1, 1, "unknown_kind"),
    ],
)
def test_a_wrong_movement_refuses_the_whole_history(
    kind: str, source: str, target: str, quantity: int, hours_ago: float, code: str
) -> None:
    make_warehouse("MAIN")
    good = past("receive", "MAIN/~supplier", "MAIN/A-01", 24, hours_ago=2)
    bad = past(kind, source, target, quantity, hours_ago=hours_ago)
    with pytest.raises(Refusal) as refused, transaction.atomic():
        load_history(actor=BOSS, lots=[a_lot()], movements=[good, bad], at=AT)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/movements/1", code)]
    assert not Movement.objects.exists()
    assert not Lot.objects.exists()


def test_all_that_is_wrong_is_said_at_once() -> None:
    make_warehouse("MAIN")
    bad = [past("issue", "MAIN/A-01", "MAIN/~customer", 1, hours_ago=2, lot=lot) for lot in (0, 5)]
    with pytest.raises(Refusal) as refused, transaction.atomic():
        load_history(actor=BOSS, lots=[a_lot()], movements=bad, at=AT)
    assert [fault.code for fault in refused.value.faults] == ["insufficient_stock", "unknown_lot"]
