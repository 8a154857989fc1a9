"""What a colour means, said with an icon and a word beside it: pills, dots and counts."""

from datetime import UTC, date, datetime

import flet as ft

from stillage_client import theme, words
from stillage_client.components.layout import text
from stillage_client.locale import t

ICONS: dict[theme.Kind, ft.IconData] = {
    "ok": ft.Icons.CHECK_CIRCLE_ROUNDED,
    "soon": ft.Icons.SCHEDULE_ROUNDED,
    "expired": ft.Icons.BLOCK_ROUNDED,
    "held": ft.Icons.LOCK_ROUNDED,
    "info": ft.Icons.INFO_ROUNDED,
    "mute": ft.Icons.CIRCLE_OUTLINED,
}
SOON_DAYS = 30


def pill(kind: theme.Kind, label: str, icon: ft.IconData | None = None) -> ft.Container:
    """A status in colour, icon and word."""
    color = theme.ON_TINT[kind]
    mark = ft.Icon(icon or ICONS[kind], size=13, color=color)
    return ft.Container(
        ft.Row([mark, text(label, "label", color)], spacing=4, tight=True),
        bgcolor=theme.TINT[kind],
        border_radius=theme.PILL,
        padding=ft.Padding.only(left=7, right=9, top=3, bottom=3),
    )


def plain_pill(label: str) -> ft.Container:
    """A grey remark that is no status."""
    return ft.Container(
        text(label, "label", theme.SUBDUED),
        bgcolor=theme.TINT["mute"],
        border_radius=theme.PILL,
        padding=ft.Padding.only(left=9, right=9, top=3, bottom=3),
    )


def expiry_kind(on: date, today: date | None = None) -> theme.Kind:
    """ok, soon or expired, as the list colours it."""
    days = (on - (today or datetime.now(UTC).date())).days
    return "expired" if days < 0 else "soon" if days <= SOON_DAYS else "ok"


def expiry_pill(on: date | None) -> ft.Container:
    """How long a lot still has."""
    if on is None:
        return plain_pill(t("No date"))
    return pill(expiry_kind(on), words.days_left(on))


def held_pill(reason: str = "") -> ft.Container:
    """On hold, and why when it is known."""
    return pill("held", t("On hold: {reason}", reason=reason) if reason else t("On hold"))


def dot(color: theme.Kind | str, size: int = 8) -> ft.Container:
    """A point in a status colour; always beside a word."""
    return ft.Container(
        width=size,
        height=size,
        border_radius=size,
        bgcolor=theme.solid(color),
    )
