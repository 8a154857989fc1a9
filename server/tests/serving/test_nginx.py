"""A12, H48–H50, H53 at Nginx: its numbers are the application's, and a real one does as it is told."""

from __future__ import annotations

import http.server
import importlib.util
import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.serving.processes import HOST, ROOT, Running, free_port, serving

NGINX = ROOT / "deploy" / "nginx"


def _lint() -> Any:
    spec = importlib.util.spec_from_file_location("deploy_lint", ROOT / "deploy" / "lint.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


lint = _lint()


# --- the files ------------------------------------------------------------------------------------


def limit_of(location: str) -> int:
    """How many bytes may come in there."""
    site = (NGINX / "site.conf").read_text()
    block = re.search(rf"location {re.escape(location)} {{(.*?)}}", site, re.DOTALL)
    assert block is not None, location
    said = re.search(r"client_max_body_size (\d+)([km])", block[1]) or re.search(
        r"client_max_body_size (\d+)([km])", (NGINX / "nginx.conf").read_text()
    )
    assert said is not None
    return int(said[1]) * {"k": 1024, "m": 1024 * 1024}[said[2]]


@pytest.mark.parametrize(
    ("location", "bytes_taken"),
    [
        ("/api/", settings.DATA_UPLOAD_MAX_MEMORY_SIZE),
        ("/api/v1/auth/", 16 * 1024),
        ("/api/v1/imports", settings.IMPORT_MAX_BYTES),
        ("/api/v1/scan/image", settings.IMAGE_MAX_BYTES + 10_000),
        ("= /client/scans", 8 * 1024),
    ],
)
def test_nginx_takes_what_the_application_takes_and_hardly_more(location: str, bytes_taken: int) -> None:
    assert bytes_taken <= limit_of(location) <= bytes_taken + 24 * 1024


def test_the_innermost_limit_gives_up_first() -> None:
    base = (ROOT / "server/src/stillage/config/settings/base.py").read_text()
    gunicorn = (ROOT / "deploy/gunicorn.conf.py").read_text()
    site = (NGINX / "site.conf").read_text()
    lock = int(re.findall(r'"web": .*lock_timeout=(\d+)s', base)[0])
    statement = int(re.findall(r'"web": .*statement_timeout=(\d+)s', base)[0])
    worker = int(re.findall(r"^timeout = (\d+)", gunicorn, re.MULTILINE)[0])
    proxy = int(re.findall(r"^proxy_read_timeout (\d+)s", site, re.MULTILINE)[0])
    assert lock < statement < worker < proxy
    kept = int(re.findall(r"keepalive_timeout (\d+)s;\n    }", (NGINX / "nginx.conf").read_text())[0])
    assert kept < int(re.findall(r"^keepalive = (\d+)", gunicorn, re.MULTILINE)[0])


def test_no_secret_in_compose_has_a_default() -> None:
    _, good, said = lint.compose_secrets()
    assert good, said


def test_the_check_for_defaults_finds_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for lax in ("${STILLAGE_SECRET_KEY:-secret}", "${STILLAGE_APP_PASSWORD}", "${STILLAGE_TOKEN_KEYS-x}"):
        (tmp_path / "compose.yaml").write_text(f"a: {lax}\n")
        monkeypatch.setattr(lint, "ROOT", tmp_path)
        assert lint.compose_secrets()[1] is False, lax


# --- a real one -----------------------------------------------------------------------------------


class Upstream(http.server.BaseHTTPRequestHandler):
    """Says what reached it."""

    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = json.dumps(
            {
                "headers": {k.lower(): v for k, v in self.headers.items()},
                "path": self.path,
                "length": len(body),
            }
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.send_header("ETag", '"abc"')
        self.send_header("Strict-Transport-Security", "max-age=1")
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST = do_PUT = handle_any

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@pytest.fixture(scope="module")
def upstream() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture(scope="module")
def nginx(upstream: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Our configuration before an upstream that answers (the API) and one that does not (the front end)."""
    binary = lint.nginx_binary()
    if binary is None:
        pytest.skip("NOT RUN: nginx is not installed")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    config = lint.render_nginx(
        folder,
        host=HOST,
        api=f"127.0.0.1:{upstream}",
        front=f"127.0.0.1:{free_port()}",
        ports={
            "listen 8080": f"listen 127.0.0.1:{port}",
            "127.0.0.1:8081": f"127.0.0.1:{free_port()}",
            "/dev/stdout": str(folder / "access.log"),
            "/dev/stderr": str(folder / "error.log"),
            "worker_processes auto": "worker_processes 1",
        },
    )
    folder.chmod(0o755)
    command = [
        binary,
        "-p",
        folder,
        "-c",
        config,
        "-g",
        "daemon off; user root;" if os.getuid() == 0 else "daemon off;",
    ]
    with serving(command, port=port, env={}, log_file=folder / "log", ready="/health/live") as running:
        yield running


def access_log(server: Running) -> str:
    return (server.log_file.parent / "access.log").read_text()


def test_the_address_is_ours_and_not_the_visitors(nginx: Running) -> None:
    claims = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Real-IP": "6.6.6.6",
        "Forwarded": "for=6.6.6.6",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X_Forwarded_For": "6.6.6.6",
        "Proxy": "http://evil.example",
        "X-Request-ID": "theirs-theirs",
        "Upgrade": "h2c",
        "Connection": "Upgrade",
    }
    told = nginx.request("GET", "/api/v1/stock", headers=claims).json()["headers"]
    assert told["x-forwarded-for"] == "127.0.0.1"
    assert told["x-forwarded-proto"] == "http"
    assert told["host"] == HOST
    assert re.fullmatch(r"[0-9a-f]{32}", told["x-request-id"])
    assert not {"x-real-ip", "forwarded", "x-forwarded-host", "x_forwarded_for", "proxy", "upgrade"} & set(
        told
    )


def test_a_stranger_gets_no_answer_at_all(nginx: Running) -> None:
    for host in (b"evil.example", b"127.0.0.1", b"api"):
        assert nginx.raw(b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n") == b""


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/v1/stock/move", b"x" * (2 * 1024 * 1024 + 1), 413),
        ("POST", "/api/v1/auth/token", b"x" * 33 * 1024, 413),
        ("GET", "/health/ready", b"", 404),
        ("GET", "/health/", b"", 404),
        ("GET", "/metrics", b"", 404),
        ("GET", "/api/" + "a" * 9000, b"", 414),
    ],
)
def test_nginxs_own_answers_are_problems_and_protected(
    nginx: Running, method: str, path: str, body: bytes, status: int
) -> None:
    said = nginx.request(method, path, content=body)
    assert said.status_code == status
    assert said.headers["content-type"] == "application/problem+json"
    assert said.json()["status"] == status
    check_headers(said.headers)


def check_headers(headers: Any) -> None:
    assert headers["content-security-policy"].startswith("default-src 'none'; frame-ancestors 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert headers["server"] == "nginx"


def test_a_page_tells_people_what_a_problem_tells_programs(nginx: Running) -> None:
    said = nginx.request("GET", "/stock")
    assert said.status_code == 503
    assert "Load the page again" in said.text
    assert said.headers["content-type"].startswith("text/html")
    assert said.headers["retry-after"] == "5"
    check_headers(said.headers)


def test_sizes_differ_by_address(nginx: Running) -> None:
    three, nine, twenty = (b"x" * (n * 1024 * 1024) for n in (3, 9, 20))
    assert nginx.request("POST", "/api/v1/imports", content=twenty).json()["length"] == len(twenty)
    assert nginx.request("POST", "/api/v1/scan/image", content=three).json()["length"] == len(three)
    assert nginx.request("POST", "/api/v1/scan/image", content=nine).status_code == 413
    assert nginx.request("POST", "/api/v1/scan", content=three).status_code == 413


def test_a_body_in_chunks_arrives_measured(nginx: Running) -> None:
    sent = b"POST /api/v1/stock/move HTTP/1.1\r\nHost: " + HOST.encode()
    sent += b"\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    told = json.loads(nginx.raw(sent).partition(b"\r\n\r\n")[2].split(b"\r\n")[-1])
    assert told["headers"]["content-length"] == "5"
    assert "transfer-encoding" not in told["headers"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [(b"hello\r\n\r\n", 400), (b"GET /" + b"a" * 9000, 414), (b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000, 400)],
)
def test_what_cannot_be_read_is_answered_in_words_too(nginx: Running, sent: bytes, status: int) -> None:
    head, _, body = nginx.raw(sent).partition(b"\r\n\r\n")
    if head.startswith(b"{"):  # it spoke no HTTP, so it gets no headers either
        body = head
    assert json.loads(body)["status"] == status
    assert b"<html" not in head + body


@pytest.mark.parametrize(
    "ends",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        b"Transfer-Encoding: x\r\n\r\nabcde",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_a_request_with_two_ends_is_refused(nginx: Running, ends: bytes) -> None:
    answer = nginx.raw(b"POST /api/v1/stock/move HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\n" + ends)
    assert int(answer.split()[1]) in (400, 501), answer[:200]


def test_an_etag_comes_through_and_hsts_is_nginxs_alone(nginx: Running) -> None:
    said = nginx.request("GET", "/api/v1/stock", headers={"If-None-Match": '"abc"'})
    assert said.headers["etag"] == '"abc"'
    assert said.json()["headers"]["if-none-match"] == '"abc"'
    assert "strict-transport-security" not in said.headers  # plain http


def test_who_asks_too_often_is_told_when_to_come_again(nginx: Running) -> None:
    said = [nginx.request("POST", "/api/v1/auth/token", content=b"{}") for _ in range(60)]
    refused = [answer for answer in said if answer.status_code == 429]
    assert len(refused) >= 5
    assert refused[0].json()["code"] == "too_many_requests"
    assert refused[0].headers["retry-after"] == "1"
    check_headers(refused[0].headers)


def test_the_log_has_the_path_and_not_the_query(nginx: Running) -> None:
    nginx.request("GET", "/api/v1/stock?search=canary-query", headers={"Referer": "http://x/?canary-referer"})
    nginx.request("GET", "/stock?search=canary-query")  # its upstream is away: an error
    nginx.request("GET", "/api/a%0d%0a%7B%22forged%22:1%7D")
    log = access_log(nginx)
    assert "canary" not in log + (nginx.log_file.parent / "error.log").read_text() + nginx.log
    lines = [json.loads(line) for line in log.splitlines()]
    assert {"method", "path", "status", "seconds", "request_id", "address"} <= set(lines[-1])
    assert any(line["path"] == "/api/v1/stock" for line in lines)
    assert ("/stock", 503) in [(line["path"], line["status"]) for line in lines]
    assert not any("forged" in line for line in lines)


def test_the_configuration_is_read_without_complaint() -> None:
    name, good, said = lint.nginx_syntax()
    assert good, said
    if "not run" in name:
        pytest.skip("NOT RUN: nginx is not installed")


def test_the_linters_of_the_deployment_are_content() -> None:
    done = subprocess.run(
        [lint.BIN / "python", "deploy/lint.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
