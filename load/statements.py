"""From a request to the SQL it sends, and from that to a pgbench script that sends the same for any product."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fill import LOCATIONS, RANGES

_ID = re.compile(r"(?<!\d)\d{7}(?!\d)")
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\Z")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as Django handed it to the driver."""

    sql: str
    parameters: tuple[Any, ...]
    in_transaction: bool


def captured(request: Callable[[], Any]) -> list[Statement]:
    """The statements that a call sends over this thread's connection."""
    from django.db import connection

    found: list[Statement] = []

    def watch(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        found.append(Statement(sql, tuple(parameters or ()), connection.in_atomic_block))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(watch):
        request()
    return found


def on_the_wire(request: Callable[[], Any]) -> list[str]:
    """The statements as PostgreSQL logged them: BEGIN, COMMIT and health checks included."""
    from pathlib import Path

    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        log = Path(cursor.fetchone()[0]).parent / "log"
        cursor.execute("SET log_statement = 'all'")
        start = log.stat().st_size
    request()
    with connection.cursor() as cursor:
        cursor.execute("SET log_statement = 'none'")
    text = log.read_text()[start:]
    lines = re.findall(r"LOG:  (?:statement|execute [^:]+): (.*?)(?=\n\d{4}-\d\d-\d\d|\Z)", text, re.S)
    return [" ".join(line.split()) for line in lines if "log_statement" not in line]


@dataclass(slots=True)
class Script:
    """A pgbench script and the constants (-D) that it speaks of."""

    lines: list[str] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)

    def constant(self, text: str) -> str:
        if not text:
            return "''"  # pgbench takes no empty constants
        for name, value in self.constants.items():
            if value == text:
                return f":{name}"
        name = f"c{len(self.constants)}"
        self.constants[name] = text
        return f":{name}"

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


def head(products: int, *, ids: int = 1) -> list[str]:
    """Draw a product (or several) and work out the ids around it."""
    lines = []
    for index in range(ids):
        tail = "" if index == 0 else f"_{index}"
        lines += [f"\\set k{tail} random(1, {products})", f"\\set l{tail} :k{tail} % {LOCATIONS}"]
        lines += [f"\\set i{base}{tail} {base} + :{letter}{tail}" for base, letter in RANGES.items()]
    return [*lines, "\\set r random(1000000000000000, 9000000000000000)"]


def script(
    once: Sequence[Statement],
    again: Sequence[Statement],
    *,
    ks: Sequence[int],
    key: str,
    products: int,
    health: bool,
) -> Script:
    """The same statements for any product. `once` and `again` are two captures of one request with two keys.

    What differs between the two is made afresh each time (ids of operations, instants, keys); what names product
    `ks[i]` or something around it is worked out; the rest is constant and goes in as a parameter all the same.
    """
    made = Script(lines=head(products, ids=len(ks)))
    if health:
        made.lines.append("SELECT 1;")
    inside = False
    for one, other in zip(once, again, strict=True):
        if one.sql != other.sql:
            raise RuntimeError("the request did not send the same statements twice")
        if one.in_transaction != inside:
            made.lines.append("BEGIN;" if one.in_transaction else "COMMIT;")
            inside = one.in_transaction
        pieces = one.sql.split("%s")
        values = [
            _value(made, value, twin, ks=ks, key=key)
            for value, twin in zip(one.parameters, other.parameters, strict=True)
        ]
        whole = pieces[0] + "".join(value + piece for value, piece in zip(values, pieces[1:], strict=True))
        made.lines.append(" ".join(whole.replace("%%", "%").split()) + ";")
    if inside:
        made.lines.append("COMMIT;")
    return made


def _value(made: Script, value: Any, twin: Any, *, ks: Sequence[int], key: str) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return made.constant("true" if value else "false") + "::boolean"
        case UUID():
            return "gen_random_uuid()" if value != twin else made.constant(str(value)) + "::uuid"
        case dt.datetime():
            return "CURRENT_TIMESTAMP"
        case dt.date():
            return made.constant(value.isoformat()) + "::date"
        case int():
            return f"{_text(made, str(value), ks)}::bigint"
        case bytes() | memoryview():
            return made.constant("\\x" + bytes(value).hex()) + "::bytea"
        case list() | tuple():
            # The statement itself says of what kind (see core.sql.member).
            return f"({_text(made, '{' + ','.join(str(one) for one in value) + '}', ks)})"
        case str():
            if value == key:
                return f"({made.constant('bench-')} || :r)"
            if value != twin and _UUID.match(value):
                return "(gen_random_uuid()::text)"
            return f"({_text(made, value, ks)})"
    raise TypeError(f"a parameter of type {type(value).__name__}")


