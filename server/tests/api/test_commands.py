"""The command line: what an operator types."""

import datetime as dt

import pytest
from click.testing import CliRunner

from stillage import __main__ as commands
from stillage.accounts.models import User
from stillage.audit.models import Entry
from stillage.core.clock import now
from stillage.rest.models import IdempotencyKey
from tests.people import anonymous_client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _set_up_already(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_setup", lambda: None)


def test_the_first_administrator_is_made_and_can_sign_in() -> None:
    made = CliRunner().invoke(commands.main, ["create-user", "mira", "--password", "a long way to tipperary"])
    assert made.exit_code == 0, made.output
    signed_in = anonymous_client().post(
        "/api/v1/auth/token", {"username": "mira", "password": "a long way to tipperary"}
    )
    assert signed_in.status_code == 200
    assert Entry.objects.get(action="user.create").username == "service:command"


def test_a_weak_password_an_unknown_role_and_an_unknown_warehouse_are_refused_in_words() -> None:
    for extra, words in (
        (["--password", "short"], "short"),
        (["--password", "a long way to tipperary", "--role", "king"], "A role is one of"),
        (["--password", "a long way to tipperary", "--warehouse", "NOWHERE"], "not there"),
    ):
        refused = CliRunner().invoke(commands.main, ["create-user", "mira", *extra])
        assert refused.exit_code == 1
        assert words in refused.output
        assert not User.objects.exists()


def test_old_keys_are_forgotten_and_young_ones_kept() -> None:
    for days in (1, 31):
        row = IdempotencyKey.objects.create(
            user_id=1, operation="x", key=f"k{days}", body_hash=b"x", status=200
        )
        IdempotencyKey.objects.filter(pk=row.pk).update(created_at=now() - dt.timedelta(days=days))
    done = CliRunner().invoke(commands.main, ["tidy"])
    assert done.exit_code == 0, done.output
    assert "1 idempotency keys forgotten" in done.output
    assert [row.key for row in IdempotencyKey.objects.all()] == ["k1"]
