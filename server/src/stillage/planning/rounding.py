"""From units to what a supplier sells: packs, at least so many, by so many; layers and pallets where they are near. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

NEAR: Final = 0.10  # so much more is taken to come to a whole layer or pallet
MOST_UNITS: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Offer:
    """A pack that a supplier sells. Minimum and multiple count packs; `cost` is a pack's."""

    supplier_id: int
    pack_id: int
    pack_name: str
    units: int
    cost: Decimal
    lead_time_days: int | None
    lead_time_source: str
    minimum_packs: int = 1
    multiple_packs: int = 1

    @property
    def unit_cost(self) -> float:
        return float(self.cost) / self.units

    @property
    def least_packs(self) -> int:
        """The smallest order."""
        return -(-max(self.minimum_packs, 1) // self.multiple_packs) * self.multiple_packs


@dataclass(frozen=True, slots=True)
class Rounded:
    """So many packs, and what made it so many."""

    packs: int
    reason: str  # "", pack, multiple, minimum, or the name of a layer or a pallet


def round_up(units: float, offer: Offer) -> Rounded:
    """The smallest order that brings at least so many units."""
    if units <= 0:
        return Rounded(0, "")
    packs = min(-(-int(-(-units // 1)) // offer.units), MOST_UNITS // offer.units)
    reason = "" if packs * offer.units == units else "pack"
    if packs < offer.minimum_packs:
        packs, reason = offer.minimum_packs, "minimum"
    if packs % offer.multiple_packs:
        packs, reason = packs + offer.multiple_packs - packs % offer.multiple_packs, "multiple"
    return Rounded(packs, reason)


def round_down(units: float, offer: Offer) -> int:
    """The most packs that may be ordered of so many units: none where the smallest order is more."""
    packs = int(max(units, 0.0) // offer.units)
    packs -= packs % offer.multiple_packs
    return packs if packs >= offer.least_packs else 0


def to_whole_layers(packs: int, offer: Offer, layers: Sequence[tuple[str, int]]) -> Rounded | None:
    """A little more, where that makes whole pallets or layers (name, units; the largest first)."""
    for name, units in layers:
        if units <= offer.units * offer.multiple_packs or units % (offer.units * offer.multiple_packs):
            continue
        want = packs * offer.units
        whole = -(-want // units) * units
        if want < whole <= want * (1 + NEAR):
            return Rounded(whole // offer.units, name)
    return None
