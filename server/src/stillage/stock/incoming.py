"""What is on its way here: the rooms above know (orders placed, transfers dispatched), and each tells of its own."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Incoming:
    """Units of a product that a warehouse may expect on a day, and the document that says so."""

    product_id: int
    warehouse_id: int
    expected_date: dt.date
    quantity: int
    document: str
    kind: str  # "purchase_order" or "transfer"


# product ids, warehouse ids -> everything expected there; one statement each
Source = Callable[[Sequence[int], Sequence[int]], list[Incoming]]
_SOURCES: list[Source] = []


def register(source: Source) -> None:
    """Called once by each room that knows of goods on the way."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def incoming(product_ids: Sequence[int], warehouse_ids: Sequence[int]) -> list[Incoming]:
    """All that is expected of some products in some warehouses, soonest first. One statement a source."""
    if not product_ids or not warehouse_ids:
        return []
    found = [one for source in _SOURCES for one in source(product_ids, warehouse_ids)]
    return sorted(found, key=lambda one: (one.expected_date, one.document))


def on_order(
    product_ids: Sequence[int], warehouse_ids: Sequence[int], *, by: dt.date | None = None
) -> dict[int, int]:
    """Units expected by a day (inclusive; at all without one), by product."""
    units: dict[int, int] = defaultdict(int)
    for one in incoming(product_ids, warehouse_ids):
        if by is None or one.expected_date <= by:
            units[one.product_id] += one.quantity
    return dict(units)
