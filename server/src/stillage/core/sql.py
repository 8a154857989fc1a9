"""Set-based SQL that reads the same on both engines: a list of rows goes in as one parameter, whatever its length."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from django.db import connection


@cache
def is_postgres() -> bool:
    """Which of the two engines this process works on; it does not change while it runs."""
    return connection.vendor == "postgresql"


def stored(value: Any) -> Any:
    """A value as this engine's tables hold it."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if is_postgres():
        return value
    if isinstance(value, dt.datetime):
        # As Django writes it (no fraction when there is none), so that text compares as instants do.
        return str(value.astimezone(dt.UTC).replace(tzinfo=None))
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, UUID):
        return value.hex
    return value


def table(alias: str, columns: dict[str, str]) -> str:
    """A FROM item that turns one JSON parameter (see `rows`) into a table.

    `columns` maps names to PostgreSQL types; SQLite ignores the types. Names come from our own code only.
    """
    if is_postgres():
        typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        return f"json_to_recordset(%s::json) AS {alias}({typed})"
    picked = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
    return f"(SELECT {picked} FROM json_each(%s)) AS {alias}"


def rows(items: Iterable[dict[str, Any]]) -> str:
    """The parameter for `table`."""
    plain = [{name: stored(value) for name, value in item.items()} for item in items]
    return orjson.dumps(plain, default=str).decode()


def member(values: Sequence[Any], kind: str) -> tuple[str, list[Any]]:
    """`= ANY(…)` or `IN (SELECT …)` with one parameter, so that one prepared statement serves any length."""
    if is_postgres():
        return f"= ANY(%s::{kind}[])", [list(values)]
    return "IN (SELECT value FROM json_each(%s))", [orjson.dumps(list(values)).decode()]


def fetch(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def execute(sql: str, parameters: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def as_date(value: Any) -> dt.date | None:
    """A date out of a raw row: PostgreSQL gives dates, SQLite text."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def as_instant(value: Any) -> dt.datetime | None:
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    if value is None:
        return None
    return value if value.tzinfo else value.replace(tzinfo=dt.UTC)
