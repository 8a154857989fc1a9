"""Who waits for goods: the rooms above know, and each tells of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """Units of a product that an order asked for and that were not there."""

    order: str
    order_id: int
    customer_name: str
    product_id: int
    quantity: int


# product ids, warehouse id -> those who wait for them there, first promised first; one statement each
Source = Callable[[Sequence[int], int], list[Waiting]]
_SOURCES: list[Source] = []


def register(source: Source) -> None:
    """Called once by each room whose documents wait for stock."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def waiting(product_ids: Sequence[int], warehouse_id: int) -> list[Waiting]:
    """All who wait for some products in a warehouse, first promised first. One statement a source."""
    if not product_ids:
        return []
    return [one for source in _SOURCES for one in source(product_ids, warehouse_id)]
