"""Papers: every line, date and sum stands where people look for it, on every page, in every script, the same each time."""

import datetime as dt
import hashlib
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillage.documents import papers
from stillage.documents.content import (
    DeliveryLine,
    DeliveryNote,
    LabelSheet,
    LotQuantity,
    PackedLine,
    Paper,
    PickLine,
    Quantity,
)
from stillage.documents.fonts import BOX, Weight, printable, text_width
from stillage.documents.words import amount, money, percent, quantity
from stillage.scanning.gs1 import parse
from tests.rules import documents_samples as samples
from tests.rules.documents_reading import TODAY, bare, boxes, page_texts, pictures, scanned, sizes_mm

Made = tuple[Callable[..., bytes], Paper]

LONG: dict[str, Made] = {
    "pick list": (papers.pick_list, samples.pick_list(200)),
    "packing list": (papers.packing_list, samples.packing_list(9, 22)),
    "delivery note": (papers.delivery_note, samples.delivery_note(200, pallets=12)),
    "credit note": (papers.credit_note, samples.credit_note(200)),
    "order confirmation": (papers.order_confirmation, samples.order_confirmation(200)),
    "discrepancy note": (papers.discrepancy_note, samples.discrepancy_note(120)),
    "goods received note": (papers.goods_received, samples.goods_received(120)),
}
SHORT: dict[str, Made] = {
    "pick list": (papers.pick_list, samples.pick_list(3)),
    "packing list": (papers.packing_list, samples.packing_list(2, 2)),
    "delivery note": (papers.delivery_note, samples.delivery_note(3)),
    "credit note": (papers.credit_note, samples.credit_note(3)),
    "order confirmation": (papers.order_confirmation, samples.order_confirmation(3)),
    "discrepancy note": (papers.discrepancy_note, samples.discrepancy_note(5)),
    "goods received note": (papers.goods_received, samples.goods_received(5)),
    "German discrepancy note": (papers.discrepancy_note, samples.discrepancy_note(5, language="de")),
    "German goods received note": (
        papers.goods_received,
        samples.goods_received(5, language="de", paper="letter"),
    ),
    "German confirmation": (
        papers.order_confirmation,
        samples.order_confirmation(3, language="de", paper="letter"),
    ),
    "letter pick list": (papers.pick_list, samples.pick_list(30, paper="letter", language="de")),
}


def everything(pdf: bytes) -> str:
    return bare("".join(page_texts(pdf)))


def in_order(text: str, *parts: str) -> None:
    """Each part stands in the text, behind the one before."""
    place = 0
    for part in parts:
        found = text.find(bare(printable(part)), place)
        assert found >= 0, f"{part!r} is missing behind {text[max(0, place - 60) : place]!r}"
        place = found


# --- Every line is there -----------------------------------------------------------------------------


def test_a_pick_list_of_two_hundred_stops_has_each_of_them_in_walking_order() -> None:
    content = samples.pick_list(200)
    text = everything(papers.pick_list(content))
    in_order(text, content.number, content.warehouse, content.customer, *content.orders)
    parts: list[str] = []
    for line in content.lines:
        parts += [line.location, line.name, line.sku, *([line.note] if line.note else [])]
    in_order(text, *parts)
    for line in content.lines:
        assert line.best_before_date
        in_order(text, line.location, line.lot, str(line.best_before_date.day), quantity(line.quantity, "en"))


def test_a_packing_list_has_each_pallet_with_its_sscc_its_lines_and_its_sum() -> None:
    content = samples.packing_list(9, 22)
    text = everything(papers.packing_list(content))
    parts: list[str] = []
    for place, pallet in enumerate(content.pallets, start=1):
        parts += [f"Pallet {place}", f"(00){pallet.sscc}"]
        for line in pallet.lines:
            parts += [line.sku, line.name, line.lot, quantity(line.quantity, "en")]
    in_order(text, *parts)
    lines = [line for pallet in content.pallets for line in pallet.lines]
    for unit, plural in (("bottle", "bottles"), ("keg", "kegs")):
        units = sum(line.quantity.units for line in lines if line.quantity.base_unit == unit)
        assert bare(f"{units:,} {plural}") in text
    grams = sum(pallet.gross_weight_grams or 0 for pallet in content.pallets)
    assert bare(f"{grams / 1000:,.1f} kg") in text
    assert bare("Total of 198 lines") in text


