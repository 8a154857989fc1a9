"""What is to be picked: the lists under way, and the orders that wait for one; several make a wave."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import picking, selling
from stillage_client.api.selling_records import Order, PickList
from stillage_client.api.transport import Api, ApiError, new_key
from stillage_client.components.buttons import big_button, button, tap
from stillage_client.components.faces import icon_tile
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.figures import part_bar
from stillage_client.components.hooks import after_drawing, watched
from stillage_client.components.layout import card, column, divided, gap, quiet, row, stretched, surface, text
from stillage_client.components.live import use_live
from stillage_client.components.navigation import screen
from stillage_client.components.status import pill
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.screens.audit import no_right
from stillage_client.screens.refusals import Trouble, trouble_of
from stillage_client.screens.selling import names
from stillage_client.session import use_session

ORDERS_READ = 50


@ft.observable
@dataclass
class PickingState:
    """Lists and orders, and which orders are chosen."""

    lists: tuple[PickList, ...] = ()
    orders: tuple[Order, ...] = ()
    chosen: frozenset[str] = frozenset()
    loaded: bool = False
    working: bool = False
    fault: str = ""
    trouble: Trouble | None = None

    async def load(self, api: Api, warehouse: str | None) -> None:
        try:
            lists, ready, going = await asyncio.gather(
                picking.pick_lists(api, status="open", warehouse=warehouse, limit=ORDERS_READ),
                selling.orders(
                    api, status="allocated", warehouse=warehouse, ordering="delivery_date", limit=ORDERS_READ
                ),
                selling.orders(
                    api, status="picking", warehouse=warehouse, ordering="delivery_date", limit=ORDERS_READ
                ),
            )
        except ApiError as error:
            self.trouble = trouble_of(error)
            return
        listed = {number for one in lists.results for number in one.order_numbers}
        waiting = [*going.results, *ready.results]
        self.lists = lists.results
        self.orders = tuple(o for o in waiting if o.number not in listed and o.allocated > o.picked)
        self.chosen &= {order.number for order in self.orders}
        self.loaded, self.trouble = True, None

    def toggle(self, number: str) -> None:
        self.chosen = self.chosen ^ {number}

    async def begin(self, api: Api, numbers: list[str]) -> str:
        """A list for these orders; its number, empty when it was refused."""
        if self.working or not numbers:
            return ""
        self.working, self.fault = True, ""
        try:
            return (await picking.begin(api, numbers, key=new_key())).number
        except ApiError as error:
            self.fault = error.sentence
            return ""
        finally:
            self.working = False


@ft.component
def Picking() -> ft.Control:
    """/picking."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    state = watched(PickingState)
    allowed = session.can("picking.run")
    page.title = t("Picking · Stillage")

    async def load() -> None:
        if allowed:
            await state.load(session.api, session.warehouse)

    async def try_now(_: Any) -> None:
        await load()

    after_drawing(load, [session.warehouse])
    use_live(("orders", "picking"), load)
    if not allowed:
        return screen(layout, t("Picking"), no_right(t("picking")), online=session.live)

    def start(numbers: list[str]) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            made = await state.begin(session.api, numbers)
            if made:
                page.navigate(f"/pick/{made}")

        return pressed

    chosen = sorted(state.chosen)
    wave = start(chosen)
    label = (
        tn("Pick {n} order", "Pick {n} orders together", len(chosen))
        if chosen
        else t("Choose orders to pick together")
    )
    actions = (
        [button(label, wave, icon=ft.Icons.SHOPPING_BASKET_OUTLINED)] if chosen and layout != "phone" else []
    )
    body = _body(state, layout, page, start, try_now)
    if layout == "phone" and chosen:
        body = stretched(
            ft.Container(body, expand=True),
            gap(8),
            row(
                big_button(
                    label,
                    ft.Icons.SHOPPING_BASKET_OUTLINED,
                    wave,
                    color=ft.Colors.ON_PRIMARY,
                    ground=ft.Colors.PRIMARY,
                )
            ),
            expand=True,
            tight=False,
        )
    return screen(layout, t("Picking"), body, actions=actions, online=session.live)


