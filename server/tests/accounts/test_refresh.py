"""Refreshing: atomic, forgiving for ten seconds, and the end of a session when a token is used twice (A5-A7)."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings

from stillage.accounts import tokens
from stillage.accounts.errors import InvalidToken
from stillage.accounts.models import Session
from stillage.accounts.operations import refresh_session
from stillage.audit.models import Entry
from stillage.core.actor import Actor
from stillage.core.clock import now
from tests.people import Client, anonymous_client, make_user, signed_in_client

pytestmark = pytest.mark.django_db
ME = "/api/v1/auth/me"


def refresh(token: str) -> Any:
    return anonymous_client().post("/api/v1/auth/token/refresh", {"refresh": token})


def pair_of(client: Client) -> tokens.Pair:
    assert client.pair is not None
    return client.pair


def age(client: Client, **ago: int) -> None:
    """Let the last rotation be this long ago."""
    assert client.session_row is not None
    Session.objects.filter(pk=client.session_row.pk).update(rotated_at=now() - dt.timedelta(**ago))


def alive(access: str) -> bool:
    return anonymous_client().get(ME, HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 200


def test_a_refresh_gives_another_pair_that_works() -> None:
    client = signed_in_client()
    answer = refresh(pair_of(client).refresh)
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh"}
    assert answer.json()["refresh"] != pair_of(client).refresh
    assert alive(answer.json()["access"])
    assert refresh(answer.json()["refresh"]).status_code == 200


def test_a_lost_answer_is_given_again_within_the_grace_and_not_after_it() -> None:
    client = signed_in_client()
    at = now()
    visitor = Actor(user_id=None, username="")

    def asked(seconds: float) -> tokens.Pair:
        moment = at + dt.timedelta(seconds=seconds)
        return refresh_session(token=pair_of(client).refresh, visitor=visitor, at=moment)

    first = asked(0)
    assert first != pair_of(client)
    assert asked(2) == asked(9.9) == first
    assert alive(first.access)
    with pytest.raises(InvalidToken):
        asked(10.1)
    assert not alive(first.access)


def test_whoever_asks_twice_at_once_is_given_the_same_pair() -> None:
    client = signed_in_client()
    assert refresh(pair_of(client).refresh).json() == refresh(pair_of(client).refresh).json()


def test_a_token_used_again_after_the_grace_ends_the_session_and_is_written_down() -> None:
    client = signed_in_client()
    second = refresh(pair_of(client).refresh).json()
    age(client, seconds=int(settings.REFRESH_GRACE.total_seconds()) + 1)
    answer = refresh(pair_of(client).refresh)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert refresh(second["refresh"]).status_code == 401
    assert not alive(second["access"])
    entry = Entry.objects.get(action="auth.token_reused")
    assert client.user is not None
    assert (entry.object_id, entry.object_label) == (str(client.user.pk), client.user.username)
    refresh(pair_of(client).refresh)
    assert Entry.objects.filter(action="auth.token_reused").count() == 1


def test_a_token_two_rotations_old_ends_the_session_even_within_the_grace() -> None:
    client = signed_in_client()
    second = refresh(pair_of(client).refresh).json()
    third = refresh(second["refresh"]).json()
    assert refresh(pair_of(client).refresh).status_code == 401
    assert refresh(third["refresh"]).status_code == 401


def test_another_session_of_the_same_person_goes_on() -> None:
    user = make_user()
    one, other = signed_in_client(user=user), signed_in_client(user=user)
    refresh(pair_of(one).refresh)
    age(one, minutes=1)
    assert refresh(pair_of(one).refresh).status_code == 401
    assert other.get(ME).status_code == 200


def test_a_token_from_a_time_the_database_has_forgotten_is_refused() -> None:
    client = signed_in_client()
    assert client.session_row is not None
    client.session_row.generation = 5
    assert refresh(tokens.pair_of(client.session_row).refresh).status_code == 401
    assert client.get(ME).status_code == 200


def test_a_session_ends_after_thirty_days_however_often_it_is_refreshed() -> None:
    client = signed_in_client()
    assert client.session_row is not None
    assert client.session_row.expires_at - client.session_row.created_at == dt.timedelta(days=30)
    # In its last minute no token outlives it.
    end = now() + dt.timedelta(minutes=1)
    Session.objects.filter(pk=client.session_row.pk).update(expires_at=end)
    pair = refresh(pair_of(client).refresh).json()
    import jwt

    for token in pair.values():
        assert jwt.decode(token, options={"verify_signature": False})["exp"] == int(end.timestamp())
    Session.objects.filter(pk=client.session_row.pk).update(expires_at=now() - dt.timedelta(seconds=1))
    assert refresh(pair["refresh"]).status_code == 401
    assert not alive(pair["access"])


def test_signing_out_ends_the_whole_family_and_may_be_asked_twice() -> None:
    client = signed_in_client()
    renewed = refresh(pair_of(client).refresh).json()
    assert client.post("/api/v1/auth/logout").status_code == 204
    assert client.post("/api/v1/auth/logout").status_code == 204
    assert not alive(pair_of(client).access)
    assert not alive(renewed["access"])
    assert refresh(renewed["refresh"]).status_code == 401
    assert refresh(pair_of(client).refresh).status_code == 401
    assert Entry.objects.filter(action="auth.sign_out").count() == 1


def test_signing_out_needs_a_token_of_ours() -> None:
    assert anonymous_client().post("/api/v1/auth/logout").status_code == 401
    client = signed_in_client()
    assert client.user is not None
    client.user.delete()
    answer = client.post("/api/v1/auth/logout")
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


def test_one_signs_out_of_one_session_only() -> None:
    user = make_user()
    one, other = signed_in_client(user=user), signed_in_client(user=user)
    one.post("/api/v1/auth/logout")
    assert other.get(ME).status_code == 200
