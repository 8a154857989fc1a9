"""Beside an order: the next step and the others, the sums, the papers, what belongs to it, and its past."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import selling
from stillage_client.api.records import Export
from stillage_client.api.selling_records import Order
from stillage_client.components.buttons import button, tap
from stillage_client.components.faces import avatar
from stillage_client.components.fields import Form, text_field
from stillage_client.components.layout import card, column, gap, quiet, row, stretched, text
from stillage_client.components.viewport import Layout
from stillage_client.locale import t, tn
from stillage_client.screens.selling import names
from stillage_client.screens.selling.lots import choice
from stillage_client.screens.selling.order_state import OrderState, can_take, owed, unpicked
from stillage_client.screens.selling.papers import Fetch, paper_links
from stillage_client.screens.selling.totals import total_lines
from stillage_client.session import Session

PAST_SHOWN = 8
_INNER = ft.Padding.only(left=16, right=16, bottom=16)
PERMISSION = {
    "allocate": "sales.change",
    "deallocate": "sales.change",
    "confirm": "sales.change",
    "reopen": "sales.change",
    "cancel": "sales.change",
    "close": "sales.change",
    "pick": "picking.run",
    "pick_list": "picking.run",
    "pack": "shipping.run",
    "unpack": "shipping.run",
    "ship": "shipping.run",
}


@dataclass(frozen=True)
class Actions:
    """What the buttons work on."""

    state: OrderState
    session: Session
    form: Form
    page: ft.Page

    def may(self, order: Order, verb: str) -> bool:
        """Both the state and the role allow it."""
        needed = "pick" if verb == "pick_list" else verb
        return can_take(order, needed) and self.session.can(PERMISSION[verb])

    def press(self, verb: str) -> Callable[[Any], Any]:
        """What the button of the step does."""

        async def pressed(_: Any) -> None:
            state, order = self.state, self.state.order
            if order is None:
                return
            if verb == "pick_list":
                number = await state.begin_picking(self.session.api)
                if number:
                    self.page.navigate(f"/pick/{number}")
            elif verb == "pack":
                self.page.navigate(f"/orders/{order.number}/pack")
            elif verb in ("cancel", "ship"):
                state.asking = "" if state.asking == verb else verb
            else:
                await state.step(self.session.api, verb)

        return pressed


def next_step(actions: Actions, order: Order) -> str:
    """The one step that is waited for."""
    wanted: tuple[str, ...] = {
        "draft": ("confirm",),
        "confirmed": ("allocate",),
        "allocated": ("pick_list", "allocate") if unpicked(order) else ("allocate",),
        "picking": ("pick_list", "pack") if unpicked(order) else ("pack",),
        "packed": ("ship",),
        "shipped": ("close",),
    }.get(order.status, ())
    return next((verb for verb in wanted if actions.may(order, verb)), "")


def side_cards(actions: Actions, order: Order, layout: Layout) -> list[ft.Control]:
    """The cards beside the lines, the next step first."""
    cards = [_steps(actions, order, layout), _facts(actions, order)]
    cards.append(_papers(actions, order))
    linked = _linked(actions, order)
    if linked is not None:
        cards.append(linked)
    past = _past(actions)
    if past is not None:
        cards.append(past)
    return cards


def _steps(actions: Actions, order: Order, layout: Layout) -> ft.Control:
    state = actions.state
    first = next_step(actions, order)
    height = 56 if layout == "phone" else 48
    parts: list[ft.Control | None] = []
    if first:
        label = _label(first, order)
        parts.append(
            button(
                label,
                actions.press(first),
                icon=_ICONS.get(first),
                height=height,
                disabled=bool(state.working),
            )
        )
        parts.append(quiet(_hint(first, order), lines=3))
    else:
        parts.append(quiet(_resting(order), "small", 3))
    if state.asking == "ship":
        parts.append(_ship_question(actions, order))
    if state.asking == "cancel":
        parts.append(_cancel_question(actions))
    others = [
        v
        for v in ("pack", "allocate", "pick", "unpack", "deallocate", "reopen", "close", "cancel")
        if v != first
    ]
    quiet_ones = [
        button(names.step_name(verb), actions.press(verb), kind="plain", height=40)
        for verb in others
        if actions.may(order, verb) and _sensible(verb, order)
    ]
    if order.status in ("shipped", "closed") and actions.session.can("sales.change") and order.shipments:
        number = order.shipments[-1].number
        quiet_ones.append(
            button(
                t("Take goods back"),
                lambda _: actions.page.navigate(f"/returns/new?shipment={number}"),
                kind="plain",
                height=40,
            )
        )
    if quiet_ones:
        parts += [gap(2), ft.Row(quiet_ones, spacing=8, run_spacing=8, wrap=True)]
    working = ft.Container(ft.ProgressRing(width=16, height=16, stroke_width=2), padding=6)
    return card(stretched(*parts, gap=8), t("Next step"), working if state.working else None, padding=_INNER)


def _sensible(verb: str, order: Order) -> bool:
    if verb == "allocate":
        return order.allocation != "whole"
    if verb == "deallocate":
        return order.allocated > 0
    if verb == "pick":
        return unpicked(order) > 0
    if verb == "pack":
        return order.picked > 0
    return True


def _label(verb: str, order: Order) -> str:
    if verb == "pick_list":
        return t("Go on picking") if order.pick_lists else t("Start picking")
    return names.step_name(verb)


def _hint(verb: str, order: Order) -> str:
    return {
        "allocate": t("Takes the lots that expire first and are fresh enough for this customer."),
        "pick_list": t("One place after the other, on a phone or here."),
        "pack": t("Put what was picked on pallets, or leave it loose."),
        "ship": t("Books everything out and prints the delivery note. This cannot be undone."),
        "close": t("Nothing more is expected for this order."),
        "confirm": t("From then on the order counts."),
    }.get(verb, "")


def _resting(order: Order) -> str:
    return {
        "closed": t("This order is done."),
        "cancelled": t("This order was cancelled."),
    }.get(order.status, t("The next step is somebody else's."))


_ICONS: dict[str, ft.IconData] = {
    "confirm": ft.Icons.CHECK_ROUNDED,
    "allocate": ft.Icons.BOOKMARK_ADD_OUTLINED,
    "pick_list": ft.Icons.SHOPPING_BASKET_OUTLINED,
    "pack": ft.Icons.INVENTORY_2_OUTLINED,
    "ship": ft.Icons.LOCAL_SHIPPING_OUTLINED,
    "close": ft.Icons.DONE_ALL_ROUNDED,
}


def _ship_question(actions: Actions, order: Order) -> ft.Control:
    state, form = actions.state, actions.form
    open_units = owed(order)

    def rest(kind: str) -> Callable[[Any], Any]:
        def pressed(_: Any) -> None:
            state.rest = kind

        return pressed

    async def ship(_: Any) -> None:
        body = {"carrier": form["carrier"].strip(), "tracking_number": form["tracking"].strip()}
        said = {name: value for name, value in body.items() if value}
        if open_units:
            said["rest"] = state.rest
        number = await state.ship(actions.session.api, said)
        if number:
            actions.page.navigate(f"/shipments/{number}")

    parts: list[ft.Control | None] = [
        text_field(form, "carrier", label=t("Carrier"), height=48),
        text_field(form, "tracking", label=t("Tracking number"), height=48),
    ]
    if open_units:
        parts += [
            quiet(t("Not everything is picked. The rest:"), "small"),
            choice(
                t("Comes later"),
                t("It stays open and is promised again"),
                state.rest == "backorder",
                rest("backorder"),
            ),
            choice(t("Is cancelled"), t("The order ends with this"), state.rest == "cancel", rest("cancel")),
        ]
    parts.append(button(t("Ship now"), ship, icon=ft.Icons.LOCAL_SHIPPING_OUTLINED, height=48))
    return stretched(*parts, gap=10)


def _cancel_question(actions: Actions) -> ft.Control:
    state, form = actions.state, actions.form

    async def cancel(_: Any) -> None:
        reason = form["reason"].strip()
        if not reason:
            state.fault = t("Say why the order is cancelled.")
            return
        await state.step(actions.session.api, "cancel", {"reason": reason})

    return stretched(
        text_field(form, "reason", label=t("Why is it cancelled?"), height=48, on_submit=cancel),
        button(t("Cancel the order"), cancel, kind="plain", height=44),
        gap=8,
    )


def _facts(actions: Actions, order: Order) -> ft.Control:
    def one(name: str, value: str) -> ft.Control:
        return ft.Container(
            row(quiet(name, "body", width=108), text(value, "body", lines=2, expand=True)),
            padding=ft.Padding.symmetric(vertical=4),
        )

    def customer(_: Any) -> None:
        actions.page.navigate(f"/customers/{order.customer}")

    rows: list[ft.Control | None] = [
        tap(
            row(
                avatar(order.customer_name or order.customer, 34),
                column(text(order.customer_name, "strong"), quiet(order.customer), expand=True),
                ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
                gap=12,
            ),
            customer,
            height=48,
            border_radius=theme.RADIUS_SM,
        ),
        one(t("Delivery"), words.day(order.delivery_date, weekday=True) if order.delivery_date else "–"),
        one(t("Their reference"), order.customer_reference) if order.customer_reference else None,
        one(t("Note"), order.note) if order.note else None,
    ]
    if actions.session.can("sales.prices"):
        count = tn("{n} line", "{n} lines", len(order.lines))
        rows += [gap(4), total_lines(count, order.net_total, order.taxes, order.gross_total, order.currency)]
    return card(stretched(*rows, gap=2), t("Order"), padding=_INNER)


def _papers(actions: Actions, order: Order) -> ft.Control:
    api, number = actions.session.api, order.number

    def fetch(kind: str) -> Fetch:
        async def fetched() -> Export:
            return await selling.paper(api, number, kind)

        return fetched

    kinds = [("confirmation", t("Order confirmation"))]
    if order.status in ("allocated", "picking", "packed"):
        kinds.append(("pick-list", t("Pick list")))
    if order.status in ("picking", "packed", "shipped", "closed"):
        kinds.append(("packing-list", t("Packing list")))
    if order.status in ("packed", "shipped", "closed"):
        kinds.append(("delivery-note", t("Delivery note")))

    def tell(fault: str) -> None:
        actions.state.fault = fault

    return card(
        paper_links(actions.page, [(name, fetch(kind)) for kind, name in kinds], tell),
        t("Papers"),
        padding=ft.Padding.only(bottom=8),
    )


def _linked(actions: Actions, order: Order) -> ft.Control | None:
    go = actions.page.navigate
    ways = [
        (t("Pick list"), one.number, names.pick_status(one.status), f"/pick/{one.number}")
        for one in order.pick_lists
    ]
    ways += [
        (
            t("Shipment"),
            one.number,
            words.moment(one.shipped_at) if one.shipped_at else "",
            f"/shipments/{one.number}",
        )
        for one in order.shipments
    ]
    ways += [
        (t("Return"), one.number, names.return_status(one.status), f"/returns/{one.number}")
        for one in order.returns
    ]
    if not ways:
        return None

    def line(kind: str, number: str, note: str, path: str) -> ft.Control:
        return tap(
            row(
                column(text(number, "strong"), quiet(kind), expand=True),
                quiet(note, "small"),
                ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
                gap=10,
            ),
            lambda _: go(path),
            height=48,
            padding=ft.Padding.symmetric(horizontal=16),
        )

    return card(
        stretched(*[line(*way) for way in ways]), t("Belongs to it"), padding=ft.Padding.only(bottom=8)
    )


def _past(actions: Actions) -> ft.Control | None:
    past = actions.state.history[:PAST_SHOWN]
    if not past:
        return None
    rows = [
        ft.Container(
            row(
                avatar(one.user or t("System"), 28),
                column(
                    text(names.deed(one.action), "small", lines=2),
                    quiet(one.user or t("System")),
                    gap=0,
                    expand=True,
                ),
                quiet(words.ago(one.at) if one.at else ""),
                gap=10,
            ),
            padding=ft.Padding.symmetric(horizontal=16, vertical=6),
        )
        for one in past
    ]
    return card(stretched(*rows), t("What happened"), padding=ft.Padding.only(bottom=8))
