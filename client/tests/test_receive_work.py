"""The grammar of the dock: one scan a case; what was not asked for waits for a word, and the next scan is an answer."""

import asyncio
import uuid
from collections.abc import Awaitable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fake_dock import ORDER, PALLET, RECEIPT, Dock, dock
from fakes import api_for, label

from stillage_client.api.errors import Unreachable
from stillage_client.scans import Answer, Scan
from stillage_client.screens.buying.receive_work import ReceiveWork


def run(work: Awaitable[Any]) -> Any:
    async def all_of_it() -> Any:
        return await work

    return asyncio.run(all_of_it())


@pytest.fixture
def server() -> Dock:
    return dock()


@pytest.fixture
def work(server: Dock) -> ReceiveWork:
    made = ReceiveWork()
    made.begin(api_for(server), "MAIN", ORDER)
    run(made.load())
    return made


def scan(work: ReceiveWork, code: str, key: str = "") -> Answer:
    said: Answer = run(
        work.take(
            Scan(code=code, id=key or str(uuid.uuid4()), at=datetime(2026, 11, 22, tzinfo=UTC), user="dock")
        )
    )
    return said


def ale(server: Dock, lot: str = "L77") -> str:
    return label(server.products["HPA-330"], lot, "270331")


def water(server: Dock) -> str:
    return label(server.products["MSW-750"], "W1", "270331")


def test_looking_at_an_order_opens_nothing_and_its_first_scan_opens_one_delivery(
    work: ReceiveWork, server: Dock
) -> None:
    assert work.receipt is not None and work.receipt.number == ""
    assert work.progress() == (0, 3, "cases") and "POST receipts" not in server.asked
    scan(work, ale(server))
    scan(work, ale(server))
    assert server.asked.count("POST receipts") == 1 and work.receipt.number == RECEIPT
    again = ReceiveWork()
    again.begin(api_for(server), "MAIN", ORDER)
    run(again.load())
    assert again.receipt is not None and again.receipt.number == RECEIPT and len(again.rows) == 2


def test_each_scan_books_a_case_and_the_last_one_says_so(work: ReceiveWork, server: Dock) -> None:
    assert scan(work, ale(server)).kind == "ok"
    said = scan(work, ale(server))
    assert (said.kind, work.panel.unit_note) == ("ok", "24 cans, 2 in a row")
    assert scan(work, water(server)).word == "Received in full"
    assert work.complete and work.progress()[:2] == (3, 3)
    assert len(work.rows) == 3


def test_too_many_are_refused_with_both_sides_and_the_next_scan_goes_on(
    work: ReceiveWork, server: Dock
) -> None:
    scan(work, water(server))
    said = scan(work, water(server))
    assert (said.kind, said.word) == ("error", "Too many")
    assert said.detail == "PO-000001 wants no more of it. You have 1 case."
    assert work.wrong is not None and work.wrong.ways == ("refuse", "quarantine", "accept")
    assert scan(work, ale(server)).kind == "ok"
    assert work.wrong is None and server.on_hand("MSW-750", "W1", "MAIN/RECV-01") == 12


def test_what_is_set_aside_lies_in_quarantine_and_what_is_refused_nowhere(
    work: ReceiveWork, server: Dock
) -> None:
    for _ in range(3):
        scan(work, ale(server))
    assert run(work.decide("quarantine"))
    assert server.on_hand("HPA-330", "L77", "MAIN/QA-01") == 24
    assert work.panel.head == "Set aside"
    scan(work, ale(server))
    assert run(work.decide("refuse"))
    assert work.panel.head == "Refused" and server.on_hand("HPA-330", "L77", "MAIN/QA-01") == 24
    assert any(row.refused for row in work.rows)


def test_damaged_counts_for_one_scan_only(work: ReceiveWork, server: Dock) -> None:
    work.damaged = True
    assert scan(work, ale(server)).kind == "question"
    assert run(work.decide("quarantine")) and not work.damaged
    assert scan(work, ale(server)).kind == "ok"
    assert "condition" not in server.bodies[-1]["lines"][0]


def test_what_was_never_ordered_is_not_booked(work: ReceiveWork, server: Dock) -> None:
    said = scan(work, label(server.products["KLP-30K"], "K1", "270331", each=True))
    assert (said.word, said.detail) == ("Not ordered", "PO-000001 does not ask for it. You have 1 keg.")
    assert server.balances() == {}


def test_a_code_without_its_lot_asks_once_and_keeps_the_answer(work: ReceiveWork, server: Dock) -> None:
    bare = label(server.products["HPA-330"])
    assert scan(work, bare).word == "Lot and date?"
    assert run(work.answer_lot("L77", date(2027, 3, 31)))
    assert scan(work, bare).kind == "ok"
    assert server.on_hand("HPA-330", "L77", "MAIN/RECV-01") == 48


def test_the_lots_a_supplier_announced_are_offered(work: ReceiveWork, server: Dock) -> None:
    scan(work, water(server))
    assert work.announced("HPA-330") == ("L77",)


def test_a_pallet_is_booked_whole_and_only_once(work: ReceiveWork, server: Dock) -> None:
    code = f"00{PALLET}"
    assert scan(work, code).kind in ("ok", "done")
    assert server.on_hand("HPA-330", "L77", "MAIN/RECV-01") == 48
    assert scan(work, code).kind == "echo"
    assert scan(work, "00395200000000000024").word == "Unknown pallet"


def test_the_keypad_sets_the_last_line_and_undo_takes_it_back(work: ReceiveWork, server: Dock) -> None:
    scan(work, ale(server))
    run(work.quantity(2))
    assert server.rest["HPA-330"] == 0 and work.panel.amount == "2"
    run(work.undo_last())
    assert server.rest["HPA-330"] == 24
    assert work.last is not None
    run(work.undo_last())
    assert server.rest["HPA-330"] == 48 and work.last is None


def test_a_place_says_where_the_next_ones_are_booked(work: ReceiveWork, server: Dock) -> None:
    assert scan(work, "A-01-01").kind == "ready"
    scan(work, ale(server))
    assert server.bodies[-1]["location"] == "MAIN/A-01-01"


def test_finishing_says_what_is_missing_and_asks_what_becomes_of_it(work: ReceiveWork, server: Dock) -> None:
    scan(work, ale(server))
    scan(work, water(server))
    assert scan(work, "STL-CMD-DONE").kind == "question" and work.closing
    assert work.missing_said() == "1 case of Harrow Pale Ale missing"
    assert run(work.close("short"))
    assert server.closed == "short" and work.closed is not None
    assert scan(work, ale(server)).kind == "error"


def test_another_orders_number_opens_it(work: ReceiveWork) -> None:
    gone: list[str] = []
    work.go = gone.append
    assert scan(work, "PO-000002").kind == "ready"
    assert gone == ["/receive/PO-000002"]


def test_without_the_server_a_scan_is_kept_and_books_once(work: ReceiveWork, server: Dock) -> None:
    server.offline = True
    with pytest.raises(Unreachable):
        scan(work, ale(server), key="scan-1")
    server.offline = False
    assert scan(work, ale(server), key="scan-1").kind == "ok"
    assert scan(work, ale(server), key="scan-1").kind == "ok"
    assert server.on_hand("HPA-330", "L77", "MAIN/RECV-01") == 24
