"""What happens when a component raises while it is drawn: a sentence and a reference in its place, the reason in the log.

Flet itself would end the task that draws, without a word: the old screen would stand, deaf, until it is loaded again.
"""

import logging
import secrets
import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any

import flet as ft
from flet.components.component import Component, Renderer

from stillage_client import theme
from stillage_client.components.layout import column, text
from stillage_client.locale import t

log = logging.getLogger("stillage_client.drawing")


def guard_drawing() -> None:
    """Make it so, once for the process."""
    if getattr(Renderer.render, "guarded", False):
        return
    Renderer.render = _guarded_render(Renderer.render)  # type: ignore[method-assign]
    Component.update = _guarded_update(Component.update)  # type: ignore[method-assign]


def _guarded_render(render: Callable[..., Any]) -> Callable[..., Any]:
    """Every component's body is run here, at its first draw and at every other."""

    @wraps(render)
    def guarded(self: Renderer, body: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return render(self, body, *args, **kwargs)
        except Exception:
            if self._root_component is None:
                raise  # not a component yet: the page itself cannot be made, and the host tells
            reference = secrets.token_hex(4)
            log.exception("%s could not be drawn, reference %s", body.__name__, reference)
            return _sentence(reference)

    guarded.guarded = True  # type: ignore[attr-defined]
    return guarded


def _guarded_update(update: Callable[..., Any]) -> Callable[..., Any]:
    """What was drawn may still not fit what stands; then the whole page is told, through the host."""

    @wraps(update)
    def guarded(self: Component) -> None:
        try:
            update(self)
        except Exception:
            ft.context.page.session.error(traceback.format_exc())

    return guarded


def _sentence(reference: str) -> ft.Control:
    """No screen around it is known, so it asks for no room of its own."""
    said = column(
        text(t("This part could not be shown"), "strong", theme.ON_TINT["expired"], 2),
        text(t("Load the page again. Reference {r}.", r=reference), "small", lines=3),
        gap=2,
    )
    return ft.Semantics(content=ft.Container(said, padding=16), container=True, live_region=True)
