"""Run by test_logs.py as a production of its own: every way in and every error, with secrets on all of them.

Logs go to stderr as a production writes them; what Sentry would have been sent goes to stdout, a JSON a line.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

import django

django.setup()

import sentry_sdk  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.test import RequestFactory, override_settings  # noqa: E402

from stillage.accounts.models import User  # noqa: E402
from stillage.config import sentry  # noqa: E402

PASSWORD, TYPED, QUERY, HEADER = (
    "canary-password-7f3a",
    "canary-body-7f3a",
    "canary-query-7f3a",
    "canary-head-7f3a",
)
events: list[Any] = []


class Kept(sentry_sdk.transport.Transport):
    """Where Sentry would be."""

    def capture_envelope(self, envelope: Any) -> None:
        events.extend(item.payload.json for item in envelope.items)


@dataclass
class Answer:
    """What came back."""

    status_code: int
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


class Visitor(RequestFactory):
    """Goes through the WSGI application itself: only there Sentry sees a request."""

    application: Any = None

    def generic(self, method: str, path: str, *arguments: Any, **more: Any) -> Any:
        request = super().generic(method, path, *arguments, **more)
        # The path as servers hand it over: each byte a character.
        request.environ["PATH_INFO"] = unquote_to_bytes(path.partition("?")[0]).decode("latin-1")
        self.application = self.application or WSGIHandler()
        status: list[str] = []
        said = self.application(request.environ, lambda line, headers, exc_info=None: status.append(line))
        content = b"".join(said)
        said.close()
        return Answer(int(status[0].split()[0]), content)


def post(client: Visitor, path: str, body: Any, **more: Any) -> Any:
    data = body if isinstance(body, str) else json.dumps(body)
    return client.post(f"{path}?q={QUERY}", data, content_type="application/json", **more)


def main() -> None:
    sentry.start("http://public@127.0.0.1:9/1", transport=Kept)
    user = User.objects.create_user(username="ada", password=PASSWORD, all_warehouses=True)
    user.groups.add(Group.objects.get_or_create(name="admin")[0])
    client = Visitor(HTTP_HOST="stock.example.org", HTTP_X_CANARY=HEADER)
    pair = post(client, "/api/v1/auth/token", {"username": "ada", "password": PASSWORD})
    pair = pair.json()
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {pair['access']}"}
    statuses = [
        post(client, "/api/v1/auth/token", {"username": "ada", "password": PASSWORD + TYPED}),
        post(client, "/api/v1/auth/token", {"username": TYPED, "password": PASSWORD}),
        post(client, "/api/v1/auth/token", {"username": "ada", "password": [PASSWORD], "more": TYPED}),
        post(client, "/api/v1/auth/token", f'{{"username": "{TYPED}", "password": "{PASSWORD}"'),
        post(client, "/api/v1/auth/token/refresh", {"refresh": pair["refresh"][:-4] + TYPED}),
        fresh := post(client, "/api/v1/auth/token/refresh", {"refresh": pair["refresh"]}),
        post(
            client, "/api/v1/auth/password", {"current_password": TYPED, "new_password": PASSWORD}, **bearer
        ),
        client.get(f"/api/v1/availability?search={QUERY}", **bearer),
        client.get(f"/api/v1/stock?cursor={QUERY}", **bearer),
        client.get(f"/api/v1/nothing?name={QUERY}", **bearer),
        client.get(f"/api/v1/auth/me?name={QUERY}", HTTP_AUTHORIZATION=f"Bearer {pair['access']}x"),
        client.get(f"/api/v1/auth/me?name={QUERY}", HTTP_HOST="evil.example"),
        post(client, "/api/v1/stock/receive", {"lines": [{"product": TYPED}]}, **bearer),
        post(client, "/api/v1/scan", {"data": 5, "more": TYPED}, **bearer),
    ]
    with override_settings(ROOT_URLCONF="tests.serving.broken_urls"):
        broken = [
            post(client, "/api/v1/broken", {"typed": TYPED}, **bearer),
            client.get(f"/api/v1/plain?name={QUERY}", **bearer),
            client.get(f"/api/v1/no-database?name={QUERY}", **bearer),
        ]
    client.get(
        "/api/v1/a%0d%0a%7B%22level%22:%22forged%22%7D%0a",
        HTTP_X_REQUEST_ID="x\r\nforged",
        HTTP_HOST="a\r\nforged",
    )
    client.get("/api/v1/a%0d%0a%7B%22level%22:%22forged%22%7D%0a%E2%80%A8", HTTP_X_REQUEST_ID="x\r\nforged")
    client.get("/api/v1/a%ed%a0%80b")
    client.post("/api/v1/auth/logout", **{"HTTP_AUTHORIZATION": f"Bearer {fresh.json()['access']}"})
    sentry_sdk.flush()
    tokens = [*pair.values(), *fresh.json().values()]
    told = {
        "statuses": [answer.status_code for answer in [*statuses, *broken]],
        "events": events,
        "secrets": [PASSWORD, TYPED, QUERY, HEADER, *tokens, *(token.split(".")[2] for token in tokens)],
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
