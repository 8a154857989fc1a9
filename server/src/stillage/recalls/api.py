"""Endpoints: the trace of a lot, and recalls from the first minute to the report."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.core.errors import NotFound
from stillage.recalls import operations
from stillage.recalls.models import Recall, RecallStatus
from stillage.recalls.operations.tell import WAYS
from stillage.recalls.queries import recalls
from stillage.recalls.queries.trace import trace
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
