"""What will not sell in time, drawn: the sums by days, a lot as a row with its remedy, and unfolded the way out."""

from collections.abc import Callable, Mapping
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.replenishment_records import ExpiryRisk, RiskSum, RiskSummary
from stillage_client.components.buttons import button, icon_button, tap
from stillage_client.components.faces import product_tile
from stillage_client.components.layout import column, fill, gap, quiet, row, stretched, text
from stillage_client.components.status import dot, pill, plain_pill
from stillage_client.components.viewport import Layout
from stillage_client.locale import t, tn
from stillage_client.screens.planning import expiry_words as say

DATE_WIDTH, UNSOLD_WIDTH, VALUE_WIDTH, REMEDY_WIDTH = 150, 190, 84, 184
KINDS: dict[int, theme.Kind] = {7: "expired", 30: "soon", 90: "mute"}


def totals(
    summary: RiskSummary | None, layout: Layout, costs: bool, within: int, press: Callable[[int], Any]
) -> ft.Control:
    """Units and money by 7, 30 and 90 days; pressing one shows only those lots."""
    parts = summary or RiskSummary()
    boxes = [
        _figure(days, parts.within.get(days, RiskSum()), costs, within == days, press, summary is not None)
        for days in say.WITHIN
    ]
    if layout == "phone":
        return ft.Row(
            [ft.Container(box, width=168) for box in boxes], spacing=10, scroll=ft.ScrollMode.HIDDEN
        )
    return row(*[ft.Container(box, expand=True) for box in boxes], gap=16)


def _figure(
    days: int, one: RiskSum, costs: bool, selected: bool, press: Callable[[int], Any], known: bool
) -> ft.Control:
    name = t("Within {n} days", n=days)
    lots = tn("{n} lot", "{n} lots", one.lots)
    units = say.in_cases(one.units)
    money = costs and one.value is not None
    large = words.money(one.value or 0, whole=True) if money else words.number(one.units)
    beside = f"{units} · {lots}" if money else f"{words.unit('unit', one.units)} · {lots}"
    color = theme.SUBDUED if not one.lots else ft.Colors.ON_SURFACE
    return tap(
        column(
            row(dot(KINDS[days]), quiet(name, "small_strong"), gap=6),
            gap(4),
            text(large if known else "…", "display", color),
            quiet(beside if known else "", "small"),
        ),
        lambda _: press(0 if selected else days),
        selected=selected,
        label=f"{name}: {large}, {beside}",
        bgcolor=ft.Colors.SECONDARY_CONTAINER if selected else theme.CARD,
        border=ft.Border.all(1, ft.Colors.PRIMARY if selected else theme.HAIRLINE),
        border_radius=theme.RADIUS,
        shadow=theme.CARD_SHADOW,
        padding=ft.Padding.symmetric(horizontal=16, vertical=12),
    )


