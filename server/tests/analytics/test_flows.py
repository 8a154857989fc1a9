"""The summary of what came and went is what the movements say, however often it is written and whatever happens."""

from __future__ import annotations

import datetime as dt
import sys
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from stillage.analytics.models import FlowDay, FlowMark
from stillage.analytics.operations import bring_up_to_date, write_flows
from stillage.analytics.operations.write_flows import FLOWS, MOST_AT_ONCE
from stillage.analytics.reconciling import checks
from stillage.core.clock import now
from stillage.core.errors import Refusal
from stillage.core.sql import as_date, fetch
from stillage.places.models import Warehouse
from stillage.stock import operations
from stillage.stock.models import Balance, Movement
from stillage.stock.reconcile import disagreements
from tests import control, selling
from tests.builders import BOSS, FAR, make_product, make_warehouse
from tests.promises.superuser import execute

pytestmark = pytest.mark.django_db(transaction=True)

START = dt.datetime(2026, 3, 1, 22, 30, tzinfo=dt.UTC)


def live() -> dict[tuple[Any, ...], tuple[int, Decimal]]:
    """The same by one question over all movements."""
    return _rows(fetch(FLOWS.format(which="id > 0"), []))


def kept() -> dict[tuple[Any, ...], tuple[int, Decimal]]:
    return _rows(fetch("SELECT product_id, warehouse_id, day, flow, units, value FROM analytics_flowday", []))


def _rows(found: list[tuple[Any, ...]]) -> dict[tuple[Any, ...], tuple[int, Decimal]]:
    return {
        (product, house, as_date(day), flow): (int(units), Decimal(str(value)).quantize(Decimal("0.01")))
        for product, house, day, flow, units, value in found
        if units or abs(Decimal(str(value))) > Decimal("0.005")
    }


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["receive", "more", "less", "scrap", "move", "undo", "write"]),
        st.sampled_from(["ALE-330", "STOUT-30K"]),
        st.sampled_from(["MAIN", "NORTH"]),
        st.sampled_from(["L1", "L2"]),
        st.integers(1, 40),
        st.sampled_from([None, "0.50", "0.61", "12.3456"]),
        st.integers(0, 40),
    ),
    min_size=12,
    max_size=40,
)


