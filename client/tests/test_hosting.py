"""The hosting over real HTTP and sockets: who may come in, what every answer carries, what is never told."""

import asyncio
import gzip
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flet as ft
import httpx
import pytest
from flet_peer import EVENT, PROPS, Peer, peer
from flet_web.fastapi import app_manager
from loopback import Server, serving
from websockets.exceptions import ConnectionClosed, InvalidStatus

from stillage_client.hosting import Limits, create_app
from stillage_client.hosting.site import Site
from stillage_client.session import use_session


@ft.component
def Small() -> ft.Control:
    """A page with a button that fails and a name nobody should see."""
    session = use_session()

    def fail(event: Any) -> None:
        raise RuntimeError("secret-of-the-house")

    return ft.Column([ft.Text(f"ready {session.ready}"), ft.Button("Fail", on_click=fail)])


@ft.component
def Ticking() -> ft.Control:
    """A page the server writes to fifty times a second."""
    number, count = ft.use_state(0)

    async def tick() -> None:
        while True:
            await asyncio.sleep(0.02)
            count(lambda n: n + 1)

    ft.use_effect(tick, [])
    return ft.Text(f"tick {number}")


@ft.component
def Part(broken: bool) -> ft.Control:
    """A part of a page that cannot always be drawn."""
    if broken:
        raise RuntimeError("secret-of-the-house")
    return ft.Text("the part is well")


@ft.component
def Breaking() -> ft.Control:
    """A page with a part that breaks, and with a control that cannot be sent, when they are asked to."""
    state, become = ft.use_state("well")
    return ft.Column(
        [
            ft.Text(f"the page is {state}"),
            Part(state == "broken"),
            ft.Text(object() if state == "unsendable" else "sendable"),  # type: ignore[arg-type]
            ft.Button("Break", on_click=lambda: become("broken")),
            ft.TextButton("Mend", on_click=lambda: become("mended")),
            ft.OutlinedButton("Spoil", on_click=lambda: become("unsendable")),
        ]
    )


def client(cache: Path, **more: Any) -> Any:
    return create_app(
        api_base="http://127.0.0.1:9",
        allowed_hosts={"127.0.0.1"} | more.pop("hosts", set()),
        allowed_origins=more.pop("origins", set()),
        cache_dir=cache,
        app=more.pop("app", Small),
        **more,
    )


@pytest.fixture(scope="module")
def server(client_cache: Path) -> Iterator[Server]:
    with serving(client(client_cache, origins={"https://stock.example.org"})) as running:
        yield running


def get(server: Server, path: str, **headers: str) -> httpx.Response:
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.get(server.url + path, headers=said, timeout=60, trust_env=False)


def sessions() -> dict[str, Any]:
    held: dict[str, Any] = app_manager._FletAppManager__sessions
    return held


# --- what every answer carries --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 200),
        ("/stock/ALE-330", {}, 200),
        ("/main.dart.wasm", {}, 200),
        ("/wedge.js", {}, 200),
        ("/icons/icon-192.png", {}, 200),
        ("/nothing.png", {}, 404),
        ("/docs", {}, 404),
        ("/", {"Host": "evil.example"}, 400),
        ("/", {"Origin": "https://evil.example"}, 403),
        ("/client/scans", {}, 405),
    ],
)
def test_every_answer_carries_the_protecting_headers(
    server: Server, path: str, headers: dict[str, str], status: int
) -> None:
    answer = get(server, path, **headers)
    assert answer.status_code == status
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["permissions-policy"].startswith("camera=(self)")
    assert "access-control-allow-origin" not in answer.headers


def test_the_policy_allows_each_inline_script_by_its_hash(server: Server) -> None:
    answer = get(server, "/")
    assert answer.text.count("<script>") == answer.headers["content-security-policy"].count("'sha256-")
    assert answer.text.index("wedge.js") < answer.text.index("flutter_bootstrap.js")


