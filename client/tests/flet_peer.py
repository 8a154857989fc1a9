"""A browser without the browser: speaks Flet's protocol over a real socket, SharedPreferences in a dict."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgpack
from flet.messaging.protocol import decode_ext_from_msgpack
from websockets.asyncio.client import ClientConnection, connect

REGISTER, PATCH, EVENT, PROPS, INVOKE, CRASHED = 1, 2, 3, 4, 5, 6
PAGE = {"route": "/", "web": True, "width": 1280.0, "height": 800.0, "platform_brightness": "light"}


class Peer:
    def __init__(self, socket: ClientConnection, storage: dict[str, Any]) -> None:
        self.socket, self.storage = socket, storage
        self.frames: list[list[Any]] = []
        self.session_id = ""
        self.deaf = False

    async def send(self, action: int, body: Any) -> None:
        await self.socket.send(b"\x00" + msgpack.packb([action, body]))

    async def register(self, session_id: str | None = None, **page: Any) -> None:
        body = {"session_id": session_id, "page_name": "", "page": PAGE | page}
        await self.send(REGISTER, body)

    async def listen(self) -> None:
        async for frame in self.socket:
            assert isinstance(frame, bytes)
            word = msgpack.unpackb(frame[1:], ext_hook=decode_ext_from_msgpack, strict_map_key=False)
            self.frames.append(word)
            if word[0] == REGISTER:
                self.session_id = word[1]["session_id"]
            elif word[0] == INVOKE and not self.deaf:
                await self._answer(word[1])

    async def _answer(self, asked: dict[str, Any]) -> None:
        args = asked.get("args") or {}
        result: Any = None
        if asked["name"] == "get":
            result = self.storage.get(args["key"])
        elif asked["name"] == "set":
            self.storage[args["key"]] = args["value"]
            result = True
        elif asked["name"] == "remove":
            result = self.storage.pop(args["key"], None) is not None
        body = {
            "control_id": asked["control_id"],
            "call_id": asked["call_id"],
            "result": result,
            "error": None,
        }
        await self.send(INVOKE, body)

    @property
    def crashes(self) -> list[str]:
        return [word[1]["message"] for word in self.frames if word[0] == CRASHED]

    def said(self) -> str:
        """Everything the server has sent, as text to search."""
        return repr(self.frames)

    async def until(self, true: Any, what: str, seconds: float = 10) -> None:
        for _ in range(int(seconds * 50)):
            if true():
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"waited {seconds:g} s for {what}")


@asynccontextmanager
async def peer(
    url: str,
    *,
    origin: str | None = "own",
    storage: dict[str, Any] | None = None,
    register: bool = True,
    session_id: str | None = None,
    headers: dict[str, str] | None = None,
) -> AsyncIterator[Peer]:
    """A connected peer; `origin` is the address itself unless said otherwise."""
    sent = url if origin == "own" else origin
    async with connect(
        url.replace("http", "ws", 1) + "/ws",
        origin=sent,  # type: ignore[arg-type]
        additional_headers=headers,
        proxy=None,
        max_size=None,
    ) as socket:
        one = Peer(socket, storage if storage is not None else {})
        listener = asyncio.create_task(one.listen())
        try:
            if register:
                await one.register(session_id)
                await one.until(lambda: one.session_id, "the registration")
            yield one
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
