"""Endpoints: papers of orders and returns as PDF, an order as a file to send."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from rest_framework.request import Request

from stillage.catalogue.exporting import csv_lines
from stillage.documents import papers
from stillage.purchasing.drafting import COST
from stillage.purchasing.models import PurchaseOrder, SupplierReturn
from stillage.purchasing.papers import LANGUAGES, PAPERS, Look, language_of
from stillage.purchasing.queries import orders, returns
from stillage.purchasing.queries import papers as gathered
from stillage.rest import query
from stillage.rest.rendering import JSONRenderer
from stillage.rest.views import View

PDF, CSV = "application/pdf", "text/csv; charset=utf-8"


class PaperView(View):
    """Answers a file; refusals are JSON as everywhere, whatever the caller says it takes."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        return JSONRenderer(), "application/json"

    def look(self, request: Request) -> Look:
        query.check_known(request, "paper", "language")
        paper = query.choice(request, "paper", PAPERS)
        language: Any = query.choice(request, "language", LANGUAGES) or language_of(self.actor)
        return Look(language, "letter" if paper == "letter" else "a4")


def file(body: bytes, name: str, kind: str = PDF, *, attached: bool = False) -> HttpResponse:
    """A file under its name; shown where the browser can, unless it is to be kept."""
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(attached, name) or "inline"
    return response


class _OrderPaper(PaperView):
    permission: ClassVar[dict[str, str]] = {"GET": "buying.view"}

    def found(self, pk: str) -> PurchaseOrder:
        rows = PurchaseOrder.objects.select_related("supplier", "warehouse")
        return rows.get(pk=orders.find_order(pk, self.actor))


class OrderPaper(_OrderPaper):
    """An order for the supplier; with costs for those who may see them."""

    def get(self, request: Request, pk: str) -> HttpResponse:
        look, order = self.look(request), self.found(pk)
        said = gathered.purchase_order(order, look, with_costs=self.actor.can(COST))
        return file(papers.purchase_order(said), f"{order.number}.pdf")


class OrderFile(_OrderPaper):
    """An order as CSV, to send. No cell of it is a formula to whoever opens it."""

    def get(self, request: Request, pk: str) -> HttpResponse:
        query.check_known(request)
        order = self.found(pk)
        body = b"".join(csv_lines(gathered.order_file(order), self.actor))
        return file(body, f"{order.number}.csv", CSV, attached=True)


class ReturnNote(PaperView):
    """What goes with goods to the supplier."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view"}

    def get(self, request: Request, pk: str) -> HttpResponse:
        look = self.look(request)
        rows = SupplierReturn.objects.select_related("supplier", "warehouse", "receipt")
        one = rows.get(pk=returns.find_return(pk, actor=self.actor))
        return file(papers.supplier_return(gathered.return_note(one, look)), f"{one.number}-return-note.pdf")
