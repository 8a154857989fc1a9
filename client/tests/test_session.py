"""Sessions over a real socket and a real server: coming, going, coming back, and the scans they own."""

import asyncio
import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import flet as ft
import httpx
import pytest
from flet_peer import INVOKE, PROPS, Peer, peer
from loopback import Server, serving
from small_server import SmallServer

from stillage_client import scans
from stillage_client.api.errors import Unreachable
from stillage_client.hosting import create_app
from stillage_client.scans import Answer, Scan, ScanFeed
from stillage_client.session import Session, use_session

TOKENS, TICKET = "stillage.tokens", "stillage.scan_ticket"


@dataclass
class House:
    """The client in front of the small server, and the sessions it has made."""

    client: Server
    small: SmallServer
    sessions: list[Session] = field(default_factory=list)
    scanned: list[Scan] = field(default_factory=list)
    handler: Callable[[Scan], Any] | None = None

    async def inside(self, one: Peer, act: Callable[[Session], Any], index: int = -1) -> Any:
        """Let the server's own thread do something with a session."""
        await one.until(lambda: self.sessions and self.sessions[index].ready, "a ready session")
        session = self.sessions[index]
        loop = session._page.session.connection.loop

        async def as_the_page() -> Any:
            return await loop.create_task(act(session), context=session._context.copy())

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(as_the_page(), loop))

    def post(self, body: Any, **headers: str) -> httpx.Response:
        sent = {"Origin": self.client.url} | {name.replace("_", "-"): text for name, text in headers.items()}
        url = self.client.url + "/client/scans"
        return httpx.post(url, json=body, headers=sent, timeout=20, trust_env=False)


@pytest.fixture
def house(client_cache: Path) -> Iterator[House]:
    small = SmallServer()

    @ft.component
    def App() -> ft.Control:
        session = use_session()
        if session not in home.sessions:
            home.sessions.append(session)

        def take_scans() -> Callable[[], None]:
            async def handle(scan: Scan) -> Answer:
                home.scanned.append(scan)
                said: Answer = await home.handler(scan) if home.handler else Answer("ok", "Received")
                return said

            return session.scans.subscribe(handle)

        ft.use_effect(take_scans, [])
        name = session.user.name if session.user else "nobody"
        return ft.Text(f"here is {name}, ready {session.ready}, live {session.live}, at {session.warehouse}")

    with serving(small.asgi) as api:
        app = create_app(
            api_base=api.url,
            allowed_hosts={"127.0.0.1"},
            allowed_origins=set(),
            cache_dir=client_cache,
            app=App,
        )
        with serving(app) as client:
            home = House(client, small)
            yield home


async def signed_in(house: House, one: Peer, name: str = "manager") -> Session:
    session: Session = house.sessions[-1] if house.sessions else None  # type: ignore[assignment]
    await house.inside(one, lambda s: s.sign_in(name, "stillage"))
    await one.until(lambda: TICKET in one.storage, "the ticket")
    return session


def entry(code: str, user: str = "manager", **more: Any) -> dict[str, Any]:
    now = time.time() * 1000
    return {
        "id": str(uuid.uuid4()),
        "code": code,
        "user": user,
        "at": now,
        "sent": now,
        "waiting": 0,
        "foreign": 0,
    } | more


# --- coming and going -------------------------------------------------------------------------------


def test_a_signed_in_browser_comes_back_signed_in(house: House) -> None:
    async def story() -> None:
        storage: dict[str, Any] = {}
        async with peer(house.client.url, storage=storage) as first:
            await signed_in(house, first)
            await first.until(lambda: "here is Manager" in first.said(), "the name")
        async with peer(house.client.url, storage=storage) as second:
            await second.until(lambda: "here is Manager" in second.said(), "the name again")
            assert "at MAIN" in second.said()

    asyncio.run(story())
    assert house.small.calls["POST /api/v1/auth/token"] == 1


def test_whatever_a_browser_kept_is_survived(house: House) -> None:
    async def story() -> None:
        for kept in (
            "rubbish",
            '"text"',
            "[]",
            '{"access": 1, "refresh": 2}',
            '{"access": "a", "refresh": "b"}',
        ):
            async with peer(house.client.url, storage={TOKENS: kept, "stillage.language": 7}) as one:
                await one.until(lambda: "ready True" in one.said(), f"an answer to {kept}")
                assert "here is nobody" in one.said()

    asyncio.run(story())


