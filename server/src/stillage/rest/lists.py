"""What lists and bodies of documents share: filters by things that have an id and a name."""

from typing import Any

from django.conf import settings
from django.db.models import Q
from rest_framework import serializers

from stillage.rest.fields import MAX_ID, Integer


def named(field: str, key: str, value: str) -> Q:
    """A filter on a thing by its natural key or its id."""
    condition = Q(**{key: value})
    if value.isascii() and value.isdecimal() and len(value) <= 19 and int(value) <= MAX_ID:
        condition |= Q(**{field: int(value)})
    return condition


class Id(Integer):
    """The id of a row that has no other name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": MAX_ID, **kwargs})


class Lines(serializers.ListSerializer):
    """The lines of a step: at least one, at most as many as a document may have."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        limits = {"min_length": 1, "max_length": settings.MAX_ORDER_LINES, "allow_empty": False}
        super().__init__(*args, **{**limits, **kwargs})
