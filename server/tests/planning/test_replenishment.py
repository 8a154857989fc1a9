"""What is proposed, through the API: how much, of whom, why, and what becomes of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from stillage.audit.models import Entry
from stillage.catalogue.models import Pack, Status
from stillage.core.clock import now
from stillage.planning.models import Policy, Proposal, SupplierPlan, WarehousePlan
from stillage.purchasing.models import PurchaseOrder, Supplier
from stillage.sales import operations as selling
from stillage.sales.drafting import AskedLine, AskedOrder
from stillage.sales.models import Customer
from stillage.stock import operations as stock
from tests.builders import BOSS, make_warehouse, receive
from tests.people import Client, new_key, signed_in_client
from tests.planning.buyer import API, Buyer, make_forecast, make_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer() -> Buyer:
    return Buyer()


@pytest.fixture
def client() -> Client:
    return signed_in_client("buyer")


def rows(client: Client, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"{API}replenishment{query}")
    assert answer.status_code == 200, answer.json()
    return list(answer.json()["results"])


def row_of(client: Client, sku: str) -> dict[str, Any]:
    (found,) = [one for one in rows(client) if one["product"] == sku]
    return found


def test_a_proposal_says_how_much_of_whom_and_why(buyer: Buyer, client: Client) -> None:
    row = row_of(client, "STOUT-P")
    assert (row["supplier"], row["warehouse"], row["pack_name"]) == ("BREW-P", "MAIN", "case")
    assert row["quantity"] == row["quantity_packs"] * 24 >= row["needed"] > row["quantity"] - 24
    why = row["why"]
    assert why["order_up_to"] >= why["expected_demand"] > 90
    assert why["lead_time_source"] == "catalogue" and why["review_days"] == 7
    assert row["needed"] == pytest.approx(why["order_up_to"] - 24, abs=1)
    assert row["urgency"] == 0 and row["troubles"][0]["code"] == "runs_out_before_delivery"
    assert row["sentence"] == "Sells 2 cases a week, 1 on hand, 7 days' lead time, 92 % service"
    whole = client.get(f"{API}replenishment/{row['id']}").json()
    assert any("go stale" not in line and "free" in line for line in whole["explanation"])
    packs = [one["quantity_packs"] for one in whole["levels"]]
    assert packs == sorted(packs) and packs[-1] > packs[0]


def test_enough_on_the_shelf_or_on_order_proposes_nothing(buyer: Buyer, client: Client) -> None:
    receive(buyer.stout, "L2", quantity=480)
    row = row_of(client, "STOUT-P")
    assert row["changed_since"]
    buyer.work_out()
    assert {one["product"] for one in rows(client)} == {"PORTER-P"}


def test_accepted_proposals_become_one_order_a_supplier(buyer: Buyer, client: Client) -> None:
    stout, porter = row_of(client, "STOUT-P"), row_of(client, "PORTER-P")
    answer = client.post(
        f"{API}replenishment/accept",
        {"lines": [{"id": stout["id"]}, {"id": porter["id"], "quantity_packs": 9}]},
        key=new_key(),
    )
    assert answer.status_code == 201, answer.json()
    (made,) = answer.json()["orders"]
    assert (made["lines"], made["status"], made["supplier"]) == (2, "draft", "BREW-P")
    order = PurchaseOrder.objects.get(pk=made["id"])
    assert sorted(line.quantity_packs for line in order.lines.all()) == sorted([stout["quantity_packs"], 9])
    told = rows(client, "?status=accepted")
    assert {one["purchase_order"] for one in told} == {made["number"]}
    assert {one["chosen_packs"] for one in told} == {stout["quantity_packs"], 9}
    buyer.work_out()  # a draft counts as on order
    assert rows(client) == []
    again = client.post(f"{API}replenishment/accept", {"lines": [{"id": stout["id"]}]})
    assert (again.status_code, again.json()["code"]) == (409, "already_answered")
    assert Entry.objects.filter(action="proposal.accept").count() == 2


def test_the_same_key_accepts_once(buyer: Buyer, client: Client) -> None:
    key, body = new_key(), {"lines": [{"id": row_of(client, "STOUT-P")["id"]}], "place": True}
    first = client.post(f"{API}replenishment/accept", body, key=key)
    second = client.post(f"{API}replenishment/accept", body, key=key)
    assert first.status_code == 201 and first.content == second.content
    assert PurchaseOrder.objects.get().status == "placed"


def test_all_faults_of_accepting_are_told_at_once(buyer: Buyer, client: Client) -> None:
    lonely = buyer.product("LONELY-P", per_week=30, offered=False)
    buyer.work_out()
    body = {"lines": [{"id": buyer.proposal(lonely).pk}, {"id": 999_999}, {"id": 999_999}]}
    answer = client.post(f"{API}replenishment/accept", body)
    assert answer.status_code == 422
    assert {one["pointer"] for one in answer.json()["errors"]} == {"/lines/1/id", "/lines/2/id"}
    body["lines"] = body["lines"][:1]
    answer = client.post(f"{API}replenishment/accept", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "no_supplier")
    assert PurchaseOrder.objects.count() == 0


def test_what_a_supplier_would_not_deliver_is_told_when_it_goes_out(buyer: Buyer, client: Client) -> None:
    Supplier.objects.filter(pk=buyer.brew.pk).update(minimum_order_value="9000")
    buyer.work_out()
    row = row_of(client, "STOUT-P")
    body = {"lines": [{"id": row["id"], "quantity_packs": 1}], "place": True}
    answer = client.post(f"{API}replenishment/accept", body)
    assert answer.status_code == 422 and answer.json()["code"] == "below_minimum_order_value"
    assert answer.json()["errors"][0]["pointer"] == "/lines/0"
    answer = client.post(f"{API}replenishment/accept", {**body, "ignore_warnings": True})
    assert answer.status_code == 201


def test_a_refused_proposal_sleeps_and_wakes(buyer: Buyer, client: Client) -> None:
    row = row_of(client, "STOUT-P")
    until = now().date() + dt.timedelta(days=3)
    body = {"lines": [{"id": row["id"]}], "reason": "too much", "until": until.isoformat()}
    assert client.post(f"{API}replenishment/refuse", body).status_code == 200
    buyer.work_out()
    assert {one["product"] for one in rows(client)} == {"PORTER-P"}
    (refused,) = rows(client, "?status=refused")
    assert (refused["reason"], refused["snoozed_until"]) == ("too much", until.isoformat())
    Proposal.objects.filter(pk=row["id"]).update(snoozed_until=now().date() - dt.timedelta(days=1))
    buyer.work_out()
    assert {one["product"] for one in rows(client)} == {"PORTER-P", "STOUT-P"}
    answer = client.post(f"{API}replenishment/reopen", {"lines": [{"id": row["id"]}]})
    assert (answer.status_code, answer.json()["code"]) == (409, "proposed_anew")


def test_a_refused_proposal_is_opened_again(buyer: Buyer, client: Client) -> None:
    row = row_of(client, "STOUT-P")
    client.post(f"{API}replenishment/refuse", {"lines": [{"id": row["id"]}], "reason": "later"})
    answer = client.post(f"{API}replenishment/reopen", {"lines": [{"id": row["id"]}]})
    assert answer.status_code == 200, answer.json()
    assert row_of(client, "STOUT-P")["id"] == row["id"]
    answer = client.post(f"{API}replenishment/reopen", {"lines": [{"id": row["id"]}]})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_refused")


def test_working_out_again_keeps_who_an_open_proposal_is(buyer: Buyer, client: Client) -> None:
    before = row_of(client, "STOUT-P")
    receive(buyer.stout, "L2", quantity=24)
    answer = client.post(f"{API}replenishment/work-out", {"warehouse": "MAIN"}, key=new_key())
    assert answer.status_code == 200 and answer.json()["open"] == 2
    after = row_of(client, "STOUT-P")
    assert after["id"] == before["id"] and after["needed"] == before["needed"] - 24
    assert not after["changed_since"]


def test_all_warehouses_one_sees_are_worked_out_where_none_is_named(buyer: Buyer, client: Client) -> None:
    Proposal.objects.all().delete()
    make_warehouse("NORTH")
    answer = client.post(f"{API}replenishment/work-out", {"warehouse": None}, key=new_key())
    assert answer.status_code == 200 and answer.json()["open"] == 2
    assert Entry.objects.filter(action="proposal.work_out").count() == 2


def test_another_warehouse_is_like_none(buyer: Buyer) -> None:
    north = make_warehouse("NORTH")
    stranger = signed_in_client("buyer", warehouses=[north])
    pk = buyer.proposal(buyer.stout).pk
    assert rows(stranger) == []
    assert stranger.get(f"{API}replenishment/{pk}").status_code == 404
    assert stranger.get(f"{API}replenishment/suppliers").json()["results"] == []
    assert stranger.get(f"{API}replenishment/summary").json()["open"] == 0
    assert stranger.post(f"{API}replenishment/work-out", {"warehouse": "MAIN"}).status_code == 404
    for step, extra in (("accept", {}), ("refuse", {"reason": "x"}), ("reopen", {})):
        answer = stranger.post(f"{API}replenishment/{step}", {"lines": [{"id": pk}], **extra})
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_proposal"), step


def test_costs_are_for_who_may_see_them(buyer: Buyer) -> None:
    SupplierPlan.objects.create(supplier=buyer.brew, warehouse=buyer.main, budget="10.00")
    buyer.work_out()
    sales = signed_in_client("sales")
    row = row_of(sales, "STOUT-P")
    assert "pack_cost" not in row and "net_amount" not in row
    over = next(one for one in row["troubles"] if one["code"] == "over_budget")
    assert "budget_amount" not in over["values"]
    assert "net_amount" not in str(sales.get(f"{API}replenishment/{row['id']}").json()["levels"])
    group = sales.get(f"{API}replenishment/suppliers").json()["results"][0]
    assert not {"net_total", "budget", "minimum_order_value", "over_budget"} & set(group)
    assert "net_total" not in sales.get(f"{API}replenishment/summary").json()
    assert sales.get(f"{API}replenishment?ordering=net_amount").status_code == 400
    assert row_of(signed_in_client("buyer"), "STOUT-P")["pack_cost"] == "12.0000"


# ---- how much -------------------------------------------------------------------------------------
def test_what_would_not_sell_before_its_day_is_not_bought(buyer: Buyer, client: Client) -> None:
    short = buyer.product("FRESH-P", per_week=12, shelf_life_days=28)
    make_offer(short, Supplier.objects.create(code="BULK", name="Bulk"), cost="1.00", minimum_quantity=50)
    buyer.work_out()
    row = row_of(client, "FRESH-P")
    assert row["supplier"] == "BREW-P", "fifty cases last a year, however cheap"
    assert (row["why"]["supplier_choice"], row["why"]["other_suppliers"]) == ("smallest_order", 1)
    last_day = 7 + 28 + 1
    assert 0 < row["quantity"] <= 12 * last_day / 7
    make_forecast(short, buyer.main, per_week=2)
    buyer.work_out()
    row = row_of(client, "FRESH-P")
    assert row["quantity_packs"] == 0
    assert row["troubles"][-1]["code"] == "expires_first"
    assert row["why"]["expiry_cap"] < 24


def test_stock_that_goes_stale_before_it_sells_covers_nothing(buyer: Buyer, client: Client) -> None:
    dying = buyer.product("DYING-P", per_week=24)
    day = now().date() + dt.timedelta(days=3)
    receive(dying, "OLD", quantity=240, expiry_date=day)
    buyer.work_out()
    row = row_of(client, "DYING-P")
    assert row["free"] == 240 and row["quantity"] > 0
    assert row["why"]["dying"] > 200


def test_minimum_multiple_and_layers_round(buyer: Buyer, client: Client) -> None:
    by_layer = buyer.product("LAYER-P", per_week=48, offered=False)
    Pack.objects.create(product=by_layer, name="layer", units_per_pack=240)
    make_offer(by_layer, buyer.brew, order_multiple=10, minimum_quantity=5)
    buyer.work_out()
    row = row_of(client, "LAYER-P")
    assert row["quantity_packs"] == 10 and row["why"]["rounding"] == "multiple"
    assert (row["order_multiple"], row["multiple_name"], row["minimum_packs"]) == (10, "layer", 10)


def test_policies_hold_stock_up_and_down(buyer: Buyer, client: Client) -> None:
    scope = f"product:{buyer.stout.pk}@*"
    Policy.objects.create(product=buyer.stout, scope=scope, minimum_units=480)
    buyer.work_out()
    assert row_of(client, "STOUT-P")["needed"] == 480 - 24
    Policy.objects.filter(scope=scope).update(minimum_units=None, maximum_units=60)
    buyer.work_out()
    row = row_of(client, "STOUT-P")
    assert row["quantity"] == 24 and row["troubles"][-1]["code"] == "at_maximum"
    Policy.objects.filter(scope=scope).update(order=False)
    buyer.work_out()
    assert {one["product"] for one in rows(client)} == {"PORTER-P"}


def test_what_is_discontinued_or_sold_by_nobody_is_said(buyer: Buyer, client: Client) -> None:
    lonely = buyer.product("LONELY-P", per_week=30, offered=False)
    buyer.work_out()
    (row,) = rows(client, "?trouble=no_supplier")
    assert (row["product"], row["supplier"], row["quantity_packs"] > 0) == ("LONELY-P", None, True)
    assert rows(client, "?supplier=none")[0]["id"] == row["id"]
    last = client.get(f"{API}replenishment/suppliers").json()["results"][-1]
    assert (last["supplier"], last["lines"]) == (None, 1)
    lonely.status = Status.DISCONTINUED
    lonely.save()
    buyer.work_out()
    assert "LONELY-P" not in {one["product"] for one in rows(client)}


def _owed(sku: str, units: int) -> None:
    """A customer's order that nothing is there for."""
    Customer.objects.get_or_create(code="PUB-P", defaults={"name": "The Planned Pub"})
    asked = AskedOrder(
        customer="PUB-P",
        warehouse="MAIN",
        delivery_date=now().date() + dt.timedelta(days=2),
        lines=[AskedLine(product=sku, quantity=units)],
    )
    selling.create_order(actor=BOSS, asked=asked, at=now(), confirm=True)


