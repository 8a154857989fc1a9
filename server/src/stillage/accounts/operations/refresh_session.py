"""Trading a refresh token for the next pair."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from stillage.accounts import sessions, tokens
from stillage.accounts.errors import InvalidToken
from stillage.accounts.models import Session
from stillage.audit.record import record
from stillage.core.actor import Actor


def refresh_session(*, token: str, visitor: Actor, at: dt.datetime) -> tokens.Pair:
    """Rotate. Whoever sends the same token again within the grace gets the same pair again: an answer may
    be lost on its way. Later it is a copy in wrong hands, and the whole session ends; that is kept
    although the request is refused.
    Refuses: InvalidToken.  Locks: session.
    """
    claims = tokens.read(token, kind="refresh")
    with transaction.atomic():
        session = sessions.locked(claims.session_id)
        if session is None or not sessions.is_live(session, at) or claims.generation > session.generation:
            raise InvalidToken
        if claims.generation == session.generation:
            return _rotated(session, at)
        in_grace = at - session.rotated_at <= settings.REFRESH_GRACE
        if claims.generation == session.generation - 1 and in_grace:
            return tokens.pair_of(session)
        _end_stolen(session, visitor, at)
    raise InvalidToken


def _rotated(session: Session, at: dt.datetime) -> tokens.Pair:
    session.generation += 1
    session.rotated_at = at
    session.save(update_fields=["generation", "rotated_at"])
    return tokens.pair_of(session)


def _end_stolen(session: Session, visitor: Actor, at: dt.datetime) -> None:
    sessions.end(session, reason="token used twice", at=at)
    record(
        actor=visitor,
        action="auth.token_reused",
        object_type="user",
        object_id=session.user.pk,
        label=session.user.username,
        after={"session": session.pk.hex, "signed_in_from": session.address},
        at=at,
    )
