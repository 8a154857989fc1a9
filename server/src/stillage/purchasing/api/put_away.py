"""Endpoint: what waits at the dock, and where it should go. Putting it there is POST stock/move."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from stillage.purchasing.queries import put_away
from stillage.rest import paging, query
from stillage.rest.lists import named
from stillage.rest.paging import Ordering
from stillage.rest.views import View


class PutAway(View):
    """What lies in receiving places, the oldest balance first, each with up to three proposals."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view"}
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "expiry_date": Ordering(("lot__last_sale_date", "id")),
        "product": Ordering(("product__sku", "id")),
    }

    def get(self, request: Request) -> Response:
        query.check_known(request, "warehouse", "location", "product", "search")
        found = put_away.at_dock(self.actor)
        for name, key in (
            ("warehouse", "warehouse__code"),
            ("location", "location__full_code"),
            ("product", "product__sku"),
        ):
            if value := query.text(request, name):
                found = found.filter(named(name, key, value))
        return Response(
            paging.page(
                request,
                put_away.matching(found, query.words(request)).values(*put_away.ROW),
                orderings=self.orderings,
                default="id",
                present=put_away.shown_rows,
            )
        )
