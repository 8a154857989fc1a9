"""One order to a supplier: how far it is, line by line, what was wrong with its deliveries, and the next step."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import buying
from stillage_client.api.buying_records import Discrepancy, Purchase, PurchaseLine
from stillage_client.api.records import Export
from stillage_client.components.buttons import button, tap
from stillage_client.components.faces import avatar, product_tile
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.fields import Form, text_field
from stillage_client.components.figures import part_bar
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
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
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.screens.audit import no_right
from stillage_client.screens.buying import names
from stillage_client.screens.buying.differences import difference_rows
from stillage_client.screens.buying.hand import scrolled, side_by_side
from stillage_client.screens.buying.purchase_editor import PurchaseEditor
from stillage_client.screens.buying.purchase_lines import cost_said
from stillage_client.screens.buying.purchase_list import purchase_pill, when
from stillage_client.screens.buying.purchase_state import PurchaseState, reached
from stillage_client.screens.selling.order_editor import due_date
from stillage_client.screens.selling.papers import Fetch, paper_links
from stillage_client.screens.selling.totals import sum_said
from stillage_client.session import Session, use_session

SIDE_WIDTH = 340
STATE_WIDTH, AMOUNT_WIDTH, COST_WIDTH = 132, 84, 88
PAST_SHOWN = 8
_INNER = ft.Padding.only(left=16, right=16, bottom=16)


@ft.component
def PurchasePage() -> ft.Control:
    """/purchases/PO-000042: a draft opens in the editor, everything else as what it is."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    number = ft.use_route_params().get("number", "")
    state = watched(PurchaseState)
    form: Form = remembered(lambda: {"reason": "", "date": "", "reference": "", "settlement": ""})
    opened, open_ = switched(0)
    allowed = session.can("buying.view")
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
    use_live(("purchases", "receiving"), again, lambda one: one.topic == "receiving" or one.names(number))
    crumb = (t("Purchases"), lambda: page.navigate("/purchases"))
    if not allowed:
        return screen(layout, number, no_right(t("purchases")), crumb=crumb, online=session.live)
    order = state.order if state.order is not None and state.order.number == number else None
    if order is None:
        return screen(layout, number, _waiting(state, number, try_now), crumb=crumb, online=session.live)
    if order.status == "draft" and session.can("buying.change"):
        return PurchaseEditor(order)

    async def settle(item: Discrepancy, said: str) -> None:
        if await state.settle(session.api, item.id, said):
            open_(0)

    costs = session.can("cost.view")
    notice = [banner("expired", t("That was not done"), state.fault)] if state.fault else []
    main: list[ft.Control] = [*notice, _stages(order, layout)]
    lines = _lines(order, layout, costs)
    found: list[ft.Control] = []
    if state.discrepancies:
        rows = difference_rows(
            state.discrepancies,
            form,
            opened,
            open_,
            settle if session.can("buying.change") else None,
            narrow=layout == "phone",
        )
        found.append(card(rows, t("Not as ordered"), padding=ft.Padding.only(bottom=6)))
    side = _side(state, order, session, form, page, layout, costs)
    body: ft.Control = (
        side_by_side([*main, lines, *found], side, SIDE_WIDTH)
        if layout == "desk"
        else scrolled(*main, side[0], lines, *found, *side[1:], gap(12))
    )
    return screen(
        layout,
        number,
        body,
        actions=[purchase_pill(order)],
        phone_actions=[purchase_pill(order)],
        subtitle=order.supplier_name if layout == "phone" else "",
        crumb=crumb,
        online=session.live,
    )


def _waiting(state: PurchaseState, number: str, try_now: Callable[[Any], Any]) -> ft.Control:
    if state.trouble is None:
        return surface(bone_rows(6), expand=True)
    again = button(t("Try now"), try_now, icon=ft.Icons.REFRESH_ROUNDED)
    said = state.trouble.title(t("Purchase {number}", number=number))
    return surface(empty(state.trouble.icon, said, state.trouble.words, again), expand=True)


