"""One effect for one key (SAFETY E37–E39), through HTTP: whose key it is, what it keeps, and what it never keeps."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.contrib.auth.models import Group
from django.db import OperationalError, connection

from stillage.accounts.models import Session, User
from stillage.rest.models import IdempotencyKey
from stillage.stock.models import Balance, Movement
from stillage.stock.reconcile import disagreements
from tests.builders import make_product, make_warehouse, receive
from tests.people import Client, new_key, signed_in_client

pytestmark = pytest.mark.django_db
ADJUST = "/api/v1/stock/adjust"
KEY = "a-key-made-before-it-is-sent"


def minus(units: int) -> dict[str, Any]:
    return {
        "lines": [
            {
                "product": "ALE-330",
                "lot": "L1",
                "location": "MAIN/A-01",
                "quantity_delta": -units,
                "reason": "sold",
            }
        ]
    }


@pytest.fixture
def client() -> Client:
    make_warehouse("MAIN")
    receive(make_product("ALE-330"), "L1", quantity=100)
    return signed_in_client("manager")


def on_hand() -> int:
    return Balance.objects.get(location__full_code="MAIN/A-01").on_hand


def test_a_repeat_gets_the_first_answer_and_does_nothing(client: Client) -> None:
    first = client.post(ADJUST, minus(1), key=KEY)
    receive("ALE-330", "L1", quantity=5)  # the world goes on; the answer does not
    again = client.post(ADJUST, minus(1), key=KEY)
    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert "Idempotent-Replay" not in first
    assert again["Idempotent-Replay"] == "true"
    assert on_hand() == 104


def test_the_same_request_written_differently_is_the_same_request(client: Client) -> None:
    client.post(ADJUST, minus(1), key=KEY)
    text = json.dumps(minus(1), indent=3, sort_keys=True)
    again = client.post(ADJUST, text, content_type="application/json; charset=utf-8", key=KEY)
    assert (again.status_code, again["Idempotent-Replay"]) == (201, "true")
    assert client.post(ADJUST + "/", minus(1), key=KEY)["Idempotent-Replay"] == "true"


@pytest.mark.parametrize("body", [minus(2), {**minus(1), "reference": "x"}, {**minus(1), "reference": ""}])
def test_another_body_under_the_same_key_is_refused(client: Client, body: Any) -> None:
    client.post(ADJUST, minus(1), key=KEY)
    other = client.post(ADJUST, body, key=KEY)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert on_hand() == 99


def test_a_key_belongs_to_one_person_and_one_operation(client: Client) -> None:
    first = client.post(ADJUST, minus(1), key=KEY)
    colleague = signed_in_client("manager")
    theirs = colleague.post(ADJUST, minus(1), key=KEY)
    assert theirs.status_code == 201
    assert "Idempotent-Replay" not in theirs
    assert theirs.json()["operation_id"] != first.json()["operation_id"]
    line = {"product": "ALE-330", "lot": "L1", "location": "MAIN/A-01", "quantity": 1, "reason": "broken"}
    scrapped = client.post("/api/v1/stock/scrap", {"lines": [line]}, key=KEY)
    assert scrapped.status_code == 201
    assert on_hand() == 97


def test_a_retry_after_the_token_was_refreshed_is_still_a_retry(client: Client) -> None:
    first = client.post(ADJUST, minus(1), key=KEY)
    assert client.pair is not None
    refreshed = Client().post("/api/v1/auth/token/refresh", {"refresh": client.pair.refresh})
    assert refreshed.status_code == 200
    later = Client()
    later.credentials(HTTP_AUTHORIZATION=f"Bearer {refreshed.json()['access']}")
    again = later.post(ADJUST, minus(1), key=KEY)
    assert (again.content, again["Idempotent-Replay"]) == (first.content, "true")
    new_session = Client().act_as(client.user)  # type: ignore[arg-type]
    assert new_session.post(ADJUST, minus(1), key=KEY).content == first.content
    assert on_hand() == 99


def test_who_lost_the_right_is_not_told_the_old_answer(client: Client) -> None:
    client.post(ADJUST, minus(1), key=KEY)
    assert isinstance(client.user, User)
    client.user.groups.set([Group.objects.get_or_create(name="sales")[0]])
    assert client.post(ADJUST, minus(1), key=KEY).status_code == 403
    client.user.groups.set([Group.objects.get_or_create(name="manager")[0]])
    assert client.post(ADJUST, minus(1), key=KEY)["Idempotent-Replay"] == "true"
    User.objects.filter(pk=client.user.pk).update(is_active=False)
    assert client.post(ADJUST, minus(1), key=KEY).status_code == 401
    assert on_hand() == 99


@pytest.mark.parametrize(
    "key",
    [
        "",
        "short",
        "x" * 15,
        "x" * 129,
        "spaces are not safe",
        'quoted-"key"-here',
        "key;with;semicolons",
        "schlüssel-schlüssel",
        "a/b/c/d/e/f/g/h/i",
        "x" * 16 + "\t",
    ],
)
def test_a_key_that_is_none_is_refused_by_name(client: Client, key: str) -> None:
    refused = client.post(ADJUST, minus(1), key=key)
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_idempotency_key")
    assert refused.json()["errors"][0]["pointer"] == "/headers/Idempotency-Key"
    assert on_hand() == 100


@pytest.mark.parametrize("key", ["x" * 16, "x" * 128, "01H8XGJWBWBAQ4Z4-_"])
def test_keys_at_the_edges_are_taken(client: Client, key: str) -> None:
    assert client.post(ADJUST, minus(1), key=key).status_code == 201


# ---- what is never kept -------------------------------------------------------------------------
def test_a_refusal_is_not_kept_so_the_key_may_succeed_later(client: Client) -> None:
    short = client.post(ADJUST, minus(101), key=KEY)
    assert (short.status_code, short.json()["code"]) == (409, "insufficient_stock")
    unreadable = client.post(ADJUST, "{", content_type="application/json", key=KEY)
    assert unreadable.status_code == 400
    invalid = client.post(ADJUST, {"lines": []}, key=KEY)
    assert invalid.status_code == 422
    assert not IdempotencyKey.objects.exists()
    receive("ALE-330", "L1", quantity=5)
    assert client.post(ADJUST, minus(101), key=KEY).status_code == 201
    assert on_hand() == 4


def test_neither_401_nor_403_nor_429_nor_503_is_kept(client: Client) -> None:
    assert Client().post(ADJUST, minus(1), key=KEY).status_code == 401
    assert signed_in_client("auditor").post(ADJUST, minus(1), key=KEY).status_code == 403
    for _ in range(30):
        guess = Client().post("/api/v1/auth/token", {"username": "nobody", "password": "wrong"}, key=KEY)
    assert guess.status_code in (401, 429)

    def broken(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "stock_movement" in sql:
            raise OperationalError("disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(broken):
        down = client.post(ADJUST, minus(1), key=KEY)
    assert (down.status_code, down.json()["code"]) == (503, "disk_full")
    assert not IdempotencyKey.objects.exists()
    assert client.post(ADJUST, minus(1), key=KEY).status_code == 201


def test_a_bug_is_not_kept_either(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("stillage.stock.operations.posting._audit", lambda *args, **kwargs: 1 / 0)
    assert client.post(ADJUST, minus(1), key=KEY).status_code == 500
    monkeypatch.undo()
    assert on_hand() == 100
    assert client.post(ADJUST, minus(1), key=KEY).status_code == 201


def test_signing_in_keeps_no_key_because_its_answer_holds_tokens(client: Client) -> None:
    assert client.user is not None
    signed = Client().post(
        "/api/v1/auth/token", {"username": client.user.username, "password": "correct horse battery"}, key=KEY
    )
    assert signed.status_code == 200
    assert not IdempotencyKey.objects.exists()


def test_an_answer_is_kept_small_and_whole(client: Client) -> None:
    make_product("PILS-500")
    lines = [
        {
            "product": "PILS-500",
            "lot": f"N{n}",
            "expiry_date": "2031-03-31",
            "location": "MAIN/A-01",
            "quantity": 1,
        }
        for n in range(500)
    ]
    first = client.post("/api/v1/stock/receive", {"lines": lines}, key=KEY)
    assert first.status_code == 201, first.content[:500]
    assert client.post("/api/v1/stock/receive", {"lines": lines}, key=KEY).content == first.content
    kept = IdempotencyKey.objects.get()
    assert kept.answer is not None
    assert len(bytes(kept.answer)) <= 64 * 1024


# ---- killed between the effect and the answer (W2) ----------------------------------------------
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def gunicorn(failpoint: Path) -> Iterator[str]:
    port = free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.promises.live_settings",
        "PYTHONPATH": os.pathsep.join(["server/src", "client/src", "server"]),
        "STILLAGE_TEST_DATABASE": str(connection.settings_dict["NAME"]),
        "STILLAGE_TEST_DIE_AFTER_COMMIT": str(failpoint),
    }
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "tests.promises.dying_server:application",
        "-b",
        f"127.0.0.1:{port}",
    ]
    flags = [
        "-w",
        "1",
        "-k",
        "gthread",
        "--threads",
        "2",
        "--timeout",
        "30",
        "--log-level",
        "critical",
        "--no-control-socket",
    ]
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen([*command, *flags], env=environment, cwd=root) as server:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def patiently(act: Any) -> Any:
    """A worker that died is replaced; until then nobody answers."""
    for _ in range(300):
        try:
            return act()
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server never came (back)")


@pytest.mark.django_db(transaction=True)
def test_a_server_killed_between_the_effect_and_the_answer_answers_the_retry_with_the_first(
    tmp_path: Path,
) -> None:
    make_warehouse("MAIN")
    receive(make_product("ALE-330"), "L1", quantity=100)
    client = signed_in_client("manager")
    assert client.pair is not None and Session.objects.exists()
    headers = {"Authorization": f"Bearer {client.pair.access}", "Idempotency-Key": KEY}
    failpoint = tmp_path / "die"
    with gunicorn(failpoint) as address, httpx.Client(base_url=address, timeout=20, trust_env=False) as wire:
        assert patiently(lambda: wire.get("/health/live")).status_code == 200
        failpoint.touch()
        with pytest.raises(httpx.TransportError):
            wire.post(ADJUST, json=minus(7), headers=headers)
        assert not failpoint.exists(), "it died where it should"
        assert on_hand() == 93, "the effect stands; nobody was told"
        answer = patiently(lambda: wire.post(ADJUST, json=minus(7), headers=headers))
    assert answer.status_code == 201
    assert answer.headers["Idempotent-Replay"] == "true"
    assert answer.json()["balances"][0]["on_hand"] == 93
    assert on_hand() == 93
    assert Movement.objects.filter(kind="adjust").count() == 1
    assert disagreements(seal=False) == []


def test_every_key_has_its_answer(client: Client) -> None:
    for _ in range(3):
        client.post(ADJUST, minus(1), key=new_key())
    assert all(status == 201 for status in IdempotencyKey.objects.values_list("status", flat=True))
