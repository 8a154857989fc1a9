"""Analytics: one screen for all reports; a chart, the sums, the rows, a file, and an address that can be kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import analytics
from stillage_client.api.analytics import Curve, Report, ReportKind
from stillage_client.components import charts
from stillage_client.components.buttons import button, chip, icon_button, tap
from stillage_client.components.feedback import banner, bone, bone_rows, empty, shimmer, working_bar
from stillage_client.components.fields import dropdown
from stillage_client.components.figures import light_table
from stillage_client.components.hooks import after_drawing, switched, watched
from stillage_client.components.layout import (
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
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t
from stillage_client.screens.analytics import state as say
from stillage_client.screens.analytics.state import AS_OF_NOW, SPANS, ReportQuery, ReportState
from stillage_client.screens.audit import no_right
from stillage_client.screens.selling.papers import open_paper
from stillage_client.session import use_session

CHART_HEIGHT = {"desk": 240, "tablet": 240, "phone": 220}
LABELS = {"desk": 8, "tablet": 6, "phone": 4}
BARS_MAX = 12
ROWS_MAX = 100
SECOND = {"units": "units_before", "fill_rate_percent": "otif_percent"}  # drawn beside each other
Press = Callable[[Any], Any]


@dataclass(frozen=True)
class _Shown:
    """What the parts of the page are drawn from."""

    report: Report
    query: ReportQuery
    kind: ReportKind
    layout: Layout
    curve: str
    choose_curve: Callable[[str], Press]
    go: Callable[[str], Any]

    @property
    def phone(self) -> bool:
        return self.layout == "phone"


@ft.component
def Analytics() -> ft.Control:
    """/analytics?report=turnover&by=category&days=182."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    ft.use_route_location()
    query = ReportQuery.from_route(page.route or "")
    state = watched(ReportState)
    curve, set_curve = switched("")
    problem, set_problem = switched("")
    allowed = session.can("analytics.view")
    page.title = t("Analytics · Stillage")

    async def load() -> None:
        if allowed:
            await state.load(session.api, query, session.warehouse)

    async def try_now(_: Any) -> None:
        await load()

    after_drawing(load, [query, session.warehouse])
    if not allowed:
        return screen(layout, t("Analytics"), no_right(t("reports")), online=session.live)

    def ask(new: ReportQuery) -> Press:
        return lambda _: page.navigate(new.route())

    def choose(name: str) -> Press:
        return lambda _: set_curve(name)

    def save(form: str) -> Press:
        async def pressed(_: Any) -> None:
            if meant is not None:
                kind, asked = meant
                given = asked.asked(kind, session.warehouse)
                set_problem(
                    await open_paper(page, lambda: analytics.file(session.api, kind.name, form, **given))
                )

        return pressed

    meant = query.of(state.kinds) if state.kinds else None
    if state.trouble is not None and state.report is None:
        body: ft.Control = surface(
            empty(
                state.trouble.icon,
                state.trouble.title(t("The report")),
                state.trouble.words,
                button(t("Try now"), try_now, icon=ft.Icons.REFRESH_ROUNDED),
            ),
            expand=True,
        )
    elif state.report is None or meant is None:
        body = _skeleton()
    else:
        kind, asked = meant
        shown = _Shown(state.report, asked, kind, layout, curve, choose, page.navigate)
        several = len(session.warehouses) > 1
        head = [
            working_bar(state.working),
            _reports(state.kinds or (), asked, ask, page.navigate, layout),
            _filters(asked, kind, state.categories, ask, page.navigate, layout, several=several),
        ]
        if problem:
            head.append(banner("expired", t("The file could not be made"), problem))
        if state.trouble is not None:
            head.append(banner("soon", state.trouble.title(t("The report")), state.trouble.words))
        body = stretched(
            *head, *_parts(shown), gap(8), gap=12, expand=True, tight=False, scroll=ft.ScrollMode.AUTO
        )
    files = [
        icon_button(ft.Icons.TABLE_VIEW_OUTLINED, t("As a spreadsheet"), save("xlsx")),
        icon_button(ft.Icons.DOWNLOAD_ROUNDED, t("As CSV"), save("csv")),
    ]
    may_save = session.can("exports.run") and state.report is not None
    return screen(
        layout,
        t("Analytics"),
        body,
        actions=files if may_save else (),
        phone_actions=files if may_save else (),
        online=session.live,
    )


def _skeleton() -> ft.Control:
    return stretched(
        shimmer(stretched(bone(None, 36, 18), gap(14), bone(None, 96, 12), gap(14), bone(None, 260, 12))),
        gap(16),
        surface(bone_rows(6), expand=True),
        expand=True,
        tight=False,
    )


