"""Demand by day is what the ledger says, each movement once, whatever happens in which order."""

from __future__ import annotations

import datetime as dt
import threading
from collections import defaultdict
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stillage.core.clock import now
from stillage.planning.models import DemandDay, HistoryMark, StockOut
from stillage.planning.operations.write_history import write_history
from stillage.planning.reconciling import checks
from stillage.stock.models import Hold, Movement
from stillage.stock.reconcile import _broken
from tests import selling
from tests.builders import make_product, make_warehouse
from tests.planning.books import history, instant, lot_of, move, undo

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)


def disagreements() -> list[str]:
    return [line for check in checks() for line in _broken(check)[0]]


def test_shipments_and_returns_stand_on_their_own_days() -> None:
    house, ale = make_warehouse("MAIN"), make_product("ALE")
    move(ale, house, "receive", 100, instant(DAY))
    move(ale, house, "issue", 30, instant(DAY))
    move(ale, house, "issue", 5, instant(DAY, 15))
    move(ale, house, "return", 4, instant(DAY + dt.timedelta(days=3)))
    write_history(at=now())
    assert history() == {
        ("MAIN", "ALE", DAY): (35, 0),
        ("MAIN", "ALE", DAY + dt.timedelta(days=3)): (0, 4),
    }
    assert disagreements() == []


def test_a_day_is_the_warehouses_own() -> None:
    house, ale = make_warehouse("WEST", timezone="America/Los_Angeles"), make_product("ALE")
    move(ale, house, "receive", 100, instant(DAY))
    move(ale, house, "issue", 7, dt.datetime(2026, 3, 3, 7, 59, tzinfo=dt.UTC))  # 23:59 there
    move(ale, house, "issue", 9, dt.datetime(2026, 3, 3, 8, 0, tzinfo=dt.UTC))  # midnight there
    write_history(at=now())
    assert history() == {("WEST", "ALE", DAY): (7, 0), ("WEST", "ALE", DAY + dt.timedelta(days=1)): (9, 0)}


def test_what_is_undone_goes_off_its_own_day_and_leaves_no_empty_row() -> None:
    house, ale = make_warehouse("MAIN"), make_product("ALE")
    move(ale, house, "receive", 100, instant(DAY))
    first = move(ale, house, "issue", 30, instant(DAY))
    write_history(at=now())
    again = undo(first, instant(DAY + dt.timedelta(days=9)))
    write_history(at=now())
    assert history() == {}
    third = undo(again, instant(DAY + dt.timedelta(days=10)))
    write_history(at=now())
    assert history() == {("MAIN", "ALE", DAY): (30, 0)}
    undo(third, instant(DAY + dt.timedelta(days=11)))
    write_history(at=now())
    assert history() == {}
    assert disagreements() == []


def test_history_written_again_is_the_same() -> None:
    house, ale = make_warehouse("MAIN"), make_product("ALE")
    move(ale, house, "receive", 100, instant(DAY))
    move(ale, house, "issue", 30, instant(DAY))
    write_history(at=now())
    before = list(DemandDay.objects.values_list()), list(StockOut.objects.values_list())
    write_history(at=now())
    assert (list(DemandDay.objects.values_list()), list(StockOut.objects.values_list())) == before


def test_another_time_zone_writes_the_days_anew_and_keeps_what_was_imported() -> None:
    house, ale = make_warehouse("MAIN"), make_product("ALE")
    move(ale, house, "receive", 100, instant(DAY))
    move(ale, house, "issue", 30, instant(DAY, 23))
    DemandDay.objects.create(product=ale, warehouse=house, day=DAY - dt.timedelta(days=9), imported=8)
    write_history(at=now())
    house.timezone = "Asia/Tokyo"
    house.save()
    write_history(at=now())
    assert history() == {
        ("MAIN", "ALE", DAY - dt.timedelta(days=9)): (0, 0),
        ("MAIN", "ALE", DAY + dt.timedelta(days=1)): (30, 0),
    }
    assert disagreements() == []


def test_real_orders_shipped_and_sent_back_agree() -> None:
    selling.make_house()
    selling.stock_with(("L1", "MAIN/A-01", 300, 200))
    selling.shipped(("ALE-330", 40))
    write_history(at=now())
    assert [units for units, _ in history().values()] == [40]
    assert disagreements() == []


def test_the_reconciliation_finds_a_falsified_day() -> None:
    house, ale = make_warehouse("MAIN"), make_product("ALE")
    move(ale, house, "receive", 100, instant(DAY))
    move(ale, house, "issue", 30, instant(DAY))
    write_history(at=now())
    DemandDay.objects.update(shipped=31)
    (line,) = disagreements()
    assert "ALE" in line and "31" in line and "30" in line


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["issue", "return", "undo", "write"]),
        st.integers(0, 1),  # product
        st.integers(0, 1),  # warehouse
        st.integers(1, 50),
        st.integers(0, 24 * 40),  # hours since the beginning
    ),
    max_size=40,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_history_is_the_sum_over_movements(acts: list[tuple[str, int, int, int, int]]) -> None:
    with transaction.atomic():
        _try(acts)
        transaction.set_rollback(True)


