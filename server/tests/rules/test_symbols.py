"""Symbols in photos and on paper: what we draw we can read, and a hostile file hurts nobody."""

import datetime as dt
import io
import os
import struct
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from stillage.catalogue.gtin import GtinError, check_digit, expand_upc_e
from stillage.core.errors import Kind, Refusal
from stillage.scanning import symbol_reader, symbols
from stillage.scanning.gs1 import ScanError, bracketed, parse
from stillage.scanning.symbols import (
    MAX_PHOTO_BYTES,
    PhotoError,
    Symbol,
    SymbolError,
    Symbology,
    read_symbols,
    write_symbol,
)

TODAY = dt.date(2026, 6, 1)
GTIN = "09506000134352"
LABEL = f"(01){GTIN}(10)L24a(17)261231"


def drawn(symbology: Symbology, content: str) -> bytes:
    return write_symbol(symbology, content, today=TODAY)


def only(found: list[Symbol]) -> Symbol:
    (symbol,) = found
    return symbol


def picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("L")


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def on_paper(
    png: bytes, size: tuple[int, int], at: tuple[int, int], background: str = "white"
) -> Image.Image:
    paper = Image.new("RGB", size, background)
    paper.paste(picture(png), at)
    return paper


def refusal(photo: bytes) -> PhotoError:
    with pytest.raises(PhotoError) as refused:
        read_symbols(photo)
    return refused.value


# --- Round trips: write, pixels, read, parse ----------------------------------------------------------


@pytest.mark.parametrize(
    ("symbology", "identifier"),
    [(Symbology.GS1_128, "]C1"), (Symbology.GS1_DATAMATRIX, "]d2"), (Symbology.GS1_QR, "]Q3")],
)
def test_a_gs1_symbol_reads_back_as_it_was_written(symbology: Symbology, identifier: str) -> None:
    symbol = only(read_symbols(drawn(symbology, LABEL)))
    assert symbol.symbology_id == identifier
    code = parse(symbol.data, today=TODAY, symbology_id=symbol.symbology_id)
    assert code.elements == parse(LABEL, today=TODAY).elements
    assert (code.gtin, code.lot, code.expiry_date) == (GTIN, "L24a", dt.date(2026, 12, 31))


@pytest.mark.parametrize(
    ("symbology", "content", "identifier", "gtin"),
    [
        (Symbology.ITF_14, "19506000134359", "]I1", "19506000134359"),
        (Symbology.EAN_13, "9506000134352", "]E0", GTIN),
        (Symbology.UPC_E, "04252614", "]E0", "00042100005264"),
    ],
)
def test_a_retail_or_outer_case_symbol_reads_back_as_its_gtin(
    symbology: Symbology, content: str, identifier: str, gtin: str
) -> None:
    symbol = only(read_symbols(drawn(symbology, content)))
    assert symbol.symbology_id == identifier
    code = parse(symbol.data, today=TODAY, symbology_id=symbol.symbology_id)
    assert (code.format, code.gtin) == ("gtin", gtin)


def test_code_128_reads_back_as_plain_text() -> None:
    symbol = only(read_symbols(drawn(Symbology.CODE_128, "STL-CMD-QTY-12")))
    code = parse(symbol.data, today=TODAY, symbology_id=symbol.symbology_id)
    assert (symbol.symbology_id, code.format, code.text) == ("]C0", "plain", "STL-CMD-QTY-12")


LOTS = st.text("0123456789ABCabc!\"%&'()*+,-./:;<=>?_", min_size=1, max_size=20)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(sorted(symbols.GS1_SYMBOLOGIES)), LOTS, st.dates(dt.date(2020, 1, 1), dt.date(2060, 1, 1))
)
def test_any_lot_and_date_survive_every_gs1_symbol(symbology: Symbology, lot: str, day: dt.date) -> None:
    content = bracketed([("01", GTIN), ("10", lot), ("17", f"{day:%y%m%d}")])
    symbol = only(read_symbols(drawn(symbology, content)))
    code = parse(symbol.data, today=TODAY, symbology_id=symbol.symbology_id)
    assert (code.gtin, code.lot, code.expiry_date) == (GTIN, lot, day)


@settings(max_examples=25, deadline=None)
@given(
    st.text("0123456789", min_size=12, max_size=12),
    st.sampled_from("01"),
    st.text("0123456789", min_size=6, max_size=6),
)
def test_any_gtin_survives_its_symbol(body: str, system: str, six: str) -> None:
    assume(is_properly_suppressed(six))
    ean = body + check_digit(body)
    case = "1" + body + check_digit("1" + body)
    upc_a = expand_upc_e(system + six)
    for symbology, content, gtin in (
        (Symbology.EAN_13, ean, ean.zfill(14)),
        (Symbology.ITF_14, case, case),
        (Symbology.UPC_E, system + six + upc_a[-1], upc_a.zfill(14)),
    ):
        symbol = only(read_symbols(drawn(symbology, content)))
        assert parse(symbol.data, today=TODAY, symbology_id=symbol.symbology_id).gtin == gtin


