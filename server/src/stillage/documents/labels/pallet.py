"""
The GS1 logistic label, 100 x 150 mm: who sends it to whom, what stands on the pallet, and its SSCC.

A pallet of one product and lot also says so in bar codes: in GS1-128 as many as fit, and all together with the
SSCC in one GS1 DataMatrix, so that one scan tells everything.
"""

from typing import Final

from stillage.catalogue.gtin import normalise_gtin
from stillage.documents import sscc
from stillage.documents.barcodes import (
    MAX_COUNT,
    Element,
    Symbol,
    date_elements,
    gs1_128,
    gs1_datamatrix,
    lot_elements,
)
from stillage.documents.content import PalletContent, PalletLabel
from stillage.documents.fonts import Weight
from stillage.documents.labels.marks import (
    Bar,
    Code,
    Device,
    LabelError,
    Layout,
    Mark,
    Text,
    text_block,
)
from stillage.documents.words import date, number, say, weight

WIDTH: Final = 100.0
HEIGHT: Final = 150.0
_MARGIN: Final = 5.0
_INNER: Final = WIDTH - 2 * _MARGIN
_BAR_ROOM: Final = WIDTH - 1
# X dimension of logistic labels: 0.495 mm where it fits, never below a third of a millimetre.
_WANTED: Final = 0.495
_LEAST: Final = 0.33
_SSCC_TOP: Final = 112.4
_SSCC_BARS: Final = 31.8
_CODES_TOP: Final = 77.6
_CODES_HEIGHT: Final = 34.0
_MATRIX: Final = 23.0


def pallet_layout(label: PalletLabel, device: Device) -> Layout:
    """The label's marks. Refuses: an SSCC or GTIN that is none, a count that no symbol holds."""
    number = sscc.parse(label.sscc)
    marks: list[Mark] = [*_sender(label), *_receiver(label), *_shipment(label)]
    if label.content is None:
        said = say("mixed", label.language)
        marks += text_block(said, x=_MARGIN, y=55, size=8, width=_INNER, weight=Weight.HEAVY)[0]
    else:
        marks += _content(label, label.content, number, device)
    marks.append(Bar(_MARGIN, 76.2, _INNER, 0.35))
    marks += _linear(gs1_128([("00", number)]), device, y=_SSCC_TOP, height=_SSCC_BARS, size=4)
    return Layout(WIDTH, HEIGHT, tuple(marks))


def _sender(label: PalletLabel) -> list[Mark]:
    marks: list[Mark] = [Text(_MARGIN, 4, 2.6, say("from", label.language))]
    marks += text_block(
        label.company, x=_MARGIN, y=7, size=3.8, width=60, smallest=2.4, weight=Weight.STRONG
    )[0]
    if label.pallet_number is not None:
        said = f"{label.pallet_number} / {label.pallets}" if label.pallets else str(label.pallet_number)
        marks.append(Text(70, 2.8, 2.4, say("pallet", label.language)))
        marks += text_block(said, x=70, y=5.6, size=6.2, width=26, weight=Weight.HEAVY)[0]
    marks.append(Bar(_MARGIN, 13, _INNER, 0.35))
    return marks


def _receiver(label: PalletLabel) -> list[Mark]:
    if label.ship_to is None:
        return []
    marks: list[Mark] = [Text(_MARGIN, 14.4, 2.6, say("to", label.language))]
    name, y = text_block(
        label.ship_to.name,
        x=_MARGIN,
        y=18,
        size=5.4,
        width=_INNER,
        lines=2,
        smallest=3.2,
        weight=Weight.STRONG,
    )
    marks += name
    # An address is never torn: what does not fit in four lines of its own goes on in the last.
    known = [line for line in label.ship_to.address if line.strip()]
    address = [*known[:3], ", ".join(known[3:])]
    size = min(4.0, (45 - y) / len(address) / 1.15)
    for line in address:
        row, y = text_block(line, x=_MARGIN, y=y, size=size, width=_INNER, smallest=2.2)
        marks += row
    return marks


def _shipment(label: PalletLabel) -> list[Mark]:
    language = label.language
    orders = say("orders" if len(label.orders) > 1 else "order", language)
    grams = label.gross_weight_grams
    facts = [
        f"{say('shipment', language)} {label.shipment_number}" if label.shipment_number else "",
        f"{orders} {', '.join(label.orders)}" if label.orders else "",
        "" if grams is None else weight(grams, language),
    ]
    said = "  ·  ".join(filter(None, facts))
    line, _ = text_block(said, x=_MARGIN, y=46.4, size=3.4, width=_INNER, smallest=2.2)
    return [Bar(_MARGIN, 45.4, _INNER, 0.35), *line]


