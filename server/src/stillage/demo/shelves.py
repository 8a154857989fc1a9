"""A product in a building as the story goes on: its lots, where they stand, what is on order. Pure."""

import datetime as dt
import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from stillage.demo.assortment import ProductPlan
from stillage.demo.demand import Pace, season
from stillage.demo.site import PlacePlan

NEVER: Final = 10**9


@dataclass(slots=True)
class Stack:
    """What there is of a lot in a building, place by place."""

    lot: int
    last_sale: int  # a day's ordinal; NEVER for what keeps
    at: dict[str, int] = field(default_factory=dict)

    @property
    def units(self) -> int:
        return sum(self.at.values())


@dataclass(slots=True)
class Shelf:
    """A product in a warehouse: its pace there, its picking face, its stacks in FEFO order."""

    product: ProductPlan
    number: int  # the product's, in the assortment
    warehouse: str
    face: str
    pace: Pace
    lines_per_week: float
    cases_per_line: float
    growth_per_year: float
    fed_from_main: bool = False
    first_day: int = 0
    last_supply_day: int = NEVER
    stacks: list[Stack] = field(default_factory=list)
    on_order: int = 0

    def lines(self, day: dt.date, day_number: int) -> float:
        """Order lines expected in a week around this day."""
        if day_number < self.first_day:
            return 0.0
        return (
            self.lines_per_week
            * self.growth_per_year ** (day_number / 365)
            * season(self.product.sort.months, day)
        )

    def units_per_week(self, day: dt.date, day_number: int) -> float:
        return self.lines(day, day_number) * self.cases_per_line * self.product.case

    @property
    def on_hand(self) -> int:
        return sum(stack.units for stack in self.stacks)

    def stack_of(self, lot: int, last_sale: int) -> Stack:
        """The stack of a lot, made in its place in the order if it is new here."""
        for stack in self.stacks:
            if stack.lot == lot:
                return stack
        stack = Stack(lot, last_sale)
        self.stacks.append(stack)
        self.stacks.sort(key=lambda one: (one.last_sale, one.lot))
        return stack

    def saleable(self, day: int, minimum_remaining_days: int) -> Iterator[Stack]:
        """First expired first, without those that would not last."""
        return (stack for stack in self.stacks if stack.last_sale >= day + minimum_remaining_days)

    def forget_empty(self) -> None:
        self.stacks = [stack for stack in self.stacks if stack.at]


class PalletPlaces:
    """Which pallet places of a building are free, nearest first; the floor when a zone is full."""

    def __init__(self, places: list[PlacePlan]) -> None:
        self._zone = {one.full_code: one.zone for one in places if one.kind == "storage" and one.zone}
        self._walk = {one.full_code: one.pick_sequence for one in places}
        self._floor = [one.full_code for one in places if one.kind == "storage" and not one.zone]
        self._free: dict[str, list[tuple[int, str]]] = {}
        for code, zone in self._zone.items():
            heapq.heappush(self._free.setdefault(zone, []), (self._walk[code], code))
        self._next_floor = 0

    def take(self, zone: str) -> str:
        free = self._free.get(zone)
        if free:
            return heapq.heappop(free)[1]
        self._next_floor += 1
        return self._floor[self._next_floor % len(self._floor)]

    def give_back(self, code: str) -> None:
        zone = self._zone.get(code)
        if zone is not None:
            heapq.heappush(self._free[zone], (self._walk[code], code))
