"""H53: whatever breaks, at whichever layer, is problem+json without internals, and nothing was done."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from tests.people import anonymous_client, make_user, new_key
from tests.serving.processes import (
    HOST,
    Running,
    copy_of,
    environment,
    free_port,
    gunicorn,
    production,
    serving,
)

INTERNALS = re.compile(
    rb"Traceback|File \"|\.py\b|site-packages|<html|<!doctype|psycopg|sqlite|SELECT |django", re.IGNORECASE
)


def check(content_type: str, status: int, body: bytes, code: str | None = None) -> None:
    """A problem and nothing else."""
    assert content_type == "application/problem+json", body[:300]
    problem = json.loads(body)
    assert problem["status"] == status
    assert problem["code"] and problem["detail"] and problem["title"]
    assert isinstance(problem["errors"], list)
    assert code is None or problem["code"] == code
    assert not INTERNALS.search(body), body[:300]


# --- in this process ------------------------------------------------------------------------------

JSON = "application/json"
BODIES: list[tuple[str, bytes, str, int, str]] = [
    ("cut off", b'{"lines": [', JSON, 400, "unreadable"),
    ("no JSON at all", b"<xml/>", JSON, 400, "unreadable"),
    ("empty", b"", JSON, 422, "required"),
    ("twice the same key", b'{"lines": [], "lines": []}', JSON, 400, "unreadable"),
    ("100,000 brackets", b"[" * 100_000, JSON, 400, "unreadable"),
    ("100,000 objects", b'{"a":' * 100_000, JSON, 400, "unreadable"),
    ("not a number", b'{"lines": NaN}', JSON, 400, "unreadable"),
    ("not UTF-8", b'{"lines": "\xff\xfe"}', JSON, 400, "unreadable"),
    ("another charset", b'{"lines": []}', "application/json; charset=utf-7", 415, "unsupported_media_type"),
    (
        "an unknown charset",
        b'{"lines": []}',
        "application/json; charset=rot13",
        415,
        "unsupported_media_type",
    ),
    ("a form", b"lines=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    ("a long type", b"{}", "application/" + "x" * 6000, 415, "unsupported_media_type"),
    ("too long", b'{"a": "' + b"x" * (2 * 1024 * 1024) + b'"}', JSON, 413, "too_large"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "body", "kind", "status", "code"), BODIES, ids=[case[0] for case in BODIES])
def test_a_body_that_cannot_be_read_is_refused_in_words(
    name: str, body: bytes, kind: str, status: int, code: str
) -> None:
    client = anonymous_client(raise_request_exception=False).act_as(make_user("manager"))
    said = client.generic("POST", "/api/v1/stock/receive", body, kind, HTTP_IDEMPOTENCY_KEY=new_key())
    assert said.status_code == status
    check(said["Content-Type"], status, said.content, code)


REQUESTS: list[tuple[str, str, dict[str, Any], int]] = [
    ("BREW", "/api/v1/stock", {}, 405),
    ("TRACE", "/api/v1/auth/token", {}, 405),
    ("PUT", "/api/v1/stock", {}, 405),
    ("BREW", "/api/v1/nothing", {}, 404),
    ("GET", "/api/v1/products/%00", {}, 404),
    ("GET", "/api/v1/products/ALE%00-330", {}, 404),
    ("DELETE", "/api/v1/users/%00", {}, 404),
    ("GET", "/api/v1/products/%ff%fe", {}, 404),
    ("GET", "/api/v1/products/%ed%a0%80", {}, 404),
    ("GET", "/api/v1/products/%0d%0aSet-Cookie:x", {}, 404),
    ("GET", "/api/v1/stock", {"HTTP_HOST": "evil.example"}, 400),
    ("GET", "/api/v1/stock", {"HTTP_HOST": "a b"}, 400),
    ("GET", "/api/v1/stock", {"HTTP_ACCEPT": "text/html"}, 406),
    ("GET", "/api/v1/stock?search=%00", {}, 400),
    ("GET", "/api/v1/stock?limit=%00", {}, 400),
    ("GET", "/api/v1/exports/%00", {}, 404),
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "more", "status"), REQUESTS, ids=[f"{c[0]} {c[1]} {c[3]}" for c in REQUESTS]
)
def test_a_request_that_makes_no_sense_is_refused_in_words(
    method: str, path: str, more: dict[str, Any], status: int
) -> None:
    client = anonymous_client(raise_request_exception=False).act_as(make_user("admin"))
    said = client.generic(method, path, **more)
    assert said.status_code == status, said.content
    check(said["Content-Type"], status, said.content)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", "/api/v1/broken", 500, "internal_error"),
        ("GET", "/api/v1/plain", 500, "internal_error"),
        ("GET", "/api/v1/html", 403, "forbidden"),
        ("GET", "/api/v1/no-database", 503, "database_unavailable"),
    ],
)
@override_settings(ROOT_URLCONF="tests.serving.broken_urls")
def test_a_bug_is_admitted_but_not_explained(method: str, path: str, status: int, code: str) -> None:
    client = anonymous_client(raise_request_exception=False)
    said = client.generic(method, path + "?name=Ada", '{"typed": "hunter2"}' if method == "POST" else "")
    assert said.status_code == status
    check(said["Content-Type"], status, said.content, code)
    assert b"hunter2" not in said.content and b"10.0.0.7" not in said.content


# --- through Gunicorn, as in production -----------------------------------------------------------


def parts_of(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the first answer; chunks put together."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    about = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return int(first.split()[1]), about, body[: int(about.get("content-length", len(body)))]


RAW: list[tuple[str, bytes, tuple[int, ...]]] = [
    ("no HTTP at all", b"hello\r\n\r\n", (400,)),
    ("an unknown version", b"GET / HTTP/9.9\r\nHost: {host}\r\n\r\n", (400,)),
    ("a line too long", b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: {host}\r\n\r\n", (414,)),
    ("headers too long", b"GET / HTTP/1.1\r\nHost: {host}\r\nX: " + b"a" * 9000 + b"\r\n\r\n", (431,)),
    ("too many headers", b"GET / HTTP/1.1\r\nHost: {host}\r\n" + b"X: a\r\n" * 100 + b"\r\n", (431,)),
    ("a header without a name", b"GET / HTTP/1.1\r\nHost: {host}\r\n: x\r\n\r\n", (400,)),
    ("an unknown coding", b"POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: brew\r\n\r\n", (400, 501)),
    (
        "two ends at once",
        b"POST /api/v1/auth/token HTTP/1.1\r\nHost: {host}\r\nContent-Length: 4\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        (400,),
    ),
    (
        "two lengths",
        b"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        (400,),
    ),
    ("no host", b"GET /api/v1/stock HTTP/1.0\r\n\r\n", (400, 401)),
    ("a bad host", b"GET /api/v1/stock HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", (400,)),
    ("a NUL in the path", b"GET /api/v1/a%00b HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", (404,)),
    (
        "an unknown method",
        b"BREW /api/v1/stock HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
        (401, 405),
    ),
    (
        "a body in chunks",
        b"POST /api/v1/auth/token HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{bad}\r\n0\r\n\r\n",
        (411,),  # Nginx measures it; without Nginx it would be taken for empty
    ),
]


@pytest.mark.parametrize(("name", "sent", "statuses"), RAW, ids=[case[0] for case in RAW])
def test_gunicorns_own_refusals_are_problems_too(
    production_server: Running, name: str, sent: bytes, statuses: tuple[int, ...]
) -> None:
    answer = production_server.raw(sent.replace(b"{host}", HOST.encode()))
    status, about, body = parts_of(answer)
    assert status in statuses, answer[:300]
    check(about["content-type"], status, body)
    assert about["content-security-policy"].startswith("default-src 'none'")
    assert about["cache-control"] == "no-store"


def test_a_body_that_says_it_is_too_large_is_not_waited_for(production_server: Running) -> None:
    head = f"POST /api/v1/auth/token HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
    status, about, body = parts_of(
        production_server.raw(f"{head}Content-Length: 50000000\r\nConnection: close\r\n\r\n".encode())
    )
    assert status == 413
    check(about["content-type"], status, body, "too_large")


def test_nothing_of_a_refused_request_reaches_the_log_but_its_path(production_server: Running) -> None:
    production_server.request("GET", "/api/v1/nothing?name=canary-query", headers={"X-Request-ID": "a" * 32})
    production_server.raw(b"canary-line /?canary-raw HTTP/1.1\r\n\r\n")
    lines = [json.loads(line) for line in production_server.log.splitlines() if line.startswith("{")]
    mine = [line for line in lines if line.get("request_id") == "a" * 32]
    assert any(line["message"] == "GET /api/v1/nothing 404" for line in mine)
    assert "canary" not in production_server.log


# --- through a checkout's own server --------------------------------------------------------------


@pytest.fixture(scope="module")
def checkout_server(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("checkout")
    copy_of(migrated, folder).rename(folder / "stillage.sqlite3")
    port = free_port()
    with serving(
        [sys.executable, "-m", "stillage", "run", "--port", str(port)],
        port=port,
        env=environment(STILLAGE_HOME=str(folder)),
        log_file=folder / "log",
        ready="/health/live",
        host=f"127.0.0.1:{port}",
    ) as running:
        yield running


def test_a_checkout_refuses_like_production(checkout_server: Running) -> None:
    for method, path, headers, status in [
        ("GET", "/api/v1/nothing", {}, 404),
        ("PUT", "/api/v1/auth/token", {}, 405),
        ("GET", "/api/v1/a%00b", {}, 404),
        ("GET", "/api/v1/stock", {"Host": "evil.example"}, 400),
        ("GET", "/api/v1/stock", {}, 401),
    ]:
        said = checkout_server.request(method, path, headers=headers)
        assert said.status_code == status
        check(said.headers["content-type"], status, said.content)
    said = checkout_server.request(
        "POST", "/api/v1/auth/token", content=b"[" * 10_000, headers={"Content-Type": "application/json"}
    )
    assert said.status_code == 400
    check(said.headers["content-type"], 400, said.content, "unreadable")


def test_a_checkout_takes_no_flood_in_chunks(checkout_server: Running) -> None:
    def flood() -> Iterator[bytes]:
        for _ in range(30):
            yield b"x" * 1024 * 1024

    said = checkout_server.request("POST", "/api/v1/stock/receive", content=flood())
    assert said.status_code == 413
    check(said.headers["content-type"], 413, said.content, "too_large")


# --- without a database ---------------------------------------------------------------------------


def test_without_its_database_the_server_lives_and_says_503(tmp_path: Path) -> None:
    nowhere = f"postgresql://nobody:secret-of-the-house@127.0.0.1:{free_port()}/none"
    with gunicorn(production(nowhere, tmp_path), tmp_path) as server:
        assert server.request("GET", "/health/live").status_code == 200
        ready = server.request("GET", "/health/ready")
        assert ready.status_code == 503
        assert ready.json() == {"status": "not ready", "because": "the database does not answer"}
        said = server.request(
            "POST", "/api/v1/auth/token", json={"username": "ada", "password": "hunter2hunter2"}
        )
        assert said.status_code == 503
        check(said.headers["content-type"], 503, said.content, "database_unavailable")
        assert int(said.headers["retry-after"]) > 0
        assert "hunter2" not in server.log
        assert "secret-of-the-house" not in server.log
