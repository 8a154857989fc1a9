"""The trace as one picture: ribbons as wide as the units they stand for, with the nodes above them."""

from collections.abc import Callable
from typing import Any

import flet as ft
import flet.canvas as cv

from stillage_client import theme
from stillage_client.components.buttons import tap
from stillage_client.components.layout import column, quiet, row, stretched, surface, text
from stillage_client.locale import t
from stillage_client.screens.control.trace_flow import Closing, Figures, Flow, Node, in_words
from stillage_client.screens.control.trace_geometry import Box, Ribbon, place

TALL = 100.0  # from this height on a node is filled, or it would be much white
ICONS: dict[str, ft.IconData] = {
    "supplier": ft.Icons.FACTORY_OUTLINED,
    "lot": ft.Icons.QR_CODE_2_ROUNDED,
    "shipped": ft.Icons.LOCAL_SHIPPING_OUTLINED,
    "held": ft.Icons.LOCK_OUTLINED,
    "stock": ft.Icons.INVENTORY_2_OUTLINED,
    "picked": ft.Icons.SHOPPING_BASKET_OUTLINED,
    "transfer": ft.Icons.SWAP_HORIZ_ROUNDED,
    "scrapped": ft.Icons.DELETE_OUTLINE_ROUNDED,
    "count": ft.Icons.FACT_CHECK_OUTLINED,
    "customer": ft.Icons.STOREFRONT_OUTLINED,
    "told": ft.Icons.CHECK_CIRCLE_ROUNDED,
    "wait": ft.Icons.SCHEDULE_ROUNDED,
}
OPACITY: dict[theme.Kind, float] = {
    "info": 0.16,
    "mute": 0.22,
    "ok": 0.18,
    "soon": 0.34,
    "held": 0.3,
    "expired": 0.3,
}


def trace_picture(flow: Flow, say: Figures, width: float, go: Callable[[str], Any]) -> ft.Control:
    """Headings, ribbons and nodes; each node opens what it stands for."""
    picture = place(flow, width)
    names = (t("Came from"), t("Lot"), t("Where it is"), t("Customers") if flow.customers else "")
    heads = ft.Stack(
        [
            ft.Container(quiet(name, "label"), left=left)
            for name, left in zip(names, picture.columns, strict=True)
        ],
        height=22,
        width=picture.width,
    )
    canvas = cv.Canvas([ribbon(one) for one in picture.ribbons], width=picture.width, height=picture.height)
    described = ft.Semantics(content=canvas, label=in_words(flow, say), image=True)
    nodes = [_node(box, say, go) for box in picture.boxes]
    return column(
        heads,
        ft.Container(height=4),
        ft.Stack([described, *nodes], width=picture.width, height=picture.height),
    )


def ribbon(one: Ribbon) -> cv.Path:
    """Two curves and the edges between them, filled."""
    middle, curve = (one.x1 + one.x2) / 2, cv.Path.CubicTo
    color = ft.Colors.with_opacity(OPACITY[one.node.kind], theme.SOLID[one.node.kind])
    return cv.Path(
        [
            cv.Path.MoveTo(one.x1, one.y1),
            curve(middle, one.y1, middle, one.y2, one.x2, one.y2),
            cv.Path.LineTo(one.x2, one.y2 + one.wide2),
            curve(middle, one.y2 + one.wide2, middle, one.y1 + one.wide1, one.x1, one.y1 + one.wide1),
            cv.Path.Close(),
        ],
        ft.Paint(color=color, style=ft.PaintingStyle.FILL),
    )


def _node(box: Box, say: Figures, go: Callable[[str], Any]) -> ft.Control:
    node, kind = box.node, box.node.kind
    small = node.key.startswith("customer-")
    note_ink = theme.ON_TINT[kind] if kind in ("ok", "soon") and small else theme.SUBDUED
    inside = row(
        ft.Container(width=5, bgcolor=theme.SOLID[kind], height=box.height),
        ft.Icon(ICONS[node.mark], size=18, color=theme.ON_TINT[kind]),
        column(
            text(node.title, "small_strong" if small else "strong", lines=2 if box.height > TALL else 1),
            text(node.note, "caption", note_ink) if node.note else None,
            expand=True,
        ),
        text(say.number(node.units), "small_strong"),
        gap=8,
    )
    look: dict[str, Any] = {
        "width": box.width,
        "height": box.height,
        "bgcolor": theme.TINT[kind] if box.height > TALL else theme.CARD,
        "border": ft.Border.all(1, theme.HAIRLINE),
        "border_radius": theme.RADIUS_SM,
        "clip_behavior": ft.ClipBehavior.ANTI_ALIAS,
        "padding": ft.Padding.only(right=12),
        "shadow": theme.CARD_SHADOW,
    }
    said = ", ".join(part for part in (node.title, say.said(node.units), node.note) if part)
    return ft.Container(_opens(node, inside, look, said, go), left=box.left, top=box.top)


def _opens(
    node: Node, inside: ft.Control, look: dict[str, Any], said: str, go: Callable[[str], Any]
) -> ft.Control:
    """One target opens at once; of several one is chosen."""
    if not node.targets:
        return ft.Semantics(content=ft.Container(inside, **look), label=said, container=True)
    if len(node.targets) == 1:
        route = node.targets[0].route
        return tap(inside, lambda _: go(route), tooltip=node.targets[0].label, **look)

    def item(label: str, route: str) -> ft.PopupMenuItem:
        return ft.PopupMenuItem(content=label, on_click=lambda _: go(route))

    return ft.PopupMenuButton(
        content=ft.Container(inside, **look),
        tooltip=t("Open: {what}", what=node.title),
        items=[item(target.label, target.route) for target in node.targets[:20]],
        menu_position=ft.PopupMenuPosition.UNDER,
        padding=0,
    )


def closing_line(said: Closing, right: str, *, narrow: bool = False) -> ft.Control:
    """Whether every case is accounted for, and how."""
    kind: theme.Kind = "ok" if said.closes else "expired"
    icon = ft.Icons.CHECK_CIRCLE_ROUNDED if said.closes else ft.Icons.ERROR_ROUNDED
    mark = ft.Icon(icon, size=18, color=theme.ON_TINT[kind])
    title = text(said.title, "small_strong", theme.ON_TINT[kind], 2)
    sentence = quiet(said.sentence, "small", 4 if narrow else 2)
    if narrow:
        inside: ft.Control = stretched(
            row(mark, ft.Container(title, expand=True), gap=8),
            sentence,
            quiet(right, "small") if right else None,
            gap=4,
        )
    else:
        inside = row(
            mark, title, ft.Container(sentence, expand=True), quiet(right, "small") if right else None, gap=8
        )
    return ft.Semantics(
        content=ft.Container(
            inside,
            padding=ft.Padding.symmetric(horizontal=16, vertical=13),
            bgcolor=theme.TINT["expired"] if not said.closes else None,
        ),
        container=True,
    )


def figure_card(
    label: str, value: str, note: str, kind: theme.Kind | None = None, *, compact: bool = False
) -> ft.Control:
    """One large number with its name above and what it means below."""
    ink = theme.ON_TINT[kind] if kind else ft.Colors.ON_SURFACE
    return surface(
        column(
            quiet(label, "small_strong"),
            ft.Container(height=4 if compact else 6),
            text(value, "title" if compact else "display", ink),
            quiet(note, lines=2 if compact else 1),
        ),
        padding=ft.Padding.symmetric(horizontal=12 if compact else 16, vertical=10 if compact else 14),
        expand=True,
    )
