"""One count at a desk: how far it is, what differs in units and money, and what becomes of it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

import flet as ft

from stillage_client import theme, words
from stillage_client.api import control
from stillage_client.api.control_records import Count, CountLine, CountPlace
from stillage_client.api.records import Export
from stillage_client.components.buttons import button, icon_button
from stillage_client.components.faces import avatar
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.fields import Form, text_field
from stillage_client.components.figures import part_bar
from stillage_client.components.hooks import after_drawing, remembered, watched
from stillage_client.components.layout import (
    card,
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
from stillage_client.components.live import use_live
from stillage_client.components.navigation import screen
from stillage_client.components.status import pill, plain_pill
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.screens import amounts
from stillage_client.screens.audit import no_right
from stillage_client.screens.control import names
from stillage_client.screens.control.count_list import count_pill
from stillage_client.screens.control.count_state import CountState, counted_it, others, to_decide
from stillage_client.screens.control.trace_page import figure_row
from stillage_client.screens.control.trace_picture import figure_card
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.selling.papers import paper_links
from stillage_client.session import Session, use_session

SIDE_WIDTH = 348
BOOK_WIDTH, DIFFERENCE_WIDTH, VALUE_WIDTH, OUTCOME_WIDTH = 80, 92, 88, 124


@ft.component
def CountPage() -> ft.Control:
    """/counts/CT-000003."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    number = ft.use_route_params().get("number", "")
    state = watched(CountState)
    form: Form = remembered(lambda: {"reason": ""})
    allowed = session.can("counts.view")
    page.title = f"{number} · Stillage"

    async def load() -> None:
        if allowed:
            await state.load(session.api, number)

    async def again(_: Any) -> None:
        await load()

    after_drawing(load, [number, session.warehouse])
    use_live(("counts",), load, lambda change: change.names(number))
    crumb = (t("Counts"), lambda: page.navigate("/counts"))
    count = state.count if state.count is not None and state.count.number == number else None
    if not allowed:
        return screen(layout, number, no_right(t("counts")), crumb=crumb, online=session.live)
    if count is None:
        waiting: ft.Control = bone_rows(8)
        if state.trouble is not None:
            try_now = button(t("Try now"), again, icon=ft.Icons.REFRESH_ROUNDED)
            waiting = empty(
                state.trouble.icon, state.trouble.title(t("The count")), state.trouble.words, try_now
            )
        return screen(layout, number, surface(waiting, expand=True), crumb=crumb, online=session.live)

    counting = count.status in ("open", "recount") and session.can("counts.run")
    go_count: Callable[[Any], Any] = lambda _: page.navigate(f"/count/{number}")  # noqa: E731
    refresh = icon_button(
        ft.Icons.REFRESH_ROUNDED, t("Load again"), again, box=48 if layout == "phone" else 40
    )
    actions: list[ft.Control] = [count_pill(count), refresh]
    if counting:
        actions.append(button(t("Count now"), go_count, icon=ft.Icons.QR_CODE_SCANNER_ROUNDED))
    money = session.can("cost.view")
    notices = _notices(state, session)
    decide = _decide(state, count, session, form, layout)
    tables = [
        _table(
            state,
            to_decide(count),
            t("Differences to decide"),
            layout,
            money=money,
            choose=_may_decide(state, session) and len(to_decide(count)) > 1,
        ),
        _table(state, others(count), t("What was found"), layout, money=money),
    ]
    side = [_places(count), _about(state, count, session, page, form)]
    figures = _figures(count, layout, money=money)
    shown_tables = [one for one in tables if one is not None]
    if not shown_tables and count.status in ("open", "recount"):
        shown_tables = [_nothing_yet(count)]
    if layout == "desk":
        left = ft.Column(
            [*notices, figures, *decide, *shown_tables, gap(12)], spacing=16, expand=True,
            scroll=ft.ScrollMode.AUTO, horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )  # fmt: skip
        right = ft.Column(
            [*side, gap(12)], spacing=16, width=SIDE_WIDTH, scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )  # fmt: skip
        body: ft.Control = ft.Row(
            [left, right], spacing=16, expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH
        )
    else:
        now = (
            [button(t("Count now"), go_count, icon=ft.Icons.QR_CODE_SCANNER_ROUNDED, height=56)]
            if counting
            else []
        )
        body = ft.Column(
            [*notices, *now, figures, *decide, *shown_tables, *side, gap(12)], spacing=12,
            scroll=ft.ScrollMode.AUTO, horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )  # fmt: skip
    return screen(
        layout,
        number,
        body,
        actions=actions,
        phone_actions=[count_pill(count), refresh],
        crumb=crumb,
        online=session.live,
    )


