"""Signing in: one answer for every wrong, the trail it leaves, the address it believes (SAFETY A8, A10, A12)."""

import statistics
import time
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import override_settings

from stillage.accounts.models import Attempt, Session, User
from stillage.audit.models import Entry
from stillage.config.settings import base
from tests.people import PASSWORD, anonymous_client, make_user, signed_in_client

pytestmark = pytest.mark.django_db
TOKEN = "/api/v1/auth/token"


def sign_in(username: str, password: str = PASSWORD, **headers: Any) -> Any:
    return anonymous_client().post(TOKEN, {"username": username, "password": password}, **headers)


def test_the_right_password_gives_a_pair_that_works() -> None:
    user = make_user()
    answer = sign_in(user.username)
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh"}
    me = anonymous_client().get("/api/v1/auth/me", HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
    assert me.json()["username"] == user.username
    user.refresh_from_db()
    assert user.last_login is not None
    assert user.version == 1


def test_a_name_is_known_in_any_case_and_width() -> None:
    make_user(username="martha")
    assert sign_in("Martha").status_code == 200
    assert sign_in("  MARTHA ").status_code == 200
    assert sign_in("ｍａｒｔｈａ").status_code == 200


def test_an_old_token_in_the_header_does_not_keep_one_from_signing_in() -> None:
    user = make_user()
    assert sign_in(user.username, HTTP_AUTHORIZATION="Bearer nonsense").status_code == 200


def test_unknown_dismissed_and_wrong_are_answered_alike() -> None:
    known, gone, none = make_user(), make_user(is_active=False), make_user()
    User.objects.filter(pk=none.pk).update(password="!unusable")
    answers = [
        sign_in(known.username, "a wrong password"),
        sign_in(gone.username),
        sign_in(gone.username, "a wrong password"),
        sign_in("nobody-of-that-name", "a wrong password"),
        sign_in(none.username, "a wrong password"),
    ]
    bodies = {(answer.status_code, answer.content) for answer in answers}
    assert len(bodies) == 1
    assert answers[0].json()["code"] == "invalid_credentials"
    headers = [
        {name: value for name, value in answer.items() if name != "X-Request-ID"} for answer in answers
    ]
    assert all(one == headers[0] for one in headers)


def test_unknown_dismissed_and_wrong_take_alike_long() -> None:
    with override_settings(PASSWORD_HASHERS=base.PASSWORD_HASHERS):
        known, gone = make_user(), make_user(is_active=False)
        names = {"wrong": known.username, "dismissed": gone.username, "unknown": "nobody-at-all"}
        taken: dict[str, list[float]] = {name: [] for name in names}
        for number in range(9):
            for kind, username in names.items():
                # Of this process alone: what else the machine does is no business of the test.
                started = time.process_time()
                sign_in(username, "a wrong password", REMOTE_ADDR=f"10.{number}.7.1")
                taken[kind].append(time.process_time() - started)
    medians = [statistics.median(times) for times in taken.values()]
    assert max(medians) < 1.25 * min(medians), taken


def test_signing_in_and_failing_to_are_written_down_but_never_what_was_typed() -> None:
    user = make_user()
    sign_in(user.username, HTTP_USER_AGENT="scanner/1")
    sign_in(user.username, "canary-password-typed-wrong")
    sign_in("canary-password-typed-as-name", "another wrong one")
    rows = list(
        Entry.objects.order_by("id").values_list("action", "user_id", "object_id", "object_label", "address")
    )
    assert rows == [
        ("auth.sign_in", user.pk, str(user.pk), user.username, "127.0.0.1"),
        ("auth.sign_in_refused", None, str(user.pk), user.username, "127.0.0.1"),
        ("auth.sign_in_refused", None, "", "", "127.0.0.1"),
    ]
    assert "canary" not in dump()


def dump() -> str:
    """Everything the database holds, as text."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            found += [
                bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                for row in cursor.fetchall()
                for value in row
            ]
    return "\n".join(found)


def test_nothing_that_could_be_used_lies_in_the_database_after_a_whole_journey() -> None:
    canaries = ["canary first password", "canary second password", "canary third password"]
    admin = signed_in_client("admin")
    body = {"username": "piet", "role": "picker", "password": canaries[0]}
    made = admin.post("/api/v1/users", body, key="k" * 20).json()
    pair = sign_in("piet", canaries[0]).json()
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {pair['access']}", "HTTP_IDEMPOTENCY_KEY": "p" * 20}
    changed = {"current_password": canaries[0], "new_password": canaries[1]}
    pair = anonymous_client().post("/api/v1/auth/password", changed, **bearer).json()
    renewed = anonymous_client().post("/api/v1/auth/token/refresh", {"refresh": pair["refresh"]}).json()
    reset = admin.patch(f"/api/v1/users/{made['id']}", {"password": canaries[2]}, version=2, key="r" * 20)
    assert reset.status_code == 200, reset.content
    sign_in("piet", canaries[1])
    text = dump()
    assert "piet" in text
    for secret in [*canaries, pair["access"], renewed["refresh"], "eyJ"]:
        assert secret not in text
        assert secret.split(".")[-1] not in text


@pytest.mark.parametrize(
    "name", ["HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_CLIENT_IP"]
)
def test_an_address_that_the_client_claims_moves_neither_trail_nor_counters(name: str) -> None:
    user = make_user()
    codes = [
        sign_in(
            user.username, "wrong", **{name: f"198.51.{number}.7", "REMOTE_ADDR": "203.0.113.9"}
        ).status_code
        for number in range(12)
    ]
    assert codes == [401] * 10 + [429] * 2
    assert set(Entry.objects.values_list("address", flat=True)) == {"203.0.113.9"}
    assert (
        Attempt.objects.filter(key__startswith="n:").values_list("key", flat=True).get() == "n:203.0.113.0/24"
    )


def test_behind_our_own_proxy_the_address_is_what_the_proxy_saw() -> None:
    user = make_user()
    with override_settings(NUM_PROXIES=1):
        claimed = "1.1.1.1, 2.2.2.2, 198.51.100.7"
        assert sign_in(user.username, HTTP_X_FORWARDED_FOR=claimed, REMOTE_ADDR="10.0.0.2").status_code == 200
    assert Session.objects.get().address == "198.51.100.7"
    assert Session.objects.get().network == "198.51.100.0/24"


def test_a_user_agent_of_rubbish_is_kept_clean_and_short() -> None:
    user = make_user()
    assert sign_in(user.username, HTTP_USER_AGENT="a\x00b\r\nc" + "d" * 999).status_code == 200
    agent = Session.objects.get().user_agent
    assert agent.startswith("abcd")
    assert len(agent) == 200


def test_another_method_is_not_allowed_rather_than_not_signed_in() -> None:
    for method in ("get", "put", "patch", "delete"):
        assert getattr(anonymous_client(), method)(TOKEN).status_code == 405
