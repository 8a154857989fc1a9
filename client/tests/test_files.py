"""Files chosen in a real browser reach the session whole, however large, and nobody else's do."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flet as ft
import httpx
import pytest
from journeys.browser import Visit, chromium
from loopback import Server, free_port, serving
from playwright.sync_api import Browser

from stillage_client.api.errors import FileRefused
from stillage_client.hosting import create_app
from stillage_client.session import use_session

pytestmark = pytest.mark.browser

PICTURE = bytes(range(256)) * 16_000  # 4 MB, as a phone makes them


@ft.component
def Page() -> ft.Control:
    session = use_session()
    said, say = ft.use_state("nothing yet")

    async def pick(event: Any) -> None:
        try:
            file = await session.pick_file(limit_bytes=5_000_000)
        except FileRefused as refusal:
            say(refusal.sentence)
        else:
            say(f"{file.name} {hashlib.sha256(file.content).hexdigest()[:12]}" if file else "none chosen")

    return ft.Column([ft.Text(said), ft.Button("Choose", on_click=pick)])


@pytest.fixture
def server(client_cache: Path) -> Iterator[Server]:
    app = create_app(
        api_base=f"http://127.0.0.1:{free_port()}",
        allowed_hosts={"127.0.0.1"},
        allowed_origins=set(),
        cache_dir=client_cache,
        app=Page,
    )
    with serving(app) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def choose(visit: Visit, content: bytes) -> None:
    with visit.page.expect_file_chooser() as chooser:
        visit.click("button", "Choose")
    chooser.value.set_files({"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": content})


def test_a_photograph_larger_than_any_frame_arrives_whole(browser: Browser, server: Server) -> None:
    with Visit(browser, server.url) as visit:
        visit.sees("nothing yet")
        choose(visit, PICTURE)
        visit.sees(f"photo.jpg {hashlib.sha256(PICTURE).hexdigest()[:12]}", seconds=30)


def test_a_file_over_the_limit_is_refused_before_it_is_sent(browser: Browser, server: Server) -> None:
    with Visit(browser, server.url) as visit:
        visit.sees("nothing yet")
        choose(visit, b"x" * 5_000_001)
        visit.sees("The file is too large; 5 MB is the most.", seconds=30)


def test_a_file_nobody_expects_is_not_taken(server: Server) -> None:
    url = server.url + "/client/files/guess"
    assert httpx.put(url, content=b"x", headers={"Origin": server.url}, trust_env=False).status_code == 404
    assert httpx.put(url, content=b"x", trust_env=False).status_code == 403
    assert httpx.put(url, content=b"x", headers={"Origin": "https://evil.example"}).status_code == 403
    assert httpx.get(url, trust_env=False).status_code == 405
