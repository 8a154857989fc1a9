"""One good request for every step from the shelf to the truck and back, and the orders, walks and returns it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from stillage.core.clock import now
from stillage.places.models import Warehouse
from stillage.sales import operations
from stillage.sales.models import PickList, PickTask, Return, ReturnLine, SalesOrder, ShipmentLine
from tests import selling
from tests.builders import BOSS, make_location, make_product, receive


class Fulfilment:
    """Of each kind of document one that the step in question can be taken with."""

    def __init__(self, main: Warehouse) -> None:
        make_location(main, "STAGE", kind="staging", sequence=90)
        make_location(main, "BACK", kind="returns", sequence=91)
        stout = make_product("STOUT")
        receive(stout, "S1", quantity=200)
        receive(stout, "S2", quantity=100)
        self.waiting = selling.allocated(("STOUT", 10))
        self.desk = selling.allocated(("STOUT", 10))
        self.walk = selling.listed(selling.allocated(("STOUT", 10)))
        self.claimed = selling.listed(selling.allocated(("STOUT", 10)))
        ann = replace(BOSS, user_id=2**40, username="ann")
        operations.claim(actor=ann, pick_list=self.claimed.pk, at=now())
        self.walked = selling.listed(selling.allocated(("STOUT", 10)))
        selling.pick_all(self.walked)
        self.picked = selling.picked(("STOUT", 10))
        self.packed = selling.packed(("STOUT", 10))
        self.shipment = selling.shipped(("STOUT", 60))
        self.expected = self.announced(5)
        self.received = self.announced(5)
        self.book_in(self.received)
        self.decided = self.announced(5)
        self.book_in(self.decided)
        scrap = operations.Decision(self.line_of(self.decided), "scrap", 5, reason="old")
        operations.dispose(actor=BOSS, of_return=self.decided.pk, decisions=[scrap], at=now())

    @property
    def shipped_line(self) -> int:
        return ShipmentLine.objects.get(shipment=self.shipment).pk

    def announced(self, units: int) -> Return:
        line = operations.Announced(units, shipment_line=self.shipped_line)
        return operations.announce_return(actor=BOSS, shipment=self.shipment.pk, lines=[line], at=now())

    def book_in(self, one: Return) -> None:
        came = operations.CameBack(5, line=self.line_of(one))
        operations.receive_return(actor=BOSS, of_return=one.pk, lines=[came], at=now())

    def line_of(self, one: Return | SalesOrder) -> int:
        if isinstance(one, Return):
            return ReturnLine.objects.get(of_return=one).pk
        return selling.lines_of(one)[0].pk

    def task_of(self, one: PickList) -> int:
        return PickTask.objects.filter(pick_list=one).order_by("pk")[0].pk  # another may be added to it

    def scan(self) -> dict[str, Any]:
        return {
            "task": self.task_of(self.walk),
            "location": "A-01",
            "product": "STOUT",
            "lot": "S1",
            "quantity": 10,
        }

    def on_pallet(self) -> dict[str, Any]:
        line = {"line": self.line_of(self.picked), "lot": "S1", "quantity": 10}
        return {"units": [{"kind": "pallet", "lines": [line]}]}

    def back_to(self) -> dict[str, Any]:
        line = {"line": self.line_of(self.picked), "lot": "S1", "quantity": 5, "to_location": "MAIN/A-03"}
        return {"lines": [line]}

    def undecided(self, **more: Any) -> dict[str, Any]:
        return {"lines": [{"line": self.line_of(self.received), "quantity": 2, **more}]}


Ask = Callable[[Fulfilment], Any]
# route name -> address, body
STEPS: dict[str, tuple[Callable[[Fulfilment], str], Ask]] = {
    "pick-lists": (lambda own: "pick-lists", lambda own: {"orders": [own.waiting.number]}),
    "pick-lists-claim": (lambda own: f"pick-lists/{own.walk.number}/claim", lambda own: {}),
    "pick-lists-release": (
        lambda own: f"pick-lists/{own.claimed.number}/release",
        lambda own: {"task": own.task_of(own.claimed)},
    ),
    "pick-lists-pick": (
        lambda own: f"pick-lists/{own.walk.number}/pick",
        lambda own: {"lines": [own.scan()]},
    ),
    "pick-lists-short": (
        lambda own: f"pick-lists/{own.walk.number}/short",
        lambda own: {"task": own.task_of(own.walk), "quantity": 4, "reason": "empty"},
    ),
    "pick-lists-undo": (
        lambda own: f"pick-lists/{own.walked.number}/undo",
        lambda own: {"task": own.task_of(own.walked), "quantity": 4},
    ),
    "pick-lists-use-lot": (
        lambda own: f"pick-lists/{own.walk.number}/use-lot",
        lambda own: {"task": own.task_of(own.walk), "lot": "S2", "reason": "in front"},
    ),
    "pick-lists-cancel": (lambda own: f"pick-lists/{own.walk.pk}/cancel", lambda own: {"reason": "rain"}),
    "sales-orders-pick": (lambda own: f"sales-orders/{own.desk.number}/pick", lambda own: {}),
    "sales-orders-unpick": (lambda own: f"sales-orders/{own.picked.number}/unpick", Fulfilment.back_to),
    "sales-orders-pack": (lambda own: f"sales-orders/{own.picked.number}/pack", Fulfilment.on_pallet),
    "sales-orders-unpack": (lambda own: f"sales-orders/{own.packed.number}/unpack", lambda own: {}),
    "sales-orders-ship": (
        lambda own: f"sales-orders/{own.packed.number}/ship",
        lambda own: {"rest": "cancel"},
    ),
    "returns": (
        lambda own: "returns",
        lambda own: {
            "shipment": own.shipment.number,
            "lines": [{"shipment_line": own.shipped_line, "quantity": 1}],
        },
    ),
    "returns-receive": (
        lambda own: f"returns/{own.expected.number}/receive",
        lambda own: {"lines": [{"line": own.line_of(own.expected), "quantity": 5}]},
    ),
    "returns-undo-receive": (lambda own: f"returns/{own.received.number}/undo-receive", lambda own: {}),
    "returns-dispose": (
        lambda own: f"returns/{own.received.number}/dispose",
        lambda own: own.undecided(outcome="restock", to_location="MAIN/A-02"),
    ),
    "returns-credit": (lambda own: f"returns/{own.received.number}/credit", lambda own: own.undecided()),
    "returns-cancel": (lambda own: f"returns/{own.expected.number}/cancel", lambda own: {}),
    "returns-close": (lambda own: f"returns/{own.decided.number}/close", lambda own: {}),
}