def _reports(
    kinds: tuple[ReportKind, ...],
    query: ReportQuery,
    ask: Callable[[ReportQuery], Press],
    go: Callable[[str], Any],
    layout: Layout,
) -> ft.Control:
    """Which report; on a phone a choice, for ten chips are a long way to swipe."""

    def to(name: str) -> ReportQuery:
        return ReportQuery(report=name, category=query.category, everywhere=query.everywhere)

    if layout == "phone":
        options = [(one.name, say.title(one.name)) for one in kinds]
        return dropdown(t("Report"), query.report, options, lambda name: go(to(name).route()), expand=True)
    return ft.Row(
        [chip(say.title(one.name), ask(to(one.name)), selected=one.name == query.report) for one in kinds],
        spacing=8,
        run_spacing=8,
        wrap=True,
    )


def _filters(
    query: ReportQuery,
    kind: ReportKind,
    categories: tuple[str, ...],
    ask: Callable[[ReportQuery], Press],
    go: Callable[[str], Any],
    layout: Layout,
    *,
    several: bool,
) -> ft.Control:
    """By what, how far back, of which category, and here or everywhere."""
    parts: list[ft.Control] = []
    if len(kind.by) > 1:
        chosen = query.by or kind.by[0]
        options = [(by, say.by_said(by)) for by in kind.by]
        parts.append(
            dropdown(t("By"), chosen, options, lambda by: go(replace(query, by=by).route()), width=168)
        )
    if kind.name not in AS_OF_NOW:
        spans = sorted({*SPANS, kind.days})
        parts.append(
            dropdown(
                t("How far back"),
                str(query.days or kind.days),
                [(str(days), say.span_said(days)) for days in spans],
                lambda days: go(replace(query, days=int(days)).route()),
                width=150,
            )
        )
    if categories:
        options = [("", t("All categories")), *[(name, name) for name in categories]]
        parts.append(
            dropdown(
                t("Category"),
                query.category,
                options,
                lambda name: go(replace(query, category=name).route()),
                width=190,
            )
        )
    if several:
        parts.append(
            chip(
                t("All warehouses"),
                ask(replace(query, everywhere=not query.everywhere)),
                selected=query.everywhere,
            )
        )
    return ft.Row(parts, spacing=8, scroll=ft.ScrollMode.HIDDEN if layout == "phone" else None)


def _parts(shown: _Shown) -> list[ft.Control]:
    report = shown.report
    head = column(
        text(say.title(report.name), "h2"),
        quiet(" ".join([say.explained(report.name), *map(say.note_said, report.notes)]), "caption", 4),
        quiet(_span(report), "caption"),
        gap=2,
    )
    if not report.rows:
        return [
            surface(
                empty(
                    ft.Icons.BAR_CHART_ROUNDED,
                    t("Nothing to tell"),
                    t(
                        "Nothing of this kind happened in these days. Look further back, or at all categories."
                    ),
                )
            )
        ]
    parts: list[ft.Control] = []
    figures = say.figures(report)
    if figures:
        parts.append(_figures(figures, shown))
    chart = _chart(shown)
    if chart is not None:
        parts.append(
            surface(
                stretched(
                    ft.Container(
                        _chart_head(head, shown), padding=ft.Padding.only(left=16, right=12, top=12, bottom=8)
                    ),
                    ft.Container(chart, padding=ft.Padding.only(left=8, right=16, bottom=12)),
                )
            )
        )
    parts.append(_rows(shown))
    return parts


def _span(report: Report) -> str:
    if report.name in AS_OF_NOW:
        return words.day(report.until)
    return t("{first} to {last}", first=words.day(report.since), last=words.day(report.until))


def _figures(figures: list[tuple[str, str]], shown: _Shown) -> ft.Control:
    boxes: list[ft.Control] = [
        surface(
            stretched(quiet(name, "small_strong"), text(value, "display")),
            padding=ft.Padding.only(left=16, right=12, top=12, bottom=12),
            expand=True,
        )
        for name, value in figures
    ]
    if shown.phone and len(boxes) > 2:
        return stretched(row(*boxes[:2], gap=10), row(*boxes[2:], gap=10), gap=10)
    return row(*boxes, gap=10 if shown.phone else 16)


def _chart_head(head: ft.Control, shown: _Shown) -> ft.Control:
    """Which of the curves, where there is a choice."""
    main = _choices(shown.report)
    if len(main) < 2:
        return head
    chosen = shown.curve if shown.curve in {one.key for one in main} else main[0].key
    chips = row(
        *[
            chip(say.head(one.key, shown.report.by), shown.choose_curve(one.key), selected=one.key == chosen)
            for one in main
        ],
        gap=8,
        tight=True,
    )
    if shown.phone:
        return stretched(head, gap(8), ft.Row([chips], scroll=ft.ScrollMode.HIDDEN))
    return row(ft.Container(head, expand=True), chips)


