"""The return note: what goes back to a supplier, of which lots and why. No costs."""

from reportlab.platypus import Flowable

from stillage.documents.content import BackLine, SupplierReturnNote
from stillage.documents.frame import Column, build, table
from stillage.documents.letterhead import letterhead, notes
from stillage.documents.papers.rows import lot_words, nothing, units_total
from stillage.documents.pieces import Cell, gap, quiet, strong, text
from stillage.documents.words import date, quantity, say


def supplier_return(content: SupplierReturnNote) -> bytes:
    """A PDF that goes with the goods."""
    language = content.language
    title = say("supplier_return_draft" if content.draft else "supplier_return", language)
    head = letterhead(
        content,
        title,
        facts=[
            (say("return_date", language), date(content.return_date, language)),
            (say("supplier_number", language), content.supplier.code),
            (say("reference", language), content.supplier_reference),
            (say("delivery", language), content.receipt_number),
            (say("delivery_note", language), content.delivery_note),
            (say("warehouse", language), content.warehouse),
            (say("reason", language), content.reason),
        ],
        parties=[(say("supplier", language), content.supplier)],
    )
    columns = [
        Column(say("your_sku", language), 30),
        Column(say("product", language)),
        Column(say("quantity", language), 44, "right"),
    ]
    rows = [_row(content, line) for line in content.lines]
    body: list[Flowable] = [table(content, columns, rows)] if rows else [nothing(content)]
    units = units_total([line.lot.quantity for line in content.lines], language)
    total = [text(units, align="right")] if units else []
    return build(content, title, [*head, *body, gap(4), *total, *notes(content)])


def _row(content: SupplierReturnNote, line: BackLine) -> list[Cell]:
    language = content.language
    product: list[Flowable] = [strong(line.name), quiet(line.sku)]
    if words := lot_words(line.lot, language):
        product.append(quiet(words))
    if line.reason:
        product.append(quiet(line.reason))
    return [
        [text(line.supplier_sku)],
        product,
        [strong(quantity(line.lot.quantity, language), align="right")],
    ]
