"""Reading the trail onwards from a position: nothing committed is left out, nothing comes twice. Set-based SQL."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from stillage.core.clock import now
from stillage.core.sql import as_instant
from stillage.live.positions import ById, BySnapshot, Position

Fetch = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
PAGE = 500

_COLUMNS = "id, at, user_id, action, object_type, object_id, object_label, warehouse_id"
_SQLITE = f"SELECT {_COLUMNS} FROM audit_entry WHERE id > %s AND id <= %s ORDER BY id LIMIT %s"  # noqa: S608
_NEW = "xid >= pg_snapshot_xmin(%s::pg_snapshot) AND NOT pg_visible_in_snapshot(xid, %s::pg_snapshot)"
_NOT_TAKEN = " AND NOT (pg_visible_in_snapshot(xid, %s::pg_snapshot) AND (xid, id) <= (%s::text::xid8, %s))"
_OLD = " AND pg_visible_in_snapshot(xid, %s::pg_snapshot)"
_HERE = (
    "SELECT pg_current_snapshot()::text, (SELECT max(id) FROM audit_entry),"
    " (SELECT xid::text FROM audit_entry WHERE xid IS NOT NULL ORDER BY xid DESC LIMIT 1)"
)


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the trail without what was before and after, and where a reader stands who has had it."""

    at: dt.datetime
    user_id: int | None
    action: str
    object_type: str
    object_id: str
    label: str
    warehouse_id: int | None
    position: Position


@dataclass(slots=True)
class Trail:
    """The trail of one database, through whatever runs its statements."""

    fetch: Fetch
    by_snapshot: bool
    # Entries up to here are never told: they came out of another cluster, whose transaction ids mean nothing here.
    floor: int = 0

    def here(self) -> Position:
        """Where somebody stands who begins to listen now."""
        if not self.by_snapshot:
            ((last,),) = self.fetch("SELECT COALESCE(MAX(id), 0) FROM audit_entry", [])
            return ById(int(last))
        ((snapshot, last, newest),) = self.fetch(_HERE, [])
        position = BySnapshot(str(snapshot))
        if newest is not None and int(newest) >= position.end:
            self.floor = int(last)
        return position

    def since(self, position: Position) -> tuple[list[Change], Position, bool]:
        """The next changes, where a reader stands after them, and whether there are more already."""
        if isinstance(position, ById):
            found = self.fetch(_SQLITE, [position.last, 2**62, PAGE])
            changes = [_change(row, ById(row[0])) for row in found]
            end: Position = ById(found[-1][0]) if found else position
            return changes, end, len(found) == PAGE
        return self._since_snapshot(position)

    def between(self, position: Position, until: Position, limit: int) -> list[Change]:
        """What came after `position` and no later than `until`, at which a whole reading ended."""
        if isinstance(position, ById) and isinstance(until, ById):
            found = self.fetch(_SQLITE, [position.last, until.last, limit])
            return [_change(row, ById(row[0])) for row in found]
        if isinstance(position, ById) or isinstance(until, ById) or until.within:
            raise TypeError("positions of two engines, or in the midst of a reading")
        changes: list[Change] = []
        if position.within:
            # First the reading that was broken off, in the snapshot in which it began.
            changes = self._leg(position, position.within, limit)
            position = BySnapshot(position.within)
        return changes + self._leg(position, until.seen, limit - len(changes))

    def _leg(self, position: BySnapshot, until: str, limit: int) -> list[Change]:
        condition, values = self._unread(position)
        found = self.fetch(
            f"SELECT {_COLUMNS}, xid::text FROM audit_entry WHERE {condition}{_OLD}"  # noqa: S608
            " ORDER BY xid, id LIMIT %s",
            [*values, until, limit],
        )
        return [_change(row, BySnapshot(position.seen, until, int(row[-1]), row[0])) for row in found]

    def _unread(self, position: BySnapshot) -> tuple[str, list[Any]]:
        condition, values = f"{_NEW} AND id > %s", [position.seen, position.seen, self.floor]
        if position.within:
            condition += _NOT_TAKEN
            values += [position.within, str(position.xid), position.id]
        return condition, values

    def _since_snapshot(self, position: BySnapshot) -> tuple[list[Change], Position, bool]:
        condition, values = self._unread(position)
        if position.within:
            # A long reading goes on in the snapshot in which it began.
            condition += _OLD
            values.append(position.within)
        entries = f"SELECT {_COLUMNS}, xid::text FROM audit_entry WHERE {condition}"  # noqa: S608 - our own names
        found = self.fetch(
            "SELECT here.snapshot::text, entry.* FROM (SELECT pg_current_snapshot() AS snapshot) here LEFT JOIN"  # noqa: S608
            f" LATERAL ({entries} ORDER BY xid, id LIMIT %s) entry ON true",
            [*values, PAGE],
        )
        within = position.within or str(found[0][0])
        rows = [row[1:] for row in found if row[1] is not None]
        more = len(rows) == PAGE
        changes = [_change(row, BySnapshot(position.seen, within, int(row[-1]), row[0])) for row in rows]
        if more:
            return changes, changes[-1].position, True
        end = BySnapshot(within)
        if changes:
            changes[-1] = _change(rows[-1], end)
        return changes, end, False


def _change(row: Sequence[Any], position: Position) -> Change:
    _, at, user_id, action, object_type, object_id, label, warehouse_id, *_ = row
    instant = as_instant(at) or now()
    return Change(instant, user_id, action, object_type, object_id, label, warehouse_id, position)
