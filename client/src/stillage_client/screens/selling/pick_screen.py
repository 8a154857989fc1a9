"""Picking in the hand: where to go, what to take, how many, one thing at a time and large."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.selling_records import PickTask
from stillage_client.components.buttons import big_button, button, icon_button
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.fields import Form, focus_again, text_field
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import (
    column,
    gap,
    quiet,
    row,
    surface,
    text,
)
from stillage_client.components.navigation import screen
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t
from stillage_client.scans import Answer, Scan
from stillage_client.screens import amounts
from stillage_client.screens.audit import no_right
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.selling.pick_end import done_panel, task_rows
from stillage_client.screens.selling.pick_panels import item_card, place_panel
from stillage_client.screens.selling.pick_trouble import refused_panel, short_question
from stillage_client.screens.selling.pick_work import PickWork
from stillage_client.session import Session, use_session

HAND_WIDTH = 460


@dataclass(frozen=True)
class PickView:
    """What the drawing functions need."""

    work: PickWork
    session: Session
    form: Form
    layout: Layout
    page: ft.Page
    redraw: Callable[[], None]

    async def enter(self, code: str) -> None:
        """A code that was typed."""
        user = self.session.user.username if self.session.user else ""
        await self.session.scans.enter(code, source="typed", user=user)


def _nothing() -> None:
    """Nobody is listening."""


@ft.component
def PickScreen() -> ft.Control:
    """/pick/PL-000012."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    number = ft.use_route_params().get("number", "")
    work = watched(PickWork)
    scans = watched(lambda: session.scans.state)
    form: Form = remembered(lambda: {"code": "", "missing": "", "reason": ""})
    stop = remembered(lambda: {"listening": _nothing})
    typing, set_typing = switched(False)
    count, set_count = switched(0)
    allowed = session.can("picking.run")
    page.title = f"{number} · Stillage"

    async def load() -> None:
        work.api, work.warehouse, work.ref = session.api, session.warehouse, number
        if allowed:
            await work.load()

    async def try_now(_: Any) -> None:
        await load()

    async def taken(scan: Scan) -> Answer:
        return await work.take(scan)

    def listen() -> None:
        stop["listening"]()
        stop["listening"] = session.scans.subscribe(taken) if allowed else _nothing

    def silence() -> None:
        stop["listening"]()
        stop["listening"] = _nothing

    after_drawing(load, [number, session.warehouse])
    after_drawing(listen, [allowed], cleanup=silence)

    if not allowed:
        return screen(layout, t("Picking"), no_right(t("picking")), online=session.live)
    if not work.loaded:
        return screen(
            layout,
            number,
            _waiting(work, try_now),
            crumb=(t("Picking"), lambda: page.navigate("/picking")),
            online=session.live,
        )
    view = PickView(work, session, form, layout, page, lambda: set_count(count + 1))

    def toggle_typing(_: Any) -> None:
        form["code"] = ""
        set_typing(not typing)

    hand = _hand(view, typing, toggle_typing, scans.waiting)
    if layout == "phone":
        return ft.Container(hand, expand=True, padding=ft.Padding.only(left=12, right=12, top=6, bottom=10))
    side = surface(
        ft.Column(
            task_rows(work),
            spacing=0,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            expand=True,
        ),
        expand=True,
    )
    body = ft.Row(
        [ft.Container(hand, width=HAND_WIDTH), side]
        if layout == "desk"
        else [ft.Container(hand, expand=True)],
        spacing=16,
        expand=True,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return screen(
        layout, number, body, crumb=(t("Picking"), lambda: page.navigate("/picking")), online=session.live
    )


def _waiting(work: PickWork, try_now: Callable[[Any], Any]) -> ft.Control:
    if work.trouble is None:
        return surface(bone_rows(4), expand=True)
    again = button(t("Try now"), try_now, icon=ft.Icons.REFRESH_ROUNDED)
    return surface(
        empty(work.trouble.icon, work.trouble.title(t("The list")), work.trouble.words, again), expand=True
    )


def _hand(view: PickView, typing: bool, toggle: Callable[[Any], Any], waiting: int) -> ft.Control:
    work = view.work
    parts: list[ft.Control | None] = []
    if view.layout == "phone" and not (work.finished and work.task is None):
        parts.append(_head(view))
    if work.task is not None:
        parts.append(_segments(work))
    if not view.session.live or (waiting and not view.session.live):
        parts.append(_offline(view, waiting))
    if work.task is None:
        parts += done_panel(work, view.page.navigate, _undo(view))
    elif work.asking == "short":
        parts.append(short_question(work, work.task, view.form, view.redraw))
    elif work.refused is not None:
        parts += [
            refused_panel(
                work, work.task, work.refused, may_override=view.session.can("sales.pin"), redraw=view.redraw
            ),
            _scan_hint(work),
        ]
    else:
        if work.note:
            parts.append(_note(work))
        parts += [
            place_panel(work, work.task),
            item_card(work, work.task, _all(view)),
            *_buttons(view, toggle),
        ]
    if typing and work.task is not None:
        parts.append(_typed(view))
    if work.next is not None and work.task is not None:
        parts.append(_next(work.next))
    return ft.Column(
        [p for p in parts if p is not None],
        spacing=10,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _head(view: PickView) -> ft.Control:
    work, task = view.work, view.work.task

    async def leave(_: Any) -> None:
        await work.release()
        view.page.navigate("/picking")

    number = task.order if task else view.work.ref
    return ft.Container(
        row(
            icon_button(
                ft.Icons.ARROW_BACK_ROUNDED,
                t("Back to {place}", place=t("Picking")),
                leave,
                size=24,
                box=48,
                color=ft.Colors.ON_SURFACE,
            ),
            column(text(number, "lead"), quiet(task.customer_name if task else "", "small"), expand=True),
            text(t("{n} of {all}", n=min(work.tasks_done + 1, work.tasks_total), all=work.tasks_total), "h2"),
            gap=4,
        ),
        height=54,
        padding=ft.Padding.only(right=12),
    )


def _segments(work: PickWork) -> ft.Control:
    """One piece a task: done, now, to come."""
    tasks = work.sheet.tasks if work.sheet else ()
    if len(tasks) > 24:
        return ft.ProgressBar(value=work.tasks_done / max(work.tasks_total, 1), bar_height=6, border_radius=6)

    def color(one: PickTask) -> ft.ColorValue:
        if one.open <= 0:
            return theme.SOLID["soon"] if one.short else theme.SOLID["ok"]
        now = work.task is not None and one.id == work.task.id
        return ft.Colors.PRIMARY if now else ft.Colors.SURFACE_CONTAINER_HIGHEST

    bar = row(
        *[ft.Container(height=6, expand=True, border_radius=6, bgcolor=color(one)) for one in tasks], gap=4
    )
    said = t("{n} of {all} done", n=work.tasks_done, all=work.tasks_total)
    return ft.Semantics(content=bar, label=said, container=True)


def _offline(view: PickView, waiting: int) -> ft.Control:
    since = view.session.offline_since
    at = words.clock(since) if since else ""
    said = (
        t("{n} scans wait on this device and are sent in order.", n=waiting)
        if waiting
        else t("Keep scanning. All is kept here and sent in order.")
    )
    return banner("soon", t("No connection since {time}", time=at), said, icon=ft.Icons.CLOUD_OFF_ROUNDED)


def _note(work: PickWork) -> ft.Control:
    return banner("info", work.note, "")


def _all(view: PickView) -> Callable[[Any], Any]:
    async def pressed(_: Any) -> None:
        await view.work.take_all()

    return pressed


def _undo(view: PickView) -> Callable[[Any], Any]:
    async def pressed(_: Any) -> None:
        await view.work.undo()

    return pressed


def _buttons(view: PickView, toggle: Callable[[Any], Any]) -> list[ft.Control]:
    work = view.work

    def short(_: Any) -> None:
        task = work.task
        per = task.units_per_case if task else 1
        view.form["missing"] = str(-(-task.open // per)) if task else ""
        work.asking = "short"

    edge = theme.HAIRLINE
    first = [
        big_button(t("Too few here"), ft.Icons.REMOVE_SHOPPING_CART_OUTLINED, short, edge=edge),
        big_button(t("Type it"), ft.Icons.KEYBOARD_ROUNDED, toggle, edge=edge),
    ]
    rows: list[ft.Control] = [row(*first, gap=10)]
    if work.can_undo:
        said = t("Undo: {what}", what=work.last_taken)
        rows.append(
            row(big_button(said, ft.Icons.UNDO_ROUNDED, _undo(view), ground=ft.Colors.TRANSPARENT, height=44))
        )
    return rows


def _typed(view: PickView) -> ft.Control:
    async def enter(event: Any) -> None:
        code = view.form.get("code", "").strip()
        view.form["code"] = ""
        view.redraw()
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


def _scan_hint(work: PickWork) -> ft.Control:
    task, refused = work.task, work.refused
    if task is None or refused is None:
        return gap(1)
    if refused.code == "wrong_location":
        said = t("Scan {place} to go on", place=bare(task.location))
    elif refused.code == "wrong_lot":
        said = t("Scan a case of {lot} to go on", lot=task.lot)
    else:
        said = t("The next scan is the answer")
    return ft.Container(
        row(
            ft.Icon(ft.Icons.QR_CODE_SCANNER_ROUNDED, size=20, color=ft.Colors.PRIMARY),
            text(said, "lead", ft.Colors.PRIMARY),
            gap=10,
            alignment=ft.MainAxisAlignment.CENTER,
        ),
        height=44,
    )


def _next(task: PickTask) -> ft.Control:
    amount = amounts.short(task, task.open or task.quantity)
    return surface(
        row(
            quiet(t("Next"), "small"),
            text(bare(task.location), "h2"),
            quiet(f"{task.product_name}, {amount}", "small", expand=True),
            gap=12,
        ),
        theme.RADIUS_LG,
        padding=ft.Padding.symmetric(horizontal=18, vertical=12),
    )
