"""The base of every endpoint: who acts, one transaction a write, one effect a key."""

import random
import time
from functools import cache
from typing import Any, ClassVar, cast

from django.conf import settings
from django.db import InterfaceError, NotSupportedError, OperationalError, connection, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from stillage.core.closing import closing
from stillage.core.errors import Kind, Refusal
from stillage.core.written_json import dumps
from stillage.rest import idempotency
from stillage.rest.answers import Answer, written
from stillage.rest.parsing import Asked
from stillage.rest.principal import Principal
from stillage.rest.rendering import JSONRenderer

SAFE = ("GET", "HEAD", "OPTIONS")
# A deadlock and a serialization failure pass by themselves.
PASSING = {"40P01", "40001"}
STALE_PLAN = "0A000"
TRIES = 3
# What clients say they take; for these nothing is to be negotiated.
JSON_WILL_DO = {"", "*/*", "application/json", "application/json, */*", "application/json, text/plain, */*"}
_RENDERER = JSONRenderer()
_HEADERS: dict[Any, dict[str, str]] = {}


@cache
def _made(kinds: tuple[Any, ...]) -> list[Any]:
    """One of each; they keep nothing of a request."""
    return [kind() for kind in kinds]


class View(APIView):
    """An endpoint. Subclasses declare `permission = {"GET": "stock.view", ...}`; nothing else is allowed.

    A write runs in one transaction together with its idempotency key; an exception undoes both.
    """

    permission: ClassVar[dict[str, str]] = {}
    # Views that must keep their own transactions (sign-in counters survive a refusal) switch this off.
    transactional = True
    max_body_bytes: int | None = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.args, self.kwargs = args, kwargs
        self.request = request = self.initialize_request(request, *args, **kwargs)
        self.headers = dict(self._own_headers())
        response: Any
        try:
            try:
                response = self._carried_out(request, *args, **kwargs)
            except NotSupportedError as error:
                if getattr(error.__cause__, "sqlstate", None) != STALE_PLAN or connection.in_atomic_block:
                    raise
                # A migration has changed a table under a prepared statement; a fresh connection has none.
                connection.close()
                response = self._carried_out(request, *args, **kwargs)
        except Exception as error:
            response = self.handle_exception(error)
        if isinstance(response, Answer):
            response.headers["Allow"] = self.headers["Allow"]
            self.response: Any = response
        else:
            self.response = self.finalize_response(request, response, *args, **kwargs)
        return self.response

    # What DRF makes anew for every request, though it is the same for all of a view's.
    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        return Asked(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context={"view": self, "args": self.args, "kwargs": self.kwargs},
        )

    def get_parsers(self) -> list[Any]:
        return _made(tuple(self.parser_classes))

    def get_authenticators(self) -> list[Any]:
        return _made(tuple(self.authentication_classes))

    def get_permissions(self) -> list[Any]:
        return _made(tuple(self.permission_classes))

    def get_content_negotiator(self) -> Any:
        return _made((self.content_negotiation_class,))[0]

    def check_throttles(self, request: Request) -> None:
        if self.throttle_classes:
            super().check_throttles(request)

    def _own_headers(self) -> dict[str, str]:
        kind = (type(self), *(getattr(self, "action_map", None) or ()))
        found = _HEADERS.get(kind)
        if found is None:
            found = _HEADERS[kind] = self.default_response_headers
        return found

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """There is JSON; only who asks for something else is told so at length."""
        asked = request.META
        if (
            type(self).renderer_classes is APIView.renderer_classes
            and asked.get("HTTP_ACCEPT", "") in JSON_WILL_DO
            and "format=" not in asked.get("QUERY_STRING", "")
        ):
            return _RENDERER, "application/json"
        return super().perform_content_negotiation(request, force)

    def _carried_out(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.initial(request, *args, **kwargs)
        name = (request.method or "").lower()
        handler = getattr(self, name, None) if name in self.http_method_names else None
        handler = handler or self.http_method_not_allowed
        if request.method in SAFE or not self.transactional:
            return self._written(handler(request, *args, **kwargs))
        return self._write_patiently(request, handler, *args, **kwargs)

    def _written(self, response: Any) -> HttpResponseBase:
        found: HttpResponseBase = (
            written(response) if self.request.accepted_renderer is _RENDERER else response
        )
        return found

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        limit = self.max_body_bytes or settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > limit:
            raise Refusal(f"The body is larger than {limit} bytes.", code="too_large", kind=Kind.TOO_LARGE)
        super().initial(request, *args, **kwargs)

    def _write_patiently(self, request: Request, handler: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Carry a write out whole; where the database itself broke it off, once or twice more."""
        for attempt in range(1, TRIES + 1):
            try:
                return self._write(request, handler, *args, **kwargs)
            except OperationalError as error:
                state = getattr(error.__cause__, "sqlstate", None)
                if state not in PASSING or attempt == TRIES:
                    raise
                time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - jitter, not a secret
        raise AssertionError("unreachable")

    def _write(self, request: Request, handler: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = idempotency.checked_key(request.META.get("HTTP_IDEMPOTENCY_KEY"))
        user = cast("Principal | None", request.user)
        if key is None or user is None or user.user_id is None:
            with transaction.atomic(), closing() as last:
                response = self._written(handler(request, *args, **kwargs))
                last.write()
            return response
        operation = idempotency.operation_of(request.method or "", request.path)
        scope = idempotency.Scope(user.user_id, operation, key)
        digest = idempotency.body_hash({"data": request.data, "query": request.META.get("QUERY_STRING", "")})
        if request.FILES:
            return self._write_claimed(scope, digest, request, handler, *args, **kwargs)
        # Read with the session (accounts/authentication.py), before anything is done.
        kept = getattr(request._request, "kept_under_key", None)
        if kept is not None:
            return self._again(idempotency.first_answer(kept, digest))
        try:
            with transaction.atomic(), closing() as last:
                response = self._written(handler(request, *args, **kwargs))
                if not idempotency.keep(scope, digest, last=last, **_answer_of(response)):
                    raise _TwinWasFirst
        except Exception as error:
            # What stood in the way may be the twin's own effect.
            kept = None if _line_is_lost(error) else idempotency.find(scope)
            if kept is None:
                raise
            return self._again(idempotency.first_answer(kept, digest))
        return response

    def _write_claimed(
        self,
        scope: idempotency.Scope,
        digest: bytes,
        request: Request,
        handler: Any,
        *args: Any,
        **kwargs: Any,
    ) -> HttpResponseBase:
        """For files: they are written outside the database, so the key is taken before."""
        with transaction.atomic(), closing() as last:
            stored = idempotency.claim(scope, digest)
            if stored is not None:
                return self._again(stored)
            response = handler(request, *args, **kwargs)
            idempotency.keep_claimed(scope, last=last, **_answer_of(response))
        return response

    def _again(self, stored: idempotency.Stored) -> HttpResponse:
        response = HttpResponse(stored.answer, status=stored.status, content_type="application/json")
        response["Idempotent-Replay"] = "true"
        if stored.etag:
            response["ETag"] = stored.etag
        return response

    @property
    def actor(self) -> Principal:
        """Who acts, for the operations."""
        return cast("Principal", self.request.user)


class _TwinWasFirst(Exception):
    """The same request, sent twice, was carried out by the other one; undoes this one."""


def _line_is_lost(error: Exception) -> bool:
    return isinstance(error, OperationalError | InterfaceError)


def _answer_of(response: Any) -> dict[str, Any]:
    """What is kept of an answer."""
    if isinstance(response, Answer):
        body = response.content
    else:
        body = b"" if response.data is None else dumps(response.data)
    return {"status": response.status_code, "answer": body, "etag": response.headers.get("ETag", "")}


__all__ = ["Response", "View"]
