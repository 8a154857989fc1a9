"""Schemathesis walks the OpenAPI document with what it allows and what it does not: never a 500, always a problem."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings

from tests.builders import make_product, make_warehouse, receive
from tests.people import signed_in_client
from tests.promises.engines import ON_POSTGRES

pytestmark = pytest.mark.django_db

# Signing out or changing the password in the middle of the walk would make the rest of it prove nothing;
# an export streams a file.
LEFT_OUT = ("/auth/logout", "/auth/password", "/exports/", "/auth/sessions/")
EXAMPLES = 4 if ON_POSTGRES else 8  # what one engine refuses the other mostly refuses too

STREAM = "/api/v1/events"  # a process that cannot stream says so: 501, tried in server/tests/live


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A WSGI server would close the connection between requests, and with it the test's own transaction."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_no_request_the_schema_leads_to_brings_a_500(mode: Any) -> None:
    make_warehouse("MAIN")
    receive(make_product("ALE-330"), "L1", quantity=10)
    client = signed_in_client("admin")
    assert client.pair is not None
    headers = {"Authorization": f"Bearer {client.pair.access}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema", get_wsgi_application())
    walked, broken = 0, []
    for result in schema.get_all_operations():
        operation = result.ok()
        if any(part in operation.path for part in LEFT_OUT):
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def try_it(case: Any) -> None:
            nonlocal walked
            walked += 1
            answer = case.call(headers={**headers, **_plain(case.headers)})
            kind = answer.headers["content-type"][0]
            if case.path == STREAM and answer.status_code == 501 and kind == "application/problem+json":
                return
            if answer.status_code >= 500 or (
                answer.status_code >= 400 and kind != "application/problem+json"
            ):
                broken.append(
                    f"{case.method} {case.formatted_path} {case.query} {case.body!r}: {answer.status_code} {kind}"
                )

        try:
            try_it()
        except Exception as error:  # an operation may have nothing of this mode
            if type(error).__name__ not in ("Unsatisfiable", "SkipTest"):
                raise
    assert not broken, broken[:10]
    assert walked > 200


def _plain(headers: Any) -> dict[str, str]:
    """The headers a case made up, but for the one that signs in."""
    return {name: value for name, value in dict(headers or {}).items() if name.lower() != "authorization"}
