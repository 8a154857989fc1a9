"""How our endpoints describe themselves in OpenAPI."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema

PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
    "required": ["type", "title", "status", "code", "detail", "errors"],
}


class Schema(AutoSchema):
    """Adds what every endpoint shares: the key on writes, and the problem answer."""

    def get_override_parameters(self) -> list[Any]:
        if self.method not in ("POST", "PUT", "PATCH", "DELETE"):
            return []
        from drf_spectacular.utils import OpenApiParameter

        return [
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                description="Made by the client before it sends; the same key has one effect.",
            )
        ]

    def get_request_serializer(self) -> Any:
        """What a write takes: the view's `body`, or its serializer."""
        return getattr(self.view, "body", None) or super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        """Lists and operations answer plain objects; docs/api.md shows them."""
        if hasattr(self.view, "serializer_class") and self.view.serializer_class is not None:
            return super().get_response_serializers()
        status = "201" if self.method == "POST" and self.path.startswith("/api/v1/stock/") else "200"
        return {(status, "application/json"): {"type": "object", "additionalProperties": {}}}

    def get_operation_id(self) -> str:
        """Unique until `tidy` gives the final name."""
        return f"{self.method}_{self.path}"

    def get_tags(self) -> list[str]:
        parts = [part for part in self.path.split("/") if part not in ("", "api", "v1")]
        return parts[:1]

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation:
            content = {"application/problem+json": {"schema": PROBLEM}}
            operation["responses"]["default"] = {
                "description": "Refused; nothing was done.",
                "content": content,
            }
        return operation


class ReferenceInSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A reference is an id or a natural key."""

    target_class = "stillage.rest.fields.Reference"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        longest = self.target.max_length
        return {
            "oneOf": [
                {"type": "string", "minLength": 1, "maxLength": longest},
                {"type": "integer", "minimum": 1},
            ]
        }


class TokenInSchema(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The bearer token."""

    target_class = "stillage.accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def tidy(result: dict[str, Any], generator: Any, request: Any, public: Any) -> dict[str, Any]:
    """Addresses are shown without the slash at the end (both work), operations named by method and address."""
    paths = {}
    for path, methods in result["paths"].items():
        plain = path.rstrip("/")
        for method, operation in methods.items():
            words = (
                plain.removeprefix("/api/v1/")
                .replace("{", "")
                .replace("}", "")
                .replace("/", "_")
                .replace("-", "_")
            )
            operation["operationId"] = f"{method}_{words}"
        paths[plain] = methods
    result["paths"] = paths
    return result
