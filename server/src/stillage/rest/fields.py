"""Strict input: unknown fields are named, numbers are numbers, text is clean. All faults at once."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django.core.validators import EmailValidator
from django.db import models
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from stillage.core import text as rules

_AMOUNT = re.compile(r"-?\d+(?:\.\d+)?\Z", re.ASCII)
MAX_INTEGER = 2**31 - 1
MAX_ID = 2**63 - 1


class Integer(serializers.IntegerField):
    """A JSON integer: neither true, nor 1.0, nor "1"."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_value", MAX_INTEGER)
        kwargs.setdefault("min_value", -MAX_INTEGER)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return int(data)


class Boolean(serializers.BooleanField):
    """true or false, nothing that looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return bool(data)


class Text(serializers.CharField):
    """Clean text, stored in NFC; refuses what hides or reorders characters."""

    def __init__(self, *, multiline: bool = False, **kwargs: Any) -> None:
        self.multiline = multiline
        kwargs.setdefault("max_length", 200)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if type(data) is not str:
            self.fail("invalid")
        if len(data) > 100_000:
            self.fail("max_length", max_length=self.max_length)
        fault = rules.fault_in(data, multiline=self.multiline)
        if fault:
            raise serializers.ValidationError(f"This text {fault}.", code="bad_character")
        return rules.normalise(data)


class Email(Text):
    """One address, checked as Django checks it; nothing is sent to find out more."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 254)
        super().__init__(**kwargs)
        self.validators.append(EmailValidator(message="Send an address such as someone@example.org."))


class Date(serializers.DateField):
    """YYYY-MM-DD between 1970 and 2199."""

    def to_internal_value(self, value: Any) -> dt.date:
        if type(value) is not str or len(value) != 10:
            self.fail("invalid", format="YYYY-MM-DD")
        date = super().to_internal_value(value)
        if not 1970 <= date.year <= 2199:
            raise serializers.ValidationError("The year must lie between 1970 and 2199.", code="out_of_range")
        return date


class Money(serializers.DecimalField):
    """An amount as a string, such as "0.61"; a JSON number would be rounded on its way."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 14)
        kwargs.setdefault("decimal_places", 4)
        kwargs.setdefault("min_value", Decimal(0))
        super().__init__(**kwargs)

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Null is nothing; an empty text is a slip, which DRF would take for null."""
        return serializers.Field.validate_empty_values(self, data)

    def to_internal_value(self, data: Any) -> Decimal:
        if type(data) is not str or len(data) > 40 or not _AMOUNT.match(data):
            raise serializers.ValidationError('Send an amount as a string, such as "0.61".', code="invalid")
        return super().to_internal_value(data)


class Percent(Money):
    """A percentage as a string, such as "12.5"; not below 0, not above 100."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 5, "decimal_places": 2, "max_value": Decimal(100), **kwargs})


class Reference(serializers.Field):
    """A thing by its id (integer) or its natural key (string). Resolved by the operation, all at once."""

    default_error_messages = {"invalid": "Send its key as a string or its id as an integer."}

    def __init__(self, *, max_length: int = 200, **kwargs: Any) -> None:
        self.max_length = max_length
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int | str:
        if type(data) is int:
            if not 0 < data <= MAX_ID:
                self.fail("invalid")
            return data
        if type(data) is not str:
            self.fail("invalid")
        fault = rules.fault_in(data[:1000])
        if fault:
            raise serializers.ValidationError(f"This text {fault}.", code="bad_character")
        name = rules.normalise(data)
        if not name:
            raise serializers.ValidationError("This may not be empty.", code="blank")
        if len(name) > self.max_length:
            raise serializers.ValidationError(f"At most {self.max_length} characters.", code="max_length")
        return name

    def to_representation(self, value: Any) -> Any:
        return value


class Strict(serializers.Serializer):
    """A serializer that refuses, by name, what it does not know."""

    def to_internal_value(self, data: Any) -> Any:
        return _strictly(self, data, super().to_internal_value)


class StrictModel(serializers.ModelSerializer):
    """A model serializer with strict fields, that refuses what it does not know or may not set."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.IntegerField: Integer,
        models.PositiveIntegerField: Integer,
        models.PositiveSmallIntegerField: Integer,
        models.SmallIntegerField: Integer,
        models.BigIntegerField: Integer,
        models.CharField: Text,
        models.TextField: Text,
        models.EmailField: Email,
        models.BooleanField: Boolean,
        models.DateField: Date,
        models.DecimalField: Money,
    }

    def to_internal_value(self, data: Any) -> Any:
        return _strictly(self, data, super().to_internal_value)


def _strictly(serializer: Any, data: Any, read: Any) -> Any:
    if not isinstance(data, dict):
        raise serializers.ValidationError({"non_field_errors": ["Send an object here."]}, code="invalid")
    faults: dict[str, Any] = {}
    for name in data:
        field = serializer.fields.get(name)
        if field is None:
            faults[str(name)[:80]] = [ErrorDetail("There is no such field.", code="unknown_field")]
        elif field.read_only:
            faults[name] = [ErrorDetail("The server sets this field.", code="read_only")]
    try:
        found = read(data)
    except serializers.ValidationError as error:
        detail = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        raise serializers.ValidationError({**detail, **faults}) from None
    if faults:
        raise serializers.ValidationError(faults)
    return found
