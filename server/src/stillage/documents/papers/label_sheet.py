"""Lot and location labels on ordinary sheets of labels, ten to a page, for those without a label printer."""

import io
from dataclasses import dataclass
from typing import Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from stillage.documents.content import LabelSheet, PaperSize
from stillage.documents.fonts import ONE_AT_A_TIME
from stillage.documents.frame import SIZES
from stillage.documents.labels import PDF_DEVICE, LabelError, layout, pdf_ink

COLUMNS: Final = 2
ROWS: Final = 5
PER_SHEET: Final = COLUMNS * ROWS


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the labels of a sheet lie, in millimetres from its upper left corner."""

    left: float
    top: float
    width: float
    height: float
    pitch_right: float
    pitch_down: float


GRIDS: Final[dict[PaperSize, Grid]] = {
    "a4": Grid(left=4.65, top=6.0, width=99.1, height=57.0, pitch_right=101.6, pitch_down=57.0),
    "letter": Grid(left=3.97, top=12.7, width=101.6, height=50.8, pitch_right=106.36, pitch_down=50.8),
}


def label_sheet(content: LabelSheet) -> bytes:
    """A PDF of the sheets. Refuses: no labels; more labels to skip than a sheet has."""
    if not content.labels:
        raise LabelError("There are no labels to print.", code="no_labels")
    if not 0 <= content.skip < PER_SHEET:
        raise LabelError(f"A sheet has {PER_SHEET} labels; skip 0 to {PER_SHEET - 1}.", code="bad_skip")
    grid = GRIDS[content.paper]
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=SIZES[content.paper], invariant=1, pageCompression=1)
    canvas.setCreator("Stillage")
    canvas.setTitle("Labels")
    for place, label in enumerate(content.labels, start=content.skip):
        on_sheet = place % PER_SHEET
        if on_sheet == 0 and place > content.skip:
            canvas.showPage()
        drawn = layout(label, PDF_DEVICE)
        row, column = divmod(on_sheet, COLUMNS)
        # A label is drawn in the middle of its cell; its margins take up the difference.
        x = grid.left + column * grid.pitch_right + (grid.width - drawn.width) / 2
        y = grid.top + row * grid.pitch_down + (grid.height - drawn.height) / 2
        pdf_ink.draw(canvas, drawn, left=x * mm, top=SIZES[content.paper][1] - y * mm)
    canvas.showPage()
    with ONE_AT_A_TIME:
        canvas.save()
    return out.getvalue()
