"""The answer to a scan, huge: a filled panel, its tags and buttons, the keypad, and the rows of what was done before."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import flet as ft

from stillage_client import theme
from stillage_client.components.buttons import big_button, icon_button, tap
from stillage_client.components.faces import icon_tile
from stillage_client.components.layout import (
    column,
    divided,
    gap,
    hairline,
    quiet,
    row,
    stretched,
    surface,
    text,
)
from stillage_client.locale import t

Ground = Literal["ok", "error", "queued", "ready"]
TAG_ICONS = {
    "lot": ft.Icons.TAG_ROUNDED,
    "date": ft.Icons.EVENT_ROUNDED,
    "place": ft.Icons.PLACE_ROUNDED,
}


def panel(
    ground: Ground,
    icon: ft.IconData,
    head: str,
    right: str,
    *body: ft.Control | None,
    expand: bool | None = None,
) -> ft.Control:
    """The filled panel; its colour moves, its words are read out at once."""
    color, ink, soft = theme.SCAN[ground]
    top = row(
        ft.Icon(icon, size=24, color=ink),
        text(head, "lead", ink, expand=True),
        text(right, "small_strong", soft),
    )
    return ft.Semantics(
        content=ft.Container(
            stretched(top, *body, tight=not expand),
            bgcolor=color,
            border_radius=theme.RADIUS_XL,
            padding=ft.Padding.only(left=18, right=18, top=16, bottom=14),
            animate=ft.Animation(theme.SMALL_MOTION_MS, theme.CURVE),
            expand=expand,
        ),
        live_region=True,
        container=True,
        expand=expand,
    )


def amount_line(ground: Ground, amount: str, unit: str, note: str) -> ft.Control:
    """1 case, 12 bottles: the number at arm's length."""
    _, ink, soft = theme.SCAN[ground]
    return row(
        text(amount, "scan", ink),
        ft.Container(
            column(text(unit, "scan2", ink), text(note, "small_strong", soft) if note else None),
            padding=ft.Padding.only(top=6),
            expand=True,
        ),
        gap=12,
    )


def tags_line(ground: Ground, tags: Sequence[tuple[str, str]]) -> ft.Control:
    """Lot, date and place, each with its picture."""
    _, ink, _ = theme.SCAN[ground]
    return ft.Row([_tag(kind, words, ink) for kind, words in tags], spacing=8, run_spacing=8, wrap=True)


def _tag(kind: str, words: str, ink: str) -> ft.Control:
    return ft.Container(
        ft.Row(
            [
                ft.Icon(TAG_ICONS.get(kind, ft.Icons.LABEL_ROUNDED), size=16, color=ink),
                text(words, "small_strong", ink),
            ],
            spacing=6,
            tight=True,
        ),
        bgcolor=ft.Colors.with_opacity(0.16, ink),
        border_radius=theme.RADIUS_SM,
        padding=ft.Padding.symmetric(horizontal=10, vertical=6),
    )


def misread_line(groups: str, last: str) -> ft.Control:
    """A misread code: in groups, its wrong digit boxed."""
    color, ink, soft = theme.SCAN["error"]
    boxed = ft.Container(
        text(last, "code", color), bgcolor=ink, border_radius=8, padding=ft.Padding.symmetric(horizontal=7)
    )
    return row(text(groups, "code", soft), boxed, gap=4)


def panel_button(
    ground: Ground,
    label: str,
    icon: ft.IconData,
    on_click: Callable[[Any], Any],
    *,
    strong: bool = False,
    name: str | None = None,
) -> ft.Control:
    """A big button on a panel; the strong one stands out."""
    color, ink, _ = theme.SCAN[ground]
    if strong:
        return big_button(label, icon, on_click, color=color, ground=ink, name=name)
    see_through = ft.Colors.with_opacity(0.45 if ground == "queued" else 0.16, "#FFFFFF")
    return big_button(label, icon, on_click, color=ink, ground=see_through, name=name)


def choice_button(label: str, note: str, on_click: Callable[[Any], Any]) -> ft.Control:
    """One of at most three answers to a question."""
    _, ink, soft = theme.SCAN["ready"]
    return tap(
        row(
            column(text(label, "lead", ink), text(note, "small", soft) if note else None, gap=1, expand=True),
            ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=24, color=soft),
        ),
        on_click,
        bgcolor=ft.Colors.with_opacity(0.14, "#FFFFFF"),
        border_radius=theme.RADIUS,
        padding=ft.Padding.symmetric(horizontal=14, vertical=10),
    )


