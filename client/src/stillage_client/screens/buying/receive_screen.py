"""Taking a delivery in by scans, phone first: the answer huge, the undo in reach, what is still to come below."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flet as ft

from stillage_client import theme, words
from stillage_client.api import receiving
from stillage_client.api.records import Export
from stillage_client.api.transport import ApiError
from stillage_client.components.buttons import button, chip, icon_button
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.fields import Form
from stillage_client.components.figures import part_bar
from stillage_client.components.hooks import after_drawing, remembered, watched
from stillage_client.components.layout import column, divided, quiet, row, stretched, surface, text
from stillage_client.components.navigation import screen
from stillage_client.components.scan_panel import history
from stillage_client.components.viewport import use_layout
from stillage_client.locale import t
from stillage_client.scans import Answer, Scan
from stillage_client.screens.audit import no_right
from stillage_client.screens.buying.hand import (
    HandEntry,
    Tile,
    entry_tiles,
    kept_panel,
    notices,
    scrolled,
    tiles,
    typing,
    undo_bar,
)
from stillage_client.screens.buying.receive_panels import (
    ReceiveView,
    answer_panel,
    booked_rows,
    closing_panel,
    dock_words,
    done_panel,
    expected_rows,
)
from stillage_client.screens.buying.receive_work import ReceiveWork
from stillage_client.screens.selling.papers import Fetch, paper_links
from stillage_client.session import use_session

HAND_WIDTH = 500


def _nothing() -> None:
    """Nobody is listening."""


@ft.component
def ReceiveScreen() -> ft.Control:
    """/receive/PO-000012 or /receive/GR-000007."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    number = ft.use_route_params().get("number", "")
    work = watched(ReceiveWork)
    entry = watched(HandEntry)
    scans = watched(lambda: session.scans.state)
    form: Form = remembered(lambda: {"code": "", "lot": "", "date": ""})
    stop = remembered(lambda: {"listening": _nothing})
    allowed, may_run = session.can("buying.view"), session.can("receipts.run")
    page.title = f"{number} · Stillage"

    async def load() -> None:
        if not allowed:
            return
        begun = work.receipt is not None and number in (work.receipt.number, work.ref)
        if not begun:
            work.begin(session.api, session.warehouse, number)
            work.go = page.navigate
            await work.load()
        work.ref = number
        await first_scan()

    async def first_scan() -> None:
        """The scan a delivery began with: booked already, taken again under its id to be shown."""
        given = parse_qs(urlsplit(page.route or "").query)
        code, key = given.get("scan", [""])[0], given.get("id", [""])[0]
        if code and key and work.receipt is not None:
            user = session.user.username if session.user else ""
            try:
                await work.take(Scan(code=code, id=key, at=datetime.now(UTC), user=user))
            except ApiError:
                return  # the address keeps it until the server answers
            page.navigate(f"/receive/{number}")

    async def try_now(_: Any) -> None:
        await load()

    async def taken(scan: Scan) -> Answer:
        entry.keypad, entry.photo_note = None, ""
        return await work.take(scan)

    def listen() -> None:
        stop["listening"]()
        stop["listening"] = session.scans.subscribe(taken) if may_run else _nothing

    def silence() -> None:
        stop["listening"]()
        stop["listening"] = _nothing

    after_drawing(load, [number, session.warehouse])
    after_drawing(listen, [may_run], cleanup=silence)
    crumb = (t("Receiving"), lambda: page.navigate("/receiving"))
    if not allowed:
        return screen(layout, number, no_right(t("deliveries")), crumb=crumb, online=session.live)
    if work.receipt is None or work.ref != number:
        return screen(layout, number, _waiting(work, try_now), crumb=crumb, online=session.live)
    view = ReceiveView(work, session, entry, form, layout, page)
    waiting = scans.waiting if not session.live else 0
    if not may_run:
        return screen(layout, work.title, _looked_at(view), crumb=crumb, online=session.live)
    if layout == "phone":
        return ft.Container(
            _phone(view, waiting),
            expand=True,
            padding=ft.Padding.only(left=12, right=12, top=6, bottom=10),
        )
    return screen(
        layout,
        work.title,
        _desk(view, waiting),
        subtitle="",
        crumb=crumb,
        online=session.live,
    )


def _waiting(work: ReceiveWork, try_now: Callable[[Any], Any]) -> ft.Control:
    if work.trouble is None:
        return surface(bone_rows(4), expand=True)
    again = button(t("Try now"), try_now, icon=ft.Icons.REFRESH_ROUNDED)
    trouble = work.trouble
    return surface(empty(trouble.icon, trouble.title(t("The delivery")), trouble.words, again), expand=True)


