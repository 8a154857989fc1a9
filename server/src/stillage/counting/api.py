"""Endpoints: counts from laid out to closed, what to count next, and how right the book was."""

from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.core.errors import NotFound
from stillage.counting import operations
from stillage.counting.locking import find_count
from stillage.counting.models import Count, CountMethod, CountPlace, CountStatus, LineOutcome
from stillage.counting.queries import counts
from stillage.counting.queries import papers as gathered
from stillage.counting.queries.accuracy import WAYS, accuracy
from stillage.counting.queries.suggestions import suggestions
from stillage.documents import papers
from stillage.rest import paging, query
from stillage.rest.fields import Boolean, Date, Integer, Money, Percent, Reference, Strict, Text
from stillage.rest.lists import Id, Lines, named
from stillage.rest.paging import Ordering
from stillage.rest.papers import PaperView, pdf
from stillage.rest.steps import Nothing, reader
from stillage.rest.views import View
from stillage.stock.look import look_of
from stillage.stock.queries import named_warehouse_days, warehouse_days

MAX_NAMED = 5_000


class _References(serializers.ListField):
    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        child = Reference(max_length=max_length)
        super().__init__(child=child, **{"required": False, "max_length": MAX_NAMED, **kwargs})


class OpenBody(Strict):
    warehouse = Reference(max_length=20)
    method = serializers.ChoiceField(choices=CountMethod.values)
    locations = _References(max_length=61)
    zone = Text(max_length=40, required=False, allow_blank=True)
    products = _References(max_length=40)
    abc_class = serializers.ChoiceField(choices=("A", "B", "C"), required=False)
    limit_places = Integer(min_value=1, required=False, allow_null=True)
    blind = Boolean(required=False)
    recount = Boolean(required=False)
    tolerance_units = Integer(min_value=0, required=False)
    tolerance_percent = Percent(required=False)
    tolerance_value = Money(decimal_places=2, required=False, allow_null=True)
    note = Text(max_length=200, required=False, allow_blank=True)


class ClaimBody(Strict):
    location = Reference(max_length=61)
    take_over = Boolean(required=False)


class SeenLine(Strict):
    product = Reference(max_length=40, required=False, allow_null=True)
    pack = Reference(max_length=14, required=False, allow_null=True)
    lot = Reference(max_length=20, required=False, allow_null=True)
    expiry_date = Date(required=False, allow_null=True)
    best_before_date = Date(required=False, allow_null=True)
    quantity = Integer(min_value=0, required=False, allow_null=True)
    quantity_packs = Integer(min_value=0, required=False, allow_null=True)
    mode = serializers.ChoiceField(choices=("set", "add"), required=False)
    counted_at = serializers.DateTimeField(required=False, allow_null=True)

    class Meta:
        list_serializer_class = Lines


class EnterBody(Strict):
    location = Reference(max_length=61)
    lines = SeenLine(many=True)


class RemoveBody(Strict):
    location = Reference(max_length=61)
    product = Reference(max_length=40)
    lot = Reference(max_length=20, required=False, allow_null=True)


class DoneBody(Strict):
    location = Reference(max_length=61)
    not_seen = serializers.ChoiceField(choices=("zero",), required=False, allow_null=True)


class SubmitBody(Strict):
    skip_rest = Boolean(required=False)


class _Ids(serializers.ListField):
    child = Id()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": MAX_NAMED, "allow_empty": False, **kwargs})


class ApproveBody(Strict):
    lines = _Ids(required=False, allow_null=True)
    free_promises = Boolean(required=False)


class RejectBody(Strict):
    lines = _Ids()
    action = serializers.ChoiceField(choices=("recount", "dismiss"))
    reason = Text(max_length=200, required=False, allow_blank=True)


class CancelBody(Strict):
    reason = Text(max_length=200, required=False, allow_blank=True)


class _CountView(View):
    """Reads a body strictly and answers the whole count, or one place of it."""

    body: ClassVar[type[Strict]] = Nothing

    def read(self, request: Request) -> dict[str, Any]:
        return dict(reader(self.body).run_validation(request.data))

    def answer(self, one: Count, *, status: int = 200) -> Response:
        found = counts.count_answer(one.pk, actor=self.actor)
        return Response(found, status=status, headers={"ETag": f'"{found["version"]}"'})

    def place(self, place: CountPlace) -> Response:
        return Response(counts.place_answer(place, actor=self.actor))


