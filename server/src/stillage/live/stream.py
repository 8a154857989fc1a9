"""`GET /api/v1/events` under ASGI: who asks, from where on, and then what happens, until it is over.

Not through Django's handler, which would keep a thread and a database connection for every stream.
"""

import asyncio
import contextlib
import logging
import re
import uuid
from typing import Any
from urllib.parse import parse_qs

import orjson
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from stillage.accounts import tokens
from stillage.accounts.errors import InvalidToken
from stillage.core.actor import Actor
from stillage.live import messages
from stillage.live.hub import BEAT_SECONDS, Hub, actor_of, streams_per_user
from stillage.live.listeners import Listener
from stillage.live.positions import MAX_LENGTH, Position
from stillage.live.topics import TOPICS
from stillage.rest import errors
from stillage.rest.middleware import HEADERS

log = logging.getLogger("stillage.live")
PATHS = ("/api/v1/events", "/api/v1/events/")
MAX_QUERY = 10_000
_SAFE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_RESERVED = {"topics", "since"}


class No(Exception):
    """Why there is no stream, as a problem."""

    def __init__(self, status: int, code: str, detail: str, **headers: str) -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail
        self.headers = headers


class Events:
    """The endpoint, as an ASGI app for one path."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        given = headers.get("x-request-id", "")
        request_id = given if _SAFE_ID.match(given) else uuid.uuid4().hex
        try:
            listener, since = await self._admitted(scope, headers)
        except No as no:
            await _refuse(send, no, request_id)
            return
        listener.task = asyncio.current_task()
        gone = asyncio.ensure_future(_gone(receive, listener))
        try:
            await self._stream(listener, since, send, request_id)
        except asyncio.CancelledError:
            if listener.ended != "too_slow":
                raise
        finally:
            gone.cancel()
            self.hub.leave(listener)

    # ---- who asks for what ------------------------------------------------------------------------

    async def _admitted(self, scope: Any, headers: dict[str, str]) -> tuple[Listener, str | None]:
        host, _ = split_domain_port(headers.get("host", ""))
        if not host or not validate_host(host, settings.ALLOWED_HOSTS):
            raise No(400, "bad_host", "This server does not go by that name.")
        asked, since = _asked(scope["query_string"], headers)
        actor, expires_at = await self._signed_in(headers.get("authorization", ""))
        if self.hub.closed:
            raise No(503, "stopping", "The server stops just now; come again.", retry_after="2")
        listener = Listener(actor, asked=asked, expires_at=expires_at)
        # The newest is the one that somebody looks at; the oldest may be of a page long left.
        self.hub.make_room(listener.user_id, streams_per_user() - 1)
        return listener, since

    async def _signed_in(self, header: str) -> tuple[Actor, float]:
        scheme, _, token = header.partition(" ")
        about = {"www_authenticate": 'Bearer realm="stillage"'}
        if scheme.lower() != "bearer" or not token:
            detail = "Send the access token as `Authorization: Bearer …`."
            raise No(401, "not_authenticated", detail, **about)
        try:
            claims = tokens.read(token, kind="access")
        except InvalidToken as refusal:
            raise No(401, refusal.code, refusal.detail, **about) from None
        try:
            actor: Actor | None = await self.hub.ask(lambda: actor_of(claims.session_id))
        except Exception as error:
            log.warning("could not look who asks: %s", type(error).__name__)
            raise No(503, "busy", "The database does not answer; come again.", retry_after="2") from None
        if actor is None:
            ended = InvalidToken()
            raise No(401, ended.code, ended.detail, **about)
        return actor, float(claims.expires_at)

    # ---- the stream -------------------------------------------------------------------------------

    async def _stream(self, listener: Listener, since: str | None, send: Any, request_id: str) -> None:
        try:
            until = await self.hub.arrive(listener)
            first = await self._first(listener, since, until)
        except Exception as error:
            log.warning("a stream could not begin: %s", type(error).__name__)
            no = No(503, "busy", "The database does not answer; come again.", retry_after="2")
            await _refuse(send, no, request_id)
            return
        about = {
            **HEADERS,
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
            "X-Request-ID": request_id,
        }
        await send({"type": "http.response.start", "status": 200, "headers": _bytes(about)})
        listener.beat_at = asyncio.get_running_loop().time() + BEAT_SECONDS
        await self._send(listener, send, b"".join(first))
        while True:
            await listener.something()
            if listener.flooded:
                listener.flooded = False
                position = self.hub.position or until
                if not await self._send(listener, send, messages.reset(position, "too_much")):
                    return
            elif listener.waiting:
                body = b"".join(listener.waiting)
                listener.waiting.clear()
                if not await self._send(listener, send, body):
                    return
            elif listener.ended:
                break
        if listener.ended != "gone":
            await self._send(listener, send, messages.end(listener.ended), last=True)

    async def _first(self, listener: Listener, since: str | None, until: Position) -> list[bytes]:
        hello = messages.hello(sorted(listener.hears), until)
        if since is None:
            return [hello]
        missed = await self.hub.missed(listener, since, until)
        if missed is None:
            return [hello, messages.reset(until, "too_old")]
        # The greeting says where one stands after what was missed, so it comes behind it.
        return [*missed, hello]

    @staticmethod
    async def _send(listener: Listener, send: Any, body: bytes, *, last: bool = False) -> bool:
        """Send; False when the reader is too slow or gone."""
        listener.sending_since = asyncio.get_running_loop().time()
        try:
            await send({"type": "http.response.body", "body": body, "more_body": not last})
        except OSError:
            listener.end("gone")
            return False
        finally:
            listener.sending_since = None
        return True


def _asked(query_string: bytes, headers: dict[str, str]) -> tuple[frozenset[str], str | None]:
    """The topics and the position asked for."""
    if len(query_string) > MAX_QUERY:
        raise No(414, "uri_too_long", "The address is too long.")
    try:
        given = parse_qs(query_string.decode("ascii"), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        raise No(400, "unreadable", "The query cannot be read.") from None
    unknown = sorted(set(given) - _RESERVED)
    if unknown:
        raise No(400, "unknown_parameter", f"There is no parameter {unknown[0][:40]!r} here.")
    topics = frozenset(TOPICS)
    if "topics" in given:
        named = [name for name in given["topics"][-1].split(",") if name]
        strange = [name for name in named if name not in TOPICS]
        if strange or not named:
            known = ", ".join(TOPICS)
            raise No(400, "unknown_topic", f"`topics` must name some of: {known}.")
        topics = frozenset(named)
    since = headers.get("last-event-id") or given.get("since", [""])[-1] or None
    if since is not None and len(since) > MAX_LENGTH:
        raise No(400, "unreadable", "`since` is no position of this stream.")
    return topics, since


async def _gone(receive: Any, listener: Listener) -> None:
    """Notice that the other side is not there any more."""
    with contextlib.suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            pass
        listener.end("gone")


async def _refuse(send: Any, no: No, request_id: str) -> None:
    more = {name.replace("_", "-").title(): value for name, value in no.headers.items()}
    after = int(no.headers["retry_after"]) if "retry_after" in no.headers else None
    content = orjson.dumps(errors.problem(no.status, no.code, no.detail, retry_after_seconds=after))
    about = {
        **HEADERS,
        "Content-Type": errors.CONTENT_TYPE,
        "Cache-Control": "no-store",
        "Content-Length": str(len(content)),
        "X-Request-ID": request_id,
        **more,
    }
    await send({"type": "http.response.start", "status": no.status, "headers": _bytes(about)})
    await send({"type": "http.response.body", "body": content})


def _bytes(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
