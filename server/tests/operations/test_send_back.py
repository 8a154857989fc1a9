"""Goods that go back to a supplier leave the book by the door they came in through."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from stillage.core.clock import now, today
from stillage.core.errors import Refusal
from stillage.stock import operations
from stillage.stock.models import Balance, Movement
from stillage.stock.reconcile import disagreements
from tests.builders import BOSS, make_product, make_warehouse, receive

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    make_warehouse("MAIN")
    make_product("ALE-330")
    receive("ALE-330", "L1", quantity=100)


def back(quantity: int, **values: Any) -> dict[str, Any]:
    line = operations.BackLine(
        **{
            "product": "ALE-330",
            "location": "MAIN/A-01",
            "quantity": quantity,
            "demand_id": uuid4(),
            "lot": "L1",
            "reason": "damaged",
            **values,
        }
    )
    return operations.send_back(actor=BOSS, lines=[line], reference="SR-000001", at=now())


def book_agrees() -> bool:
    """Save that no document knows of it: that one is the buying room's."""
    return all("of which no return knows" in line for line in disagreements(seal=False))


def on_hand() -> int:
    return Balance.objects.get(location__full_code="MAIN/A-01").on_hand


def test_units_go_to_the_supplier_and_the_book_agrees() -> None:
    demand = UUID(int=9)
    done = back(30, demand_id=demand)
    (movement,) = done["movements"]
    assert (movement["from_location"], movement["to_location"]) == ("MAIN/A-01", "supplier")
    written = Movement.objects.get(kind="send_back")
    assert (written.demand_id, written.reference, written.reason) == (demand, "SR-000001", "damaged")
    assert on_hand() == 70
    assert book_agrees()


def test_held_and_expired_lots_may_go_back() -> None:
    hold = operations.HoldLine("ALE-330", "recall", "L1")
    operations.hold(actor=BOSS, lines=[hold], at=now())
    receive("ALE-330", "OLD", quantity=5, expiry_date=today("UTC") + dt.timedelta(days=400))
    back(100)
    back(5, lot="OLD")
    assert book_agrees()


def test_promised_units_never_go_back() -> None:
    product = Balance.objects.get().product_id
    warehouse = Balance.objects.get().warehouse_id
    demand = operations.Demand(uuid4(), "SO-1", product, warehouse, 80, today("UTC"))
    operations.allocate(actor=BOSS, demands=[demand], at=now())
    with pytest.raises(Refusal) as refused, transaction.atomic():
        back(21)
    (fault,) = refused.value.faults
    assert fault.code == "insufficient_stock"
    assert on_hand() == 100


def test_unknown_names_are_told_all_at_once() -> None:
    line = operations.BackLine("NOPE", "MAIN/NOWHERE", 1, uuid4(), "L1")
    with pytest.raises(Refusal) as refused:
        operations.send_back(actor=BOSS, lines=[line], reference="", at=now())
    assert [fault.pointer for fault in refused.value.faults] == ["/lines/0/product", "/lines/0/location"]


def test_what_went_back_by_mistake_is_taken_back() -> None:
    done = back(30)
    with pytest.raises(Refusal), transaction.atomic():
        operations.reverse(actor=BOSS, operation_id=done["operation_id"], reason="", at=now())
    operations.reverse(
        actor=BOSS, operation_id=done["operation_id"], reason="", at=now(), kinds=("send_back",)
    )
    assert on_hand() == 100
    assert book_agrees()
