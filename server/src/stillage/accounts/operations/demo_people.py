"""The people of the demonstration. Their password is published, so they may live on loopback only."""

from collections.abc import Sequence

from django.contrib.auth.models import Group

from stillage.accounts import passwords
from stillage.accounts.models import User
from stillage.core.locking import operation
from stillage.places.models import Warehouse

DEMO_PASSWORD = "stillage"  # noqa: S105 - published on purpose; see demo_accounts_exist
_NAMES = {
    "admin": "Ada Quill",
    "manager": "Martha Oake",
    "buyer": "Bram Hollis",
    "sales": "Selma Finch",
    "picker": "Piet Rowan",
    "auditor": "Audrey Lane",
}


@operation
def create_demo_people(warehouses: Sequence[Warehouse]) -> list[User]:
    """One of each role, named after it, the picker in the first warehouse only. Those who exist stay."""
    existing = {user.username: user for user in User.objects.filter(username__in=_NAMES)}
    encoded = passwords.hashed(DEMO_PASSWORD) if len(existing) < len(_NAMES) else ""
    for role, full_name in _NAMES.items():
        if role not in existing:
            existing[role] = _made(role, full_name, encoded, warehouses)
    return [existing[role] for role in _NAMES]


def _made(role: str, full_name: str, encoded: str, warehouses: Sequence[Warehouse]) -> User:
    limited = role == "picker"
    user = User.objects.create(
        username=role,
        full_name=full_name,
        email=f"{role}@stillage.example",
        password=encoded,
        is_demo=True,
        all_warehouses=not limited,
        warehouse=warehouses[0] if warehouses else None,
    )
    user.groups.set([Group.objects.get_or_create(name=role)[0]])
    if limited:
        user.warehouses.set(warehouses[:1])
    return user


def demo_accounts_exist() -> bool:
    """Could somebody sign in with the published password? A start for others than oneself asks this first.

    The mark travels with a backup, and goes when the password is changed or the person dismissed.
    """
    return User.objects.filter(is_demo=True, is_active=True).exists()