def _try(acts: list[tuple[str, int, int, int, int]]) -> None:
    houses = [
        make_warehouse("ONE", timezone="Europe/Berlin"),
        make_warehouse("TWO", timezone="America/Chicago"),
    ]
    products = [make_product(), make_product()]
    start = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)  # over the change of the clocks
    for product in products:
        for house in houses:
            move(product, house, "receive", 10_000, start)
    done: list[Movement] = []
    for what, product, house, units, hours in acts:
        at = start + dt.timedelta(hours=hours)
        if what == "write":
            write_history(at=now())
        elif what == "undo":
            free = [one for one in done if not Movement.objects.filter(reverses=one).exists()]
            if free:
                done.append(undo(free[units % len(free)], at))
        else:
            done.append(move(products[product], houses[house], what, units, at))
    write_history(at=now())
    expected: dict[tuple[str, str, dt.date], list[int]] = defaultdict(lambda: [0, 0])
    for one in Movement.objects.exclude(kind="receive"):
        sign, root = 1, one
        while root.reverses is not None:
            sign, root = -sign, root.reverses
        place = root.to_location if root.kind == "issue" else root.from_location
        house_ = place.warehouse
        day = root.moved_at.astimezone(ZoneInfo(house_.timezone)).date()
        expected[house_.code, root.product.sku, day][root.kind == "return"] += sign * one.quantity
    assert history() == {key: tuple(units) for key, units in expected.items() if any(units)}
    assert disagreements() == []


# ---- stock-outs -----------------------------------------------------------------------------------
def spans() -> list[tuple[dt.date, dt.date | None]]:
    return list(StockOut.objects.order_by("first_date").values_list("first_date", "last_date"))


def day(number: int) -> dt.date:
    return DAY + dt.timedelta(days=number)


def test_evenings_with_nothing_to_sell_are_spans_however_often_they_are_looked_at() -> None:
    house, ale = make_warehouse("MAIN"), make_product("ALE")
    move(ale, house, "receive", 10, instant(day(0)))
    move(ale, house, "issue", 10, instant(day(2)))
    move(ale, house, "receive", 10, instant(day(5)), lot="L2", last_sale=day(8))
    move(ale, house, "receive", 10, instant(day(12)), lot="L3")
    for number in (1, 2, 3, 7, 9, 10, 14, 14):
        write_history(at=instant(day(number)))
    stepwise = spans()
    StockOut.objects.all().delete()
    HistoryMark.objects.update(closed_until=None)
    write_history(at=instant(day(14)))
    assert stepwise == spans() == [(day(2), day(4)), (day(9), day(11))]


def test_what_is_held_cannot_be_sold_and_what_was_never_there_is_not_missing() -> None:
    house, ale, stout = make_warehouse("MAIN"), make_product("ALE"), make_product("STOUT")
    move(ale, house, "receive", 10, instant(day(0)))
    Hold.objects.create(
        operation_id="0" * 32,
        lot=lot_of(ale),
        scope="everywhere",
        reason="cloudy",
        held_at=instant(day(3)),
        held_by="boss",
        released_at=instant(day(6)),
    )
    write_history(at=instant(day(10)))
    assert spans() == [(day(3), day(5))]
    assert not StockOut.objects.filter(product=stout).exists()


# ---- PostgreSQL: ids are handed out before transactions commit ------------------------------------
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_movement_that_commits_late_is_waited_for() -> None:
    house, ale = make_warehouse("MAIN"), make_product("ALE")
    move(ale, house, "receive", 100, instant(DAY))
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            move(ale, house, "issue", 3, instant(DAY))
            written.set()
            go_on.wait(5)
        connection.close()

    other = make_product("STOUT")
    thread = threading.Thread(target=slow)
    thread.start()
    written.wait(5)
    move(other, house, "receive", 50, instant(DAY))  # a higher id, committed at once
    threading.Timer(0.3, go_on.set).start()
    write_history(at=now())
    thread.join()
    assert history() == {("MAIN", "ALE", DAY): (3, 0)}


@pytest.mark.django_db(transaction=True)
def test_two_who_write_history_at_once_add_nothing_twice() -> None:
    from tests.promises.threads import together

    house, ale = make_warehouse("MAIN"), make_product("ALE")
    move(ale, house, "receive", 100, instant(DAY))
    move(ale, house, "issue", 30, instant(DAY))
    together([lambda: write_history(at=now())] * 4)
    assert history() == {("MAIN", "ALE", DAY): (30, 0)}
    assert disagreements() == []
