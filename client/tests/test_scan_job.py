"""The scan grammar against a warehouse in memory: what books, what asks, what refuses, and what Undo leaves behind."""

import asyncio
import itertools
from collections.abc import Awaitable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from fakes import FakeServer, api_for, gtin, label, small_warehouse

from stillage_client.api.transport import Unreachable
from stillage_client.scans import Answer, Scan
from stillage_client.screens.scan_job import (
    AskDifference,
    AskLotAndDate,
    AskWhich,
    Booking,
    Job,
    ScanWork,
    misread_parts,
)

_numbers = itertools.count(1)
_start = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def run(work: Awaitable[Any]) -> Any:
    async def all_of_it() -> Any:
        return await work

    return asyncio.run(all_of_it())


def working(server: FakeServer, job: Job) -> ScanWork:
    work = ScanWork(api=api_for(server), warehouse="MAIN")
    run(work.load())
    work.start(job)
    return work


def scan(work: ScanWork, code: str, scan_id: str = "") -> Answer:
    number = next(_numbers)
    one = Scan(
        code=code,
        id=scan_id or f"00000000-0000-4000-8000-{number:012d}",
        at=_start + timedelta(seconds=number),
        user="manager",
    )
    answer: Answer = run(work.take(one))
    return answer


@pytest.fixture
def server() -> FakeServer:
    return small_warehouse()


def ale(server: FakeServer, lot: str = "L1", until: str = "270301", **more: Any) -> str:
    return label(server.products["HPA-330"], lot, until, **more)


# ---- look up


def test_at_rest_no_scan_changes_stock(server: FakeServer) -> None:
    server.stock("HPA-330", "L1", "MAIN/A-01-01", 240, date(2027, 3, 1))
    work = working(server, "lookup")
    posted = len(server.operations)
    for code in (ale(server), "A-01-01", ale(server, each=True)):
        assert scan(work, code).kind == "ready"
    assert len(server.operations) == posted
    assert work.panel.title == "Harrow Pale Ale"
    assert (work.panel.amount, work.panel.unit) == ("10", "cases")


def test_a_looked_up_case_is_received_by_one_tap(server: FakeServer) -> None:
    work = working(server, "lookup")
    scan(work, ale(server))
    run(work.carry_on("receive"))
    assert work.job == "receive"
    assert server.on_hand("HPA-330", "L1", "MAIN/RECV-01") == 24


# ---- receive


def test_one_scan_of_a_full_label_receives_one_case_at_the_receiving_place(server: FakeServer) -> None:
    work = working(server, "receive")
    answer = scan(work, ale(server))
    assert (answer.kind, answer.word) == ("ok", "Received")
    assert server.on_hand("HPA-330", "L1", "MAIN/RECV-01") == 24
    assert (work.panel.amount, work.panel.unit, work.panel.unit_note) == ("1", "case", "24 cans")
    assert ("lot", "Lot L1") in work.panel.tags


def test_the_each_code_receives_one_can(server: FakeServer) -> None:
    scan(working(server, "receive"), ale(server, each=True))
    assert server.on_hand("HPA-330", "L1", "MAIN/RECV-01") == 1


def test_a_scanned_place_is_where_later_cases_go(server: FakeServer) -> None:
    work = working(server, "receive")
    scan(work, "A-01-02")
    scan(work, ale(server))
    assert server.on_hand("HPA-330", "L1", "MAIN/A-01-02") == 24


def test_twenty_scans_book_twenty_cases(server: FakeServer) -> None:
    work = working(server, "receive")
    answers = [scan(work, ale(server)) for _ in range(20)]
    assert {a.kind for a in answers} == {"ok"}
    assert server.on_hand("HPA-330", "L1", "MAIN/RECV-01") == 20 * 24
    assert len(work.bookings) == 20
    assert "20 in a row" in work.panel.unit_note


def test_a_scan_sent_twice_books_once(server: FakeServer) -> None:
    work = working(server, "receive")
    same = "11111111-0000-4000-8000-000000000001"
    scan(work, ale(server), same)
    scan(work, ale(server), same)
    assert server.on_hand("HPA-330", "L1", "MAIN/RECV-01") == 24
    assert len(work.bookings) == 1


