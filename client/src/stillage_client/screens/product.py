"""One product: will it sell in time, which lot goes first, where it stands and what happened to it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import catalogue, stock
from stillage_client.api.records import Availability, Balance, Movement, Product
from stillage_client.api.transport import Api, ApiError
from stillage_client.components.buttons import button, icon_button
from stillage_client.components.faces import avatar, icon_tile, product_tile
from stillage_client.components.feedback import bone_rows, empty
from stillage_client.components.figures import light_table, part_bar, statistic
from stillage_client.components.hooks import after_drawing, remembered, watched
from stillage_client.components.layout import (
    card,
    column,
    divided,
    fill,
    gap,
    quiet,
    row,
    stretched,
    surface,
    text,
)
from stillage_client.components.live import use_live
from stillage_client.components.navigation import screen
from stillage_client.components.status import expiry_kind, expiry_pill, held_pill, pill
from stillage_client.components.viewport import Layout, use_beside, use_layout
from stillage_client.locale import t
from stillage_client.screens import amounts
from stillage_client.screens.buying.on_order import Coming, coming_card, on_order
from stillage_client.screens.holds import (
    EVERYWHERE,
    HoldState,
    Wish,
    hold_button,
    hold_outcome,
    hold_question,
    release_button,
    releases,
)
from stillage_client.screens.movement_lines import bare, ends, happening, kind_name
from stillage_client.screens.planning.forecast_card import ForecastCard, lasts_statistic
from stillage_client.screens.planning.forecast_state import ForecastState
from stillage_client.screens.refusals import Trouble, trouble_of
from stillage_client.session import Session, use_session

SIDE_WIDTH = 348
MOVEMENTS_SHOWN = 12
BALANCES_READ = 200


@dataclass(frozen=True)
class LotLine:
    """One lot over all its places."""

    lot: str
    best_before: date | None
    locations: tuple[str, ...]
    held_at: tuple[str, ...]
    on_hand: int
    allocated: int
    held: int
    lot_id: int | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """The locations as people call them."""
        return tuple(bare(location) for location in self.locations)

    @property
    def free_at(self) -> tuple[str, ...]:
        """Where it may still be held."""
        return tuple(location for location in self.locations if location not in self.held_at)

    @property
    def all_held(self) -> bool:
        return self.held >= self.on_hand > 0


def lot_lines(balances: Iterable[Balance]) -> list[LotLine]:
    """The balances by lot, the one that must go first on top, lots without a date last."""
    by_lot: dict[str, list[Balance]] = {}
    for balance in balances:
        by_lot.setdefault(balance.lot, []).append(balance)
    lines = [
        LotLine(
            lot=lot,
            best_before=parts[0].best_before_date or parts[0].expiry_date,
            locations=tuple(p.location for p in parts),
            held_at=tuple(p.location for p in parts if p.held),
            on_hand=sum(p.on_hand for p in parts),
            allocated=sum(p.allocated for p in parts),
            held=sum(p.on_hand for p in parts if p.held),
            lot_id=parts[0].lot_id,
        )
        for lot, parts in by_lot.items()
    ]
    return sorted(lines, key=lambda line: (line.best_before or date.max, line.lot))


def next_out(lines: Iterable[LotLine], today: date | None = None) -> str | None:
    """The lot an order would take now: the first that is neither held nor past its date."""
    now = today or datetime.now(UTC).date()
    usable = (
        line for line in lines if not line.all_held and (line.best_before is None or line.best_before >= now)
    )
    return next((line.lot for line in usable), None)


@ft.observable
@dataclass
class ProductState:
    """Everything the page shows of one product in one warehouse."""

    product: Product | None = None
    availability: Availability | None = None
    balances: tuple[Balance, ...] = ()
    movements: tuple[Movement, ...] = ()
    hold_reasons: dict[str, str] = field(default_factory=dict)  # by lot
    coming: tuple[Coming, ...] = ()
    trouble: Trouble | None = None
    _turn: int = 0

    async def load(self, api: Api, sku: str, warehouse: str | None, *, buying_too: bool = False) -> None:
        """Fetch all four parts at once; a newer question overtakes an older answer."""
        self._turn += 1
        turn = self._turn
        try:
            product, available, balances, movements = await asyncio.gather(
                catalogue.product(api, sku),
                stock.availability(api, warehouse=warehouse, search=sku, limit=20),
                stock.balances(
                    api, product=sku, warehouse=warehouse, ordering="expiry_date", limit=BALANCES_READ
                ),
                stock.movements(api, product=sku, warehouse=warehouse, limit=MOVEMENTS_SHOWN),
            )
            reasons = await _hold_reasons(api, sku, balances.results)
        except ApiError as error:
            if turn == self._turn:
                self.trouble = trouble_of(error)
            return
        if turn != self._turn:
            return
        self.availability = next((a for a in available.results if a.product == product.sku), None)
        self.balances, self.movements = tuple(balances.results), tuple(movements.results)
        self.hold_reasons = reasons
        self.product, self.trouble = product, None
        found = await on_order(api, product.sku, warehouse) if buying_too else ()
        if turn == self._turn:
            self.coming = found


async def _hold_reasons(api: Api, sku: str, balances: Iterable[Balance]) -> dict[str, str]:
    """Why lots are on hold; asked only when one is."""
    if not any(balance.held for balance in balances):
        return {}
    held = await stock.lots(api, product=sku, held="true", limit=BALANCES_READ)
    return {lot.lot: lot.hold_reason for lot in held.results}


@ft.component
def ProductPage() -> ft.Control:
    """The product of the address."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    sku = ft.use_route_params().get("sku", "")
    beside = use_beside()
    state, holds, forecast = watched(ProductState), watched(HoldState), watched(ForecastState)
    form = remembered(lambda: {"reason": ""})

    async def load() -> None:
        await asyncio.gather(
            state.load(session.api, sku, session.warehouse, buying_too=session.can("buying.view")),
            look_ahead(),
        )

    async def look_ahead() -> None:
        if session.can("planning.view"):
            await forecast.load(session.api, sku, session.warehouse)

    after_drawing(load, [sku, session.warehouse])
    use_live(("stock", "catalogue", "purchases", "receiving"), load)
    product = state.product if state.product and state.product.sku == sku else None
    page.title = f"{product.name if product else sku} · Stillage"

    async def try_now(_: Any) -> None:
        await load()

    if state.trouble is not None and product is None:
        trouble = state.trouble
        body: ft.Control = surface(
            empty(
                trouble.icon,
                trouble.title(t("Product {sku}", sku=sku)),
                trouble.words,
                button(t("Try now"), try_now, icon=ft.Icons.REFRESH_ROUNDED),
            ),
            expand=True,
        )
    elif product is None:
        body = surface(bone_rows(8), expand=True)
    else:
        changing = _Changing(holds, form, session, load, page.navigate)
        card_ahead: list[ft.Control] = []
        lasts = None
        if session.can("planning.view") and session.warehouse:
            card_ahead = [
                ForecastCard(
                    forecast, product.sku, session, layout, look_ahead, sold=product.status != "discontinued"
                )
            ]
            lasts = lasts_statistic(forecast, product.sku, session.warehouse)
        seen = _Seen(product, state, changing, card_ahead, lasts)
        body = _page(seen, layout, beside=beside and layout == "desk")
    actions = []
    if session.can("stock.move"):
        actions.append(
            button(
                t("Move"),
                lambda _: page.navigate("/scan/move"),
                icon=ft.Icons.SWAP_HORIZ_ROUNDED,
                kind="plain",
            )
        )
    if session.can("stock.receive"):
        actions.append(
            button(
                t("Receive"), lambda _: page.navigate("/scan/receive"), icon=ft.Icons.MOVE_TO_INBOX_OUTLINED
            )
        )
    return screen(
        layout,
        product.name if product else sku,
        body,
        actions=actions,
        crumb=(t("Stock"), lambda: page.navigate("/stock")),
        online=session.live,
    )


