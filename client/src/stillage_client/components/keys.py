"""Keys that are heard wherever the focus is: a page has one ear for them, and here it is shared.

A shortcut of a hand (`assets/shortcuts.js`) comes as its letters between F13 and F14; `spelled` puts them together.
"""

import inspect
from collections.abc import Callable
from typing import Any

import flet as ft

from stillage_client.components.hooks import after_drawing, remembered

Hear = Callable[[ft.KeyboardEvent], Any]
BEGIN, END = "F13", "F14"
SEARCH, HELP, NEW, GO = "S", "H", "N", "G"
_hearers: dict[int, list[Hear]] = {}
_obeying: dict[int, Callable[[str], Any]] = {}


def hear(page: ft.Page, hearer: Hear) -> Callable[[], None]:
    """Tell `hearer` of every key; returns how to stop."""
    own = _hearers.setdefault(id(page), [])
    own.append(hearer)

    async def heard(event: ft.KeyboardEvent) -> None:
        for one in list(_hearers.get(id(page), [])):
            outcome = one(event)
            if inspect.isawaitable(outcome):
                await outcome

    page.on_keyboard_event = heard

    def stop() -> None:
        if hearer in own:
            own.remove(hearer)
        if not own and _hearers.get(id(page)) is own:
            del _hearers[id(page)]
            page.on_keyboard_event = None

    return stop


def use_keys(hearer: Hear) -> None:
    """Hear keys while the component is there; always by what it drew last."""
    page = ft.context.page
    now: dict[str, Any] = remembered(lambda: {"hearer": hearer, "stop": _nothing})
    now["hearer"] = hearer

    def begin() -> None:
        now["stop"]()
        now["stop"] = hear(page, lambda event: now["hearer"](event))

    def end() -> None:
        now["stop"]()
        now["stop"] = _nothing

    after_drawing(begin, [], cleanup=end)


def use_shortcuts(obey: Callable[[str], Any]) -> None:
    """Do what the shortcuts of a hand say: their letters, as "S", "H", "N" or "GO"."""
    page = ft.context.page
    spelling = remembered(Spelling)
    now = remembered(lambda: {"obey": obey})
    now["obey"] = obey

    def heard(event: ft.KeyboardEvent) -> Any:
        word = spelling.take(event.key)
        if word is None and event.key == "K" and (event.ctrl or event.meta):
            word = SEARCH  # where no script stands before the page: on a device of its own
        return now["obey"](word) if word else None

    def begin() -> None:
        _obeying[id(page)] = lambda word: now["obey"](word)

    def end() -> None:
        _obeying.pop(id(page), None)

    use_keys(heard)
    after_drawing(begin, [], cleanup=end)


def say(page: ft.Page, word: str) -> Any:
    """The same by a button."""
    obey = _obeying.get(id(page))
    return obey(word) if obey else None


def _nothing() -> None:
    """Nobody is listening."""


class Spelling:
    """Puts the letters of a shortcut together as its keys come in."""

    def __init__(self) -> None:
        self._letters: list[str] | None = None

    def take(self, key: str) -> str | None:
        """The whole shortcut with its last key, empty for keys of one that is not yet whole, None for other keys."""
        if key == BEGIN:
            self._letters = []
            return ""
        if self._letters is None:
            return None
        if key == END:
            said, self._letters = "".join(self._letters), None
            return said
        self._letters.append(key.upper())
        return ""
