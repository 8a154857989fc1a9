"""Labels for lots and for locations, 100 x 50 mm."""

from typing import Final

from stillage.catalogue.gtin import normalise_gtin
from stillage.documents.barcodes import (
    Symbol,
    date_elements,
    gs1_128,
    gs1_datamatrix,
    lot_elements,
    plain_symbol,
)
from stillage.documents.content import LocationLabel, LotLabel
from stillage.documents.fonts import Weight
from stillage.documents.labels.marks import Code, Device, LabelError, Layout, Mark, Pointer, Text, text_block
from stillage.documents.words import date, say

WIDTH: Final = 100.0
HEIGHT: Final = 50.0
_MARGIN: Final = 4.0
_INNER: Final = WIDTH - 2 * _MARGIN
_BAR_ROOM: Final = WIDTH - 1
# Read at arm's length: half a millimetre where it fits, a quarter at least.
_WANTED: Final = 0.495
_LEAST: Final = 0.25
_MATRIX: Final = 30.0
_BARS_TOP: Final = 31.0
_BARS: Final = 12.5


def lot_layout(label: LotLabel, device: Device) -> Layout:
    """The marks of a lot label. Refuses: a GTIN that is none."""
    symbol = _lot_symbol(label, device)
    linear = symbol is not None and symbol.is_linear
    width = _INNER if symbol is None or linear else WIDTH - 2 * _MARGIN - _MATRIX
    marks = _linear_lot(label) if linear else _tall_lot(label, width)
    if symbol is not None:
        marks += _bars(symbol, device) if linear else [_matrix(symbol, device)]
    return Layout(WIDTH, HEIGHT, tuple(marks))


def location_layout(label: LocationLabel, device: Device) -> Layout:
    """The marks of a location label: its code as large as it goes."""
    content = f"{label.warehouse}/{label.location}"
    symbol = plain_symbol(content, most_columns=_most_columns(device))
    matrix = symbol is not None and not symbol.is_linear
    where = "  ·  ".join(filter(None, (label.warehouse, label.zone)))
    width = _INNER - (_MATRIX if matrix else 20 if label.arrow else 0)
    # Beside a matrix the code has the whole height, above bars only what they leave.
    bottom, lines = (HEIGHT - 3, 4) if matrix else (_BARS_TOP, 2)
    marks: list[Mark] = []
    marks += text_block(where, x=_MARGIN, y=3.2, size=4.2, width=width, smallest=2, weight=Weight.STRONG)[0]
    code, below = text_block(
        label.location,
        x=_MARGIN,
        y=8,
        size=20,
        width=width,
        lines=lines,
        height=bottom - 8,
        smallest=4,
        weight=Weight.HEAVY,
    )
    # A short code stands in the middle of its room, not at the top of it.
    shift = max(0.0, (bottom - below) / 2)
    marks += [Text(x=t.x, y=t.y + shift, size=t.size, text=t.text, weight=t.weight) for t in code]
    if label.arrow is not None:
        side = 13.0 if matrix else 17.0
        marks.append(Pointer(WIDTH - _MARGIN - side, _MARGIN if matrix else 9.5, side, label.arrow))
    if symbol is not None:
        marks += [_matrix(symbol, device, room=26)] if matrix else _bars(symbol, device)
    return Layout(WIDTH, HEIGHT, tuple(marks))


def _lot_symbol(label: LotLabel, device: Device) -> Symbol | None:
    if not label.gtin:
        return plain_symbol(label.sku, most_columns=_most_columns(device))
    elements = [
        ("01", normalise_gtin(label.gtin)),
        *date_elements(best_before_date=label.best_before_date, expiry_date=label.expiry_date),
        *lot_elements(label.lot),
    ]
    if label.symbol == "gs1_128":
        linear = gs1_128(elements)
        if device.module(linear, room=_BAR_ROOM, at_least=_LEAST, at_most=_WANTED) is not None:
            return linear
    return gs1_datamatrix(elements)


