"""Goods in through HTTP: a delivery from the first scan to the last, and everything that is refused on the way."""

from __future__ import annotations

from typing import Any

import pytest

from stillage.places.models import Location
from stillage.purchasing.models import Discrepancy, PurchaseOrder, Receipt, ReceiptLine
from stillage.stock.models import Balance, Hold, Lot, Movement
from stillage.stock.reconcile import disagreements
from tests import dock as goods
from tests import selling
from tests.builders import make_location, make_product, make_warehouse, receive
from tests.dock import LATE, Dock
from tests.people import signed_in_client
from tests.rules.documents_reading import bare, page_texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Dock:
    return Dock()


def codes(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["pointer"], one["code"]) for one in answer["errors"]]


def on_hand(place: str) -> int:
    return sum(Balance.objects.filter(location__full_code=place).values_list("on_hand", flat=True))


def fresh(order: PurchaseOrder) -> PurchaseOrder:
    return PurchaseOrder.objects.get(pk=order.pk)


def test_a_delivery_from_the_first_scan_to_the_last(house: Dock) -> None:
    order = goods.make_order(("ALE-330", 48), ("GIN-700", 12), pack_cost="0.61")
    made = house.post("receipts", {"purchase_order": order.number, "delivery_note": "LS 4711"})
    assert (made["number"], made["status"], made["location"]) == ("GR-000001", "open", "MAIN/RECV")
    assert [(row["product"], row["open"]) for row in made["expected"]] == [("ALE-330", 48), ("GIN-700", 12)]
    assert made["possible_steps"] == ["receive", "close"]
    at = f"receipts/{made['number']}"
    case = house.ale.packs.get(name="case").gtin
    done = house.post(
        f"{at}/receive",
        {"lines": [{"pack": case.lstrip("0"), "quantity_packs": 1, "lot": "L1", "expiry_date": LATE}]},
    )
    (row,) = done["booked"]
    assert (row["product"], row["quantity"], row["lot"], row["kind"], row["outcome"]) == (
        "ALE-330",
        24,
        "L1",
        "ok",
        None,
    )
    assert [(one["product"], one["open"]) for one in done["receipt"]["expected"]] == [
        ("ALE-330", 24),
        ("GIN-700", 12),
    ]
    assert done["receipt"]["expected_whole"] is True
    assert done["balances"][0]["on_hand"] == 24
    assert fresh(order).status == "partly_received"
    movement = Movement.objects.get()
    assert (movement.kind, movement.reference) == ("receive", "GR-000001")
    assert movement.demand_id == goods.line_of(order).demand_id
    assert str(movement.unit_cost) == "0.6100"
    house.post(f"{at}/receive", house.scan(quantity=24))
    house.post(f"{at}/receive", {"lines": [{"product": "GIN-700", "lot": "G", "quantity": 12}]})
    assert fresh(order).status == "received" and fresh(order).received_at is not None
    closed = house.post(f"{at}/close", {}, 200)
    assert (closed["status"], closed["line_count"], closed["quantity"], closed["discrepancy_count"]) == (
        "closed",
        3,
        60,
        0,
    )
    assert closed["possible_steps"] == []
    assert [row["unit_cost"] for row in closed["lines"]] == ["0.6100"] * 3
    refused = house.post(f"{at}/receive", house.scan(), 409)
    assert refused["code"] == "impossible_step"
    steps = [one["action"] for one in house.get(f"{at}/history")]
    assert steps == ["receipt.close", *["receipt.receive"] * 3, "receipt.open"]
    orders = [one["action"] for one in house.get(f"purchase-orders/{order.number}/history")]
    assert orders.count("purchase_order.receive") == 3
    assert house.get("receipts?search=LS")["results"][0]["number"] == "GR-000001"
    assert disagreements(seal=False) == []


