"""Answers and workings out that meet: each proposal is ordered once, and nothing ordered is proposed again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from stillage.core.clock import now
from stillage.core.errors import Refusal
from stillage.planning import operations
from stillage.planning.models import Proposal
from stillage.planning.operations import answering
from stillage.purchasing.models import PurchaseOrder, PurchaseOrderLine
from tests.builders import BOSS
from tests.planning.buyer import Buyer
from tests.promises.threads import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
BUYERS = 6


def _accept(ids: list[int]) -> Any:
    def act() -> str:
        try:
            operations.accept(
                actor=BOSS, lines=[operations.AcceptedLine(one) for one in ids], at=now(), place=True
            )
        except Refusal as refusal:
            return refusal.code
        return "ordered"

    return act


def _world(products: int = 12) -> Buyer:
    buyer = Buyer(work_out=False)
    for at in range(products):
        buyer.product(f"RACE-{at:02}", per_week=24 + at)
    buyer.work_out()
    return buyer


def _ordered_once() -> None:
    lines = list(PurchaseOrderLine.objects.values_list("product_id", flat=True))
    assert len(lines) == len(set(lines)), "a product was ordered twice"
    accepted = Proposal.objects.filter(status="accepted")
    assert set(accepted.values_list("product_id", flat=True)) == set(lines)


def test_two_buyers_who_accept_the_same_lines_order_them_once() -> None:
    _world()
    ids = list(Proposal.objects.filter(status="open").values_list("pk", flat=True))
    shuffled = [ids[at:] + ids[:at] for at in range(BUYERS)]
    outcomes = together([_accept(some) for some in shuffled])
    assert sorted(outcomes) == ["already_answered"] * (BUYERS - 1) + ["ordered"]
    assert PurchaseOrder.objects.count() == 1
    _ordered_once()


def test_accepting_beside_working_out_orders_nothing_twice() -> None:
    buyer = _world()
    ids = list(Proposal.objects.filter(status="open").order_by("pk").values_list("pk", flat=True))
    parts = [ids[at::BUYERS] for at in range(BUYERS)]

    def work_out() -> str:
        operations.propose(warehouse=buyer.main, run=None, at=now())
        return "worked out"

    outcomes = together([*(_accept(part) for part in parts), *(work_out for _ in range(BUYERS))])
    assert set(outcomes) <= {"ordered", "worked out", "unknown_proposal"}
    _ordered_once()
    operations.propose(warehouse=buyer.main, run=None, at=now())
    still = set(Proposal.objects.filter(status="open", quantity__gt=0).values_list("product_id", flat=True))
    assert still.isdisjoint(PurchaseOrderLine.objects.values_list("product_id", flat=True))


def test_two_workings_out_leave_one_open_proposal_a_product() -> None:
    buyer = Buyer(work_out=False)
    at = now()

    def work_out(more: int) -> Any:
        return lambda: operations.propose(warehouse=buyer.main, run=None, at=at + dt.timedelta(seconds=more))

    together([work_out(more) for more in range(BUYERS)])
    open_ones = list(Proposal.objects.filter(status="open").values_list("product_id", flat=True))
    assert len(open_ones) == len(set(open_ones)) == 2


def test_refusing_beside_accepting_ends_in_one_answer() -> None:
    _world(4)
    ids = list(Proposal.objects.filter(status="open").order_by("pk").values_list("pk", flat=True))

    def refuse() -> str:
        try:
            operations.refuse(actor=BOSS, lines=ids[::-1], reason="no", at=now())
        except Refusal as refusal:
            return refusal.code
        return "refused"

    outcomes = together([_accept(ids), refuse, _accept(ids), refuse])
    assert len([one for one in outcomes if one in ("ordered", "refused")]) == 1
    assert Proposal.objects.filter(status="open").count() == 0


def test_expiry_is_assessed_once_at_a_time() -> None:
    buyer = Buyer(work_out=False)
    assert buyer.main.pk
    at = now()
    together([lambda: operations.assess_expiry(run=None, at=at) for _ in range(4)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM planning_expiryrisk")
        assert cursor.fetchone()[0] >= 0


def test_without_the_lock_they_are_ordered_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "for_update", lambda alias: "")
    buyer = Buyer(work_out=False)
    for at in range(10):
        buyer.product(f"AGAIN-{at}", per_week=24)
        buyer.work_out()
        ids = list(Proposal.objects.filter(status="open").values_list("pk", flat=True))
        outcomes = together([_accept(ids) for _ in range(BUYERS)])
        if outcomes.count("ordered") > 1:
            return
    pytest.fail("the control shows nothing: the race is no race")
