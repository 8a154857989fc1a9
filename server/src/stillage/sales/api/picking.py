"""Endpoints: pick lists, the walk along them, and picking at the desk."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.clock import now
from stillage.rest import paging, query
from stillage.rest.fields import Integer, Reference, Strict, Text
from stillage.rest.lists import Id, Lines, named
from stillage.rest.paging import Ordering
from stillage.rest.steps import Nothing
from stillage.sales import operations
from stillage.sales.api.steps import OrderView
from stillage.sales.models import PickListStatus
from stillage.sales.queries import picking


class MakeBody(Strict):
    orders = serializers.ListField(child=Reference(max_length=20), min_length=1, max_length=200)
    staging_location = Reference(max_length=61, required=False, allow_null=True)


class TaskPickLine(Strict):
    task = Id()
    location = Reference(max_length=61)
    product = Reference(max_length=40)
    lot = Reference(max_length=20, required=False, allow_null=True)
    quantity = Integer(min_value=1)

    class Meta:
        list_serializer_class = Lines


class PickBody(Strict):
    lines = TaskPickLine(many=True)


class ShortBody(Strict):
    task = Id()
    quantity = Integer(min_value=1)
    reason = Text(max_length=200)
    found = Integer(min_value=0, required=False, allow_null=True)


class UndoBody(Strict):
    task = Id()
    quantity = Integer(min_value=1, required=False, allow_null=True)


class TaskBody(Strict):
    task = Id()


class ReasonBody(Strict):
    reason = Text(max_length=200)


class UseLotBody(Strict):
    task = Id()
    lot = Reference(max_length=20)
    location = Reference(max_length=61, required=False, allow_null=True)
    quantity = Integer(min_value=1, required=False, allow_null=True)
    reason = Text(max_length=200)


class PickLists(OrderView):
    """Walks through the warehouses one works in, the newest first."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view", "POST": "picking.run"}
    body = MakeBody
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "number": Ordering(("number",)),
        "created_at": Ordering(("created_at", "id")),
        "status": Ordering(("status", "id")),
    }

    def get(self, request: Request) -> Response:
        query.check_known(request, "status", "warehouse", "order", "search")
        found = picking.pick_lists(self.actor)
        if value := query.choice(request, "status", tuple(PickListStatus.values)):
            found = found.filter(status=value)
        if value := query.text(request, "warehouse"):
            found = found.filter(named("warehouse", "warehouse__code", value))
        if value := query.text(request, "order"):
            found = found.filter(pk__in=picking.lists_of(value))
        for word in query.words(request):
            found = found.filter(picking.with_word(word))
        return Response(
            paging.page(request, found, orderings=self.orderings, default="-id", present=picking.shown_lists)
        )

    def post(self, request: Request) -> Response:
        made = operations.make_pick_list(actor=self.actor, at=now(), **self.read(request))
        return Response(picking.pick_list_answer(made.pk, actor=self.actor), status=201)


class OnePickList(OrderView):
    """One walk with its tasks, in the order one walks."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}

    def get(self, request: Request, pk: str) -> Response:
        found = picking.find_list(pk, actor=self.actor)
        return Response(picking.pick_list_answer(found.pk, actor=self.actor))


class _Walk(OrderView):
    """A step on a walk; answers where one stands afterwards."""

    permission: ClassVar[dict[str, str]] = {"POST": "picking.run"}

    def here(self, pick_list: Any, tasks: list[int], **more: Any) -> Response:
        return Response({**picking.place_of(pick_list, tasks, actor=self.actor), **more})


class Claim(_Walk):
    """The next task that nobody walks for, or the one that one has already."""

    body = Nothing

    def post(self, request: Request, pk: str) -> Response:
        self.read(request)
        found, task = operations.claim(actor=self.actor, pick_list=pk, at=now())
        return self.here(found, [] if task is None else [task])


class Release(_Walk):
    """A claim is given back."""

    body = TaskBody

    def post(self, request: Request, pk: str) -> Response:
        task = self.read(request)["task"]
        return self.here(*_alone(operations.release(actor=self.actor, pick_list=pk, task=task, at=now())))


class Pick(_Walk):
    """What was scanned is taken."""

    body = PickBody

    def post(self, request: Request, pk: str) -> Response:
        lines = [operations.TaskPick(**line) for line in self.read(request)["lines"]]
        return self.here(*operations.pick(actor=self.actor, pick_list=pk, lines=lines, at=now()))


class Short(_Walk):
    """Units are missing at their place."""

    body = ShortBody

    def post(self, request: Request, pk: str) -> Response:
        done = operations.short(actor=self.actor, pick_list=pk, at=now(), **self.read(request))
        new = picking.shown_by_id(done.new_tasks)
        return self.here(done.pick_list, [done.task], new_tasks=new, backordered=done.backordered)


class UndoPick(_Walk):
    """A pick goes back."""

    body = UndoBody

    def post(self, request: Request, pk: str) -> Response:
        given = self.read(request)
        return self.here(*_alone(operations.undo_pick(actor=self.actor, pick_list=pk, at=now(), **given)))


class UseLot(_Walk):
    """The lot in hand is taken instead."""

    permission: ClassVar[dict[str, str]] = {"POST": "sales.pin"}
    body = UseLotBody

    def post(self, request: Request, pk: str) -> Response:
        given = self.read(request)
        return self.here(*_alone(operations.use_lot(actor=self.actor, pick_list=pk, at=now(), **given)))


def _alone(done: tuple[Any, int]) -> tuple[Any, list[int]]:
    return done[0], [done[1]]


class CancelPickList(OrderView):
    """A walk is called off."""

    permission: ClassVar[dict[str, str]] = {"POST": "picking.run"}
    body = ReasonBody

    def post(self, request: Request, pk: str) -> Response:
        done = operations.cancel_pick_list(actor=self.actor, pick_list=pk, at=now(), **self.read(request))
        return Response(picking.pick_list_answer(done.pk, actor=self.actor))


# ---- at the desk --------------------------------------------------------------------------------
class OrderPickLine(Strict):
    line = Id()
    lot = Reference(max_length=20, required=False, allow_null=True)
    location = Reference(max_length=61, required=False, allow_null=True)
    quantity = Integer(min_value=1)

    class Meta:
        list_serializer_class = Lines


class OrderPickBody(Strict):
    lines = OrderPickLine(many=True, required=False)
    staging_location = Reference(max_length=61, required=False, allow_null=True)


class UnpickLine(Strict):
    line = Id()
    lot = Reference(max_length=20, required=False, allow_null=True)
    quantity = Integer(min_value=1)
    to_location = Reference(max_length=61)

    class Meta:
        list_serializer_class = Lines


class UnpickBody(Strict):
    lines = UnpickLine(many=True)


class PickOrder(OrderView):
    """An order is picked without a list."""

    permission: ClassVar[dict[str, str]] = {"POST": "picking.run"}
    body = OrderPickBody

    def post(self, request: Request, pk: str) -> Response:
        given = self.read(request)
        lines = given.pop("lines", None)
        done = operations.pick_order(
            actor=self.actor,
            order=pk,
            lines=None if lines is None else [operations.OrderPick(**line) for line in lines],
            at=now(),
            **given,
        )
        return self.answer(done)


class UnpickOrder(OrderView):
    """Picked units go back to a shelf."""

    permission: ClassVar[dict[str, str]] = {"POST": "picking.run"}
    body = UnpickBody

    def post(self, request: Request, pk: str) -> Response:
        lines = [operations.Unpick(**line) for line in self.read(request)["lines"]]
        return self.answer(operations.unpick(actor=self.actor, order=pk, lines=lines, at=now()))
