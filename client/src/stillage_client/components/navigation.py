"""The frame round every screen: sidebar on a desk, rail on a tablet, bar on a phone, and the top bar."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import flet as ft

from stillage_client import theme, words
from stillage_client.components.buttons import icon_button, tap
from stillage_client.components.faces import avatar, logo
from stillage_client.components.layout import column, fill, gap, quiet, row, stretched, text
from stillage_client.components.search_box import search_box, search_icon
from stillage_client.components.status import dot
from stillage_client.components.viewport import Layout
from stillage_client.locale import t, tn
from stillage_client.session import Session, SessionContext

Go = Callable[[str], None]
SIDEBAR_WIDTH, RAIL_WIDTH = 236, 84
ROOMY = 1000  # pages lower than that have a denser sidebar, so that no entry is out of sight
_MIDDLE = ft.CrossAxisAlignment.CENTER


@dataclass(frozen=True)
class Destination:
    """One way in the navigation. Entries without a group come first."""

    label: str
    icon: ft.IconData
    icon_selected: ft.IconData
    path: str
    group: str = ""
    also: str = ""  # a second root that belongs here
    count: int = 0  # what waits there
    kind: theme.Kind = "mute"

    def is_at(self, location: str) -> bool:
        """Whether the location is this entry or below it."""
        if self.path == "/":
            return location == "/"
        roots = ["/" + self.path.strip("/").split("/")[0], *([self.also] if self.also else [])]
        return any(location == root or location.startswith(root + "/") for root in roots)


@dataclass(frozen=True)
class Person:
    """Who is signed in, as the frame shows them."""

    name: str
    role: str


def sidebar(
    destinations: Sequence[Destination], location: str, go: Go, person: Person, warehouse: ft.Control
) -> ft.Control:
    """The desk's navigation: warehouse on top, groups, who is signed in at the foot."""
    items: list[ft.Control] = []
    group = ""
    dense = (ft.context.page.height or ROOMY) < ROOMY
    for entry in destinations:
        if entry.group != group:
            group = entry.group
            padding = (
                ft.Padding.only(left=10, top=9, bottom=2)
                if dense
                else ft.Padding.only(left=10, top=14, bottom=4)
            )
            items.append(ft.Container(quiet(group, "over"), padding=padding))
        items.append(_sidebar_item(entry, entry.is_at(location), go, 32 if dense else 36))
    foot = row(
        avatar(person.name, 30),
        column(text(person.name, "small_strong"), quiet(person.role), expand=True),
        icon_button(ft.Icons.SETTINGS_OUTLINED, t("Settings"), lambda _: go("/more"), size=19, box=36),
        gap=10,
    )
    return ft.Container(
        stretched(
            warehouse,
            gap(8),
            search_box(),
            gap(8),
            ft.Column(items, spacing=1 if dense else 2, expand=True, scroll=ft.ScrollMode.HIDDEN),
            ft.Container(foot, padding=ft.Padding.only(left=6, top=8)),
            tight=False,
        ),
        width=SIDEBAR_WIDTH,
        bgcolor=ft.Colors.SURFACE,
        border=ft.Border.only(right=ft.BorderSide(1, theme.HAIRLINE)),
        padding=10,
    )


def _sidebar_item(entry: Destination, selected: bool, go: Go, height: int) -> ft.Control:
    ink = ft.Colors.ON_SECONDARY_CONTAINER
    return tap(
        row(
            ft.Icon(entry.icon, size=19, color=ink if selected else theme.SUBDUED),
            text(entry.label, "strong", ink if selected else ft.Colors.ON_SURFACE, expand=True),
            _count(entry) if entry.count else None,
            gap=10,
        ),
        lambda _: go(entry.path),
        selected=selected,
        height=height,
        padding=ft.Padding.only(left=10, right=8),
        border_radius=theme.RADIUS_SM,
        bgcolor=ft.Colors.SECONDARY_CONTAINER if selected else None,
    )


def _count(entry: Destination) -> ft.Control:
    """How much waits there, as a number in its colour."""
    said = words.number(entry.count)
    return ft.Container(
        text(
            said, "label", theme.ON_TINT[entry.kind], semantics_label=tn("{n} waits", "{n} wait", entry.count)
        ),
        bgcolor=theme.TINT[entry.kind],
        border_radius=theme.PILL,
        padding=ft.Padding.symmetric(horizontal=8, vertical=2),
    )


def rail(destinations: Sequence[Destination], location: str, go: Go, person: Person) -> ft.Control:
    """The tablet's navigation: an icon and a word each."""
    items = [_rail_item(entry, entry.is_at(location), go) for entry in destinations]
    more = Destination(t("More"), ft.Icons.MENU_ROUNDED, ft.Icons.MENU_ROUNDED, "/more")
    return ft.Container(
        column(
            logo(36),
            gap(8),
            search_icon(),
            *items,
            fill(),
            _rail_item(more, more.is_at(location), go),
            avatar(person.name, 34),
            gap=4,
            horizontal_alignment=_MIDDLE,
            tight=False,
        ),
        width=RAIL_WIDTH,
        padding=ft.Padding.symmetric(vertical=14),
        bgcolor=ft.Colors.SURFACE,
        border=ft.Border.only(right=ft.BorderSide(1, theme.HAIRLINE)),
    )


