"""H48: whatever is answered, by whichever layer, carries what protects the browser."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from stillage.rest.middleware import HEADERS
from tests.people import anonymous_client, signed_in_client

pytestmark = pytest.mark.django_db
BROKEN = "tests.serving.broken_urls"

ANSWERS: list[tuple[int, str, str, dict[str, Any]]] = [
    (200, "GET", "/health/live", {}),
    (400, "GET", "/api/v1/auth/me", {"HTTP_HOST": "evil.example"}),
    (400, "POST", "/api/v1/auth/token", {"data": "{", "content_type": "application/json"}),
    (401, "GET", "/api/v1/auth/me", {}),
    (401, "GET", "/api/v1/auth/me", {"HTTP_AUTHORIZATION": "Bearer none"}),
    (403, "GET", "/api/v1/html", {}),
    (404, "GET", "/api/v1/nothing", {}),
    (404, "GET", "/favicon.ico", {}),
    (405, "DELETE", "/api/v1/auth/token", {}),
    (413, "POST", "/api/v1/auth/token", {"data": "x" * 20_000, "content_type": "application/json"}),
    (415, "POST", "/api/v1/auth/token", {"data": "a=1", "content_type": "text/plain"}),
    (422, "POST", "/api/v1/auth/token", {"data": "{}", "content_type": "application/json"}),
    (429, "GET", "/api/v1/broken", {}),
    (500, "GET", "/api/v1/plain", {}),
    (500, "POST", "/api/v1/broken", {"data": '{"typed": "x"}', "content_type": "application/json"}),
    (503, "GET", "/api/v1/no-database", {}),
]


def answer(method: str, path: str, more: dict[str, Any], **always: Any) -> Any:
    client = anonymous_client(raise_request_exception=False)
    return client.generic(method, path, **{**more, **always})


@pytest.mark.parametrize(
    ("status", "method", "path", "more"), ANSWERS, ids=[f"{case[0]} {case[2]}" for case in ANSWERS]
)
@override_settings(ROOT_URLCONF=BROKEN)
def test_every_answer_carries_the_protecting_headers(
    status: int, method: str, path: str, more: dict[str, Any]
) -> None:
    said = answer(method, path, more)
    assert said.status_code == status
    for name, value in HEADERS.items():
        assert said[name] == value
    assert "frame-ancestors 'none'" in said["Content-Security-Policy"]
    assert said["Cache-Control"] == "no-store"
    assert len(said["X-Request-ID"]) == 32
    assert said["Content-Length"] == str(len(said.content))
    assert "Access-Control-Allow-Origin" not in said


@pytest.mark.parametrize(
    ("status", "method", "path", "more"), ANSWERS, ids=[f"{case[0]} {case[2]}" for case in ANSWERS]
)
@override_settings(
    ROOT_URLCONF=BROKEN,
    SECURE_HSTS_SECONDS=31_536_000,
    SECURE_HSTS_INCLUDE_SUBDOMAINS=True,
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
)
def test_over_https_every_answer_tells_the_browser_to_stay_there(
    status: int, method: str, path: str, more: dict[str, Any]
) -> None:
    said = answer(method, path, more, HTTP_X_FORWARDED_PROTO="https")
    assert said.status_code == status
    assert said["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in answer(method, path, more)


def test_what_an_endpoint_answers_is_kept_by_nobody() -> None:
    client = signed_in_client("manager")
    for path in ("/api/v1/auth/me", "/api/v1/availability", "/api/v1/products", "/api/v1/audit"):
        said = client.get(path)
        assert (said.status_code, said["Cache-Control"]) == (200, "no-store")


def test_a_refusal_keeps_what_the_client_needs_to_go_on() -> None:
    with override_settings(ROOT_URLCONF=BROKEN):
        assert answer("GET", "/api/v1/broken", {})["Retry-After"] == "7"
    assert answer("GET", "/api/v1/auth/me", {})["WWW-Authenticate"].startswith("Bearer")
    assert answer("DELETE", "/api/v1/auth/token", {})["Allow"] == "POST, OPTIONS"


def test_a_request_id_of_the_proxy_is_kept_and_a_strange_one_is_not() -> None:
    given = "0123456789abcdef0123456789abcdef"
    assert answer("GET", "/health/live", {"HTTP_X_REQUEST_ID": given})["X-Request-ID"] == given
    for strange in ("short", "a" * 65, "with space and more", "<script>alert(1)</script>", "ä" * 20):
        said = answer("GET", "/health/live", {"HTTP_X_REQUEST_ID": strange})
        assert said["X-Request-ID"] != strange
        assert len(said["X-Request-ID"]) == 32
