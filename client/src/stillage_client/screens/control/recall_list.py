"""All recalls, those that go on first, and drills told apart from the real thing."""

from collections.abc import Callable
from typing import Any

import flet as ft

from stillage_client import words
from stillage_client.api import tracing
from stillage_client.api.records import Page
from stillage_client.api.tracing_records import Recall
from stillage_client.components.buttons import button, chip, icon_button, tap
from stillage_client.components.faces import icon_tile
from stillage_client.components.feedback import empty
from stillage_client.components.hooks import after_drawing, switched, watched
from stillage_client.components.layout import column, quiet, row, text
from stillage_client.components.live import use_live
from stillage_client.components.navigation import screen
from stillage_client.components.status import pill
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.screens.audit import no_right
from stillage_client.screens.control.recall_state import may_recall
from stillage_client.screens.list_body import list_body
from stillage_client.screens.paged import PagedState
from stillage_client.session import use_session


@ft.component
def Recalls() -> ft.Control:
    """/recalls."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    state = watched(PagedState)
    status, set_status = switched("")
    allowed = session.can("recalls.view")
    page.title = t("Recalls · Stillage")

    async def fetch(cursor: str | None) -> Page[Recall]:
        return await tracing.recalls(session.api, status=status, cursor=cursor, limit=50)

    async def load(_: Any = None) -> None:
        if allowed:
            await state.load(fetch)

    async def first() -> None:
        await load()

    async def again() -> None:
        await state.refresh(fetch)

    async def more(_: Any) -> None:
        await state.more(fetch)

    after_drawing(first, [status])
    use_live(("recalls",), again)
    if not allowed:
        return screen(layout, t("Recalls"), no_right(t("recalls")), online=session.live)

    def press(key: str) -> Callable[[Any], Any]:
        return lambda _: set_status(key)

    kinds = [("", t("All")), ("open", t("Going on")), ("closed", t("Closed"))]
    chips = [chip(label, press(key), selected=key == status) for key, label in kinds]
    start: Callable[[Any], Any] = lambda _: page.navigate("/recalls/new")  # noqa: E731
    may = may_recall(session)
    nothing = empty(
        ft.Icons.CAMPAIGN_OUTLINED,
        t("No recall matches") if status else t("Nothing was ever recalled"),
        t("A drill shows in minutes whether every case of a lot can be found."),
        button(t("Begin a drill"), lambda _: page.navigate("/recalls/new?drill=yes"), kind="plain")
        if may
        else None,
    )
    body = list_body(
        state,
        t("The recalls"),
        lambda one: recall_row(one, layout, page.navigate),
        nothing,
        try_now=load,
        more=more,
        layout=layout,
        filters=ft.Row(chips, spacing=8, scroll=ft.ScrollMode.HIDDEN),
    )
    actions = [button(t("New recall"), start, icon=ft.Icons.CAMPAIGN_OUTLINED)] if may else []
    phone = [icon_button(ft.Icons.ADD_ROUNDED, t("New recall"), start, size=24, box=48)] if may else []
    return screen(layout, t("Recalls"), body, actions=actions, phone_actions=phone, online=session.live)


def recall_pill(one: Recall) -> ft.Control:
    """Going on is violet: its stock is held. A drill holds nothing."""
    if one.drill:
        return pill("info" if one.status == "open" else "mute", t("Drill"), ft.Icons.SCIENCE_OUTLINED)
    if one.status == "open":
        return pill("held", t("Recall open"), ft.Icons.CAMPAIGN_ROUNDED)
    return pill("mute", t("Closed"), ft.Icons.DONE_ALL_ROUNDED)


def recall_row(one: Recall, layout: Layout, go: Callable[[str], Any]) -> ft.Control:
    """A recall in a list."""
    when = words.moment(one.opened_at) if one.opened_at else ""
    note = " · ".join(part for part in (one.number, one.reason, one.user) if part)
    told = (
        t("{n} of {all} told", n=one.totals.told, all=one.totals.customers)
        if one.totals.customers
        else tn("{n} lot", "{n} lots", len(one.lots))
        if one.lots
        else ""
    )
    return tap(
        row(
            icon_tile(
                ft.Icons.CAMPAIGN_OUTLINED, "held" if one.status == "open" and not one.drill else "mute"
            ),
            column(text(one.title or one.number, "strong"), quiet(note), gap=1, expand=True),
            column(
                quiet(when, "small"),
                quiet(told),
                horizontal_alignment=ft.CrossAxisAlignment.END,
            )
            if layout != "phone"
            else None,
            recall_pill(one),
            gap=12,
        ),
        lambda _: go(f"/recalls/{one.number}"),
        height=64,
        padding=ft.Padding.symmetric(horizontal=16),
    )
