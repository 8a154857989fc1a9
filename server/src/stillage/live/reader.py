"""The one reader of a process: a thread with one database connection that reads the trail on and hands it over.

It is woken by hints (`waking.py`, on PostgreSQL LISTEN) and looks by itself twice a second. A connection that is lost
is made again; it goes on where it stood, so nothing is missed.
"""

import contextlib
import logging
import os
import select
import threading
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from django.db import connection, connections

from stillage.core.sql import is_postgres
from stillage.live.changes import Change, Trail
from stillage.live.positions import Position, is_ahead
from stillage.live.waking import CHANNEL, wake_me

log = logging.getLogger("stillage.live")
LOOK_SECONDS = 0.5
AGAIN_SECONDS = (0.1, 0.5, 2.0, 5.0)

# Who delivers, changes (None: nobody knows which), where the reader stands after them, whether a reading ends here.
Deliver = Callable[["Reader", list[Change] | None, Position, bool], None]


def fetch(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """A statement on this thread's connection."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


class Reader(threading.Thread):
    """Reads from the moment at which it starts until it is stopped."""

    def __init__(self, deliver: Deliver) -> None:
        super().__init__(name="stillage-live-reader", daemon=True)
        self._deliver = deliver
        # A byte in the pipe is a hint; the thread waits for it and for PostgreSQL at once.
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._woken, False)
        self._over = False
        self._line: Any = None
        self._pid = 0
        self.trail = Trail(fetch, is_postgres())
        self._position: Position | None = None

    @property
    def backend_pid(self) -> int:
        """PostgreSQL's process that serves it; 0 on SQLite."""
        return self._pid

    def hint(self) -> None:
        """Look now."""
        with contextlib.suppress(OSError):  # full of hints, or over
            os.write(self._wake, b"!")

    def stop(self) -> None:
        self._over = True
        self.hint()

    def run(self) -> None:
        not_any_more = wake_me(self.hint)
        failed = 0
        try:
            while not self._over:
                try:
                    self._read_on()
                    failed = 0
                except Exception as error:
                    if self._over:
                        break
                    log.warning("the reader of the trail begins again: %s", type(error).__name__)
                    self._hang_up()
                    self._sleep([], AGAIN_SECONDS[min(failed, len(AGAIN_SECONDS) - 1)])
                    failed += 1
        finally:
            not_any_more()
            self._hang_up()
            os.close(self._wake)
            os.close(self._woken)

    def _read_on(self) -> None:
        """Connect, and read until something breaks."""
        if is_postgres():
            self._line = _listening()
            self._pid = self._line.info.backend_pid
            self.trail.fetch = self._on_the_line
        here = self.trail.here()
        if self._position is None:
            self._position = here
            self._deliver(self, [], here, True)
        elif is_ahead(self._position, here):
            # While it was away an older state was restored, or another database took its place.
            self._position = here
            self._deliver(self, None, here, True)
        while not self._over:
            more = True
            while more and not self._over:
                changes, self._position, more = self.trail.since(self._position)
                self._deliver(self, changes, self._position, not more)
            self._wait()

    def _wait(self) -> None:
        if self._line is None:
            self._sleep([], LOOK_SECONDS)
        elif not self._notified():
            self._sleep([self._line.fileno()], LOOK_SECONDS)
            self._notified()

    def _notified(self) -> bool:
        """Take what PostgreSQL has sent meanwhile; raises when the line is gone."""
        return bool(list(self._line.notifies(timeout=0)))

    def _sleep(self, others: list[int], seconds: float) -> None:
        ready, _, _ = select.select([self._woken, *others], [], [], seconds)
        if self._woken in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._woken, 4096)

    def _on_the_line(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        return list(self._line.execute(sql, parameters).fetchall())

    def _hang_up(self) -> None:
        line, self._line, self._pid = self._line, None, 0
        if line is not None:
            line.close()
        connections.close_all()


def _listening() -> Any:
    """A line of one's own, outside any pool, that hears hints and reads."""
    parameters = connections["default"].get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)
    line = psycopg.connect(**parameters, autocommit=True)
    line.execute(f"LISTEN {CHANNEL}")
    return line
