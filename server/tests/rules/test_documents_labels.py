"""Labels as PDF: what is printed is read back by a scanner, whole and equal; nothing lies over anything else."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillage.catalogue.gtin import check_digit
from stillage.core.errors import Refusal
from stillage.documents import labels
from stillage.documents.barcodes import Symbol, date_elements, element_string, gs1_128, plain_symbol
from stillage.documents.content import (
    Label,
    LocationLabel,
    LotLabel,
    PalletContent,
    PalletLabel,
    Party,
)
from stillage.documents.fonts import text_width
from stillage.documents.labels.marks import Bar, Code, Device, LabelError, Layout, Pointer, Text
from stillage.scanning.element_strings import element_string as scanned_string
from stillage.scanning.gs1 import parse
from tests.rules import documents_samples as samples
from tests.rules.documents_reading import TODAY, bare, page_texts, pictures, scanned, sizes_mm, understood

DEVICES = [labels.PDF_DEVICE, *(Device(dpi) for dpi in labels.DPIS)]
LOT_CHARACTERS = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
lots = st.text(LOT_CHARACTERS, min_size=1, max_size=20)
gtins = st.text("0123456789", min_size=13, max_size=13).map(lambda body: body + check_digit(body))
days = st.dates(dt.date(2026, 1, 1), dt.date(2070, 12, 31))
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=200) | st.text(
    "Wm i", min_size=30, max_size=200
)


def codes(label: Label) -> list[tuple[str, str]]:
    (picture,) = pictures(labels.pdf([label]))
    return scanned(picture)


# --- What the codes say ------------------------------------------------------------------------------


def test_there_are_82_characters_for_a_lot() -> None:
    assert len(set(LOT_CHARACTERS)) == 82


def test_a_pallet_label_says_its_sscc_and_its_contents_in_bars_and_all_of_it_in_one_matrix() -> None:
    label = samples.pallet_label()
    assert label.content
    read = codes(label)
    assert [symbology_id for _, symbology_id in read] == ["]d2", "]C1", "]C1", "]C1"]
    matrix, goods, lot, sscc = understood(read)
    assert sscc.sscc == matrix.sscc == label.sscc
    assert goods.content_gtin == matrix.content_gtin == label.content.gtin
    assert goods.count == matrix.count == 48
    assert lot.lot == matrix.lot == "L2409"
    assert lot.best_before_date == matrix.best_before_date == samples.DAY
    alone = parse(read[0][0], today=TODAY, symbology_id="]d2")
    assert alone.elements == matrix.elements


def test_a_mixed_pallet_says_only_its_sscc() -> None:
    label = samples.pallet_label(homogeneous=False, language="de")
    ((data, symbology_id),) = codes(label)
    assert (data, symbology_id) == (f"00{label.sscc}", "]C1")
    (text,) = page_texts(labels.pdf([label]))
    assert "Mischpalette" in text
    assert bare(f"(00){label.sscc}") in bare(text)


@settings(max_examples=40, deadline=None)
@given(lot=lots, gtin=gtins, count=st.integers(1, 99_999_999), best_before=days, expiry=st.none() | days)
def test_every_pallet_of_one_lot_is_read_back_whole(
    lot: str, gtin: str, count: int, best_before: dt.date, expiry: dt.date | None
) -> None:
    content = PalletContent(
        gtin=gtin, count=count, name="Ale", lot=lot, best_before_date=best_before, expiry_date=expiry
    )
    label = replace(samples.pallet_label(), content=content)
    read = codes(label)
    assert len(read) in (3, 4)
    whole = parse(*read[0][:1], today=TODAY, symbology_id=read[0][1])
    assert (whole.sscc, whole.content_gtin, whole.count, whole.lot) == (label.sscc, gtin, count, lot)
    assert (whole.best_before_date, whole.expiry_date) == (best_before, expiry)
    said = {element.ai: element.text for code in read[1:] for element in _elements(read, code)}
    meant = {element.ai: element.text for element in whole.elements}
    assert said.items() <= meant.items()
    assert {"00", "02", "37", "15"} <= said.keys()
    assert "10" in said or not room_for_the_lot(content)


def room_for_the_lot(content: PalletContent) -> bool:
    """Whether two bar codes of modules of a third of a millimetre hold all of it, the dates in either of them."""
    goods = [("02", content.gtin), ("37", str(content.count))]
    dates = date_elements(best_before_date=content.best_before_date, expiry_date=content.expiry_date)
    ways = (([*goods, *dates[:cut]], [*dates[cut:], ("10", content.lot)]) for cut in range(len(dates) + 1))
    return any(
        all(labels.PDF_DEVICE.module(gs1_128(code), room=98, at_least=0.33, at_most=1) for code in way)
        for way in ways
    )


def _elements(read: list[tuple[str, str]], code: tuple[str, str]) -> Sequence[object]:
    from stillage.scanning.gs1 import ParsedCode, parse_label

    parsed = parse_label(read, today=TODAY)[read.index(code)]
    assert isinstance(parsed, ParsedCode), parsed
    return parsed.elements


@settings(max_examples=60, deadline=None)
@given(
    lot=lots,
    gtin=gtins,
    best_before=st.none() | days,
    expiry=st.none() | days,
    symbol=st.sampled_from(["gs1_datamatrix", "gs1_128"]),
)
def test_every_lot_label_is_read_back_whole(
    lot: str, gtin: str, best_before: dt.date | None, expiry: dt.date | None, symbol: str
) -> None:
    label = LotLabel(
        sku="ALE-330",
        name="Ale",
        lot=lot,
        gtin=gtin,
        best_before_date=best_before,
        expiry_date=expiry,
        symbol=symbol,  # type: ignore[arg-type]
    )
    ((data, symbology_id),) = codes(label)
    assert symbology_id == "]d2" or symbol == "gs1_128"
    code = parse(data, today=TODAY, symbology_id=symbology_id)
    assert (code.gtin, code.lot) == (gtin, lot)
    assert (code.best_before_date, code.expiry_date) == (best_before, expiry)


def test_a_short_lot_fits_into_bars_where_they_are_asked_for() -> None:
    ((_, symbology_id),) = codes(samples.lot_label(symbol="gs1_128"))
    assert symbology_id == "]C1"


@pytest.mark.parametrize("lot", ["Löt 7", "L 7", "^FS^XZ", "x" * 21, "~JA", "[7]"])
def test_a_lot_that_gs1_cannot_hold_stands_as_text_only(lot: str) -> None:
    label = replace(samples.lot_label(), lot=lot)
    ((data, symbology_id),) = codes(label)
    code = parse(data, today=TODAY, symbology_id=symbology_id)
    assert (code.gtin, code.lot, code.best_before_date) == (label.gtin, None, samples.DAY)
    assert bare(lot) in bare(page_texts(labels.pdf([label]))[0])


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40))
def test_without_a_gtin_the_code_says_the_sku(sku: str) -> None:
    label = replace(samples.lot_label(gtin=""), sku=sku)
    ((data, symbology_id),) = codes(label)
    assert data == sku
    assert symbology_id[:2] in ("]C", "]d")
    assert symbology_id not in ("]C1", "]d2")


def test_a_sku_beyond_ascii_has_no_code_but_stands_as_text() -> None:
    label = replace(samples.lot_label(gtin=""), sku="Żubr-1")
    assert codes(label) == []
    assert "Żubr-1" in page_texts(labels.pdf([label]))[0]


@settings(max_examples=40, deadline=None)
@given(
    warehouse=st.from_regex(r"[A-Z0-9._\-]{1,20}", fullmatch=True),
    location=st.from_regex(r"[A-Z0-9._\-]{1,40}", fullmatch=True),
    arrow=st.sampled_from([None, "up", "down", "left", "right"]),
)
def test_every_location_label_says_its_warehouse_and_place(
    warehouse: str, location: str, arrow: str | None
) -> None:
    label = LocationLabel(warehouse=warehouse, location=location, zone="Cold", arrow=arrow)  # type: ignore[arg-type]
    pdf = labels.pdf([label])
    ((data, symbology_id),) = scanned(pictures(pdf)[0])
    assert data == f"{warehouse}/{location}"
    assert parse(data, today=TODAY, symbology_id=symbology_id).format == "plain"
    assert location in bare(page_texts(pdf)[0])


def test_arrows_point_where_they_should() -> None:
    """Of the arrow's square the half with the tip has its widest row or column in the middle."""
    halves = {}
    for arrow in ("up", "down", "left", "right"):
        picture = pictures(labels.pdf([samples.location_label(arrow=arrow)]), dpi=127)[0]
        square = picture.crop(tuple(round(side * 5) for side in (79, 9.5, 96, 26.5))).point(  # type: ignore[arg-type]
            lambda value: 0 if value > 127 else 1
        )
        side = square.width
        ink = {
            "up": square.crop((0, 0, side, side // 2)),
            "down": square.crop((0, side // 2, side, side)),
            "left": square.crop((0, 0, side // 2, side)),
            "right": square.crop((side // 2, 0, side, side)),
        }
        halves[arrow] = {name: sum(part.histogram()[1:]) for name, part in ink.items()}
    for arrow, parts in halves.items():
        assert max(parts, key=lambda name: parts[name]) == arrow, parts


# --- How they are drawn ------------------------------------------------------------------------------


def test_each_page_is_as_large_as_its_label() -> None:
    pdf = labels.pdf([samples.pallet_label(), samples.lot_label(), samples.location_label()])
    assert sizes_mm(pdf) == [(100, 150), (100, 50), (100, 50)]


def sound(layout: Layout, device: Device) -> None:
    """Everything lies on the label with its quiet zones, and nothing over anything else."""
    areas = [_area(mark) for mark in layout.marks]
    for mark, (left, top, right, bottom) in zip(layout.marks, areas, strict=True):
        assert left >= -0.01, mark
        assert top >= -0.01, mark
        assert right <= layout.width + 0.01, mark
        assert bottom <= layout.height + 0.01, mark
        if isinstance(mark, Code):
            dots = mark.module / device.dot
            assert dots == pytest.approx(round(dots), abs=1e-6)
            assert mark.module >= 0.25
    for index, (mark, area) in enumerate(zip(layout.marks, areas, strict=True)):
        for other, near in zip(layout.marks[:index], areas[:index], strict=True):
            across = min(area[2], near[2]) - max(area[0], near[0])
            along = min(area[3], near[3]) - max(area[1], near[1])
            assert across <= 0.05 or along <= 0.05, (mark, other)


def _area(mark: Text | Bar | Code | Pointer) -> tuple[float, float, float, float]:
    """What a mark needs: letters from accent to tail, codes with their quiet zones."""
    if isinstance(mark, Text):
        width = text_width(mark.text, weight=mark.weight, size=mark.size)
        return (mark.x, mark.y + 0.07 * mark.size, mark.x + width, mark.y + mark.size)
    if isinstance(mark, Bar):
        return (mark.x, mark.y, mark.x + mark.width, mark.y + mark.height)
    if isinstance(mark, Code):
        quiet = (10 if mark.symbol.is_linear else 2) * mark.module
        over = 0 if mark.symbol.is_linear else quiet
        wide = mark.symbol.columns * mark.module
        return (mark.x - quiet, mark.y - over, mark.x + wide + quiet, mark.y + mark.height + over)
    return (mark.x, mark.y, mark.x + mark.side, mark.y + mark.side)


parties = st.builds(Party, name=names, address=st.lists(names, max_size=7).map(tuple))
contents = st.builds(
    PalletContent,
    gtin=gtins,
    count=st.integers(1, 99_999_999),
    name=names,
    lot=st.text(LOT_CHARACTERS, max_size=20) | st.text(max_size=20),
    best_before_date=st.none() | days,
    expiry_date=st.none() | days,
    sku=st.text(max_size=40),
)
pallets = st.builds(
    PalletLabel,
    sscc=st.just("395060001343520001"),
    company=names,
    ship_to=st.none() | parties,
    content=st.none() | contents,
    orders=st.lists(st.text(max_size=40), max_size=6).map(tuple),
    shipment_number=st.text(max_size=40),
    pallet_number=st.none() | st.integers(1, 999),
    pallets=st.none() | st.integers(1, 999),
    gross_weight_grams=st.none() | st.integers(0, 3_000_000),
    language=st.sampled_from(["en", "de"]),
)

lot_labels = st.builds(
    LotLabel,
    sku=st.text(max_size=40) | st.text("AW-19", max_size=40),
    name=names,
    lot=st.text(max_size=20) | st.text("W19", max_size=20),
    gtin=st.just("") | gtins,
    best_before_date=st.none() | days,
    expiry_date=st.none() | days,
    pack_name=st.text(max_size=60),
    symbol=st.sampled_from(["gs1_datamatrix", "gs1_128"]),
    language=st.sampled_from(["en", "de"]),
)
location_labels = st.builds(
    LocationLabel,
    warehouse=st.text("AW-_.19", min_size=1, max_size=20),
    location=st.text("AW-_.19", min_size=1, max_size=40),
    zone=st.text(max_size=40),
    arrow=st.sampled_from([None, "up", "down", "left", "right"]),
)


@settings(max_examples=150, deadline=None)
@given(label=pallets | lot_labels | location_labels, device=st.sampled_from(DEVICES))
def test_on_no_label_for_no_device_does_anything_lie_over_anything_else(label: Label, device: Device) -> None:
    sound(labels.layout(label, device), device)


def test_the_check_sees_what_lies_over_something_or_off_the_label() -> None:
    over = Layout(100, 50, (Text(5, 5, 4, "abc"), Text(6, 6, 4, "abc")))
    outside = Layout(100, 50, (Text(90, 5, 4, "a long word indeed"),))
    for layout in (over, outside):
        with pytest.raises(AssertionError):
            sound(layout, labels.PDF_DEVICE)


@pytest.mark.parametrize("device", DEVICES)
def test_the_thinnest_bar_of_a_logistic_label_is_a_third_of_a_millimetre_at_least(device: Device) -> None:
    for lot in ("L1", "L2409", "ABCDEFGHIJ", "ABCDEFGHIJKLMNO", "ABCDEFGHIJKLMNOPQRST"):
        linear = [
            mark
            for mark in labels.layout(samples.pallet_label(lot=lot), device).marks
            if isinstance(mark, Code) and mark.symbol.is_linear
        ]
        assert all(0.33 <= mark.module < 0.6 for mark in linear)
        (sscc,) = [mark for mark in linear if mark.symbol.data.startswith("00")]
        assert sscc.module >= 0.495
        assert sscc.height >= 31.75


@pytest.mark.parametrize(
    "label",
    [
        samples.pallet_label(),
        samples.lot_label(),
        samples.lot_label(symbol="gs1_128"),
        samples.location_label(),
    ],
)
def test_codes_stand_on_the_page_where_the_layout_says_with_white_beside_them(label: Label) -> None:
    (picture,) = pictures(labels.pdf([label]), dpi=600)
    for mark in labels.layout(label, labels.PDF_DEVICE).marks:
        if not isinstance(mark, Code):
            continue
        dots = [round(side * 600 / 25.4) for side in (mark.x, mark.module * mark.symbol.columns)]
        quiet = round((10 if mark.symbol.is_linear else 2) * mark.module * 600 / 25.4)
        # A matrix has its unbroken line at the bottom, bars are the same at every height.
        y = round((mark.y + mark.height - mark.module / 2) * 600 / 25.4)
        row = picture.crop((dots[0] - quiet + 1, y, dots[0] + dots[1] + quiet - 1, y + 1))
        dark = [x for x in range(row.width) if row.getpixel((x, 0)) < 128]
        assert dark[0] == pytest.approx(quiet - 1, abs=1)
        assert dark[-1] == pytest.approx(quiet - 2 + dots[1], abs=1)


def test_what_a_name_is_too_long_for_is_cut_with_a_sign() -> None:
    label = replace(samples.lot_label(), name="Wort " * 60)
    assert "…" in page_texts(labels.pdf([label]))[0]


@pytest.mark.parametrize("name", samples.NAMES)
def test_real_names_stand_on_labels_whole(name: str) -> None:
    label = replace(samples.lot_label(), name=name)
    assert bare(name) in bare(page_texts(labels.pdf([label]))[0])


# --- Refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "code"),
    [
        (replace(samples.pallet_label(), sscc="395060001343520002"), "check_digit"),
        (replace(samples.pallet_label(), sscc=""), "empty"),
        (
            replace(samples.pallet_label(), content=PalletContent(gtin="1950600013435", count=1, name="")),
            "check_digit",
        ),
        (
            replace(samples.pallet_label(), content=PalletContent(gtin="19506000134359", count=0, name="")),
            "bad_count",
        ),
        (
            replace(
                samples.pallet_label(), content=PalletContent(gtin="19506000134359", count=10**8, name="")
            ),
            "bad_count",
        ),
        (samples.lot_label(gtin="09506000134353"), "check_digit"),
        (samples.lot_label(gtin="^XA"), "bad_character"),
    ],
)
def test_numbers_that_are_none_are_refused(label: Label, code: str) -> None:
    for make in (labels.pdf, labels.zpl):
        with pytest.raises(Refusal) as refused:
            make([label])  # type: ignore[operator]
        assert refused.value.code == code


def test_no_labels_and_other_resolutions_are_refused() -> None:
    with pytest.raises(LabelError):
        labels.pdf([])
    with pytest.raises(LabelError):
        labels.zpl([])
    with pytest.raises(LabelError):
        labels.zpl([samples.lot_label()], dpi=600)


# --- Agreement with the scanner's room ---------------------------------------------------------------


@given(lot=lots, gtin=gtins, day=days, count=st.integers(1, 99_999_999))
def test_element_strings_are_those_of_the_scanner(lot: str, gtin: str, day: dt.date, count: int) -> None:
    date = f"{day:%y%m%d}"
    for elements in (
        [
            ("00", "395060001343520001"),
            ("02", gtin),
            ("37", str(count)),
            ("15", date),
            ("17", date),
            ("10", lot),
        ],
        [("01", gtin), ("10", lot), ("17", date)],
    ):
        assert element_string(elements) == scanned_string(elements)


def test_a_plain_symbol_is_refused_for_nothing_and_for_control_characters() -> None:
    assert plain_symbol("", most_columns=300) is None
    assert plain_symbol("A\x1dB", most_columns=300) is None
    assert isinstance(plain_symbol("A", most_columns=300), Symbol)
