"""Who acts. Passed to every operation, so that the audit row can say who, from where and by which request."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a device or a named service, and the places it may touch.

    `warehouse_ids` is None for somebody who works in all warehouses.
    """

    user_id: int | None
    username: str
    permissions: frozenset[str] = frozenset()
    warehouse_ids: frozenset[int] | None = None
    address: str = ""
    request_id: str = ""
    session_id: UUID | None = None

    def can(self, permission: str) -> bool:
        return permission in self.permissions

    def sees(self, warehouse_id: int | None) -> bool:
        return warehouse_id is None or self.warehouse_ids is None or warehouse_id in self.warehouse_ids


def service(name: str) -> Actor:
    """A named service that acts for nobody in particular (a command, a job); audited under its name."""
    return Actor(user_id=None, username=f"service:{name}")
