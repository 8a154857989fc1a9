"""Ending every session of everybody: after a restore, or when a key was stolen."""

import datetime as dt

from django.db.models import F

from stillage.accounts.models import Session, User


def end_all_sessions(*, reason: str, at: dt.datetime) -> int:
    """Nobody is signed in any more; no token made before is taken. How many sessions there were. Two statements.

    The caller holds the transaction and writes the trail.
    """
    User.objects.update(auth_epoch=F("auth_epoch") + 1)
    return Session.objects.filter(revoked_at=None).update(revoked_at=at, revoked_reason=reason)
