"""Suppliers, what they sell, customers: and that costs are seen by those alone who may see them."""

from __future__ import annotations

import json

import pytest

from stillage.catalogue.models import Pack, Product
from stillage.purchasing.models import Supplier, SupplierProduct
from tests.catalogue.conftest import API
from tests.people import Client, signed_in_client

pytestmark = pytest.mark.django_db
CANARY = "7654.3210"


@pytest.fixture
def offers(db: None) -> list[SupplierProduct]:
    supplier = Supplier.objects.create(code="ACME", name="Acme Drinks")
    made = []
    for number, cost in enumerate((CANARY, "1.0000")):
        product = Product.objects.create(sku=f"P{number}", name=f"Drink {number}")
        pack = Pack.objects.create(product=product, name="case", units_per_pack=12)
        made.append(SupplierProduct.objects.create(supplier=supplier, pack=pack, cost=cost))
    return made


def test_an_offer_names_supplier_product_and_pack_in_both_forms(
    manager: Client, offers: list[SupplierProduct]
) -> None:
    row = manager.get(f"{API}supplier-products/{offers[0].pk}").json()
    assert (row["supplier"], row["supplier_name"], row["product"], row["pack_name"]) == (
        "ACME",
        "Acme Drinks",
        "P0",
        "case",
    )
    assert row["cost"] == CANARY
    assert [r["id"] for r in manager.get(f"{API}supplier-products?product=P1").json()["results"]] == [
        offers[1].pk
    ]
    assert len(manager.get(f"{API}supplier-products?supplier=ACME&ordering=cost").json()["results"]) == 2


def test_an_offer_is_made_changed_and_refused(manager: Client, offers: list[SupplierProduct]) -> None:
    pack = Pack.objects.create(
        product=offers[0].pack.product, name="bottle", units_per_pack=1, gtin="04006381333931"
    )
    body = {"supplier": "ACME", "pack": "4006381333931", "cost": "0.61", "minimum_quantity": 4}
    made = manager.post(f"{API}supplier-products", body)
    assert made.status_code == 201, made.content
    assert (made.json()["pack_id"], made.json()["cost"]) == (pack.pk, "0.6100")
    assert manager.post(f"{API}supplier-products", body).json()["code"] == "already_exists"
    url = f"{API}supplier-products/{made.json()['id']}"
    assert manager.patch(url, {"pack": offers[0].pack_id}, version=1).json()["errors"][0]["code"] == "fixed"
    assert manager.patch(url, {"cost": "0.70"}, version=1).json()["cost"] == "0.7000"
    for wrong in (
        {"supplier": "NO"},
        {"pack": 999_999},
        {"cost": "-1"},
        {"cost": 1},
        {"cost": "1e3"},
        {"minimum_quantity": 0},
    ):
        assert manager.post(f"{API}supplier-products", {**body, **wrong}).status_code == 422, wrong


@pytest.mark.parametrize("role", ["sales", "picker"])
def test_costs_are_hidden_everywhere_from_those_without_the_right(
    role: str, offers: list[SupplierProduct]
) -> None:
    client = signed_in_client(role)
    for path in ("supplier-products", f"supplier-products/{offers[0].pk}", "supplier-products?search=ACME"):
        answer = client.get(API + path)
        assert answer.status_code == 200
        assert "cost" not in json.dumps(answer.json())
        assert CANARY[:6] not in json.dumps(answer.json())
    for query in ("ordering=cost", "ordering=-cost", "cost=1", f"cost__gt={CANARY}"):
        assert client.get(f"{API}supplier-products?{query}").status_code == 400, query
    assert client.get(f"{API}supplier-products?search={CANARY[:4]}").json()["results"] == []


def test_sales_may_change_an_offer_but_neither_see_nor_set_its_cost(offers: list[SupplierProduct]) -> None:
    sales = signed_in_client("sales")
    url = f"{API}supplier-products/{offers[0].pk}"
    assert sales.patch(url, {"cost": "1.00"}, version=1).json()["errors"][0]["code"] == "unknown_field"
    changed = sales.patch(url, {"lead_time_days": 3}, version=1)
    assert (changed.status_code, "cost" in changed.json()) == (200, False)
    offers[0].refresh_from_db()
    assert str(offers[0].cost) == CANARY
    assert sales.post(f"{API}supplier-products", {"supplier": "ACME", "pack": 1}).status_code == 403


def test_costs_are_left_out_of_the_export_too(offers: list[SupplierProduct]) -> None:
    seen = b"".join(signed_in_client("manager").get(f"{API}exports/supplier-products").streaming_content)
    assert CANARY.encode() in seen
    hidden = b"".join(signed_in_client("sales").get(f"{API}exports/supplier-products").streaming_content)
    assert b"ACME" in hidden
    assert CANARY.encode() not in hidden
    assert b"cost" not in hidden


def test_a_customer_is_found_by_code_name_and_city(manager: Client) -> None:
    body = {
        "code": "C-1",
        "name": "The Anchor",
        "city": "Hull",
        "email": "a@example.org",
        "minimum_remaining_days": 30,
    }
    made = manager.post(f"{API}customers", body)
    assert made.status_code == 201, made.content
    assert manager.get(f"{API}customers/C-1").json()["minimum_remaining_days"] == 30
    for query in ("search=anchor", "search=hull", "city=Hull", "is_active=true"):
        assert len(manager.get(f"{API}customers?{query}").json()["results"]) == 1, query
    assert manager.get(f"{API}customers?is_active=false").json()["results"] == []