def test_what_customers_wait_for_is_ordered_besides(buyer: Buyer, client: Client) -> None:
    before = row_of(client, "STOUT-P")
    _owed("STOUT-P", 48)
    new = buyer.product("NEW-P", per_week=None)
    _owed("NEW-P", 30)
    buyer.work_out()
    after = row_of(client, "STOUT-P")
    assert after["needed"] == before["needed"] + 48 and after["why"]["owed"] == 48
    assert "2 owed to customers" in after["sentence"]
    row = row_of(client, "NEW-P")
    assert (row["needed"], row["quantity"]) == (30, 48)
    assert "no_forecast" in {one["code"] for one in row["troubles"]}
    assert row["sentence"].startswith("No forecast yet, 0 on hand")
    new.status = Status.DISCONTINUED
    new.save()
    buyer.work_out()
    row = row_of(client, "NEW-P")
    assert row["quantity_packs"] == 0 and row["troubles"][-1]["code"] == "discontinued"
    answer = client.post(f"{API}replenishment/accept", {"lines": [{"id": row["id"]}]})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "required")


def test_what_is_held_is_told_and_covers_nothing(buyer: Buyer, client: Client) -> None:
    receive(buyer.stout, "H1", quantity=240)
    held = stock.HoldLine("STOUT-P", "cloudy", "H1")
    stock.hold(actor=BOSS, lines=[held], at=now())
    before = row_of(client, "STOUT-P")["needed"]
    buyer.work_out()
    row = row_of(client, "STOUT-P")
    assert row["needed"] == before and (row["on_hand"], row["free"]) == (264, 24)
    assert {"code": "stock_held", "values": {"units": 240}} in row["troubles"]
    assert "11 on hand (10 of them held)" in row["sentence"]


