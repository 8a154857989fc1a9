"""Writing an order: customer, day, lines typed one under the other, and what the warehouse says to each at once."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import scanning
from stillage_client.api.records import Customer
from stillage_client.api.selling_records import Order
from stillage_client.api.transport import Api
from stillage_client.components.buttons import button, icon_button, tap
from stillage_client.components.feedback import banner
from stillage_client.components.fields import Form, bound, focus_again
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.keys import use_keys
from stillage_client.components.layout import (
    card,
    column,
    gap,
    quiet,
    row,
    stretched,
    surface,
    text,
)
from stillage_client.components.navigation import screen
from stillage_client.components.status import pill
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.scans import Answer, Scan
from stillage_client.screens.audit import no_right
from stillage_client.screens.date_entry import read_date
from stillage_client.screens.selling.order_draft import OrderDraft
from stillage_client.screens.selling.order_editor_lines import LinesView, order_lines
from stillage_client.screens.selling.totals import total_lines
from stillage_client.session import use_session

TYPING_PAUSE_S = 0.25
SIDE_WIDTH = 332


def due_date(written: str, today: date) -> date | None:
    """A day as it is typed; without a year the next one of that name is meant."""
    said = written.strip().rstrip(".")
    full = read_date(said)
    if full is not None:
        return full
    for year in (today.year, today.year + 1):
        near = read_date(f"{said}.{year}")
        if near is not None and near >= today:
            return near
    return None


def _nothing() -> None:
    """Nobody is listening."""


@ft.component
def NewOrder() -> ft.Control:
    """/orders/new, with ?customer= when it is begun at a customer."""
    return OrderEditor(None)


@ft.component
def OrderEditor(order: Order | None) -> ft.Control:
    """The editor, for a fresh order or a draft."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    draft = watched(OrderDraft)
    form: Form = remembered(lambda: {"entry": "", "customer": "", "date": "", "reference": ""})
    stop = remembered(lambda: {"listening": _nothing})
    redraw = switched(0)[1]
    allowed = session.can("sales.change")
    page.title = t("Order · Stillage")

    async def begin() -> None:
        if order is not None:
            await draft.take_up(session.api, order)
        else:
            draft.start(session.warehouse)
            wanted = dict(
                part.split("=", 1) for part in (page.route or "").partition("?")[2].split("&") if "=" in part
            )
            if wanted.get("customer"):
                await draft.find_customers(session.api, wanted["customer"])
                known = next((c for c in draft.customers if c.code == wanted["customer"]), None)
                if known is not None:
                    await draft.choose_customer(session.api, known)
                draft.customers = ()
        form["date"] = words.day(draft.delivery_date, year=False) if draft.delivery_date else ""
        form["reference"] = draft.reference

    async def found(scan: Scan) -> Answer:
        said = await scanning.scan(session.api, scan.code, warehouse=session.warehouse)
        if not said.product:
            return Answer("error", t("No product"), t("Only products go into an order."))
        added = await draft.add_scanned(session.api, said.product, said.pack, said.units_per_pack)
        return Answer("ok", t("Added"), said.product_name) if added else Answer("error", t("Unknown code"))

    def listen() -> None:
        stop["listening"]()
        stop["listening"] = session.scans.subscribe(found) if allowed else _nothing

    def silence() -> None:
        stop["listening"]()
        stop["listening"] = _nothing

    async def confirm(_: Any = None) -> None:
        done = await draft.confirm(session.api)
        if done is not None:
            page.navigate(f"/orders/{done.number}")

    async def save(_: Any) -> None:
        saved = await draft.save(session.api)
        if saved is not None and order is None:
            page.navigate(f"/orders/{saved.number}")

    async def pressed(event: ft.KeyboardEvent) -> None:
        if event.key == "Enter" and (event.ctrl or event.meta) and draft.ready:
            await confirm()

    async def submit(event: Any) -> None:
        written, form["entry"] = form.get("entry", ""), ""
        if not await draft.enter(session.api, written):
            form["entry"] = written
        redraw(lambda n: n + 1)  # type: ignore[arg-type]
        await focus_again(event.control)

    after_drawing(begin, [order.number if order else ""])
    after_drawing(listen, [allowed], cleanup=silence)
    use_keys(pressed)

    title = order.number if order else t("New order")
    if not allowed:
        return screen(layout, title, no_right(t("orders")), online=session.live)
    prices = session.can("sales.prices")
    view = LinesView(draft, session.api, form, layout, prices, submit, lambda: None)
    notice = [banner("expired", t("The order was not saved"), draft.fault)] if draft.fault else []
    notice += [_server_faults(draft)] if draft.preview and draft.preview.errors else []
    head = _head(draft, session.api, form, layout, page)
    summary = _summary(draft, prices, confirm, save, layout)
    if layout == "desk":
        left = ft.Column(
            [*notice, head, order_lines(view), gap(80)],
            spacing=16,
            expand=True,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
        body: ft.Control = ft.Row(
            [left, ft.Container(stretched(summary), width=SIDE_WIDTH)],
            spacing=16,
            expand=True,
            vertical_alignment=ft.CrossAxisAlignment.START,
        )
    else:
        body = ft.Column(
            [*notice, head, order_lines(view), summary, gap(12)],
            spacing=12,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    return screen(
        layout,
        title,
        body,
        actions=[pill("mute", t("Draft"), ft.Icons.EDIT_OUTLINED)] if layout != "phone" else [],
        crumb=(t("Orders"), lambda: page.navigate("/orders")),
        online=session.live,
    )


def _server_faults(draft: OrderDraft) -> ft.Control:
    said = draft.preview.errors if draft.preview else ()
    return banner("soon", t("This will not be taken as it is"), " ".join(e.detail for e in said if e.detail))


def _box(icon: ft.IconData, label: str, content: ft.Control) -> ft.Control:
    return surface(
        row(
            ft.Icon(icon, size=22, color=theme.SUBDUED),
            stretched(quiet(label), content, expand=True),
            gap=12,
        ),
        padding=ft.Padding.only(left=14, right=10, top=8, bottom=8),
        expand=True,
    )


def _bare_field(form: Form, key: str, hint: str, name: str, **more: Any) -> ft.Control:
    field = bound(
        form,
        key,
        hint_text=hint,
        border=ft.NoInputBorder(),
        text_style=theme.style("body", ft.Colors.ON_SURFACE),
        hint_style=theme.style("body", theme.SUBDUED),
        content_padding=ft.Padding.symmetric(vertical=2),
        dense=True,
        **more,
    )
    return ft.Semantics(content=field, label=name)


def _head(draft: OrderDraft, api: Api, form: Form, layout: Layout, page: ft.Page) -> ft.Control:
    """Who, when, and how fresh it must be."""

    async def date_typed(written: str) -> None:
        new = due_date(written, datetime.now(UTC).date())
        if new is not None and new != draft.delivery_date:
            draft.delivery_date = new
            await draft.changed(api)

    async def reference_typed(written: str) -> None:
        draft.reference, draft.unsaved = written.strip(), True

    when = words.day(draft.delivery_date, weekday=True) if draft.delivery_date else t("No day yet")
    boxes = [
        _box(ft.Icons.STOREFRONT_OUTLINED, _customer_label(draft), _customer(draft, api, form)),
        _box(
            ft.Icons.EVENT_OUTLINED,
            t("Delivery: {day}", day=when),
            _bare_field(form, "date", t("25.11."), t("Delivery day"), on_typed=date_typed),
        ),
        _box(
            ft.Icons.TAG_ROUNDED,
            t("Their reference"),
            _bare_field(form, "reference", t("none"), t("Their reference"), on_typed=reference_typed),
        ),
    ]
    parts: list[ft.Control | None] = [
        stretched(*[ft.Row([b]) for b in boxes], gap=10) if layout == "phone" else row(*boxes, gap=12)
    ]
    if draft.customers and draft.customer is None:
        parts.append(_customer_choices(draft, api, form))
    return stretched(*parts, gap=8)


def _customer_label(draft: OrderDraft) -> str:
    days = draft.customer.minimum_remaining_days if draft.customer else None
    return (
        tn("Customer, wants {n} day left", "Customer, wants {n} days left", days) if days else t("Customer")
    )


def _customer(draft: OrderDraft, api: Api, form: Form) -> ft.Control:
    if draft.customer is not None:
        known = draft.customer

        def other(_: Any) -> None:
            draft.customer, form["customer"] = None, ""

        return row(
            text(known.name, "body", expand=True),
            icon_button(ft.Icons.CLOSE_ROUNDED, t("Another customer"), other, size=16, box=28)
            if draft.order is None
            else None,
            gap=6,
        )

    async def typed(written: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        if form["customer"] == written and draft.customer is None:
            await draft.find_customers(api, written)

    async def submit(_: Any) -> None:
        written = form.get("customer", "").strip()
        if written:
            await draft.enter_customer(api, written)

    return _bare_field(
        form,
        "customer",
        t("Name or code"),
        t("Customer"),
        on_typed=typed,
        on_submit=submit,
        autofocus=True,
    )


def _customer_choices(draft: OrderDraft, api: Api, form: Form) -> ft.Control:
    def one(number: int, customer: Customer) -> ft.Control:
        async def chosen(_: Any) -> None:
            await draft.choose_customer(api, customer)

        days = customer.minimum_remaining_days
        note = tn("wants {n} day left", "wants {n} days left", days) if days else ""
        return tap(
            row(
                column(
                    text(customer.name, "strong"),
                    quiet(" · ".join(p for p in (customer.code, customer.city) if p)),
                    expand=True,
                ),
                quiet(note, "small"),
                gap=12,
            ),
            chosen,
            label=t("Order for {customer}", customer=customer.name),
            height=50,
            padding=ft.Padding.symmetric(horizontal=16),
            bgcolor=ft.Colors.with_opacity(0.05, ft.Colors.PRIMARY) if number == 0 else None,
        )

    return surface(stretched(*[one(n, c) for n, c in enumerate(draft.customers)]))


def _summary(draft: OrderDraft, prices: bool, confirm: Any, save: Any, layout: Layout) -> ft.Control:
    said = draft.preview
    packs = tn("{n} pack", "{n} packs", draft.packs_total)
    count = tn("{n} line", "{n} lines", len(draft.lines))
    head = f"{packs}, {count}"
    sums: ft.Control = (
        total_lines(
            head,
            said.net_total if said else None,
            said.taxes if said else (),
            said.gross_total if said else None,
        )
        if prices
        else quiet(head, "body")
    )
    ready = draft.ready and not draft.working
    height = 48
    promise = button(
        t("Confirm and promise stock"),
        confirm if ready else None,
        icon=ft.Icons.CHECK_ROUNDED,
        height=height,
        disabled=not ready,
    )
    later = button(
        t("Save as draft"), save if ready else None, kind="plain", height=height, disabled=not ready
    )
    if draft.missing:
        note = tn(
            "{n} line is short: what is there is promised, the rest waits.",
            "{n} lines are short: what is there is promised, the rest waits.",
            draft.missing,
        )
    else:
        note = t("You can undo this until picking starts. Ctrl+Enter does it, too.")
    return card(
        stretched(sums, gap(12), promise, gap(8), later, gap(8), quiet(note, lines=3)),
        t("Summary"),
        ft.Container(ft.ProgressRing(width=16, height=16, stroke_width=2), padding=6)
        if draft.asking
        else None,
        padding=ft.Padding.only(left=16, right=16, bottom=16),
    )
