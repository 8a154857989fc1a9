"""Set-based SQL that reads the same on both engines: a list of rows goes in as one parameter, whatever its length."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from django.db import (
    DEFAULT_DB_ALIAS,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    transaction,
)

from stillage.core.line import ask


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


def _written(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


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
    if is_postgres():
        # What orjson writes of instants, days and UUIDs, PostgreSQL reads.
        return orjson.dumps(list(items), default=_written).decode()
    plain = [{name: stored(value) for name, value in item.items()} for item in items]
    return orjson.dumps(plain, default=str).decode()


def listed(alias: str, kind: str) -> str:
    """A FROM item with the one column `value`: a list that came as one JSON parameter (see `items`).

    PostgreSQL takes it for a hundred rows whatever is in it, so that one plan serves every request, where
    `= ANY(…)` of an array makes it plan anew each time.
    """
    if is_postgres():
        return f"(SELECT CAST(value AS {kind}) AS value FROM json_array_elements_text(%s::json)) AS {alias}"
    return f"json_each(%s) AS {alias}"


def items(values: Iterable[Any]) -> str:
    """The parameter for `listed`."""
    return orjson.dumps(list(values)).decode()


def probe(source: str, alias: str, condition: str) -> str:
    """A JOIN that looks rows up one by one in an index, whatever number of them the planner guesses."""
    if is_postgres():
        return f"CROSS JOIN LATERAL (SELECT * FROM {source} {alias} WHERE {condition} OFFSET 0) {alias}"
    return f"JOIN {source} {alias} ON {condition}"


def member(values: Sequence[Any], kind: str) -> tuple[str, list[Any]]:
    """`= ANY(…)` or `IN (SELECT …)` with one parameter, so that one prepared statement serves any length."""
    if is_postgres():
        return f"= ANY(%s::{kind}[])", [list(values)]
    return "IN (SELECT value FROM json_each(%s))", [orjson.dumps(list(values)).decode()]


def _watched(mine: Any) -> bool:
    return bool(not is_postgres() or mine.execute_wrappers or mine.queries_logged)


def _carried_out(sql: str, parameters: Sequence[Any], *, commit: bool = False) -> Any:
    """A statement's answer, whose rows or count can be asked for.

    Where nobody watches, PostgreSQL is asked without Django's cursor and the driver's around it, which cost more than
    a small statement does. What these promise (translated errors, no statement in a broken transaction) is kept here.
    """
    mine: Any = connections[DEFAULT_DB_ALIAS]
    if _watched(mine):
        return _Cursor(mine, sql, parameters)
    if mine.connection is None or not mine.health_check_done:
        mine.close_if_health_check_failed()
        mine.ensure_connection()
    mine.validate_no_broken_transaction()
    with mine.wrap_database_errors:
        return ask(mine.connection, sql, parameters, commit=commit)


class _Cursor:
    """The same by Django's cursor."""

    def __init__(self, mine: Any, sql: str, parameters: Sequence[Any]) -> None:
        self._cursor = mine.cursor()
        self._cursor.execute(sql, parameters)

    def rows(self) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._cursor.fetchall()
        self._cursor.close()
        return found

    def count(self) -> int:
        count = int(self._cursor.rowcount)
        self._cursor.close()
        return count


def fetch(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = _carried_out(sql, parameters).rows()
    return found


def execute(sql: str, parameters: Sequence[Any]) -> int:
    return int(_carried_out(sql, parameters).count())


def execute_last(sql: str, parameters: Sequence[Any]) -> int:
    """`execute` for the statement after which its transaction commits: where the engine and the caller's transaction
    allow it, COMMIT goes with it, and what is to do at the end of the block is done already."""
    mine: Any = connections[DEFAULT_DB_ALIAS]
    outermost = mine.in_atomic_block and not mine.savepoint_ids and not mine.needs_rollback
    return int(_carried_out(sql, parameters, commit=outermost and not _watched(mine)).count())


def fetch_first(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """`fetch` for the statement that opens a request, outside any transaction: it finds out by itself whether the
    line died while it lay idle (and is sent again on a new one), so that nothing has to be asked before it."""
    mine: Any = connections[DEFAULT_DB_ALIAS]
    idle = mine.connection is not None and not mine.health_check_done and not mine.in_atomic_block
    if idle:
        mine.health_check_done = True
    try:
        return fetch(sql, parameters)
    except (OperationalError, InterfaceError):
        if not idle or mine.is_usable():
            raise
        mine.close()
        return fetch(sql, parameters)


def fetch_alone(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """`fetch` for a statement that is the whole of a transaction: it is sent without BEGIN and COMMIT around it, so
    that its locks are held while it runs and not while anybody talks. Where somebody watches, it has both."""
    mine: Any = connections[DEFAULT_DB_ALIAS]
    if mine.in_atomic_block:
        raise ValueError("there is a transaction already")
    if _watched(mine):
        with transaction.atomic():
            return fetch(sql, parameters)
    return fetch(sql, parameters)


def as_date(value: Any) -> dt.date | None:
    """A date out of a raw row: PostgreSQL gives dates, SQLite text."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def as_instant(value: Any) -> dt.datetime | None:
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    if value is None:
        return None
    return value if value.tzinfo else value.replace(tzinfo=dt.UTC)
