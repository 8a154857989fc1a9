"""The outermost door of the client: who may come in under which name, and what every answer carries.

It stands before Flet, which checks neither Host nor Origin and says on /docs what it is made of.
"""

import logging
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stillage_client.hosting.answers import answer

log = logging.getLogger("stillage_client.gate")

CLOSED = ("/docs", "/redoc", "/openapi.json", "/oauth_callback", "/upload")
HSTS = b"max-age=31536000"


class Gate:
    """Passes on what has a known Host and Origin, and puts the headers on whatever comes back."""

    def __init__(
        self,
        inner: ASGIApp,
        *,
        allowed_hosts: set[str],
        allowed_origins: set[str],
        script_hashes: Sequence[str] = (),
    ) -> None:
        if "*" in allowed_hosts or "*" in allowed_origins:
            raise ValueError(
                "the client's hosts and origins are named one by one; '*' would let in every site"
            )
        self._inner = inner
        self._hosts = {host.lower().rstrip(".") for host in allowed_hosts}
        self._origins = {origin.lower().rstrip("/") for origin in allowed_origins}
        self._headers = headers_for(script_hashes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._inner(scope, receive, send)
        headers = _Headers(scope)
        if scope["type"] == "websocket":
            if not self._host_known(headers) or not self._origin_known(headers, scope, required=True):
                log.warning("socket refused: host or origin not allowed")
                await receive()
                return await send({"type": "websocket.close", "code": 1008})
            return await self._inner(scope, receive, send)
        send = self._dressed(send, scope)
        if not self._host_known(headers):
            return await answer(send, 400, "This address is not known here.")
        if not self._origin_known(headers, scope, required=False):
            return await answer(send, 403, "Not from there.")
        path = scope["path"].rstrip("/") or "/"
        if path in CLOSED or path.startswith("/docs/"):
            return await answer(send, 404, "Not found.")
        return await self._inner(scope, receive, send)

    def _host_known(self, headers: "_Headers") -> bool:
        """With or without its port on the list; exactly one Host header."""
        if headers.count(b"host") != 1:
            return False
        said = headers.get(b"host").lower()
        name = said.rsplit(":", 1)[0] if not said.endswith("]") and ":" in said else said
        return said in self._hosts or name.rstrip(".") in self._hosts

    def _origin_known(self, headers: "_Headers", scope: Scope, *, required: bool) -> bool:
        """On the list, or the very address that was asked. `null` is nobody's."""
        if headers.count(b"origin") > 1:
            return False
        said = headers.get(b"origin").lower().rstrip("/")
        if not said:
            return not required
        if said in self._origins:
            return True
        secure = scope["scheme"] in ("https", "wss")
        own = f"{'https' if secure else 'http'}://{headers.get(b'host').lower()}"
        return said == own and bool(urlsplit(said).netloc)

    def _dressed(self, send: Send, scope: Scope) -> Send:
        extra = list(self._headers)
        if scope["scheme"] == "https":
            extra.append((b"strict-transport-security", HSTS))
        names = {name for name, _ in extra} | {b"access-control-allow-origin", b"server"}

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [
                    (name, value) for name, value in message.get("headers", ()) if name.lower() not in names
                ]
                message = {**message, "headers": kept + extra}
            await send(message)

        return dressed


class _Headers:
    def __init__(self, scope: Scope) -> None:
        self._all = [(name.lower(), value) for name, value in scope["headers"]]

    def get(self, name: bytes) -> str:
        return next((value.decode("latin-1") for known, value in self._all if known == name), "")

    def count(self, name: bytes) -> int:
        return sum(known == name for known, _ in self._all)


def headers_for(script_hashes: Sequence[str] = ()) -> list[tuple[bytes, bytes]]:
    """What every answer of the client carries, errors included."""
    policy = "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self' 'wasm-unsafe-eval'", *script_hashes)),
            "style-src 'self' 'unsafe-inline'",  # Flutter writes its own styles
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "font-src 'self' data:",
            "connect-src 'self' blob: data:",  # blob: for photographs out of the camera
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(self), microphone=(), geolocation=(), payment=(), usb=()"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-embedder-policy", b"require-corp"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]
