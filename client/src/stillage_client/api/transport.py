"""How the client reaches the server: one Api per session, with tokens, keys, retries and plain errors.

What is asked and answered lives in the modules beside; this one knows only how to ask.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any, Literal
from urllib.parse import quote
from weakref import WeakSet, WeakValueDictionary

import httpx

from stillage_client.api.errors import ApiError, Fault, Refused, Unauthorized, Unreachable, Unreadable
from stillage_client.api.records import Export
from stillage_client.locale import language

__all__ = [
    "Api",
    "ApiError",
    "Fault",
    "Refused",
    "Tokens",
    "Unauthorized",
    "Unreachable",
    "Unreadable",
    "new_key",
]

log = logging.getLogger("stillage_client.api")

PREFIX = "/api/v1/"
TIMEOUT = httpx.Timeout(15.0, connect=4.0)
UPLOAD_TIMEOUT = httpx.Timeout(120.0, connect=4.0)
# A stream that has been silent for so long is dead: the server sends something every 20 seconds.
STREAM_TIMEOUT = httpx.Timeout(15.0, connect=4.0, read=50.0)
PAUSES = (0.25, 1.0)  # seconds before the second and the third try

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class Tokens:
    """The token pair of one sign-in, shared by every tab that holds it: one refresh serves all.

    Tabs find each other by the refresh token, which only they and the server know.
    """

    _known: WeakValueDictionary[str, "Tokens"] = WeakValueDictionary()

    def __init__(self, access: str, refresh: str) -> None:
        self.access, self.refresh = access, refresh
        self.ended = False
        self.lock = asyncio.Lock()
        self.listeners: WeakSet[Api] = WeakSet()
        self._known[refresh] = self

    @classmethod
    def of(cls, access: str, refresh: str) -> "Tokens":
        known = cls._known.get(refresh)
        return known if known is not None and not known.ended else cls(access, refresh)

    def renewed(self, access: str, refresh: str) -> None:
        previous, self.access, self.refresh = self.refresh, access, refresh
        self._known[refresh] = self
        if previous != refresh:
            # A tab that read the storage just before the refresh may still come with the old one.
            asyncio.get_running_loop().call_later(60, self._known.pop, previous, None)

    def end(self) -> None:
        self.ended = True
        self._known.pop(self.refresh, None)


OnTokens = Callable[[Tokens | None], Awaitable[None]]


class Api:
    """The server as one session sees it.

    `on_tokens` hears of every new token pair and of its end (None); `on_reach` of every answer (True) and
    every silence (False).
    """

    def __init__(
        self,
        base: str,
        *,
        on_tokens: OnTokens | None = None,
        on_reach: Callable[[bool], None] | None = None,
        address: str = "",
        user_agent: str = "",
        transport: httpx.AsyncBaseTransport | None = None,
        live_base: str = "",
    ) -> None:
        self.tokens: Tokens | None = None
        # Where streams are kept, when it is another process than the one that answers.
        self._live_base = live_base.rstrip("/")
        self._on_tokens, self._on_reach = on_tokens, on_reach
        headers = {"User-Agent": user_agent or "Stillage client"}
        if address:
            # All sessions share this process's address; the server limits and audits by the person's own.
            headers["X-Forwarded-For"] = address
        self._http = httpx.AsyncClient(
            base_url=base.rstrip("/"), headers=headers, timeout=TIMEOUT, transport=transport, trust_env=False
        )

    # --- tokens -----------------------------------------------------------------------------------

    async def adopt(self, tokens: Tokens | None) -> None:
        """Speak with these tokens from now on, and tell whoever keeps them."""
        if self.tokens is not None:
            self.tokens.listeners.discard(self)
        self.tokens = tokens
        if tokens is not None:
            tokens.listeners.add(self)
        if self._on_tokens is not None:
            await self._on_tokens(tokens)

    async def end_tokens(self) -> None:
        """This sign-in is over, for every tab that shares it."""
        tokens = self.tokens
        if tokens is None:
            return
        tokens.end()
        for api in list(tokens.listeners):
            await api.adopt(None)

    async def _refresh(self, used: str) -> None:
        tokens = self.tokens
        if tokens is None:
            raise Unauthorized
        async with tokens.lock:
            if tokens.ended:
                raise Unauthorized
            if tokens.access != used:
                return  # somebody refreshed while we waited
            # A lost answer may be asked for again: the server gives the same pair for some seconds.
            answer = await self._retried(
                "POST", PREFIX + "auth/token/refresh", json={"refresh": tokens.refresh}
            )
            if answer.status_code >= 500 or answer.status_code == 429:
                raise _refusal(answer)
            if answer.status_code != 200:
                await self.end_tokens()
                raise Unauthorized(_problem(answer).get("code", "invalid_token"))
            pair = answer.json()
            tokens.renewed(pair["access"], pair.get("refresh", tokens.refresh))
        for api in list(tokens.listeners):
            if api._on_tokens is not None:
                await api._on_tokens(tokens)

    # --- asking -----------------------------------------------------------------------------------

    async def get(self, path: str, **params: Any) -> Any:
        """GET; parameters that are None are left out, True and False are sent as words."""
        return _json(await self._ask("GET", path, params=_params(params)))

    async def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """POST. `key` is the Idempotency-Key: the same key means the same wish, however often it is sent."""
        return _json(await self._ask("POST", path, json=body, key=key or new_key()))

    async def put(
        self, path: str, body: Any, *, version: str | int | None = None, key: str | None = None
    ) -> Any:
        return _json(await self._ask("PUT", path, json=body, key=key or new_key(), version=version))

    async def patch(
        self, path: str, body: Any, *, version: str | int | None = None, key: str | None = None
    ) -> Any:
        """PATCH; `version` is what was read (the record's version or its ETag) and goes out as If-Match."""
        return _json(await self._ask("PATCH", path, json=body, key=key or new_key(), version=version))

    async def delete(self, path: str, *, version: str | int | None = None, key: str | None = None) -> Any:
        return _json(await self._ask("DELETE", path, key=key or new_key(), version=version))

    async def upload(
        self,
        path: str,
        files: Mapping[str, tuple[str, bytes, str]],
        fields: Mapping[str, str] | None = None,
        *,
        key: str | None = None,
    ) -> Any:
        """POST multipart: `files` is {field: (file name, content, content type)}."""
        answer = await self._ask(
            "POST", path, files=files, data=fields or {}, key=key or new_key(), timeout=UPLOAD_TIMEOUT
        )
        return _json(answer)

    async def download(self, path: str, **params: Any) -> Export:
        """GET a file, whole."""
        answer = await self._ask("GET", path, params=_params(params), timeout=UPLOAD_TIMEOUT, accept="*/*")
        return Export(
            file_name=_file_name(answer.headers.get("content-disposition", "")) or path.rsplit("/", 1)[-1],
            content=answer.content,
            content_type=answer.headers.get("content-type", "application/octet-stream"),
        )

    async def sign_in(self, username: str, password: str) -> None:
        """Trade name and password for tokens. A lost answer is not asked for again: it would count as a try."""
        answer = await self._retried(
            "POST",
            PREFIX + "auth/token",
            json={"username": username, "password": password},
            lost_too=False,
        )
        if answer.status_code == 401:
            raise Unauthorized(_problem(answer).get("code", "invalid_credentials"))
        if answer.status_code != 200:
            raise _refusal(answer)
        pair = _json(answer)
        await self.adopt(Tokens.of(pair["access"], pair["refresh"]))

    @contextlib.asynccontextmanager
    async def events(self, path: str, *, last_id: str = "") -> AsyncIterator[AsyncIterator[str]]:
        """GET a stream, as its lines. Raises Unauthorized, Refused, and Unreachable whenever it breaks."""
        for attempt in (1, 2):
            if self.tokens is None:
                raise Unauthorized
            used = self.tokens.access
            headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {used}"}
            if last_id:
                headers["Last-Event-ID"] = last_id
            try:
                url = self._live_base + PREFIX + path
                async with self._http.stream("GET", url, headers=headers, timeout=STREAM_TIMEOUT) as answer:
                    if answer.is_success:
                        yield answer.aiter_lines()
                        return
                    await answer.aread()
            except httpx.HTTPError as problem:
                raise Unreachable from problem
            if answer.status_code != 401:
                raise _refusal(answer)
            if attempt == 2:
                await self.end_tokens()
                raise Unauthorized(_problem(answer).get("code", "not_signed_in"))
            await self._refresh(used)

    async def renew(self) -> None:
        """A new access token before the old one runs out."""
        if self.tokens is not None:
            await self._refresh(self.tokens.access)

    async def alive(self) -> bool:
        """Does the server answer at all? Never raises."""
        try:
            return (await self._send("GET", "/health/live")).status_code < 500
        except Unreachable:
            return False

    async def close(self) -> None:
        await self._http.aclose()

    # --- the wire ---------------------------------------------------------------------------------

    async def _ask(
        self,
        method: Method,
        path: str,
        *,
        key: str | None = None,
        version: str | int | None = None,
        accept: str = "application/json",
        **rest: Any,
    ) -> httpx.Response:
        headers = {"Accept": accept, "Accept-Language": language()}
        if key is not None:
            headers["Idempotency-Key"] = key
        if version is not None:
            headers["If-Match"] = f'"{version}"' if isinstance(version, int) else version
        for attempt in (1, 2):
            if self.tokens is None:
                raise Unauthorized
            used = self.tokens.access
            answer = await self._retried(
                method,
                PREFIX + path.lstrip("/"),
                headers=headers | {"Authorization": f"Bearer {used}"},
                **rest,
            )
            if answer.status_code != 401:
                break
            if attempt == 2:
                await self.end_tokens()
                raise Unauthorized(_problem(answer).get("code", "not_signed_in"))
            await self._refresh(used)
        if answer.is_success:
            return answer
        raise _refusal(answer)

    async def _retried(
        self, method: Method, url: str, *, lost_too: bool = True, **rest: Any
    ) -> httpx.Response:
        """Reads are repeatable, and writes carry their key: both may be sent again when the line drops."""
        for pause in PAUSES:
            try:
                answer = await self._send(method, url, **rest)
            except Unreachable:
                if not lost_too:
                    raise
                await asyncio.sleep(pause)
                continue
            if not _asks_again(answer, method):
                return answer
            await asyncio.sleep(_seconds(answer) or pause)
        return await self._send(method, url, **rest)

    async def _send(self, method: str, url: str, **rest: Any) -> httpx.Response:
        try:
            answer = await self._http.request(method, url, **rest)
        except httpx.TransportError as problem:
            log.info("no answer from the server: %s %s: %s", method, url, type(problem).__name__)
            self._reached(False)
            raise Unreachable from problem
        self._reached(True)
        return answer

    def _reached(self, answered: bool) -> None:
        if self._on_reach is not None:
            self._on_reach(answered)


def new_key() -> str:
    """An Idempotency-Key for one wish. Make it before the first try and keep it for the next."""
    return secrets.token_urlsafe(24)


def part(value: object) -> str:
    """One segment of a path, safely: `f"products/{part(sku)}"`."""
    return quote(str(value), safe="")


def _params(params: Mapping[str, Any]) -> dict[str, str]:
    return {
        name.rstrip("_"): _said(value) for name, value in params.items() if value is not None and value != ""
    }


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ",".join(str(item) for item in value)
    return str(value)


def _asks_again(answer: httpx.Response, method: str) -> bool:
    """The twin of this very request is still being worked on, or the server is just coming up."""
    if answer.status_code == 409:
        return method != "GET" and "retry-after" in answer.headers
    return answer.status_code == 503 and (_seconds(answer) or 0) <= 2


def _seconds(answer: httpx.Response) -> int | None:
    said = answer.headers.get("retry-after", "")
    return int(said) if said.isdigit() else None


def _json(answer: httpx.Response) -> Any:
    if not answer.content:
        return None
    try:
        return answer.json()
    except ValueError as problem:
        raise Unreadable(f"not JSON: {answer.headers.get('content-type', '')}") from problem


def _problem(answer: httpx.Response) -> dict[str, Any]:
    if "json" not in answer.headers.get("content-type", ""):
        return {}
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _refusal(answer: httpx.Response) -> ApiError:
    said = _problem(answer)
    faults = said.get("errors")
    return Refused(
        status=answer.status_code,
        code=str(said.get("code") or f"http_{answer.status_code}"),
        detail=str(said.get("detail") or ""),
        errors=tuple(
            Fault(str(f.get("pointer") or ""), str(f.get("code") or ""), str(f.get("detail") or ""))
            for f in (faults if isinstance(faults, list) else ())
            if isinstance(f, dict)
        ),
        title=str(said.get("title") or ""),
        retry_after=_seconds(answer),
        body=said,
    )


def _file_name(disposition: str) -> str:
    for piece in disposition.split(";"):
        name, _, value = piece.strip().partition("=")
        if name.lower() == "filename":
            return value.strip('"').replace("/", "_").replace("\\", "_")
    return ""
