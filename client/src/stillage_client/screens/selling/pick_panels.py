"""The large pieces of the pick screen: the place, the thing, the refusal, the end. Drawing only."""

from collections.abc import Callable
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.selling_records import PickTask
from stillage_client.components.buttons import big_button, chip
from stillage_client.components.faces import icon_tile, product_tile
from stillage_client.components.feedback import banner
from stillage_client.components.fields import Form, text_field
from stillage_client.components.layout import (
    column,
    divided,
    fill,
    gap,
    quiet,
    row,
    stretched,
    surface,
    text,
)
from stillage_client.components.scan_panel import panel, panel_button
from stillage_client.components.status import expiry_kind, expiry_pill
from stillage_client.locale import t, tn
from stillage_client.screens import amounts
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.selling.pick_work import PickWork, Refusal, line_count, lot_words, place_words

SHORT_REASONS = ("Not there", "Broken", "Another lot lies here")
OVERRIDE_REASONS = ("Pallet is blocked", "Lot not found", "Agreed with the customer")


def _fitting(value: str, most: theme.Role = "giant") -> theme.Role:
    """A role in which the text fits a phone."""
    sizes: tuple[theme.Role, ...] = ("giant", "scan", "scan2", "code", "title")
    start = sizes.index(most) if most in sizes else 0
    needed = 0 if len(value) <= 8 else 1 if len(value) <= 10 else 2 if len(value) <= 18 else 4
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
                text(place, "scan" if here else _fitting(place), ink),
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
        column(text(task.product_name, "title"), quiet(_packed(task), "small"), gap=1, expand=True),
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
    said = t("{case} of {n} {units}", case=(task.case_name or "case").capitalize(), n=per, units=units)
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


# ---- refused


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
            text(task.lot, _fitting(task.lot, "scan"), "#14191C"),
            text(lot_words(task), "body", "#14191C"),
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


# ---- the end


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
