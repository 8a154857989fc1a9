"""Endpoints: what is expected, as a list and whole."""

from typing import ClassVar

from django.db.models import F
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.planning.api.history import required
from stillage.planning.queries import forecasts
from stillage.rest import paging, query
from stillage.rest.lists import named
from stillage.rest.paging import Ordering
from stillage.rest.views import View


class Forecasts(View):
    """The newest forecast of each product in each warehouse one sees."""

    permission: ClassVar[dict[str, str]] = {"GET": "planning.view"}
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "product_name": Ordering(("product__name", "id")),
        "per_week": Ordering(("per_week", "id")),
        "error": Ordering(("error_rank", "id")),
        "ratio": Ordering(("ratio_rank", "id")),
    }
    references: ClassVar[dict[str, tuple[str, str]]] = {
        "warehouse": ("warehouse", "warehouse__code"),
        "product": ("product", "product__sku"),
        "category": ("product__category", "product__category__name"),
    }
    words: ClassVar[tuple[str, ...]] = ("method", "demand_class")

    def get(self, request: Request) -> Response:
        query.check_known(request, *self.references, *self.words, "worse_than_naive", "search")
        found = forecasts.forecasts(self.actor)
        for name, (field, key) in self.references.items():
            if value := query.text(request, name):
                found = found.filter(named(field, key, value))
        for name in self.words:
            if value := query.text(request, name, max_length=20):
                found = found.filter(**{name: value})
        if (flag := query.boolean(request, "worse_than_naive")) is not None:
            worse = {"error__gt": F("naive_error")}
            found = found.filter(**worse) if flag else found.exclude(**worse)
        for word in query.words(request):
            found = forecasts.with_word(found, word)
        columns = {column for ordering in self.orderings.values() for column in ordering.columns}
        return Response(
            paging.page(
                request,
                found.values(*sorted(columns)),
                orderings=self.orderings,
                default="product_name",
                present=lambda rows: forecasts.shown_forecasts([row["id"] for row in rows]),
            )
        )


class OneForecast(View):
    """One whole, with the history behind it and the shelf in front of it."""

    permission: ClassVar[dict[str, str]] = {"GET": "planning.view"}

    def get(self, request: Request, pk: str) -> Response:
        query.check_known(request)
        one = forecasts.find_forecast(pk, actor=self.actor)
        return Response(forecasts.whole_forecast(one, actor=self.actor, at=now()))


class ForecastOf(View):
    """The same by product and warehouse."""

    permission: ClassVar[dict[str, str]] = {"GET": "planning.view"}

    def get(self, request: Request) -> Response:
        query.check_known(request, "product", "warehouse")
        one = forecasts.forecast_of(
            required(request, "product"), required(request, "warehouse"), actor=self.actor
        )
        return Response(forecasts.whole_forecast(one, actor=self.actor, at=now()))
