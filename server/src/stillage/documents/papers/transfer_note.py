"""The transfer note: what travels from one warehouse to another, of which lots, with room to sign for it."""

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether

from stillage.documents.barcodes import plain_symbol
from stillage.documents.content import TransferNote, TravellingLine
from stillage.documents.frame import Column, build, inner_width, plain_table, table
from stillage.documents.letterhead import SYMBOL_MOST_COLUMNS, letterhead, notes
from stillage.documents.papers.rows import lot_words, nothing, units_total
from stillage.documents.pieces import INK, Cell, gap, quiet, strong, text
from stillage.documents.words import date, quantity, say


def transfer_note(content: TransferNote) -> bytes:
    """A PDF that goes with the goods; the Code 128 at its top opens the transfer where they arrive."""
    language = content.language
    title = say("transfer_note_draft" if content.draft else "transfer_note", language)
    dispatched, expected = content.dispatch_date, content.expected_date
    head = letterhead(
        content,
        title,
        facts=[
            (say("from_warehouse", language), content.from_warehouse),
            (say("to_warehouse", language), content.to_warehouse),
            (say("dispatch_date", language), date(dispatched, language) if dispatched else ""),
            (say("expected_on", language), date(expected, language) if expected else ""),
            (say("carrier", language), content.carrier),
        ],
        symbol=plain_symbol(content.number, most_columns=SYMBOL_MOST_COLUMNS),
    )
    columns = [
        Column(say("place", language), 34),
        Column(say("product", language)),
        Column(say("quantity", language), 44, "right"),
        Column(say("counted", language), 30),
    ]
    rows = [_row(content, line) for line in content.lines]
    body: list[Flowable] = [table(content, columns, rows)] if rows else [nothing(content)]
    units = units_total([line.lot.quantity for line in content.lines], language)
    total = [text(units, align="right")] if units else []
    return build(content, title, [*head, *body, gap(4), *total, *notes(content), _signature(content)])


def _row(content: TransferNote, line: TravellingLine) -> list[Cell]:
    language = content.language
    product: list[Flowable] = [strong(line.name), quiet(line.sku)]
    if words := lot_words(line.lot, language):
        product.append(quiet(words))
    if line.note:
        product.append(quiet(line.note))
    return [[text(line.place)], product, [strong(quantity(line.lot.quantity, language), align="right")], []]


def _signature(content: TransferNote) -> Flowable:
    language = content.language
    width = (inner_width(content) - 8 * mm) / 2
    cells: list[list[Cell]] = [
        [
            [quiet(f"{say('from_warehouse', language)}: {say('signature', language)}")],
            [],
            [quiet(f"{say('to_warehouse', language)}: {say('signature', language)}")],
        ]
    ]
    lines = [("LINEABOVE", (0, 0), (0, 0), 0.6, INK), ("LINEABOVE", (2, 0), (2, 0), 0.6, INK)]
    return KeepTogether([gap(40), plain_table(cells, [width, 8 * mm, width], commands=lines)])
