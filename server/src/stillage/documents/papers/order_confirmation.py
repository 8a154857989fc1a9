"""The order confirmation: what the customer will get, for how much, what comes when and what follows later."""

from reportlab.platypus import Flowable

from stillage.documents.content import ConfirmedLine, OrderConfirmation, Promise
from stillage.documents.frame import Column, build, table
from stillage.documents.letterhead import letterhead, notes
from stillage.documents.papers.rows import nothing, sums
from stillage.documents.pieces import Cell, gap, quiet, strong, text
from stillage.documents.words import amount, date, money, percent, quantity, say

_PROMISES_TOGETHER = 8  # so many promises stay on the page of their product


def order_confirmation(content: OrderConfirmation) -> bytes:
    """A PDF for the customer, with prices and promises."""
    language = content.language
    title = say("order_confirmation", language)
    wanted = content.requested_date
    parties = [(say("customer", language), content.customer)]
    if content.ship_to is not None:
        parties.append((say("ship_to", language), content.ship_to))
    head = letterhead(
        content,
        title,
        facts=[
            (say("order_date", language), date(content.order_date, language)),
            (say("customer_number", language), content.customer.code),
            (say("reference", language), content.customer_reference),
            (say("requested_date", language), date(wanted, language) if wanted else ""),
            (say("payment", language), content.payment_terms),
        ],
        parties=parties,
    )
    body = [_lines(content)] if content.lines else [nothing(content)]
    discount = content.discount_total
    block = sums(
        content,
        currency=content.currency,
        taxes=content.taxes,
        net_total=content.net_total,
        tax_total=content.tax_total,
        total=(say("total", language), money(content.total, content.currency, language)),
        before=[(say("discount_total", language), money(discount, content.currency, language))]
        if discount
        else [],
    )
    return build(content, title, [*head, *body, gap(4), block, *notes(content)])


def _lines(content: OrderConfirmation) -> Flowable:
    language = content.language
    discounted = any(line.discount_percent for line in content.lines)
    columns = [
        Column(say("product", language)),
        Column(say("quantity", language), 36, "right"),
        Column(say("price", language), 24, "right"),
        *([Column(say("discount", language), 16, "right")] if discounted else []),
        Column(say("tax", language), 13, "right"),
        Column(say("net", language), 25, "right"),
    ]
    rows: list[list[Cell]] = []
    bare: list[int] = []
    kept: list[tuple[int, int]] = []
    for line in content.lines:
        first = len(rows)
        rows.append(_row(content, line, discounted=discounted))
        for promise in line.promises:
            bare.append(len(rows))
            rows.append([[quiet(_promised(content, promise))], *([[]] * (len(columns) - 1))])
        kept.append((first, min(len(rows) - 1, first + _PROMISES_TOGETHER)))
    spans = [("SPAN", (0, row), (-1, row)) for row in bare]
    tight = [("TOPPADDING", (0, row), (-1, row), 0) for row in bare]
    return table(content, columns, rows, together=kept, bare=bare, commands=[*spans, *tight])


def _row(content: OrderConfirmation, line: ConfirmedLine, *, discounted: bool) -> list[Cell]:
    language = content.language
    product: list[Flowable] = [strong(line.name), quiet(line.sku)]
    if line.note:
        product.append(quiet(line.note))
    price: list[Flowable] = [text(amount(line.unit_price, language), align="right")]
    if line.price_unit:
        price.append(quiet(say("per", language, unit=line.price_unit), align="right"))
    said = percent(line.discount_percent, language) if line.discount_percent else ""
    discount: list[Cell] = [[text(said, align="right")]] if discounted else []
    return [
        product,
        [text(quantity(line.ordered, language), align="right")],
        price,
        *discount,
        [text(percent(line.tax_rate_percent, language), align="right")],
        [strong(amount(line.net, language), align="right")],
    ]


def _promised(content: OrderConfirmation, promise: Promise) -> str:
    language = content.language
    said = quantity(promise.quantity, language)
    if promise.date is None:
        return say("follows", language, quantity=said)
    return say("arrives", language, quantity=said, date=date(promise.date, language))
