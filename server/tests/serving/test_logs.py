"""H52: no password, token, body or query in the logs or in Sentry; nobody can forge a line."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from stillage.config import sentry
from stillage.rest import logs
from tests.serving.processes import copy_of, production, run


@pytest.fixture(scope="module")
def told(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    folder = tmp_path_factory.mktemp("canary")
    env = production(copy_of(migrated, folder), folder, STILLAGE_LOG_LEVEL="DEBUG")
    done = run("-m", "tests.serving.canary", env=env)
    assert done.returncode == 0, done.stderr[-3000:]
    return done


@pytest.fixture(scope="module")
def kept(told: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told.stdout)
    return found


@pytest.fixture(scope="module")
def lines(told: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """Every line that is not a warning of Python's own is an object."""
    return [json.loads(line) for line in told.stderr.splitlines() if line.startswith("{")]


def test_the_canary_went_everywhere(kept: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    said = " ".join(map(str, kept["statuses"]))
    assert said == "401 401 422 400 401 200 422 200 400 404 401 400 422 422 500 500 503"
    assert len([line for line in lines if line["logger"] == "stillage.requests"]) >= 20
    assert len(kept["events"]) >= 2


def test_no_secret_is_in_any_log_line(told: subprocess.CompletedProcess[str], kept: dict[str, Any]) -> None:
    for secret in kept["secrets"]:
        assert secret not in told.stderr


def test_no_secret_is_in_what_sentry_gets(kept: dict[str, Any]) -> None:
    sent = json.dumps(kept["events"])
    for secret in kept["secrets"]:
        assert secret not in sent
    # as a word of its own: her name is three hexadecimal digits, and ids are full of those
    assert not re.search(r"\bada\b", sent)


def test_sentry_still_says_where_it_broke(kept: dict[str, Any]) -> None:
    events = [event for event in kept["events"] if "exception" in event]
    kinds = {value["type"] for event in events for value in event["exception"]["values"]}
    assert {"KeyError", "ValueError", "RuntimeError"} <= kinds
    event = next(event for event in events if event["exception"]["values"][-1]["type"] == "RuntimeError")
    assert event["request"] == {"method": "GET", "url": "http://stock.example.org/api/v1/plain"}
    assert event["exception"]["values"][-1]["value"] == sentry.LEFT_OUT
    functions = [frame["function"] for frame in event["exception"]["values"][-1]["stacktrace"]["frames"]]
    assert functions[-1] == "plain"
    assert len(event["tags"]["request_id"]) == 32
    assert not {"user", "extra", "breadcrumbs"} & set(event)


def test_the_log_still_says_where_it_broke(lines: list[dict[str, Any]]) -> None:
    broken = [line for line in lines if "exception" in line]
    assert any("in post" in line["exception"] and "KeyError" in line["exception"] for line in broken)
    assert any("caused by" in line["exception"] and "ValueError" in line["exception"] for line in broken)
    assert all(len(line["request_id"]) == 32 for line in broken)


def test_lines_carry_the_request_and_who_asked(lines: list[dict[str, Any]]) -> None:
    mine = [line for line in lines if line["message"] == "GET /api/v1/availability 200"]
    assert [(line["user"], line["status"]) for line in mine] == [("ada", 200)]
    assert mine[0]["milliseconds"] >= 0


def test_no_path_and_no_header_can_forge_a_line(
    told: subprocess.CompletedProcess[str], lines: list[dict[str, Any]]
) -> None:
    assert not [line for line in lines if line["level"] == "forged"]
    assert not [line for line in told.stderr.splitlines() if line.startswith("forged")]
    assert "Logging error" not in told.stderr


# --- the formatters by themselves -----------------------------------------------------------------


def written(formatter: logging.Formatter, message: str, *arguments: Any, **more: Any) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    handler.handle(
        logging.makeLogRecord({"name": "t", "levelname": "INFO", "msg": message, "args": arguments, **more})
    )
    return stream.getvalue()


TEXT = logs.TextFormatter("{levelname:7} {name}: {message}", style="{")


@pytest.mark.parametrize(
    "sign", ["\r", "\n", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x1b[2J"]
)
@pytest.mark.parametrize("formatter", [logs.JSONFormatter(), TEXT], ids=["json", "text"])
def test_one_message_is_one_line(formatter: logging.Formatter, sign: str) -> None:
    said = written(formatter, "GET %s", f"/a{sign}INFO t: forged")
    assert said.count("\n") == 1 and "\r" not in said and "\x1b" not in said
    if formatter is TEXT:
        assert len(said.splitlines()) == 1


@pytest.mark.parametrize("odd", ["\ud800", 2**70, float("nan"), object(), b"bytes", {1: 2}])
def test_no_value_loses_a_line(odd: Any) -> None:
    said = json.loads(written(logs.JSONFormatter(), "odd", fields={"odd": odd}))
    assert said["message"] == "odd" and "odd" in said


def test_only_words_of_the_machine_are_told() -> None:
    try:
        try:
            int("hunter2")
        except ValueError as error:
            raise ConnectionRefusedError(111, "Connection refused") from error
    except OSError as error:
        said = logs.trace_of(error)
    assert "hunter2" not in said.replace('int("hunter2")', "")
    assert "ConnectionRefusedError: [Errno 111] Connection refused" in said
    assert "caused by" in said and said.endswith("ValueError")


def test_sentry_is_off_without_its_switch(migrated: Path, tmp_path: Path) -> None:
    code = "import django; django.setup()\nimport sentry_sdk\nprint(sentry_sdk.get_client().is_active())"
    env = production(migrated, tmp_path)
    assert run("-c", code, env=env).stdout.strip() == "False"
    assert (
        run("-c", code, env={**env, "STILLAGE_SENTRY_DSN": "http://p@127.0.0.1:9/1"}).stdout.strip() == "True"
    )