def _body(
    state: PickingState,
    layout: Layout,
    page: ft.Page,
    start: Callable[[list[str]], Callable[[Any], Any]],
    try_now: Callable[[Any], Any],
) -> ft.Control:
    if state.trouble is not None and not state.loaded:
        again = button(t("Try now"), try_now, icon=ft.Icons.REFRESH_ROUNDED)
        return surface(
            empty(state.trouble.icon, state.trouble.title(t("This page")), state.trouble.words, again),
            expand=True,
        )
    if not state.loaded:
        return surface(bone_rows(8), expand=True)
    parts: list[ft.Control] = [banner("expired", t("That was not done"), state.fault)] if state.fault else []
    if state.lists:
        rows = [_list_row(one, page) for one in state.lists]
        parts.append(card(stretched(*divided(rows, 16)), t("Under way"), padding=ft.Padding.only(bottom=6)))
    if state.orders:
        ready = [_order_row(state, order, start, layout) for order in state.orders]
        parts.append(
            card(
                stretched(*divided(ready, 16)),
                t("Ready to pick"),
                subtitle=t("Choose several to walk once for all of them."),
                padding=ft.Padding.only(bottom=6),
            )
        )
    if not state.lists and not state.orders:
        return surface(
            empty(
                ft.Icons.SHOPPING_BASKET_OUTLINED,
                t("Nothing to pick"),
                t("Orders come here as soon as stock is promised to them."),
                button(t("Orders"), lambda _: page.navigate("/orders"), kind="plain"),
            ),
            expand=True,
        )
    return ft.Column(
        parts,
        spacing=16 if layout == "desk" else 12,
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _list_row(one: PickList, page: ft.Page) -> ft.Control:
    total = len(one.tasks) or one.task_count
    open_ = sum(1 for task in one.tasks if task.open > 0) if one.tasks else one.open_task_count
    customers = tuple(dict.fromkeys(task.customer_name for task in one.tasks if task.customer_name))
    whom = ", ".join(customers[:2]) or ", ".join(one.order_numbers[:3])
    said = t("{n} of {all} done", n=total - open_, all=total)
    return tap(
        row(
            icon_tile(ft.Icons.SHOPPING_BASKET_OUTLINED, "info", 40),
            column(text(whom or one.number, "strong"), quiet(f"{one.number} · {said}"), gap=2, expand=True),
            ft.Container(
                part_bar(
                    [("ok", total - open_), (ft.Colors.SURFACE_CONTAINER_HIGHEST, open_)], said, expand=True
                ),
                width=72,
            )
            if total
            else pill("info", names.pick_status(one.status)),
            ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=22, color=theme.SUBDUED),
            gap=12,
        ),
        lambda _: page.navigate(f"/pick/{one.number}"),
        label=t("Pick list {number}", number=one.number),
        height=64,
        padding=ft.Padding.symmetric(horizontal=16),
    )


def _order_row(
    state: PickingState, order: Order, start: Callable[[list[str]], Callable[[Any], Any]], layout: Layout
) -> ft.Control:
    chosen = order.number in state.chosen

    def toggle(_: Any) -> None:
        state.toggle(order.number)

    box = ft.Icon(
        ft.Icons.CHECK_BOX_ROUNDED if chosen else ft.Icons.CHECK_BOX_OUTLINE_BLANK_ROUNDED,
        size=24,
        color=ft.Colors.PRIMARY if chosen else theme.SUBDUED,
    )
    when = words.day(order.delivery_date, weekday=True) if order.delivery_date else ""
    note = " · ".join(p for p in (order.number, tn("{n} line", "{n} lines", order.line_count), when) if p)
    late = pill("expired", t("Late"), ft.Icons.SCHEDULE_ROUNDED) if order.late else None
    line = tap(
        row(box, column(text(order.customer_name, "strong"), quiet(note), gap=2, expand=True), late, gap=12),
        toggle,
        selected=chosen,
        label=t("Choose order {number}", number=order.number),
        expand=True,
        height=62,
        padding=ft.Padding.only(left=14),
    )
    go = button(t("Pick"), start([order.number]), kind="plain", height=48 if layout != "desk" else 40)
    return row(line, go, ft.Container(width=8), gap=4)
