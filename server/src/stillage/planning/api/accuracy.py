"""Endpoint: how right what was told was."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.planning.queries.accuracy import GROUPS, Asked, accuracy
from stillage.planning.queries.named import house_of, product_id_of
from stillage.planning.weeks import last_week
from stillage.rest import query
from stillage.rest.paging import unreadable
from stillage.rest.views import View

STEPS = ("1", "2", "4", "8")
USUAL_WEEKS, MOST_WEEKS = 13, 104


class ForecastAccuracy(View):
    """Kept forecasts against what came, over the last weeks that are over."""

    permission: ClassVar[dict[str, str]] = {"GET": "planning.view"}

    def get(self, request: Request) -> Response:
        query.check_known(request, "warehouse", "category", "product", "by", "weeks", "step")
        weeks = query.integer(request, "weeks")
        if weeks is not None and not 1 <= weeks <= MOST_WEEKS:
            raise unreadable("weeks", f"weeks must be a whole number from 1 to {MOST_WEEKS}.")
        warehouse, product = query.text(request, "warehouse"), query.text(request, "product")
        house = house_of(self.actor, warehouse) if warehouse else None
        asked = Asked(
            by=query.choice(request, "by", tuple(GROUPS)) or "week",
            step=int(query.choice(request, "step", STEPS) or 1),
            weeks=weeks or USUAL_WEEKS,
            warehouse_id=house.id if house else None,
            product_id=product_id_of(product) if product else None,
            category=query.text(request, "category"),
        )
        last = last_week(now(), house.timezone if house else "UTC")
        return Response(accuracy(asked, last=last, actor=self.actor))