def is_properly_suppressed(six: str) -> bool:
    """Printers make no other UPC-E, for each such number a shorter form exists; readers expand them all."""
    return not (
        (six[5] == "3" and six[2] in "012")
        or (six[5] == "4" and six[3] == "0")
        or (six[5] in "56789" and six[4] == "0")
    )


# --- Drawing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [f"(01){GTIN}(10)L1(37)4", "(01)09506000134359", "(10)L1"])
def test_a_gs1_symbol_that_we_would_refuse_to_read_is_not_drawn(content: str) -> None:
    with pytest.raises(ScanError):
        drawn(Symbology.GS1_128, content)


@pytest.mark.parametrize("content", ["9506000134352", "ALE-330", f"https://x.test/01/{GTIN}"])
def test_a_gs1_symbol_needs_elements(content: str) -> None:
    with pytest.raises(SymbolError):
        drawn(Symbology.GS1_QR, content)


@pytest.mark.parametrize(
    ("symbology", "content", "code"),
    [
        (Symbology.EAN_13, "9506000134359", "check_digit"),
        (Symbology.EAN_13, "950600013435", "bad_length"),
        (Symbology.ITF_14, "9506000134352", "bad_length"),
        (Symbology.UPC_E, "04252613", "check_digit"),
        (Symbology.UPC_E, "425261", "bad_length"),
    ],
)
def test_check_digits_are_tested_and_never_made_up(symbology: Symbology, content: str, code: str) -> None:
    with pytest.raises(GtinError) as refused:
        drawn(symbology, content)
    assert refused.value.code == code


@pytest.mark.parametrize("content", ["", "é", "A\nB", "x" * 200])
def test_code_128_holds_printable_ascii_that_fits(content: str) -> None:
    with pytest.raises(SymbolError):
        drawn(Symbology.CODE_128, content)


def test_the_datamatrix_is_square_for_gs1_allows_no_other() -> None:
    image = picture(write_symbol(Symbology.GS1_DATAMATRIX, LABEL, today=TODAY, with_text=False))
    assert image.width == image.height


@pytest.mark.parametrize("scale", [0, 21])
def test_a_scale_out_of_range_is_refused(scale: int) -> None:
    with pytest.raises(SymbolError):
        write_symbol(Symbology.CODE_128, "A", today=TODAY, scale=scale)


# --- Photos -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_three_formats_are_read(kind: str) -> None:
    photo = encoded(on_paper(drawn(Symbology.GS1_128, LABEL), (1200, 800), (100, 200)), kind)
    assert only(read_symbols(photo)).symbology_id == "]C1"


def test_several_symbols_come_top_to_bottom_with_their_corners() -> None:
    paper = on_paper(drawn(Symbology.EAN_13, "9506000134352"), (1200, 900), (100, 600))
    paper.paste(picture(drawn(Symbology.GS1_128, LABEL)), (100, 100))
    first, second = read_symbols(encoded(paper, "PNG"))
    assert (first.symbology_id, second.symbology_id) == ("]C1", "]E0")
    assert len(first.position) == 4
    assert all(100 <= y <= 320 for _, y in first.position)
    assert all(600 <= y <= 820 for _, y in second.position)


def test_a_photo_without_symbols_gives_an_empty_list() -> None:
    assert read_symbols(encoded(Image.new("RGB", (400, 300), "grey"), "JPEG")) == []


def test_a_large_photo_is_shrunk_and_its_corners_count_in_its_own_pixels() -> None:
    symbol = picture(write_symbol(Symbology.GS1_DATAMATRIX, LABEL, today=TODAY, scale=20, with_text=False))
    paper = Image.new("L", (4000, 3000), 255)
    paper.paste(symbol, (3000, 2000))
    found = only(read_symbols(encoded(paper, "JPEG")))
    xs, ys = zip(*found.position, strict=True)
    assert 2990 <= min(xs) <= 3060 and 1990 <= min(ys) <= 2060
    assert max(xs) <= 3010 + symbol.width


