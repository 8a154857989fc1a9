"""Logs as one JSON object a line, with the request's id and user; never a body, a token or a query string."""

import contextvars
import logging

import orjson

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
user: contextvars.ContextVar[str] = contextvars.ContextVar("user", default="")


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
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()
