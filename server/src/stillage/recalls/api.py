"""Endpoints: the trace of a lot, and recalls from the first minute to the report."""

from typing import Any, ClassVar

from django.http import FileResponse, HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.core.errors import Kind, NotFound, Refusal
from stillage.documents import papers as drawn
from stillage.purchasing.api.papers import CSV, PaperView, file
from stillage.purchasing.papers import LANGUAGES, PAPERS, Look, language_of
from stillage.recalls import operations, sheet
from stillage.recalls.models import Recall, RecallStatus
from stillage.recalls.operations.tell import WAYS
from stillage.recalls.queries import papers, recalls
from stillage.recalls.queries.sheet import sheet_rows
from stillage.recalls.queries.trace import CONTACTS, trace
from stillage.rest import paging, query
from stillage.rest.fields import Boolean, Integer, Reference, Strict, Text
from stillage.rest.lists import Lines
from stillage.rest.paging import Ordering
from stillage.rest.steps import Nothing, reader
from stillage.rest.views import View

MAX_LOTS = 200
MAX_CUSTOMERS = 5_000


class LotTrace(View):
    """Where a lot came from and where it went."""

    permission: ClassVar[dict[str, str]] = {"GET": "trace.view"}

    def get(self, request: Request, pk: str) -> Response:
        query.check_known(request)
        if not (pk.isascii() and pk.isdecimal() and len(pk) <= 19):
            raise NotFound("There is nothing of that name.")
        return Response(trace(int(pk), actor=self.actor))


class LotBody(Strict):
    product = Reference(max_length=40)
    lot = Reference(max_length=20, required=False, allow_null=True)

    class Meta:
        list_serializer_class = Lines


class RecallBody(Strict):
    title = Text(max_length=120, required=False, allow_blank=True)
    reason = Text(max_length=500)
    instructions = Text(max_length=1000, required=False, allow_blank=True, multiline=True)
    drill = Boolean(required=False)
    lots = LotBody(many=True, max_length=MAX_LOTS)  # type: ignore[call-arg] # DRF hands it to the list


class TellBody(Strict):
    customers = serializers.ListField(
        child=Reference(max_length=40), allow_empty=False, max_length=MAX_CUSTOMERS
    )
    how = serializers.ChoiceField(choices=WAYS)
    note = Text(max_length=200, required=False, allow_blank=True)


class AnswerBody(Strict):
    customer = Reference(max_length=40)
    left_there = Integer(min_value=0, required=False, allow_null=True)
    note = Text(max_length=200, required=False, allow_blank=True)


class CloseBody(Strict):
    outcome = Text(max_length=500)
    release = Boolean(required=False)


class _RecallView(View):
    """Reads a body strictly and answers the whole recall with its ETag."""

    body: ClassVar[type[Strict]] = Nothing

    def read(self, request: Request) -> dict[str, Any]:
        return dict(reader(self.body).run_validation(request.data))

    def answer(self, one: Recall, *, status: int = 200) -> Response:
        found = recalls.recall_answer(one.pk, actor=self.actor)
        return Response(found, status=status, headers={"ETag": f'"{found["version"]}"'})


