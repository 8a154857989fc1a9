"""A text field and a redraw at the wrong moment, over Flet's own protocol: nothing typed is written over."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flet as ft
import pytest
from flet_peer import EVENT, PATCH, PROPS, Peer, peer
from loopback import Server, serving

from stillage_client.components.fields import bound
from stillage_client.components.hooks import after_drawing, remembered, switched
from stillage_client.hosting import create_app


class Bench:
    """The page's form, and ways to redraw it from outside."""

    def __init__(self) -> None:
        self.form: dict[str, str] = {}
        self.redraw: Callable[[int], None] = lambda _: None
        self.turn = 0

    def draw_again(self) -> None:
        self.turn += 1
        self.redraw(self.turn)


@ft.component
def Page(bench: Bench) -> ft.Control:
    turn, bench.redraw = switched(0)
    bench.form = remembered(lambda: {"q": ""})

    def listen() -> None:
        page = ft.context.page
        page.on_keyboard_event = lambda event: told(event.key)

    def told(key: str) -> None:
        if key == "clear":
            bench.form["q"] = ""
        bench.draw_again()

    after_drawing(listen, [])
    return ft.Column([ft.Text(f"drawn {turn} times"), bound(bench.form, "q", label="Search")])


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def server(client_cache: Path, bench: Bench) -> Iterator[Server]:
    app = create_app(
        api_base="http://127.0.0.1:1",
        allowed_hosts={"127.0.0.1"},
        allowed_origins=set(),
        cache_dir=client_cache,
        app=lambda: Page(bench),
    )
    with serving(app) as running:
        yield running


def field_id(one: Peer) -> int:
    """The field's number, found in what was sent to draw it."""

    def search(value: Any) -> int | None:
        if isinstance(value, dict):
            if value.get("_c") == "TextField":
                return int(value["_i"])
            value = list(value.values())
        if isinstance(value, list | tuple):
            return next((found for item in value if (found := search(item)) is not None), None)
        return None

    found = next((n for frame in one.frames if (n := search(frame)) is not None), None)
    assert found is not None
    return found


def written_back(one: Peer, since: int) -> list[Any]:
    """What the server wrote into the field."""
    patches = [frame[1]["patch"] for frame in one.frames[since:] if frame[0] == PATCH]
    return [op[3] for patch in patches for op in patch[1:] if op[0] == 0 and op[2] == "value" and len(op) > 3]


async def redraw(one: Peer, bench: Bench, key: str = "draw") -> None:
    turn = bench.turn
    word = {"key": key, "shift": False, "ctrl": False, "alt": False, "meta": False}
    await one.send(EVENT, {"target": 1, "name": "keyboard_event", "data": word})
    await one.until(lambda: f"drawn {turn + 1} times" in one.said(), "a redraw")


async def typing(one: Peer, field: int, text: str, *, told: bool = True) -> None:
    """As the browser does: the value first, its event after it."""
    await one.send(PROPS, {"id": field, "props": {"value": text}})
    if told:
        await one.send(EVENT, {"target": field, "name": "change", "data": text})


def story(server: Server, tell: Callable[[Peer, int], Any]) -> None:
    async def run() -> None:
        async with peer(server.url) as one:
            await one.until(lambda: "drawn 0 times" in one.said(), "the page")
            await tell(one, field_id(one))
            assert one.crashes == []

    asyncio.run(run())


def test_a_redraw_between_a_letter_and_its_event_does_not_take_the_letter_back(
    server: Server, bench: Bench
) -> None:
    async def tell(one: Peer, field: int) -> None:
        await typing(one, field, "ke")
        await one.until(lambda: bench.form["q"] == "ke", "the form")
        await typing(one, field, "kel", told=False)
        since = len(one.frames)
        await redraw(one, bench)
        assert "ke" not in [text for text in written_back(one, since) if isinstance(text, str)]
        await typing(one, field, "kell")
        await one.until(lambda: bench.form["q"] == "kell", "the form")

    story(server, tell)


def test_a_form_that_the_program_clears_clears_the_field(server: Server, bench: Bench) -> None:
    async def tell(one: Peer, field: int) -> None:
        await typing(one, field, "keller")
        await one.until(lambda: bench.form["q"] == "keller", "the form")
        await redraw(one, bench)
        since = len(one.frames)
        await redraw(one, bench, "clear")
        assert "" in written_back(one, since)

    story(server, tell)