def test_a_lost_answer_books_once(server: FakeServer) -> None:
    server.lose_answers = 1
    work = working(server, "receive")
    assert scan(work, ale(server)).kind == "ok"
    assert server.on_hand("HPA-330", "L1", "MAIN/RECV-01") == 24


def test_a_list_that_comes_late_does_not_bring_back_what_was_taken_back(server: FakeServer) -> None:
    work = working(server, "receive")
    scan(work, ale(server))
    answers = server.handle_async_request

    async def meanwhile() -> None:
        read, go_on = asyncio.Event(), asyncio.Event()

        async def slowly(request: httpx.Request) -> httpx.Response:
            answer = await answers(request)
            if request.url.path.endswith("/movements"):
                read.set()
                await go_on.wait()
            return answer

        server.handle_async_request = slowly  # type: ignore[method-assign]
        loading = asyncio.create_task(work.load())
        await read.wait()
        await work.undo_newest()
        go_on.set()
        await loading

    run(meanwhile())
    assert [booking.active for booking in work.bookings] == [False]
    assert work.last is None


def test_a_missing_lot_is_asked_once_and_kept_for_the_next_case(server: FakeServer) -> None:
    work = working(server, "receive")
    bare = label(server.products["HPA-330"])
    assert scan(work, bare).kind == "question"
    assert isinstance(work.ask, AskLotAndDate)
    assert not server.operations
    run(work.answer_lot("L7", date(2027, 4, 1)))
    assert server.on_hand("HPA-330", "L7", "MAIN/RECV-01") == 24
    assert scan(work, bare).kind == "ok"
    assert server.on_hand("HPA-330", "L7", "MAIN/RECV-01") == 48


def test_the_same_case_again_while_asked_is_one_more(server: FakeServer) -> None:
    work = working(server, "receive")
    bare = label(server.products["HPA-330"])
    for _ in range(3):
        scan(work, bare)
    run(work.answer_lot("L7", date(2027, 4, 1)))
    assert server.on_hand("HPA-330", "L7", "MAIN/RECV-01") == 72


def test_a_refused_answer_keeps_the_question_and_says_why(server: FakeServer) -> None:
    server.stock("HPA-330", "L7", "MAIN/A-01-01", 24, date(2027, 5, 5))
    work = working(server, "receive")
    scan(work, label(server.products["HPA-330"]))
    run(work.answer_lot("", None))
    assert "A lot is needed" in work.panel.fault
    run(work.answer_lot("L7", date(2027, 4, 1)))
    assert work.panel.kind == "question" and "2027-05-05" in work.panel.fault
    run(work.answer_lot("L7", date(2027, 5, 5)))
    assert work.panel.kind == "ok"


def test_another_printed_date_is_not_taken_for_the_kept_lot(server: FakeServer) -> None:
    work = working(server, "receive")
    scan(work, label(server.products["HPA-330"]))
    run(work.answer_lot("L7", date(2027, 4, 1)))
    assert scan(work, label(server.products["HPA-330"], "", "270901")).kind == "question"


def test_a_known_lot_without_a_printed_date_asks_nothing(server: FakeServer) -> None:
    server.stock("HPA-330", "L1", "MAIN/A-01-01", 24, date(2027, 3, 1))
    work = working(server, "receive")
    assert scan(work, label(server.products["HPA-330"], "L1")).kind == "ok"


def test_a_refusal_keeps_the_place_and_the_next_right_scan_goes_on(server: FakeServer) -> None:
    work = working(server, "receive")
    scan(work, "A-01-02")
    wrong = ale(server)
    wrong = wrong[:15] + str((int(wrong[15]) + 1) % 10) + wrong[16:]
    refused = scan(work, wrong)
    assert (refused.kind, refused.word) == ("error", "Code misread")
    assert "should be" in work.panel.detail
    assert work.place == "MAIN/A-01-02"
    assert scan(work, ale(server)).kind == "ok"
    assert server.on_hand("HPA-330", "L1", "MAIN/A-01-02") == 24


def test_an_unknown_product_says_its_gtin(server: FakeServer) -> None:
    work = working(server, "receive")
    unknown = gtin("0506000009999")
    answer = scan(work, f"01{unknown}")
    assert answer.word == "Unknown code"
    assert unknown in answer.detail


def test_another_date_for_the_same_lot_is_refused_with_both_dates(server: FakeServer) -> None:
    work = working(server, "receive")
    scan(work, ale(server, "L1", "270301"))
    answer = scan(work, ale(server, "L1", "270401"))
    assert answer.word == "Wrong date"
    assert "2027-03-01" in answer.detail and "2027-04-01" in answer.detail


