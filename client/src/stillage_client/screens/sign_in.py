"""Signing in: the one screen that needs nobody to be known yet."""

import random
from dataclasses import dataclass
from typing import Any

import flet as ft
import flet.canvas as cv

from stillage_client import theme
from stillage_client.api.transport import ApiError, Refused, Unauthorized, Unreachable
from stillage_client.components.buttons import button
from stillage_client.components.faces import logo
from stillage_client.components.feedback import banner
from stillage_client.components.fields import labelled, text_field
from stillage_client.components.hooks import remembered, watched
from stillage_client.components.layout import column, gap, quiet, row, stretched, text
from stillage_client.components.viewport import use_layout
from stillage_client.locale import t
from stillage_client.session import Session, use_session

WALL_WIDTH = 620


@dataclass(frozen=True)
class Problem:
    """Why the door stays shut, and what to do."""

    title: str
    words: str


@ft.observable
@dataclass
class SignInState:
    """One attempt after another."""

    busy: bool = False
    problem: Problem | None = None

    async def sign_in(self, session: Session, username: str, password: str) -> None:
        """Try the name and the password once; a failure is told, never raised."""
        if self.busy:
            return
        if not username.strip() or not password:
            self.problem = Problem(t("Name and password are needed"), t("Fill in both fields."))
            return
        self.busy, self.problem = True, None
        try:
            await session.sign_in(username.strip(), password)
        except ApiError as error:
            self.problem = problem_of(error)
        finally:
            self.busy = False


def problem_of(error: ApiError) -> Problem:
    """The refusal in plain words."""
    if isinstance(error, Unreachable):
        return Problem(t("The server does not answer"), t("Check the network, then try again."))
    if isinstance(error, Refused) and error.status == 429:
        return Problem(t("Too many tries"), error.sentence)
    if isinstance(error, Unauthorized):
        return Problem(
            t("That name and password do not match"),
            t("Check Caps Lock. After a few wrong tries you wait a minute."),
        )
    return Problem(t("You could not be signed in"), error.sentence)


@ft.component
def SignIn() -> ft.Control:
    """The form, with a wall of cases beside it where there is room."""
    session = use_session()
    layout = use_layout()
    state = watched(SignInState)
    form = remembered(lambda: {"name": "", "password": ""})
    ft.context.page.title = t("Sign in · Stillage")

    async def submit(_: ft.Event[Any]) -> None:
        await state.sign_in(session, form["name"], form["password"])

    sheet = ft.Container(
        _sheet(state, form, submit, None if layout == "phone" else 380),
        expand=True,
        alignment=ft.Alignment.CENTER,
        bgcolor=theme.CARD,
        padding=ft.Padding.symmetric(horizontal=24),
    )
    return ft.Row(
        [_wall(), sheet] if layout == "desk" else [sheet],
        spacing=0,
        expand=True,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _sheet(state: SignInState, form: dict[str, str], submit: Any, width: int | None) -> ft.Control:
    problem = state.problem
    name = text_field(
        form,
        "name",
        autofocus=True,
        autofill_hints=ft.AutofillHint.USERNAME,
        on_submit=submit,
    )
    password = text_field(
        form,
        "password",
        password=True,
        can_reveal_password=True,
        autofill_hints=ft.AutofillHint.PASSWORD,
        on_submit=submit,
    )
    return ft.Container(
        stretched(
            row(logo(44)),
            gap(24),
            text(t("Sign in to Stillage"), "display"),
            gap(6),
            quiet(t("Stock, lots and dates of your warehouse"), "body"),
            gap(24),
            banner("expired", problem.title, problem.words, icon=ft.Icons.ERROR_OUTLINE_ROUNDED)
            if problem
            else None,
            gap(16) if problem else None,
            labelled(t("Name"), ft.Semantics(content=name, label=t("Name"))),
            gap(16),
            labelled(t("Password"), ft.Semantics(content=password, label=t("Password"))),
            gap(24),
            button(t("Signing in…") if state.busy else t("Sign in"), submit, height=48, disabled=state.busy),
        ),
        width=width,
    )


def _wall() -> ft.Control:
    """A quiet wall of cases in a rack, the same one every time."""
    shade = ft.LinearGradient(
        colors=["#000A3A48", "#F20A3A48"], begin=ft.Alignment(0, -0.2), end=ft.Alignment(0, 0.9)
    )
    motto = column(
        text(t("Every case, lot and date,"), "scan2", "#FFFFFF"),
        text(t("from dock to door."), "scan2", "#FFFFFF"),
    )
    return ft.Container(
        ft.Stack(
            [
                ft.Semantics(content=_rack(WALL_WIDTH, 1400), exclude_semantics=True),
                ft.Container(gradient=shade, left=0, right=0, top=0, bottom=0),
                ft.Container(motto, left=48, bottom=52),
            ],
            expand=True,
        ),
        bgcolor="#0A3A48",
        width=WALL_WIDTH,
        clip_behavior=ft.ClipBehavior.HARD_EDGE,
    )


def _rack(width: int, height: int) -> cv.Canvas:
    petrol = ["#0F5268", "#12586F", "#0D4C61", "#155F77", "#0F5268", "#1A667E"]
    dice = random.Random(7)  # noqa: S311 - a picture, not a secret
    shapes: list[cv.Shape] = []
    for top in range(40, height, 108):
        left = 24
        while left < width - 60:
            case_width, case_height = dice.choice((46, 58, 70)), dice.choice((48, 60, 72))
            if dice.random() > 0.16:
                color = "#E0A84A" if dice.random() < 0.035 else dice.choice(petrol)
                shapes.append(_box(left, top + 86 - case_height, case_width - 6, case_height, color, 5))
            left += case_width
        shapes.append(_box(0, top + 89, width, 5, "#082F3C", 0))
    return cv.Canvas(shapes, width=width, height=height)


def _box(x: float, y: float, width: float, height: float, color: str, radius: float) -> cv.Rect:
    return cv.Rect(x, y, width, height, border_radius=radius, paint=ft.Paint(color=color))
