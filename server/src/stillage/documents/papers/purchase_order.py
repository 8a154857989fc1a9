"""The purchase order: what a supplier is to deliver, by which number of theirs, where, by when, at which cost."""

from reportlab.platypus import Flowable

from stillage.documents.content import BoughtLine, PurchaseOrder
from stillage.documents.frame import Column, build, table
from stillage.documents.letterhead import letterhead, notes
from stillage.documents.papers.rows import nothing, units_total
from stillage.documents.pieces import Cell, gap, quiet, strong, text
from stillage.documents.words import amount, date, money, quantity, say, unit


def purchase_order(content: PurchaseOrder) -> bytes:
    """A PDF for the supplier; without costs where the content names none."""
    language = content.language
    title = say("purchase_order_draft" if content.draft else "purchase_order", language)
    head = letterhead(
        content,
        title,
        facts=[
            (say("order_date", language), date(content.order_date, language)),
            (say("expected_date", language), date(content.expected_date, language)),
            (say("supplier_number", language), content.supplier.code),
            (say("reference", language), content.supplier_reference),
            (say("ordered_by", language), content.ordered_by),
        ],
        parties=[(say("supplier", language), content.supplier), (say("ship_to", language), content.ship_to)],
    )
    body = [_lines(content)] if content.lines else [nothing(content)]
    return build(content, title, [*head, *body, gap(4), *_total(content), *notes(content)])


def _lines(content: PurchaseOrder) -> Flowable:
    language = content.language
    columns = [
        Column(say("your_sku", language), 30),
        Column(say("product", language)),
        Column(say("quantity", language), 40, "right"),
    ]
    if content.net_total:
        columns += [
            Column(say("cost", language), 26, "right"),
            Column(say("net", language), 27, "right"),
        ]
    return table(content, columns, [_row(content, line) for line in content.lines])


def _row(content: PurchaseOrder, line: BoughtLine) -> list[Cell]:
    language = content.language
    product: list[Flowable] = [strong(line.name)]
    product.append(quiet("  ·  ".join(part for part in (line.sku, line.gtin) if part)))
    if line.expected_date is not None:
        product.append(quiet(say("wanted_by", language, date=date(line.expected_date, language))))
    if line.note:
        product.append(quiet(line.note))
    row: list[Cell] = [
        [text(line.supplier_sku)],
        product,
        [strong(quantity(line.quantity, language), align="right")],
    ]
    if content.net_total:
        pack = line.quantity.case_name if line.quantity.units_per_case > 1 else line.quantity.base_unit
        per = say("per", language, unit=unit(pack, 1, language))
        row += [
            [text(amount(line.pack_cost, language), align="right"), quiet(per, align="right")],
            [strong(amount(line.net, language), align="right")],
        ]
    return row


def _total(content: PurchaseOrder) -> list[Flowable]:
    language = content.language
    units = units_total([line.quantity for line in content.lines], language)
    said: list[Flowable] = [text(units, align="right")] if units else []
    if content.net_total:
        total = f"{say('net_total', language)}  {money(content.net_total, content.currency, language)}"
        said.append(strong(total, size=11, align="right"))
    return said