def _may_decide(state: CountState, session: Session) -> bool:
    count = state.count
    me = session.user.username if session.user else ""
    return (
        count is not None
        and count.status == "to_approve"
        and session.can("counts.approve")
        and not counted_it(count, me)
    )


def _notices(state: CountState, session: Session) -> list[ft.Control]:
    count = state.count
    parts: list[ft.Control] = []
    if state.fault:
        parts.append(banner("expired", t("That was not done"), state.fault))
    if count is None or count.status != "to_approve":
        return parts
    me = session.user.username if session.user else ""
    mine = counted_it(count, me)
    if not session.can("counts.approve"):
        parts.append(
            banner(
                "info",
                t("Waits to be approved"),
                t("A manager who did not count here looks at the differences."),
            )
        )
    elif mine:
        shown = ", ".join(bare(place) for place in mine[:3])
        parts.append(
            banner(
                "info",
                t("You counted here yourself"),
                t(
                    "You counted {places}. Somebody else approves a count, so that nobody can hide what is missing."
                    " Ask a manager who did not count in {number}.",
                    places=shown,
                    number=count.number,
                ),
                icon=ft.Icons.GROUP_OUTLINED,
            )
        )
    return parts


def _figures(count: Count, layout: Layout, *, money: bool) -> ft.Control:
    totals, compact = count.totals, layout == "phone"
    places = totals.places or len(count.places)
    left = max(places - totals.done, 0)
    cards = [
        figure_card(
            t("Places"),
            t("{n} of {all}", n=totals.done, all=places),
            tn("{n} still to count", "{n} still to count", left) if left else t("all counted"),
            compact=compact,
        ),
        figure_card(
            t("Right"),
            words.percent(count.accuracy_percent) if count.accuracy_percent is not None else "–",
            tn("{n} line", "{n} lines", totals.lines),
            "ok" if count.accuracy_percent is not None and count.accuracy_percent >= 98 else None,
            compact=compact,
        ),
        figure_card(
            t("Too many"),
            words.number(totals.units_over) if totals.units_over is not None else "–",
            _value(totals.value_over, t("units")) if money else t("units"),
            compact=compact,
        ),
        figure_card(
            t("Too few"),
            words.number(abs(totals.units_short)) if totals.units_short is not None else "–",
            _value(totals.value_short, t("units")) if money else t("units"),
            "expired" if totals.units_short else None,
            compact=compact,
        ),
    ]
    return figure_row(cards, layout)


def _value(value: Decimal | None, unit: str) -> str:
    return f"{unit} · {words.money(abs(value))}" if value is not None else unit


def _nothing_yet(count: Count) -> ft.Control:
    said = (
        t("It is a blind count: what was found is shown once a place is done.")
        if count.blind
        else t("Whoever counts scans the places one after the other.")
    )
    return surface(
        ft.Container(empty(ft.Icons.QR_CODE_SCANNER_ROUNDED, t("Being counted"), said), height=260)
    )


# --- the lines ------------------------------------------------------------------------------------


