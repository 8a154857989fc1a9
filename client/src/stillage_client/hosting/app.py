"""Puts the hosting together: gate, then the scan door, the socket or the site."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flet_web.fastapi
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stillage_client.api import incoming, outgoing
from stillage_client.hosting import file_door, paper_door, scan_door
from stillage_client.hosting.answers import answer
from stillage_client.hosting.gate import Gate
from stillage_client.hosting.quiet import quieten
from stillage_client.hosting.site import Site
from stillage_client.hosting.sockets import Limits, Sockets
from stillage_client.main import client_main
from stillage_client.scans import desk

log = logging.getLogger("stillage_client.hosting")

SESSION_SECONDS = 300  # how long a session waits for its browser to come back
SOCKET_PATH = "/ws"


def create_app(
    *,
    api_base: str,
    allowed_hosts: set[str],
    allowed_origins: set[str],
    cache_dir: Path,
    app: Callable[[], Any] | None = None,
    limits: Limits | None = None,
    live_base: str = "",
) -> ASGIApp:
    """The client as an ASGI app for a server at `api_base` (as http://127.0.0.1:8000, without a path).

    `allowed_hosts` are names with or without port, `allowed_origins` whole (https://stock.example.org); a
    page may always call the address it came from, if its host is allowed. `app` replaces the root component.
    `live_base` is where streams of changes are kept, when that is another process.
    """
    quieten()
    site = Site(cache_dir)
    flet_app = flet_web.fastapi.app(
        client_main(api_base, app, live_base),
        assets_dir=None,
        no_cdn=True,
        session_timeout_seconds=SESSION_SECONDS,
    )
    sockets = Sockets(flet_app, limits)

    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await flet_app(scope, receive, _beside(site, send))
            return None
        if scope["type"] == "websocket":
            if scope["path"] != SOCKET_PATH:
                await receive()
                return await send({"type": "websocket.close", "code": 1008})
            return await sockets(scope, receive, send)
        if scope["path"] == scan_door.PATH:
            return await scan_door.take_scan(desk, scope, receive, send)
        if scope["path"].startswith(file_door.PATH):
            return await file_door.take_file(incoming.desk, scope, receive, send)
        if scope["path"].startswith(outgoing.PATH):
            return await paper_door.hand_out(outgoing.desk, scope, receive, send)
        if scope["method"] not in ("GET", "HEAD"):
            return await answer(send, 405, "Only reading here.", headers=[(b"allow", b"GET, HEAD")])
        return await site.serve(scope, receive, send)

    return Gate(
        inside,
        allowed_hosts=allowed_hosts,
        allowed_origins=allowed_origins,
        script_hashes=site.inline_script_hashes,
    )


def _beside(site: Site, send: Send) -> Send:
    """The builder lives as long as the server does, and never holds up its start."""

    async def beside(message: Message) -> None:
        if message["type"] == "lifespan.startup.complete":
            try:
                site.start_building()
            except OSError:
                log.warning("could not start the builder: files go out uncompressed", exc_info=True)
        elif message["type"].startswith("lifespan.shutdown"):
            site.stop_building()
        await send(message)

    return beside
