"""The envelope of every request: an id, a log line, the headers that every answer carries, no HTML errors."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse

from stillage.rest import errors, logs

log = logging.getLogger("stillage.requests")
_SAFE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
# As Django keeps them, so that they need not be checked again for every answer.
_STORED = {name.lower(): (name, value) for name, value in {**HEADERS, "Cache-Control": "no-store"}.items()}


def hsts() -> str:
    """How long browsers shall know this host by https only."""
    parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
    parts += ["includeSubDomains"] if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else []
    parts += ["preload"] if settings.SECURE_HSTS_PRELOAD else []
    return "; ".join(parts)


def client_address(request: HttpRequest) -> str:
    """The address our own proxy saw; without a proxy, the socket's. Headers of the client's are not believed."""
    socket_address = request.META.get("REMOTE_ADDR") or ""
    if settings.NUM_PROXIES:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if len(hops) >= settings.NUM_PROXIES:
            return hops[-settings.NUM_PROXIES][:45]
    return socket_address[:45]


class Envelope:
    """Outermost: whatever happens inside, the answer has an id, safe headers and no traceback."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request.request_id = given if _SAFE_ID.match(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        request.client_address = client_address(request)  # type: ignore[attr-defined]
        id_token = logs.request_id.set(request.request_id)  # type: ignore[attr-defined]
        user_token = logs.user.set("")
        started = time.perf_counter()
        try:
            response = self._answer(request)
            self._finish(request, response, time.perf_counter() - started)
        finally:
            logs.user.reset(user_token)
            logs.request_id.reset(id_token)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost:
            return errors.bare(400, "bad_host", "This server does not go by that name.")
        if isinstance(request, WSGIRequest) and "HTTP_TRANSFER_ENCODING" in request.META:
            # Under WSGI Django would take it for empty. Nginx measures what comes in chunks before it gets here.
            return errors.bare(411, "length_required", "Send the body with its Content-Length.")
        if "\x00" in request.path:
            return errors.not_found(request)
        response = self.get_response(request)
        if response.status_code >= 400 and not response.headers.get("Content-Type", "").startswith(
            ("application/problem+json", "application/json")
        ):
            phrase = HTTPStatus(response.status_code).phrase
            plain = errors.bare(response.status_code, phrase.lower().replace(" ", "_"), f"{phrase}.")
            for name in ("Allow", "Retry-After", "WWW-Authenticate"):
                if name in response:
                    plain[name] = response[name]
            return plain
        return response

    def _finish(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        headers = response.headers._store
        response.headers._store = {**_STORED, **headers}
        if not response.streaming and response.status_code not in (204, 304):
            response.headers.setdefault("Content-Length", str(len(response.content)))
        if settings.SECURE_HSTS_SECONDS and request.is_secure():
            # Also where Django's own middleware is not reached, or its answer was replaced.
            response.headers.setdefault("Strict-Transport-Security", hsts())
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        if log.isEnabledFor(logging.INFO):
            # Made by hand: `log.info` would walk the stack to find out what is known here.
            line = logging.LogRecord(
                log.name,
                logging.INFO,
                __file__,
                0,
                "%s %s %s",
                (request.method, request.path, response.status_code),
                None,
            )
            line.__dict__["fields"] = {
                "milliseconds": round(seconds * 1000, 1),
                "status": response.status_code,
            }
            log.handle(line)
