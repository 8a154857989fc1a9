"""Query parameters, read strictly: unknown ones are named, values are typed, searches are bounded."""

import datetime as dt
from typing import Any

from rest_framework.request import Request

from stillage.core import text as rules
from stillage.core.clock import now
from stillage.rest.fields import MAX_ID
from stillage.rest.paging import unreadable

LIST = ("limit", "cursor", "count", "ordering")
MAX_SEARCH = 100
MAX_WORDS = 5


def check_known(request: Request, *names: str) -> None:
    """Refuse parameters that this list does not know: a misspelt filter would answer too much."""
    for name in request.query_params:
        if name not in names and name not in LIST and name != "format":
            raise unreadable(
                name[:60], f"This list has no parameter {name[:60]!r}; it knows {', '.join(sorted(names))}."
            )


def text(request: Request, name: str, *, max_length: int = 200) -> str | None:
    value = request.query_params.get(name)
    if value is None or value == "":
        return None
    if len(value) > max_length:
        raise unreadable(name, f"{name} may have at most {max_length} characters.")
    fault = rules.fault_in(value)
    if fault:
        raise unreadable(name, f"{name} {fault}.")
    return rules.normalise(value)


def words(request: Request, name: str = "search") -> list[str]:
    """The words of a search, at most five."""
    value = text(request, name, max_length=MAX_SEARCH)
    return (value or "").split()[:MAX_WORDS]


def choice(request: Request, name: str, allowed: tuple[str, ...]) -> str | None:
    value = request.query_params.get(name) or None
    if value is not None and value not in allowed:
        raise unreadable(name, f"{name} must be one of {', '.join(allowed)}.")
    return value


def boolean(request: Request, name: str) -> bool | None:
    value = choice(request, name, ("true", "false"))
    return None if value is None else value == "true"


def integer(request: Request, name: str) -> int | None:
    value = request.query_params.get(name) or None
    if value is None:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) <= 19 and int(value) <= MAX_ID):
        raise unreadable(name, f"{name} must be a whole number.")
    return int(value)


def reference(request: Request, name: str) -> int | str | None:
    """An id or a natural key. Digits alone may be either; the caller decides which wins."""
    return text(request, name)


def instant(request: Request, name: str, *, past: bool = False) -> dt.datetime | None:
    value = request.query_params.get(name) or None
    if value is None:
        return None
    try:
        found = dt.datetime.fromisoformat(value.replace(" ", "+")) if len(value) <= 40 else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1970 <= found.year <= 2199:
        raise unreadable(name, f"{name} must be an instant such as 2026-11-22T10:00:00Z.")
    if past and found > now():
        raise unreadable(name, f"{name} must lie in the past.")
    return found


def date(request: Request, name: str) -> dt.date | None:
    value = request.query_params.get(name) or None
    if value is None:
        return None
    try:
        found = dt.date.fromisoformat(value) if len(value) == 10 else None
    except ValueError:
        found = None
    if found is None or not 1970 <= found.year <= 2199:
        raise unreadable(name, f"{name} must be a date such as 2026-11-22.")
    return found


def one_of(mapping: dict[str, Any], value: str | None) -> Any:
    return mapping.get(value) if value else None
