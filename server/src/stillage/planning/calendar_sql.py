"""The two calendar questions that the engines answer differently: a warehouse's day, and the Sunday of a day."""

from stillage.core.sql import is_postgres


def local_day(instant: str, zone: str) -> str:
    """The calendar day of an instant in a zone; both are columns."""
    if is_postgres():
        return f"CAST({instant} AT TIME ZONE {zone} AS date)"
    return f"django_datetime_cast_date({instant}, {zone}, 'UTC')"


def week_date(day: str) -> str:
    """The Sunday that ends the week of a day."""
    if is_postgres():
        return f"({day} + (7 - EXTRACT(isodow FROM {day})::int))"
    return f"date({day}, 'weekday 0')"


def as_days(column: str) -> str:
    """A day that came as a parameter, compared with columns of days."""
    return f"CAST({column} AS date)" if is_postgres() else column
