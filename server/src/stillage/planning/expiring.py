"""What of the lots on the shelf will not sell before their last saleable day, and what to do about it. Pure."""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from stillage.planning.ahead import WEEK, Ahead
from stillage.planning.shelf import Dated, days_to_sell, sold_in_time

PRUDENT: Final = 0.10  # demand that is exceeded in nine of ten cases
TRANSFER_DAYS: Final = 3  # until goods of another warehouse can be sold
WORTH_MOVING: Final = 0.25  # of what will not sell; less is not worth a truck
RETURNABLE_DAYS: Final = 45  # after that no supplier takes anything back
SLIGHT: Final = 0.15  # so much more sells when it is shown first
ELASTICITY: Final = 2.0  # a price 1 % lower sells 2 % more: the middle of what is told of drinks in shops
MOST_DISCOUNT: Final = 50
HOPELESS: Final = 3.0  # four times what would sell is not sold by a discount in the last weeks
LAST_WEEKS_DAYS: Final = 21
STUCK_DAYS: Final = 30  # what is held and lasts longer may still be released and sold
UNSURE_DAYS: Final = 45  # so far ahead it is told what only might not sell
Key = tuple[int, int]  # a warehouse and a product


@dataclass(frozen=True, slots=True)
class LotHere:
    """A lot in a warehouse. `stuck` is held, or lies where nothing is sold from; `allocated` will go to somebody."""

    lot_id: int
    warehouse_id: int
    product_id: int
    expiry_date: dt.date | None
    best_before_date: dt.date | None
    last_saleable_date: dt.date
    on_hand: int
    stuck: int
    allocated: int

    @property
    def sellable(self) -> int:
        return self.on_hand - self.stuck


@dataclass(slots=True)
class Shelf:
    """The lots of a product in a warehouse, the earliest date first, and the demand ahead."""

    warehouse_id: int
    product_id: int
    today: dt.date
    lots: list[LotHere]
    ahead: Ahead | None
    moved_in: list[Dated] = field(default_factory=list)

    def expected(self, days: float) -> float:
        return self.ahead.mean(days) if self.ahead else 0.0

    def prudent(self, days: float) -> float:
        """Demand that is exceeded in nine of ten cases."""
        return self.ahead.curve(days).quantile(PRUDENT) if self.ahead else 0.0

    def dated(self) -> list[Dated]:
        """What can be sold here and until when, with what is to come from elsewhere."""
        own = [Dated(one.last_saleable_date, one.sellable) for one in self.lots if one.sellable]
        return sorted([*own, *self.moved_in], key=lambda one: one.last_date)

    def room(self, last_date: dt.date) -> int:
        """Units with such a last day that would sell here without making others go stale.

        For every day from then on: what is expected to sell until then, less what lies here with an earlier last day.
        """
        days = days_to_sell(last_date, self.today)
        if days <= TRANSFER_DAYS or self.ahead is None:
            return 0
        own = self.dated()
        ends = [last_date, *(one.last_date for one in own if one.last_date > last_date)]
        spare = [
            self.expected(days_to_sell(end, self.today))
            - sum(one.units for one in own if one.last_date <= end)
            for end in ends
        ]
        alone = self.expected(days) - self.expected(TRANSFER_DAYS)
        return math.floor(max(min(*spare, alone), 0.0))


@dataclass(slots=True)
class Risk:
    """Units of a lot that will not sell in time."""

    lot: LotHere
    unsold: int
    unsold_p90: int
    will_sell: float
    ahead_of_it: int
    days_left: int  # below nought when its last saleable day is over
    advice: str = "sell_first"
    why: dict[str, Any] = field(default_factory=dict)