def test_what_can_wait_until_the_next_review_waits(buyer: Buyer, client: Client) -> None:
    receive(buyer.stout, "L2", quantity=58)
    buyer.work_out()
    assert row_of(client, "STOUT-P")["urgency"] > 1
    yesterday = now() - dt.timedelta(days=1)
    order = PurchaseOrder.objects.create(
        number="PO-X",
        supplier=buyer.brew,
        warehouse=buyer.main,
        status="received",
        expected_date=yesterday.date(),
        currency="EUR",
        username="x",
        placed_at=yesterday,
    )
    buyer.work_out()
    assert "STOUT-P" in {one["product"] for one in rows(client)}, "the next review is later than it can wait"
    PurchaseOrder.objects.filter(pk=order.pk).update(placed_at=now() - dt.timedelta(days=6))
    buyer.work_out()
    assert "STOUT-P" not in {one["product"] for one in rows(client)}, "tomorrow is early enough"


def test_a_truck_that_is_nearly_full_is_filled_by_what_is_needed_next(buyer: Buyer, client: Client) -> None:
    for product in (buyer.stout, buyer.porter):
        Pack.objects.create(product=product, name="pallet", units_per_pack=96)
    enough = buyer.product("ENOUGH-P", per_week=48, on_hand=180)
    Pack.objects.create(product=enough, name="pallet", units_per_pack=96)
    buyer.work_out()
    assert "ENOUGH-P" not in {one["product"] for one in rows(client)}
    loaded = sum(one["quantity"] for one in rows(client)) / 96
    truck = int(loaded) + 1
    SupplierPlan.objects.create(
        supplier=buyer.brew, warehouse=buyer.main, truck_pallets=truck, truck_fill_percent=50
    )
    buyer.work_out()
    (group,) = client.get(f"{API}replenishment/suppliers").json()["results"]
    assert loaded < truck and truck - 0.25 < group["pallets"] <= truck
    filled = [one for one in rows(client) if one["why"]["rounding"] == "truck"]
    assert filled and all(one["urgency"] < 400 for one in filled)
    SupplierPlan.objects.update(truck_pallets=truck * 40, truck_fill_percent=90)
    buyer.work_out()
    (group,) = client.get(f"{API}replenishment/suppliers").json()["results"]
    assert group["pallets"] == pytest.approx(loaded, abs=0.01), "a truck that is nearly empty is not filled"


