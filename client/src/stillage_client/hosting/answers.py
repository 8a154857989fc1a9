"""The few HTTP answers the hosting gives by itself, as raw ASGI."""

import json
from collections.abc import Sequence
from typing import Any

from starlette.types import Receive, Send

Headers = Sequence[tuple[bytes, bytes]]


class TooLarge(Exception):
    """The body is longer than what was asked for could ever need."""


async def answer(
    send: Send,
    status: int,
    content: bytes | str = b"",
    *,
    headers: Headers = (),
    head_only: bool = False,
) -> None:
    body = content.encode() if isinstance(content, str) else content
    about = list(headers)
    if not any(name == b"content-type" for name, _ in about) and body:
        about.append((b"content-type", b"text/plain; charset=utf-8"))
    if status not in (204, 304):
        about.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": about})
    await send({"type": "http.response.body", "body": b"" if head_only else body})


async def answer_json(send: Send, status: int, content: dict[str, Any], *, headers: Headers = ()) -> None:
    about = [*headers, (b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await answer(send, status, json.dumps(content), headers=about)


async def read_body(receive: Receive, limit: int) -> bytes:
    """The whole body of a request, if it is no longer than `limit` bytes."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ConnectionError
        body += message.get("body", b"")
        if len(body) > limit:
            raise TooLarge
        if not message.get("more_body"):
            return bytes(body)
