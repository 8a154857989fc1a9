"""One ASGI app for a checkout: the API by Django, everything else by the client's hosting."""

import os
from pathlib import Path
from typing import Any

from django.core.asgi import get_asgi_application

SERVER_PATHS = ("/api/", "/health/", "/metrics", "/static/")
BODY_MAX_BYTES = 26 * 1024 * 1024  # above the largest limit of any endpoint, which says so more precisely


def create_application(*, port: int, cache_dir: Path, hosts: set[str]) -> Any:
    """Dispatch by path. The client talks to the API over loopback, as any other client would."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stillage.config.settings.dev")
    django = bounded(get_asgi_application())
    from stillage.live.hub import hub
    from stillage.live.stream import PATHS, Events
    from stillage_client.hosting import create_app

    events = Events(hub)

    client = create_app(
        api_base=f"http://127.0.0.1:{port}", allowed_hosts=hosts, allowed_origins=set(), cache_dir=cache_dir
    )

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] in PATHS and scope["method"] == "GET":
            return await events(scope, receive, send)
        if scope["type"] == "http" and scope["path"].startswith(SERVER_PATHS):
            return await django(scope, receive, send)
        return await client(scope, receive, send)

    return application


class _TooLarge(Exception):
    """More than any endpoint takes has come."""


def bounded(inner: Any, limit: int = BODY_MAX_BYTES) -> Any:
    """Django writes a whole body to the disk before it asks how large it may be; Nginx does not stand here."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        came = 0

        async def counted() -> Any:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > limit:
                raise _TooLarge
            return message

        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        try:
            if declared.isdigit() and int(declared) > limit:
                raise _TooLarge
            await inner(scope, counted, send)
        except _TooLarge:
            await refuse(
                send, 413, "too_large", "The body is larger than this server takes.", connection="close"
            )

    return application


async def refuse(send: Any, status: int, code: str, detail: str, **more: str) -> None:
    """A problem, from outside Django."""
    from stillage.rest import errors
    from stillage.rest.middleware import HEADERS

    answer = errors.bare(status, code, detail)
    about = {
        **HEADERS,
        "Content-Type": errors.CONTENT_TYPE,
        "Cache-Control": "no-store",
        **more,
    }
    headers = [(name.lower().encode(), value.encode()) for name, value in about.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content})
