"""Endpoints: orders, their lists, and the steps from a draft to an allocated order."""

from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.rest import paging, query
from stillage.rest.fields import MAX_ID, Boolean, Date, Integer, Money, Percent, Reference, Strict, Text
from stillage.rest.paging import Ordering
from stillage.rest.steps import Nothing, expected_version
from stillage.rest.views import View
from stillage.sales import operations
from stillage.sales.api.steps import OrderView
from stillage.sales.drafting import AskedLine, AskedOrder, draft
from stillage.sales.models import OrderStatus, SalesOrder
from stillage.sales.queries import allocation, history, orders
from stillage.sales.states import OPEN
from stillage.stock.queries import warehouse_ids


class _Lines(serializers.ListSerializer):
    """At least one, at most as many as an order may have."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args, **{"min_length": 1, "max_length": settings.MAX_ORDER_LINES, "allow_empty": False, **kwargs}
        )


class OrderLine(Strict):
    product = Reference(max_length=40)
    pack = Reference(max_length=60, required=False, allow_null=True)
    quantity_packs = Integer(min_value=1, required=False, allow_null=True)
    quantity = Integer(min_value=1, required=False, allow_null=True)
    pack_price = Money(required=False, allow_null=True)
    discount_percent = Percent(required=False)
    tax_rate_percent = Percent(required=False, allow_null=True)
    note = Text(max_length=200, required=False, allow_blank=True)

    class Meta:
        list_serializer_class = _Lines


class PreviewBody(Strict):
    customer = Reference(max_length=40)
    warehouse = Reference(max_length=20, required=False, allow_null=True)
    delivery_date = Date()
    customer_reference = Text(max_length=80, required=False, allow_blank=True)
    note = Text(max_length=500, required=False, allow_blank=True, multiline=True)
    lines = OrderLine(many=True)


class CreateBody(PreviewBody):
    confirm = Boolean(required=False, default=False)


class EditBody(Strict):
    delivery_date = Date(required=False)
    customer_reference = Text(max_length=80, required=False, allow_blank=True)
    note = Text(max_length=500, required=False, allow_blank=True, multiline=True)
    lines = OrderLine(many=True, required=False)


class _LineId(Integer):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": MAX_ID, **kwargs})


class _Ids(serializers.ListField):
    child = _LineId()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": settings.MAX_ORDER_LINES, **kwargs})


class AllocateBody(Strict):
    whole = Boolean(required=False, default=False)
    warehouses = serializers.ListField(child=Reference(max_length=20), required=False, max_length=20)
    lines = _Ids()


class DeallocateBody(Strict):
    lines = _Ids()


class CancelBody(Strict):
    reason = Text(max_length=200)


class PinBody(Strict):
    line = _LineId()
    lot = Reference(max_length=20)
    location = Reference(max_length=61, required=False, allow_null=True)
    quantity = Integer(min_value=1)


class SwapBody(Strict):
    line = _LineId()
    from_lot = Reference(max_length=20)
    from_location = Reference(max_length=61, required=False, allow_null=True)
    to_lot = Reference(max_length=20)
    to_location = Reference(max_length=61, required=False, allow_null=True)
    quantity = Integer(min_value=1)


def asked_order(given: dict[str, Any]) -> AskedOrder:
    """A body that was read, as the operation takes it."""
    lines = [AskedLine(**line) for line in given["lines"]]
    return AskedOrder(**{**given, "lines": lines})


class Orders(OrderView):
    """Orders of the warehouses one sees, the newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view", "POST": "sales.change"}
    body = CreateBody
    parameters = (
        "status",
        "customer",
        "warehouse",
        "product",
        "lot",
        "search",
        "due_before",
        "due_after",
        "allocation",
        "open",
    )
    plain: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "number": Ordering(("number",)),
        "delivery_date": Ordering(("delivery_date", "id")),
        "status": Ordering(("status", "id")),
        "customer": Ordering(("customer__name", "id")),
    }

    @property
    def orderings(self) -> dict[str, Ordering]:
        """By total only for those who see totals: an order would tell them (SAFETY B18)."""
        if not self.actor.can(orders.PRICES):
            return self.plain
        return {**self.plain, "gross_total": Ordering(("gross_total", "id"))}

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
        confirm = given.pop("confirm")
        made = operations.create_order(actor=self.actor, asked=asked_order(given), at=now(), confirm=confirm)
        return self.answer(made, status=201)

    def asked(self, request: Request) -> QuerySet[SalesOrder, Any]:
        found = orders.visible(self.actor)
        if value := query.choice(request, "status", tuple(OrderStatus.values)):
            found = found.filter(status=value)
        for name, key in (("customer", "customer__code"), ("warehouse", "warehouse__code")):
            if value := query.text(request, name):
                found = found.filter(_named(name, key, value))
        if value := query.text(request, "product"):
            found = found.filter(_named("lines__product", "lines__product__sku", value)).distinct()
        if value := query.text(request, "lot"):
            found = found.filter(orders.with_lot(value))
        if day := query.date(request, "due_before"):
            found = found.filter(delivery_date__lt=day)
        if day := query.date(request, "due_after"):
            found = found.filter(delivery_date__gt=day)
        if (flag := query.boolean(request, "open")) is not None:
            found = found.filter(status__in=OPEN) if flag else found.exclude(status__in=OPEN)
        if value := query.choice(request, "allocation", orders.ALLOCATIONS):
            found = orders.with_allocation(found, value)
        if value := query.text(request, "search", max_length=query.MAX_SEARCH):
            found = orders.matching(found, value)
        return found


