"""The stock screen finds its products by what lies there; every order, status and count against adding all up."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stillage.catalogue.models import Product
from stillage.core.clock import now
from stillage.places.models import Warehouse
from stillage.stock import operations, queries
from stillage.stock.expiry import FOREVER
from stillage.stock.models import Balance, Lot, Present
from stillage.stock.reconcile import disagreements
from tests.builders import BOSS, make_product, make_warehouse, receive

pytestmark = pytest.mark.django_db
TODAY = now().date()
PLACES = ("MAIN/A-01", "MAIN/A-02", "NORTH/A-01")
DATES = (-3, -1, 0, 15, 30, 31, 300, None)

stocks = st.lists(
    st.tuples(
        st.integers(0, 7), st.sampled_from(DATES), st.sampled_from(PLACES), st.integers(0, 5), st.booleans()
    ),
    max_size=14,
)


def world(stock: list[tuple[int, int | None, str, int, bool]]) -> list[Warehouse]:
    warehouses = [make_warehouse("MAIN"), make_warehouse("NORTH")]
    products = [make_product(f"ALE-{n}", name=f"Ale {n % 3}") for n in range(8)]
    for index, (number, days, place, left, held) in enumerate(stock):
        lot = f"L{index}"
        receive(products[number], lot, quantity=5, location=place)
        date = FOREVER if days is None else TODAY + dt.timedelta(days=days)
        Lot.objects.filter(number=lot).update(last_sale_date=date, expiry_date=None if days is None else date)
        if held:
            where = place if index % 2 else None
            line = operations.HoldLine(f"ALE-{number}", "cloudy", lot, where)
            operations.hold(actor=BOSS, lines=[line], at=now())
        if left < 5:
            gone = operations.ScrapLine(f"ALE-{number}", place, 5 - left, "broken", lot)
            operations.scrap(actor=BOSS, lines=[gone], reference="", at=now())
    Product.objects.filter(sku__in=["ALE-6", "ALE-7"]).update(status="discontinued")
    return warehouses


def pages(free: Any, ordering: str, descending: bool, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while True:
        lines = free().page(ordering=ordering, descending=descending, after=after, limit=limit)
        found += lines
        if len(lines) < limit:
            return found
        after = [lines[-1][ordering], lines[-1]["product_id"]]


KEEPS = {
    None: lambda line: True,
    "expiring": lambda line: line["expiring"] > 0,
    "expired": lambda line: line["expired"] > 0,
    "held": lambda line: line["held"] > 0,
    "out": lambda line: line["on_hand"] == 0,
}


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    stock=stocks,
    which=st.sampled_from([(0, 1), (0,), (1,), ()]),
    in_stock=st.booleans(),
    limit=st.integers(1, 5),
)
def test_every_order_status_and_count_is_what_adding_all_up_gives(
    db: Any, stock: list[Any], which: tuple[int, ...], in_stock: bool, limit: int
) -> None:
    from django.db import transaction

    with transaction.atomic():
        warehouses = world(stock)
        days = {warehouses[index].pk: TODAY for index in which}

        def free(status: str | None = None) -> queries.FreeStock:
            made = queries.FreeStock(days)
            if status:
                made.only_status(status)
            if in_stock:
                made.in_stock()
            return made

        # A search that finds everything goes the other way: it adds all up, then orders.
        whole = queries.FreeStock(days)
        whole.matching(["ale"])
        if in_stock:
            whole.in_stock()
        lines = whole.page(ordering="on_hand", descending=False, after=None, limit=100)
        counted = queries.FreeStock(days)
        counted.matching(["ale"])
        assert queries.FreeStock(days).counts() == counted.counts()
        for status, keep in KEEPS.items():
            for ordering in ("name", "sku", "next_expiry_date", "on_hand"):
                wanted = sorted(filter(keep, lines), key=lambda line: (line[ordering], line["product_id"]))
                for descending in (False, True):
                    found = pages(lambda: free(status), ordering, descending, limit)  # noqa: B023
                    assert found == (wanted[::-1] if descending else wanted), (status, ordering, descending)
        assert disagreements(seal=False) == [] or any(
            days is not None and days < 270 for _, days, *_ in stock
        )
        there = set(Present.objects.values_list("balance_id", "last_sale_date"))
        assert there == set(Balance.objects.filter(on_hand__gt=0).values_list("pk", "lot__last_sale_date"))
        transaction.set_rollback(True)