def risks_of(shelf: Shelf) -> list[Risk]:
    """First expired goes first, against what is expected and against what is exceeded in nine of ten cases."""
    dated = [Dated(one.last_saleable_date, one.sellable) for one in shelf.lots]
    expected = sold_in_time(dated, _remembered(shelf.expected), today=shelf.today)
    prudent = sold_in_time(dated, _remembered(shelf.prudent), today=shelf.today)
    found: list[Risk] = []
    before = 0
    for lot, sold, surely in zip(shelf.lots, expected, prudent, strict=True):
        days_left = (lot.last_saleable_date - shelf.today).days
        stuck = lot.stuck if days_left <= STUCK_DAYS else 0
        most = lot.on_hand - lot.allocated
        unsold = min(math.floor(lot.sellable - sold + 1e-6) + stuck, most)
        unsold_p90 = max(min(math.floor(lot.sellable - surely + 1e-6) + stuck, most), unsold)
        if unsold > 0 or (unsold_p90 > 0 and days_left <= UNSURE_DAYS):
            risk = Risk(lot, max(unsold, 0), unsold_p90, sold, before, days_left)
            risk.why = {
                "sells_per_week": round(shelf.ahead.per_week, 2) if shelf.ahead else None,
                "will_sell": round(sold, 2),
                "ahead_of_it": before,
                "held": lot.stuck,
                "no_forecast": shelf.ahead is None,
            }
            found.append(risk)
        before += lot.sellable
    return found


def _remembered(demand: Callable[[float], float]) -> Callable[[float], float]:
    known: dict[float, float] = {}

    def told(days: float) -> float:
        if days not in known:
            known[days] = demand(days)
        return known[days]

    return told


def advise(
    risks: Iterable[Risk],
    shelves: Mapping[Key, Shelf],
    houses: Mapping[int, Sequence[Shelf]],
    came: Mapping[int, tuple[dt.date, dict[str, Any]]],
) -> None:
    """Say of each risk what to do, the soonest first: what one moves to a warehouse is room that the next has not.

    `houses` are a product's shelves in all warehouses; `came` says of a lot when it came, and who sold it.
    """
    for risk in sorted(risks, key=lambda one: (one.days_left, one.lot.lot_id, one.lot.warehouse_id)):
        shelf = shelves[risk.lot.warehouse_id, risk.lot.product_id]
        lot = risk.lot
        if risk.days_left < 0:
            risk.advice = "scrap" if lot.expiry_date and lot.expiry_date < shelf.today else "donate"
            continue
        back = _return(lot, came, shelf.today)
        if back:
            risk.why["return_to"] = back
        if lot.stuck and lot.stuck >= risk.unsold > 0:
            risk.advice = "return" if back else "scrap"
            continue
        if risk.unsold == 0:
            risk.advice = "sell_first"
            continue
        uplift = _discount(risk)
        if _move(risk, shelf, houses.get(lot.product_id, ())):
            risk.advice = "move"
        elif back and risk.unsold * 4 >= lot.on_hand:
            risk.advice = "return"
        elif uplift <= SLIGHT:
            risk.advice = "sell_first"
        elif uplift > HOPELESS and risk.days_left <= LAST_WEEKS_DAYS:
            risk.advice = "donate"
        else:
            risk.advice = "discount"


def _return(
    lot: LotHere, came: Mapping[int, tuple[dt.date, dict[str, Any]]], today: dt.date
) -> dict[str, Any] | None:
    found = came.get(lot.lot_id)
    if found is None or (today - found[0]).days > RETURNABLE_DAYS:
        return None
    return {**found[1], "received_date": found[0].isoformat()}


def _move(risk: Risk, shelf: Shelf, others: Sequence[Shelf]) -> bool:
    """The warehouse where most of it would sell; what goes there is booked against its room."""
    lot = risk.lot
    choice = [
        (min(one.room(lot.last_saleable_date), risk.unsold), one.expected(WEEK), -one.warehouse_id, one)
        for one in others
        if one.warehouse_id != shelf.warehouse_id
    ]
    if not choice:
        return False
    units, per_week, _, best = max(choice, key=lambda one: one[:3])
    if units < max(1.0, WORTH_MOVING * risk.unsold):
        return False
    best.moved_in.append(Dated(lot.last_saleable_date, units))
    risk.why["move_to"] = {
        "warehouse_id": best.warehouse_id,
        "units": units,
        "sells_per_week": round(per_week, 2),
    }
    return True


def _discount(risk: Risk) -> float:
    """How much more it must sell, as a part of what it would, and the price that may do it."""
    uplift = risk.unsold / max(risk.will_sell, 1.0)
    percent = min(max(5 * math.ceil(100 * uplift / ELASTICITY / 5), 5), MOST_DISCOUNT)
    weeks = max(risk.days_left + 1, 1) / WEEK
    risk.why["discount"] = {
        "percent": percent,
        "uplift_percent": round(100 * uplift, 1),
        "more_per_week": round(risk.unsold / weeks, 2),
    }
    return uplift
