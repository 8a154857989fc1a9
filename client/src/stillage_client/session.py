"""One person at one browser tab: who they are, what they may, where they work, whether the server is there.

A session can be thrown away at any time: it is rebuilt from the address, the stored tokens and the database.
"""

import asyncio
import contextvars
import json
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import flet as ft

from stillage_client import locale
from stillage_client.api import auth, incoming
from stillage_client.api.errors import ApiError, FileRefused, Unauthorized, Unreachable
from stillage_client.api.live import Change, Heard, Line, Member, line_of
from stillage_client.api.records import Me, WarehouseRef
from stillage_client.api.transport import Api, Tokens
from stillage_client.scans import ScanFeed, desk

log = logging.getLogger("stillage_client.session")
T = TypeVar("T")

TOKENS_KEY = "stillage.tokens"
TICKET_KEY = "stillage.scan_ticket"  # wedge.js waits for this very name
LANGUAGE_KEY = "stillage.language"
STORE_SECONDS = 8.0
STORE_TRIES, STORE_AGAIN_SECONDS = 5, 0.5
ASK_AGAIN_SECONDS = 3.0
FILE_SECONDS = 60.0
FILE_BYTES_MAX = 25_000_000


@dataclass(frozen=True)
class Visitor:
    """Where a connection comes from, as the socket knows it. What the page says of itself is not trusted."""

    address: str = ""
    user_agent: str = ""


visitor: ContextVar[Visitor] = ContextVar("stillage_visitor")


@dataclass(frozen=True)
class PickedFile:
    """A file as the person's device names it. The name is for showing, never for a path."""

    name: str
    content: bytes


