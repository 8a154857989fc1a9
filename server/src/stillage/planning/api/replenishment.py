"""Endpoints: what to buy, by line and by supplier, and what becomes of it."""

from typing import Any, ClassVar

from django.db.models import BigIntegerField, F, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.core.errors import Kind, NotFound, Refusal
from stillage.planning import operations
from stillage.planning.models import Proposal, ProposalStatus
from stillage.planning.queries import proposals
from stillage.rest import paging, query
from stillage.rest.fields import Boolean, Date, Integer, Reference, Strict, Text
from stillage.rest.lists import Id, Lines, named
from stillage.rest.paging import Ordering
from stillage.rest.steps import reader
from stillage.rest.views import View
from stillage.stock.queries import warehouse_ids

BUY = "buying.change"
TROUBLES = (
    "no_supplier",
    "no_forecast",
    "expires_first",
    "may_expire",
    "at_maximum",
    "below_minimum_value",
    "over_budget",
    "runs_out_before_delivery",
    "discontinued",
    "stock_held",
)
NOBODY = "none"


class AcceptLine(Strict):
    id = Id()
    quantity_packs = Integer(min_value=1, required=False, allow_null=True)

    class Meta:
        list_serializer_class = Lines


class AcceptBody(Strict):
    lines = AcceptLine(many=True)
    place = Boolean(required=False, default=False)
    ignore_warnings = Boolean(required=False, default=False)


class ProposalLine(Strict):
    id = Id()

    class Meta:
        list_serializer_class = Lines


class RefuseBody(Strict):
    lines = ProposalLine(many=True)
    reason = Text(max_length=200)
    until = Date(required=False, allow_null=True)


class ReopenBody(Strict):
    lines = ProposalLine(many=True)


class WorkOutBody(Strict):
    warehouse = Reference(max_length=20, required=False, allow_null=True)


def of_warehouse(request: Request) -> list[int] | None:
    """The warehouse that is asked for; None for all one sees."""
    value = query.text(request, "warehouse")
    return list(warehouse_ids(value)) if value else None


class Proposals(View):
    """What is proposed for the warehouses one sees; what is open, unless another status is asked for."""

    permission: ClassVar[dict[str, str]] = {"GET": "planning.view"}
    plain: ClassVar[dict[str, Ordering]] = {
        "urgency": Ordering(("urgency", "id")),
        "product_name": Ordering(("product__name", "id")),
        "quantity": Ordering(("quantity", "id")),
        "id": Ordering(("id",)),
    }
    parameters = (
        "warehouse",
        "supplier",
        "status",
        "urgency",
        "trouble",
        "product",
        "category",
        "purchase_order",
        "search",
    )

    @property
    def orderings(self) -> dict[str, Ordering]:
        """By amount only for those who see costs: an order would tell them (SAFETY B18)."""
        if not self.actor.can(proposals.COST):
            return self.plain
        return {**self.plain, "net_amount": Ordering(("amount", "id"))}

    def get(self, request: Request) -> Response:
        query.check_known(request, *self.parameters)
        actor, today = self.actor, now().date()
        found = self.asked(request).annotate(
            # In cents: a cursor holds whole numbers.
            amount=Cast(Coalesce(F("net_amount"), Value(0)) * 100, BigIntegerField())
        )
        return Response(
            paging.page(
                request,
                found.values(*proposals.ROW, "amount"),
                orderings=self.orderings,
                default="urgency",
                present=lambda rows: proposals.shown_rows(rows, actor, today),
            )
        )

    def asked(self, request: Request) -> QuerySet[Proposal, Any]:
        found = proposals.visible(self.actor)
        status = query.choice(request, "status", tuple(ProposalStatus.values)) or ProposalStatus.OPEN
        found = found.filter(status=status)
        if value := query.text(request, "supplier"):
            found = (
                found.filter(supplier__isnull=True)
                if value == NOBODY
                else found.filter(named("supplier", "supplier__code", value))
            )
        for name, key in (
            ("warehouse", "warehouse__code"),
            ("product", "product__sku"),
            ("purchase_order", "purchase_order__number"),
        ):
            if value := query.text(request, name):
                found = found.filter(named(name, key, value))
        if value := query.text(request, "category"):
            found = found.filter(named("product__category", "product__category__name", value))
        if value := query.choice(request, "urgency", proposals.URGENCIES):
            found = found.filter(proposals.urgent(value))
        if value := query.choice(request, "trouble", TROUBLES):
            found = found.filter(proposals.troubled(value))
        for word in query.words(request):
            found = found.filter(proposals.matching(word))
        return found


