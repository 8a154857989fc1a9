"""A fair lock: who came first is served first. SQLite's own busy-wait lets some writers wait for seconds."""

import os
import threading
from collections import deque


class FairMutex:
    """Handed from owner to owner in the order of asking; may be given back by another thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def acquire(self, seconds: float) -> bool:
        """Wait for one's turn at most so long; says whether it came."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        try:
            if turn.acquire(timeout=seconds):
                return True
        except BaseException:
            if not self._leave(turn):
                self.release()
            raise
        return not self._leave(turn)

    def _leave(self, turn: threading.Lock) -> bool:
        """Stop waiting; False when the turn had come in the same instant."""
        with self._guard:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return True
            return False

    def release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False

    @property
    def taken(self) -> bool:
        return self._taken


_by_database: dict[str, FairMutex] = {}
_guard = threading.Lock()


def mutex_of(database: str) -> FairMutex:
    """The one mutex of a database in this process."""
    with _guard:
        return _by_database.setdefault(database, FairMutex())


# A forked child shares no connection with its parent, so nothing of the parent's is held in it.
os.register_at_fork(after_in_child=_by_database.clear)
