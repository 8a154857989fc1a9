"""What to buy, supplier by supplier: what is late on top, each line with its reason, ordered or refused in one press."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.replenishment_records import Proposal, SupplierGroup
from stillage_client.components.buttons import button, chip, icon_button, tap
from stillage_client.components.faces import avatar, icon_tile
from stillage_client.components.feedback import banner, bone_rows, empty, working_bar
from stillage_client.components.fields import Form, search_field, text_field
from stillage_client.components.figures import part_bar
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import (
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
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.screens.audit import no_right
from stillage_client.screens.date_entry import read_date
from stillage_client.screens.planning import replenish_words as say
from stillage_client.screens.planning.replenish_rows import (
    Hands,
    check,
    line_head,
    line_row,
    noted,
    rows_of,
    urgency_pill,
)
from stillage_client.screens.planning.replenish_state import NOBODY, PlanQuery, ReplenishState
from stillage_client.screens.selling.totals import sum_said
from stillage_client.session import Session, use_session

TYPING_PAUSE_S = 0.3
DRAWN_FIRST = 40
TRUCK_WIDTH, LINES_WIDTH = 190, 132
LEAST_PALLETS = 0.05


@dataclass(frozen=True)
class _View:
    """All that drawing needs, together."""

    session: Session
    state: ReplenishState
    query: PlanQuery
    layout: Layout
    form: Form
    hands: Hands
    today: date
    ask: Callable[[PlanQuery], None]
    drawn: int
    more: Callable[[Any], None]
    load: Callable[..., Any]
    work_out: Callable[[Any], Any]
    order: Callable[[bool], Callable[[Any], Any]]
    refuse: Callable[[Any], Any]
    go: Callable[[str], Any]

    @property
    def may_order(self) -> bool:
        return self.session.can("planning.change") and self.session.can("buying.change")

    @property
    def may_refuse(self) -> bool:
        return self.session.can("planning.change")


@ft.component
def Replenish() -> ft.Control:
    """/replenish, /replenish/17."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    ft.use_route_location()
    query = PlanQuery.from_route(page.route or "/replenish")
    state = watched(ReplenishState)
    drawn, set_drawn = switched(DRAWN_FIRST)
    form: Form = remembered(lambda: {"q": query.search, "reason": "", "until": ""})
    allowed, may_change = session.can("planning.view"), session.can("planning.change")
    page.title = t("Replenish · Stillage")
    listed = replace(query, line=0)

    async def load(_: Any = None) -> None:
        if allowed:
            now = PlanQuery.from_route(page.route or "/replenish")
            await state.load(session.api, session.warehouse, replace(now, line=0))

    async def first() -> None:
        set_drawn(DRAWN_FIRST)
        await load()
        if state.loaded and not query.flat and not query.supplier and state.groups:
            worst = next((one for one in state.groups if one.supplier), None)
            if worst is not None and query.line == 0 and layout == "desk":  # what is most urgent stands open
                page.navigate(replace(query, supplier=worst.supplier).route())

    async def unfolded() -> None:
        if query.line and allowed:
            await state.unfold(session.api, query.line)
            found = state.detail
            if found is not None and not query.flat and not query.supplier:
                show = "refused" if found.status == "refused" else ""
                ask(replace(query, show=show, supplier="" if show else found.supplier or NOBODY))

    async def typed(value: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        now = PlanQuery.from_route(page.route or "/replenish")
        if form["q"] == value and value.strip() != now.search:
            page.navigate(replace(now, search=value.strip(), line=0).route())

    def ask(new: PlanQuery) -> None:
        page.navigate(new.route())

    after_drawing(first, [listed, session.warehouse])
    after_drawing(unfolded, [query.line])
    if not allowed:
        return screen(layout, t("Replenish"), no_right(t("what to buy")), online=session.live)

    async def work_out(_: Any) -> None:
        if await state.work_out(session.api, session.warehouse):
            await load()

    def order(place: bool) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            made = await state.order(session.api, place=place)
            if len(made) == 1:
                page.navigate(f"/purchases/{made[0].number}")
            elif made:
                page.navigate("/purchases?show=placed" if place else "/purchases?show=draft")

        return pressed

    async def refuse(_: Any) -> None:
        day = read_date(form["until"]) if form["until"].strip() else None
        if form["until"].strip() and day is None:
            state.fault = t("Write the day like 24.12.2026.")
            return
        if await state.refuse(session.api, form["reason"], day):
            form["reason"], form["until"] = "", ""
            await load()

    async def reopen(one: Proposal) -> None:
        if await state.reopen(session.api, [one.id]):
            await load()

    def fold(one: Proposal) -> None:
        ask(replace(query, line=0 if query.line == one.id else one.id))

    view = _View(
        session=session,
        state=state,
        query=query,
        layout=layout,
        form=form,
        hands=Hands(
            choose=(lambda one, on: state.choose([one.id], on)) if may_change else None,
            set_packs=state.set_packs if may_change and session.can("buying.change") else None,
            fold=fold,
            go=page.navigate,
            reopen=reopen if may_change else None,
            costs=session.can("cost.view"),
            policies=True,
        ),
        today=datetime.now(UTC).date(),
        ask=ask,
        drawn=drawn,
        more=lambda _: set_drawn(drawn + DRAWN_FIRST),
        load=load,
        work_out=work_out,
        order=order,
        refuse=refuse,
        go=page.navigate,
    )
    policies = lambda _: page.navigate("/policies")  # noqa: E731
    again = ft.Icons.REFRESH_ROUNDED
    actions = [button(t("Policies"), policies, icon=ft.Icons.TUNE_ROUNDED, kind="plain")]
    phone_actions = [icon_button(ft.Icons.TUNE_ROUNDED, t("Policies"), policies, size=24, box=48)]
    if may_change:
        actions.insert(0, button(t("Work out again"), work_out, icon=again, kind="plain"))
        phone_actions.insert(0, icon_button(again, t("Work out again"), work_out, size=24, box=48))
    return screen(
        layout,
        t("Replenish"),
        _body(view, typed),
        actions=actions,
        phone_actions=phone_actions,
        online=session.live,
    )


def _body(view: _View, typed: Callable[[str], Any]) -> ft.Control:
    state = view.state
    filters = _filters(view, typed)
    if state.trouble is not None and not state.loaded:
        again = button(t("Try now"), view.load, icon=ft.Icons.REFRESH_ROUNDED)
        said = state.trouble.title(t("What to buy"))
        return stretched(
            filters,
            surface(empty(state.trouble.icon, said, state.trouble.words, again), expand=True),
            gap=12,
            expand=True,
            tight=False,
        )
    if not state.loaded:
        return stretched(filters, surface(bone_rows(8, 72), expand=True), gap=12, expand=True, tight=False)
    content = _flat(view) if view.query.flat else _by_supplier(view)
    if content is None:
        return stretched(filters, surface(_nothing(view), expand=True), gap=12, expand=True, tight=False)
    listed = ft.Column(
        [*_banners(view), *content, gap(4)],
        key=f"lines of {view.query.supplier}",  # another supplier begins at the top
        spacing=12,
        scroll=ft.ScrollMode.AUTO,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        expand=True,
    )
    foot = _foot(view)
    return stretched(
        filters,
        working_bar(bool(state.working)),
        listed,
        foot,
        gap=10,
        expand=True,
        tight=False,
    )


def _filters(view: _View, typed: Callable[[str], Any]) -> ft.Control:
    summary, query = view.state.summary, view.query
    kinds: list[tuple[str, str, theme.Kind | None, int | None]] = [
        ("", t("By supplier"), None, summary.open if summary else None),
        ("late", t("Late"), "expired", summary.late if summary else None),
        ("now", t("Order now"), "soon", summary.now if summary else None),
        ("soon", t("Soon"), None, summary.soon if summary else None),
        ("no_supplier", t("No supplier"), "held", summary.no_supplier if summary else None),
        ("refused", t("Refused"), None, None),
    ]

    def press(key: str) -> Callable[[Any], Any]:
        def pressed(_: Any) -> None:
            view.form["q"] = ""
            view.ask(PlanQuery(show=key))

        return pressed

    chips = [
        chip(
            label,
            press(key),
            count=count,
            kind=kind,
            selected=query.show == key and not (query.search and not key),
        )
        for key, label, kind, count in kinds
        if count != 0 or key in ("", query.show)
    ]
    field = search_field(view.form, "q", t("Product or supplier"), typed)
    if view.layout == "desk":
        return ft.Row([ft.Container(field, width=260), *chips], spacing=8, run_spacing=8, wrap=True)
    return stretched(field, ft.Row(chips, spacing=8, scroll=ft.ScrollMode.HIDDEN), gap=10)


def _banners(view: _View) -> list[ft.Control]:
    """What was refused, and that stock has moved."""
    state = view.state
    parts: list[ft.Control] = []
    if state.fault:
        said = "\n".join(state.faults) or state.fault
        title = t("The supplier may not take it so") if state.doubtful else t("Nothing was ordered")
        if state.asking == "refuse" or not state.faults:
            title = t("That was not done")
        if state.doubtful:
            said += "\n" + t("Place it all the same, or make a draft of it.")
        parts.append(banner("soon" if state.doubtful else "expired", title, said))
    if state.trouble is not None:
        parts.append(banner("soon", t("These rows may be old"), state.trouble.words))
    if state.stale:
        title = tn(
            "Stock of {n} line has moved since it was worked out",
            "Stock of {n} lines has moved since they were worked out",
            state.stale,
        )
        again = (
            button(t("Work out again"), view.work_out, kind="plain", height=40) if view.may_refuse else None
        )
        parts.append(
            banner("info", title, "", *([again] if again is not None else []), icon=ft.Icons.SYNC_ROUNDED)
        )
    return parts


def _nothing(view: _View) -> ft.Control:
    if view.query.flat:
        clear = button(t("Show all"), lambda _: view.ask(PlanQuery()), kind="plain")
        if view.query.show == "refused":
            return empty(
                ft.Icons.DONE_ALL_ROUNDED, t("Nothing was refused"), t("What you refuse stays here."), clear
            )
        return empty(
            ft.Icons.SEARCH_OFF_ROUNDED, t("No line matches"), t("Search by product or supplier."), clear
        )
    return empty(
        ft.Icons.DONE_ALL_ROUNDED,
        t("Nothing has to be ordered"),
        t("Stock and what is on its way are enough for every product, as forecast."),
        button(t("Work out again"), view.work_out, kind="plain", icon=ft.Icons.REFRESH_ROUNDED)
        if view.may_refuse
        else None,
    )


# ---- the list


def _flat(view: _View) -> list[ft.Control] | None:
    if not view.state.lines:
        return None
    return [surface(stretched(*_lines(view, supplier=True)))]


def _by_supplier(view: _View) -> list[ft.Control] | None:
    if not view.state.groups:
        return None
    opened = "" if view.query.supplier == NOBODY else view.query.supplier
    groups = sorted(view.state.groups, key=lambda one: not (view.query.supplier and one.supplier == opened))
    return [_group(view, group) for group in groups]  # the open one on top, or its lines may be out of sight


def _group(view: _View, group: SupplierGroup) -> ft.Control:
    code = group.supplier or NOBODY
    opened = view.query.supplier == code

    def turn(_: Any) -> None:
        view.ask(PlanQuery(supplier="" if opened else code))

    head = _group_head(view, group, opened, turn)
    if not opened:
        return surface(head)
    ready = view.state.shown_for is not None and view.state.shown_for.supplier == code
    inside = _lines(view, supplier=False) if ready else [bone_rows(min(group.lines, 4) or 1, 84)]
    return surface(stretched(head, hairline(), *inside))


def _live(view: _View, group: SupplierGroup) -> SupplierGroup:
    """The open supplier's sums as they are chosen now."""
    state = view.state
    if state.shown_for is None or state.shown_for.supplier != group.supplier or not state.ordered:
        return group
    pallets = state.pallets
    return replace(
        group,
        net_total=state.value if state.value is not None else group.net_total,
        pallets=float(pallets) if pallets is not None else group.pallets,
        truck_percent=None if pallets is not None else group.truck_percent,
    )


def _group_head(view: _View, group: SupplierGroup, opened: bool, turn: Callable[[Any], Any]) -> ft.Control:
    group = _live(view, group) if opened else group
    name = group.supplier_name or group.supplier or t("Nobody sells these to us")
    lines = tn("{n} line", "{n} lines", group.lines)
    due = t("here by {day}", day=words.day(group.expected_date, weekday=True)) if group.expected_date else ""
    hint = "" if group.supplier else t("a supplier's catalogue must name them first")
    note = " · ".join(part for part in (lines, due, hint) if part)
    urgent = say.group_urgency(group)
    costs = view.hands.costs and group.net_total is not None
    face = avatar(name, 36) if group.supplier else icon_tile(ft.Icons.QUESTION_MARK_ROUNDED, "held", 36)
    fold = ft.Icon(
        ft.Icons.EXPAND_LESS_ROUNDED if opened else ft.Icons.EXPAND_MORE_ROUNDED,
        size=20,
        color=theme.SUBDUED,
    )
    warning = _warnings(view, group, opened) if group.supplier else []
    flag = row(urgency_pill(*urgent)) if urgent else gap(0)
    title = column(text(name, "h2"), quiet(note), gap=1, expand=True)
    worth = text(sum_said(group.net_total), "strong") if costs else None
    label = t("{supplier}: {lines}", supplier=name, lines=lines)
    truck = _truck(group) if group.supplier else None
    if view.layout == "desk":
        top: ft.Control = row(
            face,
            title,
            ft.Container(flag, width=LINES_WIDTH),
            ft.Container(truck, width=TRUCK_WIDTH),
            ft.Container(worth, width=110, alignment=ft.Alignment.CENTER_RIGHT),
            fold,
            gap=14,
        )
    else:
        top = stretched(
            row(face, title, fold, gap=12),
            row(flag, ft.Container(expand=True), worth, gap=10) if urgent or worth else None,
            truck,
            gap=8,
        )
    return tap(
        stretched(top, *warning, gap=6),
        turn,
        label=label,
        selected=opened,
        padding=ft.Padding.symmetric(horizontal=16, vertical=12),
    )


def _warnings(view: _View, group: SupplierGroup, opened: bool) -> list[ft.Control]:
    """Too little for the supplier, too much for the budget."""
    said: list[tuple[theme.Kind, str]] = []
    lines = view.state.lines if opened and not view.query.flat else ()
    small = next(((one, d) for one in lines for d in one.troubles if d.code == "below_minimum_value"), None)
    least, total = group.minimum_order_value, group.net_total
    if least is not None and total is not None and total < least:
        told = t(
            "They deliver from {amount} on, this is {value}.",
            amount=words.money(least),
            value=words.money(total),
        )
        said.append(("soon", told))
    elif small is not None:
        said.append(say.doubt(*small))
    if group.over_budget and group.budget is not None:
        said.append(("soon", t("Over the budget of {amount}", amount=words.money(group.budget))))
    return [noted(*one) for one in said]


def _truck(group: SupplierGroup) -> ft.Control | None:
    """How many pallets it comes to, and how full that makes a truck."""
    if not group.pallets or group.pallets < LEAST_PALLETS:
        return None
    pallets = say.pallets(group.pallets)
    if not group.truck_pallets:
        return quiet(t("{n} pallets", n=pallets), "small")
    full = (
        group.truck_percent if group.truck_percent is not None else 100 * group.pallets / group.truck_pallets
    )
    said = t(
        "{n} of {all} pallets, {percent} full",
        n=pallets,
        all=words.number(group.truck_pallets),
        percent=words.percent(full, 0),
    )
    done = min(round(full), 100)
    parts: list[tuple[theme.Kind | str, int]] = [
        ("info", done),
        (ft.Colors.SURFACE_CONTAINER_HIGHEST, 100 - done),
    ]
    return stretched(quiet(said), part_bar(parts, said, height=5), gap=5)


def _lines(view: _View, *, supplier: bool) -> list[ft.Control]:
    state = view.state
    shown = state.lines[: view.drawn]
    rows = [
        line_row(
            state,
            one,
            view.hands,
            view.form,
            view.layout,
            view.today,
            opened=view.query.line == one.id,
            supplier=supplier,
        )
        for one in shown
    ]
    head: list[ft.Control] = [line_head(view.hands.costs)] if view.layout == "desk" else []
    rest = len(state.lines) - len(shown)
    tail: list[ft.Control] = []
    if rest > 0:
        more = button(
            tn("Show {n} more line", "Show {n} more lines", rest), view.more, kind="quiet", height=48
        )
        tail.append(ft.Container(more, padding=4))
    return [*head, *rows_of(rows), *tail]


# ---- ordering


def _foot(view: _View) -> ft.Control | None:
    """What is chosen, and the two answers; it stays in sight."""
    state = view.state
    if not view.may_refuse or not state.choosable or view.query.show == "refused":
        return None
    if state.asking == "refuse":
        return _refusing(view)
    count = len(state.ordered)
    who = state.suppliers
    if not count:
        label = t("Choose lines to order")
    elif view.layout == "phone":
        label = tn("Order {n} line", "Order {n} lines", count)
    elif len(who) == 1:
        label = tn(
            "Order {n} line from {supplier}", "Order {n} lines from {supplier}", count, supplier=who[0]
        )
    else:
        label = tn(
            "Order {n} line from {all} suppliers", "Order {n} lines from {all} suppliers", count, all=len(who)
        )
    pallets = state.pallets
    said = " · ".join(
        part
        for part in (
            t("{n} of {all} chosen", n=len(state.marked), all=len(state.choosable)),
            t("{n} pallets", n=say.pallets(pallets)) if pallets else "",
            sum_said(state.value) if view.hands.costs and state.value is not None else "",
        )
        if part
    )
    every = len(state.marked) == len(state.choosable)
    all_of_them = check(
        every,
        t("Choose all"),
        lambda on: state.choose([one.id for one in state.choosable], on),
    )

    def not_now(_: Any) -> None:
        state.asking, state.fault, state.faults = "refuse", "", ()

    touch = view.layout != "desk"
    refuse = button(
        t("Not now"), not_now, kind="plain", height=56 if touch else 40, disabled=not state.marked
    )
    place = (
        button(
            t("Place all the same") if state.doubtful else t("Order and place"),
            view.order(True),
            kind="plain",
            height=48 if touch else 40,
            disabled=not count or bool(state.working),
        )
        if view.may_order
        else None
    )
    first = (
        button(
            label,
            view.order(False),
            icon=ft.Icons.SHOPPING_CART_OUTLINED,
            height=56 if touch else 40,
            disabled=not count or bool(state.working),
        )
        if view.may_order
        else None
    )
    if touch:
        inside: ft.Control = stretched(
            row(all_of_them, quiet(said, "small", 2, expand=True), gap=4),
            row(refuse, ft.Container(first, expand=True) if first is not None else None, gap=8),
            gap=4,
        )
    else:
        inside = row(
            all_of_them,
            column(
                text(said, "strong"),
                quiet(t("Makes drafts; nothing goes out before it is placed.")) if view.may_order else None,
                expand=True,
            ),
            refuse,
            place,
            first,
            gap=10,
        )
    return surface(inside, padding=ft.Padding.symmetric(horizontal=10, vertical=10))


def _refusing(view: _View) -> ft.Control:
    state, form = view.state, view.form
    count = len(state.marked)

    def back(_: Any) -> None:
        state.asking, state.fault = "", ""

    def later(days: int) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            day = view.today + timedelta(days=days)
            form["until"] = f"{day.day}.{day.month}.{day.year}"
            state.fault = ""
            state.asking = ""
            state.asking = "refuse"

        return pressed

    high = 52 if view.layout != "desk" else 48
    reason = text_field(
        form, "reason", label=t("Why not?"), height=high, on_submit=view.refuse, expand=view.layout == "desk"
    )
    until = text_field(form, "until", label=t("Not before (may stay empty)"), height=high, width=230)
    chips = ft.Row(
        [
            chip(t("In a week"), later(7)),
            chip(t("In two weeks"), later(14)),
            chip(t("In a month"), later(30)),
        ],
        spacing=8,
        run_spacing=8,
        wrap=True,
    )
    buttons = row(
        button(t("Back"), back, kind="plain", height=44),
        button(
            tn("Refuse {n} line", "Refuse {n} lines", count),
            view.refuse,
            height=44,
            disabled=bool(state.working),
        ),
        gap=8,
    )
    title = tn(
        "{n} line is not ordered, and not proposed again before that day",
        "{n} lines are not ordered, and not proposed again before that day",
        count,
    )
    if view.layout == "desk":
        inside = stretched(text(title, "strong"), row(reason, until, chips, gap=10), buttons, gap=10)
    else:
        inside = stretched(text(title, "strong", lines=2), reason, until, chips, buttons, gap=8)
    return surface(inside, padding=16)
