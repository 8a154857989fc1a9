"""Everything that is pressed: buttons, icon buttons, links, chips and pressable rows.

Each is one named node for a screen reader, reachable by Tab and pressed by Enter.
"""

from collections.abc import Callable
from typing import Any, Literal

import flet as ft

from stillage_client import theme, words
from stillage_client.components.layout import text
from stillage_client.components.status import dot

Pressed = Callable[[ft.Event[Any]], Any]


def tap(
    content: ft.Control,
    on_click: Pressed,
    *,
    selected: bool | None = None,
    expand: bool | int | None = None,
    label: str | None = None,
    **container: Any,
) -> ft.Control:
    """Make anything pressable: ink for the eye, one focusable named node for the screen reader."""
    box = ft.Container(content, ink=True, on_click=on_click, **container)
    return ft.MergeSemantics(
        ft.Semantics(content=box, button=True, selected=selected, label=label), expand=expand
    )


def button(
    label: str,
    on_click: Pressed | None,
    *,
    icon: ft.IconData | None = None,
    kind: Literal["filled", "plain", "quiet"] = "filled",
    height: int = theme.BUTTON,
    **more: Any,
) -> ft.Control:
    """A labelled button; one filled button a screen."""
    if kind == "filled":
        return ft.FilledButton(content=label, icon=icon, height=height, on_click=on_click, **more)
    if kind == "quiet":
        return ft.TextButton(content=label, icon=icon, height=height, on_click=on_click, **more)
    faint = ft.Colors.with_opacity(0.38, ft.Colors.ON_SURFACE)
    ink = {ft.ControlState.DISABLED: faint, ft.ControlState.DEFAULT: ft.Colors.ON_SURFACE}
    style = ft.ButtonStyle(color=ink, bgcolor=theme.CARD, icon_color=theme.SUBDUED)
    return ft.OutlinedButton(content=label, icon=icon, height=height, style=style, on_click=on_click, **more)


def icon_button(
    icon: ft.IconData,
    name: str,
    on_click: Pressed,
    *,
    size: int = 20,
    box: int = theme.BUTTON,
    color: ft.ColorValue = theme.SUBDUED,
    **more: Any,
) -> ft.Control:
    """A picture with a name; merged, or the inner button stays unnamed."""
    return ft.MergeSemantics(
        ft.IconButton(
            icon,
            tooltip=name,
            icon_size=size,
            icon_color=color,
            width=box,
            height=box,
            padding=0,
            style=ft.ButtonStyle(shape=ft.RoundedRectangleBorder(radius=theme.RADIUS_SM)),
            on_click=on_click,
            **more,
        )
    )


def link(label: str, on_click: Pressed) -> ft.TextButton:
    """A quiet way on, in a card's heading; the width is given or Material makes it 64."""
    style = ft.ButtonStyle(
        padding=ft.Padding.symmetric(horizontal=8),
        text_style=theme.style("small_strong"),
        shape=ft.RoundedRectangleBorder(radius=theme.RADIUS_SM),
    )
    return ft.TextButton(content=label, height=36, width=18 + 8 * len(label), style=style, on_click=on_click)


def chip(
    label: str,
    on_click: Pressed,
    *,
    count: int | None = None,
    selected: bool = False,
    kind: theme.Kind | None = None,
    icon: ft.IconData | None = None,
) -> ft.Control:
    """A filter that is on or off, with how many it would show."""
    color = ft.Colors.ON_SECONDARY_CONTAINER if selected else ft.Colors.ON_SURFACE
    parts: list[ft.Control] = []
    if kind:
        parts.append(dot(kind))
    if icon:
        parts.append(ft.Icon(icon, size=16, color=color))
    parts.append(text(label, "small_strong", color))
    if count is not None:
        parts.append(text(words.number(count), "small", color if selected else theme.SUBDUED))
    edge = ft.Colors.SECONDARY_CONTAINER if selected else theme.HAIRLINE
    return tap(
        ft.Row(parts, spacing=6, tight=True),
        on_click,
        selected=selected,
        height=34,
        padding=ft.Padding.symmetric(horizontal=12),
        border_radius=theme.PILL,
        bgcolor=ft.Colors.SECONDARY_CONTAINER if selected else theme.CARD,
        border=ft.Border.all(1, edge),
    )


def big_button(
    label: str,
    icon: ft.IconData,
    on_click: Pressed,
    *,
    color: ft.ColorValue = ft.Colors.ON_SURFACE,
    ground: ft.ColorValue = theme.CARD,
    edge: ft.ColorValue | None = None,
    height: int = theme.TOUCH,
    expand: bool | None = True,
    name: str | None = None,
) -> ft.Control:
    """A button for a gloved thumb."""
    return tap(
        ft.Row(
            [ft.Icon(icon, size=20, color=color), text(label, "lead", color)],
            spacing=8,
            alignment=ft.MainAxisAlignment.CENTER,
        ),
        on_click,
        expand=expand,
        label=name,
        height=height,
        border_radius=theme.RADIUS,
        bgcolor=ground,
        border=ft.Border.all(1.5, edge) if edge else None,
    )
