"""What every scan screen of buying has below its panel: photo, typing and the buttons of its job."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import scanning
from stillage_client.api.transport import ApiError
from stillage_client.components.buttons import big_button, tap
from stillage_client.components.feedback import banner
from stillage_client.components.fields import Form, text_field
from stillage_client.components.layout import column, row, text
from stillage_client.components.scan_panel import amount_line, panel
from stillage_client.locale import t, tn
from stillage_client.scans import Source
from stillage_client.session import Session


@ft.observable
@dataclass
class HandEntry:
    """What is open besides the panel: the keypad, the typing field, a photo on its way."""

    keypad: str | None = None
    typing: bool = False
    reading_photo: bool = False
    photo_note: str = ""
    is_expiry: bool = False
    fault: str = ""
    shown: str = "booked"
    turn: int = 0

    def press(self, key: str) -> None:
        """A key of the keypad."""
        digits = self.keypad or ""
        if key == "clear":
            self.keypad = ""
        elif key == "back":
            self.keypad = digits[:-1]
        else:
            self.keypad = (digits + key).lstrip("0")[:5]


async def enter(session: Session, code: str, source: Source) -> None:
    """A code that did not come from a scanner."""
    user = session.user.username if session.user else ""
    await session.scans.enter(code, source=source, user=user)


async def read_photo(session: Session, entry: HandEntry) -> None:
    """Send a picture to be read; exactly one code in it counts as a scan."""
    entry.photo_note = ""
    try:
        photo = await session.pick_file()
        if photo is None:
            return
        entry.reading_photo = True
        symbols = await scanning.scan_image(session.api, photo.content)
    except ApiError as error:
        entry.photo_note = error.sentence
        return
    finally:
        entry.reading_photo = False
    codes = list(dict.fromkeys(s.data for s in symbols if s.data))
    if not codes:
        entry.photo_note = t("There is no code in this picture. Go nearer, and hold it level.")
    elif len(codes) > 1:
        entry.photo_note = t("There are {n} codes in this picture. Aim at one.", n=len(codes))
    else:
        await enter(session, codes[0], "camera")


@dataclass(frozen=True)
class Tile:
    """One button of the hand: an icon over a word."""

    label: str
    icon: ft.IconData
    press: Callable[[Any], Any]
    selected: bool = False
    strong: bool = False


def tiles(buttons: Sequence[Tile]) -> ft.Control:
    """The buttons side by side, for a thumb."""

    def one(tile: Tile) -> ft.Control:
        ground: ft.ColorValue = theme.CARD
        ink: ft.ColorValue = ft.Colors.ON_SURFACE
        edge: ft.ColorValue = theme.HAIRLINE
        if tile.strong:
            ground, ink, edge = ft.Colors.PRIMARY, ft.Colors.ON_PRIMARY, ft.Colors.PRIMARY
        elif tile.selected:
            ground, ink, edge = theme.TINT["soon"], theme.ON_TINT["soon"], theme.SOLID["soon"]
        return tap(
            column(
                ft.Icon(tile.icon, size=22, color=ink),
                text(tile.label, "small_strong", ink),
                gap=3,
                horizontal_alignment=ft.CrossAxisAlignment.CENTER,
                alignment=ft.MainAxisAlignment.CENTER,
            ),
            tile.press,
            selected=tile.selected or None,
            expand=True,
            height=68,
            border_radius=theme.RADIUS,
            bgcolor=ground,
            border=ft.Border.all(1.5, edge),
            alignment=ft.Alignment.CENTER,
        )

    return row(*[one(tile) for tile in buttons], gap=8)


def entry_tiles(session: Session, entry: HandEntry, form: Form) -> list[Tile]:
    """Without a scanner: a photo, or typing."""

    def open_typing(_: Any) -> None:
        form["code"] = ""
        entry.typing = not entry.typing

    async def photo(_: Any) -> None:
        await read_photo(session, entry)

    return [
        Tile(
            t("Reading…") if entry.reading_photo else t("Photo"),
            ft.Icons.PHOTO_CAMERA_OUTLINED,
            photo,
        ),
        Tile(t("Type it"), ft.Icons.KEYBOARD_ROUNDED, open_typing),
    ]


def typing(session: Session, entry: HandEntry, form: Form, name: str) -> ft.Control:
    """A code by hand."""

    async def typed(_: Any) -> None:
        code, form["code"] = form["code"].strip(), ""
        entry.typing = False
        if code:
            await enter(session, code, "typed")

    def close(_: Any) -> None:
        entry.typing = False

    field = text_field(form, "code", height=56, autofocus=True, hint_text=name, on_submit=typed)
    return row(
        ft.Container(ft.Semantics(content=field, label=name), expand=True),
        big_button("", ft.Icons.CLOSE_ROUNDED, close, edge=theme.HAIRLINE, expand=None, name=t("Close")),
        gap=8,
    )


def notices(session: Session, entry: HandEntry, waiting: int) -> list[ft.Control]:
    """What stands above the panel: no connection, no code in the picture."""
    parts: list[ft.Control] = []
    since = session.offline_since
    if since is not None:
        said = (
            tn("{n} scan waits on this device.", "{n} scans wait on this device.", waiting) + " "
            if waiting
            else ""
        )
        parts.append(
            banner(
                "soon",
                t("No connection since {time}", time=words.clock(since)),
                said + t("Keep scanning. All is kept here and sent in order."),
                icon=ft.Icons.CLOUD_OFF_ROUNDED,
            )
        )
    if entry.photo_note:
        parts.append(banner("soon", t("Nothing read"), entry.photo_note))
    return parts


def kept_panel(waiting: int) -> ft.Control:
    """Scans wait in the browser; amber, never red."""
    return panel(
        "queued",
        ft.Icons.SAVE_ALT_ROUNDED,
        t("Kept on this device"),
        "",
        amount_line(
            "queued",
            words.number(waiting),
            tn("scan waits", "scans wait", waiting),
            t("sent when the server is back"),
        ),
    )


def scrolled(*parts: ft.Control | None, gap: int = 12, **more: Any) -> ft.Column:
    """A column that scrolls and stretches what is in it."""
    return ft.Column(
        [part for part in parts if part is not None],
        spacing=gap,
        scroll=ft.ScrollMode.AUTO,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        **more,
    )


def side_by_side(left: Sequence[ft.Control], right: Sequence[ft.Control], width: int) -> ft.Control:
    """Two columns on a desk: the main one and the one beside it."""
    return ft.Row(
        [
            scrolled(*left, ft.Container(height=12), gap=16, expand=True),
            scrolled(*right, ft.Container(height=12), gap=16, width=width),
        ],
        spacing=16,
        expand=True,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def undo_bar(label: str, press: Callable[[Any], Any]) -> ft.Control:
    """One line for the whole width: what would be taken back, shortened where it is long."""
    return tap(
        row(
            ft.Icon(ft.Icons.UNDO_ROUNDED, size=20, color=ft.Colors.ON_SURFACE),
            text(label, "h2", expand=True),
            gap=10,
        ),
        press,
        height=52,
        padding=ft.Padding.symmetric(horizontal=16),
        border_radius=theme.RADIUS,
        bgcolor=theme.CARD,
        border=ft.Border.all(1.5, theme.HAIRLINE),
    )