def test_units_split_over_order_lines_the_oldest_expected_first(house: Dock) -> None:
    later = goods.make_order(("ALE-330", 10), expected=9)
    sooner = goods.make_order(("ALE-330", 10), expected=2)
    made = house.post("receipts", {"warehouse": "MAIN", "supplier": "ACME"})
    assert [row["purchase_order"] for row in made["expected"]] == [sooner.number, later.number]
    done = house.post(f"receipts/{made['id']}/receive", house.scan(quantity=16))
    assert [(row["quantity"], row["order_line_id"]) for row in done["booked"]] == [
        (10, goods.line_of(sooner).pk),
        (6, goods.line_of(later).pk),
    ]
    assert (fresh(sooner).status, fresh(later).status) == ("received", "partly_received")
    assert on_hand("MAIN/RECV") == 16


def test_too_much_is_refused_with_both_sides_and_taken_only_as_somebody_decides(house: Dock) -> None:
    order = goods.make_order(("ALE-330", 24))
    at = house.opened(order)
    refused = house.post(f"{at}/receive", house.scan(quantity=36), 422)
    assert refused["detail"] == "PO-000001 wants 24 more of ALE-330, you have 36."
    assert codes(refused) == [("/lines/0/quantity", "over_delivered")]
    assert refused["errors"][0]["possible_outcomes"] == ["accept", "quarantine", "refuse"]
    assert (refused["errors"][0]["wanted"], refused["errors"][0]["given"]) == (24, 36)
    assert not Movement.objects.exists() and not Discrepancy.objects.exists()
    picker = signed_in_client("picker")
    less = house.post(f"{at}/receive", house.scan(quantity=36), 422, client=picker)
    assert less["errors"][0]["possible_outcomes"] == ["quarantine", "refuse"]
    forbidden = house.post(f"{at}/receive", house.scan(quantity=36, outcome="accept"), 403, client=picker)
    assert forbidden["code"] == "forbidden" and "receipts.decide" in forbidden["detail"]
    done = house.post(f"{at}/receive", house.scan(quantity=36, outcome="refuse"), client=picker)
    assert [(row["quantity"], row["kind"], row["outcome"]) for row in done["booked"]] == [
        (24, "ok", None),
        (12, "over", "refused"),
    ]
    assert on_hand("MAIN/RECV") == 24
    taken = house.post(f"{at}/receive", house.scan(quantity=6, outcome="accept"))
    assert [(row["kind"], row["outcome"]) for row in taken["booked"]] == [("over", "accepted")]
    assert goods.line_of(order).received == 30
    aside = house.post(f"{at}/receive", house.scan(quantity=6, outcome="quarantine"))
    assert aside["booked"][0]["location"] == "MAIN/CAGE" and aside["booked"][0]["order_line_id"] is None
    hold = Hold.objects.get()
    assert hold.location is not None and hold.location.code == "CAGE" and "GR-000001" in hold.reason
    again = house.post(f"{at}/receive", house.scan(quantity=6, outcome="quarantine"))
    assert again["booked"][0]["outcome"] == "quarantined" and Hold.objects.count() == 1
    shown = house.get(at)["discrepancies"]
    assert [(one["kind"], one["outcome"], one["quantity"]) for one in shown] == [
        ("over", "quarantined", 6),
        ("over", "quarantined", 6),
        ("over", "accepted", 6),
        ("over", "refused", 12),
    ]
    assert disagreements(seal=False) == []


