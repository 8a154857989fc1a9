"""The first day: three steps from an empty database to the first pallet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import catalogue, places
from stillage_client.api.transport import Api, ApiError
from stillage_client.components.buttons import button
from stillage_client.components.hooks import after_drawing, watched
from stillage_client.components.layout import column, divided, gap, quiet, row, stretched, surface, text
from stillage_client.components.status import pill
from stillage_client.components.viewport import use_layout
from stillage_client.locale import t
from stillage_client.session import use_session


@ft.observable
@dataclass
class FirstDayState:
    """How far one has come."""

    places: int | None = None
    products: int | None = None

    async def load(self, api: Api, warehouse: str | None) -> None:
        """Count what is there; without the right to look, the step stays open."""
        try:
            self.places = len((await places.locations(api, warehouse=warehouse, limit=200)).results)
            self.products = len((await catalogue.products(api, limit=200)).results)
        except ApiError:
            return


@ft.component
def FirstDay() -> ft.Control:
    """What to do before there is anything to see."""
    session, layout = use_session(), use_layout()
    state = watched(FirstDayState)
    go = ft.context.page.navigate

    async def load() -> None:
        await state.load(session.api, session.warehouse)

    after_drawing(load, [session.warehouse])
    may_import = session.can("imports.run")
    may_receive = session.can("stock.receive")
    steps = [
        _step(
            1,
            t("Places"),
            _found(state.places, t("{n} places"))
            or t("Where things stand: a spreadsheet with one code a row"),
            _import_button(go, filled=not state.places) if may_import else None,
            bool(state.places),
        ),
        _step(
            2,
            t("Products and packs"),
            _found(state.products, t("{n} products"))
            or t("A spreadsheet with SKU, name, units per case and GTIN is enough"),
            _import_button(go, filled=bool(state.places)) if may_import else None,
            bool(state.products),
        ),
        _step(
            3,
            t("First delivery"),
            t("Scan the case label, or type what came"),
            button(
                t("Receive"),
                lambda _: go("/scan/receive"),
                icon=ft.Icons.MOVE_TO_INBOX_OUTLINED,
                kind="filled" if state.products else "plain",
            )
            if may_receive
            else None,
            False,
        ),
    ]
    tile = ft.Container(
        ft.Icon(ft.Icons.PALLET, size=30, color=ft.Colors.ON_SECONDARY_CONTAINER),
        width=68,
        height=68,
        border_radius=22,
        bgcolor=ft.Colors.SECONDARY_CONTAINER,
        alignment=ft.Alignment.CENTER,
    )
    sheet = surface(stretched(*divided(steps)), width=None if layout == "phone" else 640)
    return ft.Container(
        column(
            tile,
            gap(16),
            text(t("No stock yet"), "display"),
            gap(6),
            quiet(t("Three steps and the first pallet is in."), "body"),
            gap(24),
            sheet,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            scroll=ft.ScrollMode.HIDDEN,
        ),
        expand=True,
        alignment=ft.Alignment.CENTER,
    )


def _found(count: int | None, phrase: str) -> str:
    return phrase.format(n=words.number(count) + ("+" if count >= 200 else "")) if count else ""


def _import_button(go: Callable[[str], None], *, filled: bool) -> ft.Control:
    return button(
        t("Import a file"),
        lambda _: go("/import"),
        icon=ft.Icons.UPLOAD_FILE_OUTLINED,
        kind="filled" if filled else "plain",
    )


def _step(number: int, title: str, words_: str, action: ft.Control | None, done: bool) -> ft.Control:
    mark: Any = (
        ft.Icon(ft.Icons.CHECK_ROUNDED, size=18, color=theme.ON_TINT["ok"])
        if done
        else text(str(number), "strong", ft.Colors.ON_SECONDARY_CONTAINER)
    )
    circle = ft.Container(
        mark,
        width=36,
        height=36,
        border_radius=18,
        bgcolor=theme.TINT["ok"] if done else ft.Colors.SECONDARY_CONTAINER,
        alignment=ft.Alignment.CENTER,
    )
    return ft.Container(
        row(
            circle,
            column(text(title, "strong"), quiet(words_, "small", 2), gap=1, expand=True),
            pill("ok", t("Done")) if done else action,
            gap=14,
        ),
        padding=ft.Padding.symmetric(horizontal=16, vertical=14),
    )
