"""W6 at the dock: every message sent three times, in any order, has its one effect; and W8: no clock but the server's."""

from __future__ import annotations

import datetime as dt
import importlib
import random
from typing import Any

import pytest

from stillage.core import clock
from stillage.purchasing.models import Receipt, ReceiptLine
from stillage.stock.models import Balance, Movement
from stillage.stock.reconcile import disagreements
from tests import dock as goods
from tests.dock import Dock
from tests.people import new_key, signed_in_client
from tests.promises.test_fulfilment_messages import send

pytestmark = pytest.mark.django_db
endpoints: Any = importlib.import_module("stillage.purchasing.api.receipts")
intake: Any = importlib.import_module("stillage.stock.operations.receive")


@pytest.mark.parametrize("seed", range(6))
def test_scans_sent_thrice_and_shuffled_are_each_booked_once(seed: int) -> None:
    house = Dock()
    order = goods.make_order(("ALE-330", 240), ("GIN-700", 12))
    goods.announce((1, [("ALE-330", "L9", 48)]), order=order)
    at = house.opened(order)
    messages: list[tuple[str, Any, str]] = [
        (f"{at}/receive", house.scan(quantity=24, lot=f"L{n % 3}"), new_key()) for n in range(6)
    ]
    messages += [
        (f"{at}/receive", house.scan("GIN-700", 18, outcome="refuse"), new_key()),
        (f"{at}/receive-unit", {"sscc": goods.sscc(1)}, new_key()),
        (f"purchase-orders/{order.number}/receive", house.scan(quantity=48), new_key()),
    ]
    answers = send(signed_in_client("picker"), messages, random.Random(seed))
    assert set(answers) == {key for *_, key in messages}
    assert all(len(same) == 1 for same in answers.values()), "the first answer again"
    assert [line.received for line in order.lines.order_by("position")] == [240, 12]
    assert sum(Movement.objects.values_list("quantity", flat=True)) == 252
    assert Receipt.objects.count() == 1
    assert disagreements(seal=False) == []


@pytest.mark.parametrize("seed", range(4))
def test_scan_undo_and_close_sent_thrice_in_any_order_end_alike(seed: int) -> None:
    """What cannot be yet is refused and asked again, as a client does; the end is the same whatever the order was."""
    house = Dock()
    order = goods.make_order(("ALE-330", 48))
    at = house.opened(order)
    first = house.post(f"{at}/receive", house.scan(quantity=24))["operation_id"]
    client, chance = signed_in_client("manager", user=house.client.user), random.Random(seed)
    work: list[tuple[str, Any, str]] = [
        (f"{at}/undo", {"operation_id": first}, new_key()),
        (f"{at}/receive", house.scan(quantity=24, lot="L2"), new_key()),
    ]
    send(client, work, chance)
    send(client, [*work, (f"{at}/close", {"rest": "short"}, new_key())], chance)
    assert Balance.objects.get(lot__number="L2").on_hand == 24
    assert Balance.objects.get(lot__number="L1").on_hand == 0
    line = goods.line_of(order)
    assert (line.received, line.cancelled) == (24, 24)
    assert Receipt.objects.get().status == "closed"
    assert disagreements(seal=False) == []


@pytest.mark.parametrize("off", [dt.timedelta(hours=-1), dt.timedelta(hours=1), dt.timedelta(days=1)])
def test_a_process_whose_clock_is_off_harms_neither_numbers_nor_dates_nor_books(
    off: dt.timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the scans go through a process with another idea of the time; W8."""
    house = Dock()
    order = goods.make_order(("ALE-330", 48), ("GIN-700", 12))
    at = house.opened(order)
    first = house.post(f"{at}/receive", house.scan(quantity=24))
    real, stamp = clock.now, clock.today
    with monkeypatch.context() as there:
        there.setattr(endpoints, "now", lambda: real() + off)
        there.setattr(intake, "today", lambda zone: stamp(zone) + dt.timedelta(off.days))
        second = house.post(f"{at}/receive", house.scan(quantity=24))
        house.post(f"{at}/receive", {"lines": [{"product": "GIN-700", "lot": "G", "quantity": 12}]})
        undone = house.post(f"{at}/undo", {"operation_id": first["operation_id"]}, 200)
        assert undone["quantity"] == 36
    house.post(f"{at}/undo", {"operation_id": second["operation_id"]}, 200)
    house.post(f"{at}/receive", house.scan(quantity=48))
    closed = house.post(f"{at}/close", {}, 200)
    assert (closed["number"], closed["quantity"]) == ("GR-000001", 60)
    assert [row["product"] for row in closed["lines"]] == ["ALE-330", "GIN-700", "ALE-330", "ALE-330"]
    assert (
        ReceiptLine.objects.filter(lot__expiry_date__isnull=False)
        .values("lot__expiry_date")
        .distinct()
        .count()
        == 1
    )
    order.refresh_from_db()
    assert order.status == "received"
    assert house.post("receipts", {"warehouse": "MAIN", "supplier": "ACME"})["number"] == "GR-000002"
    assert disagreements(seal=False) == []
