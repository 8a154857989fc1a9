"""G47, P13: under writers that commit in any order, over lost connections, and for every write there is:
nothing is missed, nothing comes twice, nothing is told of that did not happen."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import override_settings

from stillage.audit.models import Entry
from stillage.audit.record import record
from stillage.core.actor import service
from stillage.live import reader as readers
from stillage.live import waking
from stillage.live.changes import Change, Trail
from stillage.live.hub import Hub
from stillage.live.positions import ById, BySnapshot, Position, read
from stillage.live.reader import fetch
from stillage.live.topics import OF_OBJECT, TOPICS, topic_of
from tests.live.streams import listening
from tests.live.test_stream import done, token_of, with_hub
from tests.people import new_key, signed_in_client
from tests.promises.acts import ACTS, world_for
from tests.promises.engines import ON_POSTGRES
from tests.promises.threads import together

WRITERS, WRITES = 6, 25


def write(label: str) -> None:
    record(
        actor=service("race"),
        action="product.update",
        object_type="product",
        object_id=label,
        label=label,
        after={},
    )


def writer(name: int, seed: int) -> Any:
    """Transactions of several entries that lie open for a moment; every fifth is rolled back."""

    def run() -> list[str]:
        chance = random.Random(seed)
        kept = []
        for number in range(WRITES):
            labels = [f"{name}-{number}-{part}" for part in range(chance.randint(1, 3))]
            with transaction.atomic():
                for label in labels:
                    write(label)
                    if ON_POSTGRES and chance.random() < 0.4:
                        time.sleep(chance.random() * 0.02)
                if chance.random() < 0.2:
                    transaction.set_rollback(True)
                    continue
            kept += labels
        return kept

    return run


def read_all(trail: Trail, position: Position, until: Any, page_ends: list[Position]) -> list[str]:
    """Read on and on, as the reader does, until the writers are done and once more."""
    heard: list[str] = []
    last = False
    while True:
        over = until()
        more = True
        while more:
            changes, position, more = trail.since(position)
            heard += [change.object_id for change in changes]
            page_ends += [change.position for change in changes]
        if last:
            return heard
        last = over


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("page", [500, 3])
def test_readers_beside_writers_that_commit_in_any_order_see_each_entry_once(
    page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stillage.live.changes.PAGE", page)
    trail = Trail(fetch, ON_POSTGRES)
    start = trail.here()
    seed = random.randrange(10**6)
    still = threading.Semaphore(0)

    def ended(run: Any) -> Any:
        def both() -> Any:
            try:
                return run()
            finally:
                still.release()

        return both

    gone = [0]

    def all_done() -> bool:
        while gone[0] < WRITERS and still.acquire(blocking=False):
            gone[0] += 1
        return gone[0] == WRITERS

    ends: list[Position] = []
    work = [ended(writer(name, seed + name)) for name in range(WRITERS)]
    results = together([*work, lambda: read_all(trail, start, all_done, ends)])
    for result in results:
        assert not isinstance(result, Exception), (seed, result)
    written, heard = sorted(label for kept in results[:-1] for label in kept), results[-1]
    assert sorted(heard) == written, f"seed {seed}"
    # Wherever a stream may have broken off, what follows is exactly what had not come.
    here = trail.here()
    for number in random.Random(seed).sample(range(len(ends)), 12):
        again = read(str(ends[number]), by_snapshot=ON_POSTGRES)
        assert again == ends[number]
        rest = [change.object_id for change in trail.between(again, here, 10_000)]
        assert sorted(rest + heard[: number + 1]) == written, f"seed {seed}, after {number}"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_by_numbers_alone_an_entry_would_be_missed() -> None:
    """The control: the transaction that took the lower number commits later."""
    trail = Trail(fetch, True)
    start = trail.here()
    written, go_on = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            write("early number, late commit")
            written.set()
            go_on.wait(20)

    def second() -> tuple[list[Change], Position, int]:
        written.wait(20)
        write("late number, early commit")
        changes, position, _ = trail.since(start)
        highest = Entry.objects.order_by("-pk").values_list("pk", flat=True)[0]
        go_on.set()
        return changes, position, highest

    _, (changes, position, highest) = together([first, second])
    assert [change.label for change in changes] == ["late number, early commit"]
    assert not Entry.objects.filter(pk__gt=highest).exists(), "by number there is nothing more to read"
    later, end, _ = trail.since(position)
    assert [change.label for change in later] == ["early number, late commit"]
    assert trail.since(end)[0] == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_a_trail_out_of_another_cluster_nothing_is_told_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_entry (at, username, action, object_type, object_id, object_label, address,"
            " request_id, xid) VALUES (now(), 'x', 'product.update', 'product', '1', 'of before', '', '',"
            " '9000000000'::xid8)"
        )
    trail = Trail(fetch, True)
    position = trail.here()
    assert isinstance(position, BySnapshot) and trail.floor > 0
    write("new")
    changes, _, _ = trail.since(position)
    assert [change.label for change in changes] == ["new"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_reader_whose_connection_is_killed_goes_on_where_it_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    boss = signed_in_client("admin")

    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(boss)) as stream:
            await done(lambda: write("before"))
            await stream.named("change", 1)
            for number in range(3):
                reader = hub._reader
                assert reader is not None
                async with asyncio.timeout(20):
                    while not reader.backend_pid:
                        await asyncio.sleep(0.05)
                pid = reader.backend_pid

                def killed(pid: int = pid, number: int = number) -> None:
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
                    write(f"while away {number}")

                await done(killed)
                await stream.named("change", 2 + number)
            assert [one["label"] for one in stream.changes] == [
                "before",
                *[f"while away {n}" for n in range(3)],
            ]
            assert not stream.over

    with_hub(test)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_hints_from_another_process_are_heard_at_once_and_need_not_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    boss = signed_in_client("admin")
    monkeypatch.setattr(readers, "LOOK_SECONDS", 15.0)

    def hinted(label: str) -> None:
        write(label)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify('stillage_live', '')")
            cursor.execute("SELECT pg_notify('stillage_live', '')")

    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(boss)) as stream:
            await asyncio.sleep(0.3)
            async with asyncio.timeout(10):  # less than one look
                await done(lambda: hinted("told"))
                await stream.named("change", 1)
            assert len(stream.changes) == 1

    with_hub(test)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_hundred_streams_are_served_by_one_connection() -> None:
    boss = signed_in_client("admin")

    def connections() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            return int(cursor.fetchone()[0])

    async def test(hub: Hub) -> None:
        with override_settings(LIVE_STREAMS_PER_USER=100):
            async with AsyncExitStack() as stack:
                first = await stack.enter_async_context(listening(hub, token_of(boss)))
                with_one = await done(connections)
                for _ in range(99):
                    last = await stack.enter_async_context(listening(hub, token_of(boss)))
                assert await done(connections) <= with_one + 1
                await done(lambda: write("for all"))
                await first.named("change")
                await last.named("change")

    with_hub(test)


@pytest.mark.django_db
@pytest.mark.parametrize("name", list(ACTS))
def test_every_write_is_told_once_under_a_topic(name: str) -> None:
    """Each entry that a write leaves has a topic; the topics' rights exist; nothing of before and after goes out."""
    world = world_for(name)
    last = Entry.objects.order_by("-pk").values_list("pk", flat=True)[0]
    answer = ACTS[name].send(world, key=new_key())
    assert answer.status_code in (200, 201, 202, 204), answer.content
    rows = list(Entry.objects.filter(pk__gt=last))
    assert rows
    for row in rows:
        topic = topic_of(row.action, row.object_type)
        assert topic in TOPICS, f"{row.action} of a {row.object_type} has no topic in live/topics.py"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "name", ["stock-move POST", "sales-orders-allocate POST", "products POST", "counts POST"]
)
def test_a_write_through_the_api_reaches_the_stream_once(name: str) -> None:
    world = world_for(name)

    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(world.client)) as stream:
            last = await done(lambda: Entry.objects.order_by("-pk").values_list("pk", flat=True)[0])
            key = new_key()
            assert (await done(lambda: ACTS[name].send(world, key=key))).status_code < 300
            rows = await done(lambda: list(Entry.objects.filter(pk__gt=last)))
            await stream.named("change", len(rows))
            await done(lambda: ACTS[name].send(world, key=key))  # the same again has no effect
            await done(lambda: write("and nothing between"))
            await stream.named("change", len(rows) + 1)
            told = sorted((one["action"], one["object_id"], one["label"]) for one in stream.changes[:-1])
            assert told == sorted((row.action, row.object_id, row.object_label) for row in rows)

    with_hub(test)


