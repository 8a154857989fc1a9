"""Packing and shipping: only what is picked leaves, once, with its lots frozen; the rest waits or is given up."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from stillage.audit.models import Entry
from stillage.core.clock import now
from stillage.documents import sscc
from stillage.sales import operations
from stillage.sales.models import HandlingUnit, PackedLine, Shipment, ShipmentLine
from stillage.stock import operations as stock
from stillage.stock.models import Allocation, Balance, Movement
from stillage.stock.reconcile import disagreements
from tests import selling
from tests.builders import BOSS
from tests.selling import codes, refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _house() -> Any:
    selling.make_house()
    yield
    assert disagreements(seal=False) == []


def ship(order: Any, **given: Any) -> Shipment:
    return operations.ship(actor=BOSS, order=order.pk, at=now(), **given)


# ---- packing ------------------------------------------------------------------------------------
def test_units_get_numbers_that_follow_each_other_and_may_leave_the_rest_loose() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 10, 40), ("L2", "MAIN/A-02", 30, 90))
    order = selling.picked(("ALE-330", 30))
    line = selling.lines_of(order)[0]
    pallet = operations.Unit(
        "pallet", [operations.UnitLine(line.pk, 8, "L1"), operations.UnitLine(line.pk, 12, "L2")]
    )
    carton = operations.Unit("carton", [operations.UnitLine(line.pk, 2, "L1")])
    operations.pack(actor=BOSS, order=order.pk, units=[pallet, carton], at=now())
    one, two = HandlingUnit.objects.order_by("pk")
    assert (one.kind, two.kind, selling.fresh(order).status) == ("pallet", "carton", "packed")
    assert [sscc.serial_of(unit.sscc, company_prefix="9521000") for unit in (one, two)] == [1, 2]
    assert sorted(PackedLine.objects.filter(handling_unit=one).values_list("lot__number", "quantity")) == [
        ("L1", 8),
        ("L2", 12),
    ]
    told = Entry.objects.get(action="sales_order.pack")
    assert '"loose":8' in (told.after or "") and one.sscc in (told.after or "")


def test_no_more_is_packed_than_is_picked_and_every_fault_is_said() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 10, 40), ("L2", "MAIN/A-02", 30, 90))
    order = selling.picked(("ALE-330", 30))
    line = selling.lines_of(order)[0]
    unit = operations.Unit(
        "pallet",
        [
            operations.UnitLine(line.pk, 11, "L1"),
            operations.UnitLine(line.pk, 1),
            operations.UnitLine(line.pk, 1, "L9"),
            operations.UnitLine(line.pk + 1, 1),
        ],
    )
    refusal = refused(lambda: operations.pack(actor=BOSS, order=order.pk, units=[unit], at=now()))
    assert codes(refusal) == ["too_many", "lot_required", "not_picked", "not_picked"]
    twice = [operations.Unit("pallet", [operations.UnitLine(line.pk, 6, "L1")])] * 2
    refusal = refused(lambda: operations.pack(actor=BOSS, order=order.pk, units=twice, at=now()))
    assert refusal.faults[0].pointer == "/units/1/lines/0/quantity"


def test_an_order_is_not_packed_before_it_is_picked_or_while_somebody_walks_for_it() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 10, 40), ("L2", "MAIN/A-02", 30, 90))
    order = selling.allocated(("ALE-330", 30))
    pack: dict[str, Any] = {"actor": BOSS, "order": order.pk, "at": now()}
    assert refused(lambda: operations.pack(**pack)).code == "impossible_step"
    one = selling.listed(order)
    assert refused(lambda: operations.pack(**pack)).code == "nothing_picked"
    operations.pick(actor=BOSS, pick_list=one.pk, lines=[selling.scan_of(selling.tasks_of(one)[0])], at=now())
    assert refused(lambda: operations.pack(**pack)).code == "still_picking"
    operations.cancel_pick_list(actor=BOSS, pick_list=one.pk, reason="enough", at=now())
    operations.pack(**pack)
    refusal = refused(lambda: operations.pack(**pack))
    assert "is packed; it can be" in refusal.detail


def test_what_is_packed_is_not_touched_by_pickers_until_it_is_unpacked() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 10, 40))
    order = selling.allocated(("ALE-330", 10))
    one = selling.listed(order)
    selling.pick_all(one)
    line, (task,) = selling.lines_of(order)[0], selling.tasks_of(one)
    unit = operations.Unit("pallet", [operations.UnitLine(line.pk, 10)])
    operations.pack(actor=BOSS, order=order.pk, units=[unit], at=now())
    refusal = refused(lambda: operations.undo_pick(actor=BOSS, pick_list=one.pk, task=task.pk, at=now()))
    assert refusal.code == "impossible_step" and "unpacked" in refusal.detail
    operations.unpack(actor=BOSS, order=order.pk, at=now())
    assert selling.fresh(order).status == "picking"
    assert not HandlingUnit.objects.exists()
    operations.undo_pick(actor=BOSS, pick_list=one.pk, task=task.pk, at=now())
    assert selling.fresh(order).status == "picking", "the list is open again"


# ---- shipping -----------------------------------------------------------------------------------
def test_what_is_shipped_is_frozen_and_leaves_once() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 10, 40), ("L2", "MAIN/A-02", 30, 90))
    order = selling.picked(("ALE-330", 30))
    line = selling.lines_of(order)[0]
    unit = operations.Unit("pallet", [operations.UnitLine(line.pk, 10, "L1")])
    operations.pack(actor=BOSS, order=order.pk, units=[unit], at=now())
    shipment = ship(order, carrier="Harrow Haulage", tracking_number="T1")
    assert shipment.number == "SH-000001"
    assert (shipment.customer_name, shipment.customer_address) == ("The Pub", "York")
    rows = ShipmentLine.objects.filter(shipment=shipment).order_by("pk")
    assert [(row.lot_number, row.quantity, row.expiry_date) for row in rows] == [
        ("L1", 10, selling.in_days(40)),
        ("L2", 20, selling.in_days(90)),
    ]
    line = selling.lines_of(order)[0]
    order = selling.fresh(order)
    assert (line.shipped, order.status, order.shipped_at is not None) == (30, "shipped", True)
    assert HandlingUnit.objects.get().shipment_id == shipment.pk
    assert not Allocation.objects.exists()
    assert (
        sum(
            Movement.objects.filter(kind="issue", demand_id=line.demand_id).values_list("quantity", flat=True)
        )
        == 30
    )
    refusal = refused(lambda: ship(order))
    assert refusal.code == "impossible_step"
    assert refusal.faults[0].meta["possible_steps"] == ["close", "return"]
    with pytest.raises(DatabaseError), transaction.atomic():
        ShipmentLine.objects.filter(shipment=shipment).update(quantity=1)


def test_a_lot_held_since_it_was_picked_does_not_leave() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 10, 40), ("L2", "MAIN/A-02", 30, 90))
    order = selling.packed(("ALE-330", 30))
    held = [stock.HoldLine("ALE-330", "recalled", lot) for lot in ("L1", "L2")]
    stock.hold(actor=BOSS, lines=held, at=now())
    assert codes(refused(lambda: ship(order))) == ["lot_held", "lot_held"]
    stock.release(
        actor=BOSS, lines=[stock.ReleaseLine("ALE-330", "L1"), stock.ReleaseLine("ALE-330", "L2")], at=now()
    )
    ship(order)


def test_a_later_delivery_looks_at_the_dates_again() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 10, 40))
    selling.make_customer("SHOP", minimum_remaining_days=20)
    order = selling.packed(("ALE-330", 10), customer="SHOP")
    assert refused(lambda: ship(order, delivery_date=selling.in_days(21))).code == "lot_expired"
    assert ship(order, delivery_date=selling.in_days(20)).delivery_date == selling.in_days(20)


def test_a_late_order_is_delivered_today_at_the_earliest() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 10, 40))
    order = selling.packed(("ALE-330", 10))
    assert ship(order, delivery_date=dt.date(2020, 1, 1)).delivery_date == now().date()


def test_the_rest_waits_as_a_backorder_and_is_shipped_later() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 10, 40))
    order = selling.packed(("ALE-330", 30))
    ship(order)
    order, line = selling.fresh(order), selling.lines_of(order)[0]
    assert (order.status, line.shipped, line.cancelled) == ("allocated", 10, 0)
    selling.receive("ALE-330", "L2", quantity=50, expiry_date=selling.in_days(90))
    operations.allocate(actor=BOSS, order=order.pk, at=now())
    operations.pick_order(actor=BOSS, order=order.pk, at=now())
    operations.pack(actor=BOSS, order=order.pk, at=now())
    assert ship(order).number == "SH-000002"
    assert selling.fresh(order).status == "shipped"
    assert selling.lines_of(order)[0].shipped == 30
    assert Balance.objects.get(lot__number="L2", location__code="A-01").on_hand == 30


def test_the_rest_can_be_given_up_and_what_was_promised_for_it_is_free() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 10, 40), ("L2", "MAIN/A-02", 30, 90))
    order = selling.allocated(("ALE-330", 50), ("ALE-330", 5))
    line = selling.lines_of(order)[0]
    operations.pick_order(
        actor=BOSS, order=order.pk, lines=[operations.OrderPick(line.pk, 10, "L1")], at=now()
    )
    operations.pack(actor=BOSS, order=order.pk, at=now())
    ship(order, rest="cancel")
    first, second = selling.lines_of(order)
    assert (first.shipped, first.cancelled, second.shipped, second.cancelled) == (10, 40, 0, 5)
    assert selling.fresh(order).status == "shipped"
    assert not Allocation.objects.exists()


def test_a_cancelled_packed_order_leaves_its_goods_free_in_staging() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 10, 40))
    order = selling.packed(("ALE-330", 10))
    operations.cancel(actor=BOSS, order=order.pk, reason="closed", at=now())
    assert refused(lambda: ship(order)).code == "impossible_step"
    staged = Balance.objects.get(location__code="STAGE")
    assert (staged.on_hand, staged.allocated) == (10, 0)


def test_an_order_served_from_two_warehouses_leaves_as_one() -> None:
    selling.make_house("NORTH")
    selling.stock_with(("L1", "MAIN/A-01", 10, 40), ("L2", "NORTH/A-01", 10, 90))
    order = selling.make_order(("ALE-330", 15))
    operations.allocate(actor=BOSS, order=order.pk, warehouses=["NORTH"], at=now())
    operations.pick_order(actor=BOSS, order=order.pk, at=now())
    staged = Balance.objects.filter(location__code="STAGE", on_hand__gt=0)
    assert sorted(staged.values_list("warehouse__code", "on_hand")) == [("MAIN", 10), ("NORTH", 5)]
    operations.pack(actor=BOSS, order=order.pk, at=now())
    ship(order)
    assert selling.lines_of(order)[0].shipped == 15
