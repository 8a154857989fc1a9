"""Writing an order to a supplier: who, when, lines typed one under the other, and what the supplier wants at once."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flet as ft

from stillage_client import theme, words
from stillage_client.api import scanning
from stillage_client.api.buying_records import Purchase, Trader
from stillage_client.api.transport import Api
from stillage_client.components.buttons import button, icon_button, tap
from stillage_client.components.feedback import banner
from stillage_client.components.fields import Form, bound, focus_again
from stillage_client.components.figures import part_bar
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.keys import use_keys
from stillage_client.components.layout import (
    card,
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
from stillage_client.components.status import pill
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.scans import Answer, Scan
from stillage_client.screens.audit import no_right
from stillage_client.screens.buying.hand import scrolled
from stillage_client.screens.buying.purchase_draft import PurchaseDraft
from stillage_client.screens.buying.purchase_lines import PurchaseView, catalogue_card, purchase_lines
from stillage_client.screens.selling.order_editor import due_date
from stillage_client.screens.selling.totals import sum_said
from stillage_client.session import use_session

TYPING_PAUSE_S = 0.2
SIDE_WIDTH = 332


def _nothing() -> None:
    """Nobody is listening."""


@ft.component
def NewPurchase() -> ft.Control:
    """/purchases/new, with ?supplier= when it is begun at a supplier."""
    return PurchaseEditor(None)


@ft.component
def PurchaseEditor(order: Purchase | None) -> ft.Control:
    """The editor, for a fresh order or a draft."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    draft = watched(PurchaseDraft)
    form: Form = remembered(
        lambda: {"entry": "", "supplier": "", "date": "", "reference": "", "note": "", "q": ""}
    )
    stop = remembered(lambda: {"listening": _nothing})
    redraw = switched(0)[1]
    allowed = session.can("buying.change")
    page.title = t("Purchase · Stillage")

    async def begin() -> None:
        if not allowed:
            return
        if order is not None:
            await draft.take_up(session.api, order)
        else:
            given = parse_qs(urlsplit(page.route or "").query)
            await draft.start(session.api, session.warehouse, given.get("supplier", [""])[0])
        if draft.supplier is not None:
            fill_in()

    def fill_in() -> None:
        form["date"] = words.day(draft.expected_date, year=False) if draft.expected_date else ""
        form["reference"], form["note"] = draft.reference, draft.note
        redraw(lambda n: n + 1)  # type: ignore[arg-type]

    async def found(scan: Scan) -> Answer:
        if draft.supplier is None:
            return Answer("error", t("No supplier yet"), t("Choose the supplier first."))
        said = await scanning.scan(session.api, scan.code, warehouse=session.warehouse)
        if not said.product:
            return Answer("error", t("No product"), t("Only products go into a purchase."))
        added = draft.add_product(said.product, said.product_name)
        return (
            Answer("ok", t("Added"), said.product_name)
            if added
            else Answer("error", t("Not sold here"), draft.entry_fault)
        )

    def listen() -> None:
        stop["listening"]()
        stop["listening"] = session.scans.subscribe(found) if allowed else _nothing

    def silence() -> None:
        stop["listening"]()
        stop["listening"] = _nothing

    async def place(_: Any = None) -> None:
        done = await draft.place(session.api)
        if done is not None:
            page.navigate(f"/purchases/{done.number}")

    async def save(_: Any) -> None:
        saved = await draft.save(session.api)
        if saved is not None and order is None:
            page.navigate(f"/purchases/{saved.number}")

    async def give_up(_: Any) -> None:
        if order is not None and await draft.cancel(session.api):
            page.navigate("/purchases")

    async def pressed(event: ft.KeyboardEvent) -> None:
        if event.key == "Enter" and (event.ctrl or event.meta) and draft.ready:
            await place()

    async def submit(event: Any) -> None:
        written, form["entry"] = form.get("entry", ""), ""
        if not await draft.enter(session.api, written):
            form["entry"] = written
        redraw(lambda n: n + 1)  # type: ignore[arg-type]
        await focus_again(event.control)

    after_drawing(begin, [order.number if order else ""])
    after_drawing(listen, [allowed], cleanup=silence)
    use_keys(pressed)

    title = order.number if order else t("New purchase")
    crumb = (t("Purchases"), lambda: page.navigate("/purchases"))
    if not allowed:
        return screen(layout, title, no_right(t("purchases")), crumb=crumb, online=session.live)
    costs = session.can("cost.view")
    view = PurchaseView(draft, session.api, form, layout, costs, submit, lambda: redraw(lambda n: n + 1))  # type: ignore[arg-type]
    notice: list[ft.Control] = []
    if draft.fault:
        notice.append(banner("expired", t("That was not done"), draft.fault))
    if draft.against:
        notice.append(
            banner(
                "soon",
                t("The supplier may not take it so"),
                " ".join(draft.against) + " " + t("Place it again to send it all the same."),
            )
        )
    head = _head(draft, session.api, form, layout, fill_in)
    above = stretched(*notice, head, gap=12)  # one child whatever it holds: what is below keeps its focus
    lines: list[ft.Control] = []
    if draft.supplier is not None:
        lines = [purchase_lines(view), catalogue_card(view)]
    summary = _summary(draft, costs, place, save, give_up if order else None)
    body: ft.Control = (
        ft.Row(
            [
                scrolled(above, *lines, gap(80), gap=16, expand=True),
                ft.Container(stretched(summary), width=SIDE_WIDTH),
            ],
            spacing=16,
            expand=True,
            vertical_alignment=ft.CrossAxisAlignment.START,
        )
        if layout == "desk"
        else scrolled(above, *lines[:1], summary, *lines[1:])
    )
    return screen(
        layout,
        title,
        body,
        actions=[pill("mute", t("Draft"), ft.Icons.EDIT_OUTLINED)] if layout != "phone" else [],
        crumb=crumb,
        online=session.live,
    )


