"""Who may make whom what: nobody gives more than he has, or takes over somebody who has more."""

from collections.abc import Iterable

from django.contrib.auth.models import Group

from stillage.accounts.errors import BeyondOwnRights, LastAdmin
from stillage.accounts.models import User
from stillage.accounts.roles import permissions_of
from stillage.core.actor import Actor

ADMIN = "admin"


def check_giving(actor: Actor, *, role: str, warehouse_ids: Iterable[int], all_warehouses: bool) -> None:
    """Refuses: BeyondOwnRights. A service (the command line) may give everything."""
    if actor.user_id is None:
        return
    if not permissions_of([role]) <= actor.permissions:
        raise BeyondOwnRights(f"The role {role} may do more than you may; you cannot give it.")
    if actor.warehouse_ids is None:
        return
    if all_warehouses or not set(warehouse_ids) <= actor.warehouse_ids:
        raise BeyondOwnRights("You can let people into your own warehouses only.")


def check_taking(actor: Actor, user: User) -> None:
    """May the actor change this person? Who sets a password can sign in with it. Refuses: BeyondOwnRights."""
    if actor.user_id is None:
        return
    roles = [group.name for group in user.groups.all()]
    if not permissions_of(roles) <= actor.permissions:
        raise BeyondOwnRights("This person may do more than you may, so you cannot change the account.")
    if actor.warehouse_ids is None:
        return
    if user.all_warehouses or not {one.pk for one in user.warehouses.all()} <= actor.warehouse_ids:
        raise BeyondOwnRights("This person also works where you do not, so you cannot change the account.")


def check_admin_left(*, without: User) -> None:
    """Refuses: LastAdmin. Locks the role, so that two administrators cannot remove each other at once."""
    list(Group.objects.select_for_update(no_key=True).filter(name=ADMIN))
    others = User.objects.filter(groups__name=ADMIN, is_active=True, all_warehouses=True).exclude(
        pk=without.pk
    )
    if not others.exists():
        raise LastAdmin
