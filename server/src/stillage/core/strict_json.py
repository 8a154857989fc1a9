"""JSON as we take it: no duplicate keys, no NaN, no deep nesting, no numbers that change when read."""

import json
from decimal import Decimal
from typing import Any, NoReturn

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


def loads(raw: bytes) -> Any:
    """Read a UTF-8 JSON document. Raises BadJSON. Fractions come as Decimal, so nothing is rounded."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadJSON(f"The body is not UTF-8 (byte {error.start}).") from None
    # Counting brackets is dear in Python; only a body that holds more than the limit can break it.
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _check_depth(text)
    try:
        found = json.loads(
            text, object_pairs_hook=_pairs, parse_constant=_constant, parse_float=Decimal, parse_int=_integer
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
