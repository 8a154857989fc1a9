"""Drives a real Chromium through the accessibility tree, as Flutter wants it. Knows no screens."""

import contextlib
import os
import re
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Locator,
    Page,
    Playwright,
    TimeoutError,
    expect,
    sync_playwright,
)

ROOT = Path(__file__).parents[3]
SCREENSHOTS = ROOT / ".artefacts" / "screenshots"
SIZES = {"desk": (1280, 800), "tablet": (820, 1180), "phone": (390, 844)}
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--autoplay-policy=no-user-gesture-required",
]
FONT_SECONDS = 10.0
SHOT_SECONDS = 15.0
SHOT_TRIES = 6
FIRST_FRAME_SECONDS = 90.0
# Flutter fetches its fonts by itself: ours is there when it has been read to its end. After it the page is set anew.
FONT_IS_HERE = """() => performance.getEntriesByType('resource')
  .some(e => e.name.includes('InterVar') && e.responseEnd > 0 && performance.now() - e.responseEnd > 300)"""
DRAWS = """() => Promise.race([
  new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))),
  new Promise(done => setTimeout(() => done(false), 5000))])"""
TREE = """() => [...document.querySelectorAll('flt-semantics-host *')]
  .filter(e => e.getAttribute('role') || e.getAttribute('aria-label')
    || ['INPUT', 'TEXTAREA'].includes(e.nodeName)
    || (e.children.length == 0 && e.innerText))
  .map(e => (e.getAttribute('role') || e.tagName.toLowerCase()) + ':'
    + (e.getAttribute('aria-label') || (e.children.length == 0 ? e.innerText : '') || ''))"""
NAMED = {
    "Enter": {"text": "\r", "windowsVirtualKeyCode": 13},
    "Tab": {"windowsVirtualKeyCode": 9},
}
PUNCTUATION = {"-": "Minus", "/": "Slash", " ": "Space", "]": "BracketRight", ".": "Period"}
TYPING = "() => ['INPUT', 'TEXTAREA'].includes(document.activeElement?.nodeName)"
BOX = "e => { const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] }"


def executable() -> str | None:
    """Which Chromium: STILLAGE_CHROMIUM, the system's, or (None) Playwright's own if it has one."""
    named = os.environ.get("STILLAGE_CHROMIUM")
    if named:
        return named
    return "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else None


@contextmanager
def chromium(*extra_flags: str) -> Iterator[Browser]:
    """A browser. Where there is none the test is not run, and says so; in CI that is a failure."""
    with sync_playwright() as playwright:
        browser = _launch(playwright, [*FLAGS, *extra_flags])
        try:
            yield browser
        finally:
            browser.close()


def _launch(playwright: Playwright, flags: list[str]) -> Browser:
    named = executable()
    if not Path(named or playwright.chromium.executable_path).exists():
        said = "not run: no browser (install chromium or set STILLAGE_CHROMIUM)"
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    return playwright.chromium.launch(executable_path=named, args=flags)


