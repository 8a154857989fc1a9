"""Endpoint: files out."""

from typing import Any, ClassVar

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from rest_framework.request import Request

from stillage.catalogue.exporting import EXPORTS, csv_lines, xlsx_file
from stillage.core.clock import now
from stillage.core.errors import Kind, NotFound, Refusal
from stillage.rest import query
from stillage.rest.views import View

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportView(View):
    """A whole table as CSV or XLSX, as far as this person may see it."""

    permission: ClassVar[dict[str, str]] = {"GET": "exports.run"}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """`format` names the file, not the renderer of refusals, which are JSON as everywhere."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    def get(self, request: Request, kind: str) -> HttpResponseBase:
        export = EXPORTS.get(kind)
        if export is None:
            raise NotFound(f"Known are {', '.join(sorted(EXPORTS))}.")
        if not self.actor.can(export.permission):
            raise Refusal(
                f"Your role does not allow this (it needs {export.permission}).",
                code="forbidden",
                kind=Kind.FORBIDDEN,
            )
        query.check_known(request, "format")
        form = query.choice(request, "format", ("csv", "xlsx")) or "csv"
        response: HttpResponseBase
        if form == "csv":
            response = StreamingHttpResponse(
                csv_lines(export, self.actor), content_type="text/csv; charset=utf-8"
            )
        else:
            response = FileResponse(xlsx_file(export, self.actor), content_type=XLSX)
        name = f"stillage-{kind}-{now().date().isoformat()}.{form}"
        response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        return response
