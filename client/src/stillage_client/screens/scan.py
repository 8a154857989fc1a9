"""The scan screen: one thing huge, the answer in colour, word and sound, and Undo always in reach.

What a scan does is scan_job.py's; how it left the scanner is the session's scan feed's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import scanning
from stillage_client.api.records import Balance
from stillage_client.api.transport import ApiError
from stillage_client.components.buttons import big_button, button, chip
from stillage_client.components.feedback import banner, empty
from stillage_client.components.fields import Form, text_field
from stillage_client.components.hooks import after_drawing, remembered, watched
from stillage_client.components.layout import card, column, divided, fill, gap, quiet, row, stretched, text
from stillage_client.components.navigation import screen
from stillage_client.components.scan_panel import (
    Ground,
    amount_line,
    choice_button,
    history,
    history_row,
    job_bar,
    keypad,
    misread_line,
    panel,
    panel_button,
    tags_line,
    waiting_picture,
)
from stillage_client.components.status import expiry_pill, held_pill
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.scans import Answer, Scan, Source
from stillage_client.screens import amounts
from stillage_client.screens.date_entry import read_date
from stillage_client.screens.movement_lines import VIRTUAL, bare
from stillage_client.screens.scan_job import (
    JOBS,
    PERMISSION,
    AskDifference,
    AskLotAndDate,
    AskWhich,
    Booking,
    Job,
    Line,
    Panel,
    ScanWork,
    misread_parts,
)
from stillage_client.session import Session, use_session

LEFT_WIDTH = 520
ICONS: dict[str, ft.IconData] = {
    "lookup": ft.Icons.SEARCH_ROUNDED,
    "receive": ft.Icons.MOVE_TO_INBOX_ROUNDED,
    "move": ft.Icons.SWAP_HORIZ_ROUNDED,
    "adjust": ft.Icons.TUNE_ROUNDED,
}
REASONS = ("Broken", "Miscounted", "Found", "Sample")
GROUNDS: dict[str, Ground] = {"ok": "ok", "error": "error", "ready": "ready", "question": "ready"}
PANEL_ICONS: dict[str, ft.IconData] = {
    "ok": ft.Icons.CHECK_CIRCLE_ROUNDED,
    "error": ft.Icons.ERROR_ROUNDED,
    "ready": ft.Icons.QR_CODE_SCANNER_ROUNDED,
    "question": ft.Icons.HELP_ROUNDED,
}


def job_name(job: Job) -> str:
    """The job as its button says it."""
    return {"lookup": t("Look up"), "receive": t("Receive"), "move": t("Move"), "adjust": t("Adjust")}[job]


@ft.observable
@dataclass
class EntryState:
    """What is open besides the panel: the keypad, the typing field, a photo on its way."""

    keypad: str | None = None  # the digits so far; None while it is closed
    typing: bool = False
    reading_photo: bool = False
    photo_note: str = ""
    is_expiry: bool = False
    reason: str = ""
    fault: str = ""
    turn: int = 0  # bumped to draw again what lives in a plain form

    def press(self, key: str) -> None:
        """A key of the keypad."""
        digits = self.keypad or ""
        if key == "clear":
            self.keypad = ""
        elif key == "back":
            self.keypad = digits[:-1]
        else:
            self.keypad = (digits + key).lstrip("0")[:5]


@ft.component
def ScanScreen() -> ft.Control:
    """The scan screen of the job in the address."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    named = ft.use_route_params().get("job", "lookup")
    job: Job = next((j for j in JOBS if j == named), "lookup")
    work = watched(ScanWork)
    entry = watched(EntryState)
    scans = watched(lambda: session.scans.state)
    form = remembered(lambda: {"code": "", "lot": "", "date": "", "cases": "", "units": "", "reason": ""})
    stop = remembered(lambda: {"listening": _nothing})
    allowed = session.can(PERMISSION[job])
    page.title = f"{job_name(job)} · Stillage"

    def begin() -> None:
        work.api, work.warehouse = session.api, session.warehouse
        work.may = session.can
        work.go_to_job = lambda new: page.navigate(f"/scan/{new}")
        if allowed:
            work.start(job)
            entry.keypad = None

    async def load() -> None:
        await work.load()

    def listen() -> None:
        stop["listening"]()
        stop["listening"] = session.scans.subscribe(taken) if allowed else _nothing

    async def taken(scan: Scan) -> Answer:
        entry.keypad, entry.photo_note = None, ""
        return await work.take(scan)

    def silence() -> None:
        stop["listening"]()
        stop["listening"] = _nothing

    after_drawing(begin, [job, session.warehouse, allowed])
    after_drawing(load, [session.warehouse])
    after_drawing(listen, [allowed], cleanup=silence)

    if not allowed:
        body: ft.Control = empty(
            ft.Icons.LOCK_OUTLINED,
            t("Your role may not do this"),
            t("{job} needs a right you do not have. Ask a manager if you should.", job=job_name(job)),
            button(t("Go to the start"), lambda _: page.navigate("/")),
        )
        return screen(layout, t("Scan"), body, online=session.live)
    view = _View(session, work, entry, form, scans.waiting, layout, page)
    if layout == "phone":
        return ft.Container(
            _phone(view), padding=ft.Padding.only(left=12, right=12, top=10, bottom=10), expand=True
        )
    return screen(layout, t("Scan"), _desk(view), online=session.live)


