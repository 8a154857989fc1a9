"""The search over everything: Ctrl-K, the box in the sidebar, the icon on the phone. Arrows, Enter, Esc."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import flet as ft

from stillage_client import theme
from stillage_client.api import search
from stillage_client.api.errors import ApiError
from stillage_client.api.search_records import Found
from stillage_client.api.transport import Api
from stillage_client.components.buttons import icon_button, tap
from stillage_client.components.faces import product_tile
from stillage_client.components.feedback import empty, working_bar
from stillage_client.components.fields import Form, bound, focus_again
from stillage_client.components.hooks import after_drawing, remembered, watched
from stillage_client.components.keys import use_keys
from stillage_client.components.layout import fill, gap, hairline, quiet, row, stretched, text
from stillage_client.components.navigation import Destination
from stillage_client.components.search_box import SHADE, key_cap, shade
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.screens import appearance
from stillage_client.screens.palette_entries import (
    HELP,
    THEME,
    Entry,
    as_kept,
    deeds,
    fitting_deeds,
    found_entries,
    icon_of,
    places,
    remembered_entries,
    with_newest,
)
from stillage_client.session import Session, use_session

TYPING_PAUSE_S = 0.14
SHORTEST = 2
WIDTH, TOP = 640, 110
ROW_HEIGHT, HEAD_HEIGHT, LIST_MAX = 44, 32, 440
RECENT_KEY = "stillage.opened."


@ft.observable
@dataclass
class PaletteState:
    """What was asked, what came of it, and which line is chosen. The newest question wins."""

    text: str = ""
    asked: str = ""
    found: Found = field(default_factory=Found)
    working: bool = False
    trouble: str = ""
    at: int = 0
    recent: tuple[Entry, ...] = ()
    _turn: int = 0

    def typed(self, said: str) -> None:
        """Something else stands in the field: the line on top is chosen again."""
        self.text, self.at = said, 0
        if len(said.strip()) < SHORTEST:
            self._turn += 1
            self.asked, self.found, self.working, self.trouble = said, Found(), False, ""

    async def ask(self, api: Api) -> None:
        """Ask for what stands there now; an answer that was overtaken is dropped."""
        said = self.text.strip()
        if (said == self.asked.strip() and not self.trouble) or len(said) < SHORTEST:
            return
        self._turn += 1
        turn, self.working = self._turn, True
        try:
            found = await search.everywhere(api, said)
        except ApiError as error:
            if turn == self._turn:
                self.working, self.trouble = False, error.sentence
            return
        if turn == self._turn:
            self.asked, self.found, self.working, self.trouble = said, found, False, ""

    def move(self, steps: int, count: int) -> None:
        """To another line, round the ends."""
        if count:
            self.at = (self.at + steps) % count


def lines(
    state: PaletteState, destinations: Sequence[Destination], all_deeds: Sequence[Entry], *, traces: bool
) -> list[Entry]:
    """Everything that stands in the list: what was opened before while nothing is typed, else what fits."""
    said = state.text.strip()
    if not said:
        return [*state.recent, *fitting_deeds(all_deeds, "")]
    found = found_entries(state.found, traces=traces)
    exact = [group for group in state.found.groups if any(hit.match == "code" for hit in group.results)]
    near = places(destinations, said)
    return (
        [*found, *near, *fitting_deeds(all_deeds, said)]
        if exact
        else [
            *near,
            *found,
            *fitting_deeds(all_deeds, said),
        ]
    )


@ft.component
def Palette(
    destinations: Sequence[Destination], close: Callable[[], None], show_help: Callable[[], None]
) -> Any:
    """The search, above everything else."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    state = watched(PaletteState)
    form: Form = remembered(lambda: {"q": ""})
    drawn: dict[str, Any] = remembered(dict)
    rights = session.user.permissions if session.user else frozenset()
    every = deeds(set(rights), everywhere=bool(session.user and session.user.all_warehouses))
    icons = {entry.kind: icon for entry, icon in every} | {"go:" + one.path: one.icon for one in destinations}
    shown = lines(state, destinations, [entry for entry, _ in every], traces=session.can("trace.view"))
    drawn["lines"] = shown

    async def recall() -> None:
        await focus_again(drawn["field"])  # on a phone nothing has the cursor by itself
        state.recent = tuple(remembered_entries(await _kept(session)))

    async def open_entry(entry: Entry) -> None:
        close()
        if entry.path == HELP:
            show_help()
        elif entry.path == THEME:
            dark = appearance.current(page) == "dark"
            await appearance.choose(page, "light" if dark else "dark")
        else:
            page.navigate(entry.path)
            if not entry.kind.startswith(("go:", "do:")):
                await _keep(session, with_newest(entry, state.recent))

    async def typed(value: str) -> None:
        state.typed(value)
        await asyncio.sleep(TYPING_PAUSE_S)
        if form["q"] == value:
            await state.ask(session.api)

    async def entered(_: Any) -> None:
        state.text = form["q"]
        await state.ask(session.api)  # Enter may come before the pause is over
        now = lines(state, destinations, [entry for entry, _ in every], traces=session.can("trace.view"))
        if now:
            await open_entry(now[min(state.at, len(now) - 1)])

    async def pressed(event: ft.KeyboardEvent) -> None:
        if event.key == "Escape":
            close()
        elif event.key in ("Arrow Down", "Arrow Up"):
            state.move(1 if event.key == "Arrow Down" else -1, len(drawn["lines"]))
            await _bring_into_view(page, drawn, state.at)

    after_drawing(recall, [])
    use_keys(pressed)
    typing = bound(
        form,
        "q",
        on_typed=typed,
        hint_text=t("Product, lot, order, place, or what you want to do"),
        on_submit=entered,
        autofocus=True,
        expand=True,
        border=ft.NoInputBorder(),
        text_style=theme.style("lead", ft.Colors.ON_SURFACE),
        hint_style=theme.style("lead", theme.SUBDUED),
        content_padding=0,
    )
    drawn["field"] = typing
    named = ft.Semantics(content=typing, label=t("Search everywhere"), expand=True)
    body, height = _list(state, shown, icons, open_entry, keys=layout != "phone")
    drawn["column"] = body
    return _sheet(layout, named, body, height, state, len(shown), close)