def test_all_that_is_wrong_with_all_lines_is_said_at_once_and_nothing_is_booked(house: Dock) -> None:
    make_product("CIDER")
    receive(house.ale, "KNOWN", quantity=1)
    order = goods.make_order(("ALE-330", 24))
    at = house.opened(order)
    lines = [
        house.scan(quantity=25)["lines"][0],
        house.scan("CIDER", 6)["lines"][0],
        house.scan(quantity=1, expiry_date=goods.days(29), lot="OLD")["lines"][0],
        house.scan(quantity=1, condition="damaged", lot="L9")["lines"][0],
        house.scan("NOTHING", 1)["lines"][0],
        {"product": "ALE-330", "quantity": 1},
        house.scan(quantity=1, lot="KNOWN", expiry_date="2190-01-01")["lines"][0],
        {"pack": "99999999", "quantity_packs": 1},
        {"product": "ALE-330", "lot": "L1", "expiry_date": LATE},
        {"product": "ALE-330", "lot": "L1", "expiry_date": LATE, "quantity_packs": 1},
        house.scan(quantity=1, order_line=2**40)["lines"][0],
        {"product": "ALE-330", "lot": "NEW", "quantity": 1},
    ]
    refused = house.post(f"{at}/receive", {"lines": lines}, 422)
    found = codes(refused)
    for expected in (
        ("/lines/0/quantity", "over_delivered"),
        ("/lines/1/product", "not_ordered"),
        ("/lines/2/expiry_date", "short_dated"),
        ("/lines/3/outcome", "outcome_required"),
        ("/lines/4/product", "unknown_product"),
        ("/lines/5/lot", "lot_required"),
        ("/lines/6/expiry_date", "lot_date_differs"),
        ("/lines/7/pack", "unknown_pack"),
        ("/lines/8/quantity", "required"),
        ("/lines/9/pack", "required"),
        ("/lines/10/order_line", "unknown_line"),
        ("/lines/11/expiry_date", "date_required"),
    ):
        assert expected in found, expected
    assert Movement.objects.count() == 1 and not ReceiptLine.objects.exists()
    one = house.post(f"{at}/receive", {"lines": [lines[1]]}, 422)
    assert one["detail"] == "PO-000001 does not ask for CIDER; you have 6."


def test_what_nobody_ordered_is_refused_taken_or_set_aside(house: Dock) -> None:
    house.post("receipts", {"warehouse": "MAIN", "supplier": "ACME"})
    refused = house.post("receipts/GR-000001/receive", house.scan(quantity=6), 422)
    assert refused["detail"] == "No open order with Acme for MAIN asks for ALE-330; you have 6."
    done = house.post("receipts/GR-000001/receive", house.scan(quantity=6, outcome="accept", unit_cost="0.5"))
    assert done["booked"][0]["kind"] == "not_ordered" and on_hand("MAIN/RECV") == 6
    assert str(Movement.objects.get().unit_cost) == "0.5000"
    picker = signed_in_client("picker")
    body = house.scan(quantity=6, outcome="refuse", unit_cost="0.5")
    assert house.post("receipts/GR-000001/receive", body, 403, client=picker)["code"] == "forbidden"
    nothing = house.post("receipts/GR-000001/receive", house.scan(quantity=6, lot=None, outcome="refuse"))
    assert nothing["booked"][0]["location"] is None and nothing["movements"] == []


def test_short_dated_and_damaged_goods_need_a_decision_and_count_for_the_order_unless_refused(
    house: Dock,
) -> None:
    order = goods.make_order(("ALE-330", 24))
    at = house.opened(order)
    old = {"lot": "OLD", "expiry_date": goods.days(9)}
    refused = house.post(f"{at}/receive", house.scan(quantity=6, **old), 422)
    assert "leaves 9 days; 30 days are needed at intake" in refused["detail"]
    assert (refused["errors"][0]["wanted"], refused["errors"][0]["given"]) == (30, 9)
    house.post(f"{at}/receive", house.scan(quantity=6, outcome="refuse", **old))
    assert goods.line_of(order).received == 0
    house.post(f"{at}/receive", house.scan(quantity=6, outcome="quarantine", **old))
    house.post(f"{at}/receive", house.scan(quantity=6, outcome="accept", condition="damaged", note="wet"))
    assert goods.line_of(order).received == 12
    kinds = Discrepancy.objects.order_by("pk").values_list("kind", "outcome", "note")
    assert list(kinds) == [
        ("short_dated", "refused", ""),
        ("short_dated", "quarantined", ""),
        ("damaged", "accepted", "wet"),
    ]
    assert (on_hand("MAIN/CAGE"), on_hand("MAIN/RECV")) == (6, 6)


