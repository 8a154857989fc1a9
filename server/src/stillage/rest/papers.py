"""Endpoints that answer a paper: what may be asked of one, and how the file goes out."""

from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from rest_framework.request import Request

from stillage.rest import query
from stillage.rest.rendering import JSONRenderer
from stillage.rest.views import View

LANGUAGES, SIZES = ("en", "de"), ("a4", "letter")


class PaperView(View):
    """Answers a PDF; refusals are JSON as everywhere, whatever the caller says it takes."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        return JSONRenderer(), "application/json"

    def asked(self, request: Request) -> dict[str, str | None]:
        """The language and the size of the sheets, where somebody says so."""
        query.check_known(request, "paper", "language")
        return {
            "language": query.choice(request, "language", LANGUAGES),
            "paper": query.choice(request, "paper", SIZES),
        }


def pdf(body: bytes, name: str) -> HttpResponse:
    """A PDF under its name; shown where the browser can."""
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return response
