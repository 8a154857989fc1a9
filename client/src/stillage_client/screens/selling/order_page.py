"""One order: how far it is, where each line comes from and why, and the next step as the one filled button."""

from collections.abc import Callable
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.live import Change
from stillage_client.api.selling_records import Considered, LineAllocation, Order, OrderLine
from stillage_client.components.buttons import button
from stillage_client.components.faces import product_tile
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.figures import part_bar
from stillage_client.components.hooks import after_drawing, remembered, watched
from stillage_client.components.layout import (
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
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t
from stillage_client.screens import amounts
from stillage_client.screens.audit import no_right
from stillage_client.screens.selling.lots import TakeFrom, fold, lots_considered, ways_out
from stillage_client.screens.selling.order_editor import OrderEditor
from stillage_client.screens.selling.order_list import order_pill
from stillage_client.screens.selling.order_side import Actions, side_cards
from stillage_client.screens.selling.order_state import STAGES, OrderState, stage
from stillage_client.screens.selling.totals import sum_said
from stillage_client.session import use_session

SIDE_WIDTH = 340
STATE_WIDTH, AMOUNT_WIDTH, PRICE_WIDTH = 156, 84, 92


@ft.component
def OrderPage() -> ft.Control:
    """/orders/SO-000042: a draft opens in the editor, everything else as what it is."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    number = ft.use_route_params().get("number", "")
    state = watched(OrderState)
    form = remembered(lambda: {"reason": "", "carrier": "", "tracking": ""})
    allowed = session.can("sales.view")
    page.title = f"{number} · Stillage"

    async def load() -> None:
        if allowed:
            await state.load(session.api, number)

    async def again() -> None:
        if state.order is None or state.order.status != "draft":  # a draft is being written here
            await load()

    async def try_now(_: Any) -> None:
        await load()

    after_drawing(load, [number, session.warehouse])
    use_live(("orders", "picking", "shipments", "stock"), again, lambda change: concerns(change, number))
    if not allowed:
        return screen(layout, number, no_right(t("orders")), online=session.live)
    order = state.order if state.order is not None and state.order.number == number else None
    if order is None:
        return _frame(layout, number, _waiting(state, number, try_now), page, session.live)
    if (
        order.status == "draft"
        and session.can("sales.change")
        and "edit" in (order.possible_steps or ("edit",))
    ):
        return OrderEditor(order)
    actions = Actions(state, session, form, page)
    lines = _lines(
        state, order, layout, session.can("sales.prices"), _pin(state, session), _take_from(state, session)
    )
    notice = [banner("expired", t("That was not done"), state.fault)] if state.fault else []
    side = side_cards(actions, order, layout)
    head = _stages(order, layout)
    if layout == "desk":
        left = ft.Column(
            [*notice, head, lines, gap(12)],
            spacing=16,
            expand=True,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
        right = ft.Column(
            [*side, gap(12)],
            spacing=16,
            width=SIDE_WIDTH,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
        body: ft.Control = ft.Row(
            [left, right], spacing=16, expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH
        )
    else:
        body = ft.Column(
            [*notice, head, side[0], lines, *side[1:], gap(12)],
            spacing=12,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    return _frame(layout, number, body, page, session.live, order)


def concerns(change: Change, number: str) -> bool:
    """Whether a change may be of this order: lists and shipments take several."""
    return change.topic in ("picking", "shipments") or change.names(number)


def _frame(
    layout: Layout, number: str, body: ft.Control, page: ft.Page, live: bool, order: Order | None = None
) -> ft.Control:
    return screen(
        layout,
        number,
        body,
        actions=[order_pill(order)] if order is not None else [],
        phone_actions=[order_pill(order)] if order is not None else [],
        subtitle=order.customer_name if order is not None and layout == "phone" else "",
        crumb=(t("Orders"), lambda: page.navigate("/orders")),
        online=live,
    )


def _waiting(state: OrderState, number: str, try_now: Callable[[Any], Any]) -> ft.Control:
    if state.trouble is None:
        return surface(bone_rows(6), expand=True)
    trouble = state.trouble
    again = button(t("Try now"), try_now, icon=ft.Icons.REFRESH_ROUNDED)
    return surface(
        empty(trouble.icon, trouble.title(t("Order {number}", number=number)), trouble.words, again),
        expand=True,
    )


def _pin(state: OrderState, session: Any) -> Callable[[int, Considered], Any] | None:
    order = state.order
    if order is None or "pin" not in order.possible_steps or not session.can("sales.pin"):
        return None

    async def pin(line_id: int, lot: Considered) -> None:
        line = next((one for one in order.lines if one.id == line_id), None)
        if line is not None:
            await state.pin(session.api, line_id, lot, min(lot.available, line.quantity - line.picked))

    return pin


def _take_from(state: OrderState, session: Any) -> Callable[[int], TakeFrom | None]:
    """Promise a line from another warehouse, too."""
    order = state.order
    may = order is not None and "allocate" in order.possible_steps and session.can("sales.change")

    def of_line(line_id: int) -> TakeFrom | None:
        if not may:
            return None

        async def take(warehouse: str) -> None:
            await state.step(session.api, "allocate", {"warehouses": [warehouse], "lines": [line_id]})

        return take

    return of_line


def _stages(order: Order, layout: Layout) -> ft.Control:
    """Five stages, those behind filled."""
    names = {
        "confirmed": t("Confirmed"),
        "allocated": t("Promised"),
        "picking": t("Picked"),
        "packed": t("Packed"),
        "shipped": t("Shipped"),
    }
    reached = stage(order)

    def one(number: int, key: str) -> ft.Control:
        done = number < reached
        now = number == reached - 1 and order.status not in ("shipped", "closed")
        color: ft.ColorValue = (
            ft.Colors.PRIMARY if now else theme.SOLID["ok"] if done else ft.Colors.SURFACE_CONTAINER_HIGHEST
        )
        ink = ft.Colors.ON_SURFACE if done else theme.SUBDUED
        return column(
            ft.Container(height=5, border_radius=5, bgcolor=color),
            text(
                t("Picking") if now and key == "picking" else names[key],
                "over" if layout == "phone" else "label",
                ink,
            ),
            gap=5,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )

    return ft.Semantics(
        content=row(*[one(n, key) for n, key in enumerate(STAGES)], gap=6),
        label=t("{n} of {all} steps done", n=reached, all=len(STAGES)),
        container=True,
    )


def _lines(
    state: OrderState,
    order: Order,
    layout: Layout,
    prices: bool,
    pin: Callable[[int, Considered], Any] | None,
    take_from: Callable[[int], TakeFrom | None],
) -> ft.Control:
    rows = [_line(state, order, line, layout, prices, pin, take_from) for line in order.lines]
    if layout == "phone":
        return surface(stretched(*divided(rows)))

    def box(name: str, width: int, right: bool = False) -> ft.Control:
        place = ft.Alignment.CENTER_RIGHT if right else ft.Alignment.CENTER_LEFT
        return ft.Container(quiet(name, "label"), width=width, alignment=place)

    head = ft.Container(
        row(
            quiet(t("Product"), "label", expand=True),
            box(t("How far"), STATE_WIDTH),
            box(t("Quantity"), AMOUNT_WIDTH, True),
            box(t("Price"), PRICE_WIDTH, True) if prices else None,
            ft.Container(width=36),
            gap=12,
        ),
        height=38,
        padding=ft.Padding.only(left=16, right=10),
    )
    return surface(stretched(head, hairline(), *divided(rows)))


def line_progress(line: OrderLine) -> tuple[str, list[tuple[theme.Kind | str, int]], int]:
    """In words how far a line is, as parts of a bar, and how much nobody has promised."""
    whole = max(line.quantity - line.cancelled, 0)
    done = min(line.shipped, whole)
    picked = min(line.picked, whole - done)
    promised = min(max(line.allocated - line.picked, 0), whole - done - picked)
    missing = whole - done - picked - promised
    parts: list[tuple[theme.Kind | str, int]] = [
        ("ok", done + picked),
        ("info", promised),
        (ft.Colors.SURFACE_CONTAINER_HIGHEST, missing),
    ]
    if whole == 0:
        said = t("Cancelled")
    elif done == whole:
        said = t("All shipped")
    elif done + picked == whole:
        said = t("All picked")
    elif missing == 0:
        said = t("{amount} to pick", amount=amounts.short(line, promised)) if picked else t("All promised")
    else:
        said = t("{amount} not promised", amount=amounts.short(line, missing))
    return said, parts, missing


def _line(
    state: OrderState,
    order: Order,
    line: OrderLine,
    layout: Layout,
    prices: bool,
    pin: Callable[[int, Considered], Any] | None,
    take_from: Callable[[int], TakeFrom | None],
) -> ft.Control:
    said, parts, missing = line_progress(line)
    opened = state.unfolded == line.id

    def toggle(_: Any) -> None:
        state.unfolded = 0 if opened else line.id

    waits = missing > 0 and order.status not in ("confirmed", "cancelled", "closed")
    short = missing > 0 and (order.allocation in ("backordered", "part") or waits)
    how_far = stretched(
        text(said, "small_strong", theme.ON_TINT["soon"] if short else theme.SUBDUED),
        part_bar(parts, said, height=5),
        gap=5,
    )
    name = column(text(line.product_name, "strong"), quiet(_packed(line)), gap=1, expand=True)
    amount = text(amounts.short(line, line.quantity), "strong")
    price = text(sum_said(line.net_amount, order.currency), "strong") if prices else None
    arrow = fold(opened, line.product_name, toggle)
    if layout == "phone":
        top: ft.Control = stretched(
            row(product_tile(line.category, line.product_name), name, arrow, gap=12),
            row(ft.Container(how_far, expand=True), amount, gap=16),
            gap=8,
        )
    else:
        top = row(
            row(product_tile(line.category, line.product_name), name, gap=12, expand=True),
            ft.Container(how_far, width=STATE_WIDTH),
            ft.Container(amount, width=AMOUNT_WIDTH, alignment=ft.Alignment.CENTER_RIGHT),
            ft.Container(price, width=PRICE_WIDTH, alignment=ft.Alignment.CENTER_RIGHT) if price else None,
            arrow,
            gap=12,
        )
    inset = ft.Padding.only(left=16 if layout == "phone" else 64, right=16, bottom=14)
    below: list[ft.Control | None] = []
    known = state.lots_of(line.id)
    if opened:
        below.append(ft.Container(_lots(line, known, layout, pin), padding=inset))
    if short and known is not None and known.missing > 0:
        below.append(
            ft.Container(
                ways_out(line, known.missing, known.ways_out, narrow=layout == "phone"), padding=inset
            )
        )
    return ft.Container(
        stretched(ft.Container(top, padding=ft.Padding.only(left=16, right=10, top=11, bottom=11)), *below),
        bgcolor=ft.Colors.with_opacity(0.04, ft.Colors.PRIMARY) if opened else None,
    )


def _packed(line: OrderLine) -> str:
    per = (
        t("{case} of {n}", case=words.unit(line.pack_name, 1).capitalize(), n=line.units_per_pack)
        if line.units_per_pack > 1
        else ""
    )
    size = words.volume(line.container_ml) if line.container_ml else ""
    return " · ".join(part for part in (line.product, per, size) if part)


def _lots(
    line: OrderLine,
    known: LineAllocation | None,
    layout: Layout,
    pin: Callable[[int, Considered], Any] | None,
) -> ft.Control:
    """The reasons as the server gives them; else the plain promises."""
    if known is not None and known.considered:
        title = t("Where {amount} come from", amount=amounts.short(line, known.quantity))
        hand: Callable[[Considered], Any] | None = None
        if pin is not None:

            async def hand(lot: Considered) -> None:
                await pin(line.id, lot)

        return lots_considered(line, known.considered, title, pin=hand, narrow=layout == "phone")
    promises = tuple(
        Considered(
            lot=one.lot,
            location=one.location,
            best_before_date=one.best_before_date,
            expiry_date=one.expiry_date,
            available=one.quantity,
            taken=one.quantity,
            verdict="taken",
        )
        for one in line.allocations
    )
    return lots_considered(line, promises, t("Promised lots"), narrow=layout == "phone")
