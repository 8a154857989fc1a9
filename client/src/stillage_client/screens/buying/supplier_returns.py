"""Returns to suppliers on screens: the list, putting one together, and the page of one."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flet as ft

from stillage_client import theme, words
from stillage_client.api import receiving
from stillage_client.api.buying_records import SupplierReturn, SupplierReturnLine
from stillage_client.api.records import Export, Page
from stillage_client.components.buttons import button, chip, icon_button, tap
from stillage_client.components.faces import avatar, icon_tile, product_tile
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.fields import Form, search_field, text_field
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import (
    card,
    column,
    divided,
    gap,
    quiet,
    row,
    stretched,
    surface,
    text,
)
from stillage_client.components.live import use_live
from stillage_client.components.navigation import screen
from stillage_client.components.status import pill
from stillage_client.components.stepper import stepper
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.scans import Answer, Scan
from stillage_client.screens.audit import no_right
from stillage_client.screens.buying import names
from stillage_client.screens.buying.hand import (
    HandEntry,
    entry_tiles,
    notices,
    scrolled,
    side_by_side,
    tiles,
    typing,
)
from stillage_client.screens.buying.return_work import BackState, GatherWork, Going
from stillage_client.screens.list_body import list_body
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.paged import PagedState
from stillage_client.screens.selling.papers import paper_links
from stillage_client.screens.selling.totals import sum_said
from stillage_client.session import Session, use_session

TYPING_PAUSE_S = 0.3
STATUSES = ("", "draft", "dispatched", "closed")
SIDE_WIDTH = 340
PAST_SHOWN = 8


def _nothing() -> None:
    """Nobody is listening."""


@ft.component
def SupplierReturns() -> ft.Control:
    """/supplier-returns."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    state = watched(PagedState)
    search, set_search = switched("")
    status, set_status = switched("")
    form = remembered(lambda: {"q": ""})
    allowed, may_write = session.can("buying.view"), session.can("supplier_returns.run")
    page.title = t("Returns to suppliers · Stillage")

    async def fetch(cursor: str | None) -> Page[SupplierReturn]:
        return await receiving.supplier_returns(
            session.api, warehouse=session.warehouse, search=search, status=status, cursor=cursor, limit=50
        )

    async def load(_: Any = None) -> None:
        if allowed:
            await state.load(fetch)

    async def first() -> None:
        await load()

    async def again() -> None:
        await state.refresh(fetch)

    async def more(_: Any) -> None:
        await state.more(fetch)

    async def typed(value: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        if form["q"] == value:
            set_search(value.strip())

    def new(_: Any) -> None:
        page.navigate("/supplier-returns/new")

    after_drawing(first, [search, status, session.warehouse])
    use_live(("purchases",), again)
    title = t("Returns to suppliers")
    if not allowed:
        return screen(layout, title, no_right(t("returns")), online=session.live)

    def press(key: str) -> Callable[[Any], Any]:
        return lambda _: set_status(key)

    chips = [
        chip(names.return_status(s) if s else t("All"), press(s), selected=s == status) for s in STATUSES
    ]
    field = search_field(form, "q", t("Number, supplier or lot"), typed)
    filters = (
        row(ft.Container(field, width=320), *chips)
        if layout == "desk"
        else stretched(field, ft.Row(chips, spacing=8, scroll=ft.ScrollMode.HIDDEN), gap=10)
    )
    nothing = empty(
        ft.Icons.ASSIGNMENT_RETURN_OUTLINED,
        t("No return matches") if search or status else t("Nothing went back yet"),
        t("A return begins at a delivery that was not right, or with a scan of what goes back."),
        button(t("New return"), new, icon=ft.Icons.ADD_ROUNDED) if may_write else None,
    )
    body = list_body(
        state,
        t("The returns"),
        lambda one: _return_row(one, page.navigate),
        nothing,
        try_now=load,
        more=more,
        layout=layout,
        filters=filters,
    )
    return screen(
        layout,
        title,
        body,
        actions=[button(t("New return"), new, icon=ft.Icons.ADD_ROUNDED)] if may_write else [],
        phone_actions=[icon_button(ft.Icons.ADD_ROUNDED, t("New return"), new, size=24, box=48)]
        if may_write
        else [],
        online=session.live,
    )


def _return_row(one: SupplierReturn, go: Callable[[str], Any]) -> ft.Control:
    day = words.day(one.created_at.date()) if one.created_at else ""
    note = " · ".join(part for part in (one.number, one.receipt, day, one.reason) if part)
    return tap(
        row(
            icon_tile(ft.Icons.ASSIGNMENT_RETURN_OUTLINED, "info"),
            column(text(one.supplier_name or one.supplier, "strong"), quiet(note), gap=1, expand=True),
            pill(names.return_kind(one.status), names.return_status(one.status)),
            gap=12,
        ),
        lambda _: go(f"/supplier-returns/{one.number}"),
        label=t("Return {number}", number=one.number),
        height=60,
        padding=ft.Padding.symmetric(horizontal=16),
    )


# ---- putting one together


@ft.component
def NewSupplierReturn() -> ft.Control:
    """/supplier-returns/new?receipt=GR-000007, or ?supplier=, or by scans."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    work = watched(GatherWork)
    entry = watched(HandEntry)
    form: Form = remembered(lambda: {"reason": "", "supplier": "", "code": ""})
    stop = remembered(lambda: {"listening": _nothing})
    given = parse_qs(urlsplit(page.route or "").query)
    receipt, supplier = given.get("receipt", [""])[0], given.get("supplier", [""])[0]
    allowed = session.can("supplier_returns.run")
    page.title = t("Return to a supplier · Stillage")

    async def load() -> None:
        if allowed:
            await work.load(session.api, session.warehouse, receipt=receipt, supplier=supplier)

    async def taken(scan: Scan) -> Answer:
        return await work.take(session.api, scan)

    def listen() -> None:
        stop["listening"]()
        stop["listening"] = session.scans.subscribe(taken) if allowed else _nothing

    def silence() -> None:
        stop["listening"]()
        stop["listening"] = _nothing

    async def save(_: Any) -> None:
        made = await work.save(session.api, form["reason"].strip())
        if made:
            page.navigate(f"/supplier-returns/{made}")

    after_drawing(load, [receipt, supplier, session.warehouse])
    after_drawing(listen, [allowed], cleanup=silence)
    crumb = (t("Returns to suppliers"), lambda: page.navigate("/supplier-returns"))
    title = t("What goes back?")
    if not allowed:
        return screen(layout, title, no_right(t("returns")), crumb=crumb, online=session.live)
    if not work.loaded:
        waiting = (
            empty(work.trouble.icon, work.trouble.title(t("The delivery")), work.trouble.words)
            if work.trouble
            else bone_rows(5)
        )
        return screen(layout, title, surface(waiting, expand=True), crumb=crumb, online=session.live)
    parts: list[ft.Control] = [*notices(session, entry, 0)]
    if work.fault:
        parts.append(banner("expired", t("That was not done"), work.fault))
    if work.supplier is None:
        parts.append(_whose(work, session, form))
    else:
        parts.append(_goods(work, form, layout))
        parts.append(text_field(form, "reason", label=t("Why does it go back?"), height=52))
        parts.append(
            button(
                t("Write the return"),
                save,
                icon=ft.Icons.ASSIGNMENT_RETURN_OUTLINED,
                height=56 if layout == "phone" else 48,
                disabled=work.working or not work.lines,
            )
        )
        parts.append(quiet(t("Nothing leaves the books before it is sent."), lines=2))
    if entry.typing:
        parts.append(typing(session, entry, form, t("Code, as printed")))
    if work.supplier is not None:
        parts.append(tiles(entry_tiles(session, entry, form)))
    body: ft.Control = scrolled(*parts, gap(8), width=760 if layout == "desk" else None)
    if layout == "desk":
        body = ft.Row([body], expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH)
    return screen(layout, title, body, crumb=crumb, online=session.live)


def _goods(work: GatherWork, form: Form, layout: Layout) -> ft.Control:
    supplier = work.supplier
    rows: list[ft.Control] = [_going(work, form, line, layout) for line in work.lines]
    if not rows:
        rows = [
            ft.Container(
                row(
                    ft.Icon(ft.Icons.QR_CODE_SCANNER_ROUNDED, size=22, color=ft.Colors.PRIMARY),
                    text(
                        t("Scan what goes back: each scan is one pack."),
                        "lead",
                        ft.Colors.PRIMARY,
                        2,
                        expand=True,
                    ),
                    gap=12,
                ),
                padding=ft.Padding.symmetric(horizontal=16, vertical=20),
            )
        ]
    return card(
        stretched(*divided(rows, 16)),
        supplier.name if supplier else "",
        subtitle=work.receipt.number if work.receipt else t("Scan it, or begin at a delivery"),
        padding=ft.Padding.only(bottom=6),
    )


def _going(work: GatherWork, form: Form, line: Going, layout: Layout) -> ft.Control:
    per = line.packing.units_per_case
    key = f"line-{line.key}"
    packs, loose = divmod(line.units, per)
    shown = str(line.units if loose else packs)
    step = 1 if loose else per
    if form.get(key) != shown:
        form[key] = shown

    async def change(wanted: int) -> None:
        work.set_units(line.key, wanted * step)

    unit = words.unit(
        line.balance.base_unit if loose else line.packing.case_name or line.balance.base_unit, 2
    )
    note = " · ".join(
        part
        for part in (
            t("Lot {lot}", lot=line.balance.lot) if line.balance.lot else "",
            bare(line.balance.location),
            t("{amount} there", amount=names.counted(line.packing, line.most)),
            line.reason,
        )
        if part
    )
    return ft.Container(
        row(
            product_tile("", line.balance.product_name),
            column(text(line.balance.product_name, "strong"), quiet(note, lines=2), gap=1, expand=True),
            column(
                stepper(
                    form,
                    key,
                    int(shown),
                    change,
                    name=line.balance.product_name,
                    height=48 if layout == "phone" else 40,
                ),
                quiet(unit),
                horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            ),
            gap=12,
        ),
        padding=ft.Padding.symmetric(horizontal=16, vertical=10),
    )


def _whose(work: GatherWork, session: Session, form: Form) -> ft.Control:
    async def typed(written: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        if form["supplier"] == written:
            await work.find_suppliers(session.api, written)

    async def submit(_: Any) -> None:
        await work.find_suppliers(session.api, form["supplier"])
        if work.suppliers:
            work.choose(work.suppliers[0])

    def press(index: int) -> Callable[[Any], Any]:
        return lambda _: work.choose(work.suppliers[index])

    rows: list[ft.Control] = [
        tap(
            row(avatar(one.name, 30), text(one.name, "strong", expand=True), quiet(one.code), gap=12),
            press(n),
            label=t("Back to {supplier}", supplier=one.name),
            height=50,
            padding=ft.Padding.symmetric(horizontal=16),
        )
        for n, one in enumerate(work.suppliers)
    ]
    name = t("To which supplier?")
    field = text_field(
        form, "supplier", hint_text=t("Name or code"), autofocus=True, on_typed=typed, on_submit=submit
    )
    return card(
        stretched(
            ft.Container(
                ft.Semantics(content=field, label=name),
                padding=ft.Padding.only(left=16, right=16, bottom=8 if rows else 16),
            ),
            *rows,
        ),
        name,
        padding=0,
    )


# ---- one return


@ft.component
def SupplierReturnPage() -> ft.Control:
    """/supplier-returns/SR-000003."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    number = ft.use_route_params().get("number", "")
    state = watched(BackState)
    form: Form = remembered(lambda: {"credit": "", "reference": ""})
    allowed = session.can("buying.view")
    page.title = f"{number} · Stillage"

    async def load() -> None:
        if allowed:
            await state.load(session.api, number)

    after_drawing(load, [number])
    use_live(("purchases",), load, lambda change: change.names(number))
    crumb = (t("Returns to suppliers"), lambda: page.navigate("/supplier-returns"))
    if not allowed:
        return screen(layout, number, no_right(t("returns")), crumb=crumb, online=session.live)
    shown = state.shown if state.shown and state.shown.number == number else None
    if shown is None:
        waiting = (
            empty(
                state.trouble.icon,
                state.trouble.title(t("Return {number}", number=number)),
                state.trouble.words,
            )
            if state.trouble
            else bone_rows(5)
        )
        return screen(layout, number, surface(waiting, expand=True), crumb=crumb, online=session.live)
    costs = session.can("cost.view")
    notice = [banner("expired", t("That was not done"), state.fault)] if state.fault else []
    lines = card(
        stretched(*divided([_line(one) for one in shown.lines], 16)),
        t("What goes back"),
        quiet(tn("{n} line", "{n} lines", len(shown.lines)), "small"),
        padding=ft.Padding.only(bottom=6),
    )
    side = [_steps(state, shown, session, form, layout), _about(state, shown, session, page, costs)]
    past = _past(state)
    if past is not None:
        side.append(past)
    body: ft.Control = (
        side_by_side([*notice, lines], side, SIDE_WIDTH)
        if layout == "desk"
        else scrolled(*notice, side[0], lines, *side[1:], gap(8))
    )
    mark = pill(names.return_kind(shown.status), names.return_status(shown.status))
    return screen(
        layout,
        number,
        body,
        actions=[mark],
        phone_actions=[mark],
        subtitle=shown.supplier_name if layout == "phone" else "",
        crumb=crumb,
        online=session.live,
    )


def _line(line: SupplierReturnLine) -> ft.Control:
    note = " · ".join(
        part
        for part in (
            t("Lot {lot}", lot=line.lot) if line.lot else "",
            bare(line.location),
            line.reason,
        )
        if part
    )
    return ft.Container(
        row(
            product_tile(line.category, line.product_name),
            column(text(line.product_name, "strong"), quiet(note, lines=2), gap=1, expand=True),
            text(names.amount(line, line.quantity), "strong"),
            gap=12,
        ),
        padding=ft.Padding.symmetric(horizontal=16, vertical=11),
    )


def _steps(
    state: BackState, shown: SupplierReturn, session: Session, form: Form, layout: Layout
) -> ft.Control:
    height = 56 if layout == "phone" else 48
    may = session.can("supplier_returns.run")
    steps = shown.possible_steps
    undo = next((one for one in ("undo-dispatch", "undispatch", "undo_dispatch") if one in steps), "")

    def step(verb: str) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            await state.step(session.api, verb)

        return pressed

    def ask(_: Any) -> None:
        state.asking = "" if state.asking == "close" else "close"

    parts: list[ft.Control] = []
    others: list[ft.Control] = []
    if may and "dispatch" in steps:
        parts += [
            button(
                t("Send it back"),
                step("dispatch"),
                icon=ft.Icons.LOCAL_SHIPPING_OUTLINED,
                height=height,
                disabled=bool(state.working),
            ),
            quiet(t("Books the goods out; what is promised to customers stays."), lines=2),
        ]
    elif may and "close" in steps:
        parts += [
            button(t("Close with credit"), ask, icon=ft.Icons.RECEIPT_LONG_OUTLINED, height=height),
            quiet(t("When the supplier said what they give for it."), lines=2),
        ]
    if state.asking == "close":
        parts.append(_credit(state, session, form))
    if may and undo:
        others.append(button(t("Take the sending back"), step("undo-dispatch"), kind="plain", height=40))
    if may and "cancel" in steps:
        others.append(button(t("Give it up"), step("cancel"), kind="plain", height=40))
    if others:
        parts.append(ft.Row(others, spacing=8, run_spacing=8, wrap=True))
    if not parts:
        resting = {"closed": t("This return is done."), "cancelled": t("This return was cancelled.")}
        parts.append(quiet(resting.get(shown.status, t("The next step is somebody else's.")), "small", 2))
    working = ft.Container(ft.ProgressRing(width=16, height=16, stroke_width=2), padding=6)
    return card(
        stretched(*parts, gap=8),
        t("Next step"),
        working if state.working else None,
        padding=ft.Padding.only(left=16, right=16, bottom=16),
    )


def _credit(state: BackState, session: Session, form: Form) -> ft.Control:
    async def done(_: Any) -> None:
        await state.close(session.api, form.get("credit", ""), form.get("reference", ""))

    return stretched(
        text_field(form, "credit", label=t("Credit (may stay empty)"), height=48),
        text_field(form, "reference", label=t("Their reference"), height=48, on_submit=done),
        button(t("Close the return"), done, height=44),
        gap=8,
    )


def _about(
    state: BackState, shown: SupplierReturn, session: Session, page: ft.Page, costs: bool
) -> ft.Control:
    async def note() -> Export:
        return await receiving.return_paper(session.api, shown.number)

    def tell(fault: str) -> None:
        state.fault = fault

    def fact(name: str, value: str) -> ft.Control:
        return ft.Container(
            row(quiet(name, "body", expand=True), text(value, "strong")),
            height=34,
            padding=ft.Padding.symmetric(horizontal=16),
        )

    rows: list[ft.Control | None] = [
        tap(
            row(
                avatar(shown.supplier_name or shown.supplier, 34),
                column(text(shown.supplier_name, "strong"), quiet(shown.supplier), expand=True),
                ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
                gap=12,
            ),
            lambda _: page.navigate(f"/suppliers/{shown.supplier}"),
            height=52,
            padding=ft.Padding.symmetric(horizontal=16),
        ),
        fact(t("Delivery"), shown.receipt) if shown.receipt else None,
        fact(t("Sent"), words.moment(shown.dispatched_at)) if shown.dispatched_at else None,
        fact(t("What it had cost"), sum_said(shown.net_total, shown.currency))
        if costs and shown.net_total is not None
        else None,
        fact(t("Credit"), sum_said(shown.credit_total, shown.currency))
        if costs and shown.credit_total is not None
        else None,
        fact(t("Their reference"), shown.supplier_reference) if shown.supplier_reference else None,
        ft.Container(
            quiet(t("Reason: {reason}", reason=shown.reason), "small", 3),
            padding=ft.Padding.symmetric(horizontal=16, vertical=4),
        )
        if shown.reason
        else None,
        paper_links(page, [(t("Return note"), note)], tell),
    ]
    return card(stretched(*rows), t("Return"), padding=ft.Padding.only(bottom=10))


def _past(state: BackState) -> ft.Control | None:
    past = state.history[:PAST_SHOWN]
    if not past:
        return None
    rows = [
        ft.Container(
            row(
                avatar(one.user or t("System"), 28),
                column(
                    text(names.deed(one.action), "small", lines=2),
                    quiet(one.user or t("System")),
                    expand=True,
                ),
                quiet(words.ago(one.at) if one.at else ""),
                gap=10,
            ),
            padding=ft.Padding.symmetric(horizontal=16, vertical=6),
        )
        for one in past
    ]
    return card(stretched(*rows), t("What happened"), padding=ft.Padding.only(bottom=8))
