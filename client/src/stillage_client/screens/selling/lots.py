"""Where units of a line come from: every lot that was looked at, what was decided, and why. Drawing only."""

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.selling_records import Considered, WayOut
from stillage_client.components.buttons import icon_button, tap
from stillage_client.components.layout import column, gap, quiet, row, stretched, text
from stillage_client.locale import t, tn
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
    plain = {
        "not_needed": t("Not needed"),
        "promised": t("Promised to others"),
        "not_for_sale": t("Not sold from here"),
        "expired": t("Expired"),
        "recalled": t("Recalled"),
    }.get(lot.verdict, "")
    if plain:
        return " · ".join(part for part in (plain, until, bare(lot.location)) if part)
    if lot.detail:
        return lot.detail[:1].upper() + lot.detail[1:]
    known = {"short_dated": t("Too short-dated for this customer"), "held": t("On hold")}
    return " · ".join(part for part in (known.get(lot.verdict, ""), until) if part)


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


TakeFrom = Callable[[str], Any]


def ways_out(
    item: amounts.Packed,
    missing: int,
    ways: Sequence[WayOut],
    *,
    narrow: bool = False,
    take_from: TakeFrom | None = None,
) -> ft.Control:
    """How much is short, and what can be done about it; `take_from` promises it from another warehouse."""
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
    boxes: list[ft.Control] = [_way(item, missing, way, take_from) for way in ways[:3]]
    if not boxes:
        return head
    beside: ft.Control = (
        stretched(*boxes, gap=8) if narrow else row(*[ft.Container(b, expand=True) for b in boxes], gap=10)
    )
    return stretched(head, beside, gap=8)


def way_words(item: amounts.Packed, missing: int, way: WayOut) -> tuple[str, str]:
    """What one would do, and what comes of it."""
    amount = amounts.short(item, way.quantity if way.quantity is not None else missing)
    rest = amounts.short(item, missing)
    if way.kind == "part":
        return t("Send what is there"), t("{amount} follow later", amount=rest)
    if way.kind == "wait":
        return t("Wait for the rest"), t("Promised by itself when stock comes")
    if way.kind == "other_warehouse":
        return t("Take from {warehouse}", warehouse=way.warehouse), t("{amount} free there", amount=amount)
    if way.kind == "shorter_life":
        days = way.minimum_remaining_days
        said = tn("With {n} day left", "With {n} days left", days) if days else way.detail
        return t("Take shorter-dated lots"), said
    return way.kind.replace("_", " ").capitalize(), way.detail


def _way(item: amounts.Packed, missing: int, way: WayOut, take_from: TakeFrom | None) -> ft.Control:
    icons = {
        "part": ft.Icons.CALL_SPLIT_ROUNDED,
        "wait": ft.Icons.SCHEDULE_ROUNDED,
        "other_warehouse": ft.Icons.WAREHOUSE_OUTLINED,
        "shorter_life": ft.Icons.HOURGLASS_BOTTOM_ROUNDED,
    }
    title, note = way_words(item, missing, way)
    pressed = take_from is not None and way.kind == "other_warehouse" and way.warehouse
    content = row(
        ft.Icon(icons.get(way.kind, ft.Icons.LIGHTBULB_OUTLINE_ROUNDED), size=18, color=theme.SUBDUED),
        column(text(title, "small_strong"), quiet(note), gap=1, expand=True),
        ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=18, color=theme.SUBDUED) if pressed else None,
        gap=10,
    )
    about: dict[str, Any] = {
        "height": 54,
        "padding": ft.Padding.only(left=12, right=8),
        "border": ft.Border.all(1, theme.HAIRLINE),
        "border_radius": theme.RADIUS_SM,
        "bgcolor": theme.CARD,
    }
    if pressed and take_from is not None:
        press = take_from

        async def go(_: Any) -> None:
            await press(way.warehouse)

        return tap(content, go, **about)
    return ft.Container(content, tooltip=way.detail or None, **about)


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
