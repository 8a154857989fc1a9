"""Putting away in the hand: what it is, where it goes in large type, and why there."""

from collections.abc import Callable
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.buying_records import AtDock
from stillage_client.components.buttons import button, icon_button, tap
from stillage_client.components.faces import product_tile
from stillage_client.components.feedback import bone_rows, empty
from stillage_client.components.fields import Form
from stillage_client.components.hooks import after_drawing, remembered, watched
from stillage_client.components.layout import column, divided, gap, quiet, row, stretched, surface, text
from stillage_client.components.navigation import screen
from stillage_client.components.scan_panel import (
    Ground,
    amount_line,
    choice_button,
    keypad,
    misread_line,
    panel,
    panel_button,
    tags_line,
    waiting_picture,
)
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.scans import Answer, Scan
from stillage_client.screens.audit import no_right
from stillage_client.screens.buying.hand import (
    HandEntry,
    entry_tiles,
    kept_panel,
    notices,
    tiles,
    typing,
    undo_bar,
)
from stillage_client.screens.buying.put_away_work import PutAwayWork, age, stays_words
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.scan_job import misread_parts
from stillage_client.screens.selling.pick_panels import fitting
from stillage_client.session import Session, use_session

HAND_WIDTH = 480


def _nothing() -> None:
    """Nobody is listening."""


