"""One proposed line on screens: what, how much, why, and unfolded the numbers it is made of. Drawing only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.replenishment_records import Level, Proposal
from stillage_client.components.buttons import button, icon_button, tap
from stillage_client.components.faces import product_tile
from stillage_client.components.feedback import bone, shimmer
from stillage_client.components.fields import Form
from stillage_client.components.layout import (
    column,
    divided,
    gap,
    hairline,
    quiet,
    row,
    stretched,
    text,
)
from stillage_client.components.status import pill, plain_pill
from stillage_client.components.stepper import stepper
from stillage_client.components.viewport import Layout
from stillage_client.locale import t, tn
from stillage_client.screens import amounts
from stillage_client.screens.planning import replenish_words as say
from stillage_client.screens.planning.replenish_state import ReplenishState
from stillage_client.screens.selling.totals import sum_said

STOCK_WIDTH, LASTS_WIDTH, PILL_WIDTH, ORDER_WIDTH, SUM_WIDTH = 112, 84, 142, 128, 88
CHECK = 40
OF_THE_GROUP = ("no_supplier", "below_minimum_value")  # said once, above its lines
ICONS: dict[theme.Kind, ft.IconData] = {
    "expired": ft.Icons.PRIORITY_HIGH_ROUNDED,
    "soon": ft.Icons.SCHEDULE_ROUNDED,
    "mute": ft.Icons.EVENT_OUTLINED,
}


@dataclass(frozen=True)
class Hands:
    """What whoever looks may do with a line; None where they may not."""

    choose: Callable[[Proposal, bool], None] | None
    set_packs: Callable[[Proposal, int], Any] | None
    fold: Callable[[Proposal], None]
    go: Callable[[str], Any]
    reopen: Callable[[Proposal], Any] | None = None
    costs: bool = False
    policies: bool = False


def urgency_pill(kind: theme.Kind, label: str) -> ft.Control:
    """Late, order now, or quietly by when."""
    if kind == "mute":
        return plain_pill(label)
    return pill(kind, label, ICONS[kind])


def check(on: bool, name: str, press: Callable[[bool], Any]) -> ft.Control:
    """A tick with a name."""

    def toggled(event: ft.Event[ft.Checkbox]) -> None:
        press(bool(event.control.value))

    return ft.MergeSemantics(
        ft.Semantics(content=ft.Checkbox(value=on, on_change=toggled, width=CHECK), label=name)
    )


def line_row(
    state: ReplenishState,
    one: Proposal,
    hands: Hands,
    form: Form,
    layout: Layout,
    today: date,
    *,
    opened: bool,
    supplier: bool,
) -> ft.Control:
    """A proposal as a row; `supplier` names who sells it, in lists of many."""
    draw = _wide if layout == "desk" else _narrow
    parts: list[ft.Control | None] = [draw(state, one, hands, form, today, opened=opened, supplier=supplier)]
    if opened:
        parts.append(_numbers(state, one, hands, layout))
    ground = ft.Colors.SURFACE_CONTAINER_LOW if opened else None
    return ft.Container(stretched(*parts), bgcolor=ground)


def _wide(
    state: ReplenishState,
    one: Proposal,
    hands: Hands,
    form: Form,
    today: date,
    *,
    opened: bool,
    supplier: bool,
) -> ft.Control:
    packing = one.packing
    lasting, long = say.lasts(one, today)
    kind, word = say.urgency(one)
    note = " · ".join(
        part for part in (one.product, say.packed_as(one), one.supplier_name if supplier else "") if part
    )
    coming = t("{amount} on order", amount=say.roughly(packing, one.on_order)) if one.on_order else ""
    line = row(
        _tick(state, one, hands),
        product_tile(one.category, one.product_name),
        column(
            text(one.product_name, "strong", lines=2),
            quiet(note, lines=2 if supplier else 1),
            gap=1,
            expand=True,
        ),
        ft.Container(
            column(
                text(t("{amount} free", amount=say.roughly(packing, one.free)), "small"),
                quiet(coming) if coming else None,
                gap=1,
            ),
            width=STOCK_WIDTH,
        ),
        ft.Container(_lasts(lasting, long), width=LASTS_WIDTH),
        ft.Container(row(urgency_pill(kind, word)), width=PILL_WIDTH),
        ft.Container(_amount(state, one, hands, form, 40), width=ORDER_WIDTH),
        ft.Container(
            text(sum_said(state.amount(one)), "strong"),
            width=SUM_WIDTH,
            alignment=ft.Alignment.CENTER_RIGHT,
        )
        if hands.costs
        else None,
        _fold(one, hands, opened),
        gap=12,
    )
    under = stretched(
        quiet(say.sentence(one), "small", 2),
        *_doubts(one, not supplier),
        *_changed(state, one, hands, today),
        gap=4,
    )
    return ft.Container(
        stretched(line, ft.Container(under, padding=ft.Padding.only(left=CHECK + 60, right=48)), gap=2),
        padding=ft.Padding.only(left=8, right=8, top=8, bottom=10),
    )


def _narrow(
    state: ReplenishState,
    one: Proposal,
    hands: Hands,
    form: Form,
    today: date,
    *,
    opened: bool,
    supplier: bool,
) -> ft.Control:
    kind, word = say.urgency(one)
    lasting, long = say.lasts(one, today)
    note = " · ".join(part for part in (one.product, one.supplier_name if supplier else "") if part)
    coming = t("{amount} on order", amount=say.roughly(one.packing, one.on_order)) if one.on_order else ""
    stock = " · ".join(
        part for part in (t("{amount} free", amount=say.roughly(one.packing, one.free)), coming) if part
    )
    worth = sum_said(state.amount(one)) if hands.costs else ""
    return ft.Container(
        stretched(
            row(
                _tick(state, one, hands),
                product_tile(one.category, one.product_name, 40),
                column(text(one.product_name, "strong", lines=2), quiet(note), gap=1, expand=True),
                _fold(one, hands, opened, 48),
                gap=8,
            ),
            ft.Container(
                stretched(
                    row(urgency_pill(kind, word), _lasts(lasting, t("lasts {time}", time=long)), gap=10),
                    quiet(stock, "small", 2),
                    quiet(say.sentence(one), "small", 4),
                    *_doubts(one, not supplier),
                    row(
                        _amount(state, one, hands, form, 48),
                        column(
                            text(worth, "strong") if worth else None, quiet(say.packed_as(one)), expand=True
                        ),
                        gap=12,
                    ),
                    *_changed(state, one, hands, today),
                    gap=6,
                ),
                padding=ft.Padding.only(left=8, right=8),
            ),
            gap=6,
        ),
        padding=ft.Padding.only(left=6, right=6, top=10, bottom=14),
    )


def _tick(state: ReplenishState, one: Proposal, hands: Hands) -> ft.Control:
    if hands.choose is None or one.status != "open":
        return gap(8)
    choose = hands.choose
    return check(
        one.id in state.chosen,
        t("Choose {product}", product=one.product_name),
        lambda on: choose(one, on),
    )


def _fold(one: Proposal, hands: Hands, opened: bool, box: int = 36) -> ft.Control:
    icon = ft.Icons.EXPAND_LESS_ROUNDED if opened else ft.Icons.EXPAND_MORE_ROUNDED
    name = t("Close the numbers") if opened else t("Why so many? {product}", product=one.product_name)
    return icon_button(icon, name, lambda _: hands.fold(one), box=box)


def _lasts(kind: theme.Kind, long: str) -> ft.Control:
    if kind == "mute":
        return text(long, "body")
    color = theme.ON_TINT[kind]
    return row(
        ft.Icon(ft.Icons.TRENDING_DOWN_ROUNDED, size=16, color=color), text(long, "strong", color), gap=4
    )


def _amount(state: ReplenishState, one: Proposal, hands: Hands, form: Form, height: int) -> ft.Control:
    """The stepper, or the plain number for who may not change it."""
    packs = state.packs_of(one)
    if one.status == "refused" and hands.reopen is not None:
        reopen = hands.reopen
        return button(t("Propose again"), lambda _: reopen(one), kind="plain", height=height)
    if hands.set_packs is None or not say.orderable(one):
        return text(amounts.short(one.ordered_in, packs * one.units_per_pack), "strong")
    set_packs = hands.set_packs
    key = f"packs-{one.id}"
    form[key] = str(packs)

    async def change(new: int) -> None:
        set_packs(one, new)

    return stepper(
        form,
        key,
        packs,
        change,
        name=t("Order of {product}", product=one.product_name),
        warn=bool(say.unfit(one, packs)) or say.too_much(one, packs),
        height=height,
        step=max(one.order_multiple, 1),
        width=ORDER_WIDTH if height < 48 else 156,
    )


def noted(kind: theme.Kind, said: str, icon: ft.IconData | None = None) -> ft.Control:
    """A remark with its icon, in its colour."""
    color = theme.ON_TINT[kind]
    mark = icon or (
        ft.Icons.WARNING_AMBER_ROUNDED if kind in ("soon", "expired") else ft.Icons.INFO_OUTLINE_ROUNDED
    )
    return row(ft.Icon(mark, size=16, color=color), text(said, "small_strong", color, 3, expand=True), gap=6)


def _doubts(one: Proposal, grouped: bool) -> list[ft.Control]:
    """Everything that should be known of it, each in its colour; what its group says already is left out."""
    known = [trouble for trouble in one.troubles if not (grouped and trouble.code in OF_THE_GROUP)]
    said = [noted(*say.doubt(one, trouble)) for trouble in known]
    if one.changed_since:
        said.append(noted("info", t("Stock or orders have moved since"), ft.Icons.SYNC_ROUNDED))
    if one.status == "refused":
        until = t("not before {day}", day=words.day(one.snoozed_until)) if one.snoozed_until else ""
        why = " · ".join(part for part in (one.reason, until, one.answered_by) if part)
        said.append(noted("mute", t("Refused: {why}", why=why), ft.Icons.DO_NOT_DISTURB_ON_OUTLINED))
    return said


def _changed(state: ReplenishState, one: Proposal, hands: Hands, today: date) -> list[ft.Control]:
    """What a changed number means, and how to make it fit."""
    packs = state.packs_of(one)
    if one.id not in state.packs:
        return []
    parts: list[ft.Control] = []
    hint = say.unfit(one, packs)
    if hint and hands.set_packs is not None:
        set_packs, wanted = hands.set_packs, say.fitting(one, packs)
        parts.append(
            row(
                _grown(noted("soon", hint, ft.Icons.RULE_ROUNDED)),
                button(
                    t("Make it {n}", n=words.number(wanted)),
                    lambda _: set_packs(one, wanted),
                    kind="quiet",
                    height=36,
                ),
            )
        )
    meant = say.meaning(one, packs, today)
    proposed = t("{amount} proposed.", amount=amounts.short(one.ordered_in, one.quantity))
    kind: theme.Kind = "soon" if say.too_much(one, packs) else "info"
    parts.append(
        ft.Semantics(
            content=noted(kind, f"{proposed} {meant}".strip(), ft.Icons.EDIT_OUTLINED), live_region=True
        )
    )
    return parts


def _grown(content: ft.Control) -> ft.Control:
    return ft.Container(content, expand=True)


# ---- the numbers behind it


def _numbers(state: ReplenishState, one: Proposal, hands: Hands, layout: Layout) -> ft.Control:
    whole = state.detail if state.detail is not None and state.detail.id == one.id else None
    sums = column(
        text(t("How the number came about"), "small_strong"),
        gap(4),
        *_sums(one),
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    if whole is not None:
        levels: ft.Control | None = _levels(one, whole.levels, hands, state.packs_of(one))
    elif state.detail_trouble is not None:
        levels = quiet(state.detail_trouble.words, "small", 3)
    else:
        levels = shimmer(column(*[bone(220, 12) for _ in range(5)], gap=14))
    ways = ft.Row(
        [
            button(
                t("Open the product"), lambda _: hands.go(f"/products/{one.product}"), kind="plain", height=40
            ),
            *(
                [
                    button(
                        t("Its policy"),
                        lambda _: hands.go(f"/policies?product={one.product}"),
                        kind="plain",
                        height=40,
                    )
                ]
                if hands.policies
                else []
            ),
        ],
        spacing=8,
        run_spacing=8,
        wrap=True,
    )
    if layout == "desk":
        inside: ft.Control = stretched(
            row(
                _grown(sums),
                _grown(levels or gap(0)),
                gap=40,
                vertical_alignment=ft.CrossAxisAlignment.START,
            ),
            ways,
            gap=14,
        )
        padding = ft.Padding.only(left=CHECK + 68, right=56, top=6, bottom=16)
    else:
        inside = stretched(sums, levels, ways, gap=18)
        padding = ft.Padding.only(left=14, right=14, top=4, bottom=16)
    return ft.Container(inside, padding=padding)


def _sum_line(name: str, value: str, strong: bool = False, note: str = "") -> ft.Control:
    return row(
        column(
            text(name, "small_strong" if strong else "small", lines=2),
            quiet(note, lines=3) if note else None,
            expand=True,
        ),
        text(value, "small_strong" if strong else "small"),
        gap=10,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


def _sums(one: Proposal) -> list[ft.Control]:
    """From the demand to the packs, as one would reckon it by hand."""
    why, packing = one.why, one.packing
    rows: list[ft.Control] = []
    if why.expected_demand is not None and why.protection_days is not None:
        days = round(why.protection_days)
        rows.append(
            _sum_line(
                tn("Sells in {n} day", "Sells in {n} days", days),
                say.about(packing, why.expected_demand),
                note=_protection(one),
            )
        )
    if why.safety_stock is not None:
        percent = say.level(why.service_level_percent) if why.service_level_percent is not None else ""
        name = t("Safety stock for {percent}", percent=percent) if percent else t("Safety stock")
        source = t("from {source}", source=say.sources(why.service_source)) if why.service_source else ""
        rows.append(_sum_line(name, say.about(packing, why.safety_stock), note=source))
    if why.order_up_to is not None:
        rows += [hairline(), _sum_line(t("Wanted"), say.about(packing, why.order_up_to), strong=True)]
    if why.minimum_units:
        kept = say.about(packing, why.minimum_units)
        rows.append(
            _sum_line(t("Kept at least"), kept, note=t("from {source}", source=say.sources("policy")))
        )
    rows.append(_sum_line(t("Free to sell"), f"{words.MINUS}{say.about(packing, one.free)}"))
    if one.on_order:
        rows.append(_sum_line(t("On order"), f"{words.MINUS}{say.about(packing, one.on_order)}"))
    if why.owed:
        rows.append(_sum_line(t("Owed to customers"), f"+{say.about(packing, why.owed)}"))
    if why.dying:
        rows.append(_sum_line(t("Goes stale before it sells"), f"+{say.about(packing, why.dying)}"))
    rows += [hairline(), _sum_line(t("Needed"), say.about(packing, one.needed), strong=True)]
    if why.cap is not None:
        name = t("Sells before it expires") if why.cap_reason == "expires" else t("Its policy's maximum")
        rows.append(_sum_line(name, t("at most {amount}", amount=say.about(packing, why.cap))))
    if why.rounding:
        rows.append(_sum_line(t("Rounded to"), say.rounding(why.rounding)))
    rows.append(_sum_line(t("Proposed"), amounts.short(one.ordered_in, one.quantity), strong=True))
    return [ft.Container(part, padding=ft.Padding.symmetric(vertical=3)) for part in rows]


def _protection(one: Proposal) -> str:
    why = one.why
    if why.lead_time_days is None or why.review_days is None:
        return ""
    lead, review = round(why.lead_time_days), round(why.review_days)
    spread = round(why.lead_time_spread_days or 0)
    said = t("{lead} days until it is here, {review} until the next order", lead=lead, review=review)
    if spread:
        said += " · " + tn("give or take {n} day", "give or take {n} days", spread)
    if why.lead_time_source:
        said += " · " + t("from {source}", source=say.sources(why.lead_time_source))
    return said


def _levels(one: Proposal, levels: tuple[Level, ...], hands: Hands, packs: int) -> ft.Control | None:
    """What another service level would ask for; pressing one takes its number."""
    if not levels:
        return None
    most = max(max(level.quantity_packs for level in levels), 1)
    wanted = one.why.service_level_percent
    may = hands.set_packs is not None and say.orderable(one)

    def line(level: Level) -> ft.Control:
        here = level.service_level_percent == wanted
        amount = amounts.short(one.ordered_in, level.quantity_packs * one.units_per_pack)
        worth = sum_said(level.net_amount) if hands.costs and level.net_amount is not None else ""
        percent = say.level(level.service_level_percent)
        bar = ft.Container(
            ft.Row(
                [
                    ft.Container(
                        height=6,
                        border_radius=6,
                        bgcolor=ft.Colors.PRIMARY if here else theme.PROMISED,
                        expand=max(level.quantity_packs, 1),
                    ),
                    *(
                        [ft.Container(expand=most - level.quantity_packs)]
                        if most > max(level.quantity_packs, 1)
                        else []
                    ),
                ],
                spacing=0,
            ),
            expand=True,
        )
        inside = row(
            ft.Container(text(percent, "small_strong" if here else "small"), width=52),
            bar,
            ft.Container(text(amount, "small_strong" if here else "small"), width=84),
            ft.Container(quiet(worth, "small"), width=84, alignment=ft.Alignment.CENTER_RIGHT)
            if worth
            else None,
            ft.Icon(ft.Icons.CHECK_ROUNDED, size=16, color=ft.Colors.PRIMARY)
            if packs == level.quantity_packs
            else gap(16),
            gap=10,
        )
        label = t("{percent} service: {amount}", percent=percent, amount=f"{amount} {worth}".strip())
        if not may or hands.set_packs is None:
            return ft.Semantics(content=ft.Container(inside, height=34), label=label, exclude_semantics=True)
        set_packs = hands.set_packs
        return tap(
            inside,
            lambda _: set_packs(one, level.quantity_packs),
            selected=packs == level.quantity_packs,
            height=34,
            border_radius=theme.RADIUS_XS,
        )

    return stretched(
        text(t("What another service level would ask for"), "small_strong"),
        quiet(t("Press one to order that many."), lines=2) if may else None,
        gap(6),
        *[line(level) for level in levels],
    )


def line_head(costs: bool) -> ft.Control:
    """The names of the columns, on a desk."""

    def box(name: str, width: int, right: bool = False) -> ft.Control:
        place = ft.Alignment.CENTER_RIGHT if right else ft.Alignment.CENTER_LEFT
        return ft.Container(quiet(name, "label"), width=width, alignment=place)

    return stretched(
        ft.Container(
            row(
                ft.Container(width=CHECK),
                ft.Container(width=36),
                quiet(t("Product"), "label", expand=True),
                box(t("Stock"), STOCK_WIDTH),
                box(t("Lasts"), LASTS_WIDTH),
                box(t("Urgency"), PILL_WIDTH),
                box(t("To order"), ORDER_WIDTH),
                box(t("Sum"), SUM_WIDTH, True) if costs else None,
                ft.Container(width=36),
                gap=12,
            ),
            height=36,
            padding=ft.Padding.symmetric(horizontal=8),
            bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
        ),
        hairline(),
    )


def rows_of(parts: list[ft.Control]) -> list[ft.Control]:
    """With hairlines between."""
    return divided(parts, 16)
