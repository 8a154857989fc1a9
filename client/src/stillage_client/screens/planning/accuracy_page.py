"""How right the forecasts were, shown honestly: against last year, by week and by what, and what is left out."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.forecast_records import HowRight
from stillage_client.components import charts
from stillage_client.components.buttons import button, chip, icon_button, tap
from stillage_client.components.feedback import bone, bone_rows, empty, shimmer, working_bar
from stillage_client.components.figures import light_table
from stillage_client.components.hooks import after_drawing, switched, watched
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
from stillage_client.components.navigation import screen
from stillage_client.components.status import dot, pill
from stillage_client.components.viewport import Layout, use_beside, use_layout
from stillage_client.locale import t, tn
from stillage_client.screens.audit import no_right
from stillage_client.screens.planning import accuracy_state as told
from stillage_client.screens.planning import forecast_words as say
from stillage_client.screens.planning.accuracy_state import AccuracyQuery, AccuracyState
from stillage_client.session import use_session

SIDE_WIDTH = 348
CHART_HEIGHT = {"desk": 220, "tablet": 230, "phone": 210}
LABELS = {"desk": 7, "tablet": 6, "phone": 4}
ROWS_MAX = 60
Ask = Callable[[AccuracyQuery], Callable[[Any], None]]


@ft.component
def ForecastAccuracy() -> ft.Control:
    """/forecasts/accuracy?step=4&weeks=26&by=method."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    beside = use_beside() and layout == "desk"
    ft.use_route_location()
    query = AccuracyQuery.from_route(page.route or "")
    state = watched(AccuracyState)
    as_table, set_as_table = switched(False)
    allowed = session.can("planning.view")
    page.title = t("How right forecasts were · Stillage")

    async def load() -> None:
        if allowed:
            await state.load(session.api, query, session.warehouse)

    async def try_now(_: Any) -> None:
        await load()

    after_drawing(load, [query, session.warehouse])
    crumb = (t("Forecasts"), lambda: page.navigate("/forecasts"))
    title = t("How right forecasts were")
    if not allowed:
        return screen(layout, title, no_right(t("forecasts")), crumb=crumb, online=session.live)

    def ask(new: AccuracyQuery) -> Callable[[Any], None]:
        return lambda _: page.navigate(new.route())

    def turn(_: Any) -> None:
        set_as_table(not as_table)

    total = state.weeks.total if state.weeks is not None else None
    if state.trouble is not None and state.weeks is None:
        body: ft.Control = surface(
            empty(
                state.trouble.icon,
                state.trouble.title(t("How right they were")),
                state.trouble.words,
                button(t("Try now"), try_now, icon=ft.Icons.REFRESH_ROUNDED),
            ),
            expand=True,
        )
    elif total is None:
        body = _skeleton(layout)
    elif total.wape_percent is None:
        body = stretched(
            _switches(query, ask, layout),
            gap(12),
            surface(
                empty(
                    ft.Icons.RULE_ROUNDED,
                    t("Nothing can be said yet"),
                    t(
                        "Every forecast is kept. Once its week is over it is held against what came, and stands here."
                    ),
                    *[quiet(line, "small", 3) for line in _skipped(state, total)],
                ),
                expand=True,
            ),
            expand=True,
            tight=False,
        )
    else:
        shown = _Shown(state, query, total, layout, as_table, turn, ask, page.navigate)
        body = _page(shown, beside=beside)
    return screen(
        layout,
        title,
        body,
        phone_actions=[icon_button(ft.Icons.REFRESH_ROUNDED, t("Load again"), try_now, size=22, box=48)],
        crumb=crumb,
        online=session.live,
    )


class _Shown:
    """What the cards below are drawn from."""

    def __init__(
        self,
        state: AccuracyState,
        query: AccuracyQuery,
        total: HowRight,
        layout: Layout,
        as_table: bool,
        turn: Callable[[Any], None],
        ask: Ask,
        go: Callable[[str], Any],
    ) -> None:
        self.state, self.query, self.total, self.layout = state, query, total, layout
        self.as_table, self.turn, self.ask, self.go = as_table, turn, ask, go

    @property
    def weeks(self) -> list[HowRight]:
        """The weeks in their order."""
        rows = self.state.weeks.rows if self.state.weeks else ()
        return sorted((one for one in rows if one.wape_percent is not None), key=lambda one: one.key)


def _skipped(state: AccuracyState, total: HowRight) -> list[str]:
    return told.skipped_said(state.weeks.skipped, total) if state.weeks else []


def _skeleton(layout: Layout) -> ft.Control:
    boxes = [ft.Container(bone(None, 96, 12), expand=True) for _ in range(2 if layout == "phone" else 4)]
    return stretched(
        shimmer(stretched(row(*boxes, gap=16), gap(16), bone(None, 260, 12))),
        gap(16),
        surface(bone_rows(6), expand=True),
        expand=True,
        tight=False,
    )


