"""Changes as they happen: one stream for a sign-in, shared by all tabs of a browser, kept up by itself."""

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from stillage_client.api.errors import ApiError, Refused, Unauthorized, Unreachable
from stillage_client.api.transport import Api, Tokens

log = logging.getLogger("stillage_client.live")

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)  # seconds before one tries again
NO_STREAMS_PAUSE = 60.0  # where the server keeps none, or no more for this person


@dataclass(frozen=True, slots=True)
class Change:
    """Something was changed; what it is now is asked for where it lives."""

    topic: str
    action: str = ""
    object_type: str = ""
    object_id: str = ""
    label: str = ""
    warehouse: str | None = None

    def names(self, number: str) -> bool:
        """Whether this tells of the thing with this number or code."""
        return self.object_id == number or number in self.label


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the stream."""

    name: str
    id: str
    about: dict[str, Any]


# A change; None says that anything may have changed.
Heard = Callable[[Change | None], None]


@dataclass(eq=False)
class Member:
    """A tab that listens. `heard` and `up` are called in the event loop and must be quick."""

    api: Api
    heard: Heard
    up: Callable[[bool], None]


@dataclass(eq=False)
class Line:
    """The stream of one sign-in. It is open while somebody listens, and goes on where it broke off."""

    members: list[Member] = field(default_factory=list)
    last_id: str = ""
    up: bool = False
    _task: asyncio.Task[None] | None = None
    _by: Member | None = None

    def join(self, member: Member) -> None:
        if member not in self.members:
            self.members.append(member)
        if self.up:
            member.up(True)  # else it is not known yet
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def leave(self, member: Member) -> None:
        if member not in self.members:
            return
        self.members.remove(member)
        if not self.members and self._task is not None:
            self._task.cancel()
            self._task, self.up = None, False
        elif self._by is member and self._task is not None:
            # It was this tab's connection; another's goes on.
            self._task.cancel()
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        failed = 0
        while self.members:
            self._by = self.members[0]
            try:
                again = await self._follow(self._by.api)
                if again is None:
                    self._tell_up(False)
                    await asyncio.sleep(NO_STREAMS_PAUSE)
                    continue
            except Unauthorized:
                self._tell_up(False)
                return  # nobody is signed in any more, and all tabs know
            except Refused as refused:
                self._tell_up(False)
                log.info("no stream of changes: %s", refused.code)
                await asyncio.sleep(refused.retry_after or NO_STREAMS_PAUSE)
                continue
            except ApiError as problem:
                log.info("the stream of changes broke: %s", type(problem).__name__)
                again = False
            if again:
                failed = 0
                continue
            if self.up:
                failed = 0
            self._tell_up(False)
            pause = PAUSES[min(failed, len(PAUSES) - 1)]
            failed += 1
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))  # noqa: S311 - jitter, not a secret

    async def _follow(self, api: Api) -> bool | None:
        """Read until it ends; says whether to come back at once. None: there is room for newer ones only."""
        async with api.events("events", last_id=self.last_id) as lines:
            async for event in read_events(lines):
                if event.id:
                    self.last_id = event.id
                if event.name == "hello":
                    self._tell_up(True)
                elif event.name == "change":
                    self._tell(_change(event.about))
                elif event.name == "reset":
                    self._tell(None)
                elif event.name == "expiring":
                    await api.renew()
                    return True
                elif event.name == "end":
                    because = event.about.get("because")
                    return None if because == "replaced" else because == "token_expired"
        return False

    def _tell(self, change: Change | None) -> None:
        for member in list(self.members):
            member.heard(change)

    def _tell_up(self, up: bool) -> None:
        self.up = up
        for member in list(self.members):
            member.up(up)


_lines: WeakKeyDictionary[Tokens, Line] = WeakKeyDictionary()


def line_of(tokens: Tokens) -> Line:
    """The one stream of a sign-in."""
    return _lines.setdefault(tokens, Line())


async def read_events(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    """Server-sent events out of lines; an event that breaks off in the middle never was."""
    name, data, last_id = "", "", ""
    async for line in lines:
        kind, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if kind == "event":
            name = value
        elif kind == "data":
            data += value
        elif kind == "id":
            last_id = value
        elif not line:
            about: Any = {}
            if data:
                try:
                    about = json.loads(data)
                except ValueError:
                    about = {}
            if data or last_id:
                yield Event(name, last_id, about if isinstance(about, dict) else {})
            name, data, last_id = "", "", ""


def _change(about: dict[str, Any]) -> Change:
    known = {
        key: str(about.get(key) or "") for key in ("topic", "action", "object_type", "object_id", "label")
    }
    place = about.get("warehouse")
    return Change(**known, warehouse=place if isinstance(place, str) else None)


__all__ = ["Change", "Event", "Heard", "Line", "Member", "Unreachable", "line_of", "read_events"]
