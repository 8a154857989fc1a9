"""One good request for every step of goods in, and the orders, notices and receipts it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stillage.core.actor import Actor
from stillage.purchasing.models import Discrepancy
from tests import dock as goods
from tests.builders import make_product


class GoodsIn:
    """Of each kind of document one that the step in question can be taken with. `me` is who takes the steps."""

    def __init__(self, me: Actor) -> None:
        goods.make_supplier()
        make_product("PORTER", minimum_intake_days=30)
        self.awaited = goods.make_order(("PORTER", 48))
        self.direct = goods.make_order(("PORTER", 48))
        self.at_dock = goods.opened(goods.make_order(("PORTER", 48)))
        booked = goods.opened(goods.make_order(("PORTER", 48)))
        wrong = goods.scan("PORTER", 60, lot="P1", outcome="quarantine")
        self.booked, self.operation_id = booked, goods.take_in(booked, wrong, actor=me).operation_id
        self.ending = goods.opened(goods.make_order(("PORTER", 48)))
        goods.take_in(self.ending, goods.scan("PORTER", 24, lot="P1"))
        differing = goods.opened(goods.make_order(("PORTER", 24)))
        goods.take_in(differing, goods.scan("PORTER", 30, lot="P1", outcome="refuse"))
        self.differing = differing
        announced = goods.make_order(("PORTER", 24))
        goods.announce((77, [("PORTER", "P7", 24)]), despatch="D-77", order=announced)
        self.with_pallet = goods.opened(announced, notice="D-77")
        self.unwanted = goods.announce((78, [("PORTER", "P8", 24)]), despatch="D-78")

    @property
    def discrepancy(self) -> int:
        return Discrepancy.objects.get(receipt=self.differing).pk


def lines(**more: Any) -> dict[str, Any]:
    line = {"product": "PORTER", "lot": "P1", "expiry_date": goods.LATE, "quantity": 48}
    return {"lines": [{**line, **more}]}


Ask = Callable[[GoodsIn], Any]
# route name -> address, body
STEPS: dict[str, tuple[Callable[[GoodsIn], str], Ask]] = {
    "receipts": (lambda own: "receipts", lambda own: {"purchase_order": own.awaited.number}),
    "receipts-receive": (
        lambda own: f"receipts/{own.at_dock.number}/receive",
        lambda own: lines(quantity=60, outcome="quarantine", lot="P2"),
    ),
    "receipts-receive-unit": (
        lambda own: f"receipts/{own.with_pallet.number}/receive-unit",
        lambda own: {"sscc": goods.sscc(77)},
    ),
    "receipts-undo": (
        lambda own: f"receipts/{own.booked.number}/undo",
        lambda own: {"operation_id": str(own.operation_id)},
    ),
    "receipts-close": (lambda own: f"receipts/{own.ending.number}/close", lambda own: {"rest": "short"}),
    "purchase-orders-receive": (
        lambda own: f"purchase-orders/{own.direct.number}/receive",
        lambda own: {**lines(lot="P3"), "delivery_note": "LS 1"},
    ),
    "discrepancies-settle": (
        lambda own: f"discrepancies/{own.discrepancy}/settle",
        lambda own: {"settlement": "credited"},
    ),
    "advance-notices": (
        lambda own: "advance-notices",
        lambda own: {
            "supplier": "ACME",
            "warehouse": "MAIN",
            "despatch_number": "D-79",
            "units": [
                {"sscc": goods.sscc(79), "lines": [{"product": "PORTER", "lot": "P9", "quantity": 24}]},
            ],
        },
    ),
    "advance-notices-cancel": (
        lambda own: f"advance-notices/{own.unwanted.pk}/cancel",
        lambda own: {"reason": "lost"},
    ),
}
