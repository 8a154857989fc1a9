"""Where units of a line come from: every lot that was looked at, what was decided, and why. Drawing only."""

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.selling_records import Considered, WayOut
from stillage_client.components.buttons import icon_button, tap
from stillage_client.components.layout import column, gap, quiet, row, stretched, text
from stillage_client.locale import t
from stillage_client.screens import amounts
from stillage_client.screens.movement_lines import bare

_MARKS: dict[str, tuple[ft.IconData, theme.Kind]] = {
    "taken": (ft.Icons.CHECK_CIRCLE_ROUNDED, "ok"),
    "not_needed": (ft.Icons.CIRCLE_OUTLINED, "mute"),
    "promised": (ft.Icons.REMOVE_CIRCLE_OUTLINE_ROUNDED, "mute"),
    "short_dated": (ft.Icons.REMOVE_CIRCLE_OUTLINE_ROUNDED, "soon"),
    "held": (ft.Icons.LOCK_OUTLINED, "held"),
    "recalled": (ft.Icons.LOCK_OUTLINED, "held"),
    "expired": (ft.Icons.BLOCK_ROUNDED, "expired"),
    "not_for_sale": (ft.Icons.REMOVE_CIRCLE_OUTLINE_ROUNDED, "mute"),
}


def verdict(lot: Considered) -> str:
    """The reason in a sentence: the server's own, else the verdict in words."""
    until = words.day(lot.until) if lot.until else ""
    if lot.verdict == "taken":
        said = t("Goes first: {day}", day=until) if until else t("Goes first")
        return f"{said} · {bare(lot.location)}" if lot.location else said
    if lot.detail:
        return lot.detail[:1].upper() + lot.detail[1:]
    plain = {
        "not_needed": t("Not needed"),
        "promised": t("Promised to others"),
        "short_dated": t("Too short-dated for this customer"),
        "held": t("On hold"),
        "recalled": t("Recalled"),
        "expired": t("Expired"),
        "not_for_sale": t("Not for sale where it lies"),
    }.get(lot.verdict, "")
    return " · ".join(part for part in (plain, until) if part)