def _days(label: LotLabel) -> list[tuple[str, str]]:
    known = (("best_before", label.best_before_date), ("expiry", label.expiry_date))
    return [(say(key, label.language), date(day, label.language)) for key, day in known if day is not None]


def _tall_lot(label: LotLabel, width: float) -> list[Mark]:
    """Name over the whole width, lot and dates large below it; the matrix stands at the right."""
    marks: list[Mark] = []
    name, _ = text_block(
        label.name, x=_MARGIN, y=3.4, size=5.4, width=_INNER, lines=2, smallest=3, weight=Weight.STRONG
    )
    marks += name
    y = 16.2
    if label.lot:
        marks.append(Text(_MARGIN, y, 2.6, say("lot", label.language)))
        lot, _ = text_block(
            label.lot, x=_MARGIN, y=y + 2.8, size=8, width=width, smallest=3, weight=Weight.HEAVY
        )
        marks += lot
        y += 12.4
    days = _days(label)
    each = width / max(1, len(days))
    for place, (caption, day) in enumerate(days):
        x = _MARGIN + place * each
        marks.append(Text(x, y, 2.6, caption))
        marks += text_block(day, x=x, y=y + 2.8, size=6, width=each - 2, smallest=2.6, weight=Weight.HEAVY)[0]
    marks += _goods(label, y=39.6, width=width)
    return marks


def _linear_lot(label: LotLabel) -> list[Mark]:
    """The same above a bar code."""
    marks: list[Mark] = []
    name, _ = text_block(
        label.name, x=_MARGIN, y=3, size=4.8, width=_INNER, lines=2, smallest=2.8, weight=Weight.STRONG
    )
    marks += name
    facts = [(say("lot", label.language), label.lot)] if label.lot else []
    facts += _days(label)
    each = _INNER / max(1, len(facts))
    for place, (caption, value) in enumerate(facts):
        x = _MARGIN + place * each
        marks.append(Text(x, 14, 2.4, caption))
        marks += text_block(value, x=x, y=16.4, size=6, width=each - 2, smallest=1.8, weight=Weight.HEAVY)[0]
    said = "  ·  ".join(filter(None, (label.sku, label.pack_name)))
    marks += text_block(said, x=_MARGIN, y=25.4, size=3.4, width=_INNER, smallest=2)[0]
    return marks


def _goods(label: LotLabel, *, y: float, width: float) -> list[Mark]:
    said = "  ·  ".join(filter(None, (label.sku, label.pack_name)))
    marks, below = text_block(said, x=_MARGIN, y=y, size=3.4, width=width, smallest=2)
    out: list[Mark] = [*marks]
    if label.gtin:
        gtin = f"{say('gtin', label.language)} {normalise_gtin(label.gtin)}"
        out += text_block(gtin, x=_MARGIN, y=below, size=3.4, width=width)[0]
    return out


def _bars(symbol: Symbol, device: Device) -> list[Mark]:
    module = device.module(symbol, room=_BAR_ROOM, at_least=_LEAST, at_most=_WANTED)
    if module is None:
        raise LabelError("This code is too wide for the label.", code="too_wide")
    x = round((WIDTH - symbol.columns * module) / 2 / device.dot) * device.dot
    text, _ = text_block(
        symbol.text, x=x, y=_BARS_TOP + _BARS + 0.4, size=3.4, width=WIDTH - x - 2, smallest=1.6
    )
    return [Code(x, _BARS_TOP, module, _BARS, symbol), *text]


def _matrix(symbol: Symbol, device: Device, *, room: float = _MATRIX) -> Code:
    module = device.module(symbol, room=room, at_least=_LEAST, at_most=1.0)
    if module is None:
        raise LabelError("This code is too large for the label.", code="too_wide")
    side = symbol.columns * module
    return Code(WIDTH - _MARGIN - side, HEIGHT - _MARGIN - side, module, side, symbol)


def _most_columns(device: Device) -> int:
    """How wide a bar code may be in modules: what fits in whole dots of a quarter of a millimetre or more."""
    dots = -int(-_LEAST / device.dot // 1)
    return int(_BAR_ROOM / (dots * device.dot))
