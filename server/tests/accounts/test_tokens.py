"""A token is ours or it is nothing: one algorithm, one key, kind, issuer, audience and expiry (SAFETY A1, A2)."""

import base64
import datetime as dt
import json
import os
import subprocess
import sys
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.test import override_settings

from stillage.accounts import tokens
from stillage.core.clock import now
from tests.people import Client, anonymous_client, make_user, signed_in_client

pytestmark = pytest.mark.django_db
ME = "/api/v1/auth/me"
REFRESH = "/api/v1/auth/token/refresh"
KEY = settings.TOKEN_KEYS[0]


def claims_of(client: Client, **changes: Any) -> dict[str, Any]:
    assert client.pair is not None
    found = jwt.decode(client.pair.access, options={"verify_signature": False})
    found.update(changes)
    return {name: value for name, value in found.items() if value is not None}


def try_access(token: str) -> int:
    answer = anonymous_client().get(ME, HTTP_AUTHORIZATION=f"Bearer {token}")
    if answer.status_code != 200:
        assert answer.json()["code"] == "invalid_token"
        assert answer["WWW-Authenticate"].startswith("Bearer")
    return int(answer.status_code)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_our_own_token_is_taken_as_it_is() -> None:
    client = signed_in_client()
    assert try_access(jwt.encode(claims_of(client), KEY, algorithm="HS256")) == 200


@pytest.mark.parametrize("algorithm", ["none", "HS384", "HS512"])
def test_another_algorithm_is_refused(algorithm: str) -> None:
    client = signed_in_client()
    key = None if algorithm == "none" else KEY
    assert try_access(jwt.encode(claims_of(client), key, algorithm=algorithm)) == 401


def test_an_asymmetric_token_is_refused() -> None:
    client = signed_in_client()
    for algorithm in ("RS256", "ES256", "EdDSA"):
        head, body = part({"alg": algorithm, "typ": "JWT"}), part(claims_of(client))
        assert try_access(f"{head}.{body}.c2lnbmF0dXJl") == 401


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"]},
        {"crit": ["unknown"], "unknown": 1},
        {"kid": "1"},
        {"kid": "../../dev/null"},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"typ": "at+jwt"},
    ],
)
def test_a_header_that_asks_for_something_is_refused_even_when_signed_by_us(header: dict[str, Any]) -> None:
    client = signed_in_client()
    assert try_access(jwt.encode(claims_of(client), KEY, algorithm="HS256", headers=header)) == 401


def test_a_token_signed_with_another_key_is_refused() -> None:
    client = signed_in_client()
    for key in (settings.SECRET_KEY, "x" * 40):
        assert try_access(jwt.encode(claims_of(client), key, algorithm="HS256")) == 401


def test_an_empty_or_changed_signature_is_refused() -> None:
    client = signed_in_client()
    assert client.pair is not None
    head, body, signature = client.pair.access.split(".")
    other = part(claims_of(client, gen=99))
    for token in (
        f"{head}.{body}.",
        f"{head}.{body}",
        f"{head}.{other}.{signature}",
        "",
        ".",
        "..",
        "é" * 9,
        "a" * 5000,
    ):
        answer = anonymous_client().get(ME, HTTP_AUTHORIZATION=f"Bearer {token}".encode().decode("latin-1"))
        assert answer.status_code == 401, token


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody-else"},
        {"iss": None},
        {"aud": "another-api"},
        {"aud": None},
        {"typ": "refresh"},
        {"typ": None},
        {"exp": None},
        {"sid": None},
        {"sid": 7},
        {"sid": "nonsense"},
        {"gen": None},
        {"gen": "0"},
        {"gen": True},
    ],
)
def test_every_claim_is_needed_and_checked(changes: dict[str, Any]) -> None:
    client = signed_in_client()
    assert try_access(jwt.encode(claims_of(client, **changes), KEY, algorithm="HS256")) == 401


@pytest.mark.parametrize(
    ("age", "status"), [(-60, 200), (tokens.LEEWAY_SECONDS - 2, 200), (tokens.LEEWAY_SECONDS + 1, 401)]
)
def test_expiry_is_kept_to_the_second_with_a_small_leeway(age: int, status: int) -> None:
    client = signed_in_client()
    expired = int(now().timestamp()) - age
    assert try_access(jwt.encode(claims_of(client, exp=expired), KEY, algorithm="HS256")) == status


def test_a_refresh_token_is_no_access_token_and_the_other_way_round() -> None:
    client = signed_in_client()
    assert client.pair is not None
    assert try_access(client.pair.refresh) == 401
    answer = anonymous_client().post(REFRESH, {"refresh": client.pair.access})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    logout = anonymous_client().post(
        "/api/v1/auth/logout", HTTP_AUTHORIZATION=f"Bearer {client.pair.refresh}"
    )
    assert logout.status_code == 401
    assert client.get(ME).status_code == 200


def test_an_expired_refresh_token_is_refused() -> None:
    client = signed_in_client()
    assert client.session_row is not None
    at = now() - settings.REFRESH_TOKEN_LIFETIME - dt.timedelta(seconds=tokens.LEEWAY_SECONDS + 1)
    client.session_row.rotated_at = at
    old = tokens.pair_of(client.session_row)
    answer = anonymous_client().post(REFRESH, {"refresh": old.refresh})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


def test_the_second_key_is_still_taken_while_keys_rotate() -> None:
    client = signed_in_client()
    assert client.pair is not None
    with override_settings(TOKEN_KEYS=["a new key for tokens, long enough to be one", KEY]):
        assert try_access(client.pair.access) == 200
        answer = anonymous_client().post(REFRESH, {"refresh": client.pair.refresh})
        assert answer.status_code == 200
        renewed = answer.json()["access"]
    assert try_access(renewed) == 401  # signed with the new key, which is gone again
    with override_settings(TOKEN_KEYS=["a new key for tokens, long enough to be one"]):
        assert try_access(client.pair.access) == 401


def test_another_scheme_is_refused_in_plain_words() -> None:
    for header in ("Basic YTpi", "Bearer", "Bearer ", "Token abc"):
        answer = anonymous_client().get(ME, HTTP_AUTHORIZATION=header)
        assert answer.status_code == 401, header


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"STILLAGE_TOKEN_KEYS": "short"}, "at least 32"),
        ({"STILLAGE_TOKEN_KEYS": ""}, "STILLAGE_TOKEN_KEYS"),
        ({"STILLAGE_TOKEN_KEYS": "s" * 40}, "must not repeat"),
    ],
)
def test_a_production_start_with_a_weak_key_ends_with_an_exit_code(
    environment: dict[str, str], words: str
) -> None:
    started = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(sys.path),
            "DJANGO_SETTINGS_MODULE": "stillage.config.settings.prod",
            "STILLAGE_SECRET_KEY": "s" * 40,
            "STILLAGE_ALLOWED_HOSTS": "stock.example.org",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode != 0
    assert words in started.stderr


def test_a_short_key_is_refused_by_every_settings_file() -> None:
    from django.core.exceptions import ImproperlyConfigured

    with override_settings(TOKEN_KEYS=["x" * 31]), pytest.raises(ImproperlyConfigured, match="32"):
        tokens.check_keys()
    with (
        override_settings(TOKEN_KEYS=[settings.SECRET_KEY]),
        pytest.raises(ImproperlyConfigured, match="repeat"),
    ):
        tokens.check_keys()


def test_a_token_for_a_session_that_never_was_is_refused() -> None:
    user = make_user()
    client = signed_in_client(user=user)
    assert try_access(jwt.encode(claims_of(client, sid="0" * 32), KEY, algorithm="HS256")) == 401
