"""Reconcile on the books of goods in: silent where they agree, and each thing somebody could falsify is named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from stillage.core import append_only
from stillage.purchasing.models import PurchaseOrderLine, ReceiptLine
from stillage.purchasing.reconciling import checks
from stillage.stock.reconcile import disagreements
from tests import dock as goods
from tests.conftest import CONTROL_TABLES
from tests.dock import Dock
from tests.promises.superuser import tampering

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken_in() -> Iterator[Dock]:
    """One order of which a pallet came by notice and a case by hand, and a booking that was taken back."""
    house = Dock()
    order = goods.make_order(("ALE-330", 120))
    goods.announce((1, [("ALE-330", "L1", 48)]), order=order)
    made = house.post("receipts", {"notice": "D-1"})
    at = f"receipts/{made['number']}"
    house.post(f"{at}/receive-unit", {"sscc": goods.sscc(1)})
    house.post(f"{at}/receive", house.scan(quantity=24))
    wrong = house.post(f"{at}/receive", house.scan(quantity=12, lot="L2"))
    house.post(f"{at}/undo", {"operation_id": wrong["operation_id"]}, 200)
    yield house


def falsifications() -> dict[str, tuple[list[str], str]]:
    """What somebody could do to the tables, and what must be said about it."""
    line = PurchaseOrderLine.objects.get().pk
    first, _, undone = ReceiptLine.objects.order_by("pk").values_list("pk", flat=True)
    return {
        "more received than came": (
            [f"UPDATE purchasing_purchaseorderline SET received = 73 WHERE id = {line}"],
            "PO-000001 line 1: 73 are said to be received, the movements make 72.",
        ),
        "a receipt that says more": (
            [f"UPDATE purchasing_receiptline SET quantity = 50 WHERE id = {first}"],
            "the receipt says 50, the movements make 48.",
        ),
        "a line that vanished": (
            [f"DELETE FROM purchasing_receiptline WHERE id = {first}"],
            "the receipt says 0, the movements make 48.",
        ),
        "an undo that vanished": (
            ["DELETE FROM purchasing_receiptundo"],
            "GR-000001: 0 are said to be taken back, the movements make 12.",
        ),
        "a notice that came whole": (
            ["UPDATE purchasing_noticeline SET received = 40"],
            "Notice D-1 line 1: 40 are said to have come, the receipts make 48.",
        ),
        "a number too many": (
            ["UPDATE numbering_series SET next_number = next_number + 1 WHERE name = 'receipt'"],
            "Series receipt: 2 numbers were taken for 1 documents.",
        ),
        "an undone line that says less": (
            [f"UPDATE purchasing_receiptline SET quantity = 11 WHERE id = {undone}"],
            "GR-000001: 11 are said to be taken back, the movements make 12.",
        ),
    }


def guards_off() -> list[str]:
    """On SQLite the triggers of the dock's tables; on PostgreSQL they are off already while tampering."""
    if connection.vendor == "postgresql":
        return []
    return [sql for table in CONTROL_TABLES for sql in append_only.removal(table, "sqlite")]


def test_honest_deliveries_are_met_with_silence(taken_in: Dock) -> None:
    assert disagreements(seal=False) == []


def test_every_falsification_is_found_and_named(taken_in: Dock) -> None:
    for name, (statements, sentence) in falsifications().items():
        with tampering(*guards_off(), *statements):
            found = disagreements(seal=False)
            assert any(sentence in line for line in found), (name, found)
        assert disagreements(seal=False) == [], name


def test_every_check_has_a_falsification_that_meets_it(taken_in: Dock) -> None:
    met = set()
    for statements, _ in falsifications().values():
        with tampering(*guards_off(), *statements):
            for check in checks():
                with connection.cursor() as cursor:
                    cursor.execute(f"SELECT COUNT(*) FROM ({check.sql}) q", check.parameters)
                    if cursor.fetchone()[0]:
                        met.add(check.sentence)
    assert sorted({check.sentence for check in checks()} - met) == []
