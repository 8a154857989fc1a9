"""Promotions, holidays and disruptions that forecasts should know: the list, writing one down, a country's holidays."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import catalogue, forecasts
from stillage_client.api.forecast_records import DemandEvent, Holiday
from stillage_client.api.records import Page
from stillage_client.api.transport import ApiError
from stillage_client.components.buttons import button, chip, icon_button, tap
from stillage_client.components.faces import icon_tile
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.fields import Form, dropdown, labelled, text_field
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import (
    card,
    column,
    divided,
    gap,
    quiet,
    row,
    stretched,
    text,
)
from stillage_client.components.navigation import screen
from stillage_client.components.viewport import Layout, use_beside, use_layout
from stillage_client.locale import t
from stillage_client.screens.audit import no_right
from stillage_client.screens.list_body import list_body
from stillage_client.screens.paged import PagedState
from stillage_client.screens.planning import forecast_words as say
from stillage_client.screens.planning.chart_demand import EVENT_ICONS
from stillage_client.screens.planning.events_state import (
    COUNTRIES,
    KINDS,
    EventsQuery,
    EventState,
    HolidayState,
    about_said,
    blank_form,
    country,
    days_said,
    holidays_said,
    uplift_said,
)
from stillage_client.screens.shell import warehouse_name
from stillage_client.session import Session, use_session

SIDE_WIDTH = 372
HOLIDAYS_MAX = 12
FORM_FITS = 770  # pages lower than that must scroll the form
NO_CATEGORY, NO_COUNTRY = "-", "-"
TILES: dict[str, theme.Kind] = {"promotion": "info", "holiday": "mute", "disruption": "soon"}


@ft.component
def DemandEvents() -> ft.Control:
    """/forecasts/events?kind=promotion&past=yes&event=12."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    beside = use_beside() and layout == "desk"
    ft.use_route_location()
    query = EventsQuery.from_route(page.route or "")
    state, one, rest = watched(PagedState), watched(EventState), watched(HolidayState)
    form: Form = remembered(blank_form)
    none: tuple[str, ...] = ()
    categories, set_categories = switched(none)
    drawn, set_drawn = switched("")  # which event stands in the form
    allowed, may = session.can("planning.view"), session.can("planning.change")
    today = datetime.now(UTC).date()
    page.title = t("Events · Stillage")

    async def fetch(cursor: str | None) -> Page[DemandEvent]:
        wanted = EventsQuery.from_route(page.route or "")
        return await forecasts.events(
            session.api,
            warehouse=session.warehouse,
            kind=wanted.kind,
            since=None if wanted.past else today,
            ordering="-first_date" if wanted.past else "first_date",
            cursor=cursor,
            limit=50,
        )

    async def load(_: Any = None) -> None:
        if allowed:
            await state.load(fetch)

    async def first() -> None:
        await load()

    async def holidays() -> None:
        if allowed:
            await rest.load(session.api, session.warehouse, today)

    async def names() -> None:
        try:
            found = await catalogue.categories(session.api, limit=100)
        except ApiError:
            return
        set_categories(tuple(one.name for one in found.results))

    async def opened() -> None:
        fields = await one.open(session.api, query.open) if allowed else None
        form.update(fields or blank_form())
        set_drawn(query.open)

    async def more(_: Any) -> None:
        await state.more(fetch)

    after_drawing(first, [query.kind, query.past, session.warehouse])
    after_drawing(holidays, [session.warehouse])
    after_drawing(names, [])
    after_drawing(opened, [query.open])
    title = t("Events")
    crumb = (t("Forecasts"), lambda: page.navigate("/forecasts"))
    if not allowed:
        return screen(layout, title, no_right(t("forecasts")), crumb=crumb, online=session.live)

    def ask(new: EventsQuery) -> Callable[[Any], None]:
        return lambda _: page.navigate(new.route())

    def shut(_: Any = None) -> None:
        page.navigate(replace(query, open="").route())

    async def save(_: Any) -> None:
        if await one.save(session.api, form, session.warehouse):
            shut()
            await load()

    async def take_away(_: Any) -> None:
        if await one.take_away(session.api):
            shut()
            await load()

    async def undo(_: Any) -> None:
        if await one.undo(session.api):
            await load()

    kinds = [
        chip(say.event_kind(kind) if kind else t("All"), ask(replace(query, kind=kind)), selected=kind == query.kind)
        for kind in ("", *KINDS)
    ]  # fmt: skip
    kinds.append(
        chip(
            t("Past ones, too"),
            ask(replace(query, past=not query.past)),
            selected=query.past,
            icon=ft.Icons.HISTORY_ROUNDED,
        )
    )
    nothing = empty(
        ft.Icons.EVENT_OUTLINED,
        t("No event matches") if query.kind else t("Nothing is known of the days ahead"),
        t("Write down promotions and closed days: forecasts go up or down with them, and learn from past ones."),
        button(t("Add an event"), ask(replace(query, open="new")), kind="plain") if may else None,
    )  # fmt: skip
    main = list_body(
        state,
        t("The events"),
        lambda item: _row(item, layout, ask(replace(query, open=str(item.id)))),
        nothing,
        try_now=load,
        more=more,
        layout=layout,
        filters=stretched(
            *([_undone(one, undo), gap(12)] if one.taken_away is not None else []),
            ft.Row(kinds, spacing=8, scroll=ft.ScrollMode.HIDDEN),
        ),
    )
    writing = (
        _form_card(one, form, query, session, layout, categories, save, take_away, shut)
        if query.open and drawn == query.open
        else None
    )
    off = HolidayCard(rest, session, today)
    body = _body(main, writing, off, beside=beside, wide=layout == "desk")
    add = button(t("Add an event"), ask(replace(query, open="new")), icon=ft.Icons.ADD_ROUNDED)
    phone = icon_button(
        ft.Icons.ADD_ROUNDED, t("Add an event"), ask(replace(query, open="new")), size=24, box=48
    )
    return screen(
        layout,
        title,
        body,
        actions=[add] if may and not query.open else [],
        phone_actions=[phone] if may and not query.open else [],
        crumb=(t("Events"), lambda: shut()) if query.open and layout == "phone" else crumb,
        online=session.live,
    )


