"""Which of the three layouts the page is wide enough for, handed down as a context."""

from typing import Any, Literal

import flet as ft

from stillage_client import theme

Layout = Literal["phone", "tablet", "desk"]

Viewport: Any = ft.create_context("desk")


def layout_for(width: float | None) -> Layout:
    """The layout for a page width; a width not yet known counts as a desk."""
    if not width or width >= theme.DESK:
        return "desk"
    return "tablet" if width >= theme.TABLET else "phone"


def use_layout() -> Layout:
    """The layout to draw in; redraws when it changes."""
    layout: Layout = ft.use_context(Viewport)
    return layout
