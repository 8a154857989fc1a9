"""What a production server looks for before it serves strangers (SAFETY A12, A13)."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, InterfaceError, ProgrammingError

from stillage.config.keys import refuse_to_start

log = logging.getLogger("stillage.start")

DEMO_ACCOUNTS = (
    "This database holds the demonstration's accounts, whose password everybody knows. Change their"
    " passwords or dismiss them, or use another database."
)
WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def demo_accounts() -> bool:
    """Are they there? A database without tables yet has none. Raises when it does not answer."""
    from stillage.accounts.operations import demo_accounts_exist

    try:
        return demo_accounts_exist()
    except ProgrammingError:
        return False
    except DatabaseError as error:
        if "no such table" in str(error):
            return False
        raise


@register(Tags.security, deploy=True)
def check_demo_accounts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """`manage.py check --deploy` says it before a start does."""
    try:
        found = demo_accounts()
    except (DatabaseError, InterfaceError):
        return [
            Warning("The database does not answer, so its accounts were not checked.", id="stillage.W001")
        ]
    return [Error(DEMO_ACCOUNTS, id="stillage.E001")] if found else []


@register(Tags.security, deploy=True)
def check_proxies(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Without it everybody shares the proxy's address, and one who guesses passwords slows all down."""
    if settings.NUM_PROXIES:
        return []
    return [
        Warning("STILLAGE_NUM_PROXIES is 0, but a proxy stands in front of Gunicorn.", id="stillage.W002")
    ]


class NoDemo:
    """Wraps the WSGI application: with demonstration accounts in the database it does not start.

    When the database is away at the start, the process lives on (a recycled worker must not take the
    others down) and looks again before it lets the first request through.
    """

    def __init__(self, application: WSGI) -> None:
        self._application = application
        self._state = self._look()
        if self._state == "found":
            refuse_to_start([DEMO_ACCOUNTS])

    def _look(self) -> str:
        try:
            return "found" if demo_accounts() else "clean"
        except (DatabaseError, InterfaceError):
            log.warning("the database does not answer, so its accounts were not checked yet")
            return "unknown"

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == "/health/live":
            return self._application(environ, start_response)
        if self._state == "unknown":
            self._state = self._look()
            if self._state == "found":
                log.critical(DEMO_ACCOUNTS)
        if self._state == "found":
            return self._refuse(start_response)
        return self._application(environ, start_response)

    def _refuse(self, start_response: Callable[..., Any]) -> Iterable[bytes]:
        from stillage.rest import errors
        from stillage.rest.middleware import HEADERS

        answer = errors.bare(503, "not_configured", "This server is not set up for use yet.")
        about = [*HEADERS.items(), ("Content-Type", errors.CONTENT_TYPE), ("Cache-Control", "no-store")]
        start_response("503 Service Unavailable", about)
        return [answer.content]
