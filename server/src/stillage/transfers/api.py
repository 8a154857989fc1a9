"""Endpoints: transfers between warehouses, from asked for to received."""

from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.documents import papers
from stillage.rest import paging, query
from stillage.rest.fields import Boolean, Date, Integer, Reference, Strict, Text
from stillage.rest.lists import Id, Lines, named
from stillage.rest.paging import Ordering
from stillage.rest.papers import PaperView, pdf
from stillage.rest.steps import Nothing, expected_version, reader
from stillage.rest.views import View
from stillage.stock.look import look_of
from stillage.transfers import operations
from stillage.transfers.locking import find_transfer
from stillage.transfers.models import Transfer, TransferStatus
from stillage.transfers.queries import papers as gathered
from stillage.transfers.queries import transfers


class Line(Strict):
    product = Reference(max_length=40)
    lot = Reference(max_length=20, required=False, allow_null=True)
    quantity = Integer(min_value=1)
    note = Text(max_length=200, required=False, allow_blank=True)

    class Meta:
        list_serializer_class = Lines


class CreateBody(Strict):
    from_warehouse = Reference(max_length=20)
    to_warehouse = Reference(max_length=20)
    expected_date = Date(required=False, allow_null=True)
    carrier = Text(max_length=80, required=False, allow_blank=True)
    note = Text(max_length=500, required=False, allow_blank=True, multiline=True)
    lines = Line(many=True)


class EditBody(Strict):
    expected_date = Date(required=False, allow_null=True)
    carrier = Text(max_length=80, required=False, allow_blank=True)
    note = Text(max_length=500, required=False, allow_blank=True, multiline=True)
    lines = Line(many=True, required=False)


class LeavingLine(Strict):
    line = Id(required=False, allow_null=True)
    product = Reference(max_length=40, required=False, allow_null=True)
    lot = Reference(max_length=20, required=False, allow_null=True)
    from_location = Reference(max_length=61)
    quantity = Integer(min_value=1)

    class Meta:
        list_serializer_class = Lines


class DispatchBody(Strict):
    lines = LeavingLine(many=True, required=False)


class ArrivedLine(Strict):
    item = Id(required=False, allow_null=True)
    product = Reference(max_length=40, required=False, allow_null=True)
    lot = Reference(max_length=20, required=False, allow_null=True)
    quantity = Integer(min_value=1)
    location = Reference(max_length=61, required=False, allow_null=True)
    condition = serializers.ChoiceField(choices=("ok", "damaged"), required=False)
    surplus = Boolean(required=False)

    class Meta:
        list_serializer_class = Lines


class ReceiveBody(Strict):
    location = Reference(max_length=61, required=False, allow_null=True)
    lines = ArrivedLine(many=True)


class CloseBody(Strict):
    reason = Text(max_length=150)


class CancelBody(Strict):
    reason = Text(max_length=200, required=False, allow_blank=True)


class _TransferView(View):
    """Reads a body strictly and answers the whole transfer."""

    body: ClassVar[type[Strict]] = Nothing

    def read(self, request: Request) -> dict[str, Any]:
        return dict(reader(self.body).run_validation(request.data))

    def answer(self, one: Transfer, *, status: int = 200) -> Response:
        found = transfers.transfer_answer(one.pk, actor=self.actor)
        return Response(found, status=status, headers={"ETag": f'"{found["version"]}"'})


