"""The lines of a purchase while it is written, the field that adds to them, and the supplier's catalogue. Drawing only."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.buying_records import CatalogueEntry
from stillage_client.api.transport import Api
from stillage_client.components.buttons import button, icon_button, tap
from stillage_client.components.faces import product_tile
from stillage_client.components.fields import Form, bound, search_field, text_field
from stillage_client.components.layout import (
    card,
    column,
    divided,
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
from stillage_client.locale import t, tn
from stillage_client.screens.buying.purchase_draft import DraftLine, PurchaseDraft, near, terms
from stillage_client.screens.selling.totals import sum_said

PACKS_WIDTH, COST_WIDTH, SUM_WIDTH = 124, 92, 100
CATALOGUE_SHOWN = 12


@dataclass(frozen=True)
class PurchaseView:
    """What the lines need to be drawn and changed."""

    draft: PurchaseDraft
    api: Api
    form: Form
    layout: Layout
    costs: bool
    submit: Callable[[Any], Any]
    redraw: Callable[[], None]


def packed_as(entry: CatalogueEntry) -> str:
    """Case of 24 cans."""
    name = words.unit(entry.pack_name or entry.base_unit or "unit", 1).capitalize()
    if entry.units_per_pack <= 1:
        return name
    if not entry.base_unit:
        return t("{case} of {n}", case=name, n=entry.units_per_pack)
    units = words.unit(entry.base_unit or "unit", entry.units_per_pack)
    return t("{case} of {n} {units}", case=name, n=entry.units_per_pack, units=units)


def cost_said(cost: Decimal | None) -> str:
    """€14.80, or €14.8028 where cents do not do: two of them must come to what the sum says."""
    if cost is None:
        return sum_said(None)
    exponent = cost.normalize().as_tuple().exponent
    places = min(max(2, -exponent), 4) if isinstance(exponent, int) else 2
    return sum_said(cost).replace(words.number(cost, 2), words.number(cost, places))


def purchase_lines(view: PurchaseView) -> ft.Control:
    """All lines on one sheet, the entry field at its foot: always the same child, or a redraw takes its focus."""
    rows: list[ft.Control] = [_line(view, line) for line in view.draft.lines]
    head = [_heading(view)] if view.layout != "phone" and rows else []
    below = [hairline()] if rows else []
    return surface(stretched(stretched(*head, *divided(rows), *below), _entry(view)))


def _heading(view: PurchaseView) -> ft.Control:
    def box(name: str, width: int) -> ft.Control:
        return ft.Container(quiet(name, "label"), width=width, alignment=ft.Alignment.CENTER_RIGHT)

    return stretched(
        ft.Container(
            row(
                quiet(t("Product"), "label", expand=True),
                ft.Container(quiet(t("Packs"), "label"), width=PACKS_WIDTH),
                box(t("A pack"), COST_WIDTH) if view.costs else None,
                box(t("Sum"), SUM_WIDTH) if view.costs else None,
                ft.Container(width=32),
                gap=12,
            ),
            height=38,
            padding=ft.Padding.only(left=16, right=10),
        ),
        hairline(),
    )


def _line(view: PurchaseView, line: DraftLine) -> ft.Control:
    draft, entry = view.draft, line.entry
    hint = line.hint

    async def change(packs: int) -> None:
        draft.set_packs(line.key, packs)

    def fit(_: Any) -> None:
        draft.set_packs(line.key, line.wanted)

    def out(_: Any) -> None:
        draft.set_packs(line.key, 0)

    def priced(_: Any) -> None:
        view.form[f"cost-{line.key}"] = line.cost or (str(entry.cost) if entry.cost is not None else "")
        draft.priced = 0 if draft.priced == line.key else line.key

    key = f"packs-{line.key}"
    if view.form.get(key, "").strip() != str(line.packs):
        view.form[key] = str(line.packs)
    sub = " · ".join(part for part in (entry.product, packed_as(entry), terms(entry)) if part)
    name = column(text(entry.product_name, "strong"), quiet(sub, lines=2), gap=1, expand=True)
    count = stepper(
        view.form, key, line.packs, change, name=entry.product_name, warn=bool(hint), width=PACKS_WIDTH
    )
    cost = (
        tap(
            text(cost_said(line.pack_cost), "body"),
            priced,
            label=t("Cost of {what}", what=entry.product_name),
            width=COST_WIDTH,
            height=40,
            border_radius=theme.RADIUS_SM,
            alignment=ft.Alignment.CENTER_RIGHT,
        )
        if view.costs
        else None
    )
    total = (
        ft.Container(
            text(sum_said(line.amount), "strong"), width=SUM_WIDTH, alignment=ft.Alignment.CENTER_RIGHT
        )
        if view.costs
        else None
    )
    away = icon_button(
        ft.Icons.CLOSE_ROUNDED, t("Take out {what}", what=entry.product_name), out, size=16, box=32
    )
    tile = product_tile(entry.category, entry.product_name)
    if view.layout == "phone":
        top: ft.Control = stretched(
            row(tile, name, away, gap=12),
            row(count, ft.Container(expand=True), cost, total, gap=8),
            gap=8,
        )
    else:
        top = row(row(tile, name, gap=12, expand=True), count, cost, total, away, gap=12)
    parts: list[ft.Control | None] = [
        ft.Container(top, padding=ft.Padding.only(left=16, right=10, top=10, bottom=10))
    ]
    inset = ft.Padding.only(left=16 if view.layout == "phone" else 64, right=16, bottom=12)
    if hint:
        parts.append(
            ft.Container(
                row(
                    ft.Icon(ft.Icons.WARNING_AMBER_ROUNDED, size=16, color=theme.ON_TINT["soon"]),
                    text(hint, "small_strong", theme.ON_TINT["soon"], 2, expand=view.layout == "phone"),
                    button(t("Make it {n}", n=words.number(line.wanted)), fit, kind="plain", height=36),
                    gap=8,
                ),
                padding=inset,
            )
        )
    if draft.priced == line.key:
        parts.append(ft.Container(_cost(view, line), padding=inset))
    return stretched(*parts)


def _cost(view: PurchaseView, line: DraftLine) -> ft.Control:
    draft, key = view.draft, f"cost-{line.key}"

    def take(_: Any) -> None:
        written = view.form.get(key, "").strip()
        listed = str(line.entry.cost) if line.entry.cost is not None else ""
        if draft.set_cost(line.key, "" if written == listed else written):
            draft.priced = 0

    return row(
        ft.Container(
            text_field(view.form, key, height=44, label=t("Cost a pack"), on_submit=take, dense=True),
            width=160,
        ),
        button(t("Set"), take, kind="plain", height=44),
        gap=10,
    )


def _entry(view: PurchaseView) -> ft.Control:
    draft = view.draft

    def typed(said: str) -> None:
        draft.find(said)

    field = bound(
        view.form,
        "entry",
        on_typed=typed,
        on_submit=view.submit,
        hint_text=t("12 x code, or a name"),
        autofocus=True,
        border=ft.NoInputBorder(),
        text_style=theme.style("body", ft.Colors.ON_SURFACE),
        hint_style=theme.style("body", theme.SUBDUED),
        content_padding=ft.Padding.symmetric(vertical=14),
        expand=True,
    )
    parts: list[ft.Control | None] = [
        ft.Container(
            row(
                ft.Icon(ft.Icons.ADD_ROUNDED, size=20, color=ft.Colors.PRIMARY),
                ft.Semantics(content=field, label=t("Add a product"), expand=True),
                quiet("Enter", "over") if view.layout == "desk" else None,
                gap=14,
            ),
            padding=ft.Padding.symmetric(horizontal=16),
            height=56,
        )
    ]
    if draft.entry_fault:
        parts.append(
            ft.Container(
                text(draft.entry_fault, "small", theme.ON_TINT["expired"], 2),
                padding=ft.Padding.only(left=50, right=16, bottom=12),
            )
        )
    if draft.suggestions:
        rows = [_offer(view, one, n == draft.chosen) for n, one in enumerate(draft.suggestions)]
        parts += [hairline(), stretched(*rows), gap(6)]
    return stretched(*parts)


def _offer(view: PurchaseView, item: CatalogueEntry, chosen: bool) -> ft.Control:
    """One pack of the catalogue; pressed, it is on the order."""

    def pressed(_: Any) -> None:
        written, view.form["entry"] = view.form.get("entry", ""), ""
        view.draft.add(item, written)
        view.redraw()

    sub = " · ".join(part for part in (item.product, packed_as(item), terms(item)) if part)
    return tap(
        row(
            product_tile(item.category, item.product_name, 30),
            column(text(item.product_name, "strong"), quiet(sub), gap=0, expand=True),
            text(cost_said(item.cost), "small") if view.costs else None,
            ft.Icon(ft.Icons.ADD_ROUNDED, size=18, color=ft.Colors.PRIMARY),
            gap=12,
        ),
        pressed,
        selected=chosen or None,
        label=t("Add {what}", what=item.product_name),
        height=50,
        padding=ft.Padding.symmetric(horizontal=16),
        bgcolor=ft.Colors.with_opacity(0.05, ft.Colors.PRIMARY) if chosen else None,
    )


def catalogue_card(view: PurchaseView) -> ft.Control:
    """What this supplier sells and is not on the order yet."""
    draft = view.draft
    wanted = view.form.get("q", "").strip().lower()
    rest = near(draft.catalogue, draft.lines)
    found = [
        one
        for one in rest
        if all(part in f"{one.product} {one.product_name}".lower() for part in wanted.split())
    ]

    def typed(_: str) -> None:
        view.redraw()

    rows: list[ft.Control] = [_offer(view, one, False) for one in found[:CATALOGUE_SHOWN]]
    more = len(found) - CATALOGUE_SHOWN
    if more > 0:
        rows.append(
            ft.Container(
                quiet(tn("{n} more: type its name", "{n} more: type a name", more), "small"),
                padding=ft.Padding.symmetric(horizontal=16, vertical=12),
            )
        )
    if not rows:
        whole = t("All of it is on the order") if draft.catalogue else t("The catalogue is empty")
        said = t("Nothing of that name") if wanted else whole
        rows.append(ft.Container(quiet(said, "small"), padding=16))
    head = ft.Container(
        search_field(view.form, "q", t("Search the catalogue"), typed),
        padding=ft.Padding.only(left=16, right=16, bottom=10),
    )
    return card(
        stretched(head, *divided(rows, 16)),
        t("What they sell"),
        quiet(tn("{n} pack", "{n} packs", len(draft.catalogue)), "small"),
        padding=ft.Padding.only(bottom=4),
    )