def _list(
    state: PaletteState,
    shown: Sequence[Entry],
    icons: dict[str, ft.IconData],
    open_entry: Callable[[Entry], Any],
    *,
    keys: bool,
) -> tuple[ft.Control, int]:
    """The lines with their groups' names, and how high they are."""
    items: list[ft.Control] = []
    height, group = 12, ""
    at = min(state.at, len(shown) - 1)
    for index, entry in enumerate(shown):
        if entry.group != group:
            group, height = entry.group, height + HEAD_HEIGHT
            head = ft.Container(
                quiet(group, "over"), height=HEAD_HEIGHT, padding=ft.Padding.only(left=14, top=12)
            )
            items.append(head)
        items.append(_line(entry, index == at, icons, open_entry, keys=keys))
        height += ROW_HEIGHT
    if not shown:
        items.append(_nothing(state))
        height = 240
    column = ft.Column(
        items, spacing=0, scroll=ft.ScrollMode.AUTO, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )
    return column, height


def _line(
    entry: Entry,
    chosen: bool,
    icons: dict[str, ft.IconData],
    open_entry: Callable[[Entry], Any],
    *,
    keys: bool,
) -> ft.Control:
    ink = ft.Colors.ON_SECONDARY_CONTAINER if chosen else theme.SUBDUED

    async def pressed(_: Any) -> None:
        await open_entry(entry)

    face = (
        product_tile(entry.category, entry.label, 28)
        if entry.kind == "product"
        else ft.Container(
            ft.Icon(icon_of(entry.kind, icons), size=20, color=ink),
            width=28,
            height=28,
            alignment=ft.Alignment.CENTER,
        )
    )
    return tap(
        row(
            face,
            text(entry.label, "strong"),
            quiet(entry.detail, "small", expand=True) if entry.detail else fill(),
            key_cap(t("Enter")) if chosen and keys else None,
            gap=12,
        ),
        pressed,
        selected=chosen,
        height=ROW_HEIGHT,
        padding=ft.Padding.symmetric(horizontal=12),
        margin=ft.Margin.symmetric(horizontal=8),
        border_radius=theme.RADIUS_SM,
        bgcolor=ft.Colors.SECONDARY_CONTAINER if chosen else None,
    )


