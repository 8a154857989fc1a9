"""What does not fit elsewhere: the other screens on a phone, the warehouse, looks, language and signing out."""

from typing import Any

import flet as ft

from stillage_client import theme
from stillage_client.components.buttons import button, chip, tap
from stillage_client.components.faces import avatar
from stillage_client.components.hooks import switched
from stillage_client.components.layout import card, column, divided, quiet, row, stretched, surface, text
from stillage_client.components.navigation import screen
from stillage_client.components.viewport import use_layout
from stillage_client.locale import LANGUAGES, t
from stillage_client.screens import appearance
from stillage_client.screens.shell import RAIL_PLACES, destinations, person, phone_places
from stillage_client.session import use_session


@ft.component
def More() -> ft.Control:
    """Settings, and on a phone the way to every other screen."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    mode, set_mode = switched(appearance.current(page))
    who = person(session)
    page.title = t("Settings · Stillage")

    def dress(new: appearance.Mode) -> Any:
        async def pressed(_: Any) -> None:
            set_mode(new)
            await appearance.choose(page, new)

        return pressed

    def speak(code: str) -> Any:
        async def pressed(_: Any) -> None:
            await session.choose_language(code)

        return pressed

    def work_at(code: str) -> Any:
        async def pressed(_: Any) -> None:
            await session.choose_warehouse(code)

        return pressed

    async def leave(_: Any) -> None:
        await session.sign_out()

    shown: list[ft.Control] = [
        surface(
            row(
                avatar(who.name, 44),
                column(text(who.name, "h2"), quiet(who.role), expand=True),
                button(t("Sign out"), leave, icon=ft.Icons.LOGOUT_ROUNDED, kind="plain", height=44),
                gap=12,
            ),
            padding=14,
        )
    ]
    if layout != "desk":
        every = destinations(session)
        near = phone_places(every) if layout == "phone" else every[:RAIL_PLACES]
        others = [d for d in every if d not in near]
        if others:
            rows: list[ft.Control] = [
                _way(d.label, d.icon, lambda _, path=d.path: page.navigate(path)) for d in others
            ]
            shown.append(surface(stretched(*divided(rows, 16))))
    if len(session.warehouses) > 1:
        chips = [
            chip(w.name or w.code, work_at(w.code), selected=w.code == session.warehouse)
            for w in session.warehouses
        ]
        shown.append(card(_wrapped(chips), t("Warehouse"), padding=_INNER))
    names: dict[appearance.Mode, str] = {
        "system": t("As the system"),
        "light": t("Light"),
        "dark": t("Dark"),
    }
    icons = {
        "system": ft.Icons.BRIGHTNESS_AUTO_OUTLINED,
        "light": ft.Icons.LIGHT_MODE_OUTLINED,
        "dark": ft.Icons.DARK_MODE_OUTLINED,
    }
    looks = [chip(names[m], dress(m), selected=m == mode, icon=icons[m]) for m in appearance.MODES]
    shown.append(card(_wrapped(looks), t("Looks"), padding=_INNER))
    languages = [
        chip(name, speak(code), selected=code == session.language) for code, name in LANGUAGES.items()
    ]
    shown.append(card(_wrapped(languages), t("Language"), padding=_INNER))
    body = ft.Column(
        shown,
        spacing=12,
        width=None if layout == "phone" else 640,
        scroll=ft.ScrollMode.AUTO,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return screen(
        layout,
        t("More") if layout == "phone" else t("Settings"),
        body if layout == "phone" else _beside(body),
        online=session.live,
    )


_INNER = ft.Padding.only(left=16, right=16, bottom=16)


def _wrapped(chips: list[ft.Control]) -> ft.Control:
    return ft.Row(chips, spacing=8, run_spacing=8, wrap=True)


def _way(label: str, icon: ft.IconData, on_click: Any) -> ft.Control:
    return tap(
        row(
            ft.Icon(icon, size=22, color=theme.SUBDUED),
            text(label, "strong", expand=True),
            ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
            gap=14,
        ),
        on_click,
        height=56,
        padding=ft.Padding.symmetric(horizontal=16),
    )


def _beside(body: ft.Control) -> ft.Control:
    """The column at its own width, not stretched over the whole screen."""
    return ft.Row([body], vertical_alignment=ft.CrossAxisAlignment.STRETCH, expand=True)
