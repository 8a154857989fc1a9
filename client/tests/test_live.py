"""The stream of changes at the client: read as it comes, kept up by itself, shared by tabs, quiet on the screen."""

import asyncio
import functools
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import httpx
import pytest

from stillage_client.api import live
from stillage_client.api.live import Change, Event, Line, Member, read_events
from stillage_client.api.records import Page
from stillage_client.api.transport import Api, Tokens, Unreachable
from stillage_client.components import live as follow
from stillage_client.components.live import Follower
from stillage_client.screens.paged import PagedState


def in_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """An event loop for a test."""

    @functools.wraps(test)
    def run(*given: Any, **named: Any) -> None:
        asyncio.run(test(*given, **named))

    return run


class Wire(httpx.AsyncByteStream):
    """What the server sends on one stream; `cut` breaks it off."""

    def __init__(self) -> None:
        self.parts: asyncio.Queue[bytes | None] = asyncio.Queue()

    def say(self, name: str, about: Any, id: str = "") -> None:
        named = f"id: {id}\n" if id else ""
        self.parts.put_nowait(f"event: {name}\n{named}data: {json.dumps(about)}\n\n".encode())

    def cut(self) -> None:
        self.parts.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (part := await self.parts.get()) is not None:
            yield part
        raise httpx.ReadError("cut")

    async def aclose(self) -> None:
        pass


class Server(httpx.AsyncBaseTransport):
    """Answers each GET events with a wire of its own."""

    def __init__(self) -> None:
        self.wires: list[Wire] = []
        self.asked: list[httpx.Request] = []
        self.refreshed = 0
        self.status = 200
        self.accepts = "a1"
        self.news = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/refresh"):
            self.refreshed += 1
            self.accepts = f"a{self.refreshed + 1}"
            return httpx.Response(200, json={"access": self.accepts, "refresh": f"r{self.refreshed + 1}"})
        self.asked.append(request)
        self.news.set()
        if request.headers["authorization"] != f"Bearer {self.accepts}":
            return httpx.Response(401, json={"code": "invalid_token"})
        if self.status != 200:
            return httpx.Response(self.status, json={"code": "no_streams_here", "status": self.status})
        wire = Wire()
        self.wires.append(wire)
        wire.say("hello", {"topics": ["stock"]}, "1")
        return httpx.Response(200, stream=wire)

    async def until(self, true: Callable[[], Any]) -> None:
        async with asyncio.timeout(5):
            while not true():
                await asyncio.sleep(0.01)


def tab(server: Server, tokens: Tokens) -> tuple[Member, list[Change | None], list[bool]]:
    heard: list[Change | None] = []
    ups: list[bool] = []
    api = Api("http://server", transport=server)
    api.tokens = tokens
    tokens.listeners.add(api)
    return Member(api, heard.append, ups.append), heard, ups


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PAUSES", (0.01,))
    monkeypatch.setattr(live, "NO_STREAMS_PAUSE", 0.01)


@in_a_loop
async def test_events_are_read_as_they_were_sent_and_half_of_one_is_none() -> None:
    async def lines() -> AsyncIterator[str]:
        for line in [
            ": beat",
            "id: 7",
            "",
            "event: change",
            "id: 8",
            'data: {"topic": "stock"}',
            "",
            "event: x",
        ]:
            yield line

    assert [one async for one in read_events(lines())] == [
        Event("", "7", {}),
        Event("change", "8", {"topic": "stock"}),
    ]


@in_a_loop
async def test_a_line_that_breaks_is_taken_up_again_where_it_was() -> None:
    server, line = Server(), Line()
    member, heard, ups = tab(server, Tokens("a1", "r1"))
    line.join(member)
    await server.until(lambda: line.up)
    server.wires[0].say("change", {"topic": "stock", "label": "12 ALE", "warehouse": "MAIN"}, "9")
    await server.until(lambda: heard)
    assert heard == [Change("stock", label="12 ALE", warehouse="MAIN")]
    server.wires[0].cut()
    await server.until(lambda: len(server.wires) == 2 and line.up)
    assert server.asked[1].headers["last-event-id"] == "9"
    assert False in ups and ups[-1] is True
    line.leave(member)


@in_a_loop
async def test_a_token_that_runs_out_is_renewed_before_and_nobody_notices() -> None:
    server, line = Server(), Line()
    tokens = Tokens("a1", "r1")
    member, _, ups = tab(server, tokens)
    line.join(member)
    await server.until(lambda: line.up)
    server.wires[0].say("expiring", {"seconds": 30})
    await server.until(lambda: len(server.wires) == 2)
    assert server.asked[-1].headers["authorization"] == "Bearer a2" == f"Bearer {tokens.access}"
    assert False not in ups
    line.leave(member)


