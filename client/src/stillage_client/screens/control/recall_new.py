"""Beginning a recall: which lots, why, in earnest or as a drill, and before pressing what will happen."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flet as ft

from stillage_client import theme, words
from stillage_client.api import scanning, stock
from stillage_client.api.records import Lot
from stillage_client.api.tracing_records import Trace
from stillage_client.api.transport import ApiError
from stillage_client.components.buttons import button, icon_button, tap
from stillage_client.components.faces import icon_tile, product_tile
from stillage_client.components.feedback import banner
from stillage_client.components.fields import Form, search_field, text_field
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import card, column, divided, gap, quiet, row, stretched, text
from stillage_client.components.navigation import screen
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.scans import Answer, Scan
from stillage_client.screens.audit import no_right
from stillage_client.screens.control.recall_state import NewRecallState, Units, may_recall, what_happens
from stillage_client.screens.control.trace_flow import Figures, lot_name
from stillage_client.session import use_session

TYPING_PAUSE_S = 0.3
FOUND_MAX = 8
SIDE_WIDTH = 372


def lots_of(route: str) -> list[int]:
    """The lots in the address: ?lots=12,15."""
    said = parse_qs(urlsplit(route).query).get("lots", [""])[0]
    return list(dict.fromkeys(int(part) for part in said.split(",") if part.isdigit()))[:20]


def route_with(lots: Sequence[int], *, drill: bool) -> str:
    """The address of these lots."""
    parts = [f"lots={','.join(str(lot) for lot in lots)}"] if lots else []
    parts += ["drill=yes"] if drill else []
    return "/recalls/new" + (f"?{'&'.join(parts)}" if parts else "")


def _nothing() -> None:
    """Nobody is listening."""


@ft.component
def NewRecall() -> ft.Control:
    """/recalls/new?lots=12,15&drill=yes."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    ft.use_route_location()
    state = watched(NewRecallState)
    form: Form = remembered(lambda: {"q": "", "title": "", "reason": "", "instructions": ""})
    nobody: tuple[Lot, ...] = ()
    found, set_found = switched(nobody)
    stop = remembered(lambda: {"listening": _nothing})
    chosen = lots_of(page.route or "")
    drill = "drill=yes" in urlsplit(page.route or "").query
    allowed = may_recall(session)
    page.title = t("New recall · Stillage")

    def choose(lots: Sequence[int]) -> None:
        page.navigate(route_with(lots, drill=drill))

    async def load() -> None:
        state.drill = drill
        if allowed:
            await state.load(session.api, chosen)

    async def typed(value: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        if form["q"] != value:
            return
        wanted = value.strip()
        if len(wanted) < 2:
            set_found(())
            return
        try:
            set_found((await stock.lots(session.api, search=wanted, limit=FOUND_MAX)).results)
        except ApiError as error:
            state.fault = error.sentence

    async def taken(scan: Scan) -> Answer:
        result = await scanning.scan(session.api, scan.code, warehouse=session.warehouse)
        if result.product and result.lot_id:
            now = lots_of(page.route or "")
            if result.lot_id in now:
                return Answer("echo", t("Already chosen"), result.lot or "")
            choose([*now, result.lot_id])
            return Answer("ok", t("Chosen"), f"{result.product_name}, {result.lot}")
        if result.product:
            return Answer(
                "error", t("No lot"), t("The code names no lot that was ever here. Type the lot's number.")
            )
        return Answer("error", t("Unknown code"), t("Scan a case of the lot."))

    def listen() -> None:
        stop["listening"]()
        stop["listening"] = session.scans.subscribe(taken) if allowed else _nothing

    def silence() -> None:
        stop["listening"]()
        stop["listening"] = _nothing

    after_drawing(load, [tuple(chosen), drill])
    after_drawing(listen, [allowed], cleanup=silence)
    crumb = (t("Recalls"), lambda: page.navigate("/recalls"))
    if not allowed:
        return screen(layout, t("New recall"), no_right(t("recalls")), crumb=crumb, online=session.live)

    def add(lot: Lot) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            form["q"] = ""
            set_found(())
            choose([*chosen, lot.id])

        return pressed

    def drop(lot: int) -> Callable[[Any], None]:
        return lambda _: choose([one for one in chosen if one != lot])

    def switch(_: Any) -> None:
        page.navigate(route_with(chosen, drill=not drill))

    async def begin(_: Any) -> None:
        number = await state.begin(session.api, form["title"], form["reason"], form["instructions"])
        if number:
            page.navigate(f"/recalls/{number}")

    left: list[ft.Control] = [
        _lots(state, form, found, typed, add, drop, layout),
        _why(form, drill, switch),
    ]
    right = _before(state, drill, begin, layout)
    if layout == "desk":
        body: ft.Control = ft.Row(
            [
                ft.Column(
                    left, spacing=16, expand=True, scroll=ft.ScrollMode.AUTO,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                ),
                ft.Column(
                    right, spacing=16, width=SIDE_WIDTH, scroll=ft.ScrollMode.AUTO,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                ),
            ],
            spacing=16,
            expand=True,
            vertical_alignment=ft.CrossAxisAlignment.STRETCH,
        )  # fmt: skip
    else:
        body = ft.Column(
            [*left, *right, gap(12)],
            spacing=12,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    title = t("New drill") if drill else t("New recall")
    return screen(layout, title, body, crumb=crumb, online=session.live)


def _lots(
    state: NewRecallState,
    form: Form,
    found: Sequence[Lot],
    typed: Callable[[str], Any],
    add: Callable[[Lot], Callable[[Any], None]],
    drop: Callable[[int], Callable[[Any], None]],
    layout: Layout,
) -> ft.Control:
    chosen = {one.lot.lot_id or one.lot.id for one in state.traces}
    rows: list[ft.Control] = [_chosen(one, drop, layout) for one in state.traces]
    gone = [
        banner(
            "soon",
            t("A lot was not found"),
            t("Lot {id} is not there, or lies where you may not look.", id=lot),
        )
        for lot in state.missing
    ]
    hits = [_hit(lot, add(lot)) for lot in found if lot.id not in chosen]
    field = search_field(form, "q", t("Lot number or product, or scan a case"), typed)
    return card(
        stretched(
            ft.Container(field, padding=ft.Padding.symmetric(horizontal=16)),
            *[ft.Container(one, padding=ft.Padding.only(left=16, right=16, top=8)) for one in gone],
            gap(8),
            *divided([*hits, *rows], 16),
            ft.Container(
                quiet(t("Several lots may be called back together."), "small", 2),
                padding=ft.Padding.symmetric(horizontal=16, vertical=10),
            )
            if not rows and not hits
            else None,
        ),
        t("Which lots?"),
        padding=ft.Padding.only(bottom=8),
    )


def _hit(lot: Lot, pressed: Callable[[Any], None]) -> ft.Control:
    day = lot.best_before_date or lot.expiry_date
    until = words.day(day, year=True) if day else ""
    note = " · ".join(part for part in (lot.product, until) if part)
    return tap(
        row(
            icon_tile(ft.Icons.ADD_ROUNDED, "info"),
            column(text(f"{lot.product_name}, {lot.lot}", "strong"), quiet(note), expand=True),
            quiet(t("Choose"), "small"),
            gap=12,
        ),
        pressed,
        height=56,
        padding=ft.Padding.symmetric(horizontal=16),
    )


def _chosen(one: Trace, drop: Callable[[int], Callable[[Any], None]], layout: Layout) -> ft.Control:
    b = one.balance
    say = Figures(one, [b.received, b.on_hand, b.shipped, b.returned])
    said = t(
        "{all} received, {here} here, {out} with customers",
        all=say.said(b.received),
        here=say.number(b.on_hand + b.in_transit),
        out=say.number(b.shipped - b.returned),
    )
    until = t("best before {day}", day=words.day(one.lot.until, year=True)) if one.lot.until else ""
    going = next((r.number for r in one.recalls if r.status == "open"), "")
    warn = (
        text(t("Called back already: {number}", number=going), "small", theme.ON_TINT["held"])
        if going
        else None
    )
    return ft.Container(
        row(
            product_tile(one.lot.category, one.lot.product_name),
            column(
                text(
                    lot_name(one),
                    "strong",
                    lines=2,
                ),
                quiet(
                    " · ".join(part for part in (said, until) if part), lines=3 if layout == "phone" else 2
                ),
                warn,
                gap=1,
                expand=True,
            ),
            icon_button(
                ft.Icons.CLOSE_ROUNDED,
                t("Leave out lot {lot}", lot=one.lot.lot),
                drop(one.lot.lot_id or one.lot.id),
                box=48 if layout == "phone" else 40,
            ),
            gap=12,
        ),
        padding=ft.Padding.only(left=16, right=8, top=10, bottom=10),
    )


def _why(form: Form, drill: bool, switch: Callable[[Any], Any]) -> ft.Control:
    return card(
        stretched(
            text_field(form, "reason", label=t("Why? The customers read it"), height=52),
            text_field(form, "title", label=t("Title (may be left empty)"), height=52),
            text_field(
                form,
                "instructions",
                label=t("What shall customers do?"),
                multiline=True,
                min_lines=2,
                max_lines=4,
                height=76,
            ),
            ft.Switch(
                label=t("Only a drill: nothing is held, but the clock runs"),
                value=drill,
                on_change=switch,
            ),
            gap=12,
        ),
        t("Why?"),
        padding=ft.Padding.only(left=16, right=16, bottom=16),
    )


def _before(
    state: NewRecallState, drill: bool, begin: Callable[[Any], Any], layout: Layout
) -> list[ft.Control]:
    """What pressing will do, in numbers; and the one button."""
    happens = what_happens(state.traces)
    packs = {(one.units_per_case, one.case_name, one.base_unit) for one in state.traces}
    measure = Units(*next(iter(packs))) if len(packs) == 1 else Units()
    say = Figures(measure, [happens.here, happens.in_transit, happens.promised, happens.shipped])

    def line(icon: ft.IconData, kind: theme.Kind, said: str, note: str) -> ft.Control:
        return row(
            icon_tile(icon, kind, 36),
            column(text(said, "strong", lines=2), quiet(note, lines=3), gap=1, expand=True),
            gap=12,
        )

    held = t("No order can be given them any more.")
    lines = [
        line(
            ft.Icons.LOCK_OUTLINED,
            "mute" if drill else "held",
            t("Held here: {amount}", amount=say.said(happens.here))
            if not drill
            else t("Here: {amount}", amount=say.said(happens.here)),
            held if not drill else t("They stay free: it is a drill."),
        ),
        line(
            ft.Icons.BOOKMARK_REMOVE_OUTLINED,
            "soon" if happens.promised and not drill else "mute",
            t("Promised: {amount}", amount=say.said(happens.promised)),
            tn(
                "{n} order loses its promise and looks for another lot.",
                "{n} orders lose their promises and look for other lots.",
                happens.orders,
            )
            if happens.orders and not drill
            else t("No order is touched."),
        ),
        line(
            ft.Icons.STOREFRONT_OUTLINED,
            "info" if happens.customers else "mute",
            t("With customers: {amount}", amount=say.said(happens.shipped)),
            tn("{n} customer is to be told.", "{n} customers are to be told.", happens.customers)
            if happens.customers
            else t("Nobody has to be told."),
        ),
    ]
    if happens.in_transit:
        lines.insert(
            1,
            line(
                ft.Icons.SWAP_HORIZ_ROUNDED,
                "info",
                t("On the way: {amount}", amount=say.said(happens.in_transit)),
                t("They are held where they arrive.") if not drill else "",
            ),
        )
    press = button(
        t("Begin the drill") if drill else t("Recall now"),
        begin,
        icon=ft.Icons.SCIENCE_OUTLINED if drill else ft.Icons.CAMPAIGN_OUTLINED,
        height=56 if layout == "phone" else 48,
        disabled=state.working or not state.traces,
    )
    fault = [banner("expired", t("That was not done"), state.fault)] if state.fault else []
    inside: list[ft.Control] = (
        lines
        if state.traces
        else [quiet(t("Choose a lot, and it is said here what will happen."), "body", 3)]
    )
    return [
        *fault,
        card(
            stretched(*inside, gap(4), press, gap=14),
            t("What will happen"),
            padding=ft.Padding.only(left=16, right=16, bottom=16),
        ),
    ]