def test_a_delivery_note_has_each_line_with_its_lots_and_each_pallet_but_no_price() -> None:
    content = samples.delivery_note(200, pallets=12)
    text = everything(papers.delivery_note(content))
    parts: list[str] = [content.customer.name, *content.customer.address]
    for line in content.lines:
        given_words = "not delivered" if not line.delivered.units else quantity(line.delivered, "en")
        parts += [line.sku, line.name, quantity(line.ordered, "en"), given_words]
        for lot in line.lots:
            parts += [f"Lot {lot.lot}", "Best before", quantity(lot.quantity, "en")]
    parts += [f"(00){pallet.sscc}" for pallet in content.pallets]
    in_order(text, *parts, "Please return empty kegs.", "Yard closes at 15:00.", "Name and signature")
    in_order(text, content.number, "SO-2026-1187", "PO 77/2026", "20 Nov 2026", "24 Nov 2026", "25 Nov 2026")
    assert "€" not in text


def test_a_credit_note_has_each_line_the_tax_of_each_rate_and_the_total() -> None:
    content = samples.credit_note(200)
    text = everything(papers.credit_note(content))
    in_order(text, content.number, content.shipment_number, content.order_number, content.return_number)
    parts: list[str] = []
    for line in content.lines:
        parts += [line.name, line.sku, f"Lot {line.lot}", *([line.reason] if line.reason else [])]
    in_order(text, *parts)
    for line in content.lines:
        in_order(text, line.sku, quantity(line.quantity, "en"), "0.6000", amount(line.net, "en"))
    in_order(
        text,
        "Net total",
        money(content.net_total, "EUR", "en"),
        *(f"Tax {percent(tax.rate_percent, 'en')} on {money(tax.net, 'EUR', 'en')}" for tax in content.taxes),
        "Total tax",
        money(content.tax_total, "EUR", "en"),
        "Amount credited",
        money(content.total, "EUR", "en"),
    )


def test_an_order_confirmation_says_what_comes_when_and_what_follows_later() -> None:
    content = samples.order_confirmation(200)
    text = everything(papers.order_confirmation(content))
    parts: list[str] = []
    for index, line in enumerate(content.lines):
        parts += [line.name, line.sku, "60 cases (1,440)", "24.00", "per case", "5%", "19%", "1,368.00"]
        parts += ["40 cases (960) on 25 Nov 2026"]
        parts += ["20 cases (480) follows later, date open"] if index % 2 else []
    in_order(text, *parts, "Discount included", "€14,400.00", "Net total", "€273,600.00")
    in_order(text, "Tax 19% on €273,600.00", "€51,984.00", "Total", "€325,584.00")


def test_papers_in_german_speak_german() -> None:
    text = everything(papers.order_confirmation(samples.order_confirmation(2, language="de")))
    in_order(text, "Auftragsbestätigung", "Kunde", "Auftragsdatum", "20.11.2026", "Menge", "Preis", "Rabatt")
    in_order(text, "60 Kisten (1.440)", "24,00", "je Kiste", "5 %", "19 %", "1.368,00")
    in_order(text, "20 Kisten (480) folgt später, Termin offen")
    in_order(
        text, "Summe netto", "2.736,00 €", "USt. 19 % auf 2.736,00 €", "519,84 €", "Gesamt", "3.255,84 €"
    )
    in_order(text, "Seite 1 von")
    assert "Lieferschein" in everything(papers.delivery_note(samples.delivery_note(1, language="de")))


def test_a_paper_without_lines_says_so() -> None:
    for make, content in (
        (papers.pick_list, samples.pick_list(0)),
        (papers.packing_list, samples.packing_list(0)),
        (papers.delivery_note, samples.delivery_note(0, pallets=0)),
        (papers.credit_note, samples.credit_note(0)),
        (papers.order_confirmation, samples.order_confirmation(0)),
    ):
        assert bare("There are no lines.") in everything(make(content))  # type: ignore[operator]


# --- Pages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*LONG])
def test_every_page_has_its_number_the_papers_number_and_the_heads_of_its_table(name: str) -> None:
    make, content = LONG[name]
    pages = page_texts(make(content))
    assert len(pages) > 3
    for place, page in enumerate(pages, start=1):
        assert bare(f"Page {place} of {len(pages)}") in bare(page)
        assert bare(content.number) in bare(page)
        assert bare(content.company.name) in bare(page)
        if "SKU-" in page:
            head = bare(page)[: bare(page).index("SKU-")]
            assert "Product" in head
            assert "Quantity" in head or "Ordered" in head


