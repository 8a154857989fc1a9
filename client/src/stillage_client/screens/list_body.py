"""The body of a plain list screen: rows in a card, and what it says while loading, failed or empty."""

from collections.abc import Callable
from typing import Any

import flet as ft

from stillage_client.components.buttons import button
from stillage_client.components.feedback import bone_rows, empty, working_bar
from stillage_client.components.layout import divided, gap, hairline, quiet, row, stretched, surface
from stillage_client.components.viewport import Layout
from stillage_client.locale import t
from stillage_client.screens.paged import PagedState


def list_body(
    state: PagedState,
    what: str,
    draw: Callable[[Any], ft.Control],
    nothing: ft.Control,
    *,
    try_now: Callable[[Any], Any],
    more: Callable[[Any], Any],
    layout: Layout,
    head: ft.Control | None = None,
    filters: ft.Control | None = None,
) -> ft.Control:
    """Filters above, then one surface with everything the list has to say."""
    if state.trouble is not None and not state.rows:
        trouble = state.trouble
        inside: ft.Control = empty(
            trouble.icon,
            trouble.title(what),
            trouble.words,
            button(t("Try now"), try_now, icon=ft.Icons.REFRESH_ROUNDED),
        )
    elif not state.loaded:
        inside = bone_rows(10)
    elif not state.rows:
        inside = nothing
    else:
        rows = divided([draw(item) for item in state.rows], 16)
        if state.cursor:
            rows.append(ft.Container(button(t("Load more"), more, kind="quiet", height=48), padding=4))
        inside = ft.Column(
            [working_bar(state.working), *([head] if head and layout == "desk" else []), *rows],
            spacing=0,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            expand=True,
        )
    sheet = surface(inside, expand=True)
    parts = [filters, gap(12), sheet] if filters is not None else [sheet]
    return stretched(*parts, expand=True, tight=False)


def heading(*cells: tuple[str, int | None, bool]) -> ft.Control:
    """The column names over a list on a desk: (name, width or None, right-aligned)."""
    boxes = [
        ft.Container(
            quiet(name, "label"),
            width=width,
            expand=width is None,
            alignment=ft.Alignment.CENTER_RIGHT if right else ft.Alignment.CENTER_LEFT,
        )
        for name, width, right in cells
    ]
    line = ft.Container(
        row(*boxes, gap=12),
        height=40,
        padding=ft.Padding.symmetric(horizontal=16),
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
    )
    return stretched(line, hairline())
