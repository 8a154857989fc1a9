"""What lies over the screen when a shortcut or a button asks for it: the search, or the sheet of shortcuts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import flet as ft

from stillage_client.components.hooks import after_drawing, remembered, watched
from stillage_client.components.keys import GO, HELP, NEW, SEARCH, use_shortcuts
from stillage_client.components.navigation import Destination
from stillage_client.screens.keyboard_help import KeyboardHelp
from stillage_client.screens.palette import Palette
from stillage_client.screens.shortcuts import begins, goes_to

Shown = Literal["", "search", "help"]


@ft.observable
@dataclass
class Over:
    """Which of the two is open."""

    shown: Shown = ""

    def close(self) -> None:
        self.shown = ""

    def help(self) -> None:
        self.shown = "help"

    def search(self) -> None:
        self.shown = "search"


@dataclass
class _Ways:
    """Where this person may go and what they may begin, as the frame last knew."""

    places: list[str] = field(default_factory=list)
    rights: set[str] = field(default_factory=set)


class Opened:
    """The state and what the frame tells it."""

    def __init__(self, over: Over, ways: _Ways) -> None:
        self._over, self._ways = over, ways
        self.shown, self.close, self.help = over.shown, over.close, over.help

    def knows(self, places: list[str], rights: set[str]) -> None:
        """Shortcuts lead only where the role may go."""
        self._ways.places, self._ways.rights = places, rights


def use_over(location: str) -> Opened:
    """Obey shortcuts; whatever is open closes when the screen changes."""
    page = ft.context.page
    over, ways = watched(Over), remembered(_Ways)

    def obey(word: str) -> None:
        if word == SEARCH:
            over.search()
        elif word == HELP:
            over.help()
        elif over.shown:
            return
        elif word == NEW:
            target = begins(page.route or "/", ways.rights)
            if target:
                page.navigate(target)
        elif word.startswith(GO):
            target = goes_to(word, ways.places)
            if target:
                page.navigate(target)

    use_shortcuts(obey)
    after_drawing(over.close, [location])
    return Opened(over, ways)


def covered(
    screen: ft.Control,
    shown: Shown,
    destinations: Sequence[Destination],
    close: Callable[[], None],
    show_help: Callable[[], None],
) -> ft.Control:
    """The screen, and over it what is open; a screen reader then finds only that."""
    above: list[Any] = []
    if shown == "search":
        above.append(Palette(destinations, close, show_help))
    elif shown == "help":
        above.append(KeyboardHelp(destinations, close))
    below = ft.Semantics(content=screen, exclude_semantics=bool(above))
    return ft.Stack([below, *above], expand=True, fit=ft.StackFit.EXPAND)
