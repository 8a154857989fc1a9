"""Endpoints: having forecasts made, and how far a run is."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.core.errors import NotFound
from stillage.core.finding import MAX_ID
from stillage.planning import operations
from stillage.planning.models import ForecastRun, RunKind, RunStatus
from stillage.planning.queries.runs import shown_run, shown_runs
from stillage.rest import paging, query
from stillage.rest.fields import Boolean, Strict
from stillage.rest.paging import Ordering
from stillage.rest.steps import reader
from stillage.rest.views import View


class RunBody(Strict):
    full = Boolean(required=False, default=False)


class ForecastRuns(View):
    """Runs, the newest first. Who asks for one while one waits is given that one."""

    permission: ClassVar[dict[str, str]] = {"GET": "planning.view", "POST": "planning.change"}
    orderings: ClassVar[dict[str, Ordering]] = {"id": Ordering(("id",))}

    def get(self, request: Request) -> Response:
        query.check_known(request, "status", "kind")
        found = ForecastRun.objects.all()
        if value := query.choice(request, "status", tuple(RunStatus.values)):
            found = found.filter(status=value)
        if value := query.choice(request, "kind", tuple(RunKind.values)):
            found = found.filter(kind=value)
        return Response(
            paging.page(request, found, orderings=self.orderings, default="-id", present=shown_runs)
        )

    def post(self, request: Request) -> Response:
        given = reader(RunBody).run_validation(request.data)
        run = operations.ask_run(actor=self.actor, at=now(), full=given["full"])
        return Response(shown_run(run), status=202)


class OneForecastRun(View):
    """One run, and what came of it."""

    permission: ClassVar[dict[str, str]] = {"GET": "planning.view"}

    def get(self, request: Request, pk: str) -> Response:
        query.check_known(request)
        known = pk.isascii() and pk.isdecimal() and len(pk) <= 19 and int(pk) <= MAX_ID
        found = ForecastRun.objects.filter(pk=int(pk)).first() if known else None
        if found is None:
            raise NotFound("There is nothing of that name.")
        return Response(shown_run(found))
