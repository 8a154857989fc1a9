"""Ending the session one is in."""

import datetime as dt

from stillage.accounts import sessions, tokens
from stillage.accounts.errors import InvalidToken
from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.locking import operation


@operation
def sign_out(*, token: str, visitor: Actor, at: dt.datetime) -> None:
    """End the session of this access token, at once and as often as asked.
    Refuses: InvalidToken (forged, expired, or its person is deleted).  Locks: session.
    """
    session = sessions.locked(tokens.read(token, kind="access").session_id)
    if session is None:
        raise InvalidToken
    if session.revoked_at is not None:
        return
    sessions.end(session, reason="signed out", at=at)
    record(
        actor=sessions.acting(session.user, visitor, session),
        action="auth.sign_out",
        object_type="user",
        object_id=session.user.pk,
        label=session.user.username,
        at=at,
    )
