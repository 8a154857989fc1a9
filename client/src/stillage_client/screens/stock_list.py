"""The stock list: what may be sold, what is promised and what runs out of time, a hundred thousand rows long."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import flet as ft
import flet_datatable2 as table

from stillage_client import theme, words
from stillage_client.api import stock
from stillage_client.api.records import Availability, AvailabilitySummary
from stillage_client.api.transport import Api, ApiError
from stillage_client.components.buttons import button, chip, icon_button, tap
from stillage_client.components.faces import product_tile
from stillage_client.components.feedback import bone, empty, shimmer, working_bar
from stillage_client.components.fields import Form, search_field
from stillage_client.components.figures import part_bar
from stillage_client.components.hooks import after_drawing, remembered, watched
from stillage_client.components.layout import (
    column,
    divided,
    fill,
    gap,
    hairline,
    quiet,
    row,
    stretched,
    surface,
    text,
)
from stillage_client.components.live import use_live
from stillage_client.components.navigation import screen
from stillage_client.components.status import dot, expiry_pill
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t
from stillage_client.screens import amounts
from stillage_client.screens.first_day import FirstDay
from stillage_client.screens.paged import REFRESHED_PAGES
from stillage_client.screens.refusals import Trouble, trouble_of
from stillage_client.screens.shell import warehouse_name
from stillage_client.session import use_session

PAGE_SIZE = 50
TYPING_PAUSE_S = 0.3
RETRY_S = 5.0
DEFAULT_SORT = "next_expiry_date"
STATUSES = ("", "expiring", "expired", "held", "out")


@dataclass(frozen=True)
class StockQuery:
    """What the list shows; it lives in the address, so a reload and a sent link show the same."""

    search: str = ""
    status: str = ""
    sort: str = DEFAULT_SORT
    category: str = ""

    @classmethod
    def from_route(cls, route: str) -> "StockQuery":
        """Read the query from an address such as /stock?q=ale&status=held."""
        given = {key: values[0] for key, values in parse_qs(urlsplit(route).query).items()}
        status = given.get("status", "")
        return cls(
            search=given.get("q", ""),
            status=status if status in STATUSES else "",
            sort=given.get("sort", DEFAULT_SORT),
            category=given.get("category", ""),
        )

    def route(self) -> str:
        """The address of this query; what is usual is left out."""
        given = {"q": self.search, "status": self.status, "category": self.category}
        if self.sort != DEFAULT_SORT:
            given["sort"] = self.sort
        query = urlencode({key: value for key, value in given.items() if value})
        return f"/stock?{query}" if query else "/stock"

    def sorted_by(self, column_name: str) -> "StockQuery":
        """The same list by another column; the same column again turns it round."""
        turned = f"-{column_name}" if self.sort == column_name else column_name
        return replace(self, sort=turned)

    @property
    def narrowed(self) -> bool:
        """Whether anything is filtered out."""
        return bool(self.search or self.status or self.category)


@ft.observable
@dataclass
class StockListState:
    """The rows so far, and what is going on."""

    rows: tuple[Availability, ...] = ()
    cursor: str | None = None
    summary: AvailabilitySummary | None = None
    loaded: bool = False
    working: bool = False
    trouble: Trouble | None = None
    _turn: int = 0

    async def load(self, api: Api, query: StockQuery, warehouse: str | None) -> None:
        """Fetch the first page; an answer that a newer question overtook is dropped."""
        self._turn += 1
        turn = self._turn
        self.working = True
        try:
            page, summary = await asyncio.gather(
                self._fetch(api, query, warehouse, None), stock.summary(api, warehouse=warehouse)
            )
        except ApiError as error:
            if turn == self._turn:
                self.trouble, self.working = trouble_of(error), False
            return
        if turn != self._turn:
            return
        self.trouble, self.summary = None, summary
        self.rows, self.cursor = tuple(page.results), page.next
        self.loaded, self.working = True, False

    async def refresh(self, api: Api, query: StockQuery, warehouse: str | None) -> None:
        """As many rows as there are, as they are now; quietly."""
        if not self.loaded or self.working:
            return
        turn, wanted = self._turn, len(self.rows)
        rows: tuple[Availability, ...] = ()
        cursor: str | None = None
        summary = await stock.summary(api, warehouse=warehouse)
        for _ in range(REFRESHED_PAGES):
            page = await self._fetch(api, query, warehouse, cursor)
            rows, cursor = (*rows, *page.results), page.next
            if cursor is None or len(rows) >= wanted:
                break
        if turn == self._turn and not self.working:
            self.rows, self.cursor, self.summary, self.trouble = rows, cursor, summary, None

    async def load_more(self, api: Api, query: StockQuery, warehouse: str | None) -> None:
        """Append the next page."""
        if self.cursor is None or self.working:
            return
        turn, self.working = self._turn, True
        try:
            page = await self._fetch(api, query, warehouse, self.cursor)
        except ApiError as error:
            if turn == self._turn:
                self.trouble, self.working = trouble_of(error), False
            return
        if turn == self._turn:
            self.rows, self.cursor, self.working = (*self.rows, *page.results), page.next, False

    @staticmethod
    async def _fetch(api: Api, query: StockQuery, warehouse: str | None, cursor: str | None) -> Any:
        return await stock.availability(
            api,
            warehouse=warehouse,
            search=query.search,
            status=query.status,
            category=query.category,
            ordering=query.sort,
            cursor=cursor,
            limit=PAGE_SIZE,
        )

    @property
    def first_day(self) -> bool:
        """Nothing was ever received here."""
        return self.loaded and self.summary is not None and self.summary.all == 0


@ft.component
def StockList() -> ft.Control:
    """The list for the width of the page: a table on a desk, cards elsewhere."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    ft.use_route_location()  # redraw when the address changes
    query = StockQuery.from_route(page.route or "/stock")
    state = watched(StockListState)
    form = remembered(lambda: {"q": query.search})
    typing = remembered(lambda: {"turn": 0})
    page.title = t("Stock · Stillage")

    async def load() -> None:
        await state.load(session.api, query, session.warehouse)

    async def again() -> None:
        await state.refresh(session.api, StockQuery.from_route(page.route or ""), session.warehouse)

    async def retry() -> None:
        while state.trouble is not None and state.trouble.passing:
            await asyncio.sleep(RETRY_S)
            await state.load(session.api, StockQuery.from_route(page.route or ""), session.warehouse)

    after_drawing(load, [query, session.warehouse])
    use_live(("stock", "catalogue"), again)
    after_drawing(retry, [state.trouble is not None])

    def ask(new: StockQuery) -> None:
        page.navigate(new.route())

    async def typed(value: str) -> None:
        typing["turn"] += 1
        turn = typing["turn"]
        await asyncio.sleep(TYPING_PAUSE_S)
        current = StockQuery.from_route(page.route or "")
        if turn == typing["turn"] and value != current.search:
            ask(replace(current, search=value.strip()))

    def clear() -> None:
        form["q"] = ""
        ask(StockQuery(sort=query.sort))

    async def more(_: Any) -> None:
        await state.load_more(session.api, StockQuery.from_route(page.route or ""), session.warehouse)

    async def try_now(_: Any) -> None:
        await load()

    view = _View(state, query, form, layout, ask, typed, clear, more, try_now, page.navigate)
    if state.first_day:
        body: ft.Control = FirstDay()
    elif layout == "desk":
        body = _desk(view)
    else:
        body = _narrow(view)
    actions = _actions(session.can, page.navigate, 48 if layout == "tablet" else theme.BUTTON)
    phone_actions = (
        [
            icon_button(
                ft.Icons.ADD_ROUNDED, t("Receive"), lambda _: page.navigate("/scan/receive"), size=24, box=48
            )
        ]
        if session.can("stock.receive")
        else []
    )
    return screen(
        layout,
        t("Stock"),
        body,
        actions=actions,
        phone_actions=phone_actions,
        subtitle=warehouse_name(session) if layout == "phone" else "",
        online=session.live,
    )


