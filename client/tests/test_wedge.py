"""wedge.js in a real browser: every code a scanner types arrives once, and nothing a person types is taken."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import flet as ft
import pytest
from flet_web.fastapi import app_manager
from journeys.browser import Visit, chromium, ready
from loopback import Server, free_port
from playwright.sync_api import Browser
from small_server import SmallServer

from stillage_client.components.keys import Spelling
from stillage_client.hosting import create_app
from stillage_client.scans import Answer, Scan, desk
from stillage_client.session import use_session

pytestmark = pytest.mark.browser

LISTEN = """() => {
  window.heard = [];
  const play = window.scanSound;
  window.scanSound = (kind) => { window.heard.push(kind); play(kind); };
}"""


@dataclass
class Bench:
    """A page with nothing but what scanners get in the way of, and what reached it."""

    client: Server
    api: Server
    scanned: list[Scan] = field(default_factory=list)
    clicks: int = 0
    note: str = ""
    keys: list[str] = field(default_factory=list)
    answer: Callable[[Scan], Answer] = lambda scan: Answer("ok", "Received")

    def go_away(self) -> None:
        """The server stops, and with it goes everything it had in memory."""
        self.client.stop()
        app_manager._FletAppManager__sessions.clear()
        desk._feeds.clear()
        desk._answers.clear()

    @property
    def codes(self) -> list[str]:
        return [scan.code for scan in self.scanned]


@ft.component
def Page(bench: Bench) -> ft.Control:
    session = use_session()
    redraw = ft.use_state(0)[1]

    def take_scans() -> Callable[[], None]:
        async def handle(scan: Scan) -> Answer:
            bench.scanned.append(scan)
            redraw(lambda n: n + 1)
            return bench.answer(scan)

        return session.scans.subscribe(handle)

    def listen_to_keys() -> None:
        ft.context.page.on_keyboard_event = lambda event: bench.keys.append(event.key)

    async def sign_in(event: Any) -> None:
        await session.sign_in("picker" if event.control.content == "As picker" else "manager", "stillage")

    async def sign_out(event: Any) -> None:
        await session.sign_out()

    def confirm(event: Any) -> None:
        bench.clicks += 1
        redraw(lambda n: n + 1)

    def write(event: Any) -> None:
        bench.note = event.control.value

    ft.use_effect(take_scans, [])
    ft.use_effect(listen_to_keys, [])
    who = session.user.username if session.user else "nobody"
    return ft.Column(
        [
            ft.Text(
                f"{who} has {len(bench.scanned)} scans, {bench.clicks} clicks, wait {session.scans.state.waiting}"
            ),
            ft.Button("Sign in", on_click=sign_in),
            ft.Button("As picker", on_click=sign_in),
            ft.Button("Sign out", on_click=sign_out),
            ft.Button("Confirm", on_click=confirm),
            ft.TextField(label="Note", value=bench.note, on_change=write),
        ]
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium("--host-resolver-rules=MAP stillage.test 127.0.0.1") as running:
        yield running


@pytest.fixture
def bench(client_cache: Path) -> Iterator[Bench]:
    api = Server(SmallServer().asgi).start()
    port = free_port()
    app = create_app(
        api_base=api.url,
        allowed_hosts={"127.0.0.1", "stillage.test"},
        allowed_origins=set(),
        cache_dir=client_cache,
        app=lambda: Page(made),
    )
    made = Bench(Server(app, port).start(), api)
    yield made
    made.client.stop()
    api.stop()


def signed_in(browser: Browser | Any, bench: Bench, who: str = "Sign in", url: str = "") -> Visit:
    visit = Visit(browser, url or bench.client.url)
    visit.sees("nobody has")
    visit.page.evaluate(LISTEN)
    visit.click("button", who)
    visit.until(lambda: visit.page.evaluate("stillageScans.ready()"), "the ticket")
    return visit


def arrived(visit: Visit, bench: Bench, number: int, seconds: float = 60) -> None:
    """All of them, and nothing more a moment later."""
    visit.until(lambda: len(bench.scanned) >= number, f"{number} scans", seconds=seconds)
    visit.page.wait_for_timeout(400)
    assert visit.page.evaluate("stillageScans.waiting()") == 0


def some_codes(number: int) -> list[str]:
    """GS1 element strings, plain GTINs, places and commands, as they come in a warehouse."""
    dice = random.Random(7)
    kinds = (
        lambda: (
            "0105000112"
            + "".join(dice.choices("0123456789", k=6))
            + "15261203"
            + "10L"
            + str(dice.randint(1, 9999))
        ),
        lambda: (
            "01"
            + "".join(dice.choices("0123456789", k=14))
            + "10AB-"
            + str(dice.randint(1, 999))
            + "\x1d3024"
        ),
        lambda: "".join(dice.choices("0123456789", k=13)),
        lambda: f"MAIN/{dice.choice('ABC')}-{dice.randint(1, 99):02}-{dice.randint(1, 9):02}",
        lambda: "STL-CMD-QTY-" + str(dice.randint(1, 999)),
    )
    return [
        f"{dice.choice(kinds)()}{'' if dice.random() < 0.5 else dice.randint(0, 9)}" for _ in range(number)
    ]


# --- nothing is lost, doubled or changed ---------------------------------------------------------


@pytest.mark.timeout(600)
def test_two_hundred_codes_at_five_ms_a_key_arrive_once_each_in_order(browser: Browser, bench: Bench) -> None:
    codes = some_codes(200)
    with signed_in(browser, bench) as visit:
        for turn, code in enumerate(codes):
            if turn == 70:
                visit.page.get_by_label("Note").focus()
            if turn == 140:
                visit.page.keyboard.press("Tab")  # away from the field
            visit.scan(code)
        arrived(visit, bench, 200)
        assert bench.codes == codes
        assert bench.clicks == 0
        visit.sees("manager has 200 scans, 0 clicks, wait 0")


def test_a_shortcut_is_a_hands_and_never_a_scanners(browser: Browser, bench: Bench) -> None:
    with signed_in(browser, bench) as visit:
        codes = ("/n/go12345", "NNNN12345", "nnnnn12345", "gogogogo1", "?????1234")
        for code in codes:
            visit.scan(code)
        visit.scan("n12345678", stall=(1, 300))  # halts after its first key
        visit.scan("go2345678", stall=(1, 300))
        arrived(visit, bench, len(codes) + 2)
        visit.fill("Note", "g o n / ?")
        visit.page.wait_for_timeout(700)
        assert "F13" not in bench.keys
        visit.page.keyboard.press("Tab")  # out of the field
        for keys, said in (("go", "GO"), ("n", "N"), ("/", "S"), ("?", "H")):
            bench.keys.clear()
            visit.page.wait_for_timeout(600)
            visit.page.keyboard.type(keys, delay=250)
            visit.until(lambda said=said: _spelled(bench.keys) == [said], f"the shortcut {said}")  # type: ignore[misc]
        bench.keys.clear()
        visit.page.get_by_label("Note").focus()
        visit.page.keyboard.press("Control+k")
        visit.until(lambda: _spelled(bench.keys) == ["S"], "the search, out of a field too")
        assert bench.note == "g o n / ?"


def _spelled(keys: list[str]) -> list[str]:
    """The shortcuts among the keys that reached the page."""
    spelling = Spelling()
    return [word for key in keys if (word := spelling.take(key))]


def test_a_button_with_the_focus_is_not_pressed_by_the_scanners_enter(browser: Browser, bench: Bench) -> None:
    with signed_in(browser, bench) as visit:
        visit.click("button", "Confirm")
        visit.until(lambda: bench.clicks == 1, "the click of the hand")
        for code in some_codes(10):
            visit.scan(code)
        arrived(visit, bench, 10)
        assert bench.clicks == 1
        visit.page.keyboard.press("Enter")
        visit.until(lambda: bench.clicks == 2, "the Enter of the hand")


def test_after_the_two_enters_of_a_crlf_the_next_one_is_a_hands(browser: Browser, bench: Bench) -> None:
    with signed_in(browser, bench) as visit:
        visit.click("button", "Confirm")
        visit.until(lambda: bench.clicks == 1, "the click of the hand")
        visit.scan("05000112637922", end=("Enter", "Enter"))
        visit.scan("05000112637939", end=("Enter", "Enter", "Enter"))
        arrived(visit, bench, 2)
        visit.until(lambda: bench.clicks == 2, "the third Enter")
        visit.page.keyboard.press("Enter")
        visit.until(lambda: bench.clicks == 3, "the Enter of the hand")


def test_a_code_scanned_into_a_text_field_leaves_what_was_written(browser: Browser, bench: Bench) -> None:
    with signed_in(browser, bench) as visit:
        visit.fill("Note", "two pallets")
        visit.page.wait_for_timeout(600)
        visit.scan("05000112637922")
        arrived(visit, bench, 1)
        visit.until(lambda: bench.note == "two pallets", "the note as it was")
        visit.type(" more")
        visit.until(lambda: bench.note == "two pallets more", "the hand to go on")
        assert bench.codes == ["05000112637922"]


def test_a_scanner_with_stalls_between_its_keys_still_delivers(browser: Browser, bench: Bench) -> None:
    dice = random.Random(3)
    codes = some_codes(10)
    with signed_in(browser, bench) as visit:
        for code in codes:
            stall = dice.randrange(1, len(code))
            visit.scan(code, stall=(stall, dice.choice((80, 180, 400))))
        arrived(visit, bench, 10)
        assert bench.codes == codes


def test_several_lines_in_one_burst_are_several_scans(browser: Browser, bench: Bench) -> None:
    with signed_in(browser, bench) as visit:
        for code in ("MAIN/A-01-02", "05000112637922", "MAIN/B-02-01"):
            visit.scan(code, end="Enter")
            visit.scan("", end="Enter")  # a second Enter, as some send for CR LF
        visit.scan("5000112637939", end="Tab")
        arrived(visit, bench, 4)
        assert bench.codes == ["MAIN/A-01-02", "05000112637922", "MAIN/B-02-01", "5000112637939"]


def test_a_scanner_that_sends_no_enter_is_understood_after_a_pause(browser: Browser, bench: Bench) -> None:
    with signed_in(browser, bench) as visit:
        visit.scan("05000112637922", end="")
        arrived(visit, bench, 1)
        assert bench.codes == ["05000112637922"]


def test_the_sound_comes_from_the_answer(browser: Browser, bench: Bench) -> None:
    kinds = {"MAIN/A-01": "ok", "MAIN/A-02": "error", "MAIN/A-03": "done", "MAIN/A-04": "question"}
    bench.answer = lambda scan: Answer(kinds[scan.code])  # type: ignore[arg-type]
    with signed_in(browser, bench) as visit:
        for code in kinds:
            visit.scan(code)
        arrived(visit, bench, 4)
        assert visit.page.evaluate("heard") == list(kinds.values())


# --- people ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pace", "text"), [(60, "05000112637922"), (90, "MAIN/A-01-02"), (140, "Order 4711 of today")]
)
def test_what_a_person_types_is_never_taken_for_a_scan(
    browser: Browser, bench: Bench, pace: int, text: str
) -> None:
    with signed_in(browser, bench) as visit:
        visit.fill("Note", "")
        visit.type(text, per_key_ms=pace, end="Enter")
        visit.until(lambda: bench.note == text, "what was typed")
        visit.page.wait_for_timeout(900)
        assert bench.scanned == []


def test_a_key_held_down_is_not_a_scanner(browser: Browser, bench: Bench) -> None:
    with signed_in(browser, bench) as visit:
        visit.fill("Note", "")
        for _ in range(12):
            visit.page.keyboard.down("a")  # without an up in between these are repeats
        visit.page.keyboard.up("a")
        visit.page.keyboard.press("Enter")
        visit.until(lambda: bench.note == "a" * 12, "what was typed")
        visit.page.wait_for_timeout(900)
        assert bench.scanned == []


def test_shortcuts_hear_a_persons_key_but_not_a_scanners(browser: Browser, bench: Bench) -> None:
    with signed_in(browser, bench) as visit:
        visit.scan("05000112637922")
        arrived(visit, bench, 1)
        assert bench.keys == []
        visit.page.keyboard.press("7", delay=80)
        visit.until(lambda: bench.keys == ["7"], "the shortcut")
        visit.page.keyboard.press("ControlOrMeta+b", delay=80)
        visit.until(lambda: "B" in bench.keys, "the other shortcut")


def test_before_anybody_is_signed_in_keys_are_only_keys(browser: Browser, bench: Bench) -> None:
    with Visit(browser, bench.client.url) as visit:
        visit.fill("Note", "")
        visit.scan("badge-12345", end="")
        visit.until(lambda: bench.note == "badge-12345", "the text in the field")
        assert visit.page.evaluate("stillageScans.ready()") is False


# --- the server goes and comes back -------------------------------------------------------------------


@pytest.mark.timeout(300)
def test_twenty_scans_while_the_server_is_away_arrive_once_each_after_its_return(
    browser: Browser, bench: Bench
) -> None:
    codes = some_codes(20)
    with signed_in(browser, bench) as visit:
        bench.go_away()
        visit.page.wait_for_timeout(500)
        for code in codes:
            visit.scan(code)
        visit.page.wait_for_timeout(500)
        assert visit.page.evaluate("stillageScans.waiting()") == 20
        assert visit.page.evaluate("heard") == ["queued"] * 20
        assert visit.page.locator("#stillage-waiting").inner_text() == "Kept on this device: 20 scans wait"
        visit.shot("wedge-server-away")
        bench.client.start()
        arrived(visit, bench, 20, seconds=90)
        assert bench.codes == codes
        assert visit.page.evaluate("heard").count("ok") == 1  # the backlog is not played note by note
        assert visit.page.locator("#stillage-waiting").is_hidden()


def test_scans_kept_by_a_closed_page_are_delivered_by_the_next(browser: Browser, bench: Bench) -> None:
    context = browser.new_context(locale="en-GB")
    visit = signed_in(context, bench)
    bench.go_away()
    visit.scan("05000112637922")
    visit.page.wait_for_timeout(300)
    visit.page.close()
    bench.client.start()
    with Visit(context, bench.client.url) as later:
        later.until(lambda: bench.codes == ["05000112637922"], "the kept scan", seconds=30)
    context.close()


def test_a_reloaded_page_goes_on_scanning(browser: Browser, bench: Bench) -> None:
    with signed_in(browser, bench) as visit:
        visit.page.reload()
        ready(visit.page)
        visit.until(lambda: visit.page.evaluate("stillageScans.ready()"), "the ticket")
        visit.scan("05000112637922")
        arrived(visit, bench, 1)


def test_another_users_kept_scans_are_not_sent_under_this_name(browser: Browser, bench: Bench) -> None:
    with signed_in(browser, bench) as visit:
        bench.go_away()
        visit.scan("05000112637922")
        visit.page.wait_for_timeout(300)
        bench.client.start()
        visit.page.evaluate("localStorage.removeItem('flutter.stillage.tokens')")
        visit.page.evaluate("localStorage.removeItem('flutter.stillage.scan_ticket')")
        visit.page.reload()
        ready(visit.page)
        visit.sees("nobody has")
        visit.click("button", "As picker")
        visit.sees("picker has")
        visit.scan("MAIN/A-01-02")
        visit.until(lambda: bench.codes == ["MAIN/A-01-02"], "the picker's own scan")
        visit.page.wait_for_timeout(1500)
        visit.click("button", "Sign out")
        visit.sees("nobody has")
        visit.click("button", "Sign in")
        visit.until(lambda: bench.codes == ["MAIN/A-01-02", "05000112637922"], "the manager's kept scan")
        assert [scan.user for scan in bench.scanned] == ["picker", "manager"]


def test_two_tabs_each_deliver_to_their_own_session_and_once(browser: Browser, bench: Bench) -> None:
    context = browser.new_context(locale="en-GB")
    first = signed_in(context, bench)
    second = Visit(context, bench.client.url)
    second.until(lambda: second.page.evaluate("stillageScans.ready()"), "the ticket")
    for tab, code in ((first, "MAIN/A-01-01"), (second, "MAIN/A-01-02"), (first, "MAIN/A-01-03")):
        tab.page.bring_to_front()
        tab.page.wait_for_timeout(800)
        tab.scan(code)
    first.until(lambda: len(bench.scanned) >= 3, "three scans")
    first.page.wait_for_timeout(1500)
    assert sorted(bench.codes) == ["MAIN/A-01-01", "MAIN/A-01-02", "MAIN/A-01-03"]
    first.click("button", "Sign out")
    second.page.bring_to_front()
    second.sees("nobody has")
    context.close()


def test_ids_are_made_without_a_secure_context_too(browser: Browser, bench: Bench) -> None:
    """On plain http in a local network there is no crypto.randomUUID."""
    url = f"http://stillage.test:{bench.client.port}"
    with signed_in(browser, bench, url=url) as visit:
        assert visit.page.evaluate("[isSecureContext, typeof crypto.randomUUID]") == [False, "undefined"]
        visit.scan("05000112637922")
        arrived(visit, bench, 1)
        assert bench.codes == ["05000112637922"]