def keypad(
    ground: Ground,
    shown: str,
    unit: str,
    press: Callable[[str], Any],
    done: Callable[[Any], Any],
    cancel: Callable[[Any], Any],
) -> ft.Control:
    """Digits for a gloved thumb."""
    _, ink, soft = theme.SCAN[ground]
    see_through = ft.Colors.with_opacity(0.16, "#FFFFFF")

    def key(label: str, name: str | None = None, icon: ft.IconData | None = None) -> ft.Control:
        return tap(
            ft.Icon(icon, size=22, color=ink) if icon else text(label, "lead", ink),
            lambda _: press(label),
            expand=True,
            label=name,
            height=52,
            border_radius=theme.RADIUS,
            bgcolor=see_through,
            alignment=ft.Alignment.CENTER,
        )

    rows = [row(*[key(d) for d in digits], gap=8) for digits in ("123", "456", "789")]
    return stretched(
        row(
            text(shown or "0", "scan", ink if shown else soft), text(unit, "scan2", ink, expand=True), gap=12
        ),
        gap(8),
        *[part for line in rows for part in (line, gap(8))],
        row(
            key("back", t("Delete a digit"), ft.Icons.BACKSPACE_OUTLINED),
            key("0"),
            key("clear", t("Clear"), ft.Icons.CLEAR_ALL_ROUNDED),
            gap=8,
        ),
        gap(12),
        row(
            panel_button(ground, t("Cancel"), ft.Icons.CLOSE_ROUNDED, cancel),
            panel_button(ground, t("Set"), ft.Icons.CHECK_ROUNDED, done, strong=True),
            gap=10,
        ),
    )


def job_bar(
    jobs: Sequence[tuple[str, str, ft.IconData]], at: str, choose: Callable[[str], Any]
) -> ft.Control:
    """The jobs side by side; the one at hand is filled."""

    def one(key: str, label: str, icon: ft.IconData) -> ft.Control:
        selected = key == at
        ink = ft.Colors.ON_PRIMARY if selected else theme.SUBDUED
        return tap(
            column(
                ft.Icon(icon, size=22, color=ink),
                text(label, "label", ink),
                gap=2,
                horizontal_alignment=ft.CrossAxisAlignment.CENTER,
                alignment=ft.MainAxisAlignment.CENTER,
            ),
            lambda _: choose(key),
            selected=selected,
            expand=True,
            height=56,
            border_radius=theme.RADIUS,
            bgcolor=ft.Colors.PRIMARY if selected else None,
            alignment=ft.Alignment.CENTER,
        )

    return ft.Container(
        row(*[one(*job) for job in jobs], gap=2),
        padding=4,
        bgcolor=theme.CARD,
        border_radius=theme.RADIUS_LG,
        border=ft.Border.all(1, theme.HAIRLINE),
    )


def history_row(
    kind: theme.Kind,
    icon: ft.IconData,
    title: str,
    note: str,
    amount: str,
    action: tuple[ft.IconData, str, Callable[[Any], Any]] | None,
    *,
    struck: bool = False,
) -> ft.Control:
    """One earlier scan, with its undo in reach."""
    ink = theme.SUBDUED if struck else ft.Colors.ON_SURFACE
    button = icon_button(action[0], action[1], action[2], size=22, box=48) if action else None
    return ft.Container(
        row(
            icon_tile(icon, kind, 36),
            column(text(title, "strong", ink), quiet(note), gap=1, expand=True),
            text(amount, "strong", ink),
            button or gap(12),
            gap=10,
        ),
        height=60,
        padding=ft.Padding.only(left=14, right=2),
    )


def history(
    title: str, right: str, rows: list[ft.Control], nothing: str, *, expand: bool = True
) -> ft.Control:
    """The running list."""
    body: ft.Control = (
        ft.Column(
            divided(rows, 14),
            spacing=0,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            expand=True,
        )
        if rows
        else ft.Container(
            quiet(nothing, "small", 2), padding=ft.Padding.symmetric(horizontal=14, vertical=12)
        )
    )
    head = ft.Container(
        row(quiet(title, "label", expand=True), quiet(right)),
        height=36,
        padding=ft.Padding.symmetric(horizontal=14),
    )
    return surface(stretched(head, hairline(), body, tight=False), theme.RADIUS_LG, expand=expand)


def waiting_picture(ground: Ground, title: str, words: str, *, large: bool) -> ft.Control:
    """The idle panel: what to do, in the middle of much room."""
    _, ink, soft = theme.SCAN[ground]
    centred = ft.TextAlign.CENTER
    return column(
        ft.Icon(ft.Icons.QR_CODE_2_ROUNDED, size=88 if large else 56, color=soft),
        gap(14 if large else 8),
        text(title, "scan2", ink, 2, text_align=centred),
        gap(6),
        text(words, "body", soft, 3, text_align=centred),
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
    )