def _stages(order: Purchase, layout: Layout) -> ft.Control:
    """Four stages, those behind filled."""
    labels = (t("Ordered"), t("Partly here"), t("All here"), t("Closed"))
    done = reached(order)

    def one(number: int, label: str) -> ft.Control:
        behind = number < done
        now = number == done - 1 and order.status != "closed"
        color: ft.ColorValue = (
            ft.Colors.PRIMARY if now else theme.SOLID["ok"] if behind else ft.Colors.SURFACE_CONTAINER_HIGHEST
        )
        ink = ft.Colors.ON_SURFACE if behind else theme.SUBDUED
        return column(
            ft.Container(height=5, border_radius=5, bgcolor=color),
            text(label, "over" if layout == "phone" else "label", ink),
            gap=5,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )

    return ft.Semantics(
        content=row(*[one(n, label) for n, label in enumerate(labels)], gap=6),
        label=t("{n} of {all} steps done", n=done, all=len(labels)),
        container=True,
    )


# ---- lines


def _lines(order: Purchase, layout: Layout, costs: bool) -> ft.Control:
    rows = [_line(order, line, layout, costs) for line in order.lines]
    if layout == "phone":
        return surface(stretched(*divided(rows)))

    def box(name: str, width: int, right: bool = False) -> ft.Control:
        place = ft.Alignment.CENTER_RIGHT if right else ft.Alignment.CENTER_LEFT
        return ft.Container(quiet(name, "label"), width=width, alignment=place)

    head = ft.Container(
        row(
            quiet(t("Product"), "label", expand=True),
            box(t("How far"), STATE_WIDTH),
            box(t("Ordered"), AMOUNT_WIDTH, True),
            box(t("Sum"), COST_WIDTH, True) if costs else None,
            gap=12,
        ),
        height=38,
        padding=ft.Padding.symmetric(horizontal=16),
    )
    return surface(stretched(head, hairline(), *divided(rows)))


def line_progress(line: PurchaseLine) -> tuple[str, list[tuple[theme.Kind | str, int]], bool]:
    """In words how much of a line is here, as parts of a bar, and whether something of it will not come."""
    here = min(line.received, line.quantity)
    parts: list[tuple[theme.Kind | str, int]] = [
        ("ok", here),
        ("soon", line.cancelled),
        (ft.Colors.SURFACE_CONTAINER_HIGHEST, line.open),
    ]
    if line.cancelled:
        return t("{amount} did not come", amount=names.amount(line, line.cancelled)), parts, True
    if line.open <= 0:
        return t("All here"), parts, False
    if line.received:
        return t("{amount} to come", amount=names.amount(line, line.open)), parts, False
    return t("Nothing here yet"), parts, False


def _line(order: Purchase, line: PurchaseLine, layout: Layout, costs: bool) -> ft.Control:
    said, parts, short = line_progress(line)
    far = stretched(
        text(said, "small_strong", theme.ON_TINT["soon"] if short else theme.SUBDUED, 2),
        part_bar(parts, said, height=5),
        gap=5,
    )
    per = (
        t("{case} of {n}", case=words.unit(line.pack_name, 1).capitalize(), n=line.units_per_pack)
        if line.units_per_pack > 1
        else ""
    )
    each = cost_said(line.pack_cost) if costs and line.pack_cost is not None else ""
    note = " · ".join(part for part in (line.product, per, each, line.note) if part)
    name = column(text(line.product_name, "strong", lines=2), quiet(note, lines=2), gap=1, expand=True)
    amount = text(names.amount(line, line.quantity), "strong")
    cost = text(sum_said(line.net_amount, order.currency), "strong") if costs else None
    tile = product_tile(line.category, line.product_name)
    if layout == "phone":
        inside: ft.Control = stretched(
            row(tile, name, amount, gap=12), row(ft.Container(far, expand=True), cost, gap=12), gap=8
        )
    else:
        inside = row(
            row(tile, name, gap=12, expand=True),
            ft.Container(far, width=STATE_WIDTH),
            ft.Container(amount, width=AMOUNT_WIDTH, alignment=ft.Alignment.CENTER_RIGHT),
            ft.Container(cost, width=COST_WIDTH, alignment=ft.Alignment.CENTER_RIGHT) if cost else None,
            gap=12,
        )
    return ft.Container(inside, padding=ft.Padding.symmetric(horizontal=16, vertical=11))


# ---- beside it