def lots_considered(
    item: amounts.Packed,
    lots: Sequence[Considered],
    title: str,
    *,
    pin: Callable[[Considered], Any] | None = None,
    narrow: bool = False,
) -> ft.Control:
    """The lots in the order they expire in; `pin` promises one by hand."""
    if not lots:
        return quiet(t("No lot was found."), "small")

    def one(lot: Considered) -> ft.Control:
        icon, kind = _MARKS.get(lot.verdict, (ft.Icons.CIRCLE_OUTLINED, "mute"))
        taken = lot.verdict == "taken"
        per = max(item.units_per_case, 1)
        number = t("{n} of {all}", n=words.number(lot.taken // per), all=words.number(lot.available // per))
        ink = ft.Colors.ON_SURFACE if taken else theme.SUBDUED

        def pressed(_: Any) -> Any:
            return pin(lot) if pin is not None else None

        may_pin = pin is not None and lot.verdict in ("not_needed", "taken") and lot.available > lot.taken
        why = text(verdict(lot), "small", theme.SUBDUED, 3 if narrow else 2, expand=True)
        button = (
            icon_button(
                ft.Icons.PUSH_PIN_OUTLINED,
                t("Promise lot {lot} by hand", lot=lot.lot),
                pressed,
                size=16,
                box=32,
            )
            if may_pin
            else (ft.Container(width=32) if pin is not None and not narrow else None)
        )
        mark = ft.Icon(icon, size=18, color=theme.ON_TINT[kind] if kind != "mute" else theme.SUBDUED)
        if narrow:
            return row(
                mark,
                column(
                    row(text(lot.lot, "small_strong", ink, expand=True), text(number, "small_strong", ink)),
                    why,
                    gap=1,
                    expand=True,
                ),
                button,
                gap=10,
                vertical_alignment=ft.CrossAxisAlignment.START,
            )
        return ft.Container(
            row(
                mark,
                ft.Container(text(lot.lot, "small_strong", ink), width=92),
                why,
                ft.Container(
                    text(number, "small_strong", ink), width=96, alignment=ft.Alignment.CENTER_RIGHT
                ),
                button,
                gap=10,
            ),
            height=36,
        )

    return stretched(quiet(title, "small"), gap(4), *[one(lot) for lot in lots], gap=6 if narrow else 0)


def ways_out(
    item: amounts.Packed, missing: int, ways: Sequence[WayOut], *, narrow: bool = False
) -> ft.Control:
    """How much is short, and what can be done about it."""
    head = row(
        ft.Icon(ft.Icons.WARNING_AMBER_ROUNDED, size=18, color=theme.ON_TINT["soon"]),
        text(
            t("{amount} short", amount=amounts.short(item, missing)),
            "small_strong",
            theme.ON_TINT["soon"],
            expand=True,
        ),
        gap=8,
    )
    boxes: list[ft.Control] = [_way(way) for way in ways[:3]]
    if not boxes:
        return head
    beside: ft.Control = (
        stretched(*boxes, gap=8) if narrow else row(*[ft.Container(b, expand=True) for b in boxes], gap=10)
    )
    return stretched(head, beside, gap=8)


def way_title(way: WayOut) -> str:
    """What one would do, in few words."""
    return {
        "part": t("Send what is there"),
        "wait": t("Wait for the rest"),
        "other_warehouse": t("Take from another warehouse"),
        "shorter_life": t("Take shorter-dated lots"),
    }.get(way.kind, way.kind.replace("_", " ").capitalize())


def _way(way: WayOut) -> ft.Control:
    icons = {
        "part": ft.Icons.CALL_SPLIT_ROUNDED,
        "wait": ft.Icons.SCHEDULE_ROUNDED,
        "other_warehouse": ft.Icons.WAREHOUSE_OUTLINED,
        "shorter_life": ft.Icons.HOURGLASS_BOTTOM_ROUNDED,
    }
    return ft.Container(
        row(
            ft.Icon(icons.get(way.kind, ft.Icons.LIGHTBULB_OUTLINE_ROUNDED), size=18, color=theme.SUBDUED),
            column(
                text(way_title(way), "small_strong", lines=2), quiet(way.detail, lines=3), gap=1, expand=True
            ),
            gap=10,
        ),
        padding=ft.Padding.symmetric(horizontal=12, vertical=9),
        border=ft.Border.all(1, theme.HAIRLINE),
        border_radius=theme.RADIUS_SM,
    )


def fold(opened: bool, name: str, toggle: Callable[[Any], Any]) -> ft.Control:
    """The arrow that unfolds a line."""
    icon = ft.Icons.EXPAND_LESS_ROUNDED if opened else ft.Icons.EXPAND_MORE_ROUNDED
    said = t("Fold {what}", what=name) if opened else t("Where {what} comes from", what=name)
    return icon_button(icon, said, toggle, size=20, box=36)


def choice(title: str, note: str, selected: bool, on_click: Callable[[Any], Any]) -> ft.Control:
    """One of several answers, with what it means."""
    icon = ft.Icons.RADIO_BUTTON_CHECKED_ROUNDED if selected else ft.Icons.RADIO_BUTTON_UNCHECKED_ROUNDED
    return tap(
        row(
            ft.Icon(icon, size=20, color=ft.Colors.PRIMARY if selected else theme.SUBDUED),
            column(text(title, "small_strong", lines=2), quiet(note, lines=2), gap=1, expand=True),
            gap=10,
        ),
        on_click,
        selected=selected,
        padding=ft.Padding.symmetric(horizontal=12, vertical=10),
        border=ft.Border.all(1.5 if selected else 1, ft.Colors.PRIMARY if selected else theme.HAIRLINE),
        border_radius=theme.RADIUS_SM,
        bgcolor=theme.CARD,
    )
