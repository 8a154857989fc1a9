"""Changing somebody's account: name, role, warehouses, password, dismissal."""

import datetime as dt
from collections.abc import Sequence
from typing import NotRequired, TypedDict, Unpack

from django.contrib.auth.models import Group

from stillage.accounts import passwords, rights, sessions
from stillage.accounts.errors import BeyondOwnRights
from stillage.accounts.models import User
from stillage.accounts.roles import role_of
from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.errors import refuse_all
from stillage.core.locking import operation
from stillage.places.models import Warehouse


class Changes(TypedDict):
    """What may be changed about somebody; what is left out stays."""

    full_name: NotRequired[str]
    email: NotRequired[str]
    role: NotRequired[str]
    warehouses: NotRequired[Sequence[Warehouse]]
    all_warehouses: NotRequired[bool]
    is_active: NotRequired[bool]
    password: NotRequired[str]


@operation
def update_user(*, actor: Actor, user: User, at: dt.datetime, **changes: Unpack[Changes]) -> User:
    """Change what is given. New rights hold from the next request; a new password or a dismissal ends
    every session. The caller has locked the row, and writes the audit row of what can be seen.
    Refuses: BeyondOwnRights, LastAdmin, what is wrong with the password.  Locks: user, then the admin role.
    """
    was = {"role": role_of(group.name for group in user.groups.all()), "is_active": user.is_active}
    _check(actor, user, changes)
    for name in ("full_name", "email", "all_warehouses", "is_active"):
        if name in changes:
            setattr(user, name, changes[name])
    if "password" in changes:
        refuse_all(passwords.faults_in(changes["password"], user=user, pointer="/password"))
        user.password, user.is_demo = passwords.hashed(changes["password"]), False
    user.version += 1
    if "warehouses" in changes:
        user.warehouses.set(changes["warehouses"])
    if not user.all_warehouses and user.warehouse_id not in {one.pk for one in user.warehouses.all()}:
        user.warehouse = None
    user.save()
    if "role" in changes and changes["role"] != was["role"]:
        user.groups.set([Group.objects.get_or_create(name=changes["role"])[0]])
    if "password" in changes:
        _told(actor, user, "user.set_password", at)
    if "password" in changes or (was["is_active"] and not user.is_active):
        sessions.end_all(user, reason="password set" if "password" in changes else "dismissed", at=at)
    return user


def _check(actor: Actor, user: User, changes: Changes) -> None:
    role = role_of(group.name for group in user.groups.all())
    held = {one.pk for one in user.warehouses.all()}
    wanted = {one.pk for one in changes["warehouses"]} if "warehouses" in changes else held
    everywhere = changes.get("all_warehouses", user.all_warehouses)
    active = changes.get("is_active", user.is_active)
    new_role = changes.get("role", role)
    same = (new_role, wanted, everywhere, active) == (role, held, user.all_warehouses, user.is_active)
    if actor.user_id == user.pk and ("password" in changes or not same):
        raise BeyondOwnRights(
            "Your own rights are for somebody else to change; your password changes at auth/password."
        )
    rights.check_taking(actor, user)
    rights.check_giving(actor, role=new_role, warehouse_ids=wanted, all_warehouses=everywhere)
    stays = new_role == rights.ADMIN and everywhere and active
    if role == rights.ADMIN and user.all_warehouses and user.is_active and not stays:
        rights.check_admin_left(without=user)


def _told(actor: Actor, user: User, action: str, at: dt.datetime) -> None:
    record(actor=actor, action=action, object_type="user", object_id=user.pk, label=user.username, at=at)