def test_without_a_cage_nothing_is_set_aside(house: Dock) -> None:
    Location.objects.filter(code="CAGE").update(is_active=False)
    at = house.opened(goods.make_order(("ALE-330", 24)))
    refused = house.post(f"{at}/receive", house.scan(outcome="quarantine", condition="damaged"), 409)
    assert refused["code"] == "no_quarantine_place"
    assert not Movement.objects.exists()


def test_an_announced_pallet_is_received_with_one_scan_and_once(house: Dock) -> None:
    order = goods.make_order(("ALE-330", 72), ("GIN-700", 6))
    goods.announce(
        (1, [("ALE-330", "L1", 48), ("GIN-700", "G1", 6)]),
        (2, [("ALE-330", "L2", 24)]),
        order=order,
    )
    made = house.post("receipts", {"notice": "D-1"})
    at = f"receipts/{made['number']}"
    assert made["purchase_order"] == order.number and made["notice"] == "D-1"
    assert made["expected"][0]["lots"] == ["L1", "L2"]
    assert [(unit["sscc"], unit["received"]) for unit in made["units"]] == [
        (goods.sscc(1), False),
        (goods.sscc(2), False),
    ]
    done = house.post(f"{at}/receive-unit", {"sscc": f"(00){goods.sscc(1)}"})
    assert [(row["product"], row["lot"], row["quantity"]) for row in done["booked"]] == [
        ("ALE-330", "L1", 48),
        ("GIN-700", "G1", 6),
    ]
    again = house.post(f"{at}/receive-unit", {"sscc": goods.sscc(1)}, 409)
    assert again["code"] == "already_received" and "GR-000001" in again["detail"]
    assert house.post(f"{at}/receive-unit", {"sscc": goods.sscc(9)}, 404)["code"] == "unknown_unit"
    assert house.post(f"{at}/receive-unit", {"sscc": "nonsense"}, 404)["code"] == "unknown_unit"
    house.post(f"{at}/receive", house.scan(quantity=6, lot="L2"))
    begun = house.post(f"{at}/receive-unit", {"sscc": goods.sscc(2)}, 409)
    assert begun["code"] == "partly_received"
    shown = house.get(at)
    assert [unit["received"] for unit in shown["units"]] == [True, False]
    assert shown["units"][1]["lines"][0]["received"] == 6
    undone = house.post(f"{at}/undo", {"operation_id": done["operation_id"]}, 200)
    assert undone["units"][0]["received"] is False
    house.post(f"{at}/receive-unit", {"sscc": goods.sscc(1)})
    closed = house.post(f"{at}/close", {}, 200)
    assert [(one["kind"], one["lot"], one["quantity"]) for one in closed["discrepancies"]] == [
        ("short", "L2", 18)
    ]
    assert house.get("advance-notices/D-1")["status"] == "received"
    assert fresh(order).status == "partly_received", "the rest is waited for"
    assert disagreements(seal=False) == []


def test_a_booking_is_undone_whole_with_its_hold_and_its_discrepancies(house: Dock) -> None:
    order = goods.make_order(("ALE-330", 24))
    at = house.opened(order)
    body = {
        "lines": [
            house.scan(quantity=20)["lines"][0],
            house.scan(quantity=4, condition="damaged", outcome="quarantine")["lines"][0],
        ]
    }
    done = house.post(f"{at}/receive", body)
    assert fresh(order).status == "received"
    elsewhere = house.post("stock/reverse", {"operation_id": done["operation_id"]}, 409)
    assert elsewhere["code"] == "of_a_document" and "GR-000001" in elsewhere["detail"]
    undone = house.post(f"{at}/undo", {"operation_id": done["operation_id"]}, 200)
    assert [line["undone"] for line in undone["lines"]] == [True, True]
    assert (undone["line_count"], undone["quantity"], undone["discrepancy_count"]) == (0, 0, 0)
    assert undone["discrepancies"][0]["withdrawn"] is True
    assert fresh(order).status == "placed" and goods.line_of(order).received == 0
    assert (on_hand("MAIN/RECV"), on_hand("MAIN/CAGE")) == (0, 0)
    assert not Hold.objects.filter(released_at__isnull=True).exists()
    assert house.post(f"{at}/undo", {"operation_id": done["operation_id"]}, 409)["code"] == "already_undone"
    reversal = Movement.objects.filter(kind="reverse")[0].operation_id
    assert house.post("stock/reverse", {"operation_id": str(reversal)}, 409)["code"] == "of_a_document"
    strange = "00000000-0000-0000-0000-000000000001"
    assert house.post(f"{at}/undo", {"operation_id": strange}, 404)["code"] == "not_found"
    assert disagreements(seal=False) == []