def test_budgets_cut_what_is_least_urgent(buyer: Buyer, client: Client) -> None:
    receive(buyer.porter, "L2", quantity=10)
    buyer.work_out()
    before = {one["product"]: one for one in rows(client)}
    assert before["STOUT-P"]["urgency"] < before["PORTER-P"]["urgency"]
    budget = before["STOUT-P"]["net_amount"]
    SupplierPlan.objects.create(supplier=buyer.brew, warehouse=buyer.main, budget=budget)
    buyer.work_out()
    after = {one["product"]: one for one in rows(client)}
    assert after["STOUT-P"]["quantity_packs"] == before["STOUT-P"]["quantity_packs"]
    assert after["PORTER-P"]["quantity_packs"] == 0
    assert after["PORTER-P"]["troubles"][-1]["code"] == "over_budget"
    SupplierPlan.objects.all().delete()
    WarehousePlan.objects.create(warehouse=buyer.main, budget="12.00")
    buyer.work_out()
    assert sum(one["quantity_packs"] for one in rows(client)) == 1


def test_an_order_below_the_minimum_value_is_raised_or_waits(buyer: Buyer, client: Client) -> None:
    Supplier.objects.update(minimum_order_value="200.00")
    buyer.work_out()
    total = sum(float(one["net_amount"]) for one in rows(client))
    assert total >= 200
    said = {
        one["values"]["decision"]
        for row in rows(client)
        for one in row["troubles"]
        if "decision" in one["values"]
    }
    assert said == {"raised"}
    receive(buyer.stout, "L2", quantity=64)
    receive(buyer.porter, "L2", quantity=16)
    buyer.work_out()
    left = rows(client)
    assert left and all(one["urgency"] > 1 for one in left)
    assert left[0]["troubles"][-1]["values"]["decision"] == "wait"


