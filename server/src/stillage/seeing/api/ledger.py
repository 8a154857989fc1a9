"""Endpoints: how the ledger stands, and a check of it now."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.rest import query
from stillage.rest.steps import Nothing, reader
from stillage.rest.views import View
from stillage.seeing import operations
from stillage.seeing.queries.health import ledger_health, shown_check


class LedgerHealth(View):
    """The newest check with its findings, the one that goes on, and how far the seals reach."""

    permission: ClassVar[dict[str, str]] = {"GET": "audit.view"}

    def get(self, request: Request) -> Response:
        query.check_known(request)
        return Response(ledger_health(self.actor, at=now()))


class LedgerChecks(View):
    """Check the ledger now; a worker does it. Repairs nothing: who reads all may ask for it."""

    permission: ClassVar[dict[str, str]] = {"POST": "audit.view"}
    body = Nothing

    def post(self, request: Request) -> Response:
        reader(Nothing).run_validation(request.data)
        check = operations.ask_for_check(actor=self.actor, at=now())
        return Response(shown_check(check, self.actor), status=202)
