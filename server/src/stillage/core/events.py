"""News that travels upwards: said in the transaction of what happened, heard at once by who stands in the one table.

The table is `config/event_routes.py`. A handler that fails undoes what happened; long work it queues.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class StockFreed:
    """Units of some products in a warehouse can be promised that could not before."""

    product_ids: tuple[int, ...]
    warehouse_id: int


@dataclass(frozen=True, slots=True)
class HoldsEnded:
    """Some lots are no longer held everywhere. Who knows why they must be refuses it."""

    lot_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PromisesTaken:
    """Promises to some demands were given back by somebody who does not know whose they are."""

    demand_ids: tuple[UUID, ...]


Handler = Callable[[Any], None]


@cache
def _routes() -> Mapping[type[Any], Sequence[str]]:
    return dict(import_string(settings.EVENT_ROUTES))


def publish(event: Any) -> None:
    """Tell everybody whom it concerns, now and in this transaction."""
    for name in _routes().get(type(event), ()):
        handler: Handler = import_string(name)
        handler(event)