def test_a_refusal_that_was_wrong_is_undone_too(house: Dock) -> None:
    at = house.opened(goods.make_order(("ALE-330", 24)))
    done = house.post(f"{at}/receive", house.scan(condition="damaged", outcome="refuse"))
    undone = house.post(f"{at}/undo", {"operation_id": done["operation_id"]}, 200)
    assert undone["discrepancies"][0]["withdrawn"] is True


def test_what_moved_on_or_is_another_persons_is_not_undone(house: Dock) -> None:
    at = house.opened(goods.make_order(("ALE-330", 48)))
    done = house.post(f"{at}/receive", house.scan(quantity=24))
    picker = signed_in_client("picker")
    assert (
        house.post(f"{at}/undo", {"operation_id": done["operation_id"]}, 403, client=picker)["code"]
        == "not_yours"
    )
    move = {"product": "ALE-330", "lot": "L1", "from_location": "MAIN/RECV", "to_location": "MAIN/A-01"}
    house.post("stock/move", {"lines": [{**move, "quantity": 20}]})
    refused = house.post(f"{at}/undo", {"operation_id": done["operation_id"]}, 409)
    assert "Only 4 of ALE-330 lot L1 are free at MAIN/RECV" in refused["errors"][0]["detail"]
    house.post(f"{at}/close", {}, 200)
    late = house.post(f"{at}/undo", {"operation_id": done["operation_id"]}, 409)
    assert late["code"] == "impossible_step"


def test_closing_short_gives_the_rest_of_the_order_up(house: Dock) -> None:
    order = goods.make_order(("ALE-330", 24), ("GIN-700", 12))
    at = house.opened(order)
    house.post(f"{at}/receive", house.scan(quantity=20))
    closed = house.post(f"{at}/close", {"rest": "short"}, 200)
    missing = {
        (one["product"], one["kind"], one["outcome"], one["quantity"]) for one in closed["discrepancies"]
    }
    assert missing == {("ALE-330", "short", "missing", 4), ("GIN-700", "short", "missing", 12)}
    assert fresh(order).status == "received"
    assert (goods.line_of(order).cancelled, goods.line_of(order, 2).cancelled) == (4, 12)
    assert disagreements(seal=False) == []


def test_a_receipt_opened_in_error_is_closed_without_a_word(house: Dock) -> None:
    goods.announce((1, [("ALE-330", "L1", 48)]))
    house.post("receipts", {"notice": "D-1"})
    closed = house.post("receipts/GR-000001/close", {"rest": "short"}, 200)
    assert closed["discrepancies"] == []
    assert house.get("advance-notices/D-1")["status"] == "open"


def test_an_order_is_received_at_once_with_its_open_receipt_or_a_new_one(house: Dock) -> None:
    order = goods.make_order(("ALE-330", 48))
    at = f"purchase-orders/{order.number}/receive"
    first = house.post(at, {**house.scan(quantity=24), "delivery_note": "LS 1"})
    second = house.post(at, house.scan(quantity=24))
    assert first["receipt"]["number"] == second["receipt"]["number"] == "GR-000001"
    assert Receipt.objects.get().delivery_note == "LS 1"
    assert {one.reference for one in Movement.objects.all()} == {"GR-000001"}
    assert house.post("purchase-orders/PO-000099/receive", house.scan(), 404)["code"] == "not_found"
    draft = goods.make_order(("ALE-330", 24))
    PurchaseOrder.objects.filter(pk=draft.pk).update(status="draft")
    refused = house.post(f"purchase-orders/{draft.number}/receive", house.scan(), 409)
    assert refused["code"] == "impossible_step" and "draft" in refused["detail"]
    assert Receipt.objects.count() == 1


