"""What happens when a browser opens Stillage: a session is made and the app is drawn for it."""

from collections.abc import Awaitable, Callable
from typing import Any

import flet as ft

from stillage_client.drawing import guard_drawing
from stillage_client.session import Session, SessionContext

Main = Callable[[ft.Page], Awaitable[None]]


@ft.component
def Root(session: Session, app: Callable[[], Any]) -> Any:
    """The session for everything below."""
    return SessionContext(session, lambda: app())  # type: ignore[arg-type] # a context starts as none


def client_main(api_base: str, app: Callable[[], Any] | None = None, live_base: str = "") -> Main:
    """Flet's entry for a server at `api_base` (as http://127.0.0.1:8000).

    `app` is the root component; left out, it is Stillage's own App. `live_base` is the server that keeps streams of
    changes, when it is another one."""

    guard_drawing()

    async def main(page: ft.Page) -> None:
        page.title = "Stillage"
        session = Session(page, api_base, live_base)

        async def connected(event: Any) -> None:
            await session.reconnected()

        async def disconnected(event: Any) -> None:
            await session.disconnected()

        async def closed(event: Any) -> None:
            await session.close()

        page.on_connect = connected
        page.on_disconnect = disconnected
        page.on_close = closed
        page.render(Root, session, app or _app())
        await session.restore()

    return main


def _app() -> Callable[[], Any]:
    from stillage_client.app import App  # here, so that the machinery can be used without every screen

    root: Callable[[], Any] = App
    return root
