"""Letters of a recall: to each customer, on a page of its own, what they were sent of it and what to do."""

from reportlab.platypus import Flowable
from reportlab.platypus.doctemplate import NextPageTemplate
from reportlab.platypus.flowables import PageBreak

from stillage.documents.content import RecalledGoods, RecallLetter, RecallLetters
from stillage.documents.fonts import Weight
from stillage.documents.frame import Column, build, table
from stillage.documents.letterhead import letterhead
from stillage.documents.papers.rows import dates, nothing, units_total
from stillage.documents.pieces import Cell, gap, lines, quiet, strong, text
from stillage.documents.words import date, quantity, say


def recall_letters(content: RecallLetters) -> bytes:
    """A PDF with a letter for each customer; no letter says how many there are."""
    title = say("recall_letter", content.language)
    story: list[Flowable] = []
    for letter in content.letters:
        if story:
            story += [NextPageTemplate("first"), PageBreak()]
        story += _letter(content, title, letter)
    return build(content, title, story or [nothing(content)], counted=False)


def _letter(content: RecallLetters, title: str, letter: RecallLetter) -> list[Flowable]:
    language = content.language
    head = letterhead(
        content,
        title,
        facts=[
            (say("date", language), date(content.recall_date, language)),
            (say("customer_number", language), letter.customer.code),
        ],
        parties=[(say("customer", language), letter.customer)],
    )
    drill = [text(say("drill_only", language), weight=Weight.HEAVY, size=11), gap(4)] if content.drill else []
    said = [text(say("recall_said", language), size=10), gap(2), *lines(content.reason, size=10), gap(4)]
    columns = [
        Column(say("product", language)),
        Column(say("lot", language), 46),
        Column(say("shipment", language), 30),
        Column(say("quantity", language), 40, "right"),
    ]
    rows = [_row(content, line) for line in letter.lines]
    whole = units_total([line.lot.quantity for line in letter.lines], language)
    return [
        *head,
        *drill,
        *said,
        table(content, columns, rows) if rows else nothing(content),
        gap(2),
        strong(f"{say('total', language)}: {whole}", align="right"),
        gap(5),
        strong(say("recall_do", language), size=10),
        gap(1),
        *lines(content.instructions or say("recall_instructions", language), size=10),
        gap(12),
        text(say("recall_answer", language), size=10),
    ]


def _row(content: RecallLetters, line: RecalledGoods) -> list[Cell]:
    language = content.language
    lot = line.lot
    shipped = [quiet(date(line.shipped_date, language))] if line.shipped_date else []
    return [
        [strong(line.name), quiet(line.sku)],
        [strong(lot.lot), *dates(lot.best_before_date, lot.expiry_date, language)],
        [text(line.shipment_number), *shipped],
        [text(quantity(lot.quantity, language), align="right")],
    ]