def risk_row(
    one: ExpiryRisk,
    layout: Layout,
    *,
    may: Mapping[str, bool],
    costs: bool,
    opened: bool,
    fold: Callable[[], Any],
    go: Callable[[str], Any],
) -> ft.Control:
    """A lot with what of it will not sell, why, and the remedy."""
    way = say.remedy(one, may)

    def act(_: Any) -> None:
        if way.route:
            go(way.route)
        else:
            fold()

    kind, word = say.urgency(one)
    flag = plain_pill(word) if kind == "mute" else pill(kind, word)
    until = one.best_before_date or one.expiry_date
    dated = words.day(until, year=True) if until else ""
    value = words.money(one.value, whole=True) if costs and one.value is not None else ""
    note = f"{one.product} · {t('Lot {lot}', lot=one.lot)}"
    high = 40 if layout == "desk" else 48
    remedy = button(way.label, act, icon=way.icon, kind="plain", height=high)
    more = icon_button(
        ft.Icons.EXPAND_LESS_ROUNDED if opened else ft.Icons.EXPAND_MORE_ROUNDED,
        t("Less")
        if opened
        else t("What can be done with {product}, lot {lot}", product=one.product_name, lot=one.lot),
        lambda _: fold(),
        box=36 if layout == "desk" else 48,
    )
    ink = theme.ON_TINT["expired"] if kind == "expired" else ft.Colors.ON_SURFACE
    lost = text(say.unsold(one), "strong", ink, 2)
    if layout == "desk":
        line: ft.Control = row(
            product_tile(one.category, one.product_name),
            column(text(one.product_name, "strong", lines=2), quiet(note), gap=1, expand=True),
            ft.Container(column(row(flag), quiet(dated), gap=3), width=DATE_WIDTH),
            ft.Container(lost, width=UNSOLD_WIDTH),
            ft.Container(text(value, "strong"), width=VALUE_WIDTH, alignment=ft.Alignment.CENTER_RIGHT)
            if costs
            else None,
            ft.Container(row(fill(), remedy), width=REMEDY_WIDTH),
            more,
            gap=12,
        )
        under: list[ft.Control | None] = [
            ft.Container(quiet(say.reason(one), "small", 2), padding=ft.Padding.only(left=48))
        ]
        if opened:
            under.append(ft.Container(_ways(one, may, go), padding=ft.Padding.only(left=48, top=8, right=48)))
        inside = stretched(line, *under, gap=3)
    else:
        inside = stretched(
            row(
                product_tile(one.category, one.product_name, 40),
                column(text(one.product_name, "strong", lines=2), quiet(note), gap=1, expand=True),
                text(value, "strong") if value else None,
                gap=12,
            ),
            row(flag, quiet(dated), gap=8),
            lost,
            quiet(say.reason(one), "small", 4),
            row(ft.Container(remedy, expand=True), more, gap=4)
            if layout == "phone"
            else row(remedy, fill(), more, gap=4),
            _ways(one, may, go) if opened else None,
            gap=6,
        )
    return ft.Container(
        inside,
        padding=ft.Padding.symmetric(horizontal=16 if layout == "desk" else 12, vertical=10),
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOW if opened else None,
    )


def _ways(one: ExpiryRisk, may: Mapping[str, bool], go: Callable[[str], Any]) -> ft.Control:
    """The advice in a sentence, the doubt about it, and the other ways out."""
    first = say.advised(one)
    marked = say.discounted(one) if one.advice in ("move", "return") and one.days_left > 0 else ""

    def way(remedy: say.Remedy) -> ft.Control:
        return button(remedy.label, lambda _: go(remedy.route), icon=remedy.icon, kind="plain", height=40)

    lines = [
        row(
            ft.Icon(ft.Icons.LIGHTBULB_OUTLINE_ROUNDED, size=18, color=ft.Colors.PRIMARY),
            text(first, "small_strong", lines=3, expand=True),
            gap=8,
        )
        if first
        else None,
        quiet(t("Or: {way}", way=marked), "small", 3) if marked else None,
        quiet(say.doubt(one), "small", 2) if say.doubt(one) else None,
        ft.Row([way(other) for other in say.others(one, may)], spacing=8, run_spacing=8, wrap=True),
    ]
    return stretched(*lines, gap=8)


def risk_head(costs: bool) -> ft.Control:
    """The names of the columns, on a desk."""

    def box(name: str, width: int, right: bool = False) -> ft.Control:
        place = ft.Alignment.CENTER_RIGHT if right else ft.Alignment.CENTER_LEFT
        return ft.Container(quiet(name, "label"), width=width, alignment=place)

    return ft.Container(
        row(
            ft.Container(width=36),
            quiet(t("Product and lot"), "label", expand=True),
            box(t("For sale"), DATE_WIDTH),
            box(t("Will not sell"), UNSOLD_WIDTH),
            box(t("At cost"), VALUE_WIDTH, True) if costs else None,
            box(t("What to do"), REMEDY_WIDTH, True),
            ft.Container(width=36),
            gap=12,
        ),
        height=40,
        padding=ft.Padding.symmetric(horizontal=16),
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
    )
