"""Keyset pages: the hundred-thousandth row costs what the first costs. Cursors are signed and tied to their query."""

import datetime as dt
import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac
from rest_framework.request import Request

from stillage.core.errors import Fault, Kind, Refusal

DEFAULT_LIMIT = 50
MAX_LIMIT = 500
COUNT_CAP = 10_000
_SALT = "stillage.cursor"
_OWN = {"cursor", "limit", "count", "ordering"}


@dataclass(frozen=True, slots=True)
class Ordering:
    """An order that a list may be asked for: columns that are never null, the last one unique."""

    columns: tuple[str, ...]

    def terms(self, descending: bool) -> list[str]:
        return [("-" if descending else "") + column for column in self.columns]


def unreadable(parameter: str, detail: str) -> Refusal:
    return Refusal(
        detail,
        code="bad_parameter",
        kind=Kind.UNREADABLE,
        faults=[Fault(f"/query/{parameter}", "bad_parameter", detail)],
    )


def limit_of(request: Request) -> int:
    raw = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (raw.isascii() and raw.isdecimal() and len(raw) <= 4 and 1 <= int(raw) <= MAX_LIMIT):
        raise unreadable("limit", f"limit must be a whole number from 1 to {MAX_LIMIT}.")
    return int(raw)


def ordering_of(request: Request, allowed: dict[str, Ordering], default: str) -> tuple[str, Ordering, bool]:
    name = request.query_params.get("ordering") or default
    descending = name.startswith("-")
    found = allowed.get(name.removeprefix("-"))
    if found is None:
        raise _unknown_ordering(allowed)
    return name, found, descending


def _unknown_ordering(allowed: Iterable[str]) -> Refusal:
    known = ", ".join(sorted(allowed))
    return unreadable("ordering", f"ordering must be one of {known}, with - for descending.")


def _fingerprint(request: Request, ordering: str) -> str:
    asked = sorted((key, sorted(values)) for key, values in request.query_params.lists() if key not in _OWN)
    return hashlib.sha256(orjson.dumps([request.path, ordering, asked])).hexdigest()[:16]


def _pack(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return {"t": value.isoformat()}
    if isinstance(value, dt.date):
        return {"d": value.isoformat()}
    if isinstance(value, UUID):
        return {"u": value.hex}
    if isinstance(value, Decimal):
        return {"n": str(value)}
    return value


def _unpack(value: Any) -> Any:
    if isinstance(value, dict):
        if "u" in value:
            return UUID(value["u"])
        if "n" in value:
            return Decimal(value["n"])
        return dt.datetime.fromisoformat(value["t"]) if "t" in value else dt.date.fromisoformat(value["d"])
    return value


def read_cursor(request: Request, ordering: str) -> list[Any] | None:
    """The key of the last row seen, or None on the first page. A foreign or altered cursor is refused."""
    raw = request.query_params.get("cursor")
    if not raw:
        return None
    try:
        text, _, signature = raw.partition(".")
        packed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if hmac.compare_digest(signature, _signature(text)):
            fingerprint, values = orjson.loads(packed)
            if fingerprint == _fingerprint(request, ordering):
                return [_unpack(value) for value in values]
    except (ValueError, TypeError, KeyError, ArithmeticError):
        pass
    raise unreadable("cursor", "This cursor does not belong to this list; start again without it.")


def write_cursor(request: Request, ordering: str, values: Sequence[Any]) -> str:
    packed = orjson.dumps([_fingerprint(request, ordering), [_pack(value) for value in values]])
    text = urlsafe_b64encode(packed).rstrip(b"=").decode()
    return f"{text}.{_signature(text)}"


def _signature(text: str) -> str:
    digest = hashlib.blake2b(text.encode(), key=_key(settings.SECRET_KEY), digest_size=16).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    """A key for cursors alone."""
    return salted_hmac(_SALT, b"key", secret=secret, algorithm="sha256").digest()


def after(columns: Sequence[str], values: Sequence[Any], descending: bool) -> Q:
    """Rows behind a key. The leading bound is stated by itself, so that an index serves it."""
    compare = "lt" if descending else "gt"
    condition = Q()
    for index, column in enumerate(columns):
        equal = {columns[i]: values[i] for i in range(index)}
        condition |= Q(**equal, **{f"{column}__{compare}": values[index]})
    return Q(**{f"{columns[0]}__{compare}e": values[0]}) & condition


def page(
    request: Request,
    queryset: QuerySet[Any, Any],
    *,
    orderings: dict[str, Ordering],
    default: str,
    present: Callable[[list[Any]], list[Any]],
) -> dict[str, Any]:
    """One page of a queryset (of `.values()` rows or instances), in at most one query, or two with a count."""
    limit = limit_of(request)
    name, ordering, descending = ordering_of(request, orderings, default)
    key = read_cursor(request, name)
    rows_set = queryset.order_by(*ordering.terms(descending))
    if key is not None:
        if len(key) != len(ordering.columns):
            raise unreadable("cursor", "This cursor does not belong to this list; start again without it.")
        rows_set = rows_set.filter(after(ordering.columns, key, descending))
    rows = list(rows_set[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    answer: dict[str, Any] = {"results": present(rows), "next": None}
    if more:
        answer["next"] = write_cursor(
            request, name, [_value(rows[-1], column) for column in ordering.columns]
        )
    if request.query_params.get("count") == "true":
        found = queryset.order_by().values("pk")[: COUNT_CAP + 1].count()
        answer["count"], answer["count_capped"] = min(found, COUNT_CAP), found > COUNT_CAP
    return answer


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page of which order somebody wants."""

    name: str
    descending: bool
    key: list[Any] | None
    limit: int

    @property
    def ordering(self) -> str:
        return self.name.removeprefix("-")


def asked_for(request: Request, widths: dict[str, int], default: str) -> Asked:
    """The same for a list that is written by hand. `widths` says how many columns each order has."""
    name = request.query_params.get("ordering") or default
    width = widths.get(name.removeprefix("-"))
    if width is None:
        raise _unknown_ordering(widths)
    key = read_cursor(request, name)
    if key is not None and len(key) != width:
        raise unreadable("cursor", "This cursor does not belong to this list; start again without it.")
    return Asked(name, name.startswith("-"), key, limit_of(request))


def _value(row: Any, column: str) -> Any:
    if isinstance(row, dict):
        return row[column]
    for part in column.split("__"):
        row = getattr(row, part)
    return row
