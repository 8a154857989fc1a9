"""Orders to suppliers through the API: written down, placed, changed, closed, cancelled, found."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest

from stillage.audit.models import Entry
from stillage.catalogue.models import Pack
from stillage.core.clock import today
from stillage.purchasing.models import Discrepancy, PurchaseOrder, PurchaseOrderLine, SupplierProduct
from tests.builders import make_warehouse
from tests.buying import API, Desk, came, in_days, make_supplier
from tests.people import signed_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk()


# ---- writing down -------------------------------------------------------------------------------
def test_an_order_follows_the_suppliers_catalogue(desk: Desk) -> None:
    made = desk.order(("ALE-330", 10), {"product": "GIN-700", "quantity": 6, "pack_cost": "9.50"})
    assert (made["number"], made["status"], made["late"]) == ("PO-000001", "draft", False)
    ale, gin = made["lines"]
    assert (ale["pack_name"], ale["units_per_pack"], ale["quantity_packs"], ale["quantity"]) == (
        "case",
        24,
        10,
        240,
    )
    assert (ale["supplier_sku"], ale["gtin"], ale["pack_cost"], ale["net_amount"]) == (
        "B-17",
        desk.case.gtin,
        "12.0000",
        "120.00",
    )
    assert (ale["open"], ale["received"], ale["cancelled"]) == (240, 0, 0)
    assert (gin["pack_name"], gin["quantity"], gin["net_amount"]) == ("bottle", 6, "57.00")
    assert made["net_total"] == "177.00"
    assert made["expected_date"] == str(in_days(10)), "the longest lead time of its lines"
    assert made["possible_steps"] == ["edit", "place", "cancel"]
    assert (made["quantity"], made["open"], made["line_count"], made["currency"]) == (246, 246, 2, "EUR")


def test_a_pack_alone_says_which_product(desk: Desk) -> None:
    case = Pack.objects.get(product=desk.gin, name="case")
    for line in ({"pack": case.gtin}, {"pack": case.pk}, {"product": "GIN-700", "pack": "case"}):
        (made,) = desk.order({**line, "quantity": 12})["lines"]
        assert (made["product"], made["pack_name"], made["quantity_packs"]) == ("GIN-700", "case", 2)


def test_the_cost_of_another_pack_is_worked_out(desk: Desk) -> None:
    (line,) = desk.order({"product": "ALE-330", "pack": "bottle", "quantity": 3})["lines"]
    assert (line["pack_cost"], line["net_amount"]) == ("0.5000", "1.50")


def test_units_are_ordered_in_the_largest_pack_that_fits(desk: Desk) -> None:
    layer = Pack.objects.create(product=desk.ale, name="layer", units_per_pack=192)
    SupplierProduct.objects.create(supplier=desk.brew, pack=layer, cost=Decimal("90"))
    first = desk.order({"product": "ALE-330", "quantity": 384})["lines"][0]
    second = desk.order({"product": "ALE-330", "quantity": 48})["lines"][0]
    assert (first["pack_name"], first["quantity_packs"]) == ("layer", 2)
    assert (second["pack_name"], second["quantity_packs"]) == ("case", 2)


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_written(desk: Desk) -> None:
    answer = desk.client.post(
        API + "purchase-orders",
        desk.body(
            ("NONE", 1),
            {"product": "ALE-330", "pack": "barrel", "quantity": 1},
            {"product": "ALE-330", "pack": "case", "quantity": 25},
            {"product": "ALE-330"},
            {"product": "ALE-330", "quantity": 1, "quantity_packs": 1},
            {"quantity": 1},
            {"pack": "no such", "quantity": 1},
            {"product": "ALE-330", "quantity_packs": 2**31 - 1},
            {"product": "GIN-700", "quantity": 2**31 - 1, "pack_cost": "9999999999"},
            supplier="NOBODY",
            warehouse="NOWHERE",
        ),
    )
    assert answer.status_code == 422
    assert {(one["pointer"], one["code"]) for one in answer.json()["errors"]} == {
        ("/supplier", "unknown_supplier"),
        ("/warehouse", "unknown_warehouse"),
        ("/lines/0/product", "unknown_product"),
        ("/lines/1/pack", "unknown_pack"),
        ("/lines/2/pack", "unknown_pack"),
        ("/lines/3/quantity", "required"),
        ("/lines/4/quantity", "said_twice"),
        ("/lines/5/product", "required"),
        ("/lines/6/pack", "unknown_pack"),
        ("/lines/8/quantity", "too_large"),
    } - {("/lines/2/pack", "unknown_pack")} | {("/lines/2/quantity", "not_whole_packs")}
    assert not PurchaseOrder.objects.exists()
    assert desk.order()["number"] == "PO-000001", "a refused order takes no number"


def test_a_line_of_more_units_than_can_be_is_refused(desk: Desk) -> None:
    answer = desk.client.post(
        API + "purchase-orders",
        desk.body({"product": "ALE-330", "pack": "case", "quantity_packs": 2**31 - 1}),
    )
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/lines/0/quantity_packs"]


def test_without_a_warehouse_it_is_the_only_one(desk: Desk) -> None:
    body = desk.body()
    del body["warehouse"]
    assert desk.client.post(API + "purchase-orders", body).json()["warehouse"] == "MAIN"
    make_warehouse("NORTH")
    assert desk.client.post(API + "purchase-orders", body).json()["errors"][0]["pointer"] == "/warehouse"


# ---- what the supplier would not deliver --------------------------------------------------------
def test_a_draft_warns_and_placing_asks_whether_it_is_meant(desk: Desk) -> None:
    desk.offer.minimum_quantity, desk.offer.order_multiple = 20, 8
    desk.offer.save()
    desk.brew.minimum_order_value = Decimal("500")
    desk.brew.save()
    made = desk.order(("ALE-330", 10), {"product": "GIN-700", "quantity": 1})
    warned = {(one["code"], one["line"]) for one in made["warnings"]}
    ale, gin = (line["id"] for line in made["lines"])
    assert warned == {
        ("below_minimum_quantity", ale),
        ("not_a_multiple", ale),
        ("no_cost", gin),
        ("below_minimum_order_value", None),
    }
    problem = desk.step(made, "place", status=422)
    assert {one["code"] for one in problem["errors"]} == {
        "below_minimum_quantity",
        "not_a_multiple",
        "below_minimum_order_value",
    }
    assert "BREW Brewery sells ALE-330 by 8 x case; 10 are ordered, order 8 or 16." in str(problem)
    assert desk.step(made, "place", {"ignore_warnings": True})["status"] == "placed"
    body = desk.body(("ALE-330", 10), place=True)
    assert desk.client.post(API + "purchase-orders", body).status_code == 422
    assert PurchaseOrder.objects.count() == 1
    assert desk.order(("ALE-330", 48), place=True)["warnings"] == []


# ---- steps --------------------------------------------------------------------------------------
def test_an_order_goes_out_and_comes_back_while_nothing_came(desk: Desk) -> None:
    made = desk.order()
    placed = desk.step(made, "place")
    assert (placed["status"], placed["possible_steps"]) == (
        "placed",
        ["amend", "receive", "reopen", "cancel"],
    )
    assert placed["placed_at"] is not None
    assert desk.step(made, "reopen")["placed_at"] is None
    gone = desk.step(made, "cancel", {"reason": "no room"})
    assert (gone["status"], gone["open"], gone["cancelled"], gone["reason"]) == (
        "cancelled",
        0,
        240,
        "no room",
    )
    assert gone["possible_steps"] == []


def test_an_impossible_step_is_refused_and_says_what_is_possible(desk: Desk) -> None:
    made = desk.placed()
    problem = desk.step(made, "place", status=409)
    assert problem["code"] == "impossible_step"
    assert problem["detail"] == ("PO-000001 is placed; it can be amended, received, reopened or cancelled.")
    came(desk.row(made), 24)
    for verb in ("cancel", "reopen", "place"):
        refused = desk.step(made, verb, status=409)
        assert refused["errors"][0]["possible_steps"] == ["amend", "receive", "close"]


def test_what_never_came_is_cancelled_and_held_against_the_supplier(desk: Desk) -> None:
    made = desk.placed(("ALE-330", 10), {"product": "GIN-700", "quantity": 6})
    receipt = came(desk.row(made), 200)
    closed = desk.step(made, "close", {"reason": "sold out"})
    assert (closed["status"], closed["open"]) == ("closed", 0)
    assert [line["cancelled"] for line in closed["lines"]] == [40, 6]
    found = Discrepancy.objects.order_by("pk")
    assert [(one.kind, one.outcome, one.quantity, one.receipt_id) for one in found] == [
        ("short", "missing", 40, receipt.pk),
        ("short", "missing", 6, receipt.pk),
    ]
    assert [row["number"] for row in closed["receipts"]] == [receipt.number]
    assert desk.step(made, "close", status=409)["code"] == "impossible_step"


def test_what_was_found_short_before_is_not_told_twice(desk: Desk) -> None:
    made = desk.placed(("ALE-330", 10))
    receipt = came(desk.row(made), 200)
    line = PurchaseOrderLine.objects.get()
    Discrepancy.objects.create(
        receipt=receipt,
        order_line=line,
        kind="short",
        outcome="missing",
        product=desk.ale,
        quantity=30,
        username="ann",
        found_at=receipt.opened_at,
    )
    desk.step(made, "close")
    assert [one.quantity for one in Discrepancy.objects.order_by("pk")] == [30, 10]


def test_an_order_that_came_whole_closes_without_a_word(desk: Desk) -> None:
    made = desk.placed(("ALE-330", 10))
    came(desk.row(made), 240)
    assert desk.read(made)["possible_steps"] == ["amend", "close"]
    assert desk.step(made, "close")["status"] == "closed"
    assert not Discrepancy.objects.exists()


# ---- changing -----------------------------------------------------------------------------------
def patched(desk: Desk, made: dict[str, Any], *, status: int = 200, **body: Any) -> Any:
    version = desk.read(made)["version"]
    answer = desk.client.patch(f"{API}purchase-orders/{made['number']}", body, version=version)
    assert answer.status_code == status, answer.json()
    return answer.json()


def test_a_draft_is_changed_as_a_whole(desk: Desk) -> None:
    make_supplier("OTHER")
    north = make_warehouse("NORTH")
    made = desk.order()
    done = patched(
        desk,
        made,
        supplier="OTHER",
        warehouse=north.pk,
        expected_date="2030-01-02",
        note="by the yard",
        lines=[{"product": "GIN-700", "quantity": 4}],
    )
    assert (done["supplier"], done["warehouse"], done["expected_date"]) == ("OTHER", "NORTH", "2030-01-02")
    assert [(line["product"], line["quantity"], line["net_amount"]) for line in done["lines"]] == [
        ("GIN-700", 4, "0.00")
    ]
    assert (done["net_total"], done["version"]) == ("0.00", made["version"] + 1)


def test_what_was_placed_takes_a_new_date_and_no_new_lines(desk: Desk) -> None:
    made = desk.placed()
    done = patched(desk, made, expected_date="2020-01-01", supplier_reference="AB 77")
    assert (done["late"], done["supplier_reference"]) == (True, "AB 77")
    assert desk.client.get(API + "purchase-orders/summary").json()["late"] == 1
    for body in ({"lines": [{"product": "GIN-700", "quantity": 4}]}, {"supplier": "BREW"}):
        assert patched(desk, made, status=409, **body)["code"] == "impossible_step"


def test_a_stale_or_missing_version_changes_nothing(desk: Desk) -> None:
    made = desk.order()
    address = f"{API}purchase-orders/{made['id']}"
    assert desk.client.patch(address, {"note": "x"}).status_code == 428
    assert desk.client.patch(address, {"note": "x"}, version=99).status_code == 412
    assert desk.read(made)["note"] == ""
    unknown = patched(desk, made, status=422, supplier="NOBODY", warehouse="NOWHERE")
    assert {one["pointer"] for one in unknown["errors"]} == {"/supplier", "/warehouse"}


# ---- looking ------------------------------------------------------------------------------------
def found(desk: Desk, **asked: Any) -> list[str]:
    answer = desk.client.get(API + "purchase-orders", asked)
    assert answer.status_code == 200, answer.json()
    return [row["number"] for row in answer.json()["results"]]


def test_orders_are_found_by_what_people_know_of_them(desk: Desk) -> None:
    make_supplier("OTHER")
    first = desk.placed(expected_date="2020-01-01", supplier_reference="AB 77")
    second = desk.order({"product": "GIN-700", "quantity": 1}, supplier="OTHER")
    one, two = first["number"], second["number"]
    assert found(desk) == [two, one]
    assert found(desk, ordering="expected_date") == [one, two]
    for search in (one, one.lower(), "brew", "AB 77", "ALE-330", "b-17"):
        assert found(desk, search=search) == [one], search
    assert found(desk, supplier="OTHER") == found(desk, supplier=second["supplier_id"]) == [two]
    assert found(desk, product="GIN-700") == [two]
    assert found(desk, status="draft") == [two]
    assert found(desk, late="true") == [one]
    assert found(desk, late="false") == [two]
    assert found(desk, open="true") == [two, one]
    assert found(desk, open="false") == []
    assert found(desk, expected_before="2020-01-02") == [one]
    assert found(desk, expected_after="2020-01-01") == [two]
    assert found(desk, warehouse="MAIN", ordering="net_total") == [two, one]
    assert desk.client.get(API + "purchase-orders", {"colour": "red"}).status_code == 400


def test_orders_are_walked_by_their_sums_page_by_page(desk: Desk) -> None:
    for units in (7, 1, 7, 3):
        desk.order({"product": "GIN-700", "quantity": units})
    for ordering in ("net_total", "-net_total"):
        walked: list[str] = []
        cursor = ""
        while cursor or not walked:
            asked = {"ordering": ordering, "limit": 1, **({"cursor": cursor} if cursor else {})}
            answer = desk.client.get(API + "purchase-orders", asked)
            assert answer.status_code == 200, answer.json()
            walked += [row["number"] for row in answer.json()["results"]]
            cursor = answer.json()["next"]
        assert walked == found(desk, ordering=ordering)
        assert len(walked) == 4


def test_the_summary_counts_what_the_list_shows(desk: Desk) -> None:
    desk.order()
    desk.placed(expected_date=str(today("UTC")))
    desk.placed(expected_date="2020-01-01")
    assert desk.client.get(API + "purchase-orders/summary", {"warehouse": "MAIN"}).json() == {
        "draft": 1,
        "placed": 2,
        "partly_received": 0,
        "received": 0,
        "late": 1,
        "expected_today": 1,
        "open": 3,
    }


def test_history_says_who_did_what_newest_first(desk: Desk) -> None:
    made = desk.placed()
    patched(desk, made, note="careful")
    desk.step(made, "cancel", {"reason": "closed down"})
    rows = desk.read(made, "/history")
    assert [row["action"] for row in rows] == [
        "purchase_order.cancel",
        "purchase_order.edit",
        "purchase_order.place",
        "purchase_order.create",
    ]
    assert rows[0]["after"]["reason"] == "closed down"
    assert Entry.objects.filter(object_type="purchase_order", warehouse_id=desk.main.pk).count() == 4


def test_who_may_not_see_costs_sees_none_of_them(desk: Desk) -> None:
    made = desk.order()
    for role in ("picker", "sales"):
        other = signed_in_client(role)
        for path in ("", f"/{made['id']}", f"/{made['id']}/history"):
            text = other.get(f"{API}purchase-orders{path}").content.decode()
            for word in ("pack_cost", "net_", "120.00", "12.00"):
                assert word not in text, (path, word)
        assert other.get(API + "purchase-orders", {"ordering": "net_total"}).status_code == 400


def test_another_warehouses_order_is_not_there(desk: Desk) -> None:
    north = make_warehouse("NORTH")
    made = desk.order()
    other = signed_in_client("manager", warehouses=[north])
    missing = other.get(API + "purchase-orders/PO-999999").json()
    for name in (made["id"], made["number"], f"id:{made['id']}", f"key:{made['number']}"):
        answer = other.get(f"{API}purchase-orders/{name}")
        assert (answer.status_code, answer.json()) == (404, missing)
        for verb in ("place", "reopen", "close", "cancel"):
            assert other.post(f"{API}purchase-orders/{name}/{verb}", {}).status_code == 404
        assert other.patch(f"{API}purchase-orders/{name}", {"note": "x"}, version=1).status_code == 404
    assert other.get(API + "purchase-orders").json()["results"] == []
    assert other.get(API + "purchase-orders/summary").json()["open"] == 0
    refused = other.post(API + "purchase-orders", desk.body()).json()
    assert refused["errors"][0]["code"] == "unknown_warehouse"


# ---- suppliers ----------------------------------------------------------------------------------
def test_a_suppliers_minimum_is_money_and_its_multiples_have_names(desk: Desk) -> None:
    body = {
        "code": "MILL",
        "name": "The Mill",
        "contact_name": "Ann",
        "address": "1 Weir\nYork",
        "minimum_order_value": "250.00",
    }
    made = desk.client.post(API + "suppliers", body)
    assert made.status_code == 201, made.json()
    assert made.json()["minimum_order_value"] == "250.00"
    assert desk.client.get(API + "suppliers", {"search": "ann"}).json()["results"][0]["code"] == "MILL"
    other = signed_in_client("sales")
    address = f"{API}suppliers/MILL"
    assert "minimum_order_value" not in other.get(address).json()
    assert other.patch(address, {"minimum_order_value": "1"}, version=1).status_code == 422
    Pack.objects.create(product=desk.ale, name="layer", units_per_pack=192)
    offer = f"{API}supplier-products/{desk.offer.pk}"
    patched = desk.client.patch(offer, {"order_multiple": 8}, version=desk.offer.version)
    assert patched.status_code == 200, patched.json()
    assert (patched.json()["order_multiple"], patched.json()["multiple_name"]) == (8, "layer")
    version = patched.json()["version"]
    assert desk.client.patch(offer, {"order_multiple": 0}, version=version).status_code == 422
    plain = desk.client.patch(offer, {"order_multiple": 7}, version=version).json()
    assert plain["multiple_name"] == ""


def test_a_supplier_at_a_glance(desk: Desk) -> None:
    whole, part = desk.placed(("ALE-330", 10)), desk.placed(("ALE-330", 10))
    desk.order()
    came(desk.row(whole), 240)
    came(desk.row(part), 180)
    desk.step(part, "close")
    desk.placed(("ALE-330", 1))
    shown = desk.client.get(API + "suppliers/BREW/summary").json()
    last = shown.pop("last_receipt_at")
    assert last is not None
    assert shown == {
        "supplier": "BREW",
        "supplier_id": desk.brew.pk,
        "supplier_name": "BREW Brewery",
        "orders_open": 2,
        "on_order_units": 24,
        "receipts": 2,
        "on_time_percent": "50.0",
        "short_percent": "12.5",
        "average_lead_time_days": "0.0",
        "discrepancies_open": 1,
        "products": 1,
        "spent_year": "210.00",
    }
    elsewhere = signed_in_client("picker", warehouses=[make_warehouse("NORTH")])
    there = elsewhere.get(f"{API}suppliers/{desk.brew.pk}/summary").json()
    assert (there["orders_open"], there["receipts"], there["on_time_percent"]) == (0, 0, None)
    assert "spent_year" not in there
    assert desk.client.get(API + "suppliers/NONE/summary").status_code == 404


def test_what_is_on_order_can_be_promised_and_never_in_the_past(desk: Desk) -> None:
    def atp(day: str) -> tuple[int, int]:
        (row,) = desk.client.get(API + "atp", {"product": "ALE-330", "date": day}).json()["results"]
        return row["on_order"], row["atp"]

    made = desk.placed(
        {"product": "ALE-330", "quantity_packs": 10},
        {"product": "ALE-330", "quantity_packs": 1, "expected_date": str(in_days(9))},
        expected_date="2020-01-01",
    )
    desk.order(("ALE-330", 50))  # a draft is no promise
    assert atp(str(in_days(0))) == (240, 240)
    assert atp(str(in_days(9))) == (264, 264)
    came(desk.row(made), 200)
    assert atp(str(in_days(0))) == (40, 240)
    desk.step(made, "close")
    assert atp(str(in_days(9))) == (0, 200)


def test_orders_go_into_files_with_costs_for_who_may_see_them(desk: Desk) -> None:
    made = desk.placed(("ALE-330", 10), {"product": "GIN-700", "quantity": 6, "note": "=1+1"})

    def rows(role: str, **given: Any) -> list[dict[str, str]]:
        answer = signed_in_client(role, **given).get(API + "exports/purchase-orders")
        assert answer.status_code == 200, answer.content
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        return list(csv.DictReader(io.StringIO(text)))

    ale, gin = rows("manager")
    assert (ale["number"], ale["supplier"], ale["status"], ale["quantity_packs"]) == (
        made["number"],
        "BREW",
        "placed",
        "10",
    )
    assert (ale["pack_cost"], ale["net_amount"], gin["note"]) == ("12.0000", "120.00", "'=1+1")
    (plain, _) = rows("sales")
    assert not {"pack_cost", "net_amount"} & set(plain)
    assert rows("manager", warehouses=[make_warehouse("NORTH")]) == []