def test_exif_orientation_is_respected() -> None:
    paper = on_paper(drawn(Symbology.GS1_128, LABEL), (1200, 800), (50, 100))
    upright = only(read_symbols(encoded(paper, "JPEG"))).position
    for orientation in range(2, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        turned = paper.transpose(_UNDOES[orientation])
        assert ImageOps.exif_transpose(_with_orientation(turned, orientation)).size == paper.size
        found = only(read_symbols(encoded(turned, "JPEG", exif=exif)))
        corners, want = sorted(found.position), sorted(upright)
        for (x, y), (want_x, want_y) in zip(corners, want, strict=True):
            assert abs(x - want_x) < 15 and abs(y - want_y) < 15


_UNDOES = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def _with_orientation(image: Image.Image, orientation: int) -> Image.Image:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return Image.open(io.BytesIO(encoded(image, "JPEG", exif=exif)))


def test_nothing_of_exif_comes_out() -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-DESCRIPTION"
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 12.0)
    photo = encoded(on_paper(drawn(Symbology.CODE_128, "A-01"), (600, 400), (20, 20)), "JPEG", exif=exif)
    assert b"SECRET-DESCRIPTION" in photo
    answer = symbol_reader.read(photo)
    assert set(answer) == {"symbols"}
    assert set(answer["symbols"][0]) == {"symbology", "symbology_id", "data", "position"}
    assert "SECRET" not in str(answer)


def test_a_transparent_picture_is_read_as_on_white_paper() -> None:
    grey = picture(drawn(Symbology.GS1_QR, LABEL))
    black = Image.new("LA", grey.size, (0, 255))
    black.putalpha(ImageOps.invert(grey))
    assert only(read_symbols(encoded(black, "PNG"))).symbology_id == "]Q3"


# --- Hostile files ------------------------------------------------------------------------------------


