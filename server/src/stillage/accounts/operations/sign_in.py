"""Trading a name and a password for a session."""

import datetime as dt
from functools import partial

from django.db import transaction

from stillage.accounts import guessing, passwords, sessions, tokens
from stillage.accounts.errors import Busy, InvalidCredentials, TooManyAttempts
from stillage.accounts.guessing import Place
from stillage.accounts.models import User
from stillage.accounts.networks import network_of
from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.errors import Refusal
from stillage.core.text import key


def sign_in(*, username: str, password: str, visitor: Actor, user_agent: str, at: dt.datetime) -> tokens.Pair:
    """Start a session. Keeps its own transactions: a refusal must leave its mark in the counters, and no
    lock is held while a password is hashed.
    Refuses: InvalidCredentials, TooManyAttempts, Busy.  Locks: user.
    """
    place = guessing.take_place(username=username, network=network_of(visitor.address), at=at)
    user = User.objects.filter(username=key(username)).first()
    encoded = user.password if user is not None and user.has_usable_password() else None
    try:
        right, renew = passwords.matches(password, encoded)
        better = passwords.hashed(password) if right and renew else None
    except Busy:
        guessing.withdraw(place)
        raise
    with transaction.atomic():
        # Whoever was dismissed, or changed the password, while we were hashing, does not come in.
        rows = User.objects.select_for_update(no_key=True).filter(is_active=True, password=encoded or "")
        user_now = rows.filter(pk=user.pk).first() if user is not None and right else None
        if user_now is not None:
            return _let_in(user_now, place, better, visitor=visitor, user_agent=user_agent, at=at)
        _remember(user, place, visitor=visitor, at=at)
    raise _refusal(place)


def _let_in(
    user: User, place: Place, better: str | None, *, visitor: Actor, user_agent: str, at: dt.datetime
) -> tokens.Pair:
    user.last_login = at
    user.password = better or user.password
    user.save(update_fields=["last_login", "password"])
    session = sessions.begin(user=user, address=visitor.address, user_agent=user_agent, at=at)
    guessing.give_back(place)
    record(
        actor=sessions.acting(user, visitor, session),
        action="auth.sign_in",
        object_type="user",
        object_id=user.pk,
        label=user.username,
        at=at,
    )
    return tokens.pair_of(session)


def _remember(user: User | None, place: Place, *, visitor: Actor, at: dt.datetime) -> None:
    """The typed name is written down only where it is somebody's: people type passwords into that field."""
    told = partial(
        record,
        actor=visitor,
        object_type="user",
        object_id=user.pk if user else "",
        label=user.username if user else "",
        at=at,
    )
    told(action="auth.sign_in_refused")
    for counter in place.reached:
        told(action="auth.guessing_slowed", after={"counter": counter})


def _refusal(place: Place) -> Refusal:
    if place.held_back_seconds is not None:
        return TooManyAttempts(place.held_back_seconds)
    return InvalidCredentials()
