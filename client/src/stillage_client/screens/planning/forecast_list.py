"""What every product here will sell: the coming half year as a line, by which way, and whether that beats last year."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import flet as ft
import flet_datatable2 as table

from stillage_client import theme, words
from stillage_client.api import forecasts
from stillage_client.api.forecast_records import ForecastRow
from stillage_client.api.records import Page
from stillage_client.components import charts
from stillage_client.components.buttons import button, chip, icon_button, tap
from stillage_client.components.faces import product_tile
from stillage_client.components.feedback import bone_rows, empty, working_bar
from stillage_client.components.fields import Form, dropdown, search_field
from stillage_client.components.hooks import after_drawing, remembered, watched
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
from stillage_client.components.status import pill
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.screens.audit import no_right
from stillage_client.screens.paged import PagedState
from stillage_client.screens.planning import forecast_words as say
from stillage_client.screens.planning.forecast_state import ForecastQuery
from stillage_client.screens.planning.runs import RunState, follow_run, run_button, run_line
from stillage_client.session import Session, use_session

PAGE_SIZE = 50
TYPING_PAUSE_S = 0.3
EVERY_METHOD = "all"


@dataclass(frozen=True)
class _View:
    """What the drawing functions below need, gathered once."""

    state: PagedState
    run: RunState
    query: ForecastQuery
    form: Form
    layout: Layout
    session: Session
    ask: Callable[[ForecastQuery], None]
    typed: Callable[[str], Any]
    clear: Callable[[Any], None]
    more: Callable[[Any], Any]
    try_now: Callable[[Any], Any]
    go: Callable[[str], None]


@ft.component
def Forecasts() -> ft.Control:
    """/forecasts."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    ft.use_route_location()  # redraw when the address changes
    query = ForecastQuery.from_route(page.route or "/forecasts")
    state, run = watched(PagedState), watched(RunState)
    form = remembered(lambda: {"q": query.search})
    typing = remembered(lambda: {"turn": 0})
    allowed = session.can("planning.view")
    page.title = t("Forecasts · Stillage")

    async def fetch(cursor: str | None) -> Page[ForecastRow]:
        wanted = ForecastQuery.from_route(page.route or "")
        return await forecasts.forecasts(
            session.api,
            warehouse=session.warehouse,
            search=wanted.search,
            demand_class=wanted.demand_class,
            method=wanted.method,
            worse_than_naive=True if wanted.worse else None,
            ordering=wanted.sort,
            cursor=cursor,
            limit=PAGE_SIZE,
        )

    async def load() -> None:
        if allowed:
            await state.load(fetch)

    async def newest() -> None:
        if allowed:
            await run.newest(session.api)

    follow_run(run, session.api, load)
    after_drawing(load, [query, session.warehouse])
    after_drawing(newest, [])
    if not allowed:
        return screen(layout, t("Forecasts"), no_right(t("forecasts")), online=session.live)

    def ask(new: ForecastQuery) -> None:
        page.navigate(new.route())

    async def typed(value: str) -> None:
        typing["turn"] += 1
        turn = typing["turn"]
        await asyncio.sleep(TYPING_PAUSE_S)
        current = ForecastQuery.from_route(page.route or "")
        if turn == typing["turn"] and value.strip() != current.search:
            ask(replace(current, search=value.strip()))

    def clear(_: Any) -> None:
        form["q"] = ""
        ask(ForecastQuery(sort=query.sort))

    async def more(_: Any) -> None:
        await state.more(fetch)

    async def try_now(_: Any) -> None:
        await load()

    view = _View(state, run, query, form, layout, session, ask, typed, clear, more, try_now, page.navigate)
    high = 48 if layout == "tablet" else theme.BUTTON
    actions = [
        button(
            t("Accuracy"), lambda _: page.navigate("/forecasts/accuracy"), icon=ft.Icons.RULE_ROUNDED,
            kind="plain", height=high,
        ),
        button(
            t("Events"), lambda _: page.navigate("/forecasts/events"), icon=ft.Icons.EVENT_OUTLINED,
            kind="plain", height=high,
        ),
    ]  # fmt: skip
    begin = run_button(run, session, kind="filled", height=high)
    phone_actions = [
        icon_button(
            ft.Icons.RULE_ROUNDED, t("Accuracy"), lambda _: page.navigate("/forecasts/accuracy"), size=22,
            box=48,
        ),
        icon_button(
            ft.Icons.EVENT_OUTLINED, t("Events"), lambda _: page.navigate("/forecasts/events"), size=22,
            box=48,
        ),
    ]  # fmt: skip
    return screen(
        layout,
        t("Forecasts"),
        _body(view),
        actions=[*actions, *([begin] if begin else [])],
        phone_actions=phone_actions,
        online=session.live,
    )