@pytest.mark.parametrize(
    "path",
    ["/docs", "/docs/", "/docs/oauth2-redirect", "/redoc", "/openapi.json", "/oauth_callback", "/upload"],
)
def test_the_doors_flet_opens_by_itself_are_shut(server: Server, path: str) -> None:
    assert get(server, path).status_code == 404
    assert httpx.put(server.url + path, trust_env=False).status_code in (404, 405)


@pytest.mark.parametrize(
    "path",
    ["/..%2f..%2fpyproject.toml", "/../../pyproject.toml", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd"],
)
def test_no_path_leads_out_of_the_site(server: Server, path: str) -> None:
    answer = get(server, path)
    assert answer.status_code == 404 or answer.text.startswith("<!DOCTYPE html>")
    assert "root:" not in answer.text


# --- files ----------------------------------------------------------------------------------------


def test_a_file_is_sent_once_and_then_only_confirmed(server: Server) -> None:
    first = get(server, "/flutter_bootstrap.js", Accept_Encoding="gzip")
    again = get(server, "/flutter_bootstrap.js", If_None_Match=first.headers["etag"])
    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")


def test_files_go_out_plain_until_their_small_forms_are_made(tmp_path: Path) -> None:
    site = Site(tmp_path)
    script = site.files["flutter_bootstrap.js"]

    async def fetch() -> dict[bytes, bytes]:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "path": "/flutter_bootstrap.js",
            "method": "GET",
            "headers": [(b"accept-encoding", b"gzip, br")],
        }
        await site.serve(scope, receive, send)
        return dict(sent[0]["headers"]) | {b"body": sent[1]["body"]}

    assert b"content-encoding" not in asyncio.run(fetch())
    site.forms.mkdir()
    (site.forms / f"{script.digest}.gz").write_bytes(gzip.compress(script.path.read_bytes()))
    packed = asyncio.run(fetch())
    assert packed[b"content-encoding"] == b"gzip"
    assert gzip.decompress(packed[b"body"]) == script.path.read_bytes()


def test_the_font_is_built_and_its_figures_are_all_one_width(server: Server) -> None:
    from io import BytesIO

    from fontTools.ttLib import TTFont

    answer = get(server, "/fonts/InterVar.woff2")
    assert answer.headers["content-type"] == "font/woff2"
    assert len(answer.content) < 80_000
    font = TTFont(BytesIO(answer.content))
    names = font.getBestCmap()
    assert len({font["hmtx"][names[ord(figure)]][0] for figure in "0123456789"}) == 1
    assert [axis.axisTag for axis in font["fvar"].axes] == ["wght"]
    assert not [char for char in "äöüßÄÖÜéñø€−–…→≥" if ord(char) not in names]


def test_the_manifest_is_ours(server: Server) -> None:
    manifest = get(server, "/manifest.json").json()
    assert manifest["name"] == "Stillage"
    assert all(get(server, "/" + icon["src"]).status_code == 200 for icon in manifest["icons"])


# --- who may open a socket ------------------------------------------------------------------------


async def refused(url: str, **how: Any) -> bool:
    try:
        async with peer(url, register=False, **how) as one:
            await one.register()
            await one.socket.wait_closed()
            return not one.session_id
    except (InvalidStatus, ConnectionClosed):
        return True


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", None, "http://127.0.0.1:1", "http://127.0.0.1"]
)
def test_a_socket_from_elsewhere_is_refused(server: Server, origin: str | None) -> None:
    assert asyncio.run(refused(server.url, origin=origin))


def test_a_host_that_points_here_is_not_enough(server: Server) -> None:
    """DNS rebinding: Host and Origin agree, and neither is ours."""
    evil = f"http://evil.example:{server.port}"
    assert asyncio.run(refused(server.url, origin=evil, headers={"Host": f"evil.example:{server.port}"}))


