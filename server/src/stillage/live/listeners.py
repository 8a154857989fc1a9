"""One who listens: what he may hear, what waits for him, and when he is cut. Lives in the event loop only."""

import asyncio
import itertools
from collections import deque
from collections.abc import Iterable
from uuid import UUID

from stillage.core.actor import Actor
from stillage.live.changes import Change
from stillage.live.positions import Position
from stillage.live.topics import TOPICS

# So many events may wait; when more come, all are left away and one `reset` stands for them.
MOST_WAITING = 256
# Who has taken nothing for so long is cut; he comes back with the id of the last he had.
STUCK_SECONDS = 30.0

_numbers = itertools.count()


class Listener:
    """A stream that is open."""

    __slots__ = (
        "actor",
        "asked",
        "beat_at",
        "begun",
        "ended",
        "expires_at",
        "flooded",
        "hears",
        "number",
        "ready",
        "sending_since",
        "session_id",
        "task",
        "user_id",
        "waiting",
        "warned",
    )

    def __init__(self, actor: Actor, *, asked: frozenset[str], expires_at: float) -> None:
        if actor.user_id is None or actor.session_id is None:
            raise TypeError("only somebody who is signed in can listen")
        self.user_id: int = actor.user_id
        self.session_id: UUID = actor.session_id
        self.number = next(_numbers)  # the younger, the higher
        self.asked = asked
        self.expires_at = expires_at
        self.waiting: deque[bytes] = deque()
        self.ready: asyncio.Future[None] | None = None
        self.begun: asyncio.Future[Position] | None = None
        self.ended = ""
        self.flooded = False
        self.sending_since: float | None = None
        self.task: asyncio.Task[None] | None = None
        self.warned = False
        self.beat_at = 0.0
        self.may(actor)

    def may(self, actor: Actor) -> None:
        """What he may hear from now on."""
        self.actor = actor
        self.hears = topics_for(actor, self.asked)

    def wants(self, topic: str, change: Change, warehouses: Iterable[int | None]) -> bool:
        """Whether this is for him: by topic, right and warehouse."""
        if topic not in self.hears:
            return False
        others = TOPICS[topic].others
        if others and change.user_id != self.user_id and not self.actor.can(others):
            return False
        own = self.actor.warehouse_ids
        return own is None or any(one is None or one in own for one in warehouses)

    def put(self, message: bytes) -> None:
        """Give him something to read."""
        if self.ended or self.flooded:
            return
        if len(self.waiting) >= MOST_WAITING:
            self.flood()
        else:
            self.waiting.append(message)
            self._wake()

    def flood(self) -> None:
        """Leave away all that waits; he is told to load anew."""
        self.waiting.clear()
        self.flooded = True
        self._wake()

    def end(self, because: str) -> None:
        """Nothing more for him but what waits."""
        if not self.ended:
            self.ended = because
            self._wake()

    def is_stuck(self, at: float) -> bool:
        """Whether he has long taken nothing of what he was sent."""
        return self.sending_since is not None and at - self.sending_since > STUCK_SECONDS

    def cut(self) -> None:
        """End him in the middle of what he does not take."""
        self.ended = "too_slow"
        if self.task is not None:
            self.task.cancel()

    def _wake(self) -> None:
        if self.ready is not None and not self.ready.done():
            self.ready.set_result(None)

    async def something(self) -> None:
        """Wait until there is something to send, or it is over."""
        if self.waiting or self.flooded or self.ended:
            return
        self.ready = asyncio.get_running_loop().create_future()
        try:
            await self.ready
        finally:
            self.ready = None


def topics_for(actor: Actor, asked: frozenset[str]) -> frozenset[str]:
    """The topics that this actor may hear of, of those asked for."""
    return frozenset(
        name
        for name, topic in TOPICS.items()
        if name in asked
        and actor.can(topic.right)
        and not (topic.everywhere and actor.warehouse_ids is not None)
    )
