"""A recall while it goes on: what is blocked, who has some, who knows, what is back, and what to do next."""

from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.tracing_records import Recall
from stillage_client.components.buttons import button, icon_button
from stillage_client.components.faces import icon_tile
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.fields import Form
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import column, gap, quiet, row, surface, text
from stillage_client.components.live import use_live
from stillage_client.components.navigation import screen
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.screens.audit import no_right
from stillage_client.screens.control.recall_cards import (
    RecallView,
    close_card,
    customers_card,
    lots_card,
    papers_card,
    tell_all,
    timeline_card,
)
from stillage_client.screens.control.recall_list import recall_pill
from stillage_client.screens.control.recall_state import RecallState
from stillage_client.screens.control.trace_page import TraceCard, figure_row
from stillage_client.screens.control.trace_picture import figure_card
from stillage_client.screens.movement_lines import bare
from stillage_client.session import use_session

SIDE_WIDTH = 348


@ft.component
def RecallPage() -> ft.Control:
    """/recalls/RC-000003."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    number = ft.use_route_params().get("number", "")
    state = watched(RecallState)
    form: Form = remembered(lambda: {"left": "", "note": "", "outcome": "", "release": ""})
    as_table, set_as_table = switched(False)
    allowed = session.can("recalls.view")
    page.title = f"{number} · Stillage"

    async def load() -> None:
        if allowed:
            await state.load(session.api, number)

    async def again(_: Any) -> None:
        await load()

    after_drawing(load, [number])
    use_live(("recalls",), load, lambda change: change.names(number))
    crumb = (t("Recalls"), lambda: page.navigate("/recalls"))
    recall = state.recall if state.recall is not None and state.recall.number == number else None
    if not allowed:
        return screen(layout, number, no_right(t("recalls")), online=session.live)
    if recall is None:
        waiting: ft.Control = bone_rows(8)
        if state.trouble is not None:
            what = t("Recall {number}", number=number)
            try_now = button(t("Try now"), again, icon=ft.Icons.REFRESH_ROUNDED)
            waiting = empty(state.trouble.icon, state.trouble.title(what), state.trouble.words, try_now)
        return screen(layout, number, surface(waiting, expand=True), crumb=crumb, online=session.live)

    view = RecallView(state, recall, session, form, page, layout)
    untold = len(state.untold)
    tell = (
        [
            button(
                tn("Tell {n} customer", "Tell {n} customers", untold),
                view.ask("tell"),
                icon=ft.Icons.MAIL_OUTLINE_ROUNDED,
                height=56 if layout == "phone" else theme.BUTTON,
            )
        ]
        if untold and view.may
        else []
    )
    if not untold and view.may and state.asking != "close":
        done = button(
            t("Close the recall"),
            view.ask("close"),
            icon=ft.Icons.DONE_ALL_ROUNDED,
            height=56 if layout == "phone" else theme.BUTTON,
        )
        tell.append(done)
    notices: list[ft.Control] = []
    if state.fault and not state.asking:
        notices.append(banner("expired", t("That was not done"), state.fault))
    if recall.drill:
        notices.append(
            banner(
                "info",
                t("This is a drill"),
                t("Nothing is held, and no customer needs to be told for real. The clock runs all the same."),
                icon=ft.Icons.SCIENCE_OUTLINED,
            )
        )
    staged = sum(lot.staged for lot in recall.lots)
    if staged and recall.status == "open" and not recall.drill:
        say = view.say
        piles = [
            t(
                "{amount} for {order} at {place}",
                amount=say.said(one.quantity),
                order=one.order,
                place=bare(one.location),
            )
            for lot in recall.lots
            for one in lot.to_put_back
        ]
        more = [t("and {n} more", n=len(piles) - 6)] if len(piles) > 6 else []
        notices.append(
            banner(
                "soon",
                t("Picked, must go back: {amount}", amount=say.said(staged)),
                "; ".join([*piles[:6], *more]),
                icon=ft.Icons.SHOPPING_BASKET_OUTLINED,
            )
        )
    if state.asking == "tell" and untold and view.may:
        notices.append(tell_all(view))
    closing = close_card(view)
    if state.asking == "close" and closing is not None:
        notices.append(closing)
        closing = None
    trace = (
        TraceCard(
            state.trace,
            layout,
            as_table,
            set_as_table,
            page.navigate,
            state.told,
            t("Back since the start: {n}", n=view.say.said(recall.totals.back)),
        )
        if state.trace is not None
        else None
    )
    side = [lots_card(view), papers_card(view), timeline_card(view), closing if untold else None]
    head, figures = _head(recall, layout), _figures(view, layout)
    if layout == "desk":
        columns = ft.Row(
            [
                ft.Container(customers_card(view), expand=True),
                ft.Column(
                    [part for part in side if part is not None],
                    spacing=16,
                    width=SIDE_WIDTH,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                ),
            ],
            spacing=16,
            vertical_alignment=ft.CrossAxisAlignment.START,
        )
        parts = [head, *notices, figures, trace, columns, gap(12)]
    else:
        phone_tell = tell if layout == "phone" else []
        parts = [head, *notices, figures, *phone_tell, customers_card(view), trace, *side, gap(12)]
    body = ft.Column(
        [part for part in parts if part is not None],
        spacing=16 if layout == "desk" else 12,
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    refresh = icon_button(
        ft.Icons.REFRESH_ROUNDED, t("Load again"), again, size=20, box=48 if layout == "phone" else 40
    )
    return screen(
        layout,
        number,
        body,
        actions=[refresh, *tell],
        phone_actions=[refresh],
        crumb=crumb,
        online=session.live,
    )


def _head(recall: Recall, layout: Layout) -> ft.Control:
    lots = ", ".join(lot.lot for lot in recall.lots)
    one = recall.lots[0].product_name if recall.lots else recall.number
    title = recall.title or t("{product}, lot {lot}", product=one, lot=lots)
    opened = words.moment(recall.opened_at) if recall.opened_at else ""
    by = t("opened by {who}, {when}", who=recall.user, when=opened)
    closed = (
        t("closed by {who}, {when}", who=recall.closed_by, when=words.moment(recall.closed_at))
        if recall.closed_at
        else ""
    )
    note = " · ".join(part for part in (recall.reason, by, closed, recall.outcome) if part)
    mark = recall_pill(recall)
    return row(
        icon_tile(ft.Icons.CAMPAIGN_OUTLINED, "info" if recall.drill else "held", 44),
        column(
            ft.Row([text(title, "title", lines=2), mark], spacing=10, run_spacing=4, wrap=True),
            quiet(note, "small", 4 if layout == "phone" else 2),
            gap=3,
            expand=True,
        ),
        gap=14,
    )


def _figures(view: RecallView, layout: Layout) -> ft.Control:
    """The five numbers somebody asks for on the telephone."""
    totals, say, compact = view.recall.totals, view.say, layout == "phone"
    untold, lots = max(totals.customers - totals.told, 0), len(view.recall.lots)
    in_transit = sum(lot.in_transit for lot in view.recall.lots)
    blocked = t("not promised, not shipped") if not view.recall.drill else t("a drill holds nothing")
    if in_transit:
        blocked = t("{n} on the way", n=say.said(in_transit))
    cards = [
        figure_card(
            t("{Unit} in the lot", Unit=say.measure.capitalize())
            if lots == 1
            else t("{Unit} in {n} lots", Unit=say.measure.capitalize(), n=lots),
            say.number(totals.received),
            say.otherwise(totals.received),
            compact=compact,
        ),
        figure_card(
            t("Blocked here"),
            say.number(totals.blocked),
            blocked,
            "held" if totals.blocked else None,
            compact=compact,
        ),
        figure_card(
            t("With customers"),
            say.number(totals.with_customers),
            tn("{n} customer", "{n} customers", totals.customers),
            compact=compact,
        ),
        figure_card(
            t("Customers told"),
            t("{n} of {all}", n=totals.told, all=totals.customers),
            tn("{n} still to tell", "{n} still to tell", untold) if untold else t("everybody knows"),
            "soon" if untold else "ok" if totals.customers else None,
            compact=compact,
        ),
        figure_card(
            t("Back with us"),
            say.number(totals.back),
            t("{n} of what was shipped", n=words.percent(totals.back_percent or 0, 0)),
            compact=compact,
        ),
    ]
    return figure_row(cards, layout)
