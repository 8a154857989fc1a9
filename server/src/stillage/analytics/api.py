"""Endpoints: the reports."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, ClassVar, Final

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.accounts.roles import ANALYTICS_VIEW, EXPORTS_RUN
from stillage.analytics.operations import bring_up_to_date
from stillage.analytics.queries.names import category_id, product_id, warehouses
from stillage.analytics.queries.report import Asked, Kind, Report, shown
from stillage.analytics.queries.reports import REPORTS
from stillage.catalogue.api.exports import XLSX
from stillage.catalogue.exporting import Export, csv_lines, xlsx_file
from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.core.errors import Kind as Refused
from stillage.core.errors import NotFound, Refusal
from stillage.rest import query
from stillage.rest.paging import unreadable
from stillage.rest.views import View

MOST_DAYS: Final = 3_660


class Reports(View):
    """Which reports this person can have, and by what each may be told."""

    permission: ClassVar[dict[str, str]] = {"GET": ANALYTICS_VIEW}

    def get(self, request: Request) -> Response:
        query.check_known(request)
        own = [one for one in REPORTS.values() if self.actor.can(one.permission)]
        return Response(
            {"results": [{"name": one.name, "by": list(one.by), "days": one.days} for one in own]}
        )


class OneReport(View):
    """A report, up to date, of the warehouses this person sees; as JSON, or as a file with `format=csv|xlsx`."""

    permission: ClassVar[dict[str, str]] = {"GET": ANALYTICS_VIEW}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """`format` names the file, not the renderer of refusals, which are JSON as everywhere."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    def get(self, request: Request, name: str) -> HttpResponseBase:
        kind = REPORTS.get(name)
        if kind is None:
            raise NotFound(f"Known are {', '.join(sorted(REPORTS))}.")
        self._refuse_without(kind.permission)
        query.check_known(request, "warehouse", "category", "product", "since", "until", "by", "format")
        form = query.choice(request, "format", ("json", "csv", "xlsx")) or "json"
        asked = _asked(request, kind, self.actor)
        as_of = bring_up_to_date(at=now())
        found = kind.make(asked)
        if form != "json":
            self._refuse_without(EXPORTS_RUN)
            return _file(name, form, found, self.actor)
        return Response(
            {
                "report": name,
                "by": asked.by,
                "since": asked.since,
                "until": asked.until,
                "warehouses": sorted(asked.warehouses.values()),
                "as_of": as_of,
                **shown(found, self.actor),
            }
        )

    def _refuse_without(self, right: str) -> None:
        if not self.actor.can(right):
            raise Refusal(
                f"Your role does not allow this (it needs {right}).", code="forbidden", kind=Refused.FORBIDDEN
            )


def _asked(request: Request, kind: Kind, actor: Actor) -> Asked:
    houses, day = warehouses(actor, query.reference(request, "warehouse"))
    until = query.date(request, "until") or day
    since = query.date(request, "since") or until - dt.timedelta(days=kind.days - 1)
    if since > until:
        raise unreadable("since", "since must not be later than until.")
    if (until - since).days >= MOST_DAYS:
        raise unreadable("since", f"A report spans at most {MOST_DAYS} days; ask for a later since.")
    return Asked(
        actor=actor,
        warehouses=houses,
        today=day,
        since=since,
        until=until,
        by=query.choice(request, "by", kind.by) or kind.by[0],
        category_id=category_id(query.reference(request, "category")),
        product_id=product_id(query.reference(request, "product")),
    )


def _file(name: str, form: str, found: Report, actor: Actor) -> HttpResponseBase:
    """All rows, not only as many as a screen shows."""
    columns = [one.key for one in found.columns if not one.right or actor.can(one.right)]

    def rows(_: Actor) -> Iterator[list[Any]]:
        return ([row.get(key) for key in columns] for row in found.rows)

    export = Export(name=name, permission=EXPORTS_RUN, columns=lambda _: columns, rows=rows)
    response: HttpResponseBase
    if form == "csv":
        response = StreamingHttpResponse(csv_lines(export, actor), content_type="text/csv; charset=utf-8")
    else:
        response = FileResponse(xlsx_file(export, actor), content_type=XLSX)
    title = f"stillage-{name}-{now().date().isoformat()}.{form}"
    response["Content-Disposition"] = content_disposition_header(True, title) or "attachment"
    return response
