"""The dock: what stands there, what should come today, what is on its way. A scan begins or goes on."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.buying_records import AtDock, Notice, Purchase, Receipt
from stillage_client.components.buttons import big_button, button, icon_button, tap
from stillage_client.components.faces import avatar, icon_tile
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.fields import Form, text_field
from stillage_client.components.hooks import after_drawing, remembered, watched
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
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.scans import Answer, Scan
from stillage_client.screens.audit import no_right
from stillage_client.screens.buying import names
from stillage_client.screens.buying.hand import HandEntry, entry_tiles, scrolled, side_by_side, tiles, typing
from stillage_client.screens.buying.purchase_list import progress, purchase_pill, when
from stillage_client.screens.buying.receiving_work import ReceivingState, with_scan
from stillage_client.screens.movement_lines import bare
from stillage_client.session import Session, use_session

TYPING_PAUSE_S = 0.25
SIDE_WIDTH = 360


def _nothing() -> None:
    """Nobody is listening."""


@ft.component
def Receiving() -> ft.Control:
    """/receiving."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    state = watched(ReceivingState)
    entry = watched(HandEntry)
    form: Form = remembered(lambda: {"code": "", "supplier": ""})
    stop = remembered(lambda: {"listening": _nothing})
    allowed, may_run = session.can("buying.view"), session.can("receipts.run")
    page.title = t("Receiving · Stillage")

    async def load() -> None:
        if allowed:
            await state.load(session.api, session.warehouse, put_away=session.can("stock.move"))

    async def try_now(_: Any) -> None:
        await load()

    async def taken(scan: Scan) -> Answer:
        state.fault, entry.photo_note = "", ""
        answer, path = await state.take(session.api, session.warehouse, scan)
        if path:
            page.navigate(path)
        return answer

    def listen() -> None:
        stop["listening"]()
        stop["listening"] = session.scans.subscribe(taken) if may_run else _nothing

    def silence() -> None:
        stop["listening"]()
        stop["listening"] = _nothing

    after_drawing(load, [session.warehouse])
    use_live(("purchases", "receiving", "stock"), load)
    after_drawing(listen, [may_run], cleanup=silence)
    if not allowed:
        return screen(layout, t("Receiving"), no_right(t("deliveries")), online=session.live)

    def ask(_: Any) -> None:
        state.asking, state.suppliers = not state.asking, ()
        form["supplier"] = ""

    actions: list[ft.Control] = []
    if may_run:
        actions = [
            button(t("Delivery without an order"), ask, icon=ft.Icons.ADD_ROUNDED, kind="plain"),
        ]
    phone = (
        [icon_button(ft.Icons.ADD_ROUNDED, t("Delivery without an order"), ask, size=24, box=48)]
        if may_run
        else []
    )
    if not state.loaded:
        if state.trouble is None:
            inside: ft.Control = bone_rows(8)
        else:
            again = button(t("Try now"), try_now, icon=ft.Icons.REFRESH_ROUNDED)
            inside = empty(
                state.trouble.icon, state.trouble.title(t("The deliveries")), state.trouble.words, again
            )
        return screen(layout, t("Receiving"), surface(inside, expand=True), online=session.live)
    body = _body(state, session, entry, form, layout, page, may_run)
    foot: list[ft.Control] = []
    if may_run and layout == "phone":
        if entry.typing:
            foot.append(typing(session, entry, form, t("Code, as printed")))
        foot.append(tiles(entry_tiles(session, entry, form)))
        body = ft.Column(
            [ft.Container(body, expand=True), *foot],
            spacing=10,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    return screen(layout, t("Receiving"), body, actions=actions, phone_actions=phone, online=session.live)


def _body(
    state: ReceivingState,
    session: Session,
    entry: HandEntry,
    form: Form,
    layout: Layout,
    page: ft.Page,
    may_run: bool,
) -> ft.Control:
    go = page.navigate
    top: list[ft.Control] = []
    if state.fault:
        top.append(banner("expired", t("That was not done"), state.fault))
    if entry.photo_note:
        top.append(banner("soon", t("Nothing read"), entry.photo_note))
    if state.choice is not None:
        top.append(_which(state, go))
    if state.asking:
        top.append(_unexpected(state, session, form, go))
    if may_run and not top:
        top.append(_hint())
    by_now, later = state.expected()
    order: Callable[[Purchase], ft.Control] = lambda one: _order_row(one, go, may_run, layout)  # noqa: E731
    main: list[ft.Control] = []
    if state.open:
        main.append(_section(t("At the dock"), [_receipt_row(one, go, layout) for one in state.open]))
    if by_now:
        main.append(
            _section(
                t("Should be here today"), [order(one) for one in by_now], note=words.number(len(by_now))
            )
        )
    if later:
        main.append(_section(t("Coming"), [order(one) for one in later[:20]], note=words.number(len(later))))
    if not (state.open or by_now or later):
        main.append(
            surface(
                ft.Container(
                    empty(
                        ft.Icons.LOCAL_SHIPPING_OUTLINED,
                        t("No delivery is expected"),
                        t("What is ordered and not here yet stands here, the late first."),
                    ),
                    height=300,
                )
            )
        )
    side: list[ft.Control] = []
    if session.can("stock.move"):
        side.append(_dock(state, go))
    if state.notices:
        side.append(_notices(state, session, go))
    if layout == "desk":
        return side_by_side([*top, *main], side, SIDE_WIDTH) if side else scrolled(*top, *main)
    lying = [_dock_row(state, go)] if session.can("stock.move") and _waiting(state) else []
    announced = [_notices(state, session, go)] if state.notices else []
    return scrolled(*top, *lying, *main, *announced, gap(8))


def _hint() -> ft.Control:
    return banner(
        "info",
        t("Scan an order, a pallet or a case"),
        t("The delivery it belongs to opens by itself."),
        icon=ft.Icons.QR_CODE_SCANNER_ROUNDED,
    )


def _section(title: str, rows: Sequence[ft.Control], note: str = "") -> ft.Control:
    return card(
        stretched(*divided(list(rows), 16)),
        title,
        quiet(note, "small") if note else None,
        padding=ft.Padding.only(bottom=4),
    )


def _receipt_row(one: Receipt, go: Callable[[str], Any], layout: Layout) -> ft.Control:
    since = words.moment(one.opened_at) if one.opened_at else ""
    lines = tn("{n} scan", "{n} scans", one.line_count)
    note = " · ".join(part for part in (one.purchase_order or one.number, since, bare(one.location)) if part)
    return tap(
        row(
            icon_tile(ft.Icons.MOVE_TO_INBOX_ROUNDED, "info"),
            column(text(one.supplier_name, "strong"), quiet(note), gap=1, expand=True),
            quiet(lines, "small") if layout != "phone" else None,
            pill("info", t("Go on"), ft.Icons.QR_CODE_SCANNER_ROUNDED),
            gap=12,
        ),
        lambda _: go(f"/receive/{one.number}"),
        label=t("Go on with {number}", number=one.number),
        height=64,
        padding=ft.Padding.symmetric(horizontal=16),
    )


def _order_row(one: Purchase, go: Callable[[str], Any], may_run: bool, layout: Layout) -> ft.Control:
    said, _ = progress(one)
    count = tn("{n} line", "{n} lines", one.line_count)
    note = " · ".join(part for part in (one.number, count, said if one.received else "") if part)
    path = f"/receive/{one.number}" if may_run else f"/purchases/{one.number}"
    ink = theme.ON_TINT["expired"] if one.late else ft.Colors.ON_SURFACE
    return tap(
        row(
            avatar(one.supplier_name or one.supplier, 36),
            column(text(one.supplier_name or one.supplier, "strong"), quiet(note), gap=1, expand=True),
            text(when(one), "small_strong", ink),
            purchase_pill(one) if layout != "phone" and (one.late or one.received) else None,
            ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
            gap=10,
        ),
        lambda _: go(path),
        label=t("Receive {number}", number=one.number)
        if may_run
        else t("Purchase {number}", number=one.number),
        height=64,
        padding=ft.Padding.symmetric(horizontal=16),
    )


def _waiting(state: ReceivingState) -> list[AtDock]:
    """What may be put away now."""
    return [one for one in state.dock if one.free > 0]


def _dock_row(state: ReceivingState, go: Callable[[str], Any]) -> ft.Control:
    """The same on a phone: one line that leads there."""
    count = len(_waiting(state))
    return tap(
        row(
            icon_tile(ft.Icons.SHELVES, "soon", 36),
            column(
                text(tn("{n} lot waits at the dock", "{n} lots wait at the dock", count), "strong"),
                quiet(t("Put it away")),
                gap=1,
                expand=True,
            ),
            ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
            gap=12,
        ),
        lambda _: go("/put-away"),
        height=60,
        padding=ft.Padding.symmetric(horizontal=16),
        bgcolor=theme.CARD,
        border=ft.Border.all(1, theme.HAIRLINE),
        border_radius=theme.RADIUS,
    )


def _dock(state: ReceivingState, go: Callable[[str], Any]) -> ft.Control:
    """What lies at the dock and should go to its place."""
    waiting = _waiting(state)
    if not waiting:
        calm = row(
            icon_tile(ft.Icons.DONE_ALL_ROUNDED, "ok", 40),
            column(text(t("The dock is clear"), "strong"), quiet(t("Nothing waits to be put away."))),
            gap=12,
        )
        return card(calm, t("Put away"), padding=ft.Padding.only(left=16, right=16, bottom=16))
    oldest = min((one.since for one in waiting if one.since), default=None)
    note = t("the oldest since {when}", when=words.moment(oldest)) if oldest else ""
    return card(
        stretched(
            row(
                icon_tile(ft.Icons.SHELVES, "soon", 40),
                column(
                    text(
                        tn("{n} lot waits at the dock", "{n} lots wait at the dock", len(waiting)), "strong"
                    ),
                    quiet(note),
                    expand=True,
                ),
                gap=12,
            ),
            gap(12),
            row(
                big_button(
                    t("Put it away"),
                    ft.Icons.ARROW_FORWARD_ROUNDED,
                    lambda _: go("/put-away"),
                    edge=theme.HAIRLINE,
                    height=48,
                )
            ),
        ),
        t("Put away"),
        padding=ft.Padding.only(left=16, right=16, bottom=16),
    )


def _notices(state: ReceivingState, session: Session, go: Callable[[str], Any]) -> ft.Control:
    def opened(one: Notice) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            if session.can("receipts.run"):
                number = await state.of_notice(session.api, session.warehouse, one)
                if number:
                    go(f"/receive/{number}")

        return pressed

    def line(one: Notice) -> ft.Control:
        pallets = one.unit_count or len(one.units)
        day = words.day(one.expected_date, weekday=True) if one.expected_date else ""
        note = " · ".join(
            part
            for part in (
                one.despatch_number,
                tn("{n} pallet", "{n} pallets", pallets) if pallets else "",
                one.purchase_order,
            )
            if part
        )
        return tap(
            row(
                icon_tile(ft.Icons.PALLET, "info", 34),
                column(text(one.supplier_name or one.supplier, "strong"), quiet(note), gap=1, expand=True),
                quiet(day, "small"),
                gap=12,
            ),
            opened(one),
            label=t("Receive {number}", number=one.despatch_number or one.number),
            height=60,
            padding=ft.Padding.symmetric(horizontal=16),
        )

    return _section(t("Announced"), [line(one) for one in state.notices[:12]])


def _which(state: ReceivingState, go: Callable[[str], Any]) -> ft.Control:
    """Several orders wait for what was scanned."""
    choice = state.choice
    if choice is None:
        return gap(1)

    def press(one: Purchase) -> Callable[[Any], Any]:
        def pressed(_: Any) -> None:
            state.choice = None
            go(with_scan(one.number, choice.scan))

        return pressed

    rows: list[ft.Control] = [
        tap(
            row(
                column(text(one.number, "strong"), quiet(one.supplier_name), expand=True),
                text(when(one), "small_strong"),
                ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
                gap=10,
            ),
            press(one),
            label=t("Receive {number}", number=one.number),
            height=56,
            padding=ft.Padding.symmetric(horizontal=16),
        )
        for one in choice.orders[:5]
    ]
    return card(
        stretched(*divided(rows, 16)),
        t("Which delivery?"),
        subtitle=t("Several orders wait for {product}.", product=choice.product_name),
        padding=ft.Padding.only(bottom=4),
    )


def _unexpected(state: ReceivingState, session: Session, form: Form, go: Callable[[str], Any]) -> ft.Control:
    """A lorry nobody waited for: of whom is it?"""

    async def typed(written: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        if form["supplier"] == written:
            await state.find_suppliers(session.api, written)

    def press(index: int) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            number = await state.unexpected(session.api, session.warehouse, state.suppliers[index])
            if number:
                go(f"/receive/{number}")

        return pressed

    async def submit(_: Any) -> None:
        await state.find_suppliers(session.api, form["supplier"])
        if len(state.suppliers) == 1:
            await press(0)(None)

    rows: list[ft.Control] = [
        tap(
            row(avatar(one.name, 30), text(one.name, "strong", expand=True), quiet(one.code), gap=12),
            press(n),
            label=t("Delivery of {supplier}", supplier=one.name),
            height=50,
            padding=ft.Padding.symmetric(horizontal=16),
        )
        for n, one in enumerate(state.suppliers)
    ]
    name = t("Whose delivery is it?")
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


def receipt_row(one: Receipt, go: Callable[[str], Any]) -> ft.Control:
    """A delivery in a list."""
    when_ = words.moment(one.opened_at) if one.opened_at else ""
    note = " · ".join(part for part in (when_, one.purchase_order, one.delivery_note) if part)
    differences = (
        pill("soon", tn("{n} difference", "{n} differences", one.discrepancy_count))
        if one.discrepancy_count
        else None
    )
    return tap(
        row(
            column(text(one.number, "strong"), quiet(note), gap=1, expand=True),
            differences,
            quiet(names.receipt_status(one.status), "small"),
            ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
            gap=12,
        ),
        lambda _: go(f"/receive/{one.number}"),
        label=t("Delivery {number}", number=one.number),
        height=56,
        padding=ft.Padding.symmetric(horizontal=16),
    )