def test_signing_out_ends_the_other_tab_too(house: House) -> None:
    async def story() -> None:
        storage: dict[str, Any] = {}
        async with peer(house.client.url, storage=storage) as first:
            await signed_in(house, first)
            async with peer(house.client.url, storage=storage) as second:
                await second.until(lambda: "here is Manager" in second.said(), "the name")
                await house.inside(first, lambda session: session.sign_out(), index=0)
                await second.until(lambda: "here is nobody, ready True" in second.said(), "the end")
            assert TOKENS not in storage
            assert TICKET not in storage

    asyncio.run(story())


def test_a_resumed_session_belongs_to_whoever_the_browser_says_now(house: House) -> None:
    """Somebody else signed in meanwhile, or the tokens are gone: the old name is not shown on."""

    async def story() -> None:
        storage: dict[str, Any] = {}
        async with peer(house.client.url, storage=storage) as first:
            await signed_in(house, first)
            session_id = first.session_id
        async with peer(house.client.url, storage={}, session_id=session_id) as thief:
            assert thief.session_id == session_id
            await thief.until(lambda: house.sessions[0].user is None, "the old user to go")

    asyncio.run(story())


def test_a_reloaded_page_gets_a_ticket_that_works(house: House) -> None:
    async def story() -> None:
        storage: dict[str, Any] = {}
        async with peer(house.client.url, storage=storage) as first:
            await signed_in(house, first)
            old, session_id = storage[TICKET], first.session_id
        async with peer(house.client.url, storage=storage, session_id=session_id) as again:
            await again.until(lambda: storage[TICKET] != old, "a new ticket")
            ticket = json.loads(storage[TICKET])["ticket"]
            answer = await asyncio.to_thread(house.post, entry("A"), X_Scan_Ticket=ticket)
            assert answer.json()["kind"] == "ok"
            answer = await asyncio.to_thread(house.post, entry("A"), X_Scan_Ticket=json.loads(old)["ticket"])
            assert answer.status_code == 409

    asyncio.run(story())


def test_a_page_reloaded_twice_has_its_ticket_at_once(house: House) -> None:
    """The page before it went without answering; nobody waits for it any more."""

    async def story() -> None:
        storage: dict[str, Any] = {}
        async with peer(house.client.url, storage=storage) as first:
            await signed_in(house, first)
            old, session_id = storage[TICKET], first.session_id
        async with peer(house.client.url, storage=storage, register=False) as hasty:
            hasty.deaf = True
            await hasty.register(session_id)
            await hasty.until(lambda: any(word[0] == INVOKE for word in hasty.frames), "a question to it")
        async with peer(house.client.url, storage=storage, session_id=session_id) as again:
            await again.until(lambda: storage[TICKET] != old, "a new ticket", seconds=3)

    asyncio.run(story())


def test_a_server_that_is_away_is_waited_for(client_cache: Path) -> None:
    small = SmallServer()

    @ft.component
    def App() -> ft.Control:
        session = use_session()
        name = session.user.name if session.user else "nobody"
        return ft.Text(f"here is {name}, ready {session.ready}, live {session.live}")

    async def story(api: Server, client: Server) -> None:
        storage: dict[str, Any] = {}
        small.access["a"] = small.refresh["r"] = "manager"
        storage[TOKENS] = json.dumps({"access": "a", "refresh": "r"})
        await asyncio.to_thread(api.stop)
        async with peer(client.url, storage=storage) as one:
            await one.until(lambda: "live False" in one.said(), "the loss to show")
            assert "ready True" not in one.said()
            await asyncio.to_thread(api.start)
            await one.until(lambda: "here is Manager, ready True, live True" in one.said(), "the return")

    with serving(small.asgi) as api:
        app = create_app(
            api_base=api.url,
            allowed_hosts={"127.0.0.1"},
            allowed_origins=set(),
            cache_dir=client_cache,
            app=App,
        )
        with serving(app) as client:
            asyncio.run(story(api, client))


def test_only_ones_own_warehouses_can_be_chosen(house: House) -> None:
    async def story() -> None:
        async with peer(house.client.url) as one:
            await signed_in(house, one)
            await house.inside(one, lambda session: session.choose_warehouse("WEST"))
            await one.until(lambda: "at WEST" in one.said(), "the other warehouse")
            await house.inside(one, lambda session: session.choose_warehouse("SECRET"))
            assert house.sessions[0].warehouse == "WEST"
            assert house.sessions[0].can("stock.receive")
            assert not house.sessions[0].can("users.change")

    asyncio.run(story())