@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
def test_whatever_happens_the_summary_is_what_the_movements_say(steps: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        _carried_out(steps)
        transaction.set_rollback(True)


def _carried_out(steps: list[tuple[Any, ...]]) -> None:
    make_warehouse("MAIN", timezone="Europe/London")
    make_warehouse("NORTH", timezone="Asia/Tokyo")
    for sku in ("ALE-330", "STOUT-30K"):
        make_product(sku)
    done: list[UUID] = []
    at = START
    for house in ("MAIN", "NORTH"):
        for sku in ("ALE-330", "STOUT-30K"):
            for lot in ("L1", "L2"):
                _one("receive", sku, f"{house}/A-01", lot, 60, None, at, done)
    for what, sku, house, lot, units, cost, hours in steps:
        at += dt.timedelta(hours=hours)
        shelf = f"{house}/A-01"
        try:
            if what == "write":
                write_flows(at=at)
                continue
            with transaction.atomic():
                answer = _one(what, sku, shelf, lot, units, cost, at, done)
        except Refusal:
            continue
        done.append(answer["operation_id"])
    write_flows(at=at)
    assert len(done) >= 1
    assert kept() == live()
    totals = {row[:2]: 0 for row in kept()}
    for (product, house, _, _), (units, _) in kept().items():
        totals[product, house] += units
    lying = dict.fromkeys(totals, 0)
    for balance in Balance.objects.filter(on_hand__gt=0):
        key = (balance.product_id, balance.warehouse_id)
        lying[key] = lying.get(key, 0) + balance.on_hand
    assert totals == lying


def _one(
    what: str, sku: str, shelf: str, lot: str, units: int, cost: str | None, at: dt.datetime, done: list[UUID]
) -> dict[str, Any]:
    given_: dict[str, Any] = {"actor": BOSS, "reference": "", "at": at}
    if what == "receive":
        line = operations.ReceiveLine(
            product=sku,
            lot=lot,
            location=shelf,
            quantity=units,
            expiry_date=FAR,
            unit_cost=None if cost is None else Decimal(cost),
        )
        return operations.receive(lines=[line], **given_)
    if what in ("more", "less"):
        delta = units if what == "more" else -units
        return operations.adjust(lines=[operations.AdjustLine(sku, shelf, delta, "found", lot)], **given_)
    if what == "scrap":
        return operations.scrap(lines=[operations.ScrapLine(sku, shelf, units, "broken", lot)], **given_)
    if what == "move":
        other = shelf.replace("A-01", "A-02")
        return operations.move(lines=[operations.MoveLine(sku, shelf, other, units, lot)], **given_)
    last = done.pop() if done else UUID(int=0)
    return operations.reverse(actor=BOSS, operation_id=last, reason="wrong", at=at)


def test_what_is_on_the_way_belongs_to_the_house_it_goes_to() -> None:
    selling.make_house("MAIN")
    selling.make_house("NORTH")
    selling.stock_with(("L1", "MAIN/A-01", 100, 90))
    control.dispatched(("ALE-330", 40))
    write_flows(at=now())
    moved = FlowDay.objects.filter(flow="transferred").values_list("warehouse__code", "units")
    assert dict(moved) == {"MAIN": -40, "NORTH": 40}
    assert kept() == live()


def test_orders_returns_and_counts_are_told_apart() -> None:
    selling.make_house("MAIN")
    selling.stock_with(("L1", "MAIN/A-01", 100, 90))
    selling.shipped(("ALE-330", 30))
    write_flows(at=now())
    found = dict(FlowDay.objects.values_list("flow", "units"))
    assert found == {"received": 100, "shipped": -30}


def test_writing_twice_adds_nothing_and_a_later_cost_is_told_of_the_past_too() -> None:
    make_warehouse()
    make_product("ALE-330")
    _one("receive", "ALE-330", "MAIN/A-01", "L1", 10, None, START, [])
    write_flows(at=START)
    assert FlowDay.objects.get().value == 0
    _one("receive", "ALE-330", "MAIN/A-01", "L2", 10, "2.00", START + dt.timedelta(days=2), [])
    for _ in range(3):
        write_flows(at=START)
    assert sorted(FlowDay.objects.values_list("units", "value")) == [(10, 20), (10, 20)]
    assert FlowMark.objects.get().movement_id == Movement.objects.order_by("-pk")[0].pk


def test_a_house_that_changes_its_zone_has_other_days() -> None:
    make_warehouse(timezone="UTC")
    make_product("ALE-330")
    _one("receive", "ALE-330", "MAIN/A-01", "L1", 10, None, START, [])
    write_flows(at=START)
    assert FlowDay.objects.get().day == dt.date(2026, 3, 1)
    Warehouse.objects.update(timezone="Asia/Tokyo")
    write_flows(at=START)
    assert FlowDay.objects.get().day == dt.date(2026, 3, 2)
    assert disagreements(seal=False) == []


def test_a_page_waits_for_a_little_and_leaves_much_to_the_background(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_warehouse()
    make_product("ALE-330")
    _one("receive", "ALE-330", "MAIN/A-01", "L1", 10, None, START, [])
    at = now()
    assert bring_up_to_date(at=at) == at
    assert FlowDay.objects.count() == 1
    assert MOST_AT_ONCE > 100
    monkeypatch.setattr(sys.modules["stillage.analytics.operations.write_flows"], "MOST_AT_ONCE", 0)
    _one("receive", "ALE-330", "MAIN/A-01", "L1", 10, None, START + dt.timedelta(days=1), [])
    # In these tests the background is carried out at once; the page itself tells the time before it.
    assert bring_up_to_date(at=now()) is not None
    assert FlowDay.objects.count() == 2


LIES = {
    "more units": "UPDATE analytics_flowday SET units = 99",
    "another worth": "UPDATE analytics_flowday SET value = value + 5",
    "forgotten": "DELETE FROM analytics_flowday",
}


@pytest.mark.parametrize("lie", list(LIES))
def test_reconcile_names_what_does_not_agree_and_leaves_it_alone(lie: str) -> None:
    make_warehouse()
    make_product("ALE-330")
    _one("receive", "ALE-330", "MAIN/A-01", "L1", 10, "2.00", START, [])
    write_flows(at=START)
    assert disagreements(seal=False) == []
    execute(LIES[lie])
    (said,) = disagreements(seal=False)
    assert said.startswith("ALE-330 in MAIN on 2026-03-01, received: the summary says")
    assert disagreements(seal=False) == [said]
    assert len(checks()) == 1
