"""Past sales as files: added up by day, never counted twice, the same file again changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from stillage.audit.models import Entry
from stillage.core.clock import now
from stillage.planning.models import DemandDay
from stillage.planning.operations.write_history import write_history
from tests.builders import make_product, make_warehouse
from tests.people import Client, signed_in_client
from tests.planning.books import instant, move

pytestmark = pytest.mark.django_db
HEAD = "sku,warehouse,date,quantity\n"


@pytest.fixture
def buyer() -> Client:
    return signed_in_client("buyer")


@pytest.fixture
def send(buyer: Client, django_capture_on_commit_callbacks: Any) -> Callable[..., Any]:
    def hand_in(text: str, *, client: Client = buyer, **asked: str) -> Any:
        file = SimpleUploadedFile("sales.csv", text.encode(), content_type="text/csv")
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(
                "/api/v1/imports", {"file": file, "kind": "past-sales", **asked}, format="multipart"
            )
        assert answer.status_code == 202, answer.content
        return client.get(f"/api/v1/imports/{answer.json()['id']}").json()

    return hand_in


def imported() -> dict[tuple[str, str], int]:
    rows = DemandDay.objects.values_list("product__sku", "day", "imported")
    return {(sku, str(day)): units for sku, day, units in rows}


def test_rows_of_a_day_add_up_returns_take_off_and_the_same_file_changes_nothing(
    send: Callable[..., Any],
) -> None:
    make_warehouse("MAIN")
    make_product("ALE"), make_product("STOUT")
    file = (
        HEAD + "ALE,MAIN,2025-03-01,10\nALE,MAIN,01.03.2025,5\nALE,MAIN,2025-03-02,-3\nSTOUT,,2025-03-02,7\n"
    )
    dry = send(file, dry_run="true")
    assert (dry["status"], dry["created"]) == ("done", 3) and imported() == {}
    done = send(file)
    assert (done["status"], done["created"], done["errors"]) == ("done", 3, [])
    assert imported() == {
        ("ALE", "2025-03-01"): 15,
        ("ALE", "2025-03-02"): -3,
        ("STOUT", "2025-03-02"): 7,
    }
    again = send(file)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 3)
    other = send(HEAD + "ALE,MAIN,2025-03-01,20\n")
    assert (other["updated"], other["unchanged"]) == (1, 0) and imported()["ALE", "2025-03-01"] == 20
    assert Entry.objects.filter(action="demand.import").count() == 2


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_taken(send: Callable[..., Any]) -> None:
    house, ale = make_warehouse("MAIN"), make_product("ALE")
    make_warehouse("NORTH")
    move(ale, house, "receive", 100, instant(dt.date(2026, 3, 1)))
    move(ale, house, "issue", 5, instant(dt.date(2026, 3, 2)))
    file = HEAD + (
        "ALE,MAIN,2026-03-02,10\n"
        "ALE,MAIN,2190-01-01,10\n"
        "NONE,MAIN,2025-03-01,10\n"
        "ALE,NOWHERE,2025-03-01,10\n"
        "ALE,,2025-03-01,10\n"
        "ALE,MAIN,soon,10\n"
        "ALE,MAIN,2025-03-01,many\n"
        "ALE,MAIN,2025-03-01,4\n"
    )
    found = send(file)
    assert found["status"] == "refused"
    assert {(fault["row"], fault["code"]) for fault in found["errors"]} == {
        (2, "counted_already"),
        (3, "in_the_future"),
        (4, "unknown_product"),
        (5, "unknown_warehouse"),
        (6, "required"),
        (7, "not_a_date"),
        (8, "not_a_number"),
    }
    assert imported() == {}
    part = send(file, bad_rows="leave_out")
    assert part["status"] == "done" and imported() == {("ALE", "2025-03-01"): 4}


def test_another_warehouse_is_like_none(send: Callable[..., Any]) -> None:
    house = make_warehouse("MAIN")
    make_warehouse("NORTH")
    make_product("ALE")
    found = send(HEAD + "ALE,NORTH,2025-03-01,1\n", client=signed_in_client("buyer", warehouses=[house]))
    assert [fault["code"] for fault in found["errors"]] == ["unknown_warehouse"]


def test_what_was_imported_and_what_was_shipped_come_out_as_one_history(
    send: Callable[..., Any], buyer: Client
) -> None:
    house, ale = make_warehouse("MAIN"), make_product("ALE")
    send(HEAD + "ALE,MAIN,2026-03-01,12\n")
    move(ale, house, "receive", 100, instant(dt.date(2026, 3, 2)))
    move(ale, house, "issue", 5, instant(dt.date(2026, 3, 2)))
    move(ale, house, "return", 2, instant(dt.date(2026, 3, 3)))
    write_history(at=now())
    text = b"".join(buyer.get("/api/v1/exports/demand-history").streaming_content).decode("utf-8-sig")
    assert text.splitlines() == [
        "warehouse,product,date,shipped,returned,imported,quantity",
        "MAIN,ALE,2026-03-01,0,0,12,12",
        "MAIN,ALE,2026-03-02,5,0,0,5",
        "MAIN,ALE,2026-03-03,0,2,0,'-2",
    ]
    away = signed_in_client("buyer", warehouses=[make_warehouse("NORTH")])
    assert b"ALE" not in b"".join(away.get("/api/v1/exports/demand-history").streaming_content)
