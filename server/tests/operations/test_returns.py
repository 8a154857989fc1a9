"""Returns: never more than left, with the lot that left; decided upon by rule, credited at the price sold for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from stillage.catalogue.models import Category
from stillage.core.clock import now
from stillage.sales import operations
from stillage.sales.models import (
    CreditNoteLine,
    Disposition,
    Return,
    ReturnLine,
    Shipment,
    ShipmentLine,
)
from stillage.stock import operations as stock
from stillage.stock.models import Balance, Lot, Movement
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


@pytest.fixture
def shipment() -> Shipment:
    """12 of L1 and 18 of L2."""
    selling.stock_with(("L1", "MAIN/A-01", 12, 40), ("L2", "MAIN/A-02", 30, 90))
    return selling.shipped(("ALE-330", 30))


def announce(shipment: Shipment | None = None, *lines: Any, **given: Any) -> Return:
    source = {} if shipment is None else {"shipment": shipment.number}
    return operations.announce_return(actor=BOSS, lines=list(lines), at=now(), **source, **given)


def of_lot(lot: str | None, units: int, **given: Any) -> operations.Announced:
    return operations.Announced(units, product="ALE-330", lot=lot, **given)


def receive(one: Return, *lines: Any, **given: Any) -> Return:
    return operations.receive_return(actor=BOSS, of_return=one.pk, lines=list(lines), at=now(), **given)


def line_of(one: Return) -> ReturnLine:
    return ReturnLine.objects.filter(of_return=one).order_by("position")[0]


def on_hand(place: str) -> int:
    return sum(Balance.objects.filter(location__full_code=place).values_list("on_hand", flat=True))


# ---- announced ----------------------------------------------------------------------------------
def test_a_shipments_lines_say_which_lot_comes_back(shipment: Shipment) -> None:
    row = ShipmentLine.objects.get(lot_number="L2")
    one = announce(shipment, operations.Announced(5, shipment_line=row.pk), of_lot("L1", 2), reason="late")
    assert (one.number, one.customer.code, one.warehouse.code, one.status) == (
        "RT-000001",
        "PUB",
        "MAIN",
        "expected",
    )
    lines = ReturnLine.objects.order_by("position").values_list("lot_number", "expected", "shipment_line")
    assert list(lines) == [("L2", 5, row.pk), ("L1", 2, row.pk - 1)]


def test_never_more_comes_back_than_left_all_returns_together(shipment: Shipment) -> None:
    announce(shipment, of_lot("L1", 10))
    refusal = refused(lambda: announce(shipment, of_lot("L1", 3), of_lot("L2", 19)))
    assert codes(refusal) == ["more_than_shipped", "more_than_shipped"]
    assert refusal.faults[0].detail == (
        "12 of ALE-330 lot L1 were shipped, 10 of which come back already; 3 cannot come back."
    )
    assert refused(lambda: announce(shipment, of_lot("L1", 1), of_lot("L1", 2))).faults[0].pointer == (
        "/lines/1/quantity"
    )
    two = announce(shipment, of_lot("L1", 2))
    operations.cancel_return(actor=BOSS, of_return=two.number, at=now())
    announce(shipment, of_lot("L1", 2))


def test_names_that_do_not_fit_are_all_said(shipment: Shipment) -> None:
    selling.make_customer("SHOP")
    refusal = refused(
        lambda: announce(
            shipment,
            of_lot("L9", 1),
            operations.Announced(1, shipment_line=999_999),
            of_lot(None, 1),
            customer="SHOP",
            warehouse="NOWHERE",
        )
    )
    assert codes(refusal) == [
        "other_customer",
        "unknown_warehouse",
        "not_shipped",
        "not_shipped",
        "lot_required",
    ]
    assert refused(lambda: announce(None, of_lot("L1", 1))).code == "required"
    assert refused(
        lambda: operations.announce_return(actor=BOSS, shipment="SH-9", lines=[of_lot("L1", 1)], at=now())
    ).faults


# ---- received -----------------------------------------------------------------------------------
def test_what_comes_back_lies_in_the_returns_place_and_its_lot_is_traced(shipment: Shipment) -> None:
    one = announce(shipment, of_lot("L1", 6))
    receive(one, operations.CameBack(4, line=line_of(one).pk))
    assert on_hand("MAIN/BACK") == 4
    found = Movement.objects.get(kind="return")
    assert (found.lot.number, found.reference, found.demand_id) == ("L1", "RT-000001", line_of(one).demand_id)
    one.refresh_from_db()
    assert (one.status, one.received_at is not None) == ("received", True)
    refusal = refused(lambda: receive(one, operations.CameBack(1, line=line_of(one).pk)))
    assert refusal.code == "impossible_step"
    announce(shipment, of_lot("L1", 8))
    assert refused(lambda: announce(shipment, of_lot("L1", 1))).code == "more_than_shipped"


def test_what_was_not_announced_is_taken_too_but_never_more_than_left(shipment: Shipment) -> None:
    announce(shipment, of_lot("L2", 10))
    one = announce(shipment, of_lot("L1", 2))
    l2 = operations.CameBack(9, product="ALE-330", lot="L2")
    assert refused(lambda: receive(one, l2)).code == "more_than_shipped"
    too_many = operations.CameBack(13, line=line_of(one).pk)
    assert refused(lambda: receive(one, too_many)).code == "more_than_shipped"
    stranger = operations.CameBack(1, product="ALE-330", lot="L7")
    assert refused(lambda: receive(one, stranger)).code == "not_shipped"
    l2_less = operations.CameBack(8, product="ALE-330", lot="L2")
    receive(one, operations.CameBack(12, product="ALE-330", lot="L1"), l2_less)
    rows = ReturnLine.objects.filter(of_return=one).order_by("position")
    assert [(row.lot_number, row.expected, row.received) for row in rows] == [("L1", 2, 12), ("L2", 0, 8)]


def test_without_a_shipment_an_unknown_lot_is_made_with_the_dates_of_its_label() -> None:
    selling.make_product("ALE-330")
    selling.make_customer()
    one = announce(None, of_lot("OLD1", 7, expiry_date=selling.in_days(-5)), customer="PUB", warehouse="MAIN")
    receive(one, operations.CameBack(7, product="ALE-330", lot="OLD1"))
    lot = Lot.objects.get(number="OLD1")
    assert (lot.expiry_date, line_of(one).lot_id, on_hand("MAIN/BACK")) == (selling.in_days(-5), lot.pk, 7)
    two = announce(None, of_lot("NEW1", 1), customer="PUB")
    assert refused(lambda: receive(two, operations.CameBack(1, line=line_of(two).pk))).code == "date_required"


def test_a_return_is_received_in_a_returns_place_only(shipment: Shipment) -> None:
    one = announce(shipment, of_lot("L1", 6))
    came = operations.CameBack(6, line=line_of(one).pk)
    assert refused(lambda: receive(one, came, location="MAIN/A-01")).code == "not_returns"
    assert refused(lambda: receive(one, came, location="MAIN/NO")).code == "unknown_location"
    receive(one, came, location="BACK")


def test_a_receipt_is_undone_until_something_is_decided(shipment: Shipment) -> None:
    one = announce(shipment, of_lot("L1", 6))
    receive(
        one, operations.CameBack(6, line=line_of(one).pk), operations.CameBack(2, product="ALE-330", lot="L2")
    )
    operations.undo_receive(actor=BOSS, of_return=one.pk, at=now())
    one.refresh_from_db()
    assert (one.status, on_hand("MAIN/BACK"), ReturnLine.objects.get().received) == ("expected", 0, 0)
    receive(one, operations.CameBack(6, line=line_of(one).pk))
    operations.undo_receive(actor=BOSS, of_return=one.pk, at=now())
    receive(one, operations.CameBack(6, line=line_of(one).pk))
    scrap = operations.Decision(line_of(one).pk, "scrap", 1, reason="broken")
    operations.dispose(actor=BOSS, of_return=one.pk, decisions=[scrap], at=now())
    assert refused(lambda: operations.undo_receive(actor=BOSS, of_return=one.pk, at=now())).code == (
        "already_decided"
    )


# ---- decided ------------------------------------------------------------------------------------
def test_units_go_back_to_a_shelf_into_quarantine_or_away(shipment: Shipment) -> None:
    one = announce(shipment, of_lot("L1", 10))
    receive(one, operations.CameBack(10, line=line_of(one).pk))
    pk = line_of(one).pk
    decisions = [
        operations.Decision(pk, "restock", 5, "MAIN/A-03"),
        operations.Decision(pk, "quarantine", 3),
        operations.Decision(pk, "scrap", 1, reason="leaks"),
    ]
    operations.dispose(actor=BOSS, of_return=one.pk, decisions=decisions, at=now())
    assert (on_hand("MAIN/A-03"), on_hand("MAIN/CAGE"), on_hand("MAIN/BACK")) == (5, 3, 1)
    rows = Disposition.objects.order_by("pk").values_list("outcome", "quantity", "reason")
    assert list(rows) == [("restock", 5, ""), ("quarantine", 3, ""), ("scrap", 1, "leaks")]
    assert (
        refused(lambda: operations.close_return(actor=BOSS, of_return=one.pk, at=now())).code == "undecided"
    )
    more = [operations.Decision(pk, "scrap", 2)]
    assert refused(
        lambda: operations.dispose(actor=BOSS, of_return=one.pk, decisions=more, at=now())
    ).code == ("too_many")
    last = [operations.Decision(pk, "quarantine", 1, "CAGE")]
    operations.dispose(actor=BOSS, of_return=one.pk, decisions=last, at=now())
    operations.close_return(actor=BOSS, of_return=one.pk, at=now())
    assert refused(
        lambda: operations.dispose(actor=BOSS, of_return=one.pk, decisions=last, at=now())
    ).code == ("impossible_step")


def test_what_is_held_or_expired_never_goes_back_to_a_shelf(shipment: Shipment) -> None:
    old = announce(None, of_lot("OLD", 5, expiry_date=selling.in_days(-1)), customer="PUB", warehouse="MAIN")
    receive(old, operations.CameBack(5, line=line_of(old).pk))
    held = announce(shipment, of_lot("L1", 5))
    receive(held, operations.CameBack(5, line=line_of(held).pk))
    stock.hold(actor=BOSS, lines=[stock.HoldLine("ALE-330", "recall", "L1")], at=now())
    for one, code in ((old, "lot_expired"), (held, "lot_held")):
        restock = [operations.Decision(line_of(one).pk, "restock", 5, "MAIN/A-01")]

        def act(one: Return = one, restock: Any = restock) -> Any:
            return operations.dispose(actor=BOSS, of_return=one.pk, decisions=restock, at=now())

        assert refused(act).code == code
        for place, wrong in ((None, "required"), ("MAIN/CAGE", "wrong_kind"), ("NO", "unknown_location")):
            bad = [operations.Decision(line_of(one).pk, "restock", 5, place)]

            def bad_act(one: Return = one, bad: Any = bad) -> Any:
                return operations.dispose(actor=BOSS, of_return=one.pk, decisions=bad, at=now())

            assert wrong in codes(refused(bad_act))
        away = [operations.Decision(line_of(one).pk, "scrap", 5, reason="old")]
        operations.dispose(actor=BOSS, of_return=one.pk, decisions=away, at=now())


# ---- credited -----------------------------------------------------------------------------------
def test_credit_is_at_the_price_sold_for_and_its_parts_add_up_to_the_whole() -> None:
    category = Category.objects.create(name="Ale", tax_rate_percent="19.00")
    selling.stock_with(("L1", "MAIN/A-01", 48, 40), category=category)
    sold = selling.shipped(("ALE-330", 24), pack="case", pack_price="9.99", discount_percent=Decimal("12.50"))
    (line,) = selling.lines_of(sold.order)
    assert line.net_amount == Decimal("8.74")
    one = announce(sold, of_lot("L1", 24))
    receive(one, operations.CameBack(24, line=line_of(one).pk))
    for units in (1, 1, 1, 7):
        part = [operations.Credited(line_of(one).pk, units)]
        operations.credit(actor=BOSS, of_return=one.pk, lines=part, at=now())
    note = operations.credit(actor=BOSS, of_return=one.pk, at=now())
    nets = CreditNoteLine.objects.values_list("net_amount", flat=True)
    assert sum(nets) == Decimal("8.74")
    assert (note.number, note.net_total, note.tax_total) == (
        "CN-000005",
        note.net_total,
        (note.net_total * Decimal("0.19")).quantize(Decimal("0.01")),
    )
    assert note.gross_total == note.net_total + note.tax_total
    assert refused(lambda: operations.credit(actor=BOSS, of_return=one.pk, at=now())).code == (
        "nothing_to_credit"
    )
    again = [operations.Credited(line_of(one).pk, 1)]
    assert refused(lambda: operations.credit(actor=BOSS, of_return=one.pk, lines=again, at=now())).code == (
        "too_many"
    )


def test_without_a_shipment_a_price_must_be_said_and_the_categorys_tax_counts() -> None:
    category = Category.objects.create(name="Ale", tax_rate_percent="7.00")
    selling.make_product("ALE-330", category=category)
    selling.make_customer()
    one = announce(None, of_lot("L1", 3, expiry_date=selling.in_days(9)), customer="PUB", warehouse="MAIN")
    assert (
        refused(lambda: operations.credit(actor=BOSS, of_return=one.pk, at=now())).code == "impossible_step"
    )
    receive(one, operations.CameBack(3, line=line_of(one).pk))
    assert refused(lambda: operations.credit(actor=BOSS, of_return=one.pk, at=now())).code == "price_required"
    priced = [operations.Credited(line_of(one).pk, 3, Decimal("1.105"))]
    note = operations.credit(actor=BOSS, of_return=one.pk, lines=priced, at=now())
    assert (note.net_total, note.tax_total, note.gross_total) == (
        Decimal("3.32"),
        Decimal("0.23"),
        Decimal("3.55"),
    )
