"""How our endpoints describe themselves in OpenAPI."""

from typing import Any

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

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation:
            content = {"application/problem+json": {"schema": PROBLEM}}
            operation["responses"]["default"] = {
                "description": "Refused; nothing was done.",
                "content": content,
            }
        return operation
