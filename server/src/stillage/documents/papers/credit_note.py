"""The credit note: what is given back for a shipment, line by line, with the tax of each rate."""

from reportlab.platypus import Flowable

from stillage.documents.content import CreditLine, CreditNote
from stillage.documents.frame import Column, build, table
from stillage.documents.letterhead import letterhead, notes
from stillage.documents.papers.rows import nothing, sums
from stillage.documents.pieces import Cell, gap, quiet, strong, text
from stillage.documents.words import amount, date, money, percent, quantity, say


def credit_note(content: CreditNote) -> bytes:
    """A PDF of the credit; amounts are positive."""
    language = content.language
    title = say("credit_note", language)
    head = letterhead(
        content,
        title,
        facts=[
            (say("date", language), date(content.credit_date, language)),
            (say("customer_number", language), content.customer.code),
            (say("shipment", language), content.shipment_number),
            (
                say("shipped_date", language),
                date(content.shipped_date, language) if content.shipped_date else "",
            ),
            (say("order", language), content.order_number),
            (say("invoice", language), content.invoice_number),
            (say("return", language), content.return_number),
            (say("reference", language), content.customer_reference),
        ],
        parties=[(say("customer", language), content.customer)],
    )
    columns = [
        Column(say("product", language)),
        Column(say("quantity", language), 36, "right"),
        Column(say("price", language), 25, "right"),
        Column(say("tax", language), 13, "right"),
        Column(say("net", language), 26, "right"),
    ]
    rows = [_row(content, line) for line in content.lines]
    body: list[Flowable] = [table(content, columns, rows)] if rows else [nothing(content)]
    block = sums(
        content,
        currency=content.currency,
        taxes=content.taxes,
        net_total=content.net_total,
        tax_total=content.tax_total,
        total=(say("credited_total", language), money(content.total, content.currency, language)),
    )
    return build(content, title, [*head, *body, gap(4), block, *notes(content)])


def _row(content: CreditNote, line: CreditLine) -> list[Cell]:
    language = content.language
    product: list[Flowable] = [strong(line.name), quiet(line.sku)]
    if line.lot:
        product.append(quiet(f"{say('lot', language)} {line.lot}"))
    if line.reason:
        product.append(quiet(line.reason))
    price: list[Flowable] = [text(amount(line.unit_price, language), align="right")]
    if line.price_unit:
        price.append(quiet(say("per", language, unit=line.price_unit), align="right"))
    return [
        product,
        [text(quantity(line.quantity, language), align="right")],
        price,
        [text(percent(line.tax_rate_percent, language), align="right")],
        [strong(amount(line.net, language), align="right")],
    ]
