"""Allocating by one statement and by the general way: the same promises, or the same refusal."""

from __future__ import annotations

import datetime as dt
import importlib
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
