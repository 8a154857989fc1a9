"""All orders to suppliers: which are late, what comes today, what is still a draft."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import flet as ft

from stillage_client import theme, words
from stillage_client.api import buying
from stillage_client.api.buying_records import Purchase, PurchaseSummary
from stillage_client.api.records import Page
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
from stillage_client.screens.buying import names
from stillage_client.screens.list_body import heading, list_body
from stillage_client.screens.paged import PagedState
from stillage_client.screens.selling.totals import sum_said
from stillage_client.session import use_session

TYPING_PAUSE_S = 0.3
PAGE_SIZE = 50
FILTERS = ("open", "late", "draft", "placed", "partly_received", "received", "all")
DATE_WIDTH, STATUS_WIDTH, HERE_WIDTH, TOTAL_WIDTH = 140, 130, 176, 116
SOONEST = "expected_date"

_ICONS: dict[str, ft.IconData] = {
    "draft": ft.Icons.EDIT_OUTLINED,
    "placed": ft.Icons.SEND_OUTLINED,
    "partly_received": ft.Icons.MOVE_TO_INBOX_ROUNDED,
    "received": ft.Icons.INVENTORY_2_OUTLINED,
    "closed": ft.Icons.DONE_ALL_ROUNDED,
    "cancelled": ft.Icons.CLOSE_ROUNDED,
}


@dataclass(frozen=True)
class PurchaseQuery:
    """What the list shows; it lives in the address."""

    search: str = ""
    filter: str = "open"

    @classmethod
    def from_route(cls, route: str) -> "PurchaseQuery":
        given = {key: values[0] for key, values in parse_qs(urlsplit(route).query).items()}
        wanted = given.get("show", "open")
        return cls(search=given.get("q", ""), filter=wanted if wanted in FILTERS else "open")

    def route(self) -> str:
        given = {"q": self.search, "show": "" if self.filter == "open" else self.filter}
        query = urlencode({k: v for k, v in given.items() if v})
        return f"/purchases?{query}" if query else "/purchases"

    def asked(self) -> dict[str, Any]:
        """The filters as the server takes them. What is waited for comes first that is due first: the late on top."""
        waited = self.filter in ("open", "late", "placed", "partly_received")
        said: dict[str, Any] = {
            "search": self.search,
            "ordering": SOONEST if waited and not self.search else "-id",
            "limit": PAGE_SIZE,
        }
        if self.filter == "open":
            said["open"] = None if self.search else True
        elif self.filter == "late":
            said["late"] = True
        elif self.filter != "all":
            said["status"] = self.filter
        return said


@ft.component
def PurchaseList() -> ft.Control:
    """/purchases; a row opens its order."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    ft.use_route_location()
    query = PurchaseQuery.from_route(page.route or "/purchases")
    state = watched(PagedState)
    counts, set_counts = switched(PurchaseSummary())
    form = remembered(lambda: {"q": query.search})
    allowed, may_write = session.can("buying.view"), session.can("buying.change")
    page.title = t("Purchases · Stillage")

    async def fetch(cursor: str | None) -> Page[Purchase]:
        asked = PurchaseQuery.from_route(page.route or "/purchases").asked()
        return await buying.purchases(session.api, warehouse=session.warehouse, cursor=cursor, **asked)

    async def load(_: Any = None) -> None:
        if not allowed:
            return
        await state.load(fetch)
        try:
            set_counts(await buying.summary(session.api, warehouse=session.warehouse))
        except ApiError:
            return  # the chips go without numbers; the list says what is wrong

    async def first() -> None:
        await load()

    async def again() -> None:
        await state.refresh(fetch)
        set_counts(await buying.summary(session.api, warehouse=session.warehouse))

    async def more(_: Any) -> None:
        await state.more(fetch)

    async def typed(value: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        now = PurchaseQuery.from_route(page.route or "/purchases")
        if form["q"] == value and value.strip() != now.search:
            page.navigate(replace(now, search=value.strip()).route())

    after_drawing(first, [query, session.warehouse])
    use_live(("purchases", "receiving"), again)
    if not allowed:
        return screen(layout, t("Purchases"), no_right(t("purchases")), online=session.live)

    def ask(new: PurchaseQuery) -> None:
        page.navigate(new.route())

    def clear(_: Any) -> None:
        form["q"] = ""
        ask(PurchaseQuery())

    def write(_: Any) -> None:
        page.navigate("/purchases/new")

    costs = session.can("cost.view")

    def draw(order: Purchase) -> ft.Control:
        opened: Callable[[Any], Any] = lambda _: page.navigate(f"/purchases/{order.number}")  # noqa: E731
        return purchase_card(order, opened) if layout != "desk" else _row(order, costs, opened)

    body = list_body(
        state,
        t("The purchases"),
        draw,
        _nothing(query, may_write, clear, write),
        try_now=load,
        more=more,
        layout=layout,
        head=heading(
            (t("Supplier"), None, False),
            (t("Expected"), DATE_WIDTH, False),
            (t("State"), STATUS_WIDTH, False),
            (t("Received"), HERE_WIDTH, False),
            *([(t("Value"), TOTAL_WIDTH, True)] if costs else []),
        ),
        filters=_filters(query, counts, form, typed, ask, layout),
    )
    return screen(
        layout,
        t("Purchases"),
        body,
        actions=[button(t("New purchase"), write, icon=ft.Icons.ADD_ROUNDED)] if may_write else [],
        phone_actions=[icon_button(ft.Icons.ADD_ROUNDED, t("New purchase"), write, size=24, box=48)]
        if may_write
        else [],
        online=session.live,
    )


def _filters(
    query: PurchaseQuery,
    counts: PurchaseSummary,
    form: Form,
    typed: Callable[[str], Any],
    ask: Callable[[PurchaseQuery], None],
    layout: Layout,
) -> ft.Control:
    kinds: list[tuple[str, str, theme.Kind | None, int | None]] = [
        ("open", t("Open"), None, counts.open),
        ("late", t("Late"), "expired", counts.late),
        ("draft", t("Drafts"), None, counts.draft),
        ("placed", t("Ordered"), None, counts.placed),
        ("partly_received", t("Partly here"), "soon", counts.partly_received),
        ("received", t("All here"), None, counts.received),
        ("all", t("All"), None, None),
    ]

    def press(key: str) -> Callable[[Any], Any]:
        return lambda _: ask(replace(query, filter=key))

    chips = [
        chip(label, press(key), count=count, selected=query.filter == key, kind=kind)
        for key, label, kind, count in kinds
    ]
    search = search_field(form, "q", t("Number, supplier, product"), typed)
    if layout == "desk":
        return ft.Row([ft.Container(search, width=270), *chips], spacing=8, run_spacing=8, wrap=True)
    return stretched(search, ft.Row(chips, spacing=8, scroll=ft.ScrollMode.HIDDEN), gap=10)


def purchase_pill(order: Purchase) -> ft.Control:
    """Its state, or that it is late."""
    if order.late:
        return pill("expired", t("Late"), ft.Icons.SCHEDULE_ROUNDED)
    return pill(
        names.purchase_kind(order.status), names.purchase_status(order.status), _ICONS.get(order.status)
    )


def progress(order: Purchase) -> tuple[str, list[tuple[theme.Kind | str, int]]]:
    """How much of it is here, as words and as parts of a bar."""
    whole = max(order.quantity, 1)
    here = min(order.received, whole)
    parts: list[tuple[theme.Kind | str, int]] = [
        ("ok", here),
        (ft.Colors.SURFACE_CONTAINER_HIGHEST, whole - here),
    ]
    if here >= whole:
        return t("All here"), parts
    if not here:
        return t("Nothing here yet"), parts
    return t("{n} here", n=words.percent(100 * here // whole, 0)), parts


def when(order: Purchase) -> str:
    """Wed 25 Nov."""
    return words.day(order.expected_date, weekday=True) if order.expected_date else "–"


def _note(order: Purchase) -> str:
    count = tn("{n} line", "{n} lines", order.line_count)
    return " · ".join(part for part in (order.number, count, order.supplier_reference) if part)


def _row(order: Purchase, costs: bool, opened: Callable[[Any], Any]) -> ft.Control:
    said, parts = progress(order)
    here = stretched(quiet(said, "small"), part_bar(parts, said, height=5), gap=5)
    waits = order.status not in ("draft", "cancelled")
    return tap(
        row(
            avatar(order.supplier_name or order.supplier, 34),
            column(
                text(order.supplier_name or order.supplier, "strong"), quiet(_note(order)), gap=1, expand=True
            ),
            ft.Container(
                text(when(order), "body", theme.ON_TINT["expired"] if order.late else ft.Colors.ON_SURFACE),
                width=DATE_WIDTH,
            ),
            ft.Container(row(purchase_pill(order)), width=STATUS_WIDTH),
            ft.Container(here if waits else quiet("–", "small"), width=HERE_WIDTH),
            ft.Container(
                text(sum_said(order.net_total, order.currency), "strong"),
                width=TOTAL_WIDTH,
                alignment=ft.Alignment.CENTER_RIGHT,
            )
            if costs
            else None,
            gap=12,
        ),
        opened,
        label=t("Purchase {number}", number=order.number),
        height=theme.ROW + 4,
        padding=ft.Padding.symmetric(horizontal=16),
    )


def purchase_card(order: Purchase, opened: Callable[[Any], Any]) -> ft.Control:
    """An order in a narrow list."""
    said, parts = progress(order)
    return tap(
        stretched(
            row(
                column(
                    text(order.supplier_name or order.supplier, "strong"),
                    quiet(f"{order.number} · {when(order)}"),
                    gap=1,
                    expand=True,
                ),
                purchase_pill(order),
                gap=10,
            ),
            row(part_bar(parts, said, height=5, expand=True), quiet(said), gap=10)
            if order.status not in ("draft", "cancelled")
            else row(quiet(tn("{n} line", "{n} lines", order.line_count)), fill()),
            gap=8,
        ),
        opened,
        label=t("Purchase {number}", number=order.number),
        padding=ft.Padding.symmetric(horizontal=16, vertical=12),
    )


def _nothing(
    query: PurchaseQuery, may_write: bool, clear: Callable[[Any], Any], write: Callable[[Any], Any]
) -> ft.Control:
    if query.search or query.filter not in ("open", "all"):
        return empty(
            ft.Icons.SEARCH_OFF_ROUNDED,
            t("No purchase matches"),
            t("Search by number, supplier, their reference or a product's code."),
            button(t("Show open purchases"), clear, kind="plain"),
        )
    return empty(
        ft.Icons.LOCAL_SHIPPING_OUTLINED,
        t("Nothing is on order"),
        t("Write a purchase line by line: twelve times a code, Enter. Costs come from the catalogue."),
        button(t("New purchase"), write, icon=ft.Icons.ADD_ROUNDED) if may_write else None,
    )
