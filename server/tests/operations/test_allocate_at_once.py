"""Allocating by one statement and by the general way: the same promises, or the same refusal."""

from __future__ import annotations

import datetime as dt
import importlib
import json
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stillage.audit.models import Entry
from stillage.core.clock import now
from stillage.core.errors import Refusal
from stillage.stock import operations
from stillage.stock.models import Allocation, Balance, Lot
from tests.builders import BOSS, make_product, make_warehouse, receive

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
allocate = importlib.import_module("stillage.stock.operations.allocate")
TODAY = now().date()
stocks = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from([-1, 0, 5, 30, 300]),
        st.sampled_from(["MAIN/A-01", "MAIN/A-02", "MAIN/CAGE", "NORTH/A-01"]),
        st.integers(1, 9),
        st.booleans(),
    ),
    max_size=10,
)
demands = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(1, 20), st.sampled_from([0, 5, 31])),
    min_size=1,
    max_size=4,
    unique_by=lambda wish: wish[:2],
)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(stock=stocks, wanted=demands)
def test_both_ways_promise_the_same(db: Any, stock: list[Any], wanted: list[Any]) -> None:
    with transaction.atomic():
        warehouses = [make_warehouse("MAIN"), make_warehouse("NORTH")]
        products = [make_product(f"ALE-{n}") for n in range(3)]
        for index, (number, days, place, units, held) in enumerate(stock):
            receive(products[number], f"L{index}", quantity=units, location=place)
            Lot.objects.filter(number=f"L{index}").update(last_sale_date=TODAY + dt.timedelta(days=days))
            if held:
                line = operations.HoldLine(f"ALE-{number}", "cloudy", f"L{index}")
                operations.hold(actor=BOSS, lines=[line], at=now())
        asked = [
            operations.Demand(
                UUID(int=n + 1),
                f"SO-{n}",
                products[p].pk,
                warehouses[w].pk,
                units,
                TODAY,
                minimum_remaining_days=days,
            )
            for n, (p, w, units, days) in enumerate(wanted)
        ]
        assert allocate.is_plain(asked)

        def outcome() -> Any:
            result: Any
            mark = transaction.savepoint()
            try:
                result = operations.allocate(actor=BOSS, demands=asked, at=now())
            except Refusal as refusal:
                result = (refusal.code, [(one.pointer, one.detail) for one in refusal.faults])
                transaction.set_rollback(False)
            rows = list(
                Allocation.objects.order_by("demand_id", "lot_id").values_list(
                    "demand_id", "lot_id", "quantity"
                )
            )
            held = list(Balance.objects.order_by("id").values_list("id", "allocated"))
            transaction.savepoint_rollback(mark)
            return result, rows, held

        at_once = outcome()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(allocate, "is_plain", lambda demands: False)
            general = outcome()
        assert at_once == general
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_is_a_transaction_by_itself_tells_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse, product, other = make_warehouse("MAIN"), make_product("ALE"), make_product("BEER")
    for one, lot in ((product, "L1"), (product, "L2"), (other, "L3")):
        receive(one, lot, quantity=5)
    reference = 'SO "7" \\ ä'
    at = now()

    def trail(first: int) -> Any:
        asked = [
            operations.Demand(UUID(int=first + n), reference, one.pk, warehouse.pk, 3, TODAY)
            for n, one in enumerate((product, other))
        ]
        promises = operations.allocate(actor=BOSS, demands=asked, at=at)
        (told,) = Entry.objects.filter(action="stock.allocate", object_id=reference).order_by("-id")[:1]
        row = {name: getattr(told, name) for name in vars(told) if name not in ("_state", "id", "after")}
        after = json.loads(
            told.after.replace(str(UUID(int=first)), "1st").replace(str(UUID(int=first + 1)), "2nd")
        )
        return [list(own) for own in promises.values()], row, after

    monkeypatch.setattr(allocate, "in_transaction", lambda: True)
    (by_two, row, after), before = trail(1), Allocation.objects.count()
    monkeypatch.undo()
    Allocation.objects.all().delete()
    Balance.objects.update(allocated=0)
    by_one, own_row, own_after = trail(3)
    assert Allocation.objects.count() == before
    assert (own_row, own_after) == (row, after)
    assert [[(p.balance_id, p.quantity) for p in own] for own in by_one] == [
        [(p.balance_id, p.quantity) for p in own] for own in by_two
    ]


@pytest.mark.django_db(transaction=True)
def test_what_it_cannot_promise_by_itself_is_refused_and_nothing_is_written() -> None:
    warehouse, product = make_warehouse("MAIN"), make_product("ALE")
    receive(product, "L1", quantity=5)
    entries = Entry.objects.count()
    with pytest.raises(Refusal) as refused:
        operations.allocate(
            actor=BOSS,
            demands=[operations.Demand(UUID(int=1), "SO", product.pk, warehouse.pk, 6, TODAY)],
            at=now(),
        )
    assert refused.value.code == "insufficient_stock"
    assert not Allocation.objects.exists()
    assert Entry.objects.count() == entries
