"""Who did what, and when: read only, newest first."""

import asyncio
import json
from typing import Any

import flet as ft

from stillage_client import words
from stillage_client.api import audit
from stillage_client.api.records import AuditEntry, Page
from stillage_client.components.buttons import tap
from stillage_client.components.faces import avatar
from stillage_client.components.feedback import empty
from stillage_client.components.fields import search_field
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import column, quiet, row, stretched, text
from stillage_client.components.navigation import screen
from stillage_client.components.viewport import use_layout
from stillage_client.locale import t
from stillage_client.screens.list_body import list_body
from stillage_client.screens.paged import PagedState
from stillage_client.session import use_session

TYPING_PAUSE_S = 0.3


def changes(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """What differs between before and after: (field, before, after); a new thing has no before."""
    before = entry.before if isinstance(entry.before, dict) else {}
    after = entry.after if isinstance(entry.after, dict) else {}
    names = [*after, *(name for name in before if name not in after)]
    return [
        (name, _said(before.get(name)), _said(after.get(name)))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _said(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, str | int | float):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def deed(action: str) -> str:
    """stock.receive → Stock: receive"""
    room, _, act = action.partition(".")
    return f"{room.replace('_', ' ').capitalize()}: {act.replace('_', ' ')}" if act else action


@ft.component
def Audit() -> ft.Control:
    """The trail, searchable; a row unfolds what changed."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    state = watched(PagedState)
    search, set_search = switched("")
    opened, set_opened = switched(0)
    form = remembered(lambda: {"q": ""})
    allowed = session.can("audit.view")
    page.title = t("Audit · Stillage")

    async def fetch(cursor: str | None) -> Page[AuditEntry]:
        return await audit.entries(session.api, search=search, cursor=cursor, limit=60)

    async def load(_: Any = None) -> None:
        if allowed:
            await state.load(fetch)

    async def first() -> None:
        await load()

    async def more(_: Any) -> None:
        await state.more(fetch)

    async def typed(value: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        if form["q"] == value:
            set_search(value.strip())

    after_drawing(first, [search])
    if not allowed:
        return screen(layout, t("Audit"), no_right(t("the audit trail")), online=session.live)

    def draw(entry: AuditEntry) -> ft.Control:
        unfolded = opened == entry.id

        def toggle(_: Any) -> None:
            set_opened(0 if unfolded else entry.id)

        who = entry.user or t("System")
        line = row(
            avatar(who, 32),
            column(
                text(f"{deed(entry.action)} · {entry.object or entry.object_id}", "strong"),
                quiet(f"{who} · {words.moment(entry.at)}"),
                gap=1,
                expand=True,
            ),
            ft.Icon(
                ft.Icons.EXPAND_LESS_ROUNDED if unfolded else ft.Icons.EXPAND_MORE_ROUNDED,
                size=20,
                color=ft.Colors.ON_SURFACE_VARIANT,
            ),
            gap=12,
        )
        head = tap(line, toggle, height=56, padding=ft.Padding.symmetric(horizontal=16))
        return stretched(head, _details(entry)) if unfolded else head

    nothing = empty(
        ft.Icons.HISTORY_ROUNDED,
        t("Nothing found") if search else t("Nothing has been done yet"),
        t("Try fewer letters: an action, a person or a code.")
        if search
        else t("Every change is written down here."),
    )
    filters = ft.Container(
        search_field(form, "q", t("Action, person or object"), typed), width=360 if layout == "desk" else None
    )
    body = list_body(
        state,
        t("The audit trail"),
        draw,
        nothing,
        try_now=load,
        more=more,
        layout=layout,
        filters=row(filters) if layout == "desk" else filters,
    )
    return screen(layout, t("Audit"), body, online=session.live)


def _details(entry: AuditEntry) -> ft.Control:
    lines = [
        row(
            quiet(name.replace("_", " "), "small", width=150),
            text(
                f"{before} → {after}" if before != "–" else after,
                "small",
                lines=3,
                expand=True,
                selectable=True,
            ),
        )
        for name, before, after in changes(entry)
    ]
    origin = " · ".join(part for part in (entry.address, entry.request_id) if part)
    return ft.Container(
        stretched(*lines, quiet(origin, selectable=True) if origin else None, gap=4),
        padding=ft.Padding.only(left=60, right=16, bottom=12),
    )


def no_right(what: str) -> ft.Control:
    """The plain answer to an address the role may not open."""
    return empty(
        ft.Icons.LOCK_OUTLINED,
        t("Your role may not see this"),
        t("To see {what} you need another role. Ask an administrator if you should.", what=what),
    )
