"""The pick list: a walk through the warehouse in its order, made to be read at arm's length and ticked."""

from reportlab.platypus import Flowable

from stillage.documents.barcodes import plain_symbol
from stillage.documents.content import PickLine, PickListContent
from stillage.documents.fonts import Weight
from stillage.documents.frame import Column, build, table
from stillage.documents.letterhead import SYMBOL_MOST_COLUMNS, letterhead, notes
from stillage.documents.papers.rows import dates, nothing
from stillage.documents.pieces import Cell, TickBox, quiet, strong, text
from stillage.documents.words import date, quantity, say


def pick_list(content: PickListContent) -> bytes:
    """A PDF of the walk; the Code 128 at its top opens the pick."""
    language = content.language
    title = say("pick_list", language)
    orders = say("orders" if len(content.orders) > 1 else "order", language)
    head = letterhead(
        content,
        title,
        facts=[
            (say("warehouse", language), content.warehouse),
            (say("customer", language), content.customer),
            (orders, ", ".join(content.orders)),
            (say("ship_date", language), date(content.ship_date, language) if content.ship_date else ""),
            (say("picker", language), content.picker),
        ],
        symbol=plain_symbol(content.barcode or content.number, most_columns=SYMBOL_MOST_COLUMNS),
    )
    columns = [
        Column("", 8),
        Column(say("place", language), 37),
        Column(say("product", language)),
        Column(say("lot_and_date", language), 38),
        Column(say("quantity", language), 38, "right"),
    ]
    rows = [_row(content, line) for line in content.lines]
    body: list[Flowable] = [table(content, columns, rows, padding=5)] if rows else [nothing(content)]
    return build(content, title, [*head, *body, *notes(content)])


def _row(content: PickListContent, line: PickLine) -> list[Cell]:
    product: list[Flowable] = [strong(line.name, size=9.5), quiet(line.sku)]
    if line.note:
        product.append(text(line.note, size=8.5))
    return [
        [TickBox()],
        [text(line.location, weight=Weight.HEAVY, size=14, leading=1.15)],
        product,
        [strong(line.lot, size=10), *dates(line.best_before_date, line.expiry_date, content.language)],
        [strong(quantity(line.quantity, content.language), size=10.5, align="right")],
    ]
