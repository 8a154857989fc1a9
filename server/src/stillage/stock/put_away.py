"""Where goods that came in should go: by what lies where already, by zone, and what is empty. Pure.

Only storage and picking places that are open are ever proposed; never a cage, a lane, or a dock.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

STORAGE, PICKING = "storage", "picking"
KINDS: Final = (STORAGE, PICKING)
MOST: Final = 3
SAME_LOT, SAME_PRODUCT, EMPTY_IN_ZONE, EMPTY = "same_lot", "same_product", "empty_in_zone", "empty"


@dataclass(frozen=True, slots=True)
class Spot:
    """A storage or picking place. `walk` is where it stands in a picker's walk."""

    id: int
    name: str
    kind: str
    zone: str
    walk: int
    is_active: bool = True

    @property
    def order(self) -> tuple[int, str]:
        return self.walk, self.name


@dataclass(frozen=True, slots=True)
class Arrived:
    """Units of one lot that wait at the dock."""

    product_id: int
    lot_id: int
    category_id: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A place, and in words why."""

    spot: Spot
    why: str
    why_code: str


@dataclass(slots=True)
class Shelves:
    """One warehouse as the rule needs it.

    `lots` and `products` say at which places a lot or a product lies, `home_of_product` and `home_of_category` in which
    zone most of it lies, `empty` are the places with nothing in them.
    """

    spots: dict[int, Spot] = field(default_factory=dict)
    lots: Mapping[int, Iterable[int]] = field(default_factory=dict)
    products: Mapping[int, Iterable[int]] = field(default_factory=dict)
    empty: Iterable[int] = ()
    home_of_product: Mapping[int, str] = field(default_factory=dict)
    home_of_category: Mapping[int, str] = field(default_factory=dict)


def propose(arrived: Sequence[Arrived], shelves: Shelves) -> list[list[Proposal]]:
    """At most three places for each arrival, the best first, in the order of the arrivals.

    Where the same lot lies; a picking face of the same product; an empty place in the zone where the product mostly
    lies, else its kind, in walking order; any empty storage place. An empty place that is one's best is nobody else's.
    """
    open_spots = {pk: spot for pk, spot in shelves.spots.items() if spot.is_active and spot.kind in KINDS}
    empty = sorted(
        (open_spots[pk] for pk in set(shelves.empty) if pk in open_spots), key=lambda spot: spot.order
    )
    by_zone: dict[str, list[Spot]] = defaultdict(list)
    for spot in empty:
        by_zone[spot.zone].append(spot)
    storage = [spot for spot in empty if spot.kind == STORAGE]
    taken: set[int] = set()
    answer = []
    for one in arrived:
        found = _for(one, shelves, open_spots, by_zone, storage, taken)
        if found and found[0].why_code in (EMPTY_IN_ZONE, EMPTY):
            taken.add(found[0].spot.id)
        answer.append(found)
    return answer


def _for(
    one: Arrived,
    shelves: Shelves,
    spots: Mapping[int, Spot],
    by_zone: Mapping[str, Sequence[Spot]],
    storage: Sequence[Spot],
    taken: set[int],
) -> list[Proposal]:
    found: list[Proposal] = []
    seen: set[int] = set()

    def offer(choice: Iterable[Spot], why: str, code: str) -> None:
        for spot in choice:
            if len(found) == MOST:
                return
            if spot.id not in seen and not (code in (EMPTY_IN_ZONE, EMPTY) and spot.id in taken):
                seen.add(spot.id)
                found.append(Proposal(spot, why, code))

    def known(ids: Iterable[int]) -> list[Spot]:
        return sorted((spots[pk] for pk in ids if pk in spots), key=lambda spot: spot.order)

    offer(known(shelves.lots.get(one.lot_id, ())), "same lot lies there", SAME_LOT)
    faces = [spot for spot in known(shelves.products.get(one.product_id, ())) if spot.kind == PICKING]
    offer(faces, "same product lies there", SAME_PRODUCT)
    home = shelves.home_of_product.get(one.product_id)
    if home is not None:
        offer(by_zone.get(home, ()), f"empty place {_in(home)} where it mostly lies", EMPTY_IN_ZONE)
    elif one.category_id is not None and (kin := shelves.home_of_category.get(one.category_id)) is not None:
        offer(by_zone.get(kin, ()), f"empty place {_in(kin)} where its kind lies", EMPTY_IN_ZONE)
    offer(storage, "empty storage place", EMPTY)
    return found


def _in(zone: str) -> str:
    return f"in zone {zone}," if zone else "outside the zones,"
