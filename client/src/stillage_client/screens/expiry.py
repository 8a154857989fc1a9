"""Expiry: what will not sell before its last day and what to do about it; beside it the plain list of lots by date."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import stock
from stillage_client.api.records import Balance, Page
from stillage_client.api.replenishment_records import ExpiryRisk
from stillage_client.components.buttons import button, chip, tap
from stillage_client.components.faces import product_tile
from stillage_client.components.feedback import bone_rows, empty, working_bar
from stillage_client.components.fields import dropdown, search_field
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import (
    column,
    divided,
    gap,
    hairline,
    quiet,
    row,
    stretched,
    surface,
    text,
)
from stillage_client.components.navigation import screen
from stillage_client.components.status import expiry_pill, held_pill
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t
from stillage_client.screens import amounts
from stillage_client.screens.list_body import heading, list_body
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.paged import PagedState
from stillage_client.screens.planning import expiry_words as say
from stillage_client.screens.planning.expiry_rows import risk_head, risk_row, totals
from stillage_client.screens.planning.expiry_state import ORDERS, ExpiryQuery, RiskState
from stillage_client.session import Session, use_session

TYPING_PAUSE_S = 0.3
WAYS = ("move", "return", "discount", "sell_first", "scrap")
STATUSES: tuple[tuple[str, theme.Kind | None], ...] = (
    ("", None),
    ("soon", "soon"),
    ("expired", "expired"),
    ("held", "held"),
)


def status_name(status: str) -> str:
    """The filter as its chip says it."""
    return {"": t("All dates"), "soon": t("Next 30 days"), "expired": t("Expired"), "held": t("On hold")}[
        status
    ]


def remedies(session: Session) -> dict[str, bool]:
    """Which ways out this person may go; a transfer needs a second warehouse."""
    return {
        "move": session.can("transfers.change") and len(session.warehouses) > 1,
        "return": session.can("supplier_returns.run"),
        "scrap": session.can("stock.scrap") or session.can("stock.hold"),
    }


@ft.component
def Expiry() -> ft.Control:
    """/expiry, /expiry?show=dates. Who may not see planning has the dates alone."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    ft.use_route_location()
    query = ExpiryQuery.from_route(page.route or "/expiry")
    planner = session.can("planning.view")
    if not planner:
        query = ExpiryQuery(dates=True, status=query.status)
    risks, dates = watched(RiskState), watched(PagedState)
    opened, open_ = switched(0)
    form = remembered(lambda: {"q": query.search})
    page.title = t("Expiry · Stillage")

    async def fetch(cursor: str | None) -> Page[Balance]:
        return await stock.balances(
            session.api,
            warehouse=session.warehouse,
            status=query.status,
            ordering="expiry_date",
            cursor=cursor,
            limit=60,
        )

    async def load(_: Any = None) -> None:
        if query.dates:
            await dates.load(fetch)
        else:
            await risks.ask(session.api, session.warehouse, query)

    async def first() -> None:
        await load()

    async def more(_: Any) -> None:
        if query.dates:
            await dates.more(fetch)
        else:
            await risks.ask_more(session.api, session.warehouse, query)

    async def typed(value: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        now = ExpiryQuery.from_route(page.route or "/expiry")
        if form["q"] == value and value.strip() != now.search:
            page.navigate(replace(now, search=value.strip()).route())

    after_drawing(first, [session.warehouse, query])

    def ask(new: ExpiryQuery) -> None:
        page.navigate(new.route())

    if query.dates:
        body = _by_date(dates, query, layout, ask, load=load, more=more, planner=planner, go=page.navigate)
        return screen(layout, t("Expiry"), body, online=session.live)

    costs, may = session.can("cost.view"), remedies(session)

    def draw(one: ExpiryRisk) -> ft.Control:
        return risk_row(
            one,
            layout,
            may=may,
            costs=costs,
            opened=opened == one.id,
            fold=lambda: open_(0 if opened == one.id else one.id),
            go=page.navigate,
        )

    filters = _risk_filters(query, form, typed, ask, layout, costs)
    sums = totals(risks.summary, layout, costs, query.within, lambda days: ask(replace(query, within=days)))

    def clear(_: Any) -> None:
        form["q"] = ""
        ask(ExpiryQuery())

    listed = _risk_list(risks, query, draw, load, more, clear, layout, costs)
    if layout == "desk":
        body = stretched(sums, gap(14), filters, gap(12), listed, expand=True, tight=False)
    else:
        body = stretched(filters, gap(10), listed, expand=True, tight=False)
        if risks.rows and not risks.trouble:
            body = ft.Column(
                [filters, sums, surface(_risk_rows(risks, draw, more, layout, costs))],
                spacing=10,
                scroll=ft.ScrollMode.AUTO,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                expand=True,
            )
    return screen(layout, t("Expiry"), body, online=session.live)


def _tabs(query: ExpiryQuery, ask: Callable[[ExpiryQuery], None]) -> list[ft.Control]:
    """Which of the two lists."""
    return [
        chip(
            t("Will not sell in time"),
            lambda _: ask(ExpiryQuery()),
            selected=not query.dates,
            icon=ft.Icons.TRENDING_DOWN_ROUNDED,
        ),
        chip(
            t("Lots by date"),
            lambda _: ask(ExpiryQuery(dates=True)),
            selected=query.dates,
            icon=ft.Icons.EVENT_OUTLINED,
        ),
    ]


# ---- what will not sell


def _risk_filters(
    query: ExpiryQuery,
    form: dict[str, str],
    typed: Callable[[str], Any],
    ask: Callable[[ExpiryQuery], None],
    layout: Layout,
    costs: bool,
) -> ft.Control:
    def advise(code: str) -> Callable[[Any], Any]:
        return lambda _: ask(replace(query, advice="" if query.advice == code else code))

    ways = [chip(say.advice_name(code), advise(code), selected=query.advice == code) for code in WAYS]
    orders = [(ORDERS[0], t("Soonest first")), (ORDERS[2], t("Most first"))]
    if costs:
        orders.insert(1, (ORDERS[1], t("Dearest first")))
    order = dropdown(
        t("Order of the list"), query.order, orders, lambda key: ask(replace(query, order=key)), width=170
    )
    field = search_field(form, "q", t("Product or lot"), typed)
    if layout == "desk":
        kinds = [("", t("Any remedy")), *[(code, say.advice_name(code)) for code in WAYS]]
        kind = dropdown(
            t("What to do"), query.advice, kinds, lambda key: ask(replace(query, advice=key)), width=170
        )
        return row(*_tabs(query, ask), ft.Container(field, expand=True), kind, order, gap=10)
    return stretched(
        ft.Row(_tabs(query, ask), spacing=8, scroll=ft.ScrollMode.HIDDEN),
        field,
        ft.Row(ways, spacing=8, scroll=ft.ScrollMode.HIDDEN),
        gap=10,
    )


def _risk_rows(
    state: RiskState,
    draw: Callable[[ExpiryRisk], ft.Control],
    more: Callable[[Any], Any],
    layout: Layout,
    costs: bool,
) -> ft.Control:
    rows = divided([draw(one) for one in state.rows], 16)
    if state.cursor:
        rows.append(ft.Container(button(t("Load more"), more, kind="quiet", height=48), padding=4))
    head = [risk_head(costs), hairline()] if layout == "desk" else []
    return ft.Column(
        [working_bar(state.working), *head, *rows],
        spacing=0,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        scroll=ft.ScrollMode.AUTO if layout == "desk" else None,
        expand=layout == "desk",
    )


def _risk_list(
    state: RiskState,
    query: ExpiryQuery,
    draw: Callable[[ExpiryRisk], ft.Control],
    load: Callable[[Any], Any],
    more: Callable[[Any], Any],
    clear: Callable[[Any], Any],
    layout: Layout,
    costs: bool,
) -> ft.Control:
    if state.trouble is not None and not state.rows:
        trouble = state.trouble
        again = button(t("Try now"), load, icon=ft.Icons.REFRESH_ROUNDED)
        inside: ft.Control = empty(trouble.icon, trouble.title(t("This list")), trouble.words, again)
    elif not state.loaded:
        inside = bone_rows(8, 72)
    elif not state.rows and query.filtered:
        inside = empty(
            ft.Icons.SEARCH_OFF_ROUNDED,
            t("No lot matches"),
            t("That is good news.") if not query.search else t("Search by product, code or lot."),
            button(t("Show all"), clear, kind="plain"),
        )
    elif not state.rows:
        inside = empty(
            ft.Icons.DONE_ALL_ROUNDED,
            t("Everything sells in time"),
            t("As forecast, every lot is sold before its last day. The next night looks again."),
        )
    else:
        inside = _risk_rows(state, draw, more, layout, costs)
    return surface(inside, expand=True)


# ---- lots by their date


def _by_date(
    state: PagedState,
    query: ExpiryQuery,
    layout: Layout,
    ask: Callable[[ExpiryQuery], None],
    *,
    load: Callable[[Any], Any],
    more: Callable[[Any], Any],
    planner: bool,
    go: Callable[[str], Any],
) -> ft.Control:
    """One row a lot and place, the next date on top."""

    def show(name: str) -> Callable[[Any], Any]:
        return lambda _: ask(ExpiryQuery(dates=True, status=name))

    tabs = [*_tabs(query, ask), gap(4)] if planner else []
    chips = [
        chip(status_name(name), show(name), kind=kind, selected=name == query.status)
        for name, kind in STATUSES
    ]
    if layout == "desk" or not tabs:
        filters: ft.Control = ft.Row([*tabs, *chips], spacing=8, scroll=ft.ScrollMode.HIDDEN)
    else:
        filters = stretched(
            ft.Row(tabs, spacing=8, scroll=ft.ScrollMode.HIDDEN),
            ft.Row(chips, spacing=8, scroll=ft.ScrollMode.HIDDEN),
            gap=10,
        )
    nothing = empty(
        ft.Icons.DONE_ALL_ROUNDED,
        t("Nothing is in “{filter}”", filter=status_name(query.status)),
        t("That is good news.") if query.status else t("Nothing in this warehouse has a date yet."),
    )
    head = heading(
        (t("Product and lot"), None, False),
        (t("Best before"), 110, False),
        ("", 170, False),
        (t("Place"), 120, False),
        (t("On hand"), 96, True),
    )
    return list_body(
        state,
        t("Lots"),
        lambda balance: _dated(balance, layout, go),
        nothing,
        try_now=load,
        more=more,
        layout=layout,
        head=head,
        filters=filters,
    )


def _dated(balance: Balance, layout: Layout, go: Callable[[str], Any]) -> ft.Control:
    wide = layout == "desk"
    until = balance.best_before_date or balance.expiry_date
    status_pill = held_pill() if balance.held else expiry_pill(until)
    amount = text(amounts.short(balance, balance.on_hand), "strong", width=96, text_align=ft.TextAlign.RIGHT)
    about = f"{balance.product} · {t('Lot {lot}', lot=balance.lot)}"
    if wide:
        cells = row(
            product_tile("", balance.product_name),
            column(text(balance.product_name, "strong"), quiet(about), gap=1, expand=True),
            text(words.day(until, year=True) if until else "–", width=110),
            ft.Container(row(status_pill), width=170),
            text(bare(balance.location), width=120),
            amount,
            gap=12,
        )
    else:
        cells = row(
            product_tile("", balance.product_name, 40),
            column(
                row(text(balance.product_name, "strong", expand=True), amount),
                row(quiet(f"{balance.lot} · {bare(balance.location)}", expand=True), status_pill),
                gap=3,
                expand=True,
            ),
            gap=12,
        )
    return tap(
        cells,
        lambda _: go(f"/products/{balance.product}"),
        height=56 if wide else 66,
        padding=ft.Padding.symmetric(horizontal=16),
    )