def _nothing(state: PaletteState) -> ft.Control:
    said = state.text.strip()
    if state.trouble:
        title, words = t("The search did not answer"), state.trouble
    elif state.found.problem:
        title, words = t("This code is misread"), state.found.problem
    elif state.working or said != state.asked.strip():
        return ft.Container(height=220)
    else:
        title = t("Nothing called “{text}”", text=said)
        words = t("Try a SKU, a lot, an order number or a place.")
    return ft.Container(empty(ft.Icons.SEARCH_OFF_ROUNDED, title, words, width=320), height=220)


def _sheet(
    layout: Layout,
    field: ft.Control,
    body: ft.Control,
    height: int,
    state: PaletteState,
    count: int,
    close: Callable[[], None],
) -> ft.Control:
    phone = layout == "phone"
    leave = (
        icon_button(ft.Icons.CLOSE_ROUNDED, t("Close"), lambda _: close(), size=22, box=48)
        if phone
        else tap(key_cap(t("Esc")), lambda _: close(), label=t("Close"), border_radius=theme.RADIUS_XS)
    )
    head = ft.Container(
        row(ft.Icon(ft.Icons.SEARCH_ROUNDED, size=22, color=theme.SUBDUED), field, leave, gap=12),
        height=60,
        padding=ft.Padding.only(left=18, right=6 if phone else 18),
    )
    heard = tn("{n} line", "{n} lines", count) if state.text.strip() and not state.working else ""
    told = ft.Semantics(content=ft.Container(width=1, height=1), label=heard, live_region=True)
    foot = ft.Container(
        row(
            key_cap("↑"),
            key_cap("↓"),
            quiet(t("choose"), "caption"),
            gap(6),
            key_cap(t("Enter")),
            quiet(t("open"), "caption"),
            fill(),
            quiet(t("A scan works here too"), "caption"),
            gap=6,
        ),
        height=40,
        padding=ft.Padding.symmetric(horizontal=16),
    )
    inside = ft.Container(
        body,
        height=None if phone else min(height, LIST_MAX),
        expand=phone,
        padding=ft.Padding.only(bottom=8),
    )
    line = working_bar(state.working) if state.working else ft.Container(hairline(), height=2)
    sheet = ft.Container(
        stretched(
            head, line, told, inside, *([] if phone else [hairline(), foot]), expand=phone, tight=not phone
        ),
        width=None if phone else WIDTH,
        expand=phone,
        bgcolor=theme.CARD,
        border_radius=0 if phone else theme.RADIUS_LG,
        border=None if phone else ft.Border.all(1, theme.HAIRLINE),
        shadow=None
        if phone
        else ft.BoxShadow(blur_radius=40, spread_radius=-6, offset=ft.Offset(0, 18), color=SHADE),
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
    )
    if phone:
        return ft.Container(
            ft.SafeArea(sheet, expand=True), left=0, right=0, top=0, bottom=0, bgcolor=theme.CARD
        )
    held = ft.Container(sheet, left=0, right=0, top=TOP, alignment=ft.Alignment.TOP_CENTER)
    return ft.Stack([shade(close), held], left=0, right=0, top=0, bottom=0)


async def _bring_into_view(page: ft.Page, drawn: dict[str, Any], at: int) -> None:
    """Scroll so far that the chosen line is seen with one before and one behind it."""
    top, group = 0, ""
    for entry in drawn["lines"][: at + 1]:
        if entry.group != group:
            group, top = entry.group, top + HEAD_HEIGHT
        top += ROW_HEIGHT
    live = page.session.index.get(drawn["column"]._i)
    if isinstance(live, ft.Column):
        await live.scroll_to(offset=max(0, top - LIST_MAX + 2 * ROW_HEIGHT), duration=80)


async def _kept(session: Session) -> object:
    try:
        return await ft.SharedPreferences().get(_recent_key(session))
    except (TimeoutError, RuntimeError):
        return None


async def _keep(session: Session, entries: Sequence[Entry]) -> None:
    try:
        await ft.SharedPreferences().set(_recent_key(session), as_kept(entries))
    except (TimeoutError, RuntimeError):
        return


def _recent_key(session: Session) -> str:
    """Each person of a browser has opened things of their own."""
    return RECENT_KEY + (session.user.username if session.user else "")
