"""The discrepancy note: what of a delivery was not as asked for, and what was done with it. For the supplier; no costs."""

from reportlab.platypus import Flowable

from stillage.documents.content import DifferenceLine, DiscrepancyNote
from stillage.documents.frame import Column, build, table
from stillage.documents.letterhead import letterhead, notes
from stillage.documents.papers.rows import lot_words, nothing
from stillage.documents.pieces import Cell, quiet, strong, text
from stillage.documents.words import date, quantity, say


def discrepancy_note(content: DiscrepancyNote) -> bytes:
    """A PDF that tells the supplier line by line."""
    language = content.language
    title = say("discrepancy_note", language)
    head = letterhead(
        content,
        title,
        facts=[
            (say("received_date", language), date(content.received_date, language)),
            (say("supplier_number", language), content.supplier.code),
            (say("delivery_note", language), content.delivery_note),
            (say("despatch", language), content.despatch_number),
            (say("purchase", language), content.order_number),
            (say("warehouse", language), content.warehouse),
            (say("received_by", language), content.signed_by),
        ],
        parties=[(say("supplier", language), content.supplier)],
    )
    columns = [
        Column(say("your_sku", language), 28),
        Column(say("product", language)),
        Column(say("difference", language), 42),
        Column(say("quantity", language), 38, "right"),
    ]
    rows = [_row(content, line) for line in content.lines]
    body: list[Flowable] = [table(content, columns, rows)] if rows else [nothing(content)]
    return build(content, title, [*head, *body, *notes(content)])


def _row(content: DiscrepancyNote, line: DifferenceLine) -> list[Cell]:
    language = content.language
    product: list[Flowable] = [strong(line.name), quiet(line.sku)]
    if words := lot_words(line.lot, language):
        product.append(quiet(words))
    wrong: list[Flowable] = [strong(say(line.kind, language)), quiet(say(line.outcome, language))]
    if line.order_number:
        wrong.append(quiet(line.order_number))
    if line.note:
        wrong.append(quiet(line.note))
    return [
        [text(line.supplier_sku)],
        product,
        wrong,
        [strong(quantity(line.lot.quantity, language), align="right")],
    ]
