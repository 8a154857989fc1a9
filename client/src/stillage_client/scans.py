"""Scanned codes on their way to whoever handles them: one feed per session, in order, each answered once.

What a code means is the handler's business; how it left the scanner is wedge.js's.
"""

import asyncio
import contextvars
import logging
import secrets
import uuid
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import flet as ft

from stillage_client.api.errors import ApiError, Refused, Unreachable
from stillage_client.locale import t

log = logging.getLogger("stillage_client.scans")

ECHO = timedelta(milliseconds=120)  # what no hand can do twice; tune on devices
HANDLER_WAIT_SECONDS = 8.0  # a page that is just being drawn will take scans in a moment
CODE_LENGTH_MAX = 512
ANSWERS_KEPT = 5_000
FEED_LENGTH_MAX = 500

AnswerKind = Literal["ok", "error", "queued", "done", "ready", "echo", "question"]
Source = Literal["wedge", "camera", "typed"]


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One code from one device.

    `id` is made where it was scanned and is the right Idempotency-Key for what follows; `at` is the server's
    time of the scan, worked out from the device's own clock."""

    code: str
    id: str
    at: datetime
    user: str
    source: Source = "wedge"
    device_ms: float | None = None  # the device's own clock, to compare its scans with each other


@dataclass(frozen=True)
class Answer:
    """What became of a scan: the kind chooses sound and colour, the word stands large, the detail below."""

    kind: AnswerKind
    word: str = ""
    detail: str = ""


Handler = Callable[[Scan], Awaitable[Answer]]


class FeedFull(Exception):
    """More scans wait here than a person can have made; the browser keeps the rest."""


class ScanState(ft.Observable):
    """What a screen shows of a feed; `ft.use_state(session.scans.state)` draws again when it changes."""

    def __init__(self) -> None:
        self.waiting = 0  # kept by the browser, not yet here
        self.foreign = 0  # kept by the browser for somebody else who was signed in there
        self.working = 0  # here, waiting for their turn or being judged
        self.echoes = 0  # doubles dropped
        self.last: tuple[Scan, Answer] | None = None


class ScanFeed:
    """The scans of one session."""

    def __init__(self) -> None:
        self.state = ScanState()
        self._handlers: list[Handler] = []
        self._ready = asyncio.Event()
        self._turn = asyncio.Lock()
        self._recent: deque[Scan] = deque(maxlen=20)
        # Handlers run for this session's page, wherever the scan came in.
        self._context = contextvars.copy_context()

    def subscribe(self, handler: Handler) -> Callable[[], None]:
        """Scans go to `handler` until the returned function is called; the latest handler has them alone."""
        self._handlers.append(handler)
        self._ready.set()

        def unsubscribe() -> None:
            if handler in self._handlers:
                self._handlers.remove(handler)
            if not self._handlers:
                self._ready.clear()

        return unsubscribe

    async def enter(self, code: str, *, source: Source, user: str) -> Answer:
        """A code that was typed in or read by the camera, here and now."""
        scan = Scan(code=code, id=str(uuid.uuid4()), at=datetime.now(UTC), user=user, source=source)
        try:
            return await desk.submit(self, scan)
        except (Unreachable, FeedFull) as problem:
            return Answer("error", t("Not booked"), str(problem))

    def tell(self, *, waiting: int, foreign: int) -> None:
        """What the browser says it still keeps, this user's and others'."""

        def note() -> None:
            self.state.waiting, self.state.foreign = waiting, foreign

        self._context.copy().run(note)

    def start(self, scan: Scan) -> "asyncio.Task[Answer]":
        """Line the scan up. The task goes on when whoever asked goes away."""
        if self.state.working >= FEED_LENGTH_MAX:
            raise FeedFull
        return asyncio.get_running_loop().create_task(self._judge(scan), context=self._context.copy())

    async def _judge(self, scan: Scan) -> Answer:
        self.state.working += 1
        try:
            async with self._turn:  # first come, first judged: asyncio.Lock is fair
                if self._is_echo(scan):
                    self.state.echoes += 1
                    log.info("echo dropped: the same code twice within %s, source %s", ECHO, scan.source)
                    answer = Answer(
                        "echo", t("Already scanned"), t("The same scan came twice; one was dropped.")
                    )
                else:
                    answer = await self._handled(scan)
                    self._recent.append(scan)
                self.state.last = (scan, answer)
                return answer
        finally:
            self.state.working -= 1

    def _is_echo(self, scan: Scan) -> bool:
        return any(earlier.code == scan.code and _apart(earlier, scan) < ECHO for earlier in self._recent)

    async def _handled(self, scan: Scan) -> Answer:
        try:
            await asyncio.wait_for(self._ready.wait(), HANDLER_WAIT_SECONDS)
            handler = self._handlers[-1]
        except (TimeoutError, IndexError):
            return Answer("error", t("Not booked"), t("This page takes no scans. Open Scan and scan again."))
        try:
            return await handler(scan)
        except Unreachable:
            raise  # not judged: it stays in the browser and comes again
        except Refused as refusal:
            return Answer("error", t("Not booked"), refusal.sentence)
        except ApiError as problem:
            return Answer("error", t("Not booked"), problem.sentence)
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("scan handler failed, reference %s", reference)
            return Answer("error", t("Not booked"), t("This went wrong here. Reference {r}.", r=reference))


def _apart(one: Scan, other: Scan) -> timedelta:
    """How long lay between two scans; where the clock is the same, the line's delays do not count."""
    if one.source == other.source and one.device_ms is not None and other.device_ms is not None:
        return timedelta(milliseconds=abs(one.device_ms - other.device_ms))
    return abs(one.at - other.at)


class ScanDesk:
    """Where posted scans find their session: tickets of this process, and the answers given so far."""

    def __init__(self) -> None:
        self._feeds: dict[str, tuple[ScanFeed, str]] = {}
        self._answers: OrderedDict[tuple[str, str], asyncio.Task[Answer]] = OrderedDict()

    def issue(self, feed: ScanFeed, user: str) -> str:
        """A new secret under which the browser posts this user's scans to this feed; older ones end."""
        self.withdraw(feed)
        ticket = secrets.token_urlsafe(32)
        self._feeds[ticket] = (feed, user)
        return ticket

    def withdraw(self, feed: ScanFeed) -> None:
        for ticket in [ticket for ticket, (holder, _) in self._feeds.items() if holder is feed]:
            del self._feeds[ticket]

    def find(self, ticket: str) -> tuple[ScanFeed, str] | None:
        """The feed and the user of a ticket."""
        return self._feeds.get(ticket)

    async def submit(self, feed: ScanFeed, scan: Scan) -> Answer:
        """The answer to this scan: judged now, or what was said the first time.

        Raises Unreachable when it could not be judged; then it counts as never seen."""
        known = (scan.user, scan.id)
        task = self._answers.get(known)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._answers[known] = feed.start(scan)
            while len(self._answers) > ANSWERS_KEPT:
                self._answers.popitem(last=False)
        return await asyncio.shield(task)


desk = ScanDesk()
