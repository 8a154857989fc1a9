"""Stands between the network and Flet's socket handler: bounds what comes in, mends what Flet leaves behind.

Flet 1.0.5 keeps a session for ever when a send fails after the peer vanished, never ends a handler whose
socket closed before it registered, queues events without limit, and sends tracebacks to the browser.
"""

import asyncio
import logging
import secrets
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import msgpack  # type: ignore[import-untyped]
from flet.messaging.protocol import MessageAction
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stillage_client.locale import LANGUAGES, SOURCE, speaking, t
from stillage_client.session import Visitor, visitor

log = logging.getLogger("stillage_client.sockets")

PROTOCOL = 0x00  # first byte of a frame: Flet's own messages; 0x01 is a data channel
CRASHED = b"\x00\x92" + bytes([MessageAction.SESSION_CRASHED.value])
INNER = {"data", "client_ip", "client_user_agent"}  # ours on every control; a browser never sends them
BAD_FRAME, POLICY, TOO_BIG, TRY_LATER = 1007, 1008, 1009, 1013


@dataclass(frozen=True)
class Limits:
    """What one socket, one address and one process may use."""

    frame_bytes: int = 1024 * 1024
    events_per_second: float = 120
    event_burst: int = 400
    sockets_per_address: int = 100
    new_sockets_per_second: float = 1
    new_socket_burst: int = 120
    sockets: int = 2_000
    register_seconds: float = 15