def test_a_minimum_truck_and_budget_never_break_the_shelf_life(buyer: Buyer, client: Client) -> None:
    for name in ("FRESH-1", "FRESH-2"):
        buyer.product(name, per_week=12, shelf_life_days=30)
    Supplier.objects.update(minimum_order_value="5000.00")
    buyer.work_out()
    for name in ("FRESH-1", "FRESH-2"):
        row = row_of(client, name)
        assert row["quantity"] <= row["why"]["expiry_cap"]


def test_deliveries_that_were_seen_make_the_lead_time(buyer: Buyer, client: Client) -> None:
    for days in (20, 21, 22, 20, 22):
        placed = now() - dt.timedelta(days=200)
        order = PurchaseOrder.objects.create(
            number=f"PO-{days}-{PurchaseOrder.objects.count()}",
            supplier=buyer.brew,
            warehouse=buyer.main,
            status="received",
            expected_date=placed.date(),
            currency="EUR",
            username="x",
            placed_at=placed,
            received_at=placed + dt.timedelta(days=days),
        )
        assert order.pk
    buyer.work_out()
    why = row_of(client, "STOUT-P")["why"]
    assert why["lead_time_source"] == "receipts" and 14 < why["lead_time_days"] < 21
    assert why["lead_time_spread_days"] > 3
    SupplierPlan.objects.create(supplier=buyer.brew, warehouse=buyer.main, lead_time_days=30)
    buyer.work_out()
    why = row_of(client, "STOUT-P")["why"]
    assert (why["lead_time_source"], round(why["lead_time_days"])) == ("supplier_plan", 30)