def test_opening_says_everything_that_is_wrong(house: Dock) -> None:
    goods.make_supplier("OTHER")
    order = goods.make_order(("ALE-330", 24))
    bad = {"warehouse": "NOWHERE", "supplier": "NOBODY", "purchase_order": "PO-9", "notice": "D-9"}
    refused = house.post("receipts", bad, 422)
    assert {code for _, code in codes(refused)} == {
        "unknown_warehouse",
        "unknown_supplier",
        "unknown_purchase_order",
        "unknown_notice",
    }
    other = house.post("receipts", {"supplier": "OTHER", "purchase_order": order.number}, 422)
    assert other["code"] == "other_supplier"
    nothing = house.post("receipts", {}, 422)
    assert codes(nothing) == [("/supplier", "required"), ("/warehouse", "required")]
    cage = house.post("receipts", {"purchase_order": order.number, "location": "CAGE"}, 422)
    assert cage["code"] == "not_for_goods_in"
    house.opened(order)
    twice = house.post("receipts", {"purchase_order": order.number}, 409)
    assert twice["code"] == "open_already" and twice["errors"][0]["receipt"] == "GR-000001"
    north = make_warehouse("NORTH")
    docks = Location.objects.filter(warehouse=north, kind="receiving")
    docks.update(is_active=False)
    body = {"warehouse": "NORTH", "supplier": "ACME"}
    assert house.post("receipts", body, 422)["code"] == "no_receiving_place"
    docks.update(is_active=True)
    elsewhere = house.post("receipts", {"warehouse": "NORTH", "purchase_order": order.number}, 422)
    assert elsewhere["code"] == "other_warehouse"
    assert Receipt.objects.count() == 1, "and no number is lost"
    assert house.post("receipts", {"warehouse": "NORTH", "supplier": "ACME"})["number"] == "GR-000002"


def test_a_notice_says_everything_that_is_wrong_and_may_be_called_off_and_told_again(house: Dock) -> None:
    order = goods.make_order(("ALE-330", 24))
    line = {"product": "ALE-330", "lot": "L1", "expiry_date": LATE, "quantity": 24}
    good = {
        "supplier": "ACME",
        "warehouse": "MAIN",
        "despatch_number": "D-1",
        "purchase_order": order.number,
        "units": [{"sscc": goods.sscc(1), "lines": [line]}],
        "lines": [{"gtin": house.gin.packs.get(name="case").gtin, "quantity": 6}],
    }
    made = house.post("advance-notices", good)
    assert (made["number"], made["unit_count"], made["quantity"], made["status"]) == ("D-1", 1, 30, "open")
    assert made["lines"][0]["product"] == "GIN-700"
    bad = {
        **good,
        "units": [
            {"sscc": goods.sscc(1), "lines": [line]},
            {"sscc": "123", "lines": [{**line, "product": "NOTHING"}]},
            {"sscc": goods.sscc(2), "lines": [{"quantity": 1}]},
            {"sscc": goods.sscc(2), "lines": [line]},
        ],
        "purchase_order": "PO-9",
    }
    refused = house.post("advance-notices", bad, 422)
    assert {
        ("/despatch_number", "already_announced"),
        ("/purchase_order", "unknown_purchase_order"),
        ("/units/0/sscc", "sscc_known"),
        ("/units/1/sscc", "bad_sscc"),
        ("/units/1/lines/0/product", "unknown_product"),
        ("/units/2/lines/0/product", "required"),
        ("/units/3/sscc", "sscc_twice"),
    } <= set(codes(refused))
    cancelled = house.post("advance-notices/D-1/cancel", {"reason": "wrong pallet"}, 200)
    assert cancelled["status"] == "cancelled" and cancelled["possible_steps"] == []
    assert house.post("advance-notices/D-1/cancel", {}, 409)["code"] == "impossible_step"
    again = house.post("advance-notices", good)
    assert again["id"] != made["id"]
    assert house.get("advance-notices/D-1")["id"] == again["id"]
    found = house.get(f"advance-notices?search={goods.sscc(1)}")["results"]
    assert [row["id"] for row in found] == [again["id"]]
    assert [one["action"] for one in house.get(f"advance-notices/{made['id']}/history")] == [
        "advance_notice.cancel",
        "advance_notice.create",
    ]