def _table(
    state: CountState,
    lines: tuple[CountLine, ...],
    title: str,
    layout: Layout,
    *,
    money: bool,
    choose: bool = False,
) -> ft.Control | None:
    if not lines:
        return None
    rows = [_line(state, line, layout, money=money, choose=choose) for line in lines]
    if layout == "phone":
        return card(stretched(*divided(rows, 16)), title, padding=ft.Padding.only(bottom=6))

    def box(name: str, width: int, right: bool = True) -> ft.Control:
        place = ft.Alignment.CENTER_RIGHT if right else ft.Alignment.CENTER_LEFT
        return ft.Container(quiet(name, "label"), width=width, alignment=place)

    known = any(line.book is not None for line in lines)
    head = ft.Container(
        row(
            gap(32) if choose else None,
            quiet(t("Place and product"), "label", expand=True),
            box(t("Book"), BOOK_WIDTH) if known else None,
            box(t("Counted"), BOOK_WIDTH),
            box(t("Difference"), DIFFERENCE_WIDTH) if known else None,
            box(t("Value"), VALUE_WIDTH) if money and known else None,
            None if choose else box("", OUTCOME_WIDTH),
            gap=12,
        ),
        height=38,
        padding=ft.Padding.symmetric(horizontal=16),
    )
    much = quiet(tn("{n} line", "{n} lines", len(rows)), "small")
    return card(stretched(hairline(), head, hairline(), *divided(rows, 16)), title, much, padding=0)


def difference_said(line: CountLine) -> tuple[str, theme.Kind]:
    """+2 cases, −5 bottles, right."""
    if line.difference is None:
        return "", "mute"
    if line.difference == 0:
        return t("right"), "ok"
    amount = amounts.short(line, abs(line.difference))
    return (f"+{amount}", "soon") if line.difference > 0 else (f"{words.MINUS}{amount}", "expired")


def _line(state: CountState, line: CountLine, layout: Layout, *, money: bool, choose: bool) -> ft.Control:
    said, kind = difference_said(line)
    ink = theme.ON_TINT[kind] if kind != "mute" else theme.SUBDUED
    who = " · ".join(
        part
        for part in (
            bare(line.location),
            t("Lot {lot}", lot=line.lot) if line.lot else "",
            line.counted_by,
            t("second count") if line.round > 1 else "",
            line.reason,
        )
        if part
    )
    name = column(
        text(line.product_name, "strong", lines=2 if layout == "phone" else 1),
        quiet(who, lines=2),
        gap=1,
        expand=True,
    )
    value = words.money(line.value_difference) if money and line.value_difference is not None else ""
    going = state.count is not None and state.count.status in ("open", "recount")
    outcome = _outcome(line, going=going)
    tick = None
    if choose:

        def toggled(_: Any) -> None:
            state.toggle(line.id)

        tick = ft.Semantics(
            content=ft.Checkbox(value=line.id in state.chosen, on_change=toggled, width=32),
            label=t("Choose {place}, {product}", place=bare(line.location), product=line.product_name),
        )
    if layout == "phone":
        found = t("{n} counted", n=amounts.short(line, line.counted))
        book = t("book {n}", n=amounts.short(line, line.book)) if line.book is not None else ""
        return ft.Container(
            row(
                tick,
                column(
                    name,
                    quiet(" · ".join(part for part in (book, found, value) if part), "small", 2),
                    gap=3,
                    expand=True,
                ),
                column(
                    text(said, "strong", ink), outcome, gap=4, horizontal_alignment=ft.CrossAxisAlignment.END
                ),
                gap=10,
            ),
            padding=ft.Padding.symmetric(horizontal=16, vertical=10),
        )

    def box(content: ft.Control, width: int, right: bool = True) -> ft.Control:
        place = ft.Alignment.CENTER_RIGHT if right else ft.Alignment.CENTER_LEFT
        return ft.Container(content, width=width, alignment=place)

    known = line.book is not None
    return ft.Container(
        row(
            tick,
            name,
            box(_amount(amounts.short(line, line.book or 0)), BOOK_WIDTH) if known else None,
            box(_amount(amounts.short(line, line.counted), "strong"), BOOK_WIDTH),
            box(_amount(said, "strong", ink), DIFFERENCE_WIDTH) if known else None,
            box(text(value), VALUE_WIDTH) if money and known else None,
            None if choose else box(outcome or gap(1), OUTCOME_WIDTH),
            gap=12,
        ),
        height=64,
        padding=ft.Padding.symmetric(horizontal=16),
    )


