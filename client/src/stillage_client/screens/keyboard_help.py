"""The sheet of keyboard shortcuts: what `?` opens."""

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from stillage_client import theme
from stillage_client.components.buttons import icon_button
from stillage_client.components.keys import use_keys
from stillage_client.components.layout import gap, quiet, row, stretched, text
from stillage_client.components.navigation import Destination
from stillage_client.components.search_box import SHADE, key_cap, shade
from stillage_client.components.viewport import use_layout
from stillage_client.locale import t
from stillage_client.screens.shortcuts import general, letter_of

WIDTH = 720


@ft.component
def KeyboardHelp(destinations: Sequence[Destination], close: Callable[[], None]) -> Any:
    """Every shortcut that works for this person, above the screen."""
    layout = use_layout()

    def pressed(event: ft.KeyboardEvent) -> None:
        if event.key == "Escape":
            close()

    use_keys(pressed)
    left = [_line(keys, said) for keys, said in general()]
    right = [_line(("G", letter_of(one.path)), one.label) for one in destinations if letter_of(one.path)]
    half = (len(right) + 1) // 2
    ways = [right] if layout == "phone" else [right[:half], right[half:]]
    columns: list[ft.Control] = [
        stretched(quiet(t("Everywhere"), "over"), gap(6), *left, gap(14), expand=True),
    ]
    lists = ft.Row(
        [stretched(*one, expand=True) for one in ways],
        spacing=28,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
    body = ft.Column(
        [*columns, quiet(t("Go to, one key after the other"), "over"), gap(6), lists],
        spacing=0,
        scroll=ft.ScrollMode.AUTO,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    height = min(ft.context.page.height or 800, 900) - 120
    sheet = ft.Container(
        stretched(
            row(
                text(t("Keyboard shortcuts"), "title", expand=True),
                icon_button(ft.Icons.CLOSE_ROUNDED, t("Close"), lambda _: close(), size=20, box=40),
            ),
            gap(8),
            ft.Container(
                body, height=min(height - 100, 120 + 34 * (len(left) + max(len(one) for one in ways)))
            ),
            gap(8),
            quiet(t("Not while you write in a field; a scanner is never taken for a hand."), "small", 2),
        ),
        width=None if layout == "phone" else WIDTH,
        padding=24,
        bgcolor=theme.CARD,
        border_radius=theme.RADIUS_LG,
        border=ft.Border.all(1, theme.HAIRLINE),
        shadow=ft.BoxShadow(blur_radius=40, spread_radius=-6, offset=ft.Offset(0, 18), color=SHADE),
    )
    named = ft.Semantics(content=sheet, label=t("Keyboard shortcuts"), container=True)
    held = ft.Container(named, left=12, right=12, top=60, alignment=ft.Alignment.TOP_CENTER)
    return ft.Stack([shade(close), held], left=0, right=0, top=0, bottom=0)


def _line(keys: tuple[str, ...], said: str) -> ft.Control:
    return ft.Container(
        row(text(said, "body", expand=True), *[key_cap(key) for key in keys], gap=6), height=34
    )
