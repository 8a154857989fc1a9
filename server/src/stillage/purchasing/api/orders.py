"""Endpoints: orders to suppliers, their lists, and the steps from a draft to a closed order."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.audit.history import COSTS, history
from stillage.core.clock import now
from stillage.purchasing import operations
from stillage.purchasing.drafting import COST, AskedLine, AskedOrder
from stillage.purchasing.models import PurchaseOrder, PurchaseOrderStatus
from stillage.purchasing.queries import orders
from stillage.purchasing.states import OPEN
from stillage.purchasing.trail import ORDER
from stillage.rest import paging, query
from stillage.rest.fields import Boolean, Date, Integer, Money, Reference, Strict, Text
from stillage.rest.lists import Lines, named
from stillage.rest.paging import Ordering
from stillage.rest.steps import Nothing, expected_version, reader
from stillage.rest.views import View
from stillage.stock.queries import warehouse_ids


class OrderLine(Strict):
    product = Reference(max_length=40, required=False, allow_null=True)
    pack = Reference(max_length=60, required=False, allow_null=True)
    quantity_packs = Integer(min_value=1, required=False, allow_null=True)
    quantity = Integer(min_value=1, required=False, allow_null=True)
    pack_cost = Money(required=False, allow_null=True)
    expected_date = Date(required=False, allow_null=True)
    note = Text(max_length=200, required=False, allow_blank=True)

    class Meta:
        list_serializer_class = Lines


class CreateBody(Strict):
    supplier = Reference(max_length=40)
    warehouse = Reference(max_length=20, required=False, allow_null=True)
    expected_date = Date(required=False, allow_null=True)
    supplier_reference = Text(max_length=80, required=False, allow_blank=True)
    note = Text(max_length=500, required=False, allow_blank=True, multiline=True)
    lines = OrderLine(many=True)
    place = Boolean(required=False, default=False)
    ignore_warnings = Boolean(required=False, default=False)


class EditBody(Strict):
    supplier = Reference(max_length=40, required=False)
    warehouse = Reference(max_length=20, required=False)
    expected_date = Date(required=False)
    supplier_reference = Text(max_length=80, required=False, allow_blank=True)
    note = Text(max_length=500, required=False, allow_blank=True, multiline=True)
    lines = OrderLine(many=True, required=False)


class PlaceBody(Strict):
    ignore_warnings = Boolean(required=False, default=False)


class ReasonBody(Strict):
    reason = Text(max_length=200, required=False, allow_blank=True)


class OrderView(View):
    """Reads a body strictly and answers the whole order."""

    body: ClassVar[type[Strict]] = Nothing

    def read(self, request: Request) -> dict[str, Any]:
        return dict(reader(self.body).run_validation(request.data))

    def answer(self, order: PurchaseOrder, *, status: int = 200) -> Response:
        """The order as it is now, with its ETag."""
        found = orders.order_answer(order.pk, self.actor)
        return Response(found, status=status, headers={"ETag": f'"{found["version"]}"'})


class Orders(OrderView):
    """Orders to suppliers for the warehouses one sees, the newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view", "POST": "buying.change"}
    body = CreateBody
    plain: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "number": Ordering(("number",)),
        "expected_date": Ordering(("expected_date", "id")),
        "status": Ordering(("status", "id")),
        "supplier": Ordering(("supplier__name", "id")),
    }
    parameters = (
        "status",
        "supplier",
        "warehouse",
        "product",
        "search",
        "expected_before",
        "expected_after",
        "late",
        "open",
    )

    @property
    def orderings(self) -> dict[str, Ordering]:
        """By total only for those who see costs: an order would tell them (SAFETY B18)."""
        if not self.actor.can(COST):
            return self.plain
        return {**self.plain, "net_total": Ordering(("net_total", "id"))}

    def get(self, request: Request) -> Response:
        query.check_known(request, *self.parameters)
        actor = self.actor
        return Response(
            paging.page(
                request,
                self.asked(request).values(*orders.ROW),
                orderings=self.orderings,
                default="-id",
                present=lambda rows: orders.shown_rows(rows, actor),
            )
        )

    def post(self, request: Request) -> Response:
        given = self.read(request)
        place, ignore = given.pop("place"), given.pop("ignore_warnings")
        lines = [AskedLine(**line) for line in given.pop("lines")]
        made = operations.create_order(
            actor=self.actor,
            asked=AskedOrder(lines=lines, **given),
            at=now(),
            place=place,
            ignore_warnings=ignore,
        )
        return self.answer(made, status=201)

    def asked(self, request: Request) -> QuerySet[PurchaseOrder, Any]:
        found = orders.visible(self.actor)
        if value := query.choice(request, "status", tuple(PurchaseOrderStatus.values)):
            found = found.filter(status=value)
        for name, key in (("supplier", "supplier__code"), ("warehouse", "warehouse__code")):
            if value := query.text(request, name):
                found = found.filter(named(name, key, value))
        if value := query.text(request, "product"):
            found = found.filter(named("lines__product", "lines__product__sku", value)).distinct()
        if day := query.date(request, "expected_before"):
            found = found.filter(expected_date__lt=day)
        if day := query.date(request, "expected_after"):
            found = found.filter(expected_date__gt=day)
        if (flag := query.boolean(request, "open")) is not None:
            found = found.filter(status__in=OPEN) if flag else found.exclude(status__in=OPEN)
        if (flag := query.boolean(request, "late")) is not None:
            late = orders.late(self.actor)
            found = found.filter(late) if flag else found.exclude(late)
        return orders.matching(found, query.words(request))


