"""One return: scan what comes back, say what becomes of it, write the credit note."""

from collections.abc import Callable
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import shipping
from stillage_client.api.records import Export
from stillage_client.api.selling_records import ReturnLine
from stillage_client.components.buttons import button, chip, tap
from stillage_client.components.faces import avatar, product_tile
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.fields import Form, text_field
from stillage_client.components.figures import part_bar
from stillage_client.components.hooks import after_drawing, remembered, watched
from stillage_client.components.layout import (
    card,
    column,
    divided,
    fill,
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
from stillage_client.screens import amounts
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.selling import names
from stillage_client.screens.selling.papers import Fetch, paper_links
from stillage_client.screens.selling.return_work import ReturnWork, line_words
from stillage_client.session import Session, use_session


def _nothing() -> None:
    """Nobody is listening."""


@ft.component
def ReturnPage() -> ft.Control:
    """/returns/RT-000003: scan what comes back, then say what becomes of it."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    number = ft.use_route_params().get("number", "")
    work = watched(ReturnWork)
    stop = remembered(lambda: {"listening": _nothing})
    form: Form = remembered(lambda: {"shelf": ""})
    may_receive = session.can("returns.receive")
    page.title = f"{number} · Stillage"

    async def load() -> None:
        await work.load(session.api, number)

    async def taken(scan: Scan) -> Answer:
        return await work.take(session.api, scan, session.warehouse)

    def listen() -> None:
        stop["listening"]()
        stop["listening"] = session.scans.subscribe(taken) if may_receive else _nothing

    def silence() -> None:
        stop["listening"]()
        stop["listening"] = _nothing

    after_drawing(load, [number])
    use_live(("returns",), load, lambda change: change.names(number))
    after_drawing(listen, [may_receive], cleanup=silence)
    crumb = (t("Returns"), lambda: page.navigate("/returns"))
    shown = work.shown
    if shown is None:
        waiting = (
            empty(
                work.trouble.icon, work.trouble.title(t("Return {number}", number=number)), work.trouble.words
            )
            if work.trouble
            else bone_rows(5)
        )
        return screen(layout, number, surface(waiting, expand=True), crumb=crumb, online=session.live)
    open_ = shown.status in ("expected", "received")
    kind: theme.Kind = "soon" if open_ else "mute"
    parts: list[ft.Control] = [banner("expired", t("That was not done"), work.fault)] if work.fault else []
    missing = work.received < sum(line.expected for line in shown.lines)
    if open_ and may_receive and missing:
        hint = t("Each scan receives one pack; it waits in the returns place until it was looked at.")
        said = work.said or hint
        parts.append(banner("info", t("Scan what comes back"), said, icon=ft.Icons.QR_CODE_SCANNER_ROUNDED))
    rows = [_line(work, session, form, line, layout, open_=open_) for line in shown.lines]
    parts.append(card(stretched(*divided(rows, 16)), t("What comes back"), padding=ft.Padding.only(bottom=6)))
    side = [_steps(work, session, layout), _about(work, session, page)]
    if layout == "desk":
        body: ft.Control = ft.Row(
            [
                ft.Column(
                    parts,
                    spacing=16,
                    expand=True,
                    scroll=ft.ScrollMode.AUTO,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                ),
                ft.Column(side, spacing=16, width=340, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
            ],
            spacing=16,
            expand=True,
            vertical_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    else:
        body = ft.Column(
            [*parts, *side, gap(8)],
            spacing=12,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    state_pill = pill(kind, names.return_status(shown.status))
    return screen(
        layout,
        number,
        body,
        actions=[state_pill],
        phone_actions=[state_pill],
        subtitle=shown.customer_name if layout == "phone" else "",
        crumb=crumb,
        online=session.live,
    )


def _line(
    work: ReturnWork, session: Session, form: Form, line: ReturnLine, layout: Layout, *, open_: bool
) -> ft.Control:
    api, height = session.api, 48 if layout == "phone" else 36

    async def receive(_: Any) -> None:
        await work.receive_rest(api, line)

    def outcome(kind: str) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            if kind == "restock":
                await work.ask_shelf(api, line, session.warehouse)
            else:
                await work.dispose(api, line, kind, line.undecided)

        return pressed

    buttons: list[ft.Control] = []
    if open_ and line.received < line.expected and session.can("returns.receive"):
        rest = amounts.short(line, line.expected - line.received)
        buttons.append(button(t("Receive {amount}", amount=rest), receive, kind="plain", height=height))
    if open_ and line.undecided and session.can("returns.dispose"):
        ways = [
            ("restock", t("Back to stock"), ft.Icons.INVENTORY_2_OUTLINED),
            ("quarantine", t("Quarantine"), ft.Icons.LOCK_OUTLINED),
            ("scrap", t("Scrap"), ft.Icons.DELETE_OUTLINE_ROUNDED),
        ]
        buttons += [
            button(label, outcome(k), kind="plain", icon=icon, height=height) for k, label, icon in ways
        ]
    until = words.day(line.until, year=True) if line.until else ""
    note = " · ".join(part for part in (t("Lot {lot}", lot=line.lot), until, line.reason) if part)
    said = line_words(line)
    bar = part_bar(
        [
            ("ok", line.disposed),
            ("info", line.undecided),
            (ft.Colors.SURFACE_CONTAINER_HIGHEST, max(line.expected - line.received, 0)),
        ],
        said,
        height=5,
    )
    return ft.Container(
        stretched(
            row(
                product_tile(line.category, line.product_name),
                column(text(line.product_name, "strong"), quiet(note), gap=1, expand=True),
                text(amounts.short(line, line.expected), "strong"),
                gap=12,
            ),
            row(ft.Container(stretched(quiet(said, "small"), bar, gap=5), expand=True)),
            ft.Row(buttons, spacing=8, run_spacing=8, wrap=True) if buttons else None,
            _shelf(work, session, form) if work.shelving == line.id and line.undecided else None,
            gap=10,
        ),
        padding=ft.Padding.symmetric(horizontal=16, vertical=12),
    )


def _shelf(work: ReturnWork, session: Session, form: Form) -> ft.Control:
    """On which place it goes: chosen, typed or scanned."""

    def put(place: str) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            await work.restock(session.api, place)

        return pressed

    async def typed(_: Any) -> None:
        said = form["shelf"].strip().upper()
        await work.restock(session.api, said if "/" in said or not said else f"{session.warehouse}/{said}")

    chips = [chip(bare(place), put(place), icon=ft.Icons.SHELVES) for place in work.shelves]
    return stretched(
        quiet(t("On which place does it go? Choose it, or scan it."), "small", 2),
        ft.Row(chips, spacing=8, run_spacing=8, wrap=True) if chips else None,
        text_field(form, "shelf", label=t("Another place"), height=48, on_submit=typed),
        gap=8,
    )


def _steps(work: ReturnWork, session: Session, layout: Layout) -> ft.Control:
    api, shown = session.api, work.shown
    height = 56 if layout == "phone" else 48

    async def credit(_: Any) -> None:
        await work.credit(api)

    def step(verb: str) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            await work.step(api, verb)

        return pressed

    status = shown.status if shown else ""
    parts: list[ft.Control] = []
    if work.creditable and session.can("credit.issue"):
        parts.append(
            button(t("Write a credit note"), credit, icon=ft.Icons.RECEIPT_LONG_OUTLINED, height=height)
        )
        parts.append(quiet(t("For all that was received, at the price it was sold for."), lines=2))
    if work.last_note:
        parts.append(banner("ok", t("{number} was written", number=work.last_note), ""))
    others: list[ft.Control] = []
    if status == "received" and not work.undecided and session.can("returns.dispose"):
        others.append(button(t("Close the return"), step("close"), kind="plain", height=40))
    if status == "received" and work.shown and not any(line.disposed for line in work.shown.lines):
        others.append(button(t("Undo receiving"), step("undo-receive"), kind="plain", height=40))
    if status == "expected" and session.can("sales.change"):
        others.append(button(t("Cancel the return"), step("cancel"), kind="plain", height=40))
    if others:
        parts.append(ft.Row(others, spacing=8, run_spacing=8, wrap=True))
    if not parts:
        resting = {
            "expected": t("It is waited for."),
            "received": t("Say what becomes of the goods."),
            "closed": t("This return is done."),
            "cancelled": t("This return was cancelled."),
        }
        parts.append(quiet(resting.get(status, t("The next step is somebody else's.")), "small", 2))
    return card(
        stretched(*parts, gap=8), t("Next step"), padding=ft.Padding.only(left=16, right=16, bottom=16)
    )


def _about(work: ReturnWork, session: Session, page: ft.Page) -> ft.Control:
    shown = work.shown
    if shown is None:
        return gap(1)

    def note(number: str) -> Fetch:
        async def fetched() -> Export:
            return await shipping.credit_paper(session.api, number)

        return fetched

    def tell(fault: str) -> None:
        work.fault = fault

    rows: list[ft.Control | None] = [
        ft.Container(
            row(
                avatar(shown.customer_name or shown.customer, 34),
                column(text(shown.customer_name, "strong"), quiet(shown.customer), expand=True),
                gap=12,
            ),
            padding=ft.Padding.symmetric(horizontal=16),
        ),
        tap(
            row(quiet(t("Shipment"), "body"), fill(), text(shown.shipment, "strong")),
            lambda _: page.navigate(f"/shipments/{shown.shipment}"),
            height=40,
            padding=ft.Padding.symmetric(horizontal=16),
        )
        if shown.shipment
        else None,
        ft.Container(
            quiet(t("Reason: {reason}", reason=shown.reason), "small", 3),
            padding=ft.Padding.symmetric(horizontal=16),
        )
        if shown.reason
        else None,
        paper_links(page, [(one.number, note(one.number)) for one in shown.credit_notes], tell)
        if shown.credit_notes
        else None,
    ]
    done = tn("{n} thing happened", "{n} things happened", len(work.history)) if work.history else ""
    rows.append(ft.Container(quiet(done), padding=ft.Padding.symmetric(horizontal=16)) if done else None)
    return card(stretched(*rows, gap=6), t("Return"), padding=ft.Padding.only(bottom=14))