def _body(
    main: ft.Control, writing: ft.Control | None, off: ft.Control, *, beside: bool, wide: bool
) -> ft.Control:
    """The list and beside it the form or the holidays; where there is no room, one below the other."""
    if beside:
        # A second column that scrolls beside a focused field takes the focus from it: only where it must.
        room = (ft.context.page.height or FORM_FITS) >= FORM_FITS
        side = ft.Column(
            [writing or off, gap(8)],
            spacing=16,
            width=SIDE_WIDTH,
            scroll=None if writing is not None and room else ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
        return ft.Row(
            [ft.Container(main, expand=True), side],
            spacing=16,
            expand=True,
            vertical_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    if writing is not None:
        return ft.Column(
            [writing, gap(8)],
            expand=True,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    return stretched(
        ft.Container(main, expand=True), gap(12), ft.Container(off, height=250), expand=True, tight=False
    )


def _undone(one: EventState, undo: Callable[[Any], Any]) -> ft.Control:
    gone = one.taken_away
    return banner(
        "info",
        t("{name} was removed", name=gone.name if gone else ""),
        one.fault,
        button(t("Undo"), undo, kind="quiet"),
    )


def _row(one: DemandEvent, layout: Layout, pressed: Callable[[Any], None]) -> ft.Control:
    where = one.warehouse or t("everywhere")
    about = f"{say.event_kind(one.kind)} · {about_said(one)} · {where}"
    days = days_said(one.first_date, one.last_date)
    phone = layout == "phone"
    return tap(
        row(
            icon_tile(EVENT_ICONS.get(one.kind, ft.Icons.EVENT_OUTLINED), TILES.get(one.kind, "mute")),
            column(
                text(one.name, "strong"),
                quiet(f"{days} · {uplift_said(one)}" if phone else about),
                gap=1,
                expand=True,
            ),
            None if phone else column(text(days, "small_strong"), quiet(uplift_said(one)), gap=1, width=196),
            ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
            gap=12,
        ),
        pressed,
        height=64,
        padding=ft.Padding.symmetric(horizontal=16),
    )


# --- writing one down -----------------------------------------------------------------------------


def _form_card(
    one: EventState,
    form: Form,
    query: EventsQuery,
    session: Session,
    layout: Layout,
    categories: tuple[str, ...],
    save: Callable[[Any], Any],
    take_away: Callable[[Any], Any],
    shut: Callable[[Any], Any],
) -> ft.Control:
    everywhere = session.user is not None and session.user.all_warehouses
    may = session.can("planning.change") and (everywhere or one.event is None or bool(one.event.warehouse))
    if one.trouble is not None:
        return card(
            ft.Container(
                empty(
                    one.trouble.icon,
                    one.trouble.title(t("The event")),
                    one.trouble.words,
                    button(t("Close"), shut, kind="plain"),
                ),
                height=300,
            )
        )
    if one.event is None and query.open != "new":
        return card(bone_rows(4))
    return _EventForm(
        one, form, categories, warehouse_name(session), everywhere, layout, may, save, take_away, shut
    )


@ft.component
def _EventForm(
    one: EventState,
    form: Form,
    categories: tuple[str, ...],
    warehouse: str,
    everywhere: bool,
    layout: Layout,
    may: bool,
    save: Callable[[Any], Any],
    take_away: Callable[[Any], Any],
    shut: Callable[[Any], Any],
) -> ft.Control:
    """The fields of one event; who may only look sees them shut."""
    kind, set_kind = switched(form["kind"])
    here, set_here = switched(form["here"] == "yes")

    def choose(code: str) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            form["kind"] = code
            set_kind(code)

        return pressed

    def place(only: bool) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            form["here"] = "yes" if only else ""
            set_here(only)

        return pressed

    def sort(name: str) -> None:
        form["category"] = "" if name == NO_CATEGORY else name

    def field(key: str, label: str, hint: str = "", **more: Any) -> ft.Control:
        wrong = one.fault_of(key)
        return stretched(
            text_field(
                form, key, label=label, hint_text=hint or None, height=52, read_only=not may,
                **more,
            ),
            text(wrong, "caption", theme.ON_TINT["expired"], 2) if wrong else None,
            gap=3,
        )  # fmt: skip

    size = 56 if layout == "phone" else 44
    known = sorted({*categories, *([form["category"]] if form["category"] else [])})
    every: Callable[[Any], Any] = lambda _: None  # noqa: E731
    inside: list[ft.Control | None] = [
        banner("expired", t("It was not saved"), one.fault) if one.fault else None,
        field("name", t("Name"), t("Summer offer")),
        ft.Row(
            [
                chip(
                    say.event_kind(code), choose(code) if may else every, selected=code == kind,
                    icon=EVENT_ICONS[code],
                )
                for code in KINDS
            ],
            spacing=8,
            run_spacing=8,
            wrap=True,
        ),
        row(
            ft.Container(field("first", t("First day"), t("24.12.2026")), expand=True),
            ft.Container(field("last", t("Last day"), t("the same")), expand=True),
            gap=10,
            vertical_alignment=ft.CrossAxisAlignment.START,
        ),
        field("uplift", t("Change in percent, if you know it"), t("40 or -25")),
        quiet(t("Left empty, it is learned from the like in the past."), "caption", 2),
        labelled(
            t("What it is about"),
            dropdown(
                t("Category"),
                form["category"] or NO_CATEGORY,
                [(NO_CATEGORY, t("All products")), *[(name, name) for name in known]],
                sort,
                expand=True,
                disabled=not may,
            ),
        ),
        field("products", t("Or only these products"), t("HPA-330, MSW-750")),
        labelled(
            t("Where"),
            row(
                chip(t("In {place}", place=warehouse), place(True) if may else every, selected=here),
                chip(t("Everywhere"), place(False) if may else every, selected=not here)
                if everywhere or not here
                else None,
                gap=8,
            ),
        ),
        field("note", t("Note")),
        row(
            button(
                t("Save") if one.event is not None else t("Add the event"), save, height=size,
                icon=ft.Icons.CHECK_ROUNDED, disabled=one.working,
            ),
            button(t("Cancel"), shut, kind="quiet", height=size),
            ft.Container(expand=True),
            icon_button(ft.Icons.DELETE_OUTLINE_ROUNDED, t("Remove the event"), take_away, box=size)
            if one.event is not None
            else None,
            gap=8,
        )
        if may
        else button(t("Close"), shut, kind="plain", height=size),
    ]  # fmt: skip
    return card(
        stretched(*inside, gap=12),
        one.event.name if one.event is not None else t("A new event"),
        padding=ft.Padding.only(left=16, right=16, bottom=16),
    )


# --- the holidays of a country --------------------------------------------------------------------


@ft.component
def HolidayCard(state: HolidayState, session: Session, today: date) -> ft.Control:
    """Whose holidays count in this warehouse, and which come next."""
    asking, set_asking = switched(False)
    form: Form = remembered(lambda: {"country": "", "region": ""})
    may = session.can("planning.change") and bool(session.warehouse)
    plan = state.plan

    def begin(_: Any) -> None:
        form["country"] = plan.holiday_country if plan else ""
        form["region"] = plan.holiday_region if plan else ""
        set_asking(not asking)

    def choose(code: str) -> None:
        form["country"] = "" if code == NO_COUNTRY else code

    async def settle(_: Any) -> None:
        if await state.settle(
            session.api,
            session.warehouse or "",
            form["country"],
            form["region"] if form["country"] else "",
            today,
        ):
            set_asking(False)

    if not state.loaded:
        return card(bone_rows(4, 44), t("Holidays"), padding=0)
    fault = banner("expired", t("The holidays could not be set"), state.fault) if state.fault else None
    change = (
        icon_button(ft.Icons.EDIT_OUTLINED, t("Change the country of the holidays"), begin, size=18, box=36)
        if may and plan is not None
        else None
    )
    if plan is None:
        inside: ft.Control = stretched(fault)
        subtitle = ""
    elif asking:
        codes = sorted({*COUNTRIES, *([plan.holiday_country] if plan.holiday_country else [])}, key=country)
        inside = stretched(
            fault,
            dropdown(
                t("Country"),
                form["country"] or NO_COUNTRY,
                [(NO_COUNTRY, t("No holidays")), *[(code, country(code)) for code in codes]],
                choose,
                expand=True,
            ),
            text_field(form, "region", label=t("Region, such as BY"), height=52),
            row(
                button(t("Use these holidays"), settle, disabled=state.working),
                button(t("Cancel"), begin, kind="quiet"),
                gap=8,
            ),
            gap=10,
        )
        subtitle = t("They move what is expected of the weeks around them")
    else:
        inside = stretched(fault, *_days(state.days, plan.holiday_country))
        code = plan.holiday_country
        named = ", ".join(part for part in (country(code), plan.holiday_region) if part)
        subtitle = named if code else t("No country chosen yet")
    return card(
        ft.Column([inside], scroll=ft.ScrollMode.AUTO, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        t("Holidays"),
        change,
        subtitle=subtitle or None,
        padding=ft.Padding.only(left=16, right=16, bottom=14),
    )


def _days(days: tuple[Holiday, ...], code: str) -> list[ft.Control]:
    if not code:
        return [quiet(t("Choose a country, and its holidays are known to the forecasts."), "small", 3)]
    if not days:
        return [quiet(t("None in the next half year."), "small", 2)]
    rows: list[ft.Control] = [
        ft.Container(
            row(
                text(one.name, "small", expand=True), quiet(words.day(one.date, weekday=True), "small"), gap=8
            ),
            height=36,
        )
        for one in days[:HOLIDAYS_MAX]
    ]
    more = len(days) - HOLIDAYS_MAX
    if more > 0:
        rows.append(quiet(t("and {n} more", n=more), "small"))
    summary = ft.Semantics(label=holidays_said(len(days), code), content=gap(1))
    return [summary, *divided(rows)]