def _amount(said: str, role: theme.Role = "body", color: ft.ColorValue = ft.Colors.ON_SURFACE) -> ft.Control:
    """An amount in a narrow column: it breaks rather than being cut."""
    return text(said, role, color, 2, text_align=ft.TextAlign.RIGHT)


def _outcome(line: CountLine, *, going: bool) -> ft.Control | None:
    if line.outcome == "to_approve":
        return pill("soon", t("To decide"), ft.Icons.RULE_ROUNDED)
    if line.outcome == "recount" and not going:
        return plain_pill(t("Counted again"))
    if line.outcome == "recount":
        return pill("soon", t("Count again"), ft.Icons.REPLAY_ROUNDED)
    if line.outcome == "posted" and line.difference:
        return pill("ok", t("Booked"))
    if line.outcome == "dismissed":
        return plain_pill(t("Book stays"))
    return None


# --- deciding -------------------------------------------------------------------------------------


def _decide(
    state: CountState, count: Count, session: Session, form: Form, layout: Layout
) -> list[ft.Control]:
    if not _may_decide(state, session) or not to_decide(count):
        return []
    chosen = len([line for line in to_decide(count) if line.id in state.chosen])
    n = len(state.lines)
    height = 48 if layout == "phone" else 40

    async def approve(_: Any) -> None:
        await state.approve(session.api)

    async def free(_: Any) -> None:
        await state.approve(session.api, free_promises=True)

    def ask(what: Literal["recount", "dismiss"]) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            form["reason"] = ""
            state.fault = ""
            state.asking = "" if state.asking == what else what

        return pressed

    async def say(_: Any) -> None:
        if state.asking in ("recount", "dismiss"):
            await state.reject(
                session.api, "recount" if state.asking == "recount" else "dismiss", form["reason"]
            )

    which = (
        tn("{n} chosen difference", "{n} chosen differences", n)
        if chosen
        else tn("{n} difference", "{n} differences", n)
    )
    buttons: list[ft.Control] = [
        button(
            t("Approve {what}", what=which),
            approve,
            icon=ft.Icons.CHECK_ROUNDED,
            height=height,
            disabled=state.working,
        ),
        button(t("Count again"), ask("recount"), kind="plain", icon=ft.Icons.REPLAY_ROUNDED, height=height),
        button(t("Leave the book"), ask("dismiss"), kind="plain", icon=ft.Icons.BLOCK_ROUNDED, height=height),
    ]
    parts: list[ft.Control | None] = [ft.Row(buttons, spacing=8, run_spacing=8, wrap=True)]
    if state.fault and state.fault_code in (
        "promised",
        "insufficient_stock",
        "would_break_promises",
        "units_are_promised",
    ):
        parts.append(
            button(
                t("Free those promises and book"),
                free,
                kind="plain",
                icon=ft.Icons.BOOKMARK_REMOVE_OUTLINED,
                height=height,
            )
        )
    if state.asking in ("recount", "dismiss"):
        label = t("Why count again?") if state.asking == "recount" else t("Why does the book stay?")
        go = t("Send them back") if state.asking == "recount" else t("Leave the book")
        parts += [
            text_field(form, "reason", label=label, height=52, autofocus=True, on_submit=say),
            row(button(go, say, height=height, kind="plain"), gap=8),
        ]
    hint = t("Tick lines to decide about some only.") if len(to_decide(count)) > 1 else ""
    return [
        card(
            stretched(*parts, quiet(hint, "small", 2) if hint else None, gap=10),
            t("What becomes of the differences?"),
            padding=ft.Padding.only(left=16, right=16, bottom=16),
        )
    ]


# --- beside ---------------------------------------------------------------------------------------


def _places(count: Count) -> ft.Control:
    last = max((place.round for place in count.places), default=1)
    now = [place for place in count.places if place.round == last]
    done = sum(1 for place in now if place.done_at is not None)
    said = t("{n} of {all} places counted", n=done, all=len(now))
    title = t("Second count") if last > 1 else t("Places")
    rows = [_place(place) for place in now[:60]]
    head = ft.Container(
        part_bar([("ok", done), (ft.Colors.SURFACE_CONTAINER_HIGHEST, len(now) - done)], said, 5),
        padding=ft.Padding.only(left=16, right=16, bottom=10),
    )
    return card(
        stretched(head, *divided(rows, 16)), title, quiet(t("{n} of {all}", n=done, all=len(now)), "small"),
        padding=ft.Padding.only(bottom=6),
    )  # fmt: skip


