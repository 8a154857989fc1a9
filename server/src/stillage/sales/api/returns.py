"""Endpoints: returns from announced to closed, and credit notes."""

from typing import ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.rest import paging, query
from stillage.rest.fields import Date, Integer, Money, Reference, Strict, Text
from stillage.rest.lists import Id, Lines, named
from stillage.rest.paging import Ordering
from stillage.rest.steps import Nothing, reader
from stillage.rest.views import View
from stillage.sales import operations
from stillage.sales.models import Outcome, Return, ReturnStatus
from stillage.sales.queries import returns


class AnnounceLine(Strict):
    shipment_line = Id(required=False, allow_null=True)
    product = Reference(max_length=40, required=False, allow_null=True)
    lot = Reference(max_length=20, required=False, allow_null=True)
    expiry_date = Date(required=False, allow_null=True)
    best_before_date = Date(required=False, allow_null=True)
    quantity = Integer(min_value=1)
    reason = Text(max_length=200, required=False, allow_blank=True)

    class Meta:
        list_serializer_class = Lines


class AnnounceBody(Strict):
    customer = Reference(max_length=40, required=False, allow_null=True)
    shipment = Reference(max_length=20, required=False, allow_null=True)
    warehouse = Reference(max_length=20, required=False, allow_null=True)
    reason = Text(max_length=200, required=False, allow_blank=True)
    lines = AnnounceLine(many=True)


class CameBackLine(Strict):
    line = Id(required=False, allow_null=True)
    product = Reference(max_length=40, required=False, allow_null=True)
    lot = Reference(max_length=20, required=False, allow_null=True)
    expiry_date = Date(required=False, allow_null=True)
    best_before_date = Date(required=False, allow_null=True)
    quantity = Integer(min_value=1)

    class Meta:
        list_serializer_class = Lines


class ReceiveBody(Strict):
    location = Reference(max_length=61, required=False, allow_null=True)
    lines = CameBackLine(many=True)


class DecisionLine(Strict):
    line = Id()
    outcome = serializers.ChoiceField(choices=Outcome.values)
    quantity = Integer(min_value=1)
    to_location = Reference(max_length=61, required=False, allow_null=True)
    reason = Text(max_length=200, required=False, allow_blank=True)

    class Meta:
        list_serializer_class = Lines


class DisposeBody(Strict):
    lines = DecisionLine(many=True)


class CreditLine(Strict):
    line = Id()
    quantity = Integer(min_value=1)
    unit_price = Money(required=False, allow_null=True)

    class Meta:
        list_serializer_class = Lines


class CreditBody(Strict):
    lines = CreditLine(many=True, required=False)


class _ReturnView(View):
    """Reads a body strictly and answers the whole return."""

    body: ClassVar[type[Strict]] = Nothing

    def read(self, request: Request) -> dict[str, object]:
        return dict(reader(self.body).run_validation(request.data))

    def answer(self, one: Return, *, status: int = 200) -> Response:
        return Response(returns.return_answer(one.pk, actor=self.actor), status=status)


class Returns(_ReturnView):
    """What comes back to the warehouses one works in, the newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view", "POST": "sales.change"}
    body = AnnounceBody
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "number": Ordering(("number",)),
        "status": Ordering(("status", "id")),
        "created_at": Ordering(("created_at", "id")),
        "customer": Ordering(("customer__name", "id")),
    }

    def get(self, request: Request) -> Response:
        query.check_known(request, "status", "customer", "warehouse", "shipment", "order", "search")
        found = returns.returns(self.actor)
        if value := query.choice(request, "status", tuple(ReturnStatus.values)):
            found = found.filter(status=value)
        for name, field, key in (
            ("customer", "customer", "customer__code"),
            ("warehouse", "warehouse", "warehouse__code"),
            ("shipment", "shipment", "shipment__number"),
            ("order", "shipment__order", "shipment__order__number"),
        ):
            if value := query.text(request, name):
                found = found.filter(named(field, key, value))
        if value := query.text(request, "search", max_length=query.MAX_SEARCH):
            found = returns.with_word(found, value)
        return Response(
            paging.page(
                request,
                found,
                orderings=self.orderings,
                default="-id",
                present=lambda rows: [returns.shown_return(row) for row in rows],
            )
        )

    def post(self, request: Request) -> Response:
        given = dict(reader(self.body).run_validation(request.data))
        lines = [operations.Announced(**line) for line in given.pop("lines")]
        made = operations.announce_return(actor=self.actor, lines=lines, at=now(), **given)
        return self.answer(made, status=201)


class OneReturn(_ReturnView):
    """One return with its lines and what was decided."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}

    def get(self, request: Request, pk: str) -> Response:
        return self.answer(returns.find_return(pk, actor=self.actor))