def test_a_language_chosen_is_spoken_and_kept(house: House) -> None:
    async def story() -> None:
        storage: dict[str, Any] = {}
        async with peer(house.client.url, storage=storage) as one:
            await signed_in(house, one)
            await house.inside(one, lambda session: session.choose_language("de"))
            assert house.sessions[0].language == "de"
        assert storage["stillage.language"] == "de"
        assert house.small.languages == {"manager": "de"}

    asyncio.run(story())


def test_the_server_hears_the_sockets_address_not_what_the_page_says(house: House) -> None:
    async def story() -> None:
        async with peer(house.client.url) as one:
            await signed_in(house, one)
            await one.send(PROPS, {"id": 1, "props": {"width": 10.0}})

    asyncio.run(story())
    assert house.small.seen[-1][2]["x-forwarded-for"] == "127.0.0.1"


# --- the scan door ----------------------------------------------------------------------------------


def with_ticket(house: House, act: Callable[[str], Any]) -> None:
    async def story() -> None:
        async with peer(house.client.url) as one:
            await signed_in(house, one)
            await asyncio.to_thread(act, json.loads(one.storage[TICKET])["ticket"])

    asyncio.run(story())


def test_a_posted_scan_is_answered_by_the_handler(house: House) -> None:
    def act(ticket: str) -> None:
        answer = house.post(entry("0105000112637922"), X_Scan_Ticket=ticket)
        assert answer.json() == {"kind": "ok", "word": "Received", "detail": ""}
        assert answer.headers["cache-control"] == "no-store"

    with_ticket(house, act)
    assert [scan.code for scan in house.scanned] == ["0105000112637922"]


def test_the_same_id_twice_gets_the_first_answer_and_counts_once(house: House) -> None:
    def act(ticket: str) -> None:
        scan = entry("A")
        first, second = house.post(scan, X_Scan_Ticket=ticket), house.post(scan, X_Scan_Ticket=ticket)
        assert first.json() == second.json()

    with_ticket(house, act)
    assert len(house.scanned) == 1


def test_an_echo_is_dropped_and_a_second_pull_counts(house: House) -> None:
    def act(ticket: str) -> None:
        start = time.time() * 1000 - 5_000_000  # the device's clock is an hour off
        kinds = []
        for later in (0, 40, 400):
            body = entry("A", at=start + later, sent=start + 1000)
            kinds.append(house.post(body, X_Scan_Ticket=ticket).json()["kind"])
            time.sleep(0.15)  # a slow line does not make two scans of one
        assert kinds == ["ok", "echo", "ok"]
        assert house.sessions[0].scans.state.echoes == 1

    with_ticket(house, act)


def test_a_scan_that_cannot_be_judged_stays_in_the_browser_and_comes_again(house: House) -> None:
    tries: list[str] = []

    async def away_at_first(scan: Scan) -> Answer:
        tries.append(scan.id)
        if len(tries) == 1:
            raise Unreachable
        return Answer("ok")

    house.handler = away_at_first

    def act(ticket: str) -> None:
        scan = entry("A")
        assert house.post(scan, X_Scan_Ticket=ticket).status_code == 503
        assert house.post(scan, X_Scan_Ticket=ticket).json()["kind"] == "ok"
        assert tries == [scan["id"]] * 2

    with_ticket(house, act)


def test_a_failing_handler_answers_with_a_reference(house: House) -> None:
    async def fail(scan: Scan) -> Answer:
        raise RuntimeError("inner-secret")

    house.handler = fail

    def act(ticket: str) -> None:
        answer = house.post(entry("A"), X_Scan_Ticket=ticket).json()
        assert answer["kind"] == "error"
        assert "Reference" in answer["detail"]
        assert "inner-secret" not in answer["detail"]

    with_ticket(house, act)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"code": "x" * 513}, 422),
        ({"code": ""}, 422),
        ({"code": ["x"]}, 422),
        ({"id": "not-a-uuid"}, 422),
        ({"at": "yesterday"}, 422),
        ({"at": float("1e999")}, 422),
        ({"user": "picker"}, 403),
        ({"code": "x" * 20_000}, 413),
    ],
)
def test_what_is_no_scan_of_this_user_is_refused(house: House, change: dict[str, Any], status: int) -> None:
    def act(ticket: str) -> None:
        body = json.dumps(entry("A") | change)
        headers = {"Origin": house.client.url, "X-Scan-Ticket": ticket}
        answer = httpx.post(
            house.client.url + "/client/scans", content=body, headers=headers, trust_env=False
        )
        assert answer.status_code == status

    with_ticket(house, act)
    assert not house.scanned


