"""Taking a lot out of sale and giving it back: the question under its row, and the way back afterwards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import flet as ft

from stillage_client import theme
from stillage_client.api import stock
from stillage_client.api.stock import HoldLine
from stillage_client.api.transport import Api, ApiError, Refused, Unreachable, new_key
from stillage_client.components.buttons import Pressed, button, chip, icon_button
from stillage_client.components.feedback import banner
from stillage_client.components.fields import Form, labelled, text_field
from stillage_client.components.layout import column, quiet, row, stretched, text
from stillage_client.components.viewport import Layout
from stillage_client.locale import t
from stillage_client.screens.movement_lines import bare

EVERYWHERE: tuple[str, ...] = ()
NOT_HELD = "not_held"


@dataclass(frozen=True)
class Wish:
    """A lot held or released: at the named locations, or wherever it lies when none is named."""

    verb: Literal["hold", "release"]
    product: str
    lot: str
    locations: tuple[str, ...] = EVERYWHERE
    reason: str = ""

    def lines(self) -> list[HoldLine]:
        where: Sequence[str | None] = self.locations or (None,)
        return [
            HoldLine(product=self.product, lot=self.lot, location=location, reason=self.reason)
            for location in where
        ]

    def opposite(self, reason: str) -> "Wish":
        """What takes this back; a hold needs its reason again."""
        return replace(self, verb="release" if self.verb == "hold" else "hold", reason=reason)


@ft.observable
@dataclass
class HoldState:
    """One question at a time, and the last thing that was done."""

    asked: str | None = None  # the lot whose question is open
    locations: tuple[str, ...] = EVERYWHERE
    working: bool = False
    trouble: str = ""
    done: Wish | None = None
    back: Wish | None = None  # what takes it back
    _keys: dict[Wish, str] = field(default_factory=dict)

    def ask(self, lot: str, locations: tuple[str, ...]) -> None:
        """Open the question under a lot, with the place it is asked for."""
        self.asked, self.locations, self.trouble = lot, locations, ""
        self.done = self.back = None

    def close(self) -> None:
        self.asked, self.trouble = None, ""

    async def carry_out(self, api: Api, *wishes: Wish, reason: str = "") -> bool:
        """Do the first of the wishes that fits: who sees a held lot does not see which kind of hold it is.

        `reason` is why the lot was held, for taking a release back. The key of a wish is kept while its answer
        is unknown, so that pressing again never does it twice.
        """
        if self.working:
            return False
        self.working, self.trouble = True, ""
        try:
            done = await self._first_that_fits(api, wishes)
        except ApiError as error:
            self.trouble = error.sentence
            return False
        finally:
            self.working = False
        self.asked, self.done, self.back = None, done, done.opposite(reason if done.verb == "release" else "")
        return True

    async def _first_that_fits(self, api: Api, wishes: Sequence[Wish]) -> Wish:
        for number, wish in enumerate(wishes, 1):
            act = stock.hold if wish.verb == "hold" else stock.release
            key = self._keys.setdefault(wish, new_key())
            try:
                await act(api, wish.lines(), key=key)
            except Refused as refusal:
                self._keys.pop(wish)
                if refusal.code != NOT_HELD or number == len(wishes):
                    raise
            except Unreachable:
                raise  # it may have been done: the same key asks again
            else:
                self._keys.pop(wish)
                return wish
        raise ValueError("nothing was wished for")


def releases(
    product: str, lot: str, held: tuple[str, ...], *, whole: bool, all_warehouses: bool
) -> tuple[Wish, ...]:
    """How a held lot is given back. `whole`: it is held at all its places, so perhaps wherever it lies."""
    here = Wish("release", product, lot, held)
    return (Wish("release", product, lot), here) if whole and all_warehouses else (here,)


def reasons() -> tuple[str, ...]:
    """What lots are mostly held for; one press is enough."""
    return (t("Quality check"), t("Damaged"), t("Recall"))


def hold_button(lot: str, on_click: Pressed, box: int) -> ft.Control:
    return icon_button(ft.Icons.LOCK_OUTLINED, t("Hold lot {lot}", lot=lot), on_click, size=18, box=box)


def release_button(lot: str, on_click: Pressed, box: int) -> ft.Control:
    color, name = theme.ON_TINT["held"], t("Release lot {lot}", lot=lot)
    return icon_button(ft.Icons.LOCK_OPEN_OUTLINED, name, on_click, size=18, box=box, color=color)


def hold_question(
    state: HoldState,
    form: Form,
    places: tuple[str, ...],
    *,
    all_warehouses: bool,
    layout: Layout,
    hold: Callable[[str], Any],
) -> ft.Control:
    """Where and why, under the row of the lot. One press on a reason holds it; it can be undone."""
    choices = [(t("Wherever it lies"), EVERYWHERE)] if all_warehouses else []
    if not all_warehouses and len(places) > 1:
        choices.append((t("All {n} places here", n=len(places)), places))
    choices += [(bare(place), (place,)) for place in places]

    def at(locations: tuple[str, ...]) -> Pressed:
        def choose(_: Any) -> None:
            state.locations = locations

        return choose

    def because(reason: str) -> Pressed:
        async def chosen(_: Any) -> None:
            await hold(reason)

        return chosen

    async def in_my_words(_: Any) -> None:
        if form["reason"].strip():
            await hold(form["reason"].strip())
        else:
            state.trouble = t("Say why, so that others know when it may go again.")

    wheres = [chip(name, at(value), selected=value == state.locations) for name, value in choices]
    ready = [button(r, because(r), kind="plain", disabled=state.working) for r in reasons()]
    field_ = text_field(form, "reason", height=44, on_submit=in_my_words, max_length=200, counter="")
    own = labelled(t("Or in your words"), ft.Semantics(content=field_, label=t("Or in your words")))
    own.expand = layout != "phone"
    actions = row(
        button(t("Hold it"), in_my_words, icon=ft.Icons.LOCK_ROUNDED, disabled=state.working),
        button(t("Cancel"), lambda _: state.close(), kind="quiet"),
    )
    return ft.Container(
        stretched(
            text(t("Why is lot {lot} held?", lot=state.asked or ""), "strong"),
            quiet(t("It is promised and shipped to nobody until it is released."), lines=2),
            ft.Row(wheres, spacing=8, run_spacing=8, wrap=True) if len(choices) > 1 else None,
            ft.Row(ready, spacing=8, run_spacing=8, wrap=True),
            stretched(own, actions, gap=10)
            if layout == "phone"
            else row(own, actions, gap=12, vertical_alignment=ft.CrossAxisAlignment.END),
            text(state.trouble, "small", theme.ON_TINT["expired"], 4) if state.trouble else None,
            gap=10,
        ),
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
        padding=ft.Padding.symmetric(horizontal=16, vertical=14),
    )


def hold_outcome(state: HoldState, undo: Pressed | None) -> ft.Control | None:
    """What was done, with the way back; or why it was not done."""
    if state.trouble and state.asked is None:
        return _spaced(banner("expired", t("Nothing was changed"), state.trouble))
    done = state.done
    if done is None:
        return None
    actions = (
        [button(t("Undo"), undo, icon=ft.Icons.UNDO_ROUNDED, kind="plain", disabled=state.working)]
        if undo
        else []
    )
    where = ", ".join(bare(place) for place in done.locations) or t("Wherever it lies")
    if done.verb == "hold":
        title, said = t("Lot {lot} is on hold", lot=done.lot), f"{done.reason} · {where}"
        return _spaced(banner("held", title, said, *actions))
    return _spaced(banner("ok", t("Lot {lot} may be sold again", lot=done.lot), where, *actions))


def _spaced(control: ft.Control) -> ft.Control:
    return column(ft.Container(control, padding=ft.Padding.symmetric(horizontal=12, vertical=8)), tight=True)
