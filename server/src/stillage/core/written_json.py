"""JSON as we write it, by orjson: money as strings, instants as RFC 3339 UTC."""

from decimal import Decimal
from typing import Any

import orjson

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


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
    return orjson.dumps(value, default=plain, option=OPTIONS)
