"""Endpoints: the papers of a delivery as PDF."""

from typing import ClassVar

from django.http import HttpResponse
from rest_framework.request import Request

from stillage.documents import papers
from stillage.purchasing.api.papers import PaperView, file
from stillage.purchasing.queries import receipt_papers as gathered
from stillage.purchasing.queries.receipts import find_receipt


class DiscrepancyNote(PaperView):
    """What was not as asked for, for the supplier."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view"}

    def get(self, request: Request, pk: str) -> HttpResponse:
        look, one = self.look(request), find_receipt(pk, actor=self.actor)
        body = papers.discrepancy_note(gathered.discrepancy_note(one, look))
        return file(body, f"{one.number}-discrepancy-note.pdf")


class GoodsReceived(PaperView):
    """What was booked in, for the file and the driver."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view"}

    def get(self, request: Request, pk: str) -> HttpResponse:
        look, one = self.look(request), find_receipt(pk, actor=self.actor)
        body = papers.goods_received(gathered.goods_received(one, look))
        return file(body, f"{one.number}-goods-received.pdf")