def test_orders_go_out_on_the_days_that_are_agreed(buyer: Buyer, client: Client) -> None:
    day = now().date() + dt.timedelta(days=3)
    SupplierPlan.objects.create(supplier=buyer.brew, warehouse=buyer.main, order_weekdays=str(day.weekday()))
    before = row_of(client, "STOUT-P")
    buyer.work_out()
    after = row_of(client, "STOUT-P")
    assert after["expected_date"] == (day + dt.timedelta(days=7)).isoformat()
    assert after["needed"] > before["needed"]


# ---- bad input ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "line", [{}, {"id": 0}, {"id": -1}, {"id": "1"}, {"id": 1.5}, {"id": None}, {"id": 2**70}]
)
def test_lines_are_read_strictly(buyer: Buyer, client: Client, line: dict[str, Any]) -> None:
    for step in ("accept", "refuse", "reopen"):
        answer = client.post(
            f"{API}replenishment/{step}",
            {"lines": [line], "reason": "x"} if step == "refuse" else {"lines": [line]},
        )
        assert answer.status_code in (400, 422), (step, answer.json())
        if answer.status_code == 422:
            assert answer.json()["errors"][0]["pointer"].startswith("/lines/0")


@pytest.mark.parametrize("packs", [0, -1, 1.5, "3", True, 2**40])
def test_packs_are_read_strictly(buyer: Buyer, client: Client, packs: Any) -> None:
    pk = buyer.proposal(buyer.stout).pk
    answer = client.post(f"{API}replenishment/accept", {"lines": [{"id": pk, "quantity_packs": packs}]})
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/lines/0/quantity_packs"


@pytest.mark.parametrize(
    "body",
    [
        {"reason": ""},
        {"reason": None},
        {},
        {"reason": "x" * 201},
        {"reason": "a\u202eb"},
        {"reason": "x", "until": "2020-01-01"},
        {"reason": "x", "until": "tomorrow"},
        {"reason": "x", "until": "2190-01-01"},
    ],
)
def test_a_refusal_says_why_and_until_a_day_ahead(buyer: Buyer, client: Client, body: dict[str, Any]) -> None:
    pk = buyer.proposal(buyer.stout).pk
    answer = client.post(f"{API}replenishment/refuse", {"lines": [{"id": pk}], **body})
    assert answer.status_code == 422, answer.json()
    assert buyer.proposal(buyer.stout).status == "open"


@pytest.mark.parametrize(
    "query",
    ["?urgency=very", "?trouble=x", "?status=x", "?colour=red", "?ordering=x", "?limit=0", "?cursor=x"],
)
def test_lists_are_asked_strictly(buyer: Buyer, client: Client, query: str) -> None:
    assert client.get(f"{API}replenishment{query}").status_code == 400


def test_a_page_goes_on_where_the_last_one_ended(buyer: Buyer, client: Client) -> None:
    for at in range(7):
        buyer.product(f"MORE-{at}", per_week=24)
    buyer.work_out()
    for ordering in ("urgency", "-product_name", "quantity", "-net_amount"):
        seen: list[int] = []
        address = f"{API}replenishment?limit=2&count=true&ordering={ordering}"
        answer = client.get(address).json()
        while True:
            seen += [one["id"] for one in answer["results"]]
            if not answer["next"]:
                break
            answer = client.get(f"{address}&cursor={answer['next']}").json()
        assert len(seen) == len(set(seen)) == answer["count"] == 9
