"""Returns on screens: the list, and announcing one from its shipment."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flet as ft

from stillage_client import theme
from stillage_client.api import shipping
from stillage_client.api.records import Page
from stillage_client.api.selling_records import PackedLine, Return
from stillage_client.components.buttons import button, chip, tap
from stillage_client.components.faces import icon_tile, product_tile
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.fields import Form, search_field, text_field
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import (
    card,
    column,
    divided,
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
from stillage_client.components.stepper import stepper
from stillage_client.components.viewport import use_layout
from stillage_client.locale import t
from stillage_client.screens import amounts
from stillage_client.screens.audit import no_right
from stillage_client.screens.list_body import list_body
from stillage_client.screens.paged import PagedState
from stillage_client.screens.selling import names
from stillage_client.screens.selling.return_work import AnnounceWork
from stillage_client.session import use_session

TYPING_PAUSE_S = 0.3
STATUSES = ("", "expected", "received", "closed")


@ft.component
def Returns() -> ft.Control:
    """/returns."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    state = watched(PagedState)
    search, set_search = switched("")
    status, set_status = switched("")
    form = remembered(lambda: {"q": ""})
    allowed = session.can("sales.view")
    page.title = t("Returns · Stillage")

    async def fetch(cursor: str | None) -> Page[Return]:
        return await shipping.returns(session.api, search=search, status=status, cursor=cursor, limit=50)

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

    after_drawing(first, [search, status, session.warehouse])
    use_live(("returns",), again)
    if not allowed:
        return screen(layout, t("Returns"), no_right(t("returns")), online=session.live)

    def press(key: str) -> Callable[[Any], Any]:
        return lambda _: set_status(key)

    chips = [
        chip(names.return_status(s) if s else t("All"), press(s), selected=s == status) for s in STATUSES
    ]
    field = search_field(form, "q", t("Number, customer or shipment"), typed)
    filters = (
        row(ft.Container(field, width=320), *chips)
        if layout == "desk"
        else stretched(field, ft.Row(chips, spacing=8, scroll=ft.ScrollMode.HIDDEN), gap=10)
    )
    nothing = empty(
        ft.Icons.KEYBOARD_RETURN_ROUNDED,
        t("No return matches") if search or status else t("Nothing came back yet"),
        t("A return begins at the shipment it belongs to."),
        button(t("Shipments"), lambda _: page.navigate("/shipments"), kind="plain"),
    )
    body = list_body(
        state,
        t("The returns"),
        lambda one: return_row(one, page.navigate),
        nothing,
        try_now=load,
        more=more,
        layout=layout,
        filters=filters,
    )
    return screen(layout, t("Returns"), body, online=session.live)


def return_row(one: Return, go: Callable[[str], Any]) -> ft.Control:
    """A return in a list."""
    kind: theme.Kind = "soon" if one.status in ("expected", "received") else "mute"
    note = " · ".join(part for part in (one.number, one.shipment, one.reason) if part)
    return tap(
        row(
            icon_tile(ft.Icons.KEYBOARD_RETURN_ROUNDED, "info"),
            column(text(one.customer_name or one.customer, "strong"), quiet(note), gap=1, expand=True),
            pill(kind, names.return_status(one.status)),
            gap=12,
        ),
        lambda _: go(f"/returns/{one.number}"),
        label=t("Return {number}", number=one.number),
        height=60,
        padding=ft.Padding.symmetric(horizontal=16),
    )


@ft.component
def NewReturn() -> ft.Control:
    """/returns/new?shipment=SH-000012."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    work = watched(AnnounceWork)
    form: Form = remembered(lambda: {"reason": ""})
    given = parse_qs(urlsplit(page.route or "").query)
    number = given.get("shipment", [""])[0]
    page.title = t("Return · Stillage")

    async def load() -> None:
        if number:
            await work.load(session.api, number)

    async def announce(_: Any) -> None:
        work.reason = form["reason"].strip()
        made = await work.announce(session.api)
        if made:
            page.navigate(f"/returns/{made}")

    after_drawing(load, [number])
    crumb = (t("Returns"), lambda: page.navigate("/returns"))
    title = t("What comes back?")
    shipment = work.shipment
    if shipment is None:
        waiting = (
            empty(
                work.trouble.icon if work.trouble else ft.Icons.LOCAL_SHIPPING_OUTLINED,
                work.trouble.title(t("The shipment")) if work.trouble else t("Choose a shipment first"),
                work.trouble.words if work.trouble else t("A return begins at the shipment it belongs to."),
                button(t("Shipments"), lambda _: page.navigate("/shipments"), kind="plain"),
            )
            if work.trouble or not number
            else bone_rows(5)
        )
        return screen(layout, title, surface(waiting, expand=True), crumb=crumb, online=session.live)
    height = 48 if layout == "phone" else 40

    def one(line: PackedLine) -> ft.Control:
        most = line.quantity - line.returned if line.returnable is None else line.returnable
        per = line.units_per_case
        packs = work.amounts.get(line.id, 0) // per
        key = f"line-{line.id}"
        if form.get(key) != str(packs):
            form[key] = str(packs)

        async def change(wanted: int) -> None:
            work.set(line.id, wanted * per, most)

        sent = t("Lot {lot} · {amount} sent", lot=line.lot, amount=amounts.short(line, line.quantity))
        return ft.Container(
            row(
                product_tile(line.category, line.product_name),
                column(text(line.product_name, "strong"), quiet(sent, lines=2), gap=1, expand=True),
                stepper(form, key, packs, change, name=line.product_name, height=height),
                gap=12,
            ),
            padding=ft.Padding.symmetric(horizontal=16, vertical=10),
        )

    parts: list[ft.Control] = [banner("expired", t("That was not done"), work.fault)] if work.fault else []
    parts += [
        card(
            stretched(*divided([one(line) for line in shipment.lines], 16)),
            shipment.customer_name or shipment.number,
            subtitle=f"{shipment.number} · {shipment.order}",
            padding=ft.Padding.only(bottom=6),
        ),
        text_field(form, "reason", label=t("Why does it come back?"), height=52),
        button(
            t("Announce the return"),
            announce,
            icon=ft.Icons.KEYBOARD_RETURN_ROUNDED,
            height=56 if layout == "phone" else 48,
            disabled=work.working or not work.total,
        ),
        gap(8),
    ]
    body = ft.Column(
        parts,
        spacing=12,
        width=760 if layout == "desk" else None,
        scroll=ft.ScrollMode.AUTO,
        expand=layout != "desk",
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    inside = (
        ft.Row([body], vertical_alignment=ft.CrossAxisAlignment.STRETCH, expand=True)
        if layout == "desk"
        else body
    )
    return screen(layout, title, inside, crumb=crumb, online=session.live)
