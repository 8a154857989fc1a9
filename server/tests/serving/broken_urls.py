"""The real addresses and a few that break, each in a way of its own."""

from __future__ import annotations

from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path

from stillage.config.urls import handler400, handler404, handler500
from stillage.config.urls import urlpatterns as real
from stillage.core.errors import Kind, Refusal
from stillage.rest.permissions import PUBLIC
from stillage.rest.views import View

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]


class Broken(View):
    """Fails with the words it was sent, as a bug in an endpoint would."""

    permission = {"POST": PUBLIC, "GET": PUBLIC}
    authentication_classes = ()
    transactional = False

    def post(self, request: Any) -> None:
        typed = request.data["typed"]
        try:
            int(typed)
        except ValueError as error:
            raise KeyError(typed) from error

    def get(self, request: Any) -> None:
        raise Refusal("Wait.", code="too_many_attempts", kind=Kind.TOO_MANY, retry_after_seconds=7)


class NoDatabase(View):
    """The database went away in the middle."""

    permission = {"GET": PUBLIC}
    authentication_classes = ()

    def get(self, request: Any) -> None:
        raise OperationalError("connection to server at 10.0.0.7 failed")


def plain(request: HttpRequest) -> HttpResponse:
    """Breaks outside DRF."""
    raise RuntimeError(f"out of {request.META['QUERY_STRING']}")


def html(request: HttpRequest) -> HttpResponse:
    """A refusal as Django's own parts write it."""
    return HttpResponse("<h1>Forbidden</h1>", status=403)


urlpatterns = [
    path("api/v1/broken", Broken.as_view()),
    path("api/v1/no-database", NoDatabase.as_view()),
    path("api/v1/plain", plain),
    path("api/v1/html", html),
    *real,
]