class Session(ft.Observable):
    """Made once per Flet session by main; components have it from `use_session()` and are redrawn on change.

    `ready` turns true once it is known whether somebody is signed in; `offline_since` is None while the
    server answers.
    """

    def __init__(self, page: ft.Page, api_base: str, live_base: str = "") -> None:
        self.user: Me | None = None
        self.ready = False
        self.warehouse: str | None = None
        self.offline_since: datetime | None = None
        self.signed_out_because = ""
        self.hears: bool | None = None  # whether changes come by themselves; None while that is not known
        self._page = page
        self._storage = ft.SharedPreferences()
        self._storing = asyncio.Lock()
        self._page_lost = asyncio.Event()
        self._unsaved = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._watching = False
        # Flet redraws on the page of the running task; other tabs' tasks come in here too.
        self._context = contextvars.copy_context()
        came_from = visitor.get(Visitor())
        self._api = Api(
            api_base,
            on_tokens=self._keep,
            on_reach=self._reached,
            address=came_from.address,
            user_agent=came_from.user_agent,
            live_base=live_base,
        )
        self._scans = ScanFeed()
        self._line: Line | None = None
        self._member = Member(self._api, self._heard, self._line_is_up)
        self._listeners: list[Heard] = []

    # --- what screens read ------------------------------------------------------------------------

    @property
    def api(self) -> Api:
        return self._api

    @property
    def scans(self) -> ScanFeed:
        return self._scans

    @property
    def warehouses(self) -> tuple[WarehouseRef, ...]:
        """Where this user may work."""
        return self.user.warehouses if self.user else ()

    @property
    def live(self) -> bool:
        return self.offline_since is None

    @property
    def language(self) -> str:
        return self._page.session.store.get("stillage.language") or locale.SOURCE

    def can(self, permission: str) -> bool:
        """May this user do that? Only for what to show; the server decides again."""
        return self.user is not None and permission in self.user.permissions

    # --- what changes -----------------------------------------------------------------------------

    def listen(self, heard: Heard) -> Callable[[], None]:
        """Hear of every change this user may see; returns how to stop. None: anything may have changed."""
        self._listeners.append(heard)

        def stop() -> None:
            if heard in self._listeners:
                self._listeners.remove(heard)

        return stop

    def _listen(self) -> None:
        """Join the stream of this sign-in, if there is a browser that looks."""
        if self._api.tokens is None or self.user is None or self._page.session.connection is None:
            return
        line = line_of(self._api.tokens)
        if line is not self._line:
            self._leave()
            self._line = line
        line.join(self._member)

    def _leave(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.leave(self._member)
        self.hears = None

    def _heard(self, change: Change | None) -> None:
        # The stream may run in another tab's task.
        asyncio.get_running_loop().call_soon(self._spread, change, context=self._context.copy())

    def _spread(self, change: Change | None) -> None:
        for heard in list(self._listeners):
            heard(change)

    def _line_is_up(self, up: bool) -> None:
        def told() -> None:
            if self._line is not None and self.hears is not up:
                self.hears = up

        asyncio.get_running_loop().call_soon(told, context=self._context.copy())

    async def disconnected(self) -> None:
        """The browser is gone, for a moment or for good: nobody looks, so nothing need be heard."""
        self._leave()

    # --- coming and going -------------------------------------------------------------------------

    async def restore(self) -> None:
        """Find out who is signed in, from what this browser kept. Waits for the server, does not give up."""
        await self._speak_as_before()
        tokens = await self._tokens_kept()
        if tokens is not None:
            await self._api.adopt(tokens)
            while self._api.tokens is not None and self.user is None:
                try:
                    await self._welcome(await auth.me(self._api))
                except Unauthorized:
                    break
                except Unreachable:
                    await asyncio.sleep(ASK_AGAIN_SECONDS)
                except ApiError as problem:
                    log.warning("could not restore a session: %s", type(problem).__name__)
                    break
        self.ready = True

    async def _tokens_kept(self) -> Any:
        """The tokens this browser kept. A page that was exchanged before it could answer is no browser without any:
        the one that took its place is asked."""
        for _ in range(STORE_TRIES):
            try:
                return _read_tokens(await self._stored(TOKENS_KEY, strict=True))
            except TimeoutError:
                await asyncio.sleep(STORE_AGAIN_SECONDS)
        return None

    async def sign_in(self, username: str, password: str) -> None:
        """Raises Unauthorized, Refused (too many tries) or Unreachable, each with its sentence."""
        await self._api.sign_in(username, password)
        await self._welcome(await auth.me(self._api))
        self.ready = True

    async def sign_out(self) -> None:
        """Leave, here and in every other tab of this browser."""
        self.signed_out_because = ""
        await auth.sign_out(self._api)

    async def choose_warehouse(self, code: str) -> None:
        """Work in another warehouse from now on; the server remembers it for the next time."""
        if code == self.warehouse or code not in {place.code for place in self.warehouses}:
            return
        self.warehouse = code
        await auth.change_me(self._api, warehouse=code)

    async def choose_language(self, code: str) -> None:
        """Speak this language from now on, and at the next sign-in."""
        locale.use_language(self._page, code)
        self.notify()  # type: ignore[no-untyped-call]
        self._page.update()
        await self._store(LANGUAGE_KEY, code)
        if self.user is not None:
            self.user = await auth.change_me(self._api, language=code)
            await self._hand_out_ticket()

    # --- files -------------------------------------------------------------------------------------

    async def pick_file(
        self, *, extensions: Sequence[str] = (), limit_bytes: int = FILE_BYTES_MAX
    ) -> PickedFile | None:
        """Let the person choose a file and have its content; None when they chose none. Images when no extensions
        are named. Raises FileRefused when it is too large or does not arrive.

        The content does not come through Flet's socket, whose frames are small (hosting/file_door.py)."""
        picker = ft.FilePicker()
        files = await picker.pick_files(
            file_type=ft.FilePickerFileType.CUSTOM if extensions else ft.FilePickerFileType.IMAGE,
            allowed_extensions=list(extensions) or None,
        )
        if not files:
            return None
        chosen = files[0]
        if chosen.size > limit_bytes:
            raise FileRefused(limit_bytes)
        ticket, content = incoming.desk.expect(limit_bytes)
        try:
            upload = ft.FilePickerUploadFile(f"/client/files/{ticket}", id=chosen.id, name=chosen.name)
            await picker.upload([upload])
            async with asyncio.timeout(FILE_SECONDS):
                return PickedFile(chosen.name, await content)
        except (TimeoutError, asyncio.CancelledError, RuntimeError) as problem:
            if isinstance(problem, asyncio.CancelledError) and not content.cancelled():
                raise
            raise FileRefused from problem
        finally:
            incoming.desk.forget(ticket)

    async def reconnected(self) -> None:
        """The browser is back on this session: is it still the same person's?"""
        self._page_lost.set()  # who still waits for the page before would hold this one up
        self._page_lost = asyncio.Event()
        if self.user is None:
            return
        self._listen()
        try:
            if self._unsaved:
                await self._keep(self._api.tokens)
            stored = _read_tokens(await self._stored(TOKENS_KEY, strict=True))
        except TimeoutError:
            return
        if stored is None:
            await self._forget()
        elif stored is not self._api.tokens:
            self.user = None
            self.ready = False
            await self.restore()
        else:
            await self._hand_out_ticket()  # a page that was loaded again has none

    async def close(self) -> None:
        """The Flet session is gone for good."""
        self._leave()
        desk.withdraw(self._scans)
        for task in list(self._tasks):
            task.cancel()
        if self._api.tokens is not None:
            self._api.tokens.listeners.discard(self._api)
        await self._api.close()

    # --- inside -----------------------------------------------------------------------------------

    async def _welcome(self, user: Me) -> None:
        if user.language != self.language:
            locale.use_language(self._page, user.language)
            self._page.update()
            await self._store(LANGUAGE_KEY, user.language)
        codes = [place.code for place in user.warehouses]
        self.warehouse = user.warehouse if user.warehouse in codes else next(iter(codes), None)
        self.signed_out_because = ""
        self.user = user
        await self._hand_out_ticket()
        self._listen()

    async def _hand_out_ticket(self) -> None:
        if self.user is None:
            return
        ticket = desk.issue(self._scans, self.user.username)
        word = {"ticket": ticket, "user": self.user.username, "language": self.language}
        await self._store(TICKET_KEY, json.dumps(word))

    async def _keep(self, tokens: Tokens | None) -> None:
        """Api hands over every new pair, and None when the sign-in ended; other tabs' Apis do, too."""
        await asyncio.get_running_loop().create_task(self._kept(tokens), context=self._context.copy())

    async def _kept(self, tokens: Tokens | None) -> None:
        if tokens is None:
            await self._forget()
            return
        self._unsaved = True
        word = {"access": tokens.access, "refresh": tokens.refresh}
        self._unsaved = not await self._store(TOKENS_KEY, json.dumps(word))

    async def _forget(self) -> None:
        was = self.user
        self._leave()
        self.user = None
        self.warehouse = None
        self._unsaved = False
        desk.withdraw(self._scans)
        self._scans.state.last = None
        if self._api.tokens is not None:
            self._api.tokens.listeners.discard(self._api)
            self._api.tokens = None
        if was is not None and self._page.session.connection is not None:
            await self._store(TICKET_KEY, None)
            await self._store(TOKENS_KEY, None)

    async def _speak_as_before(self) -> None:
        before = await self._stored(LANGUAGE_KEY)
        if isinstance(before, str) and before != self.language:
            locale.use_language(self._page, before)
            self._page.update()

    async def _store(self, key: str, value: str | None) -> bool:
        """Write into (or out of) the browser's storage; False when the browser is not there."""
        async with self._storing:
            try:
                if value is None:
                    await self._of_browser(self._storage.remove(key))
                else:
                    await self._of_browser(self._storage.set(key, value))
            except (TimeoutError, RuntimeError):
                log.info("the browser's storage did not answer")
                return False
        return True

    async def _stored(self, key: str, *, strict: bool = False) -> object:
        try:
            return await self._of_browser(self._storage.get(key))
        except TimeoutError:
            if strict:
                raise
        except RuntimeError as problem:
            log.info("the browser's storage could not be read")
            if strict:
                raise TimeoutError from problem
        return None

    async def _of_browser(self, asked: Coroutine[Any, Any, T]) -> T:
        """The browser's answer. TimeoutError when it does not come: at once when that page is gone."""
        lost = asyncio.ensure_future(self._page_lost.wait())
        answer = asyncio.ensure_future(asked)
        try:
            await asyncio.wait({answer, lost}, timeout=STORE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise TimeoutError
            return answer.result()
        finally:
            lost.cancel()
            answer.cancel()

    def _reached(self, answered: bool) -> None:
        if answered:
            self.offline_since = None
        elif self.offline_since is None:
            self.offline_since = datetime.now(UTC)
            self._go(self._watch())

    async def _watch(self) -> None:
        """Ask until the server is back; its answer comes in through _reached."""
        if self._watching:
            return
        self._watching = True
        try:
            while self.offline_since is not None:
                await asyncio.sleep(ASK_AGAIN_SECONDS)
                await self._api.alive()
        finally:
            self._watching = False

    def _go(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _read_tokens(raw: object) -> Tokens | None:
    """What the browser kept; it may have kept anything."""
    try:
        word = json.loads(raw) if isinstance(raw, str) else None
        access, refresh = word["access"], word["refresh"]  # type: ignore[index]
    except (ValueError, KeyError, TypeError):
        return None
    return Tokens.of(access, refresh) if isinstance(access, str) and isinstance(refresh, str) else None


SessionContext = ft.create_context(None)


def use_session() -> Session:
    """The session, inside a component; the component is drawn again when the session changes."""
    session: Session | None = ft.use_context(SessionContext)
    if session is None:
        raise RuntimeError("use_session() outside of SessionContext")
    return session