class Recalls(_RecallView):
    """What was ever called back, the newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "recalls.view", "POST": "recalls.run"}
    body = RecallBody
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "number": Ordering(("number",)),
        "opened_at": Ordering(("opened_at", "id")),
        "status": Ordering(("status", "id")),
    }

    def get(self, request: Request) -> Response:
        query.check_known(request, "status", "drill", "search")
        found = recalls.recalls(self.actor)
        if value := query.choice(request, "status", tuple(RecallStatus.values)):
            found = found.filter(status=value)
        if (drill := query.boolean(request, "drill")) is not None:
            found = found.filter(drill=drill)
        for word in query.words(request):
            found = recalls.with_word(found, word)
        return Response(
            paging.page(
                request, found, orderings=self.orderings, default="-id", present=recalls.shown_recalls
            )
        )

    def post(self, request: Request) -> Response:
        given = self.read(request)
        lots = [operations.AskedLot(**line) for line in given.pop("lots")]
        made = operations.recall(actor=self.actor, lots=lots, at=now(), **given)
        return self.answer(made, status=201)


class OneRecall(_RecallView):
    """One recall: its lots as they stand, its customers, what came back, how long it took."""

    permission: ClassVar[dict[str, str]] = {"GET": "recalls.view"}

    def get(self, request: Request, pk: str) -> Response:
        return self.answer(recalls.find_recall(pk, actor=self.actor))


class RecallHistory(_RecallView):
    """Who did what with a recall."""

    permission: ClassVar[dict[str, str]] = {"GET": "recalls.view"}

    def get(self, request: Request, pk: str) -> Response:
        return Response(recalls.recall_history(recalls.find_recall(pk, actor=self.actor), actor=self.actor))


class Tell(_RecallView):
    """Customers were told."""

    permission: ClassVar[dict[str, str]] = {"POST": "recalls.run"}
    body = TellBody

    def post(self, request: Request, pk: str) -> Response:
        return self.answer(operations.tell(actor=self.actor, recall=pk, at=now(), **self.read(request)))


class AnswerOf(_RecallView):
    """A customer answered."""

    permission: ClassVar[dict[str, str]] = {"POST": "recalls.run"}
    body = AnswerBody

    def post(self, request: Request, pk: str) -> Response:
        return self.answer(operations.answer(actor=self.actor, recall=pk, at=now(), **self.read(request)))


class Close(_RecallView):
    """It is done with."""

    permission: ClassVar[dict[str, str]] = {"POST": "recalls.run"}
    body = CloseBody

    def post(self, request: Request, pk: str) -> Response:
        return self.answer(operations.close(actor=self.actor, recall=pk, at=now(), **self.read(request)))


# ---- papers and files ---------------------------------------------------------------------------
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("xlsx", "csv")


class _RecallPaper(PaperView):
    """A file about a recall; it names people and how to reach them."""

    permission: ClassVar[dict[str, str]] = {"GET": "recalls.view"}

    def found(self, pk: str) -> Recall:
        if not self.actor.can(CONTACTS):
            detail = f"Your role does not allow this (it needs {CONTACTS})."
            raise Refusal(detail, code="forbidden", kind=Kind.FORBIDDEN)
        return recalls.find_recall(pk, actor=self.actor)

    def asked_look(self, request: Request, *more: str) -> Look:
        query.check_known(request, "paper", "language", *more)
        paper = query.choice(request, "paper", PAPERS)
        language: Any = query.choice(request, "language", LANGUAGES) or language_of(self.actor)
        return Look(language, "letter" if paper == "letter" else "a4")


class Letters(_RecallPaper):
    """Letters to the customers: to all, to one, or to those who were not told yet."""

    def get(self, request: Request, pk: str) -> HttpResponse:
        look, one = self.asked_look(request, "customer", "untold"), self.found(pk)
        said = papers.letters(
            one,
            look,
            customer=query.text(request, "customer"),
            untold=query.boolean(request, "untold") or False,
        )
        return file(drawn.recall_letters(said), f"{one.number}-letters.pdf")


class Report(_RecallPaper):
    """A recall on paper, for who asks later."""

    def get(self, request: Request, pk: str) -> HttpResponse:
        look, one = self.asked_look(request), self.found(pk)
        return file(
            drawn.recall_report(papers.report(one, look, actor=self.actor)), f"{one.number}-report.pdf"
        )


class CustomersFile(_RecallPaper):
    """The customers as a file, to be called one after the other."""

    def get(self, request: Request, pk: str) -> HttpResponse:
        query.check_known(request)
        one = self.found(pk)
        body = sheet.csv_file(papers.CUSTOMER_COLUMNS, papers.customer_rows(one, actor=self.actor))
        return file(body, f"{one.number}-customers.csv", CSV, attached=True)


class Sheet(_RecallPaper):
    """Every event of every lot, to sort and filter."""

    def get(self, request: Request, pk: str) -> FileResponse | HttpResponse:
        query.check_known(request)
        form = query.choice(request, "format", FORMATS) or "xlsx"
        one = self.found(pk)
        rows = sheet_rows(one)
        if form == "csv":
            return file(sheet.sheet_csv(rows), f"{one.number}-trace.csv", CSV, attached=True)
        return FileResponse(
            sheet.sheet_xlsx(rows, one.number),
            as_attachment=True,
            filename=f"{one.number}-trace.xlsx",
            content_type=XLSX,
        )
