"""The goods received note: what of a delivery was booked in, of which lots, and where it was put down. No costs."""

from reportlab.platypus import Flowable

from stillage.documents.content import GoodsReceived, TakenInLine
from stillage.documents.frame import Column, build, table
from stillage.documents.letterhead import letterhead, notes
from stillage.documents.papers.rows import lot_words, nothing, units_total
from stillage.documents.pieces import Cell, gap, quiet, strong, text
from stillage.documents.words import date, quantity, say


def goods_received(content: GoodsReceived) -> bytes:
    """A PDF for the file and the driver. While the delivery is open it says so."""
    language = content.language
    title = say("goods_received_open" if content.open else "goods_received", language)
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
            (say("received_by", language), content.received_by),
        ],
        parties=[(say("supplier", language), content.supplier)],
    )
    columns = [
        Column(say("sku", language), 32),
        Column(say("product", language)),
        Column(say("place", language), 36),
        Column(say("quantity", language), 40, "right"),
    ]
    rows = [_row(content, line) for line in content.lines]
    body: list[Flowable] = [table(content, columns, rows)] if rows else [nothing(content)]
    units = units_total([line.lot.quantity for line in content.lines], language)
    total = [text(units, align="right")] if units else []
    return build(content, title, [*head, *body, gap(4), *total, *notes(content)])


def _row(content: GoodsReceived, line: TakenInLine) -> list[Cell]:
    language = content.language
    product: list[Flowable] = [strong(line.name)]
    if words := lot_words(line.lot, language):
        product.append(quiet(words))
    if line.order_number:
        product.append(quiet(line.order_number))
    place: list[Flowable] = [text(line.place)]
    if line.aside:
        place.append(quiet(say("set_aside", language)))
    return [
        [text(line.sku)],
        product,
        place,
        [strong(quantity(line.lot.quantity, language), align="right")],
    ]
