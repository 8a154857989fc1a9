"""The backend: a fair turn before every write transaction, and no half of one that SQLite has already undone."""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from stillage.core.sqlite.mutex import FairMutex, mutex_of

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER", "WITH")
WAIT_SECONDS = 5.0


class Cursor(base.SQLiteCursorWrapper):
    """Takes a turn for a write that is its own transaction; refuses to go on in one that is gone."""

    wrapper: "DatabaseWrapper"

    def execute(self, query: str, params: Any = None) -> Any:
        with self.wrapper.turn_for(query):
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        with self.wrapper.turn_for(query):
            return super().executemany(query, param_list)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, plus the mutex. From BEGIN to the end of the transaction it is ours."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: FairMutex | None = None
        self._last_resort: Any = None

    def create_cursor(self, name: Any = None) -> Cursor:
        cursor = self.connection.cursor(factory=Cursor)
        cursor.wrapper = self
        return cursor

    # ---- the mutex ----------------------------------------------------------------------------
    def _take(self) -> None:
        mutex = mutex_of(str(self.settings_dict["NAME"]))
        if not mutex.acquire(float(self.settings_dict["OPTIONS"].get("timeout", WAIT_SECONDS))):
            raise OperationalError("database is locked")
        self._held = mutex
        # A thread that dies without ending its transaction must not stop all others for ever.
        self._last_resort = weakref.finalize(self, mutex.release)
        self._last_resort.atexit = False

    def _give_back(self) -> None:
        if self._held is not None:
            mutex, self._held = self._held, None
            self._last_resort.detach()
            mutex.release()

    @contextmanager
    def turn_for(self, query: str) -> Iterator[None]:
        """A statement inside our transaction, which must still stand; or a write by itself."""
        if self._held is not None:
            # After "disk is full" SQLite rolls back by itself; what came now would be committed alone.
            if not self.connection.in_transaction and self._began:
                raise self.Database.OperationalError(
                    "SQLite has rolled this transaction back; nothing of it is kept"
                )
            yield
        elif self.connection.in_transaction or not query.lstrip()[:7].upper().startswith(_WRITES):
            yield
        else:
            self._take()
            self._began = False
            try:
                yield
            finally:
                self._give_back()

    # ---- where a transaction begins and ends ----------------------------------------------------
    _began = False

    def _start_transaction_under_autocommit(self) -> None:
        self._take()
        self._began = False
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            # Whatever broke in after BEGIN was carried out: nobody knows of this transaction, so it must not stay.
            if self.connection is not None and self.connection.in_transaction:
                self.connection.rollback()
            self._give_back()
            raise
        self._began = True

    def _commit(self) -> None:
        if self._held is not None and self.connection is not None and not self.connection.in_transaction:
            raise OperationalError("SQLite has rolled this transaction back; nothing of it is kept")
        super()._commit()  # type: ignore[misc]
        self._give_back()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            if self.connection is None or not self.connection.in_transaction:
                self._give_back()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._give_back()
