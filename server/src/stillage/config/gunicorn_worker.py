"""Gunicorn's threaded worker, whose own refusals are problem+json like everybody's, with no query in the log."""

import contextlib
import ssl
from typing import Any

import orjson
from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.http import errors as unreadable  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from stillage.rest import errors
from stillage.rest.middleware import HEADERS

# Faults of the server's that Gunicorn files under the client's.
OURS = (
    unreadable.InvalidResponseHeader,
    unreadable.InvalidResponseHeaderName,
    unreadable.ConfigurationProblem,
)
REFUSALS: tuple[tuple[type[Exception], int, str, str], ...] = (
    (unreadable.LimitRequestLine, 414, "uri_too_long", "The address is too long."),
    (unreadable.LimitRequestHeaders, 431, "headers_too_large", "The headers are too long."),
    (unreadable.UnsupportedTransferCoding, 501, "not_implemented", "This transfer coding is not known here."),
    (unreadable.ExpectationFailed, 417, "expectation_failed", "This expectation is not met here."),
    (unreadable.ForbiddenProxyRequest, 403, "forbidden", "Not from there."),
    (unreadable.ParseException, 400, "unreadable", "The request cannot be read."),
    (ssl.SSLError, 400, "unreadable", "The request cannot be read."),
)


class Worker(ThreadWorker):
    """As the threaded worker, but for how it says no."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        refusal = None if isinstance(exc, OURS) else refusal_for(exc)
        if refusal is None:
            refusal = (500, "internal_error", "Something broke on our side; it was noted.")
            self.log.error("a request broke outside the application", exc_info=exc)
        else:
            self.log.warning("refused a request: %s", type(exc).__name__)
        with contextlib.suppress(Exception):
            util.write_nonblock(client, whole_answer(*refusal))


def refusal_for(error: BaseException) -> tuple[int, str, str] | None:
    """Status, code and words for a request that Gunicorn cannot read."""
    for kind, status, code, detail in REFUSALS:
        if isinstance(error, kind):
            return status, code, detail
    return None


def whole_answer(status: int, code: str, detail: str) -> bytes:
    """The bytes of a refusal, head and body; the connection ends with it."""
    problem = errors.problem(status, code, detail)
    body = orjson.dumps(problem)
    about = {
        **HEADERS,
        "Content-Type": errors.CONTENT_TYPE,
        "Cache-Control": "no-store",
        "Connection": "close",
        "Content-Length": str(len(body)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in about.items())
    return f"HTTP/1.1 {status} {problem['title']}\r\n{head}\r\n".encode() + body
