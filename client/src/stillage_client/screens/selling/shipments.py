"""What has left: all shipments, and each with its lots, pallets, papers and the way back."""

import asyncio
from collections.abc import Callable
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import shipping
from stillage_client.api.records import Export, Page
from stillage_client.api.selling_records import PackedLine, Shipment
from stillage_client.api.transport import ApiError
from stillage_client.components.buttons import button, tap
from stillage_client.components.faces import avatar, icon_tile, product_tile
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.fields import search_field
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import card, column, divided, gap, quiet, row, stretched, surface, text
from stillage_client.components.live import use_live
from stillage_client.components.navigation import screen
from stillage_client.components.viewport import use_layout
from stillage_client.locale import t, tn
from stillage_client.screens import amounts
from stillage_client.screens.audit import no_right
from stillage_client.screens.list_body import list_body
from stillage_client.screens.paged import PagedState
from stillage_client.screens.refusals import Trouble, trouble_of
from stillage_client.screens.selling.pack_page import unit_rows
from stillage_client.screens.selling.papers import Fetch, paper_links
from stillage_client.session import use_session

TYPING_PAUSE_S = 0.3


@ft.component
def Shipments() -> ft.Control:
    """/shipments: newest first."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    state = watched(PagedState)
    search, set_search = switched("")
    form = remembered(lambda: {"q": ""})
    allowed = session.can("sales.view")
    page.title = t("Shipments · Stillage")

    async def fetch(cursor: str | None) -> Page[Shipment]:
        return await shipping.shipments(session.api, search=search, cursor=cursor, limit=50)

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

    after_drawing(first, [search, session.warehouse])
    use_live(("shipments",), again)
    if not allowed:
        return screen(layout, t("Shipments"), no_right(t("shipments")), online=session.live)
    nothing = empty(
        ft.Icons.LOCAL_SHIPPING_OUTLINED,
        t("No shipment matches") if search else t("Nothing was shipped yet"),
        t("Search by number, customer, lot or a pallet's code.")
        if search
        else t("A packed order is shipped on its own page."),
    )
    field = search_field(form, "q", t("Number, customer, lot or pallet code"), typed)
    body = list_body(
        state,
        t("The shipments"),
        lambda one: shipment_row(one, page.navigate),
        nothing,
        try_now=load,
        more=more,
        layout=layout,
        filters=row(ft.Container(field, width=360)) if layout == "desk" else field,
    )
    return screen(layout, t("Shipments"), body, online=session.live)


def shipment_row(one: Shipment, go: Callable[[str], Any]) -> ft.Control:
    """A shipment in a list."""
    when = words.moment(one.shipped_at) if one.shipped_at else ""
    note = " · ".join(part for part in (one.number, one.order, one.carrier) if part)
    return tap(
        row(
            icon_tile(ft.Icons.LOCAL_SHIPPING_OUTLINED, "ok"),
            column(text(one.customer_name or one.customer, "strong"), quiet(note), gap=1, expand=True),
            quiet(when, "small"),
            ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
            gap=12,
        ),
        lambda _: go(f"/shipments/{one.number}"),
        label=t("Shipment {number}", number=one.number),
        height=60,
        padding=ft.Padding.symmetric(horizontal=16),
    )


@ft.component
def ShipmentPage() -> ft.Control:
    """/shipments/SH-000012."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    number = ft.use_route_params().get("number", "")
    nobody: Shipment | None = None
    calm: Trouble | None = None
    shown, show = switched(nobody)
    trouble, set_trouble = switched(calm)
    fault, set_fault = switched("")
    page.title = f"{number} · Stillage"

    async def load() -> None:
        try:
            show(await shipping.shipment(session.api, number))
            set_trouble(None)
        except ApiError as error:
            set_trouble(trouble_of(error))

    after_drawing(load, [number])
    use_live(("shipments",), load, lambda change: change.names(number))
    crumb = (t("Shipments"), lambda: page.navigate("/shipments"))
    if shown is None:
        waiting = (
            empty(trouble.icon, trouble.title(t("Shipment {number}", number=number)), trouble.words)
            if trouble
            else bone_rows(6)
        )
        return screen(layout, number, surface(waiting, expand=True), crumb=crumb, online=session.live)

    def fetch(kind: str) -> Fetch:
        async def fetched() -> Export:
            return await shipping.shipment_paper(session.api, number, kind)

        return fetched

    papers = card(
        paper_links(
            page,
            [(t("Delivery note"), fetch("delivery-note")), (t("Packing list"), fetch("packing-list"))],
            set_fault,
        ),
        t("Papers"),
        padding=ft.Padding.only(bottom=8),
    )
    lines = card(
        stretched(*divided([_line(line) for line in shown.lines], 16)),
        t("What was sent"),
        padding=ft.Padding.only(bottom=4),
    )
    parts: list[ft.Control] = [banner("expired", t("That was not done"), fault)] if fault else []
    parts.append(lines)
    if shown.handling_units:
        units = unit_rows(shown.handling_units, session.api, page, set_fault)
        parts.append(card(stretched(*units), t("Pallets"), padding=ft.Padding.only(bottom=4)))
    side = [_facts(shown, page), papers]
    back = (
        [
            button(
                t("Take goods back"),
                lambda _: page.navigate(f"/returns/new?shipment={number}"),
                icon=ft.Icons.KEYBOARD_RETURN_ROUNDED,
                kind="plain",
            )
        ]
        if session.can("sales.change")
        else []
    )
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
            [*side[:1], *parts, *side[1:], *back, gap(8)],
            spacing=12,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    return screen(layout, number, body, actions=back, crumb=crumb, online=session.live)


def _line(line: PackedLine) -> ft.Control:
    date_said = words.day(line.until, year=True) if line.until else ""
    note = " · ".join(part for part in (t("Lot {lot}", lot=line.lot), date_said) if part)
    back = tn("{amount} back", "{amount} back", line.returned, amount=amounts.short(line, line.returned))
    return ft.Container(
        row(
            product_tile(line.category, line.product_name),
            column(text(line.product_name, "strong"), quiet(note), gap=1, expand=True),
            column(
                text(amounts.short(line, line.quantity), "strong"),
                quiet(back) if line.returned else None,
                horizontal_alignment=ft.CrossAxisAlignment.END,
            ),
            gap=12,
        ),
        height=60,
        padding=ft.Padding.symmetric(horizontal=16),
    )


def _facts(shown: Shipment, page: ft.Page) -> ft.Control:
    facts = [
        (t("Shipped"), words.moment(shown.shipped_at) if shown.shipped_at else ""),
        (t("Delivery"), words.day(shown.delivery_date, weekday=True) if shown.delivery_date else ""),
        (t("Carrier"), shown.carrier),
        (t("Tracking number"), shown.tracking_number),
    ]
    rows: list[ft.Control | None] = [
        tap(
            row(
                avatar(shown.customer_name or shown.customer, 34),
                column(text(shown.customer_name, "strong"), quiet(shown.order), expand=True),
                ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
                gap=12,
            ),
            lambda _: page.navigate(f"/orders/{shown.order}"),
            label=t("Order {number}", number=shown.order),
            height=48,
            border_radius=theme.RADIUS_SM,
        )
    ]
    rows += [
        ft.Container(
            row(quiet(name, "body", width=108), text(value, "body", lines=2, expand=True)),
            padding=ft.Padding.symmetric(vertical=4),
        )
        for name, value in facts
        if value
    ]
    return card(stretched(*rows), t("Shipment"), padding=ft.Padding.only(left=16, right=16, bottom=16))
