"""What planning must know of a warehouse is changed."""

from typing import Any

from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.errors import Fault, Kind, Refusal, refuse_all
from stillage.core.locking import operation
from stillage.planning.holidays_of import fault_in
from stillage.planning.models import WarehousePlan
from stillage.planning.queries.named import house_of

FIELDS = ("holiday_country", "holiday_region", "budget")
COST = "cost.view"


@operation
def plan_warehouse(
    *, actor: Actor, warehouse: str, version: int | None, changes: dict[str, Any]
) -> WarehousePlan:
    """Say whose holidays a warehouse keeps and what may be spent. `version` is what the actor read; 0: nothing yet.

    Refuses: a warehouse that is not there for the actor, a country or part that has no known holidays, a budget by who
    may not see costs, and a plan that somebody changed meanwhile. Locks: the plan. Audits: warehouse_plan.update.
    """
    house = house_of(actor, warehouse)
    if "budget" in changes and not actor.can(COST):
        raise Refusal(
            f"Your role does not allow this (it needs {COST}).", code="forbidden", kind=Kind.FORBIDDEN
        )
    WarehousePlan.objects.bulk_create(
        [WarehousePlan(warehouse_id=house.id, version=0)], ignore_conflicts=True
    )
    plan = WarehousePlan.objects.select_for_update(no_key=True).get(warehouse_id=house.id)
    if version not in (None, plan.version):
        raise Refusal(
            "Somebody changed this after you read it. Read it again, then change it.",
            code="stale",
            kind=Kind.STALE,
            faults=[Fault("/headers/If-Match", "stale", f'The current ETag is "{plan.version}".')],
        )
    before = {name: getattr(plan, name) for name in changes}
    if changes.get("holiday_country", plan.holiday_country) != plan.holiday_country:
        plan.holiday_region = ""  # of another country
    for name, value in changes.items():
        setattr(plan, name, value)
    wrong = fault_in(plan.holiday_country, plan.holiday_region)
    refuse_all([Fault(f"/{wrong[0]}", "unknown_holidays", wrong[1])] if wrong else [])
    plan.version += 1
    plan.save()
    record(
        actor=actor,
        action="warehouse_plan.update",
        object_type="warehouse_plan",
        object_id=plan.pk,
        label=house.code,
        before=before,
        after=changes,
        warehouse_id=house.id,
    )
    return plan
