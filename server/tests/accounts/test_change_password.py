"""Changing a password ends every other session; the asker goes on with a new pair (SAFETY A4)."""

from typing import Any

import pytest

from stillage.accounts.models import Session, User
from stillage.audit.models import Entry
from tests.people import PASSWORD, Client, anonymous_client, make_user, signed_in_client

pytestmark = pytest.mark.django_db
NEW = "an entirely new sentence"


def change(client: Client, current: Any = PASSWORD, new: Any = NEW) -> Any:
    return client.post("/api/v1/auth/password", {"current_password": current, "new_password": new})


def sign_in(user: User, password: str) -> int:
    answer = anonymous_client().post("/api/v1/auth/token", {"username": user.username, "password": password})
    return int(answer.status_code)


def test_every_session_before_it_ends_and_the_new_pair_works() -> None:
    user = make_user()
    here, there = signed_in_client(user=user), signed_in_client(user=user)
    answer = change(here)
    assert answer.status_code == 200, answer.content
    for client in (here, there):
        assert client.get("/api/v1/auth/me").status_code == 401
        assert client.pair is not None
        assert client.post("/api/v1/auth/token/refresh", {"refresh": client.pair.refresh}).status_code == 401
    access = answer.json()["access"]
    assert anonymous_client().get("/api/v1/auth/me", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 200
    renewed = anonymous_client().post("/api/v1/auth/token/refresh", {"refresh": answer.json()["refresh"]})
    assert renewed.status_code == 200
    assert (sign_in(user, PASSWORD), sign_in(user, NEW)) == (401, 200)
    assert Entry.objects.get(action="auth.password_changed").object_label == user.username


def test_a_wrong_current_password_changes_nothing_and_is_written_down() -> None:
    client = signed_in_client()
    answer = change(client, current="not the right one")
    assert answer.status_code == 422
    assert answer.json()["errors"][0] == {
        "pointer": "/current_password",
        "code": "wrong_password",
        "detail": "The current password is not right.",
    }
    assert client.get("/api/v1/auth/me").status_code == 200
    assert Entry.objects.filter(action="auth.password_refused").count() == 1


def test_trying_current_passwords_is_slowed_as_signing_in_is() -> None:
    client = signed_in_client()
    answers = [change(client, current=f"guess number {number}").status_code for number in range(12)]
    assert answers == [422] * 10 + [429] * 2
    assert change(client).status_code == 429


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("short", "password_too_short"),
        ("1234567890123", "password_entirely_numeric"),
        ("passwordpassword", "password_too_common"),
        ("stillage2026", "password_too_common"),
        (PASSWORD, "password_unchanged"),
        ("martha.oakwood", "password_too_similar"),
        ("Wilhelmina Gray!", "password_too_similar"),
    ],
)
def test_a_weak_new_password_is_refused_and_every_session_lives(new: str, code: str) -> None:
    client = signed_in_client(username="martha.oakwood", full_name="Wilhelmina Gray")
    answer = change(client, new=new)
    assert answer.status_code == 422
    assert ("/new_password", code) in {(one["pointer"], one["code"]) for one in answer.json()["errors"]}
    assert Session.objects.filter(revoked_at=None).count() == 1


def test_it_needs_a_sign_in() -> None:
    assert change(anonymous_client()).status_code == 401