def test_a_scan_without_a_server_leaves_no_trace_and_is_booked_when_it_comes_again(
    server: FakeServer,
) -> None:
    work = working(server, "receive")
    before = work.panel
    server.offline = True
    with pytest.raises(Unreachable):
        scan(work, ale(server), "22222222-0000-4000-8000-000000000001")
    assert (work.panel, work.bookings, work.refused) == (before, (), 0)
    server.offline = False
    scan(work, ale(server), "22222222-0000-4000-8000-000000000001")
    assert server.on_hand("HPA-330", "L1", "MAIN/RECV-01") == 24


# ---- move


def test_a_lot_in_one_place_moves_with_two_scans(server: FakeServer) -> None:
    server.stock("HPA-330", "L1", "MAIN/RECV-01", 240, date(2027, 3, 1))
    work = working(server, "move")
    assert scan(work, ale(server)).word == "Where to?"
    answer = scan(work, "A-01-01")
    assert (answer.kind, answer.word) == ("ok", "Moved")
    assert server.on_hand("HPA-330", "L1", "MAIN/A-01-01") == 24
    assert server.on_hand("HPA-330", "L1", "MAIN/RECV-01") == 216


def test_the_same_case_again_takes_one_more_before_the_place_commits(server: FakeServer) -> None:
    server.stock("HPA-330", "L1", "MAIN/RECV-01", 240, date(2027, 3, 1))
    work = working(server, "move")
    for _ in range(3):
        scan(work, ale(server))
    assert len(server.operations) == 1
    scan(work, "A-01-01")
    assert server.on_hand("HPA-330", "L1", "MAIN/A-01-01") == 72


def test_a_lot_in_two_places_asks_from_where_and_a_scanned_place_answers(server: FakeServer) -> None:
    server.stock("HPA-330", "L1", "MAIN/RECV-01", 24, date(2027, 3, 1))
    server.stock("HPA-330", "L1", "MAIN/A-01-02", 48, date(2027, 3, 1))
    work = working(server, "move")
    answer = scan(work, ale(server))
    assert (answer.kind, work.panel.title) == ("question", "From where?")
    assert isinstance(work.ask, AskWhich) and len(work.ask.choices) == 2
    scan(work, "A-01-02")
    scan(work, "A-01-01")
    assert server.on_hand("HPA-330", "L1", "MAIN/A-01-02") == 24
    assert server.on_hand("HPA-330", "L1", "MAIN/A-01-01") == 24


def test_a_place_scanned_first_is_where_the_case_is_taken_from(server: FakeServer) -> None:
    server.stock("HPA-330", "L1", "MAIN/RECV-01", 24, date(2027, 3, 1))
    server.stock("HPA-330", "L1", "MAIN/A-01-02", 48, date(2027, 3, 1))
    work = working(server, "move")
    for code in ("A-01-02", ale(server), "A-01-01"):
        scan(work, code)
    assert server.on_hand("HPA-330", "L1", "MAIN/A-01-02") == 24


def test_a_case_that_is_not_at_the_place_is_refused_with_both_places(server: FakeServer) -> None:
    server.stock("HPA-330", "L1", "MAIN/RECV-01", 24, date(2027, 3, 1))
    work = working(server, "move")
    scan(work, "A-01-02")
    answer = scan(work, ale(server))
    assert answer.word == "Wrong place"
    assert "A-01-02" in answer.detail and "RECV-01" in answer.detail


def test_a_code_without_a_lot_asks_which_lot_first_out_first(server: FakeServer) -> None:
    server.stock("HPA-330", "L2", "MAIN/A-01-02", 24, date(2027, 6, 1))
    server.stock("HPA-330", "L1", "MAIN/A-01-02", 24, date(2027, 3, 1))
    work = working(server, "move")
    scan(work, label(server.products["HPA-330"]))
    assert work.panel.title == "Which lot?"
    assert isinstance(work.ask, AskWhich)
    assert work.ask.choices[0].label.startswith("L1")
    run(work.choose("1"))
    scan(work, "A-01-01")
    assert server.on_hand("HPA-330", "L2", "MAIN/A-01-01") == 24


