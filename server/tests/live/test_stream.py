"""What a listener hears: each change once, after its commit, until the stream ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from stillage.audit.record import record
from stillage.core.clock import now
from stillage.live import hub as hubs
from stillage.live.hub import Hub
from stillage.places.models import Warehouse
from stillage.stock import operations
from tests.builders import BOSS, make_product, make_warehouse, receive
from tests.live.streams import Stream, listening
from tests.people import Client, make_user, new_key, signed_in_client
from tests.promises.acts import ACTS, world_for
from tests.promises.threads import in_thread

pytestmark = pytest.mark.django_db(transaction=True)


def token_of(client: Client) -> str:
    assert client.pair is not None
    return client.pair.access


async def done(work: Callable[[], Any]) -> Any:
    """Something that writes, in a thread with a connection of its own, as a request has."""
    return await asyncio.get_running_loop().run_in_executor(None, in_thread, work)


def with_hub(test: Callable[[Hub], Awaitable[None]]) -> None:
    """Run it in a loop, with a hub that is let go afterwards."""

    async def run() -> None:
        hub = Hub()
        try:
            await test(hub)
        finally:
            reader = hub._reader
            hub._stop()
            if reader is not None:
                await asyncio.get_running_loop().run_in_executor(None, reader.join, 10)

    asyncio.run(run())


def move(quantity: int = 12) -> Any:
    line = operations.MoveLine("ALE-330", "MAIN/A-01", "MAIN/A-02", quantity, "L1")
    return operations.move(actor=BOSS, lines=[line], reference="", at=now())


@pytest.fixture
def boss() -> Client:
    make_warehouse("MAIN")
    receive(make_product("ALE-330"), "L1", quantity=240)
    return signed_in_client("admin")


def test_a_change_is_heard_once_with_its_topic_and_nothing_of_its_inside(boss: Client) -> None:
    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(boss)) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert stream.headers["cache-control"] == "no-store"
            body = {"lines": [{"product": "ALE-330", "lot": "L1", "from_location": "MAIN/A-01",
                               "to_location": "MAIN/A-02", "quantity": 12}]}  # fmt: skip
            answer = await done(lambda: boss.post("/api/v1/stock/move", body, key=new_key()))
            assert answer.status_code == 201, answer.content
            (change,) = await stream.named("change")
            assert change.data | {"at": "", "label": "", "object_id": ""} == {
                "topic": "stock",
                "action": "stock.move",
                "object_type": "operation",
                "object_id": "",
                "label": "",
                "warehouse": "MAIN",
                "at": "",
            }
            assert change.id
            await asyncio.sleep(0.7)  # the reader looks once more
            assert len(stream.changes) == 1

    with_hub(test)


def test_what_is_rolled_back_is_told_to_nobody(boss: Client) -> None:
    def rolled_back() -> None:
        with transaction.atomic():
            move()
            transaction.set_rollback(True)

    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(boss)) as stream:
            await done(rolled_back)
            await done(lambda: move(7))
            await stream.named("change")
            assert len(stream.changes) == 1

    with_hub(test)


def test_topics_narrow_what_is_heard(boss: Client) -> None:
    async def test(hub: Hub) -> None:
        async with (
            listening(hub, token_of(boss), query="topics=orders,catalogue") as stream,
            listening(hub, token_of(boss), query="topics=stock") as other,
        ):
            await done(move)
            await other.named("change")
            assert stream.changes == []
            assert stream.events[0].data["topics"] == ["catalogue", "orders"]

    with_hub(test)


def test_another_warehouse_is_as_if_it_were_not_there(boss: Client) -> None:
    north = make_warehouse("NORTH")
    picker = signed_in_client("picker", warehouses=[north])

    async def test(hub: Hub) -> None:
        async with (
            listening(hub, token_of(picker)) as stream,
            listening(hub, token_of(boss)) as other,
        ):
            await done(move)
            await other.named("change")
            await done(lambda: receive(make_product("STOUT"), "S1", location="NORTH/A-01"))
            heard = await stream.named("change")
            assert {one.data["warehouse"] for one in heard} <= {"NORTH", None}
            assert b"MAIN" not in stream.body

    with_hub(test)


def test_who_may_not_see_something_does_not_hear_of_it(boss: Client) -> None:
    device = signed_in_client("device")

    async def test(hub: Hub) -> None:
        async with (
            listening(hub, token_of(device)) as stream,
            listening(hub, token_of(boss)) as other,
        ):
            assert stream.events[0].data["topics"] == ["catalogue", "imports", "places", "stock"]
            await done(
                lambda: boss.post("/api/v1/suppliers", {"code": "ACME", "name": "Acme"}, key=new_key())
            )
            await other.named("change")
            await done(move)
            heard = await stream.named("change")
            assert [one.data["topic"] for one in heard] == ["stock"]

    with_hub(test)


def test_a_broken_stream_goes_on_where_it_was_without_a_gap_and_without_a_double(boss: Client) -> None:
    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(boss)) as stream:
            await done(lambda: move(1))
            await stream.named("change")
            last = stream.last_id
        for quantity in (2, 3, 4):
            await done(lambda q=quantity: move(q))
        async with listening(hub, token_of(boss), last_event_id=last) as again:
            await again.named("change", 3)
            await done(lambda: move(5))
            await again.named("change", 4)
            labels = [one["label"] for one in again.changes]
            assert len(labels) == len({one["object_id"] for one in again.changes}) == 4
            half = again.events[1].id
        async with listening(hub, token_of(boss), query=f"since={half}") as third:
            await third.named("change", 2)
            assert [one["object_id"] for one in third.changes] == [
                one["object_id"] for one in again.changes[2:]
            ]

    with_hub(test)


@pytest.mark.parametrize("id", ["rubbish", "99999999999999:99999999999999:", "99999999999", "0:0:", "5:3:"])
def test_an_id_that_is_not_of_this_trail_is_answered_by_load_anew(boss: Client, id: str) -> None:
    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(boss), last_event_id=id) as stream:
            (reset,) = await stream.named("reset")
            assert reset.data == {"because": "too_old"}
            await done(move)
            await stream.named("change")

    with_hub(test)


def test_who_missed_too_much_is_told_to_load_anew(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "MOST_MISSED", 2)

    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(boss)) as stream:
            last = stream.last_id
        for quantity in (2, 3, 4):
            await done(lambda q=quantity: move(q))
        async with listening(hub, token_of(boss), last_event_id=last) as again:
            await again.named("reset")
            assert again.changes == []

    with_hub(test)


def test_a_dismissed_person_hears_nothing_more(boss: Client) -> None:
    gone = signed_in_client("manager")

    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(gone)) as stream:
            assert gone.user is not None
            row = await done(lambda: boss.get(f"/api/v1/users/{gone.user.pk}").json())
            answer = await done(
                lambda: boss.patch(
                    f"/api/v1/users/{row['id']}", {"is_active": False}, key=new_key(), version=row["version"]
                )
            )
            assert answer.status_code == 200, answer.content
            await stream.until(lambda: stream.over)
            assert stream.events[-1].data == {"because": "session_ended"}

    with_hub(test)


def test_a_sign_out_ends_the_stream(boss: Client) -> None:
    leaving = signed_in_client("manager")

    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(leaving)) as stream:
            await done(lambda: leaving.post("/api/v1/auth/logout", {}, key=new_key()))
            await stream.until(lambda: stream.over)
            assert stream.events[-1].data == {"because": "session_ended"}

    with_hub(test)


def test_new_rights_count_at_once(boss: Client) -> None:
    main, north = Warehouse.objects.get(code="MAIN"), make_warehouse("NORTH")
    user = make_user("picker", warehouses=[main])
    picker = signed_in_client(user=user)

    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(picker)) as stream:
            row = await done(lambda: boss.get(f"/api/v1/users/{user.pk}").json())
            (listener,) = hub.listeners
            await done(
                lambda: boss.patch(
                    f"/api/v1/users/{user.pk}",
                    {"warehouses": ["NORTH"]},
                    key=new_key(),
                    version=row["version"],
                )
            )
            async with asyncio.timeout(10):
                while listener.actor.warehouse_ids != {north.pk}:
                    await asyncio.sleep(0.05)
            await done(move)
            await asyncio.sleep(0.7)
            assert not [one for one in stream.changes if one["warehouse"] == "MAIN"]

    with_hub(test)


def test_the_token_s_end_is_told_before_and_ends_the_stream(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "TICK_SECONDS", 0.05)

    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(boss)) as stream:
            (listener,) = hub.listeners
            listener.expires_at = now().timestamp() + 1
            await stream.named("expiring")
            await stream.until(lambda: stream.over)
            assert stream.events[-1].data == {"because": "token_expired"}

    with_hub(test)


def test_a_flood_becomes_one_load_anew(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stillage.live.listeners.MOST_WAITING", 3)

    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(boss)) as stream:
            stream.stall()
            for quantity in range(1, 8):
                await done(lambda q=quantity: move(q))
            await asyncio.sleep(0.7)
            stream.taking = True
            stream._resume.set()
            (reset,) = await stream.named("reset")
            assert reset.data == {"because": "too_much"}
            before = len(stream.changes)
            await done(move)
            await stream.until(lambda: len(stream.changes) == before + 1)

    with_hub(test)


def test_who_takes_nothing_is_cut(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stillage.live.listeners.STUCK_SECONDS", 0.2)
    monkeypatch.setattr(hubs, "TICK_SECONDS", 0.05)

    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(boss)) as stream:
            stream.stall()
            await done(move)
            async with asyncio.timeout(10):
                while hub.listeners:
                    await asyncio.sleep(0.05)

    with_hub(test)


def test_somebody_has_so_many_streams_and_no_more(boss: Client) -> None:
    other = signed_in_client("manager")

    async def test(hub: Hub) -> None:
        with override_settings(LIVE_STREAMS_PER_USER=2):
            async with (
                listening(hub, token_of(other)) as strange,
                listening(hub, token_of(boss)) as first,
                listening(hub, token_of(boss)) as second,
                listening(hub, token_of(boss)) as third,
            ):
                await first.until(lambda: first.over)
                assert first.events[-1].data == {"because": "replaced"}, "the oldest makes room"
                await done(move)
                for stream in (second, third, strange):
                    await stream.named("change")
                    assert not stream.over

    with_hub(test)


@pytest.mark.parametrize(
    ("token", "query", "host", "status"),
    [
        (None, "", "testserver", 401),
        ("forged", "", "testserver", 401),
        ("", "topics=gossip", "testserver", 400),
        ("", "topics=", "testserver", 400),
        ("", "token=abc", "testserver", 400),
        ("", "", "evil.example", 400),
    ],
)
def test_what_is_not_right_gets_a_problem(
    boss: Client, token: str | None, query: str, host: str, status: int
) -> None:
    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(boss) if token == "" else token, query=query, host=host) as stream:
            assert stream.status == status
            assert stream.headers["content-type"] == "application/problem+json"
            assert stream.headers["x-content-type-options"] == "nosniff"

    with_hub(test)


def test_a_server_that_stops_ends_its_streams(boss: Client) -> None:
    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(boss)) as stream:
            hub.close()
            await stream.until(lambda: stream.over)
            assert stream.events[-1].data == {"because": "server_stops"}
        async with listening(hub, token_of(boss)) as late:
            assert late.status == 503

    with_hub(test)


def test_the_reader_ends_with_the_last_listener(boss: Client) -> None:
    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(boss)) as stream:
            reader = hub._reader
            assert isinstance(stream, Stream) and reader is not None and reader.is_alive()
        await asyncio.get_running_loop().run_in_executor(None, reader.join, 10)
        assert not reader.is_alive()

    with_hub(test)


def test_where_no_streams_are_kept_a_problem_says_so(boss: Client) -> None:
    answer = boss.get("/api/v1/events", headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.json()["code"]) == (501, "no_streams_here")


def test_a_transfer_is_told_at_both_ends_and_nowhere_else() -> None:
    world = world_for("transfers POST")
    east = make_warehouse("EAST")
    ends = {
        code: signed_in_client("manager", warehouses=[place])
        for code, place in (("MAIN", world.main), ("NORTH", world.north), ("EAST", east))
    }

    async def test(hub: Hub) -> None:
        async with (
            listening(hub, token_of(ends["MAIN"]), query="topics=transfers") as here,
            listening(hub, token_of(ends["NORTH"]), query="topics=transfers") as there,
            listening(hub, token_of(ends["EAST"]), query="topics=transfers") as elsewhere,
        ):
            answer = await done(lambda: ACTS["transfers POST"].send(world, key=new_key()))
            assert {answer.json()["from_warehouse"], answer.json()["to_warehouse"]} == {"MAIN", "NORTH"}
            (change,) = await here.named("change")
            assert (await there.named("change"))[0].data == change.data
            assert elsewhere.changes == []
        # And so it is for those who come back.
        async with listening(hub, token_of(ends["NORTH"]), last_event_id=there.events[0].id) as again:
            await again.named("change")
        async with listening(hub, token_of(ends["EAST"]), last_event_id=elsewhere.events[0].id) as again:
            assert again.changes == []

    with_hub(test)


def said(action: str, kind: str, **more: Any) -> Callable[[], None]:
    """An entry of the trail, as an operation writes it."""
    return lambda: record(
        actor=more.pop("actor", BOSS),
        action=action,
        object_type=kind,
        object_id=7,
        label="x",
        after={},
        **more,
    )


def test_what_belongs_to_all_warehouses_is_told_to_those_who_work_in_all(boss: Client) -> None:
    limited = signed_in_client("manager", warehouses=[Warehouse.objects.get(code="MAIN")])

    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(limited)) as some, listening(hub, token_of(boss)) as all_:
            for action, kind in (
                ("recall.create", "recall"),
                ("user.update", "user"),
                ("auth.sign_in", "user"),
            ):
                await done(said(action, kind))
            await done(said("brand.create", "brand"))
            await all_.named("change", 4)
            await some.named("change")
            assert [one["topic"] for one in some.changes] == ["catalogue"]
            assert not {"recalls", "people", "sign-ins", "system"} & set(some.events[0].data["topics"])

    with_hub(test)


def test_an_import_is_told_to_its_owner_and_to_those_who_see_all(boss: Client) -> None:
    mine, other = signed_in_client("buyer"), signed_in_client("buyer")
    assert mine.user is not None
    me = replace(BOSS, user_id=mine.user.pk)

    async def test(hub: Hub) -> None:
        async with (
            listening(hub, token_of(mine)) as own,
            listening(hub, token_of(other)) as strange,
            listening(hub, token_of(boss)) as over,
        ):
            await done(said("import.create", "import", actor=me))
            await done(said("brand.create", "brand"))
            for stream, topics in ((own, 2), (strange, 1), (over, 2)):
                await stream.named("change", topics)
            assert [one["topic"] for one in strange.changes] == ["catalogue"]

    with_hub(test)


def test_what_nobody_has_put_into_the_table_is_told_to_nobody(boss: Client) -> None:
    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(boss)) as stream:
            await done(said("secret.made", "secret"))
            await done(said("brand.create", "brand"))
            await stream.named("change")
            assert [one["object_type"] for one in stream.changes] == ["brand"]
            keys = {"topic", "action", "object_type", "object_id", "label", "warehouse", "at"}
            assert set(stream.changes[0]) == keys

    with_hub(test)
