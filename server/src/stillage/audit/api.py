"""Reading the audit trail."""

from typing import Any, ClassVar

import orjson
from django.db.models import Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.audit.models import Entry
from stillage.core.actor import Actor
from stillage.rest import paging, query
from stillage.rest.paging import Ordering
from stillage.rest.views import View

PARAMETERS = (
    "user",
    "user_id",
    "action",
    "object_type",
    "object_id",
    "object",
    "since",
    "until",
    "search",
)


def filtered(request: Request, actor: Actor) -> QuerySet[Entry, Any]:
    """The entries that are asked for, of those this actor may see: a warehouse's are for those who work there."""
    found: QuerySet[Entry, Any] = Entry.objects.all()
    if actor.warehouse_ids is not None:
        found = found.filter(Q(warehouse_id__isnull=True) | Q(warehouse_id__in=actor.warehouse_ids))
    if user := query.text(request, "user"):
        condition = Q(username=user)
        if user.isascii() and user.isdecimal() and len(user) < 19:
            condition |= Q(user_id=int(user))
        found = found.filter(condition)
    if (pk := query.integer(request, "user_id")) is not None:
        found = found.filter(user_id=pk)
    for name in ("action", "object_type", "object_id"):
        if value := query.text(request, name):
            found = found.filter(**{name: value})
    if label := query.text(request, "object"):
        found = found.filter(object_label__icontains=label)
    if at := query.instant(request, "since"):
        found = found.filter(at__gte=at)
    if at := query.instant(request, "until"):
        found = found.filter(at__lt=at)
    for word in query.words(request):
        found = found.filter(
            Q(object_label__icontains=word) | Q(username__icontains=word) | Q(action__icontains=word)
        )
    return found


class AuditList(View):
    """Who did what to what, newest first. Entries of a warehouse are for those who work there."""

    permission: ClassVar[dict[str, str]] = {"GET": "audit.view"}
    orderings: ClassVar[dict[str, Ordering]] = {"id": Ordering(("id",)), "at": Ordering(("at", "id"))}
    parameters: ClassVar[tuple[str, ...]] = PARAMETERS

    def get(self, request: Request) -> Response:
        query.check_known(request, *self.parameters)
        return Response(
            paging.page(
                request,
                self.found(request),
                orderings=self.orderings,
                default="-id",
                present=self.shown,
            )
        )

    def found(self, request: Request) -> QuerySet[Entry, Any]:
        """The entries that are asked for."""
        return filtered(request, self.actor)

    def shown(self, rows: list[Entry]) -> list[dict[str, Any]]:
        """A page of them as the API answers it."""
        return [shown(row, with_cost=self.actor.can("cost.view")) for row in rows]


def shown(entry: Entry, *, with_cost: bool) -> dict[str, Any]:
    """An entry as the API answers it; costs only for those who may see them."""
    return {
        "id": entry.pk,
        "at": entry.at,
        "user": entry.username,
        "user_id": entry.user_id,
        "action": entry.action,
        "object_type": entry.object_type,
        "object_id": entry.object_id,
        "object": entry.object_label,
        "before": _opened(entry.before, with_cost=with_cost),
        "after": _opened(entry.after, with_cost=with_cost),
        "address": entry.address,
        "request_id": entry.request_id,
    }


def _opened(text: str | None, *, with_cost: bool) -> Any:
    value = None if text is None else orjson.loads(text)
    if isinstance(value, dict) and not with_cost:
        return {name: one for name, one in value.items() if "cost" not in name}
    return value
