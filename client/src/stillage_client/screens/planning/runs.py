"""Working forecasts out: the last run, one that goes on with its progress, and the button that begins one."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client import words
from stillage_client.api import forecasts
from stillage_client.api.forecast_records import Run
from stillage_client.api.transport import Api, ApiError, Unreachable, new_key
from stillage_client.components.buttons import button, icon_button
from stillage_client.components.faces import icon_tile
from stillage_client.components.feedback import banner
from stillage_client.components.hooks import after_drawing, remembered
from stillage_client.components.layout import column, gap, quiet, row, stretched, surface, text
from stillage_client.components.viewport import Layout
from stillage_client.locale import t
from stillage_client.screens.planning import forecast_words as say
from stillage_client.session import Session

LOOK_AGAIN_S = 1.0
LOOK_AGAIN_LATER_S = 4.0
QUICK_LOOKS = 30


@ft.observable
@dataclass
class RunState:
    """The newest run as far as it is known."""

    run: Run | None = None
    loaded: bool = False
    fault: str = ""
    working: bool = False
    _key: str = ""

    @property
    def going(self) -> bool:
        return self.run is not None and self.run.going

    async def newest(self, api: Api) -> None:
        """What was run last; nothing is said when that cannot be read."""
        try:
            found = await forecasts.runs(api, limit=1)
        except ApiError:
            return
        self.run, self.loaded = next(iter(found.results), None), True

    async def begin(self, api: Api, *, full: bool = False) -> bool:
        """Ask for a run; the same press twice is one wish."""
        if self.working or self.going:
            return False
        self.working, self.fault = True, ""
        self._key = self._key or new_key()
        try:
            self.run = await forecasts.begin_run(api, full=full, key=self._key)
        except ApiError as error:
            self.fault = error.sentence
            if not isinstance(error, Unreachable):
                self._key = ""
            return False
        finally:
            self.working = False
        self._key, self.loaded = "", True
        return True

    async def look(self, api: Api) -> None:
        """How far it is now; a silence is passed over, the next look asks again."""
        if self.run is None:
            return
        try:
            self.run = await forecasts.run(api, self.run.id)
        except Unreachable:
            return
        except ApiError as error:
            self.fault, self.run = error.sentence, None


def follow_run(state: RunState, api: Api, then: Callable[[], Awaitable[None]]) -> None:
    """A hook: while a run goes on, look how far it is, and do something once it has ended."""
    turn = remembered(lambda: {"now": 0})

    async def watch() -> None:
        turn["now"] += 1
        mine, looks = turn["now"], 0
        while turn["now"] == mine and state.going:
            await asyncio.sleep(LOOK_AGAIN_S if looks < QUICK_LOOKS else LOOK_AGAIN_LATER_S)
            looks += 1
            if turn["now"] == mine:
                await state.look(api)
        if turn["now"] == mine and looks:
            await then()

    def leave() -> None:
        turn["now"] += 1

    after_drawing(watch, [state.going], cleanup=leave)


def run_button(
    state: RunState, session: Session, *, label: str = "", kind: Any = "plain", height: int = 40
) -> ft.Control | None:
    """Begin a run; only for who may."""
    if not session.can("planning.change"):
        return None

    async def press(_: Any) -> None:
        await state.begin(session.api)

    return button(
        label or t("Work out again"),
        press,
        icon=ft.Icons.AUTORENEW_ROUNDED,
        kind=kind,
        height=height,
        disabled=state.working or state.going,
    )


def _again(state: RunState, session: Session) -> ft.Control | None:
    """The same, where there is no room for its name."""
    if not session.can("planning.change"):
        return None

    async def press(_: Any) -> None:
        await state.begin(session.api)

    return icon_button(
        ft.Icons.AUTORENEW_ROUNDED, t("Work out again"), press, size=22, box=48, disabled=state.working
    )


def run_progress(run: Run) -> ft.Control:
    """What it is doing, a bar, and how far; read out as it goes on."""
    said = say.run_progress(run)
    bar = ft.ProgressBar(
        value=say.run_share(run),
        bar_height=6,
        border_radius=6,
        bgcolor=ft.Colors.SURFACE_CONTAINER_HIGH,
        color=ft.Colors.PRIMARY,
        semantics_label=said,
    )
    return ft.Semantics(
        content=stretched(text(said, "small_strong"), gap(6), bar), live_region=True, container=True
    )


def run_line(state: RunState, session: Session, layout: Layout) -> ft.Control | None:
    """The last run in a strip above a list: how far it is, what came of it, or why it failed."""
    if state.fault:
        return banner("expired", t("Nothing was worked out"), state.fault)
    run = state.run
    if run is None:
        return None
    if run.going:
        return surface(run_progress(run), padding=ft.Padding.symmetric(horizontal=16, vertical=12))
    when = words.ago(run.finished_at) if run.finished_at else ""
    if run.status == "failed":
        again = run_button(state, session, label=t("Try again"))
        return banner(
            "expired",
            t("The last run failed"),
            " · ".join(part for part in (when, say.run_outcome(run)) if part),
            *([again] if again else []),
        )
    by = t("every night") if run.kind == "nightly" else run.user
    told = " · ".join(part for part in (say.run_outcome(run), by) if part)
    title = say.worked_out(run.finished_at) if run.finished_at else t("Worked out")
    return surface(
        row(
            icon_tile(ft.Icons.INSIGHTS_ROUNDED, "info", 32),
            column(text(title, "small_strong"), quiet(told, "caption", 2), gap=1, expand=True),
            _again(state, session) if layout == "phone" else None,
            gap=12,
        ),
        padding=ft.Padding.symmetric(horizontal=14, vertical=9),
    )
