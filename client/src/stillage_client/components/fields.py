"""Text fields. The typed text lives in a plain dict, so a redraw never wipes or doubles a character."""

import contextlib
from collections.abc import Callable, MutableMapping
from typing import Any

import flet as ft

from stillage_client import theme
from stillage_client.components.layout import gap, stretched, text

Form = MutableMapping[str, str]


class TypedField(ft.TextField):
    """A text field that a redraw leaves alone while a hand types in it.

    What is typed reaches the control at once and the form a moment later, by its event. A redraw between the two
    would write the form's older text back over the newer one, so it only counts when the form says something that
    was not typed here: when it was cleared or filled by the program.
    """

    def _migrate_state(self, other: ft.BaseControl) -> None:
        super()._migrate_state(other)
        if isinstance(other, TypedField) and self.value == other.in_form:
            # As Flet itself writes what the browser sends: no change of ours, so nothing to send back.
            self._values["value"] = other.value

    @property
    def in_form(self) -> str:
        """What the form holds as far as this field knows: as it was drawn, or as it was typed since."""
        return str(getattr(self, "_in_form", ""))

    @in_form.setter
    def in_form(self, said: str) -> None:
        object.__setattr__(self, "_in_form", said)


async def focus_again(field: ft.Control) -> None:
    """Put the cursor back into a field that may have been drawn anew since its event."""
    live = ft.context.page.session.index.get(field._i)
    with contextlib.suppress(RuntimeError, TimeoutError):  # it is gone: then there is nothing to go on with
        if isinstance(live, ft.TextField):
            await live.focus()  # type: ignore[no-untyped-call]


def bound(form: Form, key: str, *, on_typed: Callable[[str], Any] | None = None, **more: Any) -> ft.TextField:
    """A field whose live text is form[key]: handlers read the dict, never the state of a render."""

    async def typed(event: ft.Event[ft.TextField]) -> None:
        form[key] = event.control.value or ""
        if isinstance(event.control, TypedField):
            event.control.in_form = form[key]
        if on_typed is not None:
            outcome = on_typed(form[key])
            if outcome is not None:
                await outcome

    field = TypedField(value=form.get(key, ""), on_change=typed, **more)
    field.in_form = form.get(key, "")
    return field


def text_field(form: Form, key: str, *, height: int = 48, **more: Any) -> ft.TextField:
    """The house field: 48 high, hairline, petrol when focused."""
    return bound(
        form,
        key,
        height=height,
        border_radius=theme.RADIUS_SM,
        border_color=ft.Colors.OUTLINE,
        focused_border_color=ft.Colors.PRIMARY,
        focused_border_width=2,
        text_style=theme.style("body", ft.Colors.ON_SURFACE),
        hint_style=theme.style("body", theme.SUBDUED),
        content_padding=ft.Padding.symmetric(horizontal=14, vertical=12),
        filled=True,
        fill_color=theme.CARD,
        hover_color=ft.Colors.TRANSPARENT,
        **more,
    )


def search_field(form: Form, key: str, hint: str, on_typed: Callable[[str], Any], **more: Any) -> ft.Control:
    """The field above a list."""
    field = bound(
        form,
        key,
        on_typed=on_typed,
        hint_text=hint,
        prefix_icon=ft.Icon(ft.Icons.SEARCH_ROUNDED, size=18, color=theme.SUBDUED),
        prefix_icon_size_constraints=ft.BoxConstraints(min_width=40, min_height=36),
        height=40,
        text_style=theme.style("body", ft.Colors.ON_SURFACE),
        hint_style=theme.style("body", theme.SUBDUED),
        filled=True,
        fill_color=theme.CARD,
        hover_color=ft.Colors.TRANSPARENT,
        border_color=theme.HAIRLINE,
        focused_border_color=ft.Colors.PRIMARY,
        focused_border_width=2,
        border_radius=theme.RADIUS_SM,
        content_padding=ft.Padding.only(left=0, right=12, top=8, bottom=8),
        **more,
    )
    return ft.Semantics(content=field, label=hint)


def labelled(label: str, field: ft.Control) -> ft.Column:
    """A field with its name above it."""
    return stretched(text(label, "small_strong"), gap(6), field)


def dropdown(
    name: str, value: str | None, options: list[tuple[str, str]], on_select: Callable[[str], Any], **more: Any
) -> ft.Control:
    """A choice of (key, label) pairs, named for the screen reader."""

    async def chosen(event: ft.Event[ft.Dropdown]) -> None:
        outcome = on_select(event.control.value or "")
        if outcome is not None:
            await outcome

    control = ft.Dropdown(
        value=value,
        options=[ft.DropdownOption(key=key, text=label) for key, label in options],
        on_select=chosen,
        text_style=theme.style("body", ft.Colors.ON_SURFACE),
        border_color=theme.HAIRLINE,
        focused_border_color=ft.Colors.PRIMARY,
        border_radius=theme.RADIUS_SM,
        filled=True,
        fill_color=theme.CARD,
        dense=True,
        **more,
    )
    return ft.Semantics(content=control, label=name)
