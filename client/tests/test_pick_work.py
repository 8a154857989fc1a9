"""The grammar of picking: place, then item; a refusal changes nothing and the next scan is the answer."""

import asyncio
import uuid
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any

import pytest
from fake_walk import NUMBER, Walk, walk
from fakes import api_for, label

from stillage_client.api.errors import Unreachable
from stillage_client.scans import Answer, Scan
from stillage_client.screens.selling.pick_work import PickWork


def run(work: Awaitable[Any]) -> Any:
    async def all_of_it() -> Any:
        return await work

    return asyncio.run(all_of_it())


@pytest.fixture
def server() -> Walk:
    return walk()


@pytest.fixture
def work(server: Walk) -> PickWork:
    made = PickWork(api=api_for(server), warehouse="MAIN", ref=NUMBER)
    run(made.load())
    return made


def scan(work: PickWork, code: str) -> Answer:
    said: Answer = run(
        work.take(Scan(code=code, id=str(uuid.uuid4()), at=datetime(2026, 11, 22, tzinfo=UTC), user="picker"))
    )
    return said


def ale(server: Walk, lot: str = "L1", *, each: bool = False) -> str:
    return label(server.products["HPA-330"], lot, "270331", each=each)


def test_the_walk_begins_at_its_first_place(work: PickWork) -> None:
    assert work.task is not None and work.next is not None
    assert (work.task.location, work.next.location, work.step) == ("MAIN/A-01-01", "MAIN/A-01-02", "place")


def test_two_scans_take_a_case_and_the_rest_is_one_press(work: PickWork, server: Walk) -> None:
    assert scan(work, "MAIN/A-01-01").kind == "ok"
    assert work.step == "item"
    said = scan(work, ale(server))
    assert (said.kind, said.word, said.detail) == ("ok", "Picked", "1 case to go")
    assert work.step == "rest"
    said = run(work.take_all())
    assert (said.kind, said.detail) == ("done", "Next: A-01-02")
    assert server.tasks[0]["picked"] == 48
    assert work.task is not None and work.task.location == "MAIN/A-01-02"
    assert work.step == "place"


def test_the_same_case_again_is_one_more(work: PickWork, server: Walk) -> None:
    scan(work, "MAIN/A-01-01")
    scan(work, ale(server))
    assert scan(work, ale(server)).kind == "done"
    assert server.tasks[0]["open"] == 0


def test_the_last_of_all_says_so(work: PickWork, server: Walk) -> None:
    scan(work, "MAIN/A-01-01")
    scan(work, ale(server))
    scan(work, ale(server))
    scan(work, "MAIN/A-01-02")
    said = scan(work, label(server.products["MSW-750"], "M1"))
    assert (said.kind, said.detail) == ("done", "This list is done.")
    assert work.finished and work.task is None
    assert scan(work, "MAIN/A-01-02").word == "Nothing to pick"


def test_a_wrong_place_names_both_and_changes_nothing(work: PickWork, server: Walk) -> None:
    said = scan(work, "MAIN/A-01-02")
    assert (said.kind, said.word) == ("error", "Wrong place")
    assert said.detail == "Go to A-01-01. You are at A-01-02."
    assert work.here == ""
    assert scan(work, "MAIN/A-01-01").kind == "ok"  # the next scan is the answer
    assert work.refused is None


def test_a_wrong_product_names_both(work: PickWork, server: Walk) -> None:
    scan(work, "MAIN/A-01-01")
    said = scan(work, label(server.products["MSW-750"], "M1"))
    assert said.word == "Wrong product"
    assert said.detail == "Take Harrow Pale Ale. You have Mirabel Sparkling Water."
    assert server.tasks[0]["picked"] == 0


def test_a_wrong_lot_shows_what_was_scanned_and_its_date(work: PickWork, server: Walk) -> None:
    scan(work, "MAIN/A-01-01")
    assert scan(work, ale(server, "L2")).word == "Wrong lot"
    assert work.refused is not None
    assert (work.refused.lot, str(work.refused.until)) == ("L2", "2027-03-31")
    assert scan(work, ale(server)).kind == "ok"


def test_more_than_is_wanted_is_refused_with_both_numbers(work: PickWork, server: Walk) -> None:
    server.tasks[0]["open"] = server.tasks[0]["quantity"] = 12
    run(work.load())
    scan(work, "MAIN/A-01-01")
    said = scan(work, ale(server))
    assert said.word == "Too many"
    assert said.detail == "12 cans are wanted here. You have 1 case."


def test_an_item_before_its_place_is_kept_in_the_hand(work: PickWork, server: Walk) -> None:
    said = scan(work, ale(server))
    assert (said.kind, said.word) == ("question", "From which place?")
    assert server.tasks[0]["picked"] == 0
    assert scan(work, "MAIN/A-01-01").word == "Picked"
    assert server.tasks[0]["picked"] == 24


def test_a_misread_code_is_no_pick(work: PickWork, server: Walk) -> None:
    scan(work, "MAIN/A-01-01")
    code = ale(server)
    wrong = code[:15] + str((int(code[15]) + 1) % 10) + code[16:]
    assert scan(work, wrong).word == "Code misread"
    assert server.tasks[0]["picked"] == 0


def test_undo_by_scan_puts_the_last_pick_back(work: PickWork, server: Walk) -> None:
    scan(work, "MAIN/A-01-01")
    scan(work, ale(server))
    assert scan(work, "STL-CMD-UNDO").word == "Put back"
    assert server.tasks[0]["picked"] == 0
    assert not work.can_undo
    assert scan(work, "STL-CMD-UNDO").word == "Nothing to undo"


def test_a_number_scanned_sets_the_line(work: PickWork, server: Walk) -> None:
    scan(work, "MAIN/A-01-01")
    scan(work, ale(server))
    assert scan(work, "STL-CMD-QTY-2").kind == "done"
    assert server.tasks[0]["picked"] == 48


def test_too_few_wait_for_new_stock_and_the_walk_goes_on(work: PickWork, server: Walk) -> None:
    scan(work, "MAIN/A-01-01")
    run(work.short(48, "Not there"))
    assert server.tasks[0]["short"] == 48
    assert work.note == "2 cases wait for new stock."
    assert work.task is not None and work.task.location == "MAIN/A-01-02"


def test_none_missing_is_asked_again(work: PickWork, server: Walk) -> None:
    run(work.short(0, "Not there"))
    assert work.fault == "Say how many are missing."
    assert server.tasks[0]["short"] == 0


def test_the_lot_in_the_hand_may_be_taken_with_a_reason(work: PickWork, server: Walk) -> None:
    scan(work, "MAIN/A-01-01")
    scan(work, ale(server, "L2"))
    assert run(work.use_scanned_lot("Pallet is blocked")).word == "Picked"
    assert server.used_lots == ["Pallet is blocked"]
    assert server.tasks[0]["picked"] == 24


def test_without_a_scan_the_rest_is_not_taken(work: PickWork, server: Walk) -> None:
    scan(work, "MAIN/A-01-01")
    assert run(work.take_all()).word == "Not picked"
    assert server.tasks[0]["picked"] == 0


def test_a_scan_the_server_cannot_judge_stays_in_the_browser(work: PickWork, server: Walk) -> None:
    scan(work, "MAIN/A-01-01")
    server.offline = True
    with pytest.raises(Unreachable):
        scan(work, ale(server))
    server.offline = False
    assert scan(work, ale(server)).word == "Picked"
