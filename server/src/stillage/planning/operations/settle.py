"""Up to which movement the book is settled: no row can come any more below it."""

import time

from django.db import connection

from stillage.core.sql import fetch, is_postgres

WAIT_SECONDS = 15.0
LOOK_EVERY_SECONDS = 0.05

# Whoever writes movements holds this lock from before it takes an id until its end.
_WRITERS = """
SELECT l.virtualtransaction FROM pg_locks l
WHERE l.locktype = 'relation' AND l.relation = 'stock_movement'::regclass AND l.mode = 'RowExclusiveLock' AND l.granted
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.pid <> pg_backend_pid()
"""


def settled_movement() -> int | None:
    """The newest movement, when everybody who may have taken an id below it has committed or given up.

    PostgreSQL hands out ids before transactions commit, so a lower one can appear after a higher one. The newest id is
    read first, then who is writing; when all of these have ended, what they wrote below it can be seen. Readers and
    other writers are not in the way. None when somebody writes for longer than we care to wait; nothing is lost by
    coming again later. Must not be called inside a transaction that began before.
    """
    newest = int(fetch("SELECT COALESCE(MAX(id), 0) FROM stock_movement", [])[0][0])
    if not is_postgres():
        return newest  # one writer at a time, and ids in its order
    writing = {row[0] for row in fetch(_WRITERS, [])}
    until = time.monotonic() + WAIT_SECONDS
    while writing:
        if time.monotonic() > until:
            return None
        time.sleep(LOOK_EVERY_SECONDS)
        writing &= {row[0] for row in fetch(_WRITERS, [])}
    return newest


def take_time(seconds: int = 120) -> None:
    """A request's five seconds are not meant for a night's work; locks are waited for no longer than elsewhere."""
    if is_postgres():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{seconds}s'")
            cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{seconds}s'")
