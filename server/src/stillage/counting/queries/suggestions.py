"""What to count next: after a short pick, what was never counted, and what is due by its class."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from stillage.core.sql import as_instant, fetch
from stillage.counting.queries.places import LAST
from stillage.counting.states import UNFINISHED
from stillage.stock.abc import CLASSES, classes
from stillage.stock.doubts import Doubt, doubts

MAX_PLACES = 500
_OPEN = ", ".join(f"'{status.value}'" for status in UNFINISHED)
_STOCKED = f"""
SELECT x.id, x.full_code, x.zone, x.pick_sequence, {LAST},
  EXISTS (SELECT 1 FROM counting_countplace p JOIN counting_count c ON c.id = p.count_id
    WHERE p.location_id = x.id AND c.status IN ({_OPEN})), b.product_id, SUM(b.on_hand)
FROM stock_balance b JOIN places_location x ON x.id = b.location_id
WHERE b.warehouse_id = %s AND b.on_hand > 0 AND x.kind <> 'transit' AND x.is_active
GROUP BY x.id, x.full_code, x.zone, x.pick_sequence, b.product_id
"""


@dataclass(slots=True)
class Place:
    """A place that holds something, and what is known of it."""

    id: int
    name: str
    zone: str
    pick_sequence: int
    last_counted_at: dt.datetime | None
    being_counted: bool
    products: set[int]
    units: int = 0
    abc_class: str = "C"


def every_days() -> dict[str, int]:
    """After how many days a place is due, by the best class of what lies there."""
    return dict(zip(CLASSES, settings.COUNT_EVERY_DAYS, strict=True))


def suggestions(warehouse_id: int, *, at: dt.datetime) -> dict[str, Any]:
    """The classes with what is due, and the places to count, the most urgent first; at most five hundred.

    Three statements, and one for each room that notices doubts. What is being counted is not suggested.
    """
    known = classes(warehouse_id, at)
    places = _places(warehouse_id, known)
    days = every_days()
    doubted = {one.location_id: one for one in reversed(doubts([warehouse_id]))}
    abc: dict[str, dict[str, int]] = {}
    stocked = {product_id for place in places for product_id in place.products}
    for name in CLASSES:
        own = [place for place in places if place.abc_class == name]
        abc[name] = {
            "products": sum(known.get(product_id, "C") == name for product_id in stocked),
            "places": len(own),
            "due": sum(_is_due(place, days, at) for place in own),
        }
    found = [
        (rank, why_code, why, place)
        for place in places
        if not place.being_counted and (why_of := _why(place, doubted.get(place.id), days, at))
        for rank, why_code, why in [why_of]
    ]
    found.sort(key=lambda one: (one[0], one[3].last_counted_at or _NEVER, one[3].pick_sequence, one[3].name))
    return {
        "abc": abc,
        "places": [
            {
                "location": place.name,
                "location_id": place.id,
                "zone": place.zone,
                "why": why,
                "why_code": why_code,
                "last_counted_at": place.last_counted_at,
                "products": len(place.products),
                "units": place.units,
            }
            for _, why_code, why, place in found[:MAX_PLACES]
        ],
        "places_left_off": max(0, len(found) - MAX_PLACES),
    }


_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


def _places(warehouse_id: int, known: dict[int, str]) -> list[Place]:
    by_id: dict[int, Place] = {}
    best: dict[int, str] = defaultdict(lambda: "C")
    for pk, name, zone, sequence, last, busy, product_id, units in fetch(_STOCKED, [warehouse_id]):
        place = by_id.setdefault(pk, Place(pk, name, zone, sequence, as_instant(last), bool(busy), set()))
        place.products.add(product_id)
        place.units += int(units)
        best[pk] = min(best[pk], known.get(product_id, "C"))
    for pk, place in by_id.items():
        place.abc_class = best[pk]
    return list(by_id.values())


def _is_due(place: Place, days: dict[str, int], at: dt.datetime) -> bool:
    last = place.last_counted_at
    return last is None or at - last > dt.timedelta(days=days[place.abc_class])


def _why(
    place: Place, doubt: Doubt | None, days: dict[str, int], at: dt.datetime
) -> tuple[int, str, str] | None:
    """How urgent a place is, and why; None where nothing speaks for it."""
    last = place.last_counted_at
    if doubt is not None and (last is None or doubt.at > last):
        return 0, "short_pick", f"short pick of {doubt.units} on {doubt.document}"
    if last is None:
        return 1, "never_counted", "never counted"
    if _is_due(place, days, at):
        ago = (at - last).days
        rank = 2 + CLASSES.index(place.abc_class)
        return rank, "due", f"class {place.abc_class}, last counted {ago} days ago"
    return None
