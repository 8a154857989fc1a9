"""Table 1: every endpoint on one page."""

from django.urls import URLPattern, URLResolver, include, path
from django.urls import re_path as re

from stillage.places.api import LocationViewSet, WarehouseViewSet

LIST = {"get": "list", "post": "create"}
ONE = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}


def master(name: str, view: type, pk: str = "[^/]+") -> list[URLPattern]:
    """The two addresses of a table of master data; a slash at the end is taken too."""
    return [
        re(rf"^{name}/?$", view.as_view(LIST), name=name),  # type: ignore[attr-defined]
        re(rf"^{name}/(?P<pk>{pk}?)/?$", view.as_view(ONE), name=f"{name}-one"),  # type: ignore[attr-defined]
    ]


api: list[URLPattern | URLResolver] = [
    *master("warehouses", WarehouseViewSet),
    *master("locations", LocationViewSet, "[^/]+(?:/[^/]+)?"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("api/v1/", include(api))]
handler400 = "stillage.rest.errors.bad_request"
handler404 = "stillage.rest.errors.not_found"
handler500 = "stillage.rest.errors.server_error"