def _content(label: PalletLabel, content: PalletContent, number: str, device: Device) -> list[Mark]:
    parts = _elements(content)
    everything = gs1_datamatrix([("00", number), *(element for part in parts for element in part)])
    module = device.module(everything, room=_MATRIX, at_least=0.3, at_most=0.75)
    if module is None:
        raise LabelError("The contents of this pallet do not fit into a DataMatrix on its label.")
    side = everything.columns * module
    x = WIDTH - _MARGIN - side
    marks: list[Mark] = [Code(x, 51.6, module, side, everything)]
    marks += _facts(label, content, width=x - 2 - _MARGIN)
    codes = arranged(parts, device)
    pitch = _CODES_HEIGHT / max(1, len(codes))
    for place, code in enumerate(codes):
        height = pitch - 4.6
        marks += _linear(code, device, y=_CODES_TOP + place * pitch, height=height, size=3.2)
    return marks


def _facts(label: PalletLabel, content: PalletContent, *, width: float) -> list[Mark]:
    language = label.language
    name, y = text_block(
        content.name, x=_MARGIN, y=51, size=4.6, width=width, lines=2, smallest=2.8, weight=Weight.STRONG
    )
    days = (("best_before", content.best_before_date), ("expiry", content.expiry_date))
    facts = [
        content.sku,
        f"{say('gtin', language)} {normalise_gtin(content.gtin)}",
        f"{say('count', language)} {number(content.count, language)}",
        f"{say('lot', language)} {content.lot}" if content.lot else "",
        *(f"{say(key, language)} {date(day, language)}" for key, day in days if day is not None),
    ]
    known = [fact for fact in facts if fact]
    size = min(3.4, (75.6 - y) / len(known) / 1.15)
    marks: list[Mark] = [*name]
    for fact in known:
        row, y = text_block(fact, x=_MARGIN, y=y, size=size, width=width, smallest=1.8)
        marks += row
    return marks


def _elements(content: PalletContent) -> tuple[list[Element], list[Element], list[Element]]:
    """What is on the pallet and how many, its dates, its lot."""
    if not 1 <= content.count <= MAX_COUNT:
        raise LabelError(f"A pallet holds 1 to {MAX_COUNT:,} packs, not {content.count:,}.", code="bad_count")
    return (
        [("02", normalise_gtin(content.gtin)), ("37", str(content.count))],
        date_elements(best_before_date=content.best_before_date, expiry_date=content.expiry_date),
        lot_elements(content.lot),
    )


def arranged(parts: tuple[list[Element], list[Element], list[Element]], device: Device) -> list[Symbol]:
    """
    The contents in one or two bar codes that fit the label: the arrangement with the widest thinnest bar.

    A lot too long for any of them is left to the DataMatrix.
    """
    goods, days, lot = parts
    # Dates stand before the count: it has no fixed length, and last it needs no separator.
    ways = [[[goods[0], *days[:cut], *goods[1:]], [*days[cut:], *lot]] for cut in range(len(days) + 1)]
    best: list[Symbol] = []
    widest = 0.0
    for way in ways:
        symbols = [gs1_128(elements) for elements in way if elements]
        narrowest = min(_module(symbol, device) or 0.0 for symbol in symbols)
        if narrowest > widest:
            best, widest = symbols, narrowest
    return best or [gs1_128(elements) for elements in (goods, days) if elements]


def _module(symbol: Symbol, device: Device) -> float | None:
    return device.module(symbol, room=_BAR_ROOM, at_least=_LEAST, at_most=_WANTED)


def _linear(symbol: Symbol, device: Device, *, y: float, height: float, size: float) -> list[Mark]:
    module = _module(symbol, device)
    if module is None:
        raise LabelError("This code is too wide for the label.", code="too_wide")
    # Centred, so that both quiet zones are whole; on a whole dot, so that no bar is rounded.
    x = round((WIDTH - symbol.columns * module) / 2 / device.dot) * device.dot
    text, _ = text_block(symbol.text, x=x, y=y + height + 0.4, size=size, width=WIDTH - x - 2, smallest=2.0)
    return [Code(x, y, module, height, symbol), *text]
