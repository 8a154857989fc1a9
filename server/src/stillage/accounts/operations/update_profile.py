"""Changing what is one's own: the name shown, the language, the warehouse one stands in."""

import datetime as dt
from typing import NotRequired, TypedDict, Unpack

from stillage.accounts.models import User
from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.locking import operation
from stillage.places.models import Warehouse


class Profile(TypedDict):
    """What may be changed; what is left out stays."""

    full_name: NotRequired[str]
    language: NotRequired[str]
    warehouse: NotRequired[Warehouse | None]


@operation
def update_profile(*, actor: Actor, at: dt.datetime, **changes: Unpack[Profile]) -> User:
    """Change one's own settings. The caller has checked that the warehouse is one of the actor's.
    Locks: user.
    """
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.user_id or 0)
    before = _shown(user)
    for name, value in changes.items():
        setattr(user, name, value)
    after = _shown(user)
    if before == after:
        return user
    user.version += 1
    user.save(update_fields=["full_name", "language", "warehouse", "version", "updated_at"])
    record(
        actor=actor,
        action="user.update_profile",
        object_type="user",
        object_id=user.pk,
        label=user.username,
        before={name: value for name, value in before.items() if value != after[name]},
        after={name: value for name, value in after.items() if value != before[name]},
        at=at,
    )
    return user


def _shown(user: User) -> dict[str, str | None]:
    return {
        "full_name": user.full_name,
        "language": user.language,
        "warehouse": user.warehouse.code if user.warehouse else None,
    }
