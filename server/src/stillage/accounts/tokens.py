"""JWTs, by simplejwt: one algorithm, a key of their own, type, issuer and audience checked. No state in here."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID, uuid4

import jwt
from django.conf import settings
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError

ALGORITHM = "HS256"
LEEWAY_SECONDS = 5
_INVALID = "This token is not valid here; sign in again."


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: whose session, and which token of it."""

    session_id: UUID
    token_id: str
    kind: str


def _backend(key: str) -> TokenBackend:
    return TokenBackend(
        ALGORITHM,
        signing_key=key,
        audience=settings.TOKEN_AUDIENCE,
        issuer=settings.TOKEN_ISSUER,
        leeway=LEEWAY_SECONDS,
    )


def write(*, session_id: UUID, kind: str, at: dt.datetime, lifetime: dt.timedelta, token_id: str | None = None) -> str:
    """Sign a token. `kind` is access or refresh."""
    payload = {
        "typ": kind,
        "sid": session_id.hex,
        "jti": token_id or uuid4().hex,
        "iat": int(at.timestamp()),
        "exp": int((at + lifetime).timestamp()),
    }
    return _backend(settings.TOKEN_KEYS[0]).encode(payload)


def read(token: str, *, kind: str) -> Claims:
    """Check a token with each key that is in force. Raises AuthenticationFailed (401)."""
    if len(token) > 2000 or not token.isascii():
        raise AuthenticationFailed(_INVALID)
    try:
        if "crit" in jwt.get_unverified_header(token):
            raise AuthenticationFailed(_INVALID)
    except jwt.PyJWTError:
        raise AuthenticationFailed(_INVALID) from None
    for key in settings.TOKEN_KEYS:
        try:
            payload = _backend(key).decode(token)
        except TokenBackendError:
            continue
        try:
            if payload["typ"] != kind:
                raise AuthenticationFailed(_INVALID)
            return Claims(UUID(payload["sid"]), str(payload["jti"]), kind)
        except (KeyError, ValueError, TypeError, AttributeError):
            break
    raise AuthenticationFailed(_INVALID)
