"""Which of the three layouts the page is wide enough for, handed down as a context."""

from typing import Any, Literal

import flet as ft

from stillage_client import theme

Layout = Literal["phone", "tablet", "desk"]

Viewport: Any = ft.create_context("desk")
Beside: Any = ft.create_context(True)
ROOM_FOR_TWO = 1240  # from this page width on, two columns of tables fit beside the sidebar


def layout_for(width: float | None) -> Layout:
    """The layout for a page width; a width not yet known counts as a desk."""
    if not width or width >= theme.DESK:
        return "desk"
    return "tablet" if width >= theme.TABLET else "phone"


def use_layout() -> Layout:
    """The layout to draw in; redraws when it changes."""
    layout: Layout = ft.use_context(Viewport)
    return layout


def fits_beside(width: float | None) -> bool:
    """Whether two columns of tables fit; a width not yet known counts as wide."""
    return not width or width >= ROOM_FOR_TWO


def use_beside() -> bool:
    """Whether to set columns of tables side by side; redraws when it changes."""
    return bool(ft.use_context(Beside))
