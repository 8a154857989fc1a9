"""Exports: nothing in them runs, everything in them comes back unchanged, each sees only what they may."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillage.catalogue.importing.cells import neutralised, restored
from stillage.catalogue.models import Brand, Category, Pack, Product
from stillage.places.operations import open_warehouse
from stillage.sales.models import Customer
from tests.catalogue.conftest import API, Importer
from tests.people import Client, signed_in_client

RISKY = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    "'=1",
    "'quoted",
    "''twice",
    '=HYPERLINK("http://x")',
    "a;b",
    'say "hi"',
    "Ünïcode 🍺",
    "ends'",
]


@given(st.text())
def test_what_is_neutralised_is_restored(text: str) -> None:
    assert restored(neutralised(text)) == text
    assert not neutralised(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("text", ["\t=1", "\r=1", "=1", "'", "'=", ""])
def test_the_risky_beginnings_are_neutralised_and_restored(text: str) -> None:
    assert restored(neutralised(text)) == text


def content_of(answer: Any) -> bytes:
    assert answer.status_code == 200, getattr(answer, "content", b"")
    return b"".join(answer.streaming_content)


def a_catalogue() -> None:
    ale, harrow = Category.objects.create(name="=Ale"), Brand.objects.create(name="+Harrow")
    for number, name in enumerate(RISKY):
        product = Product.objects.create(
            sku=f"-{number}",
            name=name,
            category=ale if number % 2 else None,
            brand=harrow if number % 3 else None,
            container_ml=330 if number % 2 else None,
            abv_percent="5.20" if number % 3 else None,
            lot_tracked=bool(number % 2),
            shelf_life_days=300 if number % 2 else None,
            unit_price="1.2345" if number % 2 else None,
            status="discontinued" if number % 5 == 0 else "active",
        )
        if number:
            Pack.objects.create(product=product, name="bottle", units_per_pack=1)
            Pack.objects.create(product=product, name="case of 24", units_per_pack=24)
    Pack.objects.filter(product__sku="-1", name="bottle").update(gtin="04006381333931")


def state() -> list[Any]:
    products = Product.objects.order_by("sku").values_list(
        "sku", "name", "category__name", "brand__name", "container_ml", "base_unit", "abv_percent", "lot_tracked",
        "shelf_life_days", "minimum_intake_days", "unit_price", "status",
    )  # fmt: skip
    packs = Pack.objects.order_by("product__sku", "name").values_list(
        "product__sku", "name", "units_per_pack", "gtin"
    )
    return [*products, *packs]


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_comes_back_unchanged(manager: Client, send: Importer, form: str) -> None:
    a_catalogue()
    before = state()
    content = content_of(manager.get(f"{API}exports/products?format={form}"))
    again = send(content, name=f"list.{form}")
    assert (again["status"], again["unchanged"], again["updated"]) == ("done", len(RISKY), 0), again["errors"]
    Pack.objects.all().delete()
    Product.objects.all().delete()
    Category.objects.all().delete()
    Brand.objects.all().delete()
    assert send(content, name=f"list.{form}")["created"] == len(RISKY)
    assert state() == before


@pytest.mark.django_db
def test_no_cell_of_a_spreadsheet_is_a_formula(manager: Client) -> None:
    a_catalogue()
    content = content_of(manager.get(f"{API}exports/products?format=xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s"}


@pytest.mark.django_db
def test_no_cell_of_a_csv_begins_a_formula(manager: Client) -> None:
    import csv

    a_catalogue()
    text = content_of(manager.get(f"{API}exports/products?format=csv")).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert len(cells) > 100
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.django_db
def test_customers_suppliers_and_locations_come_back_unchanged(manager: Client, send: Importer) -> None:
    Customer.objects.create(
        code="1", name="=Anker", phone="+49 421 1", is_active=False, minimum_remaining_days=9
    )
    open_warehouse(code="MAIN", name="Main", timezone="UTC")
    manager.post(f"{API}suppliers", {"code": "S", "name": "@s", "lead_time_days": 4})
    for kind in ("customers", "suppliers", "locations"):
        content = content_of(manager.get(f"{API}exports/{kind}"))
        done = send(content, kind)
        assert (done["status"], done["unchanged"], done["updated"], done["created"]) == ("done", 1, 0, 0), (
            kind,
            done,
        )


@pytest.mark.django_db
def test_a_download_is_an_attachment_with_a_safe_name(manager: Client) -> None:
    for form, kind in {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats"}.items():
        answer = manager.get(f"{API}exports/products?format={form}", HTTP_ACCEPT="text/html")
        content_of(answer)
        assert answer["Content-Type"].startswith(kind)
        assert answer["Content-Disposition"].startswith('attachment; filename="stillage-products-')
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_an_unknown_export_or_format_is_refused_as_json(manager: Client) -> None:
    assert manager.get(f"{API}exports/unicorns").status_code == 404
    for query in ("format=pdf", "shape=round"):
        answer = manager.get(f"{API}exports/products?{query}")
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert signed_in_client("picker").get(f"{API}exports/products").status_code == 403


@pytest.mark.django_db
def test_locations_of_other_warehouses_are_not_exported() -> None:
    main = open_warehouse(code="MAIN", name="Main", timezone="UTC")
    open_warehouse(code="NORTH", name="North", timezone="UTC")
    client = signed_in_client("manager", warehouses=[main])
    content = content_of(client.get(f"{API}exports/locations"))
    assert b"MAIN" in content
    assert b"NORTH" not in content
    assert b"scrap" not in content
