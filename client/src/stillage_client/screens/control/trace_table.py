"""The trace to be read from top to bottom: for phones, for screen readers, and where the picture would be a thicket."""

from collections.abc import Callable
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api.tracing_records import Trace
from stillage_client.components.buttons import button, tap
from stillage_client.components.layout import column, divided, hairline, quiet, row, stretched, text
from stillage_client.locale import t
from stillage_client.screens.control.trace_flow import Figures, Flow, Node
from stillage_client.screens.control.trace_picture import ICONS

Go = Callable[[str], Any]


ROWS_MAX = 40
ORIGINS_MAX = 6
DELIVERIES_MAX = 5


def trace_table(
    flow: Flow,
    trace: Trace,
    say: Figures,
    go: Go,
    *,
    whole: bool = True,
    unfold: Callable[[Any], Any] | None = None,
) -> ft.Control:
    """Four headings, with what stands in the picture's columns and, below each customer, each delivery. Of a long
    list the first rows only, until somebody asks for the whole."""
    some = None if whole else ROWS_MAX
    rows = len(flow.customers) + len(flow.origins)
    everything = t("Show all {n} customers", n=len(flow.customers))
    parts: list[ft.Control] = [
        *_section(
            t("Came from"), [_line(node, say, go) for node in flow.origins[: None if whole else ORIGINS_MAX]]
        ),
        *_section(t("Where it is"), [_line(node, say, go) for node in flow.where]),
        *_section(t("Promised, not sent yet"), _promised(trace, say, go)),
        *_section(t("Customers"), [_customer(node, say, go) for node in flow.customers[:some]]),
        *_section(t("Came back"), _returns(trace, say, go)),
        *_section(t("Scrapped"), _scrapped(trace, say)),
    ]
    if some is not None and rows > some and unfold is not None:
        parts.append(ft.Container(button(everything, unfold, kind="quiet", height=48), padding=4))
    return stretched(*parts)


def _section(title: str, rows: list[ft.Control]) -> list[ft.Control]:
    if not rows:
        return []
    head = ft.Container(
        ft.Semantics(content=quiet(title, "label"), heading_level=3),
        padding=ft.Padding.only(left=16, right=16, top=14, bottom=6),
    )
    return [head, hairline(), *divided(rows, 16)]


def _line(node: Node, say: Figures, go: Go, *, indent: int = 16) -> ft.Control:
    note = text(
        node.note, "caption", theme.ON_TINT[node.kind] if node.kind in ("ok", "soon") else theme.SUBDUED, 2
    )
    inside = row(
        ft.Container(
            ft.Icon(ICONS[node.mark], size=18, color=theme.ON_TINT[node.kind]),
            width=36,
            height=36,
            border_radius=11,
            bgcolor=theme.TINT[node.kind],
            alignment=ft.Alignment.CENTER,
        ),
        column(text(node.title, "strong", lines=2), note if node.note else None, expand=True),
        text(say.said(node.units), "strong"),
        ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED) if node.targets else None,
        gap=12,
    )
    padding = ft.Padding.only(left=indent, right=12, top=10, bottom=10)
    if not node.targets:
        return ft.Container(inside, padding=padding)
    route = node.targets[0].route
    return tap(inside, lambda _: go(route), padding=padding)


def _customer(node: Node, say: Figures, go: Go) -> ft.Control:
    """The customer, and below it each delivery with its order."""
    deliveries = [_link(target.label, target.route, go) for target in node.targets[1 : DELIVERIES_MAX + 1]]
    return stretched(_line(node, say, go), *deliveries, ft.Container(height=6) if deliveries else None)


def _link(label: str, route: str, go: Go) -> ft.Control:
    return tap(
        row(
            ft.Icon(ft.Icons.SUBDIRECTORY_ARROW_RIGHT_ROUNDED, size=16, color=theme.SUBDUED),
            quiet(label, "small", expand=True),
            gap=8,
        ),
        lambda _: go(route),
        height=40,
        padding=ft.Padding.only(left=62, right=16),
    )


def _promised(trace: Trace, say: Figures, go: Go) -> list[ft.Control]:
    rows = []
    for one in trace.promised:
        day = words.day(one.delivery_date, weekday=True) if one.delivery_date else ""
        note = " · ".join(part for part in (one.order, day) if part)
        node = Node("", "soon", "wait", one.customer_name or one.order, note, one.quantity)
        rows.append(_row_to(node, say, f"/orders/{one.order}", go))
    return rows


def _row_to(node: Node, say: Figures, route: str, go: Go) -> ft.Control:
    return tap(
        row(
            column(text(node.title, "strong"), quiet(node.note), expand=True),
            text(say.said(node.units), "strong"),
            ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
            gap=12,
        ),
        lambda _: go(route),
        padding=ft.Padding.only(left=16, right=12, top=10, bottom=10),
    )


def _returns(trace: Trace, say: Figures, go: Go) -> list[ft.Control]:
    outcomes = {"restock": t("Back to stock"), "quarantine": t("Quarantine"), "scrap": t("Scrapped")}
    rows = []
    for one in trace.returns:
        day = words.day(one.received_at.date()) if one.received_at else ""
        note = " · ".join(part for part in (one.number, day, outcomes.get(one.outcome, one.outcome)) if part)
        node = Node("", "mute", "stock", one.customer_name or one.number, note, one.quantity)
        rows.append(_row_to(node, say, f"/returns/{one.number}", go))
    return rows


def _scrapped(trace: Trace, say: Figures) -> list[ft.Control]:
    rows: list[ft.Control] = []
    for one in trace.scrapped:
        day = words.moment(one.at) if one.at else ""
        note = " · ".join(part for part in (day, one.user, one.location) if part)
        rows.append(
            ft.Container(
                row(
                    column(
                        text(one.reason or t("Scrapped"), "strong", lines=2),
                        quiet(note, lines=2),
                        expand=True,
                    ),
                    text(say.said(one.quantity), "strong"),
                    gap=12,
                ),
                padding=ft.Padding.symmetric(horizontal=16, vertical=10),
            )
        )
    return rows
