"""
A small, strict reader of ZPL II: what a printer would make of a format, field by field.

It knows the commands that we send and no others. Whatever follows a caret or a tilde is a command, as it is for
a printer; a text that breaks out of its field therefore shows as a command that should not be there.
"""

import re
from dataclasses import dataclass, field

import zxingcpp
from PIL import Image, ImageDraw
from reportlab.graphics.barcode.code128 import _patterns

COMMAND = re.compile(r"[\^~](?P<name>A0|[A-Z][A-Z])(?P<rest>[^\^~]*)")
# Of each command the form that its parameters must have.
PARAMETERS = {
    "XA": r"",
    "XZ": r"",
    "CI": r"28",
    "PW": r"\d+",
    "LL": r"\d+",
    "LH": r"0,0",
    "FO": r"\d+,\d+",
    "A0": r"N,\d+,\d+",
    "FH": r"[_\\]",
    "FS": r"",
    "BY": r"\d+",
    "BC": r"N,\d+,N,N,N,N",
    "BX": r"N,\d+,200,,,,_",
    "GB": r"\d+,\d+,\d+",
    "GF": r"A,\d+,\d+,\d+,[0-9A-F]+",
}
KINDS = {
    ("A0", "FH", "FD"): "text",
    ("BY", "BC", "FD"): "bars",
    ("BX", "FH", "FD"): "matrix",
    ("GB",): "box",
    ("GF",): "picture",
}


class ZplError(Exception):
    """Something a printer would not take, or would take for something else than was meant."""


@dataclass
class Field:
    """One field: where, what kind, its decoded data; `words` are the code words of bars."""

    kind: str
    x: int
    y: int
    parameters: dict[str, str]
    data: str = ""
    words: list[int] = field(default_factory=list)

    @property
    def is_gs1(self) -> bool:
        """Whether the symbol begins with FNC1."""
        return self.data.startswith("\x1d")


@dataclass
class Format:
    """One label."""

    width: int
    height: int
    fields: list[Field]

    def texts(self) -> list[str]:
        return [one.data for one in self.fields if one.kind == "text"]

    def codes(self) -> list[Field]:
        return [one for one in self.fields if one.kind in ("bars", "matrix")]


def read(zpl: str) -> list[Format]:
    """The labels in a stream, or a ZplError."""
    formats: list[Format] = []
    commands = _commands(zpl)
    while commands:
        if commands[0][0] != "XA":
            raise ZplError(f"outside a format stands {commands[0]}")
        names = [name for name, _ in commands]
        end = names.index("XZ") if "XZ" in names else len(names)
        if end == len(names) or "XA" in names[1:end]:
            raise ZplError("a format does not end")
        formats.append(_format(commands[1:end]))
        commands = commands[end + 1 :]
    return formats


def _commands(zpl: str) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    place = 0
    while place < len(zpl):
        found = COMMAND.match(zpl, place)
        if found is None:
            raise ZplError(f"no command at {zpl[place : place + 20]!r}")
        if found[0][0] == "~":
            raise ZplError(f"a control command: {found[0]!r}")
        name, rest = found["name"], found["rest"]
        if name == "FD":
            if not rest.isprintable() or not rest.isascii():
                raise ZplError(f"field data with raw characters: {rest!r}")
        elif name not in PARAMETERS:
            raise ZplError(f"unknown command {found[0]!r}")
        else:
            rest = rest.rstrip("\n")
            if not re.fullmatch(PARAMETERS[name], rest):
                raise ZplError(f"parameters of {found[0]!r}")
        out.append((name, rest))
        place = found.end()
    return out


def _format(commands: list[tuple[str, str]]) -> Format:
    if [name for name, _ in commands[:4]] != ["CI", "PW", "LL", "LH"]:
        raise ZplError("a format begins with CI, PW, LL and LH")
    fields: list[Field] = []
    rest = commands[4:]
    while rest:
        names = [name for name, _ in rest]
        if "FS" not in names:
            raise ZplError("a field does not end")
        end = names.index("FS")
        fields.append(_field(rest[:end]))
        rest = rest[end + 1 :]
    return Format(int(commands[1][1]), int(commands[2][1]), fields)


