"""Ending sessions from outside: one of one's own, or all of somebody's."""

import datetime as dt
from uuid import UUID

from stillage.accounts import sessions
from stillage.accounts.models import User
from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.errors import NotFound
from stillage.core.locking import operation


@operation
def end_session(*, actor: Actor, session_id: UUID, at: dt.datetime) -> None:
    """End one of the actor's own sessions; one that has ended already stays ended.
    Refuses: NotFound.  Locks: session.
    """
    session = sessions.locked(session_id)
    if session is None or session.user.pk != actor.user_id:
        raise NotFound("You have no such sign-in.")
    if session.revoked_at is not None:
        return
    sessions.end(session, reason="ended from another device", at=at)
    record(
        actor=actor,
        action="auth.session_ended",
        object_type="user",
        object_id=session.user.pk,
        label=session.user.username,
        before={"session": session.pk.hex, "address": session.address, "user_agent": session.user_agent},
        at=at,
    )


@operation
def end_sessions(*, actor: Actor, user: User, reason: str, at: dt.datetime) -> int:
    """End every session of somebody, now. How many there were.  Locks: user."""
    ended = sessions.end_all(user, reason=reason, at=at)
    record(
        actor=actor,
        action="auth.sessions_ended",
        object_type="user",
        object_id=user.pk,
        label=user.username,
        after={"ended": ended, "reason": reason},
        at=at,
    )
    return ended
