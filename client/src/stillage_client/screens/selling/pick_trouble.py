"""What the pick screen says when something does not fit: a refused scan, too few at a place. Drawing only."""

from collections.abc import Callable
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.selling_records import PickTask
from stillage_client.components.buttons import big_button, chip
from stillage_client.components.fields import Form, text_field
from stillage_client.components.layout import (
    column,
    fill,
    gap,
    quiet,
    row,
    stretched,
    surface,
    text,
)
from stillage_client.components.scan_panel import panel, panel_button
from stillage_client.locale import t
from stillage_client.screens import amounts
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.selling.pick_panels import fitting
from stillage_client.screens.selling.pick_work import PickWork, Refusal, lot_words, place_words

SHORT_REASONS = ("Not there", "Broken", "Another lot lies here")
OVERRIDE_REASONS = ("Pallet is blocked", "Lot not found", "Agreed with the customer")


def refused_panel(
    work: PickWork, task: PickTask, refused: Refusal, *, may_override: bool, redraw: Callable[[], None]
) -> ft.Control:
    """Red, with what was wanted on white and what was shown below it."""
    _, ink, _ = theme.SCAN["error"]

    def missing(_: Any) -> None:
        work.refused, work.asking = None, "short"

    def override(_: Any) -> None:
        work.asking = "" if work.asking == "use_lot" else "use_lot"
        redraw()

    body: list[ft.Control | None] = [
        fill(),
        text(refused.title, "scan" if len(refused.title) < 11 else "scan2", ink, 2),
        gap(4),
        text(refused.words, "lead", ink, 4),
        fill(),
    ]
    if refused.code == "wrong_location":
        body += [_wanted_card(t("Go to"), bare(task.location), place_words(task)), fill()]
    elif refused.code == "wrong_product":
        body += [_wanted_card(t("Take instead"), task.product_name, task.product), fill()]
    if refused.code == "wrong_lot":
        body += [_wanted(task), gap(10), _shown(refused), fill()]
        if work.asking == "use_lot":
            body.append(_override_reasons(work))
        else:
            body.append(
                row(
                    panel_button(
                        "error", t("{lot} is not here", lot=task.lot), ft.Icons.HELP_OUTLINE_ROUNDED, missing
                    )
                )
            )
            if may_override:
                body += [
                    gap(8),
                    row(panel_button("error", t("Use this lot"), ft.Icons.SWAP_HORIZ_ROUNDED, override)),
                ]
    return panel(
        "error", ft.Icons.ERROR_ROUNDED, t("Not picked"), bare(work.here or task.location), *body, expand=True
    )


def _wanted(task: PickTask) -> ft.Control:
    until = task.until
    return ft.Container(
        stretched(
            row(
                text(t("Take instead"), "lead", "#7A1015", expand=True),
                text(words.days_left(until), "small_strong", "#14191C") if until else None,
            ),
            text(task.lot, fitting(task.lot, "scan"), "#14191C"),
            text(lot_words(task), "body", "#14191C"),
            gap=2,
        ),
        bgcolor="#FFFFFF",
        border_radius=theme.RADIUS_LG,
        padding=ft.Padding.symmetric(horizontal=16, vertical=14),
    )


def _wanted_card(label: str, value: str, note: str) -> ft.Control:
    """What was wanted, on white."""
    return ft.Container(
        stretched(
            text(label, "lead", "#7A1015"),
            text(value, fitting(value, "scan"), "#14191C", 2),
            text(note, "body", "#14191C") if note else None,
            gap=2,
        ),
        bgcolor="#FFFFFF",
        border_radius=theme.RADIUS_LG,
        padding=ft.Padding.symmetric(horizontal=16, vertical=14),
    )


def _shown(refused: Refusal) -> ft.Control:
    _, ink, soft = theme.SCAN["error"]
    return ft.Container(
        row(
            column(
                text(t("You scanned"), "small_strong", soft),
                text(refused.lot or "–", "code", ink),
                expand=True,
            ),
            column(
                text(words.day(refused.until, year=True) if refused.until else "", "body", ink),
                text(words.days_left(refused.until) if refused.until else "", "small", soft),
                horizontal_alignment=ft.CrossAxisAlignment.END,
            ),
        ),
        bgcolor=ft.Colors.with_opacity(0.16, "#000000"),
        border_radius=theme.RADIUS_LG,
        padding=ft.Padding.symmetric(horizontal=16, vertical=12),
    )


def _override_reasons(work: PickWork) -> ft.Control:
    reasons = {
        "Pallet is blocked": t("Pallet is blocked"),
        "Lot not found": t("Lot not found"),
        "Agreed with the customer": t("Agreed with the customer"),
    }

    def one(reason: str) -> ft.Control:
        async def pressed(_: Any) -> None:
            await work.use_scanned_lot(reason)

        return row(panel_button("error", reasons[reason], ft.Icons.CHECK_ROUNDED, pressed))

    _, ink, _ = theme.SCAN["error"]
    return stretched(text(t("Why this lot?"), "lead", ink), *[one(r) for r in OVERRIDE_REASONS], gap=8)


# ---- too few


def short_question(work: PickWork, task: PickTask, form: Form, redraw: Callable[[], None]) -> ft.Control:
    """How many are missing, and why; the answer says where they come from instead."""
    per = task.units_per_case
    unit = words.unit(task.case_name or "case", 2) if per > 1 else words.unit(task.base_unit, 2)
    reasons = {
        "Not there": t("Not there"),
        "Broken": t("Broken"),
        "Another lot lies here": t("Another lot lies here"),
    }

    def choose(reason: str) -> Callable[[Any], Any]:
        def pressed(_: Any) -> None:
            form["reason"] = reason
            redraw()

        return pressed

    async def say(_: Any) -> None:
        said = form.get("missing", "").strip()
        count = int(said) if said.isdigit() else 0
        await work.short(count * per, form.get("reason") or "Not there")

    def back(_: Any) -> None:
        work.asking = ""

    chosen = form.get("reason") or "Not there"
    return surface(
        ft.Column(
            [
                text(t("How many are missing?"), "title", lines=2),
                quiet(
                    t(
                        "{amount} of {product} should be at {place}.",
                        amount=amounts.short(task, task.open),
                        product=task.product_name,
                        place=bare(task.location),
                    ),
                    "body",
                    3,
                ),
                text_field(form, "missing", height=64, label=t("Missing {unit}", unit=unit), on_submit=say),
                ft.Row(
                    [chip(reasons[r], choose(r), selected=r == chosen) for r in SHORT_REASONS],
                    spacing=8,
                    run_spacing=8,
                    wrap=True,
                ),
                text(work.fault, "small", theme.ON_TINT["expired"], 3) if work.fault else gap(1),
                fill(),
                row(
                    big_button(t("Back"), ft.Icons.ARROW_BACK_ROUNDED, back, edge=theme.HAIRLINE),
                    big_button(
                        t("Report it"),
                        ft.Icons.CHECK_ROUNDED,
                        say,
                        color=ft.Colors.ON_PRIMARY,
                        ground=ft.Colors.PRIMARY,
                    ),
                    gap=10,
                ),
            ],
            spacing=12,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        theme.RADIUS_XL,
        padding=18,
        expand=True,
    )
