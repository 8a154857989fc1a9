"""How a delivery begins at the dock: one scan finds the order it belongs to and books."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fake_dock import ORDER, RECEIPT, Dock, dock
from fakes import api_for, label

from stillage_client.scans import Answer, Scan
from stillage_client.screens.buying.receiving_work import ReceivingState
from stillage_client.screens.doc_codes import route_of


def run(work: Awaitable[Any]) -> Any:
    async def all_of_it() -> Any:
        return await work

    return asyncio.run(all_of_it())


@pytest.fixture
def server() -> Dock:
    return dock()


def scan(state: ReceivingState, server: Dock, code: str) -> tuple[Answer, str]:
    one = Scan(code=code, id="scan-1", at=datetime(2026, 11, 22, tzinfo=UTC), user="dock")
    said: tuple[Answer, str] = run(state.take(api_for(server), "MAIN", one))
    return said


def ale(server: Dock) -> str:
    return label(server.products["HPA-330"], "L1", "270331")


def test_one_scan_of_a_case_opens_the_delivery_and_books_it_once(server: Dock) -> None:
    answer, path = scan(ReceivingState(), server, ale(server))
    assert (answer.kind, answer.word) == ("ok", "Received")
    assert urlsplit(path).path == f"/receive/{RECEIPT}"
    assert parse_qs(urlsplit(path).query)["id"] == ["scan-1"]  # the same id: shown again, not booked again
    assert server.on_hand("HPA-330", "L1", "MAIN/RECV-01") == 24


def test_when_several_orders_want_it_one_is_chosen(server: Dock) -> None:
    server.waiting["PO-000002"] = "2026-11-25"
    state = ReceivingState()
    answer, path = scan(state, server, ale(server))
    assert (answer.kind, path) == ("question", "")
    assert state.choice is not None and [one.number for one in state.choice.orders] == [ORDER, "PO-000002"]
    assert server.balances() == {}


def test_what_nobody_waits_for_is_said(server: Dock) -> None:
    server.waiting.clear()
    answer, path = scan(ReceivingState(), server, ale(server))
    assert (answer.word, path) == ("Not ordered", "")


def test_an_orders_number_opens_it(server: Dock) -> None:
    answer, path = scan(ReceivingState(), server, "po-000001")
    assert (answer.kind, path) == ("ready", "/receive/PO-000001")
    assert route_of("GR-000003") == "/receive/GR-000003"
    assert route_of("SR-000003") == "/supplier-returns/SR-000003"


def test_what_should_be_here_stands_apart_from_what_comes_later(server: Dock) -> None:
    server.waiting |= {"PO-000002": "2026-11-20", "PO-000003": "2026-11-25"}
    state = ReceivingState()
    run(state.load(api_for(server), "MAIN", put_away=True))
    now, later = state.expected(date(2026, 11, 22))
    assert [one.number for one in now] == [ORDER, "PO-000002"]
    assert [one.number for one in later] == ["PO-000003"]
