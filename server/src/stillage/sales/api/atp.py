"""Endpoint: what can still be promised, by product, warehouse and day."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from stillage.places.models import Warehouse
from stillage.rest import paging, query
from stillage.rest.paging import Ordering
from stillage.rest.views import View
from stillage.sales.queries.atp import atp_rows, on_day
from stillage.stock.queries import FreeStock, product_ids, warehouse_days, warehouse_ids


class AvailableToPromise(View):
    """Available, on order and promised: one row a product, over one warehouse or all one sees."""

    permission: ClassVar[dict[str, str]] = {"GET": "stock.view"}
    orderings: ClassVar[dict[str, Ordering]] = {
        name: Ordering((name, "product_id")) for name in ("name", "sku")
    }

    def get(self, request: Request) -> Response:
        query.check_known(request, "product", "warehouse", "date", "search")
        warehouse = query.text(request, "warehouse")
        days = warehouse_days(self.actor, warehouse_ids(warehouse) if warehouse else None)
        asked = query.date(request, "date")
        reached = on_day(days, asked)
        free = FreeStock(reached)
        if value := query.text(request, "product"):
            free.of_products(product_ids(value))
        free.matching(query.words(request))
        limit = paging.limit_of(request)
        name, ordering, descending = paging.ordering_of(request, self.orderings, "name")
        key = paging.read_cursor(request, name)
        lines = free.page(ordering=ordering.columns[0], descending=descending, after=key, limit=limit + 1)
        page = lines[:limit]
        day = max([*reached.values(), *([asked] if asked else [])], default=None)
        found = [] if day is None else atp_rows(page, list(days), day)
        place: dict[str, Any] = {"warehouse": None, "warehouse_id": None}
        if warehouse and len(days) == 1:
            (pk,) = days
            place = {
                "warehouse": Warehouse.objects.values_list("code", flat=True).get(pk=pk),
                "warehouse_id": pk,
            }
        answer: dict[str, Any] = {"results": [{**row, **place} for row in found], "next": None}
        if len(lines) > limit:
            last = page[-1]
            answer["next"] = paging.write_cursor(
                request, name, [last[ordering.columns[0]], last["product_id"]]
            )
        if request.query_params.get("count") == "true":
            answer["count"], answer["count_capped"] = free.counts()["all"], False
        return Response(answer)
