"""Beginning and ending sessions, for the operations of this room; each runs in its caller's transaction."""

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.db.models import F

from stillage.accounts.models import Session, User
from stillage.accounts.networks import network_of
from stillage.core.actor import Actor


def begin(*, user: User, address: str, user_agent: str, at: dt.datetime) -> Session:
    """A new session of somebody who has just shown the password."""
    return Session.objects.create(
        user=user,
        auth_epoch=user.auth_epoch,
        created_at=at,
        rotated_at=at,
        expires_at=at + settings.SESSION_LIFETIME,
        address=address,
        network=network_of(address),
        user_agent="".join(filter(str.isprintable, user_agent))[:200],
    )


def locked(session_id: UUID) -> Session | None:
    """The session with its user, for changing it."""
    rows = Session.objects.select_related("user").select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=session_id).first()


def is_live(session: Session, at: dt.datetime) -> bool:
    """The same rule as in `authentication.py`'s statement."""
    user = session.user
    return (
        session.revoked_at is None
        and session.expires_at > at
        and user.is_active
        and user.auth_epoch == session.auth_epoch
    )


def end(session: Session, *, reason: str, at: dt.datetime) -> None:
    Session.objects.filter(pk=session.pk, revoked_at=None).update(revoked_at=at, revoked_reason=reason)


def end_all(user: User, *, reason: str, at: dt.datetime) -> int:
    """End every session of somebody, those in the making too: `auth_epoch` is another from now on."""
    User.objects.filter(pk=user.pk).update(auth_epoch=F("auth_epoch") + 1)
    user.refresh_from_db(fields=["auth_epoch"])
    return Session.objects.filter(user=user, revoked_at=None).update(revoked_at=at, revoked_reason=reason)


def acting(user: User, visitor: Actor, session: Session | None = None) -> Actor:
    """The visitor, now that we know who it is; for the audit trail."""
    return Actor(
        user_id=user.pk,
        username=user.username,
        address=visitor.address,
        request_id=visitor.request_id,
        session_id=session.pk if session else None,
    )
