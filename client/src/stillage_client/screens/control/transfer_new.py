"""A new transfer: where it goes, and what; typed or scanned."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flet as ft

from stillage_client import theme, words
from stillage_client.api import scanning, stock
from stillage_client.api.records import Availability
from stillage_client.api.transport import ApiError
from stillage_client.components.buttons import button, icon_button, tap
from stillage_client.components.faces import product_tile
from stillage_client.components.feedback import banner
from stillage_client.components.fields import Form, dropdown, labelled, search_field, text_field
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import card, column, divided, gap, quiet, row, stretched, text
from stillage_client.components.navigation import screen
from stillage_client.components.stepper import stepper
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t
from stillage_client.scans import Answer, Scan
from stillage_client.screens import amounts
from stillage_client.screens.audit import no_right
from stillage_client.screens.control.transfer_work import NewTransferState, Wanted
from stillage_client.screens.date_entry import read_date
from stillage_client.session import use_session

TYPING_PAUSE_S = 0.3
FOUND_MAX = 6


def _nothing() -> None:
    """Nobody is listening."""


def wanted(found: Availability) -> Wanted:
    """One case of it, to begin with."""
    per = max(found.units_per_case, 1)
    return Wanted(
        product=found.product,
        name=found.product_name,
        category=found.category,
        units_per_case=per,
        case_name=found.case_name,
        base_unit=found.base_unit,
        free=found.available,
        units=per,
    )


@ft.component
def NewTransfer() -> ft.Control:
    """/transfers/new, /transfers/new?product=HPA-330&units=240&to=NORTH."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    others = [(one.code, one.name or one.code) for one in session.warehouses if one.code != session.warehouse]
    state = watched(lambda: NewTransferState(to=others[0][0] if len(others) == 1 else ""))
    form: Form = remembered(lambda: {"q": "", "day": "", "carrier": "", "note": ""})
    no_hits: tuple[Availability, ...] = ()
    found, set_found = switched(no_hits)
    stop = remembered(lambda: {"listening": _nothing})
    allowed = session.can("transfers.change")
    given = {key: values[0] for key, values in parse_qs(urlsplit(page.route or "").query).items()}
    page.title = t("New transfer · Stillage")

    async def begin() -> None:
        """What somebody was told to send stands there already."""
        if given.get("to") in {code for code, _ in others}:
            state.to = given["to"]
        if not (allowed and given.get("product")) or state.lines:
            return
        try:
            hits = await stock.availability(
                session.api, warehouse=session.warehouse, search=given["product"], in_stock=True, limit=5
            )
        except ApiError as error:
            state.fault = error.sentence
            return
        hit = next((one for one in hits.results if one.product == given["product"]), None)
        if hit is not None:
            line, asked = wanted(hit), given.get("units", "")
            units = int(asked) if asked.isdigit() and len(asked) < 8 else line.units
            rest = units % line.units_per_case if units > line.units_per_case else 0
            state.add(replace(line, units=max(units - rest, 1)))

    async def typed(value: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        if form["q"] != value or len(value.strip()) < 2:
            if form["q"] == value:
                set_found(())
            return
        try:
            hits = await stock.availability(
                session.api, warehouse=session.warehouse, search=value.strip(), in_stock=True, limit=FOUND_MAX
            )
            set_found(hits.results)
        except ApiError as error:
            state.fault = error.sentence

    async def taken(scan: Scan) -> Answer:
        result = await scanning.scan(session.api, scan.code, warehouse=session.warehouse)
        if not result.product:
            return Answer("error", t("Unknown code"), t("Scan a case of what goes."))
        hits = await stock.availability(
            session.api, warehouse=session.warehouse, search=result.product, limit=5
        )
        hit = next((one for one in hits.results if one.product == result.product), None)
        if hit is None:
            return Answer("error", t("Not in stock"), result.product_name)
        state.add(wanted(hit))
        return Answer("ok", t("Added"), result.product_name)

    def listen() -> None:
        stop["listening"]()
        stop["listening"] = session.scans.subscribe(taken) if allowed else _nothing

    def silence() -> None:
        stop["listening"]()
        stop["listening"] = _nothing

    after_drawing(listen, [allowed, session.warehouse], cleanup=silence)
    after_drawing(begin, [allowed])
    crumb = (t("Transfers"), lambda: page.navigate("/transfers"))
    if not allowed:
        return screen(layout, t("New transfer"), no_right(t("transfers")), crumb=crumb, online=session.live)

    def take(hit: Availability) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            state.add(wanted(hit))
            form["q"] = ""
            set_found(())

        return pressed

    async def make(_: Any) -> None:
        day = read_date(form["day"])
        if form["day"].strip() and day is None:
            state.fault = t("Write the day like 24.12.2026.")
            return
        number = await state.make(session.api, session.warehouse, form, day.isoformat() if day else "")
        if number:
            page.navigate(f"/transfers/{number}")

    def choose(code: str) -> None:
        state.to = code

    name = next((one.name or one.code for one in session.warehouses if one.code == session.warehouse), "")
    come_from = labelled(
        t("From"), ft.Container(text(name, "strong"), height=48, alignment=ft.Alignment.CENTER_LEFT)
    )
    go_to = labelled(t("To"), dropdown(t("To"), state.to or None, others, choose, expand=True))
    arrow = ft.Icon(ft.Icons.ARROW_FORWARD_ROUNDED, size=20, color=theme.SUBDUED)
    ends = (
        stretched(come_from, go_to, gap=8)
        if layout == "phone"
        else row(ft.Container(come_from, expand=True), arrow, ft.Container(go_to, expand=True), gap=12)
    )
    where = card(
        stretched(
            ends,
            row(
                text_field(
                    form, "day", label=t("Expected on"), hint_text=t("24.12.2026"), height=52, expand=True
                ),
                text_field(form, "carrier", label=t("Carrier"), height=52, expand=True),
                gap=12,
            ),
            text_field(form, "note", label=t("Note"), height=52),
            gap=12,
        ),
        t("Where to?"),
        padding=ft.Padding.only(left=16, right=16, bottom=16),
    )
    what = card(
        stretched(
            ft.Container(
                search_field(form, "q", t("Name or code of a product, or scan a case"), typed),
                padding=ft.Padding.symmetric(horizontal=16),
            ),
            gap(8),
            *divided(
                [
                    *[_hit(hit, take(hit)) for hit in found],
                    *[_line(state, one, form, layout) for one in state.lines],
                ],
                16,
            ),
            ft.Container(
                quiet(
                    t("Which lots go is suggested in the next step: those that go stale first."), "small", 2
                ),
                padding=ft.Padding.symmetric(horizontal=16, vertical=10),
            ),
        ),
        t("What goes?"),
        padding=ft.Padding.only(bottom=8),
    )
    fault = [banner("expired", t("That was not done"), state.fault)] if state.fault else []
    if not others:
        fault.append(
            banner(
                "soon",
                t("There is only one warehouse"),
                t("You work in one warehouse; a transfer needs two."),
            )
        )
    press = button(
        t("Make the transfer"),
        make,
        icon=ft.Icons.SWAP_HORIZ_ROUNDED,
        height=56 if layout == "phone" else 48,
        disabled=state.working or not state.lines,
    )
    body = ft.Column(
        [*fault, where, what, press, gap(12)],
        spacing=16,
        width=760 if layout == "desk" else None,
        scroll=ft.ScrollMode.AUTO,
        expand=layout != "desk",
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    inside = (
        ft.Row([body], vertical_alignment=ft.CrossAxisAlignment.STRETCH, expand=True)
        if layout == "desk"
        else body
    )
    return screen(layout, t("New transfer"), inside, crumb=crumb, online=session.live)


def _hit(hit: Availability, pressed: Callable[[Any], None]) -> ft.Control:
    free = t("{amount} free", amount=amounts.short(hit, hit.available))
    return tap(
        row(
            ft.Icon(ft.Icons.ADD_ROUNDED, size=20, color=ft.Colors.PRIMARY),
            column(text(hit.product_name, "strong"), quiet(hit.product), expand=True),
            quiet(free, "small"),
            gap=12,
        ),
        pressed,
        height=56,
        padding=ft.Padding.symmetric(horizontal=16),
    )


def _line(state: NewTransferState, line: Wanted, form: Form, layout: Layout) -> ft.Control:
    packs = line.units // line.units_per_case
    key = f"line-{line.product}"
    form[key] = str(packs)
    over = line.units > line.free

    async def change(packs_: int) -> None:
        state.set(line.product, packs_ * line.units_per_case)

    def drop(_: Any) -> None:
        state.set(line.product, 0)

    free = t("{amount} free", amount=amounts.short(line, line.free))
    unit = (
        words.unit(line.case_name or line.base_unit, packs)
        if line.units_per_case > 1
        else words.unit(line.base_unit, packs)
    )
    size = 48 if layout == "phone" else 40
    name = column(
        text(line.name, "strong"),
        text(f"{free} · {unit}", "caption", theme.ON_TINT["soon"] if over else theme.SUBDUED),
        gap=1,
        expand=True,
    )
    count = stepper(form, key, packs, change, name=line.name, warn=over, height=size, width=132)
    gone = icon_button(ft.Icons.CLOSE_ROUNDED, t("Leave out {product}", product=line.name), drop, box=size)
    tile = product_tile(line.category, line.name)
    inside: ft.Control = (
        stretched(row(tile, name, gone, gap=12), row(count), gap=8)
        if layout == "phone"
        else row(tile, name, count, gone, gap=12)
    )
    return ft.Container(inside, padding=ft.Padding.only(left=16, right=8, top=10, bottom=10))
