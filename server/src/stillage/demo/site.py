"""The two buildings: docks, racks with picking faces below and pallets above, the cage, and the way a picker walks. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

WAREHOUSES: Final = (("MAIN", "Bristol warehouse"), ("NORTH", "Leeds warehouse"))
TIMEZONE: Final = "Europe/London"
FACE_LEVELS: Final = (1, 2)
PALLET_LEVELS: Final = (3, 4, 5, 6)
BAYS_PER_AISLE: Final = 12
FLOOR_PLACES: Final = 16


@dataclass(frozen=True, slots=True)
class PlacePlan:
    """A location as it will be written."""

    warehouse: str
    code: str
    kind: str
    zone: str
    pick_sequence: int

    @property
    def full_code(self) -> str:
        return f"{self.warehouse}/{self.code}"


def make_places(warehouse: str, products_by_zone: Mapping[str, int]) -> list[PlacePlan]:
    """A face for each product and two pallet places; the dock RECV is there already."""
    places = [
        PlacePlan(warehouse, "CAGE", "quarantine", "", 9_000),
        PlacePlan(warehouse, "RET", "returns", "", 9_010),
        PlacePlan(warehouse, "TRANSIT", "transit", "", 9_020),
        PlacePlan(warehouse, "DOCK-2", "receiving", "", 9_030),
    ]
    places += [PlacePlan(warehouse, f"STAGE-{n:02d}", "staging", "", 9_100 + n) for n in range(1, 5)]
    places += [
        PlacePlan(warehouse, f"FLOOR-{n:02d}", "storage", "", 8_000 + n) for n in range(1, FLOOR_PLACES + 1)
    ]
    for number, zone in enumerate(sorted(products_by_zone)):
        bays = math.ceil(products_by_zone[zone] / len(FACE_LEVELS)) + 1
        for walked, bay in enumerate(_serpentine(bays)):
            for level in (*FACE_LEVELS, *PALLET_LEVELS):
                kind = "picking" if level in FACE_LEVELS else "storage"
                sequence = (number + 1) * 1_000 + walked * 10 + level
                places.append(PlacePlan(warehouse, f"{zone}-{bay:02d}-{level:02d}", kind, zone, sequence))
    return places


def _serpentine(bays: int) -> list[int]:
    """Bays in walking order: up one aisle, down the next."""
    walk: list[int] = []
    for aisle, start in enumerate(range(1, bays + 1, BAYS_PER_AISLE)):
        row = list(range(start, min(start + BAYS_PER_AISLE, bays + 1)))
        walk += row if aisle % 2 == 0 else row[::-1]
    return walk
