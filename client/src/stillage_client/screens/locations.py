"""The places of a warehouse, and one place: what stands there."""

import asyncio
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client import words
from stillage_client.api import places, stock
from stillage_client.api.records import Balance, Location, Movement, Page
from stillage_client.api.transport import Api, ApiError
from stillage_client.components.buttons import button, chip, tap
from stillage_client.components.faces import icon_tile, product_tile
from stillage_client.components.feedback import bone_rows, empty
from stillage_client.components.fields import search_field
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import card, column, divided, quiet, row, stretched, surface, text
from stillage_client.components.live import use_live
from stillage_client.components.navigation import screen
from stillage_client.components.status import expiry_pill, held_pill
from stillage_client.components.viewport import use_layout
from stillage_client.locale import t, tn
from stillage_client.screens import amounts
from stillage_client.screens.list_body import heading, list_body
from stillage_client.screens.movement_lines import bare, ends, happening, kind_name
from stillage_client.screens.paged import PagedState
from stillage_client.screens.refusals import Trouble, trouble_of
from stillage_client.screens.shell import warehouse_name
from stillage_client.session import use_session

TYPING_PAUSE_S = 0.3
KINDS = ("", "receiving", "picking", "storage", "staging", "quarantine", "returns")
KIND_ICONS = {
    "receiving": ft.Icons.MOVE_TO_INBOX_OUTLINED,
    "picking": ft.Icons.SHOPPING_BASKET_OUTLINED,
    "staging": ft.Icons.LOCAL_SHIPPING_OUTLINED,
    "quarantine": ft.Icons.LOCK_OUTLINED,
    "returns": ft.Icons.KEYBOARD_RETURN_ROUNDED,
}


@ft.component
def Locations() -> ft.Control:
    """All places, by their code, with how much stands there."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    state = watched(PagedState)
    search, set_search = switched("")
    kind, set_kind = switched("")
    form = remembered(lambda: {"q": ""})
    page.title = t("Places · Stillage")

    async def fetch(cursor: str | None) -> Page[Location]:
        return await places.locations(
            session.api,
            warehouse=session.warehouse,
            kind=kind,
            search=search,
            with_stock=True,
            cursor=cursor,
            limit=60,
        )

    async def load(_: Any = None) -> None:
        await state.load(fetch)

    async def again() -> None:
        await state.refresh(fetch)

    async def more(_: Any) -> None:
        await state.more(fetch)

    async def typed(value: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        if form["q"] == value:
            set_search(value.strip())

    async def first() -> None:
        await load()

    def show(new: str) -> Any:
        return lambda _: set_kind(new)

    after_drawing(first, [session.warehouse, search, kind])
    use_live(("stock", "places"), again)
    chips = [chip(kind_name(k) if k else t("All"), show(k), selected=k == kind) for k in KINDS]
    field = search_field(form, "q", t("Place or zone"), typed)
    filters: ft.Control
    if layout == "desk":
        filters = row(ft.Container(field, width=296), *chips)
    else:
        filters = stretched(field, ft.Row(chips, spacing=8, scroll=ft.ScrollMode.HIDDEN), gap=10)
    nothing = (
        empty(ft.Icons.SEARCH_OFF_ROUNDED, t("No such place"), t("Try fewer letters, or another kind."))
        if search or kind
        else empty(
            ft.Icons.SHELVES,
            t("No places yet"),
            t("A spreadsheet with one code a row is enough to begin."),
            button(t("Import a file"), lambda _: page.navigate("/import"))
            if session.can("imports.run")
            else None,
        )
    )

    def draw(place: Location) -> ft.Control:
        lots = place.lot_count or 0
        stands = tn("{n} lot", "{n} lots", lots) if lots else t("empty")
        return tap(
            row(
                icon_tile(
                    KIND_ICONS.get(place.kind, ft.Icons.SHELVES),
                    "held" if place.kind == "quarantine" else "mute",
                ),
                column(text(bare(place.location), "strong"), quiet(kind_name(place.kind)), expand=True),
                quiet(t("Zone {zone}", zone=place.zone), "body", width=120)
                if place.zone and layout == "desk"
                else None,
                quiet(stands, "body", width=72, text_align=ft.TextAlign.RIGHT),
                text(
                    words.units(place.on_hand, "unit") if place.on_hand else "–",
                    "body",
                    width=112,
                    text_align=ft.TextAlign.RIGHT,
                ),
                gap=12,
            ),
            lambda _: page.navigate(f"/locations/{place.location}"),
            height=56,
            padding=ft.Padding.symmetric(horizontal=16),
        )

    head = heading(
        (t("Place"), None, False), (t("Zone"), 120, False), (t("Lots"), 72, True), (t("On hand"), 112, True)
    )
    body = list_body(
        state, t("Places"), draw, nothing, try_now=load, more=more, layout=layout, head=head, filters=filters
    )
    return screen(
        layout,
        t("Places"),
        body,
        subtitle=warehouse_name(session) if layout == "phone" else "",
        online=session.live,
    )


@ft.observable
@dataclass
class PlaceState:
    """What stands at one place, and what came and went."""

    location: str = ""
    balances: tuple[Balance, ...] = ()
    movements: tuple[Movement, ...] = ()
    loaded: bool = False
    trouble: Trouble | None = None

    async def load(self, api: Api, location: str) -> None:
        """Fetch both lists at once."""
        try:
            balances, movements = await asyncio.gather(
                stock.balances(api, location=location, ordering="expiry_date", limit=200),
                stock.movements(api, location=location, limit=12),
            )
        except ApiError as error:
            self.trouble = trouble_of(error)
            return
        self.location, self.balances, self.movements = location, balances.results, movements.results
        self.loaded, self.trouble = True, None


@ft.component
def LocationPage() -> ft.Control:
    """The place of the address."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    params = ft.use_route_params()
    location = f"{params.get('warehouse', '')}/{params.get('code', '')}"
    state = watched(PlaceState)
    page.title = f"{bare(location)} · Stillage"

    async def load() -> None:
        await state.load(session.api, location)

    async def try_now(_: Any) -> None:
        await load()

    after_drawing(load, [location])
    use_live(("stock", "places"), load)
    current = state.loaded and state.location == location
    if state.trouble is not None and not current:
        trouble = state.trouble
        body: ft.Control = surface(
            empty(
                trouble.icon,
                trouble.title(t("Place {code}", code=bare(location))),
                trouble.words,
                button(t("Try now"), try_now, icon=ft.Icons.REFRESH_ROUNDED),
            ),
            expand=True,
        )
    elif not current:
        body = surface(bone_rows(6), expand=True)
    else:
        body = _place_body(state, layout == "desk", page.navigate)
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
    return screen(
        layout,
        bare(location),
        body,
        actions=actions,
        crumb=(t("Places"), lambda: page.navigate("/locations")),
        online=session.live,
    )


