"""Endpoints: what suppliers say is on its way."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.purchasing import operations
from stillage.purchasing.announcing import MAX_LINES, NoticeAsked, NoticeLineAsked, UnitAsked
from stillage.purchasing.models import NoticeStatus
from stillage.purchasing.queries import notices
from stillage.purchasing.queries.receipts import MOST_KEPT
from stillage.rest import paging, query
from stillage.rest.fields import Date, Integer, Reference, Strict, Text
from stillage.rest.lists import Lines, named
from stillage.rest.paging import Ordering
from stillage.rest.steps import Nothing, reader
from stillage.rest.views import View

MAX_UNITS = 1_000


class _NoticeLines(Lines):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": MAX_LINES, **kwargs})


class _Units(Lines):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": MAX_UNITS, **kwargs})


class NoticeLineBody(Strict):
    product = Reference(max_length=40, required=False, allow_null=True)
    gtin = Text(max_length=14, required=False, allow_null=True)
    lot = Text(max_length=20, required=False, allow_blank=True)
    expiry_date = Date(required=False, allow_null=True)
    best_before_date = Date(required=False, allow_null=True)
    production_date = Date(required=False, allow_null=True)
    quantity = Integer(min_value=1)

    class Meta:
        list_serializer_class = _NoticeLines


class UnitBody(Strict):
    sscc = Text(max_length=40)
    lines = NoticeLineBody(many=True)

    class Meta:
        list_serializer_class = _Units


class NoticeBody(Strict):
    supplier = Reference(max_length=40)
    warehouse = Reference(max_length=20)
    despatch_number = Text(max_length=60)
    purchase_order = Reference(max_length=20, required=False, allow_null=True)
    expected_date = Date(required=False, allow_null=True)
    units = UnitBody(many=True, required=False)
    lines = NoticeLineBody(many=True, required=False)


class CancelBody(Strict):
    reason = Text(max_length=200, required=False, allow_blank=True)


class _NoticeView(View):
    body: ClassVar[type[Strict]] = Nothing

    def read(self, request: Request) -> dict[str, Any]:
        return dict(reader(self.body).run_validation(request.data))

    def answer(self, pk: int, *, status: int = 200, most: int | None = MOST_KEPT) -> Response:
        """The notice; a very long one without its lines, unless it is read."""
        found = notices.notice_answer(pk, actor=self.actor, most=most)
        return Response(found, status=status, headers={"ETag": f'"{found["version"]}"'})


class AdvanceNotices(_NoticeView):
    """Advance notices for the warehouses one works in, the newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view", "POST": "buying.change"}
    body = NoticeBody
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "despatch_number": Ordering(("despatch_number", "id")),
        "status": Ordering(("status", "id")),
        "supplier": Ordering(("supplier__name", "id")),
        "created_at": Ordering(("created_at", "id")),
    }

    def get(self, request: Request) -> Response:
        query.check_known(request, "status", "supplier", "warehouse", "purchase_order", "search")
        found = notices.notices(self.actor)
        if value := query.choice(request, "status", tuple(NoticeStatus.values)):
            found = found.filter(status=value)
        for name, field, key in (
            ("supplier", "supplier", "supplier__code"),
            ("warehouse", "warehouse", "warehouse__code"),
            ("purchase_order", "order", "order__number"),
        ):
            if value := query.text(request, name):
                found = found.filter(named(field, key, value))
        return Response(
            paging.page(
                request,
                notices.matching(found, query.words(request)),
                orderings=self.orderings,
                default="-id",
                present=lambda rows: [notices.shown_notice(row) for row in rows],
            )
        )

    def post(self, request: Request) -> Response:
        made = operations.create_notice(actor=self.actor, asked=asked(self.read(request)), at=now())
        return self.answer(made.pk, status=201)


def asked(given: dict[str, Any]) -> NoticeAsked:
    """A body that was read, as the operation takes it."""
    units = [
        UnitAsked(sscc=unit["sscc"], lines=[NoticeLineAsked(**line) for line in unit["lines"]])
        for unit in given.get("units", ())
    ]
    lines = [NoticeLineAsked(**line) for line in given.get("lines", ())]
    return NoticeAsked(**{**given, "units": units, "lines": lines})


class OneAdvanceNotice(_NoticeView):
    """One notice with its pallets and loose lines."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view"}

    def get(self, request: Request, pk: str) -> Response:
        return self.answer(notices.find_notice(pk, actor=self.actor), most=None)


class AdvanceNoticeHistory(_NoticeView):
    """Who did what with a notice."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view"}

    def get(self, request: Request, pk: str) -> Response:
        found = notices.find_notice(pk, actor=self.actor)
        return Response(notices.notice_history(found, actor=self.actor))


class CancelNotice(_NoticeView):
    """It does not come."""

    permission: ClassVar[dict[str, str]] = {"POST": "buying.change"}
    body = CancelBody

    def post(self, request: Request, pk: str) -> Response:
        done = operations.cancel_notice(actor=self.actor, notice=pk, at=now(), **self.read(request))
        return self.answer(done.pk)