def _choices(report: Report) -> list[Curve]:
    """The curves that are drawn by themselves; the others stand beside one of these."""
    beside = {SECOND[one.key] for one in report.curves if one.key in SECOND}
    return [one for one in report.curves if one.key not in beside]


def _chart(shown: _Shown) -> ft.Control | None:
    choices = [one for one in _choices(shown.report) if one.points]
    if not choices:
        return None
    curve = next((one for one in choices if one.key == shown.curve), choices[0])
    second = next((one for one in shown.report.curves if one.key == SECOND.get(curve.key)), None)
    if shown.report.name == "abc-xyz":
        return _matrix(curve)
    if say.is_dates(curve.points) and len(curve.points) > 1:
        return _lines(curve, second, shown)
    return _bars(curve, shown)


def _lines(curve: Curve, second: Curve | None, shown: _Shown) -> ft.Control:
    first = date.fromisoformat(curve.points[0][0]).toordinal()
    end = shown.report.until.isoformat()  # a week that is not over yet would look like a fall

    def at(points: tuple[tuple[str, float], ...]) -> list[tuple[float, float]]:
        over = [(x, y) for x, y in points if x <= end] or list(points)
        return [(float(date.fromisoformat(x).toordinal() - first), max(y, 0.0)) for x, y in over]

    def told(x: float, y: float) -> str:
        day = words.day(date.fromordinal(first + int(x)))
        return f"{day}: {say.value_said(y, curve.kind)}"

    def also(_: float, y: float) -> str:
        name = say.head(second.key, shown.report.by) if second else ""
        return f"{name}: {say.value_said(y, curve.kind)}"

    ours = at(curve.points)
    most = max([y for _, y in ours] + [y for _, y in (at(second.points) if second else [])], default=1.0)
    last = ours[-1][0]
    front = [
        charts.line(
            ours,
            ft.Colors.PRIMARY,
            say=told,
            fill=None if second else ft.Colors.with_opacity(0.10, ft.Colors.PRIMARY),
        )
    ]
    key = [("line", say.head(curve.key, shown.report.by), ft.Colors.PRIMARY)]
    if second and second.points:
        front.insert(0, charts.line(at(second.points), ft.Colors.OUTLINE, width=1.6, dash=[4, 4], say=also))
        key.append(("dash", say.head(second.key, shown.report.by), ft.Colors.OUTLINE))
    places = charts.spread((0, last * 0.97), LABELS[shown.layout], 7)
    drawn = charts.picture(
        [],
        front,
        across=(0, max(last, 1.0)),
        up=charts.steps_up_to(min(most, 100.0) if curve.kind == "percent" else most),
        labels=[(float(x), words.day(date.fromordinal(first + x), year=False)) for x in places],
        label=say.sentence(shown.report),
        say_up=_short if curve.kind != "percent" else lambda value: words.percent(value, 0),
        height=CHART_HEIGHT[shown.layout],
    )
    return stretched(
        ft.Container(charts.legend(*key), padding=ft.Padding.only(left=charts.LEFT_AXIS, bottom=6)), drawn
    )


def _short(value: float) -> str:
    """120,000 as 120k: the axis is narrow."""
    for size, letter in ((1_000_000, "M"), (10_000, "k")):
        if value >= size:
            thousands = value / (1_000_000 if letter == "M" else 1_000)
            return words.number(thousands, 0 if thousands == int(thousands) else 1) + letter
    return words.number(value, 0 if value == int(value) else 1)


def _bars(curve: Curve, shown: _Shown) -> ft.Control:
    """Names and how much, the first so many; the table has them all."""
    points = [(x, y) for x, y in curve.points if y][:BARS_MAX]
    most = max((abs(y) for _, y in points), default=1.0) or 1.0
    wide = 108 if shown.phone else 220
    lines: list[ft.Control] = []
    for name, value in points:
        said = say.value_said(value, curve.kind)
        label = say.value_said(name, "date" if say.is_dates(((name, 0.0),)) else "text")
        share = min(abs(value) / most, 1.0)
        bar = ft.Row(
            [
                ft.Container(
                    bgcolor=ft.Colors.PRIMARY if value >= 0 else ft.Colors.OUTLINE,
                    expand=max(int(share * 1000), 4),
                    height=14,
                    border_radius=4,
                ),
                ft.Container(expand=max(int((1 - share) * 1000), 1)),
            ],
            spacing=0,
            expand=True,
        )
        lines.append(
            ft.Semantics(
                content=row(
                    text(label, "small", width=wide),
                    bar,
                    text(said, "small_strong", width=86, text_align=ft.TextAlign.RIGHT),
                    gap=10,
                ),
                label=f"{label}: {said}",
                container=True,
            )
        )
    return ft.Container(stretched(*lines, gap=10), padding=ft.Padding.only(left=8, top=4, bottom=4))


