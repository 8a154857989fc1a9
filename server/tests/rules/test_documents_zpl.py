"""Labels as ZPL II: a strict reader takes every command, finds every word and code, and nothing typed is a command."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillage.documents import code128, labels
from stillage.documents.barcodes import element_string, gs1_128, plain_symbol
from stillage.documents.content import Label, LocationLabel, PalletContent, Party
from stillage.documents.fonts import printable
from stillage.documents.labels.marks import Code, Device, Text
from stillage.scanning.gs1 import parse
from tests.rules import documents_samples as samples
from tests.rules.documents_reading import TODAY, understood
from tests.rules.test_documents_labels import (
    LOT_CHARACTERS,
    days,
    gtins,
    location_labels,
    lot_labels,
    lots,
    pallets,
)
from tests.rules.zpl_reader import Field, ZplError, modules, read, scanned_bars

HOSTILE = [
    "^XZ^XA^FO0,0^A0N,99,99^FDgotcha^FS^XZ",
    "~JA~JR~HS",
    "^FS^FD",
    "a_5E^b",
    "_7EJA",
    "\\5EXZ",
    "\\& \\\\ \\(*)",
    "^^^~~~___\\\\\\",
    "\x1b\x02^\x00XZ\r\n^XA",
    "^CC*",
    "^CT#^CD;",
    "¬^ⅹz＾ＸＺ",
    ">;>8>0",
    "^FH@^FD@5EXA",
]
typed = st.text(max_size=60) | st.text("^~_\\XZFSDAC05E>;8&", max_size=40)


@pytest.mark.parametrize("dpi", labels.DPIS)
def test_each_label_is_one_format_of_its_size(dpi: int) -> None:
    formats = read(
        labels.zpl([samples.pallet_label(), samples.lot_label(), samples.location_label()], dpi=dpi)
    )
    sizes = [(one.width / dpi * 25.4, one.height / dpi * 25.4) for one in formats]
    for (width, height), meant in zip(sizes, [(100, 150), (100, 50), (100, 50)], strict=True):
        assert (width, height) == pytest.approx(meant, abs=0.13)


def test_a_pallet_label_spells_its_codes_as_the_printers_manual_wants_them() -> None:
    zpl = labels.zpl([samples.pallet_label(lot="L2409_>x")])
    assert "^BY4^BCN,254,N,N,N,N^FD>;>800340123450000010009^FS" in zpl
    assert "^FD>;>802195060001343593748^FS" in zpl
    assert "^FD>;>81527033110>6L>52409>6_>0x^FS" in zpl
    assert "^FD_10034012345000001000902195060001343593748_11527033110L2409__>x^FS" in zpl


@pytest.mark.parametrize("dpi", labels.DPIS)
def test_the_codes_of_a_pallet_label_are_read_back_from_its_fields(dpi: int) -> None:
    label = samples.pallet_label()
    (form,) = read(labels.zpl([label], dpi=dpi))
    codes = [_as_scanned(code) for code in form.codes()]
    matrix, goods, lot, sscc = understood(codes)
    assert (sscc.sscc, matrix.sscc) == (label.sscc, label.sscc)
    assert (goods.content_gtin, goods.count, lot.lot) == ("19506000134359", 48, "L2409")
    assert (matrix.content_gtin, matrix.count, matrix.lot) == ("19506000134359", 48, "L2409")
    assert lot.best_before_date == matrix.best_before_date == samples.DAY


def _as_scanned(code: Field) -> tuple[str, str]:
    """Data and identifier as a reader sends them: bars are drawn and scanned, of a matrix FNC1 is dropped."""
    if code.kind == "bars":
        return scanned_bars(code.words)
    return code.data.removeprefix("\x1d"), "]d2" if code.is_gs1 else "]d1"


def _said(label: Label, dpi: int) -> tuple[list[str], list[str]]:
    """The texts and the data of the codes that the label should have."""
    marks = labels.layout(label, Device(dpi)).marks
    return (
        [printable(mark.text) for mark in marks if isinstance(mark, Text)],
        [mark.symbol.data for mark in marks if isinstance(mark, Code)],
    )


def faithful(label: Label, dpi: int) -> None:
    """The printer gets one format with exactly the texts and codes of the layout, all of them on the label."""
    (form,) = read(labels.zpl([label], dpi=dpi))
    texts, data = _said(label, dpi)
    assert form.texts() == texts
    assert [code.data.removeprefix("\x1d") for code in form.codes()] == data
    for code in form.codes():
        if code.kind == "bars":
            width = int(code.parameters["BY"])
            assert code.x - 10 * width >= 0
            assert code.x + (modules(code.words) + 10) * width <= form.width
            assert code.y + int(code.parameters["BC"].split(",")[1]) <= form.height


@settings(max_examples=150, deadline=None)
@given(label=pallets | lot_labels | location_labels, dpi=st.sampled_from(labels.DPIS))
def test_every_label_reaches_the_printer_as_it_was_laid_out(label: Label, dpi: int) -> None:
    faithful(label, dpi)


def _hostile_labels(text: str) -> list[Label]:
    return [
        replace(
            samples.pallet_label(),
            company=text,
            ship_to=Party(name=text, address=(text, text)),
            orders=(text,),
            shipment_number=text,
            content=PalletContent(gtin="19506000134359", count=1, name=text, lot=text[:20], sku=text),
        ),
        replace(samples.lot_label(), sku=text[:40], name=text, lot=text[:20], pack_name=text),
        replace(samples.lot_label(gtin=""), sku=text[:40] or "x", name=text, lot=text[:20], pack_name=text),
        LocationLabel(warehouse=text[:20], location=text[:40], zone=text, arrow="left"),
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_in_its_field(text: str) -> None:
    for label in _hostile_labels(text):
        for dpi in labels.DPIS:
            faithful(label, dpi)


@settings(max_examples=100, deadline=None)
@given(typed)
def test_whatever_is_typed_stays_in_its_field(text: str) -> None:
    for label in _hostile_labels(text):
        faithful(label, 203)


def test_the_reader_notices_a_text_that_breaks_out() -> None:
    clean = labels.zpl([replace(samples.lot_label(), name="NAME")])
    for text in HOSTILE[:3]:
        with pytest.raises(ZplError):
            read(clean.replace("NAME", text))


def test_text_beyond_ascii_is_sent_as_the_bytes_of_its_utf_8() -> None:
    zpl = labels.zpl([replace(samples.lot_label(), name="Żubr_^~Łódź")])
    assert zpl.isascii()
    assert "^FH_^FD_C5_BBubr_5F_5E_7E_C5_81_C3_B3d_C5_BA^FS" in zpl


@settings(max_examples=60, deadline=None)
@given(lot=lots, gtin=gtins, day=days)
def test_every_lot_is_scanned_from_the_bars_that_the_printer_is_told(
    lot: str, gtin: str, day: dt.date
) -> None:
    elements = [("01", gtin), ("15", f"{day:%y%m%d}"), ("10", lot)]
    words = code128.plan(element_string(elements), gs1=True)
    (form,) = read(
        f"^XA\n^CI28\n^PW800\n^LL400\n^LH0,0\n^FO0,0^BY2^BCN,90,N,N,N,N^FD{code128.zpl(words)}^FS\n^XZ\n"
    )
    (code,) = form.codes()
    code_read = parse(*scanned_bars(code.words)[:1], today=TODAY, symbology_id="]C1")
    assert scanned_bars(code.words)[1] == "]C1"
    assert (code_read.gtin, code_read.lot, code_read.best_before_date) == (gtin, lot, day)


@given(
    st.text("0123456789", max_size=30)
    | st.text(LOT_CHARACTERS, max_size=20)
    | st.text("01Aa>^~", max_size=30)
)
def test_the_plan_is_never_wider_than_the_symbol_it_was_laid_out_for(data: str) -> None:
    words = code128.plan(data or "0", gs1=False)
    symbol = plain_symbol(data or "0", most_columns=10_000)
    assert symbol is not None
    assert code128.modules(words) <= symbol.columns
    lot = "".join(char for char in data if char in LOT_CHARACTERS)[:20] or "1"
    gs1 = gs1_128([("10", lot)])
    assert code128.modules(code128.plan(gs1.data, gs1=True)) <= gs1.columns


@pytest.mark.parametrize("data", ["", "é", "a\nb", "\x00"])
def test_what_code_128_cannot_hold_is_never_planned(data: str) -> None:
    with pytest.raises(ValueError, match="Code 128"):
        code128.plan(data, gs1=False)


def test_an_arrow_is_a_bitmap_of_whole_bytes() -> None:
    (form,) = read(labels.zpl([samples.location_label(arrow="down")], dpi=300))
    (picture,) = [one for one in form.fields if one.kind == "picture"]
    _, total, again, row, data = picture.parameters["GF"].split(",")
    assert int(total) == int(again) == len(data) // 2
    assert int(total) % int(row) == 0
