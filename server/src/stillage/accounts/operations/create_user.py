"""Making an account for somebody."""

from collections.abc import Sequence

from django.contrib.auth.models import Group

from stillage.accounts import passwords, rights
from stillage.accounts.models import User
from stillage.accounts.roles import ROLES
from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, Refusal, refuse_all
from stillage.core.locking import operation
from stillage.core.text import key
from stillage.places.models import Warehouse


@operation
def create_user(
    *,
    actor: Actor,
    username: str,
    password: str,
    role: str,
    full_name: str = "",
    email: str = "",
    warehouses: Sequence[Warehouse] = (),
    all_warehouses: bool = False,
    is_active: bool = True,
) -> User:
    """Make somebody who can sign in. The caller writes the audit row.
    Refuses: already_exists, what is wrong with the password, BeyondOwnRights.
    """
    if role not in ROLES:
        words = f"A role is one of {', '.join(ROLES)}."
        raise Refusal(words, code="unknown_role", faults=[Fault("/role", "unknown_role", words)])
    rights.check_giving(
        actor, role=role, warehouse_ids=[one.pk for one in warehouses], all_warehouses=all_warehouses
    )
    user = User(
        username=key(username),
        full_name=full_name,
        email=email,
        all_warehouses=all_warehouses,
        is_active=is_active,
        warehouse=warehouses[0] if warehouses else None,
    )
    refuse_all(passwords.faults_in(password, user=user, pointer="/password"))
    if User.objects.filter(username=user.username).exists():
        raise Conflict("Somebody has that user name already.", code="already_exists")
    user.password = passwords.hashed(password)
    user.save()
    user.groups.set([Group.objects.get_or_create(name=role)[0]])
    user.warehouses.set(warehouses)
    return user