class OneProposal(View):
    """One proposal, its reckoning, and what another level of service would ask for."""

    permission: ClassVar[dict[str, str]] = {"GET": "planning.view"}

    def get(self, request: Request, pk: str) -> Response:
        query.check_known(request)
        if not (pk.isascii() and pk.isdecimal() and len(pk) <= 18):
            raise NotFound("There is nothing of that name.")
        return Response(proposals.proposal_answer(int(pk), self.actor, now().date()))


class Suppliers(View):
    """What is open, by supplier and warehouse."""

    permission: ClassVar[dict[str, str]] = {"GET": "planning.view"}

    def get(self, request: Request) -> Response:
        query.check_known(request, "warehouse")
        return Response({"results": proposals.supplier_groups(self.actor, of_warehouse(request))})


class Summary(View):
    """How much is proposed, and what will not sell in time."""

    permission: ClassVar[dict[str, str]] = {"GET": "planning.view"}

    def get(self, request: Request) -> Response:
        query.check_known(request, "warehouse")
        return Response(proposals.summary(self.actor, of_warehouse(request)))


class Accept(View):
    """Proposals become purchase orders."""

    permission: ClassVar[dict[str, str]] = {"POST": "planning.change"}
    body = AcceptBody

    def post(self, request: Request) -> Response:
        if not self.actor.can(BUY):
            raise Refusal(
                f"Your role does not allow this (it needs {BUY}).", code="forbidden", kind=Kind.FORBIDDEN
            )
        given = dict(reader(self.body).run_validation(request.data))
        lines = [operations.AcceptedLine(**line) for line in given.pop("lines")]
        accepted = operations.accept(actor=self.actor, lines=lines, at=now(), **given)
        found = proposals.orders_answer(accepted.orders, accepted.lines, self.actor)
        return Response({"orders": found}, status=201)


class Refuse(View):
    """Proposals are not wanted for some time."""

    permission: ClassVar[dict[str, str]] = {"POST": "planning.change"}
    body = RefuseBody

    def post(self, request: Request) -> Response:
        given = dict(reader(self.body).run_validation(request.data))
        lines = [line["id"] for line in given.pop("lines")]
        found = operations.refuse(actor=self.actor, lines=lines, at=now(), **given)
        return Response({"refused": [{"id": one.pk, "snoozed_until": one.snoozed_until} for one in found]})


class Reopen(View):
    """Refused proposals are wanted after all."""

    permission: ClassVar[dict[str, str]] = {"POST": "planning.change"}
    body = ReopenBody

    def post(self, request: Request) -> Response:
        given = reader(self.body).run_validation(request.data)
        found = operations.reopen(actor=self.actor, lines=[one["id"] for one in given["lines"]], at=now())
        return Response({"reopened": [{"id": one.pk} for one in found]})


class WorkOut(View):
    """Proposals of a warehouse (of all one sees, where none is named) are worked out again from the stock of now."""

    permission: ClassVar[dict[str, str]] = {"POST": "planning.change"}
    body = WorkOutBody

    def post(self, request: Request) -> Response:
        given = reader(self.body).run_validation(request.data)
        done = operations.work_out(actor=self.actor, warehouse=given.get("warehouse"), at=now())
        return Response(proposals.summary(self.actor, [one.pk for one in done]))
