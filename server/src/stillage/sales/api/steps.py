"""What the endpoints of an order's steps share: parse strictly, one call, answer the whole order."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from stillage.rest.fields import Strict
from stillage.rest.steps import Nothing, reader
from stillage.rest.views import View
from stillage.sales.models import SalesOrder
from stillage.sales.queries.orders import order_answer


class OrderView(View):
    """Reads a body strictly and answers orders."""

    body: ClassVar[type[Strict]] = Nothing

    def read(self, request: Request) -> dict[str, Any]:
        return dict(reader(self.body).run_validation(request.data))

    def answer(self, order: SalesOrder, *, status: int = 200) -> Response:
        """The whole order as it is now, with its ETag."""
        found = order_answer(order.pk, self.actor)
        return Response(found, status=status, headers={"ETag": f'"{found["version"]}"'})
