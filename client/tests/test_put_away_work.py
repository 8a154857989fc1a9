"""Putting away is two scans: what it is, where it goes. What orders wait for stays at the dock."""

import asyncio
import uuid
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any

import pytest
from fake_dock import Dock, dock
from fakes import api_for, label

from stillage_client.scans import Answer, Scan
from stillage_client.screens.buying.put_away_work import PutAwayWork


def run(work: Awaitable[Any]) -> Any:
    async def all_of_it() -> Any:
        return await work

    return asyncio.run(all_of_it())


@pytest.fixture
def server() -> Dock:
    made = dock()
    made.stock("HPA-330", "L1", "MAIN/RECV-01", 96)
    made.stock("MSW-750", "PROMISED", "MAIN/RECV-01", 24)
    return made


@pytest.fixture
def work(server: Dock) -> PutAwayWork:
    made = PutAwayWork(api=api_for(server), warehouse="MAIN")
    run(made.load())
    return made


def scan(work: PutAwayWork, code: str) -> Answer:
    said: Answer = run(
        work.take(Scan(code=code, id=str(uuid.uuid4()), at=datetime(2026, 11, 22, tzinfo=UTC), user="dock"))
    )
    return said


def ale(server: Dock) -> str:
    return label(server.products["HPA-330"], "L1")


def test_two_scans_put_all_of_a_lot_away(work: PutAwayWork, server: Dock) -> None:
    said = scan(work, ale(server))
    assert (said.word, said.detail) == ("Take it to A-01-02", "4 cases")
    assert work.place is not None and work.place.why == "same lot lies there"
    assert scan(work, "A-01-02").word == "Put away"
    assert server.on_hand("HPA-330", "L1", "MAIN/A-01-02") == 96
    assert work.hand is None


def test_any_other_place_does_as_well_and_undo_brings_it_back(work: PutAwayWork, server: Dock) -> None:
    scan(work, ale(server))
    scan(work, "A-01-01")
    assert server.on_hand("HPA-330", "L1", "MAIN/A-01-01") == 96
    run(work.undo())
    assert server.on_hand("HPA-330", "L1", "MAIN/RECV-01") == 96


def test_a_part_of_it_is_said_on_the_keypad(work: PutAwayWork, server: Dock) -> None:
    scan(work, ale(server))
    run(work.quantity(9))
    assert work.panel.title == "Not so many"
    run(work.quantity(3))
    scan(work, "A-01-02")
    assert server.on_hand("HPA-330", "L1", "MAIN/A-01-02") == 72


def test_what_an_order_waits_for_stays_at_the_dock(work: PutAwayWork, server: Dock) -> None:
    said = scan(work, label(server.products["MSW-750"], "PROMISED"))
    assert (said.kind, said.word) == ("error", "It stays here")
    assert said.detail == "Stays here: 2 cases for SO-000012"


def test_a_place_without_goods_and_goods_that_are_not_here_are_refused(
    work: PutAwayWork, server: Dock
) -> None:
    assert scan(work, "A-01-02").word == "Nothing in your hand"
    assert scan(work, label(server.products["KLP-30K"], "K1", each=True)).word == "Not at the dock"
    scan(work, ale(server))
    assert scan(work, "RECV-01").word == "Same place"
    assert scan(work, "A-01-02").kind in ("ok", "done")
