"""One good request for every write of replenishment: policies, suppliers' plans, and answers to proposals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stillage.core.clock import now
from stillage.places.models import Warehouse
from stillage.planning import operations
from stillage.planning.models import Policy, SupplierPlan
from stillage.purchasing.models import Supplier
from tests.builders import BOSS
from tests.planning.buyer import Buyer


class Replenishing(Buyer):
    """A buyer's small world with three open proposals and one that was refused, a policy and a plan."""

    def __init__(self, main: Warehouse) -> None:
        super().__init__(main, work_out=False)
        self.cider = self.product("CIDER-P", per_week=36)
        self.perry = self.product("PERRY-P", per_week=36)
        self.work_out()
        self.refused = self.proposal(self.perry)
        # As they are before an answer: the same request may be sent again.
        self.proposed = {name: self.proposal(getattr(self, name)).pk for name in ("stout", "porter", "cider")}
        operations.refuse(actor=BOSS, lines=[self.refused.pk], reason="too much", at=now())
        self.policy = Policy.objects.create(
            product=self.stout, scope=f"product:{self.stout.pk}@*", service_level_percent="97.0"
        )
        self.plan = SupplierPlan.objects.create(
            supplier=Supplier.objects.create(code="CIDER-P", name="Cider makers"), warehouse=main
        )


def _lines(*names: str) -> Callable[[Replenishing], list[dict[str, Any]]]:
    return lambda own: [{"id": own.proposed[name]} for name in names]


# name -> what is called, with what, and whose version it needs
STEPS: dict[str, tuple[str, Callable[[Replenishing], str], Callable[[Replenishing], Any], str | None]] = {
    "policies POST": (
        "POST",
        lambda own: "policies",
        lambda own: {"abc_class": "A", "service_level_percent": "98.5"},
        None,
    ),
    "policies-one PATCH": (
        "PATCH",
        lambda own: f"policies/{own.policy.pk}",
        lambda own: {"minimum_units": 48},
        "policy",
    ),
    "policies-one DELETE": ("DELETE", lambda own: f"policies/{own.policy.pk}", lambda own: None, "policy"),
    "supplier-plans POST": (
        "POST",
        lambda own: "supplier-plans",
        lambda own: {"supplier": "BREW-P", "warehouse": "MAIN", "budget": "900.00", "order_weekdays": "13"},
        None,
    ),
    "supplier-plans-one PATCH": (
        "PATCH",
        lambda own: f"supplier-plans/{own.plan.pk}",
        lambda own: {"truck_pallets": 26},
        "plan",
    ),
    "supplier-plans-one DELETE": (
        "DELETE",
        lambda own: f"supplier-plans/{own.plan.pk}",
        lambda own: None,
        "plan",
    ),
    "replenishment-accept POST": (
        "POST",
        lambda own: "replenishment/accept",
        lambda own: {"lines": _lines("stout", "porter")(own), "place": True},
        None,
    ),
    "replenishment-refuse POST": (
        "POST",
        lambda own: "replenishment/refuse",
        lambda own: {"lines": _lines("porter", "cider")(own), "reason": "not now"},
        None,
    ),
    "replenishment-reopen POST": (
        "POST",
        lambda own: "replenishment/reopen",
        lambda own: {"lines": [{"id": own.refused.pk}]},
        None,
    ),
    "replenishment-work-out POST": (
        "POST",
        lambda own: "replenishment/work-out",
        lambda own: {"warehouse": "MAIN"},
        None,
    ),
}