def _page(shown: _Shown, *, beside: bool) -> ft.Control:
    head = [
        stretched(working_bar(shown.state.working), _switches(shown.query, shown.ask, shown.layout)),
        _figures(shown),
    ]
    chart, split = _weeks_card(shown), _split_card(shown)
    covers, honest = _covers_card(shown), _honest_card(shown)
    if beside:
        main = ft.Column(
            [chart, split, gap(8)],
            spacing=16,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
        side = ft.Column(
            [covers, honest],
            spacing=16,
            width=SIDE_WIDTH,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
        rest: list[ft.Control] = [
            ft.Row([main, side], spacing=16, vertical_alignment=ft.CrossAxisAlignment.START)
        ]
    else:
        rest = [chart, covers, honest, split, gap(8)]
    return stretched(
        *head,
        *rest,
        gap=12 if shown.layout == "phone" else 14,
        expand=True,
        tight=False,
        scroll=ft.ScrollMode.AUTO,
    )


def _switches(query: AccuracyQuery, ask: Ask, layout: Layout) -> ft.Control:
    """How long before it was told, and how far back we look."""
    steps = [
        chip(told.step_said(step), ask(replace(query, step=step)), selected=query.step == step)
        for step in told.STEPS
    ]
    spans = [
        chip(tn("{n} week", "{n} weeks", span), ask(replace(query, weeks=span)), selected=query.weeks == span)
        for span in told.SPANS
    ]
    before = row(quiet(t("Told"), "small"), *steps, gap=8, tight=True)
    last = row(quiet(t("The last"), "small"), *spans, gap=8, tight=True)
    if layout == "desk":
        return row(before, gap(12), last)
    return stretched(
        ft.Row([before], scroll=ft.ScrollMode.HIDDEN), ft.Row([last], scroll=ft.ScrollMode.HIDDEN), gap=8
    )


def _figures(shown: _Shown) -> ft.Control:
    total = shown.total
    kind, better = say.against_naive(total.ratio)
    cards = [
        _figure(
            t("Off by (WAPE)"),
            words.percent(total.wape_percent or 0),
            t("of what was asked for"),
            pill(*_wape_against(total)),
        ),
        _figure(
            t("Leans"),
            told.signed(total.bias_percent) if total.bias_percent is not None else "–",
            told.bias_said(total.bias_percent),
            _mark(told.bias_kind(total.bias_percent)),
        ),
        _figure(
            t("Error ratio (MASE)"),
            words.number(total.ratio, 2) if total.ratio is not None else "–",
            t("ours by last year's"),
            pill(kind, better),
        ),
        _figure(
            t("Covered at P95"),
            words.percent(total.p95_cover) if total.p95_cover is not None else "–",
            t("of 95% asked"),
            _mark(told.cover_kind(95.0, total.p95_cover)),
        ),
    ]
    if shown.layout == "phone":
        return stretched(row(*cards[:2], gap=10), row(*cards[2:], gap=10), gap=10)
    return row(*cards, gap=16)


def _wape_against(total: HowRight) -> tuple[theme.Kind, str]:
    """Last year's own figure, in the colour of whether ours is better."""
    if total.naive_wape_percent is None or total.wape_percent is None:
        return "mute", t("Not compared")
    naive = t("last year: {n}", n=words.percent(total.naive_wape_percent, 0))
    return ("ok" if total.wape_percent <= total.naive_wape_percent else "soon"), naive


def _mark(kind: theme.Kind) -> ft.Control:
    said = {"ok": t("Good"), "soon": t("Watch it"), "expired": t("Too far")}.get(kind, t("Not measured yet"))
    return pill(kind, said)


def _figure(label: str, value: str, unit: str, mark: ft.Control) -> ft.Control:
    return surface(
        stretched(
            quiet(label, "small_strong"),
            text(value, "display"),
            quiet(unit, tooltip=unit),
            gap(6),
            ft.Row([mark]),
        ),
        padding=ft.Padding.only(left=16, right=12, top=12, bottom=12),
        expand=True,
    )


def _weeks_card(shown: _Shown) -> ft.Control:
    weeks = shown.weeks
    chips = row(
        chip(t("Table"), shown.turn, selected=shown.as_table, icon=ft.Icons.TABLE_ROWS_OUTLINED), gap=8
    )
    subtitle = told.verdict(shown.total, shown.query.step)
    head = (
        stretched(
            column(text(t("Week by week"), "h2"), quiet(subtitle, "caption", 4), gap=2),
            gap(8),
            ft.Row([chips]),
        )
        if shown.layout == "phone"
        else row(
            column(text(t("Week by week"), "h2"), quiet(subtitle, "caption", 2), gap=2, expand=True), chips
        )
    )
    inside = _weeks_table(weeks) if shown.as_table else _weeks_chart(shown, weeks)
    return surface(
        stretched(
            ft.Container(head, padding=ft.Padding.only(left=16, right=12, top=10, bottom=8)),
            ft.Container(inside, padding=ft.Padding.only(left=8, right=16, bottom=8)),
        )
    )


def _weeks_chart(shown: _Shown, weeks: Sequence[HowRight]) -> ft.Control:
    ours = [(float(at), one.wape_percent or 0.0) for at, one in enumerate(weeks)]
    naive = [
        (float(at), one.naive_wape_percent)
        for at, one in enumerate(weeks)
        if one.naive_wape_percent is not None
    ]
    up = charts.steps_up_to(max([y for _, y in ours + naive], default=1.0))
    days = [date.fromisoformat(one.key) for one in weeks]
    last = float(max(len(weeks) - 1, 1))

    def our_week(x: float, y: float) -> str:
        return t("Week to {day}: {n} off", day=words.day(days[int(x)]), n=words.percent(y))

    def their_week(_: float, y: float) -> str:
        return t("last year's week: {n}", n=words.percent(y, 0))

    places = charts.spread((0, last * 0.97), LABELS[shown.layout])
    labels = [(float(at), words.day(days[at], year=False)) for at in places if at < len(days)]
    front = [charts.line(ours, ft.Colors.PRIMARY, say=our_week)]
    if naive:
        front.insert(0, charts.line(naive, ft.Colors.OUTLINE, width=1.6, dash=[4, 4], say=their_week))
    drawn = charts.picture(
        [],
        front,
        across=(0, last),
        up=up,
        labels=labels,
        label=t("Error by week. {sentence}", sentence=told.verdict(shown.total, shown.query.step)),
        say_up=lambda value: words.percent(value, 0 if value == int(value) else 1),
        height=CHART_HEIGHT[shown.layout],
    )
    key = charts.legend(
        ("line", t("Our error (WAPE)"), ft.Colors.PRIMARY),
        ("dash", t("With last year's week"), ft.Colors.OUTLINE),
    )
    return stretched(ft.Container(key, padding=ft.Padding.only(left=charts.LEFT_AXIS, bottom=6)), drawn)


def _weeks_table(weeks: Sequence[HowRight]) -> ft.Control:
    heads = (t("Week to"), t("Off by"), t("Last year's week"), t("Leans"), "P95")
    widths: list[tuple[int | None, bool]] = [(None, False), *[(None, True)] * 4]
    cells: list[list[ft.Control | str]] = [
        [
            quiet(words.day(date.fromisoformat(one.key)), "body"),
            _percent(one.wape_percent),
            _percent(one.naive_wape_percent),
            told.signed(one.bias_percent) if one.bias_percent is not None else "–",
            _percent(one.p95_cover),
        ]
        for one in reversed(weeks)
    ]
    return light_table(heads, cells, widths, row_height=34, gap=8)


def _percent(value: float | None) -> str:
    return words.percent(value) if value is not None else "–"


def _covers_card(shown: _Shown) -> ft.Control:
    """What each quantile promised and what came."""
    rows: list[ft.Control] = []
    for name, asked, got in told.covers(shown.total):
        kind = told.cover_kind(asked, got)
        said = told.cover_said(asked, got)
        rows.append(
            ft.Semantics(
                content=ft.Container(
                    stretched(
                        row(
                            text(name, "small_strong", width=34),
                            quiet(t("asked {n}", n=words.percent(asked, 0)), "small", expand=True),
                            text(
                                t("got {n}", n=words.percent(got)) if got is not None else "–",
                                "small_strong",
                            ),
                        ),
                        gap(4),
                        _cover_bar(asked, got, kind),
                        gap(3),
                        row(dot(kind, 7), quiet(said), gap=6),
                    ),
                    padding=ft.Padding.symmetric(horizontal=16, vertical=8),
                ),
                container=True,
            )
        )
    return card(
        stretched(*rows, gap(4)),
        t("What was promised"),
        subtitle=t("How often demand stayed at or below the quantile"),
        padding=ft.Padding.only(bottom=4),
    )


def _cover_bar(asked: float, got: float | None, kind: theme.Kind) -> ft.Control:
    """How much came, with a notch where it should be."""
    came = min(max(got or 0.0, 0.0), 100.0)
    bar = ft.Row(
        [
            ft.Container(bgcolor=theme.SOLID[kind], expand=max(int(came * 10), 1), height=6, border_radius=6),
            ft.Container(expand=max(int((100 - came) * 10), 1), height=6),
        ],
        spacing=0,
    )
    notch = ft.Row(
        [
            ft.Container(expand=int(asked * 10), height=10),
            ft.Container(width=2, height=10, bgcolor=ft.Colors.ON_SURFACE),
            ft.Container(expand=max(int((100 - asked) * 10), 1), height=10),
        ],
        spacing=0,
    )
    ground = ft.Container(height=6, border_radius=6, bgcolor=ft.Colors.SURFACE_CONTAINER_HIGH)
    return ft.Stack(
        [
            ft.Container(ground, left=0, right=0, top=2),
            ft.Container(bar, left=0, right=0, top=2),
            ft.Container(notch, left=0, right=0, top=0),
        ],
        height=10,
    )


def _honest_card(shown: _Shown) -> ft.Control:
    """What the figures stand on, and what is not in them."""
    total = shown.total
    stand = t(
        "Held against {weeks} weeks of {series} products.",
        weeks=words.number(total.weeks),
        series=words.number(total.series),
    )
    lines = [stand, *_skipped(shown.state, total)]
    lines.append(
        t("WAPE is the sum of all misses by all that was asked for: products that sell much count more.")
    )
    lines.append(
        t("MASE measures each product by its own ups and downs: below 1.00 of last year's is better.")
    )
    return card(
        stretched(*[quiet(line, "small", 4) for line in lines], gap=8),
        t("What it stands on"),
        padding=ft.Padding.only(left=16, right=16, bottom=14),
    )


def _split_card(shown: _Shown) -> ft.Control:
    query, split = shown.query, shown.state.split
    chips = ft.Row(
        [
            chip(told.split_said(by), shown.ask(replace(query, by=by)), selected=query.by == by)
            for by in told.SPLITS
        ],
        spacing=8,
        scroll=ft.ScrollMode.HIDDEN,
    )
    rows = [one for one in (split.rows if split else ()) if one.wape_percent is not None]
    rows.sort(key=lambda one: -one.actual)
    if not rows:
        inside: ft.Control = ft.Container(quiet(t("Nothing to compare yet"), "small"), padding=16)
    elif shown.layout == "phone":
        inside = stretched(*divided([_split_line(one, shown) for one in rows[:ROWS_MAX]], 16))
    else:
        inside = _split_table(rows[:ROWS_MAX], shown)
    more = len(rows) - ROWS_MAX
    return surface(
        stretched(
            ft.Container(
                text(t("Where it is good, and where not"), "h2"), padding=ft.Padding.only(left=16, top=12)
            ),
            ft.Container(chips, padding=ft.Padding.symmetric(horizontal=16, vertical=10)),
            inside,
            ft.Container(quiet(t("and {n} more, which sold less", n=more), "small"), padding=16)
            if more > 0
            else None,
        )
    )


def _split_table(rows: Sequence[HowRight], shown: _Shown) -> ft.Control:
    heads = (t("What"), t("Weeks"), t("Off by"), t("Leans"), "P95", t("Against last year"))
    widths: list[tuple[int | None, bool]] = [
        (None, False), (64, True), (72, True), (72, True), (64, True), (132, True),
    ]  # fmt: skip
    cells: list[list[ft.Control | str]] = []
    for one in rows:
        kind, better = say.against_naive(one.ratio)
        cells.append(
            [
                _name(one, shown),
                quiet(words.number(one.weeks), "body"),
                _percent(one.wape_percent),
                told.signed(one.bias_percent) if one.bias_percent is not None else "–",
                _percent(one.p95_cover),
                pill(kind, better),
            ]
        )
    return light_table(heads, cells, widths, row_height=42, gap=8)


def _name(one: HowRight, shown: _Shown) -> ft.Control:
    name = text(told.row_name(one, shown.query.by), "strong")
    if shown.query.by != "product":
        return name
    sku = one.key
    return tap(
        row(name, tight=True),
        lambda _: shown.go(f"/products/{sku}?chart=demand"),
        border_radius=theme.RADIUS_XS,
        padding=ft.Padding.symmetric(vertical=4),
    )


def _split_line(one: HowRight, shown: _Shown) -> ft.Control:
    kind, better = say.against_naive(one.ratio)
    leans = told.signed(one.bias_percent) if one.bias_percent is not None else "–"
    note = t(
        "{n} off · leans {bias} · P95 {cover}",
        n=_percent(one.wape_percent),
        bias=leans,
        cover=_percent(one.p95_cover),
    )
    return ft.Container(
        row(
            column(_name(one, shown), quiet(note, "caption", 2), gap=1, expand=True),
            pill(kind, better),
            gap=8,
        ),
        padding=ft.Padding.symmetric(horizontal=16, vertical=9),
    )
