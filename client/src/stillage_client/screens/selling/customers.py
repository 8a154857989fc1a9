"""Customers: who buys, what they wait for, what they got and what came back."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import parties, selling, shipping
from stillage_client.api.records import Customer, Page
from stillage_client.api.selling_records import CustomerSummary, Order, Return, Shipment
from stillage_client.api.transport import Api, ApiError
from stillage_client.components.buttons import button, chip, icon_button, tap
from stillage_client.components.faces import avatar
from stillage_client.components.feedback import bone_rows, empty
from stillage_client.components.fields import search_field
from stillage_client.components.figures import statistic
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import column, divided, gap, quiet, row, stretched, surface, text
from stillage_client.components.live import use_live
from stillage_client.components.navigation import screen
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.screens.audit import no_right
from stillage_client.screens.list_body import list_body
from stillage_client.screens.paged import PagedState
from stillage_client.screens.refusals import Trouble, trouble_of
from stillage_client.screens.selling.order_list import order_pill
from stillage_client.screens.selling.returns import return_row
from stillage_client.screens.selling.shipments import shipment_row
from stillage_client.session import use_session

TYPING_PAUSE_S = 0.3
SHOWN = 50


@ft.component
def Customers() -> ft.Control:
    """/customers."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    state = watched(PagedState)
    search, set_search = switched("")
    form = remembered(lambda: {"q": ""})
    allowed = session.can("parties.view")
    page.title = t("Customers · Stillage")

    async def fetch(cursor: str | None) -> Page[Customer]:
        return await parties.customers(session.api, search=search, cursor=cursor, limit=50)

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

    after_drawing(first, [search])
    use_live(("parties",), again)
    if not allowed:
        return screen(layout, t("Customers"), no_right(t("customers")), online=session.live)

    def draw(one: Customer) -> ft.Control:
        days = one.minimum_remaining_days
        wants = tn("wants {n} day left", "wants {n} days left", days) if days else ""
        return tap(
            row(
                avatar(one.name, 36),
                column(
                    text(one.name, "strong"),
                    quiet(" · ".join(p for p in (one.code, one.city) if p)),
                    expand=True,
                ),
                quiet(wants, "small") if layout != "phone" else None,
                ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
                gap=12,
            ),
            lambda _: page.navigate(f"/customers/{one.code}"),
            height=60,
            padding=ft.Padding.symmetric(horizontal=16),
        )

    field = search_field(form, "q", t("Name, code or town"), typed)
    nothing = empty(
        ft.Icons.STOREFRONT_OUTLINED,
        t("No customer matches") if search else t("No customers yet"),
        t("Customers come in from a file."),
    )
    body = list_body(
        state,
        t("The customers"),
        draw,
        nothing,
        try_now=load,
        more=more,
        layout=layout,
        filters=row(ft.Container(field, width=360)) if layout == "desk" else field,
    )
    return screen(layout, t("Customers"), body, online=session.live)


