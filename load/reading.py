"""What the reading scenarios share: a page over HTTP timed by one client, raw reading, and deep cursors."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from harness import ROOT, Run, Served, cpu_of, hammer
from statements import Statement, captured


def get(path: str, *, token: str) -> Any:
    """A read inside this process, for its SQL and its answer."""
    from rest_framework.test import APIClient

    answer = APIClient().get(path, HTTP_HOST="127.0.0.1", HTTP_AUTHORIZATION=f"Bearer {token}")
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.content.decode()[:500]}")
    return json.loads(answer.content)


def statements_of(path: str, *, token: str) -> list[Statement]:
    get(path, token=token)
    return captured(lambda: get(path, token=token))


def timed(served: Served, paths: Sequence[str], *, token: str, seconds: float) -> float:
    """The median time of these reads in ms, one client."""
    done = hammer(
        served,
        token=token,
        requests=[("GET", path, None) for path in paths],
        seconds=seconds,
        clients=1,
        expect=200,
    )
    return float(done.details["p50"])


def raw(url: str, statements: Sequence[Statement], *, seconds: float, postmaster: int) -> Run:
    """The statements by psycopg alone, in a process of its own; its CPU and PostgreSQL's."""
    plan = {
        "url": url,
        "seconds": seconds,
        "statements": [(one.sql, [_json(value) for value in one.parameters]) for one in statements],
    }
    before = cpu_of(postmaster)
    done = subprocess.run(
        [sys.executable, str(ROOT / "load" / "raw_reader.py")],
        input=json.dumps(plan).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(done.stdout)
    return Run(found["count"], found["seconds"], found["cpu"] + cpu_of(postmaster) - before, found)


def _json(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str | list) else str(value)


def with_cursor(path: str, ordering: str, key: list[Any], **asked: str) -> str:
    """The address of the page behind a key, with a cursor as the server itself would write it."""
    from rest_framework.request import Request
    from rest_framework.test import APIRequestFactory

    from stillage.rest.paging import write_cursor

    query = {**asked, "ordering": ordering}
    request = Request(APIRequestFactory().get(path, query))
    return f"{path}?{urlencode(query)}&cursor={quote(write_cursor(request, ordering, key))}"
