"""Logs as one JSON object a line, with the request's id and user; never a body, a token or a query string.

An exception's own words often hold what somebody typed ("invalid literal: 'hunter2'"): they stay out too.
"""

import contextvars
import json
import logging
import re
import traceback
from collections.abc import Iterator

import orjson
from django.db import InterfaceError, OperationalError

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
user: contextvars.ContextVar[str] = contextvars.ContextVar("user", default="")

# Whose words come from the machine and not from a person.
TELLABLE = (OSError, ImportError, AttributeError, NameError, OperationalError, InterfaceError)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class JSONFormatter(logging.Formatter):
    """Line breaks inside a message are escaped by JSON itself, so a log line cannot be forged."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        if user.get():
            line["user"] = user.get()
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = trace_of(record.exc_info[1])
        try:
            text = orjson.dumps(line, default=str).decode()
        except TypeError:  # half a surrogate pair, a number beyond 64 bits: a line is never lost to them
            text = json.dumps(line, default=str)
        # JSON leaves U+2028 and its like as they are; some readers take them for the end of the line.
        return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class TextFormatter(logging.Formatter):
    """For reading at a desk: one line a message, whatever is in it; tracebacks whole."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", record.message)
        return super().formatMessage(record)


def trace_of(error: BaseException) -> str:
    """Where it broke, with the chain of causes; words only of kinds that quote nobody."""
    parts = []
    for one in _chain(error):
        words = f": {one}" if isinstance(one, TELLABLE) else ""
        parts.append("".join(traceback.format_tb(one.__traceback__)) + type(one).__qualname__ + words)
    return "\ncaused by\n".join(parts)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
