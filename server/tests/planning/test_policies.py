"""What is wanted of products, through the API: the most particular word counts, and all faults are told."""

from __future__ import annotations

from typing import Any

import pytest

from stillage.audit.models import Entry
from stillage.catalogue.models import Category
from stillage.planning.models import Policy, SupplierPlan
from tests.builders import make_warehouse
from tests.people import Client, signed_in_client
from tests.planning.buyer import API, Buyer

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer() -> Buyer:
    return Buyer(work_out=False)


@pytest.fixture
def client() -> Client:
    return signed_in_client("buyer")


def make(client: Client, name: str = "policies", **body: Any) -> dict[str, Any]:
    answer = client.post(f"{API}{name}", body)
    assert answer.status_code == 201, answer.json()
    return dict(answer.json())


def effective(client: Client) -> dict[str, Any]:
    answer = client.get(f"{API}policies/effective?product=STOUT-P&warehouse=MAIN")
    assert answer.status_code == 200, answer.json()
    return dict(answer.json())


def test_the_most_particular_policy_counts_field_by_field(buyer: Buyer, client: Client) -> None:
    found = effective(client)
    assert found["service_level_percent"] == {"value": "92.0", "source": "default", "policy_id": None}
    assert found["review_days"]["value"] == 7 and found["order"]["value"] is True
    category = Category.objects.create(name="Stout")
    buyer.stout.category = category
    buyer.stout.save()
    of_all = make(client, service_level_percent="90.0", review_days=14, minimum_units=5)
    of_class = make(client, abc_class="C", service_level_percent="91.0", sale_days_left=9)
    of_category = make(client, category="Stout", service_level_percent="94.0")
    here = make(client, category="Stout", warehouse="MAIN", service_level_percent="95.0")
    found = effective(client)
    said = {name: (one["source"], one["policy_id"]) for name, one in found.items() if isinstance(one, dict)}
    assert said["service_level_percent"] == ("category", here["id"])
    assert said["sale_days_left"] == ("class", of_class["id"])
    assert said["review_days"] == ("all", of_all["id"])
    plan = make(client, "supplier-plans", supplier="BREW-P", warehouse="MAIN", review_days=3)
    assert effective(client)["review_days"] == {"value": 3, "source": "supplier_plan", "policy_id": None}
    own = make(client, product="STOUT-P", review_days=10, service_level_percent="99.9")
    found = effective(client)
    assert (found["review_days"]["source"], found["review_days"]["policy_id"]) == ("product", own["id"])
    assert found["service_level_percent"]["value"] == "99.9"
    assert plan["version"] == of_category["version"] == 1


def test_policies_are_changed_by_who_read_them(buyer: Buyer, client: Client) -> None:
    one = make(client, product="STOUT-P", service_level_percent="97.5", note="festival")
    address = f"{API}policies/{one['id']}"
    assert client.get(address)["ETag"] == '"1"'
    assert client.patch(address, {"order": False}).status_code == 428
    assert client.patch(address, {"order": False}, version=9).status_code == 412
    answer = client.patch(address, {"order": False, "service_level_percent": None}, version=1)
    assert answer.status_code == 200 and answer.json()["order"] is False
    assert client.patch(address, {"order": None}, version=2).status_code == 422, "it would say nothing"
    assert client.patch(address, {"product": "PORTER-P"}, version=2).status_code == 422
    assert client.delete(address, version=2).status_code == 204
    actions = list(Entry.objects.filter(object_type="policy").order_by("pk").values_list("action", flat=True))
    assert actions == ["policy.create", "policy.update", "policy.delete"]


