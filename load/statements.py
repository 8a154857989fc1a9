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
