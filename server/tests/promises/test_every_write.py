"""Every write route there is: one audit row in its transaction, none when refused, one effect for one key."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection

from stillage.audit.models import Entry
from stillage.rest.models import IdempotencyKey
from stillage.stock.reconcile import disagreements
from tests.people import new_key, signed_in_client
from tests.promises.acts import ACTS, OTHERWISE, REFUSED_ALWAYS, World, world_for
from tests.promises.tables import changed, everything
from tests.promises.test_routes_and_roles import TABLE

pytestmark = pytest.mark.django_db


def test_every_write_route_has_an_act_or_a_reason() -> None:
    writes = {f"{name} {method}" for name, methods in TABLE.items() for method in methods if method != "GET"}
    assert writes == {*ACTS, *REFUSED_ALWAYS, *OTHERWISE}


@pytest.mark.parametrize("name", list(ACTS))
def test_a_write_leaves_who_did_what_to_what_from_where(name: str) -> None:
    world = world_for(name)
    last = Entry.objects.order_by("-pk").first()
    assert last is not None
    answer = ACTS[name].send(world, key=new_key())
    assert answer.status_code in (200, 201, 202, 204), answer.content
    rows = list(Entry.objects.filter(pk__gt=last.pk))
    assert rows, "nothing in the trail"
    user, session = world.client.user, world.client.session_row
    assert user is not None and session is not None
    for row in rows:
        if name == "imports POST" and row.action != "import.create":
            continue  # the job tells of what it did by itself
        assert (row.user_id, row.username, row.address) == (user.pk, user.username, "127.0.0.1")
        assert row.request_id == answer["X-Request-ID"]
        assert row.session_id == session.pk
        assert row.action and row.object_type and row.object_id and row.object_label
        assert row.before is not None or row.after is not None
    assert disagreements(seal=False) == []


@pytest.mark.parametrize("name", list({**ACTS, **REFUSED_ALWAYS}))
def test_a_refused_write_changes_nothing_and_leaves_no_trace(name: str) -> None:
    world = world_for(name)
    act = {**ACTS, **REFUSED_ALWAYS}[name]
    nobody = signed_in_client(None, warehouses=[])
    before = everything()
    refused = []
    if name not in ("me PATCH", "sessions-one DELETE"):  # one's own: no right is needed
        refused.append(act.send(world, client=nobody, key=new_key()))
    if act.method != "DELETE":
        refused.append(act.send(world, key=new_key(), body={"no_such_field": 1}))
        refused.append(act.send(world, key=new_key(), body=[1]))
    if act.versioned is not None:
        refused.append(world.client.delete("/api/v1/" + act.url(world), key=new_key()))
        refused.append(world.client.delete("/api/v1/" + act.url(world), key=new_key(), version=999))
    refused.append(act.send(world, key="short"))
    for answer in refused:
        assert 400 <= answer.status_code < 500, answer.content
        assert answer["Content-Type"] == "application/problem+json"
    assert changed(before, everything()) == []


@pytest.mark.parametrize("name", list(ACTS))
def test_a_write_with_one_key_has_one_effect_and_one_answer(name: str) -> None:
    world, key = world_for(name), new_key()
    act = ACTS[name]
    address = act.url(world)  # a deleted row has no id any more
    first = act.send(world, key=key)
    assert first.status_code in (200, 201, 202, 204), first.content
    after_first = everything()
    for _ in range(2):
        again = replace(act, url=lambda world: address).send(world, key=key)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again["Idempotent-Replay"] == "true"
        assert again.headers.get("ETag") == first.headers.get("ETag")
    assert changed(after_first, everything()) == []
    assert IdempotencyKey.objects.filter(key=key).count() == 1


def test_the_sweep_would_see_a_write_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with the trail switched off the sweep must fail."""
    world = World()
    monkeypatch.setattr("stillage.stock.operations.posting.record", lambda **what: None)
    before = Entry.objects.count()
    assert ACTS["stock-adjust POST"].send(world, key=new_key()).status_code == 201
    assert Entry.objects.count() == before
    assert any("has no audit row" in line for line in disagreements(seal=False))
    connection.check_constraints()
