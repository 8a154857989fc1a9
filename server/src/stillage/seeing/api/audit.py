"""Endpoints: the trail as a page, what to choose from there, and as a file."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.audit.api import PARAMETERS, AuditList, filtered, shown
from stillage.audit.models import Entry
from stillage.catalogue.api.exports import XLSX
from stillage.catalogue.exporting import Export, csv_lines, xlsx_file
from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.core.written_json import dumps
from stillage.rest import query
from stillage.rest.views import View
from stillage.seeing.queries import trail

MOST_ROWS = 50_000
COLUMNS = (
    "at",
    "user",
    "action",
    "object_type",
    "object_id",
    "object",
    "warehouse",
    "before",
    "after",
    "address",
    "request_id",
)


def _found(request: Request, actor: Actor) -> QuerySet[Entry, Any]:
    found = filtered(request, actor)
    warehouse = query.text(request, "warehouse")
    return trail.of_warehouse(found, warehouse, actor) if warehouse else found


class AuditTrail(AuditList):
    """Who did what to what, newest first, with the warehouse it happened in."""

    parameters: ClassVar[tuple[str, ...]] = (*PARAMETERS, "warehouse")

    def found(self, request: Request) -> QuerySet[Entry, Any]:
        return _found(request, self.actor)

    def shown(self, rows: list[Entry]) -> list[dict[str, Any]]:
        codes = trail.warehouse_codes()
        return [
            answer | {"warehouse": codes.get(row.warehouse_id or 0), "warehouse_id": row.warehouse_id}
            for row, answer in zip(rows, super().shown(rows), strict=True)
        ]


class AuditChoices(View):
    """The people, actions and kinds of things that the trail tells of."""

    permission: ClassVar[dict[str, str]] = {"GET": "audit.view"}

    def get(self, request: Request) -> Response:
        query.check_known(request)
        return Response(trail.choices())


class AuditFile(View):
    """What is filtered, as CSV or XLSX: the newest 50,000; `Stillage-Cut: true` and a last row say if there are more."""

    permission: ClassVar[dict[str, str]] = {"GET": "audit.view"}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """`format` names the file, not the renderer of refusals, which are JSON as everywhere."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    def get(self, request: Request) -> HttpResponseBase:
        query.check_known(request, *PARAMETERS, "warehouse", "format")
        form = query.choice(request, "format", ("csv", "xlsx")) or "csv"
        found = _found(request, self.actor)
        cut = found.order_by("-pk")[MOST_ROWS : MOST_ROWS + 1].exists()
        codes = trail.warehouse_codes()

        def rows(actor: Actor) -> Iterator[list[Any]]:
            for entry in trail.newest_first(found, MOST_ROWS):
                yield _row(entry, codes, with_cost=actor.can("cost.view"))
            if cut:
                yield [f"Only the newest {MOST_ROWS} entries; there are older ones. Ask for a shorter time."]

        export = Export(name="audit", permission="audit.view", columns=lambda _: list(COLUMNS), rows=rows)
        response: HttpResponseBase
        if form == "csv":
            response = StreamingHttpResponse(
                csv_lines(export, self.actor), content_type="text/csv; charset=utf-8"
            )
        else:
            response = FileResponse(xlsx_file(export, self.actor), content_type=XLSX)
        name = f"stillage-audit-{now().date().isoformat()}.{form}"
        response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        response["Stillage-Cut"] = "true" if cut else "false"
        return response


def _row(entry: Entry, codes: dict[int, str], *, with_cost: bool) -> list[Any]:
    answer = shown(entry, with_cost=with_cost)
    values = answer | {
        "at": entry.at.isoformat(),
        "warehouse": codes.get(entry.warehouse_id or 0, ""),
        "before": _text(answer["before"]),
        "after": _text(answer["after"]),
    }
    return [values[name] for name in COLUMNS]


def _text(value: Any) -> str:
    return "" if value is None else dumps(value).decode()