def _place_body(state: PlaceState, wide: bool, go: Any) -> ft.Control:
    kind = state.balances[0].location_kind if state.balances else ""
    head = row(
        icon_tile(KIND_ICONS.get(kind, ft.Icons.SHELVES), "info", 48),
        column(
            text(bare(state.location), "title"),
            quiet(
                " · ".join(
                    part
                    for part in (
                        kind_name(kind) if kind else "",
                        tn("{n} lot", "{n} lots", len(state.balances)) if state.balances else t("empty"),
                    )
                    if part
                ),
                "small",
            ),
            gap=2,
        ),
        gap=14,
    )
    lots = card(
        stretched(*divided([_lot_here(b, wide, go) for b in state.balances]))
        if state.balances
        else ft.Container(
            empty(
                ft.Icons.INBOX_OUTLINED,
                t("Nothing stands here"),
                t("Put something down here with Scan, Move."),
            ),
            height=240,
        ),
        t("Here now"),
        padding=ft.Padding.only(bottom=4),
    )
    moves = card(
        stretched(*divided([_moved(m) for m in state.movements]))
        if state.movements
        else ft.Container(
            quiet(t("Nothing has moved yet"), "small"), padding=ft.Padding.only(left=16, bottom=12)
        ),
        t("Movements"),
        padding=ft.Padding.only(bottom=4),
    )
    if not wide:
        return stretched(head, lots, moves, gap=12, expand=True, tight=False, scroll=ft.ScrollMode.AUTO)
    columns = ft.Row(
        [
            ft.Column(
                [lots],
                expand=True,
                scroll=ft.ScrollMode.AUTO,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            ),
            ft.Column(
                [moves],
                width=372,
                scroll=ft.ScrollMode.AUTO,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            ),
        ],
        spacing=16,
        expand=True,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return stretched(head, columns, gap=16, expand=True, tight=False)


def _lot_here(balance: Balance, wide: bool, go: Any) -> ft.Control:
    until = balance.best_before_date or balance.expiry_date
    status = held_pill() if balance.held else expiry_pill(until)
    amount = text(amounts.short(balance, balance.on_hand), "strong", width=96, text_align=ft.TextAlign.RIGHT)
    name, about = text(balance.product_name, "strong", expand=True), f"{balance.product} · {balance.lot}"
    if wide:
        said: ft.Control = row(
            column(row(name), quiet(about), gap=1, expand=True), status, amount, gap=10, expand=True
        )
    else:
        said = column(row(name, amount), row(quiet(about, expand=True), status), gap=3, expand=True)
    return tap(
        row(product_tile("", balance.product_name), said, gap=12),
        lambda _: go(f"/products/{balance.product}"),
        height=56 if wide else 66,
        padding=ft.Padding.symmetric(horizontal=16),
    )


def _moved(movement: Movement) -> ft.Control:
    what = happening(movement)
    when = words.ago(movement.moved_at) if movement.moved_at else ""
    return ft.Container(
        row(
            icon_tile(what.icon, "mute", 28),
            column(text(f"{what.verb} · {when}", "small_strong"), quiet(movement.product_name), expand=True),
            column(
                text(
                    amounts.short(movement, movement.quantity), "small_strong", text_align=ft.TextAlign.RIGHT
                ),
                quiet(ends(movement)),
                horizontal_alignment=ft.CrossAxisAlignment.END,
            ),
            gap=10,
        ),
        height=50,
        padding=ft.Padding.symmetric(horizontal=16),
    )
