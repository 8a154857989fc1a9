"""The small pieces that papers are put together from: paragraphs of plain text, rules, tick boxes, bar codes."""

import re
from collections.abc import Sequence
from html import escape
from typing import Any, Final, Literal

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, Spacer

from stillage.documents.barcodes import Symbol
from stillage.documents.drawing import draw_symbol
from stillage.documents.fonts import Weight, font_name, printable

ACCENT: Final = HexColor("#0E6B86")
INK: Final = HexColor("#1A1C1E")
QUIET: Final = HexColor("#5A6166")
HAIRLINE: Final = HexColor("#C9CED2")

# Between a figure and its unit no line is broken: 0.33 l.
_MEASURE: Final = re.compile(r"(?<=[0-9]) (?=(?:l|cl|ml|kg|g|L|л)(?![^\W_]))")

Align = Literal["left", "right"]
Cell = Flowable | Sequence[Flowable]


def style(
    *,
    weight: Weight = Weight.REGULAR,
    size: float = 9,
    colour: Color = INK,
    align: Align = "left",
    leading: float = 1.32,
) -> ParagraphStyle:
    """A paragraph style; lines break anywhere rather than run over the edge."""
    return ParagraphStyle(
        f"{weight}-{size}-{align}",
        fontName=font_name(weight),
        fontSize=size,
        leading=size * leading,
        textColor=colour,
        alignment=TA_RIGHT if align == "right" else TA_LEFT,
        splitLongWords=1,
        allowWidows=0,
        allowOrphans=0,
    )


def text(said: str, **how: Any) -> Paragraph:
    """A paragraph of plain text: nothing in it is markup."""
    whole = _MEASURE.sub("\u00a0", printable(said))
    return Paragraph(escape(whole, quote=False), style(**how))


def lines(said: str, **how: Any) -> list[Flowable]:
    """A paragraph for each line of the text."""
    return [text(line, **how) for line in said.splitlines() if line.strip()]


def quiet(said: str, **how: Any) -> Paragraph:
    """Secondary text."""
    return text(said, **{"size": 8, "colour": QUIET, **how})


def strong(said: str, **how: Any) -> Paragraph:
    """Text that the eye should find."""
    return text(said, **{"weight": Weight.STRONG, **how})


class SymbolMark(Flowable):
    """A bar code in the flow, its text below, pushed to the right edge."""

    def __init__(self, symbol: Symbol, *, module: float, height: float) -> None:
        super().__init__()
        self.symbol, self.module = symbol, module
        self.bars = height if symbol.is_linear else len(symbol.rows) * module

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Its size: all of the width it is given."""
        self.width, self.height = width, self.bars + 4 * mm
        return self.width, self.height

    def draw(self) -> None:
        """The symbol with its right quiet zone at the edge."""
        symbol, canvas = self.symbol, self.canv
        wide = symbol.columns * self.module
        left = self.width - wide - symbol.quiet * self.module
        canvas.setFillColor(INK)
        draw_symbol(canvas, symbol, x=left, top=self.height, module=self.module, height=self.bars)
        canvas.setFont(font_name(Weight.REGULAR), 8)
        canvas.drawRightString(left + wide, 0.6 * mm, printable(symbol.text))


class TickBox(Flowable):
    """An empty box to tick with a pencil."""

    side = 5.2 * mm

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Its size."""
        return self.side, self.side

    def draw(self) -> None:
        """A square of a firm line."""
        self.canv.setStrokeColor(INK)
        self.canv.setLineWidth(0.9)
        self.canv.roundRect(0, 0, self.side, self.side, 0.8 * mm, stroke=1, fill=0)


class Rule(Flowable):
    """A horizontal line across the frame."""

    def __init__(self, *, colour: Color = HAIRLINE, thickness: float = 0.5) -> None:
        super().__init__()
        self.colour, self.thickness = colour, thickness

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Its size: all of the width."""
        self.width, self.height = width, self.thickness
        return width, self.thickness

    def draw(self) -> None:
        """The line."""
        self.canv.setStrokeColor(self.colour)
        self.canv.setLineWidth(self.thickness)
        self.canv.line(0, 0, self.width, 0)


def gap(height: float) -> Spacer:
    """White space, in millimetres."""
    return Spacer(0, height * mm)
