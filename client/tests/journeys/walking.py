"""What every journey does: come in, sign in, look at the screen by its names."""

import json
import urllib.request

from browser import Visit, ready
from playwright.sync_api import Browser

SLOW = 60.0


def tokens(url: str, user: str) -> dict[str, str]:
    """What the browser of somebody who is signed in has stored."""
    body = json.dumps({"username": user, "password": "stillage"}).encode()
    request = urllib.request.Request(f"{url}/api/v1/auth/token", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        pair = json.load(answer)
    return {"flutter.stillage.tokens": json.dumps(json.dumps(pair))}


def signed_in(
    chrome: Browser,
    url: str,
    path: str,
    *,
    user: str = "manager",
    size: str = "desk",
    dark: bool = False,
    language: str = "en-GB",
    api: str = "",
) -> Visit:
    """A visit at the path, by somebody who came through the door before. The door itself has a test of its own.
    `api` is where the server is when the page comes from elsewhere."""
    stored = tokens(api or url, user)
    return Visit(chrome, url + path, size=size, dark=dark, language=language, stored=stored)


def go(visit: Visit, url: str) -> None:
    """Another address, as a link from outside opens it."""
    visit.page.goto(url)
    ready(visit.page, timeout=SLOW)


def turn_to(visit: Visit, path: str) -> None:
    """Another address within the page, as the browser's own arrows turn to it."""
    visit.page.evaluate(
        "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate', {state: null})) }",
        path,
    )


def unnamed_buttons(visit: Visit) -> list[str]:
    """Buttons that a screen reader would read out as “button”."""
    return [line for line in visit.tree() if line in ("button:", "tab:")]
