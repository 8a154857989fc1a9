"""Every failure as application/problem+json (RFC 9457), whatever layer it comes from."""

import logging
import re
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response

from stillage.core.errors import Fault, Kind, Refusal

log = logging.getLogger("stillage.errors")
CONTENT_TYPE = "application/problem+json"

STATUS = {
    Kind.UNREADABLE: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED: 415,
    Kind.INVALID: 422,
    Kind.PRECONDITION_MISSING: 428,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}
# What a client may see of a long list of faults; the rest is counted.
MAX_FAULTS = 500


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    faults: list[Fault] | None = None,
    retry_after_seconds: int | None = None,
) -> dict[str, Any]:
    """The body of a refusal."""
    body: dict[str, Any] = {
        "type": f"https://stillage.invalid/problems/{code.replace('_', '-')}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": [
            {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail, **fault.meta}
            for fault in (faults or [])[:MAX_FAULTS]
        ],
    }
    if faults and len(faults) > MAX_FAULTS:
        body["errors_left_out"] = len(faults) - MAX_FAULTS
    if retry_after_seconds is not None:
        body["retry_after_seconds"] = retry_after_seconds
    return body


def _from_refusal(refusal: Refusal) -> Response:
    status = STATUS[refusal.kind]
    body = problem(
        status,
        refusal.code,
        refusal.detail,
        faults=refusal.faults,
        retry_after_seconds=refusal.retry_after_seconds,
    )
    return Response(body, status=status, content_type=CONTENT_TYPE)


def flatten(detail: Any, pointer: str = "") -> list[Fault]:
    """Turn a serializer's nested errors into pointers."""
    if isinstance(detail, dict):
        return [
            fault
            for name, value in detail.items()
            for fault in flatten(value, pointer if name == "non_field_errors" else f"{pointer}/{name}")
        ]
    if isinstance(detail, list):
        if detail and all(isinstance(item, exceptions.ErrorDetail) for item in detail):
            return [Fault(pointer, item.code or "invalid", str(item)) for item in detail]
        return [
            fault
            for index, item in enumerate(detail)
            for fault in flatten(item, f"{pointer}/{index}")
            if item
        ]
    return [Fault(pointer, getattr(detail, "code", None) or "invalid", str(detail))]


def _from_validation(error: exceptions.ValidationError) -> Response:
    faults = flatten(error.detail)
    first = faults[0]
    code = first.code if len({fault.code for fault in faults}) == 1 else "several_faults"
    name = first.pointer.strip("/").replace("/", " ") or "The request"
    detail = (
        f"{name}: {first.detail}"
        if len(faults) == 1
        else f"{len(faults)} things are wrong, so nothing was done."
    )
    return Response(problem(422, code, detail, faults=faults), status=422, content_type=CONTENT_TYPE)


def _from_database(error: DatabaseError) -> Refusal | None:
    """Which database errors are the weather, and what to do about them. None: it is our bug."""
    state = getattr(error.__cause__, "sqlstate", None)
    text = str(error).lower()
    if state in ("55P03", "40P01", "40001", "57014") or "database is locked" in text:
        return Refusal(
            "The stock is busy just now and nothing was done. Try again in a moment.",
            code="busy",
            kind=Kind.UNAVAILABLE,
            retry_after_seconds=1,
        )
    if "disk is full" in text or state == "53100":
        return Refusal(
            "The disk is full; nothing was done.",
            code="disk_full",
            kind=Kind.UNAVAILABLE,
            retry_after_seconds=60,
        )
    if "readonly database" in text or state == "25006":
        return Refusal(
            "The database only reads just now; nothing was done.",
            code="read_only",
            kind=Kind.UNAVAILABLE,
            retry_after_seconds=30,
        )
    if isinstance(error, OperationalError | InterfaceError):
        return Refusal(
            "The database does not answer just now; nothing is known to be done. Try again with the same Idempotency-Key.",
            code="database_unavailable",
            kind=Kind.UNAVAILABLE,
            retry_after_seconds=2,
        )
    if isinstance(error, IntegrityError):
        return _from_constraint(error)
    return None


def _from_constraint(error: IntegrityError) -> Refusal:
    match = re.search(r'constraint "(\w+)"|constraint failed: ([\w., ]+)', str(error))
    name = next((group for group in match.groups() if group), "") if match else ""
    log.info("constraint refused a write: %s", name)
    if "foreign key" in str(error).lower():
        return Refusal(
            "Something else still needs it, so it was not changed.", code="in_use", kind=Kind.CONFLICT
        )
    return Refusal(
        "This is there already, or the database's rules forbid it; nothing was done.",
        code="constraint",
        kind=Kind.CONFLICT,
    )


def refusal_of(error: Exception) -> Refusal | None:
    """The refusal that an exception of Django's or the database's stands for, if any."""
    match error:
        case Refusal():
            return error
        case Http404() | exceptions.NotFound():
            return Refusal("There is nothing of that name.", code="not_found", kind=Kind.NOT_FOUND)
        case exceptions.NotAuthenticated():
            return Refusal("Sign in first.", code="not_authenticated", kind=Kind.UNAUTHENTICATED)
        case exceptions.AuthenticationFailed():
            return Refusal(str(error.detail), code="invalid_token", kind=Kind.UNAUTHENTICATED)
        case PermissionDenied() | exceptions.PermissionDenied():
            return Refusal("Your role does not allow this.", code="forbidden", kind=Kind.FORBIDDEN)
        case exceptions.UnsupportedMediaType():
            return Refusal(str(error.detail), code="unsupported_media_type", kind=Kind.UNSUPPORTED)
        case RequestDataTooBig():
            return Refusal(
                "The body is larger than this address takes.", code="too_large", kind=Kind.TOO_LARGE
            )
        case TooManyFilesSent() | SuspiciousOperation():
            return Refusal("The request cannot be read.", code="unreadable", kind=Kind.UNREADABLE)
        case DatabaseError():
            return _from_database(error)
        case RecursionError():
            return Refusal("The body nests too deep.", code="unreadable", kind=Kind.UNREADABLE)
    return None


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler."""
    if isinstance(error, exceptions.ValidationError):
        return _from_validation(error)
    refusal = refusal_of(error)
    if refusal is not None:
        response = _from_refusal(refusal)
        if response.status_code == 401:
            response["WWW-Authenticate"] = 'Bearer realm="stillage"'
        if refusal.retry_after_seconds is not None:
            response["Retry-After"] = str(refusal.retry_after_seconds)
        return response
    if isinstance(error, exceptions.APIException):
        code = str(getattr(error, "default_code", "error"))
        return Response(
            problem(error.status_code, code, str(error.detail)),
            status=error.status_code,
            content_type=CONTENT_TYPE,
        )
    return None


def bare(status: int, code: str, detail: str) -> HttpResponse:
    """A problem answer from outside DRF: unknown address, bad host, bug."""
    import orjson

    return HttpResponse(orjson.dumps(problem(status, code, detail)), status=status, content_type=CONTENT_TYPE)


def bad_request(request: Any, exception: Exception | None = None) -> HttpResponse:
    return bare(400, "unreadable", "The request cannot be read.")


def not_found(request: Any, exception: Exception | None = None) -> HttpResponse:
    return bare(404, "not_found", "There is nothing at this address.")


def server_error(request: Any) -> HttpResponse:
    return bare(500, "internal_error", "Something broke on our side; it was noted. Nothing was done.")
