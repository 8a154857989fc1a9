"""Files on their way from a session to its browser: each kept under a ticket, handed over once, for a short while."""

import secrets
import time
from collections import OrderedDict

from stillage_client.api.records import Export

PATH = "/client/papers/"
KEPT_MAX = 50
KEPT_SECONDS = 120.0


class PaperDesk:
    """The tickets of this process. Whoever has a ticket has the file, once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[Export, float]] = OrderedDict()

    def keep(self, file: Export) -> str:
        """The path under which the browser fetches the file."""
        ticket = secrets.token_urlsafe(32)
        self._kept[ticket] = (file, time.monotonic() + KEPT_SECONDS)
        while len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return PATH + ticket

    def take(self, ticket: str) -> Export | None:
        file, until = self._kept.pop(ticket, (None, 0.0))
        return file if time.monotonic() < until else None


desk = PaperDesk()
