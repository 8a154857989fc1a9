"""Endpoints: demand as it was, holidays, and what planning must know of a warehouse."""

import datetime as dt
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now, today
from stillage.planning import operations
from stillage.planning.holidays_of import holidays_between
from stillage.planning.models import WarehousePlan
from stillage.planning.queries.demand import demand_by_day, demand_by_week
from stillage.planning.queries.named import house_of, product_id_of, shown_products
from stillage.planning.weeks import WEEK, last_day
from stillage.rest import query
from stillage.rest.fields import Money, Strict, Text
from stillage.rest.paging import unreadable
from stillage.rest.steps import expected_version, reader
from stillage.rest.views import View

PERIODS = ("week", "day")
USUAL_WEEKS, USUAL_DAYS = 104, 91
MOST_DAYS = {"week": 7 * 520, "day": 750}
COST = "cost.view"


def required(request: Request, name: str) -> str:
    """A parameter without which there is no answer."""
    value = query.text(request, name)
    if value is None:
        raise unreadable(name, f"Say which {name}.")
    return value


def span(request: Request, first: dt.date, last: dt.date, most_days: int) -> tuple[dt.date, dt.date]:
    """From `since` to `until`, within what one answer may hold."""
    since, until = query.date(request, "since") or first, query.date(request, "until") or last
    if since > until:
        raise unreadable("since", "since may not be after until.")
    if (until - since).days > most_days:
        raise unreadable("since", f"Ask for at most {most_days} days at once.")
    return since, until


class Demand(View):
    """What was asked for of a product in a warehouse, week by week or day by day."""

    permission: ClassVar[dict[str, str]] = {"GET": "planning.view"}

    def get(self, request: Request) -> Response:
        query.check_known(request, "product", "warehouse", "by", "since", "until")
        by = query.choice(request, "by", PERIODS) or "week"
        house = house_of(self.actor, required(request, "warehouse"))
        product_id = product_id_of(required(request, "product"))
        last = query.date(request, "until") or last_day(now(), house.timezone)
        usual = USUAL_WEEKS * WEEK if by == "week" else dt.timedelta(days=USUAL_DAYS)
        since, until = span(request, last - usual, last, MOST_DAYS[by])
        read = demand_by_week if by == "week" else demand_by_day
        return Response(
            {
                **shown_products([product_id])[product_id],
                "warehouse": house.code,
                "warehouse_id": house.id,
                "by": by,
                "rows": read(product_id, house.id, since, until),
            }
        )


class Holidays(View):
    """Public holidays that a warehouse keeps."""

    permission: ClassVar[dict[str, str]] = {"GET": "planning.view"}

    def get(self, request: Request) -> Response:
        query.check_known(request, "warehouse", "since", "until")
        house = house_of(self.actor, required(request, "warehouse"))
        day = today(house.timezone)
        since, until = span(request, day, max(query.date(request, "since") or day, day) + 52 * WEEK, 3660)
        found = holidays_between(house.country, house.region, since, until)
        return Response([{"date": date, "name": name} for date, name in found])


class PlanBody(Strict):
    holiday_country = Text(max_length=2, required=False, allow_blank=True)
    holiday_region = Text(max_length=6, required=False, allow_blank=True)
    budget = Money(max_digits=14, decimal_places=2, required=False, allow_null=True)


class WarehousePlans(View):
    """What planning must know of a warehouse. Who never said anything reads version 0."""

    permission: ClassVar[dict[str, str]] = {"GET": "planning.view", "PATCH": "planning.change"}

    def get(self, request: Request, pk: str) -> Response:
        query.check_known(request)
        house = house_of(self.actor, pk)
        found = WarehousePlan.objects.filter(warehouse_id=house.id).first()
        return self.answer(found or WarehousePlan(warehouse_id=house.id, version=0), house.code)

    def patch(self, request: Request, pk: str) -> Response:
        version = expected_version(request)
        changes: dict[str, Any] = dict(reader(PlanBody).run_validation(request.data))
        if "holiday_country" in changes:
            changes["holiday_country"] = changes["holiday_country"].upper()
        plan = operations.plan_warehouse(actor=self.actor, warehouse=pk, version=version, changes=changes)
        return self.answer(plan, house_of(self.actor, pk).code)

    def answer(self, plan: WarehousePlan, code: str) -> Response:
        found = {
            "warehouse": code,
            "warehouse_id": plan.warehouse_id,
            "holiday_country": plan.holiday_country,
            "holiday_region": plan.holiday_region,
            "version": plan.version,
        }
        if self.actor.can(COST):
            found["budget"] = plan.budget
        return Response(found, headers={"ETag": f'"{plan.version}"'})
