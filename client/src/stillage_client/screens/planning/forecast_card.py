"""The card of a product's page that answers: will it sell in time? Behind it what was and will be asked for."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import flet as ft

from stillage_client import words
from stillage_client.api.forecast_records import WholeForecast
from stillage_client.components import charts
from stillage_client.components.buttons import button, chip
from stillage_client.components.feedback import banner, bone, empty, shimmer
from stillage_client.components.figures import light_table, statistic
from stillage_client.components.hooks import switched, watched
from stillage_client.components.layout import column, gap, hairline, quiet, row, stretched, surface, text
from stillage_client.components.status import pill
from stillage_client.components.viewport import Layout
from stillage_client.locale import t
from stillage_client.screens.planning import chart_demand, chart_shelf
from stillage_client.screens.planning import forecast_words as say
from stillage_client.screens.planning.forecast_state import ChartQuery, ForecastState
from stillage_client.screens.planning.runs import RunState, follow_run, run_button, run_progress
from stillage_client.session import Session

CHART_HEIGHT = {"desk": 226, "tablet": 240, "phone": 220}
LABELS = {"desk": 6, "tablet": 6, "phone": 4}
PAST_WEEKS = {"desk": 52, "tablet": 52, "phone": 26}
AHEAD_WEEKS = {"desk": 26, "tablet": 26, "phone": 13}
GUESSED_WIDTH = {"desk": 720.0, "tablet": 680.0, "phone": 330.0}
TABLE_HEIGHT = 300
REASONS_MAX = 4


def lasts_statistic(state: ForecastState, sku: str, warehouse: str | None) -> ft.Control | None:
    """How many days the stock lasts, for the row of figures on top of the page."""
    found = state.of(sku, warehouse)
    if found is None or found.shelf is None or found.shelf.on_hand <= 0 or not found.per_week:
        return None
    value, unit = say.lasts(found)
    return statistic(t("Lasts"), value, unit, expand=True)


@ft.component
def ForecastCard(
    state: ForecastState,
    sku: str,
    session: Session,
    layout: Layout,
    load: Callable[[], Awaitable[None]],
    *,
    sold: bool = True,
) -> ft.Control:
    """Stock left or demand, as a picture or a table; the address says which."""
    page = ft.context.page
    query = ChartQuery.from_route(page.route or "")
    run = watched(RunState)
    width, set_width = switched(GUESSED_WIDTH[layout])
    follow_run(run, session.api, load)
    whole = state.of(sku, session.warehouse)
    today = datetime.now(UTC).date()

    def show(new: ChartQuery) -> Callable[[Any], Any]:
        return lambda _: page.navigate(new.route(f"/products/{sku}"))

    def measured(event: ft.LayoutSizeChangeEvent[Any]) -> None:
        if abs(event.width - width) > 2:
            set_width(float(event.width))

    if whole is None:
        return _without(state, run, session, layout, load, sold=sold)
    shelf = chart_shelf.shelf_view(whole, today)
    demand = chart_demand.demand_view(whole, PAST_WEEKS[layout], AHEAD_WEEKS[layout])
    about_stock = query.view == "stock"
    chips = ft.Row(
        [
            chip(t("Stock left"), show(replace(query, view="stock")), selected=about_stock),
            chip(t("Demand"), show(replace(query, view="demand")), selected=not about_stock),
            chip(
                t("Table"),
                show(replace(query, table=not query.table)),
                selected=query.table,
                icon=ft.Icons.TABLE_ROWS_OUTLINED,
            ),
        ],
        spacing=8,
        tight=True,
        scroll=ft.ScrollMode.HIDDEN if layout == "phone" else None,
    )
    if about_stock:
        title = t("Will it sell in time?")
        told = " ".join(
            part for part in (shelf.lines_said if shelf else "", _shelf_said(whole, today)) if part
        )
    else:
        title = t("What will be asked for?")
        told = (
            t("{Cases} a week.", Cases=say.measure(whole).capitalize()) + " " + chart_demand.sentence(whole)
        )
    if query.table:
        drawn = _table(whole, today, stock=about_stock)
    elif about_stock:
        drawn = _stock(whole, shelf, layout, today, width)
    else:
        drawn = _demand(whole, demand, layout, width)
    inside = ft.Container(
        ft.Container(drawn, on_size_change=measured),
        padding=ft.Padding.only(left=8, right=16),
    )
    parts: list[ft.Control | None] = [_head(title, told, chips, layout), inside]
    if not about_stock:
        parts += [hairline(16), _why(whole, layout)]
    parts.append(_going(run))
    return surface(stretched(*parts, gap(8)))


def _shelf_said(whole: WholeForecast, today: date) -> str:
    return chart_shelf.sentence(whole, today)


def _head(title: str, told: str, chips: ft.Control, layout: Layout) -> ft.Control:
    heading = column(text(title, "h2"), quiet(told, "caption", 3), gap=2, expand=layout != "phone")
    inside = stretched(heading, gap(8), chips) if layout == "phone" else row(heading, chips, gap=12)
    return ft.Container(inside, padding=ft.Padding.only(left=16, right=12, top=10, bottom=8))


def _key(*items: tuple[str, str, ft.ColorValue]) -> ft.Control:
    return ft.Container(charts.legend(*items), padding=ft.Padding.only(left=charts.LEFT_AXIS, bottom=6))


def _stock(
    whole: WholeForecast, view: chart_shelf.ShelfView | None, layout: Layout, today: date, width: float
) -> ft.Control:
    if view is None or (view.top <= 0 and not view.lots):
        return _said(
            t("There is none here"),
            t("As soon as some is received, this shows whether it sells in time."),
        )
    petrol = ft.Colors.PRIMARY
    items: list[tuple[str, str, ft.ColorValue]] = [
        ("line", t("Stock left, as forecast"), petrol),
        ("band", t("8 times in 10"), ft.Colors.with_opacity(0.18, petrol)),
    ]
    if view.with_orders:
        items.append(("dash", t("With what is on order"), ft.Colors.with_opacity(0.6, petrol)))
    found = chart_shelf.tags_of(view, today)
    return stretched(
        _key(*items),
        charts.tags(found, (0, view.reach), width) if found else None,
        chart_shelf.drawn(view, whole, today, wanted=LABELS[layout], height=CHART_HEIGHT[layout]),
    )


def _demand(
    whole: WholeForecast, view: chart_demand.DemandView | None, layout: Layout, width: float
) -> ft.Control:
    if view is None:
        return _said(t("Nothing was sold yet"), t("With the first shipment the history begins."))
    found = chart_demand.tags_of(view)
    return stretched(
        _key(*chart_demand.key(view)),
        charts.tags(found, view.across, width, rows=1) if found else None,
        chart_demand.drawn(view, whole, wanted=LABELS[layout], height=CHART_HEIGHT[layout]),
    )


def _said(title: str, more: str) -> ft.Control:
    return ft.Container(empty(ft.Icons.INSIGHTS_ROUNDED, title, more), height=220)


def _table(whole: WholeForecast, today: date, *, stock: bool) -> ft.Control:
    """The numbers of the chart, for who cannot see it."""
    unit = say.measure(whole)
    if stock:
        heads = [t("Day"), t("{Cases} left", Cases=unit.capitalize()), t("at least"), t("at most")]
        rows: Sequence[Sequence[str]] = chart_shelf.table_rows(whole, today)
    else:
        heads = [t("Week to"), t("Shipped"), t("Forecast"), t("8 weeks in 10")]
        rows = chart_demand.table_rows(whole)
    widths: list[tuple[int | None, bool]] = [(None, False), (None, True), (None, True), (None, True)]
    cells = [[quiet(a, "body"), *[text(one) for one in rest]] for a, *rest in rows]
    table = light_table(heads, cells, widths, row_height=34)
    return ft.Container(
        ft.Column([table], scroll=ft.ScrollMode.AUTO, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        height=TABLE_HEIGHT,
    )


def _why(whole: WholeForecast, layout: Layout) -> ft.Control:
    """How it was made, how right that way was, and why it is as it is."""
    kind, better = say.against_naive(whole.ratio)
    head = ft.Row(
        [
            text(say.method(whole.method), "small_strong"),
            pill(kind, better, _arrow(whole.ratio)),
            quiet(say.demand_class(whole.demand_class), "small"),
        ],
        spacing=8,
        run_spacing=4,
        wrap=True,
    )
    lines = [say.against_naive_said(whole.ratio), *[say.reason(one) for one in whole.why]]
    shown = [line for line in lines if line][: REASONS_MAX + 1]
    made = say.worked_out(whole.made_at) if whole.made_at else ""
    until = t("sales to {day}", day=words.day(whole.origin_date)) if whole.origin_date else ""
    foot = " · ".join(part for part in (made, until) if part)
    return ft.Container(
        stretched(
            head,
            gap(4),
            *[quiet(line, "small", 4 if layout == "phone" else 2) for line in shown],
            gap(4) if foot else None,
            quiet(foot) if foot else None,
        ),
        padding=ft.Padding.only(left=16, right=16, top=10, bottom=6),
    )


def _arrow(ratio: float | None) -> ft.IconData:
    if ratio is None:
        return ft.Icons.REMOVE_ROUNDED
    return ft.Icons.ARROW_DOWNWARD_ROUNDED if ratio < 1 else ft.Icons.ARROW_UPWARD_ROUNDED


def _going(run: RunState) -> ft.Control | None:
    """A run that goes on, or why none did."""
    if run.fault:
        return ft.Container(banner("expired", t("Nothing was worked out"), run.fault), padding=12)
    if run.run is not None and run.run.going:
        return ft.Container(
            run_progress(run.run), padding=ft.Padding.only(left=16, right=16, top=8, bottom=8)
        )
    return None


def _without(
    state: ForecastState,
    run: RunState,
    session: Session,
    layout: Layout,
    load: Callable[[], Awaitable[None]],
    *,
    sold: bool,
) -> ft.Control:
    """No forecast to show: the product is given up, it is on its way, could not be read, or was never worked out."""

    async def try_now(_: Any) -> None:
        await load()

    heading = ft.Container(
        text(t("Will it sell in time?"), "h2"), padding=ft.Padding.only(left=16, top=12, bottom=4)
    )
    if state.trouble is not None:
        inside: ft.Control = empty(
            state.trouble.icon,
            state.trouble.title(t("The forecast")),
            state.trouble.words,
            button(t("Try now"), try_now, icon=ft.Icons.REFRESH_ROUNDED, kind="plain"),
        )
    elif not state.loaded or state.forecast is not None:
        inside = shimmer(
            ft.Container(stretched(bone(220), gap(14), bone(None, CHART_HEIGHT[layout] - 40, 8)), padding=16)
        )
    elif run.going or run.fault:
        return surface(stretched(heading, gap(8), _going(run), gap(12)))
    elif not sold:
        inside = empty(
            ft.Icons.INSIGHTS_ROUNDED,
            t("Nothing is forecast"),
            t("This product is discontinued. What is left of it is in the list of expiry."),
        )
    elif run.run is not None and run.run.status == "done":
        inside = empty(
            ft.Icons.INSIGHTS_ROUNDED,
            t("Still no forecast"),
            t("The last run made none of this product: nothing is known of it here yet."),
        )
    else:
        may = session.can("planning.change")
        inside = empty(
            ft.Icons.INSIGHTS_ROUNDED,
            t("No forecast yet"),
            t("Forecasts are worked out every night from what was shipped. You can have it done now.")
            if may
            else t("Forecasts are worked out every night from what was shipped."),
            run_button(run, session, label=t("Work it out now")),
        )
    return surface(stretched(heading, ft.Container(inside, height=280)))
