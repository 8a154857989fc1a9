"""
What a label is made of, in millimetres from its upper left corner, and the device it is made for.

A layout answers with marks; an ink turns them into PDF or ZPL. So both show the same label.
"""

import math
from dataclasses import dataclass
from typing import Final

from stillage.core.errors import Refusal
from stillage.documents.barcodes import Symbol
from stillage.documents.content import Arrow
from stillage.documents.fonts import Weight, printable, text_width

_SMALLER: Final = 0.1
_LINE: Final = 1.15


class LabelError(Refusal):
    """A label that cannot be made, and why."""

    code = "label"


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; `y` is the top of its line, `size` the height of the line's letters and their room."""

    x: float
    y: float
    size: float
    text: str
    weight: Weight = Weight.REGULAR


@dataclass(frozen=True, slots=True)
class Bar:
    """A black rectangle."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Code:
    """A symbol whose first dark module is at `x`. `module` is its X dimension; `height` that of bars."""

    x: float
    y: float
    module: float
    height: float
    symbol: Symbol


@dataclass(frozen=True, slots=True)
class Pointer:
    """An arrow in a square."""

    x: float
    y: float
    side: float
    direction: Arrow


Mark = Text | Bar | Code | Pointer


@dataclass(frozen=True, slots=True)
class Layout:
    """A label's size and marks."""

    width: float
    height: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Device:
    """Dots an inch. Modules are whole dots, since a rounded bar is a wrong bar."""

    dpi: int

    @property
    def dot(self) -> float:
        """The side of a dot in millimetres."""
        return 25.4 / self.dpi

    def module(self, symbol: Symbol, *, room: float, at_least: float, at_most: float) -> float | None:
        """The largest X dimension with which the symbol and its quiet zones fit into `room`, or None."""
        fits = math.floor(room / symbol.columns_with_quiet / self.dot + 1e-9)
        wanted = math.ceil(at_most / self.dot - 1e-9)
        module = min(fits, wanted) * self.dot
        return module if module >= at_least else None


def text_block(
    said: str,
    *,
    x: float,
    y: float,
    size: float,
    width: float,
    lines: int = 1,
    height: float = math.inf,
    smallest: float = 2.2,
    weight: Weight = Weight.REGULAR,
) -> tuple[list[Text], float]:
    """
    The text in at most so many lines, set smaller until it fits, at last cut with an ellipsis; and its lower edge.

    The widths are Inter's; printers' own fonts for ZPL are narrower.
    """
    whole = printable(said)
    if not whole:
        return [], y
    steps = max(0, round((size - smallest) / _SMALLER))
    for step in range(steps + 1):
        fitted = size - step * _SMALLER
        rows = wrapped(whole, weight=weight, size=fitted, width=width)
        if len(rows) <= lines and len(rows) * fitted * _LINE <= height:
            break
    else:
        rows = [*rows[: lines - 1], _cut(rows[lines - 1], weight=weight, size=fitted, width=width)]
    marks = [Text(x, y + row * fitted * _LINE, fitted, text, weight) for row, text in enumerate(rows)]
    return marks, y + len(rows) * fitted * _LINE


def wrapped(text: str, *, weight: Weight, size: float, width: float) -> list[str]:
    """Lines of whole words; a word that is longer than a line is broken where the line ends."""
    rows: list[str] = []
    row = ""
    for word in text.split(" "):
        longer = f"{row} {word}" if row else word
        if text_width(longer, weight=weight, size=size) <= width:
            row = longer
            continue
        if row:
            rows.append(row)
        row = word
        while text_width(row, weight=weight, size=size) > width and len(row) > 1:
            fits = _fitting(row, weight=weight, size=size, width=width)
            rows.append(row[:fits])
            row = row[fits:]
    return [*rows, row]


def _fitting(text: str, *, weight: Weight, size: float, width: float) -> int:
    fits = 1
    while fits < len(text) and text_width(text[: fits + 1], weight=weight, size=size) <= width:
        fits += 1
    # A code such as COLD-STORE-12 is torn where it has a dash, if that leaves no half-empty line.
    dash = text.rfind("-", 0, fits) + 1
    return dash if dash > fits // 2 else fits


def _cut(text: str, *, weight: Weight, size: float, width: float) -> str:
    while text and text_width(text + "…", weight=weight, size=size) > width:
        text = text[:-1]
    return text.rstrip() + "…"
