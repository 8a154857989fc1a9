"""How far somebody has read, as the text that stands behind `id:` in the stream. Pure.

On SQLite writers stand in line, so the number of the last entry says it. On PostgreSQL entries become visible in
another order than they are numbered; what says it there is the snapshot in which they were seen: everything that
transaction ids tell to be visible in it was read, everything else was not. Inside a reading that goes on, a second
snapshot and the last entry taken out of it stand behind.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

MAX_LENGTH = 8_000
_NUMBER = re.compile(r"[0-9]{1,18}\Z")
_SNAPSHOT = re.compile(r"([0-9]{1,18}):([0-9]{1,18}):([0-9,]*)\Z")


@dataclass(frozen=True, slots=True)
class ById:
    """All entries up to this number."""

    last: int

    def __str__(self) -> str:
        return str(self.last)


@dataclass(frozen=True, slots=True)
class BySnapshot:
    """All entries visible in `seen`; and of those visible in `within`, the ones up to (xid, id)."""

    seen: str
    within: str = ""
    xid: int = 0
    id: int = 0

    def __str__(self) -> str:
        return f"{self.seen}~{self.within}~{self.xid}~{self.id}" if self.within else self.seen

    @property
    def end(self) -> int:
        """The first transaction id that none of its snapshots had seen ended."""
        return int((self.within or self.seen).split(":")[1])


Position = ById | BySnapshot


def is_ahead(one: Position, other: Position) -> bool:
    """Whether `one` has read what was not yet there at `other`, a later look: it was in another database."""
    if isinstance(one, BySnapshot):
        return not isinstance(other, BySnapshot) or one.end > other.end
    return isinstance(other, BySnapshot) or one.last > other.last


def read(text: str, *, by_snapshot: bool) -> Position | None:
    """The position that a client names; None when it cannot be one of ours."""
    if len(text) > MAX_LENGTH:
        return None
    if not by_snapshot:
        return ById(int(text)) if _NUMBER.match(text) else None
    parts = text.split("~")
    if len(parts) == 1:
        return BySnapshot(text) if _is_snapshot(text) else None
    if len(parts) != 4 or not all(map(_is_snapshot, parts[:2])) or not all(map(_NUMBER.match, parts[2:])):
        return None
    return BySnapshot(parts[0], parts[1], int(parts[2]), int(parts[3]))


def _is_snapshot(text: str) -> bool:
    """What PostgreSQL would take for one, so that it never has to refuse it."""
    found = _SNAPSHOT.match(text)
    if found is None:
        return False
    low, high = int(found[1]), int(found[2])
    if found[3] and not all(map(_NUMBER.match, found[3].split(","))):
        return False
    running = [int(one) for one in found[3].split(",")] if found[3] else []
    ascending = all(a < b for a, b in pairwise(running))
    return 0 < low <= high and ascending and all(low <= one < high for one in running)
