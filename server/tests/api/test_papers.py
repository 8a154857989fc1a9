"""Papers and labels as they are fetched: the right file under the right name, in one's language, for those who may."""

from __future__ import annotations

from typing import Any

import pytest

from stillage.accounts.models import User
from stillage.core.clock import now
from stillage.sales import operations
from stillage.sales.models import HandlingUnit, SalesOrder
from stillage.stock.models import Lot
from tests import selling
from tests.builders import BOSS
from tests.people import Client, signed_in_client
from tests.rules.documents_reading import bare, page_texts, pictures, scanned, sizes_mm

# Drawing takes its time; no transaction of the test's lies idle meanwhile.
pytestmark = pytest.mark.django_db(transaction=True)
API = "/api/v1/"


@pytest.fixture
def boss() -> Client:
    selling.make_house()
    selling.stock_with(("L1", "MAIN/A-01", 24, 40), ("L2", "MAIN/A-02", 100, 90))
    return signed_in_client("manager")


def fetch(client: Client, address: str, name: str, kind: str = "application/pdf") -> bytes:
    answer = client.get(API + address, HTTP_ACCEPT=kind)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"] == f'inline; filename="{name}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    return bytes(answer.content)


def words(pdf: bytes) -> str:
    return bare(" ".join(page_texts(pdf)))


def packed_on_a_pallet(units: int = 24, loose: int = 6) -> SalesOrder:
    order = selling.picked(("ALE-330", units + loose))
    line = operations.UnitLine(selling.lines_of(order)[0].pk, units, "L1")
    operations.pack(actor=BOSS, order=order.pk, units=[operations.Unit("pallet", [line])], at=now())
    return order


def test_the_papers_of_an_order_say_lots_dates_and_prices(boss: Client) -> None:
    order = selling.allocated(("ALE-330", 30))
    pdf = fetch(boss, f"sales-orders/{order.number}/papers/pick-list", "SO-000001-pick-list.pdf")
    text = words(pdf)
    assert text.index("A-01") < text.index("A-02")
    best = bare(f"{selling.in_days(40):%-d %b %Y}")
    for said in ("ALE-330", "L1", "L2", best, "ThePub"):
        assert said in text, said
    text = words(fetch(boss, f"sales-orders/{order.pk}/papers/confirmation", "SO-000001-confirmation.pdf"))
    for said in ("60.00", "2.00", "Orderconfirmation"):
        assert said in text, (said, text)
    answer = boss.get(f"{API}sales-orders/{order.pk}/papers/delivery-note")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_shipped")


def test_the_papers_of_a_shipment_show_what_left_on_what(boss: Client) -> None:
    order = packed_on_a_pallet()
    sscc = HandlingUnit.objects.get().sscc
    address = f"sales-orders/{order.number}/papers"
    before = words(fetch(boss, f"{address}/packing-list", "SO-000001-packing-list.pdf"))
    assert sscc in before and "Loosegoods" in before
    operations.ship(actor=BOSS, order=order.pk, at=now(), carrier="Harrow Haulage")
    for where in ("shipments/SH-000001/papers", address):
        text = words(fetch(boss, f"{where}/delivery-note", "SH-000001-delivery-note.pdf"))
        for said in ("SH-000001", "SO-000001", "HarrowHaulage", "L1", "L2", sscc, "York"):
            assert said in text, said
        assert "60.00" not in text, "a delivery note names no price"
    text = words(fetch(boss, "shipments/SH-000001/papers/packing-list", "SH-000001-packing-list.pdf"))
    assert sscc in text and "Loosegoods" in text


def test_a_walk_and_a_credit_note_on_paper(boss: Client) -> None:
    one = selling.listed(selling.allocated(("ALE-330", 24)), selling.allocated(("ALE-330", 6)))
    pdf = fetch(boss, f"pick-lists/{one.number}/papers/pick-list?paper=letter", "PL-000001.pdf")
    assert sizes_mm(pdf)[0] == (216, 279)
    assert {data for data, _ in scanned(pictures(pdf)[0])} == {"PL-000001"}
    assert "SO-000001" in words(pdf) and "SO-000002" in words(pdf)
    selling.pick_all(one)
    assert "L1" in words(fetch(boss, f"pick-lists/{one.pk}/papers/pick-list", "PL-000001.pdf"))
    order = SalesOrder.objects.order_by("pk")[0]
    operations.pack(actor=BOSS, order=order.pk, at=now())
    shipment = operations.ship(actor=BOSS, order=order.pk, at=now())
    line = operations.Announced(4, product="ALE-330", lot="L1", reason="flat")
    back = operations.announce_return(actor=BOSS, shipment=shipment.pk, lines=[line], at=now())
    came = [operations.CameBack(4, product="ALE-330", lot="L1")]
    operations.receive_return(actor=BOSS, of_return=back.pk, lines=came, at=now())
    operations.credit(actor=BOSS, of_return=back.pk, at=now())
    text = words(fetch(boss, "credit-notes/CN-000001/paper", "CN-000001.pdf"))
    for said in ("CN-000001", "RT-000001", "SH-000001", "8.00", "flat"):
        assert said in text, said


