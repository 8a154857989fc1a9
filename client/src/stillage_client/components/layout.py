"""Text, rows, columns and cards: the plain boxes every screen is made of. No state, no words."""

from typing import Any

import flet as ft

from stillage_client import theme

Controls = ft.Control | None


def text(
    value: str,
    role: theme.Role = "body",
    color: ft.ColorValue = ft.Colors.ON_SURFACE,
    lines: int = 1,
    **more: Any,
) -> ft.Text:
    """Text in a role of the type scale; it ends in an ellipsis after the given lines."""
    return ft.Text(
        value, style=theme.style(role, color), max_lines=lines, overflow=ft.TextOverflow.ELLIPSIS, **more
    )


def quiet(value: str, role: theme.Role = "caption", lines: int = 1, **more: Any) -> ft.Text:
    """Text that explains: smaller and grey."""
    return text(value, role, theme.SUBDUED, lines, **more)


def row(*controls: Controls, gap: int = 8, **more: Any) -> ft.Row:
    """Side by side, centred on one line; None is left out."""
    return ft.Row(
        [c for c in controls if c is not None],
        spacing=gap,
        vertical_alignment=more.pop("vertical_alignment", ft.CrossAxisAlignment.CENTER),
        **more,
    )


def column(*controls: Controls, gap: int = 0, **more: Any) -> ft.Column:
    """One above the other; tight unless told, or a stack of text sticks to the top of its row."""
    return ft.Column(
        [c for c in controls if c is not None], spacing=gap, tight=more.pop("tight", True), **more
    )


def stretched(*controls: Controls, gap: int = 0, **more: Any) -> ft.Column:
    """A column whose children take its whole width."""
    return column(*controls, gap=gap, horizontal_alignment=ft.CrossAxisAlignment.STRETCH, **more)


def gap(size: int) -> ft.Container:
    """Empty room."""
    return ft.Container(width=size, height=size)


def fill() -> ft.Container:
    """Room that pushes its neighbours apart."""
    return ft.Container(expand=True)


def hairline(inset: int = 0) -> ft.Container:
    """The only line there is."""
    return ft.Container(height=1, bgcolor=theme.HAIRLINE, margin=ft.Margin.symmetric(horizontal=inset))


def divided(rows: list[ft.Control], inset: int = 0) -> list[ft.Control]:
    """The rows with a hairline between each two."""
    parts: list[ft.Control] = []
    for item in rows:
        if parts:
            parts.append(hairline(inset))
        parts.append(item)
    return parts


def surface(content: ft.Control, radius: int = theme.RADIUS, **more: Any) -> ft.Container:
    """A white sheet with a hairline round it."""
    return ft.Container(
        content,
        bgcolor=theme.CARD,
        border=ft.Border.all(1, theme.HAIRLINE),
        border_radius=radius,
        shadow=theme.CARD_SHADOW,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        **more,
    )


def card(
    content: ft.Control,
    title: str | None = None,
    action: ft.Control | None = None,
    subtitle: str | None = None,
    padding: ft.PaddingValue = 16,
    expand: bool | int | None = None,
    **more: Any,
) -> ft.Container:
    """A surface with a heading line and an action on the right of it."""
    head: list[ft.Control] = []
    if title:
        right = 8 if isinstance(action, ft.TextButton | ft.MergeSemantics) else 16
        words = column(text(title, "h2"), quiet(subtitle) if subtitle else None, gap=2, expand=True)
        head.append(
            ft.Container(
                row(words, action),
                padding=ft.Padding.only(left=16, right=right),
                height=58 if subtitle else 48,
            )
        )
    body = ft.Container(content, padding=padding, expand=bool(expand))
    return surface(stretched(*head, body, expand=bool(expand)), expand=expand, **more)
