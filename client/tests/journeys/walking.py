"""What every journey does: come in, sign in, look at the screen by its names."""

from browser import Visit
from playwright.sync_api import Browser

SLOW = 60.0


def signed_in(
    chrome: Browser, url: str, path: str, *, user: str = "manager", size: str = "desk", dark: bool = False
) -> Visit:
    """A visit at the path, past the door."""
    visit = Visit(chrome, url + path, size=size, dark=dark)
    visit.sees("Sign in to Stillage", seconds=SLOW)
    visit.fill("Name", user)
    visit.page.wait_for_timeout(300)
    visit.fill("Password", "stillage")
    visit.page.wait_for_timeout(300)
    visit.click("button", "Sign in")
    visit.misses("Sign in to Stillage", seconds=SLOW)
    return visit


def go(visit: Visit, url: str) -> None:
    """Another address, as a link from outside opens it."""
    visit.page.goto(url)
    visit.page.wait_for_selector("flt-semantics-placeholder", state="attached", timeout=SLOW * 1000)
    visit.page.evaluate("document.querySelector('flt-semantics-placeholder')?.click()")


def unnamed_buttons(visit: Visit) -> list[str]:
    """Buttons that a screen reader would read out as “button”."""
    return [line for line in visit.tree() if line in ("button:", "tab:")]
