"""Changing one's own password."""

import datetime as dt

from django.db import transaction

from stillage.accounts import guessing, passwords, sessions, tokens
from stillage.accounts.errors import Busy, InvalidToken
from stillage.accounts.models import User
from stillage.accounts.networks import network_of
from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.errors import Fault, Refusal, refuse_all


def change_password(
    *, actor: Actor, current_password: str, new_password: str, user_agent: str, at: dt.datetime
) -> tokens.Pair:
    """Set a new password and end every session; the asker goes on in a new one, whose pair is returned.

    Keeps its own transactions, as signing in does: whoever found an unlocked screen must not be able to
    try passwords here that he could not try there.
    Refuses: wrong_password, what `passwords.faults_in` finds, TooManyAttempts, Busy.  Locks: user.
    """
    user = User.objects.get(pk=actor.user_id or 0)
    place = guessing.take_place(username=user.username, network=network_of(actor.address), at=at)
    try:
        right, _ = passwords.matches(current_password, user.password)
    except Busy:
        guessing.withdraw(place)
        raise
    if not right:
        _refuse_wrong(user, actor, at)
    guessing.give_back(place)
    refuse_all(_faults(user, current_password, new_password))
    encoded = passwords.hashed(new_password)
    with transaction.atomic():
        rows = User.objects.select_for_update(no_key=True)
        found = rows.filter(pk=user.pk, is_active=True, password=user.password).first()
        if found is None:
            raise InvalidToken
        found.password, found.is_demo, found.version = encoded, False, found.version + 1
        found.save(update_fields=["password", "is_demo", "version", "updated_at"])
        sessions.end_all(found, reason="password changed", at=at)
        session = sessions.begin(user=found, address=actor.address, user_agent=user_agent, at=at)
        record(
            actor=actor,
            action="auth.password_changed",
            object_type="user",
            object_id=found.pk,
            label=found.username,
            at=at,
        )
    return tokens.pair_of(session)


def _refuse_wrong(user: User, actor: Actor, at: dt.datetime) -> None:
    record(
        actor=actor,
        action="auth.password_refused",
        object_type="user",
        object_id=user.pk,
        label=user.username,
        at=at,
    )
    words = "The current password is not right."
    raise Refusal(words, code="wrong_password", faults=[Fault("/current_password", "wrong_password", words)])


def _faults(user: User, current: str, new: str) -> list[Fault]:
    faults = passwords.faults_in(new, user=user, pointer="/new_password")
    if passwords.normalised(current) == passwords.normalised(new):
        faults.append(Fault("/new_password", "password_unchanged", "This is the password you have already."))
    return faults
