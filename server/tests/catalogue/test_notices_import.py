"""Notices as files: grouped by despatch, whole or not at all, once, with every fault told at once."""

from __future__ import annotations

import pytest

from stillage.purchasing.models import AdvanceNotice, NoticeLine, NoticeUnit
from tests import dock as goods
from tests.catalogue.conftest import Importer
from tests.dock import Dock

pytestmark = pytest.mark.django_db
HEAD = "despatch_number,supplier,warehouse,purchase_order,sscc,sku,batch,MHD,quantity\n"


@pytest.fixture
def house() -> Dock:
    return Dock()


def test_rows_become_notices_once(house: Dock, send: Importer) -> None:
    order = goods.make_order(("ALE-330", 72))
    case = house.ale.packs.get(name="case").gtin
    file = HEAD + (
        f"D-1,ACME,MAIN,{order.number},(00){goods.sscc(1)},ALE-330,L1,2030-06-30,48\n"
        f"D-2,ACME,MAIN,,,GIN-700,G1,,6\n"
        f"D-1,ACME,MAIN,{order.number},{goods.sscc(1)},GIN-700,G2,,6\n"
        f"D-1,ACME,MAIN,{order.number},,{case},L2,30.06.2030,24\n"
    )
    dry = send(file, "advance-notices", dry_run="true")
    assert (dry["status"], dry["created"]) == ("done", 2) and not AdvanceNotice.objects.exists()
    done = send(file, "advance-notices")
    assert (done["status"], done["created"], done["errors"]) == ("done", 2, [])
    first = AdvanceNotice.objects.get(despatch_number="D-1")
    assert first.order_id == order.pk and first.expected_date == order.expected_date
    assert NoticeUnit.objects.get(notice=first).lines.count() == 2
    loose = NoticeLine.objects.get(notice=first, unit=None)
    assert (loose.product.sku, loose.lot_number, str(loose.best_before_date), loose.quantity) == (
        "ALE-330",
        "L2",
        "2030-06-30",
        24,
    )
    again = send(file, "advance-notices")
    assert (again["created"], again["unchanged"]) == (0, 2)
    house.post("receipts", {"notice": "D-1"})
    taken = house.post("receipts/GR-000001/receive-unit", {"sscc": goods.sscc(1), "outcome": "accept"})
    assert [row["quantity"] for row in taken["booked"]] == [48, 6]


def test_all_bad_rows_are_told_at_once_and_nothing_is_written(house: Dock, send: Importer) -> None:
    goods.announce((5, [("ALE-330", "L1", 24)]), despatch="OLD")
    file = HEAD + (
        f"D-1,ACME,MAIN,,{goods.sscc(5)},ALE-330,L1,,48\n"
        "D-1,ACME,MAIN,,,NOTHING,L1,,48\n"
        "D-1,ACME,MAIN,,,ALE-330,L1,,48\n"
        "D-2,NOBODY,MAIN,,,ALE-330,L1,,48\n"
        "D-3,ACME,NOWHERE,,,ALE-330,L1,,48\n"
        "D-4,ACME,MAIN,PO-000099,,ALE-330,L1,,48\n"
        "D-5,ACME,MAIN,,123,ALE-330,L1,,48\n"
        "D-6,ACME,MAIN,,,ALE-330,L1,,0\n"
        f"D-7,ACME,MAIN,,{goods.sscc(6)},ALE-330,L1,,1\n"
        f"D-8,ACME,MAIN,,{goods.sscc(6)},ALE-330,L1,,1\n"
    )
    report = send(file, "advance-notices")
    codes = {(one["row"], one["code"]) for one in report["errors"]}
    assert {
        (2, "sscc_known"),
        (3, "unknown_product"),
        (4, "notice_incomplete"),
        (5, "unknown_supplier"),
        (6, "unknown_warehouse"),
        (7, "unknown_order"),
        (8, "bad_sscc"),
        (9, "out_of_range"),
        (11, "sscc_twice"),
    } <= codes, codes
    assert AdvanceNotice.objects.count() == 1
    rest = send(file, "advance-notices", bad_rows="leave_out")
    assert rest["created"] == 1 and AdvanceNotice.objects.filter(despatch_number="D-7").exists()


def test_a_file_that_says_otherwise_changes_nothing_and_says_so(house: Dock, send: Importer) -> None:
    goods.announce((5, [("ALE-330", "L1", 24)]), despatch="D-1")
    report = send(HEAD + "D-1,ACME,MAIN,,,ALE-330,L1,,48\n", "advance-notices")
    assert report["unchanged"] == 1 and report["warnings"][0]["code"] == "notice_differs"