def _box(icon: ft.IconData, label: str, content: ft.Control, share: int = 2) -> ft.Control:
    return surface(
        row(
            ft.Icon(icon, size=22, color=theme.SUBDUED),
            stretched(quiet(label), content, expand=True),
            gap=12,
        ),
        padding=ft.Padding.only(left=14, right=10, top=8, bottom=8),
        expand=share,
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


def _head(draft: PurchaseDraft, api: Api, form: Form, layout: Layout, fill_in: Any) -> ft.Control:
    """From whom, when, and what they call it."""

    async def date_typed(written: str) -> None:
        new = due_date(written, datetime.now(UTC).date())
        if new is not None and new != draft.expected_date:
            draft.expected_date = new
            draft.touched()

    async def reference_typed(written: str) -> None:
        draft.reference = written.strip()
        draft.touched()

    day = words.day(draft.expected_date, weekday=True) if draft.expected_date else t("No day yet")
    boxes = [
        _box(ft.Icons.FACTORY_OUTLINED, t("Supplier"), _supplier(draft, api, form, fill_in), 3),
        _box(
            ft.Icons.EVENT_OUTLINED,
            t("Expected: {day}", day=day),
            _bare_field(form, "date", t("25.11."), t("Expected on"), on_typed=date_typed),
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
    if draft.suppliers and draft.supplier is None:
        parts.append(_choices(draft, api, fill_in))
    return stretched(*parts, gap=8)


def _supplier(draft: PurchaseDraft, api: Api, form: Form, fill_in: Any) -> ft.Control:
    if draft.supplier is not None:
        known = draft.supplier

        def other(_: Any) -> None:
            draft.supplier, draft.catalogue, form["supplier"] = None, (), ""
            draft.touched()

        return row(
            text(known.name, "body", expand=True),
            icon_button(ft.Icons.CLOSE_ROUNDED, t("Another supplier"), other, size=16, box=28)
            if draft.order is None and not draft.lines
            else None,
            gap=6,
        )

    async def typed(written: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        if form["supplier"] == written and draft.supplier is None:
            await draft.find_suppliers(api, written)

    async def submit(_: Any) -> None:
        written = form.get("supplier", "").strip()
        if written:
            await draft.enter_supplier(api, written)
            fill_in()

    return _bare_field(
        form,
        "supplier",
        t("Name or code"),
        t("Supplier"),
        on_typed=typed,
        on_submit=submit,
        autofocus=True,
    )


def _choices(draft: PurchaseDraft, api: Api, fill_in: Any) -> ft.Control:
    def one(number: int, supplier: Trader) -> ft.Control:
        async def chosen(_: Any) -> None:
            await draft.choose_supplier(api, supplier)
            fill_in()

        days = supplier.lead_time_days
        return tap(
            row(
                column(text(supplier.name, "strong"), quiet(supplier.code), expand=True),
                quiet(tn("takes {n} day", "takes {n} days", days), "small") if days else None,
                gap=12,
            ),
            chosen,
            label=t("Buy from {supplier}", supplier=supplier.name),
            height=50,
            padding=ft.Padding.symmetric(horizontal=16),
            bgcolor=ft.Colors.with_opacity(0.05, ft.Colors.PRIMARY) if number == 0 else None,
        )

    return surface(stretched(*[one(n, s) for n, s in enumerate(draft.suppliers)]))


def _summary(draft: PurchaseDraft, costs: bool, place: Any, save: Any, give_up: Any) -> ft.Control:
    packs = tn("{n} pack", "{n} packs", draft.packs_total)
    count = tn("{n} line", "{n} lines", len(draft.lines))
    parts: list[ft.Control | None] = [ft.Container(row(quiet(f"{packs}, {count}", "body")), height=30)]
    if costs:
        value = draft.value
        parts += [
            hairline(),
            ft.Container(
                row(
                    text(t("Order value"), "strong", expand=True),
                    text(sum_said(value) if draft.lines else "–", "h2"),
                ),
                height=36,
            ),
        ]
        least = draft.supplier.minimum_order_value if draft.supplier else None
        if least and value is not None:
            parts.append(_minimum(int(value), int(least), value < least, sum_said(least)))
    if draft.unfitting:
        parts.append(
            row(
                ft.Icon(ft.Icons.WARNING_AMBER_ROUNDED, size=16, color=theme.ON_TINT["soon"]),
                text(
                    tn(
                        "{n} line does not fit the supplier's packs",
                        "{n} lines do not fit the supplier's packs",
                        draft.unfitting,
                    ),
                    "small",
                    theme.ON_TINT["soon"],
                    2,
                    expand=True,
                ),
                gap=6,
            )
        )
    ready = draft.ready and not draft.working
    label = t("Place it all the same") if draft.against else t("Place the order")
    parts += [
        gap(6),
        button(label, place if ready else None, icon=ft.Icons.SEND_ROUNDED, height=48, disabled=not ready),
        button(t("Save as draft"), save if ready else None, kind="plain", height=48, disabled=not ready),
        button(t("Give the draft up"), give_up, kind="quiet", height=40) if give_up else None,
        quiet(t("From then on it counts as on order. Ctrl+Enter does it, too."), lines=3),
    ]
    return card(
        stretched(*parts, gap=8),
        t("Summary"),
        ft.Container(ft.ProgressRing(width=16, height=16, stroke_width=2), padding=6)
        if draft.working or draft.loading
        else None,
        padding=ft.Padding.only(left=16, right=16, bottom=16),
    )


def _minimum(value: int, least: int, below: bool, said: str) -> ft.Control:
    """How far the order is from what the supplier delivers for."""
    kind: theme.Kind = "soon" if below else "ok"
    label = t("At least {amount}", amount=said)
    bar = part_bar(
        [(kind, min(value, least)), (ft.Colors.SURFACE_CONTAINER_HIGHEST, max(least - value, 0))],
        label,
        height=5,
    )
    return stretched(text(label, "small", theme.ON_TINT[kind]), bar, gap=5)
