"""`GET events` where there are no streams, and how the endpoint describes itself."""

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.live.topics import TOPICS
from stillage.rest import errors
from stillage.rest.permissions import SIGNED_IN
from stillage.rest.views import View

_TOPICS = OpenApiParameter("topics", str, description=f"Some of, separated by commas: {', '.join(TOPICS)}.")
_SINCE = OpenApiParameter("since", str, description="Go on after this id, as the header Last-Event-ID does.")


class Events(View):
    """Changes as they happen, as server-sent events. Under ASGI `live/stream.py` answers instead of this."""

    permission: ClassVar[dict[str, str]] = {"GET": SIGNED_IN}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """Who asks for a stream is told in JSON that there is none."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        parameters=[_TOPICS, _SINCE],
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
        description="Changes of what you may see, as they happen (docs/live.md): events `hello`, `change`, `reset`,"
        " `expiring` and `end`; comments in between show that the line is alive. The token goes into the"
        " Authorization header as everywhere; `Last-Event-ID` goes on where a stream broke off.",
    )
    def get(self, request: Request) -> Response:
        return Response(
            errors.problem(
                501,
                "no_streams_here",
                "This process cannot keep streams open; ask the one that `stillage live` starts.",
            ),
            status=501,
            content_type=errors.CONTENT_TYPE,
        )
