"""Endpoints: what goes back to suppliers, from a draft to the supplier's credit."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from stillage.audit.history import COSTS, history
from stillage.core.clock import now
from stillage.purchasing import operations
from stillage.purchasing.models import SupplierReturn, SupplierReturnStatus
from stillage.purchasing.queries import returns
from stillage.purchasing.returning import AskedReturn, GoingBack
from stillage.purchasing.trail import RETURN
from stillage.rest import paging, query
from stillage.rest.fields import Integer, Money, Reference, Strict, Text
from stillage.rest.lists import Id, Lines, named
from stillage.rest.paging import Ordering
from stillage.rest.steps import Nothing, expected_version, reader
from stillage.rest.views import View


class BackLine(Strict):
    product = Reference(max_length=40)
    lot = Reference(max_length=20, required=False, allow_null=True)
    location = Reference(max_length=61)
    quantity = Integer(min_value=1)
    reason = Text(max_length=200, required=False, allow_blank=True)
    discrepancy = Id(required=False, allow_null=True)
    unit_cost = Money(required=False, allow_null=True)

    class Meta:
        list_serializer_class = Lines


class CreateBody(Strict):
    supplier = Reference(max_length=40)
    warehouse = Reference(max_length=20, required=False, allow_null=True)
    receipt = Reference(max_length=20, required=False, allow_null=True)
    reason = Text(max_length=200, required=False, allow_blank=True)
    supplier_reference = Text(max_length=80, required=False, allow_blank=True)
    lines = BackLine(many=True)


class EditBody(Strict):
    receipt = Reference(max_length=20, required=False, allow_null=True)
    reason = Text(max_length=200, required=False, allow_blank=True)
    supplier_reference = Text(max_length=80, required=False, allow_blank=True)
    lines = BackLine(many=True, required=False)


class CloseBody(Strict):
    credit_total = Money(max_digits=14, decimal_places=2, required=False, allow_null=True)
    supplier_reference = Text(max_length=80, required=False, allow_blank=True)


class ReturnView(View):
    """Reads a body strictly and answers the whole return."""

    body: ClassVar[type[Strict]] = Nothing

    def read(self, request: Request) -> dict[str, Any]:
        return dict(reader(self.body).run_validation(request.data))

    def shown(self, pk: int, *, status: int = 200) -> Response:
        """The return as it is now, with its ETag."""
        found = returns.return_answer(pk, self.actor)
        return Response(found, status=status, headers={"ETag": f'"{found["version"]}"'})

    def answer(self, one: SupplierReturn, *, status: int = 200) -> Response:
        return self.shown(one.pk, status=status)


class SupplierReturns(ReturnView):
    """What goes back to suppliers from the warehouses one works in, the newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view", "POST": "supplier_returns.run"}
    body = CreateBody
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "number": Ordering(("number",)),
        "status": Ordering(("status", "id")),
        "supplier": Ordering(("supplier__name", "id")),
    }

    def get(self, request: Request) -> Response:
        query.check_known(request, "status", "supplier", "warehouse", "receipt", "search")
        found, actor = returns.returns(self.actor), self.actor
        if value := query.choice(request, "status", tuple(SupplierReturnStatus.values)):
            found = found.filter(status=value)
        for name, key in (
            ("supplier", "supplier__code"),
            ("warehouse", "warehouse__code"),
            ("receipt", "receipt__number"),
        ):
            if value := query.text(request, name):
                found = found.filter(named(name, key, value))
        found = returns.matching(found, query.words(request))
        return Response(
            paging.page(
                request,
                found,
                orderings=self.orderings,
                default="-id",
                present=lambda rows: [returns.shown_return(row, actor) for row in rows],
            )
        )

    def post(self, request: Request) -> Response:
        given = self.read(request)
        lines = [GoingBack(**line) for line in given.pop("lines")]
        made = operations.create_return(actor=self.actor, asked=AskedReturn(lines=lines, **given), at=now())
        return self.answer(made, status=201)


class OneSupplierReturn(ReturnView):
    """One return with its lines."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view", "PATCH": "supplier_returns.run"}
    body = EditBody

    def get(self, request: Request, pk: str) -> Response:
        return self.shown(returns.find_return(pk, actor=self.actor))

    def patch(self, request: Request, pk: str) -> Response:
        returns.find_return(pk, actor=self.actor)  # what is not there is not found, whatever the headers say
        version = expected_version(request)
        given = self.read(request)
        lines = given.pop("lines", None)
        done = operations.edit_return(
            actor=self.actor,
            of_return=pk,
            version=version,
            changes=given,
            lines=None if lines is None else [GoingBack(**line) for line in lines],
            at=now(),
        )
        return self.answer(done)


class SupplierReturnHistory(View):
    """Who did what with a return."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view"}

    def get(self, request: Request, pk: str) -> Response:
        query.check_known(request)
        found = returns.find_return(pk, actor=self.actor)
        return Response(history(RETURN, found, self.actor, right=COSTS))


class _Run(ReturnView):
    permission: ClassVar[dict[str, str]] = {"POST": "supplier_returns.run"}


class Dispatch(_Run):
    """The goods leave."""

    def post(self, request: Request, pk: str) -> Response:
        self.read(request)
        return self.answer(operations.dispatch_return(actor=self.actor, of_return=pk, at=now()))


class UndoDispatch(_Run):
    """They did not leave after all."""

    def post(self, request: Request, pk: str) -> Response:
        self.read(request)
        return self.answer(operations.undo_dispatch(actor=self.actor, of_return=pk, at=now()))


class CloseReturn(_Run):
    """The supplier has answered."""

    body = CloseBody

    def post(self, request: Request, pk: str) -> Response:
        given = self.read(request)
        return self.answer(operations.close_return(actor=self.actor, of_return=pk, at=now(), **given))


class CancelReturn(_Run):
    """Nothing goes back."""

    def post(self, request: Request, pk: str) -> Response:
        self.read(request)
        return self.answer(operations.cancel_return(actor=self.actor, of_return=pk, at=now()))
