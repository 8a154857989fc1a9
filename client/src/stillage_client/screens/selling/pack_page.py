"""Packing an order: what was picked onto pallets, lot by lot, and a label for each pallet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import selling, shipping
from stillage_client.api.records import Export
from stillage_client.api.selling_records import HandlingUnit, Order, OrderLine
from stillage_client.api.transport import Api, ApiError, new_key
from stillage_client.components.buttons import button, icon_button
from stillage_client.components.faces import product_tile
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.fields import Form
from stillage_client.components.hooks import after_drawing, remembered, watched
from stillage_client.components.layout import card, column, divided, gap, quiet, row, stretched, surface, text
from stillage_client.components.navigation import screen
from stillage_client.components.stepper import stepper
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t
from stillage_client.screens import amounts
from stillage_client.screens.audit import no_right
from stillage_client.screens.refusals import Trouble, trouble_of
from stillage_client.screens.selling.papers import open_paper
from stillage_client.session import use_session

Key = tuple[int, str]  # line, lot


@dataclass(frozen=True)
class Picked:
    """So much of one lot that stands in staging for a line."""

    line: OrderLine
    lot: str
    lot_ref: str | int
    units: int

    @property
    def key(self) -> Key:
        return self.line.id, self.lot


def picked_of(order: Order) -> tuple[Picked, ...]:
    """What is there to pack, by line and lot."""
    found: dict[Key, Picked] = {}
    for line in order.lines:
        for one in line.allocations:
            if one.picked:
                before = found.get((line.id, one.lot))
                units = one.quantity + (before.units if before else 0)
                found[line.id, one.lot] = Picked(line, one.lot, one.lot_id or one.lot, units)
    return tuple(found.values())


@ft.observable
@dataclass
class PackState:
    """What goes on which pallet; nothing is written before Pack is pressed."""

    order: Order | None = None
    pallets: tuple[dict[Key, int], ...] = ()
    at: int = 0
    units: tuple[HandlingUnit, ...] = ()
    working: bool = False
    fault: str = ""
    trouble: Trouble | None = None

    async def load(self, api: Api, number: str) -> None:
        try:
            order = await selling.order(api, number)
            self.units = await self._units(api, order)
            self.order, self.trouble = order, None
        except ApiError as error:
            self.trouble = trouble_of(error)

    @staticmethod
    async def _units(api: Api, order: Order) -> tuple[HandlingUnit, ...]:
        return await shipping.handling_units(api, order.number) if order.handling_units else ()

    @property
    def goods(self) -> tuple[Picked, ...]:
        return picked_of(self.order) if self.order else ()

    def placed(self, key: Key, but: int | None = None) -> int:
        """How much of it stands on pallets already."""
        return sum(p.get(key, 0) for n, p in enumerate(self.pallets) if n != but)

    def left(self, one: Picked) -> int:
        return one.units - self.placed(one.key)

    def new_pallet(self) -> None:
        self.pallets, self.at = (*self.pallets, {}), len(self.pallets)

    def all_on_one(self) -> None:
        self.pallets, self.at = ({one.key: one.units for one in self.goods},), 0

    def one_each(self) -> None:
        """A pallet for each product."""
        by_product: dict[str, dict[Key, int]] = {}
        for one in self.goods:
            by_product.setdefault(one.line.product, {})[one.key] = one.units
        self.pallets, self.at = tuple(by_product.values()), 0

    def set(self, number: int, one: Picked, units: int) -> None:
        """So much of it on that pallet, and never more than there is."""
        free = one.units - self.placed(one.key, but=number)
        pallets = [dict(p) for p in self.pallets]
        pallets[number][one.key] = max(min(units, free), 0)
        self.pallets = tuple(pallets)

    def drop(self, number: int) -> None:
        self.pallets = tuple(p for n, p in enumerate(self.pallets) if n != number)
        self.at = max(min(self.at, len(self.pallets) - 1), 0)

    def body(self) -> dict[str, Any]:
        """The pallets as the server takes them; empty ones are none."""
        refs = {one.key: one.lot_ref for one in self.goods}
        units = [
            {
                "kind": "pallet",
                "lines": [
                    {"line": key[0], "lot": refs.get(key, key[1]), "quantity": amount}
                    for key, amount in pallet.items()
                    if amount
                ],
            }
            for pallet in self.pallets
        ]
        units = [unit for unit in units if unit["lines"]]
        return {"units": units} if units else {}

    async def pack(self, api: Api) -> bool:
        if self.order is None or self.working:
            return False
        self.working, self.fault = True, ""
        try:
            order = await selling.step(api, self.order.number, "pack", self.body(), key=new_key())
            self.units = await self._units(api, order)
            self.order = order
        except ApiError as error:
            self.fault = error.sentence
            return False
        finally:
            self.working = False
        return True


@ft.component
def PackPage() -> ft.Control:
    """/orders/SO-000042/pack."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    number = ft.use_route_params().get("number", "")
    state = watched(PackState)
    form: Form = remembered(dict)
    allowed = session.can("shipping.run")
    page.title = t("Packing {number} · Stillage", number=number)

    async def load() -> None:
        if allowed:
            await state.load(session.api, number)

    async def pack(_: Any) -> None:
        await state.pack(session.api)

    after_drawing(load, [number])
    crumb = (number, lambda: page.navigate(f"/orders/{number}"))
    title = t("Pack {order}", order=number)
    if not allowed:
        return screen(layout, title, no_right(t("packing")), online=session.live)
    order = state.order
    if order is None:
        waiting = (
            surface(empty(state.trouble.icon, state.trouble.title(title), state.trouble.words), expand=True)
            if state.trouble
            else surface(bone_rows(6), expand=True)
        )
        return screen(layout, title, waiting, crumb=crumb, online=session.live)
    notice = [banner("expired", t("Nothing was packed"), state.fault)] if state.fault else []
    packed = order.status in ("packed", "shipped", "closed")

    def tell(fault: str) -> None:
        state.fault = fault

    if packed:
        parts = [*notice, _packed(order, state.units, session.api, page, tell, layout)]
    elif not state.goods:
        nothing = empty(
            ft.Icons.INVENTORY_2_OUTLINED,
            t("Nothing to pack"),
            t("Pick first: what stands in staging is packed here."),
            button(t("Back to the order"), lambda _: page.navigate(f"/orders/{number}"), kind="plain"),
        )
        parts = [surface(nothing, height=320)]
    else:
        parts = [*notice, _goods(state, layout), *_pallets(state, form, layout), _finish(state, pack, layout)]
    body = ft.Column(
        [*parts, gap(12)],
        spacing=14,
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    inside: ft.Control = (
        ft.Row([ft.Container(body, width=860)], vertical_alignment=ft.CrossAxisAlignment.STRETCH, expand=True)
        if layout == "desk"
        else body
    )
    return screen(layout, title, inside, crumb=crumb, online=session.live)


def _goods(state: PackState, layout: Layout) -> ft.Control:
    def one(item: Picked) -> ft.Control:
        left = state.left(item)
        note = t("{amount} loose", amount=amounts.short(item.line, left)) if left else t("All on pallets")
        return ft.Container(
            row(
                product_tile(item.line.category, item.line.product_name),
                column(
                    text(item.line.product_name, "strong"), quiet(t("Lot {lot}", lot=item.lot)), expand=True
                ),
                column(
                    text(amounts.short(item.line, item.units), "strong"),
                    quiet(note),
                    horizontal_alignment=ft.CrossAxisAlignment.END,
                ),
                gap=12,
            ),
            height=60,
            padding=ft.Padding.symmetric(horizontal=16),
        )

    height = 48 if layout == "phone" else 40
    ways = [
        button(t("All on one pallet"), lambda _: state.all_on_one(), kind="plain", height=height),
        button(t("A pallet for each product"), lambda _: state.one_each(), kind="plain", height=height),
        button(
            t("Another pallet"),
            lambda _: state.new_pallet(),
            kind="plain",
            height=height,
            icon=ft.Icons.ADD_ROUNDED,
        ),
    ]
    return card(
        stretched(
            *divided([one(item) for item in state.goods], 16),
            ft.Container(
                ft.Row(ways, spacing=8, run_spacing=8, wrap=True),
                padding=ft.Padding.only(left=16, right=16, top=10, bottom=14),
            ),
        ),
        t("Picked"),
        padding=0,
    )


def _pallets(state: PackState, form: Form, layout: Layout) -> list[ft.Control]:
    return [_pallet(state, form, number, layout) for number in range(len(state.pallets))]


def _pallet(state: PackState, form: Form, number: int, layout: Layout) -> ft.Control:
    held = state.pallets[number]

    def one(item: Picked) -> ft.Control:
        per = item.line.units_per_case
        packs = held.get(item.key, 0) // per
        key = f"{number}-{item.line.id}-{item.lot}"
        if form.get(key) != str(packs):
            form[key] = str(packs)

        async def change(wanted: int) -> None:
            state.set(number, item, wanted * per)

        name = t(
            "{product}, lot {lot}, on pallet {n}", product=item.line.product_name, lot=item.lot, n=number + 1
        )
        return ft.Container(
            row(
                column(
                    text(item.line.product_name, "strong"), quiet(t("Lot {lot}", lot=item.lot)), expand=True
                ),
                stepper(form, key, packs, change, name=name, height=48 if layout == "phone" else 40),
                gap=12,
            ),
            height=60,
            padding=ft.Padding.symmetric(horizontal=16),
        )

    total = sum(held.get(item.key, 0) // item.line.units_per_case for item in state.goods)
    away = icon_button(
        ft.Icons.DELETE_OUTLINE_ROUNDED,
        t("Take pallet {n} away", n=number + 1),
        lambda _: state.drop(number),
        size=18,
    )
    return card(
        stretched(*divided([one(item) for item in state.goods], 16), gap(6)),
        t("Pallet {n}", n=number + 1),
        row(quiet(f"{words.number(total)} {words.unit('case', total)}", "small"), away),
        padding=0,
    )


def _finish(state: PackState, pack: Callable[[Any], Any], layout: Layout) -> ft.Control:
    loose = sum(1 for item in state.goods if state.left(item) > 0)
    filled = sum(1 for pallet in state.pallets if any(pallet.values()))
    said = t("Pack it") if filled else t("Pack without pallets")
    note = (
        t("Each pallet gets its own code (SSCC) and a label.")
        if filled
        else t("Everything stays loose; a pallet can be made later, before it is shipped.")
    )
    if filled and loose:
        note = t("What is on no pallet stays loose.")
    return stretched(
        quiet(note, "small", 2),
        gap(8),
        button(
            said,
            pack,
            icon=ft.Icons.INVENTORY_2_OUTLINED,
            height=56 if layout == "phone" else 48,
            disabled=state.working,
        ),
    )


def sscc_said(sscc: str) -> str:
    """Grouped for the eye: 3 5060123 000000001 7."""
    digits = sscc.removeprefix("00") if len(sscc) == 20 else sscc
    return f"{digits[0]} {digits[1:8]} {digits[8:17]} {digits[17:]}" if len(digits) == 18 else sscc


def unit_lines(unit: HandlingUnit, order: Order | None = None) -> list[str]:
    """What stands on it."""
    known = {line.id: line for line in order.lines} if order else {}
    said = []
    for one in unit.lines:
        line = known.get(one.line or one.line_id or 0)
        name = one.product_name or (line.product_name if line else "")
        amount = amounts.short(line, one.quantity) if line else amounts.short(one, one.quantity)
        said.append(f"{amount} {name} · {t('Lot {lot}', lot=one.lot)}")
    return said


def unit_rows(
    units: tuple[HandlingUnit, ...],
    api: Api,
    page: ft.Page,
    tell: Callable[[str], Any],
    order: Order | None = None,
) -> list[ft.Control]:
    """Each pallet with its code, what stands on it, and its label."""

    def one(unit: HandlingUnit) -> ft.Control:
        async def fetch() -> Export:
            return await shipping.pallet_label(api, unit.sscc)

        async def label(_: Any) -> None:
            tell(await open_paper(page, fetch))

        kind = t("Pallet") if unit.kind == "pallet" else t("Carton")
        return ft.Container(
            row(
                column(
                    row(
                        text(kind, "strong"),
                        text(sscc_said(unit.sscc), "small", theme.SUBDUED, selectable=True),
                        gap=10,
                    ),
                    *[quiet(said) for said in unit_lines(unit, order)],
                    gap=2,
                    expand=True,
                ),
                icon_button(
                    ft.Icons.PRINT_OUTLINED, t("Label of {sscc}", sscc=unit.sscc), label, size=20, box=48
                ),
                gap=12,
            ),
            padding=ft.Padding.only(left=16, right=8, top=10, bottom=10),
        )

    return divided([one(unit) for unit in units], 16)


def _packed(
    order: Order,
    units: tuple[HandlingUnit, ...],
    api: Api,
    page: ft.Page,
    tell: Callable[[str], Any],
    layout: Layout,
) -> ft.Control:
    rows = (
        unit_rows(units, api, page, tell, order)
        if units
        else [ft.Container(quiet(t("Everything is loose."), "small"), padding=16)]
    )
    on = button(
        t("Ship {order}", order=order.number),
        lambda _: page.navigate(f"/orders/{order.number}"),
        icon=ft.Icons.LOCAL_SHIPPING_OUTLINED,
        height=56 if layout == "phone" else 48,
    )
    return stretched(
        banner("ok", t("{order} is packed", order=order.number), t("Put a label on each pallet, then ship.")),
        gap(12),
        card(stretched(*rows, gap(4)), t("Pallets"), padding=0),
        gap(12),
        on if order.status == "packed" else None,
    )