def _rail_item(entry: Destination, selected: bool, go: Go) -> ft.Control:
    ink = ft.Colors.ON_SECONDARY_CONTAINER if selected else theme.SUBDUED
    return tap(
        column(
            ft.Icon(entry.icon, size=22, color=ink),
            text(entry.label, "over", ink),
            gap=2,
            horizontal_alignment=_MIDDLE,
            alignment=ft.MainAxisAlignment.CENTER,
        ),
        lambda _: go(entry.path),
        selected=selected,
        width=80,
        height=54,
        border_radius=theme.RADIUS,
        bgcolor=ft.Colors.SECONDARY_CONTAINER if selected else None,
        alignment=ft.Alignment.CENTER,
    )


def bottom_bar(destinations: Sequence[Destination], location: str, go: Go) -> ft.Control:
    """The phone's navigation; what does not fit is under More."""
    more = Destination(t("More"), ft.Icons.MENU_ROUNDED, ft.Icons.MENU_ROUNDED, "/more")
    entries = [*destinations, more]
    at = next((i for i, entry in enumerate(entries) if entry.is_at(location)), len(entries) - 1)

    def chosen(event: ft.Event[ft.NavigationBar]) -> None:
        go(entries[int(event.control.selected_index)].path)

    return ft.NavigationBar(
        selected_index=at,
        label_behavior=ft.NavigationBarLabelBehavior.ALWAYS_SHOW,
        on_change=chosen,
        destinations=[
            ft.NavigationBarDestination(icon=e.icon, selected_icon=e.icon_selected, label=e.label)
            for e in entries
        ],
    )


@ft.component
def LiveDot(online: bool) -> ft.Control:
    """Whether what is on the screen is current: the server answers, and changes come by themselves."""
    session: Session | None = ft.use_context(SessionContext)
    if not online:
        return row(dot("expired"), quiet(t("No connection"), "label"), gap=6)
    if session is not None and session.hears is False:
        return row(dot("soon"), quiet(t("Not live"), "label"), gap=6)
    return row(dot("ok"), quiet(t("Live"), "label"), gap=6)


def screen(
    layout: Layout,
    title: str,
    body: ft.Control,
    *,
    actions: Sequence[ft.Control] = (),
    phone_actions: Sequence[ft.Control] = (),
    subtitle: str = "",
    crumb: tuple[str, Callable[[], None]] | None = None,
    online: bool = True,
) -> ft.Control:
    """A screen's title line over its body, for the layout."""
    if layout == "phone":
        return _phone_screen(title, body, phone_actions, subtitle, crumb)
    head = (
        _crumbs(title, crumb)
        if crumb
        else column(text(title, "title"), quiet(subtitle, "small") if subtitle else None, gap=1)
    )
    bar = ft.Container(
        row(ft.Container(head, expand=True), LiveDot(online), gap(4), *actions),
        padding=ft.Padding.symmetric(horizontal=24),
        height=72 if subtitle and not crumb else 64,
    )
    return stretched(
        bar,
        ft.Container(body, expand=True, padding=ft.Padding.only(left=24, right=24, bottom=24)),
        expand=True,
        tight=False,
    )


def _crumbs(title: str, crumb: tuple[str, Callable[[], None]]) -> ft.Control:
    name, back = crumb
    return row(
        ft.TextButton(
            content=name,
            style=ft.ButtonStyle(padding=0, text_style=theme.style("small_strong")),
            width=10 + 9 * len(name),
            height=32,
            on_click=lambda _: back(),
        ),
        ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=16, color=theme.SUBDUED),
        quiet(title, "small", expand=True),
        gap=2,
    )


def _phone_screen(
    title: str,
    body: ft.Control,
    actions: Sequence[ft.Control],
    subtitle: str,
    crumb: tuple[str, Callable[[], None]] | None,
) -> ft.Control:
    head: list[ft.Control] = []
    if crumb:
        back = crumb[1]
        head.append(
            icon_button(
                ft.Icons.ARROW_BACK_ROUNDED,
                t("Back to {place}", place=crumb[0]),
                lambda _: back(),
                size=24,
                box=48,
                color=ft.Colors.ON_SURFACE,
            )
        )
    head.append(
        column(text(title, "lead" if crumb else "title"), quiet(subtitle) if subtitle else None, expand=True)
    )
    found = [] if crumb else [search_icon()]
    bar = ft.Container(row(*head, *found, *actions, gap=0), height=60)
    return ft.Container(
        stretched(bar, ft.Container(body, expand=True), expand=True, tight=False),
        expand=True,
        padding=ft.Padding.only(left=12, right=12, bottom=10),
    )


def warehouse_switch(
    current: str, others: Sequence[tuple[str, str]], choose: Callable[[str], object], *, compact: bool = False
) -> ft.Control:
    """The mark and the warehouse; with more than one to choose from, a menu."""
    face = row(
        logo(30),
        column(text("Stillage", "strong"), quiet(current), expand=True),
        ft.Icon(ft.Icons.UNFOLD_MORE_ROUNDED, size=18, color=theme.SUBDUED) if others else None,
        gap=10,
    )
    box = ft.Container(
        face, padding=ft.Padding.symmetric(horizontal=6), height=52, border_radius=theme.RADIUS_SM
    )
    if not others:
        return box

    def item(code: str, name: str) -> ft.PopupMenuItem:
        async def chosen(_: ft.Event[ft.PopupMenuItem]) -> None:
            outcome = choose(code)
            if hasattr(outcome, "__await__"):
                await outcome

        return ft.PopupMenuItem(content=name, checked=name == current, on_click=chosen)

    return ft.PopupMenuButton(
        content=box,
        tooltip=t("Change warehouse"),
        items=[item(code, name) for code, name in others],
        menu_position=ft.PopupMenuPosition.UNDER,
    )
