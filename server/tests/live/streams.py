"""A stream without a socket: the ASGI endpoint called in an event loop, what it sends read as events."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from stillage.live.hub import Hub
from stillage.live.stream import Events

PATIENCE_SECONDS = 20.0


@dataclass
class Event:
    """One event as a browser would see it."""

    name: str
    data: dict[str, Any]
    id: str


@dataclass
class Stream:
    """What came so far, and the way to wait for more."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    last_id: str = ""
    body: bytes = b""
    beats: int = 0
    over: bool = False
    taking: bool = True
    _rest: bytes = b""
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _gone: asyncio.Event = field(default_factory=asyncio.Event)
    _resume: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: dict[str, Any]) -> None:
        while not self.taking:
            await self._resume.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {key.decode(): value.decode() for key, value in message["headers"]}
        else:
            self.body += message.get("body", b"")
            self._rest += message.get("body", b"")
            self.over = not message.get("more_body", False)
            *blocks, self._rest = self._rest.split(b"\n\n")
            for block in blocks:
                self._take(block.decode())
        self._news.set()

    def _take(self, block: str) -> None:
        name, data, comments = "message", "", 0
        for line in block.split("\n"):
            kind, _, value = line.partition(": ")
            if kind == "event":
                name = value
            elif kind == "data":
                data = value
            elif kind == "id":
                self.last_id = value
            else:
                comments += 1
        if data:
            self.events.append(Event(name, orjson.loads(data), self.last_id))
        self.beats += comments

    async def receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    def hang_up(self) -> None:
        self._gone.set()

    def stall(self) -> None:
        """Take nothing more."""
        self.taking = False

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait until it is so."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def named(self, name: str, count: int = 1) -> list[Event]:
        """Wait for so many events of a name."""

        def found() -> list[Event]:
            return [one for one in self.events if one.name == name]

        await self.until(lambda: len(found()) >= count)
        return found()

    @property
    def changes(self) -> list[dict[str, Any]]:
        return [one.data for one in self.events if one.name == "change"]


@contextlib.asynccontextmanager
async def listening(
    hub: Hub, token: str | None, *, query: str = "", last_event_id: str = "", host: str = "testserver"
) -> AsyncIterator[Stream]:
    """A stream that is open, its greeting behind it; hung up afterwards."""
    headers = [(b"host", host.encode())]
    if token is not None:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    if last_event_id:
        headers.append((b"last-event-id", last_event_id.encode()))
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/api/v1/events",
        "query_string": query.encode(),
        "headers": headers,
        "client": ("127.0.0.1", 40000),
    }
    stream = Stream()
    task = asyncio.ensure_future(Events(hub)(scope, stream.receive, stream.send))
    try:
        await stream.until(lambda: stream.status)
        if stream.status == 200:
            await stream.named("hello")
        yield stream
    finally:
        stream.taking = True
        stream._resume.set()
        stream.hang_up()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await task
