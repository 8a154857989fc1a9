"""The packing list: what lies on which pallet of a shipment, with lots and dates, and what it comes to."""

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable

from stillage.documents.content import PackedLine, PackingList, Pallet
from stillage.documents.fonts import Weight
from stillage.documents.frame import Column, build, inner_width, plain_table, table
from stillage.documents.letterhead import letterhead, notes
from stillage.documents.papers.rows import dates, nothing, units_total
from stillage.documents.pieces import Cell, gap, quiet, strong, text
from stillage.documents.words import date, quantity, say, weight


def packing_list(content: PackingList) -> bytes:
    """A PDF with a table for each pallet and the sum over all of them."""
    language = content.language
    title = say("packing_list", language)
    story: list[Flowable] = letterhead(
        content,
        title,
        facts=[
            (say("customer_number", language), content.customer.code),
            (say("orders" if len(content.orders) > 1 else "order", language), ", ".join(content.orders)),
            (say("reference", language), content.customer_reference),
            (say("ship_date", language), date(content.ship_date, language) if content.ship_date else ""),
            (say("carrier", language), content.carrier),
            (say("warehouse", language), content.warehouse),
            (say("pallets", language), str(len(content.pallets)) if content.pallets else ""),
        ],
        parties=[(say("ship_to", language), content.customer)],
    )
    for place, pallet in enumerate(content.pallets, start=1):
        story += [CondPageBreak(45 * mm), *_pallet(content, pallet, place)]
    story += _total(content) if content.pallets else [nothing(content)]
    return build(content, title, [*story, *notes(content)])


def _pallet(content: PackingList, pallet: Pallet, place: int) -> list[Flowable]:
    language = content.language
    name = pallet.name or f"{say('pallet', language)} {place}"
    left: list[Flowable] = [strong(name, size=11)]
    if pallet.sscc:
        left.append(quiet(f"(00){pallet.sscc}", size=9))
    right: list[Flowable] = []
    if pallet.gross_weight_grams is not None:
        said = f"{say('weight', language)} {weight(pallet.gross_weight_grams, language)}"
        right = [quiet(said, align="right", size=9)]
    width = inner_width(content)
    columns = [
        Column(say("sku", language), 32),
        Column(say("product", language)),
        Column(say("lot_and_date", language), 42),
        Column(say("quantity", language), 42, "right"),
    ]
    rows = [_row(content, line) for line in pallet.lines]
    head = plain_table([[left, right]], [width - 60 * mm, 60 * mm])
    body: Flowable = table(content, columns, rows) if rows else nothing(content)
    sums = units_total([line.quantity for line in pallet.lines], language)
    total = [gap(1.2), strong(sums, size=9, align="right")] if len(rows) > 1 else []
    return [head, gap(1), body, *total, gap(7)]


def _row(content: PackingList, line: PackedLine) -> list[Cell]:
    return [
        [text(line.sku)],
        [text(line.name)],
        [text(line.lot), *dates(line.best_before_date, line.expiry_date, content.language)],
        [text(quantity(line.quantity, content.language), align="right")],
    ]


def _total(content: PackingList) -> list[Flowable]:
    language = content.language
    packed = [line for pallet in content.pallets for line in pallet.lines]
    known = [pallet.gross_weight_grams for pallet in content.pallets]
    said = units_total([line.quantity for line in packed], language)
    grams = [one for one in known if one is not None]
    if grams and len(grams) == len(known):
        said += f"  ·  {weight(sum(grams), language)}"
    count = len(packed)
    words = say("total_of_one", language) if count == 1 else say("total_of", language, count=count)
    row: list[Cell] = [
        [text(words, weight=Weight.STRONG, size=11)],
        [text(said, weight=Weight.STRONG, size=11, align="right")],
    ]
    width = inner_width(content)
    return [plain_table([row], [width * 0.4, width * 0.6])]