class _Changing:
    """Holding and releasing from this page: who may, and what is pressed."""

    def __init__(
        self,
        holds: HoldState,
        form: dict[str, str],
        session: Session,
        load: Callable[[], Awaitable[None]],
        go: Callable[[str], Any],
    ) -> None:
        self.holds, self.form, self._session, self._load = holds, form, session, load
        self._go = go
        self.may_hold, self.may_release = session.can("stock.hold"), session.can("stock.release")
        self.may_trace = session.can("trace.view")
        self.all_warehouses = session.user is not None and session.user.all_warehouses

    async def _do(self, *wishes: Wish, reason: str = "") -> None:
        if await self.holds.carry_out(self._session.api, *wishes, reason=reason):
            self.form["reason"] = ""
            await self._load()

    def open(self, path: str) -> None:
        """Another page."""
        self._go(path)

    def trace(self, line: LotLine) -> Callable[[Any], None]:
        """Where this lot went."""
        return lambda _: self._go(f"/lots/{line.lot_id}/trace")

    def ask(self, line: LotLine) -> Callable[[Any], None]:
        """Open the question, or close it again."""

        def pressed(_: Any) -> None:
            self.form["reason"] = ""
            if self.holds.asked == line.lot:
                self.holds.close()
                return
            whole = self.all_warehouses and not line.held_at
            self.holds.ask(line.lot, EVERYWHERE if whole else line.free_at)

        return pressed

    def hold(self, product: str, line: LotLine) -> Callable[[str], Awaitable[None]]:
        async def because(reason: str) -> None:
            await self._do(Wish("hold", product, line.lot, self.holds.locations, reason))

        return because

    def release(self, product: str, line: LotLine, reason: str) -> Callable[[Any], Awaitable[None]]:
        async def pressed(_: Any) -> None:
            wishes = releases(
                product, line.lot, line.held_at, whole=line.all_held, all_warehouses=self.all_warehouses
            )
            await self._do(*wishes, reason=reason)

        return pressed

    def undo(self) -> Callable[[Any], Awaitable[None]] | None:
        """The way back, for who may go it."""
        back = self.holds.back
        if back is None or not (self.may_release if back.verb == "release" else self.may_hold):
            return None
        done = self.holds.done

        async def pressed(_: Any) -> None:
            if self.holds.back is not None:
                await self._do(self.holds.back, reason=done.reason if done else "")

        return pressed


