"""
Bar code symbols as modules: Code 128, GS1-128, Data Matrix. zxing-cpp makes them; papers and labels draw them.

What the elements of a GS1 symbol are made of, and which of them a lot or date may enter, is also decided here.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

import zxingcpp

GS: Final = "\x1d"
# Of the AIs written here these need no separator: their length is given beforehand.
_PREDEFINED: Final = frozenset({"00", "01", "02", "15", "17"})
# The 82 characters that a lot number may have in a GS1 symbol, at most 20 of them.
_GS1_LOT: Final = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}")
MAX_COUNT: Final = 99_999_999

Element = tuple[str, str]


class Symbology(StrEnum):
    """The symbols that papers and labels bear."""

    CODE_128 = "code_128"
    GS1_128 = "gs1_128"
    DATA_MATRIX = "data_matrix"
    GS1_DATA_MATRIX = "gs1_data_matrix"


LINEAR: Final = frozenset({Symbology.CODE_128, Symbology.GS1_128})
_QUIET_LINEAR: Final = 10
_QUIET_MATRIX: Final = 2  # one is the rule; two, because labels are cut askew


@dataclass(frozen=True, slots=True)
class Symbol:
    """
    A symbol to draw: each row its dark runs as (start, length) in modules, quiet zones outside.

    `data` is what a reader hands over (GS between elements), `text` what people read below it.
    """

    symbology: Symbology
    data: str
    text: str
    columns: int
    rows: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def is_linear(self) -> bool:
        """A bar code, not a matrix."""
        return self.symbology in LINEAR

    @property
    def quiet(self) -> int:
        """The modules that stay white at each side."""
        return _QUIET_LINEAR if self.is_linear else _QUIET_MATRIX

    @property
    def columns_with_quiet(self) -> int:
        """Its width in modules, quiet zones included."""
        return self.columns + 2 * self.quiet


def gs1_128(elements: Sequence[Element]) -> Symbol:
    """A GS1-128 of those elements, in that order."""
    return _gs1(Symbology.GS1_128, tuple(elements))


def gs1_datamatrix(elements: Sequence[Element]) -> Symbol:
    """A square GS1 DataMatrix of those elements, in that order."""
    return _gs1(Symbology.GS1_DATA_MATRIX, tuple(elements))


def plain_symbol(content: str, *, most_columns: int) -> Symbol | None:
    """
    A Code 128 of the content, or a Data Matrix where that is wider than `most_columns` with its quiet zones.

    None where the content has characters beyond printable ASCII: such a symbol would read differently from
    one scanner to the next, so the text must do.
    """
    if not content or not all(" " <= char <= "~" for char in content):
        return None
    linear = _plain(Symbology.CODE_128, content)
    return linear if linear.columns_with_quiet <= most_columns else _plain(Symbology.DATA_MATRIX, content)


def gs1_date(day: dt.date) -> str:
    """YYMMDD."""
    return f"{day.year % 100:02}{day.month:02}{day.day:02}"


def date_elements(*, best_before_date: dt.date | None, expiry_date: dt.date | None) -> list[Element]:
    """AI 15 and AI 17, those that there are."""
    dates = (("15", best_before_date), ("17", expiry_date))
    return [(ai, gs1_date(day)) for ai, day in dates if day is not None]


def lot_elements(lot: str) -> list[Element]:
    """AI 10, or nothing where the lot number has what a GS1 symbol cannot hold."""
    return [("10", lot)] if _GS1_LOT.fullmatch(lot) else []


def element_string(elements: Sequence[Element]) -> str:
    """What a reader hands over for those elements, GS where one is needed and not at the end."""
    words = [ai + text + ("" if ai in _PREDEFINED else GS) for ai, text in elements]
    return "".join(words).removesuffix(GS)


@lru_cache(maxsize=256)
def _gs1(symbology: Symbology, elements: tuple[Element, ...]) -> Symbol:
    bracketed = "".join(f"({ai})" + text.replace("(", "\\(") for ai, text in elements)
    readable = "".join(f"({ai}){text}" for ai, text in elements)
    return _made(symbology, bracketed, data=element_string(elements), text=readable)


@lru_cache(maxsize=256)
def _plain(symbology: Symbology, content: str) -> Symbol:
    return _made(symbology, content, data=content, text=content)


def _made(symbology: Symbology, content: str, *, data: str, text: str) -> Symbol:
    linear = symbology in LINEAR
    # Left alone the encoder may choose the rectangular extension, which GS1 does not allow.
    options: dict[str, Any] = {} if linear else {"force_square": True}
    if symbology in (Symbology.GS1_128, Symbology.GS1_DATA_MATRIX):
        options["gs1"] = True
    kind = zxingcpp.BarcodeFormat.Code128 if linear else zxingcpp.BarcodeFormat.DataMatrix
    symbol = zxingcpp.create_barcode(content, kind, **options)
    picture: Any = symbol.to_image(scale=1, add_hrt=False, add_quiet_zones=False)
    height, width = picture.shape
    flat = bytes(picture)
    lines = [flat[row * width : (row + 1) * width] for row in range(1 if linear else height)]
    return Symbol(symbology, data, text, width, tuple(_dark_runs(line) for line in lines))


def _dark_runs(line: bytes) -> tuple[tuple[int, int], ...]:
    dark = bytes(1 if value < 128 else 0 for value in line)
    return tuple((found.start(), len(found[0])) for found in re.finditer(b"\x01+", dark))