def test_more_than_there_is_cannot_be_taken(server: FakeServer) -> None:
    server.stock("HPA-330", "L1", "MAIN/RECV-01", 24, date(2027, 3, 1))
    work = working(server, "move")
    scan(work, ale(server))
    answer = scan(work, ale(server))
    assert answer.word == "Not enough"
    scan(work, "A-01-01")
    assert server.on_hand("HPA-330", "L1", "MAIN/A-01-01") == 24


def test_putting_down_where_it_was_taken_from_is_refused_and_the_hand_stays_full(server: FakeServer) -> None:
    server.stock("HPA-330", "L1", "MAIN/RECV-01", 24, date(2027, 3, 1))
    work = working(server, "move")
    scan(work, ale(server))
    assert scan(work, "RECV-01").word == "Same place"
    assert scan(work, "A-01-01").kind == "ok"


def test_two_products_in_the_hand_move_as_one_operation(server: FakeServer) -> None:
    server.stock("HPA-330", "L1", "MAIN/RECV-01", 24, date(2027, 3, 1))
    server.stock("MSW-750", "M1", "MAIN/RECV-01", 24, date(2027, 9, 1))
    work = working(server, "move")
    for code in (ale(server), label(server.products["MSW-750"], "M1"), "A-01-01"):
        scan(work, code)
    assert len(work.bookings) == 1
    assert server.on_hand("MSW-750", "M1", "MAIN/A-01-01") == 12
    run(work.undo_newest())
    assert server.on_hand("MSW-750", "M1", "MAIN/RECV-01") == 24
    assert server.on_hand("HPA-330", "L1", "MAIN/RECV-01") == 24


# ---- adjust


def test_a_counted_difference_is_booked_with_its_reason(server: FakeServer) -> None:
    server.stock("HPA-330", "L1", "MAIN/A-01-01", 240, date(2027, 3, 1))
    work = working(server, "adjust")
    scan(work, "A-01-01")
    assert scan(work, ale(server)).kind == "question"
    assert isinstance(work.ask, AskDifference)
    run(work.answer_difference(238, "broken"))
    assert server.on_hand("HPA-330", "L1", "MAIN/A-01-01") == 238
    assert server.operations[-1].reason == "broken"


def test_a_difference_without_a_reason_is_not_booked(server: FakeServer) -> None:
    server.stock("HPA-330", "L1", "MAIN/A-01-01", 240, date(2027, 3, 1))
    work = working(server, "adjust")
    scan(work, ale(server))
    run(work.answer_difference(238, " "))
    assert server.on_hand("HPA-330", "L1", "MAIN/A-01-01") == 240
    assert isinstance(work.ask, AskDifference)


def test_the_same_number_as_in_the_books_books_nothing(server: FakeServer) -> None:
    server.stock("HPA-330", "L1", "MAIN/A-01-01", 240, date(2027, 3, 1))
    work = working(server, "adjust")
    scan(work, ale(server))
    run(work.answer_difference(240, "counted"))
    assert len(server.operations) == 1
    assert work.panel.kind == "ok"


# ---- quantity


def test_the_keypad_sets_the_last_line_only(server: FakeServer) -> None:
    work = working(server, "receive")
    scan(work, ale(server))
    scan(work, ale(server))
    run(work.quantity(5))
    assert server.on_hand("HPA-330", "L1", "MAIN/RECV-01") == 6 * 24
    assert [b.lines[0].units for b in work.bookings] == [120, 24]


def test_a_scanned_quantity_counts_too(server: FakeServer) -> None:
    work = working(server, "receive")
    scan(work, ale(server))
    assert scan(work, "STL-CMD-QTY-12").kind == "ok"
    assert server.on_hand("HPA-330", "L1", "MAIN/RECV-01") == 12 * 24


def test_the_quantity_of_what_is_in_the_hand_can_be_set(server: FakeServer) -> None:
    server.stock("HPA-330", "L1", "MAIN/RECV-01", 240, date(2027, 3, 1))
    work = working(server, "move")
    scan(work, ale(server))
    run(work.quantity(4))
    scan(work, "A-01-01")
    assert server.on_hand("HPA-330", "L1", "MAIN/A-01-01") == 96