class Transfers(_TransferView):
    """Transfers from and to the warehouses one works in, the newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "transfers.view", "POST": "transfers.change"}
    body = CreateBody
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "number": Ordering(("number",)),
        "status": Ordering(("status", "id")),
        "created_at": Ordering(("created_at", "id")),
        "from_warehouse": Ordering(("from_warehouse__code", "id")),
        "to_warehouse": Ordering(("to_warehouse__code", "id")),
    }

    def get(self, request: Request) -> Response:
        query.check_known(
            request, "status", "from_warehouse", "to_warehouse", "warehouse", "direction", "search"
        )
        actor = self.actor
        found = transfers.transfers(actor)
        if value := query.choice(request, "status", tuple(TransferStatus.values)):
            found = found.filter(status=value)
        for name in ("from_warehouse", "to_warehouse"):
            if value := query.text(request, name):
                found = found.filter(named(name, f"{name}__code", value))
        way = query.choice(request, "direction", ("in", "out"))
        if value := query.text(request, "warehouse"):
            found = transfers.going(found, way, value, actor)
        elif way:
            raise paging.unreadable("direction", "direction needs warehouse: in or out of which?")
        if value := query.text(request, "search", max_length=query.MAX_SEARCH):
            found = transfers.with_word(found, value)
        return Response(
            paging.page(
                request,
                found,
                orderings=self.orderings,
                default="-id",
                present=lambda rows: [transfers.shown_transfer(row, actor) for row in rows],
            )
        )

    def post(self, request: Request) -> Response:
        given = self.read(request)
        lines = [operations.AskedLine(**line) for line in given.pop("lines")]
        made = operations.create_transfer(actor=self.actor, lines=lines, at=now(), **given)
        return self.answer(made, status=201)


class OneTransfer(_TransferView):
    """One transfer with its lines, and what of it is on the way."""

    permission: ClassVar[dict[str, str]] = {"GET": "transfers.view", "PATCH": "transfers.change"}
    body = EditBody

    def get(self, request: Request, pk: str) -> Response:
        return self.answer(find_transfer(pk, actor=self.actor))

    def patch(self, request: Request, pk: str) -> Response:
        find_transfer(pk, actor=self.actor)  # what is not there is not found, whatever the headers say
        version = expected_version(request)
        given = self.read(request)
        lines = given.pop("lines", None)
        done = operations.edit_transfer(
            actor=self.actor,
            transfer=pk,
            version=version,
            changes=given,
            lines=None if lines is None else [operations.AskedLine(**line) for line in lines],
            at=now(),
        )
        return self.answer(done)


class TransferHistory(_TransferView):
    """Who did what with a transfer, newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "transfers.view"}

    def get(self, request: Request, pk: str) -> Response:
        return Response(transfers.transfer_history(find_transfer(pk, actor=self.actor), self.actor))


class TransferNote(PaperView):
    """What goes with the goods."""

    permission: ClassVar[dict[str, str]] = {"GET": "transfers.view"}

    def get(self, request: Request, pk: str) -> HttpResponse:
        look = look_of(self.actor, **self.asked(request))
        one = find_transfer(pk, actor=self.actor)
        body = papers.transfer_note(gathered.transfer_note(one, look, self.actor))
        return pdf(body, f"{one.number}.pdf")


class Dispatch(_TransferView):
    """The goods leave."""

    permission: ClassVar[dict[str, str]] = {"POST": "transfers.run"}
    body = DispatchBody

    def post(self, request: Request, pk: str) -> Response:
        lines = self.read(request).get("lines")
        leaving = None if lines is None else [operations.Leaving(**line) for line in lines]
        return self.answer(operations.dispatch(actor=self.actor, transfer=pk, lines=leaving, at=now()))


class UndoDispatch(_TransferView):
    """They did not leave after all."""

    permission: ClassVar[dict[str, str]] = {"POST": "transfers.run"}

    def post(self, request: Request, pk: str) -> Response:
        self.read(request)
        return self.answer(operations.undo_dispatch(actor=self.actor, transfer=pk, at=now()))


class Receive(_TransferView):
    """They arrived."""

    permission: ClassVar[dict[str, str]] = {"POST": "transfers.run"}
    body = ReceiveBody

    def post(self, request: Request, pk: str) -> Response:
        given = self.read(request)
        lines = [operations.Arrived(**line) for line in given.pop("lines")]
        return self.answer(operations.receive(actor=self.actor, transfer=pk, lines=lines, at=now(), **given))


class Close(_TransferView):
    """What is still on the way is missing."""

    permission: ClassVar[dict[str, str]] = {"POST": "transfers.change"}
    body = CloseBody

    def post(self, request: Request, pk: str) -> Response:
        return self.answer(operations.close(actor=self.actor, transfer=pk, at=now(), **self.read(request)))


class Cancel(_TransferView):
    """A draft is given up."""

    permission: ClassVar[dict[str, str]] = {"POST": "transfers.change"}
    body = CancelBody

    def post(self, request: Request, pk: str) -> Response:
        return self.answer(operations.cancel(actor=self.actor, transfer=pk, at=now(), **self.read(request)))
