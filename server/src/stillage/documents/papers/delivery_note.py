"""The delivery note: what is handed over, of which lots, on which pallets, and room to sign for it. No prices."""

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether

from stillage.documents.content import DeliveryLine, DeliveryNote, LotQuantity
from stillage.documents.fonts import Weight
from stillage.documents.frame import Column, build, inner_width, plain_table, table
from stillage.documents.letterhead import letterhead, notes
from stillage.documents.papers.rows import lot_words, nothing
from stillage.documents.pieces import INK, Cell, gap, quiet, strong, text
from stillage.documents.words import date, quantity, say, weight

_LOTS_TOGETHER = 8  # so many lots stay on the page of their product


def delivery_note(content: DeliveryNote) -> bytes:
    """A PDF for the customer's door and the signed copy."""
    language = content.language
    title = say("delivery_note", language)

    def day(key: str) -> tuple[str, str]:
        value = getattr(content, key)
        return say(key, language), date(value, language) if value else ""

    parties = [(say("customer", language), content.customer)]
    if content.ship_to is not None:
        parties.append((say("ship_to", language), content.ship_to))
    head = letterhead(
        content,
        title,
        facts=[
            (say("customer_number", language), content.customer.code),
            (say("order", language), content.order_number),
            (say("reference", language), content.customer_reference),
            day("order_date"),
            day("ship_date"),
            day("delivery_date"),
            (say("carrier", language), content.carrier),
        ],
        parties=parties,
    )
    body = [_lines(content)] if content.lines else [nothing(content)]
    return build(content, title, [*head, *body, *_pallets(content), *notes(content), _signature(content)])


def _lines(content: DeliveryNote) -> Flowable:
    language = content.language
    columns = [
        Column(say("sku", language), 32),
        Column(say("product", language)),
        Column(say("ordered", language), 40, "right"),
        Column(say("delivered", language), 40, "right"),
    ]
    rows: list[list[Cell]] = []
    bare: list[int] = []
    kept: list[tuple[int, int]] = []
    for line in content.lines:
        first = len(rows)
        rows.append(_row(content, line))
        for place, lot in enumerate(line.lots):
            bare.append(len(rows))
            rows.append(_lot_row(content, line, lot, may_stand_alone=place >= _LOTS_TOGETHER))
        kept.append((first, min(len(rows) - 1, first + _LOTS_TOGETHER)))
    # A lot's words may run on below the empty cell beside them, so that they rarely need a second line.
    spans = [("SPAN", (1, row), (2, row)) for row in bare]
    tight = [("TOPPADDING", (0, row), (-1, row), 0) for row in bare]
    return table(content, columns, rows, together=kept, bare=bare, commands=[*spans, *tight])


def _lot_row(
    content: DeliveryNote, line: DeliveryLine, lot: LotQuantity, *, may_stand_alone: bool
) -> list[Cell]:
    """A lot below its line. One that may open a page, far from its product, names the SKU again."""
    language = content.language
    said = quantity(lot.quantity, language)
    return [
        [quiet(line.sku)] if may_stand_alone else [],
        [quiet(lot_words(lot, language))],
        [],
        [quiet(said, align="right")],
    ]


def _row(content: DeliveryNote, line: DeliveryLine) -> list[Cell]:
    language = content.language
    product: list[Flowable] = [strong(line.name)]
    if line.note:
        product.append(quiet(line.note))
    given = quantity(line.delivered, language) if line.delivered.units else say("nothing_delivered", language)
    return [
        [text(line.sku)],
        product,
        [text(quantity(line.ordered, language), align="right")],
        [strong(given, align="right")],
    ]


def _pallets(content: DeliveryNote) -> list[Flowable]:
    if not content.pallets:
        return []
    language = content.language
    rows: list[list[Cell]] = []
    for place, pallet in enumerate(content.pallets, start=1):
        grams = pallet.gross_weight_grams
        rows.append(
            [
                [text(pallet.name or f"{say('pallet', language)} {place}")],
                [text(f"(00){pallet.sscc}" if pallet.sscc else "")],
                [text("" if grams is None else weight(grams, language), align="right")],
            ]
        )
    columns = [
        Column(say("pallets", language)),
        Column(say("sscc", language), 62),
        Column(say("weight", language), 34, "right"),
    ]
    return [gap(7), table(content, columns, rows)]


def _signature(content: DeliveryNote) -> Flowable:
    language = content.language
    width = inner_width(content)
    boxes: list[Cell] = [
        [quiet(say("remarks", language), size=7.5)],
        [quiet(say("date", language), size=7.5)],
        [quiet(say("signature", language), size=7.5)],
    ]
    box = plain_table(
        [boxes],
        [width - 98 * mm, 32 * mm, 66 * mm],
        rowHeights=[24 * mm],
        commands=[
            ("BOX", (0, 0), (-1, -1), 0.7, INK),
            ("LINEAFTER", (0, 0), (-2, -1), 0.4, INK),
            ("LEFTPADDING", (0, 0), (-1, -1), 2 * mm),
            ("TOPPADDING", (0, 0), (-1, -1), 1.4 * mm),
        ],
    )
    words = text(say("received", language), weight=Weight.STRONG, size=9)
    return KeepTogether([gap(9), words, gap(1.6), box])
