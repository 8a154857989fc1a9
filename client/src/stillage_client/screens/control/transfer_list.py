"""Transfers: what comes here, what leaves, what is late."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flet as ft

from stillage_client import theme, words
from stillage_client.api import control
from stillage_client.api.control_records import Transfer
from stillage_client.api.records import Page
from stillage_client.components.buttons import button, chip, icon_button, tap
from stillage_client.components.faces import icon_tile
from stillage_client.components.feedback import empty
from stillage_client.components.fields import search_field
from stillage_client.components.figures import part_bar
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import column, quiet, row, stretched, text
from stillage_client.components.live import use_live
from stillage_client.components.navigation import screen
from stillage_client.components.status import pill
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.screens.audit import no_right
from stillage_client.screens.control import names
from stillage_client.screens.list_body import list_body
from stillage_client.screens.paged import PagedState
from stillage_client.session import use_session

TYPING_PAUSE_S = 0.3
SHOWN = ("in", "out", "draft", "all")


@ft.component
def Transfers() -> ft.Control:
    """/transfers?show=in."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    ft.use_route_location()
    given = parse_qs(urlsplit(page.route or "").query).get("show", ["all"])[0]
    show = given if given in SHOWN else "all"
    state = watched(PagedState)
    search, set_search = switched("")
    form = remembered(lambda: {"q": ""})
    allowed = session.can("transfers.view")
    page.title = t("Transfers · Stillage")

    async def fetch(cursor: str | None) -> Page[Transfer]:
        asked: dict[str, Any] = {"search": search, "cursor": cursor, "limit": 50}
        if show in ("in", "out"):
            asked |= {"direction": show, "warehouse": session.warehouse}
        elif show == "draft":
            asked["status"] = "draft"
        return await control.transfers(session.api, **asked)

    async def load(_: Any = None) -> None:
        if allowed:
            await state.load(fetch)

    async def first() -> None:
        await load()

    async def again() -> None:
        await state.refresh(fetch)

    async def more(_: Any) -> None:
        await state.more(fetch)

    async def typed(value: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        if form["q"] == value:
            set_search(value.strip())

    after_drawing(first, [show, search, session.warehouse])
    use_live(("transfers",), again, lambda _: True)  # of both ends
    if not allowed:
        return screen(layout, t("Transfers"), no_right(t("transfers")), online=session.live)

    def press(key: str) -> Callable[[Any], Any]:
        return lambda _: page.navigate("/transfers" if key == "all" else f"/transfers?show={key}")

    labels = {"all": t("All"), "in": t("Coming here"), "out": t("Leaving"), "draft": t("Drafts")}
    chips = [chip(labels[key], press(key), selected=key == show) for key in ("all", "in", "out", "draft")]
    start: Callable[[Any], Any] = lambda _: page.navigate("/transfers/new")  # noqa: E731
    may = session.can("transfers.change") and len(session.warehouses) > 1
    field = search_field(form, "q", t("Number, product, lot or warehouse"), typed)
    filters = (
        row(ft.Container(field, width=320), *chips)
        if layout == "desk"
        else stretched(field, ft.Row(chips, spacing=8, scroll=ft.ScrollMode.HIDDEN), gap=10)
    )
    nothing = empty(
        ft.Icons.SWAP_HORIZ_ROUNDED,
        t("No transfer matches") if search or show != "all" else t("Nothing was ever transferred"),
        t("A transfer takes goods from one warehouse to another; on the way they belong to nobody's shelf."),
        button(t("New transfer"), start, kind="plain") if may else None,
    )
    body = list_body(
        state,
        t("The transfers"),
        lambda one: transfer_row(one, session.warehouse, layout, page.navigate),
        nothing,
        try_now=load,
        more=more,
        layout=layout,
        filters=filters,
    )
    actions = [button(t("New transfer"), start, icon=ft.Icons.ADD_ROUNDED)] if may else []
    phone = [icon_button(ft.Icons.ADD_ROUNDED, t("New transfer"), start, size=24, box=48)] if may else []
    return screen(layout, t("Transfers"), body, actions=actions, phone_actions=phone, online=session.live)


def transfer_pill(one: Transfer) -> ft.Control:
    """Its state, or that it is late."""
    if one.late:
        return pill("expired", t("Late"), ft.Icons.SCHEDULE_ROUNDED)
    icons = {
        "draft": ft.Icons.EDIT_OUTLINED,
        "dispatched": ft.Icons.LOCAL_SHIPPING_OUTLINED,
        "partly_received": ft.Icons.MOVE_TO_INBOX_ROUNDED,
        "received": ft.Icons.DONE_ALL_ROUNDED,
        "cancelled": ft.Icons.CLOSE_ROUNDED,
    }
    return pill(names.transfer_kind(one.status), names.transfer_status(one.status), icons.get(one.status))


def way_said(one: Transfer) -> str:
    """Bristol → Leeds"""
    return f"{one.came_from} → {one.goes_to}"


def progress(one: Transfer) -> tuple[str, list[tuple[theme.Kind | str, int]]]:
    """How far it is, in words and as parts of a bar."""
    sent = one.dispatched or one.quantity
    parts: list[tuple[theme.Kind | str, int]] = [("ok", one.received), ("info", one.on_the_way)]
    if one.status == "draft":
        return tn("{n} line", "{n} lines", one.line_count), [(ft.Colors.SURFACE_CONTAINER_HIGHEST, 1)]
    if one.on_the_way:
        return t("{n} on the way", n=words.percent(100 * one.on_the_way / max(sent, 1), 0)), parts
    missing = max(sent - one.received, 0)
    return (t("all there") if not missing else t("some missing")), [*parts, ("expired", missing)]


def transfer_row(one: Transfer, here: str | None, layout: Layout, go: Callable[[str], Any]) -> ft.Control:
    """A transfer in a list."""
    said, parts = progress(one)
    comes = one.to_warehouse == here
    when = words.day(one.expected_date, weekday=True) if one.expected_date else ""
    due = (
        t("expected {day}", day=when)
        if when and one.status in ("dispatched", "partly_received", "draft")
        else ""
    )
    note = " · ".join(part for part in (one.number, due, one.carrier) if part)
    icon = ft.Icons.CALL_RECEIVED_ROUNDED if comes else ft.Icons.CALL_MADE_ROUNDED
    bar = stretched(quiet(said, "small"), part_bar(parts, said, height=5), gap=5, width=150)
    return tap(
        row(
            icon_tile(icon, "info" if one.status in ("dispatched", "partly_received") else "mute"),
            column(text(way_said(one), "strong"), quiet(note), gap=1, expand=True),
            bar if layout != "phone" else None,
            ft.Container(transfer_pill(one), width=116, alignment=ft.Alignment.CENTER_LEFT)
            if layout != "phone"
            else transfer_pill(one),
            gap=12,
        ),
        lambda _: go(f"/transfers/{one.number}"),
        height=64,
        padding=ft.Padding.symmetric(horizontal=16),
    )