def test_the_page_itself_and_a_listed_origin_are_let_in(server: Server) -> None:
    async def story() -> None:
        async with peer(server.url) as one:
            assert one.session_id
        async with peer(server.url, origin="https://stock.example.org") as one:
            assert one.session_id

    asyncio.run(story())


def test_every_site_at_once_cannot_be_allowed(client_cache: Path) -> None:
    with pytest.raises(ValueError, match="one by one"):
        client(client_cache, hosts={"*"})


# --- what a hostile page may not do ---------------------------------------------------------------


def hostile(server: Server, act: Callable[[Peer], Any]) -> None:
    """The socket is closed after `act`."""

    async def story() -> None:
        async with peer(server.url) as one:
            await act(one)
            async with asyncio.timeout(5):
                await one.socket.wait_closed()

    asyncio.run(story())


@pytest.mark.parametrize(
    "props",
    [{"data": "x"}, {"client_ip": "10.0.0.1"}, {"_session": 1}, {"window": {"_parent": 1}}, {"on_close": 1}],
)
def test_a_page_that_sets_what_is_ours_is_cut_off(server: Server, props: dict[str, Any]) -> None:
    hostile(server, lambda one: one.send(PROPS, {"id": 1, "props": props}))


def test_a_second_registration_is_cut_off(server: Server) -> None:
    hostile(server, lambda one: one.register())


def test_a_frame_over_the_limit_is_cut_off(server: Server) -> None:
    hostile(server, lambda one: one.socket.send(b"\x00" + b"\xc1" * (1024 * 1024)))


def test_rubbish_is_cut_off(server: Server) -> None:
    hostile(server, lambda one: one.socket.send("text"))
    hostile(server, lambda one: one.socket.send(b"\x00\xc1"))
    hostile(server, lambda one: one.socket.send(b"\x07"))


def test_a_flood_of_events_is_slowed_and_others_are_still_answered(client_cache: Path) -> None:
    limits = Limits(events_per_second=50, event_burst=50)

    async def story(url: str) -> None:
        async with peer(url) as loud, peer(url) as quiet:
            flood = asyncio.create_task(_flood(loud))
            for width in range(5):
                started = asyncio.get_running_loop().time()
                await quiet.send(PROPS, {"id": 1, "props": {"width": 900.0 + width}})
                async with asyncio.timeout(2):
                    await (await quiet.socket.ping())
                assert asyncio.get_running_loop().time() - started < 1
            flood.cancel()
            loud.socket.transport.abort()  # a farewell would stand in the same queue

    with serving(client(client_cache, limits=limits)) as running:
        asyncio.run(story(running.url))


async def _flood(one: Peer) -> None:
    for _ in range(5_000):
        await one.send(EVENT, {"target": 1, "name": "resize", "data": None})


def test_sockets_of_one_address_are_bounded(client_cache: Path) -> None:
    async def story(url: str) -> None:
        async with peer(url), peer(url):
            assert await refused(url)

    with serving(client(client_cache, limits=Limits(sockets_per_address=2))) as running:
        asyncio.run(story(running.url))


# --- what is left behind --------------------------------------------------------------------------


def test_sockets_that_vanish_while_they_are_written_to_leave_nothing_connected(client_cache: Path) -> None:
    before = set(sessions())

    async def story(url: str) -> None:
        for turn in range(30):
            async with peer(url) as one:
                if turn % 2:
                    await one.until(lambda: "tick 3" in one.said(), "the page to be written to")
                one.socket.transport.abort()  # no farewell

    with serving(client(client_cache, app=Ticking)) as running:
        asyncio.run(story(running.url))
        for _ in range(100):
            mine = [session for key, session in sessions().items() if key not in before]
            if len(mine) == 30 and all(session.connection is None for session in mine):
                break
            asyncio.run(asyncio.sleep(0.05))
        assert [session.expires_at is not None for session in mine] == [True] * 30