@ft.component
def PutAway() -> ft.Control:
    """/put-away."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    work = watched(PutAwayWork)
    entry = watched(HandEntry)
    scans = watched(lambda: session.scans.state)
    form: Form = remembered(lambda: {"code": ""})
    stop = remembered(lambda: {"listening": _nothing})
    allowed = session.can("stock.move")
    page.title = t("Put away · Stillage")

    async def load() -> None:
        work.api, work.warehouse = session.api, session.warehouse
        if allowed:
            await work.load()

    async def try_now(_: Any) -> None:
        await load()

    async def taken(scan: Scan) -> Answer:
        entry.keypad, entry.photo_note = None, ""
        return await work.take(scan)

    def listen() -> None:
        stop["listening"]()
        stop["listening"] = session.scans.subscribe(taken) if allowed else _nothing

    def silence() -> None:
        stop["listening"]()
        stop["listening"] = _nothing

    after_drawing(load, [session.warehouse])
    after_drawing(listen, [allowed], cleanup=silence)
    crumb = (t("Receiving"), lambda: page.navigate("/receiving"))
    title = t("Put away")
    if not allowed:
        return screen(layout, title, no_right(t("putting away")), online=session.live)
    if not work.loaded:
        if work.trouble is None:
            inside: ft.Control = bone_rows(6)
        else:
            again = button(t("Try now"), try_now, icon=ft.Icons.REFRESH_ROUNDED)
            inside = empty(work.trouble.icon, work.trouble.title(t("The dock")), work.trouble.words, again)
        return screen(layout, title, surface(inside, expand=True), crumb=crumb, online=session.live)
    waiting = scans.waiting if not session.live else 0
    hand = _hand(work, session, entry, form, layout, waiting)
    rows = _rows(work)
    if layout == "phone":
        parts = [_head(work, page), *hand]
        if work.hand is None and not work.choices and entry.keypad is None:
            parts.insert(-1, rows)
        return ft.Container(
            ft.Column(parts, spacing=10, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
            expand=True,
            padding=ft.Padding.only(left=12, right=12, top=6, bottom=10),
        )
    left = ft.Column(
        hand,
        spacing=12,
        width=HAND_WIDTH if layout == "desk" else None,
        scroll=ft.ScrollMode.AUTO,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    if layout == "tablet":
        body: ft.Control = ft.Column(
            [left, rows], spacing=12, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
        )
    else:
        body = ft.Row([left, rows], spacing=16, expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH)
    return screen(layout, title, body, crumb=crumb, online=session.live)


def _head(work: PutAwayWork, page: ft.Page) -> ft.Control:
    count = len(work.waiting)
    return ft.Container(
        row(
            icon_button(
                ft.Icons.ARROW_BACK_ROUNDED,
                t("Back to {place}", place=t("Receiving")),
                lambda _: page.navigate("/receiving"),
                size=24,
                box=48,
                color=ft.Colors.ON_SURFACE,
            ),
            text(t("Put away"), "lead", expand=True),
            quiet(tn("{n} lot waits", "{n} lots wait", count), "small"),
            gap=4,
        ),
        height=54,
        padding=ft.Padding.only(right=8),
    )


def _hand(
    work: PutAwayWork, session: Session, entry: HandEntry, form: Form, layout: Layout, waiting: int
) -> list[ft.Control]:
    parts: list[ft.Control] = [*notices(session, entry, waiting)]
    if waiting:
        parts.append(kept_panel(waiting))
    elif entry.keypad is not None and work.hand is not None:
        parts.append(_keypad(work, entry))
    elif work.panel.kind == "error":
        parts.append(_refused(work))
        if work.hand is not None:
            parts.append(_carried(work, entry, session, layout))
    elif work.choices:
        parts.append(_which(work))
    elif work.hand is not None:
        parts.append(_carried(work, entry, session, layout))
    else:
        parts.append(_answer(work))
    parts += _undo(work, session)
    if entry.typing:
        parts.append(typing(session, entry, form, t("Code of the case or the place")))
    parts.append(tiles(entry_tiles(session, entry, form)))
    return parts


def _answer(work: PutAwayWork) -> ft.Control:
    shown = work.panel
    right = words.clock(shown.at, seconds=True, zone=work.zone) if shown.at else ""
    if shown.kind != "ok":
        return panel(
            "ready",
            ft.Icons.QR_CODE_SCANNER_ROUNDED,
            shown.head,
            right,
            gap(2),
            waiting_picture("ready", shown.title, shown.detail, large=False),
            gap(8),
        )
    return panel(
        "ok",
        ft.Icons.CHECK_CIRCLE_ROUNDED,
        shown.head,
        right,
        gap(8),
        amount_line("ok", shown.amount, shown.unit, ""),
        gap(6),
        text(shown.title, "title", "#FFFFFF", 2),
        gap(8),
        tags_line("ok", shown.tags),
    )


def _refused(work: PutAwayWork) -> ft.Control:
    shown = work.panel
    _, ink, _ = theme.SCAN["error"]
    code: list[ft.Control] = []
    if shown.code:
        groups, last = misread_parts(shown.code)
        code = [gap(8), misread_line(groups, last)]
    return panel(
        "error",
        ft.Icons.ERROR_ROUNDED,
        shown.head,
        words.clock(shown.at, seconds=True, zone=work.zone) if shown.at else "",
        gap(8),
        text(shown.title, "scan2", ink, 2),
        *code,
        gap(4),
        text(shown.detail, "body", ink, 4),
    )


def _which(work: PutAwayWork) -> ft.Control:
    _, ink, soft = theme.SCAN["ready"]

    def choose(one: AtDock) -> Callable[[Any], Any]:
        def pressed(_: Any) -> None:
            work.take_up(one)

        return pressed

    answers = [
        choice_button(
            one.lot,
            " · ".join(
                part
                for part in (work.amount(one, one.free), words.days_left(one.until) if one.until else "")
                if part
            ),
            choose(one),
        )
        for one in work.choices
    ]
    return panel(
        "ready",
        ft.Icons.HELP_ROUNDED,
        work.panel.head,
        "",
        gap(8),
        text(work.panel.title, "scan2", ink),
        text(work.panel.detail, "body", soft, 3),
        gap(12),
        stretched(*answers, gap=8),
        gap(10),
        row(panel_button("ready", t("Cancel"), ft.Icons.CLOSE_ROUNDED, lambda _: work.put_back())),
    )


def _carried(work: PutAwayWork, entry: HandEntry, session: Session, layout: Layout) -> ft.Control:
    """The place in large type, the reason below it, and what is carried."""
    row_, place = work.hand, work.place
    ground: Ground = "ready"
    _, ink, soft = theme.SCAN[ground]
    if row_ is None:
        return gap(1)

    def back(_: Any) -> None:
        work.put_back()

    def quantity(_: Any) -> None:
        entry.keypad = ""

    def there(location: str) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            await work.put_there(location)

        return pressed

    others = row_.proposals[1:3]
    amount = work.amount(row_, work.units)
    parts: list[ft.Control | None] = [
        gap(6),
        text(bare(place.location), fitting(bare(place.location)), ink)
        if place
        else text(t("Any place that fits"), "scan2", ink, 2),
        row(
            ft.Icon(ft.Icons.LIGHTBULB_OUTLINE_ROUNDED, size=18, color=soft),
            text(place.why, "body", soft, 2, expand=True),
            gap=6,
        )
        if place and place.why
        else None,
        gap(12),
        ft.Container(
            row(
                product_tile(row_.category, row_.product_name, 44),
                column(
                    text(row_.product_name, "h2", "#14191C", 2),
                    text(
                        " · ".join(
                            part
                            for part in (
                                t("Lot {lot}", lot=row_.lot) if row_.lot else "",
                                words.day(row_.until, year=True) if row_.until else "",
                            )
                            if part
                        ),
                        "small",
                        "#545F66",
                        2,
                    ),
                    expand=True,
                ),
                text(amount, "title", "#14191C"),
                gap=12,
            ),
            bgcolor="#FFFFFF",
            border_radius=theme.RADIUS_LG,
            padding=ft.Padding.symmetric(horizontal=14, vertical=12),
        ),
    ]
    if row_.promised:
        parts += [gap(8), text(stays_words(row_), "small_strong", soft, 2)]
    parts += [
        gap(12),
        row(
            ft.Icon(ft.Icons.QR_CODE_SCANNER_ROUNDED, size=22, color=ink),
            text(
                t("Scan {place}", place=bare(place.location)) if place else t("Scan the place"),
                "lead",
                ink,
                expand=True,
            ),
            gap=10,
        ),
    ]
    if others:
        parts += [
            gap(10),
            text(t("Or"), "small_strong", soft),
            gap(6),
            stretched(
                *[choice_button(bare(one.location), one.why, there(one.location)) for one in others], gap=8
            ),
        ]
    parts.append(gap(12))
    if place is not None:
        parts += [
            row(
                panel_button(
                    ground,
                    t("I put it there"),
                    ft.Icons.CHECK_ROUNDED,
                    there(place.location),
                    strong=True,
                )
            ),
            gap(8),
        ]
    parts.append(
        row(
            panel_button(ground, t("Put back"), ft.Icons.UNDO_ROUNDED, back),
            panel_button(ground, t("Quantity"), ft.Icons.EDIT_ROUNDED, quantity),
            gap=10,
        )
    )
    return panel(ground, ft.Icons.PLACE_ROUNDED, t("Take it to"), "", *parts)


def _keypad(work: PutAwayWork, entry: HandEntry) -> ft.Control:
    packing = work.hand.packing if work.hand else None
    unit = words.unit((packing.case_name or packing.base_unit) if packing else "unit", 2)

    async def done(_: Any) -> None:
        digits, entry.keypad = entry.keypad or "", None
        if digits:
            await work.quantity(int(digits))

    def cancel(_: Any) -> None:
        entry.keypad = None

    return panel(
        "ready",
        ft.Icons.DIALPAD_ROUNDED,
        t("Quantity"),
        "",
        gap(8),
        keypad("ready", entry.keypad or "", unit, entry.press, done, cancel),
    )


def _undo(work: PutAwayWork, session: Session) -> list[ft.Control]:
    if not work.done or work.hand is not None or not session.can("stock.reverse"):
        return []

    async def pressed(_: Any) -> None:
        await work.undo()

    return [undo_bar(t("Undo: {what}", what=work.done[0].said), pressed)]


def _rows(work: PutAwayWork) -> ft.Control:
    """What lies at the dock, the oldest first; what stays here below it."""

    def taken(one: AtDock) -> Callable[[Any], Any]:
        def pressed(_: Any) -> None:
            work.take_up(one)

        return pressed

    def line(one: AtDock) -> ft.Control:
        place = one.proposals[0] if one.proposals else None
        stays = one.free <= 0
        note = " · ".join(
            part
            for part in (
                t("Lot {lot}", lot=one.lot) if one.lot else "",
                bare(one.from_location),
                age(one, work.zone),
            )
            if part
        )
        inside = row(
            product_tile(one.category, one.product_name),
            column(
                text(one.product_name, "strong"),
                quiet(note),
                text(stays_words(one), "caption", theme.ON_TINT["soon"], 2) if one.promised else None,
                gap=1,
                expand=True,
            ),
            column(
                text(work.amount(one, one.free or one.on_hand), "strong"),
                row(
                    ft.Icon(ft.Icons.ARROW_FORWARD_ROUNDED, size=14, color=ft.Colors.PRIMARY),
                    text(bare(place.location), "small_strong", ft.Colors.PRIMARY),
                    gap=4,
                    tight=True,
                )
                if place and not stays
                else None,
                horizontal_alignment=ft.CrossAxisAlignment.END,
            ),
            gap=12,
        )
        padding = ft.Padding.symmetric(horizontal=14, vertical=10)
        if stays:
            return ft.Container(inside, padding=padding, opacity=0.75)
        return tap(inside, taken(one), label=t("Put away {what}", what=one.product_name), padding=padding)

    rows = [line(one) for one in (*work.waiting, *work.staying)]
    if not rows:
        calm = empty(ft.Icons.DONE_ALL_ROUNDED, t("The dock is clear"), t("Nothing waits to be put away."))
        return surface(calm, theme.RADIUS_LG, expand=True)
    return surface(
        ft.Column(
            divided(rows, 14),
            spacing=0,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            expand=True,
        ),
        theme.RADIUS_LG,
        expand=True,
    )