class Visit:
    """One tab on the client: `with Visit(browser, url) as visit: visit.click("button", "Receive")`."""

    def __init__(
        self,
        browser: Browser | BrowserContext,
        url: str,
        *,
        size: str = "desk",
        dark: bool = False,
        language: str = "en-GB",
        semantics: bool = True,
        stored: dict[str, str] | None = None,
        timeout: float = FIRST_FRAME_SECONDS,
    ) -> None:
        """`stored` is what the browser's localStorage holds before the first visit."""
        root = "/".join(url.split("/")[:3])
        kept = [{"name": name, "value": value} for name, value in (stored or {}).items()]
        self._own = isinstance(browser, Browser)
        width, height = SIZES[size]
        self.context = (
            browser.new_context(
                viewport={"width": width, "height": height},
                locale=language,
                timezone_id="UTC",
                color_scheme="dark" if dark else "light",
                has_touch=size == "phone",
                storage_state={"cookies": [], "origins": [{"origin": root, "localStorage": kept}]},  # type: ignore[typeddict-item]
            )
            if isinstance(browser, Browser)
            else browser
        )
        self.page: Page = self.context.new_page()
        self.problems: list[str] = []
        self._keyboard: CDPSession | None = None
        self._pressed_at = 0.0
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        self.page.goto(url)
        ready(self.page, semantics=semantics, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and not self.page.is_closed():
            test = os.environ.get("PYTEST_CURRENT_TEST", "visit").lower()
            self.shot("failed-" + re.sub(r"[^a-z0-9]+", "-", test)[-80:])
        (self.context if self._own else self.page).close()

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.problems.append(message.text)

    # --- looking ----------------------------------------------------------------------------------

    def tree(self) -> list[str]:
        """What a screen reader finds, as role:name."""
        found: list[str] = self.page.evaluate(TREE)
        broken = next((line for line in found if "encountered an error" in line), None)
        assert broken is None, broken
        return found

    def find(self, role: str, name: str | re.Pattern[str], *, exact: bool = False) -> Locator:
        """By role and name; a name sits on the element itself or on a label around it."""
        return self.page.get_by_role(role, name=name, exact=exact).first  # type: ignore[arg-type]

    def sees(self, text: str | re.Pattern[str], *, seconds: float = 15) -> None:
        """Wait until the text stands somewhere in the tree."""
        wanted = text if isinstance(text, re.Pattern) else re.compile(re.escape(text))
        self.until(
            lambda: any(wanted.search(line) for line in self.tree()), f"{text!r} to appear", seconds=seconds
        )

    def misses(self, text: str, *, seconds: float = 15) -> None:
        """Wait until the text is gone."""
        self.until(lambda: not any(text in line for line in self.tree()), f"{text!r} to go", seconds=seconds)

    def until(self, true: Any, what: str, *, seconds: float = 15) -> None:
        waited = 0.0
        while not true():
            if waited >= seconds:
                raise AssertionError(
                    f"waited {seconds:g} s for {what}; seen: {' | '.join(self.tree())[:3000]}"
                )
            self.page.wait_for_timeout(100)
            waited += 0.1

    def shot(self, name: str) -> Path | None:
        """A screenshot into .artefacts/screenshots, once our font is there. It is for people to look at: where the
        browser cannot make one, even at a second try, a warning says so and the test goes on."""
        with contextlib.suppress(TimeoutError):
            self.page.wait_for_function(FONT_IS_HERE, timeout=FONT_SECONDS * 1000, polling=100)
        self.page.evaluate(DRAWS)
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        target = SCREENSHOTS / f"{name}.png"
        draws, before = True, b""
        for _ in range(SHOT_TRIES):
            try:
                now = self.page.screenshot(path=target, timeout=SHOT_SECONDS * 1000)
            except TimeoutError:
                if not draws:
                    break
                draws = bool(self.page.evaluate(DRAWS))
                continue
            if now == before and _shows_something(target):
                return target
            before = now
            self.page.wait_for_timeout(250)  # the tree is there before the picture
        if before:
            return target  # something moves in it
        warnings.warn(f"no screenshot {name}: the page {'draws' if draws else 'DOES NOT DRAW'}", stacklevel=2)
        return None

    # --- doing ------------------------------------------------------------------------------------

    def click(
        self, role: str, name: str | re.Pattern[str], *, exact: bool = False, seconds: float = 15
    ) -> None:
        """As a pointer. On scrolling pages an overlay lies above the tree, so the place is clicked."""
        found = self.find(role, name, exact=exact)
        found.wait_for(state="attached", timeout=seconds * 1000)
        x, y = found.evaluate(BOX)
        self.page.mouse.click(x, y)

    def press(self, role: str, name: str | re.Pattern[str], *, exact: bool = False) -> None:
        """As a screen reader: a click event on the element itself."""
        self.find(role, name, exact=exact).dispatch_event("click")

    def fill(self, label: str, text: str, *, exact: bool = False, pace: float = 60) -> None:
        """Type into a text field, replacing what stands there. Flutter takes a moment to hand a field the keys, and
        on a busy machine the first are lost: it is looked at what stands there, and typed again if need be."""
        field = self.page.get_by_label(label, exact=exact).first
        field.wait_for(state="attached")
        for _ in range(3):
            x, y = field.evaluate(BOX)
            self.page.mouse.click(x, y)
            self.until(lambda: self.page.evaluate(TYPING), f"the cursor in {label}")
            self.page.wait_for_timeout(200)
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.press("Delete")
            self.page.keyboard.type(text, delay=pace)  # slower than a scanner
            self.page.wait_for_timeout(100)
            if self.page.evaluate("document.activeElement?.value") == text:
                return
        raise AssertionError(f"{label} does not take {text!r}; seen: {' | '.join(self.tree())[:3000]}")

    def scan(
        self,
        code: str,
        *,
        per_key_ms: float = 5,
        end: str | tuple[str, ...] = "Enter",
        stall: tuple[int, float] | None = None,
    ) -> None:
        """As a keyboard scanner does: fast keys, FNC1 as Ctrl+], Enter (or what `end` says) at the end. With `stall`
        it halts so many milliseconds before the key of that number."""
        self._pressed_at = max(time.time(), self._pressed_at + 0.02)
        ends = end if isinstance(end, tuple) else (end,) if end else ()
        for number, key in enumerate([*code, *ends]):
            self._key(key, stall[1] if stall and stall[0] == number else per_key_ms)
        # A fast machine is done before the scanner would be. What comes after it must not bear an earlier time.
        self.page.wait_for_timeout(max(self._pressed_at - time.time(), 0) * 1000)

    def type(self, text: str, *, per_key_ms: float = 90, end: str = "") -> None:
        """As a hand does."""
        self.scan(text, per_key_ms=per_key_ms, end=end)

    def _key(self, key: str, gap_ms: float) -> None:
        """One key with the time it was pressed at, as a keyboard's driver stamps it: a busy machine that hands it
        on late does not change how fast it was typed."""
        if self._keyboard is None:
            self._keyboard = self.context.new_cdp_session(self.page)
        self._pressed_at += gap_ms / 1000
        char, modifiers = ("]", 2) if key == "\x1d" else (key, 0)
        about: dict[str, Any] = {"key": char, "code": _code(char), "modifiers": modifiers}
        if len(char) == 1 and not modifiers:
            about |= {"text": char, "windowsVirtualKeyCode": ord(char.upper())}
        elif char in NAMED:
            about |= NAMED[char]
        about["timestamp"] = self._pressed_at
        self._keyboard.send(
            "Input.dispatchKeyEvent", {"type": "keyDown" if "text" in about else "rawKeyDown"} | about
        )
        about.pop("text", None)
        self._keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp"} | about)

    def expect(self, role: str, name: str) -> Any:
        return expect(self.find(role, name))


def _shows_something(picture: Path) -> bool:
    """More than one colour."""
    with Image.open(picture) as image:
        return any(low != high for low, high in image.convert("RGB").getextrema())  # type: ignore[misc]


def _code(key: str) -> str:
    """The physical key of a US keyboard."""
    if key.isdigit():
        return f"Digit{key}"
    if len(key) == 1 and key.isascii() and key.isalpha():
        return f"Key{key.upper()}"
    return PUNCTUATION.get(key, key)


def ready(page: Page, *, semantics: bool = True, timeout: float = FIRST_FRAME_SECONDS) -> None:
    """Wait for Flutter's first frame; turn the accessibility tree on before anything takes the focus."""
    page.wait_for_selector("flt-semantics-placeholder", state="attached", timeout=timeout * 1000)
    if semantics:
        page.evaluate("document.querySelector('flt-semantics-placeholder')?.click()")
        page.wait_for_selector("flt-semantics-host *", state="attached", timeout=timeout * 1000)