def test_a_socket_that_never_registers_is_dropped_and_does_not_hold_up_the_end(client_cache: Path) -> None:
    async def story(url: str) -> None:
        async with peer(url, register=False):
            pass  # opened and left
        async with peer(url, register=False) as silent, asyncio.timeout(5):
            await silent.socket.wait_closed()

    with serving(client(client_cache, limits=Limits(register_seconds=0.3))) as running:
        asyncio.run(story(running.url))


# --- what is never told ---------------------------------------------------------------------------


def test_a_failing_handler_shows_a_sentence_and_a_reference(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> Peer:
        async with peer(server.url) as one:
            await one.until(lambda: "Fail" in one.said(), "the page")
            button = _control(one.frames, "Button")
            await one.send(EVENT, {"target": button, "name": "click", "data": None})
            await one.until(lambda: one.crashes, "the crash")
            return one

    one = asyncio.run(story())
    assert "secret-of-the-house" not in one.said()
    assert "Traceback" not in one.said()
    reference = re.search(r"Reference ([0-9a-f]{8})", one.crashes[0])
    assert reference is not None
    assert f"reference {reference[1]}" in caplog.text
    assert "secret-of-the-house" in caplog.text


def press(one: Peer, kind: str) -> Any:
    return one.send(EVENT, {"target": _control(one.frames, kind), "name": "click", "data": None})


def test_a_part_that_cannot_be_drawn_says_so_and_the_page_lives_on(
    client_cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(url: str) -> Peer:
        async with peer(url) as one:
            await one.until(lambda: "the part is well" in one.said(), "the page")
            await press(one, "Button")
            await one.until(lambda: "could not be shown" in one.said(), "the sentence")
            assert "the page is broken" in one.said()
            await press(one, "TextButton")
            await one.until(lambda: one.said().count("the part is well") == 2, "the part to come back")
            return one

    with serving(client(client_cache, app=Breaking)) as running:
        one = asyncio.run(story(running.url))
    assert one.crashes == []
    assert "secret-of-the-house" not in one.said()
    reference = re.search(r"Reference ([0-9a-f]{8})", one.said())
    assert reference is not None
    assert f"Part could not be drawn, reference {reference[1]}" in caplog.text
    assert "secret-of-the-house" in caplog.text


def test_what_cannot_be_sent_is_told_with_a_reference_and_the_page_lives_on(client_cache: Path) -> None:
    async def story(url: str) -> Peer:
        async with peer(url) as one:
            await one.until(lambda: "the part is well" in one.said(), "the page")
            await press(one, "OutlinedButton")
            await one.until(lambda: one.crashes, "the crash")
            await press(one, "TextButton")
            await one.until(lambda: "the page is mended" in one.said(), "the page to go on")
            return one

    with serving(client(client_cache, app=Breaking)) as running:
        one = asyncio.run(story(running.url))
    assert re.search(r"Reference ([0-9a-f]{8})", one.crashes[0])
    assert "Traceback" not in one.said()


def test_logs_tell_neither_session_ids_nor_what_was_typed(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> Peer:
        async with peer(server.url) as one:
            await one.send(PROPS, {"id": 1, "props": {"title": "typed-in-secret"}})
            await asyncio.sleep(0.2)
            return one

    with caplog.at_level(logging.DEBUG):
        logging.getLogger("flet_transport").setLevel(logging.DEBUG)  # somebody turns everything on
        one = asyncio.run(story())
        logging.getLogger("flet_web.fastapi").error(
            "Unhandled error processing page session: %s", one.session_id
        )
    ours = "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("websockets")
    )
    assert one.session_id not in ours
    assert "typed-in-secret" not in ours
    assert "page session: …" in ours


def _control(frames: list[Any], kind: str) -> int:
    """The number of the first control of a kind anywhere in what was sent."""

    def walk(value: Any) -> int | None:
        if isinstance(value, dict):
            if value.get("_c") == kind:
                return int(value["_i"])
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                if (found := walk(item)) is not None:
                    return found
        return None

    found = walk(frames)
    assert found is not None, f"no {kind} in {frames!r}"
    return found
