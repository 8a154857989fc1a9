"""Light, dark or as the system says: kept in the browser, so it is the same after a reload."""

from typing import Literal

import flet as ft

Mode = Literal["system", "light", "dark"]
KEY = "stillage.theme"
MODES: tuple[Mode, ...] = ("system", "light", "dark")
_FLET_MODES = {"system": ft.ThemeMode.SYSTEM, "light": ft.ThemeMode.LIGHT, "dark": ft.ThemeMode.DARK}


async def as_before(page: ft.Page) -> None:
    """Dress the page as it was left."""
    try:
        kept = await ft.SharedPreferences().get(KEY)
    except (TimeoutError, RuntimeError):
        return
    if kept in _FLET_MODES:
        page.theme_mode = _FLET_MODES[str(kept)]
        page.update()


async def choose(page: ft.Page, mode: Mode) -> None:
    """Dress the page, and remember."""
    page.theme_mode = _FLET_MODES[mode]
    page.update()
    await ft.SharedPreferences().set(KEY, mode)


def current(page: ft.Page) -> Mode:
    """The choice in force."""
    return next((mode for mode in MODES if _FLET_MODES[mode] == page.theme_mode), "system")
