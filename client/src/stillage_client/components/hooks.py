"""Flet's hooks under plain names and with types a checker understands. Call them always and in the same order."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import flet as ft

T = TypeVar("T")


def watched(make: Callable[[], T]) -> T:
    """An observable made once; the component is drawn again whenever it changes."""
    state: Callable[..., Any] = ft.use_state
    return cast(T, state(make)[0])


def remembered(make: Callable[[], T]) -> T:
    """A value made once and kept between draws; changing it draws nothing."""
    ref: Callable[..., Any] = ft.use_ref
    return cast(T, ref(make).current)


def switched(start: T) -> tuple[T, Callable[[T], None]]:
    """A small value and the way to set it, which draws again."""
    state: Callable[..., Any] = ft.use_state
    value, set_value = state(lambda: start)
    return value, set_value


Reconnections: Any = ft.create_context(0)


def after_drawing(
    setup: Callable[[], Any], dependencies: Sequence[Any], cleanup: Callable[[], Any] | None = None
) -> None:
    """Do something once what is drawn stands, again when a dependency changes, and again after a reconnection.

    Flet forgets the effects that wait when a connection drops: a page reloaded at the wrong moment would load for ever.
    """
    count = ft.use_context(Reconnections)
    ft.use_effect(setup, [*dependencies, count], cleanup)
