"""Reads PDFs back as a person and a scanner would: the text of each page, where it stands, the codes on it."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
import zxingcpp
from PIL import Image

from stillage.scanning.gs1 import ParsedCode, ScanError, parse_label

TODAY = dt.date(2026, 6, 1)


@contextmanager
def opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def bare(text: str) -> str:
    """The text without white space, which is where lines break. A reader marks dashes at line ends its own way."""
    return "".join(text.replace("\x02", "-").replace("\ufffe", "-").split())


def page_texts(pdf: bytes) -> list[str]:
    """What stands on each page, in the order in which it was drawn."""
    with opened(pdf) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def sizes_mm(pdf: bytes) -> list[tuple[int, int]]:
    with opened(pdf) as document:
        return [tuple(round(side / 72 * 25.4) for side in page.get_size()) for page in document]


def boxes(pdf: bytes, *, loose: bool = False) -> list[list[tuple[str, tuple[float, float, float, float]]]]:
    """Of each page its characters and their boxes (left, bottom, right, top) in points."""
    out = []
    with opened(pdf) as document:
        for page in document:
            text = page.get_textpage()
            count = text.count_chars()
            drawn = [(text.get_text_range(i, 1), text.get_charbox(i, loose=loose)) for i in range(count)]
            out.append([(char, box) for char, box in drawn if char.strip()])
    return out


def pictures(pdf: bytes, *, dpi: int = 300) -> list[Image.Image]:
    """Each page as a printer would see it."""
    with opened(pdf) as document:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in document]


def scanned(picture: Image.Image) -> list[tuple[str, str]]:
    """Every code in a picture: data as a reader sends it and its symbology identifier, top to bottom."""
    found = zxingcpp.read_barcodes(
        picture, formats=[zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.DataMatrix]
    )
    ordered = sorted(found, key=lambda code: (code.position.top_left.y, code.position.top_left.x))
    return [(code.bytes.decode("ascii"), code.symbology_identifier) for code in ordered]


def understood(codes: list[tuple[str, str]]) -> list[ParsedCode]:
    """What our own scanner makes of the codes of one label; a refusal is a failure."""
    out: list[ParsedCode] = []
    for code in parse_label(codes, today=TODAY):
        assert not isinstance(code, ScanError), code
        assert not code.warnings, code.warnings
        out.append(code)
    return out