class _Seen:
    """The product with its amounts, as the cards read them."""

    def __init__(
        self,
        product: Product,
        state: ProductState,
        changing: _Changing,
        ahead: Sequence[ft.Control] = (),
        lasts: ft.Control | None = None,
    ) -> None:
        self.product, self.state, self.changing = product, state, changing
        self.ahead, self.lasts = ahead, lasts
        case = product.case
        self.units_per_case = case.units_per_pack if case else 1
        self.case_name = case.name if case else ""
        self.base_unit = product.base_unit
        self.lots = lot_lines(state.balances)
        self.on_hand = sum(line.on_hand for line in self.lots)
        available = state.availability
        self.free = available.available if available else 0
        self.promised = available.allocated if available else 0
        self.held = available.held if available else 0
        self.expired = available.expired if available else 0

    def short(self, units: int) -> str:
        return amounts.short(self, units)


def _page(seen: _Seen, layout: Layout, *, beside: bool) -> ft.Control:
    head = _head(seen, layout)
    lots = _lots_card(seen, layout)
    packs, places, movements = _packs_card(seen), _places_card(seen), _movements_card(seen)
    coming = [coming_card(seen.state.coming, seen.changing.open)] if seen.state.coming else []
    if beside:
        main = ft.Column(
            [lots, *(seen.ahead or [movements]), gap(8)],
            spacing=16,
            expand=True,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
        side = ft.Column(
            [*coming, packs, places, *([movements] if seen.ahead else []), gap(8)],
            spacing=16,
            width=SIDE_WIDTH,
            scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
        columns = ft.Row(
            [main, side], spacing=16, expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH
        )
        return stretched(head, _statistics(seen, layout), gap(16), columns, expand=True, tight=False)
    return stretched(
        head,
        _statistics(seen, layout),
        lots,
        *seen.ahead,
        *coming,
        places,
        packs,
        movements,
        gap=12 if layout == "phone" else 16,
        expand=True,
        tight=False,
        scroll=ft.ScrollMode.AUTO,
    )


def _head(seen: _Seen, layout: Layout) -> ft.Control:
    product = seen.product
    facts = [product.sku, words.volume(product.container_ml) if product.container_ml else ""]
    if product.abv_percent:
        facts.append(words.percent(product.abv_percent))
    facts += [product.brand, product.category]
    sold = (
        t("sold by the {case} of {n}", case=seen.case_name.lower(), n=seen.units_per_case)
        if seen.units_per_case > 1
        else ""
    )
    line = " · ".join(part for part in (*facts, sold) if part)
    name = row(text(product.name, "title", lines=2), _warning(seen), gap=10, wrap=layout == "phone")
    size = 44 if layout == "phone" else 56
    words_ = column(name, quiet(line, "small", 2 if layout == "phone" else 1), gap=3, expand=True)
    return ft.Container(
        row(product_tile(product.category, product.name, size), words_, gap=16),
        padding=ft.Padding.only(bottom=16),
    )


def _warning(seen: _Seen) -> ft.Control | None:
    """The one thing about this product that cannot wait."""
    if seen.expired > 0:
        return pill("expired", t("{amount} expired", amount=seen.short(seen.expired)))
    first = next((line for line in seen.lots if line.best_before and not line.all_held), None)
    if first and first.best_before and expiry_kind(first.best_before) == "soon":
        return pill(
            "soon",
            t("Use {amount} by {day}", amount=seen.short(first.on_hand), day=words.day(first.best_before)),
        )
    if seen.product.status == "discontinued":
        return pill("mute", t("Discontinued"))
    return None


def _statistics(seen: _Seen, layout: Layout) -> ft.Control:
    def one(label: str, units: int, kind: theme.Kind | str | None = None) -> ft.Control:
        unit = amounts.unit(seen, units)
        if kind is None and seen.units_per_case > 1:
            unit = f"{unit} ({words.number(units)})"
        return statistic(label, amounts.whole(seen, units), unit, kind, expand=True)

    figures = [
        one(t("On hand"), seen.on_hand),
        one(t("Free to sell"), seen.free, "info"),
        one(t("Promised"), seen.promised, theme.PROMISED),
        one(t("On hold"), seen.held, "held"),
    ]
    if seen.expired:
        figures.append(one(t("Expired"), seen.expired, "expired"))
    if seen.lasts is not None:
        figures.append(seen.lasts)
    if layout == "phone":
        pairs = [row(*figures[i : i + 2], gap=12) for i in range(0, len(figures), 2)]
        content: ft.Control = stretched(*pairs, gap=12)
    else:
        content = row(*figures, gap=16)
    return surface(content, padding=ft.Padding.symmetric(horizontal=16, vertical=12))


def _lots_card(seen: _Seen, layout: Layout) -> ft.Control:
    if not seen.lots:
        return card(
            ft.Container(
                empty(
                    ft.Icons.INVENTORY_2_OUTLINED,
                    t("None in this warehouse"),
                    t("As soon as some is received, its lots are listed here, first out on top."),
                ),
                height=240,
            ),
            t("Lots"),
        )
    first = next_out(seen.lots)
    hint = quiet(t("First out on top"))
    outcome = hold_outcome(seen.changing.holds, seen.changing.undo())
    if layout == "phone":
        rows: list[ft.Control] = [
            stretched(_lot_row(seen, line, line.lot == first), _question(seen, line, layout))
            for line in seen.lots
        ]
        content = stretched(outcome, *divided(rows, 16))
        return card(content, t("Lots"), hint, padding=ft.Padding.only(bottom=4))
    cells = [
        (
            column(text(line.lot, "strong", selectable=True), quiet(_place_names(line.places))),
            words.day(line.best_before, year=True) if line.best_before else "–",
            column(_lot_pill(seen, line), _lot_remark(seen, line, goes_next=line.lot == first), gap=2),
            seen.short(line.on_hand),
            quiet(amounts.whole(seen, line.allocated) if line.allocated else "–", "body"),
            _lot_actions(seen, line),
        )
        for line in seen.lots
    ]
    widths: list[tuple[int | None, bool]] = [
        (None, False),
        (88, False),
        (130, False),
        (106, True),
        (58, True),
        (
            (72 if any(line.held_at and line.free_at for line in seen.lots) else 36)
            + (36 if seen.changing.may_trace else 0),
            True,
        ),
    ]
    heads = (t("Lot and place"), t("Best before"), "", t("On hand"), t("Promised"), "")
    questions = [_question(seen, line, layout) for line in seen.lots]
    below = {number: question for number, question in enumerate(questions) if question is not None}
    table = light_table(heads, cells, widths, row_height=54, gap=8, below=below)
    return card(stretched(outcome, table), t("Lots"), hint, padding=ft.Padding.only(bottom=4))


def _place_names(places: tuple[str, ...]) -> str:
    return places[0] if len(places) == 1 else t("{place} + {n}", place=places[0], n=len(places) - 1)


def _place_and_reason(seen: _Seen, line: LotLine) -> str:
    reason = seen.state.hold_reasons.get(line.lot, "") if line.held else ""
    return " · ".join(part for part in (reason, _place_names(line.places)) if part)


def _lot_pill(seen: _Seen, line: LotLine) -> ft.Control:
    if line.all_held:
        return held_pill()
    if line.held:
        return pill("held", t("{amount} on hold", amount=seen.short(line.held)))
    return expiry_pill(line.best_before)


def _lot_remark(seen: _Seen, line: LotLine, *, goes_next: bool) -> ft.Control | None:
    """Why it is held, or that it goes next."""
    reason = seen.state.hold_reasons.get(line.lot, "") if line.held else ""
    if reason:
        return quiet(reason, tooltip=reason)
    return _next_pill() if goes_next else None


def _next_pill() -> ft.Control:
    return pill("info", t("Next out"), ft.Icons.ARROW_FORWARD_ROUNDED)


def _lot_actions(seen: _Seen, line: LotLine, box: int = 36) -> ft.Control:
    changing, sku = seen.changing, seen.product.sku
    reason = seen.state.hold_reasons.get(line.lot, "")
    release = line.held_at and changing.may_release
    hold = line.free_at and changing.may_hold
    return row(
        icon_button(
            ft.Icons.ACCOUNT_TREE_OUTLINED,
            t("Who got lot {lot}", lot=line.lot),
            changing.trace(line),
            box=box,
        )
        if changing.may_trace and line.lot_id
        else None,
        release_button(line.lot, changing.release(sku, line, reason), box) if release else None,
        hold_button(line.lot, changing.ask(line), box) if hold else None,
        gap=0,
        tight=True,
    )


def _question(seen: _Seen, line: LotLine, layout: Layout) -> ft.Control | None:
    changing = seen.changing
    if changing.holds.asked != line.lot or not line.free_at:
        return None
    return hold_question(
        changing.holds,
        changing.form,
        line.free_at,
        all_warehouses=changing.all_warehouses,
        layout=layout,
        hold=changing.hold(seen.product.sku, line),
    )


def _lot_row(seen: _Seen, line: LotLine, goes_next: bool) -> ft.Control:
    until = words.day(line.best_before, year=True) if line.best_before else t("No date")
    return ft.Container(
        column(
            row(text(line.lot, "strong", expand=True), text(seen.short(line.on_hand), "strong")),
            row(
                _lot_pill(seen, line),
                _next_pill() if goes_next else None,
                fill(),
                _lot_actions(seen, line, box=48),
                gap=6,
            ),
            quiet(f"{until} · {_place_and_reason(seen, line)}"),
            gap=4,
        ),
        padding=ft.Padding.symmetric(horizontal=16, vertical=10),
    )


def _packs_card(seen: _Seen) -> ft.Control:
    packs = sorted(seen.product.packs, key=lambda pack: pack.units_per_pack)
    rows = [
        (
            text(pack.name.capitalize(), "strong"),
            f"{words.number(pack.units_per_pack)} {words.unit(seen.base_unit, pack.units_per_pack)}",
            quiet(pack.gtin or "–", "small", selectable=True),
        )
        for pack in packs
    ]
    content = (
        light_table((t("Pack"), t("Holds"), "GTIN"), rows, [(64, False), (None, False), (124, True)], 36)
        if rows
        else ft.Container(quiet(t("No packs yet"), "small"), padding=ft.Padding.only(left=16, bottom=12))
    )
    return card(content, t("Packs"), padding=ft.Padding.only(bottom=4))


def _places_card(seen: _Seen) -> ft.Control:
    by_place: dict[str, list[Balance]] = {}
    for balance in seen.state.balances:
        by_place.setdefault(balance.location, []).append(balance)
    most = max((sum(b.on_hand for b in parts) for parts in by_place.values()), default=1) or 1
    rows: list[ft.Control] = []
    for location, parts in sorted(by_place.items()):
        total = sum(b.on_hand for b in parts)
        held = sum(b.on_hand for b in parts if b.held)
        amount = seen.short(total)
        rows.append(
            ft.Container(
                row(
                    column(
                        text(bare(location), "small_strong"),
                        quiet(kind_name(parts[0].location_kind)),
                        width=112,
                    ),
                    part_bar(
                        [("info", total - held), ("held", held), ("#00000000", most - total)],
                        t("{amount} at {place}", amount=amount, place=bare(location)),
                        expand=True,
                    ),
                    text(amount, "small", width=92, text_align=ft.TextAlign.RIGHT),
                    gap=10,
                ),
                height=46,
                padding=ft.Padding.symmetric(horizontal=16),
            )
        )
    if not rows:
        rows.append(
            ft.Container(quiet(t("It stands nowhere"), "small"), padding=ft.Padding.only(left=16, bottom=8))
        )
    return card(stretched(*rows), t("Places"), padding=ft.Padding.only(bottom=6))


def _movements_card(seen: _Seen) -> ft.Control:
    rows = [_movement_row(movement, seen.short) for movement in seen.state.movements]
    if not rows:
        rows.append(
            ft.Container(
                quiet(t("Nothing has moved yet"), "small"), padding=ft.Padding.only(left=16, bottom=12)
            )
        )
    return card(stretched(*divided(rows)), t("Movements"), padding=ft.Padding.only(bottom=4))


def _movement_row(movement: Movement, short: Callable[[int], str]) -> ft.Control:
    what = happening(movement)
    amount = short(abs(movement.quantity))
    signed = f"+{amount}" if what.sign > 0 else f"\u2212{amount}" if what.sign < 0 else amount
    when = words.ago(movement.moved_at) if movement.moved_at else ""
    where = f"{ends(movement)} · {movement.lot}" if movement.lot else ends(movement)
    return ft.Container(
        row(
            icon_tile(what.icon, "mute", 28),
            column(text(f"{what.verb} · {when}", "small_strong"), quiet(where), expand=True),
            text(signed, "small_strong", theme.ON_TINT["ok"] if what.sign > 0 else ft.Colors.ON_SURFACE),
            avatar(movement.user, 24) if movement.user else None,
            gap=10,
        ),
        height=48,
        padding=ft.Padding.symmetric(horizontal=16),
    )