def bomb_png(width: int, height: int) -> bytes:
    """A PNG of one colour: a few kilobytes that stand for hundreds of megabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(b"\x00" * (width // 8 + 1) * 500) for _ in range(height // 500))
    pixels = rows + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def webp_claiming(width: int, height: int) -> bytes:
    body = b"VP8X" + struct.pack("<I", 10) + bytes([2, 0, 0, 0])
    body += (
        (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little") + b"ANIM\x06\0\0\0" + b"\0" * 6
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def jpeg_claiming(width: int, height: int) -> bytes:
    small = encoded(Image.new("L", (16, 16)), "JPEG")
    start = small.index(b"\xff\xc0") + 5
    return small[:start] + struct.pack(">HH", height, width) + small[start + 4 :]


@pytest.mark.parametrize(
    "photo",
    [
        bomb_png(9_000, 9_000),
        bomb_png(5_001, 5_000),
        webp_claiming(16_000, 16_000),
        jpeg_claiming(60_000, 60_000),
    ],
    ids=["png", "png just over", "webp", "jpeg"],
)
def test_a_bomb_is_refused_from_its_header(photo: bytes) -> None:
    assert len(photo) < 40_000
    started = time.perf_counter()
    error = refusal(photo)
    assert error.code == "photo_too_many_pixels"
    assert time.perf_counter() - started < 2


def test_the_header_check_comes_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("pixels were decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", never)
    for photo in (bomb_png(9_000, 9_000), jpeg_claiming(60_000, 60_000)):
        assert symbol_reader.read(photo)["code"] == "photo_too_many_pixels"


def test_a_webp_says_its_size_in_each_of_its_three_headers() -> None:
    image = Image.new("RGB", (321, 123), "red")
    assert symbol_reader._webp_size(encoded(image, "WEBP", quality=50)) == (321, 123)
    assert symbol_reader._webp_size(encoded(image, "WEBP", lossless=True)) == (321, 123)
    assert symbol_reader._webp_size(encoded(image.convert("RGBA"), "WEBP", exif=b"Exif\0\0MM")) == (321, 123)
    assert symbol_reader._webp_size(encoded(image, "PNG")) is None


def test_a_file_over_eight_megabytes_is_refused_unread() -> None:
    error = refusal(b"\xff\xd8" + b"\0" * MAX_PHOTO_BYTES)
    assert (error.code, error.kind) == ("photo_too_large", Kind.TOO_LARGE)


@pytest.mark.parametrize(
    "photo",
    [
        b"",
        b"plain text",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7\n" + encoded(Image.new("L", (50, 50)), "JPEG"),
        b"PK\x03\x04" + encoded(Image.new("L", (50, 50)), "PNG"),
        encoded(Image.new("L", (50, 50)), "GIF"),
        encoded(Image.new("L", (50, 50)), "TIFF"),
        encoded(Image.new("L", (50, 50)), "BMP"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    ],
    ids=["empty", "text", "svg", "pdf+jpeg", "zip+png", "gif", "tiff", "bmp", "eps"],
)
def test_anything_but_jpeg_png_and_webp_is_refused(photo: bytes) -> None:
    assert refusal(photo).code == "photo_format"


def test_a_picture_with_something_behind_it_is_read_as_the_picture_it_is() -> None:
    """Phones append film and maps to JPEGs; nothing is kept of the file, so what follows cannot be served."""
    photo = encoded(on_paper(drawn(Symbology.EAN_13, "9506000134352"), (600, 400), (20, 20)), "JPEG")
    assert only(read_symbols(photo + b"PK\x03\x04<script>alert(1)</script>")).data == "9506000134352"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_file_is_refused(kind: str) -> None:
    noise = Image.frombytes("L", (300, 300), os.urandom(90_000))
    photo = encoded(noise, kind)
    for kept in (len(photo) // 2, 200):
        assert refusal(photo[:kept]).code in ("photo_unreadable", "photo_format")


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_the_next_one_is_read(data: st.DataObject) -> None:
    good = _GOOD[data.draw(st.sampled_from(sorted(_GOOD)))]
    place = data.draw(st.integers(0, len(good) - 1))
    junk = data.draw(st.binary(min_size=1, max_size=8))
    damaged = good[:place] + junk + good[place + len(junk) :]
    try:
        read_symbols(damaged)
    except PhotoError as error:
        assert error.code.startswith("photo_")
    assert only(read_symbols(_GOOD["PNG"])).data == "A-01-02"


_PAPER = on_paper(write_symbol(Symbology.CODE_128, "A-01-02", today=TODAY), (500, 260), (10, 10))
_GOOD = {kind: encoded(_PAPER, kind) for kind in ("JPEG", "PNG", "WEBP")}


# --- The reading process ------------------------------------------------------------------------------


def reader_pid() -> int:
    process = symbols._READER._process
    assert process is not None
    return process.pid


def test_the_process_is_started_once_and_kept() -> None:
    read_symbols(_GOOD["PNG"])
    first = reader_pid()
    read_symbols(_GOOD["JPEG"])
    assert reader_pid() == first


def test_a_photo_that_takes_too_long_is_refused_and_its_process_killed() -> None:
    read_symbols(_GOOD["PNG"])
    stuck = reader_pid()
    psutil.Process(stuck).suspend()
    with pytest.raises(PhotoError) as refused:
        read_symbols(_GOOD["PNG"], time_limit_seconds=0.3)
    assert refused.value.code == "photo_time_limit"
    assert not psutil.pid_exists(stuck)
    assert only(read_symbols(_GOOD["PNG"])).data == "A-01-02"
    assert reader_pid() != stuck


def test_a_process_that_dies_is_replaced() -> None:
    read_symbols(_GOOD["PNG"])
    psutil.Process(reader_pid()).kill()
    deadline = time.monotonic() + 5
    while symbols._READER._process is not None and symbols._READER._process.poll() is None:
        assert time.monotonic() < deadline
    assert only(read_symbols(_GOOD["PNG"])).data == "A-01-02"


def test_who_waits_too_long_for_the_reader_is_told_to_come_back() -> None:
    with symbols._READER._turn, pytest.raises(PhotoError) as refused:
        read_symbols(_GOOD["PNG"], time_limit_seconds=0.1)
    assert (refused.value.code, refused.value.kind) == ("photo_reader_busy", Kind.UNAVAILABLE)


def test_many_callers_at_once_each_get_their_own_answer() -> None:
    texts = [f"BIN-{number:02}" for number in range(8)]
    photos = [write_symbol(Symbology.CODE_128, text, today=TODAY) for text in texts]
    answers: dict[int, str] = {}

    def caller(number: int) -> Callable[[], None]:
        def call() -> None:
            answers[number] = only(read_symbols(photos[number])).data

        return call

    threads = [threading.Thread(target=caller(number)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answers[number] for number in range(8)] == texts


def test_the_process_has_none_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLAGE_SECRET", "do not pass on")
    symbols._READER.stop()
    read_symbols(_GOOD["PNG"])
    environment = psutil.Process(reader_pid()).environ()
    assert "STILLAGE_SECRET" not in environment
    assert set(environment) <= {"PATH", "SYSTEMROOT", "LANG", "PYTHONPATH", "LC_CTYPE"}


def test_no_file_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    symbols._READER.stop()
    read_symbols(_GOOD["JPEG"])
    with pytest.raises(Refusal):
        read_symbols(b"junk")
    assert list(tmp_path.iterdir()) == []
    kept = psutil.Process(reader_pid()).open_files()
    assert [file.path for file in kept if file.mode != "r"] == []