def _side(
    state: PurchaseState,
    order: Purchase,
    session: Session,
    form: Form,
    page: ft.Page,
    layout: Layout,
    costs: bool,
) -> list[ft.Control]:
    cards = [
        _steps(state, order, session, form, page, layout),
        _facts(state, order, session, form, page, costs),
    ]
    if order.receipts:
        cards.append(_receipts(order, page))
    cards.append(_papers(state, order, session, page))
    past = _past(state)
    if past is not None:
        cards.append(past)
    return cards


def _steps(
    state: PurchaseState, order: Purchase, session: Session, form: Form, page: ft.Page, layout: Layout
) -> ft.Control:
    api, height = session.api, 56 if layout == "phone" else 48
    may_change = session.can("buying.change")

    def step(verb: str) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            await state.step(api, verb)

        return pressed

    def ask(verb: str) -> Callable[[Any], Any]:
        def pressed(_: Any) -> None:
            state.asking = "" if state.asking == verb else verb

        return pressed

    steps = order.possible_steps
    parts: list[ft.Control | None] = []
    first = ""
    if "receive" in steps and session.can("receipts.run"):
        first = "receive"
        going = any(one.status == "open" for one in order.receipts)
        label = t("Go on receiving") if going else t("Receive it")
        parts += [
            button(
                label,
                lambda _: page.navigate(f"/receive/{order.number}"),
                icon=ft.Icons.MOVE_TO_INBOX_ROUNDED,
                height=height,
            ),
            quiet(t("One scan a case, on a phone or here."), lines=2),
        ]
    elif "place" in steps and may_change:
        first = "place"
        parts.append(button(t("Place the order"), step("place"), icon=ft.Icons.SEND_ROUNDED, height=height))
    elif "close" in steps and may_change:
        first = "close"
        parts += [
            button(t("Close the order"), ask("close"), icon=ft.Icons.DONE_ALL_ROUNDED, height=height),
            quiet(t("Nothing more is expected of it."), lines=2),
        ]
    else:
        resting = {
            "closed": t("This order is done."),
            "cancelled": t("This order was cancelled."),
            "draft": t("It was not placed yet."),
        }
        parts.append(quiet(resting.get(order.status, t("The next step is somebody else's.")), "small", 3))
    if state.asking in ("close", "cancel"):
        parts.append(_reason(state, session, form, state.asking, order))
    others: list[ft.Control] = []
    if may_change:
        if "close" in steps and first != "close":
            others.append(button(t("Close the order"), ask("close"), kind="plain", height=40))
        if "reopen" in steps:
            others.append(button(t("Back to draft"), step("reopen"), kind="plain", height=40))
        if "cancel" in steps:
            others.append(button(t("Cancel the order"), ask("cancel"), kind="plain", height=40))
    if session.can("supplier_returns.run") and order.received:
        others.append(
            button(
                t("Send goods back"),
                lambda _: page.navigate(
                    f"/supplier-returns/new?receipt={order.receipts[-1].number}"
                    if order.receipts
                    else f"/supplier-returns/new?supplier={order.supplier}"
                ),
                kind="plain",
                height=40,
            )
        )
    if others:
        parts += [gap(2), ft.Row(others, spacing=8, run_spacing=8, wrap=True)]
    working = ft.Container(ft.ProgressRing(width=16, height=16, stroke_width=2), padding=6)
    return card(stretched(*parts, gap=8), t("Next step"), working if state.working else None, padding=_INNER)


def _reason(state: PurchaseState, session: Session, form: Form, verb: str, order: Purchase) -> ft.Control:
    """Closing and cancelling cannot be undone: what it means, and why."""

    async def done(_: Any) -> None:
        said = form.get("reason", "").strip()
        if await state.step(session.api, verb, {"reason": said} if said else {}):
            form["reason"] = ""

    def back(_: Any) -> None:
        state.asking = ""

    missing = [line for line in order.lines if line.open > 0]
    if verb == "cancel":
        said = t("Nothing of it is expected any more. The supplier is not told by itself.")
    elif missing:
        said = tn(
            "{n} line is not complete: what is missing is written down as short.",
            "{n} lines are not complete: what is missing is written down as short.",
            len(missing),
        )
    else:
        said = t("Everything is here.")
    return stretched(
        text(said, "small", lines=4),
        text_field(form, "reason", label=t("Why? (may stay empty)"), height=48, on_submit=done),
        row(
            button(t("Back"), back, kind="plain", height=44),
            button(t("Close it") if verb == "close" else t("Cancel it"), done, height=44),
            gap=8,
        ),
        gap=8,
    )