def test_a_quantity_that_does_not_fit_leaves_the_line_taken_back_and_says_so(server: FakeServer) -> None:
    server.stock("HPA-330", "L1", "MAIN/RECV-01", 48, date(2027, 3, 1))
    work = working(server, "move")
    scan(work, ale(server))
    scan(work, "A-01-01")
    run(work.quantity(9))
    assert work.panel.kind == "error"
    assert server.on_hand("HPA-330", "L1", "MAIN/RECV-01") == 48
    assert not work.bookings[0].active
    run(work.undo(work.bookings[0].operation_id))
    assert server.on_hand("HPA-330", "L1", "MAIN/A-01-01") == 24


# ---- undo


def test_undo_goes_back_to_the_start_and_leaves_stock_as_before(server: FakeServer) -> None:
    server.stock("HPA-330", "L1", "MAIN/RECV-01", 240, date(2027, 3, 1))
    before = server.balances()
    work = working(server, "receive")
    for _ in range(3):
        scan(work, ale(server))
    work.start("move")
    for code in (ale(server), "A-01-01", ale(server), "MAIN/RECV-01", "A-01-02"):
        scan(work, code)
    mine = len(work.bookings)
    for _ in range(mine):
        assert run(work.undo_last()).kind == "ok"
    assert server.balances() == before
    assert scan(work, "STL-CMD-UNDO").word == "Nothing left"


def test_an_undo_can_be_undone_as_often_as_one_likes(server: FakeServer) -> None:
    work = working(server, "receive")
    scan(work, ale(server))
    row = work.bookings[0].operation_id
    for expected in (0, 24, 0, 24):
        run(work.undo(row))
        assert server.on_hand("HPA-330", "L1", "MAIN/RECV-01") == expected
    assert len(work.bookings) == 1


def test_any_row_can_be_undone_not_only_the_last(server: FakeServer) -> None:
    work = working(server, "receive")
    scan(work, ale(server, "L1"))
    scan(work, ale(server, "L2"))
    run(work.undo(work.bookings[1].operation_id))
    assert server.on_hand("HPA-330", "L1", "MAIN/RECV-01") == 0
    assert server.on_hand("HPA-330", "L2", "MAIN/RECV-01") == 24


def test_undo_says_why_it_cannot_when_stock_has_moved_on(server: FakeServer) -> None:
    work = working(server, "receive")
    scan(work, ale(server))
    server.post("move", [("HPA-330", "L1", "MAIN/RECV-01", "MAIN/A-01-01", 24)])
    run(work.undo_newest())
    assert work.panel.kind == "error"
    assert "moved on" in work.panel.detail
    assert work.bookings[0].active


def test_the_running_list_is_read_back_with_its_undone_rows(server: FakeServer) -> None:
    work = working(server, "receive")
    for lot in ("L1", "L2", "L3"):
        scan(work, ale(server, lot))
    run(work.undo(work.bookings[1].operation_id))
    again = working(server, "receive")

    def told(rows: tuple[Booking, ...]) -> list[tuple[str, bool]]:
        return [(b.lines[0].lot, b.active) for b in rows]

    assert told(again.bookings) == told(work.bookings) == [("L3", True), ("L2", False), ("L1", True)]
    run(again.undo(again.bookings[1].operation_id))
    assert server.on_hand("HPA-330", "L2", "MAIN/RECV-01") == 24


# ---- jobs and rights


def test_a_command_switches_the_job(server: FakeServer) -> None:
    work = working(server, "lookup")
    scan(work, "STL-CMD-RECEIVE")
    assert work.job == "receive"
    assert scan(work, ale(server)).word == "Received"


def test_a_job_the_role_may_not_do_is_refused(server: FakeServer) -> None:
    work = working(server, "lookup")
    work.may = lambda right: right == "scan.use"
    assert scan(work, "STL-CMD-RECEIVE").word == "Not allowed"
    assert work.job == "lookup"


def test_the_hand_is_parked_when_the_job_changes(server: FakeServer) -> None:
    server.stock("HPA-330", "L1", "MAIN/RECV-01", 24, date(2027, 3, 1))
    work = working(server, "move")
    scan(work, ale(server))
    scan(work, "STL-CMD-RECEIVE")
    scan(work, "STL-CMD-MOVE")
    assert scan(work, "A-01-01").word == "Moved"


def test_a_misread_code_is_grouped_and_its_last_digit_stands_apart() -> None:
    assert misread_parts("0115060000001209") == ("15 0600 0000 120", "9")
