"""JSON as we take it: no duplicate keys, no NaN, no deep nesting, no numbers that change when read."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import orjson

MAX_DEPTH = 32


class BadJSON(ValueError):
    """The body cannot be taken as it stands; the message says what and where."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise BadJSON(f"The key {name[:80]!r} stands twice in one object; send it once.")
            seen.add(name)
    return found


def _constant(name: str) -> NoReturn:
    raise BadJSON(f"{name} is not a number that JSON knows.")


def _integer(digits: str) -> int:
    if len(digits) > 20:
        raise BadJSON(f"The number {digits[:20]}… is too large.")
    return int(digits)


def _fraction(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:
        raise BadJSON(f"The number {digits[:20]}… is too large.") from None


def _check_depth(text: str) -> None:
    depth = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise BadJSON(f"The body nests deeper than {MAX_DEPTH} levels.")
        elif character in "]}":
            depth -= 1


# What needs a second look: fractions, numbers beyond 64 bits, escapes. A text may hold these, too, and is only read slower.
_DOUBTFUL = re.compile(rb"[0-9][.eE]|[0-9]{18}|\\\\")


def _read_plainly(raw: bytes) -> Any:
    """A body without anything doubtful in it. Raises ValueError for whatever shall be read with care.

    Without escapes a body holds two quotes for each key and each text. A key that stands twice is kept once, so that
    fewer are left.
    """
    if _DOUBTFUL.search(raw):
        raise ValueError
    found = orjson.loads(raw)
    inside = [found]
    for _ in range(MAX_DEPTH):
        inside = [
            one
            for outer in inside
            for one in (outer.values() if type(outer) is dict else outer if type(outer) is list else ())
            if type(one) is dict or type(one) is list
        ]
        if not inside:
            break
    if inside or orjson.dumps(found).count(b'"') != raw.count(b'"'):
        raise ValueError
    return found


def loads(raw: bytes) -> Any:
    """Read a UTF-8 JSON document. Raises BadJSON. Fractions come as Decimal, so nothing is rounded."""
    try:
        return _read_plainly(raw)
    except ValueError:
        return read_carefully(raw)


def read_carefully(raw: bytes) -> Any:
    """The same, looking at everything; says what is wrong."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadJSON(f"The body is not UTF-8 (byte {error.start}).") from None
    # Counting brackets is dear in Python; only a body that holds more than the limit can break it.
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _check_depth(text)
    try:
        found = json.loads(
            text,
            object_pairs_hook=_pairs,
            parse_constant=_constant,
            parse_float=_fraction,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        raise BadJSON(f"{error.msg} at line {error.lineno}, column {error.colno}.") from None
    if "\\ud" in text.lower():
        _check_whole_characters(found)
    return found


def _check_whole_characters(value: Any) -> None:
    """An escape may name half a character; no database and no other reader would take it."""
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        raise BadJSON("The body holds half a character (a lone surrogate).") from None