def test_discrepancies_are_listed_until_they_are_settled(house: Dock) -> None:
    at = house.opened(goods.make_order(("ALE-330", 24)))
    house.post(f"{at}/receive", house.scan(quantity=30, outcome="refuse"))
    (row,) = house.get("discrepancies?open=true&kind=over&supplier=ACME")["results"]
    assert (row["receipt"], row["quantity"], row["case_name"]) == ("GR-000001", 6, "case")
    settled = house.post(f"discrepancies/{row['id']}/settle", {"settlement": "credited, CN 12"}, 200)
    assert settled["settlement"] == "credited, CN 12"
    assert house.get("discrepancies?open=true")["results"] == []
    twice = house.post(f"discrepancies/{row['id']}/settle", {"settlement": "again"}, 409)
    assert twice["code"] == "already_settled" and "credited" in twice["detail"]
    assert house.post("discrepancies/x/settle", {"settlement": "again"}, 404)["code"] == "not_found"
    assert house.get(f"{at}/history")[0]["action"] == "discrepancy.settle"


def test_who_waits_is_named_and_served_and_the_place_to_put_it_is_proposed(house: Dock) -> None:
    make_location(house.main, "STAGE", kind="staging")
    receive(house.ale, "L0", quantity=6, location="MAIN/A-02")
    waits = selling.allocated(("ALE-330", 30))
    at = house.opened(goods.make_order(("ALE-330", 24)))
    done = house.post(f"{at}/receive", house.scan(quantity=24))
    assert done["waiting"] == [
        {
            "order": waits.number,
            "order_id": waits.pk,
            "customer_name": "The Pub",
            "product": "ALE-330",
            "product_id": house.ale.pk,
            "quantity": 24,
        }
    ]
    (put,) = done["put_away"]
    assert (put["lot"], put["quantity"], put["location"], put["why_code"]) == (
        "L1",
        24,
        "MAIN/A-01",
        "empty_in_zone",
    )
    (row,) = house.get("put-away?warehouse=MAIN")["results"]
    assert (row["from_location"], row["on_hand"], row["free"], row["promised"]) == ("MAIN/RECV", 24, 0, 24)
    assert row["promised_to"] == [{"reference": waits.number, "quantity": 24}]
    assert row["proposals"][0]["location"] == "MAIN/A-01" and row["since"] is not None
    aside = house.post(f"{at}/receive", house.scan(quantity=6, outcome="quarantine"))
    assert aside["waiting"] == [] and aside["put_away"] == [], "what is set aside is nobody's"


def test_put_away_prefers_what_lies_there_and_never_a_closed_place(house: Dock) -> None:
    make_location(house.main, "P-01", kind="picking", sequence=50)
    receive(house.ale, "L1", quantity=6, location="MAIN/A-02")
    receive(house.ale, "L7", quantity=6, location="MAIN/P-01")
    receive(house.ale, "L1", quantity=6, location="MAIN/RECV")
    (row,) = house.get("put-away")["results"]
    assert [(one["location"], one["why"]) for one in row["proposals"]] == [
        ("MAIN/A-02", "same lot lies there"),
        ("MAIN/P-01", "same product lies there"),
        ("MAIN/A-01", "empty place outside the zones, where it mostly lies"),
    ]
    Location.objects.exclude(code__in=("RECV", "A-03")).update(is_active=False)
    (row,) = house.get("put-away")["results"]
    assert [one["location"] for one in row["proposals"]] == ["MAIN/A-03"]


