"""
What all papers share: sheet, margins, letterhead, running head, page x of y, and tables that repeat their heads.

Which facts a paper has is written in `papers/`.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Table

from stillage.documents.content import Paper
from stillage.documents.fonts import ONE_AT_A_TIME, Weight, font_name, printable, text_width
from stillage.documents.pieces import HAIRLINE, INK, QUIET, Align, Cell, text
from stillage.documents.words import say

SIZES: Final = {"a4": A4, "letter": LETTER}
MARGIN: Final = 18 * mm
_TOP: Final = 16 * mm
_LATER_TOP: Final = 27 * mm
_BOTTOM: Final = 20 * mm
_NEARLY_A_PAGE: Final = min(height for _, height in SIZES.values()) - _LATER_TOP - _BOTTOM - 3 * mm


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, its width in millimetres (None: what is left) and how its text stands."""

    title: str
    width: float | None = None
    align: Align = "left"


class PagedTable(Table):
    """A table that breaks between rows; within a row only where not even an empty page holds the row."""

    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:
        """The part that fits and the rest; nothing when it should start on the next page."""
        parts = super().split(availWidth, availHeight)
        if parts or availHeight < _NEARLY_A_PAGE:
            return parts
        self.splitInRow = 1
        return super().split(availWidth, availHeight)


def table(
    paper: Paper,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    *,
    together: Sequence[tuple[int, int]] = (),
    bare: Sequence[int] = (),
    commands: Sequence[tuple[Any, ...]] = (),
    padding: float = 3.2,
) -> Table:
    """
    A table over the whole width whose head stands on every page it reaches.

    `together` are (first, last) rows that stay on one page; `bare` rows have no line above them. `commands`
    are reportlab's, with rows counted from the first below the head.
    """
    head = [text(c.title, weight=Weight.STRONG, size=7.5, colour=QUIET, align=c.align) for c in columns]
    shifted = [
        (name, (left, top + 1), (right, low + 1), *more)
        for name, (left, top), (right, low), *more in commands
    ]
    ruled = [row for row in range(1, len(rows)) if row not in set(bare)]
    look: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-2, -1), 3.2 * mm),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), padding),
        ("BOTTOMPADDING", (0, 0), (-1, -1), padding),
        ("LINEBELOW", (0, 0), (-1, 0), 0.9, INK),
        *[("LINEABOVE", (0, row + 1), (-1, row + 1), 0.4, HAIRLINE) for row in ruled],
        ("LINEBELOW", (0, -1), (-1, -1), 0.9, INK),
        ("LINEBELOW", (0, "splitlast"), (-1, "splitlast"), 0.4, HAIRLINE),
        *[("NOSPLIT", (0, first + 1), (0, last + 1)) for first, last in together],
        *shifted,
    ]
    return PagedTable(
        [head, *[list(row) for row in rows]],
        colWidths=_widths(paper, columns),
        repeatRows=1,
        style=look,
    )


def plain_table(cells: Sequence[Sequence[Cell]], widths: Sequence[float], **more: Any) -> Table:
    """Flowables side by side, without lines or padding."""
    commands = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
        *more.pop("commands", ()),
    ]
    return PagedTable([list(row) for row in cells], colWidths=list(widths), style=commands, **more)


def inner_width(paper: Paper) -> float:
    """The width between the margins, in points."""
    return float(SIZES[paper.paper][0] - 2 * MARGIN)


def build(paper: Paper, title: str, story: Sequence[Flowable], *, counted: bool = True) -> bytes:
    """The pages as a PDF: the same bytes whenever the same paper is built.

    Pages that go to different people are not `counted`: how many there are is nobody's business.
    """
    out = io.BytesIO()
    width, height = SIZES[paper.paper]
    document = BaseDocTemplate(
        out,
        pagesize=(width, height),
        title=printable(f"{title} {paper.number}"),
        author=printable(paper.company.name),
        creator="Stillage",
        lang=paper.language,
        invariant=1,
        pageCompression=1,
    )

    def frame(name: str, top: float) -> Frame:
        inside = height - top - _BOTTOM
        return Frame(MARGIN, _BOTTOM, width - 2 * MARGIN, inside, 0, 0, 0, 0, id=name)

    def running_head(canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFillColor(QUIET)
        room = width - 2 * MARGIN
        said = _fitted(f"{title} {paper.number}", Weight.STRONG, 8.5, room * 0.6)
        canvas.setFont(font_name(Weight.STRONG), 8.5)
        canvas.drawString(MARGIN, height - 18 * mm, said)
        company = _fitted(paper.company.name, Weight.REGULAR, 8.5, room * 0.36)
        canvas.setFont(font_name(Weight.REGULAR), 8.5)
        canvas.drawRightString(width - MARGIN, height - 18 * mm, company)
        canvas.setStrokeColor(HAIRLINE)
        canvas.setLineWidth(0.5)
        canvas.line(MARGIN, height - 20.5 * mm, width - MARGIN, height - 20.5 * mm)
        canvas.restoreState()

    document.addPageTemplates(
        [
            PageTemplate("first", [frame("first", _TOP)], autoNextPageTemplate="later"),
            PageTemplate("later", [frame("later", _LATER_TOP)], onPage=running_head),
        ]
    )
    with ONE_AT_A_TIME:
        document.build(list(story), canvasmaker=_numbered(paper, counted))
    return out.getvalue()


def _numbered(paper: Paper, counted: bool) -> type[Canvas]:
    """A canvas that holds its pages back until it knows how many they are."""

    class Numbered(Canvas):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._held: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._held.append(dict(self.__dict__))
            self._startPage()  # type: ignore[attr-defined] # as reportlab's own showPage does

        def save(self) -> None:
            for page, state in enumerate(self._held, start=1):
                self.__dict__.update(state)
                _footer(self, paper, page, len(self._held) if counted else 0)
                super().showPage()
            super().save()

    return Numbered


def _footer(canvas: Canvas, paper: Paper, page: int, pages: int) -> None:
    width, _ = SIZES[paper.paper]
    room = width - 2 * MARGIN
    said = say("page", paper.language, page=page, pages=pages) if pages else ""
    canvas.setFillColor(QUIET)
    canvas.setFont(font_name(Weight.REGULAR), 7.5)
    canvas.drawRightString(width - MARGIN, 11 * mm, said)
    company = paper.company
    tax = f"{say('tax_number', paper.language)} {company.tax_number}" if company.tax_number else ""
    facts = [company.name, tax, company.phone, company.email]
    line = _fitted("  ·  ".join(filter(None, facts)), Weight.REGULAR, 7.5, room - 30 * mm)
    canvas.drawString(MARGIN, 11 * mm, line)


def _fitted(said: str, weight: Weight, size: float, room: float) -> str:
    """A repeated line, shortened where it is too long; the whole of it stands on the first page."""
    whole = printable(said)
    if text_width(whole, weight=weight, size=size) <= room:
        return whole
    while whole and text_width(whole + "…", weight=weight, size=size) > room:
        whole = whole[:-1]
    return whole.rstrip() + "…"


def _widths(paper: Paper, columns: Sequence[Column]) -> list[float]:
    taken = sum(column.width or 0 for column in columns) * mm
    open_columns = sum(column.width is None for column in columns)
    rest = (inner_width(paper) - taken) / max(1, open_columns)
    return [rest if column.width is None else column.width * mm for column in columns]
