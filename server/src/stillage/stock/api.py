"""Endpoints of the stock room: what is where, what may be sold, and the operations on it."""

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.core.errors import NotFound
from stillage.places.api import LocationViewSet
from stillage.places.models import PHYSICAL, Location
from stillage.rest import paging, query
from stillage.rest.answers import Answer
from stillage.rest.fields import MAX_ID, Date, Integer, Money, Reference, Strict, Text
from stillage.rest.paging import Ordering
from stillage.rest.reading import reader
from stillage.rest.views import View
from stillage.stock import balance_list, operations, queries
from stillage.stock.costs import lot_costs
from stillage.stock.expiry import shown, status
from stillage.stock.models import Movement, MovementKind

COST_VIEW = "cost.view"
STATES = ("ok", "soon", "expired", "held")


def _named(prefix: str, value: str) -> Q:
    """A filter on a thing by its id or its natural key."""
    keys = {
        "product": "product__sku",
        "lot": "lot__number",
        "location": "location__full_code",
        "warehouse": "warehouse__code",
        "from_location": "from_location__full_code",
        "to_location": "to_location__full_code",
    }
    condition = Q(**{keys[prefix]: value})
    pk = _as_id(value)
    return condition if pk is None else condition | Q(**{f"{prefix}_id": pk})


# ---- reading ------------------------------------------------------------------------------------
class BalanceList(View):
    """Where every lot lies: one row a lot and location."""

    permission: ClassVar[dict[str, str]] = {"GET": "stock.view"}
    orderings: ClassVar[dict[str, int]] = {name: len(row) for name, row in balance_list.ORDERINGS.items()}
    parameters = (
        "product",
        "lot",
        "location",
        "warehouse",
        "category",
        "zone",
        "kind",
        "status",
        "search",
        "as_of",
        "empty",
    )

    def get(self, request: Request) -> HttpResponse:
        query.check_known(request, *self.parameters)
        wanted = paging.asked_for(request, self.orderings, "id")
        found = self.asked(request)
        rows = found.page(
            ordering=wanted.ordering, descending=wanted.descending, after=wanted.key, limit=wanted.limit + 1
        )
        answer: dict[str, Any] = {
            "results": balance_list.shown_rows(rows[: wanted.limit]),
            "next": None,
        }
        if len(rows) > wanted.limit:
            last = balance_list.key_of(rows[wanted.limit - 1], wanted.ordering)
            answer["next"] = paging.write_cursor(request, wanted.name, last)
        if request.query_params.get("count") == "true":
            counted = found.count(paging.COUNT_CAP + 1)
            answer["count"] = min(counted, paging.COUNT_CAP)
            answer["count_capped"] = counted > paging.COUNT_CAP
        return Answer(answer)

    def asked(self, request: Request) -> balance_list.Balances:
        found = balance_list.Balances(self.actor.warehouse_ids)
        if not request.query_params:
            found.in_stock()
            return found
        at = query.instant(request, "as_of", past=True)
        if at is not None:
            found.as_of(at)
        elif not query.boolean(request, "empty"):
            found.in_stock()
        for name in balance_list.KEYS:
            if value := query.text(request, name):
                found.of(name, value, _as_id(value))
        if value := query.text(request, "category"):
            found.in_category(value)
        if value := query.text(request, "zone"):
            found.in_zone(value)
        if value := query.choice(request, "kind", tuple(PHYSICAL)):
            found.of_kind(value)
        found.matching(query.words(request))
        if value := query.choice(request, "status", STATES):
            if value == "held":
                found.held()
            else:
                found.in_state(value, queries.warehouse_days(self.actor))
        return found


def _as_id(value: str) -> int | None:
    """The id that a reference may be; digits alone may be either."""
    return int(value) if value.isascii() and value.isdecimal() and int(value) <= MAX_ID else None


class LotList(View):
    """Lots, the first to go first."""

    permission: ClassVar[dict[str, str]] = {"GET": "stock.view"}
    orderings: ClassVar[dict[str, Ordering]] = {
        "expiry_date": Ordering(("last_sale_date", "id")),
        "lot": Ordering(("number", "id")),
        "id": Ordering(("id",)),
    }

    def get(self, request: Request) -> Response:
        query.check_known(request, "product", "search", "in_stock", "held", "expiring_before")
        actor = self.actor
        found: Any = queries.lots(actor)
        if value := query.text(request, "product"):
            found = found.filter(_named("product", value))
        if query.boolean(request, "in_stock"):
            found = found.filter(on_hand__gt=0)
        if (held := query.boolean(request, "held")) is not None:
            found = found.filter(held=held)
        if day := query.date(request, "expiring_before"):
            found = found.filter(last_sale_date__lt=day)
        for word in query.words(request):
            found = found.filter(
                Q(number__icontains=word) | Q(product__name__icontains=word) | Q(product__sku__icontains=word)
            )
        return Response(
            paging.page(
                request,
                found,
                orderings=self.orderings,
                default="expiry_date",
                present=lambda rows: shown_lots(rows, actor),
            )
        )


