"""What a label says of a lot's dates: kept once, never overwritten, told to the trail, right at the door."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from stillage.audit.models import Entry
from stillage.core.clock import now
from stillage.core.errors import Refusal
from stillage.stock import operations
from stillage.stock.models import Lot, Movement
from stillage.stock.reconcile import disagreements
from tests.builders import BOSS, make_product, make_warehouse
from tests.promises.threads import together

receive_module = importlib.import_module("stillage.stock.operations.receive")
EARLY, LATE = dt.date(2031, 3, 31), dt.date(2031, 9, 30)


def book_in(*labels: dict[str, Any], sku: str = "ALE-330") -> dict[str, Any]:
    lines = [
        operations.ReceiveLine(
            **{"product": sku, "location": "MAIN/A-01", "quantity": 10, "lot": "L1", **label}
        )
        for label in labels
    ]
    return operations.receive(actor=BOSS, lines=lines, reference="", at=now())


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.code


@pytest.fixture
def ale(transactional_db: None) -> Any:
    make_warehouse("MAIN")
    return make_product("ALE-330", shelf_life_days=None)


def test_a_date_that_was_lacking_is_learned_once_and_told_to_the_trail(ale: Any) -> None:
    book_in({})
    assert Lot.objects.get().last_sale_date == dt.date(9999, 12, 31)
    book_in({"expiry_date": LATE})
    book_in({"best_before_date": EARLY})
    lot = Lot.objects.get()
    assert (lot.expiry_date, lot.best_before_date, lot.last_sale_date) == (LATE, EARLY, EARLY)
    told = Entry.objects.filter(action="stock.lot_dates", object_id=str(lot.pk)).order_by("pk")
    assert [orjson.loads(entry.after or "") for entry in told] == [
        {"expiry_date": LATE.isoformat()},
        {"best_before_date": EARLY.isoformat()},
    ]
    assert disagreements(seal=False) == []


def test_the_trail_of_a_receipt_says_with_which_date_a_lot_came_in(ale: Any) -> None:
    book_in({"expiry_date": LATE})
    entry = Entry.objects.get(action="stock.receive")
    assert orjson.loads(entry.after or "")["lines"][0]["expiry_date"] == LATE.isoformat()


@pytest.mark.parametrize("known", [False, True])
def test_two_lines_of_one_receipt_cannot_give_a_lot_two_dates(ale: Any, known: bool) -> None:
    if known:
        book_in({})
    labels = [{"expiry_date": EARLY}, {"expiry_date": LATE}]
    assert refused(lambda: book_in(*labels)) == "lot_date_differs"
    by_production = [{"production_date": EARLY}, {"production_date": LATE}]
    assert refused(lambda: book_in(*by_production)) == "lot_date_differs"
    assert Movement.objects.count() == known


def test_a_known_lot_without_a_date_is_judged_at_the_door_by_the_date_on_the_label(ale: Any) -> None:
    book_in({})
    ale.minimum_intake_days = 60
    ale.save()
    tomorrow = now().date() + dt.timedelta(days=1)
    assert refused(lambda: book_in({"expiry_date": tomorrow})) == "short_dated"
    assert Lot.objects.get().expiry_date is None


def test_what_is_not_kept_by_lot_has_no_date_but_is_judged_by_one_at_the_door(ale: Any) -> None:
    make_product("KEG-50", lot_tracked=False, shelf_life_days=30, minimum_intake_days=10)
    book_in({"lot": None, "expiry_date": EARLY}, sku="KEG-50")
    book_in({"lot": None, "expiry_date": LATE}, sku="KEG-50")
    book_in({"lot": None}, sku="KEG-50")
    lot = Lot.objects.get()
    assert (lot.expiry_date, lot.last_sale_date) == (None, dt.date(9999, 12, 31))
    tomorrow = now().date() + dt.timedelta(days=1)
    assert refused(lambda: book_in({"lot": None, "expiry_date": tomorrow}, sku="KEG-50")) == "short_dated"
    assert disagreements(seal=False) == []


def raced(monkeypatch: pytest.MonkeyPatch, rival: dict[str, Any]) -> None:
    """Just before a receipt locks its lot, somebody else's receipt is carried out whole."""
    original, raced_already = receive_module.lock_lots, []

    def lock_lots(lot_ids: Any) -> Any:
        if not raced_already:
            raced_already.append(True)
            (done,) = together([lambda: book_in(rival)])
            assert isinstance(done, dict), done
        return original(lot_ids)

    monkeypatch.setattr(receive_module, "lock_lots", lock_lots)


@pytest.mark.postgres
def test_two_labels_that_complete_a_lot_at_once_lose_nothing(
    ale: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    book_in({})
    raced(monkeypatch, {"best_before_date": EARLY})
    book_in({"expiry_date": LATE})
    lot = Lot.objects.get()
    assert (lot.expiry_date, lot.best_before_date, lot.last_sale_date) == (LATE, EARLY, EARLY)


@pytest.mark.postgres
def test_two_labels_that_contradict_each_other_at_once_are_not_both_taken(
    ale: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    book_in({})
    raced(monkeypatch, {"expiry_date": LATE})
    assert refused(lambda: book_in({"expiry_date": EARLY})) == "lot_date_differs"
    assert Lot.objects.get().expiry_date == LATE
    assert Movement.objects.count() == 2
