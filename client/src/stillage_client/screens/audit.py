"""Who did what to what, and when: filtered, unfolded to what changed, exported; beside it how the ledger stands."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import audit
from stillage_client.api.audit_records import TrailChoices
from stillage_client.api.errors import ApiError
from stillage_client.api.records import AuditEntry, Page
from stillage_client.components.buttons import button, icon_button, link, tap
from stillage_client.components.faces import avatar
from stillage_client.components.feedback import banner, empty
from stillage_client.components.fields import Form, dropdown, search_field, text_field
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import column, gap, quiet, row, stretched, text
from stillage_client.components.navigation import screen
from stillage_client.components.viewport import Layout, use_beside, use_layout
from stillage_client.locale import t
from stillage_client.screens.audit_state import (
    NONE,
    OWN,
    PERIODS,
    AuditQuery,
    Change,
    changes,
    deed,
    differences,
    plain,
    thing_route,
)
from stillage_client.screens.date_entry import read_date
from stillage_client.screens.ledger_card import LedgerCard
from stillage_client.screens.list_body import list_body
from stillage_client.screens.paged import PagedState
from stillage_client.screens.selling.papers import open_paper
from stillage_client.session import Session, use_session

TYPING_PAUSE_S = 0.3
PAGE_SIZE = 60
SIDE_WIDTH = 332
ANY = "-"  # a choice that filters nothing: an empty key is no choice to Flutter


@ft.component
def Audit() -> ft.Control:
    """The trail; a row unfolds what changed."""
    session, layout, beside, page = use_session(), use_layout(), use_beside(), ft.context.page
    ft.use_route_location()
    query = AuditQuery.from_route(page.route or "/audit")
    state = watched(PagedState)
    offered, set_offered = switched(TrailChoices())
    opened, set_opened = switched(0)
    trouble, set_trouble = switched("")
    form: Form = remembered(lambda: {"q": query.q, "since": query.since, "until": query.until})
    allowed = session.can("audit.view")
    page.title = t("Audit · Stillage")

    async def fetch(cursor: str | None) -> Page[AuditEntry]:
        asked = AuditQuery.from_route(page.route or "/audit").asked()
        return await audit.entries(session.api, cursor=cursor, limit=PAGE_SIZE, **asked)

    async def load(_: Any = None) -> None:
        if allowed:
            await state.load(fetch)

    async def first() -> None:
        await load()

    async def offer() -> None:
        if not allowed:
            return
        try:
            set_offered(await audit.choices(session.api))
        except ApiError:
            return  # the filters go without choices; the list says what is wrong

    async def more(_: Any) -> None:
        await state.more(fetch)

    def ask(new: AuditQuery) -> None:
        page.navigate(new.route())

    async def typed(value: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        now = AuditQuery.from_route(page.route or "/audit")
        if form["q"] == value and value.strip() != now.q:
            ask(replace(now, q=value.strip()))

    def clear(_: Any) -> None:
        form.update(q="", since="", until="")
        ask(AuditQuery())

    def save(kind: str) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            asked = AuditQuery.from_route(page.route or "/audit").asked()
            set_trouble(await open_paper(page, lambda: audit.export(session.api, kind, **asked)))

        return pressed

    after_drawing(first, [query])
    after_drawing(offer, [])
    if not allowed:
        return screen(layout, t("Audit"), no_right(t("the audit trail")), online=session.live)

    def draw(entry: AuditEntry) -> ft.Control:
        def toggle(_: Any) -> None:
            set_opened(0 if opened == entry.id else entry.id)

        return _entry(entry, opened == entry.id, toggle, ask, page, layout)

    body = list_body(
        state,
        t("The audit trail"),
        draw,
        _nothing(query, clear),
        try_now=load,
        more=more,
        layout=layout,
        filters=_filters(query, offered, form, typed, ask, clear, session, layout),
    )
    if trouble:
        body = stretched(
            banner("expired", t("The file could not be made"), trouble),
            gap(12),
            body,
            expand=True,
            tight=False,
        )
    if layout == "desk" and beside:
        side = ft.Column(
            [LedgerCard()],
            width=SIDE_WIDTH,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
        body = ft.Row(
            [ft.Container(body, expand=True), side],
            spacing=16,
            expand=True,
            vertical_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    elif not query.filtered:
        # Nothing is filtered: there is room for how the ledger stands, above the newest entries.
        body = ft.ListView(
            [LedgerCard(), ft.Container(body, height=max(560.0, (page.height or 900) - 420))],
            spacing=12,
            expand=True,
        )
    actions = [
        button(t("CSV"), save("csv"), icon=ft.Icons.DOWNLOAD_ROUNDED, kind="plain"),
        button(t("XLSX"), save("xlsx"), icon=ft.Icons.DOWNLOAD_ROUNDED, kind="plain"),
    ]
    phone = [icon_button(ft.Icons.DOWNLOAD_ROUNDED, t("Save as CSV"), save("csv"), size=24, box=48)]
    return screen(layout, t("Audit"), body, actions=actions, phone_actions=phone, online=session.live)


def _filters(
    query: AuditQuery,
    offered: TrailChoices,
    form: Form,
    typed: Callable[[str], Any],
    ask: Callable[[AuditQuery], None],
    clear: Callable[[Any], Any],
    session: Session,
    layout: Layout,
) -> ft.Control:
    def choose(name: str) -> Callable[[str], None]:
        return lambda key: ask(replace(query, **{name: "" if key == ANY else key}))

    width = 184

    def choice(name: str, label: str, every: str, options: Sequence[tuple[str, str]]) -> ft.Control:
        now = getattr(query, name)
        known = [(ANY, every), *options]
        if now and now not in [key for key, _ in known]:
            known.append((now, plain(now)))
        return dropdown(label, now or ANY, known, choose(name), width=width)

    periods = {
        "today": t("Today"),
        "week": t("Last 7 days"),
        "month": t("Last 30 days"),
        "quarter": t("Last 90 days"),
        OWN: t("From … to …"),
    }
    people = [(str(one.user_id), one.full_name or one.user) for one in offered.people]
    parts: list[ft.Control] = [
        ft.Container(search_field(form, "q", t("Action, person or object"), typed), width=240),
        choice("period", t("Time"), t("Any time"), [(key, periods[key]) for key in PERIODS if key]),
        choice("user", t("Person"), t("Everybody"), people),
        choice("action", t("Action"), t("Every action"), [(one, deed(one)) for one in offered.actions]),
        choice(
            "kind", t("Kind of thing"), t("Every thing"), [(one, plain(one)) for one in offered.object_types]
        ),
    ]
    if len(session.warehouses) > 1:
        houses = [(one.code, one.name or one.code) for one in session.warehouses]
        parts.append(choice("warehouse", t("Warehouse"), t("Every warehouse"), houses))
    if query.period == OWN:
        parts += [
            _day_field(name, label, query, form, ask)
            for name, label in (("since", t("From")), ("until", t("To")))
        ]
    if query.filtered:
        parts.append(icon_button(ft.Icons.FILTER_ALT_OFF_OUTLINED, t("Clear the filters"), clear))
    if layout == "phone":
        return ft.Row(parts, spacing=8, scroll=ft.ScrollMode.HIDDEN)
    return ft.Row(parts, spacing=8, run_spacing=8, wrap=True)


def _day_field(
    name: str, label: str, query: AuditQuery, form: Form, ask: Callable[[AuditQuery], None]
) -> ft.Control:
    """A day as it is typed; it counts once it can be read."""

    async def typed(value: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        day = read_date(value)
        said = day.isoformat() if day else ""
        if form[name] == value and (day or not value) and said != getattr(query, name):
            ask(replace(query, **{name: said}))

    return text_field(form, name, on_typed=typed, hint_text=label, width=128)


def _entry(
    entry: AuditEntry,
    unfolded: bool,
    toggle: Callable[[Any], Any],
    ask: Callable[[AuditQuery], None],
    page: ft.Page,
    layout: Layout,
) -> ft.Control:
    who = entry.user or t("System")
    found = differences(entry)
    short = _short(found)
    where = " · ".join(part for part in (who, words.moment(entry.at), entry.warehouse) if part)
    line = row(
        avatar(who, 32),
        column(
            text(f"{deed(entry.action)} · {entry.object or entry.object_id}", "strong"),
            quiet(f"{where} · {short}" if short and layout == "desk" else where),
            gap=1,
            expand=True,
        ),
        ft.Icon(
            ft.Icons.EXPAND_LESS_ROUNDED if unfolded else ft.Icons.EXPAND_MORE_ROUNDED,
            size=20,
            color=theme.SUBDUED,
        ),
        gap=12,
    )
    head = tap(line, toggle, height=56, padding=ft.Padding.symmetric(horizontal=16))
    return stretched(head, _details(entry, found, ask, page, layout)) if unfolded else head


def _short(found: Sequence[Change]) -> str:
    """The first thing that changed, for the row that is not unfolded."""
    if not found or found[0].new:
        return ""
    one = found[0]
    more = f" +{len(found) - 1}" if len(found) > 1 else ""
    return f"{_plain_name(one.name)}: {one.before} → {one.after}{more}"


def _plain_name(name: str) -> str:
    return name.replace("_", " ")


def _details(
    entry: AuditEntry,
    found: Sequence[Change],
    ask: Callable[[AuditQuery], None],
    page: ft.Page,
    layout: Layout,
) -> ft.Control:
    """Only the fields that changed: what stood there, struck through, and what stands there."""
    narrow = layout == "phone"
    lines = [_change(one, narrow) for one in found] or [
        quiet(t("Nothing to compare: the deed itself is what happened."), "small", 2)
    ]
    ways: list[ft.Control] = []
    target = thing_route(entry)
    if target:
        ways.append(link(t("Open"), lambda _: page.navigate(target)))
    if entry.object_id:
        same = AuditQuery(kind=entry.object_type, thing=entry.object_id)
        ways.append(link(t("All of this thing"), lambda _: ask(same)))
    if entry.user_id:
        by = AuditQuery(user=str(entry.user_id))
        ways.append(link(t("All by this person"), lambda _: ask(by)))
    origin = " · ".join(part for part in (entry.address, entry.request_id) if part)
    return ft.Container(
        stretched(
            *lines,
            gap(4),
            ft.Row(ways, spacing=4, wrap=True),
            quiet(origin, selectable=True) if origin else None,
            gap=4,
        ),
        padding=ft.Padding.only(left=16 if narrow else 60, right=16, bottom=12),
    )


def _change(one: Change, narrow: bool) -> ft.Control:
    said = (
        t("{name}: {after}", name=_plain_name(one.name), after=one.after)
        if one.new
        else t(
            "{name}: before {before}, now {after}",
            name=_plain_name(one.name),
            before=one.before,
            after=one.after,
        )
    )
    name = quiet(_plain_name(one.name), "small", 2, width=None if narrow else 170)
    struck = ft.TextStyle(size=13, color=theme.SUBDUED, decoration=ft.TextDecoration.LINE_THROUGH)
    plain_style = theme.style("small", theme.SUBDUED)
    before = ft.Text(one.before, style=plain_style if one.before == NONE else struck, selectable=True)
    # Selectable text with a number of lines takes the room of all of them: these have none.
    after = ft.Text(one.after, style=theme.style("small_strong", ft.Colors.ON_SURFACE), selectable=True)
    arrow = ft.Icon(ft.Icons.ARROW_FORWARD_ROUNDED, size=14, color=theme.SUBDUED)
    values = (
        [ft.Container(after, expand=True)] if one.new else [before, arrow, ft.Container(after, expand=True)]
    )
    line = row(*values, gap=8, expand=True)
    shown: ft.Control = stretched(name, line, gap=2) if narrow else row(name, line, gap=8)
    return ft.Semantics(content=shown, label=said, container=True)


def _nothing(query: AuditQuery, clear: Callable[[Any], Any]) -> ft.Control:
    if query.filtered:
        return empty(
            ft.Icons.HISTORY_ROUNDED,
            t("Nothing found"),
            t("Nobody did such a thing in that time. Take a filter away."),
            button(t("Clear the filters"), clear, kind="plain"),
        )
    return empty(
        ft.Icons.HISTORY_ROUNDED, t("Nothing has been done yet"), t("Every change is written down here.")
    )


def no_right(what: str) -> ft.Control:
    """The plain answer to an address the role may not open."""
    return empty(
        ft.Icons.LOCK_OUTLINED,
        t("Your role may not see this"),
        t("To see {what} you need another role. Ask an administrator if you should.", what=what),
    )


__all__ = ["Audit", "changes", "deed", "no_right"]
