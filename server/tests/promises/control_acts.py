"""One good request for every step of transfers and counts, and the documents they need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stillage.core.actor import Actor
from stillage.counting.models import Count
from stillage.places.models import Warehouse
from tests import control
from tests.builders import make_location, make_product, receive


class Control:
    """Of each kind of document one that the step in question can be taken with."""

    def __init__(self, main: Warehouse, me: Actor) -> None:
        make_product("CIDER")
        receive("CIDER", "C1", quantity=600)
        for place in ("C-01", "C-02", "C-03", "C-04", "C-05", "C-06", "C-07"):
            make_location(main, place)
            receive("CIDER", "C1", quantity=20, location=f"MAIN/{place}")
        self.draft = control.drafted(("CIDER", 10))
        self.doomed = control.drafted(("CIDER", 10))
        self.going = control.dispatched(("CIDER", 10))
        self.regretted = control.dispatched(("CIDER", 10))
        self.begun = control.received(("CIDER", 10), units=4)
        self.begun.refresh_from_db()
        self.open = control.opened("MAIN/C-02")
        self.entered = control.opened("MAIN/C-03")
        control.enter(self.entered, "MAIN/C-03", ("CIDER", "C1", 20), actor=me)
        self.finished = control.opened("MAIN/C-04")
        control.enter(self.finished, "MAIN/C-04", ("CIDER", "C1", 17))
        control.done(self.finished, "MAIN/C-04")
        self.waiting = control.counted("MAIN/C-05", ("CIDER", "C1", 19))
        self.doubted = control.counted("MAIN/C-06", ("CIDER", "C1", 19))
        self.unwanted = control.opened("MAIN/C-07")

    def item_of_going(self) -> int:
        return control.items_of(self.going)[0].pk

    def line_of(self, one: Count) -> int:
        return control.lines_of(one)[0].pk


Ask = Callable[[Control], Any]


def _transfer(attribute: str, verb: str, body: Ask) -> tuple[Callable[[Control], str], Ask]:
    return (lambda own: f"transfers/{getattr(own, attribute).number}/{verb}", body)


def _count(attribute: str, verb: str, body: Ask) -> tuple[Callable[[Control], str], Ask]:
    return (lambda own: f"counts/{getattr(own, attribute).number}/{verb}", body)


LEAVING = {"from_warehouse": "MAIN", "to_warehouse": "NORTH", "lines": [{"product": "CIDER", "quantity": 5}]}
SEEN = {"product": "CIDER", "lot": "C1", "quantity": 18}
# route name -> address, body
STEPS: dict[str, tuple[Callable[[Control], str], Ask]] = {
    "transfers": (lambda own: "transfers", lambda own: LEAVING),
    "transfers-dispatch": _transfer("draft", "dispatch", lambda own: {}),
    "transfers-undo-dispatch": _transfer("regretted", "undo-dispatch", lambda own: {}),
    "transfers-receive": _transfer(
        "going",
        "receive",
        lambda own: {
            "lines": [
                {"item": own.item_of_going(), "quantity": 8, "location": "NORTH/A-01"},
                {"item": own.item_of_going(), "quantity": 3, "condition": "damaged", "surplus": True},
            ]
        },
    ),
    "transfers-close": _transfer("begun", "close", lambda own: {"reason": "fell off"}),
    "transfers-cancel": _transfer("doomed", "cancel", lambda own: {}),
    "counts": (
        lambda own: "counts",
        lambda own: {"warehouse": "MAIN", "method": "place", "locations": ["MAIN/C-01"]},
    ),
    "counts-claim": _count("open", "claim", lambda own: {"location": "MAIN/C-02"}),
    "counts-enter": _count("open", "enter", lambda own: {"location": "MAIN/C-02", "lines": [SEEN]}),
    "counts-remove": _count(
        "entered", "remove", lambda own: {"location": "MAIN/C-03", "product": "CIDER", "lot": "C1"}
    ),
    "counts-done": _count("open", "done", lambda own: {"location": "MAIN/C-02", "not_seen": "zero"}),
    "counts-submit": _count("finished", "submit", lambda own: {}),
    "counts-approve": _count("waiting", "approve", lambda own: {}),
    "counts-reject": _count(
        "doubted",
        "reject",
        lambda own: {"lines": [own.line_of(own.doubted)], "action": "recount", "reason": "odd"},
    ),
    "counts-cancel": _count("unwanted", "cancel", lambda own: {}),
}
# attribute, address, change
CHANGED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "transfers-one": (
        "draft",
        "transfers",
        {"carrier": "Smith", "lines": [{"product": "CIDER", "quantity": 3}]},
    ),
}
