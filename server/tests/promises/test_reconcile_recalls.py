"""Reconcile on recalls: silent where they agree with the other books, and whatever somebody could falsify is named."""

from __future__ import annotations

import re
from typing import Any

import pytest

from stillage.core.clock import now
from stillage.core.errors import Refusal
from stillage.recalls import operations
from stillage.recalls.models import Recall
from stillage.recalls.reconciling import checks
from stillage.stock import operations as stock
from stillage.stock.reconcile import disagreements
from tests import selling
from tests.builders import BOSS, make_product, receive
from tests.promises.superuser import execute

pytestmark = pytest.mark.django_db


@pytest.fixture
def called_back() -> Recall:
    selling.make_house()
    receive(make_product("ALE-330"), "L1", quantity=100)
    selling.shipped(("ALE-330", 30))
    lots = [operations.AskedLot("ALE-330", "L1")]
    return operations.recall(actor=BOSS, lots=lots, reason="glass", at=now())


LIES: dict[str, tuple[str, str]] = {
    "a number that nobody has": (
        "UPDATE numbering_series SET next_number = 9 WHERE name = 'recall'",
        "Series recall: 8 numbers were taken for 1 documents.",
    ),
    "a hold that ended": (
        "UPDATE stock_hold SET released_at = held_at",
        "RC-000001: ALE-330 lot L1 is called back and is not held everywhere.",
    ),
    "a customer who had more": (
        "UPDATE recalls_recallcustomer SET shipped = 29",
        "RC-000001: PUB is said to have been sent 29, the shipments make 30.",
    ),
    "a customer forgotten": (
        "DELETE FROM recalls_recallcustomer",
        "RC-000001: PUB is said to have been sent 0, the shipments make 30.",
    ),
    "all said to be told": (
        "UPDATE recalls_recall SET all_told_at = opened_at",
        "RC-000001: all customers are said to be told, and 1 are not.",
    ),
}


def test_it_is_silent_where_all_is_well(called_back: Recall) -> None:
    assert disagreements(seal=False) == []


@pytest.mark.parametrize("lie", list(LIES))
def test_each_lie_is_named_and_left_alone(called_back: Recall, lie: str) -> None:
    sql, said = LIES[lie]
    execute(sql)
    assert disagreements(seal=False) == [said]
    assert disagreements(seal=False) == [said]


def test_every_check_has_a_lie_that_meets_it() -> None:
    for check in checks():
        pattern = re.sub(r"\\{\w+\\}", ".+", re.escape(check.sentence))
        assert any(re.fullmatch(pattern, said) for _, said in LIES.values()), check.sentence


def test_what_is_called_back_is_not_released_by_the_back_door(called_back: Recall) -> None:
    def release() -> Any:
        line = stock.ReleaseLine("ALE-330", "L1", None, "looks fine to me")
        return stock.release(actor=BOSS, lines=[line], at=now())

    refusal: Refusal = selling.refused(release)
    assert refusal.code == "recalled" and "RC-000001" in refusal.detail
    operations.close(actor=BOSS, recall=called_back.pk, outcome="sound after all", at=now())
    release()
    assert disagreements(seal=False) == []
