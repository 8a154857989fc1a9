"""
GS1 Digital Link URIs: finds the AIs in a web address. Their data is checked where all elements are.

Uncompressed links with numeric AIs, under any domain and path stem. The domain is never contacted.
"""

import re
from typing import Final, NamedTuple
from urllib.parse import unquote

from stillage.catalogue.gtin import GTIN_LENGTHS, is_digits
from stillage.scanning.ai_table import TABLE, AiSpec
from stillage.scanning.elements import Placed, ScanError

_SCHEME: Final = re.compile(r"https?://", re.IGNORECASE)
_BAD_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


class _Piece(NamedTuple):
    text: str
    position: int


def is_web_address(text: str) -> bool:
    """Whether the text starts as a web address does."""
    return _SCHEME.match(text) is not None


def read_link(text: str, *, base: int = 0) -> list[Placed] | None:
    """
    The AIs of a Digital Link, primary key first; None for a web address that is none.

    An address is a Digital Link when its path ends in pairs of AI and value that begin with a primary key
    whose value has the shape of that key. From there on every fault is refused.
    """
    scheme = _SCHEME.match(text)
    if scheme is None:
        return None
    address = text.partition("#")[0]
    path_and_domain, question, query = address.partition("?")
    segments = _segments(path_and_domain, scheme.end())
    start = _key_index(segments)
    if start is None:
        return None
    pairs = [(segments[i], segments[i + 1]) for i in range(start, len(segments), 2)]
    placed = [_placed(TABLE[ai.text], value, base) for ai, value in pairs]
    _require_order(placed)
    return placed + _attributes(query, len(path_and_domain) + len(question), base)


def _segments(address: str, authority: int) -> list[_Piece]:
    pieces, position = [], authority
    for word in address[authority:].split("/"):
        pieces.append(_Piece(word, position))
        position += len(word) + 1
    if pieces[-1].text == "":  # one closing slash says nothing
        pieces.pop()
    return pieces[1:]  # the first is the domain


def _key_index(segments: list[_Piece]) -> int | None:
    for index in range(len(segments) - 2, -1, -2):
        spec = TABLE.get(segments[index].text)
        if spec is None:
            return None
        if spec.link_key and _has_shape(spec, unquote(segments[index + 1].text)):
            return index
    return None


def _has_shape(spec: AiSpec, value: str) -> bool:
    if spec.ai == "01":
        return is_digits(value) and len(value) in GTIN_LENGTHS
    first = spec.components[0]
    digits = first.longest if first.alphabet == "N" else 4
    return spec.shortest <= len(value) <= spec.longest and is_digits(value[:digits])


def _require_order(placed: list[Placed]) -> None:
    key, *qualifiers = placed
    sequences = key.spec.link_qualifiers or ()
    found = [qualifier.spec.ai for qualifier in qualifiers]
    if any(_in_order(found, sequence) for sequence in sequences):
        return
    allowed = " or ".join(" ".join(sequence) for sequence in sequences if sequence) or "nothing"
    raise qualifiers[0].refuse(
        "bad_digital_link", f"in a Digital Link AI {key.spec.ai} is followed by {allowed}, in that order"
    )


def _in_order(found: list[str], sequence: tuple[str, ...]) -> bool:
    rest = iter(sequence)
    return all(ai in rest for ai in found)


def _attributes(query: str, position: int, base: int) -> list[Placed]:
    placed = []
    for word in query.split("&"):
        name, _, value = word.partition("=")
        if is_digits(name):
            start = position + len(name) + 1
            placed.append(_attribute(name, _Piece(value, start), base))
        position += len(word) + 1
    return placed


def _attribute(name: str, value: _Piece, base: int) -> Placed:
    spec = TABLE.get(name)
    place = base + value.position - len(name) - 1
    if spec is None:
        detail = f"AI {name} at character {place + 1} does not exist."
        raise ScanError("unknown_ai", detail, position=place, ai=name)
    placed = _placed(spec, value, base, plus_is_space=True)
    if not spec.link_attribute:
        raise placed.refuse("bad_digital_link", "this AI cannot stand after the '?' of a Digital Link")
    return placed


def _placed(spec: AiSpec, raw: _Piece, base: int, *, plus_is_space: bool = False) -> Placed:
    placed = Placed(spec, _decoded(spec, raw, base, plus_is_space=plus_is_space), base + raw.position)
    if spec.ai == "01" and len(placed.text) < 14:  # older links may leave out the leading zeros
        return Placed(spec, placed.text.zfill(14), placed.position)
    return placed


def _decoded(spec: AiSpec, raw: _Piece, base: int, *, plus_is_space: bool) -> str:
    bad = _BAD_PERCENT.search(raw.text)
    if bad:
        detail = "'%' must be followed by two hexadecimal digits"
        raise Placed(spec, raw.text, base + raw.position).refuse("bad_character", detail, bad.start())
    return unquote(raw.text.replace("+", " ") if plus_is_space else raw.text)
