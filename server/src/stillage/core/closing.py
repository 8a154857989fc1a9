"""What a transaction writes last: rows that nothing inside it reads again, in as few statements as the engine allows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from stillage.core.sql import execute, execute_last, is_postgres

# So many rows go into one statement; more are sent in several, so that few different statements are prepared.
MOST_ROWS = 8
_current: ContextVar["Closing | None"] = ContextVar("closing", default=None)


class Closing:
    """Rows kept back until the transaction is about to end. An exception forgets them with the transaction."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Sequence[Any]]] = {}

    def add(self, insert: str, row: Sequence[Any]) -> None:
        """A row for `INSERT INTO … VALUES`, which several rows may follow."""
        self._rows.setdefault(insert, []).append(row)

    def write(self, last: str = "", parameters: Sequence[Any] = ()) -> int:
        """Write what was kept back, and one more statement with it, whose count of rows is returned. Nothing may be
        asked of the database after it: COMMIT may have gone with it."""
        statements = [
            _with_rows(insert, found[start : start + MOST_ROWS])
            for insert, found in self._rows.items()
            for start in range(0, len(found), MOST_ROWS)
        ]
        self._rows = {}
        if last:
            statements.append((last, list(parameters)))
        if len(statements) > 1 and is_postgres():
            (before, values), (sql, own) = statements[-2:]
            statements[-2:] = [(f"WITH before AS ({before}) {sql}", [*values, *own])]
        for sql, values in statements[:-1]:
            execute(sql, values)
        return execute_last(*statements[-1]) if statements else 0


def _with_rows(insert: str, rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    marks = f"({', '.join(['%s'] * len(rows[0]))})"
    return f"{insert} VALUES {', '.join([marks] * len(rows))}", [value for row in rows for value in row]


@contextmanager
def closing() -> Iterator[Closing]:
    """Keep rows back inside this block, which must call `write` before its transaction commits."""
    mine = Closing()
    token = _current.set(mine)
    try:
        yield mine
    finally:
        _current.reset(token)


def write_at_the_end(insert: str, row: Sequence[Any]) -> None:
    """Write a row last of all, or now where nobody keeps rows back."""
    current = _current.get()
    if current is not None:
        current.add(insert, row)
    else:
        sql, values = _with_rows(insert, [row])
        execute(sql, values)