class LotOne(View):
    """One lot."""

    permission: ClassVar[dict[str, str]] = {"GET": "stock.view"}

    def get(self, request: Request, pk: str) -> Response:
        row = queries.lots(self.actor).filter(pk=int(pk)).first() if int(pk) <= MAX_ID else None
        if row is None:
            raise NotFound("There is nothing of that name.")
        return Response(shown_lots([row], self.actor)[0])


def shown_lots(found: list[Any], actor: Any) -> list[dict[str, Any]]:
    """Lots as the API answers them."""
    costs = lot_costs(lot.pk for lot in found) if found and actor.can(COST_VIEW) else {}
    day = min(queries.warehouse_days(actor).values(), default=now().date())
    return [
        {
            "id": lot.pk,
            "product": lot.product.sku,
            "product_id": lot.product_id,
            "product_name": lot.product.name,
            "lot": lot.number,
            "lot_id": lot.pk,
            "expiry_date": lot.expiry_date,
            "best_before_date": lot.best_before_date,
            "production_date": lot.production_date,
            "last_sale_date": shown(lot.last_sale_date),
            "status": status(lot.last_sale_date, today=day, held=lot.held),
            "held": lot.held,
            "hold_reason": lot.hold_reason,
            "on_hand": lot.on_hand,
            "allocated": lot.allocated,
            "location_count": lot.location_count,
            "received_at": lot.created_at,
            **({"unit_cost": costs[lot.pk]} if costs else {}),
        }
        for lot in found
    ]


