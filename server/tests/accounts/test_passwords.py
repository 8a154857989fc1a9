"""Passwords: Argon2id, every character counts, old hashes are made anew, few at a time (SAFETY A9)."""

import threading

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from stillage.accounts import passwords
from stillage.accounts.errors import Busy
from stillage.accounts.models import Attempt, User
from stillage.config.settings import base
from stillage.config.settings.test_hasher import QuickHasher
from tests.people import anonymous_client, make_user, signed_in_client

pytestmark = pytest.mark.django_db
REAL = override_settings(PASSWORD_HASHERS=base.PASSWORD_HASHERS)
LONG = "".join(chr(ord("a") + number % 26) for number in range(199))


def sign_in(username: str, password: str) -> int:
    answer = anonymous_client().post("/api/v1/auth/token", {"username": username, "password": password})
    return int(answer.status_code)


def test_what_is_stored_is_argon2id() -> None:
    with REAL:
        assert passwords.hashed("a password of some length").startswith("argon2$argon2id$")


def test_two_long_passwords_that_differ_in_their_last_character_are_two() -> None:
    user = make_user(password=LONG + "x")
    assert sign_in(user.username, LONG + "y") == 401
    assert sign_in(user.username, LONG) == 401
    assert sign_in(user.username, LONG + "x") == 200
    with REAL:
        encoded = passwords.hashed(LONG + "x")
        assert passwords.matches(LONG + "y", encoded) == (False, False)
        assert passwords.matches(LONG + "x", encoded) == (True, False)


@pytest.mark.parametrize(
    "password",
    [
        "  spaces before and after  ",
        "пароль из слов и букв",
        "密碼是一句很長很長的話語",
        "🍺🍻🥃🍷🍸🍹🧉🍶🍾🥂",
        "a" * 64 + "!",
    ],
)
def test_a_password_may_hold_any_script_spaces_and_length(password: str) -> None:
    client = signed_in_client()
    assert client.user is not None
    answer = client.post(
        "/api/v1/auth/password", {"current_password": "correct horse battery", "new_password": password}
    )
    assert answer.status_code == 200, answer.content
    assert sign_in(client.user.username, password) == 200
    assert sign_in(client.user.username, password[:-1]) == 401
    if password.strip() != password:
        assert sign_in(client.user.username, password.strip()) == 401


def test_a_letter_composed_by_another_keyboard_is_the_same_letter_and_case_is_not() -> None:
    user = make_user(password="café au lait, bitte")
    assert sign_in(user.username, "cafe\u0301 au lait, bitte") == 200
    assert sign_in(user.username, "CAFÉ au lait, bitte") == 401


def test_an_old_hash_is_made_anew_at_sign_in() -> None:
    user = make_user()
    old = PBKDF2PasswordHasher().encode("an older password", "salt", 1000)
    User.objects.filter(pk=user.pk).update(password=old)
    with REAL:
        assert sign_in(user.username, "a wrong password") == 401
        user.refresh_from_db()
        assert user.password == old
        assert sign_in(user.username, "an older password") == 200
        user.refresh_from_db()
        assert user.password.startswith("argon2$argon2id$")
        assert sign_in(user.username, "an older password") == 200


def test_the_quick_hasher_of_the_tests_works_nowhere_else() -> None:
    with (
        override_settings(SECRET_KEY="a key of somebody's production server"),
        pytest.raises(ImproperlyConfigured),
    ):
        QuickHasher().encode("password", "salt")


def test_no_more_hashes_run_at_once_than_memory_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 0.05)
    for _ in range(passwords.AT_ONCE):
        assert passwords._gate.acquire(blocking=False)
    try:
        with pytest.raises(Busy):
            passwords.hashed("anything at all")
        user = make_user()
        answer = anonymous_client().post(
            "/api/v1/auth/token", {"username": user.username, "password": "correct horse battery"}
        )
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert answer["Retry-After"] == "1"
        assert {row.failures for row in Attempt.objects.all()} == {0}
    finally:
        for _ in range(passwords.AT_ONCE):
            passwords._gate.release()


def test_those_who_wait_in_line_come_through() -> None:
    done: list[bool] = []
    threads = [
        threading.Thread(target=lambda: done.append(bool(passwords.hashed("a password in line"))))
        for _ in range(passwords.AT_ONCE * 4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == passwords.AT_ONCE * 4
