"""Who got this lot, and where is the rest: one picture that closes, and the way to call it back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flet as ft

from stillage_client import words
from stillage_client.api import tracing
from stillage_client.api.tracing_records import RecallCustomer, Trace
from stillage_client.api.transport import Api, ApiError
from stillage_client.components.buttons import button, chip, icon_button
from stillage_client.components.faces import product_tile
from stillage_client.components.feedback import bone_rows, empty
from stillage_client.components.hooks import after_drawing, switched, watched
from stillage_client.components.layout import (
    card,
    column,
    gap,
    hairline,
    quiet,
    row,
    stretched,
    surface,
    text,
)
from stillage_client.components.navigation import screen
from stillage_client.components.status import held_pill, pill
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.screens.audit import no_right
from stillage_client.screens.control.recall_state import may_recall
from stillage_client.screens.control.trace_flow import closing, figures_of, flow_of, lot_name
from stillage_client.screens.control.trace_picture import closing_line, figure_card, trace_picture
from stillage_client.screens.control.trace_table import trace_table
from stillage_client.screens.refusals import Trouble, trouble_of
from stillage_client.session import use_session

MARGIN = 2 * 24 + 2 * 18 + 2  # of the page and of the card
NAVIGATION = {"desk": 236, "tablet": 84, "phone": 0}
PICTURE_LEAST = 620


@ft.observable
@dataclass
class TraceState:
    """A lot's way, as it was last told."""

    trace: Trace | None = None
    trouble: Trouble | None = None

    async def load(self, api: Api, lot: str) -> None:
        try:
            self.trace = await tracing.trace(api, lot)
            self.trouble = None
        except ApiError as error:
            self.trouble = trouble_of(error)


