"""What planning costs in statements: the same for few products and for many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stillage.core.clock import now
from stillage.planning import operations
from stillage.planning.models import Proposal
from tests.builders import BOSS
from tests.people import signed_in_client
from tests.planning.buyer import API, Buyer

pytestmark = pytest.mark.django_db


def counted(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as seen:
        act()
    return len([one for one in seen.captured_queries if "SAVEPOINT" not in one["sql"]])


def _more(buyer: Buyer, count: int) -> None:
    for at in range(count):
        buyer.product(f"M{count}-{at}", per_week=24, on_hand=12)


def test_working_out_and_assessing_cost_the_same_for_many() -> None:
    buyer = Buyer(work_out=False)
    few = counted(lambda: operations.propose(warehouse=buyer.main, run=None, at=now()))
    assessed = counted(lambda: operations.assess_expiry(run=None, at=now()))
    _more(buyer, 40)
    assert counted(lambda: operations.propose(warehouse=buyer.main, run=None, at=now())) <= few
    assert counted(lambda: operations.assess_expiry(run=None, at=now())) <= assessed
    assert few <= 26
    assert Proposal.objects.count() == 42


def test_lists_cost_the_same_for_many() -> None:
    buyer, client = Buyer(), signed_in_client("buyer")
    addresses = (
        "replenishment?limit=100",
        "replenishment/suppliers",
        "replenishment/summary",
        "expiry-risk?limit=100",
        "expiry-risk/summary",
        "policies",
    )

    def costs() -> list[int]:
        return [counted(lambda path=path: client.get(API + path)) for path in addresses]  # type: ignore[misc]

    few = costs()
    _more(buyer, 30)
    buyer.work_out()
    assert costs() == few


def test_answers_cost_the_same_for_many() -> None:
    buyer = Buyer(work_out=False)
    _more(buyer, 60)
    buyer.work_out()
    ids = list(Proposal.objects.order_by("pk").values_list("pk", flat=True))
    assert len(ids) == 62

    def accept(some: list[int]) -> Callable[[], Any]:
        lines = [operations.AcceptedLine(one) for one in some]
        return lambda: operations.accept(actor=BOSS, lines=lines, at=now())

    few = counted(accept(ids[:2]))
    assert counted(accept(ids[2:30])) <= few
    refused = counted(lambda: operations.refuse(actor=BOSS, lines=ids[30:32], reason="no", at=now()))
    assert counted(lambda: operations.refuse(actor=BOSS, lines=ids[32:], reason="no", at=now())) <= refused
    opened = counted(lambda: operations.reopen(actor=BOSS, lines=ids[30:32], at=now()))
    assert counted(lambda: operations.reopen(actor=BOSS, lines=ids[32:], at=now())) <= opened
