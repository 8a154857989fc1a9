"""Papers of buying: the right file for those who may, costs for those who may see them, nothing that a sheet would run."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from stillage.documents import papers
from stillage.documents.content import BoughtLine, Party, PurchaseOrder, Quantity
from tests.builders import make_warehouse, receive
from tests.buying import API, Desk, in_days
from tests.people import Client, signed_in_client
from tests.rules.documents_reading import TODAY, bare, boxes, page_texts
from tests.rules.documents_samples import COMPANY, NAMES

# Drawing takes its time; no transaction of the test's lies idle meanwhile.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def fetch(client: Client, address: str, name: str, kind: str = "application/pdf") -> bytes:
    answer = client.get(API + address, HTTP_ACCEPT=kind)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"].startswith(kind)
    assert f'filename="{name}"' in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    return bytes(answer.content)


def words(pdf: bytes) -> str:
    return bare(" ".join(page_texts(pdf)))


def rows(file: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))


def test_an_order_says_what_where_and_when_and_a_draft_that_it_is_one(desk: Desk) -> None:
    desk.brew.contact_name, desk.brew.address = "Ann Brewer", "1 Weir\nYork"
    desk.brew.save()
    made = desk.order(("ALE-330", 10), note="By the yard")
    text = words(fetch(desk.client, f"purchase-orders/{made['number']}/papers/order", "PO-000001.pdf"))
    for said in (
        "Purchaseorder(draft)",
        "PO-000001",
        "BREWBrewery",
        "AnnBrewer",
        "York",
        "MAINwarehouse",
        "B-17",
        "ALE-330",
        "10cases",
        "12.00",
        "120.00",
        "Bytheyard",
        bare(f"{in_days(10):%-d %b %Y}"),
    ):
        assert said in text, said
    desk.step(made, "place")
    german = desk.client.get(API + f"purchase-orders/{made['id']}/papers/order?language=de&paper=letter")
    text = words(german.content)
    assert "Bestellung" in text
    assert "Entwurf" not in text
    assert "120,00" in text


def test_who_may_not_see_costs_gets_papers_without_them(desk: Desk) -> None:
    made = desk.placed()
    picker = signed_in_client("picker")
    text = words(fetch(picker, f"purchase-orders/{made['id']}/papers/order", "PO-000001.pdf"))
    assert "10cases" in text
    for said in ("12.00", "120.00", "€", "Cost", "Net"):
        assert said not in text, said
    address = f"purchase-orders/{made['id']}/papers/order.csv"
    (plain,) = rows(fetch(picker, address, "PO-000001.csv", "text/csv"))
    assert not set(plain) & {"pack_cost", "net_amount", "currency"}
    (line,) = rows(fetch(desk.client, address, "PO-000001.csv", "text/csv"))
    assert (line["supplier_sku"], line["quantity_packs"], line["quantity"]) == ("B-17", "10", "240")
    assert (line["pack_cost"], line["net_amount"], line["currency"]) == ("12.0000", "120.00", "EUR")
    assert line["expected_date"] == str(in_days(10))


def test_no_cell_of_the_file_is_a_formula(desk: Desk) -> None:
    """SAFETY C27: what somebody typed must not run where the supplier opens it."""
    evil = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1")
    desk.offer.supplier_sku = "=1+1"
    desk.offer.save()
    lines = [{"product": "ALE-330", "quantity_packs": 1, "note": note.strip()} for note in evil]
    made = desk.order(*lines)
    found = rows(
        fetch(desk.client, f"purchase-orders/{made['id']}/papers/order.csv", "PO-000001.csv", "text/csv")
    )
    for row in found:
        for name, cell in row.items():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), (name, cell)


def test_a_return_note_says_lots_and_reasons_and_no_cost(desk: Desk) -> None:
    receive("ALE-330", "L1", quantity=100)
    line = {"product": "ALE-330", "lot": "L1", "location": "MAIN/A-01", "quantity": 30, "reason": "leaks"}
    body: dict[str, Any] = {
        "supplier": "BREW",
        "warehouse": "MAIN",
        "reason": "bad corks",
        "supplier_reference": "RMA 9",
        "lines": [{**line, "unit_cost": "7.77"}],
    }
    made = desk.client.post(API + "supplier-returns", body).json()
    address = f"supplier-returns/{made['number']}/papers/return-note"
    assert "draft" in words(fetch(desk.client, address, "SR-000001-return-note.pdf"))
    assert desk.client.post(f"{API}supplier-returns/{made['id']}/dispatch", {}).status_code == 200
    text = words(fetch(desk.client, address, "SR-000001-return-note.pdf"))
    for said in ("Returntosupplier", "SR-000001", "L1", "leaks", "badcorks", "RMA9", "B-17", "1case", "30"):
        assert said in text, said
    assert "7.77" not in text
    assert "draft" not in text


def test_papers_are_refused_in_json_and_other_warehouses_have_none(desk: Desk) -> None:
    made = desk.order()
    bad = desk.client.get(f"{API}purchase-orders/{made['id']}/papers/order", {"language": "fr"})
    assert (bad.status_code, bad["Content-Type"]) == (400, "application/problem+json")
    other = signed_in_client("manager", warehouses=[make_warehouse("NORTH")])
    for name in ("order", "order.csv"):
        assert other.get(f"{API}purchase-orders/{made['id']}/papers/{name}").status_code == 404
    assert other.get(f"{API}supplier-returns/1/papers/return-note").status_code == 404


@pytest.mark.parametrize("with_costs", [True, False])
def test_a_long_order_keeps_every_line_on_its_pages(with_costs: bool) -> None:
    lines = tuple(
        BoughtLine(
            sku=f"SKU-{number:04d}",
            name=NAMES[number % len(NAMES)],
            quantity=Quantity(units=240, units_per_case=24),
            supplier_sku=f"THEIRS-{number:04d}",
            gtin="05012345678900",
            pack_cost="12.3456" if with_costs else "",
            net="123.46" if with_costs else "",
            expected_date=TODAY,
            note="Only whole layers",
        )
        for number in range(200)
    )
    pdf = papers.purchase_order(
        PurchaseOrder(
            number="PO-000001",
            company=COMPANY,
            supplier=Party(name="Brewery"),
            order_date=TODAY,
            expected_date=TODAY,
            ship_to=Party(name="House"),
            lines=lines,
            net_total="24692.00" if with_costs else "",
        )
    )
    pages = page_texts(pdf)
    text = bare("".join(pages))
    assert len(pages) > 8
    for number in range(200):
        assert f"SKU-{number:04d}" in text
        assert f"THEIRS-{number:04d}" in text
    assert ("12.3456" in text) is with_costs
    assert ("24,692.00" in text) is with_costs
    for page in boxes(pdf):
        assert page, "every page says something"
