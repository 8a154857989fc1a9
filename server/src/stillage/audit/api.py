"""Reading the audit trail."""

from typing import Any, ClassVar

import orjson
from django.db.models import Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.audit.models import Entry
from stillage.rest import paging, query
from stillage.rest.paging import Ordering
from stillage.rest.views import View


class AuditList(View):
    """Who did what to what, newest first. Entries of a warehouse are for those who work there."""

    permission: ClassVar[dict[str, str]] = {"GET": "audit.view"}
    orderings: ClassVar[dict[str, Ordering]] = {"id": Ordering(("id",)), "at": Ordering(("at", "id"))}

    def get(self, request: Request) -> Response:
        query.check_known(request, "user", "action", "object_type", "object_id", "since", "until", "search")
        found: QuerySet[Entry, Any] = Entry.objects.all()
        scope = self.actor.warehouse_ids
        if scope is not None:
            found = found.filter(Q(warehouse_id__isnull=True) | Q(warehouse_id__in=scope))
        if user := query.text(request, "user"):
            condition = Q(username=user)
            if user.isascii() and user.isdecimal() and len(user) < 19:
                condition |= Q(user_id=int(user))
            found = found.filter(condition)
        for name in ("action", "object_type", "object_id"):
            if value := query.text(request, name):
                found = found.filter(**{name: value})
        if at := query.instant(request, "since"):
            found = found.filter(at__gte=at)
        if at := query.instant(request, "until"):
            found = found.filter(at__lt=at)
        for word in query.words(request):
            found = found.filter(
                Q(object_label__icontains=word) | Q(username__icontains=word) | Q(action__icontains=word)
            )
        return Response(
            paging.page(
                request,
                found,
                orderings=self.orderings,
                default="-id",
                present=lambda rows: [shown(row, with_cost=self.actor.can("cost.view")) for row in rows],
            )
        )


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