@in_a_loop
async def test_tabs_of_one_sign_in_share_one_stream_and_it_outlives_the_first() -> None:
    server, tokens = Server(), Tokens("a1", "r1")
    line = live.line_of(tokens)
    assert live.line_of(tokens) is line
    first, heard, _ = tab(server, tokens)
    second, also, _ = tab(server, tokens)
    line.join(first)
    line.join(second)
    await server.until(lambda: line.up)
    server.wires[0].say("change", {"topic": "stock"}, "2")
    await server.until(lambda: heard and also)
    assert len(server.wires) == 1
    line.leave(first)
    await server.until(lambda: len(server.wires) == 2)
    server.wires[1].say("reset", {"because": "too_old"}, "5")
    await server.until(lambda: len(also) == 2)
    assert also[-1] is None and len(heard) == 1
    line.leave(second)
    assert not line.up


@in_a_loop
async def test_a_server_without_streams_is_asked_now_and_then_and_said_to_be_not_live() -> None:
    server, line = Server(), Line()
    server.status = 501
    member, _, ups = tab(server, Tokens("a1", "r1"))
    line.join(member)
    await server.until(lambda: len(server.asked) >= 2)
    assert set(ups) == {False}
    server.status = 200
    await server.until(lambda: line.up)
    line.leave(member)


class Place:
    """What a follower knows of a session."""

    warehouse: str | None = "MAIN"

    def __init__(self) -> None:
        self.heard: Callable[[Change | None], None] | None = None

    def listen(self, heard: Callable[[Change | None], None]) -> Callable[[], None]:
        self.heard = heard
        return lambda: setattr(self, "heard", None)


def following(monkeypatch: pytest.MonkeyPatch) -> tuple[Follower, list[int]]:
    monkeypatch.setattr(follow, "GATHER_SECONDS", 0.02)
    monkeypatch.setattr(follow, "EVERY_SECONDS", 0.04)
    loads: list[int] = []

    async def reload() -> None:
        loads.append(1)

    follower = Follower(Place())  # type: ignore[arg-type]
    follower.topics, follower.reload = frozenset({"stock"}), reload
    follower.begin()
    return follower, loads


@in_a_loop
async def test_many_changes_are_one_load_and_one_in_between_is_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    follower, loads = following(monkeypatch)
    for _ in range(20):
        follower.heard(Change("stock", warehouse="MAIN"))
    await asyncio.sleep(0.03)
    assert len(loads) == 1
    follower.heard(Change("stock", warehouse="MAIN"))
    await asyncio.sleep(0.1)
    assert len(loads) == 2


@in_a_loop
async def test_what_is_not_on_the_screen_loads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    follower, loads = following(monkeypatch)
    follower.heard(Change("orders", warehouse="MAIN"))
    follower.heard(Change("stock", warehouse="NORTH"))
    await asyncio.sleep(0.08)
    assert loads == []
    follower.concerns = lambda change: change.names("SO-1")
    follower.heard(Change("stock", label="24 units promised to SO-1", warehouse="NORTH"))
    await asyncio.sleep(0.05)
    assert len(loads) == 1
    follower.heard(None)  # anything may have changed
    await asyncio.sleep(0.08)
    assert len(loads) == 2


@in_a_loop
async def test_a_load_that_fails_is_left_to_the_next_change(monkeypatch: pytest.MonkeyPatch) -> None:
    follower, _ = following(monkeypatch)
    tried = []

    async def fails() -> None:
        tried.append(1)
        raise Unreachable

    follower.reload = fails
    follower.heard(None)
    await asyncio.sleep(0.08)
    follower.heard(None)
    await asyncio.sleep(0.08)
    assert len(tried) == 2


@in_a_loop
async def test_a_list_is_renewed_to_where_it_was_scrolled() -> None:
    state = PagedState()
    pages = {None: Page(results=("a", "b"), next="2"), "2": Page(results=("c", "d"), next="3")}

    async def fetch(cursor: str | None) -> Page[Any]:
        return pages[cursor]

    await state.load(fetch)
    await state.more(fetch)
    assert state.rows == ("a", "b", "c", "d")
    pages[None] = Page(results=("new", "a"), next="2")
    pages["2"] = Page(results=("b", "c"), next="3")
    await state.refresh(fetch)
    assert (state.rows, state.cursor, state.working) == (("new", "a", "b", "c"), "3", False)
