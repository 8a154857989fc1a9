"""The database itself, out and in: SQLite by its own backup, PostgreSQL by pg_dump and pg_restore."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo

from stillage.config.keeping.archive import BackupFault

# Counted in the backup and again where it is restored.
COUNTED: Final = ("stock_movement", "stock_balance", "stock_allocation", "audit_entry", "rest_idempotencykey")
_MIGRATIONS: Final = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"
_HOURS: Final = 6 * 3600


def engine() -> str:
    return "postgresql" if connection.vendor == "postgresql" else "sqlite"


def sqlite_path() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def dump(target: Path) -> tuple[dict[str, int], list[str]]:
    """Write the database as it is in one instant, while others go on writing. Rows of some tables, and migrations."""
    return _dump_postgres(target) if engine() == "postgresql" else _dump_sqlite(target)


def _dump_sqlite(target: Path) -> tuple[dict[str, int], list[str]]:
    path = sqlite_path()
    if not path.exists():
        raise BackupFault(f"There is no database at {path}.")
    try:
        # A copy of the file alone would lose what stands in its write-ahead log.
        with closing(sqlite3.connect(path, timeout=30)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            return _looked_at(copy)
    except sqlite3.Error as error:
        raise BackupFault(f"The database cannot be read: {error}.") from None


def _looked_at(copy: sqlite3.Connection) -> tuple[dict[str, int], list[str]]:
    (sound,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if sound != "ok":
        raise BackupFault(f"The database is damaged: {sound}.")
    rows = {name: int(copy.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0]) for name in COUNTED}
    return rows, [str(row[0]) for row in copy.execute(_MIGRATIONS)]


def _dump_postgres(target: Path) -> tuple[dict[str, int], list[str]]:
    words, secret = _conninfo()
    try:
        with psycopg.connect(words, password=secret, autocommit=True) as holder:
            for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                holder.execute(f"SET {limit} = 0")
            if holder.info.server_version >= 170000:
                holder.execute("SET transaction_timeout = 0")
            with holder.transaction():
                # What is counted here and what pg_dump reads are of one instant.
                holder.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                snapshot = _one(holder, "SELECT pg_export_snapshot()")
                tool = _tool("pg_dump", holder.info.server_version // 10000)
                options = [
                    "--format=custom",
                    "--no-owner",
                    "--lock-wait-timeout=10s",
                    f"--snapshot={snapshot}",
                ]
                _run([tool, *options, f"--file={target}", f"--dbname={words}"], secret)
                rows = {name: int(_one(holder, f"SELECT COUNT(*) FROM {name}")) for name in COUNTED}
                return rows, [str(row[0]) for row in holder.execute(_MIGRATIONS).fetchall()]
    except psycopg.Error as error:
        raise BackupFault(f"The database cannot be read: {str(error).splitlines()[0]}.") from None


def _one(holder: psycopg.Connection[Any], words: str) -> Any:
    found = holder.execute(words.encode()).fetchone()
    return found[0] if found else None


def _conninfo() -> tuple[str, str | None]:
    """How to reach the database, and the password, which is nobody else's to see in a list of processes."""
    given = dict(connection.get_connection_params())
    secret = given.pop("password", None)
    # What Django sets for its own connections is not for these.
    for name in ("context", "prepare_threshold", "options", "cursor_factory", "server_side_binding"):
        given.pop(name, None)
    return make_conninfo(**given), secret


def _tool(name: str, at_least: int) -> str:
    """The newest of PostgreSQL's own programs here; an older one than the server refuses to work."""
    found = {}
    own = shutil.which(name)
    for path in [*([own] if own else []), *map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))]:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        if version := re.search(r"\) (\d+)", said):
            found[int(version[1])] = path
    if not found or max(found) < at_least:
        has = f"there is only {max(found)}" if found else "there is none"
        raise BackupFault(
            f"{name} {at_least} or newer is needed, {has}: install postgresql-client-{at_least} on this machine."
        )
    return found[max(found)]


def _run(command: Sequence[str], secret: str | None) -> None:
    environment = {**os.environ, **({"PGPASSWORD": secret} if secret else {})}
    done = subprocess.run(
        list(command), env=environment, capture_output=True, text=True, timeout=_HOURS, check=False
    )
    if done.returncode:
        words = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
        raise BackupFault(f"{Path(command[0]).name}: {' '.join(words[-3:])}")


def refuse_filled() -> None:
    """A backup goes into an empty database and nowhere else."""
    if engine() == "sqlite":
        there = [path for path in _files(sqlite_path()) if path.exists()]
        if there:
            raise BackupFault(
                f"{there[0]} is there already; move it away, or set STILLAGE_HOME to another folder."
            )
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'v', 'p', 'S')"
        )
        (tables,) = cursor.fetchone()
    connection.close()
    if tables:
        raise BackupFault("This database has tables in it; restore into an empty one.")


def _files(path: Path) -> tuple[Path, ...]:
    return (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm"))


def load(source: Path) -> None:
    """Fill the empty database, whole or not at all."""
    if engine() == "postgresql":
        words, secret = _conninfo()
        with psycopg.connect(words, password=secret) as holder:
            version = holder.info.server_version // 10000
        options = [
            "--exit-on-error",
            "--single-transaction",
            "--no-owner",
            "--no-privileges",
            "--no-comments",
        ]
        _run([_tool("pg_restore", version), *options, f"--dbname={words}", str(source)], secret)
        return
    path = sqlite_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.restoring")
    try:
        shutil.copyfile(source, partial)
        with closing(sqlite3.connect(partial)) as copy:
            _looked_at(copy)
        partial.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise BackupFault(f"The database cannot be restored: {error}.") from None
    finally:
        partial.unlink(missing_ok=True)


def unload() -> None:
    """Take a SQLite database away again that could not be made usable. PostgreSQL's is left for somebody to look at."""
    connection.close()
    if engine() == "sqlite":
        for path in _files(sqlite_path()):
            path.unlink(missing_ok=True)


def counted() -> dict[str, int]:
    """The same rows as in the manifest, where they are now."""
    with connection.cursor() as cursor:
        found = {}
        for name in COUNTED:
            cursor.execute(f"SELECT COUNT(*) FROM {name}")
            found[name] = int(cursor.fetchone()[0])
    return found


def readable(path: Path, kind: str) -> None:
    """Whether the database in a backup can be read at all, without a database to put it into."""
    if kind == "postgresql":
        _run([_tool("pg_restore", 0), "--list", f"--file={os.devnull}", str(path)], None)
        return
    try:
        with closing(sqlite3.connect(path)) as copy:
            _looked_at(copy)
    except sqlite3.Error as error:
        raise BackupFault(f"The database in it cannot be read: {error}.") from None
