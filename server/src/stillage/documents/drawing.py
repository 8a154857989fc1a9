"""Puts a bar code symbol on a PDF page as rectangles: exact at any resolution, no picture involved."""

from reportlab.pdfgen.canvas import Canvas

from stillage.documents.barcodes import Symbol


def draw_symbol(
    canvas: Canvas, symbol: Symbol, *, x: float, top: float, module: float, height: float
) -> None:
    """
    Draw with the first dark module at `x`, downwards from `top`, in the fill colour of the canvas.

    All in points. `height` is of a bar code's bars; a matrix is as high as its modules. One path holds all
    of it, so that no viewer blends the edges of neighbours.
    """
    path = canvas.beginPath()
    step = height if symbol.is_linear else module
    for number, row in enumerate(symbol.rows):
        for start, length in row:
            path.rect(x + start * module, top - (number + 1) * step, length * module, step)
    canvas.drawPath(path, stroke=0, fill=1)
