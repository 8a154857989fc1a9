"""The end of a pick list, and the whole walk beside it on a desk. Drawing only."""

from collections.abc import Callable
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.selling_records import PickTask
from stillage_client.components.buttons import big_button
from stillage_client.components.faces import icon_tile
from stillage_client.components.feedback import banner
from stillage_client.components.layout import (
    column,
    divided,
    fill,
    quiet,
    row,
    surface,
    text,
)
from stillage_client.components.scan_panel import panel
from stillage_client.components.status import expiry_kind
from stillage_client.locale import t, tn
from stillage_client.screens import amounts
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.selling.pick_work import PickWork, line_count


def done_panel(
    work: PickWork, go: Callable[[str], Any], undo: Callable[[Any], Any]
) -> list[ft.Control | None]:
    """All of it: what was picked, where it goes, what was short, what comes now."""
    made = work.sheet
    _, ink, soft = theme.SCAN["ok"]
    tasks = made.tasks if made else ()
    orders = tuple(dict.fromkeys(one.order for one in tasks if one.order))
    customers = tuple(dict.fromkeys(one.customer_name for one in tasks if one.customer_name))
    packs = sum(one.picked // one.units_per_case for one in tasks)
    name = orders[0] if len(orders) == 1 else tn("{n} order", "{n} orders", len(orders))
    cancelled = made is not None and made.status == "cancelled"
    figures = [(words.number(len(tasks)), line_count(len(tasks)).split(" ", 1)[-1])]
    figures.append((words.number(packs), words.unit("case", packs)))
    if work.minutes:
        figures.append((t("{n} min", n=work.minutes), t("from first scan")))

    def figure(value: str, what: str) -> ft.Control:
        return column(
            text(value, "title", ink),
            text(what, "small", soft),
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        )

    middle = column(
        ft.Icon(ft.Icons.CHECK_ROUNDED, size=88, color=ink),
        text(name, "scan2", ink),
        text(", ".join(customers[:2]), "lead", soft, 2, text_align=ft.TextAlign.CENTER),
        gap=6,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
    )
    head = t("Cancelled") if cancelled else t("Picked")
    at = words.clock(work.last_at) if work.last_at else ""
    parts: list[ft.Control | None] = [
        panel(
            "ok",
            ft.Icons.CHECK_CIRCLE_ROUNDED,
            head,
            at,
            fill(),
            middle,
            fill(),
            row(*[figure(*f) for f in figures]),
            expand=True,
        )
    ]
    if made is not None and made.staging_location:
        parts.append(
            surface(
                row(
                    icon_tile(ft.Icons.LOCAL_SHIPPING_ROUNDED, "info", 48),
                    column(
                        quiet(t("Take it to"), "small"),
                        text(bare(made.staging_location), "title"),
                        expand=True,
                    ),
                    gap=14,
                ),
                theme.RADIUS_LG,
                padding=14,
            )
        )
    if work.shorts:
        parts.append(banner("soon", work.shorts[0], t("It was reported. The order waits for new stock.")))
    if len(orders) == 1:
        parts.append(
            row(
                big_button(
                    t("Pack {order}", order=orders[0]),
                    ft.Icons.ARROW_FORWARD_ROUNDED,
                    lambda _: go(f"/orders/{orders[0]}"),
                    color=ft.Colors.ON_PRIMARY,
                    ground=ft.Colors.PRIMARY,
                )
            )
        )
    else:
        parts.append(
            row(
                big_button(
                    t("Next list"),
                    ft.Icons.ARROW_FORWARD_ROUNDED,
                    lambda _: go("/picking"),
                    color=ft.Colors.ON_PRIMARY,
                    ground=ft.Colors.PRIMARY,
                )
            )
        )
    if work.can_undo:
        parts.append(
            row(
                big_button(
                    t("Undo last pick"), ft.Icons.UNDO_ROUNDED, undo, ground=ft.Colors.TRANSPARENT, height=48
                )
            )
        )
    return parts


def task_rows(work: PickWork) -> list[ft.Control]:
    """The whole walk beside the hand, on a desk."""

    def one(task: PickTask) -> ft.Control:
        now = work.task is not None and task.id == work.task.id
        kind: theme.Kind = "soon" if task.short else "ok"
        done = task.open <= 0
        icon = ft.Icons.CHECK_CIRCLE_ROUNDED if done else ft.Icons.CIRCLE_OUTLINED
        until = task.until
        date_ink = theme.ON_TINT[expiry_kind(until)] if until else theme.SUBDUED
        return ft.Container(
            row(
                ft.Icon(icon, size=18, color=theme.ON_TINT[kind] if done else theme.SUBDUED),
                ft.Container(text(bare(task.location), "strong"), width=92),
                column(
                    text(task.product_name, "strong"),
                    quiet(f"{task.order} · {task.customer_name}"),
                    expand=True,
                ),
                column(
                    text(task.lot, "small_strong"),
                    text(words.day(until) if until else "", "caption", date_ink),
                    horizontal_alignment=ft.CrossAxisAlignment.END,
                ),
                ft.Container(
                    text(amounts.short(task, task.quantity), "strong"),
                    width=100,
                    alignment=ft.Alignment.CENTER_RIGHT,
                ),
                gap=12,
            ),
            height=56,
            padding=ft.Padding.symmetric(horizontal=16),
            bgcolor=ft.Colors.with_opacity(0.05, ft.Colors.PRIMARY) if now else None,
        )

    return divided([one(task) for task in (work.sheet.tasks if work.sheet else ())], 16)
