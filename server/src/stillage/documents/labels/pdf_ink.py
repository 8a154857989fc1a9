"""Label marks as PDF: text in Inter, codes and arrows as rectangles and polygons, all black."""

from typing import Final

from reportlab.lib.colors import black
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from stillage.documents.drawing import draw_symbol
from stillage.documents.fonts import font_name, printable
from stillage.documents.labels.arrows import corners
from stillage.documents.labels.marks import Bar, Code, Layout, Pointer, Text

# From the top of a line down to its baseline, as a part of its size.
_BASELINE: Final = 0.8


def draw(canvas: Canvas, layout: Layout, *, left: float, top: float) -> None:
    """Draw a label with its upper left corner at that point of the page, in points from its lower left corner."""
    canvas.setFillColor(black)
    for mark in layout.marks:
        x, y = left + mark.x * mm, top - mark.y * mm
        if isinstance(mark, Text):
            canvas.setFont(font_name(mark.weight), mark.size * mm)
            canvas.drawString(x, y - _BASELINE * mark.size * mm, printable(mark.text))
        elif isinstance(mark, Bar):
            canvas.rect(x, y - mark.height * mm, mark.width * mm, mark.height * mm, stroke=0, fill=1)
        elif isinstance(mark, Code):
            draw_symbol(canvas, mark.symbol, x=x, top=y, module=mark.module * mm, height=mark.height * mm)
        else:
            _pointer(canvas, mark, x, y)


def _pointer(canvas: Canvas, mark: Pointer, x: float, y: float) -> None:
    path = canvas.beginPath()
    (first, *rest) = corners(mark.direction)
    path.moveTo(x + first[0] * mark.side * mm, y - first[1] * mark.side * mm)
    for right, down in rest:
        path.lineTo(x + right * mark.side * mm, y - down * mark.side * mm)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)