def _field(commands: list[tuple[str, str]]) -> Field:
    names = tuple(name for name, _ in commands)
    if names[:1] != ("FO",) or names[1:] not in KINDS:
        raise ZplError(f"no field is made of {names}")
    x, y = (int(number) for number in commands[0][1].split(","))
    parameters = dict(commands)
    one = Field(KINDS[names[1:]], x, y, parameters)
    if one.kind == "text":
        one.data = _unhexed(parameters["FD"], parameters["FH"])
    elif one.kind == "matrix":
        one.data = _unescaped(_unhexed(parameters["FD"], parameters["FH"]))
    elif one.kind == "bars":
        one.words = code_words(parameters["FD"])
        one.data = decoded(one.words)
    return one


def _unhexed(text: str, indicator: str) -> str:
    """^FH: the indicator and two hexadecimal digits are a byte; the bytes are UTF-8 by ^CI28."""
    out = bytearray()
    place = 0
    while place < len(text):
        if text[place] == indicator:
            out.append(int(text[place + 1 : place + 3], 16))
            place += 3
        else:
            out += text[place].encode("ascii")
            place += 1
    return out.decode("utf-8")


def _unescaped(text: str) -> str:
    """^BX: _1 is FNC1, __ is an underscore; no other escape is used."""

    def one(found: re.Match[str]) -> str:
        if found[1] not in ("1", "_"):
            raise ZplError(f"escape {found[0]!r} in a matrix")
        return "\x1d" if found[1] == "1" else "_"

    return re.sub(r"_(.?)", one, text)


INVOKED = {"<": 62, "0": 30, "=": 94, "5": 99, "6": 100, "7": 101, "8": 102}
STOP = 106
STARTS = {">9": 103, ">:": 104, ">;": 105}


def code_words(data: str) -> list[int]:
    """^BC in mode N: the values of the code words, start included, check and stop not."""
    if data[:2] not in STARTS:
        raise ZplError(f"no start code in {data!r}")
    words = [STARTS[data[:2]]]
    subset = {103: "A", 104: "B", 105: "C"}[words[0]]
    place = 2
    while place < len(data):
        if data[place] == ">":
            value = INVOKED.get(data[place + 1 : place + 2])
            if value is None:
                raise ZplError(f"invocation {data[place : place + 2]!r}")
            place += 2
            subset = {99: "C", 100: "B", 101: "A"}.get(value, subset)
        elif subset == "C":
            pair = data[place : place + 2]
            if not re.fullmatch("[0-9]{2}", pair):
                raise ZplError(f"{pair!r} in subset C")
            value = int(pair)
            place += 2
        elif subset == "B":
            value = ord(data[place]) - 32
            place += 1
        else:
            raise ZplError("subset A is not used")
        words.append(value)
    return words


def decoded(words: list[int]) -> str:
    """What a reader makes of code words: FNC1 as GS."""
    subset = {104: "B", 105: "C"}[words[0]]
    out = []
    for value in words[1:]:
        if value == 102:
            out.append("\x1d")
        elif value == (99 if subset == "B" else 100):
            subset = "C" if subset == "B" else "B"
        elif subset == "C":
            out.append(f"{value:02d}")
        elif value < 95:
            out.append(chr(value + 32))
        else:
            raise ZplError(f"value {value} in subset B")
    return "".join(out)


def modules(words: list[int]) -> int:
    """The width of the symbol without quiet zones."""
    return (len(words) + 1) * 11 + 13


def scanned_bars(words: list[int]) -> tuple[str, str]:
    """Draw the code words as a printer does and read them with a scanner: reportlab's table, zxing's reader."""
    check = (words[0] + sum(place * value for place, value in enumerate(words))) % 103
    bars = "".join(_patterns[value] for value in [*words, check, STOP])
    widths = ["abcd".index(element.lower()) + 1 for element in bars]
    picture = Image.new("L", (3 * (sum(widths) + 20), 90), 255)
    pen, x = ImageDraw.Draw(picture), 30
    for element, width in zip(bars, widths, strict=True):
        if element.isupper():
            pen.rectangle((x, 10, x + 3 * width - 1, 80), fill=0)
        x += 3 * width
    assert sum(widths) == modules(words)
    (found,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.Code128)
    return found.bytes.decode("ascii"), found.symbology_identifier