@pytest.mark.parametrize("name", [*LONG, *SHORT])
def test_nothing_stands_outside_the_margins_or_over_other_text(name: str) -> None:
    make, content = {**SHORT, **LONG}[name]
    pdf = make(content)
    for (width, height), page in zip(sizes_mm(pdf), boxes(pdf), strict=True):
        assert page
        for _, (left, bottom, right, top) in page:
            assert left / 72 * 25.4 >= 17.5
            assert right / 72 * 25.4 <= width - 17.5
            assert bottom / 72 * 25.4 >= 9
            assert top / 72 * 25.4 <= height - 13
        assert overlapping(page) == []


def overlapping(
    page: list[tuple[str, tuple[float, float, float, float]]], slack: float = 0.7
) -> list[tuple[str, str]]:
    """Pairs of characters drawn over each other; neighbours in a word may touch."""
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    clashes = []
    for index, (char, box) in enumerate(page):
        for column in range(int(box[0] // 20), int(box[2] // 20) + 1):
            for row in range(int(box[1] // 20), int(box[3] // 20) + 1):
                for other in cells[column, row]:
                    near = page[other][1]
                    across = min(box[2], near[2]) - max(box[0], near[0])
                    along = min(box[3], near[3]) - max(box[1], near[1])
                    if across > slack and along > slack:
                        clashes.append((page[other][0], char))
                cells[column, row].append(index)
    return clashes


def test_the_check_for_overlaps_sees_one() -> None:
    assert overlapping([("a", (0, 0, 5, 5)), ("b", (3, 3, 8, 8))]) == [("a", "b")]


@pytest.mark.parametrize(("paper", "size"), [("a4", (210, 297)), ("letter", (216, 279))])
def test_a_paper_has_the_size_asked_for(paper: str, size: tuple[int, int]) -> None:
    pdf = papers.pick_list(replace(samples.pick_list(60), paper=paper))  # type: ignore[arg-type]
    assert set(sizes_mm(pdf)) == {size}


def test_amounts_end_at_the_right_margin_and_figures_are_equally_wide() -> None:
    content = samples.credit_note(6)
    (page,) = boxes(papers.credit_note(content), loose=True)
    text = "".join(char for char, _ in page)
    right = 595.28 - 18 * 72 / 25.4
    for line in content.lines:
        place = text.index(bare(amount(line.net, "en")), text.index(line.sku) - 60)
        last = page[place + len(bare(amount(line.net, "en"))) - 1][1]
        assert last[2] == pytest.approx(right, abs=0.6), line.net
    assert (
        len({text_width(digit * 8, weight=weight, size=10) for digit in "0123456789" for weight in Weight})
        == 3
    )


def test_lots_stay_on_the_page_of_their_product() -> None:
    for page in page_texts(papers.delivery_note(samples.delivery_note(120, lots=3))):
        if "SKU-" in page:
            assert bare(page).index("SKU-") < bare(page).index("LotL")


def test_a_line_of_more_lots_than_a_page_holds_goes_on_and_names_its_sku_again() -> None:
    content = samples.delivery_note(1, lots=150)
    pages = page_texts(papers.delivery_note(content))
    text = bare("".join(pages))
    for lot in content.lines[0].lots:
        assert bare(f"Lot {lot.lot}") in text
    for page in pages:
        if "Lot" in page:
            assert content.lines[0].sku in page


@pytest.mark.parametrize("name", ["delivery note", "order confirmation", "pick list"])
def test_a_row_higher_than_a_page_goes_on_the_next_page(name: str) -> None:
    make, content = SHORT[name]
    words = " ".join(f"word{index}" for index in range(4000))
    first, *others = content.lines  # type: ignore[attr-defined]
    tall = replace(content, lines=(*others, replace(first, note=words), *others))  # type: ignore[call-arg]
    pages = page_texts(make(tall))
    assert len(pages) > 2
    heads = ("Pick list", "Delivery note", "Order confirmation", "SKU", "Product", "Place", "Harrow &")
    kept = "".join(line for page in pages for line in page.splitlines() if not line.startswith(heads))
    assert [word for word in words.split() if word not in kept] == []


def test_a_wave_of_many_orders_names_each_of_them() -> None:
    orders = tuple(f"SO-2026-{index:05d}" for index in range(900))
    for make, content in (
        (papers.pick_list, samples.pick_list(3)),
        (papers.packing_list, samples.packing_list(1, 1)),
    ):
        text = everything(make(replace(content, orders=orders)))  # type: ignore[operator, call-arg]
        in_order(text, "Orders", *orders[:3])
        assert [order for order in orders if order not in text] == []


@pytest.mark.parametrize("lines", [7, 60, 300])
def test_an_address_of_many_lines_is_printed_to_its_end(lines: int) -> None:
    party = replace(samples.CUSTOMER, address=tuple(f"line{index}end" for index in range(lines)))
    content = replace(samples.delivery_note(2), customer=party, ship_to=party, company=party)
    text = everything(papers.delivery_note(content))
    assert [line for line in party.address if text.count(line) != 3] == []


# --- Every script, every input -----------------------------------------------------------------------


def test_names_in_latin_greek_and_cyrillic_are_printed_and_others_become_boxes() -> None:
    assert printable("Żubr Łódź Café Ñ Ωμέγα Квас ßẞ ő ș ğ") == "Żubr Łódź Café Ñ Ωμέγα Квас ßẞ ő ș ğ"
    assert printable("Cafe\u0301\u200b \u202eX\t\n Y") == "Café X Y"
    assert printable("日本 酒 🍺") == f"{BOX}{BOX} {BOX} {BOX}"
    line = PickLine(location="A-1", sku="酒-1", name="日本酒 Junmai", lot="L1", quantity=Quantity(units=1))
    text = everything(papers.pick_list(replace(samples.pick_list(0), lines=(line,))))
    in_order(text, f"{BOX}{BOX}{BOX} Junmai", f"{BOX}-1")


def test_a_box_is_drawn_for_what_has_no_drawing() -> None:
    """The replacement is ink on the page, not a gap."""
    line = PickLine(location="A-1", sku="S", name="酒" * 20, lot="L1", quantity=Quantity(units=1))
    with_boxes = pictures(papers.pick_list(replace(samples.pick_list(0), lines=(line,))), dpi=60)[0]
    without = pictures(
        papers.pick_list(replace(samples.pick_list(0), lines=(replace(line, name="x"),))), dpi=60
    )[0]
    assert sum(with_boxes.histogram()[:128]) > sum(without.histogram()[:128]) + 20


@settings(max_examples=25, deadline=None)
@given(
    name=st.text(max_size=200),
    note=st.text(max_size=80),
    lot_number=st.text(max_size=20),
    units=st.integers(-10_000_000, 10_000_000),
    per_case=st.integers(0, 5000),
    case_name=st.text(max_size=30),
)
def test_whatever_is_typed_makes_a_paper(
    name: str, note: str, lot_number: str, units: int, per_case: int, case_name: str
) -> None:
    amount_given = Quantity(units=units, units_per_case=per_case, case_name=case_name)
    line = DeliveryLine(
        sku=name[:40],
        name=name,
        ordered=amount_given,
        delivered=amount_given,
        note=note,
        lots=(LotQuantity(lot=lot_number, quantity=amount_given, best_before_date=dt.date(2027, 3, 31)),),
    )
    content = replace(samples.delivery_note(1), number=name[:30], notes=note, lines=(line, line))
    packed = PackedLine(sku=name[:40], name=name, lot=lot_number, quantity=amount_given)
    pallets = replace(samples.packing_list(1, 1).pallets[0], lines=(packed,), name=note)
    for pdf in (
        papers.delivery_note(content),
        papers.packing_list(replace(samples.packing_list(1, 1), pallets=(pallets,), customer_reference=note)),
    ):
        for (width, _), page in zip(sizes_mm(pdf), boxes(pdf), strict=True):
            for char, (left, _, right, _) in page:
                assert left >= 0, char
                assert right / 72 * 25.4 <= width, char


PRINTED = [
    chr(code)
    for code in [*range(0x21, 0x7F), *range(0xA1, 0x180), *range(0x391, 0x3A2), *range(0x410, 0x450)]
]
PLAIN = [char for char in PRINTED if char != "\xad" and printable(char) == char]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(PLAIN, min_size=1, max_size=60), min_size=1, max_size=6))
def test_what_is_typed_is_what_is_read(words: list[str]) -> None:
    name = " ".join(words)
    line = replace(samples.delivery_note(1).lines[0], name=name)
    note = DeliveryNote(
        number="DN-1", company=samples.COMPANY, customer=samples.CUSTOMER, lines=(line,), notes=name
    )
    text = everything(papers.delivery_note(note))
    assert text.count(bare(printable(name))) >= 2


# --- Codes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize(
    "number", ["PICK-2026-00412", "SO-7", "7", "A" * 20, "2026-11-24/00012345", "x~^>_|"]
)
def test_the_code_on_a_pick_list_says_its_number(paper: str, number: str) -> None:
    content = replace(samples.pick_list(2), number=number, paper=paper)  # type: ignore[arg-type]
    ((data, symbology_id),) = scanned(pictures(papers.pick_list(content), dpi=200)[0])
    assert (data, symbology_id[:2]) == (number, "]C")
    assert parse(data, today=TODAY, symbology_id=symbology_id).text == number


def test_a_code_too_long_for_bars_becomes_a_matrix_and_what_no_code_can_hold_stays_text() -> None:
    content = replace(samples.pick_list(2), barcode="ORDER-" * 9)
    ((data, symbology_id),) = scanned(pictures(papers.pick_list(content))[0])
    assert (data, symbology_id[:2]) == ("ORDER-" * 9, "]d")
    umlaut = papers.pick_list(replace(samples.pick_list(2), number="Ö-12"))
    assert scanned(pictures(umlaut)[0]) == []
    assert "Ö-12" in everything(umlaut)


def test_a_label_sheet_has_ten_labels_a_page_after_those_skipped() -> None:
    labels = tuple(samples.location_label(f"A-{index:02d}-01") for index in range(14))
    for paper in ("a4", "letter"):
        pdf = papers.label_sheet(LabelSheet(labels=labels, paper=paper, skip=3))  # type: ignore[arg-type]
        first, second = (scanned(picture) for picture in pictures(pdf))
        assert {data for data, _ in first} == {f"MAIN/A-{index:02d}-01" for index in range(7)}
        assert {data for data, _ in second} == {f"MAIN/A-{index:02d}-01" for index in range(7, 14)}
        assert len(set(sizes_mm(pdf))) == 1


@pytest.mark.parametrize(("count", "skip"), [(0, 0), (3, 10), (3, -1)])
def test_a_label_sheet_of_nothing_or_with_too_many_skipped_is_refused(count: int, skip: int) -> None:
    labels = tuple(samples.location_label() for _ in range(count))
    with pytest.raises(papers.LabelError):
        papers.label_sheet(LabelSheet(labels=labels, skip=skip))


# --- The same bytes ----------------------------------------------------------------------------------

DIGESTS = """
import hashlib
from stillage.documents import labels, papers
from tests.rules import documents_samples as samples
for made in (
    papers.pick_list(samples.pick_list(20)),
    papers.packing_list(samples.packing_list()),
    papers.delivery_note(samples.delivery_note()),
    papers.credit_note(samples.credit_note()),
    papers.order_confirmation(samples.order_confirmation()),
    labels.pdf([samples.pallet_label(), samples.lot_label()]),
    labels.zpl([samples.pallet_label(), samples.lot_label()]).encode(),
):
    print(hashlib.sha256(made).hexdigest())
"""


def test_the_same_input_makes_the_same_bytes_in_another_process() -> None:
    def digests(seed: str) -> list[str]:
        paths = os.pathsep.join(path for path in sys.path if path)
        env = {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": seed, "TZ": f"UTC{seed}"}
        made = subprocess.run([sys.executable, "-c", DIGESTS], env=env, capture_output=True, check=True)
        return made.stdout.decode().split()

    theirs = digests("1")
    assert theirs == digests("2")
    once = papers.pick_list(samples.pick_list(20))
    assert hashlib.sha256(once).hexdigest() == theirs[0]
    assert once == papers.pick_list(samples.pick_list(20))
    assert once != papers.pick_list(samples.pick_list(21))


def test_a_paper_has_no_date_of_its_making() -> None:
    assert str(dt.datetime.now(dt.UTC).year).encode() not in b"".join(
        line for line in papers.pick_list(samples.pick_list(1)).splitlines() if b"Date" in line
    )


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "twelve", ""])
def test_what_is_no_money_is_never_printed(bad: str) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        amount(bad, "en")


def test_money_keeps_all_its_places() -> None:
    assert amount("0.6125", "en") == "0.6125"
    assert amount("1234567.5", "de") == "1.234.567,50"
    assert money("-3", "EUR", "en") == "\u2212€3.00"
    assert bare(money("3", "CHF", "en")) == "CHF3.00"
    assert Decimal("0.6125") == Decimal(amount("0.6125", "en"))


def test_papers_made_at_the_same_time_do_not_mix() -> None:
    contents = [
        samples.delivery_note(count, language=said) for count in (1, 9, 30) for said in ("en", "de")
    ] * 3
    alone = [papers.delivery_note(content) for content in contents]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(papers.delivery_note, contents)) == alone