class MovementList(View):
    """What moved, newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "stock.view"}
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "moved_at": Ordering(("moved_at", "id")),
    }

    def get(self, request: Request) -> Response:
        query.check_known(
            request,
            "product",
            "lot",
            "location",
            "warehouse",
            "kind",
            "user",
            "operation_id",
            "since",
            "until",
        )
        actor = self.actor
        found: QuerySet[Movement, Any] = queries.movements(actor)
        for name in ("product", "lot"):
            if value := query.text(request, name):
                found = found.filter(_named(name, value))
        if value := query.text(request, "location"):
            found = found.filter(_named("from_location", value) | _named("to_location", value))
        if value := query.text(request, "warehouse"):
            ids = [pk for pk in queries.warehouse_ids(value) if actor.sees(pk)]
            found = found.filter(Q(from_location__warehouse__in=ids) | Q(to_location__warehouse__in=ids))
        if value := query.choice(request, "kind", tuple(MovementKind.values)):
            found = found.filter(kind=value)
        if value := query.text(request, "user"):
            found = found.filter(user_id=actor.user_id) if value == "me" else found.filter(username=value)
        if value := query.text(request, "operation_id"):
            found = found.filter(operation_id=_uuid(value))
        if at := query.instant(request, "since"):
            found = found.filter(moved_at__gte=at)
        if at := query.instant(request, "until"):
            found = found.filter(moved_at__lt=at)

        def present(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
            cases = queries.case_packs(row["product_id"] for row in rows)
            return [queries.shown_movement(row, actor, cases) for row in rows]

        return Response(paging.page(request, found, orderings=self.orderings, default="-id", present=present))


def _uuid(value: str) -> Any:
    import uuid

    try:
        return uuid.UUID(value)
    except ValueError:
        raise paging.unreadable("operation_id", "operation_id must be a UUID.") from None


class Availability(View):
    """What is free to sell: one row a product."""

    permission: ClassVar[dict[str, str]] = {"GET": "stock.view"}
    orderings: ClassVar[dict[str, Ordering]] = {
        name: Ordering((name, "product_id")) for name in queries.ORDERINGS
    }

    def get(self, request: Request) -> Response:
        query.check_known(request, "warehouse", "status", "category", "zone", "search", "in_stock", "product")
        free, days = self.asked(request)
        limit = paging.limit_of(request)
        name, ordering, descending = paging.ordering_of(request, self.orderings, "name")
        key = paging.read_cursor(request, name)
        lines = free.page(ordering=ordering.columns[0], descending=descending, after=key, limit=limit + 1)
        more = len(lines) > limit
        lines = lines[:limit]
        ids = [line["product_id"] for line in lines]
        cases, next_lots = queries.packs_and_next_lots(ids, days)
        answer: dict[str, Any] = {
            "results": [_shown_line(line, cases, next_lots) for line in lines],
            "next": None,
        }
        if more:
            last = lines[-1]
            answer["next"] = paging.write_cursor(
                request, name, [last[ordering.columns[0]], last["product_id"]]
            )
        if request.query_params.get("count") == "true":
            counts = free.counts()
            answer["count"] = counts[query.choice(request, "status", tuple(queries.STATUSES)) or "all"]
            answer["count_capped"] = False
        return Response(answer)

    def asked(self, request: Request) -> tuple[queries.FreeStock, dict[int, dt.date]]:
        warehouse = query.text(request, "warehouse")
        days = (
            queries.named_warehouse_days(self.actor, warehouse)
            if warehouse
            else queries.warehouse_days(self.actor)
        )
        free = queries.FreeStock(days)
        if value := query.text(request, "product"):
            free.of_products(queries.product_ids(value))
        if value := query.text(request, "category"):
            free.in_category(value)
        if value := query.text(request, "zone"):
            free.in_zone(value)
        if value := query.choice(request, "status", tuple(queries.STATUSES)):
            free.only_status(value)
        if query.boolean(request, "in_stock"):
            free.in_stock()
        free.matching(query.words(request))
        return free, days


class AvailabilitySummary(Availability):
    """How many products there are, and how many in each kind of trouble."""

    def get(self, request: Request) -> Response:
        query.check_known(request, "warehouse", "category", "zone", "search")
        free, _ = self.asked(request)
        return Response(free.counts())


def _shown_line(
    line: dict[str, Any], cases: dict[int, tuple[str, int]], next_lots: dict[int, str]
) -> dict[str, Any]:
    case_name, units = cases.get(line["product_id"], ("", 1))
    return {
        "product": line["sku"],
        "product_id": line["product_id"],
        "product_name": line["name"],
        "brand": line["brand"],
        "category": line["category"],
        "category_id": line["category_id"],
        "container": line["container"],
        "container_ml": line["container_ml"],
        "base_unit": line["base_unit"],
        "case_name": case_name,
        "units_per_case": units,
        "on_hand": int(line["on_hand"]),
        "allocated": int(line["allocated"]),
        "held": int(line["held"]),
        "expired": int(line["expired"]),
        "available": int(line["available"]),
        "next_expiry_date": shown(line["next_expiry_date"]),
        "next_lot": next_lots.get(line["product_id"], ""),
        "location_count": int(line["location_count"]),
        "lot_count": int(line["lot_count"]),
    }


class LocationsWithStock(LocationViewSet):
    """Locations; with `with_stock=true` also what lies there."""

    model = Location
    with_stock = False

    def filtered(self, request: Request) -> QuerySet[Any, Any]:
        found = super().filtered(request)
        if self.with_stock:
            found = queries.with_stock(found)
        return found

    def list(self, request: Request) -> Response:
        self.with_stock = bool(query.boolean(request, "with_stock"))
        return super().list(request)

    def known_parameters(self) -> tuple[str, ...]:
        return (*super().known_parameters(), "with_stock")

    def shown(self, row: Any) -> dict[str, Any]:
        answer = super().shown(row)
        if self.with_stock:
            answer |= {"on_hand": row.on_hand, "lot_count": row.lot_count}
        return answer


# ---- operations ---------------------------------------------------------------------------------
class _Lines(serializers.ListSerializer):
    """The lines of an operation: at least one, at most as many as are allowed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("min_length", 1)
        kwargs.setdefault("max_length", settings.MAX_LINES)
        kwargs["allow_empty"] = False
        super().__init__(*args, **kwargs)


class _Line(Strict):
    product = Reference(max_length=40)
    lot = Reference(max_length=20, required=False, allow_null=True)

    class Meta:
        list_serializer_class = _Lines


class ReceiveLineSerializer(_Line):
    expiry_date = Date(required=False, allow_null=True)
    best_before_date = Date(required=False, allow_null=True)
    production_date = Date(required=False, allow_null=True)
    location = Reference(max_length=61)
    quantity = Integer(min_value=1)
    unit_cost = Money(required=False, allow_null=True)


class MoveLineSerializer(_Line):
    from_location = Reference(max_length=61)
    to_location = Reference(max_length=61)
    quantity = Integer(min_value=1)


class _NonZero(Integer):
    def to_internal_value(self, data: Any) -> int:
        value = super().to_internal_value(data)
        if value == 0:
            raise serializers.ValidationError("A difference of 0 changes nothing.", code="zero")
        return value


