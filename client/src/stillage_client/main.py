"""What happens when a browser opens Stillage: a session is made and the app is drawn for it."""

from collections.abc import Awaitable, Callable
from typing import Any

import flet as ft

from stillage_client.session import Session

Main = Callable[[ft.Page], Awaitable[None]]


def client_main(api_base: str, app: Callable[..., Any] | None = None) -> Main:
    """Flet's entry for a server at `api_base` (as http://127.0.0.1:8000). `app` is the root component, called with
    the session; left out, it is Stillage's own App."""

    async def main(page: ft.Page) -> None:
        from stillage_client.app import App  # here, so that importing the machinery does not draw in every screen

        page.title = "Stillage"
        session = Session(page, api_base)

        async def connected(event: Any) -> None:
            await session.reconnected()

        async def closed(event: Any) -> None:
            await session.close()

        page.on_connect = connected
        page.on_close = closed
        page.render(app or App, session)
        await session.restore()

    return main
