"""What a list or a page says when it has nothing to show: empty, loading, failed, and the banner above."""

import flet as ft

from stillage_client import theme
from stillage_client.components.layout import column, gap, quiet, row, text
from stillage_client.components.status import ICONS
from stillage_client.locale import t


def empty(
    icon: ft.IconData, title: str, words: str, *actions: ft.Control | None, width: int = 420
) -> ft.Container:
    """Why there is nothing, and the next step."""
    tile = ft.Container(
        ft.Icon(icon, size=28, color=ft.Colors.ON_SECONDARY_CONTAINER),
        width=64,
        height=64,
        border_radius=20,
        bgcolor=ft.Colors.SECONDARY_CONTAINER,
        alignment=ft.Alignment.CENTER,
    )
    centred = ft.TextAlign.CENTER
    buttons = [a for a in actions if a is not None]
    return ft.Container(
        column(
            tile,
            gap(16),
            text(title, "title", lines=2, text_align=centred),
            gap(6),
            ft.Container(quiet(words, "body", 5, text_align=centred), width=width),
            gap(20) if buttons else None,
            row(*buttons, alignment=ft.MainAxisAlignment.CENTER, wrap=True) if buttons else None,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        ),
        alignment=ft.Alignment.CENTER,
        expand=True,
        padding=16,
    )


def banner(
    kind: theme.Kind, title: str, words: str, *actions: ft.Control, icon: ft.IconData | None = None
) -> ft.Control:
    """What happened, each cause and what to change; read out at once."""
    color = theme.ON_TINT[kind]
    more = text(words, "small", color, 6) if words else None
    said = column(text(title, "strong", color, 2), more, gap=1, expand=True)
    return ft.Semantics(
        content=ft.Container(
            row(ft.Icon(icon or ICONS[kind], size=20, color=color), said, *actions, gap=12),
            bgcolor=theme.TINT[kind],
            border_radius=theme.RADIUS,
            padding=ft.Padding.symmetric(horizontal=16, vertical=12),
        ),
        container=True,
        live_region=True,
    )


def bone(width: float | None = None, height: float = 12, radius: float = 6) -> ft.Container:
    """A grey box where text will be."""
    return ft.Container(
        width=width, height=height, border_radius=radius, bgcolor=ft.Colors.SURFACE_CONTAINER_HIGH
    )


def shimmer(content: ft.Control) -> ft.Control:
    """Bones that show something is on its way."""
    moving = ft.Shimmer(
        content,
        base_color=ft.Colors.SURFACE_CONTAINER_HIGH,
        highlight_color=ft.Colors.SURFACE_CONTAINER_LOW,
        period=1400,
    )
    return ft.Semantics(content=moving, label=t("Loading"), exclude_semantics=True)


def bone_rows(count: int, height: int = 60) -> ft.Control:
    """A card full of rows that are still coming."""
    lines = [
        ft.Container(
            row(
                bone(36, 36, 10),
                column(
                    bone((150, 190, 130, 170)[i % 4]),
                    bone((200, 160, 220, 180)[i % 4], 9),
                    gap=7,
                    expand=True,
                ),
                bone(52, 11),
                gap=12,
            ),
            height=height,
            padding=ft.Padding.symmetric(horizontal=16),
        )
        for i in range(count)
    ]
    return shimmer(column(*lines))


def working_bar(working: bool) -> ft.Control:
    """Two pixels that say newer rows are coming; the old ones stay."""
    if not working:
        return ft.Container(height=2)
    return ft.ProgressBar(bar_height=2, bgcolor=ft.Colors.TRANSPARENT, color=ft.Colors.PRIMARY)
