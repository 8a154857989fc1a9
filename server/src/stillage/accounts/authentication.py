"""From a bearer token to who acts, in one SQL statement: dismissals and new roles bite at the next request."""

import datetime as dt
from dataclasses import dataclass
from functools import cache, lru_cache
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
from stillage.rest.idempotency import COLUMNS, MAX_KEY, operation_of
from stillage.rest.principal import Principal

_SQL = """
SELECT u.id, u.username, u.all_warehouses, s.expires_at,
  (SELECT {agg}(g.name, ',') FROM accounts_user_groups ug JOIN auth_group g ON g.id = ug.group_id
    WHERE ug.user_id = u.id),
  (SELECT {agg}({text}, ',') FROM accounts_user_warehouses uw WHERE uw.user_id = u.id) {kept}
FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id {keys}
WHERE s.id = %s AND s.revoked_at IS NULL AND u.is_active AND u.auth_epoch = s.auth_epoch
"""
_KEYS = "LEFT JOIN rest_idempotencykey k ON k.user_id = u.id AND k.operation = %s AND k.key = %s"


@cache
def _sql(keyed: bool) -> str:
    postgres = is_postgres()
    return _SQL.format(
        agg="string_agg" if postgres else "group_concat",
        text="uw.warehouse_id::text" if postgres else "uw.warehouse_id",
        kept=f", {', '.join(f'k.{name}' for name in COLUMNS)}" if keyed else "",
        keys=_KEYS if keyed else "",
    )


@dataclass(frozen=True, slots=True)
class Found:
    """Who a session is, and what was kept under the request's key, if it has one."""

    principal: Principal
    kept: tuple[Any, ...] | None


def load_principal(
    session_id: UUID, *, address: str, request_id: str, at: dt.datetime, keyed: tuple[str, str] | None = None
) -> Found | None:
    """Who this session is now, or None when it has ended for whatever reason. One statement.

    `keyed` is the operation and the Idempotency-Key of a write: a repeat is seen before anything is done.
    """
    found = fetch_first(_sql(keyed is not None), [*(keyed or ()), stored(session_id)])
    if not found:
        return None
    user_id, username, all_warehouses, expires_at, roles, warehouses, *kept = found[0]
    if isinstance(expires_at, str):
        expires_at = dt.datetime.fromisoformat(expires_at)
    if expires_at.replace(tzinfo=expires_at.tzinfo or dt.UTC) <= at:
        return None
    principal = Principal(
        user_id=user_id,
        username=username,
        permissions=_permissions(roles or ""),
        warehouse_ids=None
        if all_warehouses
        else frozenset(map(int, warehouses.split(",")))
        if warehouses
        else frozenset(),
        address=address,
        request_id=request_id,
        session_id=session_id,
    )
    return Found(principal, tuple(kept) if kept and kept[0] is not None else None)


@lru_cache(maxsize=256)
def _permissions(roles: str) -> frozenset[str]:
    return permissions_of(roles.split(",") if roles else [])


def _keyed(request: Request) -> tuple[str, str] | None:
    """The operation and the key of a write that has one; whether it is a proper key is said later."""
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    method = request.method or ""
    if (
        not key
        or len(key) > MAX_KEY
        or not key.isascii()
        or "\0" in key
        or method in ("GET", "HEAD", "OPTIONS")
    ):
        return None
    return operation_of(method, request.path), key


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
        found = load_principal(
            claims.session_id,
            address=getattr(request, "client_address", ""),
            request_id=getattr(request, "request_id", ""),
            at=now(),
            keyed=_keyed(request),
        )
        if found is None:
            raise AuthenticationFailed(InvalidToken().detail)
        vars(request._request)["kept_under_key"] = found.kept
        logs.user.set(found.principal.username)
        return found.principal, claims

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="stillage"'
