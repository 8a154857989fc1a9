"""People for tests: quickly made, and signed in without the sign-in endpoint.

client = signed_in_client("picker", warehouses=[main])
answer = client.post("/api/v1/stock/move", {...})          # JSON unless told otherwise
answer = client.patch(url, {...}, version=3)               # sends If-Match: "3"
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from stillage.accounts import tokens
from stillage.accounts.models import Session, User
from stillage.core.clock import now
from stillage.places.models import Warehouse

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)
_hashes: dict[str, str] = {}


def _hashed(password: str) -> str:
    """Each test password is hashed once: hashing is slow on purpose."""
    algorithm = settings.PASSWORD_HASHERS[0]
    return _hashes.setdefault(f"{algorithm} {password}", make_password(password))


def make_user(
    role: str | None = "manager",
    *,
    warehouses: Iterable[Warehouse] | None = None,
    username: str | None = None,
    password: str = PASSWORD,
    **fields: Any,
) -> User:
    """Somebody with a role. `warehouses=None` works in all of them; `[]` in none."""
    user = User.objects.create(
        username=username or f"{role or 'nobody'}-{next(_numbers)}",
        password=_hashed(password),
        all_warehouses=warehouses is None,
        **fields,
    )
    if role is not None:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    user.warehouses.set(warehouses or [])
    return user


def make_session(user: User, **fields: Any) -> Session:
    """A sign-in, as if it had just happened from 127.0.0.1."""
    at = now()
    return Session.objects.create(
        **{
            "user": user,
            "auth_epoch": user.auth_epoch,
            "created_at": at,
            "rotated_at": at,
            "expires_at": at + settings.SESSION_LIFETIME,
            "address": "127.0.0.1",
            "network": "127.0.0.0/24",
            "user_agent": "tests",
            **fields,
        }
    )


class Client(APIClient):
    """Speaks JSON; knows who it is."""

    user: User | None = None
    session_row: Session | None = None
    pair: tokens.Pair | None = None

    def generic(self, method: str, path: str, data: Any = "", content_type: Any = "", **extra: Any) -> Any:
        return super().generic(method, path, data, content_type or "application/json", **extra)

    def _encode_data(self, data: Any, format: str | None = None, content_type: str | None = None) -> Any:
        return super()._encode_data(data, format or (None if content_type else "json"), content_type)

    def request(self, **kwargs: Any) -> Any:
        version = kwargs.pop("version", None)
        if version is not None:
            kwargs["HTTP_IF_MATCH"] = f'"{version}"'
        key = kwargs.pop("key", None)
        if key is not None:
            kwargs["HTTP_IDEMPOTENCY_KEY"] = key
        return super().request(**kwargs)

    def act_as(self, user: User, **session_fields: Any) -> Client:
        """Sign in as somebody, without the endpoint."""
        self.user, self.session_row = user, make_session(user, **session_fields)
        return self.hold(tokens.pair_of(self.session_row))

    def hold(self, pair: tokens.Pair) -> Client:
        self.pair = pair
        self.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.access}")
        return self


def anonymous_client(**headers: Any) -> Client:
    """Nobody in particular."""
    return Client(**headers)


def signed_in_client(
    role: str | None = "manager",
    *,
    warehouses: Iterable[Warehouse] | None = None,
    user: User | None = None,
    **fields: Any,
) -> Client:
    """A client that acts as somebody of this role (or as `user`); `client.user` says who."""
    return Client().act_as(user or make_user(role, warehouses=warehouses, **fields))


def new_key() -> str:
    """An Idempotency-Key."""
    return uuid4().hex


__all__ = [
    "PASSWORD",
    "Client",
    "anonymous_client",
    "make_session",
    "make_user",
    "new_key",
    "signed_in_client",
]