def test_costs_are_for_those_who_may_see_them(house: Dock) -> None:
    at = house.opened(goods.make_order(("ALE-330", 24)))
    house.post(f"{at}/receive", house.scan())
    shown = house.get(at, client=signed_in_client("picker"))
    assert "unit_cost" not in shown["lines"][0] and "unit_cost" in house.get(at)["lines"][0]


def test_another_warehouses_things_are_as_if_they_were_not_there(house: Dock) -> None:
    north = make_warehouse("NORTH")
    order = goods.make_order(("ALE-330", 48))
    goods.announce((1, [("ALE-330", "L1", 24)]), order=order)
    at = house.opened(order)
    done = house.post(f"{at}/receive", house.scan(quantity=54, outcome="refuse"))
    stranger = signed_in_client("manager", warehouses=[north])
    (found,) = Discrepancy.objects.all()
    for path in (at, f"{at}/history", "advance-notices/D-1", "advance-notices/D-1/history"):
        assert house.get(path, 404, client=stranger)["code"] == "not_found"
    for path, body in (
        (f"{at}/receive", house.scan()),
        (f"{at}/receive-unit", {"sscc": goods.sscc(1)}),
        (f"{at}/undo", {"operation_id": done["operation_id"]}),
        (f"{at}/close", {}),
        (f"purchase-orders/{order.number}/receive", house.scan()),
        ("advance-notices/D-1/cancel", {}),
        (f"discrepancies/{found.pk}/settle", {"settlement": "x"}),
    ):
        assert house.post(path, body, 404, client=stranger)["code"] == "not_found", path
    for path in ("receipts", "advance-notices", "discrepancies", "put-away"):
        assert house.get(path, client=stranger)["results"] == []
    refused = house.post(
        "receipts", {"warehouse": "MAIN", "purchase_order": order.number}, 422, client=stranger
    )
    assert {code for _, code in codes(refused)} == {"unknown_warehouse", "unknown_purchase_order"}


def test_a_lot_is_made_with_the_dates_of_its_label(house: Dock) -> None:
    at = house.opened(goods.make_order(("ALE-330", 24)))
    house.post(f"{at}/receive", house.scan(production_date="2190-01-01"))
    lot = Lot.objects.get(number="L1")
    assert (str(lot.expiry_date), str(lot.production_date)) == (LATE, "2190-01-01")


def test_the_papers_of_a_delivery_say_lots_places_and_what_was_wrong(house: Dock) -> None:
    order = goods.make_order(("ALE-330", 24))
    at = house.opened(order, delivery_note="LS 4711")
    house.post(f"{at}/receive", house.scan(quantity=36, outcome="quarantine", note="one layer too many"))
    for language, words in (
        ("en", ("Discrepancy note", "More than ordered", "set aside", "one layer too many", "LS 4711", "L1")),
        ("de", ("Mängelanzeige", "Mehr als bestellt", "gesperrt abgestellt")),
    ):
        text = paper(house, f"{at}/papers/discrepancy-note?language={language}")
        for said in words:
            assert bare(said) in text, said
    text = paper(house, f"{at}/papers/goods-received")
    for said in ("Goods received so far", "RECV", "CAGE", "L1", "PO-000001", "set aside", "36"):
        assert bare(said) in text, said
    house.post(f"{at}/close", {}, 200)
    assert bare("Goods received note") in paper(house, f"{at}/papers/goods-received?paper=letter")


def paper(house: Dock, path: str) -> str:
    answer = house.client.get(f"/api/v1/{path}")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf", answer.content
    return bare(" ".join(page_texts(bytes(answer.content))))