def test_papers_speak_the_language_of_who_asks(boss: Client) -> None:
    order = selling.allocated(("ALE-330", 30))
    address = f"sales-orders/{order.pk}/papers/pick-list"
    english = words(fetch(boss, address, "SO-000001-pick-list.pdf"))
    User.objects.filter(pk=boss.user.pk if boss.user else 0).update(language="de")
    german = words(fetch(boss, address, "SO-000001-pick-list.pdf"))
    assert english != german
    assert words(fetch(boss, f"{address}?language=en", "SO-000001-pick-list.pdf")) == english


def test_prices_are_printed_for_those_who_see_them(boss: Client) -> None:
    order = selling.allocated(("ALE-330", 30))
    picker = signed_in_client("picker")
    assert picker.get(f"{API}sales-orders/{order.pk}/papers/pick-list").status_code == 200
    for address in (f"sales-orders/{order.pk}/papers/confirmation", "credit-notes/CN-000001/paper"):
        assert picker.get(API + address).status_code == 403


# ---- labels -------------------------------------------------------------------------------------
def test_a_pallet_label_scans_as_its_sscc_and_what_is_on_it(boss: Client) -> None:
    order = packed_on_a_pallet()
    sscc = HandlingUnit.objects.get().sscc
    pdf = fetch(boss, f"labels/pallet?sscc=(00){sscc}", f"pallet-{sscc}.pdf")
    codes = {data for data, _ in scanned(pictures(pdf)[0])}
    assert any(f"00{sscc}" in code for code in codes), codes
    zpl = fetch(
        boss,
        f"labels/pallet?sscc={sscc}&format=zpl&dpi=300",
        f"pallet-{sscc}.zpl",
        "application/zpl; charset=utf-8",
    )
    assert zpl.startswith(b"^XA") and sscc.encode() in zpl
    fetch(boss, f"labels/pallet?order={order.number}&copies=2", "SO-000001-pallets.pdf")
    operations.ship(actor=BOSS, order=order.pk, at=now())
    pdf = fetch(boss, "labels/pallet?shipment=SH-000001&copies=2", "SH-000001-pallets.pdf")
    assert len(page_texts(pdf)) == 2


def test_lot_and_location_labels_come_alone_or_on_sheets(boss: Client) -> None:
    lot = Lot.objects.get(number="L1")
    pdf = fetch(boss, f"labels/lot?lot={lot.pk}&copies=3", f"lot-{lot.pk}.pdf")
    assert len(page_texts(pdf)) == 3
    (data,) = {data for data, _ in scanned(pictures(pdf)[0])}
    assert "10L1" in data
    names = "location=MAIN/A-02&location=MAIN/A-01"
    pdf = fetch(boss, f"labels/location?{names}", "location-A-02.pdf")
    assert [sorted(data for data, _ in scanned(page)) for page in pictures(pdf)] == [
        ["MAIN/A-02"],
        ["MAIN/A-01"],
    ]
    sheet = fetch(boss, f"labels/location?{names}&format=sheet", "location-A-02.pdf")
    assert sizes_mm(sheet) == [(210, 297)]


BAD = [
    ("labels/pallet", 400),
    ("labels/pallet?sscc=123", 422),
    ("labels/pallet?sscc=395210000000000017", 422),
    ("labels/pallet?order=SO-9", 404),
    ("labels/pallet?format=sheet&sscc=1", 422),
    ("labels/lot", 400),
    ("labels/lot?lot=999999", 404),
    ("labels/lot?lot=L1", 404),
    ("labels/lot?lot=1&copies=501", 400),
    ("labels/lot?lot=1&copies=0", 400),
    ("labels/lot?lot=1&dpi=72&format=zpl", 400),
    ("labels/location?location=MAIN/~scrap", 404),
    ("labels/location?location=MAIN/A-01&colour=red", 400),
    ("sales-orders/1/papers/pick-list?paper=a5", 400),
    ("sales-orders/SO-9/papers/pick-list", 404),
    ("shipments/SH-9/papers/packing-list", 404),
    ("credit-notes/CN-9/paper", 404),
]


@pytest.mark.parametrize(("address", "status"), BAD)
def test_what_cannot_be_printed_is_a_problem_in_words(boss: Client, address: str, status: int) -> None:
    answer: Any = boss.get(
        API + address.replace("lot=1&", f"lot={Lot.objects.get(number='L1').pk}&"),
        HTTP_ACCEPT="application/pdf",
    )
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), (
        answer.content
    )