def _matrix(curve: Curve) -> ft.Control:
    """Three by three: value down, steadiness across; the more products, the stronger the ground."""
    found = {name: int(value) for name, value in curve.points}
    most = max(found.values(), default=1) or 1

    def cell(name: str) -> ft.Control:
        count = found.get(name, 0)
        return ft.Semantics(
            content=ft.Container(
                column(
                    text(words.number(count), "title"),
                    quiet(name, "caption"),
                    gap=0,
                    horizontal_alignment=ft.CrossAxisAlignment.CENTER,
                ),
                bgcolor=ft.Colors.with_opacity(0.04 + 0.20 * count / most, ft.Colors.PRIMARY),
                border_radius=theme.RADIUS_XS,
                padding=10,
                alignment=ft.Alignment.CENTER,
                expand=True,
            ),
            label=t("{name}: {n} products", name=name, n=words.number(count)),
            container=True,
            expand=True,
        )

    heads = row(
        ft.Container(width=28),
        *[
            ft.Container(quiet(said), expand=True, alignment=ft.Alignment.CENTER)
            for said in (t("X steady"), t("Y unsteady"), t("Z sporadic"))
        ],
        gap=8,
    )
    lines = [
        row(ft.Container(text(a, "strong"), width=28), *[cell(a + x) for x in "XYZ"], gap=8) for a in "ABC"
    ]
    return ft.Container(stretched(heads, *lines, gap=8), padding=ft.Padding.only(left=8))


def _rows(shown: _Shown) -> ft.Control:
    report = shown.report
    in_time = bool(report.columns) and report.columns[0].kind == "date"
    rows = report.rows[::-1] if in_time else report.rows  # the newest on top
    inside = (
        stretched(*divided([_line(one, shown) for one in rows[:ROWS_MAX]], 16))
        if shown.phone
        else _table(rows, shown)
    )
    more = report.row_count - min(len(rows), ROWS_MAX)
    foot = (
        ft.Container(
            quiet(t("and {n} more; the file has them all", n=words.number(more)), "small"), padding=16
        )
        if more > 0
        else None
    )
    return surface(stretched(inside, foot))


def _first(report: Report) -> str:
    return report.columns[0].key if report.columns else ""


def _name(one: Mapping[str, Any], shown: _Shown) -> ft.Control:
    """What a row is about; a product opens its page."""
    key = str(one.get("key") or "")
    name = str(one.get("name") or "") or key or t("Without one")
    by_product = shown.report.by == "product"
    inside = column(text(name, "strong"), quiet(key, "caption") if key and key != name else None, gap=0)
    if not by_product:
        return inside
    return tap(
        inside,
        lambda _: shown.go(f"/products/{key}"),
        border_radius=theme.RADIUS_XS,
        padding=ft.Padding.symmetric(vertical=2),
    )


def _columns(report: Report) -> list[Any]:
    """All but what stands in the first cell already."""
    named = any(one.key == "name" for one in report.columns)
    return [one for one in report.columns[1:] if not (named and one.key == "name")]


def _lead(one: Mapping[str, Any], shown: _Shown) -> ft.Control:
    first = shown.report.columns[0]
    if any(column_.key == "name" for column_ in shown.report.columns):
        return _name(one, shown)
    return text(say.value_said(one.get(first.key), first.kind), "strong")


def _table(rows: Any, shown: _Shown) -> ft.Control:
    report = shown.report
    others = _columns(report)
    named = any(one.key == "name" for one in report.columns)
    first = t("Name") if named else say.head(_first(report), report.by)
    heads = (first, *[say.head(one.key, report.by) for one in others])
    widths: list[tuple[int | None, bool]] = [(None, False), *[(96, True)] * len(others)]
    cells: list[list[ft.Control | str]] = [
        [_lead(one, shown), *[quiet(say.value_said(one.get(c.key), c.kind), "body") for c in others]]
        for one in rows[:ROWS_MAX]
    ]
    return light_table(heads, cells, widths, row_height=52 if named else 40, gap=8)


def _line(one: Mapping[str, Any], shown: _Shown) -> ft.Control:
    """A row on a phone: the name, the first figure large, the others below."""
    others = _columns(shown.report)
    main = others[0] if others else None
    rest = " · ".join(
        f"{say.head(c.key, shown.report.by)} {say.value_said(one.get(c.key), c.kind)}" for c in others[1:]
    )
    return ft.Container(
        column(
            row(
                ft.Container(_lead(one, shown), expand=True),
                text(say.value_said(one.get(main.key), main.kind), "strong") if main else None,
                gap=8,
            ),
            quiet(rest, "caption", 3) if rest else None,
            gap=2,
        ),
        padding=ft.Padding.symmetric(horizontal=16, vertical=10),
    )