@dataclass(frozen=True)
class _View:
    """What the drawing functions below need, gathered once."""

    state: StockListState
    query: StockQuery
    form: Form
    layout: Layout
    ask: Callable[[StockQuery], None]
    typed: Callable[[str], Any]
    clear: Callable[[], None]
    more: Callable[[Any], Any]
    try_now: Callable[[Any], Any]
    go: Callable[[str], None]


def _actions(can: Callable[[str], bool], go: Callable[[str], None], height: int) -> list[ft.Control]:
    shown: list[ft.Control] = []
    if can("stock.adjust"):
        shown.append(
            button(
                t("Adjust"),
                lambda _: go("/scan/adjust"),
                icon=ft.Icons.TUNE_ROUNDED,
                kind="plain",
                height=height,
            )
        )
    if can("stock.receive"):
        shown.append(
            button(
                t("Receive"),
                lambda _: go("/scan/receive"),
                icon=ft.Icons.MOVE_TO_INBOX_OUTLINED,
                height=height,
            )
        )
    return shown


def _search(view: _View) -> ft.Control:
    return search_field(view.form, "q", t("Product, SKU, lot, GTIN or place"), view.typed, autofocus=False)


def _chips(view: _View) -> list[ft.Control]:
    counts = view.state.summary
    kinds: list[tuple[str, str, theme.Kind | None, int | None]] = [
        ("", t("All"), None, counts.all if counts else None),
        ("expiring", t("Expiring soon"), "soon", counts.expiring if counts else None),
        ("expired", t("Expired"), "expired", counts.expired if counts else None),
        ("held", t("On hold"), "held", counts.held if counts else None),
        ("out", t("Out of stock"), None, counts.out if counts else None),
    ]

    def press(status: str) -> Callable[[Any], None]:
        return lambda _: view.ask(replace(view.query, status=status))

    return [
        chip(label, press(status), count=count, selected=view.query.status == status, kind=kind)
        for status, label, kind, count in kinds
    ]