def test_scans_from_another_page_or_without_a_ticket_are_refused(house: House) -> None:
    def act(ticket: str) -> None:
        assert house.post(entry("A"), X_Scan_Ticket="guess").status_code == 409
        assert house.post(entry("A"), X_Scan_Ticket=ticket, Origin="https://evil.example").status_code == 403
        assert house.post(entry("A"), X_Scan_Ticket=ticket, Origin="").status_code == 403
        assert house.post(entry("A"), X_Scan_Ticket=ticket, Sec_Fetch_Site="cross-site").status_code == 403

    with_ticket(house, act)
    assert not house.scanned


def test_how_many_wait_in_the_browser_reaches_the_screen(house: House) -> None:
    def act(ticket: str) -> None:
        house.post(entry("A", waiting=3, foreign=2), X_Scan_Ticket=ticket)
        state = house.sessions[0].scans.state
        assert (state.waiting, state.foreign) == (3, 2)

    with_ticket(house, act)


# --- the feed itself --------------------------------------------------------------------------------


def scan(code: str, at: datetime | None = None, source: scans.Source = "wedge") -> Scan:
    return Scan(code=code, id=str(uuid.uuid4()), at=at or datetime.now(UTC), user="manager", source=source)


def test_scans_are_judged_one_after_the_other_in_order() -> None:
    async def story() -> list[str]:
        feed = ScanFeed()
        judged: list[str] = []

        async def slowly(one: Scan) -> Answer:
            begun = list(judged)
            await asyncio.sleep(0.03 if one.code.endswith("0") else 0)
            assert judged == begun  # nobody came in between
            judged.append(one.code)
            return Answer("ok", one.code)

        feed.subscribe(slowly)
        waiting = [feed.start(scan(f"C{number:02}")) for number in range(30)]
        assert [(await task).word for task in waiting] == judged
        return judged

    assert asyncio.run(story()) == [f"C{number:02}" for number in range(30)]


def test_the_same_code_on_two_channels_is_one_scan_at_40_ms_and_two_at_300() -> None:
    async def story() -> list[str]:
        feed = ScanFeed()

        async def handle(one: Scan) -> Answer:
            return Answer("ok")

        feed.subscribe(handle)
        at = datetime.now(UTC)
        kinds = []
        for later, source in ((0, "wedge"), (40, "camera"), (340, "camera")):
            one = scan("A", at + timedelta(milliseconds=later), source)  # type: ignore[arg-type]
            kinds.append((await feed.start(one)).kind)
        return list(kinds)

    assert asyncio.run(story()) == ["ok", "echo", "ok"]


def test_the_latest_handler_has_the_scans_and_leaving_gives_them_back() -> None:
    async def story() -> list[str]:
        feed = ScanFeed()
        heard: list[str] = []

        def named(name: str) -> scans.Handler:
            async def handle(one: Scan) -> Answer:
                heard.append(name)
                return Answer("ok")

            return handle

        feed.subscribe(named("shell"))
        leave = feed.subscribe(named("job"))
        await feed.start(scan("A"))
        leave()
        await feed.start(scan("B"))
        return heard

    assert asyncio.run(story()) == ["job", "shell"]


def test_a_scan_on_a_page_that_takes_none_is_answered_and_not_kept_for_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scans, "HANDLER_WAIT_SECONDS", 0.05)

    async def story() -> Answer:
        return await ScanFeed().start(scan("A"))

    answer = asyncio.run(story())
    assert (answer.kind, answer.word) == ("error", "Not booked")


def test_a_scan_that_arrives_while_the_page_is_drawn_waits_for_it() -> None:
    async def story() -> Answer:
        feed = ScanFeed()

        async def handle(one: Scan) -> Answer:
            return Answer("ok")

        waiting = feed.start(scan("A"))
        await asyncio.sleep(0.05)
        feed.subscribe(handle)
        return await waiting

    assert asyncio.run(story()).kind == "ok"


def test_a_browser_that_is_gone_hears_nothing_and_hears_again_when_it_is_back(house: House) -> None:
    """A page that was left keeps no stream open, whenever it was left."""

    async def story() -> None:
        storage: dict[str, Any] = {}
        async with peer(house.client.url, storage=storage) as first:
            await signed_in(house, first)
            session, session_id = house.sessions[-1], first.session_id
            assert session._line is not None
        async with asyncio.timeout(10):
            while session._line is not None:
                await asyncio.sleep(0.05)
        session._listen()
        assert session._line is None and session.hears is None, "nobody looks"
        async with peer(house.client.url, storage=storage, session_id=session_id) as again:
            await again.until(lambda: session._line is not None, "to hear again")

    asyncio.run(story())
