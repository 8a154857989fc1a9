"""The API about itself: its OpenAPI document, and a page to read it with."""

from typing import Any, ClassVar

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from stillage.rest.permissions import PUBLIC
from stillage.rest.rendering import JSONRenderer

DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


class DocumentView(SpectacularAPIView):
    """The OpenAPI document, for anybody: it says nothing that the public source does not."""

    permission: ClassVar[dict[str, str]] = {"GET": PUBLIC}
    renderer_classes: ClassVar[Any] = [JSONRenderer]  # type: ignore[misc] # DRF has it both ways


class DocsView(SpectacularSwaggerSplitView):
    """A page to read and try the API with."""

    permission: ClassVar[dict[str, str]] = {"GET": PUBLIC}
    url_name = "schema"
    url_self: str | None = None

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(*args, **kwargs)
        response["Content-Security-Policy"] = DOCS_POLICY
        return response
