"""Clearing what signing in leaves behind."""

import datetime as dt

from stillage.accounts import guessing
from stillage.accounts.models import Session
from stillage.core.locking import operation


@operation
def forget_old_sign_ins(*, at: dt.datetime) -> int:
    """Delete counters whose window has passed, and sessions that ended and no longer make a network known."""
    ended = Session.objects.filter(created_at__lt=at - guessing.KNOWN_FOR, expires_at__lt=at)
    return guessing.forget_before(at) + ended.delete()[0]