class ReturnHistory(_ReturnView):
    """Who did what with a return."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}

    def get(self, request: Request, pk: str) -> Response:
        return Response(returns.return_history(returns.find_return(pk, actor=self.actor), actor=self.actor))


class ReceiveReturn(_ReturnView):
    """What came back is in the house."""

    permission: ClassVar[dict[str, str]] = {"POST": "returns.receive"}
    body = ReceiveBody

    def post(self, request: Request, pk: str) -> Response:
        given = dict(reader(self.body).run_validation(request.data))
        lines = [operations.CameBack(**line) for line in given.pop("lines")]
        return self.answer(
            operations.receive_return(actor=self.actor, of_return=pk, lines=lines, at=now(), **given)
        )


class UndoReceive(_ReturnView):
    """A receipt was wrong."""

    permission: ClassVar[dict[str, str]] = {"POST": "returns.receive"}

    def post(self, request: Request, pk: str) -> Response:
        self.read(request)
        return self.answer(operations.undo_receive(actor=self.actor, of_return=pk, at=now()))


class Dispose(_ReturnView):
    """What becomes of it."""

    permission: ClassVar[dict[str, str]] = {"POST": "returns.dispose"}
    body = DisposeBody

    def post(self, request: Request, pk: str) -> Response:
        given = reader(self.body).run_validation(request.data)
        decisions = [operations.Decision(**line) for line in given["lines"]]
        return self.answer(operations.dispose(actor=self.actor, of_return=pk, decisions=decisions, at=now()))


class CreditReturn(_ReturnView):
    """The customer is credited."""

    permission: ClassVar[dict[str, str]] = {"POST": "credit.issue"}
    body = CreditBody

    def post(self, request: Request, pk: str) -> Response:
        lines = reader(self.body).run_validation(request.data).get("lines")
        wanted = None if lines is None else [operations.Credited(**line) for line in lines]
        made = operations.credit(actor=self.actor, of_return=pk, lines=wanted, at=now())
        note = returns.find_credit_note(made.pk, actor=self.actor)
        return Response({"credit_note": returns.note_answer(note, actor=self.actor)}, status=201)


class CancelReturn(_ReturnView):
    """Nothing of it comes."""

    permission: ClassVar[dict[str, str]] = {"POST": "sales.change"}

    def post(self, request: Request, pk: str) -> Response:
        self.read(request)
        return self.answer(operations.cancel_return(actor=self.actor, of_return=pk, at=now()))


class CloseReturn(_ReturnView):
    """All is decided."""

    permission: ClassVar[dict[str, str]] = {"POST": "returns.dispose"}

    def post(self, request: Request, pk: str) -> Response:
        self.read(request)
        return self.answer(operations.close_return(actor=self.actor, of_return=pk, at=now()))


class CreditNotes(View):
    """Credit notes, the newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "number": Ordering(("number",)),
        "issued_at": Ordering(("issued_at", "id")),
    }

    def get(self, request: Request) -> Response:
        query.check_known(request, "customer", "return", "search")
        found, actor = returns.credit_notes(self.actor), self.actor
        if value := query.text(request, "customer"):
            found = found.filter(named("customer", "customer__code", value))
        if value := query.text(request, "return"):
            found = found.filter(named("of_return", "of_return__number", value))
        for word in query.words(request):
            found = found.filter(returns.note_with(word))
        return Response(
            paging.page(
                request,
                found,
                orderings=self.orderings,
                default="-id",
                present=lambda rows: [returns.shown_note(row, actor=actor) for row in rows],
            )
        )


class OneCreditNote(View):
    """One credit note with its lines."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}

    def get(self, request: Request, pk: str) -> Response:
        note = returns.find_credit_note(pk, actor=self.actor)
        return Response(returns.note_answer(note, actor=self.actor))
