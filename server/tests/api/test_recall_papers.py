"""Letters, report, customers and the traceability sheet of a recall: read back as a person or a spreadsheet would."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import openpyxl
import pytest

from stillage.sales.models import Customer
from tests import selling
from tests.api.test_recall_road import API, a_busy_lot, call_back
from tests.builders import make_product, receive
from tests.people import Client, signed_in_client
from tests.rules.documents_reading import bare, page_texts

pytestmark = pytest.mark.django_db
URL = API + "recalls/RC-000001/"


@pytest.fixture
def boss() -> Client:
    return signed_in_client("manager")


def read(client: Client, address: str) -> bytes:
    said = client.get(URL + address)
    assert said.status_code == 200, said.content
    return b"".join(said.streaming_content) if said.streaming else bytes(said.content)


def two_customers(boss: Client, **more: Any) -> None:
    a_busy_lot()
    selling.shipped(("ALE-330", 29), customer="INN")
    receive(make_product("STOUT"), "S1", quantity=50)
    selling.shipped(("STOUT", 8), customer="INN")
    lots = [{"product": "ALE-330", "lot": "L1"}, {"product": "STOUT", "lot": "S1"}]
    said = boss.post(API + "recalls", {"reason": "glass in the bottle", "lots": lots, **more})
    assert said.status_code == 201, said.json()


def test_each_customer_gets_a_letter_about_its_own_goods_alone(boss: Client) -> None:
    Customer.objects.create(code="INN", name="Zum Löwen", city="Köln", address="Am Markt 3")
    two_customers(boss, instructions="Pour it away.\nSend us the labels.")
    pages = [bare(page) for page in page_texts(read(boss, "letters"))]
    assert len(pages) == 2
    pub, inn = pages
    assert bare("The Pub") in pub and bare("1 Street") in pub and "SH-000001" in pub
    assert bare("1 case + 6 (30)") in pub
    assert "SH-000002" not in pub and "STOUT" not in pub and "Löwen" not in pub
    assert bare("Zum Löwen") in inn and "SH-000002" in inn and "SH-000003" in inn and "STOUT" in inn
    assert bare("Total: 37 bottles") in inn
    for page in pages:
        assert bare("Product recall") in page and "RC-000001" in page
        assert bare("glass in the bottle") in page
        assert bare("Pour it away. Send us the labels.") in page
        assert "Page" not in page  # nobody learns how many others there are
        assert "exercise" not in page
    (only,) = page_texts(read(boss, "letters?customer=INN&language=de&paper=letter"))
    assert bare("Produktrückruf") in bare(only)
    assert boss.get(URL + "letters?customer=NOBODY").status_code == 404
    assert boss.post(URL + "tell", {"customers": ["PUB"], "how": "phone"}).status_code == 200
    assert len(page_texts(read(boss, "letters?untold=true"))) == 1


def test_letters_of_a_drill_say_that_nothing_is_wrong(boss: Client) -> None:
    two_customers(boss, drill=True)
    for page in page_texts(read(boss, "letters")):
        assert bare("This is an exercise.") in bare(page)
        assert bare("Do not sell, serve or drink these goods.") in bare(page)


def test_the_report_says_where_all_of_it_is_and_how_long_it_took(boss: Client) -> None:
    two_customers(boss)
    boss.post(URL + "tell", {"customers": ["PUB"], "how": "email", "note": "spoke to Ann"})
    boss.post(URL + "answer", {"customer": "PUB", "left_there": 11})
    boss.post(URL + "close", {"outcome": "destroyed at the tip"})
    text = bare(" ".join(page_texts(read(boss, "report"))))
    for said in (
        "Recall report",
        "RC-000001",
        "glass in the bottle",
        "destroyed at the tip",
        "The Pub",
        "spoke to Ann",
        "(email)",
        "Told PUB (email)",
        "PUB answered: 11 left there",
        "0:00:00",
        "2 customers had of it",
    ):
        assert bare(said) in text, said


def rows_of(body: bytes) -> list[dict[str, str]]:
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def test_the_customers_are_a_file_to_call_from(boss: Client) -> None:
    two_customers(boss)
    inn, pub = sorted(rows_of(read(boss, "customers.csv")), key=lambda row: row["customer"])
    assert (pub["customer_name"], pub["phone"], pub["email"], pub["shipped"]) == (
        "The Pub",
        "01904 1",
        "pub@example.org",
        "30",
    )
    assert (inn["shipped"], inn["net"], inn["told_at"]) == ("37", "37", "")


def test_the_sheet_has_a_row_for_each_event_and_adds_up(boss: Client) -> None:
    two_customers(boss)
    rows = rows_of(read(boss, "sheet?format=csv"))
    assert [(row["event"], row["product"], row["lot"], row["quantity"]) for row in rows] == [
        ("received", "ALE-330", "L1", "100"),
        ("shipped", "ALE-330", "L1", "-30"),
        ("shipped", "ALE-330", "L1", "-29"),
        ("received", "STOUT", "S1", "50"),
        ("shipped", "STOUT", "S1", "-8"),
    ]
    first, left, *_ = rows
    assert dt.datetime.fromisoformat(first["date"]).tzinfo is not None
    assert len(first["gtin"]) == 14
    assert (left["party"], left["document"], left["order"], left["unit"]) == (
        "The Pub",
        "SH-000001",
        "SO-000001",
        "bottle",
    )
    book = openpyxl.load_workbook(io.BytesIO(read(boss, "sheet?format=xlsx")))
    sheet = book["RC-000001"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:N{len(rows) + 1}"
    cells = list(sheet.iter_rows(min_row=2))
    assert [cell.value for cell in cells[1]][1:3] == ["shipped", "ALE-330"]
    assert [cells[0][index].data_type for index in (0, 1, 4, 7, 8)] == ["d", "s", "s", "d", "n"]
    assert sum(row[8].value for row in cells if row[5].value == "L1") == 100 - 59
    assert sheet["A1"].font.bold


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\t=1", "=HYPERLINK(0)"])
def test_no_name_becomes_a_formula(boss: Client, name: str) -> None:
    """SAFETY C27."""
    a_busy_lot()
    Customer.objects.filter(code="PUB").update(name=name, phone=name, address=name)
    assert call_back(boss, "L1").status_code == 201
    left = next(row for row in rows_of(read(boss, "sheet?format=csv")) if row["event"] == "shipped")
    assert left["party"] == "'" + name
    (pub,) = rows_of(read(boss, "customers.csv"))
    assert (pub["customer_name"], pub["phone"]) == ("'" + name, "'" + name)
    sheet = openpyxl.load_workbook(io.BytesIO(read(boss, "sheet"))).active
    assert sheet is not None
    party = [row[11] for row in sheet.iter_rows(min_row=2) if row[1].value == "shipped"]
    assert [(cell.data_type, str(cell.value).lstrip("'")) for cell in party] == [("s", name)]
    assert read(boss, "letters").startswith(b"%PDF")


def test_papers_are_for_those_who_see_all_houses_and_may_know_customers(boss: Client) -> None:
    two_customers(boss)
    half = signed_in_client("manager", warehouses=[])
    for address in ("letters", "report", "customers.csv", "sheet"):
        assert half.get(URL + address).json()["code"] == "all_warehouses_required"
        assert signed_in_client("device").get(URL + address).status_code == 403
        assert boss.get(API + f"recalls/RC-000009/{address}").status_code == 404
        assert boss.get(URL + address + "?colour=red").status_code == 400
