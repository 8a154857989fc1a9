"""Reconcile on returns to suppliers and on orders' states: silent where they agree, and each falsification is named."""

from __future__ import annotations

import pytest

from stillage.purchasing.reconciling_returns import checks
from stillage.stock.models import Movement
from stillage.stock.reconcile import disagreements
from tests.builders import receive
from tests.buying import API, Desk
from tests.promises.superuser import tampering

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent() -> Desk:
    """A return that went, one that was taken back, and one that is a draft; an order that is on its way."""
    desk = Desk()
    receive("ALE-330", "L1", quantity=100)
    desk.placed()
    line = {"product": "ALE-330", "lot": "L1", "location": "MAIN/A-01", "quantity": 10}
    body = {"supplier": "BREW", "warehouse": "MAIN", "lines": [line]}
    for steps in (("dispatch", "close"), ("dispatch", "undo-dispatch"), ()):
        made = desk.client.post(API + "supplier-returns", body).json()
        for step in steps:
            answer = desk.client.post(f"{API}supplier-returns/{made['id']}/{step}", {})
            assert answer.status_code == 200, answer.json()
    return desk


FALSIFIED = {
    "more on the paper than went": (
        "UPDATE purchasing_supplierreturnline SET quantity = 12 WHERE id = (SELECT MIN(id) FROM"
        " purchasing_supplierreturnline)",
        "SR-000001 (closed) line 1: 12 are said to have gone back, the movements make 10.",
    ),
    "a draft that went": (
        "UPDATE purchasing_supplierreturn SET status = 'draft' WHERE status = 'closed'",
        "SR-000001 (draft) line 1: 0 are said to have gone back, the movements make 10.",
    ),
    "goods that no return knows of": (
        "UPDATE purchasing_supplierreturn SET operation_id = NULL WHERE status = 'closed'",
        "10 went back to a supplier for SR-000001, of which no return knows.",
    ),
    "an order that came without coming": (
        "UPDATE purchasing_purchaseorder SET status = 'received'",
        "PO-000001 is received with 0 received and 240 to come.",
    ),
}


def test_an_honest_book_is_met_with_silence(sent: Desk) -> None:
    assert Movement.objects.filter(kind="send_back").count() == 2
    assert disagreements(seal=False) == []


@pytest.mark.parametrize("name", list(FALSIFIED))
def test_every_falsification_is_found_and_named(sent: Desk, name: str) -> None:
    statement, sentence = FALSIFIED[name]
    with tampering(statement):
        found = disagreements(seal=False)
    assert any(sentence in line for line in found), found
    assert disagreements(seal=False) == []


def test_every_check_has_a_falsification(sent: Desk) -> None:
    met = set()
    for statement, _ in FALSIFIED.values():
        with tampering(statement):
            lines = disagreements(seal=False)
        met |= {
            check.sentence
            for check in checks()
            for line in lines
            if check.sentence.split("{")[-1].partition("}")[2] in line
        }
    assert met == {check.sentence for check in checks()}