class OrdersSummary(View):
    """How many orders stand where."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view"}

    def get(self, request: Request) -> Response:
        query.check_known(request, "warehouse")
        warehouse = query.text(request, "warehouse")
        return Response(orders.summary(self.actor, warehouse_ids(warehouse) if warehouse else None))


class OneOrder(OrderView):
    """One order with its lines, its receipts and what to look at."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view", "PATCH": "buying.change"}
    body = EditBody

    def get(self, request: Request, pk: str) -> Response:
        found = orders.order_answer(orders.find_order(pk, self.actor), self.actor)
        return Response(found, headers={"ETag": f'"{found["version"]}"'})

    def patch(self, request: Request, pk: str) -> Response:
        orders.find_order(pk, self.actor)  # what is not there is not found, whatever the headers say
        version = expected_version(request)
        given = self.read(request)
        lines = given.pop("lines", None)
        done = operations.edit_order(
            actor=self.actor,
            order=pk,
            version=version,
            changes=given,
            lines=None if lines is None else [AskedLine(**line) for line in lines],
            at=now(),
        )
        return self.answer(done)


class OrderHistory(View):
    """Who did what with an order, newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view"}

    def get(self, request: Request, pk: str) -> Response:
        query.check_known(request)
        found = orders.find_order(pk, self.actor)
        return Response(history(ORDER, found, self.actor, right=COSTS))


class _Change(OrderView):
    permission: ClassVar[dict[str, str]] = {"POST": "buying.change"}


class Place(_Change):
    """A draft goes out to the supplier."""

    body = PlaceBody

    def post(self, request: Request, pk: str) -> Response:
        return self.answer(operations.place(actor=self.actor, order=pk, at=now(), **self.read(request)))


class Reopen(_Change):
    """An order of which nothing came becomes a draft again."""

    def post(self, request: Request, pk: str) -> Response:
        self.read(request)
        return self.answer(operations.reopen(actor=self.actor, order=pk, at=now()))


class Close(_Change):
    """What did not come is not waited for any more."""

    body = ReasonBody

    def post(self, request: Request, pk: str) -> Response:
        return self.answer(operations.close(actor=self.actor, order=pk, at=now(), **self.read(request)))


class Cancel(_Change):
    """An order is given up before anything came."""

    body = ReasonBody

    def post(self, request: Request, pk: str) -> Response:
        return self.answer(operations.cancel(actor=self.actor, order=pk, at=now(), **self.read(request)))
