"""The demonstration at its small scale: the same every time, keeping every promise, with the trouble it is to show."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.db.models import Sum

from stillage.accounts.models import User
from stillage.audit.models import Entry
from stillage.catalogue.gtin import normalise_gtin
from stillage.catalogue.models import Pack, Product
from stillage.core.actor import service
from stillage.core.clock import now
from stillage.counting.models import Count, CountEntry
from stillage.demo import fill_if_empty
from stillage.demo.site import TIMEZONE
from stillage.demo.story import Story, make_story
from stillage.places.models import VIRTUAL, Location
from stillage.purchasing.models import (
    AdvanceNotice,
    Discrepancy,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    SupplierReturn,
)
from stillage.sales.models import HandlingUnit, SalesOrder, SalesOrderLine, ShipmentLine
from stillage.stock import queries
from stillage.stock.models import Allocation, Balance, Hold, Movement
from stillage.stock.reconcile import disagreements
from stillage.transfers.models import Transfer

DAY = dt.date(2026, 3, 2)
AT = now()


def digest(rows: Iterable[Any]) -> str:
    return hashlib.sha256("\n".join(map(repr, rows)).encode()).hexdigest()


@pytest.fixture(scope="module")
def story() -> Story:
    return make_story(today=DAY, scale="small")


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any) -> Any:
    """One filled database for all the tests that only look; taken away by rolling back."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert fill_if_empty(scale="small", at=AT)
        yield
        transaction.set_rollback(True)


def test_the_same_seed_and_day_tell_the_same_story(story: Story) -> None:
    again = make_story(today=DAY, scale="small")
    assert digest([again.products, again.lots, again.moved, again.places, again.customers]) == digest(
        [story.products, story.lots, story.moved, story.places, story.customers]
    )
    assert digest(make_story(today=DAY, scale="small", seed=1).moved) != digest(story.moved)


@pytest.mark.parametrize("later", range(7))
def test_whatever_the_weekday_the_buildings_are_full_and_the_trouble_is_there(later: int) -> None:
    today = DAY + dt.timedelta(days=later)
    told = make_story(today=today, scale="small")
    on_hand: dict[tuple[int, str], int] = {}
    for one in told.moved:
        on_hand[one.lot, one.source] = on_hand.get((one.lot, one.source), 0) - one.units
        on_hand[one.lot, one.target] = on_hand.get((one.lot, one.target), 0) + one.units
    here = {lot for (lot, place), units in on_hand.items() if units > 0 and "~" not in place}
    dates = {lot: told.lots[lot].best_before_date or told.lots[lot].expiry_date for lot in here}
    stocked = {told.lots[lot].product for lot in here}
    assert len(told.products) * 0.8 <= len(stocked) < len(told.products)
    assert 1 <= sum(1 for date in dates.values() if date is not None and date < today) <= 6
    assert (
        sum(
            1
            for date in dates.values()
            if date is not None and today <= date <= today + dt.timedelta(days=30)
        )
        >= 2
    )
    assert told.moved[-1].at < dt.datetime.combine(today, dt.time(), dt.UTC).timestamp() - 5 * 3600


