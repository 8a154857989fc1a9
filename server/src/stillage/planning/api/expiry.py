"""Endpoints: which lots will not sell in time, and what to do about it."""

import datetime as dt
from typing import Any, ClassVar

from django.db.models import BigIntegerField, F, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.planning.api.replenishment import of_warehouse
from stillage.planning.models import ExpiryRisk
from stillage.planning.queries import expiry
from stillage.planning.queries.proposals import COST
from stillage.rest import paging, query
from stillage.rest.lists import named
from stillage.rest.paging import Ordering
from stillage.rest.views import View

MOST_DAYS = 3650


class ExpiryRisks(View):
    """Lots in the warehouses one sees, of which some will not sell before their last day; the soonest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "planning.view"}
    plain: ClassVar[dict[str, Ordering]] = {
        "last_saleable_date": Ordering(("last_saleable_date", "id")),
        "unsold": Ordering(("unsold", "id")),
        "product_name": Ordering(("product__name", "id")),
        "id": Ordering(("id",)),
    }

    @property
    def orderings(self) -> dict[str, Ordering]:
        """By value only for those who see costs: an order would tell them (SAFETY B18)."""
        return {**self.plain, "value": Ordering(("cents", "id"))} if self.actor.can(COST) else self.plain

    def get(self, request: Request) -> Response:
        query.check_known(request, "warehouse", "within_days", "category", "product", "advice", "search")
        actor = self.actor
        # In cents: a cursor holds whole numbers.
        found = self.asked(request).annotate(
            cents=Cast(Coalesce(F("value"), Value(0)) * 100, BigIntegerField())
        )
        return Response(
            paging.page(
                request,
                found.values(*expiry.ROW, "cents"),
                orderings=self.orderings,
                default="last_saleable_date",
                present=lambda rows: expiry.shown_rows(rows, actor),
            )
        )

    def asked(self, request: Request) -> QuerySet[ExpiryRisk, Any]:
        found = expiry.visible(self.actor)
        for name, field, key in (
            ("warehouse", "warehouse", "warehouse__code"),
            ("product", "product", "product__sku"),
            ("category", "product__category", "product__category__name"),
        ):
            if value := query.text(request, name):
                found = found.filter(named(field, key, value))
        if value := query.choice(request, "advice", expiry.ADVICE):
            found = found.filter(advice=value)
        if (days := query.integer(request, "within_days")) is not None:
            until = now().date() + dt.timedelta(days=min(days, MOST_DAYS))
            found = found.filter(last_saleable_date__lte=until)
        for word in query.words(request):
            found = found.filter(expiry.matching(word))
        return found


class ExpirySummary(View):
    """How much will not sell in time: at all, and within a week, a month, a quarter."""

    permission: ClassVar[dict[str, str]] = {"GET": "planning.view"}

    def get(self, request: Request) -> Response:
        query.check_known(request, "warehouse")
        return Response(expiry.summary(self.actor, of_warehouse(request), now().date()))