def _named(field: str, key: str, value: str) -> Q:
    """A filter on a thing by its natural key or its id."""
    condition = Q(**{key: value})
    if value.isascii() and value.isdecimal() and len(value) <= 19 and int(value) <= MAX_ID:
        condition |= Q(**{field: int(value)})
    return condition


class OrdersSummary(View):
    """How many orders stand where."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}

    def get(self, request: Request) -> Response:
        query.check_known(request, "warehouse")
        warehouse = query.text(request, "warehouse")
        return Response(orders.summary(self.actor, warehouse_ids(warehouse) if warehouse else None))


class Preview(OrderView):
    """What an order would come to and what is there for it. Writes nothing."""

    permission: ClassVar[dict[str, str]] = {"POST": "sales.change"}
    body = PreviewBody
    transactional = False

    def post(self, request: Request) -> Response:
        made = draft(asked_order(self.read(request)), actor=self.actor)
        return Response(allocation.preview(made, self.actor))


class OneOrder(OrderView):
    """One order with everything that belongs to it."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view", "PATCH": "sales.change"}
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


class OrderAllocation(OrderView):
    """What was considered for each line, and why lots were passed over."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}

    def get(self, request: Request, pk: str) -> Response:
        found = SalesOrder.objects.select_related("warehouse").get(pk=orders.find_order(pk, self.actor))
        return Response(allocation.order_allocation(found, self.actor))


class OrderHistory(OrderView):
    """Who did what with an order, newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}

    def get(self, request: Request, pk: str) -> Response:
        found = SalesOrder.objects.get(pk=orders.find_order(pk, self.actor))
        return Response(history.order_history(found, self.actor))


class _Change(OrderView):
    permission: ClassVar[dict[str, str]] = {"POST": "sales.change"}


class Confirm(_Change):
    """A draft is agreed."""

    body = Nothing

    def post(self, request: Request, pk: str) -> Response:
        self.read(request)
        return self.answer(operations.confirm(actor=self.actor, order=pk, at=now()))


class Reopen(_Change):
    """A confirmed order becomes a draft again."""

    def post(self, request: Request, pk: str) -> Response:
        self.read(request)
        return self.answer(operations.reopen(actor=self.actor, order=pk, at=now()))


class Allocate(_Change):
    """Stock is promised to an order."""

    body = AllocateBody

    def post(self, request: Request, pk: str) -> Response:
        return self.answer(operations.allocate(actor=self.actor, order=pk, at=now(), **self.read(request)))


class Deallocate(_Change):
    """Promises are given back."""

    body = DeallocateBody

    def post(self, request: Request, pk: str) -> Response:
        return self.answer(operations.deallocate(actor=self.actor, order=pk, at=now(), **self.read(request)))


class Cancel(_Change):
    """What is still owed is given up."""

    body = CancelBody

    def post(self, request: Request, pk: str) -> Response:
        return self.answer(operations.cancel(actor=self.actor, order=pk, at=now(), **self.read(request)))


class Close(_Change):
    """A shipped order is done with."""

    def post(self, request: Request, pk: str) -> Response:
        self.read(request)
        return self.answer(operations.close(actor=self.actor, order=pk, at=now()))


class Pin(OrderView):
    """A lot is promised by hand."""

    permission: ClassVar[dict[str, str]] = {"POST": "sales.pin"}
    body = PinBody

    def post(self, request: Request, pk: str) -> Response:
        return self.answer(operations.pin(actor=self.actor, order=pk, at=now(), **self.read(request)))


class Swap(OrderView):
    """One lot is promised instead of another."""

    permission: ClassVar[dict[str, str]] = {"POST": "sales.pin"}
    body = SwapBody

    def post(self, request: Request, pk: str) -> Response:
        return self.answer(operations.swap(actor=self.actor, order=pk, at=now(), **self.read(request)))
