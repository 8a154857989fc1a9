"""Endpoints: what deliveries were not as asked for, until it is settled with the supplier."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.core.errors import NotFound
from stillage.purchasing import operations
from stillage.purchasing.models import DiscrepancyKind
from stillage.purchasing.queries import discrepancies
from stillage.rest import paging, query
from stillage.rest.fields import MAX_ID, Strict, Text
from stillage.rest.lists import named
from stillage.rest.paging import Ordering
from stillage.rest.steps import reader
from stillage.rest.views import View


class SettleBody(Strict):
    settlement = Text(max_length=200)


class Discrepancies(View):
    """Discrepancies, the newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view"}
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "found_at": Ordering(("found_at", "id")),
    }

    def get(self, request: Request) -> Response:
        query.check_known(request, "supplier", "receipt", "warehouse", "kind", "open", "search")
        found = discrepancies.discrepancies(self.actor)
        if value := query.choice(request, "kind", tuple(DiscrepancyKind.values)):
            found = found.filter(kind=value)
        for name, field, key in (
            ("supplier", "receipt__supplier", "receipt__supplier__code"),
            ("receipt", "receipt", "receipt__number"),
            ("warehouse", "receipt__warehouse", "receipt__warehouse__code"),
        ):
            if value := query.text(request, name):
                found = found.filter(named(field, key, value))
        if (flag := query.boolean(request, "open")) is not None:
            found = found.filter(discrepancies.OPEN) if flag else found.exclude(discrepancies.OPEN)
        return Response(
            paging.page(
                request,
                discrepancies.matching(found, query.words(request)),
                orderings=self.orderings,
                default="-id",
                present=discrepancies.shown_rows,
            )
        )


class SettleDiscrepancy(View):
    """It was settled with the supplier."""

    permission: ClassVar[dict[str, str]] = {"POST": "receipts.decide"}

    def post(self, request: Request, pk: str) -> Response:
        given = dict(reader(SettleBody).run_validation(request.data))
        if not (pk.isascii() and pk.isdecimal() and int(pk[:20]) <= MAX_ID):
            raise NotFound("There is nothing of that name.")
        done = operations.settle(actor=self.actor, discrepancy=int(pk), at=now(), **given)
        (found,) = discrepancies.shown_rows(list(discrepancies.discrepancies(self.actor).filter(pk=done.pk)))
        return Response(found)
