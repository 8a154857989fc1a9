"""Orders through the API: written down, confirmed, allocated, changed, cancelled, found."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from stillage.audit.models import Entry
from stillage.catalogue.models import Pack
from stillage.sales.models import Customer, CustomerProduct, SalesOrder
from stillage.stock.models import Allocation
from stillage.stock.reconcile import disagreements
from tests.builders import make_location, make_warehouse, receive
from tests.people import signed_in_client
from tests.shop import API, Shop, in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return Shop()


# ---- writing down -------------------------------------------------------------------------------
def test_an_order_is_written_down_with_packs_prices_tax_and_totals(shop: Shop) -> None:
    made = shop.order(("ALE-330", 2), {"product": "GIN-700", "quantity": 3, "discount_percent": "10"})
    assert made["number"] == "SO-000001"
    assert (made["status"], made["allocation"]) == ("draft", "none")
    ale, gin = made["lines"]
    assert (ale["pack_name"], ale["units_per_pack"], ale["quantity_packs"], ale["quantity"]) == (
        "case",
        24,
        2,
        48,
    )
    assert (ale["pack_price"], ale["tax_rate_percent"], ale["net_amount"]) == ("36.0000", "19.00", "72.00")
    assert (gin["pack_name"], gin["quantity"], gin["net_amount"]) == ("bottle", 3, "48.60")
    assert (made["net_total"], made["tax_total"], made["gross_total"]) == ("120.60", "13.68", "134.28")
    assert made["taxes"] == [
        {"rate_percent": "0.00", "net": "48.60", "tax": "0.00"},
        {"rate_percent": "19.00", "net": "72.00", "tax": "13.68"},
    ]
    assert made["possible_steps"] == ["edit", "confirm", "cancel"]
    assert made["currency"] == "EUR"


def test_what_the_customer_agreed_comes_before_the_list(shop: Shop) -> None:
    CustomerProduct.objects.create(
        customer=shop.pub, product=shop.ale, unit_price=Decimal("1.25"), minimum_remaining_days=60
    )
    (line,) = shop.order(("ALE-330", 1))["lines"]
    assert (line["pack_price"], line["minimum_remaining_days"]) == ("30.0000", 60)


def test_a_pack_is_named_by_name_gtin_or_id_within_its_product(shop: Shop) -> None:
    case = Pack.objects.get(product=shop.ale, name="case")
    for name in ("case", case.gtin, case.pk):
        (line,) = shop.order({"product": shop.ale.pk, "pack": name, "quantity": 48})["lines"]
        assert (line["pack_name"], line["quantity_packs"]) == ("case", 2)


def test_a_product_without_a_price_goes_out_for_nothing_and_that_is_said(shop: Shop) -> None:
    shop.ale.unit_price = None
    shop.ale.save()
    made = shop.order(("ALE-330", 1))
    assert made["net_total"] == "0.00"
    assert [one["code"] for one in made["warnings"]] == ["no_price"]


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_written(shop: Shop) -> None:
    answer = shop.client.post(
        API + "sales-orders",
        shop.body(
            ("NONE", 1),
            {"product": "ALE-330", "pack": "barrel", "quantity": 1},
            {"product": "ALE-330", "pack": "case", "quantity": 25},
            {"product": "ALE-330"},
            {"product": "ALE-330", "quantity": 1, "quantity_packs": 1},
            customer="NOBODY",
            warehouse="NOWHERE",
        ),
    )
    assert answer.status_code == 422
    assert {(one["pointer"], one["code"]) for one in answer.json()["errors"]} == {
        ("/customer", "unknown_customer"),
        ("/warehouse", "unknown_warehouse"),
        ("/lines/0/product", "unknown_product"),
        ("/lines/1/pack", "unknown_pack"),
        ("/lines/2/quantity", "not_whole_packs"),
        ("/lines/3/quantity", "required"),
        ("/lines/4/quantity", "said_twice"),
    }
    assert not SalesOrder.objects.exists()
    assert shop.order()["number"] == "SO-000001", "a refused order takes no number"


def test_an_order_may_be_confirmed_as_it_is_made(shop: Shop) -> None:
    made = shop.order(confirm=True)
    assert made["status"] == "confirmed"
    assert made["confirmed_at"] is not None
    assert SalesOrder.objects.get().promise_rank == 1
    actions = list(Entry.objects.filter(object_type="sales_order").values_list("action", flat=True))
    assert actions == ["sales_order.create", "sales_order.confirm"]


def test_without_a_warehouse_it_is_the_only_one_or_ones_own(shop: Shop) -> None:
    body = shop.body()
    del body["warehouse"]
    assert shop.client.post(API + "sales-orders", body).json()["warehouse"] == "MAIN"
    north = make_warehouse("NORTH")
    assert shop.client.post(API + "sales-orders", body).json()["errors"][0]["pointer"] == "/warehouse"
    user = shop.client.user
    assert user is not None
    user.warehouse = north
    user.save()
    assert shop.client.post(API + "sales-orders", body).json()["warehouse"] == "NORTH"


# ---- steps --------------------------------------------------------------------------------------
def test_an_order_goes_from_draft_to_allocated_and_back(shop: Shop) -> None:
    receive(shop.ale, "L1", quantity=240)
    made = shop.order(("ALE-330", 2))
    assert shop.step(made, "confirm")["status"] == "confirmed"
    done = shop.step(made, "allocate")
    assert (done["status"], done["allocation"], done["allocated"]) == ("allocated", "whole", 48)
    (promise,) = done["lines"][0]["allocations"]
    assert (promise["lot"], promise["location"], promise["quantity"], promise["picked"]) == (
        "L1",
        "MAIN/A-01",
        48,
        False,
    )
    assert shop.step(made, "deallocate")["allocation"] == "none"
    assert not Allocation.objects.exists()
    assert shop.step(made, "reopen")["status"] == "draft"
    assert shop.step(made, "cancel", {"reason": "no longer wanted"})["status"] == "cancelled"
    assert disagreements(seal=False) == []


def test_an_impossible_step_is_refused_and_says_what_is_possible(shop: Shop) -> None:
    made = shop.order()
    problem = shop.step(made, "allocate", status=409)
    assert problem["code"] == "impossible_step"
    assert problem["detail"] == "SO-000001 is a draft; it can be edited, confirmed or cancelled."
    assert problem["errors"][0]["possible_steps"] == ["edit", "confirm", "cancel"]


def test_what_is_not_there_waits_and_whole_refuses_to(shop: Shop) -> None:
    receive(shop.ale, "L1", quantity=30)
    made = shop.order(("ALE-330", 2), ("GIN-700", 1), confirm=True)
    problem = shop.step(made, "allocate", {"whole": True}, status=409)
    assert [one["pointer"] for one in problem["errors"]] == ["/lines/0", "/lines/1"]
    assert shop.read(made)["status"] == "confirmed"
    done = shop.step(made, "allocate")
    assert (done["status"], done["allocation"]) == ("allocated", "part")
    assert [line["allocated"] for line in done["lines"]] == [30, 0]
    assert shop.step(made, "allocate")["allocated"] == 30, "asked again, nothing is promised twice"


def test_nothing_there_is_a_backorder(shop: Shop) -> None:
    assert shop.allocated()["allocation"] == "backordered"


def test_chosen_lines_are_allocated_and_given_back(shop: Shop) -> None:
    receive(shop.ale, "L1", quantity=240)
    receive(shop.gin, "G1", quantity=60)
    made = shop.order(("ALE-330", 1), ("GIN-700", 1), confirm=True)
    ale, gin = (line["id"] for line in made["lines"])
    assert [line["allocated"] for line in shop.step(made, "allocate", {"lines": [gin]})["lines"]] == [0, 6]
    shop.step(made, "allocate")
    after = shop.step(made, "deallocate", {"lines": [gin]})
    assert (after["status"], [line["allocated"] for line in after["lines"]]) == ("confirmed", [24, 0])
    problem = shop.step(made, "allocate", {"lines": [ale, 999_999]}, status=422)
    assert problem["errors"][0]["pointer"] == "/lines/1"


def test_another_warehouse_helps_out_when_it_is_named(shop: Shop) -> None:
    make_warehouse("NORTH")
    receive(shop.ale, "L1", quantity=30)
    receive(shop.ale, "N1", quantity=240, location="NORTH/A-01")
    made = shop.order(("ALE-330", 2), confirm=True)
    done = shop.step(made, "allocate", {"warehouses": ["NORTH"]})
    assert done["allocation"] == "whole"
    assert [(one["location"], one["quantity"]) for one in done["lines"][0]["allocations"]] == [
        ("MAIN/A-01", 30),
        ("NORTH/A-01", 18),
    ]
    shop.step(made, "cancel", {"reason": "lost"})
    assert disagreements(seal=False) == []


def test_the_customers_days_count_from_the_delivery(shop: Shop) -> None:
    Customer.objects.update(minimum_remaining_days=30)
    receive(shop.ale, "SHORT", quantity=48, expiry_date=in_days(34), location="MAIN/A-01")
    receive(shop.ale, "LONG", quantity=48, expiry_date=in_days(36), location="MAIN/A-02")
    made = shop.allocated(("ALE-330", 1), delivery_date=in_days(5).isoformat())
    assert [one["lot"] for one in made["lines"][0]["allocations"]] == ["LONG"]
    (line,) = shop.read(made, "/allocation")["lines"]
    assert [(one["lot"], one["verdict"]) for one in line["considered"]] == [
        ("SHORT", "short_dated"),
        ("LONG", "taken"),
    ]
    assert "30 days after delivery" in line["considered"][0]["detail"]


def test_days_agreed_for_a_product_replace_the_customers_and_are_fixed_at_confirmation(shop: Shop) -> None:
    Customer.objects.update(minimum_remaining_days=30)
    terms = CustomerProduct.objects.create(customer=shop.pub, product=shop.ale, minimum_remaining_days=0)
    made = shop.order(("ALE-330", 1))
    assert made["lines"][0]["minimum_remaining_days"] == 0
    terms.minimum_remaining_days = 90
    terms.save()
    assert shop.step(made, "confirm")["lines"][0]["minimum_remaining_days"] == 90
    terms.delete()
    assert shop.read(made)["lines"][0]["minimum_remaining_days"] == 90


def test_what_is_missing_has_ways_out(shop: Shop) -> None:
    make_warehouse("NORTH")
    Customer.objects.update(minimum_remaining_days=30)
    receive(shop.ale, "SHORT", quantity=48, expiry_date=in_days(20))
    receive(shop.ale, "OK", quantity=24, location="MAIN/A-02")
    receive(shop.ale, "N1", quantity=240, location="NORTH/A-01")
    made = shop.allocated(("ALE-330", 2))
    (line,) = shop.read(made, "/allocation")["lines"]
    assert (line["allocated"], line["missing"]) == (24, 24)
    assert [(one["kind"], one["quantity"]) for one in line["ways_out"]] == [
        ("part", 24),
        ("other_warehouse", 24),
        ("shorter_life", 24),
        ("wait", 24),
    ]


# ---- changing -----------------------------------------------------------------------------------
def patch(shop: Shop, order: dict[str, Any], body: dict[str, Any], version: int | None = None) -> Any:
    version = order["version"] if version is None else version
    return shop.client.patch(f"{API}sales-orders/{order['id']}", body, version=version)


def test_a_drafts_lines_are_replaced_as_a_whole(shop: Shop) -> None:
    made = shop.order(("ALE-330", 2))
    answer = patch(shop, made, {"lines": [{"product": "GIN-700", "quantity_packs": 1}], "note": "hurry"})
    assert answer.status_code == 200, answer.json()
    changed = answer.json()
    assert [line["product"] for line in changed["lines"]] == ["GIN-700"]
    assert (changed["gross_total"], changed["note"], changed["version"]) == ("18.00", "hurry", 2)
    assert answer.headers["ETag"] == '"2"'


def test_two_editors_do_not_overwrite_each_other(shop: Shop) -> None:
    made = shop.order()
    assert patch(shop, made, {"note": "one"}).status_code == 200
    assert patch(shop, made, {"note": "two"}).status_code == 412
    assert shop.client.patch(f"{API}sales-orders/{made['id']}", {"note": "x"}).status_code == 428
    assert shop.read(made)["note"] == "one"


def test_after_confirmation_the_lines_stay(shop: Shop) -> None:
    made = shop.order(confirm=True)
    answer = patch(shop, made, {"lines": [{"product": "GIN-700", "quantity": 1}]})
    assert (answer.status_code, answer.json()["code"]) == (409, "impossible_step")
    assert patch(shop, made, {"note": "by the back door"}).status_code == 200


def test_a_later_delivery_for_which_promised_lots_are_too_old_is_refused_and_names_them(shop: Shop) -> None:
    receive(shop.ale, "L1", quantity=48, expiry_date=in_days(20))
    made = shop.allocated(("ALE-330", 1))
    answer = patch(shop, made, {"delivery_date": in_days(21).isoformat()})
    assert answer.status_code == 409
    (fault,) = answer.json()["errors"]
    assert (fault["code"], fault["lot"]) == ("lot_no_longer_fits", "L1")
    assert patch(shop, made, {"delivery_date": in_days(20).isoformat()}).status_code == 200
    assert [one["code"] for one in shop.read(made)["warnings"]] == []


# ---- by hand ------------------------------------------------------------------------------------
def test_a_manager_pins_a_lot_and_the_latest_one_gives_way(shop: Shop) -> None:
    receive(shop.ale, "EARLY", quantity=48, expiry_date=in_days(40), location="MAIN/A-01")
    receive(shop.ale, "LATE", quantity=48, expiry_date=in_days(80), location="MAIN/A-02")
    made = shop.allocated(("ALE-330", 2))
    line = made["lines"][0]["id"]
    done = shop.step(made, "pin", {"line": line, "lot": "LATE", "quantity": 24})
    assert {(one["lot"], one["quantity"]) for one in done["lines"][0]["allocations"]} == {
        ("EARLY", 24),
        ("LATE", 24),
    }
    back = {"line": line, "from_lot": "LATE", "to_lot": "EARLY", "quantity": 24}
    done = shop.step(made, "swap", back)
    assert [(one["lot"], one["quantity"]) for one in done["lines"][0]["allocations"]] == [("EARLY", 48)]
    assert disagreements(seal=False) == []


def test_no_hand_goes_round_the_rules(shop: Shop) -> None:
    Customer.objects.update(minimum_remaining_days=30)
    receive(shop.ale, "GOOD", quantity=48, expiry_date=in_days(90), location="MAIN/A-01")
    receive(shop.ale, "OLD", quantity=48, expiry_date=in_days(20), location="MAIN/A-02")
    receive(shop.ale, "HELD", quantity=48, expiry_date=in_days(90), location="MAIN/A-03")
    hold = {"lines": [{"product": "ALE-330", "lot": "HELD", "reason": "cloudy"}]}
    assert shop.client.post(API + "stock/hold", hold).status_code == 201
    made = shop.allocated(("ALE-330", 1))
    line = made["lines"][0]["id"]
    for lot, code in (("OLD", "lot_short_dated"), ("HELD", "lot_held")):
        problem = shop.step(made, "pin", {"line": line, "lot": lot, "quantity": 24}, status=409)
        assert problem["code"] == code, problem
        assert lot in problem["detail"]
    assert shop.step(made, "pin", {"line": line, "lot": "GOOD", "quantity": 25}, status=409)["code"] == (
        "more_than_owed"
    )
    assert (
        shop.step(made, "pin", {"line": line, "lot": "NONE", "quantity": 1}, status=422)["errors"][0][
            "pointer"
        ]
        == "/lot"
    )
    assert (
        shop.step(
            made, "swap", {"line": line, "from_lot": "OLD", "to_lot": "GOOD", "quantity": 1}, status=409
        )["code"]
        == "not_promised"
    )


# ---- looking ------------------------------------------------------------------------------------
def found(shop: Shop, **asked: Any) -> list[str]:
    answer = shop.client.get(API + "sales-orders", asked)
    assert answer.status_code == 200, answer.json()
    return [row["number"] for row in answer.json()["results"]]


def test_orders_are_found_by_what_people_know_of_them(shop: Shop) -> None:
    receive(shop.ale, "L24A", quantity=48)
    first = shop.allocated(("ALE-330", 1), customer_reference="PO 77", delivery_date="2020-01-01")
    Customer.objects.create(code="BAR", name="The Bar")
    second = shop.order(("GIN-700", 1), customer="BAR")
    one, two = first["number"], second["number"]
    assert found(shop) == [two, one]
    assert found(shop, ordering="delivery_date") == [one, two]
    for search in (one, one.lower(), "pub", "PO 77", "L24A"):
        assert found(shop, search=search) == [one], search
    assert found(shop, customer="BAR") == found(shop, customer=second["customer_id"]) == [two]
    assert found(shop, product="GIN-700") == [two]
    assert found(shop, lot="L24A") == [one]
    assert found(shop, status="draft") == [two]
    assert found(shop, allocation="whole") == [one]
    assert found(shop, allocation="none") == [two]
    assert found(shop, due_before="2020-01-02") == [one]
    assert found(shop, due_after="2020-01-01") == [two]
    assert found(shop, open="true") == [two, one]
    assert found(shop, open="false") == []
    assert shop.client.get(API + "sales-orders", {"colour": "red"}).status_code == 400


def test_the_summary_counts_what_the_list_shows(shop: Shop) -> None:
    shop.allocated(("ALE-330", 1), delivery_date="2020-01-01")
    shop.order()
    assert shop.client.get(API + "sales-orders/summary").json() == {
        "draft": 1,
        "confirmed": 0,
        "allocated": 1,
        "picking": 0,
        "packed": 0,
        "shipped": 0,
        "backordered": 1,
        "late": 1,
        "open": 2,
    }
    (late,) = [row for row in shop.client.get(API + "sales-orders").json()["results"] if row["late"]]
    assert late["allocation"] == "backordered"


def test_history_says_who_did_what_newest_first(shop: Shop) -> None:
    receive(shop.ale, "L1", quantity=48)
    made = shop.allocated(("ALE-330", 1))
    shop.step(made, "cancel", {"reason": "closed down"})
    rows = shop.read(made, "/history")
    assert [row["action"] for row in rows] == [
        "sales_order.cancel",
        "sales_order.allocate",
        "sales_order.confirm",
        "sales_order.create",
    ]
    assert rows[0]["after"]["reason"] == "closed down"
    assert shop.client.user is not None
    assert rows[0]["user"] == shop.client.user.username


def test_a_picker_sees_orders_without_prices(shop: Shop) -> None:
    made = shop.order()
    picker = signed_in_client("picker")
    for path in ("", f"/{made['id']}", f"/{made['id']}/history"):
        text = picker.get(f"{API}sales-orders{path}").content.decode()
        for word in ("price", "total", "amount", "72.00", "85.68", "36.00", "tax"):
            assert word not in text, (path, word)
    assert picker.get(API + "sales-orders", {"ordering": "gross_total"}).status_code == 400


def test_another_warehouses_order_is_not_there(shop: Shop) -> None:
    north = make_warehouse("NORTH")
    made = shop.order()
    other = signed_in_client("manager", warehouses=[north])
    for name in (made["id"], made["number"], f"id:{made['id']}", f"key:{made['number']}"):
        missing = other.get(f"{API}sales-orders/SO-999999")
        answer = other.get(f"{API}sales-orders/{name}")
        assert (answer.status_code, answer.json()) == (404, missing.json())
        for verb in ("confirm", "allocate", "deallocate", "reopen", "close"):
            assert other.post(f"{API}sales-orders/{name}/{verb}", {}).status_code == 404
        assert other.patch(f"{API}sales-orders/{name}", {"note": "x"}, version=1).status_code == 404
    assert other.get(API + "sales-orders").json()["results"] == []
    assert other.get(API + "sales-orders", {"search": made["number"]}).json()["results"] == []
    assert other.post(API + "sales-orders", shop.body()).json()["errors"][0]["code"] == "unknown_warehouse"
    assert other.get(API + "sales-orders/summary").json()["open"] == 0


def test_a_place_in_another_warehouse_is_not_named(shop: Shop) -> None:
    make_warehouse("NORTH")
    receive(shop.ale, "N1", quantity=240, location="NORTH/A-01")
    made = shop.order(("ALE-330", 2), confirm=True)
    shop.step(made, "allocate", {"warehouses": ["NORTH"]})
    local = signed_in_client("manager", warehouses=[shop.main])
    answer = local.get(f"{API}sales-orders/{made['id']}")
    assert "NORTH" not in answer.content.decode()
    assert "NORTH" not in local.get(f"{API}sales-orders/{made['id']}/allocation").content.decode()
    problem = local.post(f"{API}sales-orders/{made['id']}/allocate", {"warehouses": ["NORTH"]})
    assert problem.json()["errors"][0]["code"] == "unknown_warehouse"


# ---- while typing -------------------------------------------------------------------------------
def test_a_preview_tells_prices_and_what_is_there_and_writes_nothing(shop: Shop) -> None:
    receive(shop.ale, "L1", quantity=60)
    shop.order(("ALE-330", 1), confirm=True)
    before = Entry.objects.count()
    answer = shop.client.post(API + "sales-orders/preview", shop.body(("ALE-330", 3), ("NONE", 1)))
    assert answer.status_code == 200, answer.json()
    shown = answer.json()
    (line,) = shown["lines"]
    assert (line["net_amount"], line["available"], line["available_for_customer"]) == ("108.00", 60, 60)
    assert (line["atp"], line["missing"]) == (36, 12)
    assert [one["kind"] for one in line["ways_out"]] == ["part", "wait"]
    assert line["considered"][0]["lot"] == "L1"
    assert [one["pointer"] for one in shown["errors"]] == ["/lines/1/product"]
    assert SalesOrder.objects.count() == 1
    assert Entry.objects.count() == before


# ---- what can be promised -----------------------------------------------------------------------
def test_one_number_everywhere(shop: Shop) -> None:
    cage = make_location(shop.main, "RET", kind="returns")
    receive(shop.ale, "L1", quantity=240)
    receive(shop.ale, "L2", quantity=100, location=cage.full_code)
    receive(shop.ale, "L3", quantity=50, expiry_date=in_days(3), location="MAIN/A-02")
    receive(shop.ale, "L4", quantity=30, location="MAIN/A-03")
    hold = {"lines": [{"product": "ALE-330", "lot": "L4", "reason": "cloudy"}]}
    assert shop.client.post(API + "stock/hold", hold).status_code == 201
    shop.allocated(("ALE-330", 2))
    shop.order(("ALE-330", 1), confirm=True, delivery_date=in_days(4).isoformat())
    shop.order(("ALE-330", 1), confirm=True, delivery_date=in_days(9).isoformat())
    shop.order(("ALE-330", 9))  # a draft promises nothing

    def atp(**asked: Any) -> dict[str, Any]:
        (row,) = shop.client.get(API + "atp", {"product": "ALE-330", **asked}).json()["results"]
        return dict(row)

    (free,) = shop.client.get(API + "availability", {"product": "ALE-330"}).json()["results"]
    today = atp()
    for name in ("on_hand", "allocated", "held", "expired", "available"):
        assert today[name] == free[name], name
    assert (today["promised"], today["on_order"]) == (0, 0)
    assert today["atp"] == today["available"] - today["promised"]
    soon = atp(date=in_days(5).isoformat(), warehouse="MAIN")
    assert soon["available"] == today["available"] - 50, "what expires before then is not available"
    assert (soon["promised"], soon["atp"]) == (24, soon["available"] - 24)
    assert atp(date=in_days(30).isoformat())["promised"] == 48
    assert soon["warehouse"] == "MAIN"


# ---- customers ----------------------------------------------------------------------------------
def test_what_a_customer_agreed_is_master_data(shop: Shop) -> None:
    body = {"customer": "PUB", "product": "ALE-330", "unit_price": "1.25", "minimum_remaining_days": 45}
    made = shop.client.post(API + "customer-products", body)
    assert made.status_code == 201, made.json()
    row = made.json()
    assert (row["customer"], row["product"], row["unit_price"]) == ("PUB", "ALE-330", "1.2500")
    assert shop.client.post(API + "customer-products", body).status_code == 409
    address = f"{API}customer-products/{row['id']}"
    assert shop.client.patch(address, {"customer_sku": "X-1"}, version=1).json()["customer_sku"] == "X-1"
    assert shop.client.patch(address, {"product": "GIN-700"}, version=2).status_code == 422
    listed = shop.client.get(API + "customer-products", {"customer": "PUB", "product": "ALE-330"}).json()
    assert len(listed["results"]) == 1
    assert shop.client.delete(address, version=2).status_code == 204


def test_how_things_stand_with_a_customer(shop: Shop) -> None:
    shop.order(("ALE-330", 1), confirm=True, delivery_date="2020-01-01")
    shop.order(("ALE-330", 1))
    answer = shop.client.get(API + "customers/PUB/summary").json()
    assert (answer["open_orders"], answer["overdue_orders"], answer["shipments"]) == (2, 1, 0)
    assert answer["ordered_total_12m"] == "42.84"
    picker = signed_in_client("picker").get(API + "customers/PUB/summary").json()
    assert "ordered_total_12m" not in picker
