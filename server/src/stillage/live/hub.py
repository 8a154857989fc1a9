"""From the one reader to all listeners of a process: who hears what, heartbeats, and looking again who they are."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections

from stillage.accounts.authentication import load_principal
from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.core.sql import fetch, is_postgres, member
from stillage.live import messages, positions
from stillage.live.changes import Change, Fetch, Trail
from stillage.live.listeners import Listener
from stillage.live.messages import Told
from stillage.live.positions import BySnapshot, Position
from stillage.live.reader import Reader
from stillage.live.topics import topic_of

log = logging.getLogger("stillage.live")

BEAT_SECONDS = 20.0
WARN_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 30.0
TICK_SECONDS = 1.0
MOST_MISSED = 1_000
START_SECONDS = 10.0


class Hub:
    """All streams of one process. Everything but the reader and the two database threads runs in the event loop."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self.position: Position | None = None
        self._arriving: list[Listener] = []
        self._rounds = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reader: Reader | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._looking: set[asyncio.Task[None]] = set()
        self._looked_at = 0.0
        # Signing in and catching up; a stream itself holds no connection.
        self._database = ThreadPoolExecutor(2, thread_name_prefix="stillage-live")
        self._codes: dict[int, str] = {}
        self.closed = False

    # ---- coming and going -----------------------------------------------------------------------

    async def arrive(self, listener: Listener) -> Position:
        """Add a listener; returns where the reader stood at that moment. He hears all that comes after it."""
        listener.begun = asyncio.get_running_loop().create_future()
        self._arriving.append(listener)
        self._running().hint()
        async with asyncio.timeout(START_SECONDS):
            return await listener.begun

    def leave(self, listener: Listener) -> None:
        """Forget a listener; with the last one the reader ends."""
        self.listeners.discard(listener)
        if listener in self._arriving:
            self._arriving.remove(listener)
        if not self.listeners and not self._arriving:
            self._stop()

    def make_room(self, user_id: int, most: int) -> None:
        """End this user's oldest streams here, so that no more than so many are left."""
        own = [one for one in (*self.listeners, *self._arriving) if one.user_id == user_id and not one.ended]
        for one in sorted(own, key=lambda one: one.number)[: max(len(own) - most, 0)]:
            one.end("replaced")

    def close(self, because: str = "server_stops") -> None:
        """End every stream; clients come back and go on."""
        self.closed = True
        for listener in (*self.listeners, *self._arriving):
            listener.end(because)

    def _running(self) -> Reader:
        """The reader, begun when there is none."""
        if self._reader is None or not self._reader.is_alive():
            self._loop = asyncio.get_running_loop()
            self.position = None
            self._reader = Reader(self._delivered)
            self._reader.start()
            self._looked_at = self._loop.time()
            self._ticking = self._loop.create_task(self._tick())
        return self._reader

    def _stop(self) -> None:
        if self._reader is not None:
            self._reader.stop()
            self._reader = None
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None

    def _delivered(
        self, reader: Reader, changes: list[Change] | None, position: Position, whole: bool
    ) -> None:
        """Called by the reader: looks up in its thread what the loop must not wait for, and hands over."""
        if changes is None:
            if self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._begin_anew, reader, position)
            return
        told = [self._told(change, reader.trail.fetch) for change in changes]
        ends = _ends(told, reader.trail.fetch)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._spread, reader, told, ends, position, whole)

    # ---- what happened --------------------------------------------------------------------------

    def _spread(
        self,
        reader: Reader,
        told: list[Told],
        ends: dict[str, tuple[int, int]],
        position: Position,
        whole: bool,
    ) -> None:
        if reader is not self._reader:
            return  # of a reader that was let go
        for one in told:
            self._hand_out(one, ends)
        self.position = position
        if whole:
            arrived, self._arriving = self._arriving, []
            for listener in arrived:
                self.listeners.add(listener)
                if listener.begun is not None and not listener.begun.done():
                    listener.begun.set_result(position)

    def _begin_anew(self, reader: Reader, position: Position) -> None:
        """Nobody knows what happened: it is another database than before."""
        if reader is self._reader:
            self.position = position
            for listener in self.listeners:
                listener.flood()

    def _hand_out(self, one: Told, ends: dict[str, tuple[int, int]]) -> None:
        change = one.change
        if change.object_type == "user":
            self._look_again(
                {listener for listener in self.listeners if str(listener.user_id) == change.object_id}
            )
        if one.topic is None:
            return
        places = warehouses_of(change, ends)
        for listener in self.listeners:
            if listener.wants(one.topic, change, places):
                listener.put(one.message)

    def _told(self, change: Change, ask: Fetch) -> Told:
        topic = topic_of(change.action, change.object_type)
        if topic is None:
            return Told(change, None, b"")
        return Told(change, topic, messages.change(change, topic, self._code_of(change, ask)))

    def _code_of(self, change: Change, ask: Fetch) -> str | None:
        """A warehouse's code; read again when one is new or was changed."""
        if change.object_type == "warehouse":
            self._codes = {}
        if change.warehouse_id is None:
            return None
        if change.warehouse_id not in self._codes:
            self._codes = {
                int(key): str(code) for key, code in ask("SELECT id, code FROM places_warehouse", [])
            }
        return self._codes.get(change.warehouse_id)

    # ---- what was missed ------------------------------------------------------------------------

    async def missed(self, listener: Listener, since: str, until: Position) -> list[bytes] | None:
        """What this listener would have heard between two positions; None when it must load anew."""
        start = positions.read(since, by_snapshot=isinstance(until, BySnapshot))
        if start is None or positions.is_ahead(start, until):
            return None
        trail_floor = self._reader.trail.floor if self._reader else 0

        def look() -> tuple[list[Told], dict[str, tuple[int, int]]]:
            trail = Trail(fetch, is_postgres(), trail_floor)
            changes = trail.between(start, until, MOST_MISSED + 1)
            told = [self._told(change, fetch) for change in changes]
            return told, _ends(told, fetch)

        told, ends = await self.ask(look)
        if len(told) > MOST_MISSED:
            return None
        return [
            one.message
            for one in told
            if one.topic is not None
            and listener.wants(one.topic, one.change, warehouses_of(one.change, ends))
        ]

    async def ask(self, question: Callable[[], Any]) -> Any:
        """Ask the database in one of the two threads, which keep no connection over it."""

        def asked() -> Any:
            try:
                return question()
            finally:
                connections.close_all()

        return await asyncio.get_running_loop().run_in_executor(self._database, asked)

    # ---- the clock ------------------------------------------------------------------------------

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            at, clock = loop.time(), now().timestamp()
            beat = messages.beat(self.position) if self.position is not None else b": beat\n\n"
            for listener in list(self.listeners):
                self._look_at(listener, clock)
                if listener.is_stuck(at):
                    listener.cut()
                if at >= listener.beat_at and not listener.waiting:
                    listener.beat_at = at + BEAT_SECONDS
                    listener.put(beat)
            if at - self._looked_at >= LOOK_AGAIN_SECONDS:
                self._looked_at = at
                self._look_again(set(self.listeners))

    @staticmethod
    def _look_at(listener: Listener, clock: float) -> None:
        left = listener.expires_at - clock
        if left <= 0:
            listener.end("token_expired")
        elif left <= WARN_SECONDS and not listener.warned:
            listener.warned = True
            listener.put(messages.expiring(left))

    def _look_again(self, whom: Iterable[Listener]) -> None:
        """Who they are now: dismissed people hear nothing more, and others what they may see by now."""
        by_session: dict[UUID, list[Listener]] = {}
        for listener in whom:
            by_session.setdefault(listener.session_id, []).append(listener)
        if by_session:
            task = asyncio.get_running_loop().create_task(self._looked(by_session))
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)

    async def _looked(self, by_session: dict[UUID, list[Listener]]) -> None:
        def look() -> dict[UUID, Actor | None]:
            return {session_id: actor_of(session_id) for session_id in by_session}

        try:
            found: dict[UUID, Actor | None] = await self.ask(look)
        except Exception as error:
            log.warning("could not look who listens: %s", type(error).__name__)
            self._looked_at = 0.0  # at the next tick
            return
        for session_id, listeners in by_session.items():
            for listener in listeners:
                actor = found[session_id]
                if actor is None:
                    listener.end("session_ended")
                else:
                    listener.may(actor)


def actor_of(session_id: UUID) -> Actor | None:
    """Who this session is now. One statement."""
    found = load_principal(session_id, address="", request_id="", at=now())
    return found.principal if found else None


def warehouses_of(change: Change, ends: dict[str, tuple[int, int]]) -> tuple[int | None, ...]:
    """Whose it is; a transfer is for both its ends."""
    if change.object_type == "transfer" and change.object_id in ends:
        return ends[change.object_id]
    return (change.warehouse_id,)


def _ends(told: list[Told], ask: Fetch) -> dict[str, tuple[int, int]]:
    """Both ends of the transfers among these. One statement, or none."""
    ids = {one.change.object_id for one in told if one.change.object_type == "transfer"}
    if not ids:
        return {}
    wanted, values = member(sorted(int(one) for one in ids), "bigint")
    found = ask(
        f"SELECT id, from_warehouse_id, to_warehouse_id FROM transfers_transfer WHERE id {wanted}",  # noqa: S608
        values,
    )
    return {str(key): (start, end) for key, start, end in found}


hub = Hub()


def streams_per_user() -> int:
    return int(settings.LIVE_STREAMS_PER_USER)
