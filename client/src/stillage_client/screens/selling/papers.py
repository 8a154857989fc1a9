"""Papers: asked of the server, kept for a moment, and opened by the browser in a tab of their own."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import flet as ft

from stillage_client import theme
from stillage_client.api import outgoing
from stillage_client.api.records import Export
from stillage_client.api.transport import ApiError
from stillage_client.components.buttons import tap
from stillage_client.components.layout import row, stretched, text

Fetch = Callable[[], Awaitable[Export]]


async def open_paper(page: ft.Page, fetch: Fetch) -> str:
    """Show the paper; the sentence why not, if not."""
    try:
        file = await fetch()
    except ApiError as error:
        return error.sentence
    root = "{0.scheme}://{0.netloc}".format(urlsplit(page.url or ""))
    url = ft.Url(root + outgoing.desk.keep(file), ft.UrlTarget.BLANK)
    await ft.UrlLauncher().launch_url(url)
    return ""


def paper_links(
    page: ft.Page, papers: Sequence[tuple[str, Fetch]], tell: Callable[[str], Any], *, height: int = 40
) -> ft.Control:
    """One line a paper."""

    def one(name: str, fetch: Fetch) -> ft.Control:
        async def pressed(_: Any) -> None:
            tell(await open_paper(page, fetch))

        return tap(
            row(
                ft.Icon(ft.Icons.DESCRIPTION_OUTLINED, size=18, color=theme.SUBDUED),
                text(name, "body", expand=True),
                ft.Icon(ft.Icons.OPEN_IN_NEW_ROUNDED, size=16, color=theme.SUBDUED),
                gap=10,
            ),
            pressed,
            height=height,
            padding=ft.Padding.symmetric(horizontal=16),
        )

    return stretched(*[one(name, fetch) for name, fetch in papers])
