"""Endpoints: packing, shipping, what was shipped, and the units it left on."""

from typing import ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.core.errors import NotFound
from stillage.rest import paging, query
from stillage.rest.fields import Date, Integer, Reference, Strict, Text
from stillage.rest.lists import Id, Lines, named
from stillage.rest.paging import Ordering
from stillage.rest.steps import Nothing
from stillage.sales import operations
from stillage.sales.api.steps import OrderView
from stillage.sales.models import HandlingUnitKind, Shipment
from stillage.sales.operations.ship import BACKORDER, CANCEL
from stillage.sales.queries import shipping
from stillage.sales.queries.orders import order_answer, sscc_in


class UnitLineBody(Strict):
    line = Id()
    lot = Reference(max_length=20, required=False, allow_null=True)
    quantity = Integer(min_value=1)

    class Meta:
        list_serializer_class = Lines


class UnitBody(Strict):
    kind = serializers.ChoiceField(choices=HandlingUnitKind.values)
    lines = UnitLineBody(many=True)

    class Meta:
        list_serializer_class = Lines


class PackBody(Strict):
    units = UnitBody(  # type: ignore[call-arg] # DRF hands these to the list
        many=True, required=False, allow_null=True, allow_empty=True, min_length=0
    )


class ShipBody(Strict):
    delivery_date = Date(required=False, allow_null=True)
    carrier = Text(max_length=80, required=False, allow_blank=True)
    tracking_number = Text(max_length=80, required=False, allow_blank=True)
    rest = serializers.ChoiceField(choices=(BACKORDER, CANCEL), required=False)


class Pack(OrderView):
    """Picked goods are made ready for the truck."""

    permission: ClassVar[dict[str, str]] = {"POST": "shipping.run"}
    body = PackBody

    def post(self, request: Request, pk: str) -> Response:
        units = [
            operations.Unit(unit["kind"], [operations.UnitLine(**line) for line in unit["lines"]])
            for unit in self.read(request).get("units") or []
        ]
        return self.answer(operations.pack(actor=self.actor, order=pk, units=units, at=now()))


class Unpack(OrderView):
    """A packed order is opened again."""

    permission: ClassVar[dict[str, str]] = {"POST": "shipping.run"}
    body = Nothing

    def post(self, request: Request, pk: str) -> Response:
        self.read(request)
        return self.answer(operations.unpack(actor=self.actor, order=pk, at=now()))


class Ship(OrderView):
    """A packed order leaves."""

    permission: ClassVar[dict[str, str]] = {"POST": "shipping.run"}
    body = ShipBody

    def post(self, request: Request, pk: str) -> Response:
        done = operations.ship(actor=self.actor, order=pk, at=now(), **self.read(request))
        made = shipping.find_shipment(done.pk, actor=self.actor)
        answer = {
            "shipment": shipping.shipment_answer(made),
            "order": order_answer(done.order_id, self.actor),
        }
        return Response(answer, status=201)


# ---- reading ------------------------------------------------------------------------------------
class Shipments(OrderView):
    """What left the warehouses one works in, the newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "number": Ordering(("number",)),
        "shipped_at": Ordering(("shipped_at", "id")),
        "delivery_date": Ordering(("delivery_date", "id")),
        "customer": Ordering(("customer_name", "id")),
    }

    def get(self, request: Request) -> Response:
        query.check_known(
            request, "customer", "order", "warehouse", "lot", "product", "search", "since", "until"
        )
        return Response(
            paging.page(
                request,
                self.asked(request),
                orderings=self.orderings,
                default="-id",
                present=lambda rows: [shipping.shown_shipment(row) for row in rows],
            )
        )

    def asked(self, request: Request) -> QuerySet[Shipment, Shipment]:
        found = shipping.shipments(self.actor)
        for name, field, key in (
            ("customer", "order__customer", "order__customer__code"),
            ("order", "order", "order__number"),
            ("warehouse", "warehouse", "warehouse__code"),
        ):
            if value := query.text(request, name):
                found = found.filter(named(field, key, value))
        if value := query.text(request, "lot"):
            found = found.filter(pk__in=shipping.with_line(named("lot", "lot_number", value)))
        if value := query.text(request, "product"):
            found = found.filter(pk__in=shipping.with_line(named("product", "sku", value)))
        if at := query.instant(request, "since"):
            found = found.filter(shipped_at__gte=at)
        if at := query.instant(request, "until"):
            found = found.filter(shipped_at__lt=at)
        if value := query.text(request, "search", max_length=query.MAX_SEARCH):
            found = shipping.with_word(found, value)
        return found


class OneShipment(OrderView):
    """One delivery with its frozen lines."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}

    def get(self, request: Request, pk: str) -> Response:
        return Response(shipping.shipment_answer(shipping.find_shipment(pk, actor=self.actor)))


class HandlingUnits(OrderView):
    """Pallets and cartons, the newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}
    orderings: ClassVar[dict[str, Ordering]] = {"id": Ordering(("id",)), "sscc": Ordering(("sscc",))}

    def get(self, request: Request) -> Response:
        query.check_known(request, "order", "shipment", "sscc")
        found = shipping.units(self.actor)
        if value := query.text(request, "order"):
            found = found.filter(named("order", "order__number", value))
        if value := query.text(request, "shipment"):
            found = found.filter(named("shipment", "shipment__number", value))
        if value := query.text(request, "sscc"):
            found = found.filter(sscc=sscc_in(value) or "-")
        return Response(
            paging.page(request, found, orderings=self.orderings, default="-id", present=shipping.shown_units)
        )


class OneHandlingUnit(OrderView):
    """One pallet by its SSCC, as it is scanned or typed."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}

    def get(self, request: Request, pk: str) -> Response:
        number = sscc_in(pk)
        if number is None:
            raise NotFound("There is nothing of that name.")
        rows = shipping.shown_units(shipping.units(self.actor).filter(sscc=number))
        if not rows:
            raise NotFound("There is nothing of that name.")
        return Response(rows[0])