def _place(place: CountPlace) -> ft.Control:
    if place.done_at is not None:
        mark: ft.Control = ft.Icon(ft.Icons.CHECK_CIRCLE_ROUNDED, size=18, color=theme.SOLID["ok"])
        note = t("{who}, {when}", who=place.done_by, when=words.clock(place.done_at))
    elif place.claimed_by:
        mark = ft.Icon(ft.Icons.DIRECTIONS_WALK_ROUNDED, size=18, color=ft.Colors.PRIMARY)
        note = t("{who} is there", who=place.claimed_by)
    else:
        mark = ft.Icon(ft.Icons.CIRCLE_OUTLINED, size=18, color=theme.SUBDUED)
        note = t("to count")
    return ft.Container(
        row(mark, text(bare(place.location), "small_strong", expand=True), quiet(note), gap=10),
        height=40,
        padding=ft.Padding.symmetric(horizontal=16),
    )


def _about(state: CountState, count: Count, session: Session, page: ft.Page, form: Form) -> ft.Control:
    api = session.api

    async def sheet() -> Export:
        return await control.count_sheet(api, count.number)

    def tell(fault: str) -> None:
        state.fault = fault

    async def hand_in(_: Any) -> None:
        await state.submit(api)

    async def skip(_: Any) -> None:
        await state.submit(api, skip_rest=True)

    async def cancel(_: Any) -> None:
        if state.asking == "cancel":
            await state.cancel(api)
        else:
            state.asking = "cancel"

    totals = count.totals
    left = max((totals.places or len(count.places)) - totals.done, 0)
    facts = [
        names.count_method(count.method),
        t("blind") if count.blind else t("with the book's amounts"),
        t("differences are counted twice") if count.recount else "",
        _tolerance(count),
        count.note,
    ]
    steps: list[ft.Control] = []
    if count.status in ("open", "recount") and session.can("counts.run"):
        if left:
            label = tn("Hand in without {n} place", "Hand in without {n} places", left)
            if session.can("counts.change") and totals.done:
                steps.append(button(label, skip, kind="plain"))
        else:
            steps.append(button(t("Hand it in"), hand_in, icon=ft.Icons.SEND_ROUNDED))
    if "cancel" in count.possible_steps and session.can("counts.change"):
        said = t("Press again to cancel it") if state.asking == "cancel" else t("Cancel the count")
        steps.append(button(said, cancel, kind="plain"))
    made = row(
        avatar(count.user, 32),
        column(
            text(count.user, "strong"),
            quiet(words.moment(count.created_at) if count.created_at else ""),
            expand=True,
        ),
        gap=10,
    )
    approved = quiet(t("Approved by {who}", who=count.approved_by), "small") if count.approved_by else None
    return card(
        stretched(
            ft.Container(
                stretched(made, quiet(" · ".join(one for one in facts if one), "small", 4), approved, gap=8),
                padding=ft.Padding.symmetric(horizontal=16),
            ),
            gap(6),
            paper_links(page, [(t("Count sheet (PDF)"), sheet)], tell),
            ft.Container(
                ft.Row(steps, spacing=8, run_spacing=8, wrap=True),
                padding=ft.Padding.only(left=16, right=16, top=8),
            )
            if steps
            else None,
        ),
        t("About this count"),
        padding=ft.Padding.only(bottom=14),
    )


def _tolerance(count: Count) -> str:
    parts = [
        words.units(count.tolerance_units, "unit") if count.tolerance_units else "",
        words.percent(count.tolerance_percent) if count.tolerance_percent else "",
        words.money(count.tolerance_value) if count.tolerance_value else "",
    ]
    said = ", ".join(part for part in parts if part)
    return t("up to {amount} is booked without asking", amount=said) if said else ""
