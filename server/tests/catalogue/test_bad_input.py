"""Each field of each body with everything it should not be: a refusal that names it, never a crash, nothing written."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stillage.catalogue.models import Product
from stillage.core.text import normalise
from tests.catalogue.conftest import API
from tests.people import Client, signed_in_client

pytestmark = pytest.mark.django_db

GOOD: dict[str, dict[str, Any]] = {
    "categories": {"name": "Ale"},
    "brands": {"name": "Harrow"},
    "products": {
        "sku": "ALE-330",
        "name": "Pale",
        "brand": None,
        "category": None,
        "container": "bottle",
        "container_ml": 330,
        "base_unit": "bottle",
        "abv_percent": "5.20",
        "lot_tracked": True,
        "shelf_life_days": 300,
        "minimum_intake_days": 30,
        "status": "active",
        "packs": [],
    },
    "packs": {"product": "BASE", "name": "case", "units_per_pack": 24, "gtin": None},
    "suppliers": {"code": "S", "name": "s", "email": "a@example.org", "phone": "1", "lead_time_days": 3},
    "supplier-products": {
        "supplier": "BASE",
        "pack": "4006381333931",
        "supplier_sku": "x",
        "cost": "1.00",
        "lead_time_days": 1,
        "minimum_quantity": 1,
    },
    "customers": {
        "code": "C",
        "name": "c",
        "email": "",
        "phone": "",
        "address": "",
        "city": "",
        "postcode": "",
        "minimum_remaining_days": 0,
        "is_active": True,
    },
}
WRONG_ANYWHERE: list[Any] = [
    "a\0b",
    "a\u202eb",
    "a\u200bb",
    "\ud800",
    "x" * 5000,
    -1,
    2**63,
    10**19,
    1.5,
    True,
    [],
    ["a"],
    {},
    {"a": 1},
]
NUMBERS = {
    "container_ml",
    "shelf_life_days",
    "minimum_intake_days",
    "units_per_pack",
    "lead_time_days",
    "minimum_quantity",
    "minimum_remaining_days",
}
WRONG_NUMBERS: list[Any] = ["1", "", 1.0, True, -1, 2**31, 2**63, 99_999_999_999_999_999_999]
FITTING = {("packs", "[]"), ("lot_tracked", "True"), ("is_active", "True")}


@pytest.fixture
def client(db: None) -> Client:
    from stillage.catalogue.models import Pack
    from stillage.purchasing.models import Supplier

    product = Product.objects.create(sku="BASE", name="base")
    Pack.objects.create(product=product, name="bottle", units_per_pack=1, gtin="04006381333931")
    Supplier.objects.create(code="BASE", name="base")
    return signed_in_client("manager")


def cases() -> list[Any]:
    found = []
    for path, body in GOOD.items():
        for field in body:
            wrong = WRONG_NUMBERS if field in NUMBERS else WRONG_ANYWHERE
            found += [(path, field, value) for value in wrong if (field, str(value)) not in FITTING]
    return found


@pytest.mark.parametrize("path", GOOD)
def test_the_good_body_is_taken(client: Client, path: str) -> None:
    answer = client.post(API + path, GOOD[path])
    assert answer.status_code == 201, answer.content


def as_sent(body: dict[str, Any]) -> bytes:
    import json

    return json.dumps(body).encode()  # lone surrogates travel escaped


def test_each_field_refuses_what_it_cannot_be(client: Client) -> None:
    count = Product.objects.count()
    for path, field, value in cases():
        # Integers are ids where a reference is meant; 1 is nobody's, and both are refused alike.
        answer = client.post(
            API + path, as_sent({**GOOD[path], field: value}), content_type="application/json"
        )
        assert answer.status_code in (400, 422), (path, field, value, answer.content)
        assert answer["Content-Type"] == "application/problem+json"
        if answer.status_code == 422:
            pointers = [fault["pointer"] for fault in answer.json()["errors"]]
            assert all(pointer.startswith(f"/{field}") for pointer in pointers), (
                path,
                field,
                value,
                pointers,
            )
    assert Product.objects.count() == count


@pytest.mark.parametrize("path", GOOD)
def test_a_missing_field_and_an_unknown_one_are_named_together(client: Client, path: str) -> None:
    body = {"shape": "round", "id": 7, "version": 9, "created_at": "2026-01-01T00:00:00Z"}
    answer = client.post(API + path, body)
    assert answer.status_code == 422
    found = {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}
    assert {
        ("/shape", "unknown_field"),
        ("/id", "read_only"),
        ("/version", "read_only"),
        ("/created_at", "read_only"),
    } <= found
    assert any(code == "required" for _, code in found)


@pytest.mark.parametrize("path", GOOD)
@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b'"x"', b"{", b"[" * 100_000, b'{"name":1,"name":2}', b"\xff\xfe", b'{"a":NaN}'],
)
def test_a_body_that_is_no_object_is_refused(client: Client, path: str, body: bytes) -> None:
    answer = client.post(API + path, body, content_type="application/json")
    assert answer.status_code in (400, 422), answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_a_body_over_the_limit_is_refused(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    answer = client.post(f"{API}products", {"sku": "A", "name": "x" * 20_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-7"]
)
def test_another_kind_of_body_is_refused(client: Client, content_type: str) -> None:
    assert client.post(f"{API}products", b"sku=A", content_type=content_type).status_code == 415


@pytest.mark.parametrize(
    "name", ["%00", "a%00b", "-1", "9" * 30, "..", "%E2%80%AE", "id:", "id:x", "key:", "🍺"]
)
def test_an_address_of_nothing_is_not_found(client: Client, name: str) -> None:
    for path in GOOD:
        assert client.get(f"{API}{path}/{name}").status_code == 404, (path, name)


@pytest.mark.parametrize("search", ["\0", "x" * 101, "\u202e"])
def test_a_search_that_cannot_be_read_says_so(client: Client, search: str) -> None:
    for path in GOOD:
        assert client.get(API + path, {"search": search}).status_code == 400, path


def test_a_search_of_many_words_is_bounded(client: Client) -> None:
    assert client.get(f"{API}products", {"search": " ".join("ab" * 20)}).status_code == 200


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=220), sku=st.text(max_size=45))
def test_any_text_is_stored_as_it_reads_or_refused_by_name(client: Client, name: str, sku: str) -> None:
    Product.objects.exclude(sku="BASE").delete()
    answer = client.post(
        f"{API}products", as_sent({"sku": sku, "name": name}), content_type="application/json"
    )
    if answer.status_code == 201:
        made = answer.json()
        assert (made["sku"], made["name"]) == (normalise(sku), normalise(name))
        stored = Product.objects.get(pk=made["id"])
        assert (stored.sku, stored.name) == (made["sku"], made["name"])
        assert unicodedata.is_normalized("NFC", stored.name)
    else:
        assert answer.status_code in (409, 422), answer.content
        if answer.status_code == 422:
            assert {fault["pointer"] for fault in answer.json()["errors"]} <= {"/sku", "/name"}