def _papers(view: ReceiveView) -> ft.Control:
    work = view.work
    receipt = work.receipt

    def fetch(kind: str) -> Fetch:
        async def fetched() -> Export:
            return await receiving.receipt_paper(view.session.api, receipt.number if receipt else "", kind)

        return fetched

    def tell(fault: str) -> None:
        work.fault = fault

    kinds = [(t("Goods received"), fetch("goods-received"))]
    if receipt and any(not one.withdrawn for one in receipt.discrepancies):
        kinds.insert(0, (t("Note to the supplier"), fetch("discrepancy-note")))
    return paper_links(view.page, kinds, tell, height=48 if view.layout == "phone" else 40)


# ---- the two layouts


def _phone(view: ReceiveView, waiting: int) -> ft.Control:
    work = view.work
    if work.closed is not None:
        return scrolled(_head(view), *_faults(view), *done_panel(view, _papers(view)), expand=True)
    if work.closing:
        return ft.Column(
            [_head(view), closing_panel(view)],
            spacing=10,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    asked = work.ask is not None or work.wrong is not None or view.entry.keypad is not None
    middle: list[ft.Control] = [kept_panel(waiting)] if waiting else [answer_panel(view)]
    if asked:
        return ft.Column(
            [
                _head(view),
                *notices(view.session, view.entry, waiting),
                scrolled(*middle, expand=True),
                *(
                    [typing(view.session, view.entry, view.form, t("Code, as printed"))]
                    if view.entry.typing
                    else []
                ),
                _tiles(view),
            ],
            spacing=10,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    return ft.Column(
        [
            _head(view),
            *notices(view.session, view.entry, waiting),
            *middle,
            *_damaged(view),
            *_undo_bar(view),
            _lists(view),
            *(
                [typing(view.session, view.entry, view.form, t("Code, as printed"))]
                if view.entry.typing
                else []
            ),
            _tiles(view),
        ],
        spacing=10,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _desk(view: ReceiveView, waiting: int) -> ft.Control:
    work = view.work
    if work.closed is not None:
        left: list[ft.Control] = [*_faults(view), *done_panel(view, _papers(view))]
    elif work.closing:
        left = [ft.Container(closing_panel(view), height=620)]
    else:
        left = [
            *notices(view.session, view.entry, waiting),
            _progress(view),
            kept_panel(waiting) if waiting else answer_panel(view),
            *_damaged(view),
            *_undo_bar(view),
            *(
                [typing(view.session, view.entry, view.form, t("Code, as printed"))]
                if view.entry.typing
                else []
            ),
            _tiles(view),
        ]
    booked, coming = booked_rows(view), expected_rows(view)
    nothing = t("Each scan stands here, with its undo.")
    right: list[ft.Control] = []
    if coming:
        right.append(
            surface(
                ft.Column(
                    [
                        ft.Container(
                            quiet(t("What was ordered"), "label"),
                            padding=ft.Padding.symmetric(horizontal=14, vertical=9),
                        ),
                        *divided(coming, 14),
                    ],
                    spacing=0,
                    scroll=ft.ScrollMode.AUTO,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                ),
                theme.RADIUS_LG,
                expand=True,
            )
        )
    right.append(history(t("Booked"), work.tally(), booked, nothing))
    if view.layout != "desk":
        return ft.Column(
            [
                scrolled(*left),
                ft.Row(right, spacing=12, expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH),
            ],
            spacing=12,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    return ft.Row(
        [
            scrolled(*left, width=HAND_WIDTH),
            ft.Column(right, spacing=16, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        ],
        spacing=16,
        expand=True,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _looked_at(view: ReceiveView) -> ft.Control:
    """For who may see deliveries and take none in: how far it is, and its papers."""
    work = view.work
    rows = [*expected_rows(view), *booked_rows(view)]
    papers = [surface(_papers(view), padding=ft.Padding.symmetric(vertical=4))] if _number(work) else []
    lines = [surface(stretched(*divided(rows, 14)), theme.RADIUS_LG)] if rows else []
    return scrolled(*_faults(view), _progress(view), *lines, *papers, gap=14)


def _number(work: ReceiveWork) -> str:
    return work.receipt.number if work.receipt else ""


def _damaged(view: ReceiveView) -> list[ft.Control]:
    """What the switch below means, as long as it is on."""
    if not view.work.damaged or view.work.wrong is not None:
        return []
    said = t("The next scan counts as damaged")
    return [banner("soon", said, "", icon=ft.Icons.BROKEN_IMAGE_OUTLINED)]


def _faults(view: ReceiveView) -> list[ft.Control]:
    return [banner("expired", t("That was not done"), view.work.fault)] if view.work.fault else []


def _head(view: ReceiveView) -> ft.Control:
    """Which delivery, and how far it is."""
    work = view.work
    receipt = work.receipt
    about = " · ".join(part for part in (receipt.supplier_name if receipt else "", dock_words(work)) if part)
    return column(
        ft.Container(
            row(
                icon_button(
                    ft.Icons.ARROW_BACK_ROUNDED,
                    t("Back to {place}", place=t("Receiving")),
                    lambda _: view.page.navigate("/receiving"),
                    size=24,
                    box=48,
                    color=ft.Colors.ON_SURFACE,
                ),
                column(
                    text(work.title, "lead"),
                    quiet(about),
                    expand=True,
                ),
                _count(work),
                gap=4,
            ),
            height=54,
            padding=ft.Padding.only(right=8),
        ),
        _bar(work),
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _progress(view: ReceiveView) -> ft.Control:
    work = view.work
    receipt = work.receipt
    supplier = receipt.supplier_name if receipt else ""
    return stretched(
        row(column(text(supplier, "h2"), quiet(dock_words(work)), expand=True), _count(work)),
        _bar(work),
        gap=8,
    )


def _count(work: ReceiveWork) -> ft.Control:
    if not work.expected:
        return quiet(work.tally(), "small")
    done, all_, unit = work.progress()
    return column(
        text(t("{n} of {all}", n=words.number(done), all=words.number(all_)), "h2"),
        quiet(unit),
        horizontal_alignment=ft.CrossAxisAlignment.END,
    )


def _bar(work: ReceiveWork) -> ft.Control:
    if not work.expected:
        return ft.Container(height=2)
    done, all_, unit = work.progress()
    said = t("{n} of {all}", n=done, all=all_) + f" {unit}"
    return part_bar(
        [("ok", done), (ft.Colors.SURFACE_CONTAINER_HIGHEST, max(all_ - done, 0))], said, height=6
    )


def _undo_bar(view: ReceiveView) -> list[ft.Control]:
    """Always there, unless the panel itself shows Undo."""
    work = view.work
    last = work.last
    if last is None or (work.panel.kind == "ok" and work.panel.head != t("Refused")):
        return []

    async def undo(_: Any) -> None:
        await work.undo_last()

    return [undo_bar(t("Undo: {what}", what=work.said(last)), undo)]


def _lists(view: ReceiveView) -> ft.Control:
    """On a phone one of the two lists: what is to come, or what was booked."""
    work, entry = view.work, view.entry
    coming, booked = expected_rows(view), booked_rows(view)
    if not coming:
        return history(t("Booked"), work.tally(), booked, t("Each scan stands here, with its undo."))

    def show(key: str) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            entry.shown = key

        return pressed

    wanted = entry.shown if work.rows else "coming"
    chips = row(
        chip(
            t("Booked"),
            show("booked"),
            count=len([r for r in work.rows if r.active]),
            selected=wanted == "booked",
        ),
        chip(t("Still to come"), show("coming"), count=len(work.missing), selected=wanted != "booked"),
    )
    rows = booked if wanted == "booked" else coming
    inside: ft.Control = (
        ft.Column(
            divided(rows, 14),
            spacing=0,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            expand=True,
        )
        if rows
        else ft.Container(quiet(t("Each scan stands here, with its undo."), "small", 2), padding=14)
    )
    return stretched(chips, surface(inside, theme.RADIUS_LG, expand=True), gap=8, expand=True, tight=False)


def _tiles(view: ReceiveView) -> ft.Control:
    work = view.work

    def damaged(_: Any) -> None:
        work.damaged = not work.damaged

    def finish(_: Any) -> None:
        work.begin_closing()

    return tiles(
        [
            Tile(
                t("Damaged"),
                ft.Icons.BROKEN_IMAGE_OUTLINED,
                damaged,
                selected=work.damaged,
            ),
            *entry_tiles(view.session, view.entry, view.form),
            Tile(t("Finish"), ft.Icons.DONE_ALL_ROUNDED, finish, strong=work.complete),
        ]
    )
