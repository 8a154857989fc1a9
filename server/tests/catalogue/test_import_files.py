"""Files that are not what they claim, too large, or broken: refused whole, with a reason, within bounded memory."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from stillage.catalogue.importing import files, read_xlsx
from stillage.catalogue.importing.files import FileRefused, rows_of
from stillage.catalogue.models import Import, Product
from stillage.core.errors import Refusal
from tests.catalogue.conftest import API, Importer
from tests.people import Client

HEAD = "sku,name\n"


def rows(tmp_path: Path, content: bytes, **options: Any) -> list[list[str]]:
    path = tmp_path / "upload"
    path.write_bytes(content)
    return [cells for _, cells in rows_of(path, **options)]


def refusal(tmp_path: Path, content: bytes, **options: Any) -> str:
    with pytest.raises(FileRefused) as refused:
        rows(tmp_path, content, **options)
    return str(refused.value.code)


WANTED = [["sku", "name"], ["Ä", "Kölsch"]]
TEXT = "sku,name\nÄ,Kölsch\n"


FORMS: dict[str, bytes] = {
    "utf-8": TEXT.encode(),
    "utf-8 with a mark": TEXT.encode("utf-8-sig"),
    "utf-16": TEXT.encode("utf-16"),
    "utf-16 big-endian": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "gzip": gzip.compress(TEXT.encode()),
    "windows lines": TEXT.replace("\n", "\r\n").encode(),
    "old mac lines": TEXT.replace("\n", "\r").encode(),
    "semicolons": TEXT.replace(",", ";").encode(),
    "tabs": TEXT.replace(",", "\t").encode(),
    "a hint": ("sep=;\n" + TEXT.replace(",", ";")).encode(),
    "quotes": b'"sku","name"\n"\xc3\x84","K\xc3\xb6lsch"',
    "empty rows": TEXT.encode() + b"\n,\n  ,\n",
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_encodings_delimiters_and_line_ends_are_found(tmp_path: Path, content: bytes) -> None:
    assert rows(tmp_path, content) == WANTED


def test_another_encoding_is_taken_only_when_it_is_declared(tmp_path: Path) -> None:
    content = TEXT.encode("cp1252")
    assert refusal(tmp_path, content) == "bad_encoding"
    assert rows(tmp_path, content, encoding="cp1252") == WANTED
    assert refusal(tmp_path, HEAD.encode() + b"\x81\n", encoding="cp1252") == "bad_encoding"
    assert refusal(tmp_path, TEXT.encode("utf-32")) == "bad_encoding"


BROKEN: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "empty_file"),
    "zeros": (lambda: b"\0" * 100, "empty_file"),
    "a NUL": (lambda: b"sku,name\nA,a\0b\n", "not_text"),
    "one long line": (lambda: b"sku,name\n" + b"x" * 200_000, "line_too_long"),
    "one line of 40 MB": (lambda: b"x" * 40_000_000, "line_too_long"),
    "an open quote": (lambda: b'sku,name\nA,"open\nB,b\n', "bad_csv"),
    "text behind a quote": (lambda: b'sku,name\nA,"shut"badly\n', "bad_csv"),
    "a quote open for 500 kB": (lambda: b'sku,name\nA,"' + b"line\n" * 100_000, "bad_csv"),
    "a long cell": (lambda: b"sku,name\nA," + b"y" * 20_000 + b"\n", "cell_too_long"),
    "many columns": (lambda: b"," * 300, "too_many_columns"),
    "a PDF": (lambda: b"%PDF-1.7 ...", "unsupported_file"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n", "unsupported_file"),
    "an old spreadsheet": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "unsupported_file"),
    "no gzip": (lambda: b"\x1f\x8bnot really", "damaged_file"),
    "half a gzip": (lambda: gzip.compress(TEXT.encode())[:-12], "damaged_file"),
    "50 MB of empty rows": (
        lambda: gzip.compress(b"\n" * (files.MAX_UNPACKED_BYTES + 10), 1),
        "too_many_rows",
    ),
    "a million rows": (lambda: HEAD.encode() + b"A,a\n" * 1_000_000, "too_many_rows"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_csv_that_cannot_be_trusted_is_refused_whole(tmp_path: Path, name: str) -> None:
    content, code = BROKEN[name]
    assert refusal(tmp_path, content()) == code


def test_what_unpacks_without_end_is_stopped_at_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_UNPACKED_BYTES", 100_000)
    assert (
        refusal(tmp_path, gzip.compress(HEAD.encode() + b"A,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n" * 10_000))
        == "file_too_large"
    )


@pytest.mark.django_db
def test_a_hundred_thousand_bad_lines_are_counted_and_the_list_is_capped(send: Importer) -> None:
    done = send(HEAD + "A/B,a\n" * 20_000)
    assert (done["status"], done["refused"], len(done["errors"])) == ("refused", 20_000, 5_000)
    assert done["errors_truncated"] == 15_000
    assert done["reasons"] == {"bad_code": 20_000}
    assert not Product.objects.exists()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=400),
        st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")),
        st.from_regex(rb'(?:sku|"|,|;|\n|\r|a){0,60}', fullmatch=True),
    )
)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = rows(Path(folder), content)
        except Refusal as refused:
            assert refused.code
            assert refused.detail
        else:
            assert all(isinstance(cell, str) and "\0" not in cell for cells in found for cell in cells)


# ---- spreadsheets -----------------------------------------------------------------------------
def workbook(*lines: list[Any]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_spreadsheets_are_read_only_with_defusedxml() -> None:
    assert openpyxl.DEFUSEDXML


def test_a_spreadsheet_is_read_as_it_shows(tmp_path: Path) -> None:
    import datetime as dt

    content = workbook(
        ["sku", "upc", "abv", "on", "since"],
        [10006, 88004022723, 5.2, True, dt.date(2026, 11, 22)],
        [],
        ["B", None, 5.0],
    )
    assert rows(tmp_path, content) == [
        ["sku", "upc", "abv", "on", "since"],
        ["10006", "88004022723", "5.2", "true", "2026-11-22"],
        ["B", "", "5"],
    ]


@pytest.mark.django_db
def test_a_spreadsheet_is_imported_through_the_api(send: Importer, manager: Client) -> None:
    done = send(
        workbook(["Item Number", "Item Description", "Proof"], [10006, "Scoresby", 80], [7, "=1+1", 80]),
        name="a.xlsx",
    )
    assert (done["status"], done["created"]) == ("refused", 0)  # the formula was never calculated: no name
    done = send(
        workbook(["Item Number", "Item Description", "Proof"], [10006, "Scoresby", 80]), name="a.xlsx"
    )
    assert (done["status"], done["created"]) == ("done", 1), done
    assert manager.get(f"{API}products/10006").json()["abv_percent"] == "40.00"


SHEET = "xl/worksheets/sheet1.xml"
OPEN = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
SHUT = "</sheetData></worksheet>"


def with_sheet(folder: Path, write: Any) -> bytes:
    """A real workbook whose sheet is written anew by `write(stream)`."""
    target = folder / "bomb.xlsx"
    blank = io.BytesIO(workbook(["sku", "name"], ["A", "a"]))
    with zipfile.ZipFile(blank) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for member in source.namelist():
            if member != SHEET:
                made.writestr(member, source.read(member))
        with made.open(SHEET, "w", force_zip64=True) as stream:
            write(stream)
    return target.read_bytes()


def wide(stream: Any) -> None:
    """20,000 rows of 16,384 columns, of which only the last is written."""
    stream.write(OPEN.encode())
    for number in range(1, 20_001):
        stream.write(f'<row r="{number}"><c r="XFD{number}"><v>1</v></c></row>'.encode())
    stream.write(SHUT.encode())


def tall(stream: Any) -> None:
    """1,048,576 rows, of which only the last is written."""
    stream.write(f'{OPEN}<row r="1048576"><c r="A1048576"><v>1</v></c></row>{SHUT}'.encode())


def long(stream: Any) -> None:
    """One text of 200 MB."""
    stream.write(f'{OPEN}<row r="1"><c r="A1" t="inlineStr"><is><t>'.encode())
    for _ in range(200):
        stream.write(b"A" * 1_000_000)
    stream.write(f"</t></is></c></row>{SHUT}".encode())


def entities(stream: Any) -> None:
    """The billion laughs."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    stream.write(f'<!DOCTYPE worksheet [<!ENTITY l0 "ha">{levels}]>'.encode())
    stream.write(f'{OPEN}<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>{SHUT}'.encode())


