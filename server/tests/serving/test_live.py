"""G46: the streams of a production, in a process of their own and behind a real Nginx."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
import pytest

from tests.serving.processes import HOST, Running, copy_of, free_port, production, run, serving
from tests.serving.test_nginx import lint

SIGN_IN = """
import django; django.setup()
from stillage.accounts import tokens
from stillage.accounts.models import User
from stillage.accounts.sessions import begin
from stillage.core.clock import now
from django.contrib.auth.models import Group
user = User.objects.create(username="mira", all_warehouses=True)
user.groups.add(Group.objects.get_or_create(name="manager")[0])
print(tokens.pair_of(begin(user=user, address="127.0.0.1", user_agent="", at=now())).access)
"""
WRITE = """
import django; django.setup()
from stillage.audit.record import record
from stillage.core.actor import service
record(actor=service("test"), action="product.update", object_type="product", object_id=1, label="ALE-330", after={})
"""


@dataclass
class House:
    """A production's streams, and somebody who may hear them."""

    live: Running
    env: dict[str, str]
    token: str


@pytest.fixture
def house(migrated: Path, tmp_path: Path) -> Iterator[House]:
    database = copy_of(migrated, tmp_path)
    env = production(database, tmp_path)
    signed_in = run("-c", SIGN_IN, env=env)
    assert signed_in.returncode == 0, signed_in.stderr
    port = free_port()
    command = [sys.executable, "-m", "stillage", "live", "--port", str(port)]
    with serving(
        [*command], port=port, env=env, log_file=tmp_path / "live.log", ready="/health/live"
    ) as live:
        yield House(live, env, signed_in.stdout.strip())


@contextlib.contextmanager
def listening(url: str, token: str) -> Iterator[Iterator[str]]:
    headers = {"Host": HOST, "Authorization": f"Bearer {token}"}
    with (
        httpx.Client(trust_env=False, timeout=20) as client,
        client.stream("GET", f"{url}/api/v1/events", headers=headers) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield answer.iter_lines()


def next_event(lines: Iterator[str], name: str) -> dict[str, object]:
    """Read on to the next event of this name."""
    for line in lines:
        if line == f"event: {name}":
            break
    data = next(line for line in lines if line.startswith("data: "))
    return dict(orjson.loads(data.removeprefix("data: ")))


def test_another_process_s_write_is_heard_and_a_stop_ends_the_streams_soon(house: House) -> None:
    with listening(house.live.url, house.token) as lines:
        assert "stock" in str(next_event(lines, "hello")["topics"])
        wrote = run("-c", WRITE, env=house.env)
        assert wrote.returncode == 0, wrote.stderr
        assert next_event(lines, "change")["label"] == "ALE-330"
        began = time.monotonic()
        house.live.process.send_signal(signal.SIGTERM)
        assert next_event(lines, "end") == {"because": "server_stops"}
        assert house.live.process.wait(15) is not None
        assert time.monotonic() - began < 10
    assert house.token not in house.live.log
    assert "Traceback" not in house.live.log


def test_nothing_but_streams_is_served_there(house: House) -> None:
    for method, path, status in [
        ("GET", "/api/v1/stock", 404),
        ("POST", "/api/v1/events", 405),
        ("GET", "/docs", 404),
        ("GET", "/api/v1/events", 401),
    ]:
        answer = house.live.request(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    evil = house.live.request("GET", "/api/v1/events", headers={"Host": "evil.example"})
    assert evil.status_code == 400


def test_nginx_lets_events_through_as_they_come_and_writes_no_token_down(
    house: House, tmp_path: Path
) -> None:
    binary = lint.nginx_binary()
    if binary is None:
        pytest.skip("NOT RUN: nginx is not installed")
    folder, port = tmp_path / "nginx", free_port()
    config = lint.render_nginx(
        folder,
        host=HOST,
        live=f"127.0.0.1:{house.live.port}",
        ports={
            "listen 8080": f"listen 127.0.0.1:{port}",
            "127.0.0.1:8081": f"127.0.0.1:{free_port()}",
            "/dev/stdout": str(folder / "access.log"),
            "/dev/stderr": str(folder / "error.log"),
            "worker_processes auto": "worker_processes 1",
        },
    )
    ways = "daemon off; user root;" if os.getuid() == 0 else "daemon off;"
    command = [binary, "-p", folder, "-c", config, "-g", ways]
    env = {"PATH": os.environ["PATH"]}
    with (
        serving([*command], port=port, env=env, log_file=folder / "out.log", ready="/") as nginx,
        listening(nginx.url, house.token) as lines,
    ):
        next_event(lines, "hello")
        run("-c", WRITE, env=house.env)
        assert next_event(lines, "change")["topic"] == "catalogue"
    assert house.token not in (folder / "access.log").read_text() + (folder / "error.log").read_text()
