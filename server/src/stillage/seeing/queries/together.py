"""Several lists in one statement, each with an order and an end of its own."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import DateField, Q, QuerySet
from django.db.models.expressions import RawSQL

from stillage.core.sql import fetch, is_postgres

NO_DATE = RawSQL("CAST(NULL AS date)", [], output_field=DateField())
NO_TEXT = RawSQL("''", [])


def together(arms: Sequence[QuerySet[Any, Any]]) -> list[tuple[int, tuple[Any, ...]]]:
    """The rows of several `values_list` querysets of as many columns, each with its arm's index. One statement."""
    parts: list[str] = []
    parameters: list[Any] = []
    for index, arm in enumerate(arms):
        try:
            sql, own = arm.query.sql_with_params()
        except EmptyResultSet:
            continue  # nobody's warehouse: nothing can be there
        parts.append(f"SELECT {index} AS arm, a{index}.* FROM ({sql}) a{index}")  # noqa: S608 - values are bound
        parameters += own
    if not parts:
        return []
    return [(row[0], row[1:]) for row in fetch(" UNION ALL ".join(parts), parameters)]


def begins(column: str, text: str) -> Q:
    """Whether a column of codes begins so, in a form that its index serves on either engine."""
    if is_postgres():
        return Q(**{f"{column}__startswith": text})
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + "\U0010ffff"})


def every_word(found: QuerySet[Any, Any], words: Sequence[str], *columns: str) -> QuerySet[Any, Any]:
    """Rows of which each word stands in one of the columns."""
    for word in words:
        condition = Q()
        for column in columns:
            condition |= Q(**{f"{column}__icontains": word})
        found = found.filter(condition)
    return found


__all__ = ["NO_DATE", "NO_TEXT", "begins", "every_word", "together"]
