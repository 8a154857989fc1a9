"""The large pieces of the pick screen: the place and the thing. Drawing only."""

from collections.abc import Callable
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.selling_records import PickTask
from stillage_client.components.buttons import big_button
from stillage_client.components.faces import product_tile
from stillage_client.components.layout import (
    column,
    fill,
    quiet,
    row,
    stretched,
    surface,
    text,
)
from stillage_client.components.status import expiry_pill
from stillage_client.locale import t
from stillage_client.screens import amounts
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.selling.pick_work import PickWork, lot_words, place_words


def fitting(value: str, most: theme.Role = "giant") -> theme.Role:
    """A role in which the text fits a phone."""
    sizes: tuple[theme.Role, ...] = ("giant", "scan", "scan2", "code", "title")
    start = sizes.index(most) if most in sizes else 0
    needed = 0 if len(value) <= 6 else 1 if len(value) <= 9 else 2 if len(value) <= 16 else 4
    return sizes[min(max(start, needed), len(sizes) - 1)]


def place_panel(work: PickWork, task: PickTask) -> ft.Control:
    """Go to C-02-03."""
    color, ink, soft = theme.SCAN["ready"]
    here = work.here == task.location
    place = bare(task.location)
    mark = (
        row(
            ft.Icon(ft.Icons.CHECK_CIRCLE_ROUNDED, size=20, color="#85DFA8"),
            text(t("You are here"), "small_strong", "#85DFA8"),
            gap=6,
        )
        if here
        else None
    )
    zone = place_words(task)
    return ft.Semantics(
        content=ft.Container(
            stretched(
                row(
                    ft.Icon(ft.Icons.PLACE_ROUNDED, size=20, color=soft),
                    text(t("Go to"), "small_strong", soft, expand=True),
                    mark,
                    gap=6,
                ),
                text(place, fitting(place, "scan2" if here else "giant"), ink),
                text(zone, "body", soft) if zone and not here else None,
                gap=2,
            ),
            bgcolor=color,
            border_radius=theme.RADIUS_XL,
            padding=ft.Padding.only(left=18, right=18, top=14, bottom=12 if here else 14),
            animate=ft.Animation(theme.SMALL_MOTION_MS, theme.CURVE),
        ),
        container=True,
        live_region=True,
    )


def item_card(work: PickWork, task: PickTask, take_all: Callable[[Any], Any]) -> ft.Control:
    """What, how many, which lot, and the three steps."""
    per = task.units_per_case
    packs, loose = divmod(task.open, per)
    if per > 1 and packs == 0:
        number, unit, note = words.number(task.open), words.unit(task.base_unit, task.open), ""
    else:
        number = words.number(packs)
        unit = words.unit(task.case_name or "case", packs) if per > 1 else words.unit(task.base_unit, packs)
        note = words.units(task.open, task.base_unit) if per > 1 else ""
        note = f"+ {loose} · {note}" if loose else note
    head = row(
        product_tile(task.category, task.product_name, 46),
        column(text(task.product_name, "title", lines=2), quiet(_packed(task), "small"), gap=1, expand=True),
        gap=14,
    )
    how_many = row(
        text(number, "giant" if len(number) < 4 else "scan"),
        ft.Container(column(text(unit, "lead"), quiet(note, "small") if note else None), expand=True),
        column(
            quiet(t("Only lot") if task.lot else "", "small"),
            text(task.lot, "code" if len(task.lot) < 9 else "title"),
            horizontal_alignment=ft.CrossAxisAlignment.END,
        ),
        gap=12,
    )
    dates = row(
        expiry_pill(task.until) if task.until else None,
        quiet(lot_words(task), "small", expand=True),
        gap=8,
    )
    return surface(
        ft.Column(
            [head, fill(), how_many, dates, fill(), *_steps(work, task, take_all)],
            spacing=8,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        theme.RADIUS_XL,
        padding=16,
        expand=True,
    )


def _packed(task: PickTask) -> str:
    size = words.volume(task.container_ml) if task.container_ml else ""
    per = task.units_per_case
    if per <= 1:
        return f"{words.unit(task.base_unit, 1).capitalize()} {size}".strip()
    units = words.unit(task.base_unit or "unit", per)
    said = t(
        "{case} of {n} {units}", case=words.unit(task.case_name or "case", 1).capitalize(), n=per, units=units
    )
    return f"{said} {size}".strip()


def _steps(work: PickWork, task: PickTask, take_all: Callable[[Any], Any]) -> list[ft.Control]:
    at = work.step
    place, one = bare(task.location), words.unit(task.case_name or task.base_unit or "unit", 1)
    left = amounts.short(task, task.open)
    if work.hand is not None:
        return [_step(t("You hold it. Scan {place}", place=place), "now", ft.Icons.QR_CODE_SCANNER_ROUNDED)]
    if at == "place":
        return [
            _step(t("Scan {place}", place=place), "now", ft.Icons.QR_CODE_SCANNER_ROUNDED),
            _step(t("Scan one {pack}", pack=one), "later"),
        ]
    if at == "item":
        return [
            _step(t("At {place}", place=place), "done"),
            _step(t("Scan one {pack}", pack=one), "now", ft.Icons.QR_CODE_SCANNER_ROUNDED),
        ]
    done = amounts.short(task, task.picked)
    return [
        _step(t("{amount} picked", amount=done), "done"),
        row(
            big_button(
                t("Take the other {amount}", amount=left),
                ft.Icons.DONE_ALL_ROUNDED,
                take_all,
                color=ft.Colors.ON_PRIMARY,
                ground=ft.Colors.PRIMARY,
            )
        ),
    ]


def _step(label: str, state: str, icon: ft.IconData | None = None) -> ft.Control:
    inks: dict[str, ft.ColorValue] = {
        "done": theme.ON_TINT["ok"],
        "now": ft.Colors.ON_PRIMARY_CONTAINER,
        "later": theme.SUBDUED,
    }
    marks = {"done": ft.Icons.CHECK_CIRCLE_ROUNDED, "later": ft.Icons.CIRCLE_OUTLINED}
    return ft.Container(
        row(
            ft.Icon(icon or marks.get(state, ft.Icons.CIRCLE_OUTLINED), size=22, color=inks[state]),
            text(label, "lead", inks[state], expand=True),
            gap=12,
        ),
        height=46,
        padding=ft.Padding.symmetric(horizontal=12),
        border_radius=theme.RADIUS,
        bgcolor=ft.Colors.PRIMARY_CONTAINER if state == "now" else None,
    )