class Counts(_CountView):
    """Counts of the warehouses one works in, the newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "counts.view", "POST": "counts.change"}
    body = OpenBody
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "number": Ordering(("number",)),
        "status": Ordering(("status", "id")),
        "created_at": Ordering(("created_at", "id")),
    }

    def get(self, request: Request) -> Response:
        query.check_known(request, "status", "warehouse", "method", "search")
        found = counts.counts(self.actor)
        if value := query.choice(request, "status", tuple(CountStatus.values)):
            found = found.filter(status=value)
        if value := query.choice(request, "method", tuple(CountMethod.values)):
            found = found.filter(method=value)
        if value := query.text(request, "warehouse"):
            found = found.filter(named("warehouse", "warehouse__code", value))
        if value := query.text(request, "search", max_length=query.MAX_SEARCH):
            found = counts.with_word(found, value)
        return Response(
            paging.page(
                request,
                found,
                orderings=self.orderings,
                default="-id",
                present=lambda rows: [counts.shown_count(row) for row in rows],
            )
        )

    def post(self, request: Request) -> Response:
        asked = operations.Asked(**self.read(request))
        return self.answer(operations.open_count(actor=self.actor, asked=asked, at=now()), status=201)


class Suggestions(View):
    """What to count next in a warehouse."""

    permission: ClassVar[dict[str, str]] = {"GET": "counts.view"}

    def get(self, request: Request) -> Response:
        query.check_known(request, "warehouse")
        reference = query.text(request, "warehouse")
        if reference is None:
            raise paging.unreadable("warehouse", "Say for which warehouse.")
        found = named_warehouse_days(self.actor, reference)
        if not found:
            raise NotFound("There is nothing of that name.")
        return Response(suggestions(next(iter(found)), at=now()))


class Accuracy(View):
    """How right the book was."""

    permission: ClassVar[dict[str, str]] = {"GET": "counts.view"}

    def get(self, request: Request) -> Response:
        query.check_known(request, "warehouse", "since", "until", "by")
        reference = query.text(request, "warehouse")
        days = named_warehouse_days(self.actor, reference) if reference else warehouse_days(self.actor)
        rows = accuracy(
            sorted(days),
            way=query.choice(request, "by", WAYS) or "month",
            since=query.date(request, "since"),
            until=query.date(request, "until"),
            actor=self.actor,
        )
        return Response({"results": rows})


class OneCount(_CountView):
    """One count with its places and lines; of one place or outcome, where asked."""

    permission: ClassVar[dict[str, str]] = {"GET": "counts.view"}

    def get(self, request: Request, pk: str) -> Response:
        query.check_known(request, "location", "outcome")
        found = counts.count_answer(
            find_count(pk, actor=self.actor).pk,
            actor=self.actor,
            location=query.text(request, "location"),
            outcome=query.choice(request, "outcome", tuple(LineOutcome.values)),
        )
        return Response(found, headers={"ETag": f'"{found["version"]}"'})


class CountHistory(_CountView):
    """Who did what with a count, newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "counts.view"}

    def get(self, request: Request, pk: str) -> Response:
        return Response(counts.count_history(find_count(pk, actor=self.actor), self.actor))


class CountSheet(PaperView):
    """A sheet for counting with pen and paper."""

    permission: ClassVar[dict[str, str]] = {"GET": "counts.view"}

    def get(self, request: Request, pk: str) -> HttpResponse:
        look = look_of(self.actor, **self.asked(request))
        one = find_count(pk, actor=self.actor)
        return pdf(papers.count_sheet(gathered.count_sheet(one, look)), f"{one.number}.pdf")


class Claim(_CountView):
    """A place is mine to count."""

    permission: ClassVar[dict[str, str]] = {"POST": "counts.run"}
    body = ClaimBody

    def post(self, request: Request, pk: str) -> Response:
        return self.place(operations.claim(actor=self.actor, count=pk, at=now(), **self.read(request)))


class Enter(_CountView):
    """What lies there."""

    permission: ClassVar[dict[str, str]] = {"POST": "counts.run"}
    body = EnterBody

    def post(self, request: Request, pk: str) -> Response:
        given = self.read(request)
        lines = [operations.Seen(**line) for line in given.pop("lines")]
        return self.place(operations.enter(actor=self.actor, count=pk, lines=lines, at=now(), **given))


class Remove(_CountView):
    """An entry is taken back."""

    permission: ClassVar[dict[str, str]] = {"POST": "counts.run"}
    body = RemoveBody

    def post(self, request: Request, pk: str) -> Response:
        return self.place(operations.remove(actor=self.actor, count=pk, at=now(), **self.read(request)))


class Done(_CountView):
    """A place is counted to its end."""

    permission: ClassVar[dict[str, str]] = {"POST": "counts.run"}
    body = DoneBody

    def post(self, request: Request, pk: str) -> Response:
        return self.place(operations.done(actor=self.actor, count=pk, at=now(), **self.read(request)))


class Submit(_CountView):
    """The counters are through."""

    permission: ClassVar[dict[str, str]] = {"POST": "counts.run"}
    body = SubmitBody

    def post(self, request: Request, pk: str) -> Response:
        return self.answer(operations.submit(actor=self.actor, count=pk, at=now(), **self.read(request)))


class Approve(_CountView):
    """Differences are booked."""

    permission: ClassVar[dict[str, str]] = {"POST": "counts.approve"}
    body = ApproveBody

    def post(self, request: Request, pk: str) -> Response:
        return self.answer(operations.approve(actor=self.actor, count=pk, at=now(), **self.read(request)))


class Reject(_CountView):
    """Differences are not believed."""

    permission: ClassVar[dict[str, str]] = {"POST": "counts.approve"}
    body = RejectBody

    def post(self, request: Request, pk: str) -> Response:
        return self.answer(operations.reject(actor=self.actor, count=pk, at=now(), **self.read(request)))


class Cancel(_CountView):
    """A count is given up."""

    permission: ClassVar[dict[str, str]] = {"POST": "counts.change"}
    body = CancelBody

    def post(self, request: Request, pk: str) -> Response:
        return self.answer(operations.cancel(actor=self.actor, count=pk, at=now(), **self.read(request)))