class Bucket:
    """So many at once, so many a second after that."""

    def __init__(self, burst: float, per_second: float) -> None:
        self._burst, self._rate = burst, per_second
        self._left, self._at = burst, time.monotonic()

    def take(self) -> float:
        """Take one; the answer is how long to wait for it."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        self._left -= 1
        return max(0.0, -self._left / self._rate)

    def give_back(self) -> None:
        self._left += 1

    @property
    def full(self) -> bool:
        return self._left + (time.monotonic() - self._at) * self._rate >= self._burst


class Sockets:
    """Every socket of this process goes through here on its way to `inner`."""

    def __init__(self, inner: ASGIApp, limits: Limits | None = None) -> None:
        self._inner = inner
        self.limits = limits or Limits()
        self.open: dict[str, int] = defaultdict(int)
        self._arrivals: dict[str, Bucket] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = scope["client"][0] if scope.get("client") else ""
        if not self._admitted(address):
            log.warning("socket refused: too many from one address")
            await receive()
            return await send({"type": "websocket.close", "code": TRY_LATER})
        headers = dict(scope["headers"])
        visitor.set(Visitor(address, headers.get(b"user-agent", b"").decode("latin-1")[:200]))
        spoken = headers.get(b"accept-language", b"").decode("latin-1")[:2].lower()
        self.open[address] += 1
        try:
            await _Socket(receive, send, self.limits, spoken if spoken in LANGUAGES else SOURCE).run(
                self._inner, scope
            )
        finally:
            self.open[address] -= 1
            if not self.open[address]:
                del self.open[address]

    def _admitted(self, address: str) -> bool:
        if sum(self.open.values()) >= self.limits.sockets:
            return False
        if self.open.get(address, 0) >= self.limits.sockets_per_address:
            return False
        bucket = self._arrivals.get(address)
        if bucket is None:
            if len(self._arrivals) > 10_000:
                self._arrivals = {known: b for known, b in self._arrivals.items() if not b.full}
            burst, rate = self.limits.new_socket_burst, self.limits.new_sockets_per_second
            bucket = self._arrivals[address] = Bucket(burst, rate)
        if bucket.take() > 0:
            bucket.give_back()
            return False
        return True


class _Socket:
    """One connection. Flet sees only frames it can live with, and never an error on sending."""

    def __init__(self, receive: Receive, send: Send, limits: Limits, spoken: str) -> None:
        self._receive, self._send, self._limits, self._spoken = receive, send, limits, spoken
        self._events = Bucket(limits.event_burst, limits.events_per_second)
        self._registered = False
        self._gone = False
        self._handler: asyncio.Task[None] | None = None

    async def run(self, inner: ASGIApp, scope: Scope) -> None:
        self._handler = asyncio.ensure_future(inner(scope, self.receive, self.send))
        late = asyncio.get_running_loop().call_later(self._limits.register_seconds, self._drop_unregistered)
        try:
            await asyncio.wait({self._handler})
        finally:
            late.cancel()
            self._handler.cancel()
            await asyncio.gather(self._handler, return_exceptions=True)
            if not self._gone:
                await self._close(POLICY)
        if not self._handler.cancelled() and (problem := self._handler.exception()) is not None:
            log.error("socket handler failed: %s", type(problem).__name__, exc_info=problem)

    def _drop_unregistered(self) -> None:
        if not self._registered and self._handler is not None:
            log.info("socket dropped: it never registered")
            self._handler.cancel()

    async def receive(self) -> Message:
        """The next message for Flet."""
        if self._gone:
            return {"type": "websocket.disconnect", "code": 1001}
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            return self._left(message)
        if message["type"] != "websocket.receive":
            return message
        fault = self._fault(message.get("bytes"))
        if fault is not None:
            log.warning("socket closed: frame refused, code %s", fault)
            await self._close(fault)
            return self._left({"type": "websocket.disconnect", "code": fault})
        # Slower than the limit rather than dropped: the pressure goes back to the sender.
        if (wait := self._events.take()) > 0:
            await asyncio.sleep(wait)
        return message

    def _left(self, message: Message) -> Message:
        self._gone = True
        if not self._registered and self._handler is not None:
            # Flet would wait for ever for something to send.
            asyncio.get_running_loop().call_soon(self._handler.cancel)
        return message

    async def send(self, message: Message) -> None:
        if self._gone:
            return
        frame = message.get("bytes")
        if frame is not None and frame[:3] == CRASHED:
            message = {**message, "bytes": self._plain_crash(frame)}
        try:
            await self._send(message)
        except Exception:  # the peer vanished; Flet learns it from receive() and cleans up
            self._gone = True

    async def _close(self, code: int) -> None:
        self._gone = True
        try:
            await self._send({"type": "websocket.close", "code": code})
        except Exception:
            log.debug("socket was closed already")

    def _fault(self, frame: bytes | None) -> int | None:
        """Why this frame may not reach Flet, as a close code."""
        if not frame:
            return BAD_FRAME
        if len(frame) > self._limits.frame_bytes:
            return TOO_BIG
        if frame[0] != PROTOCOL:
            return None if self._registered and frame[0] == 1 else BAD_FRAME
        try:
            action, body = msgpack.unpackb(frame[1:])
        except Exception:
            return BAD_FRAME
        if action == MessageAction.REGISTER_CLIENT.value:
            if self._registered or _reaches_inside(body, "page"):
                return POLICY  # a second one would leave the first session behind
            self._registered = True
            return None
        if not self._registered:
            return POLICY
        if action == MessageAction.UPDATE_CONTROL_PROPS.value and _reaches_inside(body, "props"):
            return POLICY
        return None

    def _plain_crash(self, frame: bytes) -> bytes:
        """A sentence and a reference for the person; the rest for the log."""
        reference = secrets.token_hex(4)
        try:
            said = msgpack.unpackb(frame[1:])[1]["message"]
        except Exception:
            said = "(unreadable)"
        log.error("a handler failed, reference %s\n%s", reference, said)
        with speaking(self._spoken):
            sentence = t("Something went wrong here. Load the page again. Reference {r}.", r=reference)
        packed: bytes = msgpack.packb([MessageAction.SESSION_CRASHED.value, {"message": sentence}])
        return b"\x00" + packed


def _reaches_inside(body: Any, part: str) -> bool:
    """Does the page try to set what only the server sets? Flet would write it without asking."""
    return not isinstance(body, dict) or not isinstance(body.get(part), dict) or _has_inner(body[part])


def _has_inner(value: Any) -> bool:
    if isinstance(value, list):
        return any(_has_inner(item) for item in value)
    if not isinstance(value, dict):
        return False
    return any(
        not isinstance(name, str) or name.startswith(("_", "on_")) or name in INNER or _has_inner(item)
        for name, item in value.items()
    )
