"""Endpoint: one question over everything."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core import text as rules
from stillage.rest import query
from stillage.rest.paging import unreadable
from stillage.rest.permissions import SIGNED_IN
from stillage.rest.views import View
from stillage.scanning.gs1 import GS
from stillage.seeing.queries.search import search

MAX_LENGTH = 200
MAX_LIMIT = 20
DEFAULT_LIMIT = 5


class SearchEverywhere(View):
    """Products, lots, documents, customers, suppliers, places and pallets by whatever name one has for them.

    Everybody signed in may ask; what comes is what the role and the warehouses let them see in each list.
    """

    permission: ClassVar[dict[str, str]] = {"GET": SIGNED_IN}

    def get(self, request: Request) -> Response:
        query.check_known(request, "q", "warehouse")
        answer: dict[str, Any] = search(
            _question(request),
            actor=self.actor,
            warehouse=query.text(request, "warehouse"),
            limit=_limit(request),
        )
        return Response(answer)


def _question(request: Request) -> str:
    """The text as it was typed or scanned; the separators of a scanned code belong to it."""
    value = request.query_params.get("q") or ""
    if len(value) > MAX_LENGTH:
        raise unreadable("q", f"q may have at most {MAX_LENGTH} characters.")
    fault = rules.fault_in(value.replace(GS, " "))
    if fault:
        raise unreadable("q", f"q {fault}.")
    return rules.normalise(value)


def _limit(request: Request) -> int:
    raw = request.query_params.get("limit") or str(DEFAULT_LIMIT)
    if not (raw.isascii() and raw.isdecimal() and len(raw) <= 3 and 1 <= int(raw) <= MAX_LIMIT):
        raise unreadable(
            "limit", f"limit must be a whole number from 1 to {MAX_LIMIT}: so many of each kind."
        )
    return int(raw)
