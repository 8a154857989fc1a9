"""The ways into the search: the box in the sidebar, the icon on the phone and in the rail, and keys drawn as keys."""

from collections.abc import Callable

import flet as ft

from stillage_client import theme
from stillage_client.components.buttons import icon_button, tap
from stillage_client.components.keys import SEARCH, say
from stillage_client.components.layout import quiet, row, text
from stillage_client.locale import t

SHADE = ft.Colors.with_opacity(0.42, "#0A1418")


def key_cap(name: str) -> ft.Control:
    """A key as it stands on the keyboard."""
    return ft.Container(
        text(name, "over", theme.SUBDUED),
        bgcolor=ft.Colors.SURFACE_CONTAINER_HIGH,
        border_radius=theme.RADIUS_XS,
        padding=ft.Padding.symmetric(horizontal=7, vertical=3),
    )


def shade(close: Callable[[], None]) -> ft.Control:
    """Darkens the screen behind a sheet; a press beside the sheet closes it. Screen readers have the button for that."""
    dark = ft.Container(bgcolor=SHADE, on_click=lambda _: close(), expand=True)
    return ft.Container(ft.Semantics(content=dark, exclude_semantics=True), left=0, right=0, top=0, bottom=0)


def search_box() -> ft.Control:
    """Looks like a field and opens the search."""
    page = ft.context.page
    return tap(
        row(
            ft.Icon(ft.Icons.SEARCH_ROUNDED, size=18, color=theme.SUBDUED),
            quiet(t("Search or go to"), "body", expand=True),
            key_cap(t("Ctrl K")),
            gap=10,
        ),
        lambda _: say(page, SEARCH),
        height=38,
        padding=ft.Padding.only(left=10, right=8),
        border_radius=theme.RADIUS_SM,
        bgcolor=theme.CARD,
        border=ft.Border.all(1, theme.HAIRLINE),
    )


def search_icon(box: int = 48) -> ft.Control:
    """The same where there is no room for words."""
    page = ft.context.page
    return icon_button(
        ft.Icons.SEARCH_ROUNDED,
        t("Search everywhere"),
        lambda _: say(page, SEARCH),
        size=24,
        box=box,
        color=ft.Colors.ON_SURFACE,
    )
