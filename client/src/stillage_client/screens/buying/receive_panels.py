"""The large pieces of the receiving screen: the answer, the question, the ways out, the end. Drawing only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.buying_records import Expected
from stillage_client.components.buttons import big_button, chip, tap
from stillage_client.components.faces import icon_tile, product_tile
from stillage_client.components.feedback import banner
from stillage_client.components.fields import Form, text_field
from stillage_client.components.figures import part_bar
from stillage_client.components.layout import (
    column,
    divided,
    fill,
    gap,
    quiet,
    row,
    stretched,
    surface,
    text,
)
from stillage_client.components.scan_panel import (
    Ground,
    amount_line,
    history_row,
    keypad,
    misread_line,
    panel,
    panel_button,
    tags_line,
    waiting_picture,
)
from stillage_client.components.viewport import Layout
from stillage_client.locale import t, tn
from stillage_client.screens import amounts
from stillage_client.screens.buying import names
from stillage_client.screens.buying.hand import HandEntry
from stillage_client.screens.buying.receive_work import ReceiveWork, Row, Wrong
from stillage_client.screens.date_entry import read_date
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.scan_job import AskLotAndDate, Panel, misread_parts
from stillage_client.session import Session

GROUNDS: dict[str, Ground] = {"ok": "ok", "error": "error", "ready": "ready", "question": "ready"}
ICONS: dict[str, ft.IconData] = {
    "ok": ft.Icons.CHECK_CIRCLE_ROUNDED,
    "error": ft.Icons.ERROR_ROUNDED,
    "ready": ft.Icons.QR_CODE_SCANNER_ROUNDED,
    "question": ft.Icons.HELP_ROUNDED,
}


@dataclass(frozen=True)
class ReceiveView:
    """What the drawing functions need."""

    work: ReceiveWork
    session: Session
    entry: HandEntry
    form: Form
    layout: Layout
    page: ft.Page


def answer_panel(view: ReceiveView, *, expand: bool | None = None) -> ft.Control:
    """What the last scan did, or what is asked."""
    work, shown = view.work, view.work.panel
    ground = GROUNDS[shown.kind]
    right = words.clock(shown.at, seconds=True, zone=work.zone) if shown.at else ""
    if view.entry.keypad is not None:
        return panel("ok", ft.Icons.DIALPAD_ROUNDED, t("Quantity"), "", gap(8), _keypad(view))
    if work.wrong is not None:
        return panel(ground, ICONS[shown.kind], shown.head, right, *_wrong(view, work.wrong, ground))
    if work.ask is not None and shown.kind == "question":
        return panel(ground, ICONS["question"], shown.head, right, gap(8), *_lot_question(view, work.ask))
    if shown.kind == "ready" and not shown.product and not shown.at:
        picture = waiting_picture(ground, shown.title, shown.detail, large=bool(expand))
        middle = [fill(), picture, fill()] if expand else [gap(4), picture, gap(10)]
        icon = ICONS["ok" if work.complete else "ready"]
        return panel(ground, icon, shown.head, right, *middle, expand=expand)
    return panel(
        ground, ICONS[shown.kind], shown.head, right, *_facts(ground, shown), *_buttons(view, ground)
    )


def _facts(ground: Ground, shown: Panel) -> list[ft.Control]:
    _, ink, soft = theme.SCAN[ground]
    parts: list[ft.Control] = [gap(8)]
    if shown.amount:
        parts += [amount_line(ground, shown.amount, shown.unit, shown.unit_note), gap(6)]
    if shown.title:
        parts.append(text(shown.title, "title" if shown.amount else "scan2", ink, 2))
    if shown.code:
        groups, last = misread_parts(shown.code)
        parts += [gap(8), misread_line(groups, last)]
    if shown.detail:
        parts += [gap(4), text(shown.detail, "body", ink if ground == "error" else soft, 4)]
    if shown.tags:
        parts += [gap(8), tags_line(ground, shown.tags)]
    return parts


def _buttons(view: ReceiveView, ground: Ground) -> list[ft.Control]:
    work = view.work

    async def undo(_: Any) -> None:
        await work.undo_last()

    def quantity(_: Any) -> None:
        view.entry.keypad = ""

    last = work.last
    if work.panel.kind != "ok" or last is None or work.panel.head == t("Refused"):
        return []
    buttons = [panel_button(ground, t("Undo"), ft.Icons.UNDO_ROUNDED, undo)]
    if not last.more:
        buttons.append(panel_button(ground, t("Quantity"), ft.Icons.EDIT_ROUNDED, quantity))
    return [gap(12), row(*buttons, gap=10)]


def _keypad(view: ReceiveView) -> ft.Control:
    work, entry = view.work, view.entry
    last = work.last
    name = (last.packing.case_name or last.packing.base_unit) if last else ""

    async def done(_: Any) -> None:
        digits, entry.keypad = entry.keypad or "", None
        if digits:
            await work.quantity(int(digits))

    def cancel(_: Any) -> None:
        entry.keypad = None

    return keypad("ok", entry.keypad or "", words.unit(name or "unit", 2), entry.press, done, cancel)


# ---- not what was asked for


def _wrong(view: ReceiveView, wrong: Wrong, ground: Ground) -> list[ft.Control]:
    """Both sides, and at most three ways out; the next scan leaves it undone."""
    _, ink, soft = theme.SCAN[ground]
    work = view.work
    faces = {
        "refuse": (t("Refuse it"), t("The driver takes it back"), ft.Icons.BLOCK_ROUNDED),
        "quarantine": (t("Set aside"), t("Booked to quarantine, to be looked at"), ft.Icons.LOCK_OUTLINED),
        "accept": (t("Take it"), t("Booked like the rest"), ft.Icons.CHECK_ROUNDED),
    }
    may_decide = view.session.can("receipts.decide")
    ways = [way for way in wrong.ways if way != "accept" or may_decide]

    def press(way: str) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            await work.decide(way)

        return pressed

    parts: list[ft.Control] = [
        gap(8),
        text(wrong.title, "scan2", ink),
        gap(2),
        text(f"{wrong.amount} {wrong.product_name}" if not wrong.sscc else wrong.amount, "lead", ink, 2),
        gap(6),
        text(wrong.words, "body", ink if ground == "error" else soft, 5),
        gap(12),
    ]
    for way in ways:
        label, note, icon = faces[way]
        parts += [_way_button(ground, label, note, icon, press(way), strong=way == ways[0]), gap(8)]
    if "accept" not in ways:
        parts.append(text(t("Only who may decide on deliveries can take it."), "small", soft, 2))
    else:
        parts.append(text(t("Or go on scanning: then nothing is booked."), "small", soft, 2))
    return parts


def _way_button(
    ground: Ground, label: str, note: str, icon: ft.IconData, press: Callable[[Any], Any], *, strong: bool
) -> ft.Control:
    color, ink, soft = theme.SCAN[ground]
    front = color if strong else ink
    return tap(
        row(
            ft.Icon(icon, size=24, color=front),
            column(
                text(label, "lead", front),
                text(note, "small", front if strong else soft),
                gap=0,
                expand=True,
            ),
            gap=14,
        ),
        press,
        height=64,
        border_radius=theme.RADIUS,
        padding=ft.Padding.symmetric(horizontal=16),
        bgcolor=ink if strong else ft.Colors.with_opacity(0.16, "#FFFFFF"),
    )


# ---- a code without lot or date


def _lot_question(view: ReceiveView, ask: AskLotAndDate) -> list[ft.Control]:
    _, ink, soft = theme.SCAN["ready"]
    work, entry, form, shown = view.work, view.entry, view.form, view.work.panel

    async def book(_: Any) -> None:
        written = form["date"].strip()
        until = read_date(written) if written else None
        if ask.needs_date and written and until is None:
            entry.fault = t("“{text}” is no date. Write it as 1.3.2027.", text=written)
            return
        entry.fault = ""
        if await work.answer_lot(form["lot"], until, is_expiry=entry.is_expiry):
            form["lot"] = form["date"] = ""

    def announced(lot: str) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            form["lot"] = lot
            entry.turn += 1
            if not ask.needs_date:
                await book(None)

        return pressed

    def cancel(_: Any) -> None:
        form["lot"] = form["date"] = ""
        work.cancel_ask()

    def dated(is_expiry: bool) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            entry.is_expiry = is_expiry

        return pressed

    parts: list[ft.Control] = [text(shown.title, "scan2", ink), text(shown.detail, "body", soft, 3), gap(10)]
    lots = work.announced(ask.result.product or "")
    if ask.needs_lot:
        if lots:
            chips = [chip(lot, announced(lot), selected=form.get("lot") == lot) for lot in lots]
            parts += [
                text(t("Announced"), "small_strong", soft),
                gap(6),
                ft.Row(chips, spacing=8, run_spacing=8, wrap=True),
                gap(8),
            ]
        parts += [_on_panel(t("Lot"), text_field(form, "lot", autofocus=not lots, on_submit=book)), gap(8)]
    if ask.needs_date:
        name = t("Date, as 1.3.2027 (empty when none is printed)")
        parts += [
            _on_panel(name, text_field(form, "date", autofocus=not ask.needs_lot, on_submit=book)),
            gap(8),
            row(
                chip(t("Best before"), dated(False), selected=not entry.is_expiry),
                chip(t("Use by"), dated(True), selected=entry.is_expiry),
            ),
            gap(8),
        ]
    said = entry.fault or shown.fault
    if said:
        parts += [text(said, "small_strong", "#FFD9D6", 3), gap(8)]
    parts.append(
        row(
            panel_button("ready", t("Cancel"), ft.Icons.CLOSE_ROUNDED, cancel),
            panel_button("ready", t("Receive"), ft.Icons.CHECK_ROUNDED, book, strong=True),
            gap=10,
        )
    )
    return parts


def _on_panel(name: str, field: ft.TextField) -> ft.Control:
    _, _, soft = theme.SCAN["ready"]
    return stretched(text(name, "small_strong", soft), gap(6), ft.Semantics(content=field, label=name))


# ---- what was booked, and what is still to come


def booked_rows(view: ReceiveView) -> list[ft.Control]:
    """The running list; the newest one fills the panel already."""
    work = view.work
    rows = work.rows
    skip = 1 if work.panel.kind == "ok" and rows and rows[0].active and view.layout == "phone" else 0
    return [_booked_row(view, one) for one in rows[skip:60]]


def _booked_row(view: ReceiveView, one: Row) -> ft.Control:
    work = view.work

    async def back(_: Any) -> None:
        await work.undo(one.operation_id)

    action = None
    may = view.session.can("receipts.run")
    if may and one.active and one.operation_id and work.closed is None:
        action = (ft.Icons.UNDO_ROUNDED, t("Undo {what}", what=work.said(one)), back)
    note = " · ".join(
        part
        for part in (
            t("undone") if not one.active else one.remark,
            t("Lot {lot}", lot=one.lot) if one.lot else "",
            words.clock(one.at, seconds=True, zone=work.zone) if one.at else "",
        )
        if part
    )
    kind: theme.Kind = (
        "mute" if not one.active else "expired" if one.refused else "held" if one.remark else "ok"
    )
    icon = (
        ft.Icons.UNDO_ROUNDED
        if not one.active
        else ft.Icons.BLOCK_ROUNDED
        if one.refused
        else ft.Icons.LOCK_OUTLINED
        if one.remark
        else ft.Icons.CHECK_ROUNDED
    )
    return history_row(
        kind,
        icon,
        one.product_name,
        note,
        amounts.short(one.packing, one.units),
        action,
        struck=not one.active,
    )


def expected_rows(view: ReceiveView) -> list[ft.Control]:
    """Line by line what was ordered and what is here; what is missing first."""
    lines = sorted(view.work.expected, key=lambda one: (one.open <= 0, one.product_name))
    rows: list[ft.Control] = [expected_row(one) for one in lines]
    for unit in view.work.receipt.units if view.work.receipt else ():
        names_ = ", ".join(dict.fromkeys(line.product_name for line in unit.lines))
        rows.append(
            ft.Container(
                row(
                    icon_tile(ft.Icons.PALLET, "ok" if unit.received else "info"),
                    column(text(t("Pallet"), "strong"), quiet(f"{unit.sscc} · {names_}"), gap=1, expand=True),
                    quiet(t("Here") if unit.received else t("On its way"), "small"),
                    gap=12,
                ),
                height=60,
                padding=ft.Padding.symmetric(horizontal=14),
            )
        )
    return rows


def expected_row(one: Expected) -> ft.Control:
    """One line: the bar says how far it is."""
    done = one.open <= 0 and one.received >= one.ordered
    gone = one.open <= 0 and not done
    said = (
        t("{amount} did not come", amount=names.amount(one, one.ordered - one.received))
        if gone
        else t("all here")
        if done
        else t("{amount} to come", amount=names.amount(one, one.open))
        if one.received
        else t("not here yet")
    )
    lots = ", ".join(one.lot_names[:2])
    note = " · ".join(
        part for part in (said, one.product, _pack(one), t("Lot {lot}", lot=lots) if lots else "") if part
    )
    more = max(one.received - one.ordered, 0)
    bar = part_bar(
        [
            ("ok", min(one.received, one.ordered)),
            ("soon", more),
            ("soon" if gone else ft.Colors.SURFACE_CONTAINER_HIGHEST, max(one.ordered - one.received, 0)),
        ],
        said,
        height=5,
    )
    return ft.Container(
        row(
            product_tile(one.category, one.product_name),
            stretched(
                row(
                    text(one.product_name, "strong", expand=True),
                    text(_of(one), "strong", theme.ON_TINT["ok"] if done else ft.Colors.ON_SURFACE),
                ),
                bar,
                quiet(note),
                gap=4,
                expand=True,
            ),
            gap=12,
        ),
        padding=ft.Padding.symmetric(horizontal=14, vertical=9),
    )


def _pack(one: Expected) -> str:
    """Case of 24: two packs of one drink stand on many a delivery."""
    packing = one.packing
    name = words.unit(packing.case_name or packing.base_unit or "unit", 1)
    return t("{case} of {n}", case=name, n=packing.units_per_case) if packing.units_per_case > 1 else name


def _of(one: Expected) -> str:
    per = one.packing.units_per_case
    done, all_ = one.received // per, one.ordered // per
    return f"{words.number(done)} / {words.number(all_)}"


# ---- the end


def closing_panel(view: ReceiveView) -> ft.Control:
    """What is missing, and what becomes of it."""
    work = view.work
    missing = work.missing

    def close(rest: str) -> Callable[[Any], Any]:
        async def pressed(_: Any) -> None:
            await work.close(rest)

        return pressed

    def back(_: Any) -> None:
        work.cancel_ask()

    parts: list[ft.Control | None] = [
        text(work.missing_said() if missing else t("Everything is here"), "title", lines=3)
    ]
    if missing:
        rows = divided([expected_row(one) for one in missing[:8]], 14)
        more = len(missing) - 8
        parts += [
            quiet(t("Wait for the rest, or write to the supplier that it is missing."), "body", 3),
            surface(ft.Column(rows, spacing=0, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)),
            quiet(tn("and {n} more line", "and {n} more lines", more)) if more > 0 else None,
        ]
    if work.fault:
        parts.append(banner("expired", t("That was not done"), work.fault))
    if missing and work.receipt and work.receipt.purchase_order:
        parts += [
            row(
                big_button(
                    t("Wait for the rest"),
                    ft.Icons.SCHEDULE_ROUNDED,
                    close("wait"),
                    color=ft.Colors.ON_PRIMARY,
                    ground=ft.Colors.PRIMARY,
                    height=60,
                )
            ),
            row(
                big_button(
                    t("Write it down as short"),
                    ft.Icons.EDIT_NOTE_ROUNDED,
                    close("short"),
                    edge=theme.HAIRLINE,
                    height=60,
                )
            ),
        ]
    else:
        parts.append(
            row(
                big_button(
                    t("Finish"),
                    ft.Icons.DONE_ALL_ROUNDED,
                    close(""),
                    color=ft.Colors.ON_PRIMARY,
                    ground=ft.Colors.PRIMARY,
                    height=60,
                )
            )
        )
    parts.append(
        row(
            big_button(
                t("Go on scanning"),
                ft.Icons.ARROW_BACK_ROUNDED,
                back,
                ground=ft.Colors.TRANSPARENT,
                height=48,
            )
        )
    )
    return ft.Column(
        [part for part in parts if part is not None],
        spacing=12,
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def done_panel(view: ReceiveView, papers: ft.Control) -> list[ft.Control]:
    """All of it: what came in, what was wrong, what comes now."""
    work, receipt = view.work, view.work.receipt
    _, ink, soft = theme.SCAN["ok"]
    open_ = [one for one in (receipt.discrepancies if receipt else ()) if not one.withdrawn]
    booked = [one for one in work.rows if one.active and not one.refused]
    packs = sum(one.units // max(one.packing.units_per_case, 1) for one in booked)
    figures = [(words.number(packs), words.unit("pack", packs)), (words.number(len(booked)), t("bookings"))]
    if open_:
        figures.append((words.number(len(open_)), tn("difference", "differences", len(open_))))

    def figure(value: str, what: str) -> ft.Control:
        return column(
            text(value, "title", ink),
            text(what, "small", soft),
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        )

    middle = column(
        ft.Icon(ft.Icons.CHECK_ROUNDED, size=72, color=ink),
        text(work.title, "scan2", ink),
        text(receipt.supplier_name if receipt else "", "lead", soft, 2, text_align=ft.TextAlign.CENTER),
        gap=6,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
    )
    parts: list[ft.Control] = [
        panel(
            "ok",
            ft.Icons.CHECK_CIRCLE_ROUNDED,
            t("Delivery finished"),
            words.clock(receipt.closed_at, zone=work.zone) if receipt and receipt.closed_at else "",
            gap(16),
            middle,
            gap(16),
            row(*[figure(*one) for one in figures]),
        )
    ]
    if open_:
        parts.append(
            surface(
                ft.Column(
                    divided(
                        [
                            ft.Container(
                                row(
                                    icon_tile(ft.Icons.REPORT_GMAILERRORRED_ROUNDED, "soon", 32),
                                    column(
                                        text(one.product_name, "strong"),
                                        quiet(
                                            f"{names.difference(one.kind)} · {names.outcome(one.outcome)}"
                                            if one.kind != "short"
                                            else t("Missing from the delivery")
                                        ),
                                        expand=True,
                                    ),
                                    text(names.amount(one, one.quantity), "strong"),
                                    gap=12,
                                ),
                                height=56,
                                padding=ft.Padding.symmetric(horizontal=14),
                            )
                            for one in open_[:6]
                        ],
                        14,
                    ),
                    spacing=0,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                )
            )
        )
    parts.append(surface(papers, padding=ft.Padding.symmetric(vertical=4)))
    buttons = []
    if view.session.can("stock.move") and booked:
        buttons.append(
            big_button(
                t("Put it away"),
                ft.Icons.SHELVES,
                lambda _: view.page.navigate("/put-away"),
                color=ft.Colors.ON_PRIMARY,
                ground=ft.Colors.PRIMARY,
                height=60,
            )
        )
    buttons.append(
        big_button(
            t("Next delivery"),
            ft.Icons.ARROW_FORWARD_ROUNDED,
            lambda _: view.page.navigate("/receiving"),
            edge=theme.HAIRLINE,
            height=60,
        )
    )
    parts.append(row(*buttons, gap=10))
    return parts


def dock_words(work: ReceiveWork) -> str:
    """Where the next one is booked."""
    return t("to {place}", place=bare(work.place)) if work.place else ""
