"""Counting in the hand: scan the place, scan what lies there, type a number where there are many."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.control_records import CountPlace
from stillage_client.components.buttons import big_button, button, icon_button
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.fields import Form, focus_again, text_field
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import column, divided, fill, gap, quiet, row, surface, text
from stillage_client.components.navigation import screen
from stillage_client.components.scan_panel import (
    Ground,
    amount_line,
    choice_button,
    history,
    history_row,
    keypad,
    panel,
    panel_button,
    tags_line,
)
from stillage_client.components.status import pill
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.scans import Answer, Scan
from stillage_client.screens.audit import no_right
from stillage_client.screens.control.count_work import CountWork, line_said
from stillage_client.screens.date_entry import read_date
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.selling.pick_panels import fitting
from stillage_client.session import Session, use_session

HAND_WIDTH = 480
GROUNDS: dict[str, Ground] = {"ok": "ok", "error": "error", "ready": "ready", "question": "ready"}
ICONS: dict[str, ft.IconData] = {
    "ok": ft.Icons.CHECK_CIRCLE_ROUNDED,
    "error": ft.Icons.ERROR_ROUNDED,
    "ready": ft.Icons.PLACE_ROUNDED,
    "question": ft.Icons.HELP_ROUNDED,
}
KEPT_HERE_MAX = 5


@ft.observable
@dataclass
class Hand:
    """What is open besides the panel."""

    digits: str | None = None  # None while the keypad is closed
    loose: bool = False
    typing: bool = False
    asking_rest: bool = False

    def press(self, key: str) -> None:
        now = self.digits or ""
        if key == "clear":
            self.digits = ""
        elif key == "back":
            self.digits = now[:-1]
        else:
            self.digits = (now + key)[:KEPT_HERE_MAX].lstrip("0") or "0"


@dataclass(frozen=True)
class CountView:
    """What the drawing functions need."""

    work: CountWork
    hand: Hand
    session: Session
    form: Form
    layout: Layout
    page: ft.Page
    waiting: int

    async def enter(self, code: str) -> None:
        """A code that was typed."""
        user = self.session.user.username if self.session.user else ""
        await self.session.scans.enter(code, source="typed", user=user)


def _nothing() -> None:
    """Nobody is listening."""


@ft.component
def CountScreen() -> ft.Control:
    """/count/CT-000003."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    number = ft.use_route_params().get("number", "")
    work, hand = watched(CountWork), watched(Hand)
    scans = watched(lambda: session.scans.state)
    form: Form = remembered(lambda: {"code": "", "lot": "", "date": ""})
    stop = remembered(lambda: {"listening": _nothing})
    turn, set_turn = switched(0)
    allowed = session.can("counts.run")
    page.title = f"{number} · Stillage"

    async def load() -> None:
        work.api, work.warehouse, work.ref = session.api, session.warehouse, number
        work.me = session.user.username if session.user else ""
        if allowed:
            await work.load()

    async def try_now(_: Any) -> None:
        await load()

    async def taken(scan: Scan) -> Answer:
        hand.digits = None
        return await work.take(scan)

    def listen() -> None:
        stop["listening"]()
        stop["listening"] = session.scans.subscribe(taken) if allowed else _nothing

    def silence() -> None:
        stop["listening"]()
        stop["listening"] = _nothing

    after_drawing(load, [number, session.warehouse])
    after_drawing(listen, [allowed], cleanup=silence)
    crumb = (t("Counts"), lambda: page.navigate("/counts"))
    if not allowed:
        return screen(layout, number, no_right(t("counts")), crumb=crumb, online=session.live)
    if not work.loaded:
        waiting: ft.Control = bone_rows(4)
        if work.trouble is not None:
            again = button(t("Try now"), try_now, icon=ft.Icons.REFRESH_ROUNDED)
            waiting = empty(work.trouble.icon, work.trouble.title(t("The count")), work.trouble.words, again)
        return screen(layout, number, surface(waiting, expand=True), crumb=crumb, online=session.live)
    view = CountView(work, hand, session, form, layout, page, scans.waiting)
    parts = _parts(view, lambda: set_turn(turn + 1))
    inside = ft.Column(parts, spacing=10, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    if layout == "phone":
        return ft.Container(inside, expand=True, padding=ft.Padding.only(left=12, right=12, top=6, bottom=10))
    body: ft.Control = ft.Row(
        [
            ft.Container(inside, width=HAND_WIDTH if layout == "desk" else None, expand=layout != "desk"),
            *([_places(view)] if layout == "desk" else []),
        ],
        spacing=16,
        expand=True,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return screen(layout, number, body, crumb=crumb, online=session.live)


def _parts(view: CountView, redraw: Callable[[], None]) -> list[ft.Control]:
    work = view.work
    parts: list[ft.Control] = []
    if view.layout == "phone":
        parts.append(_head(view))
    parts.append(_segments(work))
    if not view.session.live:
        parts.append(_offline(view))
    if not work.running:
        return [*parts, *_handed_in(view)]
    if work.all_counted and not work.here and work.shown.kind != "error":
        return [*parts, *_all_counted(view)]
    parts.append(_panel(view))
    if view.hand.typing:
        parts.append(_typed(view, redraw))
    if work.here and work.asking == "":
        parts.append(_counted_here(view))
    elif not work.here:
        parts.append(_to_go(view))
    parts.append(_buttons(view))
    return parts


def _head(view: CountView) -> ft.Control:
    work = view.work
    blind = t("blind count") if work.count and work.count.blind else ""
    note = " · ".join(part for part in (t("Round 2") if work.round > 1 else "", blind) if part)
    return ft.Container(
        row(
            icon_button(
                ft.Icons.ARROW_BACK_ROUNDED,
                t("Back to {place}", place=t("Counts")),
                lambda _: view.page.navigate("/counts"),
                size=24,
                box=48,
                color=ft.Colors.ON_SURFACE,
            ),
            column(text(work.ref, "lead"), quiet(note, "small") if note else None, expand=True),
            text(t("{n} of {all}", n=work.done, all=len(work.places)), "h2"),
            gap=4,
        ),
        height=54,
        padding=ft.Padding.only(right=12),
    )


def _segments(work: CountWork) -> ft.Control:
    """One piece a place: done, here, to come."""
    said = t("{n} of {all} places counted", n=work.done, all=len(work.places))
    if len(work.places) > 24:
        value = work.done / max(len(work.places), 1)
        return ft.Semantics(
            content=ft.ProgressBar(value=value, bar_height=6, border_radius=6), label=said, container=True
        )

    def color(place: CountPlace) -> ft.ColorValue:
        if place.done_at is not None:
            return theme.SOLID["ok"]
        return ft.Colors.PRIMARY if place.location == work.here else ft.Colors.SURFACE_CONTAINER_HIGHEST

    bar = row(
        *[ft.Container(height=6, expand=True, border_radius=6, bgcolor=color(p)) for p in work.places], gap=4
    )
    return ft.Semantics(content=bar, label=said, container=True)


def _offline(view: CountView) -> ft.Control:
    since = view.session.offline_since
    said = (
        tn(
            "{n} scan waits on this device and is sent in order.",
            "{n} scans wait on this device and are sent in order.",
            view.waiting,
        )
        if view.waiting
        else t("Keep scanning. All is kept here and sent in order.")
    )
    at = words.clock(since) if since else ""
    return banner("soon", t("No connection since {time}", time=at), said, icon=ft.Icons.CLOUD_OFF_ROUNDED)


# --- the panel ------------------------------------------------------------------------------------


def _panel(view: CountView) -> ft.Control:
    work, shown = view.work, view.work.shown
    ground = GROUNDS[shown.kind]
    _, ink, soft = theme.SCAN[ground]
    right = bare(work.here) if work.here and shown.head != bare(work.here) else ""
    if view.hand.digits is not None and work.last is not None:
        return _keypad(view)
    if work.asking == "not_seen":
        return _not_seen(view)
    if work.asking == "lot" and work.hand is not None:
        return _which_lot(view)
    if shown.kind == "ok" and shown.item is not None:
        item = shown.item
        packs, loose = divmod(shown.units, max(item.per_pack, 1))
        unit = words.unit(item.pack if item.per_pack > 1 else item.base_unit, packs)
        note = words.units(shown.units, item.base_unit) if item.per_pack > 1 else ""
        if loose:
            unit = f"{unit} + {loose}"
        tags = [("lot", t("Lot {lot}", lot=item.lot))] if item.lot else []
        return panel(
            ground,
            ICONS["ok"],
            shown.head,
            right,
            gap(8),
            amount_line(ground, words.number(packs), unit, note),
            gap(6),
            text(item.name, "title", ink, 2),
            gap(8) if tags else None,
            tags_line(ground, tags) if tags else None,
            gap(12),
            _panel_buttons(view, ground),
        )
    if shown.kind == "error":
        return panel(
            ground, ICONS["error"], t("Not counted"), right, gap(8), text(shown.title, "scan2", ink, 2), gap(4),
            text(shown.words, "lead", ink, 5), gap(10), quiet_line(t("The next scan is the answer"), soft),
        )  # fmt: skip
    if not work.here:
        return _go_to(view)
    title = shown.title or t("Scan what lies here")
    place = bare(work.here)
    return panel(
        ground, ICONS[shown.kind], shown.head or place, "", gap(6), text(place, fitting(place, "scan"), ink), gap(6),
        text(title, "title", ink, 2), text(shown.words or t("Each scan counts one more."), "body", soft, 3), gap(4),
    )  # fmt: skip


def quiet_line(said: str, ink: ft.ColorValue) -> ft.Control:
    """What may be done now, with the picture of a scanner."""
    return row(
        ft.Icon(ft.Icons.QR_CODE_SCANNER_ROUNDED, size=18, color=ink), text(said, "small_strong", ink), gap=8
    )


def _go_to(view: CountView) -> ft.Control:
    work = view.work
    _, ink, soft = theme.SCAN["ready"]
    following = work.next_place
    if work.hand is not None:
        asked = text(t("Scan the place it lies at."), "lead", soft, 2)
        name = text(work.hand.name, "scan2", ink, 2)
        return panel("ready", ICONS["question"], work.shown.head, "", gap(8), name, asked)
    if following is None:
        return panel(
            "ready", ICONS["ready"], t("Nothing left for you"), "", gap(6),
            text(t("The places left are with somebody else."), "lead", ink, 3),
        )  # fmt: skip
    place = bare(following.location)
    zone = t("Zone {zone}", zone=following.zone) if following.zone else ""
    return panel(
        "ready", ICONS["ready"], t("Go to"), "", gap(4), text(place, fitting(place), ink),
        text(zone, "body", soft) if zone else None, gap(8), quiet_line(t("Scan {place}", place=place), soft),
    )  # fmt: skip


def _panel_buttons(view: CountView, ground: Ground) -> ft.Control:
    work = view.work

    async def undo(_: Any) -> None:
        await work.undo()

    def number(_: Any) -> None:
        view.hand.digits, view.hand.loose = "", False

    undo_ = panel_button(ground, t("Undo"), ft.Icons.UNDO_ROUNDED, undo) if work.can_undo else None
    return row(undo_, panel_button(ground, t("Quantity"), ft.Icons.DIALPAD_ROUNDED, number), gap=10)


def _keypad(view: CountView) -> ft.Control:
    work, hand = view.work, view.hand
    item = work.last
    name = item.name if item else ""
    per = item.per_pack if item else 1
    base, pack = (item.base_unit, item.pack) if item else ("", "")
    unit = words.unit(base if hand.loose or per == 1 else pack, 2)

    async def done(_: Any) -> None:
        digits, hand.digits = hand.digits or "", None
        if digits:
            await work.quantity(int(digits), loose=hand.loose)

    def cancel(_: Any) -> None:
        hand.digits = None

    def turn(_: Any) -> None:
        hand.loose = not hand.loose

    other = words.unit(pack if hand.loose else base, 2)
    switch = (
        row(panel_button("ready", t("Count in {unit}", unit=other), ft.Icons.SWAP_HORIZ_ROUNDED, turn))
        if per > 1
        else None
    )
    return panel(
        "ready", ft.Icons.DIALPAD_ROUNDED, name, t("Lot {lot}", lot=item.lot) if item and item.lot else "", gap(8),
        switch, gap(8), keypad("ready", hand.digits or "", unit, hand.press, done, cancel),
    )  # fmt: skip


def _not_seen(view: CountView) -> ft.Control:
    work = view.work
    _, ink, soft = theme.SCAN["ready"]
    lines = [text(said, "body", ink, 3) for said in work.not_seen[:6]]
    more = len(work.not_seen) - 6

    async def none(_: Any) -> None:
        await work.none_of_them()

    def again(_: Any) -> None:
        work.look_again()

    return panel(
        "ready", ICONS["question"], t("Not seen at {place}", place=bare(work.here)), "", gap(8),
        text(tn("This should lie here, too", "These should lie here, too", len(work.not_seen)), "title", ink, 2), gap(6),
        *lines, text(t("and {n} more", n=more), "small", soft) if more > 0 else None, gap(12),
        choice_button(t("None of them is here"), t("They are counted as 0"), none), gap(8),
        choice_button(t("I look again"), t("Go on scanning at this place"), again),
    )  # fmt: skip


def _which_lot(view: CountView) -> ft.Control:
    work, form = view.work, view.form
    item = work.hand
    _, ink, soft = theme.SCAN["ready"]

    def take(lot: str) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            await work.choose_lot(lot)

        return pressed

    async def typed(_: Any) -> None:
        day = read_date(form["date"])
        lot, form["lot"], form["date"] = form["lot"], "", ""
        await work.choose_lot(lot, day.isoformat() if day else "")

    choices = [
        choice_button(lot, t("known at this place"), take(lot))
        for lot in (item.lots_here if item else ())[:3]
    ]
    return panel(
        "ready", ICONS["question"], t("Which lot?"), bare(work.here), gap(8),
        text(item.name if item else "", "title", ink, 2), text(t("The code names no lot."), "small", soft), gap(10),
        *[part for one in choices for part in (one, gap(8))],
        text_field(form, "lot", label=t("Lot"), height=52, on_submit=typed), gap(8),
        text_field(form, "date", label=t("Date on it, if it is new here"), height=52, on_submit=typed), gap(8),
        row(panel_button("ready", t("Count it"), ft.Icons.CHECK_ROUNDED, typed, strong=True)),
    )  # fmt: skip


# --- below it -------------------------------------------------------------------------------------


def _counted_here(view: CountView) -> ft.Control:
    work = view.work

    def gone(key: tuple[str, str]) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            await work.remove(work.lines[key])

        return pressed

    rows: list[ft.Control] = []
    for key, line in reversed(work.lines.items()):
        undo = (
            ft.Icons.DELETE_OUTLINE_ROUNDED,
            t("Take out {product}", product=line.product_name),
            gone(key),
        )
        note = t("Lot {lot}", lot=line.lot) if line.lot else ""
        rows.append(history_row("ok", ft.Icons.CHECK_ROUNDED, line.product_name, note, line_said(line), undo))
    return history(
        t("Counted at {place}", place=bare(work.here)),
        tn("{n} line", "{n} lines", len(rows)),
        rows,
        t("Nothing yet. If the place is empty, press Done here."),
    )


def _to_go(view: CountView) -> ft.Control:
    """The places that come, in walking order."""
    work = view.work
    order = sorted(
        work.open_places, key=lambda p: (p.pick_sequence is None, p.pick_sequence or 0, p.location)
    )
    rows: list[ft.Control] = [
        history_row(
            "info" if not place.claimed_by else "mute",
            ft.Icons.PLACE_OUTLINED,
            bare(place.location),
            t("with {who}", who=place.claimed_by)
            if place.claimed_by
            else (t("Zone {zone}", zone=place.zone) if place.zone else t("to count")),
            "",
            None,
        )
        for place in order[:40]
    ]
    return history(t("To count"), tn("{n} place", "{n} places", len(order)), rows, t("Nothing left."))


def _buttons(view: CountView) -> ft.Control:
    work = view.work

    def toggle(_: Any) -> None:
        view.form["code"] = ""
        view.hand.typing = not view.hand.typing

    async def done(_: Any) -> None:
        await work.done_here()

    type_it = big_button(t("Type it"), ft.Icons.KEYBOARD_ROUNDED, toggle, edge=theme.HAIRLINE)
    if not work.here or work.asking:
        return row(type_it)
    close = big_button(
        t("Done here"), ft.Icons.DONE_ALL_ROUNDED, done, color=ft.Colors.ON_PRIMARY, ground=ft.Colors.PRIMARY
    )
    return row(type_it, close, gap=10)


def _typed(view: CountView, redraw: Callable[[], None]) -> ft.Control:
    async def enter(event: Any) -> None:
        code = view.form.get("code", "").strip()
        view.form["code"] = ""
        redraw()
        if code:
            await view.enter(code)
        await focus_again(event.control)

    return text_field(
        view.form,
        "code",
        height=56,
        label=t("Code of the place or the case"),
        on_submit=enter,
        autofocus=True,
    )


def _all_counted(view: CountView) -> list[ft.Control]:
    work = view.work

    async def hand_in(_: Any) -> None:
        await work.submit()

    _, ink, soft = theme.SCAN["ok"]
    return [
        panel(
            "ok", ft.Icons.CHECK_CIRCLE_ROUNDED, t("All places counted"), "", fill(),
            text(tn("{n} place", "{n} places", len(work.places)), "scan", ink), gap(6),
            text(t("Hand it in: what is right is booked, what differs is looked at."), "lead", soft, 3), fill(),
            row(panel_button("ok", t("Hand it in"), ft.Icons.SEND_ROUNDED, hand_in, strong=True)), expand=True,
        )
    ]  # fmt: skip


def _handed_in(view: CountView) -> list[ft.Control]:
    count = view.work.count
    status = count.status if count else ""
    said = {
        "to_approve": (t("Handed in"), t("Somebody else looks at the differences and approves them.")),
        "closed": (t("Closed"), t("Everything is booked.")),
        "cancelled": (t("Cancelled"), t("Nothing was booked.")),
    }.get(status, (status, ""))
    _, ink, soft = theme.SCAN["ok"]
    ground: Ground = "ok" if status != "cancelled" else "ready"
    more = lambda _: view.page.navigate(f"/counts/{view.work.ref}")  # noqa: E731
    leave = lambda _: view.page.navigate("/counts")  # noqa: E731
    return [
        panel(
            ground, ft.Icons.CHECK_CIRCLE_ROUNDED, view.work.ref, "", fill(), text(said[0], "scan", ink), gap(6),
            text(said[1], "lead", soft, 3), fill(), expand=True,
        ),
        row(
            big_button(t("Look at it"), ft.Icons.FACT_CHECK_OUTLINED, more, edge=theme.HAIRLINE),
            big_button(t("Other counts"), ft.Icons.ARROW_BACK_ROUNDED, leave, edge=theme.HAIRLINE),
            gap=10,
        ),
    ]  # fmt: skip


def _places(view: CountView) -> ft.Control:
    """The whole walk beside the hand, at a desk."""
    work = view.work

    def one(place: CountPlace) -> ft.Control:
        if place.done_at is not None:
            mark: ft.Control = pill("ok", t("Counted"))
        elif place.location == work.here:
            mark = pill("info", t("You are here"), ft.Icons.PLACE_ROUNDED)
        elif place.claimed_by:
            mark = pill("mute", t("with {who}", who=place.claimed_by))
        else:
            mark = quiet(t("to count"), "small")
        note = " · ".join(part for part in (place.zone, place.done_by) if part)
        return ft.Container(
            row(
                column(text(bare(place.location), "strong"), quiet(note) if note else None, expand=True), mark
            ),
            height=52,
            padding=ft.Padding.symmetric(horizontal=16),
        )

    rows = divided([one(place) for place in work.places], 16)
    return surface(
        ft.Column(
            rows, spacing=0, scroll=ft.ScrollMode.AUTO, expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        expand=True,
    )  # fmt: skip
