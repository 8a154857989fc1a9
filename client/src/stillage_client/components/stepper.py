"""A number with a minus and a plus beside it; typed, or pressed step by step."""

from collections.abc import Callable
from typing import Any

import flet as ft

from stillage_client import theme
from stillage_client.components.buttons import icon_button
from stillage_client.components.fields import Form, bound
from stillage_client.locale import t


def stepper(
    form: Form,
    key: str,
    value: int,
    change: Callable[[int], Any],
    *,
    name: str,
    warn: bool = False,
    height: int = 40,
    width: int = 132,
    step: int = 1,
) -> ft.Control:
    """`form[key]` holds what is typed; `change` hears every number it can be read as. Pressed, it goes from one
    multiple of `step` to the next."""

    async def typed(said: str) -> None:
        if said.strip().isdigit():
            await change(int(said))

    def by(way: int) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            said = form.get(key, "").strip()
            now = int(said) if said.isdigit() else value
            new = max((now // step + 1 if way > 0 else -(-now // step) - 1) * step, 0)
            form[key] = str(new)
            await change(new)

        return pressed

    box = height - 4
    field = bound(
        form,
        key,
        on_typed=typed,
        border=ft.NoInputBorder(),
        text_align=ft.TextAlign.CENTER,
        text_style=theme.style("strong", ft.Colors.ON_SURFACE),
        keyboard_type=ft.KeyboardType.NUMBER,
        content_padding=0,
        dense=True,
        expand=True,
    )
    edge = theme.SOLID["soon"] if warn else theme.HAIRLINE
    return ft.Container(
        ft.Row(
            [
                icon_button(
                    ft.Icons.REMOVE_ROUNDED, t("One less: {what}", what=name), by(-1), size=18, box=box
                ),
                ft.Container(ft.Semantics(content=field, label=name), expand=True),
                icon_button(ft.Icons.ADD_ROUNDED, t("One more: {what}", what=name), by(1), size=18, box=box),
            ],
            spacing=0,
            vertical_alignment=ft.CrossAxisAlignment.CENTER,
        ),
        width=width,
        height=height,
        border=ft.Border.all(1.5 if warn else 1, edge),
        border_radius=theme.RADIUS_SM,
        bgcolor=theme.CARD,
    )
