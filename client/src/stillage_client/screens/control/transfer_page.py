"""One transfer: which lots leave which places, what is on the way, what arrived, and the next step."""

from collections.abc import Callable
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import control
from stillage_client.api.control_records import Transfer
from stillage_client.api.records import Export
from stillage_client.components.buttons import button
from stillage_client.components.faces import avatar
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.fields import Form, focus_again, text_field
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import card, column, gap, quiet, row, stretched, surface, text
from stillage_client.components.live import use_live
from stillage_client.components.navigation import screen
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t
from stillage_client.scans import Answer, Scan
from stillage_client.screens.audit import no_right
from stillage_client.screens.control.transfer_goods import TransferView, goods, hand_panel, how_far
from stillage_client.screens.control.transfer_list import transfer_pill, way_said
from stillage_client.screens.control.transfer_work import TransferWork
from stillage_client.screens.selling.papers import paper_links
from stillage_client.session import use_session

SIDE_WIDTH = 348


def _nothing() -> None:
    """Nobody is listening."""


@ft.component
def TransferPage() -> ft.Control:
    """/transfers/TR-000003."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    number = ft.use_route_params().get("number", "")
    work = watched(TransferWork)
    form: Form = remembered(lambda: {"code": "", "reason": ""})
    stop = remembered(lambda: {"listening": _nothing})
    typing, set_typing = switched(False)
    allowed = session.can("transfers.view")
    page.title = f"{number} · Stillage"

    async def load() -> None:
        if allowed:
            await work.load(session.api, number)

    async def again(_: Any) -> None:
        await load()

    async def taken(scan: Scan) -> Answer:
        return await work.take(session.api, scan, _scanned_in(work.transfer, session.warehouse))

    def listen() -> None:
        stop["listening"]()
        stop["listening"] = session.scans.subscribe(taken) if allowed else _nothing

    def silence() -> None:
        stop["listening"]()
        stop["listening"] = _nothing

    after_drawing(load, [number, session.warehouse])
    use_live(("transfers",), load, lambda change: change.names(number))
    after_drawing(listen, [allowed], cleanup=silence)
    crumb = (t("Transfers"), lambda: page.navigate("/transfers"))
    transfer = work.transfer if work.transfer is not None and work.transfer.number == number else None
    if not allowed:
        return screen(layout, number, no_right(t("transfers")), crumb=crumb, online=session.live)
    if transfer is None:
        waiting: ft.Control = bone_rows(8)
        if work.trouble is not None:
            what = t("Transfer {number}", number=number)
            try_now = button(t("Try now"), again, icon=ft.Icons.REFRESH_ROUNDED)
            waiting = empty(work.trouble.icon, work.trouble.title(what), work.trouble.words, try_now)
        return screen(layout, number, surface(waiting, expand=True), crumb=crumb, online=session.live)

    def toggle(_: Any) -> None:
        form["code"] = ""
        set_typing(not typing)

    view = TransferView(work, transfer, session, form, layout, page)
    may_run = session.can("transfers.run") and work.mode != "look"
    parts: list[ft.Control | None] = [
        banner("expired", t("That was not done"), work.fault) if work.fault and not work.asking else None,
        _head(transfer, layout),
        how_far(transfer),
        hand_panel(view, toggle) if may_run else None,
        _typed(view) if typing and may_run else None,
        goods(view),
    ]
    side = [_steps(view), _about(view)]
    if layout == "desk":
        left = ft.Column(
            [*[part for part in parts if part is not None], gap(12)], spacing=16, expand=True,
            scroll=ft.ScrollMode.AUTO, horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )  # fmt: skip
        right = ft.Column(
            [*[one for one in side if one is not None], gap(12)], spacing=16, width=SIDE_WIDTH, scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )  # fmt: skip
        body: ft.Control = ft.Row(
            [left, right], spacing=16, expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH
        )
    else:
        body = ft.Column(
            [*[part for part in [*parts[:-1], side[0], parts[-1], side[1]] if part is not None], gap(12)], spacing=12,
            scroll=ft.ScrollMode.AUTO, horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )  # fmt: skip
    mark = transfer_pill(transfer)
    return screen(
        layout, number, body, actions=[mark], phone_actions=[mark], crumb=crumb, online=session.live
    )


def _scanned_in(transfer: Transfer | None, warehouse: str | None) -> str | None:
    """Places are read in the warehouse where the goods are handled just now."""
    if transfer is None:
        return warehouse
    return transfer.from_warehouse if "dispatch" in transfer.possible_steps else transfer.to_warehouse


def _head(transfer: Transfer, layout: Layout) -> ft.Control:
    when = words.day(transfer.expected_date, weekday=True) if transfer.expected_date else ""
    due = t("expected {day}", day=when) if when else ""
    left = t("left {day}", day=words.moment(transfer.dispatched_at)) if transfer.dispatched_at else ""
    there = t("there {day}", day=words.moment(transfer.received_at)) if transfer.received_at else ""
    note = " · ".join(
        part for part in (due if not there else "", left, there, transfer.carrier, transfer.note) if part
    )
    return column(
        text(way_said(transfer), "title", lines=2), quiet(note, "small", 3) if note else None, gap=3
    )


def _typed(view: TransferView) -> ft.Control:
    async def enter(event: Any) -> None:
        code = view.form.get("code", "").strip()
        view.form["code"] = ""
        user = view.session.user.username if view.session.user else ""
        if code:
            await view.session.scans.enter(code, source="typed", user=user)
        await focus_again(event.control)

    return text_field(
        view.form,
        "code",
        height=56,
        label=t("Code of the place or the case"),
        on_submit=enter,
        autofocus=True,
    )


def _steps(view: TransferView) -> ft.Control | None:
    """The next step as the one filled button; what else may be done below it."""
    work, transfer, api = view.work, view.transfer, view.session.api
    steps, session = transfer.possible_steps, view.session
    height = 56 if view.layout == "phone" else 48

    async def dispatch(_: Any) -> None:
        await work.dispatch(api)

    async def receive(_: Any) -> None:
        await work.receive(api)

    def ask(what: str) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            view.form["reason"], work.fault = "", ""
            work.asking = "" if work.asking == what else what

        return pressed

    async def undo_dispatch(_: Any) -> None:
        await work.step(api, "undo-dispatch")

    async def carry_out(_: Any) -> None:
        reason = view.form["reason"].strip()
        if work.asking == "close" and not reason:
            work.fault = t("Say why it is missing.")
            return
        await work.step(api, work.asking, {"reason": reason} if reason else {})

    may_run, may_change = session.can("transfers.run"), session.can("transfers.change")
    parts: list[ft.Control | None] = []
    if "dispatch" in steps and may_run:
        label = t("Send what was scanned") if work.taken else t("Send as suggested")
        parts.append(
            button(
                label, dispatch, icon=ft.Icons.LOCAL_SHIPPING_OUTLINED, height=height, disabled=work.working
            )
        )
        if not work.taken:
            parts.append(quiet(t("Or scan the place and the cases; then exactly those leave."), "small", 2))
    if "receive" in steps and may_run:
        label = t("Book in what is there") if work.gathered else t("All of it is there")

        def all_there(_: Any) -> None:
            work.all_arrived()

        press = receive if work.gathered else all_there
        icon = ft.Icons.MOVE_TO_INBOX_ROUNDED if work.gathered else ft.Icons.DONE_ALL_ROUNDED
        parts.append(button(label, press, icon=icon, height=height, disabled=work.working))
        if work.gathered:
            parts.append(quiet(t("Nothing is booked before you press."), "small"))
    others: list[ft.Control] = []
    if "undispatch" in steps and may_run:
        others.append(button(t("It did not leave"), undo_dispatch, kind="plain"))
    if "close" in steps and may_change and not work.gathered:
        others.append(button(t("The rest is missing"), ask("close"), kind="plain"))
    if "cancel" in steps and may_change:
        others.append(button(t("Cancel the transfer"), ask("cancel"), kind="plain"))
    if others:
        parts.append(ft.Row(others, spacing=8, run_spacing=8, wrap=True))
    if work.asking:
        label = t("Why is it missing?") if work.asking == "close" else t("Why? (may be left empty)")
        go = t("Write it off") if work.asking == "close" else t("Cancel the transfer")
        parts += [
            text_field(view.form, "reason", label=label, height=52, autofocus=True, on_submit=carry_out),
            text(work.fault, "small", theme.ON_TINT["expired"], 4) if work.fault else None,
            row(
                button(go, carry_out, height=44, kind="plain"),
                button(t("Back"), ask(work.asking), kind="quiet", height=44),
            ),
        ]
    if not parts:
        resting = {
            "received": t("All of it is there."),
            "cancelled": t("This transfer was cancelled."),
            "draft": t("It waits to be sent from {place}.", place=transfer.came_from),
        }
        parts.append(
            quiet(
                resting.get(transfer.status, t("It is waited for at {place}.", place=transfer.goes_to)),
                "small",
                2,
            )
        )
    return card(
        stretched(*parts, gap=10), t("Next step"), padding=ft.Padding.only(left=16, right=16, bottom=16)
    )


def _about(view: TransferView) -> ft.Control:
    transfer, api = view.transfer, view.session.api

    async def note() -> Export:
        return await control.transfer_note(api, transfer.number)

    def tell(fault: str) -> None:
        view.work.fault = fault

    made = row(
        avatar(transfer.user or "?", 32),
        column(
            text(transfer.user, "strong"),
            quiet(words.moment(transfer.created_at) if transfer.created_at else ""),
            expand=True,
        ),
        gap=10,
    )
    return card(
        stretched(
            ft.Container(made, padding=ft.Padding.symmetric(horizontal=16)),
            gap(8),
            paper_links(
                view.page,
                [(t("Transfer note (PDF)"), note)],
                tell,
                height=48 if view.layout == "phone" else 40,
            ),
        ),
        t("About this transfer"),
        padding=ft.Padding.only(bottom=10),
    )
