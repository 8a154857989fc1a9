"""All orders: which wait, which are late, which lack stock; found by number, customer, lot or pallet code."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import flet as ft

from stillage_client import theme, words
from stillage_client.api import selling
from stillage_client.api.records import Page
from stillage_client.api.selling_records import Order, OrderSummary
from stillage_client.api.transport import ApiError
from stillage_client.components.buttons import button, chip, icon_button, tap
from stillage_client.components.faces import avatar
from stillage_client.components.feedback import empty
from stillage_client.components.fields import Form, search_field
from stillage_client.components.figures import part_bar
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import column, fill, quiet, row, stretched, text
from stillage_client.components.live import use_live
from stillage_client.components.navigation import screen
from stillage_client.components.status import pill
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.screens.audit import no_right
from stillage_client.screens.list_body import heading, list_body
from stillage_client.screens.paged import PagedState
from stillage_client.screens.selling import names
from stillage_client.screens.selling.totals import sum_said
from stillage_client.session import use_session

TYPING_PAUSE_S = 0.3
PAGE_SIZE = 50
FILTERS = ("open", "late", "short", "draft", "confirmed", "allocated", "picking", "packed", "shipped", "all")
DATE_WIDTH, STATUS_WIDTH, STOCK_WIDTH, TOTAL_WIDTH = 148, 130, 168, 116


@dataclass(frozen=True)
class OrderQuery:
    """What the list shows; it lives in the address."""

    search: str = ""
    filter: str = "open"
    sort: str = "-id"

    @classmethod
    def from_route(cls, route: str) -> "OrderQuery":
        given = {key: values[0] for key, values in parse_qs(urlsplit(route).query).items()}
        wanted = given.get("show", "open")
        return cls(
            search=given.get("q", ""),
            filter=wanted if wanted in FILTERS else "open",
            sort=given.get("sort", "-id"),
        )

    def route(self) -> str:
        given = {"q": self.search}
        if self.filter != "open":
            given["show"] = self.filter
        if self.sort != "-id":
            given["sort"] = self.sort
        query = urlencode({k: v for k, v in given.items() if v})
        return f"/orders?{query}" if query else "/orders"

    def asked(self) -> dict[str, Any]:
        """The filters as the server takes them. Who searches, searches everywhere."""
        said: dict[str, Any] = {"search": self.search, "ordering": self.sort, "limit": PAGE_SIZE}
        if self.filter == "open":
            said["open"] = None if self.search else True
        elif self.filter == "late":
            said |= {"open": True, "late": True}
        elif self.filter == "short":
            said |= {"open": True, "allocation": "backordered"}
        elif self.filter != "all":
            said["status"] = self.filter
        return said


@ft.component
def OrderList() -> ft.Control:
    """The list; a row opens its order."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    ft.use_route_location()
    query = OrderQuery.from_route(page.route or "/orders")
    state = watched(PagedState)
    counts, set_counts = switched(OrderSummary())
    form = remembered(lambda: {"q": query.search})
    allowed = session.can("sales.view")
    page.title = t("Orders · Stillage")

    async def fetch(cursor: str | None) -> Page[Order]:
        now = OrderQuery.from_route(page.route or "/orders")
        asked = now.asked()
        late = asked.pop("late", False)
        if late:
            asked["due_before"] = datetime.now(UTC).date() - timedelta(days=1)
        return await selling.orders(session.api, warehouse=session.warehouse, cursor=cursor, **asked)

    async def load(_: Any = None) -> None:
        if not allowed:
            return
        await state.load(fetch)
        try:
            set_counts(await selling.summary(session.api, warehouse=session.warehouse))
        except ApiError:
            return  # the chips go without numbers; the list says what is wrong

    async def first() -> None:
        await load()

    async def again() -> None:
        await state.refresh(fetch)
        set_counts(await selling.summary(session.api, warehouse=session.warehouse))

    async def more(_: Any) -> None:
        await state.more(fetch)

    async def typed(value: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        now = OrderQuery.from_route(page.route or "/orders")
        if form["q"] == value and value.strip() != now.search:
            page.navigate(replace(now, search=value.strip()).route())

    after_drawing(first, [query, session.warehouse])
    use_live(("orders", "picking", "shipments"), again)
    if not allowed:
        return screen(layout, t("Orders"), no_right(t("orders")), online=session.live)

    def ask(new: OrderQuery) -> None:
        page.navigate(new.route())

    def clear(_: Any) -> None:
        form["q"] = ""
        ask(OrderQuery())

    prices = session.can("sales.prices")

    def draw(order: Order) -> ft.Control:
        opened: Callable[[Any], None] = lambda _: page.navigate(f"/orders/{order.number}")  # noqa: E731
        return _card_row(order, opened) if layout != "desk" else _row(order, prices, opened)

    write = (
        [button(t("New order"), lambda _: page.navigate("/orders/new"), icon=ft.Icons.ADD_ROUNDED)]
        if session.can("sales.change")
        else []
    )
    phone = (
        [
            icon_button(
                ft.Icons.ADD_ROUNDED, t("New order"), lambda _: page.navigate("/orders/new"), size=24, box=48
            )
        ]
        if session.can("sales.change")
        else []
    )
    body = list_body(
        state,
        t("The orders"),
        draw,
        _nothing(query, session.can("sales.change"), clear, page.navigate),
        try_now=load,
        more=more,
        layout=layout,
        head=heading(
            (t("Customer"), None, False),
            (t("Delivery"), DATE_WIDTH, False),
            (t("State"), STATUS_WIDTH, False),
            (t("Promised, picked"), STOCK_WIDTH, False),
            *([(t("Total"), TOTAL_WIDTH, True)] if prices else []),
        ),
        filters=_filters(query, counts, form, typed, ask, layout),
    )
    return screen(layout, t("Orders"), body, actions=write, phone_actions=phone, online=session.live)


def _filters(
    query: OrderQuery,
    counts: OrderSummary,
    form: Form,
    typed: Callable[[str], Any],
    ask: Callable[[OrderQuery], None],
    layout: Layout,
) -> ft.Control:
    kinds: list[tuple[str, str, theme.Kind | None, int | None]] = [
        ("open", t("Open orders"), None, counts.open),
        ("late", t("Late"), "expired", counts.late),
        ("short", t("Out of stock"), "soon", counts.backordered),
        ("draft", t("Drafts"), None, counts.draft),
        ("allocated", t("To pick"), None, counts.allocated),
        ("picking", t("Picking"), None, counts.picking),
        ("packed", t("To ship"), None, counts.packed),
        ("shipped", t("Shipped"), None, None),
        ("all", t("All"), None, None),
    ]

    def press(key: str) -> Callable[[Any], Any]:
        return lambda _: ask(replace(query, filter=key))

    chips = [
        chip(label, press(key), count=count, selected=query.filter == key, kind=kind)
        for key, label, kind, count in kinds
    ]
    search = search_field(form, "q", t("Number, customer, lot, pallet"), typed)
    if layout == "desk":
        return ft.Row([ft.Container(search, width=290), *chips], spacing=8, run_spacing=8, wrap=True)
    return stretched(search, ft.Row(chips, spacing=8, scroll=ft.ScrollMode.HIDDEN), gap=10)


def order_pill(order: Order) -> ft.Control:
    """Its state, or what is wrong with it."""
    if order.late:
        return pill("expired", t("Late"), ft.Icons.SCHEDULE_ROUNDED)
    if order.allocation == "backordered" and order.status in ("confirmed", "allocated"):
        return pill("soon", t("Out of stock"), ft.Icons.WARNING_AMBER_ROUNDED)
    return pill(names.order_kind(order.status), names.order_status(order.status), _ICONS.get(order.status))


_ICONS: dict[str, ft.IconData] = {
    "draft": ft.Icons.EDIT_OUTLINED,
    "confirmed": ft.Icons.TASK_ALT_ROUNDED,
    "allocated": ft.Icons.BOOKMARK_ADDED_OUTLINED,
    "picking": ft.Icons.SHOPPING_BASKET_OUTLINED,
    "packed": ft.Icons.INVENTORY_2_OUTLINED,
    "shipped": ft.Icons.LOCAL_SHIPPING_OUTLINED,
    "closed": ft.Icons.DONE_ALL_ROUNDED,
    "cancelled": ft.Icons.CLOSE_ROUNDED,
}


def progress(order: Order) -> tuple[str, list[tuple[theme.Kind | str, int]]]:
    """How far its stock is, as words and as parts of a bar."""
    whole = max(order.quantity, 1)
    done = min(order.shipped, whole)
    picked = min(order.picked, whole - done)
    promised = min(max(order.allocated - picked, 0), whole - done - picked)
    missing = whole - done - picked - promised
    parts: list[tuple[theme.Kind | str, int]] = [
        ("ok", done + picked),
        ("info", promised),
        (ft.Colors.SURFACE_CONTAINER_HIGHEST, missing),
    ]
    if done >= whole:
        return t("All shipped"), parts
    percent = 100 * (done + picked + promised) // whole
    if done + picked >= whole:
        return t("All picked"), parts
    if picked or done:
        return t("{n} picked", n=words.percent(100 * (done + picked) // whole, 0)), parts
    return (t("All promised") if percent >= 100 else t("{n} promised", n=words.percent(percent, 0))), parts


def _when(order: Order) -> str:
    return words.day(order.delivery_date, weekday=True) if order.delivery_date else "–"


def _row(order: Order, prices: bool, opened: Callable[[Any], Any]) -> ft.Control:
    said, parts = progress(order)
    stock = stretched(quiet(said, "small"), part_bar(parts, said, height=5), gap=5)
    return tap(
        row(
            avatar(order.customer_name or order.customer, 34),
            column(
                text(order.customer_name or order.customer, "strong"),
                quiet(_note(order)),
                gap=1,
                expand=True,
            ),
            ft.Container(
                text(_when(order), "body", theme.ON_TINT["expired"] if order.late else ft.Colors.ON_SURFACE),
                width=DATE_WIDTH,
            ),
            ft.Container(row(order_pill(order)), width=STATUS_WIDTH),
            ft.Container(
                stock if order.status not in ("draft", "cancelled") else quiet("–", "small"),
                width=STOCK_WIDTH,
            ),
            ft.Container(
                text(sum_said(order.gross_total, order.currency), "strong"),
                width=TOTAL_WIDTH,
                alignment=ft.Alignment.CENTER_RIGHT,
            )
            if prices
            else None,
            gap=12,
        ),
        opened,
        label=t("Order {number}", number=order.number),
        height=theme.ROW + 4,
        padding=ft.Padding.symmetric(horizontal=16),
    )


def _note(order: Order) -> str:
    count = tn("{n} line", "{n} lines", order.line_count)
    return " · ".join(part for part in (order.number, count, order.customer_reference) if part)


def _card_row(order: Order, opened: Callable[[Any], Any]) -> ft.Control:
    said, parts = progress(order)
    return tap(
        stretched(
            row(
                column(
                    text(order.customer_name or order.customer, "strong"),
                    quiet(f"{order.number} · {_when(order)}"),
                    gap=1,
                    expand=True,
                ),
                order_pill(order),
                gap=10,
            ),
            row(
                part_bar(parts, said, height=5, expand=True),
                quiet(said),
                gap=10,
            )
            if order.status not in ("draft", "cancelled")
            else row(quiet(tn("{n} line", "{n} lines", order.line_count)), fill()),
            gap=8,
        ),
        opened,
        label=t("Order {number}", number=order.number),
        padding=ft.Padding.symmetric(horizontal=16, vertical=12),
    )


def _nothing(
    query: OrderQuery, may_write: bool, clear: Callable[[Any], Any], go: Callable[[str], Any]
) -> ft.Control:
    if query.search or query.filter not in ("open", "all"):
        return empty(
            ft.Icons.SEARCH_OFF_ROUNDED,
            t("No order matches"),
            t("Search by number, customer, their reference, a lot or a pallet's code."),
            button(t("Show open orders"), clear, kind="plain"),
        )
    return empty(
        ft.Icons.RECEIPT_LONG_OUTLINED,
        t("No open orders"),
        t("Write one line by line: twelve times a code, Enter, and stock is promised as you confirm."),
        button(t("New order"), lambda _: go("/orders/new"), icon=ft.Icons.ADD_ROUNDED) if may_write else None,
    )
