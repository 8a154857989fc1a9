"""What is on a screen follows what happens: it is loaded again, quietly, when somebody has changed it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection

from stillage_client.api.errors import ApiError
from stillage_client.api.live import Change
from stillage_client.components.hooks import after_drawing, remembered
from stillage_client.session import Session, use_session

log = logging.getLogger("stillage_client.live")

GATHER_SECONDS = 0.25  # what comes within it is loaded once
EVERY_SECONDS = 1.0  # no screen loads itself more often

Reload = Callable[[], Awaitable[object]]
Concerns = Callable[[Change], bool]


class Follower:
    """Gathers changes and loads once for all of them; what changes meanwhile is loaded afterwards."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.topics: frozenset[str] = frozenset()
        self.reload: Reload | None = None
        self.concerns: Concerns | None = None
        self._stop: Callable[[], None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._again = False

    def begin(self) -> None:
        self.end()
        self._stop = self._session.listen(self.heard)

    def end(self) -> None:
        if self._stop is not None:
            self._stop()
            self._stop = None
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def heard(self, change: Change | None) -> None:
        """A change, or that anything may have changed."""
        if change is not None and not self._is_shown(change):
            return
        self._again = True
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._follow())

    def _is_shown(self, change: Change) -> bool:
        if change.topic not in self.topics:
            return False
        here = self._session.warehouse
        if self.concerns is not None:
            return self.concerns(change)
        return change.warehouse is None or here is None or change.warehouse == here

    async def _follow(self) -> None:
        while self._again and self.reload is not None:
            await asyncio.sleep(GATHER_SECONDS)
            self._again = False
            try:
                await self.reload()
            except ApiError as problem:
                log.info("could not load again: %s", type(problem).__name__)
            await asyncio.sleep(EVERY_SECONDS - GATHER_SECONDS)


def use_live(topics: Collection[str], reload: Reload, concerns: Concerns | None = None) -> None:
    """Call `reload` a moment after something of these topics changed in the warehouse one works in.

    `concerns` decides instead of the warehouse. `reload` must be quiet: it replaces what is shown and leaves alone
    what is being typed, chosen or scrolled.
    """
    session = use_session()
    follower = remembered(lambda: Follower(session))
    follower.topics, follower.reload, follower.concerns = frozenset(topics), reload, concerns
    after_drawing(follower.begin, [], cleanup=follower.end)
