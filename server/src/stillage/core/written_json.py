"""JSON as we write it, by orjson: money as strings, instants as RFC 3339 UTC."""

from decimal import Decimal
from typing import Any

import orjson

OPTIONS = orjson.OPT_UTC_Z


def plain(value: Any) -> Any:
    """What orjson does not know by itself, as something it knows."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be answered")


def dumps(value: Any) -> bytes:
    try:
        return orjson.dumps(value, default=plain, option=OPTIONS)
    except TypeError:
        # Keys that are no text take orjson twice as long, wherever they are.
        return orjson.dumps(value, default=plain, option=OPTIONS | orjson.OPT_NON_STR_KEYS)