# ---- the desk: a table

_COLUMNS: list[tuple[str, str | None, dict[str, Any]]] = [
    ("Product", "name", {"size": table.DataColumnSize.L}),
    ("Next best before", "next_expiry_date", {"fixed_width": 178}),
    ("On hand", "on_hand", {"fixed_width": 178}),
    ("Promised", "allocated", {"fixed_width": 112, "numeric": True}),
    ("Free to sell", "available", {"fixed_width": 124, "numeric": True}),
    ("Lots", None, {"fixed_width": 70, "numeric": True}),
    ("Places", None, {"fixed_width": 84, "numeric": True}),
]


def _desk(view: _View) -> ft.Control:
    head = row(
        ft.Container(_search(view), width=296),
        *_chips(view),
    )
    state = view.state
    if state.trouble is not None and not state.rows:
        return stretched(head, gap(12), surface(_could_not_load(view), expand=True), expand=True, tight=False)
    if not state.loaded:
        return stretched(head, gap(12), surface(_skeleton(), expand=True), expand=True, tight=False)
    sheet = surface(
        stretched(
            working_bar(state.working),
            ft.Container(_table(view), expand=True),
            hairline(),
            ft.Container(_foot(view), height=48, padding=ft.Padding.symmetric(horizontal=16)),
            expand=True,
            tight=False,
        ),
        expand=True,
    )
    return stretched(head, gap(12), sheet, expand=True, tight=False)


def _table(view: _View) -> ft.Control:
    sort, ascending = view.query.sort.lstrip("-"), not view.query.sort.startswith("-")
    keys = [key for _, key, _ in _COLUMNS]

    def heading(title: str, key: str | None, sizes: dict[str, Any]) -> table.DataColumn2:
        ink = ft.Colors.ON_SURFACE if key == sort else theme.SUBDUED
        pressed = (lambda _: view.ask(view.query.sorted_by(key))) if key else None
        return table.DataColumn2(label=text(t(title), "label", ink), on_sort=pressed, **sizes)

    return table.DataTable2(
        expand=True,
        columns=[heading(*c) for c in _COLUMNS],
        rows=[_table_row(item, view.go) for item in view.state.rows],
        sort_column_index=keys.index(sort) if sort in keys else None,
        sort_ascending=ascending,
        sort_arrow_icon=ft.Icons.ARROW_UPWARD_ROUNDED,
        sort_arrow_icon_color=ft.Colors.PRIMARY,
        show_checkbox_column=False,
        fixed_top_rows=1,
        min_width=900,
        heading_row_height=42,
        data_row_height=theme.ROW,
        column_spacing=20,
        horizontal_margin=14,
        heading_row_color=ft.Colors.SURFACE_CONTAINER_LOW,
        divider_thickness=0.6,
        empty=_no_match(view),
    )


