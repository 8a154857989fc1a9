"""Where deliveries were not what was asked for, as rows with their remedy. Drawing only."""

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.buying_records import Discrepancy
from stillage_client.components.buttons import button, chip
from stillage_client.components.faces import icon_tile
from stillage_client.components.fields import Form, text_field
from stillage_client.components.layout import column, divided, quiet, row, stretched, text
from stillage_client.components.status import pill
from stillage_client.locale import t
from stillage_client.screens.buying import names

ICONS: dict[str, ft.IconData] = {
    "over": ft.Icons.ADD_CIRCLE_OUTLINE_ROUNDED,
    "short": ft.Icons.REMOVE_CIRCLE_OUTLINE_ROUNDED,
    "damaged": ft.Icons.BROKEN_IMAGE_OUTLINED,
    "short_dated": ft.Icons.EVENT_BUSY_OUTLINED,
    "not_ordered": ft.Icons.HELP_OUTLINE_ROUNDED,
}
Settle = Callable[[Discrepancy, str], Any]


def settlements() -> tuple[str, ...]:
    """How it usually comes out."""
    return (t("Credited"), t("Delivered later"), t("Written off"))


def difference_rows(
    found: Sequence[Discrepancy],
    form: Form,
    opened: int,
    open_: Callable[[int], Any],
    settle: Settle | None,
    *,
    narrow: bool,
) -> ft.Control:
    """One under the other; the open ones carry their remedy."""

    def one(item: Discrepancy) -> ft.Control:
        said = (
            names.difference(item.kind)
            if item.kind == "short"
            else f"{names.difference(item.kind)} · {names.outcome(item.outcome)}"
        )
        note = " · ".join(
            part
            for part in (
                said,
                t("Lot {lot}", lot=item.lot) if item.lot else "",
                item.receipt,
                words.day(item.found_at.date()) if item.found_at else "",
                item.note,
            )
            if part
        )
        done = item.settled_at is not None

        def unfold(_: Any) -> None:
            open_(0 if opened == item.id else item.id)

        right: ft.Control | None = None
        if done:
            right = pill("ok", item.settlement or t("Settled"))
        elif settle is not None:
            right = button(t("Settle"), unfold, kind="plain", height=48 if narrow else 36)
        top = row(
            icon_tile(ICONS.get(item.kind, ft.Icons.REPORT_OUTLINED), "mute" if done else "soon", 34),
            column(text(item.product_name, "strong"), quiet(note, lines=2), gap=1, expand=True),
            text(names.amount(item, item.quantity), "strong"),
            None if narrow else right,
            gap=12,
        )
        parts: list[ft.Control | None] = [top]
        if narrow and right is not None:
            parts.append(row(right))
        if settle is not None and opened == item.id and not done:
            parts.append(_ways(item, form, settle))
        return ft.Container(
            stretched(*parts, gap=8), padding=ft.Padding.symmetric(horizontal=16, vertical=10)
        )

    return stretched(*divided([one(item) for item in found], 16))


def _ways(item: Discrepancy, form: Form, settle: Settle) -> ft.Control:
    """How it came out: one press, or in words."""

    def press(said: str) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            await settle(item, said)

        return pressed

    async def typed(_: Any) -> None:
        said = form.get("settlement", "").strip()
        if said:
            form["settlement"] = ""
            await settle(item, said)

    chips: list[ft.Control] = [chip(said, press(said)) for said in settlements()]
    return stretched(
        ft.Row(chips, spacing=8, run_spacing=8, wrap=True),
        text_field(form, "settlement", label=t("Or in your words"), height=48, on_submit=typed),
        gap=8,
    )


def kind_of(found: Sequence[Discrepancy]) -> theme.Kind | None:
    """Amber while one is open."""
    return "soon" if any(one.open for one in found) else None
