"""Many rows into a table in one statement, as one parameter."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import orjson

from stillage.core.sql import execute, stored, table

CHUNK = 2000
T = TypeVar("T")
# What needs no asking how this engine keeps it; asking for each of two million values takes half a minute.
_PLAIN = (int, str, type(None))


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """A few thousand at a time: a parameter must fit into memory on both sides."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def insert(into: str, columns: dict[str, str], items: Sequence[dict[str, Any]]) -> None:
    """Insert rows; `columns` maps names to PostgreSQL types. Names come from our own code only."""
    listed = ", ".join(columns)
    plain = [
        {name: value if type(value) in _PLAIN else stored(value) for name, value in item.items()}
        for item in items
    ]
    execute(
        f"INSERT INTO {into} ({listed}) SELECT {listed} FROM " + table("line", columns) + " WHERE true",
        [orjson.dumps(plain, default=str).decode()],
    )
