"""Bodies, read quickly: what is right goes this way, and what is odd is read again by DRF, which says what is wrong.

A serializer asks every field the same questions for every line of every request. Here they are asked once, and what
they come to is kept as functions that take a value or give up. They never say why: whoever gives up is answered by the
serializer itself, so that there is one wording and one rule. `test_reading.py` holds both ways against each other.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
)
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from stillage.rest.fields import MAX_ID, Integer, Reference, Strict, Text

Take = Callable[[Any], Any]
_MISSING = object()


class Odd(Exception):
    """Something is not as it most often is; the serializer shall see."""


class Reader:
    """Reads bodies of one kind, as its serializer does."""

    def __init__(self, body: type[Strict]) -> None:
        self._serializer = body()
        self._take = _object(self._serializer)

    def run_validation(self, data: Any) -> dict[str, Any]:
        """What was sent, checked. Raises ValidationError with all that is wrong."""
        if self._take is not None:
            try:
                return dict(self._take(data))
            except (Odd, serializers.ValidationError):
                pass
        return dict(self._serializer.run_validation(data))


@cache
def reader(body: type[Strict]) -> Reader:
    """One reader for all requests: it keeps nothing of what it reads."""
    return Reader(body)


# ---- from fields to functions --------------------------------------------------------------------
def _object(serializer: Any) -> Take | None:
    """None where the serializer has ways of its own."""
    kind = type(serializer)
    own = {
        "to_internal_value": Strict,
        "run_validation": serializers.Serializer,
        "validate": serializers.Serializer,
    }
    names = [field.field_name for field in serializer._writable_fields]
    if (
        any(getattr(kind, name) is not getattr(base, name) for name, base in own.items())
        or any(hasattr(serializer, f"validate_{name}") for name in names)
        or serializer.validators
        or any(field.source_attrs != [field.field_name] for field in serializer._writable_fields)
        or serializer._read_only_defaults()
    ):
        return None
    known = frozenset(names)
    fields = [
        (field.field_name, _nullable(field, _taken(field)), _missing(field))
        for field in serializer._writable_fields
    ]

    def take(data: Any) -> dict[str, Any]:
        if type(data) is not dict or not known.issuperset(data):
            raise Odd
        found = {}
        for name, take_one, missing in fields:
            value = data.get(name, _MISSING)
            if value is _MISSING:
                value = missing()
                if value is not empty:
                    found[name] = value
            else:
                found[name] = take_one(value)
        return found

    return take


def _missing(field: Any) -> Callable[[], Any]:
    """What stands for a field that was not sent; `empty` for nothing at all."""
    if field.required:
        return _odd
    if field.default is empty:
        return lambda: empty
    found: Callable[[], Any] = field.get_default
    return found


def _odd() -> Any:
    raise Odd


def _nullable(field: Any, take: Take) -> Take:
    nothing = field.allow_null and field.source != "*"

    def taken(value: Any) -> Any:
        if value is None:
            if nothing:
                return None
            raise Odd
        return take(value)

    return taken


def _taken(field: Any) -> Take:
    kind = type(field)
    if isinstance(field, serializers.ListSerializer):
        return _list(field) or _whole(field)
    if isinstance(field, Strict):
        return _object(field) or _whole(field)
    found = {Integer: _integer, Reference: _reference, Text: _text}.get(kind, _whole)(field)
    return found or _whole(field)


def _whole(field: Any) -> Take:
    """As the field itself takes it."""
    found: Take = field.run_validation
    return found


def _list(field: Any) -> Take | None:
    kind, base = type(field), serializers.ListSerializer
    own = ("to_internal_value", "run_validation", "run_child_validation", "validate")
    if any(getattr(kind, name) is not getattr(base, name) for name in own) or field.validators:
        return None
    take = _nullable(field.child, _taken(field.child))
    least = max(field.min_length or 0, 0 if field.allow_empty else 1)
    most = field.max_length

    def taken(data: Any) -> list[Any]:
        if type(data) is not list or len(data) < least or (most is not None and len(data) > most):
            raise Odd
        return [take(one) for one in data]

    return taken


def _limits(field: Any, *kinds: type) -> dict[type, Any] | None:
    """The limits of a field's validators; None where it has others than these."""
    found: dict[type, Any] = {}
    for validator in field.validators:
        kind = type(validator)
        if kind in kinds and kind not in found and not callable(validator.limit_value):
            found[kind] = validator.limit_value
        elif kind not in (ProhibitNullCharactersValidator, ProhibitSurrogateCharactersValidator):
            return None
    return found


def _integer(field: Any) -> Take | None:
    limits = _limits(field, MinValueValidator, MaxValueValidator)
    if limits is None or len(limits) < 2:
        return None
    least, most = limits[MinValueValidator], limits[MaxValueValidator]

    def taken(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise Odd
        return value

    return taken


def _text(field: Any) -> Take | None:
    limits = _limits(field, MinLengthValidator, MaxLengthValidator)
    if limits is None or not field.trim_whitespace:
        return None
    least, most, blank = limits.get(MinLengthValidator, 0), limits.get(MaxLengthValidator), field.allow_blank

    def taken(value: Any) -> str:
        if type(value) is not str or not value.isascii() or not value.isprintable():
            return str(field.run_validation(value))
        found = value.strip()
        if not found:
            if blank:
                return ""
            raise Odd
        if len(found) < least or (most is not None and len(found) > most) or len(value) > 100_000:
            raise Odd
        return found

    return taken


def _reference(field: Any) -> Take | None:
    most = field.max_length
    if field.validators:
        return None

    def taken(value: Any) -> int | str:
        if type(value) is int and 0 < value <= MAX_ID:
            return value
        if type(value) is str and value.isascii() and value.isprintable():
            name = value.strip()
            if 0 < len(name) <= most and len(value) <= 1000:
                return name
        found: int | str = field.run_validation(value)
        return found

    return taken
