"""Picking: a walk is laid out, claimed and worked off; what is wrong is said with both sides and changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stillage.audit.models import Entry
from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.places.models import Location
from stillage.sales import operations
from stillage.sales.models import PickList, PickTask
from stillage.stock import operations as stock
from stillage.stock.models import Allocation, Balance, Movement
from stillage.stock.reconcile import disagreements
from tests import selling
from tests.builders import BOSS, make_location
from tests.selling import codes, refused

pytestmark = pytest.mark.django_db
ANN = Actor(user_id=11, username="ann", permissions=frozenset({"picking.run"}))
BEN = Actor(user_id=12, username="ben", permissions=frozenset({"picking.run"}))


@pytest.fixture(autouse=True)
def _house() -> Any:
    selling.make_house()
    yield
    assert disagreements(seal=False) == []


def on_hand(place: str, lot: str) -> tuple[int, int]:
    found = Balance.objects.filter(location__full_code=place, lot__number=lot).first()
    return (found.on_hand, found.allocated) if found else (0, 0)


# ---- the walk -----------------------------------------------------------------------------------
def test_a_list_takes_its_tasks_in_walking_order_and_the_order_is_being_picked() -> None:
    selling.stock_with(("L2", "MAIN/A-03", 10, 40), ("L1", "MAIN/A-02", 10, 90), ("L3", "MAIN/A-01", 50, 200))
    order = selling.allocated(("ALE-330", 60))
    one = selling.listed(order)
    assert one.number == "PL-000001"
    assert [(task.location.code, task.lot.number, task.quantity) for task in selling.tasks_of(one)] == [
        ("A-01", "L3", 40),
        ("A-02", "L1", 10),
        ("A-03", "L2", 10),
    ]
    assert selling.fresh(order).status == "picking"


def test_what_is_on_a_list_is_not_put_on_another() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 100, 90))
    order = selling.allocated(("ALE-330", 60))
    selling.listed(order)
    assert refused(lambda: selling.listed(order)).code == "nothing_to_pick"


def test_a_wave_needs_orders_that_can_be_picked_of_one_warehouse() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 100, 90))
    draft, good = selling.make_order(("ALE-330", 5)), selling.allocated(("ALE-330", 5))
    refusal = refused(lambda: selling.listed(good, draft))
    assert refusal.code == "impossible_step"
    assert refusal.faults[0].pointer == "/orders/1"
    selling.make_house("NORTH")
    selling.receive("ALE-330", "L1", quantity=5, location="NORTH/A-01", expiry_date=selling.in_days(90))
    there = selling.allocated(("ALE-330", 5), warehouse="NORTH")
    assert refused(lambda: selling.listed(good, there)).code == "several_warehouses"


def test_without_a_staging_place_nobody_is_sent_for_anything() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 100, 90))
    order = selling.allocated(("ALE-330", 5))
    Location.objects.filter(code="STAGE").update(is_active=False)
    assert refused(lambda: selling.listed(order)).code == "no_staging_place"
    for name, code in (
        ("MAIN/A-01", "not_staging"),
        ("MAIN/STAGE", "location_closed"),
        ("X", "unknown_location"),
    ):

        def make(name: str = name) -> PickList:
            return operations.make_pick_list(actor=BOSS, orders=[order.pk], staging_location=name, at=now())

        assert refused(make).code == code


# ---- claims -------------------------------------------------------------------------------------
def test_a_claim_is_kept_until_it_is_worked_off_and_nobody_else_gets_it() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 10, 40), ("L2", "MAIN/A-02", 10, 90))
    one = selling.listed(selling.allocated(("ALE-330", 20)))
    first, second = selling.tasks_of(one)
    assert operations.claim(actor=ANN, pick_list=one.number, at=now())[1] == first.pk
    assert operations.claim(actor=ANN, pick_list=one.pk, at=now())[1] == first.pk, "the same again"
    assert operations.claim(actor=BEN, pick_list=one.pk, at=now())[1] == second.pk
    refusal = refused(
        lambda: operations.pick(actor=BEN, pick_list=one.pk, lines=[selling.scan_of(first)], at=now())
    )
    assert refusal.code == "not_yours"
    assert "ann is on the way to A-01" in refusal.detail
    assert refused(lambda: operations.release(actor=BEN, pick_list=one.pk, task=first.pk, at=now())).code == (
        "not_yours"
    )
    operations.release(actor=ANN, pick_list=one.pk, task=first.pk, at=now())
    operations.pick(actor=BEN, pick_list=one.pk, lines=[selling.scan_of(second)], at=now())
    assert operations.claim(actor=BEN, pick_list=one.pk, at=now())[1] == first.pk
    assert operations.claim(actor=ANN, pick_list=one.pk, at=now())[1] is None, "none are left"


# ---- a pick -------------------------------------------------------------------------------------
def test_a_pick_moves_the_units_to_staging_where_they_stay_promised() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 100, 90))
    order = selling.allocated(("ALE-330", 60))
    one = selling.listed(order)
    (task,) = selling.tasks_of(one)
    operations.pick(actor=ANN, pick_list=one.pk, lines=[selling.scan_of(task, 24)], at=now())
    assert (on_hand("MAIN/A-01", "L1"), on_hand("MAIN/STAGE", "L1")) == ((76, 36), (24, 24))
    operations.pick(actor=ANN, pick_list=one.pk, lines=[selling.scan_of(task, 36)], at=now())
    assert on_hand("MAIN/STAGE", "L1") == (60, 60)
    one.refresh_from_db()
    task.refresh_from_db()
    assert (one.status, task.picked, task.finished_at is not None, task.claimed_name) == (
        "done",
        60,
        True,
        "ann",
    )
    assert Movement.objects.filter(kind="pick", reference=order.number).count() == 2
    told = Entry.objects.filter(action="sales_order.pick", object_id=str(order.pk))
    assert [row.username for row in told] == ["ann", "ann"]


def test_a_place_may_be_named_by_its_code_alone_and_a_lot_left_out_where_there_is_one() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 10, 90))
    one = selling.listed(selling.allocated(("ALE-330", 10)))
    (task,) = selling.tasks_of(one)
    line = replace(selling.scan_of(task), location="A-01", lot=None)
    operations.pick(actor=ANN, pick_list=one.pk, lines=[line], at=now())
    assert on_hand("MAIN/STAGE", "L1") == (10, 10)


def test_where_several_lots_lie_the_lot_must_be_said() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 10, 90), ("L2", "MAIN/A-01", 10, 95))
    one = selling.listed(selling.allocated(("ALE-330", 10)))
    (task,) = selling.tasks_of(one)
    line = replace(selling.scan_of(task), lot=None)
    refusal = refused(lambda: operations.pick(actor=ANN, pick_list=one.pk, lines=[line], at=now()))
    assert refusal.code == "lot_required"
    assert "2 lots of ALE-330 lie at A-01" in refusal.detail


def test_every_mistake_is_said_with_both_sides() -> None:
    ale = selling.make_product("ALE-330")
    receive = {"quantity": 50, "location": "MAIN/A-01"}
    best, later = selling.in_days(90), selling.in_days(200)
    selling.receive(ale, "L24A", best_before_date=best, **receive)
    selling.receive(ale, "L24B", best_before_date=later, **receive)
    selling.stock_with(("S1", "MAIN/A-02", 50, 90), sku="STOUT-500")
    one = selling.listed(selling.allocated(("ALE-330", 12)))
    (task,) = selling.tasks_of(one)
    good = selling.scan_of(task)

    def wrong(**fields: Any) -> str:
        line = replace(good, **fields)
        return refused(lambda: operations.pick(actor=ANN, pick_list=one.pk, lines=[line], at=now())).detail

    assert wrong(location="MAIN/A-03") == "Want A-01. You are at A-03."
    assert wrong(location="NOWHERE") == "Want A-01. You are at NOWHERE, which is no place here."
    assert wrong(lot="L24B") == f"Want lot L24A (best before {best}). You have L24B (best before {later})."
    assert wrong(lot="L99") == f"Want lot L24A (best before {best}). You have L99, which is not known here."
    assert wrong(product="STOUT-500", lot="S1").startswith("Want ALE-330 Harrow Pale Ale")
    assert "You have STOUT-500 Harrow" in wrong(product="STOUT-500", lot="S1")
    assert wrong(quantity=13) == "Want 12 of ALE-330 here. You have 13."
    everything_wrong = replace(good, location="MAIN/A-03", lot="L24B", quantity=13)
    refusal = refused(
        lambda: operations.pick(actor=ANN, pick_list=one.pk, lines=[everything_wrong], at=now())
    )
    assert sorted(codes(refusal)) == ["too_many", "wrong_location", "wrong_lot"]
    assert refusal.faults[1].meta["ways_out"] == ["put_back", "use_lot"]
    operations.pick(actor=ANN, pick_list=one.pk, lines=[good], at=now())
    again = refused(lambda: operations.pick(actor=ANN, pick_list=one.pk, lines=[good], at=now()))
    assert again.code == "already_picked"


def test_two_lines_of_one_task_together_take_no_more_than_is_open() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 100, 90))
    one = selling.listed(selling.allocated(("ALE-330", 12)))
    (task,) = selling.tasks_of(one)
    lines = [selling.scan_of(task, 8), selling.scan_of(task, 8)]
    refusal = refused(lambda: operations.pick(actor=ANN, pick_list=one.pk, lines=lines, at=now()))
    assert (refusal.code, refusal.faults[0].pointer) == ("too_many", "/lines/1/quantity")


def test_a_hold_put_on_in_between_refuses_the_pick_and_offers_short() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 20, 90), ("L2", "MAIN/A-02", 20, 95))
    one = selling.listed(selling.allocated(("ALE-330", 12)))
    (task,) = selling.tasks_of(one)
    stock.hold(actor=BOSS, lines=[stock.HoldLine("ALE-330", "cloudy", "L1")], at=now())
    refusal = refused(
        lambda: operations.pick(actor=ANN, pick_list=one.pk, lines=[selling.scan_of(task)], at=now())
    )
    assert refusal.code == "lot_held"
    assert refusal.faults[0].meta["ways_out"] == ["short"]
    done = operations.short(actor=ANN, pick_list=one.pk, task=task.pk, quantity=12, reason="held", at=now())
    (new,) = PickTask.objects.filter(pk__in=done.new_tasks)
    assert (new.lot.number, new.location.code, new.quantity, done.backordered) == ("L2", "A-02", 12, 0)


def test_a_lot_too_old_for_the_delivery_is_not_picked() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 20, 10))
    order = selling.allocated(("ALE-330", 12))
    one = selling.listed(order)
    (task,) = selling.tasks_of(one)
    order.delivery_date = selling.in_days(30)
    order.save()
    refusal = refused(
        lambda: operations.pick(actor=ANN, pick_list=one.pk, lines=[selling.scan_of(task)], at=now())
    )
    assert refusal.code == "lot_expired"


# ---- short, undo, cancel, another lot -----------------------------------------------------------
def test_short_promises_from_another_place_and_never_from_the_same() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 100, 40), ("L2", "MAIN/A-02", 4, 90))
    order = selling.allocated(("ALE-330", 12))
    one = selling.listed(order)
    (task,) = selling.tasks_of(one)
    operations.pick(actor=ANN, pick_list=one.pk, lines=[selling.scan_of(task, 2)], at=now())
    done = operations.short(
        actor=ANN, pick_list=one.pk, task=task.pk, quantity=10, reason="empty", found=2, at=now()
    )
    assert done.backordered == 6, "88 more lie at A-01 by the book, but nobody found them there"
    assert [(new.lot.number, new.quantity) for new in PickTask.objects.filter(pk__in=done.new_tasks)] == [
        ("L2", 4)
    ]
    assert sum(Allocation.objects.values_list("quantity", flat=True)) == 6
    told = Entry.objects.get(action="sales_order.short")
    assert '"backordered":6' in (told.after or "") and '"reason":"empty"' in (told.after or "")


def test_short_of_everything_leaves_a_backordered_order_and_a_finished_list() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 12, 40))
    order = selling.allocated(("ALE-330", 12))
    one = selling.listed(order)
    (task,) = selling.tasks_of(one)
    refusal = refused(
        lambda: operations.short(actor=ANN, pick_list=one.pk, task=task.pk, quantity=13, reason="x", at=now())
    )
    assert refusal.code == "too_many"
    operations.short(actor=ANN, pick_list=one.pk, task=task.pk, quantity=12, reason="broken", at=now())
    one.refresh_from_db()
    assert (one.status, selling.fresh(order).status) == ("done", "allocated")
    assert not Allocation.objects.exists()


def test_undo_brings_the_units_back_and_opens_the_list_again() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 12, 40))
    order = selling.allocated(("ALE-330", 12))
    one = selling.listed(order)
    selling.pick_all(one, ANN)
    (task,) = selling.tasks_of(one)
    undo = {"pick_list": one.pk, "task": task.pk, "at": now()}
    assert refused(lambda: operations.undo_pick(actor=BEN, **undo)).code == "not_yours"
    assert refused(lambda: operations.undo_pick(actor=ANN, quantity=13, **undo)).code == "too_many"
    operations.undo_pick(actor=ANN, quantity=5, **undo)
    one.refresh_from_db()
    assert (one.status, on_hand("MAIN/STAGE", "L1"), on_hand("MAIN/A-01", "L1")) == ("open", (7, 7), (5, 5))
    operations.undo_pick(actor=ANN, **undo)
    assert on_hand("MAIN/A-01", "L1") == (12, 12)
    selling.pick_all(one, ANN)
    assert on_hand("MAIN/STAGE", "L1") == (12, 12)


def test_a_cancelled_list_leaves_what_is_picked_and_frees_the_rest_for_another() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 12, 40), ("L2", "MAIN/A-02", 12, 90))
    order = selling.allocated(("ALE-330", 24))
    one = selling.listed(order)
    operations.pick(actor=ANN, pick_list=one.pk, lines=[selling.scan_of(selling.tasks_of(one)[0])], at=now())
    operations.cancel_pick_list(actor=BOSS, pick_list=one.pk, reason="break", at=now())
    assert selling.fresh(order).status == "picking", "something is picked"
    assert refused(lambda: operations.claim(actor=ANN, pick_list=one.pk, at=now())).code == "impossible_step"
    two = selling.listed(order)
    assert [task.lot.number for task in selling.tasks_of(two)] == ["L2"]
    operations.cancel_pick_list(actor=BOSS, pick_list=two.pk, reason="again", at=now())
    operations.undo_pick  # noqa: B018 - named: what is picked of a cancelled list is unpicked at the desk
    line = selling.lines_of(order)[0]
    back = operations.Unpick(line.pk, 12, "MAIN/A-03", "L1")
    operations.unpick(actor=BOSS, order=order.pk, lines=[back], at=now())
    assert (selling.fresh(order).status, on_hand("MAIN/A-03", "L1")) == ("allocated", (12, 12))


def test_the_lot_in_hand_is_used_within_the_rules() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 12, 40), ("L2", "MAIN/A-01", 12, 90), ("L0", "MAIN/A-02", 12, 1))
    order = selling.allocated(("ALE-330", 12))
    one = selling.listed(order)
    (task,) = selling.tasks_of(one)
    use = {"actor": BOSS, "pick_list": one.pk, "task": task.pk, "reason": "in front", "at": now()}
    assert refused(lambda: operations.use_lot(lot="L7", **use)).code == "unknown_lot"
    assert refused(lambda: operations.use_lot(lot="L1", **use)).code == "same_lot"
    assert refused(lambda: operations.use_lot(lot="L0", location="A-02", **use)).code == "insufficient_stock"
    _, new = operations.use_lot(lot="L2", quantity=5, **use)
    found = PickTask.objects.get(pk=new)
    assert (found.lot.number, found.quantity, found.location_id) == ("L2", 5, task.location_id)
    _, same = operations.use_lot(lot="L2", **use)
    assert same == new
    found.refresh_from_db()
    assert found.quantity == 12
    selling.pick_all(one, ANN)
    assert on_hand("MAIN/STAGE", "L2") == (12, 12)


# ---- at the desk --------------------------------------------------------------------------------
def test_an_order_is_picked_at_the_desk_whole_or_in_part() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 12, 40), ("L2", "MAIN/A-02", 12, 90))
    order = selling.allocated(("ALE-330", 20))
    line = selling.lines_of(order)[0]
    some = operations.OrderPick(line.pk, 5, "L1", "MAIN/A-01")
    operations.pick_order(actor=BOSS, order=order.number, lines=[some], at=now())
    assert on_hand("MAIN/STAGE", "L1") == (5, 5)
    too_many = [operations.OrderPick(line.pk, 8, "L1")]
    refusal = refused(lambda: operations.pick_order(actor=BOSS, order=order.pk, lines=too_many, at=now()))
    assert refusal.code == "not_promised"
    operations.pick_order(actor=BOSS, order=order.pk, at=now())
    assert on_hand("MAIN/STAGE", "L1") == (12, 12) and on_hand("MAIN/STAGE", "L2") == (8, 8)
    assert refused(lambda: operations.pick_order(actor=BOSS, order=order.pk, at=now())).code == (
        "nothing_to_pick"
    )


def test_what_somebody_walks_for_is_not_picked_at_the_desk() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 12, 40))
    order = selling.allocated(("ALE-330", 10))
    selling.listed(order)
    assert refused(lambda: operations.pick_order(actor=BOSS, order=order.pk, at=now())).code == "on_pick_list"


def test_a_cancelled_order_sends_nobody_anywhere_and_its_picked_goods_stand_free_in_staging() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 12, 40), ("L2", "MAIN/A-02", 12, 90))
    order, other = selling.allocated(("ALE-330", 20)), selling.allocated(("ALE-330", 2))
    one = selling.listed(order, other)
    first = selling.tasks_of(one)[0]
    operations.pick(actor=ANN, pick_list=one.pk, lines=[selling.scan_of(first)], at=now())
    operations.cancel(actor=BOSS, order=order.pk, reason="no thirst", at=now())
    assert on_hand("MAIN/STAGE", "L1") == (12, 0)
    assert [task.order_id for task in selling.tasks_of(one) if task.finished_at is None] == [other.pk]
    selling.pick_all(one)
    one.refresh_from_db()
    assert one.status == "done"


def test_another_warehouses_list_is_not_there() -> None:
    selling.stock_with(("L1", "MAIN/A-01", 12, 40))
    one = selling.listed(selling.allocated(("ALE-330", 10)))
    stranger = replace(ANN, warehouse_ids=frozenset({9_999}))
    assert (
        refused(lambda: operations.claim(actor=stranger, pick_list=one.number, at=now())).code == "not_found"
    )
    make_location(one.warehouse, "STAGE-2", kind="staging")
    elsewhere = {"actor": stranger, "orders": ["SO-000001"], "at": now()}
    assert refused(lambda: operations.make_pick_list(**elsewhere)).code == "unknown_order"
