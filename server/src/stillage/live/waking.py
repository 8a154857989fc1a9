"""Telling readers at once that something was committed. A hint only: readers look by themselves, a little later.

Never inside the transaction: PostgreSQL lets transactions that NOTIFY commit only one after the other, so each would
wait for the disk alone (docs/decisions/0034). The hint goes out after the commit, from a thread beside, at most
twenty-five times a second.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from stillage.core.sql import is_postgres

log = logging.getLogger("stillage.live")
CHANNEL = "stillage_live"
SAFE = ("GET", "HEAD", "OPTIONS")
PAUSE_SECONDS = 0.04
IDLE_SECONDS = 60.0

_here: set[Callable[[], None]] = set()
_something = threading.Event()
_guard = threading.Lock()
_teller: threading.Thread | None = None


def wake_me(call: Callable[[], None]) -> Callable[[], None]:
    """Have `call` called, from any thread, after a write of this process; returns how to stop it."""
    _here.add(call)
    return lambda: _here.discard(call)


def tell() -> None:
    """Something may have been committed."""
    for call in tuple(_here):
        call()
    if settings.LIVE_TELLS_OTHERS and not _here and is_postgres():
        _something.set()
        if _teller is None:
            _start()


def _start() -> None:
    global _teller
    with _guard:
        if _teller is None:
            _teller = threading.Thread(target=_tell_others, name="stillage-live-teller", daemon=True)
            _teller.start()


def _tell_others() -> None:
    """One connection for as long as there is something to tell."""
    global _teller
    from django.db import connection

    while True:
        if not _something.wait(IDLE_SECONDS):
            with _guard:
                if not _something.is_set():
                    _teller = None
                    connection.close()
                    return
        _something.clear()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
        except Exception as error:
            # Readers find it by themselves.
            log.info("could not tell readers of a change: %s", type(error).__name__)
            connection.close()
        time.sleep(PAUSE_SECONDS)


class TellOfWrites:
    """Innermost middleware: every answered write may have changed something, a refused sign-in too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        response = self.get_response(request)
        if request.method not in SAFE:
            tell()
        return response
