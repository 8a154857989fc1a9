"""Fields that master data shares: codes, GTINs and bounded counts. Rules of several rows live in operations."""

from typing import Any, Final

from rest_framework import serializers

from stillage.catalogue.gtin import GtinError
from stillage.catalogue.rules import MAX_DAYS, code_fault, packed_gtin
from stillage.core.errors import Conflict
from stillage.rest.fields import Integer, Text

IN_USE: Final = "in_use"


class Code(Text):
    """A natural key: short clean text that can stand in an address and on a label."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("validators", [])
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        fault = code_fault(value)
        if fault:
            raise serializers.ValidationError(fault, code="bad_code")
        return value


class Gtin(Text):
    """A GTIN-8, -12, -13 or -14 with a right check digit, stored as 14 digits; empty is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"max_length": 20, "allow_null": True, "allow_blank": True, "validators": [], **kwargs}
        )

    def to_internal_value(self, data: Any) -> str | None:  # type: ignore[override]
        value = super().to_internal_value(data)
        if not value:
            return None
        try:
            return packed_gtin(value)
        except GtinError as error:
            raise serializers.ValidationError(error.detail, code=error.code) from None


class Days(Integer):
    """A number of days that can still be added to a date."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MAX_DAYS, **kwargs})


def in_use(what: str) -> Conflict:
    return Conflict(f"{what} is still in use, so it was not changed.", code=IN_USE)