def test_the_story_does_not_depend_on_the_interpreters_hash_seed(story: Story) -> None:
    program = (
        "import django, datetime, hashlib; django.setup()\n"
        "from stillage.demo.story import make_story\n"
        "s = make_story(today=datetime.date(2026, 3, 2), scale='small')\n"
        "print(hashlib.sha256('\\n'.join(map(repr, s.moved)).encode()).hexdigest())"
    )
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "4711",
        "DJANGO_SETTINGS_MODULE": "stillage.config.settings.test",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    other = subprocess.run(
        [sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True
    )
    assert other.stdout.strip() == digest(story.moved)


def test_what_is_written_is_what_was_told(filled: None) -> None:
    today = AT.astimezone(ZoneInfo(TIMEZONE)).date()
    told = make_story(today=today, scale="small")
    written = Movement.objects.order_by("id").values_list(
        "kind",
        "product__sku",
        "lot__number",
        "from_location__full_code",
        "to_location__full_code",
        "quantity",
        "moved_at",
    )[: len(told.moved)]
    assert digest(written) == digest(
        (
            one.kind,
            told.products[told.lots[one.lot].product].sku,
            told.lots[one.lot].number,
            one.source,
            one.target,
            one.units,
            dt.datetime.fromtimestamp(one.at, dt.UTC),
        )
        for one in told.moved
    )


def test_every_gtin_is_valid_its_own_and_in_the_demonstration_range(filled: None) -> None:
    gtins = list(Pack.objects.values_list("gtin", flat=True))
    assert len(gtins) > 60
    for one in gtins:
        assert one is not None
        assert normalise_gtin(one) == one
        assert one[1:4] == "952"


def test_each_balance_is_the_sum_of_its_movements(filled: None) -> None:
    sums: dict[tuple[int, int], int] = {}
    for lot, source, target, units in Movement.objects.values_list(
        "lot_id", "from_location_id", "to_location_id", "quantity"
    ):
        sums[lot, source] = sums.get((lot, source), 0) - units
        sums[lot, target] = sums.get((lot, target), 0) + units
    balances = {
        (lot, place): units
        for lot, place, units in Balance.objects.values_list("lot_id", "location_id", "on_hand")
    }
    virtual = _virtual()
    assert balances == {key: units for key, units in sums.items() if key[1] not in virtual}
    by_lot: dict[int, int] = {}
    for (lot, _), units in sums.items():
        by_lot[lot] = by_lot.get(lot, 0) + units
    assert set(by_lot.values()) == {0}


def _virtual() -> set[int]:
    return set(Location.objects.filter(kind__in=VIRTUAL).values_list("id", flat=True))


def test_the_books_agree(filled: None) -> None:
    assert disagreements(seal=False) == []


def test_no_place_ever_held_less_than_nothing(filled: None) -> None:
    virtual = _virtual()
    on_hand: dict[tuple[int, int], int] = {}
    for lot, source, target, units in Movement.objects.order_by("moved_at", "id").values_list(
        "lot_id", "from_location_id", "to_location_id", "quantity"
    ):
        on_hand[lot, target] = on_hand.get((lot, target), 0) + units
        if source not in virtual:
            on_hand[lot, source] = on_hand.get((lot, source), 0) - units
            assert on_hand[lot, source] >= 0


def test_nothing_was_shipped_past_its_date(filled: None) -> None:
    shipped = Movement.objects.filter(kind="issue").values_list("moved_at", "lot__last_sale_date")
    assert shipped
    assert all(moved_at.date() <= last_sale for moved_at, last_sale in shipped)


def test_nothing_happened_in_the_future(filled: None) -> None:
    assert not Movement.objects.filter(moved_at__gt=AT).exists()
    assert Movement.objects.filter(moved_at__gt=AT - dt.timedelta(hours=6)).count() > 10


def test_promised_units_are_those_of_open_allocations(filled: None) -> None:
    assert Balance.objects.aggregate(units=Sum("allocated")) == Allocation.objects.aggregate(
        units=Sum("quantity")
    )
    assert Allocation.objects.exists()


def test_every_promise_and_every_shipment_has_its_order(filled: None) -> None:
    owed = set(SalesOrderLine.objects.values_list("demand_id", flat=True))
    assert set(Allocation.objects.values_list("demand_id", flat=True)) <= owed
    issued = Movement.objects.filter(kind="issue")
    assert set(issued.values_list("demand_id", flat=True)) <= owed
    assert issued.aggregate(units=Sum("quantity")) == ShipmentLine.objects.aggregate(units=Sum("quantity"))


def test_there_are_orders_in_every_state_and_their_numbers_have_no_gap(filled: None) -> None:
    states = set(SalesOrder.objects.values_list("status", flat=True))
    assert states >= {"draft", "allocated", "picking", "packed", "shipped", "closed", "cancelled"}
    numbers = sorted(SalesOrder.objects.values_list("number", flat=True))
    assert numbers == [f"SO-{number:06d}" for number in range(1, len(numbers) + 1)]
    assert not SalesOrder.objects.filter(created_at__gt=AT).exists()
    assert HandlingUnit.objects.filter(shipment__isnull=False).exists(), "a pallet left with its SSCC"


def test_every_delivery_has_its_order_and_its_cost(filled: None) -> None:
    received = Movement.objects.filter(kind="receive")
    assert received.exists()
    assert not received.filter(demand_id=None).exists()
    lines = ReceiptLine.objects.all()
    assert received.aggregate(units=Sum("quantity")) == lines.aggregate(units=Sum("quantity"))
    assert not lines.filter(order_line=None).exists()
    assert not lines.filter(unit_cost=None).exists()
    references = set(received.values_list("reference", flat=True))
    assert references == set(Receipt.objects.filter(lines__isnull=False).values_list("number", flat=True))


def test_there_are_purchases_in_every_state_and_their_numbers_have_no_gap(filled: None) -> None:
    today = AT.astimezone(ZoneInfo(TIMEZONE)).date()
    states = set(PurchaseOrder.objects.values_list("status", flat=True))
    assert states >= {"draft", "placed", "partly_received", "received", "closed"}
    for model, prefix in ((PurchaseOrder, "PO"), (Receipt, "GR"), (SupplierReturn, "SR")):
        numbers = sorted(model._default_manager.values_list("number", flat=True))  # type: ignore[attr-defined]
        assert numbers == [f"{prefix}-{number:06d}" for number in range(1, len(numbers) + 1)]
        assert not model._default_manager.filter(created_at__gt=AT).exists()  # type: ignore[attr-defined]
    placed = PurchaseOrder.objects.filter(status="placed")
    assert placed.filter(expected_date__lt=today).exists(), "one is late"
    assert placed.filter(expected_date__gt=today).exists(), "others are to come"
    open_ones = Discrepancy.objects.filter(settled_at=None)
    assert set(open_ones.values_list("kind", flat=True)) >= {"short", "damaged"}
    assert set(SupplierReturn.objects.values_list("status", flat=True)) == {"draft", "dispatched"}
    assert Receipt.objects.filter(status="open").count() == 1, "the truck at the dock"


def test_a_truck_is_announced_pallet_by_pallet(filled: None) -> None:
    (notice,) = AdvanceNotice.objects.filter(status="open")
    assert notice.expected_date == AT.astimezone(ZoneInfo(TIMEZONE)).date()
    assert notice.units.count() == 3
    announced = notice.lines.aggregate(units=Sum("quantity"))["units"]
    assert notice.order is not None
    assert announced == notice.order.lines.aggregate(units=Sum("quantity"))["units"]


def test_something_is_on_its_way_to_leeds(filled: None) -> None:
    assert set(Transfer.objects.values_list("status", flat=True)) == {"dispatched"}
    assert Balance.objects.filter(location__kind="transit", on_hand__gt=0).exists()


def test_a_count_goes_on(filled: None) -> None:
    (count,) = Count.objects.all()
    assert count.status == "open"
    assert count.places.exclude(done_at=None).count() == 3
    assert CountEntry.objects.filter(count=count).exists()


def test_the_trouble_is_there_to_be_seen(filled: None) -> None:
    days = queries.warehouse_days(service("test"))
    counts = queries.FreeStock(days).counts()
    assert counts["expiring"] >= 2
    assert counts["expired"] >= 1
    assert counts["out"] >= 1
    assert counts["held"] >= 3
    assert Hold.objects.filter(released_at__isnull=True).exclude(reason="").count() == 6, (
        "five, and the crushed case"
    )


def test_the_people_are_there_and_what_they_did_is_in_the_audit_trail(filled: None) -> None:
    names = {"admin", "manager", "buyer", "sales", "picker", "auditor"}
    assert set(User.objects.values_list("username", flat=True)) == names
    actions = set(Entry.objects.values_list("action", flat=True))
    assert {
        "demonstration.fill", "stock.load_history", "stock.receive", "stock.move", "stock.adjust", "stock.scrap",
        "stock.hold", "stock.release", "stock.allocate", "stock.issue", "stock.reverse",
    } <= actions  # fmt: skip


def test_products_are_of_every_kind(filled: None) -> None:
    assert Product.objects.filter(status="discontinued").exists()
    assert Product.objects.filter(lot_tracked=False).exists()
    assert {"can", "bottle", "keg"} <= set(Product.objects.values_list("base_unit", flat=True))
    assert Product.objects.filter(sku="HPA-330", name="Harrow Pale Ale").exists()