@ft.component
def TracePage() -> ft.Control:
    """/lots/1234/trace, ?view=table."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    lot_id = ft.use_route_params().get("id", "")
    ft.use_route_location()
    state = watched(TraceState)
    allowed = session.can("trace.view")
    as_table = "table" in parse_qs(urlsplit(page.route or "").query).get("view", [])

    async def load() -> None:
        if allowed:
            await state.load(session.api, lot_id)

    async def try_now(_: Any) -> None:
        await load()

    after_drawing(load, [lot_id])
    trace = (
        state.trace
        if state.trace is not None and str(state.trace.lot.lot_id or state.trace.lot.id) == lot_id
        else None
    )
    name = lot_name(trace) if trace else t("Trace")
    page.title = f"{name} · Stillage"
    crumb = (t("Stock"), lambda: page.navigate(f"/products/{trace.lot.product}" if trace else "/stock"))
    if not allowed:
        return screen(layout, t("Trace"), no_right(t("where a lot went")), online=session.live)
    if trace is None:
        waiting: ft.Control = bone_rows(8)
        if state.trouble is not None:
            again = button(t("Try now"), try_now, icon=ft.Icons.REFRESH_ROUNDED)
            waiting = empty(
                state.trouble.icon, state.trouble.title(t("This lot")), state.trouble.words, again
            )
        return screen(layout, t("Trace"), surface(waiting, expand=True), crumb=crumb, online=session.live)

    def view(table: bool) -> None:
        page.navigate(f"/lots/{lot_id}/trace" + ("?view=table" if table else ""))

    open_recall = next((one for one in trace.recalls if one.status == "open"), None)
    actions: list[ft.Control] = []
    if open_recall is not None and session.can("recalls.view"):
        opened: Callable[[Any], Any] = lambda _: page.navigate(f"/recalls/{open_recall.number}")  # noqa: E731
        actions.append(button(t("Open the recall"), opened, icon=ft.Icons.CAMPAIGN_OUTLINED))
    elif may_recall(session):
        start: Callable[[Any], Any] = lambda _: page.navigate(f"/recalls/new?lots={lot_id}")  # noqa: E731
        actions.append(button(t("Recall this lot"), start, icon=ft.Icons.CAMPAIGN_OUTLINED))
    body = ft.Column(
        [
            _head(trace, open_recall is not None, layout),
            trace_figures(trace, layout),
            TraceCard(trace, layout, as_table, view, page.navigate),
            row(*actions) if layout == "phone" and actions else gap(4),
            gap(12),
        ],
        spacing=16 if layout == "desk" else 12,
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return screen(
        layout,
        t("Where lot {lot} went", lot=trace.lot.lot) if trace.lot.lot else t("Where it went"),
        body,
        actions=actions,
        phone_actions=[icon_button(ft.Icons.REFRESH_ROUNDED, t("Load again"), try_now, size=22, box=48)],
        crumb=crumb,
        online=session.live,
    )


def _head(trace: Trace, recalled: bool, layout: Layout) -> ft.Control:
    """What one must know of the lot before reading its way."""
    lot = trace.lot
    until = t("best before {day}", day=words.day(lot.until, year=True)) if lot.until else ""
    made = t("made {day}", day=words.day(lot.production_date, year=True)) if lot.production_date else ""
    marks: list[ft.Control] = []
    if recalled:
        marks.append(pill("held", t("Recalled"), ft.Icons.CAMPAIGN_ROUNDED))
    elif lot.held:
        marks.append(held_pill(lot.hold_reason))
    title = text(lot_name(trace), "title", lines=2)
    note = quiet(" · ".join(part for part in (lot.product, until, made) if part), "small", 2)
    return row(
        product_tile(lot.category, lot.product_name, 44),
        column(ft.Row([title, *marks], spacing=10, run_spacing=4, wrap=True), note, gap=3, expand=True),
        gap=14,
    )


def trace_figures(trace: Trace, layout: Layout) -> ft.Control:
    """Five numbers: in, here, promised, out, back."""
    b, say = trace.balance, figures_of(trace)
    compact = layout == "phone"
    held = sum(place.on_hand for place in trace.places if place.held)
    promised = sum(one.quantity for one in trace.promised)
    here = t("{n} on hold", n=say.number(held)) if held else t("nothing on hold")
    orders = tn("{n} order", "{n} orders", len({one.order for one in trace.promised}))
    cards = [
        figure_card(
            t("{Cases} received", Cases=say.measure.capitalize()),
            say.number(b.received),
            say.otherwise(b.received),
            compact=compact,
        ),
        figure_card(t("Still here"), say.number(b.on_hand + b.in_transit), here, compact=compact),
        figure_card(
            t("Promised"), say.number(promised), orders, "soon" if promised else None, compact=compact
        ),
        figure_card(
            t("With customers"),
            say.number(b.shipped - b.returned),
            tn("{n} customer", "{n} customers", len(trace.customers)),
            compact=compact,
        ),
        figure_card(
            t("Came back"),
            say.number(b.returned),
            t("{n} of what was shipped", n=words.percent(100 * b.returned / b.shipped, 0))
            if b.returned and b.shipped
            else t("nothing yet"),
            compact=compact,
        ),
    ]
    return figure_row(cards, layout)


def figure_row(cards: list[ft.Control], layout: Layout) -> ft.Control:
    """Side by side at a desk, three in a row on a tablet, in pairs on a phone."""
    if layout == "desk":
        return row(*cards, gap=16)
    several = 2 if layout == "phone" else 3 if len(cards) > 4 else 4
    lines = [row(*cards[at : at + several], gap=10) for at in range(0, len(cards), several)]
    return stretched(*lines, gap=10)


@ft.component
def TraceCard(
    trace: Trace,
    layout: Layout,
    as_table: bool,
    view: Callable[[bool], Any],
    go: Callable[[str], Any],
    told: dict[str, RecallCustomer] | None = None,
    right: str = "",
) -> ft.Control:
    """The picture, or the table in its place, with the line that says whether it closes."""
    page = ft.context.page
    guess = max((page.width or 1280) - NAVIGATION[layout] - MARGIN, PICTURE_LEAST)
    width, set_width = switched(float(guess))
    whole, set_whole = switched(False)
    flow, say = flow_of(trace, told), figures_of(trace)
    crowded = flow.crowded
    table = as_table or crowded or layout == "phone"

    def measured(event: ft.LayoutSizeChangeEvent[Any]) -> None:
        if abs(event.width - width) > 2:
            set_width(max(event.width, PICTURE_LEAST))

    def press(wanted: bool) -> Callable[[Any], Any]:
        return lambda _: view(wanted)

    chips = (
        row(
            chip(t("Picture"), press(False), selected=not table),
            chip(t("Table"), press(True), selected=table),
            gap=8,
        )
        if layout != "phone" and not crowded
        else None
    )
    drawn = (
        trace_table(flow, trace, say, go, whole=whole, unfold=lambda _: set_whole(True))
        if table
        else ft.Container(
            ft.Container(
                trace_picture(flow, say, width, go),
                on_size_change=measured,
                expand=True,
                clip_behavior=ft.ClipBehavior.NONE,
            ),
            padding=ft.Padding.only(left=18, right=18, bottom=16),
        )
    )
    subtitle = (
        t("{n} customers, the largest first", n=len(flow.customers))
        if crowded
        else t("All amounts in {unit}", unit=say.measure)
        if table
        else t("Ribbons are as wide as the {unit} they stand for", unit=say.measure)
    )
    return card(
        stretched(drawn, hairline(), closing_line(closing(trace), right, narrow=layout == "phone")),
        t("Trace"),
        chips,
        subtitle=subtitle,
        padding=0,
    )