def _facts(
    state: PurchaseState, order: Purchase, session: Session, form: Form, page: ft.Page, costs: bool
) -> ft.Control:
    def edit(_: Any) -> None:
        form["date"] = words.day(order.expected_date, year=False) if order.expected_date else ""
        form["reference"] = order.supplier_reference
        state.asking = "" if state.asking == "amend" else "amend"

    async def keep(_: Any) -> None:
        day = due_date(form["date"], datetime.now(UTC).date())
        changes: dict[str, Any] = {"supplier_reference": form["reference"].strip()}
        if day is not None:
            changes["expected_date"] = day.isoformat()
        await state.amend(session.api, changes)

    def fact(name: str, value: str, kind: theme.Kind | None = None) -> ft.Control:
        ink = theme.ON_TINT[kind] if kind else ft.Colors.ON_SURFACE
        return ft.Container(
            row(quiet(name, "body", expand=True), text(value, "strong", ink)),
            height=34,
            padding=ft.Padding.symmetric(horizontal=16),
        )

    may_amend = "amend" in order.possible_steps and session.can("buying.change")
    rows: list[ft.Control | None] = [
        tap(
            row(
                avatar(order.supplier_name or order.supplier, 34),
                column(text(order.supplier_name, "strong"), quiet(order.supplier), expand=True),
                ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
                gap=12,
            ),
            lambda _: page.navigate(f"/suppliers/{order.supplier}"),
            height=52,
            padding=ft.Padding.symmetric(horizontal=16),
        ),
        fact(t("Expected"), when(order), "expired" if order.late else None),
        fact(t("Their reference"), order.supplier_reference or "–"),
        fact(t("Order value"), sum_said(order.net_total, order.currency)) if costs else None,
        fact(t("Ordered on"), words.moment(order.placed_at)) if order.placed_at else None,
        ft.Container(quiet(order.note, "small", 4), padding=ft.Padding.symmetric(horizontal=16))
        if order.note
        else None,
    ]
    if state.asking == "amend":
        rows.append(
            ft.Container(
                stretched(
                    text_field(form, "date", label=t("Expected on"), height=48),
                    text_field(form, "reference", label=t("Their reference"), height=48, on_submit=keep),
                    row(button(t("Keep it"), keep, height=44)),
                    gap=8,
                ),
                padding=ft.Padding.symmetric(horizontal=16, vertical=6),
            )
        )
    return card(
        stretched(*rows),
        t("Purchase"),
        button(t("Change"), edit, kind="quiet", height=36) if may_amend else None,
        padding=ft.Padding.only(bottom=10),
    )


def _receipts(order: Purchase, page: ft.Page) -> ft.Control:
    def line(number: str, status: str, at: datetime | None) -> ft.Control:
        return tap(
            row(
                column(
                    text(number, "strong"),
                    quiet(words.moment(at) if at else ""),
                    expand=True,
                ),
                quiet(names.receipt_status(status), "small"),
                ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
                gap=10,
            ),
            lambda _: page.navigate(f"/receive/{number}"),
            height=52,
            padding=ft.Padding.symmetric(horizontal=16),
        )

    rows = [line(one.number, one.status, one.opened_at) for one in order.receipts]
    return card(stretched(*rows), t("Deliveries"), padding=ft.Padding.only(bottom=8))


def _papers(state: PurchaseState, order: Purchase, session: Session, page: ft.Page) -> ft.Control:
    def fetch(kind: str) -> Fetch:
        async def fetched() -> Export:
            return await buying.paper(session.api, order.number, kind)

        return fetched

    def tell(fault: str) -> None:
        state.fault = fault

    kinds = [(t("Order as PDF"), fetch("order")), (t("Order as a table (CSV)"), fetch("order.csv"))]
    return card(paper_links(page, kinds, tell), t("Papers"), padding=ft.Padding.only(bottom=8))


def _past(state: PurchaseState) -> ft.Control | None:
    past = state.history[:PAST_SHOWN]
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
