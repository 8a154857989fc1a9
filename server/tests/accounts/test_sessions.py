"""Where I am signed in, and ending a sign-in from another device."""

import datetime as dt
from uuid import uuid4

import pytest

from stillage.accounts.models import Session
from stillage.accounts.operations import forget_old_sign_ins
from stillage.audit.models import Entry
from stillage.core.clock import now
from tests.people import make_session, make_user, signed_in_client

pytestmark = pytest.mark.django_db
SESSIONS = "/api/v1/auth/sessions"


def test_the_list_holds_my_own_live_sessions_and_says_which_is_this_one() -> None:
    user = make_user()
    here, there = (
        signed_in_client(user=user),
        signed_in_client(
            user=user,
        ),
    )
    make_session(user, revoked_at=now())
    make_session(user, expires_at=now() - dt.timedelta(days=1))
    make_session(user, auth_epoch=user.auth_epoch + 1)
    signed_in_client()
    rows = here.get(SESSIONS).json()["results"]
    assert here.session_row is not None
    assert there.session_row is not None
    assert [(row["id"], row["current"]) for row in rows] == [
        (str(there.session_row.pk), False),
        (str(here.session_row.pk), True),
    ]
    assert set(rows[0]) == {
        "id",
        "address",
        "user_agent",
        "created_at",
        "last_used_at",
        "expires_at",
        "current",
    }


def test_the_list_comes_in_pages() -> None:
    client = signed_in_client()
    assert client.user is not None
    at = now()
    for _ in range(4):
        make_session(client.user, created_at=at)
    seen: list[str] = []
    cursor = ""
    while True:
        page = client.get(SESSIONS, {"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [row["id"] for row in page["results"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 5


def test_a_session_of_mine_can_be_ended_from_here_again_and_again() -> None:
    user = make_user()
    here, there = signed_in_client(user=user), signed_in_client(user=user)
    assert there.session_row is not None
    for _ in range(2):
        assert here.delete(f"{SESSIONS}/{there.session_row.pk}").status_code == 204
    assert there.get(SESSIONS).status_code == 401
    assert here.get(SESSIONS).status_code == 200
    assert Entry.objects.filter(action="auth.session_ended").count() == 1


def test_anothers_session_is_as_unknown_as_none() -> None:
    here, other = signed_in_client("admin"), signed_in_client()
    assert other.session_row is not None
    for name in (other.session_row.pk, uuid4(), "nonsense", "0"):
        assert here.delete(f"{SESSIONS}/{name}").status_code == 404
    assert other.get(SESSIONS).status_code == 200


def test_old_sign_ins_are_forgotten_and_living_ones_kept() -> None:
    user = make_user()
    old = now() - dt.timedelta(days=200)
    make_session(user, created_at=old, expires_at=old + dt.timedelta(days=30))
    live = make_session(user)
    assert forget_old_sign_ins(at=now()) == 1
    assert list(Session.objects.all()) == [live]
