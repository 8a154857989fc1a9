"""The people who may sign in, with their role and where they work."""

from typing import Any

import flet as ft

from stillage_client import words
from stillage_client.api import auth
from stillage_client.api.records import Page, User
from stillage_client.components.faces import avatar
from stillage_client.components.feedback import empty
from stillage_client.components.hooks import after_drawing, watched
from stillage_client.components.layout import column, quiet, row, text
from stillage_client.components.navigation import screen
from stillage_client.components.status import pill, plain_pill
from stillage_client.components.viewport import use_layout
from stillage_client.locale import t
from stillage_client.screens.audit import no_right
from stillage_client.screens.list_body import list_body
from stillage_client.screens.paged import PagedState
from stillage_client.session import use_session


@ft.component
def People() -> ft.Control:
    """Everybody, with who is still active."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    state = watched(PagedState)
    allowed = session.can("users.view")
    page.title = t("People · Stillage")

    async def fetch(cursor: str | None) -> Page[User]:
        return await auth.users(session.api, cursor=cursor, limit=100)

    async def load(_: Any = None) -> None:
        if allowed:
            await state.load(fetch)

    async def first() -> None:
        await load()

    async def more(_: Any) -> None:
        await state.more(fetch)

    after_drawing(first, [])
    if not allowed:
        return screen(layout, t("People"), no_right(t("who may sign in")), online=session.live)

    def draw(user: User) -> ft.Control:
        name = user.full_name or user.username
        where = (
            t("all warehouses") if user.all_warehouses else ", ".join(user.warehouses) or t("no warehouse")
        )
        seen = words.ago(user.last_login) if user.last_login else t("never signed in")
        return ft.Container(
            row(
                avatar(name, 36),
                column(text(name, "strong"), quiet(f"{user.username} · {where}"), gap=1, expand=True),
                quiet(seen, "small") if layout != "phone" else None,
                plain_pill(t(user.role.capitalize()) if user.role else t("No role"))
                if user.is_active
                else pill("mute", t("Inactive")),
                gap=12,
            ),
            height=60,
            padding=ft.Padding.symmetric(horizontal=16),
        )

    nothing = empty(
        ft.Icons.PEOPLE_OUTLINE_ROUNDED, t("Nobody yet"), t("People appear here once they are added.")
    )
    body = list_body(state, t("People"), draw, nothing, try_now=load, more=more, layout=layout)
    return screen(layout, t("People"), body, online=session.live)
