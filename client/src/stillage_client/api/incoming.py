"""Files on their way from a browser to a session, past the socket: each expected under a ticket, once, for a while.

A photograph of a phone is larger than any frame the socket takes. What becomes of a file is the session's affair.
"""

import asyncio
import secrets
from dataclasses import dataclass

EXPECTED_MAX = 50


@dataclass(frozen=True)
class Expected:
    """A file somebody has chosen and that is about to arrive."""

    content: asyncio.Future[bytes]
    limit: int


class FileDesk:
    """The tickets of this process."""

    def __init__(self) -> None:
        self._expected: dict[str, Expected] = {}

    def expect(self, limit: int) -> tuple[str, asyncio.Future[bytes]]:
        """A ticket for one file of at most `limit` bytes, and where its content will be."""
        while len(self._expected) >= EXPECTED_MAX:
            self.forget(next(iter(self._expected)))
        ticket = secrets.token_urlsafe(32)
        content: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._expected[ticket] = Expected(content, limit)
        return ticket, content

    def take(self, ticket: str) -> Expected | None:
        """What is expected under this ticket; asked for once."""
        return self._expected.pop(ticket, None)

    def forget(self, ticket: str) -> None:
        expected = self._expected.pop(ticket, None)
        if expected is not None:
            expected.content.cancel()


desk = FileDesk()