class AdjustLineSerializer(_Line):
    location = Reference(max_length=61)
    quantity_delta = _NonZero()
    reason = Text(max_length=200)


class ScrapLineSerializer(_Line):
    location = Reference(max_length=61)
    quantity = Integer(min_value=1)
    reason = Text(max_length=200)


class HoldLineSerializer(_Line):
    location = Reference(max_length=61, required=False, allow_null=True)
    reason = Text(max_length=200)


class ReleaseLineSerializer(_Line):
    location = Reference(max_length=61, required=False, allow_null=True)
    reason = Text(max_length=200, required=False, allow_blank=True)


class Receive(Strict):
    lines = ReceiveLineSerializer(many=True)
    reference = Text(max_length=80, required=False, allow_blank=True, default="")


class Move(Strict):
    lines = MoveLineSerializer(many=True)
    reference = Text(max_length=80, required=False, allow_blank=True, default="")


class Adjust(Strict):
    lines = AdjustLineSerializer(many=True)
    reference = Text(max_length=80, required=False, allow_blank=True, default="")


class Scrap(Strict):
    lines = ScrapLineSerializer(many=True)
    reference = Text(max_length=80, required=False, allow_blank=True, default="")


class Hold(Strict):
    lines = HoldLineSerializer(many=True)


class Release(Strict):
    lines = ReleaseLineSerializer(many=True)


class Reverse(Strict):
    operation_id = serializers.UUIDField()
    reason = Text(max_length=200, required=False, allow_blank=True, default="")


class OperationView(View):
    """Parse strictly, then one call."""

    body: ClassVar[type[Strict]]

    def read(self, request: Request) -> dict[str, Any]:
        return reader(self.body).run_validation(request.data)


class ReceiveView(OperationView):
    """Goods come in."""

    permission: ClassVar[dict[str, str]] = {"POST": "stock.receive"}
    body = Receive

    def post(self, request: Request) -> Response:
        given = self.read(request)
        lines = [operations.ReceiveLine(**line) for line in given["lines"]]
        done = operations.receive(actor=self.actor, lines=lines, reference=given["reference"], at=now())
        return Response(done, status=201)


class MoveView(OperationView):
    """Stock goes from place to place."""

    permission: ClassVar[dict[str, str]] = {"POST": "stock.move"}
    body = Move

    def post(self, request: Request) -> Response:
        given = self.read(request)
        lines = [operations.MoveLine(**line) for line in given["lines"]]
        done = operations.move(actor=self.actor, lines=lines, reference=given["reference"], at=now())
        return Response(done, status=201)


class AdjustView(OperationView):
    """The book is put right."""

    permission: ClassVar[dict[str, str]] = {"POST": "stock.adjust"}
    body = Adjust

    def post(self, request: Request) -> Response:
        given = self.read(request)
        lines = [operations.AdjustLine(**line) for line in given["lines"]]
        done = operations.adjust(actor=self.actor, lines=lines, reference=given["reference"], at=now())
        return Response(done, status=201)


class ScrapView(OperationView):
    """Stock is thrown away."""

    permission: ClassVar[dict[str, str]] = {"POST": "stock.scrap"}
    body = Scrap

    def post(self, request: Request) -> Response:
        given = self.read(request)
        lines = [operations.ScrapLine(**line) for line in given["lines"]]
        done = operations.scrap(actor=self.actor, lines=lines, reference=given["reference"], at=now())
        return Response(done, status=201)


class HoldView(OperationView):
    """Lots are taken out of sale."""

    permission: ClassVar[dict[str, str]] = {"POST": "stock.hold"}
    body = Hold

    def post(self, request: Request) -> Response:
        lines = [operations.HoldLine(**line) for line in self.read(request)["lines"]]
        return Response(operations.hold(actor=self.actor, lines=lines, at=now()), status=201)


class ReleaseView(OperationView):
    """Holds end."""

    permission: ClassVar[dict[str, str]] = {"POST": "stock.release"}
    body = Release

    def post(self, request: Request) -> Response:
        lines = [operations.ReleaseLine(**line) for line in self.read(request)["lines"]]
        return Response(operations.release(actor=self.actor, lines=lines, at=now()), status=201)


class ReverseView(OperationView):
    """An operation is undone."""

    permission: ClassVar[dict[str, str]] = {"POST": "stock.reverse"}
    body = Reverse

    def post(self, request: Request) -> Response:
        return Response(operations.reverse(actor=self.actor, at=now(), **self.read(request)), status=201)
