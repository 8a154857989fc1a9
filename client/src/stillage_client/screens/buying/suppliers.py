"""Suppliers: who sells to us, on which terms, how they deliver, and what is open with them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import buying, receiving
from stillage_client.api.buying_records import (
    CatalogueEntry,
    Discrepancy,
    Purchase,
    Receipt,
    Trader,
    TraderFigures,
)
from stillage_client.api.records import Page
from stillage_client.api.transport import Api, ApiError, new_key
from stillage_client.components.buttons import button, chip, icon_button, tap
from stillage_client.components.faces import avatar, product_tile
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.fields import Form, search_field, text_field
from stillage_client.components.figures import statistic
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import (
    card,
    column,
    divided,
    gap,
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
from stillage_client.screens.buying.differences import difference_rows
from stillage_client.screens.buying.hand import scrolled
from stillage_client.screens.buying.purchase_draft import terms
from stillage_client.screens.buying.purchase_lines import cost_said, packed_as
from stillage_client.screens.buying.purchase_list import purchase_pill, when
from stillage_client.screens.buying.receiving_screen import receipt_row
from stillage_client.screens.list_body import list_body
from stillage_client.screens.paged import PagedState
from stillage_client.screens.refusals import Trouble, trouble_of
from stillage_client.screens.selling.order_entry import read_decimal
from stillage_client.screens.selling.totals import sum_said
from stillage_client.session import Session, use_session

TYPING_PAUSE_S = 0.3
SHOWN = 50
CATALOGUE_SHOWN = 60


@ft.component
def Suppliers() -> ft.Control:
    """/suppliers."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    state = watched(PagedState)
    search, set_search = switched("")
    form = remembered(lambda: {"q": ""})
    allowed = session.can("parties.view")
    page.title = t("Suppliers · Stillage")

    async def fetch(cursor: str | None) -> Page[Trader]:
        return await buying.suppliers(session.api, search=search, cursor=cursor, ordering="name", limit=SHOWN)

    async def load(_: Any = None) -> None:
        if allowed:
            await state.load(fetch)

    async def first() -> None:
        await load()

    async def again() -> None:
        await state.refresh(fetch)

    async def more(_: Any) -> None:
        await state.more(fetch)

    async def typed(value: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        if form["q"] == value:
            set_search(value.strip())

    after_drawing(first, [search])
    use_live(("parties",), again)
    if not allowed:
        return screen(layout, t("Suppliers"), no_right(t("suppliers")), online=session.live)

    def draw(one: Trader) -> ft.Control:
        days = one.lead_time_days
        takes = tn("takes {n} day", "takes {n} days", days) if days is not None else ""
        reach = one.contact_name or one.phone or one.email
        return tap(
            row(
                avatar(one.name, 36),
                column(
                    text(one.name, "strong"),
                    quiet(" · ".join(p for p in (one.code, reach) if p)),
                    expand=True,
                ),
                quiet(takes, "small") if layout != "phone" else None,
                ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
                gap=12,
            ),
            lambda _: page.navigate(f"/suppliers/{one.code}"),
            label=one.name,
            height=60,
            padding=ft.Padding.symmetric(horizontal=16),
        )

    field = search_field(form, "q", t("Name or code"), typed)
    nothing = empty(
        ft.Icons.FACTORY_OUTLINED,
        t("No supplier matches") if search else t("No suppliers yet"),
        t("Suppliers and what they sell come in from a file."),
    )
    body = list_body(
        state,
        t("The suppliers"),
        draw,
        nothing,
        try_now=load,
        more=more,
        layout=layout,
        filters=row(ft.Container(field, width=360)) if layout == "desk" else field,
    )
    back = lambda _: page.navigate("/supplier-returns")  # noqa: E731
    icon, said = ft.Icons.ASSIGNMENT_RETURN_OUTLINED, t("Returns to suppliers")
    sees = session.can("buying.view")
    return screen(
        layout,
        t("Suppliers"),
        body,
        actions=[button(said, back, icon=icon, kind="plain")] if sees else [],
        phone_actions=[icon_button(icon, said, back, size=24, box=48)] if sees else [],
        online=session.live,
    )


@ft.observable
@dataclass
class SupplierState:
    """One supplier with all that is going on with them."""

    supplier: Trader | None = None
    figures: TraderFigures | None = None
    catalogue: tuple[CatalogueEntry, ...] = ()
    orders: tuple[Purchase, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    differences: tuple[Discrepancy, ...] = ()
    trouble: Trouble | None = None
    fault: str = ""
    editing: bool = False
    working: bool = False

    async def load(self, api: Api, code: str, *, buying_too: bool) -> None:
        """The supplier first, then everything of theirs at once."""
        try:
            found = await buying.suppliers(api, search=code, limit=10)
        except ApiError as error:
            self.trouble = trouble_of(error)
            return
        self.supplier = next((one for one in found.results if one.code == code), None)
        if self.supplier is None:
            self.trouble = Trouble(
                t("It may have been removed, or the address is mistyped."),
                ft.Icons.SEARCH_OFF_ROUNDED,
                missing=True,
            )
            return
        self.trouble = None
        await self._all(api, code, buying_too=buying_too)

    async def _all(self, api: Api, code: str, *, buying_too: bool) -> None:
        asked: list[Any] = [buying.whole_catalogue(api, code)]
        if buying_too:
            asked += [
                buying.figures(api, code),
                buying.purchases(api, supplier=code, limit=SHOWN),
                receiving.receipts(api, supplier=code, limit=SHOWN),
                buying.discrepancies(api, supplier=code, open=True, limit=SHOWN),
            ]
        catalogue, *rest = await asyncio.gather(*asked, return_exceptions=True)
        self.catalogue = catalogue if isinstance(catalogue, tuple) else ()
        if not rest:
            return
        figures, orders, receipts, differences = rest
        self.figures = figures if isinstance(figures, TraderFigures) else None
        self.orders = orders.results if isinstance(orders, Page) else ()
        self.receipts = receipts.results if isinstance(receipts, Page) else ()
        self.differences = differences.results if isinstance(differences, Page) else ()

    async def save(self, api: Api, form: Form, *, costs: bool) -> bool:
        """The contact as it is typed; refused when somebody changed it meanwhile."""
        known = self.supplier
        if known is None or self.working:
            return False
        changes, said = _changes(form, costs=costs)
        if said:
            self.fault = said
            return False
        self.working, self.fault = True, ""
        try:
            self.supplier = await buying.save_supplier(api, known, changes, key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            return False
        finally:
            self.working = False
        self.editing = False
        return True

    async def settle(self, api: Api, item: Discrepancy, settlement: str) -> bool:
        """How a difference came out; it leaves the list."""
        self.fault = ""
        try:
            await buying.settle(api, item.id, settlement, key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            return False
        self.differences = tuple(one for one in self.differences if one.id != item.id)
        if self.figures is not None:
            left = max(self.figures.discrepancies_open - 1, 0)
            self.figures = replace(self.figures, discrepancies_open=left)
        return True


def _changes(form: Form, *, costs: bool) -> tuple[dict[str, Any], str]:
    """What is sent, or the sentence why not."""
    said: dict[str, Any] = {
        name: form.get(name, "").strip() for name in ("contact_name", "email", "phone", "address")
    }
    days = form.get("lead_time_days", "").strip()
    if days and not days.isdigit():
        return {}, t("The delivery time is a number of days.")
    said["lead_time_days"] = int(days) if days else None
    if costs:
        least = read_decimal(form.get("minimum_order_value", ""), places=2, most=Decimal(10_000_000))
        if least is None:
            return {}, t("The minimum order value is written as 250 or 250.50.")
        said["minimum_order_value"] = least or None
    return said, ""


@ft.component
def SupplierPage() -> ft.Control:
    """/suppliers/HARROW."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    code = ft.use_route_params().get("code", "")
    state = watched(SupplierState)
    shown, show = switched("catalogue")
    opened, open_ = switched(0)
    turn, set_turn = switched(0)
    form: Form = remembered(lambda: {"settlement": "", "q": ""})
    page.title = f"{code} · Stillage"
    sees = session.can("buying.view")

    async def load() -> None:
        await state.load(session.api, code, buying_too=sees)

    after_drawing(load, [code])
    crumb = (t("Suppliers"), lambda: page.navigate("/suppliers"))
    supplier = state.supplier if state.supplier and state.supplier.code == code else None
    if supplier is None:
        waiting = (
            empty(state.trouble.icon, state.trouble.title(t("The supplier")), state.trouble.words)
            if state.trouble
            else bone_rows(6)
        )
        return screen(layout, code, surface(waiting, expand=True), crumb=crumb, online=session.live)

    def write(_: Any) -> None:
        page.navigate(f"/purchases/new?supplier={code}")

    async def settle(item: Discrepancy, said: str) -> None:
        if await state.settle(session.api, item, said):
            open_(0)

    may_write = session.can("buying.change")
    parts: list[ft.Control] = [banner("expired", t("That was not done"), state.fault)] if state.fault else []
    parts.append(
        _form(state, session, form) if state.editing else _about(state, supplier, session, form, layout)
    )
    if state.figures is not None:
        parts.append(_figures(state.figures, layout, costs=session.can("cost.view")))
    if state.differences:
        rows = difference_rows(
            state.differences,
            form,
            opened,
            open_,
            settle if may_write else None,
            narrow=layout == "phone",
        )
        parts.append(
            card(
                rows,
                t("Open with them"),
                quiet(words.number(len(state.differences)), "small"),
                padding=ft.Padding.only(bottom=6),
            )
        )
    parts += [
        _tabs(state, shown, show, sees),
        _table(state, shown, page.navigate, session, layout, form, lambda: set_turn(turn + 1)),
        gap(8),
    ]
    return screen(
        layout,
        supplier.name,
        scrolled(*parts, gap=14),
        actions=[button(t("New purchase"), write, icon=ft.Icons.ADD_ROUNDED)] if may_write else [],
        phone_actions=[icon_button(ft.Icons.ADD_ROUNDED, t("New purchase"), write, size=24, box=48)]
        if may_write
        else [],
        crumb=crumb,
        online=session.live,
    )


def _about(
    state: SupplierState, supplier: Trader, session: Session, form: Form, layout: Layout
) -> ft.Control:
    days, least = supplier.lead_time_days, supplier.minimum_order_value

    def edit(_: Any) -> None:
        form.update(
            contact_name=supplier.contact_name,
            email=supplier.email,
            phone=supplier.phone,
            address=supplier.address,
            lead_time_days="" if days is None else str(days),
            minimum_order_value="" if least is None else str(least),
        )
        state.editing = True

    reach = " · ".join(p for p in (supplier.contact_name, supplier.email, supplier.phone) if p)
    where = supplier.address.replace("\n", ", ")
    on_terms = " · ".join(
        p
        for p in (
            tn("takes {n} day", "takes {n} days", days) if days is not None else "",
            t("delivers from {amount} on", amount=sum_said(least)) if least else "",
        )
        if p
    )
    change = (
        button(t("Change"), edit, kind="plain", height=48 if layout == "phone" else 36)
        if session.can("parties.change")
        else None
    )
    return surface(
        stretched(
            row(
                avatar(supplier.name, 48),
                column(
                    text(supplier.name, "h2"),
                    quiet(" · ".join(p for p in (supplier.code, where) if p), "small", 2),
                    quiet(reach, "small", 2) if reach else None,
                    quiet(on_terms, "small", 2) if on_terms else None,
                    gap=2,
                    expand=True,
                ),
                change if layout != "phone" else None,
                gap=14,
            ),
            row(change) if layout == "phone" and change is not None else None,
            gap=10,
        ),
        padding=16,
    )


def _form(state: SupplierState, session: Session, form: Form) -> ft.Control:
    costs = session.can("cost.view")

    async def save(_: Any) -> None:
        await state.save(session.api, form, costs=costs)

    def back(_: Any) -> None:
        state.editing, state.fault = False, ""

    def field(key: str, label: str, **more: Any) -> ft.Control:
        return ft.Container(text_field(form, key, label=label, height=48, **more), col={"xs": 12, "sm": 6})

    fields = [
        field("contact_name", t("Contact")),
        field("phone", t("Telephone")),
        field("email", t("E-mail")),
        field("lead_time_days", t("Delivers within (days)")),
        field("address", t("Address")),
    ]
    if costs:
        fields.append(field("minimum_order_value", t("Minimum order value"), on_submit=save))
    return card(
        stretched(
            ft.ResponsiveRow(fields, spacing=10, run_spacing=10),
            row(
                button(t("Cancel"), back, kind="plain", height=44),
                button(t("Keep it"), save, height=44, disabled=state.working),
                gap=8,
            ),
            gap=12,
        ),
        t("Contact and terms"),
        padding=ft.Padding.only(left=16, right=16, bottom=16),
    )


def _figures(figures: TraderFigures, layout: Layout, *, costs: bool) -> ft.Control:
    on_time, short = figures.on_time_percent, figures.short_percent
    open_ = figures.discrepancies_open
    lead = figures.average_lead_time_days
    boxes = [
        statistic(t("Open purchases"), words.number(figures.orders_open), "", None),
        statistic(
            t("On time"),
            "–" if on_time is None else words.percent(on_time, 0),
            "",
            None if on_time is None else "ok" if on_time >= 90 else "soon",
        ),
        statistic(
            t("Missing"),
            "–" if short is None else words.percent(short, 1),
            "",
            None if not short else "soon",
        ),
        statistic(t("Open differences"), words.number(open_), "", "soon" if open_ else None),
    ]
    if layout != "phone" and lead is not None:
        boxes.append(
            statistic(t("Takes"), words.number(lead, 1), tn("day", "days", 1 if lead == 1 else 2), None)
        )
    if costs and layout == "desk" and figures.spent_year is not None:
        boxes.append(
            statistic(t("Bought in 12 months"), words.money(figures.spent_year, whole=True), "", None)
        )
    cards = [surface(ft.Container(box, padding=14), expand=True) for box in boxes]
    if layout == "phone":
        return stretched(row(*cards[:2], gap=10), row(*cards[2:4], gap=10), gap=10)
    return row(*cards, gap=12)


def _tabs(state: SupplierState, shown: str, show: Callable[[str], None], sees: bool) -> ft.Control:
    def press(key: str) -> Callable[[Any], Any]:
        return lambda _: show(key)

    kinds: list[tuple[str, str, int | None]] = [
        ("catalogue", t("What they sell"), _whole(len(state.catalogue)))
    ]
    if sees:
        kinds += [
            ("orders", t("Purchases"), _whole(len(state.orders))),
            ("receipts", t("Deliveries"), _whole(len(state.receipts))),
        ]
    return row(*[chip(label, press(key), count=n, selected=key == shown) for key, label, n in kinds])


def _whole(count: int) -> int | None:
    """A number that is one: of a list that goes on it is not known."""
    return count if count < SHOWN else None


def _table(
    state: SupplierState,
    shown: str,
    go: Callable[[str], Any],
    session: Session,
    layout: Layout,
    form: Form,
    redraw: Callable[[], None],
) -> ft.Control:
    if shown == "orders":
        rows = [_order_row(one, go) for one in state.orders]
    elif shown == "receipts":
        rows = [receipt_row(one, go) for one in state.receipts]
    else:
        return _catalogue(state, go, session, layout, form, redraw)
    if not rows:
        return surface(ft.Container(quiet(t("Nothing here yet."), "small"), padding=16))
    return surface(stretched(*divided(rows, 16)))


def _order_row(order: Purchase, go: Callable[[str], Any]) -> ft.Control:
    note = " · ".join(p for p in (when(order), tn("{n} line", "{n} lines", order.line_count)) if p)
    return tap(
        row(
            column(text(order.number, "strong"), quiet(note), gap=1, expand=True),
            text(sum_said(order.net_total, order.currency), "body") if order.net_total is not None else None,
            purchase_pill(order),
            gap=12,
        ),
        lambda _: go(f"/purchases/{order.number}"),
        label=t("Purchase {number}", number=order.number),
        height=56,
        padding=ft.Padding.symmetric(horizontal=16),
    )


def _catalogue(
    state: SupplierState,
    go: Callable[[str], Any],
    session: Session,
    layout: Layout,
    form: Form,
    redraw: Callable[[], None],
) -> ft.Control:
    wanted = form.get("q", "").lower().split()
    found = [
        one
        for one in sorted(state.catalogue, key=lambda one: one.product_name)
        if all(part in f"{one.product} {one.product_name} {one.supplier_sku}".lower() for part in wanted)
    ]
    costs = session.can("cost.view")

    def typed(_: str) -> None:
        redraw()

    def one_row(one: CatalogueEntry) -> ft.Control:
        days = one.lead_time_days
        takes = tn("takes {n} day", "takes {n} days", days) if days is not None else ""
        sub = " · ".join(
            p
            for p in (
                one.product,
                t("theirs: {code}", code=one.supplier_sku) if one.supplier_sku else "",
                packed_as(one),
            )
            if p
        )
        wants = " · ".join(p for p in (terms(one), takes) if p)
        return tap(
            row(
                product_tile(one.category, one.product_name),
                column(
                    text(one.product_name, "strong"),
                    quiet(sub),
                    quiet(wants) if wants and layout == "phone" else None,
                    gap=1,
                    expand=True,
                ),
                quiet(wants, "small") if layout != "phone" else None,
                ft.Container(
                    text(cost_said(one.cost), "strong"), width=90, alignment=ft.Alignment.CENTER_RIGHT
                )
                if costs
                else None,
                gap=12,
            ),
            lambda _: go(f"/products/{one.product}"),
            label=one.product_name,
            padding=ft.Padding.symmetric(horizontal=16, vertical=10),
        )

    rows: list[ft.Control] = [one_row(one) for one in found[:CATALOGUE_SHOWN]]
    more = len(found) - CATALOGUE_SHOWN
    if more > 0:
        rows.append(
            ft.Container(
                quiet(tn("{n} more: type its name", "{n} more: type a name", more), "small"), padding=16
            )
        )
    if not rows:
        rows = [ft.Container(quiet(t("Nothing of that name"), "small"), padding=16)]
    search = search_field(form, "q", t("Search the catalogue"), typed)
    return stretched(
        row(ft.Container(search, width=360)) if layout == "desk" else search,
        surface(stretched(*divided(rows, 16))),
        gap=10,
    )
