"""One good request for every step of a recall, and the recall that is going on.

Nobody waits for what is called back here: who does is served by a task, which keeps its failures to itself in tests
(`test_recall_faults.py` breaks that one).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from stillage.core.clock import now
from stillage.places.models import Warehouse
from stillage.recalls import operations
from stillage.stock import operations as stock
from tests import selling
from tests.builders import BOSS, make_product, receive


class Recalls:
    """A mead that was shipped to the pub: one lot is called back already, of another some is promised and picked.

    The fulfilment's house has a staging place.
    """

    def __init__(self) -> None:
        product = make_product("MEAD")
        receive(product, "P1", quantity=24)
        selling.shipped(("MEAD", 24))
        lots = [operations.AskedLot("MEAD", "P1")]
        self.open = operations.recall(actor=BOSS, lots=lots, reason="sour", at=now())
        receive(product, "P2", quantity=100)
        selling.shipped(("MEAD", 12))
        selling.picked(("MEAD", 12))
        main = Warehouse.objects.get(code="MAIN").pk
        demand = stock.Demand(UUID(int=77), "elsewhere", product.pk, main, 20, now().date())
        stock.allocate(actor=BOSS, demands=[demand], at=now())


Address, Body = Callable[[Recalls], str], Callable[[Recalls], Any]
STEPS: dict[str, tuple[Address, Body]] = {
    "recalls": (
        lambda own: "recalls",
        lambda own: {"reason": "glass", "lots": [{"product": "MEAD", "lot": "P2"}]},
    ),
    "recalls-tell": (
        lambda own: f"recalls/{own.open.number}/tell",
        lambda own: {"customers": ["PUB"], "how": "phone"},
    ),
    "recalls-answer": (
        lambda own: f"recalls/{own.open.number}/answer",
        lambda own: {"customer": "PUB", "left_there": 20},
    ),
    "recalls-close": (
        lambda own: f"recalls/{own.open.pk}/close",
        lambda own: {"outcome": "all back", "release": True},
    ),
}
