"""H51, A13: a production does not start with weak keys, without a database, or with people everybody knows."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.test import override_settings

from stillage.accounts import tokens
from tests.people import anonymous_client, make_session, make_user
from tests.serving.processes import (
    HOST,
    KEY,
    ROOT,
    TOKEN_KEY,
    copy_of,
    environment,
    free_port,
    gunicorn,
    production,
    run,
    serving,
)

MANAGE = "server/manage.py"
WSGI = "import stillage.config.wsgi"

REFUSED: list[tuple[str, dict[str, str], str]] = [
    ("no key", {"STILLAGE_SECRET_KEY": ""}, "STILLAGE_SECRET_KEY must hold at least 32 random bytes"),
    ("a short key", {"STILLAGE_SECRET_KEY": "x" * 31}, "STILLAGE_SECRET_KEY must hold at least 32"),
    ("one letter", {"STILLAGE_SECRET_KEY": "x" * 64}, "STILLAGE_SECRET_KEY must hold at least 32 random"),
    ("no token key", {"STILLAGE_TOKEN_KEYS": ""}, "STILLAGE_TOKEN_KEYS must name at least one key"),
    ("a short token key", {"STILLAGE_TOKEN_KEYS": "x" * 31}, "Every key in STILLAGE_TOKEN_KEYS must hold"),
    (
        "a short second token key",
        {"STILLAGE_TOKEN_KEYS": f"{TOKEN_KEY},short"},
        "Every key in STILLAGE_TOKEN_KEYS must hold",
    ),
    ("one key for both", {"STILLAGE_TOKEN_KEYS": KEY}, "must not repeat STILLAGE_SECRET_KEY"),
    ("an example", {"STILLAGE_SECRET_KEY": "changeme" * 8}, "still holds its example value"),
    ("any host", {"STILLAGE_ALLOWED_HOSTS": "*"}, "STILLAGE_ALLOWED_HOSTS must name the hosts"),
    ("no host", {"STILLAGE_ALLOWED_HOSTS": ""}, "STILLAGE_ALLOWED_HOSTS must name the hosts"),
    ("no database", {"DATABASE_URL": ""}, "DATABASE_URL must say where the database is"),
]


@pytest.mark.parametrize(("name", "told", "words"), REFUSED, ids=[case[0] for case in REFUSED])
def test_a_production_that_lacks_something_does_not_start(
    name: str, told: dict[str, str], words: str, migrated: Path, tmp_path: Path
) -> None:
    done = run("-c", WSGI, env=production(migrated, tmp_path, **told))
    assert done.returncode == 3
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert KEY not in done.stderr and TOKEN_KEY not in done.stderr


def test_all_that_is_lacking_is_said_at_once(tmp_path: Path) -> None:
    env = production("", tmp_path, STILLAGE_SECRET_KEY="", STILLAGE_TOKEN_KEYS="", STILLAGE_ALLOWED_HOSTS="")
    done = run("-c", WSGI, env={**env, "DATABASE_URL": ""})
    assert done.returncode == 3
    assert [
        word for word in ("SECRET_KEY", "TOKEN_KEYS", "ALLOWED_HOSTS", "DATABASE_URL") if word in done.stderr
    ] == [
        "SECRET_KEY",
        "TOKEN_KEYS",
        "ALLOWED_HOSTS",
        "DATABASE_URL",
    ]


def test_secrets_may_come_out_of_files(migrated: Path, tmp_path: Path) -> None:
    env = production("", tmp_path)
    for name, value in {
        "STILLAGE_SECRET_KEY": KEY,
        "STILLAGE_TOKEN_KEYS": TOKEN_KEY,
        "DATABASE_URL": f"sqlite:///{migrated}",
    }.items():
        (tmp_path / name).write_text(value + "\n")
        env.pop(name, None)
        env[f"{name}_FILE"] = str(tmp_path / name)
    done = run(
        "-c", f"{WSGI}\nfrom django.conf import settings\nprint(settings.SECRET_KEY == {KEY!r})", env=env
    )
    assert (done.returncode, done.stdout.strip()) == (0, "True"), done.stderr


def test_django_has_nothing_to_say_against_the_production_settings(migrated: Path, tmp_path: Path) -> None:
    done = run(MANAGE, "check", "--deploy", "--fail-level", "WARNING", env=production(migrated, tmp_path))
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


def test_a_proxy_that_is_not_counted_is_pointed_out(migrated: Path, tmp_path: Path) -> None:
    env = production(migrated, tmp_path, STILLAGE_NUM_PROXIES="0")
    done = run(MANAGE, "check", "--deploy", "--fail-level", "WARNING", env=env)
    assert done.returncode == 1
    assert "STILLAGE_NUM_PROXIES is 0" in done.stderr


# --- the demonstration's people -------------------------------------------------------------------


def test_a_production_with_demonstration_accounts_does_not_start(with_demo: Path, tmp_path: Path) -> None:
    done = run("-c", WSGI, env=production(with_demo, tmp_path))
    assert done.returncode == 3
    assert "the demonstration's accounts, whose password everybody knows" in done.stderr
    assert "Traceback" not in done.stderr


def test_gunicorn_ends_with_an_exit_code_when_it_may_not_start(with_demo: Path, tmp_path: Path) -> None:
    env = production(
        with_demo, tmp_path, STILLAGE_BIND=f"127.0.0.1:{free_port()}", STILLAGE_API_PROCESSES="1"
    )
    done = run("-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "stillage.config.wsgi", env=env)
    assert done.returncode == 3
    assert "Stillage does not start:" in done.stderr


def test_the_check_before_a_start_names_the_accounts(with_demo: Path, tmp_path: Path) -> None:
    done = run(MANAGE, "check", "--deploy", env=production(with_demo, tmp_path))
    assert done.returncode == 1
    assert "stillage.E001" in done.stderr


def test_the_demonstration_listens_on_loopback_only(tmp_path: Path) -> None:
    env = production(
        tmp_path / "new.sqlite3", tmp_path, DJANGO_SETTINGS_MODULE="stillage.config.settings.dev"
    )
    for host in ("0.0.0.0", "::", "192.0.2.7", "stock.example.org"):
        done = run("-m", "stillage", "run", "--demo", "--host", host, "--port", str(free_port()), env=env)
        assert done.returncode == 1
        assert "listens on 127.0.0.1 only" in done.stderr
    assert not (tmp_path / "new.sqlite3").exists()


def test_a_database_with_demonstration_accounts_listens_on_loopback_only(
    with_demo: Path, tmp_path: Path
) -> None:
    database = copy_of(with_demo, tmp_path)
    env = production(database, tmp_path, DJANGO_SETTINGS_MODULE="stillage.config.settings.dev")
    done = run("-m", "stillage", "run", "--host", "0.0.0.0", "--port", str(free_port()), env=env)
    assert done.returncode == 1
    assert "the demonstration's accounts" in done.stderr


@pytest.mark.parametrize("command", [["run", "--demo"], ["demo"]], ids=["run --demo", "demo"])
def test_the_demonstration_is_not_made_in_production(
    command: list[str], migrated: Path, tmp_path: Path
) -> None:
    database = copy_of(migrated, tmp_path)
    done = run("-m", "stillage", *command, env=production(database, tmp_path))
    assert done.returncode == 1
    assert "not in production" in done.stderr


def test_accounts_that_come_while_the_database_was_away_are_met_before_the_first_request(
    with_demo: Path, tmp_path: Path
) -> None:
    database = tmp_path / "later" / "own.sqlite3"
    with gunicorn(production(database, tmp_path), tmp_path) as server:
        assert server.request("GET", "/health/live").status_code == 200
        database.parent.mkdir()
        copy_of(with_demo, database.parent)
        said = server.request(
            "POST", "/api/v1/auth/token", json={"username": "admin", "password": "stillage"}
        )
        assert (said.status_code, said.json()["code"]) == (503, "not_configured")
        assert server.request("GET", "/health/ready").status_code == 503
        assert server.request("GET", "/health/live").status_code == 200


# --- keys while they rotate -----------------------------------------------------------------------


@pytest.mark.django_db
def test_two_token_keys_live_while_they_rotate() -> None:
    old, new = "old key of at least thirty-two bytes", "new key of at least thirty-two bytes"
    session = make_session(make_user("manager"))
    with override_settings(TOKEN_KEYS=[old]):
        pair = tokens.pair_of(session)
    client = anonymous_client().hold(pair)
    with override_settings(TOKEN_KEYS=[new, old]):
        assert client.get("/api/v1/auth/me").status_code == 200
        fresh = tokens.pair_of(session)
        assert anonymous_client().hold(fresh).get("/api/v1/auth/me").status_code == 200
    with override_settings(TOKEN_KEYS=[new]):
        assert client.get("/api/v1/auth/me").status_code == 401
        assert anonymous_client().hold(fresh).get("/api/v1/auth/me").status_code == 200


def test_the_front_end_starts_without_any_secret_but_not_without_its_names(tmp_path: Path) -> None:
    env = production("", tmp_path)
    for name in ("STILLAGE_SECRET_KEY", "STILLAGE_TOKEN_KEYS", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
        env.pop(name, None)
    refused = run("-m", "stillage", "front", env={**env, "STILLAGE_API_URL": ""})
    assert (refused.returncode, "STILLAGE_API_URL must say" in refused.stderr) == (1, True)
    refused = run("-m", "stillage", "front", env={**env, "STILLAGE_ALLOWED_HOSTS": "*"})
    assert (refused.returncode, "STILLAGE_ALLOWED_HOSTS must name" in refused.stderr) == (1, True)


def test_the_front_end_serves_the_client_without_knowing_a_secret(tmp_path: Path) -> None:
    port = free_port()
    env = environment(
        STILLAGE_HOME=str(tmp_path),
        STILLAGE_API_URL="http://127.0.0.1:9",
        STILLAGE_ALLOWED_HOSTS=HOST,
        STILLAGE_ALLOWED_ORIGINS=f"https://{HOST}",
    )
    command = [sys.executable, "-m", "stillage", "front", "--port", str(port)]
    with serving(command, port=port, env=env, log_file=tmp_path / "log", ready="/") as front:
        page = front.request("GET", "/", headers={"X-Forwarded-Proto": "https"})
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert page.headers["strict-transport-security"].startswith("max-age=")
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert front.request("GET", "/", headers={"Host": "evil.example"}).status_code == 400
        for path in ("/docs", "/openapi.json", "/api/v1/stock.json"):
            assert front.request("GET", path).status_code == 404
        healthy = [sys.executable, "deploy/healthy.py", f"http://127.0.0.1:{port}/"]
        assert subprocess.run(healthy, cwd=ROOT, env=env, timeout=20, check=False).returncode == 0
    assert subprocess.run(healthy, cwd=ROOT, env=env, timeout=20, check=False).returncode == 1


def test_the_worker_starts_and_ends_when_told(migrated: Path, tmp_path: Path) -> None:
    env = production(copy_of(migrated, tmp_path), tmp_path)
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "stillage", "worker"], cwd=ROOT, env=env, stdout=log, stderr=log
        )
    try:
        ended = time.monotonic() + 40
        while "Starting worker" not in (tmp_path / "log").read_text() and time.monotonic() < ended:
            assert worker.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.2)
        worker.terminate()
        assert worker.wait(20) == 0
    finally:
        worker.kill()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert {"at", "level", "logger", "message"} <= set(lines[0])
