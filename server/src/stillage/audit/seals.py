"""Seals over append-only tables: digests of runs of rows, each chained to the one before it.

A trigger stops the application; a seal tells on whoever can switch triggers off (docs/decisions/0007). What a
seal covers is never read into memory whole, and sealing goes on where the last seal ended.
"""

import datetime as dt
import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError, connection, transaction

from stillage.audit.models import Seal
from stillage.core.sql import is_postgres, stored

log = logging.getLogger("stillage.seals")
# A row this old has no younger sister with a lower id still in an open transaction.
SETTLED_AFTER = dt.timedelta(minutes=10)
ROWS_PER_SEAL = 10_000
CHUNK = 1_000
LOWEST = -(2**63)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A table whose rows are sealed, and the columns that count. The list never changes: what is sealed was read so.

    A column that comes later is sealed under a table name of its own (docs/decisions/0007).
    """

    table: str
    noun: str
    written: str  # the column that says when
    columns: tuple[str, ...]


def _plain(value: Any) -> Any:
    match value:
        case None | int() | str():
            return value
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
        case dt.date():
            return value.isoformat()
        case UUID():
            return value.hex
        case Decimal() | float():
            return format(Decimal(str(value)).normalize(), "f")
    return str(value)


def line_of(row: Sequence[Any]) -> bytes:
    """A row as the text that is digested."""
    return orjson.dumps([_plain(value) for value in row]) + b"\n"


def _rows(sealed: Sealed, after: int, until: int) -> Iterator[tuple[Any, ...]]:
    # SQLite's values as text: what Python makes of its dates and decimals may change with a library.
    form = '"{}"' if is_postgres() else 'CAST("{}" AS text)'
    columns = ", ".join(['"id"', *(form.format(name) for name in sealed.columns)])
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT {columns} FROM "{sealed.table}" WHERE id > %s AND id <= %s ORDER BY id LIMIT {CHUNK}',  # noqa: S608
                [after, until],
            )
            rows = cursor.fetchall()
        yield from rows
        if len(rows) < CHUNK:
            return
        after = rows[-1][0]


def _digest(sealed: Sealed, before: str, after: int, until: int) -> tuple[str, int]:
    """The digest over the seal before and the rows of a run, and how many they are."""
    digest = hashlib.sha256(f"{sealed.table}\n{before}\n".encode())
    count = 0
    for row in _rows(sealed, after, until):
        digest.update(line_of(row[1:]))
        count += 1
    return digest.hexdigest(), count


def _seals(sealed: Sealed) -> Iterator[Seal]:
    return Seal.objects.filter(table=sealed.table).order_by("first_id").iterator(chunk_size=CHUNK)


def faults(sealed: Sealed, *, limit: int) -> Iterator[str]:
    """Read every sealed row again; say where it is no longer what was sealed."""
    before, end, found = "", 0, 0
    for seal in _seals(sealed):
        problem = ""
        if seal.first_id != end + 1:
            problem = (
                f"the seal before it is missing (it begins at {seal.first_id}, the last one ended at {end})"
            )
        else:
            digest, count = _digest(sealed, before, LOWEST if end == 0 else end, seal.last_id)
            if count != seal.row_count:
                problem = f"{seal.row_count} rows were sealed, {count} are there"
            elif digest != seal.digest:
                problem = "a row, or the seal itself, is not what it was"
        if problem:
            yield f"The seal over {sealed.noun} {seal.first_id} to {seal.last_id} is broken: {problem}."
            found += 1
            if found == limit:
                return
        before, end = seal.digest, seal.last_id


def seal(sealed: Sealed, *, at: dt.datetime) -> int:
    """Seal the settled rows that came since; returns how many."""
    settled = _settled(sealed, at)
    last = Seal.objects.filter(table=sealed.table).order_by("-first_id").first()
    before, end = (last.digest, last.last_id) if last else ("", 0)
    done = 0
    for after, until in pairwise([end, *_bounds(sealed, end, settled)]):
        digest, count = _digest(sealed, before, LOWEST if after == 0 else after, until)
        try:
            with transaction.atomic():
                Seal.objects.create(
                    table=sealed.table,
                    first_id=after + 1,
                    last_id=until,
                    row_count=count,
                    digest=digest,
                    sealed_at=at,
                )
        except IntegrityError:
            return done  # somebody else seals just now
        # At DEBUG, as `reconcile` is silent when all is well. A copy outside the database cannot be rewritten with it.
        log.debug("sealed %s %s-%s: %s", sealed.table, after + 1, until, digest)
        before = digest
        done += count
    return done


def _bounds(sealed: Sealed, end: int, settled: int) -> Iterator[int]:
    """The last id of every run between two ids."""
    while end < settled:
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT MAX(id), COUNT(*) FROM (SELECT id FROM "{sealed.table}" WHERE id > %s AND id <= %s'  # noqa: S608
                f" ORDER BY id LIMIT {ROWS_PER_SEAL}) run",
                [end, settled],
            )
            highest, count = cursor.fetchone()
        if not count:
            return
        yield highest
        end = highest


def _settled(sealed: Sealed, at: dt.datetime) -> int:
    """The highest id below which no row can come any more; 0 when that cannot be told."""
    cutoff = at - SETTLED_AFTER
    with connection.cursor() as cursor:
        if is_postgres():
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_xid IS NOT NULL AND pid <> pg_backend_pid() AND xact_start < %s)",
                [cutoff],
            )
            if cursor.fetchone()[0]:
                return 0
        cursor.execute(
            f'SELECT MIN(id) - 1 FROM "{sealed.table}" WHERE {sealed.written} >= %s',  # noqa: S608 - our own names
            [stored(cutoff)],
        )
        before_young = cursor.fetchone()[0]
        if before_young is not None:
            return int(before_young)
        cursor.execute(f'SELECT COALESCE(MAX(id), 0) FROM "{sealed.table}"')  # noqa: S608
        return int(cursor.fetchone()[0])
