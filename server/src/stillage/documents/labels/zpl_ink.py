"""
Label marks as ZPL II. Nothing that a person typed reaches the printer as a command.

Text is written with ^FH: all but harmless ASCII becomes the hexadecimal of its UTF-8 bytes. Codes hold only what
their symbol can hold, in the spelling that the symbol's command wants.
"""

import string
from typing import Final

from PIL import Image, ImageDraw

from stillage.documents import code128
from stillage.documents.barcodes import GS, Symbol, Symbology
from stillage.documents.fonts import printable
from stillage.documents.labels.arrows import corners
from stillage.documents.labels.marks import Bar, Code, Device, Layout, Mark, Pointer, Text

_HARMLESS: Final = frozenset(string.ascii_letters + string.digits + " .,:;()/+-*=&%#'\"!?$@<>[]{}|")
_MATRIX_ESCAPE: Final = "_"
_GS1_SYMBOLS: Final = frozenset({Symbology.GS1_128, Symbology.GS1_DATA_MATRIX})


def write(layout: Layout, device: Device) -> str:
    """One format, ^XA to ^XZ: its size, UTF-8, then a field a mark."""
    head = [
        "^XA",
        "^CI28",
        f"^PW{_dots(layout.width, device)}",
        f"^LL{_dots(layout.height, device)}",
        "^LH0,0",
    ]
    return "\n".join([*head, *(_field(mark, device) for mark in layout.marks), "^XZ"]) + "\n"


def _field(mark: Mark, device: Device) -> str:
    origin = f"^FO{_dots(mark.x, device)},{_dots(mark.y, device)}"
    if isinstance(mark, Text):
        size = max(10, _dots(mark.size, device))
        return f"{origin}^A0N,{size},{size}^FH_^FD{_hexed(printable(mark.text))}^FS"
    if isinstance(mark, Bar):
        width, height = (max(1, _dots(side, device)) for side in (mark.width, mark.height))
        return f"{origin}^GB{width},{height},{min(width, height)}^FS"
    if isinstance(mark, Code):
        return origin + _code(mark, device)
    return origin + _picture(mark, device)


def _code(mark: Code, device: Device) -> str:
    module = _dots(mark.module, device)
    if mark.symbol.is_linear:
        words = code128.plan(mark.symbol.data, gs1=mark.symbol.symbology in _GS1_SYMBOLS)
        bars = _dots(mark.height, device)
        return f"^BY{module}^BCN,{bars},N,N,N,N^FD{code128.zpl(words)}^FS"
    return f"^BXN,{module},200,,,,{_MATRIX_ESCAPE}^FH\\^FD{_matrix_data(mark.symbol)}^FS"


def _matrix_data(symbol: Symbol) -> str:
    """FNC1 as the symbol command spells it, then what ZPL itself would take as a command in hexadecimal."""
    fnc1 = _MATRIX_ESCAPE + "1"
    data = symbol.data.replace(_MATRIX_ESCAPE, _MATRIX_ESCAPE * 2).replace(GS, fnc1)
    start = fnc1 if symbol.symbology in _GS1_SYMBOLS else ""
    return start + "".join(f"\\{ord(char):02X}" if char in "^~\\" else char for char in data)


def _hexed(text: str) -> str:
    return "".join(
        char if char in _HARMLESS else "".join(f"_{byte:02X}" for byte in char.encode()) for char in text
    )


def _picture(mark: Pointer, device: Device) -> str:
    """An arrow as a bitmap: printers have no polygon."""
    side = max(8, _dots(mark.side, device))
    picture = Image.new("1", (side, side), 0)
    points = [(right * (side - 1), down * (side - 1)) for right, down in corners(mark.direction)]
    ImageDraw.Draw(picture).polygon(points, fill=1)
    row = (side + 7) // 8
    data = picture.tobytes().hex().upper()
    return f"^GFA,{row * side},{row * side},{row},{data}^FS"


def _dots(millimetres: float, device: Device) -> int:
    return round(millimetres / device.dot)
