"""One good request for every step of buying, and the orders and returns it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stillage.core.clock import now
from stillage.places.models import Warehouse
from stillage.purchasing import operations
from stillage.purchasing.models import PurchaseOrder, SupplierReturn
from stillage.purchasing.returning import AskedReturn, GoingBack
from tests import buying
from tests.builders import BOSS, make_product, receive


class Buying:
    """Of each kind of document one that the step in question can be taken with."""

    def __init__(self, main: Warehouse) -> None:
        mild = make_product("MILD-500")
        receive(mild, "M1", quantity=400)
        self.draft = self.order(place=False)
        self.placed = self.order()
        self.begun = self.order()
        buying.came(self.begun, 60)
        self.going, self.gone = self.back(), self.back()
        operations.dispatch_return(actor=BOSS, of_return=self.gone.pk, at=now())

    def order(self, *, place: bool = True) -> PurchaseOrder:
        """A hundred bottles of mild."""
        return buying.make_purchase(("MILD-500", 100), place=place)

    def back(self) -> SupplierReturn:
        line = GoingBack(product="MILD-500", lot="M1", location="MAIN/A-01", quantity=10)
        asked = AskedReturn(supplier="BREW", warehouse="MAIN", lines=[line])
        return operations.create_return(actor=BOSS, asked=asked, at=now())


LINE = {"product": "MILD-500", "pack": "bottle", "quantity": 12, "pack_cost": "1.20"}
BACK = {"product": "MILD-500", "lot": "M1", "location": "MAIN/A-01", "quantity": 5, "unit_cost": "1.00"}
Ask = Callable[[Buying], Any]
Address = Callable[[Buying], str]
# route name -> address, body
BOUGHT: dict[str, tuple[Address, Ask]] = {
    "purchase-orders": (
        lambda own: "purchase-orders",
        lambda own: {"supplier": "BREW", "warehouse": "MAIN", "lines": [LINE], "place": True},
    ),
    "purchase-orders-place": (lambda own: f"purchase-orders/{own.draft.number}/place", lambda own: {}),
    "purchase-orders-reopen": (lambda own: f"purchase-orders/{own.placed.number}/reopen", lambda own: {}),
    "purchase-orders-close": (
        lambda own: f"purchase-orders/{own.begun.number}/close",
        lambda own: {"reason": "sold out"},
    ),
    "purchase-orders-cancel": (lambda own: f"purchase-orders/{own.placed.pk}/cancel", lambda own: {}),
    "supplier-returns": (
        lambda own: "supplier-returns",
        lambda own: {"supplier": "BREW", "warehouse": "MAIN", "reason": "leaks", "lines": [BACK]},
    ),
    "supplier-returns-dispatch": (
        lambda own: f"supplier-returns/{own.going.number}/dispatch",
        lambda own: {},
    ),
    "supplier-returns-undo-dispatch": (
        lambda own: f"supplier-returns/{own.gone.number}/undo-dispatch",
        lambda own: {},
    ),
    "supplier-returns-close": (
        lambda own: f"supplier-returns/{own.gone.number}/close",
        lambda own: {"credit_total": "9.00"},
    ),
    "supplier-returns-cancel": (lambda own: f"supplier-returns/{own.going.pk}/cancel", lambda own: {}),
}
# route name -> the attribute that is changed, its address, the change
CHANGED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "purchase-orders-one": ("draft", "purchase-orders", {"note": "by the yard", "lines": [LINE]}),
    "supplier-returns-one": ("going", "supplier-returns", {"reason": "bad corks", "lines": [BACK]}),
}
