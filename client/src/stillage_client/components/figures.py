"""Numbers as pictures: the part bar, the big statistic and the light table inside a card."""

from collections.abc import Mapping, Sequence

import flet as ft

from stillage_client import theme
from stillage_client.components.layout import column, divided, hairline, quiet, row, stretched, text
from stillage_client.components.status import dot

_SMALLEST = 18  # of 1000: so that a small part is still seen


def part_bar(
    parts: Sequence[tuple[theme.Kind | str, int]], label: str, height: int = 6, expand: bool | None = None
) -> ft.Control:
    """One bar of coloured parts; zero parts vanish, and the label says it in words."""
    shown = [(color, amount) for color, amount in parts if amount > 0]
    total = sum(amount for _, amount in shown) or 1
    bar = ft.Container(
        ft.Row(
            [
                ft.Container(
                    bgcolor=theme.solid(color),
                    expand=max(1000 * amount // total, _SMALLEST),
                    height=height,
                )
                for color, amount in shown
            ],
            spacing=2,
        ),
        border_radius=height,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        height=height,
        bgcolor=ft.Colors.SURFACE_CONTAINER_HIGH,
    )
    return ft.Semantics(content=bar, label=label, image=True, expand=expand)


def statistic(
    label: str, value: str, unit: str, kind: theme.Kind | str | None = None, **more: object
) -> ft.Column:
    """A number with its name above and its unit beside it."""
    return column(
        row(dot(kind) if kind else None, quiet(label), gap=6),
        row(
            text(value, "title"),
            ft.Container(quiet(unit), padding=ft.Padding.only(top=6), expand=True),
            gap=5,
        ),
        gap=2,
        **more,
    )


def light_table(
    heads: Sequence[str],
    rows: Sequence[Sequence[ft.Control | str]],
    widths: Sequence[tuple[int | None, bool]],
    row_height: int = 44,
    gap: int = 12,
    below: Mapping[int, ft.Control] | None = None,
) -> ft.Column:
    """A table for cards: widths are (pixels or None for the rest, right-aligned); `below` stands under its row."""

    def line(cells: Sequence[ft.Control], height: int) -> ft.Control:
        boxes = [
            ft.Container(
                cell,
                width=width,
                expand=width is None,
                alignment=ft.Alignment.CENTER_RIGHT if right else ft.Alignment.CENTER_LEFT,
            )
            for cell, (width, right) in zip(cells, widths, strict=True)
        ]
        return ft.Container(row(*boxes, gap=gap), height=height, padding=ft.Padding.symmetric(horizontal=16))

    head = line([quiet(h, "label") for h in heads], 34)
    body = [line([c if isinstance(c, ft.Control) else text(c) for c in cells], row_height) for cells in rows]
    for number, more in (below or {}).items():
        body[number] = stretched(body[number], more)
    return stretched(head, hairline(), *divided(body))
