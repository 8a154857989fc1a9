"""A new count: which places, how strictly, and who must look at the differences."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flet as ft

from stillage_client.api import catalogue, control, places
from stillage_client.api.records import Location, Product
from stillage_client.api.transport import Api, ApiError
from stillage_client.components.buttons import button, chip, tap
from stillage_client.components.feedback import banner
from stillage_client.components.fields import Form, search_field, text_field
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import card, column, divided, gap, quiet, row, stretched, text
from stillage_client.components.navigation import screen
from stillage_client.components.viewport import use_layout
from stillage_client.locale import t, tn
from stillage_client.screens.audit import no_right
from stillage_client.screens.control.count_state import Method, NewCountState
from stillage_client.screens.movement_lines import bare
from stillage_client.session import use_session

TYPING_PAUSE_S = 0.3
FOUND_MAX = 6
LOCATIONS_READ = 200
PAGES_MAX = 20
CLASSES = ("A", "B", "C")


def places_of(route: str) -> tuple[str, ...]:
    """?places=MAIN/A-01-01,MAIN/A-01-02"""
    said = parse_qs(urlsplit(route).query).get("places", [""])[0]
    return tuple(part for part in said.split(",") if part)[:100]


async def zones_of(api: Api, warehouse: str | None) -> tuple[str, ...]:
    """The zones of a warehouse, as its places name them."""
    zones: set[str] = set()
    cursor = None
    for _ in range(PAGES_MAX):
        page = await places.locations(api, warehouse=warehouse, cursor=cursor, limit=LOCATIONS_READ)
        zones |= {one.zone for one in page.results if one.zone}
        cursor = page.next
        if cursor is None:
            break
    return tuple(sorted(zones))


@ft.component
def NewCount() -> ft.Control:
    """/counts/new?places=…"""
    session, layout, page = use_session(), use_layout(), ft.context.page
    given = places_of(page.route or "")
    state = watched(lambda: NewCountState(places=given))
    form: Form = remembered(
        lambda: {"q": "", "units": "", "percent": "", "value": "", "limit": "", "note": ""}
    )
    no_hits: tuple[Any, ...] = ()
    found, set_found = switched(no_hits)
    allowed = session.can("counts.change")
    page.title = t("New count · Stillage")

    async def load() -> None:
        if not allowed:
            return
        try:
            state.zones = await zones_of(session.api, session.warehouse)
            state.suggestions = await control.suggestions(session.api, session.warehouse)
        except ApiError:
            return  # a zone may be typed, and the classes go without numbers

    async def typed(value: str) -> None:
        await asyncio.sleep(TYPING_PAUSE_S)
        if form["q"] != value or len(value.strip()) < 2:
            set_found(())
            return
        try:
            if state.method == "product":
                hits = (await catalogue.products(session.api, search=value.strip(), limit=FOUND_MAX)).results
                set_found(tuple(hits))
            else:
                near = await places.locations(
                    session.api, warehouse=session.warehouse, search=value.strip(), limit=FOUND_MAX
                )
                set_found(tuple(near.results))
        except ApiError as error:
            state.fault = error.sentence

    async def make(_: Any) -> None:
        number = await state.make(session.api, session.warehouse, dict(form))
        if number:
            page.navigate(f"/count/{number}" if layout == "phone" else f"/counts/{number}")

    after_drawing(load, [session.warehouse])
    crumb = (t("Counts"), lambda: page.navigate("/counts"))
    if not allowed:
        return screen(layout, t("New count"), no_right(t("counts")), crumb=crumb, online=session.live)

    def method(key: Method) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            state.method = key
            form["q"] = ""
            set_found(())

        return pressed

    def take(hit: Any) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            if isinstance(hit, Product):
                state.products = (*state.products, (hit.sku, hit.name))
            elif isinstance(hit, Location):
                state.places = (*state.places, hit.location)
            form["q"] = ""
            set_found(())

        return pressed

    height = 56 if layout == "phone" else 48
    kinds: list[tuple[Method, str]] = [
        ("place", t("Zone or places")),
        ("product", t("Products")),
        ("abc", t("What is due by class")),
    ]
    what = card(
        stretched(
            ft.Row(
                [chip(label, method(key), selected=key == state.method) for key, label in kinds],
                spacing=8,
                run_spacing=8,
                wrap=True,
            ),
            gap(12),
            _what(state, form, found, typed, take),
        ),
        t("What is counted?"),
        padding=ft.Padding.only(left=16, right=16, bottom=16),
    )

    def blind(event: ft.Event[ft.Switch]) -> None:
        state.blind = bool(event.control.value)

    def recount(event: ft.Event[ft.Switch]) -> None:
        state.recount = bool(event.control.value)

    number = ft.KeyboardType.NUMBER
    how = card(
        stretched(
            ft.Switch(
                label=t("Blind: who counts does not see what the book says"),
                value=state.blind,
                on_change=blind,
            ),
            ft.Switch(
                label=t("Differences are counted a second time"), value=state.recount, on_change=recount
            ),
            gap(4),
            quiet(t("Small differences are booked without asking, up to:"), "small", 2),
            row(
                text_field(form, "units", label=t("Units"), height=52, keyboard_type=number, expand=True),
                text_field(form, "percent", label=t("Percent"), height=52, keyboard_type=number, expand=True),
                text_field(form, "value", label=t("Euros"), height=52, keyboard_type=number, expand=True)
                if session.can("cost.view")
                else None,
                gap=10,
            ),
            text_field(form, "note", label=t("Note"), height=52),
            gap=10,
        ),
        t("How strictly?"),
        padding=ft.Padding.only(left=16, right=16, bottom=16),
    )
    fault = [banner("expired", t("That was not done"), state.fault)] if state.fault else []
    press = button(
        t("Make the count"), make, icon=ft.Icons.FACT_CHECK_OUTLINED, height=height, disabled=state.working
    )
    body = ft.Column(
        [*fault, what, how, press, gap(12)],
        spacing=16,
        width=760 if layout == "desk" else None,
        scroll=ft.ScrollMode.AUTO,
        expand=layout != "desk",
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    inside = (
        ft.Row([body], vertical_alignment=ft.CrossAxisAlignment.STRETCH, expand=True)
        if layout == "desk"
        else body
    )
    return screen(layout, t("New count"), inside, crumb=crumb, online=session.live)


def _what(
    state: NewCountState,
    form: Form,
    found: tuple[Any, ...],
    typed: Callable[[str], Any],
    take: Callable[[Any], Callable[[Any], None]],
) -> ft.Control:
    if state.method == "abc":
        return _by_class(state, form)
    by_product = state.method == "product"
    hint = t("Name or code of a product") if by_product else t("Code of a place")
    chosen: list[ft.Control] = []
    for code, name in state.products if by_product else [(place, bare(place)) for place in state.places]:

        def drop(_: Any, code: str = code) -> None:
            state.products = tuple(one for one in state.products if one[0] != code)
            state.places = tuple(one for one in state.places if one != code)

        chosen.append(chip(name, drop, selected=True, icon=ft.Icons.CLOSE_ROUNDED))

    def zone(name: str) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            state.zone = "" if state.zone == name else name

        return pressed

    zones = [
        chip(t("Zone {zone}", zone=name), zone(name), selected=name == state.zone) for name in state.zones
    ]
    hits: list[ft.Control] = [_hit(hit, take(hit)) for hit in found]
    return stretched(
        ft.Row(zones, spacing=8, run_spacing=8, wrap=True)
        if zones and not by_product and not state.places
        else None,
        search_field(form, "q", hint, typed),
        *divided(hits),
        ft.Row(chosen, spacing=8, run_spacing=8, wrap=True) if chosen else None,
        quiet(tn("{n} place", "{n} places", len(state.places)), "small")
        if state.places and not by_product
        else None,
        gap=10,
    )


def _hit(hit: Any, pressed: Callable[[Any], None]) -> ft.Control:
    name, note = (hit.name, hit.sku) if isinstance(hit, Product) else (bare(hit.location), hit.zone)
    return tap(
        row(
            ft.Icon(ft.Icons.ADD_ROUNDED, size=20, color=ft.Colors.PRIMARY),
            column(text(name, "strong"), quiet(note) if note else None, expand=True),
            gap=12,
        ),
        pressed,
        height=52,
        padding=ft.Padding.symmetric(horizontal=8),
    )


def _by_class(state: NewCountState, form: Form) -> ft.Control:
    found = state.suggestions
    due = {"A": found.a.due, "B": found.b.due, "C": found.c.due} if found else {}

    def choose(letter: str) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            state.abc = letter

        return pressed

    chips = [
        chip(
            t("Class {name}", name=letter),
            choose(letter),
            selected=letter == state.abc,
            count=due.get(letter),
        )
        for letter in CLASSES
    ]
    said = t("A is what moves most money, C what moves least. The number says how many places are due.")
    return stretched(
        ft.Row(chips, spacing=8, run_spacing=8, wrap=True),
        quiet(said, "small", 3),
        text_field(
            form, "limit", label=t("At most so many places"), height=52, keyboard_type=ft.KeyboardType.NUMBER
        ),
        gap=10,
    )