def test_there_is_one_policy_about_a_thing(buyer: Buyer, client: Client) -> None:
    make(client, product="STOUT-P", order=False)
    answer = client.post(f"{API}policies", {"product": buyer.stout.pk, "order": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")
    make(client, product="STOUT-P", warehouse="MAIN", order=False)
    make(client, order=True)
    assert client.post(f"{API}policies", {"order": True}).status_code == 409
    make(client, "supplier-plans", supplier="BREW-P", warehouse="MAIN")
    answer = client.post(f"{API}supplier-plans", {"supplier": "BREW-P", "warehouse": "MAIN"})
    assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/service_level_percent"}),
        ({"service_level_percent": "49.9"}, {"/service_level_percent"}),
        ({"service_level_percent": "100"}, {"/service_level_percent"}),
        ({"service_level_percent": 97}, {"/service_level_percent"}),
        ({"service_level_percent": "97.55"}, {"/service_level_percent"}),
        ({"service_level_percent": ""}, {"/service_level_percent"}),
        ({"review_days": 0, "lead_time_days": -1}, {"/review_days", "/lead_time_days"}),
        ({"review_days": 2**40, "order": "yes"}, {"/review_days", "/order"}),
        ({"minimum_units": 5, "maximum_units": 4}, {"/maximum_units"}),
        ({"minimum_units": 1.5, "maximum_cover_days": 0}, {"/minimum_units", "/maximum_cover_days"}),
        ({"sale_days_left": "7", "note": "a\u202eb"}, {"/sale_days_left", "/note"}),
        ({"product": "STOUT-P", "abc_class": "A", "order": True}, {"/abc_class"}),
        ({"product": "NOTHING", "category": "Nothing", "order": True}, {"/product", "/category"}),
        ({"abc_class": "D", "warehouse": "NOWHERE", "order": True}, {"/abc_class", "/warehouse"}),
        ({"order": True, "colour": "red", "scope": "all@*"}, {"/colour", "/scope"}),
    ],
)
def test_all_faults_of_a_policy_are_told_at_once(
    buyer: Buyer, client: Client, body: dict[str, Any], pointers: set[str]
) -> None:
    answer = client.post(f"{API}policies", body)
    assert answer.status_code == 422, answer.json()
    assert {one["pointer"] for one in answer.json()["errors"]} == pointers
    assert Policy.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/supplier", "/warehouse"}),
        ({"supplier": None, "warehouse": ""}, {"/supplier", "/warehouse"}),
        ({"supplier": "BREW-P", "warehouse": "MAIN", "order_weekdays": "07"}, {"/order_weekdays"}),
        ({"supplier": "BREW-P", "warehouse": "MAIN", "order_weekdays": "00"}, {"/order_weekdays"}),
        ({"supplier": "BREW-P", "warehouse": "MAIN", "order_weekdays": "٣"}, {"/order_weekdays"}),
        ({"supplier": "BREW-P", "warehouse": "MAIN", "truck_pallets": 0, "truck_fill_percent": 101},
         {"/truck_pallets", "/truck_fill_percent"}),
        ({"supplier": "BREW-P", "warehouse": "MAIN", "budget": "-1", "review_days": 0}, {"/budget", "/review_days"}),
        ({"supplier": "BREW-P", "warehouse": "MAIN", "budget": 10}, {"/budget"}),
    ],
)  # fmt: skip
def test_all_faults_of_a_supplier_plan_are_told_at_once(
    buyer: Buyer, client: Client, body: dict[str, Any], pointers: set[str]
) -> None:
    answer = client.post(f"{API}supplier-plans", body)
    assert answer.status_code == 422, answer.json()
    assert {one["pointer"] for one in answer.json()["errors"]} == pointers


def test_who_works_in_one_warehouse_speaks_for_it_alone(buyer: Buyer, client: Client) -> None:
    north = make_warehouse("NORTH")
    of_all = make(client, abc_class="A", order=True)
    of_main = make(client, abc_class="A", warehouse="MAIN", order=True)
    local = signed_in_client("buyer", warehouses=[north])
    seen = {one["id"] for one in local.get(f"{API}policies").json()["results"]}
    assert seen == {of_all["id"]}
    assert local.get(f"{API}policies/{of_main['id']}").status_code == 404
    answer = local.patch(f"{API}policies/{of_all['id']}", {"order": False}, version=1)
    assert (answer.status_code, answer.json()["code"]) == (403, "all_warehouses_required")
    assert local.delete(f"{API}policies/{of_all['id']}", version=1).status_code == 403
    assert local.post(f"{API}policies", {"order": True}).status_code == 403
    answer = local.post(f"{API}policies", {"order": True, "warehouse": "MAIN"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown_warehouse")
    make(local, warehouse="NORTH", order=True)
    assert local.get(f"{API}policies/effective?product=STOUT-P&warehouse=MAIN").status_code == 404


def test_budgets_are_for_who_sees_costs(buyer: Buyer, client: Client) -> None:
    made = make(client, "supplier-plans", supplier="BREW-P", warehouse="MAIN", budget="500.00")
    assert made["budget"] == "500.00"
    sales = signed_in_client("sales")
    assert "budget" not in sales.get(f"{API}supplier-plans/{made['id']}").json()
    answer = client.patch(f"{API}supplier-plans/{made['id']}", {"order_weekdays": "30"}, version=1)
    assert answer.json()["order_weekdays"] == "03"
    assert SupplierPlan.objects.get().order_weekdays == "03"


def test_effective_asks_for_both(buyer: Buyer, client: Client) -> None:
    assert client.get(f"{API}policies/effective?product=STOUT-P").status_code == 400
    assert client.get(f"{API}policies/effective?warehouse=MAIN").status_code == 400
    assert client.get(f"{API}policies/effective?product=NONE&warehouse=MAIN").status_code == 404