def test_every_topic_is_reached_by_something() -> None:
    assert set(OF_OBJECT.values()) | {"sign-ins"} == set(TOPICS)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_process_that_wrote_tells_others_after_its_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The middleware's hint, as a process of Gunicorn's gives it; its thread ends when there is nothing to tell."""
    monkeypatch.setattr(waking, "IDLE_SECONDS", 0.3)
    boss = signed_in_client("admin")
    line = readers._listening()
    try:
        with override_settings(LIVE_TELLS_OTHERS=True):
            for number in range(5):
                answer = boss.post("/api/v1/brands", {"name": f"Harrow {number}"}, key=new_key())
                assert answer.status_code == 201
        assert next(iter(line.notifies(timeout=10, stop_after=1))).channel == waking.CHANNEL
        assert boss.get("/api/v1/brands").status_code == 200
    finally:
        line.close()
        ended = time.monotonic() + 10
        while waking._teller is not None and time.monotonic() < ended:
            time.sleep(0.05)
    assert waking._teller is None


@pytest.mark.django_db(transaction=True)
def test_a_database_that_was_put_back_makes_everybody_load_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    boss = signed_in_client("admin")

    async def test(hub: Hub) -> None:
        async with listening(hub, token_of(boss)) as stream:
            reader = hub._reader
            assert reader is not None
            # As after a restore: the reader has read further than there is, and its line breaks.
            monkeypatch.setattr(Trail, "since", broken_once(reader, Trail.since))
            reader.hint()
            await stream.named("reset")
            await done(lambda: write("after it"))
            assert (await stream.named("change"))[0].data["label"] == "after it"

    with_hub(test)


def broken_once(reader: Any, real: Any) -> Any:
    """The first look breaks as a line does, and nobody knows any more where it stood."""
    calls = []

    def since(trail: Trail, position: Position) -> Any:
        calls.append(position)
        if len(calls) == 1:
            reader._position = BySnapshot("9999999:9999999:") if ON_POSTGRES else ById(9_999_999)
            raise OperationalError("gone")
        return real(trail, position)

    return since
