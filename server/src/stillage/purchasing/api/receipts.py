"""Endpoints: deliveries at the dock, from the first scan to the last."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.purchasing import operations
from stillage.purchasing.dock import TakenIn
from stillage.purchasing.models import ReceiptStatus
from stillage.purchasing.operations.close_receipt import SHORT, WAIT
from stillage.purchasing.queries import receipts
from stillage.purchasing.receiving import OUTCOMES
from stillage.rest import paging, query
from stillage.rest.fields import Date, Integer, Money, Reference, Strict, Text
from stillage.rest.lists import Id, Lines, named
from stillage.rest.paging import Ordering
from stillage.rest.steps import Nothing, reader
from stillage.rest.views import View

MAX_SCANS = 2_000


class ScanLines(Lines):
    """A single scan, or a whole delivery at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": MAX_SCANS, **kwargs})


class Outcome(serializers.ChoiceField):
    """What becomes of the part that is not as it was asked for."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"choices": OUTCOMES, "required": False, **kwargs})


class ScanLine(Strict):
    product = Reference(max_length=40, required=False, allow_null=True)
    pack = Reference(max_length=60, required=False, allow_null=True)
    lot = Reference(max_length=20, required=False, allow_null=True)
    expiry_date = Date(required=False, allow_null=True)
    best_before_date = Date(required=False, allow_null=True)
    production_date = Date(required=False, allow_null=True)
    quantity = Integer(min_value=1, required=False, allow_null=True)
    quantity_packs = Integer(min_value=1, max_value=1_000_000, required=False, allow_null=True)
    condition = serializers.ChoiceField(choices=("ok", "damaged"), required=False)
    outcome = Outcome()
    note = Text(max_length=200, required=False, allow_blank=True)
    unit_cost = Money(required=False, allow_null=True)
    order_line = Id(required=False, allow_null=True)

    class Meta:
        list_serializer_class = ScanLines


class OpenBody(Strict):
    warehouse = Reference(max_length=20, required=False, allow_null=True)
    supplier = Reference(max_length=40, required=False, allow_null=True)
    purchase_order = Reference(max_length=20, required=False, allow_null=True)
    notice = Reference(max_length=60, required=False, allow_null=True)
    location = Reference(max_length=61, required=False, allow_null=True)
    delivery_note = Text(max_length=80, required=False, allow_blank=True)


class ReceiveBody(Strict):
    location = Reference(max_length=61, required=False, allow_null=True)
    lines = ScanLine(many=True)


class ReceiveOrderBody(ReceiveBody):
    delivery_note = Text(max_length=80, required=False, allow_blank=True)


class ReceiveUnitBody(Strict):
    sscc = Text(max_length=40)
    location = Reference(max_length=61, required=False, allow_null=True)
    outcome = Outcome()


class UndoBody(Strict):
    operation_id = serializers.UUIDField()


class CloseBody(Strict):
    rest = serializers.ChoiceField(choices=(WAIT, SHORT), required=False)


class _ReceiptView(View):
    """Reads a body strictly and answers the whole delivery."""

    body: ClassVar[type[Strict]] = Nothing

    def read(self, request: Request) -> dict[str, Any]:
        return dict(reader(self.body).run_validation(request.data))

    def answer(self, pk: int, *, status: int = 200, most: int | None = receipts.MOST_KEPT) -> Response:
        """The delivery; of a very long one the newest rows, unless it is read."""
        found = receipts.receipt_answer(pk, actor=self.actor, most=most)
        return Response(found, status=status, headers={"ETag": f'"{found["version"]}"'})

    def booked(self, done: TakenIn) -> Response:
        """What one call booked, and what is expected still."""
        return Response(receipts.intake_answer(done, actor=self.actor), status=201)


class Receipts(_ReceiptView):
    """Deliveries to the warehouses one works in, the newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view", "POST": "receipts.run"}
    body = OpenBody
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "number": Ordering(("number",)),
        "status": Ordering(("status", "id")),
        "opened_at": Ordering(("opened_at", "id")),
        "supplier": Ordering(("supplier__name", "id")),
    }

    def get(self, request: Request) -> Response:
        query.check_known(request, "status", "supplier", "warehouse", "purchase_order", "notice", "search")
        found = receipts.receipts(self.actor)
        if value := query.choice(request, "status", tuple(ReceiptStatus.values)):
            found = found.filter(status=value)
        for name, field, key in (
            ("supplier", "supplier", "supplier__code"),
            ("warehouse", "warehouse", "warehouse__code"),
            ("purchase_order", "order", "order__number"),
            ("notice", "notice", "notice__despatch_number"),
        ):
            if value := query.text(request, name):
                found = found.filter(named(field, key, value))
        return Response(
            paging.page(
                request,
                receipts.matching(found, query.words(request)),
                orderings=self.orderings,
                default="-id",
                present=lambda rows: [receipts.shown_receipt(row) for row in rows],
            )
        )

    def post(self, request: Request) -> Response:
        delivery = operations.Delivery(**self.read(request))
        made = operations.open_receipt(actor=self.actor, delivery=delivery, at=now())
        return self.answer(made.pk, status=201)


class OneReceipt(_ReceiptView):
    """One delivery: what is expected, what was booked, what was not as asked for."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view"}

    def get(self, request: Request, pk: str) -> Response:
        return self.answer(receipts.find_receipt(pk, actor=self.actor).pk, most=None)


class ReceiptHistory(_ReceiptView):
    """Who did what with a delivery."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view"}

    def get(self, request: Request, pk: str) -> Response:
        found = receipts.find_receipt(pk, actor=self.actor)
        return Response(receipts.receipt_history(found, actor=self.actor))


class _Run(_ReceiptView):
    permission: ClassVar[dict[str, str]] = {"POST": "receipts.run"}


class Receive(_Run):
    """Units come off the truck."""

    body = ReceiveBody

    def post(self, request: Request, pk: str) -> Response:
        given = self.read(request)
        lines = [operations.Scanned(**line) for line in given.pop("lines")]
        return self.booked(operations.receive(actor=self.actor, receipt=pk, lines=lines, at=now(), **given))


class ReceiveOrder(_Run):
    """The same against an order, with its open receipt or a new one."""

    body = ReceiveOrderBody

    def post(self, request: Request, pk: str) -> Response:
        given = self.read(request)
        lines = [operations.Scanned(**line) for line in given.pop("lines")]
        done = operations.receive_order(actor=self.actor, order=pk, lines=lines, at=now(), **given)
        return self.booked(done)


class ReceiveUnit(_Run):
    """A whole pallet that was announced, by its SSCC."""

    body = ReceiveUnitBody

    def post(self, request: Request, pk: str) -> Response:
        given = self.read(request)
        return self.booked(operations.receive_unit(actor=self.actor, receipt=pk, at=now(), **given))


class UndoReceive(_Run):
    """A booking was wrong."""

    body = UndoBody

    def post(self, request: Request, pk: str) -> Response:
        given = self.read(request)
        done = operations.undo_receive(actor=self.actor, receipt=pk, at=now(), **given)
        return self.answer(done.pk)


class CloseReceipt(_Run):
    """The truck is empty."""

    body = CloseBody

    def post(self, request: Request, pk: str) -> Response:
        done = operations.close_receipt(actor=self.actor, receipt=pk, at=now(), **self.read(request))
        return self.answer(done.pk)