def _text(made: Script, text: str, ks: Sequence[int]) -> str:
    """A text with the ids in it as variables."""
    parts: list[str] = []
    end = 0
    for found in _ID.finditer(text):
        name = _variable(int(found[0]), ks)
        if name is None:
            continue
        if found.start() > end:
            parts.append(made.constant(text[end : found.start()]))
        parts.append(f":{name}")
        end = found.end()
    if end < len(text) or not parts:
        parts.append(made.constant(text[end:]))
    return " || ".join(parts)


def _variable(number: int, ks: Sequence[int]) -> str | None:
    for index, k in enumerate(ks):
        tail = "" if index == 0 else f"_{index}"
        for base, letter in RANGES.items():
            if number - base == (k if letter == "k" else k % LOCATIONS):
                return f"i{base}{tail}"
    return None


def minimal(products: int) -> str:
    """One movement as small as it can be: a conditional update of a balance, and an immutable row."""
    return "\n".join(
        [
            *head(products),
            "BEGIN;",
            "UPDATE stock_balance SET on_hand = on_hand - 1 WHERE id = :i4000000 AND on_hand - allocated >= 1;",
            "INSERT INTO stock_movement (operation_id, kind, product_id, lot_id, from_location_id, to_location_id, quantity,"
            " reason, reference, user_id, username, moved_at) VALUES (gen_random_uuid(), 'move', :i1000000, :i2000000,"
            " :i3000000, :i3010000, 1, '', '', 1, 'bench', CURRENT_TIMESTAMP);",
            "COMMIT;",
            "",
        ]
    )


def documents(
    url: str, captures: Sequence[Sequence[Statement]], *, keys: Sequence[str], table: str
) -> Script:
    """The same statements for any of several captured requests, for statements with too many ids to work out.

    What differs from request to request is kept in a table, a row a request; each transaction reads its row first
    (that statement is extra, and counts against nobody but pgbench) and sends the values as parameters.
    """
    import psycopg

    made = Script(
        lines=[
            f"\\set n random(1, {len(captures)})",
            "\\set r random(1000000000000000, 9000000000000000)",
        ]
    )
    columns: dict[str, list[str]] = {}
    body: list[str] = []
    inside = False
    for position, one in enumerate(captures[0]):
        twins = [capture[position] for capture in captures]
        if any(twin.sql != one.sql for twin in twins):
            raise RuntimeError("the requests did not send the same statements")
        if one.in_transaction != inside:
            body.append("BEGIN;" if one.in_transaction else "COMMIT;")
            inside = one.in_transaction
        pieces = one.sql.split("%s")
        values = []
        for index, value in enumerate(one.parameters):
            all_values = [twin.parameters[index] for twin in twins]
            same = all(other == value for other in all_values)
            texts = [_plain(other) for other in all_values]
            if same or isinstance(value, UUID | dt.datetime) or value in keys or _fresh(value):
                values.append(
                    _value(made, value, None if not same else value, ks=(), key=_which(value, keys))
                )
                continue
            name = f"p{len(columns)}"
            columns[name] = texts
            values.append(f":{name}{_cast(value)}")
        whole = pieces[0] + "".join(value + piece for value, piece in zip(values, pieces[1:], strict=True))
        body.append(" ".join(whole.replace("%%", "%").split()) + ";")
    if inside:
        body.append("COMMIT;")
    made.lines += [f"SELECT {', '.join(columns)} FROM {table} WHERE n = :n \\gset", *body]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute(
            f"CREATE TABLE {table} (n int PRIMARY KEY, {', '.join(f'{name} text' for name in columns)})"
        )
        with connection.cursor() as cursor:
            for number in range(len(captures)):
                row = [number + 1, *(texts[number] for texts in columns.values())]
                cursor.execute(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(row))})", row)
    return made


def _which(value: Any, keys: Sequence[str]) -> str:
    return value if isinstance(value, str) and value in keys else ""


def _fresh(value: Any) -> bool:
    return isinstance(value, str) and bool(_UUID.match(value))


def _cast(value: Any) -> str:
    match value:
        case int():
            return "::bigint"
        case bytes() | memoryview():
            return "::bytea"
    return ""


def _plain(value: Any) -> str:
    match value:
        case bytes() | memoryview():
            return "\\x" + bytes(value).hex()
        case list() | tuple():
            return "{" + ",".join(str(one) for one in value) + "}"
    return str(value)
