"""What goes together to one supplier: trucks that are worth filling, minimum values, budgets. Pure.

Lines are topped up by what is needed next, judged by how many days it lasts, one smallest order at a time; never beyond
what sells in time, nor beyond a maximum. Budgets cut what is least urgent first.
"""

import heapq
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from stillage.planning.replenishing import NOW, Line

DEFAULT_FILL_PERCENT: Final = 80
LONGEST_TOP_UP_DAYS: Final = 90  # nobody fills a truck with what lasts a quarter already
_ENOUGH: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How a supplier is ordered from. `minimum_value` and `budget` in the company's currency."""

    truck_pallets: int | None = None
    truck_fill_percent: int | None = None
    minimum_value: Decimal | None = None
    budget: Decimal | None = None


def amount(line: Line) -> Decimal:
    """What a line comes to."""
    return line.offer.cost * line.packs if line.offer else Decimal(0)


def arrange(lines: Sequence[Line], how: Arrangement) -> None:
    """Fill the truck, reach the minimum value or say that it waits, keep the budget."""
    if not any(line.packs for line in lines):
        return
    if how.truck_pallets:
        _fill_truck(lines, how.truck_pallets, how.truck_fill_percent or DEFAULT_FILL_PERCENT)
    if how.minimum_value:
        _reach_value(lines, how.minimum_value)
    if how.budget is not None:
        cut(lines, how.budget, whose="supplier")


def _fill_truck(lines: Sequence[Line], truck: int, from_percent: int) -> None:
    loaded = sum(line.pallets for line in lines)
    trucks = max(math.ceil(loaded / truck - _ENOUGH), 1)
    share = loaded / truck - (trucks - 1)
    if share * 100 < from_percent or share >= 1:
        return
    space = trucks * truck - loaded

    def fits(line: Line, units: int) -> bool:
        return line.pallet_units is not None and units / line.pallet_units <= space + _ENOUGH

    def added(line: Line, units: int) -> bool:
        nonlocal space
        space -= units / (line.pallet_units or 1)
        return space > _ENOUGH

    _top_up(lines, "truck", fits, added)


def _reach_value(lines: Sequence[Line], least: Decimal) -> None:
    """Raise an order that cannot wait; say of one that can that it waits."""
    total = sum((amount(line) for line in lines), Decimal(0))
    if total >= least:
        return
    ordered = [line for line in lines if line.packs]
    decision = "wait"
    if any(line.urgency <= NOW for line in ordered):
        missing = least - total

        def added(line: Line, units: int) -> bool:
            nonlocal missing
            if line.offer is not None:
                missing -= line.offer.cost * (units // line.offer.units)
            return missing > 0

        _top_up(lines, "minimum_value", lambda line, units: True, added)
        decision = "raised" if missing <= 0 else "too_little"
    for line in lines:
        if line.packs:
            line.trouble("below_minimum_value", decision=decision, least_amount=str(least))


def _top_up(
    lines: Sequence[Line],
    reason: str,
    fits: Callable[[Line, int], bool],
    added: Callable[[Line, int], bool],
) -> None:
    """One smallest order after the other to the product that lasts shortest, as long as `added` wants more."""
    order = itertools.count()
    heap = [
        (line.cover_days(), next(order), line, line.offer)
        for line in lines
        if line.offer is not None and line.ahead is not None and line.terms.order
    ]
    heapq.heapify(heap)
    while heap:
        cover, _, line, offer = heapq.heappop(heap)
        if cover > LONGEST_TOP_UP_DAYS:
            return
        packs = offer.multiple_packs if line.packs else offer.least_packs
        units = packs * offer.units
        if units > line.room(beyond_need=True) or not fits(line, units):
            continue
        line.packs += packs
        line.rounding, line.waits = reason, False
        if not added(line, units):
            return
        heapq.heappush(heap, (line.cover_days(), next(order), line, offer))


def cut(lines: Sequence[Line], budget: Decimal, *, whose: str) -> None:
    """Take from what is least urgent until it comes to no more than the budget; say so of each that was cut."""
    over = sum((amount(line) for line in lines), Decimal(0)) - budget
    if over <= 0:
        return
    last_first = sorted(
        ((line, line.offer) for line in lines if line.packs and line.offer and line.offer.cost > 0),
        key=lambda pair: (-pair[0].urgency, -pair[0].cover_days(), pair[0].product_id),
    )
    for line, offer in last_first:
        wanted = line.packs
        fewer = math.ceil(over / offer.cost)
        left = wanted - -(-fewer // offer.multiple_packs) * offer.multiple_packs
        line.packs = left if left >= offer.least_packs else 0
        line.rounding = "budget"
        line.trouble("over_budget", wanted_packs=wanted, whose=whose, budget_amount=str(budget))
        over -= offer.cost * (wanted - line.packs)
        if over <= 0:
            return
