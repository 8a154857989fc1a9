"""How every process of ours logs: the server, Gunicorn's own words, the front end, the worker."""

import os
import sys
from typing import Any

# Bodies, tokens, passwords and session ids pass through these at DEBUG or INFO: never lower them.
QUIET = (
    "django.db.backends",
    "httpx",
    "httpcore",
    "flet",
    "flet_web",
    "flet_transport",
    "flet_object_patch",
    "flet_controls",
)


def logging_config() -> dict[str, Any]:
    """For `logging.config.dictConfig`; JSON unless somebody reads along at a terminal."""
    shape = os.environ.get("STILLAGE_LOG") or ("text" if sys.stderr.isatty() else "json")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "stillage.rest.logs.JSONFormatter"},
            "text": {
                "()": "stillage.rest.logs.TextFormatter",
                "format": "{levelname:7} {name}: {message}",
                "style": "{",
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": shape}},
        "root": {"handlers": ["stderr"], "level": os.environ.get("STILLAGE_LOG_LEVEL", "INFO")},
        "loggers": {name: {"level": "WARNING"} for name in QUIET},
    }
