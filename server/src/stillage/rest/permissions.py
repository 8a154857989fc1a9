"""Deny by default: what a view has not declared, nobody may do."""

from typing import Any, cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from stillage.core.errors import Kind, Refusal
from stillage.rest.principal import Principal

PUBLIC = "public"
SIGNED_IN = "signed_in"


def needed(view: Any, method: str) -> str | None:
    """The permission a view's method needs: by action name, else by HTTP method; None is never."""
    table: dict[str, str] = getattr(view, "permission", {})
    action = getattr(view, "action", None)
    return table.get(action) if action else table.get(method.upper())


class Declared(BasePermission):
    """Looks the action up in the view's `permission` table."""

    def has_permission(self, request: Request, view: Any) -> bool:
        name = needed(view, request.method or "")
        if name == PUBLIC:
            return True
        if name is None and not hasattr(view, (request.method or "").lower()):
            view.http_method_not_allowed(request)
        user = cast("Principal | None", request.user)
        if user is None:
            return False
        if name == SIGNED_IN:
            return True
        if name is None or not user.can(name):
            raise Refusal(
                f"Your role does not allow this (it needs {name})."
                if name
                else "Your role does not allow this.",
                code="forbidden",
                kind=Kind.FORBIDDEN,
            )
        return True