def sized(stream: Any) -> None:
    """A sheet that says it has a million rows and has one."""
    start = OPEN.replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    stream.write(f'{start}<row r="1"><c r="A1"><v>1</v></c></row>{SHUT}'.encode())


@pytest.mark.parametrize(
    ("bomb", "code"),
    [
        (wide, "too_many_columns"),
        (tall, "too_many_rows"),
        (long, "file_too_large"),
        (entities, "damaged_file"),
    ],
)
def test_a_spreadsheet_bomb_is_refused_within_300_megabytes(tmp_path: Path, bomb: Any, code: str) -> None:
    content = with_sheet(tmp_path, bomb)
    assert len(content) < 300_000
    assert refusal(tmp_path, content) == code
    assert not list(tmp_path.glob("*.rows"))
    measured = subprocess.run(
        [
            sys.executable,
            "-c",
            "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL);"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
            sys.executable,
            "-I",
            str(read_xlsx.__file__),
            str(tmp_path / "upload"),
            str(tmp_path / "out"),
        ],
        capture_output=True,
        check=True,
        timeout=90,
    )
    kilobytes = int(measured.stdout) // (1024 if sys.platform == "darwin" else 1)
    assert kilobytes < 300 * 1024


def test_a_spreadsheet_that_lies_about_its_size_is_read_as_it_is(tmp_path: Path) -> None:
    assert rows(tmp_path, with_sheet(tmp_path, sized)) == [["1"]]


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


NONE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a document": (lambda: zipped({"word/document.xml": b"<x/>"}), "unsupported_file"),
    "600 parts": (lambda: zipped({f"{n}.xml": b"<x/>" for n in range(600)}), "file_too_large"),
    "no XML": (
        lambda: zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"not xml"}),
        "damaged_file",
    ),
    "a cut end": (lambda: workbook(["sku"], ["A"])[:-200], "damaged_file"),
    "no archive": (lambda: b"PK\x03\x04" + b"x" * 500, "damaged_file"),
    "a long cell": (lambda: workbook(["sku"], ["x" * 20_000]), "cell_too_long"),
    "many columns": (lambda: workbook(["h"] * 300), "too_many_columns"),
}


@pytest.mark.parametrize("name", NONE)
def test_a_spreadsheet_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    content, code = NONE[name]
    assert refusal(tmp_path, content()) == code


@pytest.mark.django_db
def test_a_picture_is_refused_before_it_is_kept(manager: Client, home: Path) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    form = {"kind": "products", "file": SimpleUploadedFile("list.csv", b"\x89PNG\r\n\x1a\n")}
    answer = manager.post(f"{API}imports", form, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (422, "unsupported_file")
    assert not Import.objects.exists()
    assert not list(home.glob("imports/*"))
