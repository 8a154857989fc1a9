"""Bookings that belong to a document are undone by its own step, so that its book and the ledger stay one."""

from collections.abc import Callable
from uuid import UUID

# operation id -> the number of the document it belongs to, or None; one statement each
Owner = Callable[[UUID], str | None]
_OWNERS: list[Owner] = []


def register(owner: Owner) -> None:
    """Called once by each room whose documents undo their bookings themselves."""
    if owner not in _OWNERS:
        _OWNERS.append(owner)


def owner_of(operation_id: UUID) -> str | None:
    """The document that an operation belongs to. One statement a room that registered."""
    return next((number for owner in _OWNERS if (number := owner(operation_id))), None)
