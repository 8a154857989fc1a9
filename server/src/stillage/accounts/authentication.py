"""From a bearer token to who acts, in one SQL statement: dismissals and new roles bite at the next request."""

import datetime as dt
from typing import Any
from uuid import UUID

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from stillage.accounts import tokens
from stillage.accounts.errors import InvalidToken
from stillage.accounts.roles import permissions_of
from stillage.core.clock import now
from stillage.core.sql import fetch_first, is_postgres, stored
from stillage.rest import logs
from stillage.rest.principal import Principal

_SQL = """
SELECT u.id, u.username, u.all_warehouses, s.expires_at,
  (SELECT {agg}(g.name, ',') FROM accounts_user_groups ug JOIN auth_group g ON g.id = ug.group_id
    WHERE ug.user_id = u.id),
  (SELECT {agg}({text}, ',') FROM accounts_user_warehouses uw WHERE uw.user_id = u.id)
FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id
WHERE s.id = %s AND s.revoked_at IS NULL AND u.is_active AND u.auth_epoch = s.auth_epoch
"""
_SQL_POSTGRES = _SQL.format(agg="string_agg", text="uw.warehouse_id::text")
_SQL_SQLITE = _SQL.format(agg="group_concat", text="uw.warehouse_id")


def load_principal(session_id: UUID, *, address: str, request_id: str, at: dt.datetime) -> Principal | None:
    """Who this session is now, or None when it has ended for whatever reason."""
    found = fetch_first(_SQL_POSTGRES if is_postgres() else _SQL_SQLITE, [stored(session_id)])
    if not found:
        return None
    user_id, username, all_warehouses, expires_at, roles, warehouses = found[0]
    if isinstance(expires_at, str):
        expires_at = dt.datetime.fromisoformat(expires_at)
    if expires_at.replace(tzinfo=expires_at.tzinfo or dt.UTC) <= at:
        return None
    return Principal(
        user_id=user_id,
        username=username,
        permissions=permissions_of(roles.split(",") if roles else []),
        warehouse_ids=None
        if all_warehouses
        else frozenset(map(int, warehouses.split(",")))
        if warehouses
        else frozenset(),
        address=address,
        request_id=request_id,
        session_id=session_id,
    )


def bearer_of(request: Request) -> str | None:
    """The token of the Authorization header; None without one. Raises AuthenticationFailed."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    if not header:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise AuthenticationFailed("Send the access token as `Authorization: Bearer …`.")
    return str(token)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>`."""

    def authenticate(self, request: Request) -> tuple[Principal, Any] | None:
        token = bearer_of(request)
        if token is None:
            return None
        try:
            claims = tokens.read(token, kind="access")
        except InvalidToken as refusal:
            raise AuthenticationFailed(refusal.detail) from None
        principal = load_principal(
            claims.session_id,
            address=getattr(request, "client_address", ""),
            request_id=getattr(request, "request_id", ""),
            at=now(),
        )
        if principal is None:
            raise AuthenticationFailed(InvalidToken().detail)
        logs.user.set(principal.username)
        return principal, claims

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="stillage"'
