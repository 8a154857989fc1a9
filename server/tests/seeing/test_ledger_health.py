"""The health of the ledger: asked for by somebody, checked by a worker, kept with what was found."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from stillage.core.clock import now
from stillage.seeing.models import CheckStatus, LedgerCheck
from stillage.seeing.operations import keep_check, run_check
from stillage.stock import reconcile
from tests.builders import make_product, make_warehouse, receive
from tests.people import Client, signed_in_client
from tests.promises.superuser import execute

pytestmark = pytest.mark.django_db(transaction=True)
API = "/api/v1/"


def health(client: Client) -> dict[str, Any]:
    answer = client.get(API + "ledger-health")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def checked(client: Client) -> dict[str, Any]:
    """Ask for a check; in tests a task is done as soon as it is queued."""
    answer = client.post(API + "ledger-checks", {})
    assert answer.status_code == 202, answer.content
    return health(client)


def test_before_any_check_nothing_is_claimed() -> None:
    found = health(signed_in_client("auditor"))
    assert (found["alarm"], found["last"], found["going"]) == (False, None, None)
    assert [seal["sealed_rows"] for seal in found["seals"]] == [0, 0]


def test_a_sound_book_is_checked_and_said_to_be_sound() -> None:
    make_warehouse()
    receive(make_product("ALE-330"), "L1")
    found = checked(signed_in_client("auditor"))
    assert (found["alarm"], found["last"]["status"], found["last"]["finding_count"]) == (False, "done", 0)
    assert found["last"]["parts_done"] == found["last"]["parts_total"] > 10
    assert found["going"] is None


def test_what_does_not_agree_is_named_and_raises_the_alarm() -> None:
    main = make_warehouse()
    receive(make_product("ALE-330"), "L1")
    client = signed_in_client("auditor")
    execute("UPDATE stock_balance SET on_hand = on_hand + 1")
    found = checked(client)
    assert found["alarm"] is True
    assert any("ALE-330 lot L1 at MAIN/A-01" in line for line in found["last"]["findings"])
    some = health(signed_in_client("manager", warehouses=[main]))
    assert (some["alarm"], some["last"]["finding_count"] > 0, some["last"]["findings"]) == (True, True, None)


def waiting() -> LedgerCheck:
    """A check that no worker has taken yet."""
    return LedgerCheck.objects.create(kind="asked", username="ann", created_at=now())


def test_who_asks_while_one_waits_is_given_that_one() -> None:
    client, first = signed_in_client("manager"), waiting()
    for who in (client, signed_in_client("admin")):
        assert who.post(API + "ledger-checks", {}).json()["id"] == first.pk
    assert health(client)["going"]["id"] == first.pk
    run_check.func(first.pk)
    assert client.post(API + "ledger-checks", {}).json()["id"] != first.pk


def test_two_checks_cannot_wait() -> None:
    waiting()
    with pytest.raises(IntegrityError), transaction.atomic():
        waiting()


def test_a_check_is_done_once_however_often_the_task_comes() -> None:
    pk = waiting().pk
    run_check.func(pk)
    before = LedgerCheck.objects.get(pk=pk).finished_at
    run_check.func(pk)
    assert LedgerCheck.objects.get(pk=pk).finished_at == before


def test_a_check_whose_worker_died_does_not_stand_in_the_way() -> None:
    client = signed_in_client("manager")
    pk = waiting().pk
    LedgerCheck.objects.filter(pk=pk).update(
        status=CheckStatus.RUNNING, lease_until=now() - dt.timedelta(minutes=1)
    )
    assert health(client)["going"] is None
    assert client.post(API + "ledger-checks", {}).json()["id"] != pk


def test_a_check_that_breaks_says_so_and_raises_the_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [reconcile.Check("{x}", "SELECT 1 AS x FROM no_such_table")]
    monkeypatch.setattr(reconcile, "checks", lambda: broken)
    found = checked(signed_in_client("manager"))
    assert (found["alarm"], found["last"]["status"]) == (True, "failed")
    assert connection.is_usable()


def test_the_command_line_keeps_its_check_too() -> None:
    keep_check(["Something does not agree."], started_at=now(), at=now())
    found = health(signed_in_client("admin"))
    assert (found["last"]["kind"], found["last"]["findings"]) == ("command", ["Something does not agree."])


def test_only_the_newest_hundred_are_kept() -> None:
    for _ in range(103):
        keep_check([], started_at=now(), at=now())
    assert LedgerCheck.objects.count() == 100
