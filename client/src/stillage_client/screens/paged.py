"""The rows of a long list as they come in, page by page: what every plain list screen keeps."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client.api.records import Page
from stillage_client.api.transport import ApiError
from stillage_client.screens.refusals import Trouble, trouble_of

REFRESHED_PAGES = 10  # further down one has to load again by hand

Fetch = Callable[[str | None], Awaitable[Page[Any]]]


@ft.observable
@dataclass
class PagedState:
    """Rows so far; old ones stay while new ones load, and an overtaken answer is dropped."""

    rows: tuple[Any, ...] = ()
    cursor: str | None = None
    loaded: bool = False
    working: bool = False
    trouble: Trouble | None = None
    _turn: int = 0

    async def load(self, fetch: Fetch) -> None:
        """The first page of a new question."""
        self._turn += 1
        turn, self.working = self._turn, True
        try:
            page = await fetch(None)
        except ApiError as error:
            if turn == self._turn:
                self.trouble, self.working = trouble_of(error), False
            return
        if turn == self._turn:
            self.rows, self.cursor, self.trouble = page.results, page.next, None
            self.loaded, self.working = True, False

    async def refresh(self, fetch: Fetch) -> None:
        """As many rows as there are, as they are now; quietly, so that nobody loses the place."""
        if not self.loaded or self.working:
            return
        turn, wanted = self._turn, len(self.rows)
        rows: tuple[Any, ...] = ()
        cursor: str | None = None
        for _ in range(REFRESHED_PAGES):
            page = await fetch(cursor)
            rows, cursor = (*rows, *page.results), page.next
            if cursor is None or len(rows) >= wanted:
                break
        if turn == self._turn and not self.working:
            self.rows, self.cursor, self.trouble = rows, cursor, None

    async def more(self, fetch: Fetch) -> None:
        """The next page, below what is there."""
        if self.cursor is None or self.working:
            return
        turn, self.working = self._turn, True
        try:
            page = await fetch(self.cursor)
        except ApiError as error:
            if turn == self._turn:
                self.trouble, self.working = trouble_of(error), False
            return
        if turn == self._turn:
            self.rows, self.cursor, self.working = (*self.rows, *page.results), page.next, False