def _body(view: _View) -> ft.Control:
    above = run_line(view.run, view.session, view.layout)
    parts: list[ft.Control | None] = [above, gap(12) if above else None, _filters(view), gap(12)]
    state = view.state
    if state.trouble is not None and not state.rows:
        inside: ft.Control = empty(
            state.trouble.icon,
            state.trouble.title(t("The forecasts")),
            state.trouble.words,
            button(t("Try now"), view.try_now, icon=ft.Icons.REFRESH_ROUNDED),
        )
    elif not state.loaded:
        inside = bone_rows(10)
    elif not state.rows:
        inside = _nothing(view)
    elif view.layout == "desk":
        inside = stretched(
            working_bar(state.working),
            ft.Container(_table(view), expand=True),
            hairline(),
            ft.Container(_foot(view), height=46, padding=ft.Padding.symmetric(horizontal=16)),
            expand=True,
            tight=False,
        )
    else:
        rows = divided([_card(one, view.go) for one in state.rows], 16)
        if state.cursor:
            rows.append(ft.Container(button(t("Load more"), view.more, kind="quiet", height=48), padding=4))
        inside = ft.Column(
            [working_bar(state.working), *rows],
            spacing=0,
            expand=True,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    return stretched(*parts, surface(inside, expand=True), expand=True, tight=False)


def _nothing(view: _View) -> ft.Control:
    if view.query.narrowed:
        return empty(
            ft.Icons.SEARCH_OFF_ROUNDED,
            t("No forecast matches"),
            t("Nothing here fits the search and the filters in use."),
            button(t("Clear search and filters"), view.clear, kind="plain"),
        )
    if view.run.going:
        return empty(
            ft.Icons.INSIGHTS_ROUNDED,
            t("Forecasts are being worked out"),
            t("They appear here as soon as they are done."),
        )
    return empty(
        ft.Icons.INSIGHTS_ROUNDED,
        t("No forecasts yet"),
        t("Forecasts are worked out every night from what was shipped. Past sales can be imported, too."),
        run_button(view.run, view.session, label=t("Work them out now")),
    )


def _filters(view: _View) -> ft.Control:
    query = view.query

    def by_class(code: str) -> Callable[[Any], None]:
        return lambda _: view.ask(replace(query, demand_class="" if query.demand_class == code else code))

    def by_method(code: str) -> None:
        view.ask(replace(query, method="" if code == EVERY_METHOD else code))

    chips = [
        chip(t("All"), by_class(""), selected=not query.demand_class),
        *[chip(say.demand_class(code), by_class(code), selected=query.demand_class == code) for code in say.CLASSES],
    ]  # fmt: skip
    worse = chip(
        t("Worse than last year"),
        lambda _: view.ask(replace(query, worse=not query.worse)),
        selected=query.worse,
        icon=ft.Icons.TRENDING_DOWN_ROUNDED,
    )
    methods = [(EVERY_METHOD, t("Every way")), *[(code, say.method(code)) for code in say.METHODS]]
    choice = dropdown(t("Way of forecasting"), query.method or EVERY_METHOD, methods, by_method, width=210)
    search = search_field(view.form, "q", t("Product or SKU"), view.typed)
    if view.layout == "desk":
        scrolled = ft.Row([chips[0], worse, *chips[1:]], spacing=8, scroll=ft.ScrollMode.HIDDEN, expand=True)
        return row(ft.Container(search, width=230), choice, scrolled, gap=10)
    line = ft.Row([chips[0], worse, *chips[1:]], spacing=8, scroll=ft.ScrollMode.HIDDEN)
    return stretched(search, gap(8), line)


# ---- the desk: a table

_COLUMNS: list[tuple[str, str | None, dict[str, Any]]] = [
    ("Product", "product_name", {"size": table.DataColumnSize.L}),
    ("Next 26 weeks", None, {"fixed_width": 128}),
    ("A week", "per_week", {"fixed_width": 112, "numeric": True}),
    ("Next 4 weeks", None, {"fixed_width": 116, "numeric": True}),
    ("How", None, {"fixed_width": 190}),
    ("Against last year", "ratio", {"fixed_width": 156}),
]


def _names() -> dict[str, str]:
    return {
        "Product": t("Product"),
        "Next 26 weeks": t("Next 26 weeks"),
        "A week": t("A week"),
        "Next 4 weeks": t("Next 4 weeks"),
        "How": t("How"),
        "Against last year": t("Against last year"),
    }


def _table(view: _View) -> ft.Control:
    sort, ascending = view.query.sort.lstrip("-"), not view.query.sort.startswith("-")
    keys, names = [key for _, key, _ in _COLUMNS], _names()

    def heading(title: str, key: str | None, sizes: dict[str, Any]) -> table.DataColumn2:
        ink = ft.Colors.ON_SURFACE if key == sort else theme.SUBDUED
        pressed = (lambda _: view.ask(view.query.sorted_by(key))) if key else None
        return table.DataColumn2(label=text(names[title], "label", ink), on_sort=pressed, **sizes)

    return table.DataTable2(
        expand=True,
        columns=[heading(*c) for c in _COLUMNS],
        rows=[_table_row(one, view.go) for one in view.state.rows],
        sort_column_index=keys.index(sort) if sort in keys else None,
        sort_ascending=ascending,
        sort_arrow_icon=ft.Icons.ARROW_UPWARD_ROUNDED,
        sort_arrow_icon_color=ft.Colors.PRIMARY,
        show_checkbox_column=False,
        fixed_top_rows=1,
        min_width=980,
        heading_row_height=42,
        data_row_height=theme.ROW,
        column_spacing=20,
        horizontal_margin=14,
        heading_row_color=ft.Colors.SURFACE_CONTAINER_LOW,
        divider_thickness=0.6,
    )


def _line(one: ForecastRow, width: int = 108, height: int = 30) -> ft.Control:
    """The coming weeks as a small line, and in words from what to what."""
    values = [value / one.per for value in one.week_means]
    said = (
        t(
            "From {low} to {high} {cases} a week",
            low=say.figure(min(values)),
            high=say.figure(max(values)),
            cases=say.measure(one),
        )
        if values
        else t("Nothing expected")
    )
    return charts.spark(values, said, width=width, height=height)


def _better(one: ForecastRow) -> ft.Control:
    kind, said = say.against_naive(one.ratio)
    icon = (
        ft.Icons.REMOVE_ROUNDED
        if one.ratio is None or kind == "mute"
        else ft.Icons.ARROW_DOWNWARD_ROUNDED
        if one.ratio < 1
        else ft.Icons.ARROW_UPWARD_ROUNDED
    )
    return pill(kind, said, icon)


def _per_week(one: ForecastRow) -> ft.Control:
    """Cases, and below them the units they are sorted by."""
    cases = text(say.amount(one, one.per_week), "strong")
    if one.per <= 1 or one.per_week < one.per:
        return cases
    units = f"{say.figure(round(one.per_week))} {words.unit(one.base_unit, 2)}"
    return column(cases, quiet(units), gap=1, horizontal_alignment=ft.CrossAxisAlignment.END)


def _table_row(one: ForecastRow, go: Callable[[str], None]) -> table.DataRow2:
    cells: list[ft.Control] = [
        row(
            product_tile(one.category, one.product_name),
            column(text(one.product_name, "strong"), quiet(one.product), gap=1, expand=True),
            gap=12,
        ),
        _line(one),
        _per_week(one),
        quiet(say.amount(one, one.next_4_weeks), "body"),
        column(
            text(say.method(one.method), "small", tooltip=say.method(one.method)),
            quiet(say.demand_class(one.demand_class)),
            gap=1,
        ),
        row(_better(one)),
    ]

    def opened(_: Any) -> None:
        go(f"/products/{one.product}?chart=demand")

    return table.DataRow2(
        on_tap=opened,
        color={ft.ControlState.HOVERED: ft.Colors.with_opacity(0.03, ft.Colors.ON_SURFACE)},
        cells=[ft.DataCell(cell) for cell in cells],
    )


def _foot(view: _View) -> ft.Control:
    count = len(view.state.rows)
    shown = tn("{n} product", "{n} products", count) if not view.state.cursor else t("{n} so far", n=count)
    told = quiet(t("Against last year: our error by that of the same week of last year."), expand=True)
    return row(
        quiet(shown, "small"),
        button(t("Load more"), view.more, kind="quiet", height=36) if view.state.cursor else None,
        told,
        gap=16,
    )


# ---- narrower: cards


def _card(one: ForecastRow, go: Callable[[str], None]) -> ft.Control:
    return tap(
        row(
            product_tile(one.category, one.product_name, 44),
            column(
                row(
                    text(one.product_name, "strong", expand=True),
                    text(t("{amount} a week", amount=say.amount(one, one.per_week)), "small_strong"),
                    gap=8,
                ),
                quiet(f"{say.method(one.method)} · {say.demand_class(one.demand_class)}"),
                gap(4),
                row(_better(one), ft.Container(expand=True), _line(one, 96, 26), gap=8),
                gap=2,
                expand=True,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            ),
            gap=12,
            vertical_alignment=ft.CrossAxisAlignment.START,
        ),
        lambda _: go(f"/products/{one.product}?chart=demand"),
        padding=ft.Padding.symmetric(horizontal=14, vertical=12),
    )