@ft.observable
@dataclass
class CustomerState:
    """One customer with everything of theirs."""

    customer: Customer | None = None
    summary: CustomerSummary | None = None
    orders: tuple[Order, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    returns: tuple[Return, ...] = ()
    trouble: Trouble | None = None

    async def load(self, api: Api, code: str, *, sales: bool) -> None:
        try:
            found = await parties.customers(api, search=code, limit=10)
            self.customer = next((one for one in found.results if one.code == code), None)
            if self.customer is None:
                self.trouble = Trouble(
                    t("It may have been removed, or the address is mistyped."),
                    ft.Icons.SEARCH_OFF_ROUNDED,
                    missing=True,
                )
                return
            self.trouble = None
            if not sales:
                return
        except ApiError as error:
            self.trouble = trouble_of(error)
            return
        parts = await asyncio.gather(
            selling.orders(api, customer=code, limit=SHOWN, ordering="-id"),
            shipping.shipments(api, customer=code, limit=SHOWN),
            shipping.returns(api, customer=code, limit=SHOWN),
            selling.customer_summary(api, self.customer.id),
            return_exceptions=True,
        )
        orders, sent, back, summary = parts
        self.orders = orders.results if isinstance(orders, Page) else ()
        self.shipments = sent.results if isinstance(sent, Page) else ()
        self.returns = back.results if isinstance(back, Page) else ()
        self.summary = summary if isinstance(summary, CustomerSummary) else None


@ft.component
def CustomerPage() -> ft.Control:
    """/customers/DUKE."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    code = ft.use_route_params().get("code", "")
    state = watched(CustomerState)
    shown, show = switched("orders")
    page.title = f"{code} · Stillage"
    sales = session.can("sales.view")

    async def load() -> None:
        await state.load(session.api, code, sales=sales)

    after_drawing(load, [code])
    crumb = (t("Customers"), lambda: page.navigate("/customers"))
    customer = state.customer
    if customer is None:
        waiting = (
            empty(state.trouble.icon, state.trouble.title(t("The customer")), state.trouble.words)
            if state.trouble
            else bone_rows(6)
        )
        return screen(layout, code, surface(waiting, expand=True), crumb=crumb, online=session.live)

    def write(_: Any) -> None:
        page.navigate(f"/orders/new?customer={code}")

    may_write = session.can("sales.change")
    parts: list[ft.Control] = [_about(customer, layout)]
    if state.summary is not None:
        parts.append(_figures(state.summary, layout, prices=session.can("sales.prices")))
    if sales:
        parts += [_tabs(state, shown, show), _table(state, shown, page.navigate)]
    body = ft.Column(
        [*parts, gap(8)],
        spacing=14,
        scroll=ft.ScrollMode.AUTO,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return screen(
        layout,
        customer.name,
        body,
        actions=[button(t("New order"), write, icon=ft.Icons.ADD_ROUNDED)] if may_write else [],
        phone_actions=[icon_button(ft.Icons.ADD_ROUNDED, t("New order"), write, size=24, box=48)]
        if may_write
        else [],
        crumb=crumb,
        online=session.live,
    )


def _about(customer: Customer, layout: Layout) -> ft.Control:
    days = customer.minimum_remaining_days
    wants = tn("wants {n} day left", "wants {n} days left", days) if days else ""
    where = " · ".join(p for p in (customer.address.replace("\n", ", "), customer.city) if p)
    reach = " · ".join(p for p in (customer.email, customer.phone) if p)
    return surface(
        row(
            avatar(customer.name, 48),
            column(
                text(customer.name, "h2"),
                quiet(" · ".join(p for p in (customer.code, where) if p), "small", 2),
                quiet(reach, "small", 2) if reach else None,
                quiet(wants, "small") if wants and layout == "phone" else None,
                gap=2,
                expand=True,
            ),
            quiet(wants, "small") if wants and layout != "phone" else None,
            gap=14,
        ),
        padding=16,
    )


def _figures(summary: CustomerSummary, layout: Layout, *, prices: bool) -> ft.Control:
    late = summary.overdue_orders
    boxes = [
        statistic(t("Open orders"), words.number(summary.open_orders), "", None),
        statistic(t("Late"), words.number(late), "", "expired" if late else None),
        statistic(t("Shipments"), words.number(summary.shipments), "", None),
        statistic(t("Open returns"), words.number(summary.open_returns), "", None),
    ]
    if prices and layout == "desk" and summary.ordered_total_12m is not None:
        boxes.append(
            statistic(t("Ordered in 12 months"), words.money(summary.ordered_total_12m, whole=True), "", None)
        )
    cards = [surface(ft.Container(box, padding=14), expand=True) for box in boxes]
    if layout == "phone":
        return stretched(row(*cards[:2], gap=10), row(*cards[2:4], gap=10), gap=10)
    return row(*cards, gap=12)


def _tabs(state: CustomerState, shown: str, show: Callable[[str], None]) -> ft.Control:
    def press(key: str) -> Callable[[Any], Any]:
        return lambda _: show(key)

    kinds = [
        ("orders", t("Orders"), len(state.orders)),
        ("shipments", t("Shipments"), len(state.shipments)),
        ("returns", t("Returns"), len(state.returns)),
    ]
    return row(*[chip(label, press(key), count=n, selected=key == shown) for key, label, n in kinds])


def _table(state: CustomerState, shown: str, go: Callable[[str], Any]) -> ft.Control:
    if shown == "shipments":
        rows = [shipment_row(one, go) for one in state.shipments]
    elif shown == "returns":
        rows = [return_row(one, go) for one in state.returns]
    else:
        rows = [_order_row(one, go) for one in state.orders]
    if not rows:
        return surface(ft.Container(quiet(t("Nothing here yet."), "small"), padding=16))
    return surface(stretched(*divided(rows, 16)))


def _order_row(order: Order, go: Callable[[str], Any]) -> ft.Control:
    when = words.day(order.delivery_date, weekday=True) if order.delivery_date else ""
    note = " · ".join(p for p in (when, tn("{n} line", "{n} lines", order.line_count)) if p)
    return tap(
        row(
            column(text(order.number, "strong"), quiet(note), gap=1, expand=True),
            order_pill(order),
            ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
            gap=12,
        ),
        lambda _: go(f"/orders/{order.number}"),
        label=t("Order {number}", number=order.number),
        height=56,
        padding=ft.Padding.symmetric(horizontal=16),
    )