def _table_row(item: Availability, go: Callable[[str], None]) -> table.DataRow2:
    per = item.units_per_case
    out = item.available <= 0
    held = (
        row(
            ft.Icon(ft.Icons.LOCK_ROUNDED, size=13, color=theme.ON_TINT["held"]),
            text(
                words.number(item.held // per),
                "caption",
                theme.ON_TINT["held"],
                semantics_label=t("{n} on hold", n=words.number(item.held // per)),
            ),
            gap=4,
        )
        if item.held
        else None
    )
    on_hand = column(
        row(
            text(amounts.whole(item, item.on_hand), "strong"),
            quiet(amounts.unit(item, item.on_hand)),
            fill(),
            held,
            gap=4,
        ),
        _bar(item),
        gap=5,
        alignment=ft.MainAxisAlignment.CENTER,
    )
    cells: list[ft.Control] = [
        row(
            product_tile(item.category, item.product_name),
            column(text(item.product_name, "strong"), quiet(_sku_line(item)), gap=1, expand=True),
            gap=12,
        ),
        row(expiry_pill(item.next_expiry_date)) if item.on_hand else quiet("–", "small"),
        on_hand,
        quiet(words.number(item.allocated // per), "body"),
        text(words.number(item.available // per), "strong", theme.SUBDUED if out else ft.Colors.ON_SURFACE),
        quiet(words.number(item.lot_count), "body"),
        quiet(words.number(item.location_count), "body"),
    ]

    def opened(_: Any) -> None:
        go(f"/products/{item.product}")

    return table.DataRow2(
        on_tap=opened,
        color={ft.ControlState.HOVERED: ft.Colors.with_opacity(0.03, ft.Colors.ON_SURFACE)},
        cells=[ft.DataCell(c) for c in cells],
    )


def _sku_line(item: Availability) -> str:
    size = words.volume(item.container_ml) if item.container_ml else ""
    packed = (
        t("{case} of {n}", case=item.case_name.lower(), n=item.units_per_case)
        if item.units_per_case > 1
        else ""
    )
    return " · ".join(part for part in (item.product, size, packed) if part)


def _bar(item: Availability, expand: bool | None = None) -> ft.Control:
    free = max(item.available, 0)
    per = item.units_per_case
    label = t(
        "{all}: {free} free, {promised} promised, {held} on hold",
        all=amounts.in_full(item, item.on_hand),
        free=words.number(free // per),
        promised=words.number(item.allocated // per),
        held=words.number(item.held // per),
    )
    parts: list[tuple[theme.Kind | str, int]] = [
        ("info", free),
        (theme.PROMISED, item.allocated),
        ("held", item.held),
        ("expired", item.expired),
    ]
    return part_bar(parts, label, expand=expand)


def _foot(view: _View) -> ft.Control:
    state = view.state
    total = getattr(state.summary, view.query.status or "all", None) if not view.query.search else None
    shown = words.number(len(state.rows))
    told = (
        t("{n} of {total} products", n=shown, total=words.number(total))
        if total is not None and total >= len(state.rows)
        else t("{n} products shown", n=shown)
    )
    load_more = (
        button(
            t("Load {n} more", n=PAGE_SIZE),
            view.more,
            icon=ft.Icons.EXPAND_MORE_ROUNDED,
            kind="quiet",
            height=36,
        )
        if state.cursor
        else None
    )
    legend: list[ft.Control] = []
    for kind, label in (("info", t("Free to sell")), (theme.PROMISED, t("Promised")), ("held", t("On hold"))):
        legend += [dot(kind), quiet(label), gap(4)]
    return row(
        ft.Container(quiet(told, "small"), expand=True),
        load_more,
        ft.Container(row(*legend, gap=6, alignment=ft.MainAxisAlignment.END), expand=True),
    )


# ---- phone and tablet: cards


def _narrow(view: _View) -> ft.Control:
    state = view.state
    chips = ft.Row(_chips(view), spacing=8, scroll=ft.ScrollMode.HIDDEN)
    if state.trouble is not None and not state.rows:
        body: ft.Control = _could_not_load(view)
    elif not state.loaded:
        body = _card_bones()
    elif not state.rows:
        body = _no_match(view)
    else:
        cards: list[ft.Control] = divided([_card(item, view.go) for item in state.rows], 14)
        if state.cursor:
            cards.append(
                ft.Container(
                    button(t("Load {n} more", n=PAGE_SIZE), view.more, kind="quiet", height=56),
                    padding=8,
                )
            )
        body = ft.Column(
            [working_bar(state.working), *cards],
            spacing=0,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    return stretched(
        _search(view), chips, surface(body, theme.RADIUS_LG, expand=True), gap=10, expand=True, tight=False
    )


def _card(item: Availability, go: Callable[[str], None]) -> ft.Control:
    per = item.units_per_case
    free = max(item.available, 0)
    amount = amounts.short(item, free - free % per)
    size = words.volume(item.container_ml) if item.container_ml else ""
    lines = column(
        row(text(item.product_name, "strong", expand=True), text(amount, "strong")),
        row(quiet(" · ".join(p for p in (item.product, size) if p), expand=True), quiet(t("free to sell"))),
        gap(3),
        row(expiry_pill(item.next_expiry_date), _bar(item, expand=True), gap=12),
        gap=2,
        expand=True,
    )
    return tap(
        row(
            product_tile(item.category, item.product_name, 44),
            lines,
            gap=12,
            vertical_alignment=ft.CrossAxisAlignment.START,
        ),
        lambda _: go(f"/products/{item.product}"),
        padding=ft.Padding.symmetric(horizontal=14, vertical=12),
    )


# ---- nothing to show


def _no_match(view: _View) -> ft.Control:
    names = {
        "expiring": t("Expiring soon"),
        "expired": t("Expired"),
        "held": t("On hold"),
        "out": t("Out of stock"),
    }
    if view.query.search:
        title = t("Nothing matches “{words}”", words=view.query.search)
        hint = t("Try fewer letters, a SKU, a lot or a GTIN.")
        if view.query.status:
            hint += " " + t("Filters in use: {names}.", names=names[view.query.status])
        return empty(
            ft.Icons.SEARCH_OFF_ROUNDED,
            title,
            hint,
            button(t("Clear search"), lambda _: view.clear(), kind="plain"),
        )
    if view.query.status:
        title = t("Nothing is in “{filter}”", filter=names[view.query.status])
        return empty(
            ft.Icons.DONE_ALL_ROUNDED,
            title,
            t("That is good news."),
            button(t("Show all"), lambda _: view.clear(), kind="plain"),
        )
    return empty(ft.Icons.INVENTORY_2_OUTLINED, t("No products"), t("Import a file of products to begin."))


def _could_not_load(view: _View) -> ft.Control:
    trouble = view.state.trouble
    if trouble is None:
        return gap(0)
    return empty(
        trouble.icon,
        trouble.title(t("Stock")),
        trouble.words,
        button(t("Try now"), view.try_now, icon=ft.Icons.REFRESH_ROUNDED),
    )


def _skeleton() -> ft.Control:
    widths = [sizes["fixed_width"] for _, _, sizes in _COLUMNS[1:]]

    def cells(parts: list[ft.Control]) -> list[ft.Control]:
        return [
            ft.Container(
                part,
                width=width,
                padding=ft.Padding.symmetric(horizontal=10),
                alignment=ft.Alignment.CENTER_RIGHT if sizes.get("numeric") else ft.Alignment.CENTER_LEFT,
            )
            for part, width, (_, _, sizes) in zip(parts, widths, _COLUMNS[1:], strict=True)
        ]

    head = ft.Container(
        row(
            quiet(t("Product"), "label", expand=True),
            *cells([quiet(t(title), "label") for title, _, _ in _COLUMNS[1:]]),
            gap=0,
        ),
        height=42,
        padding=ft.Padding.symmetric(horizontal=14),
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
    )

    def line(i: int) -> ft.Control:
        name = column(
            bone((150, 190, 130, 170)[i % 4]), bone((200, 160, 220, 180)[i % 4], 9), gap=7, expand=True
        )
        amount = column(bone(56, 11), bone(140, 6), gap=7)
        return ft.Container(
            row(
                bone(36, 36, 9),
                gap(12),
                name,
                *cells([bone(104, 22, 11), amount, bone(30, 11), bone(36, 11), bone(16, 11), bone(16, 11)]),
                gap=0,
            ),
            height=theme.ROW,
            padding=ft.Padding.symmetric(horizontal=14),
        )

    rows = shimmer(stretched(*divided([line(i) for i in range(14)])))
    return stretched(head, hairline(), rows, scroll=ft.ScrollMode.HIDDEN)


def _card_bones() -> ft.Control:
    def line(i: int) -> ft.Control:
        return ft.Container(
            row(
                bone(44, 44, 12),
                column(
                    bone((150, 190, 130, 170)[i % 4], 13),
                    bone((110, 90, 120, 100)[i % 4], 9),
                    bone(104, 20, 10),
                    gap=8,
                    expand=True,
                ),
                bone(64, 12),
                gap=12,
                vertical_alignment=ft.CrossAxisAlignment.START,
            ),
            padding=ft.Padding.symmetric(horizontal=14, vertical=14),
        )

    return shimmer(column(*divided([line(i) for i in range(9)], 14)))
