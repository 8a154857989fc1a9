"""Where the book may be wrong: the rooms above notice it (a pick fell short), and each tells of its own."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Doubt:
    """Somebody did not find at a place what the book said; when, and the document that tells of it."""

    location_id: int
    at: dt.datetime
    document: str
    units: int


# warehouse ids -> the latest doubt of each place there; one statement each
Source = Callable[[Sequence[int]], list[Doubt]]
_SOURCES: list[Source] = []


def register(source: Source) -> None:
    """Called once by each room that notices such things."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def doubts(warehouse_ids: Sequence[int]) -> list[Doubt]:
    """All doubts about places of some warehouses, the latest first. One statement a source."""
    found = [one for source in _SOURCES for one in source(warehouse_ids)]
    return sorted(found, key=lambda one: one.at, reverse=True)
