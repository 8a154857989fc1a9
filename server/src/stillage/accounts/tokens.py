"""JWTs, by simplejwt: one algorithm, own key, type, issuer and audience checked. No state in here."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError

from stillage.accounts.errors import InvalidToken
from stillage.accounts.models import Session
from stillage.core.clock import now

ALGORITHM = "HS256"
# Exactly this header and no other: `crit`, `kid`, `jku`, `jwk`, `x5u` ask for something we do not do.
HEADER = {"alg": ALGORITHM, "typ": "JWT"}
LEEWAY_SECONDS = 5
MAX_LENGTH = 2000
MIN_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: whose session, after how many rotations, and until when (in seconds since 1970)."""

    session_id: UUID
    generation: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Pair:
    """What somebody who has signed in holds."""

    access: str
    refresh: str


def check_keys() -> None:
    """Refuse a start with keys that can be guessed or that serve two purposes."""
    for key in settings.TOKEN_KEYS:
        if len(key.encode()) < MIN_KEY_BYTES:
            raise ImproperlyConfigured(
                f"Every key in STILLAGE_TOKEN_KEYS must hold at least {MIN_KEY_BYTES} bytes."
            )
        if key == settings.SECRET_KEY:
            raise ImproperlyConfigured("STILLAGE_TOKEN_KEYS must not repeat STILLAGE_SECRET_KEY.")


@lru_cache(maxsize=8)
def _backend(key: str, issuer: str, audience: str) -> TokenBackend:
    return TokenBackend(ALGORITHM, signing_key=key, audience=audience, issuer=issuer, leeway=LEEWAY_SECONDS)


def _backends() -> list[TokenBackend]:
    if not settings.TOKEN_KEYS:
        raise ImproperlyConfigured("STILLAGE_TOKEN_KEYS names no key for tokens.")
    return [_backend(key, settings.TOKEN_ISSUER, settings.TOKEN_AUDIENCE) for key in settings.TOKEN_KEYS]


def write(*, session_id: UUID, generation: int, kind: str, at: dt.datetime, until: dt.datetime) -> str:
    """Sign a token. `kind` is access or refresh. The same arguments give the same token."""
    return _backends()[0].encode(
        {
            "typ": kind,
            "sid": session_id.hex,
            "gen": generation,
            "iat": int(at.timestamp()),
            "exp": int(until.timestamp()),
        }
    )


def pair_of(session: Session) -> Pair:
    """The pair in force. It follows from the session alone, so all who ask within the grace get the same."""

    def token(kind: str, lifetime: dt.timedelta) -> str:
        return write(
            session_id=session.id,
            generation=session.generation,
            kind=kind,
            at=session.rotated_at,
            until=min(session.rotated_at + lifetime, session.expires_at),
        )

    return Pair(
        access=token("access", settings.ACCESS_TOKEN_LIFETIME),
        refresh=token("refresh", settings.REFRESH_TOKEN_LIFETIME),
    )


def read(token: str, *, kind: str) -> Claims:
    """Check a token with each key that is in force. Refuses: InvalidToken."""
    if len(token) > MAX_LENGTH or not token.isascii():
        raise InvalidToken
    keys = (*settings.TOKEN_KEYS, settings.TOKEN_ISSUER, settings.TOKEN_AUDIENCE)
    payload = _checked(token, keys)
    # The signature stays what it was; the clock does not.
    if payload["exp"] + LEEWAY_SECONDS < now().timestamp():
        raise InvalidToken
    return _claims(payload, kind)


@lru_cache(maxsize=4096)
def _checked(token: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """What a token of ours says. Remembered, for the same token comes with every request; refusals are not."""
    try:
        if jwt.get_unverified_header(token) != HEADER:
            raise InvalidToken
    except (jwt.PyJWTError, ValueError):
        raise InvalidToken from None
    for backend in _backends():
        try:
            payload = backend.decode(token)  # type: ignore[arg-type]
        except TokenBackendError:
            continue
        if type(payload.get("exp")) is not int:
            raise InvalidToken
        return dict(payload)
    raise InvalidToken


def _claims(payload: dict[str, Any], kind: str) -> Claims:
    session_id, generation = payload.get("sid"), payload.get("gen")
    if payload.get("typ") != kind or "exp" not in payload or type(generation) is not int:
        raise InvalidToken
    try:
        return Claims(UUID(str(session_id)), generation, int(payload["exp"]))
    except ValueError:
        raise InvalidToken from None
