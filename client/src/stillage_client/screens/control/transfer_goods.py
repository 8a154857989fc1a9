"""The goods of a transfer: the lots suggested, what is in the hand, what arrived, short, broken or too much."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.control_records import Suggested, Transfer, TransferItem, TransferLine
from stillage_client.components.faces import product_tile
from stillage_client.components.fields import Form
from stillage_client.components.figures import part_bar
from stillage_client.components.layout import card, column, divided, gap, quiet, row, stretched, text
from stillage_client.components.scan_panel import Ground, panel, panel_button
from stillage_client.components.stepper import stepper
from stillage_client.components.viewport import Layout
from stillage_client.locale import t, tn
from stillage_client.screens import amounts
from stillage_client.screens.control.transfer_work import TransferWork
from stillage_client.screens.movement_lines import bare
from stillage_client.session import Session


@dataclass(frozen=True)
class TransferView:
    """What the drawing functions need."""

    work: TransferWork
    transfer: Transfer
    session: Session
    form: Form
    layout: Layout
    page: ft.Page


STAGES = ("draft", "dispatched", "received")


def how_far(transfer: Transfer) -> ft.Control:
    """Three stages, those behind filled."""
    names = {"draft": t("Asked for"), "dispatched": t("On the way"), "received": t("Arrived")}
    reached = {"draft": 1, "dispatched": 2, "partly_received": 2, "received": 3}.get(transfer.status, 0)

    def one(number: int, key: str) -> ft.Control:
        done = number < reached
        now = number == reached - 1 and transfer.status != "received"
        color: ft.ColorValue = (
            ft.Colors.PRIMARY if now else theme.SOLID["ok"] if done else ft.Colors.SURFACE_CONTAINER_HIGHEST
        )
        return column(
            ft.Container(height=5, border_radius=5, bgcolor=color),
            text(names[key], "label", ft.Colors.ON_SURFACE if done else theme.SUBDUED),
            gap=5,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )

    return ft.Semantics(
        content=row(*[one(n, key) for n, key in enumerate(STAGES)], gap=6),
        label=t("{n} of {all} steps done", n=reached, all=len(STAGES)),
        container=True,
    )


# --- the hand -------------------------------------------------------------------------------------


def hand_panel(view: TransferView, toggle: Callable[[Any], Any]) -> ft.Control:
    """The answer to the last scan, with undo; at rest what to scan."""
    work, said = view.work, view.work.said
    ground: Ground = {"ok": "ok", "error": "error", "ready": "ready"}[said.kind]  # type: ignore[assignment]
    _, ink, soft = theme.SCAN[ground]
    here = bare(work.here) if work.here else ""

    def undo(_: Any) -> None:
        work.undo()

    def more(_: Any) -> None:
        work.take_surplus()

    buttons: list[ft.Control] = []
    if said.kind == "ok" and work.can_undo:
        buttons.append(panel_button(ground, t("Undo"), ft.Icons.UNDO_ROUNDED, undo))
    if said.surplus and view.session.can("transfers.change"):
        buttons.append(panel_button(ground, t("It is really more"), ft.Icons.ADD_ROUNDED, more))
    if said.kind != "ok":
        buttons.append(panel_button(ground, t("Type it"), ft.Icons.KEYBOARD_ROUNDED, toggle))
    heads = {
        "ok": t("In the hand"),
        "error": t("Not taken"),
        "ready": t("Sending") if work.mode == "dispatch" else t("Receiving"),
    }
    icons = {
        "ok": ft.Icons.CHECK_CIRCLE_ROUNDED,
        "error": ft.Icons.ERROR_ROUNDED,
        "ready": ft.Icons.QR_CODE_SCANNER_ROUNDED,
    }
    title = said.title or (
        t("Scan the place, then the cases") if work.mode == "dispatch" else t("Scan the cases that arrived")
    )
    note = said.words or (
        t("Each scan is one case more.")
        if work.mode == "dispatch"
        else t("Scan a place to say where they go; else they stay at receiving.")
    )
    return panel(
        ground, icons[said.kind], heads[said.kind], here, gap(6),
        text(said.amount, "scan", ink) if said.amount else None,
        text(title, "title", ink, 2), text(note, "body", soft, 4), gap(10),
        row(*buttons, gap=10) if buttons else None,
    )  # fmt: skip


# --- lines ----------------------------------------------------------------------------------------


def goods(view: TransferView) -> ft.Control:
    """In a draft the lines with the suggested lots; after that what left, with what became of it."""
    transfer = view.transfer
    if not transfer.items:
        rows = [_line(view, line) for line in transfer.lines]
        return card(
            stretched(*divided(rows, 16)),
            t("What goes"),
            quiet(tn("{n} line", "{n} lines", len(rows)), "small"),
            padding=ft.Padding.only(bottom=6),
        )
    rows = [_item(view, item) for item in transfer.items]
    return card(
        stretched(*divided(rows, 16)),
        t("What is on the way") if transfer.on_the_way else t("What went"),
        quiet(tn("{n} line", "{n} lines", len(rows)), "small"),
        padding=ft.Padding.only(bottom=6),
    )


def _line(view: TransferView, line: TransferLine) -> ft.Control:
    taken = view.work.taken_of(line)
    offered = sum(one.quantity for one in line.suggested)
    short = line.quantity - offered
    asked = t("lot {lot} only", lot=line.lot) if line.lot else t("what goes stale first")
    head = row(
        product_tile(line.category, line.product_name),
        column(
            text(line.product_name, "strong"),
            quiet(" · ".join(part for part in (line.product, asked, line.note) if part)),
            gap=1,
            expand=True,
        ),
        text(amounts.short(line, line.quantity), "strong"),
        gap=12,
    )
    below: list[ft.Control | None] = []
    if view.transfer.status == "draft" and taken:
        said = t(
            "{n} of {all} in the hand", n=amounts.whole(line, taken), all=amounts.short(line, line.quantity)
        )
        below.append(
            part_bar([("ok", taken), (ft.Colors.SURFACE_CONTAINER_HIGHEST, line.quantity - taken)], said, 5)
        )
        for (number, lot, place), units in view.work.taken.items():
            if number == line.id:
                below.append(
                    _take(ft.Icons.CHECK_CIRCLE_ROUNDED, "ok", lot, bare(place), amounts.short(line, units))
                )
    elif view.transfer.status == "draft":
        below += [_suggestion(line, one) for one in line.suggested]
        if short > 0:
            said = t("Not free here: {amount}", amount=amounts.short(line, short))
            below.append(
                row(
                    ft.Icon(ft.Icons.WARNING_AMBER_ROUNDED, size=16, color=theme.ON_TINT["soon"]),
                    text(said, "small_strong", theme.ON_TINT["soon"], 2),
                    gap=6,
                )
            )
    return ft.Container(
        stretched(
            head,
            ft.Container(stretched(*below, gap=4), padding=ft.Padding.only(left=48)) if below else None,
            gap=8,
        ),
        padding=ft.Padding.symmetric(horizontal=16, vertical=11),
    )


def _suggestion(line: TransferLine, one: Suggested) -> ft.Control:
    until = words.day(one.until, year=True) if one.until else ""
    note = " · ".join(part for part in (bare(one.location), until) if part)
    return _take(ft.Icons.ARROW_FORWARD_ROUNDED, "info", one.lot, note, amounts.short(line, one.quantity))


def _take(icon: ft.IconData, kind: theme.Kind, lot: str, note: str, amount: str) -> ft.Control:
    return ft.Container(
        row(
            ft.Icon(icon, size=16, color=theme.ON_TINT[kind]),
            text(lot, "small_strong", width=88),
            quiet(note, "small", expand=True),
            text(amount, "small_strong"),
            gap=10,
        ),
        height=30,
    )


def _item(view: TransferView, item: TransferItem) -> ft.Control:
    work = view.work
    receiving = work.mode == "receive" and view.session.can("transfers.run") and item.on_the_way > 0
    until = words.day(item.until, year=True) if item.until else ""
    note = " · ".join(
        part
        for part in (
            t("Lot {lot}", lot=item.lot) if item.lot else "",
            until,
            bare(item.from_location) if item.from_location else "",
        )
        if part
    )
    said = item_said(item)
    kind: theme.Kind = "expired" if item.missing else "soon" if item.damaged or item.surplus else "mute"
    phone = view.layout == "phone"
    how_far_ = text(said, "caption", theme.ON_TINT[kind] if kind != "mute" else theme.SUBDUED, 2)
    head = row(
        product_tile(item.category, item.product_name),
        column(text(item.product_name, "strong"), quiet(note, lines=2), gap=1, expand=True),
        column(
            text(amounts.short(item, item.dispatched), "strong"),
            None if phone else how_far_,
            horizontal_alignment=ft.CrossAxisAlignment.END,
        ),
        gap=12,
    )
    bar = part_bar(
        [
            ("ok", max(item.received - item.damaged, 0)),
            ("soon", item.damaged),
            ("info", item.on_the_way),
            ("expired", item.missing),
        ],
        said,
        height=5,
    )
    return ft.Container(
        stretched(
            head, bar, how_far_ if phone else None, _arriving(view, item) if receiving else None, gap=9
        ),
        padding=ft.Padding.symmetric(horizontal=16, vertical=11),
    )


def item_said(item: TransferItem) -> str:
    """18 cases there, 1 case damaged, 2 cases missing."""
    parts = []
    if item.received:
        parts.append(t("{n} there", n=amounts.short(item, item.received)))
    if item.on_the_way:
        parts.append(t("{n} on the way", n=amounts.short(item, item.on_the_way)))
    if item.damaged:
        parts.append(t("{n} damaged", n=amounts.short(item, item.damaged)))
    if item.missing:
        parts.append(t("{n} missing", n=amounts.short(item, item.missing)))
    if item.surplus:
        parts.append(t("{n} too many", n=amounts.short(item, item.surplus)))
    return ", ".join(parts)


def step_of(item: TransferItem) -> int:
    """In which steps it is counted by hand: packs where only whole ones are on the way, else single units."""
    per = max(item.units_per_case, 1)
    return per if item.on_the_way % per == 0 else 1


def _arriving(view: TransferView, item: TransferItem) -> ft.Control:
    """How many are there, and how many of them broken: scanned, or set by hand."""
    work, form = view.work, view.form
    per = step_of(item)
    got, broken, extra = work.got.get(item.id, 0), work.broken.get(item.id, 0), work.extra.get(item.id, 0)
    phone = view.layout == "phone"
    height = 48 if phone else 40
    unit = words.unit(item.case_name if per > 1 else item.base_unit, 2)

    def box(
        label: str, key: str, units: int, put: Callable[[TransferItem, int], None], *, warn: bool
    ) -> ft.Control:
        name = f"{key}-{item.id}"
        form[name] = str(units // per)

        async def change(packs: int) -> None:
            put(item, packs * per)

        said = quiet(f"{label} ({unit})", "small")
        counted = stepper(
            form, name, units // per, change, name=f"{label}: {item.product_name} {item.lot}", height=height, warn=warn,
            width=150 if phone else 132,
        )  # fmt: skip
        return column(said, counted, gap=4) if phone else row(said, counted, gap=8)

    left = item.on_the_way - got - broken
    said = (
        t("{n} short", n=amounts.short(item, left))
        if (got or broken) and left
        else t("nothing counted yet")
        if left
        else t("complete")
    )
    parts: list[ft.Control] = [
        box(t("There"), "got", got, work.set_got, warn=False),
        box(t("Damaged"), "broken", broken, work.set_broken, warn=bool(broken)),
        text(
            said,
            "small_strong",
            theme.ON_TINT["ok"] if not left else theme.ON_TINT["soon"] if got or broken else theme.SUBDUED,
        ),
    ]
    if extra:
        parts.append(
            text(
                t("{amount} more than was sent", amount=amounts.short(item, extra)),
                "small_strong",
                theme.ON_TINT["soon"],
            )
        )
    return ft.Row(
        parts, spacing=16, run_spacing=8, wrap=True, vertical_alignment=ft.CrossAxisAlignment.CENTER
    )