def _nothing() -> None:
    """Nobody is listening."""


@dataclass(frozen=True)
class _View:
    """What the drawing functions need, gathered once a draw."""

    session: Session
    work: ScanWork
    entry: EntryState
    form: Form
    waiting: int
    layout: Layout
    page: ft.Page

    def clock(self, at: datetime) -> str:
        return words.clock(at, seconds=True, zone=self.work.zone)

    async def enter(self, code: str, source: Source) -> None:
        user = self.session.user.username if self.session.user else ""
        await self.session.scans.enter(code, source=source, user=user)


# ---- the two layouts


def _phone(view: _View) -> ft.Control:
    idle = view.work.panel.kind == "ready" and not view.work.bookings and not view.work.panel.product
    return ft.Column(
        [
            *_notices(view),
            _jobs(view),
            *_context(view),
            _panel(view, expand=idle),
            *([] if idle else [*_undo_bar(view), _history(view)]),
            _entries(view),
        ],
        spacing=10,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _desk(view: _View) -> ft.Control:
    left = ft.Column(
        [*_notices(view), _jobs(view), *_context(view), _panel(view), *_undo_bar(view), _entries(view)],
        spacing=12,
        width=LEFT_WIDTH if view.layout == "desk" else None,
        expand=view.layout != "desk",
        scroll=ft.ScrollMode.AUTO,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    if view.layout != "desk":
        return ft.Column(
            [ft.Container(left), ft.Container(_history(view), expand=True)],
            spacing=12,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    right = ft.Column(
        [*_seen(view), _history(view)],
        spacing=16,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return ft.Row([left, right], spacing=16, expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH)


def _jobs(view: _View) -> ft.Control:
    jobs = [(job, job_name(job), ICONS[job]) for job in JOBS if view.session.can(PERMISSION[job])]
    return job_bar(jobs, view.work.job, lambda job: view.page.navigate(f"/scan/{job}"))


def _notices(view: _View) -> list[ft.Control]:
    since = view.session.offline_since
    if since is None:
        return []
    return [
        banner(
            "soon",
            t("No connection since {time}", time=words.clock(since, zone=view.work.zone)),
            t("Keep scanning. All is kept here and sent in order."),
            icon=ft.Icons.CLOUD_OFF_ROUNDED,
        )
    ]


def _context(view: _View) -> list[ft.Control]:
    """Where the job happens, and how much was done today."""
    work = view.work
    if work.job == "lookup":
        return []
    said = {
        "receive": t("Receiving at {place}", place=bare(work.place))
        if work.place
        else t("Receiving: no place yet"),
        "move": t("Taking from {place}", place=bare(work.place)) if work.place else t("Moving"),
        "adjust": t("Correcting at {place}", place=bare(work.place)) if work.place else t("Correcting"),
    }[work.job]
    return [
        ft.Container(
            row(
                ft.Icon(ft.Icons.PLACE_ROUNDED, size=18, color=theme.SUBDUED),
                text(said, "h2", expand=True),
                quiet(work.tally()),
            ),
            padding=ft.Padding.symmetric(horizontal=6),
        )
    ]


# ---- the panel


def _panel(view: _View, expand: bool | None = None) -> ft.Control:
    work, shown = view.work, view.work.panel
    if view.waiting and not view.session.live:
        return _kept_panel(view)
    ground = GROUNDS[shown.kind]
    right = view.clock(shown.at) if shown.at else ""
    icon = PANEL_ICONS[shown.kind]
    if view.entry.keypad is not None:
        return panel(ground, ft.Icons.DIALPAD_ROUNDED, t("Quantity"), "", gap(10), _keypad(view, ground))
    if isinstance(work.ask, AskLotAndDate) and shown.kind == "question":
        return panel(ground, icon, shown.head, right, gap(10), *_lot_question(view, work.ask))
    if isinstance(work.ask, AskWhich) and shown.kind == "question":
        return panel(ground, icon, shown.head, right, gap(10), *_which_question(view, work.ask))
    if isinstance(work.ask, AskDifference) and shown.kind == "question":
        return panel(ground, icon, shown.head, right, gap(10), *_difference_question(view, work.ask))
    if shown.kind == "ready" and not shown.product and not shown.amount and not shown.location:
        picture = waiting_picture(ground, shown.title, shown.detail, large=bool(expand))
        middle = [fill(), picture, fill()] if expand else [gap(4), picture, gap(10)]
        return panel(ground, icon, shown.head, right, *middle, expand=expand)
    return panel(ground, icon, shown.head, right, *_facts(ground, shown), *_panel_buttons(view, ground))


def _facts(ground: Ground, shown: Panel) -> list[ft.Control]:
    _, ink, soft = theme.SCAN[ground]
    parts: list[ft.Control] = [gap(10)]
    if shown.amount:
        parts += [amount_line(ground, shown.amount, shown.unit, shown.unit_note), gap(8)]
    if shown.title:
        parts.append(text(shown.title, "title" if shown.amount else "scan2", ink, 2))
    if shown.code:
        groups, last = misread_parts(shown.code)
        parts += [gap(8), misread_line(groups, last)]
    if shown.detail:
        parts += [gap(6), text(shown.detail, "body", ink if ground == "error" else soft, 5)]
    if shown.tags:
        parts += [gap(10), tags_line(ground, shown.tags)]
    return parts


def _panel_buttons(view: _View, ground: Ground) -> list[ft.Control]:
    work, shown = view.work, view.work.panel

    async def undo(_: Any) -> None:
        await work.undo_newest()

    def quantity(_: Any) -> None:
        view.entry.keypad = ""

    def type_it(_: Any) -> None:
        view.entry.typing = True

    buttons: list[ft.Control] = []
    if shown.kind == "ok":
        if work.last is not None and view.session.can("stock.reverse"):
            buttons.append(panel_button(ground, t("Undo"), ft.Icons.UNDO_ROUNDED, undo))
        if work.last is not None and work.last.kind in ("receive", "move"):
            buttons.append(panel_button(ground, t("Quantity"), ft.Icons.EDIT_ROUNDED, quantity))
    elif shown.kind == "error":
        buttons.append(panel_button(ground, t("Type it"), ft.Icons.KEYBOARD_ROUNDED, type_it, strong=True))
    elif work.job == "move" and work.hand:
        buttons.append(panel_button(ground, t("Put back"), ft.Icons.UNDO_ROUNDED, lambda _: work.drop_hand()))
        buttons.append(panel_button(ground, t("Quantity"), ft.Icons.EDIT_ROUNDED, quantity))
    elif work.job == "lookup" and shown.product:
        return [gap(14), *_next_steps(view, ground)]
    elif work.job == "lookup" and shown.location:
        return [gap(14), _open_place(view, ground)]
    return [gap(14), row(*buttons, gap=10)] if buttons else []


def _next_steps(view: _View, ground: Ground) -> list[ft.Control]:
    """At most three ways on from what was looked up."""
    work = view.work

    def carry(job: Job) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            await work.carry_on(job)

        return pressed

    product = work.panel.product
    steps: list[ft.Control] = [
        panel_button(
            ground,
            t("Open"),
            ft.Icons.ARROW_FORWARD_ROUNDED,
            lambda _: view.page.navigate(f"/products/{product}"),
        )
    ]
    lot = work.seen.lot_id if work.seen is not None else None
    if lot and view.session.can("trace.view"):
        steps.append(
            panel_button(
                ground,
                t("Who got it"),
                ft.Icons.ACCOUNT_TREE_OUTLINED,
                lambda _: view.page.navigate(f"/lots/{lot}/trace"),
            )
        )
    elif view.session.can("stock.receive"):
        steps.append(panel_button(ground, t("Receive it"), ICONS["receive"], carry("receive")))
    if view.session.can("stock.move") and work.seen is not None and work.seen.balances:
        steps.append(panel_button(ground, t("Move it"), ICONS["move"], carry("move")))
    return [row(*steps, gap=8)]


def _open_place(view: _View, ground: Ground) -> ft.Control:
    location = view.work.panel.location
    return row(
        panel_button(
            ground,
            t("Open"),
            ft.Icons.ARROW_FORWARD_ROUNDED,
            lambda _: view.page.navigate(f"/locations/{location}"),
        )
    )


def _kept_panel(view: _View) -> ft.Control:
    """Scans wait in the browser; amber, never red."""
    waiting = view.waiting
    return panel(
        "queued",
        ft.Icons.SAVE_ALT_ROUNDED,
        t("Kept on this device"),
        "",
        gap(8),
        amount_line(
            "queued",
            words.number(waiting),
            tn("scan waits", "scans wait", waiting),
            t("sent when the server is back"),
        ),
    )


def _keypad(view: _View, ground: Ground) -> ft.Control:
    work, entry = view.work, view.entry
    if work.hand:
        unit = words.unit(work.hand[-1].pack_name, 2)
    else:
        unit = words.unit(work.last.pack_name or "case", 2) if work.last else ""

    async def done(_: Any) -> None:
        digits, entry.keypad = entry.keypad or "", None
        if digits:
            await work.quantity(int(digits))

    def cancel(_: Any) -> None:
        entry.keypad = None

    return keypad(ground, entry.keypad or "", unit, entry.press, done, cancel)


# ---- questions


def _lot_question(view: _View, ask: AskLotAndDate) -> list[ft.Control]:
    _, ink, soft = theme.SCAN["ready"]
    work, entry, form, shown = view.work, view.entry, view.form, view.work.panel

    async def book(_: Any) -> None:
        written = form["date"].strip()
        until = read_date(written) if written else None
        if ask.needs_date and written and until is None:
            entry.fault = t("“{text}” is no date. Write it as 1.3.2027.", text=written)
            return
        entry.fault = ""
        await work.answer_lot(form["lot"], until, is_expiry=entry.is_expiry)
        if work.ask is None:
            form["lot"] = form["date"] = ""

    def cancel(_: Any) -> None:
        form["lot"] = form["date"] = ""
        work.cancel_ask()

    def dated(is_expiry: bool) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            entry.is_expiry = is_expiry

        return pressed

    fields: list[ft.Control] = []
    if ask.needs_lot:
        name = t("Lot")
        fields += [_on_panel(name, text_field(form, "lot", autofocus=True, on_submit=book)), gap(10)]
    if ask.needs_date:
        name = t("Date, as 1.3.2027 (empty when none is printed)")
        fields += [
            _on_panel(name, text_field(form, "date", autofocus=not ask.needs_lot, on_submit=book)),
            gap(10),
            row(
                chip(t("Best before"), dated(False), selected=not entry.is_expiry),
                chip(t("Use by"), dated(True), selected=entry.is_expiry),
            ),
            gap(10),
        ]
    said = entry.fault or shown.fault
    fault = [text(said, "small_strong", "#FFD9D6", 3), gap(8)] if said else []
    return [
        text(shown.title, "scan2", ink),
        gap(4),
        text(shown.detail, "body", soft, 3),
        gap(12),
        *fields,
        *fault,
        row(
            panel_button("ready", t("Cancel"), ft.Icons.CLOSE_ROUNDED, cancel),
            panel_button("ready", t("Receive"), ft.Icons.CHECK_ROUNDED, book, strong=True),
            gap=10,
        ),
    ]


def _on_panel(name: str, field: ft.TextField) -> ft.Control:
    _, _, soft = theme.SCAN["ready"]
    return stretched(text(name, "small_strong", soft), gap(6), ft.Semantics(content=field, label=name))


def _which_question(view: _View, ask: AskWhich) -> list[ft.Control]:
    _, ink, soft = theme.SCAN["ready"]
    work, shown = view.work, view.work.panel

    def choose(key: str) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            await work.choose(key)

        return pressed

    answers = [choice_button(c.label, c.note, choose(c.key)) for c in ask.choices]
    return [
        text(shown.title, "scan2", ink),
        gap(4),
        text(shown.detail, "body", soft, 3),
        gap(12),
        stretched(*answers, gap=8),
        gap(12),
        row(panel_button("ready", t("Cancel"), ft.Icons.CLOSE_ROUNDED, lambda _: work.cancel_ask())),
    ]


def _difference_question(view: _View, ask: AskDifference) -> list[ft.Control]:
    _, ink, soft = theme.SCAN["ready"]
    work, entry, form, shown = view.work, view.entry, view.form, view.work.panel
    balance = ask.balance
    per = balance.units_per_case
    number_only = ft.InputFilter(regex_string=r"^[0-9]*$", allow=True, replacement_string="")

    def counted() -> int | None:
        cases, units = form["cases"].strip(), form["units"].strip()
        if not cases and not units:
            return None
        return int(cases or 0) * (per if per > 1 else 1) + int(units or 0)

    async def book(_: Any) -> None:
        total = counted()
        if total is None:
            entry.fault = t("Say how many are there.")
            return
        entry.fault = ""
        await work.answer_difference(total, form["reason"].strip() or entry.reason)
        if work.ask is None:
            form["cases"] = form["units"] = form["reason"] = ""
            entry.reason = ""

    def because(reason: str) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            entry.reason = "" if entry.reason == reason else reason

        return pressed

    def cancel(_: Any) -> None:
        form["cases"] = form["units"] = form["reason"] = ""
        work.cancel_ask()

    number: dict[str, Any] = {"keyboard_type": ft.KeyboardType.NUMBER, "input_filter": number_only}
    cases_name = words.unit(balance.case_name or "case", 2).capitalize()
    units_name = words.unit(balance.base_unit or "unit", 2).capitalize()
    boxes = []
    if per > 1:
        boxes.append(
            ft.Container(
                _on_panel(cases_name, text_field(form, "cases", autofocus=True, **number)), expand=True
            )
        )
    boxes.append(
        ft.Container(
            _on_panel(units_name, text_field(form, "units", autofocus=per <= 1, on_submit=book, **number)),
            expand=True,
        )
    )
    said = entry.fault or shown.fault
    fault = [text(said, "small_strong", "#FFD9D6", 3), gap(8)] if said else []
    reasons = ft.Row(
        [chip(t(r), because(r), selected=entry.reason == r) for r in REASONS],
        spacing=8,
        run_spacing=8,
        wrap=True,
    )
    return [
        text(shown.title, "scan2", ink),
        gap(4),
        text(shown.detail, "body", soft, 3),
        gap(12),
        row(*boxes, gap=10),
        gap(10),
        text(t("Why does it differ?"), "small_strong", soft),
        gap(6),
        reasons,
        gap(10),
        _on_panel(t("Or in your words"), text_field(form, "reason", on_submit=book)),
        gap(12),
        *fault,
        row(
            panel_button("ready", t("Cancel"), ft.Icons.CLOSE_ROUNDED, cancel),
            panel_button("ready", t("Correct"), ft.Icons.CHECK_ROUNDED, book, strong=True),
            gap=10,
        ),
    ]


# ---- below the panel


def _undo_bar(view: _View) -> list[ft.Control]:
    """Always there, unless the panel itself shows Undo."""
    work = view.work
    last = work.last
    shows_undo = work.panel.kind == "ok" and view.entry.keypad is None
    if last is None or work.job == "lookup" or shows_undo or not view.session.can("stock.reverse"):
        return []

    async def undo(_: Any) -> None:
        await work.undo_newest()

    label = t("Undo: {what}", what=_said(work, last))
    return [
        big_button(
            label,
            ft.Icons.UNDO_ROUNDED,
            undo,
            ground=theme.CARD,
            edge=theme.HAIRLINE,
            expand=None,
        )
    ]


def _said(work: ScanWork, booking: Booking) -> str:
    if not booking.lines:
        return ""
    line = booking.lines[0]
    amount = amounts.short(work.packing(line.product), line.units)
    more = f" + {len(booking.lines) - 1}" if len(booking.lines) > 1 else ""
    return f"{amount} {line.product_name}{more}"


def _history(view: _View) -> ft.Control:
    work = view.work
    # the newest one fills the panel already
    rows_of = (
        work.bookings[1:]
        if work.panel.kind == "ok" and work.bookings and work.bookings[0].active
        else work.bookings
    )
    title = t("Earlier") if rows_of is not work.bookings else t("Booked today")
    rows = [_history_row(view, booking) for booking in rows_of]
    return history(title, work.tally(), rows, t("What you book today is listed here, each with its undo."))


def _history_row(view: _View, booking: Booking) -> ft.Control:
    work = view.work
    line = booking.lines[0] if booking.lines else None
    if line is None:
        return gap(0)

    async def reverse(_: Any) -> None:
        await work.undo(booking.operation_id)

    action = None
    if view.session.can("stock.reverse"):
        action = (
            (ft.Icons.UNDO_ROUNDED, t("Undo {what}", what=_said(work, booking)), reverse)
            if booking.active
            else (ft.Icons.REDO_ROUNDED, t("Book again {what}", what=_said(work, booking)), reverse)
        )
    place = "" if booking.kind == "receive" else _where(line)
    note = " · ".join(
        part
        for part in (
            t("undone") if not booking.active else "",
            view.clock(booking.at),
            t("Lot {lot}", lot=line.lot) if line.lot else "",
            place,
        )
        if part
    )
    amount = amounts.short(work.packing(line.product), line.units)
    if booking.kind == "adjust":
        amount = f"\u2212{amount}" if line.to_location in VIRTUAL else f"+{amount}"
    icon = ICONS.get(booking.kind, ft.Icons.CHECK_ROUNDED) if booking.active else ft.Icons.UNDO_ROUNDED
    return history_row(
        "ok" if booking.active else "mute",
        icon,
        line.product_name,
        note,
        amount,
        action,
        struck=not booking.active,
    )


def _where(line: Line) -> str:
    if line.from_location in VIRTUAL or line.to_location in VIRTUAL:
        return bare(line.to_location if line.to_location not in VIRTUAL else line.from_location)
    return f"{bare(line.from_location)} → {bare(line.to_location)}"


def _entries(view: _View) -> ft.Control:
    """Without a scanner: a photo, or typing."""
    entry, form = view.entry, view.form

    async def typed(_: Any) -> None:
        code, form["code"] = form["code"].strip(), ""
        entry.typing = False
        if code:
            await view.enter(code, "typed")

    def open_typing(_: Any) -> None:
        entry.typing = True

    def close_typing(_: Any) -> None:
        form["code"] = ""
        entry.typing = False

    async def photo(_: Any) -> None:
        await _read_photo(view)

    if entry.typing:
        name = t("Code, as printed")
        return (
            row(
                ft.Container(
                    ft.Semantics(
                        content=text_field(
                            form, "code", height=56, autofocus=True, hint_text=name, on_submit=typed
                        ),
                        label=name,
                    ),
                    expand=True,
                ),
                big_button(
                    t("Read"),
                    ft.Icons.CHECK_ROUNDED,
                    typed,
                    color=ft.Colors.ON_PRIMARY,
                    ground=ft.Colors.PRIMARY,
                    expand=None,
                ),
                big_button(
                    "",
                    ft.Icons.CLOSE_ROUNDED,
                    close_typing,
                    edge=theme.HAIRLINE,
                    expand=None,
                    name=t("Close"),
                ),
                gap=8,
            )
            if view.layout != "phone"
            else stretched(
                ft.Semantics(
                    content=text_field(
                        form, "code", height=56, autofocus=True, hint_text=name, on_submit=typed
                    ),
                    label=name,
                ),
                gap(8),
                row(
                    big_button(t("Close"), ft.Icons.CLOSE_ROUNDED, close_typing, edge=theme.HAIRLINE),
                    big_button(
                        t("Read"),
                        ft.Icons.CHECK_ROUNDED,
                        typed,
                        color=ft.Colors.ON_PRIMARY,
                        ground=ft.Colors.PRIMARY,
                    ),
                    gap=10,
                ),
            )
        )
    buttons = row(
        big_button(
            t("Reading…") if entry.reading_photo else t("Photo"),
            ft.Icons.PHOTO_CAMERA_OUTLINED,
            photo,
            edge=theme.HAIRLINE,
        ),
        big_button(t("Type it"), ft.Icons.KEYBOARD_ROUNDED, open_typing, edge=theme.HAIRLINE),
        gap=10,
    )
    if entry.photo_note:
        return stretched(banner("soon", t("Nothing read"), entry.photo_note), gap(8), buttons)
    return buttons


async def _read_photo(view: _View) -> None:
    """Send a picture to be read; exactly one code in it counts as a scan."""
    entry = view.entry
    entry.photo_note = ""
    try:
        photo = await view.session.pick_file()
        if photo is None:
            return
        entry.reading_photo = True
        symbols = await scanning.scan_image(view.session.api, photo.content)
    except ApiError as error:
        entry.photo_note = error.sentence
        return
    finally:
        entry.reading_photo = False
    codes = list(dict.fromkeys(s.data for s in symbols if s.data))
    if not codes:
        entry.photo_note = t("There is no code in this picture. Go nearer, and hold it level.")
    elif len(codes) > 1:
        entry.photo_note = t("There are {n} codes in this picture. Aim at one.", n=len(codes))
    else:
        await view.enter(codes[0], "camera")


# ---- what was looked up, beside it on a desk


def _seen(view: _View) -> list[ft.Control]:
    seen = view.work.seen
    if seen is None or view.work.job != "lookup" or not seen.balances:
        return []
    rows = [_seen_row(b, by_product=seen.kind == "place") for b in seen.balances[:8]]
    title = t("Here") if seen.kind == "place" else t("Where it is")
    return [card(stretched(*divided(rows)), title, padding=ft.Padding.only(bottom=4))]


def _seen_row(balance: Balance, *, by_product: bool) -> ft.Control:
    title = balance.product_name if by_product else bare(balance.location)
    until = balance.best_before_date or balance.expiry_date
    return ft.Container(
        row(
            column(text(title, "strong"), quiet(t("Lot {lot}", lot=balance.lot)), expand=True),
            held_pill() if balance.held else expiry_pill(until),
            text(amounts.short(balance, balance.on_hand), "strong", width=110, text_align=ft.TextAlign.RIGHT),
        ),
        height=52,
        padding=ft.Padding.symmetric(horizontal=16),
    )
