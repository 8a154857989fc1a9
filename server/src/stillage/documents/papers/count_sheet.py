"""The count sheet: a walk from place to place with room for what lies there, for counting with pen and paper."""

from reportlab.platypus import Flowable

from stillage.documents.barcodes import plain_symbol
from stillage.documents.content import CountSheet, SheetLine
from stillage.documents.fonts import Weight
from stillage.documents.frame import Column, build, table
from stillage.documents.letterhead import SYMBOL_MOST_COLUMNS, letterhead, notes
from stillage.documents.papers.rows import dates, nothing
from stillage.documents.pieces import Cell, quiet, strong, text
from stillage.documents.words import quantity, say


def count_sheet(content: CountSheet) -> bytes:
    """A PDF to walk with. It says what the book says only where the count is not blind."""
    language = content.language
    title = say("count_sheet", language)
    head = letterhead(
        content,
        title,
        facts=[
            (say("warehouse", language), content.warehouse),
            (say("round", language), str(content.round)),
            (say("counted_by", language), "." * 30),
        ],
        symbol=plain_symbol(content.number, most_columns=SYMBOL_MOST_COLUMNS),
    )
    told = any(line.expected is not None for line in content.lines)
    columns = [
        Column(say("place", language), 34),
        Column(say("product", language)),
        Column(say("lot_and_date", language), 38),
        *([Column(say("book_says", language), 26, "right")] if told else []),
        Column(say("counted", language), 30),
    ]
    rows = [_row(content, line, told) for line in content.lines]
    body: list[Flowable] = [table(content, columns, rows, padding=6)] if rows else [nothing(content)]
    return build(content, title, [*head, *body, *notes(content)])


def _row(content: CountSheet, line: SheetLine, told: bool) -> list[Cell]:
    language = content.language
    place: Cell = [text(line.location, weight=Weight.STRONG, size=11)] if line.location else []
    if not line.sku:
        return [place, [quiet(say("write_here", language))], [], *([[]] if told else []), []]
    expected: list[Cell] = []
    if told:
        said = quantity(line.expected, language) if line.expected is not None else ""
        expected = [[quiet(said, align="right")]]
    return [
        place,
        [strong(line.name), quiet(line.sku)],
        [text(line.lot), *dates(line.best_before_date, line.expiry_date, language)],
        *expected,
        [],
    ]
