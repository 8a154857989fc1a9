"""The lines of the order editor, and the field that adds to them. Drawing only; the draft decides."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.records import Availability
from stillage_client.api.selling_records import PreviewLine
from stillage_client.api.transport import Api
from stillage_client.components.buttons import button, tap
from stillage_client.components.faces import product_tile
from stillage_client.components.fields import Form, bound, text_field
from stillage_client.components.figures import part_bar
from stillage_client.components.layout import (
    column,
    divided,
    fill,
    gap,
    hairline,
    quiet,
    row,
    stretched,
    surface,
    text,
)
from stillage_client.components.stepper import stepper
from stillage_client.components.viewport import Layout
from stillage_client.locale import t
from stillage_client.screens import amounts
from stillage_client.screens.selling.lots import fold, lots_considered, ways_out
from stillage_client.screens.selling.order_draft import DraftLine, OrderDraft
from stillage_client.screens.selling.totals import sum_said

STOCK_WIDTH, PACKS_WIDTH, PRICE_WIDTH = 104, 116, 92


@dataclass(frozen=True)
class LinesView:
    """What the lines need to be drawn and changed."""

    draft: OrderDraft
    api: Api
    form: Form
    layout: Layout
    prices: bool
    submit: Callable[[Any], Any]
    redraw: Callable[[], None]


def packed_as(line: DraftLine) -> str:
    """Case of 24 cans 330 ml."""
    size = words.volume(line.container_ml) if line.container_ml else ""
    if line.units_per_pack > 1:
        what = words.unit(line.base_unit or "unit", line.units_per_pack)
        said = t(
            "{case} of {n} {units}",
            case=words.unit(line.pack, 1).capitalize(),
            n=line.units_per_pack,
            units=what,
        )
        return f"{said} {size}".strip()
    return f"{words.unit(line.base_unit or 'unit', 1).capitalize()} {size}".strip()


def order_lines(view: LinesView) -> ft.Control:
    """All lines on one sheet, the entry field at its foot."""
    rows: list[ft.Control] = [_line(view, line) for line in view.draft.lines]
    head = [_heading(view)] if view.layout != "phone" and rows else []
    return surface(stretched(*head, *divided([*rows, _entry(view)])))


def _heading(view: LinesView) -> ft.Control:
    def box(name: str, width: int, right: bool = False) -> ft.Control:
        place = ft.Alignment.CENTER_RIGHT if right else ft.Alignment.CENTER_LEFT
        return ft.Container(quiet(name, "label"), width=width, alignment=place)

    return stretched(
        ft.Container(
            row(
                quiet(t("Product"), "label", expand=True),
                box(t("Live stock"), STOCK_WIDTH),
                box(t("Quantity"), PACKS_WIDTH),
                box(t("Price"), PRICE_WIDTH, True) if view.prices else None,
                gap_box(36),
                gap=12,
            ),
            height=38,
            padding=ft.Padding.only(left=16, right=10),
        ),
        hairline(),
    )


def gap_box(width: int) -> ft.Control:
    """Room of a column without a name."""
    return ft.Container(width=width)


def _line(view: LinesView, line: DraftLine) -> ft.Control:
    draft, said = view.draft, view.draft.said_of(line)
    opened = draft.unfolded == line.key
    short = bool(said and said.missing > 0)

    def toggle(_: Any) -> None:
        draft.unfolded = 0 if opened else line.key

    async def change(packs: int) -> None:
        await draft.set_packs(view.api, line.key, packs)

    def price_pressed(_: Any) -> None:
        view.form[f"price-{line.key}"] = line.price or (
            str(said.pack_price) if said and said.pack_price is not None else ""
        )
        view.form[f"discount-{line.key}"] = line.discount
        draft.priced = 0 if draft.priced == line.key else line.key

    key = f"packs-{line.key}"
    if view.form.get(key, "").strip() != str(line.packs):
        view.form[key] = str(line.packs)
    name = column(text(line.name, "strong"), quiet(packed_as(line)), gap=1, expand=True)
    count = stepper(view.form, key, line.packs, change, name=line.name, warn=short, width=PACKS_WIDTH)
    price = (
        tap(
            column(
                text(sum_said(said.net_amount if said else None), "strong"),
                quiet(f"{MINUS}{line.discount} %") if line.discount else None,
                horizontal_alignment=ft.CrossAxisAlignment.END,
            ),
            price_pressed,
            label=t("Price of {what}", what=line.name),
            width=PRICE_WIDTH,
            height=40,
            border_radius=theme.RADIUS_SM,
            alignment=ft.Alignment.CENTER_RIGHT,
        )
        if view.prices
        else None
    )
    arrow = fold(opened, line.name, toggle)
    if view.layout == "phone":
        top: ft.Control = stretched(
            row(product_tile(line.category, line.name), name, arrow, gap=12),
            row(ft.Container(_live(line, said), expand=True), count, gap=12),
            row(fill(), price) if price is not None else None,
            gap=8,
        )
    else:
        top = row(
            row(product_tile(line.category, line.name), name, gap=12, expand=True),
            ft.Container(_live(line, said), width=STOCK_WIDTH),
            count,
            price,
            arrow,
            gap=12,
        )
    parts: list[ft.Control | None] = [
        ft.Container(top, padding=ft.Padding.only(left=16, right=10, top=11, bottom=11))
    ]
    inset = ft.Padding.only(left=16 if view.layout == "phone" else 64, right=16, bottom=14)
    if draft.priced == line.key:
        parts.append(ft.Container(_terms(view, line), padding=inset))
    if opened and said is not None:
        title = t("Where {amount} come from", amount=amounts.short(line, line.quantity))
        lots = lots_considered(line, said.considered, title, narrow=view.layout == "phone")
        parts.append(ft.Container(lots, padding=inset))
    if short and said is not None:
        out = ways_out(line, said.missing, said.ways_out, narrow=view.layout == "phone")
        parts.append(ft.Container(out, padding=inset))
    tint = ft.Colors.with_opacity(0.04, ft.Colors.PRIMARY) if opened else None
    return ft.Container(stretched(*parts), bgcolor=tint)


MINUS = "\u2212"


def _live(line: DraftLine, said: PreviewLine | None) -> ft.Control:
    """How much may be sold to this customer, and how much of that this line takes."""
    if said is None:
        return quiet("…", "small")
    free = said.available_for_customer if said.available_for_customer or said.missing else said.available
    kind: theme.Kind = "soon" if said.missing > 0 else "ok"
    icon = ft.Icons.WARNING_AMBER_ROUNDED if said.missing > 0 else ft.Icons.CHECK_CIRCLE_ROUNDED
    amount = words.number(free // line.units_per_case)
    taken = min(line.quantity, free)
    bar = part_bar(
        [
            (kind if kind == "soon" else "info", taken),
            (ft.Colors.SURFACE_CONTAINER_HIGHEST, max(free - taken, 0)),
        ],
        t("{n} of {all} free", n=words.number(taken), all=words.number(free)),
        height=5,
    )
    return stretched(
        row(
            ft.Icon(icon, size=15, color=theme.ON_TINT[kind]),
            text(t("{n} free", n=amount), "small_strong", theme.ON_TINT[kind]),
            gap=5,
        ),
        bar,
        gap=5,
    )


def _terms(view: LinesView, line: DraftLine) -> ft.Control:
    draft = view.draft

    async def take(_: Any) -> None:
        price, discount = view.form.get(f"price-{line.key}", ""), view.form.get(f"discount-{line.key}", "")
        said = draft.said_of(line)
        listed = str(said.pack_price) if said and said.pack_price is not None else ""
        if not line.price and price == listed:
            price = ""  # untouched: whatever the list says
        if await draft.set_terms(view.api, line.key, price, discount):
            draft.priced = 0

    def one(label: str, key: str) -> ft.Control:
        return ft.Container(
            text_field(view.form, key, height=44, label=label, on_submit=take, dense=True), width=150
        )

    return row(
        one(t("Price a pack"), f"price-{line.key}"),
        one(t("Discount in %"), f"discount-{line.key}"),
        button(t("Set"), take, kind="plain", height=44),
        gap=10,
        wrap=view.layout == "phone",
    )


def _entry(view: LinesView) -> ft.Control:
    draft = view.draft

    async def typed(said: str) -> None:
        await draft.find_products(view.api, said)

    field = bound(
        view.form,
        "entry",
        on_typed=typed,
        on_submit=view.submit,
        hint_text=t("12 x code, or a name"),
        border=ft.NoInputBorder(),
        text_style=theme.style("body", ft.Colors.ON_SURFACE),
        hint_style=theme.style("body", theme.SUBDUED),
        content_padding=ft.Padding.symmetric(vertical=14),
        expand=True,
    )
    line = ft.Container(
        row(
            ft.Icon(ft.Icons.ADD_ROUNDED, size=20, color=ft.Colors.PRIMARY),
            ft.Semantics(content=field, label=t("Add a product"), expand=True),
            quiet("Enter", "over") if view.layout == "desk" else None,
            gap=14,
        ),
        padding=ft.Padding.symmetric(horizontal=16),
        height=56,
    )
    parts: list[ft.Control | None] = [line]
    if draft.entry_fault:
        parts.append(
            ft.Container(
                text(draft.entry_fault, "small", theme.ON_TINT["expired"], 2),
                padding=ft.Padding.only(left=50, right=16, bottom=12),
            )
        )
    if draft.suggestions:
        parts += [
            hairline(),
            stretched(*[_suggestion(view, n, item) for n, item in enumerate(draft.suggestions)]),
            gap(6),
        ]
    return stretched(*parts)


def _suggestion(view: LinesView, number: int, item: Availability) -> ft.Control:
    async def chosen(_: Any) -> None:
        written, view.form["entry"] = view.form.get("entry", ""), ""
        await view.draft.add(view.api, item, written)

    out = item.available <= 0
    kind: theme.Kind = "soon" if out else "ok"
    free = t("{amount} free", amount=amounts.short(item, item.available)) if not out else t("Out of stock")
    return tap(
        row(
            product_tile(item.category, item.product_name, 30),
            column(text(item.product_name, "strong"), quiet(item.product), gap=0, expand=True),
            text(free, "small", theme.ON_TINT[kind]),
            gap=12,
        ),
        chosen,
        selected=number == view.draft.chosen,
        label=t("Add {what}", what=item.product_name),
        height=48,
        padding=ft.Padding.symmetric(horizontal=16),
        bgcolor=ft.Colors.with_opacity(0.05, ft.Colors.PRIMARY) if number == view.draft.chosen else None,
    )
